"""What a text means: in the plain language, or else to one of the readers."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from diffcli.calculus.functions import BY_NAME, CONDITIONS, Function
from diffcli.errors import ParseError, Span
from diffcli.language.expression import Expression, natural, postorder
from diffcli.language.lexer import Token, spelling, words
from diffcli.language.pratt import Reading
from diffcli.records import Record
from diffcli.remarks import Remark


class Parsed(Record):
    """A formula as text, and what was understood of it."""

    #: The text as written.
    source: str
    #: The value of the last part.
    expression: Expression
    #: The variables: in natural order, or as ``f(x, y) = ...`` names them.
    variables: tuple[str, ...]
    #: Those that it is made of, in the order in which the text has them.
    as_written: tuple[str, ...]
    #: The parts before the last: name -> node.
    definitions: dict[str, Expression]
    #: Which names the caller gave values to.
    names: frozenset[str]
    #: The part of the source that was read.
    within: Span | None
    #: What to tell about how something was read.
    notes: tuple[Remark, ...] = ()
    #: Nodes that are shown as a call of a function that the text defines: s(x).
    labels: Mapping[Expression, str] = MappingProxyType({})
    #: All values, where the last part lists several; else empty.
    outputs: tuple[Expression, ...] = ()
    #: Which of several outputs ``expression`` is, from 1 on; 0: it is the only one.
    output: int = 0
    #: "latex" where the text is to be read as LaTeX whatever it looks like.
    syntax: str = ""

    def spans(self) -> dict[Expression, Span]:
        """Return the first place of every node, by reading the text once more."""
        spans: dict[Expression, Span] = {}
        again = _read(self.source, self.names, self.within, spans, syntax=self.syntax)
        if self.output:
            again = again.parts()[self.output - 1]
        if again.expression is self.expression:
            return spans
        # The table of nodes was emptied since: the same nodes in the same order.
        pairs = zip(again.nodes(), self.nodes(), strict=True)
        return {mine: spans[new] for new, mine in pairs if new in spans}

    def parts(self) -> list["Parsed"]:
        """Return what was read once for each output; itself, if there is one."""
        return [
            self._replace(expression=node, outputs=(), output=place)
            for place, node in enumerate(self.outputs, 1)
        ] or [self]

    def shown_names(self) -> dict[Expression, str]:
        """Return the names under which nodes are shown: a definition's, or s(x)."""
        definitions = {node: name for name, node in self.definitions.items()}
        return {**self.labels, **definitions}

    def nodes(self) -> list[Expression]:
        """Return every distinct node that was read, arguments before users."""
        roots = [self.expression, *self.outputs, *self.definitions.values()]
        return postorder(roots)

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle the text: it is all there is to know."""
        given = (self.source, self.names, self.within, self.syntax)
        return _read_again, (*given, self.variables, self.output)


def parse(
    source: str,
    names: Collection[str] = (),
    within: Span | None = None,
    *,
    syntax: str = "",
    several: bool = False,
) -> Parsed:
    """Return what ``source`` means.

    ``names`` are variables even where they would be a constant or a function: a
    value given to ``e`` makes it a variable. ``within`` reads a part of the text;
    ``syntax`` "latex" reads it as LaTeX even if it looks like none; ``several`` lets
    the last part list several outputs, as in (x*y, x+y).

    >>> parse("f(x, y) = x^2 + 2y").variables
    ('x', 'y')

    Raises ParseError with the place of the first thing that cannot be understood.
    """
    parsed = _read(source, frozenset(names), within, syntax=syntax)
    if parsed.outputs and not several:
        start, end = within or (0, len(source))
        raise ParseError(
            f"this has {len(parsed.outputs)} outputs, and one is asked for here",
            source=source,
            span=(start, end),
            hint="take one of them; grad, check, steps, trace and export take several",
        )
    return parsed


def _read(
    source: str,
    names: frozenset[str],
    within: Span | None,
    spans: dict[Expression, Span] | None = None,
    *,
    syntax: str = "",
) -> Parsed:
    """Return what the plain language makes of a text, or else one of the readers."""
    if syntax == "latex":
        from diffcli.language import readers

        return readers.read(source, names, within, None, spans)
    try:
        plain = words(source, within)
        return _understood(Reading(source, plain, names, within, spans=spans))
    except ParseError as refusal:
        from diffcli.language import readers

        if spans is not None:
            spans.clear()
        return readers.read(source, names, within, refusal, spans)


def parse_tokens(
    source: str,
    given: Sequence[Token],
    names: frozenset[str],
    within: Span | None,
    functions: dict[str, Function],
    spans: dict[Expression, Span] | None = None,
) -> Parsed:
    """Return what tokens mean that a reader has made of a text."""
    reading = Reading(source, given, names, within, functions, spans)
    reading.tokens = given
    return _understood(reading)


def _understood(reading: Reading) -> Parsed:
    """Return all that was read."""
    expression, met = reading.last()
    order = tuple(sorted(met, key=natural))
    _refuse_raised_logarithms(reading, order)
    notes: tuple[Remark, ...] = tuple(_glued_to_a_function(order))
    if not reading.source.isascii():
        notes += (*_glued_to_pi(order), *_glued_to_an_index(reading.source, order))
    if reading.order:
        order, told = _after_the_head(reading.order, order)
        notes += told
    return Parsed(
        reading.source, expression, order, met, reading.definitions, reading.names,
        reading.within, notes,
    )  # fmt: skip


def _refuse_raised_logarithms(reading: Reading, names: Sequence[str]) -> None:
    """Refuse log_2^2(x), which is log_2 squared times x only to a parser.

    Raises ParseError, upon which a reader takes it for the square of log_2(x).
    """
    logarithms = {name for name in names if name[:3] == "log"} - reading.names
    if not logarithms:
        return
    for found in re.finditer(_RAISED_LOGARITHM, reading.source):
        if (name := spelling(found[1])) in logarithms:
            message = f"'{found[1]}' could be a name or a logarithm"
            source, span = reading.source, found.span()
            hint = f"write {name}(x)^2, or a * for the product"
            raise ParseError(message, source=source, span=span, hint=hint)


def _after_the_head(
    head: tuple[str, ...], used: tuple[str, ...]
) -> tuple[tuple[str, ...], tuple[Remark, ...]]:
    """Return the variables as f(x, y) = ... orders them, and what to tell.

    A name in front that stands for others, x for x1 and x2, gives way to them; the
    names that are used but not in front come last, in natural order.
    """
    others = [name for name in used if name not in head]
    if not others:
        return head, ()
    vectors = {
        name: found
        for name in head
        if name not in used
        and (found := [other for other in others if _is_part(other, name)])
    }
    order = [part for name in head for part in vectors.get(name, [name])]
    rest = [name for name in others if name not in order]
    told = [f"{name} stands for {', '.join(vectors[name])}" for name in vectors]
    if rest:
        more = "is a variable too" if len(rest) == 1 else "are variables too"
        told.append(f"{', '.join(rest)} {more}, though not named in front of '='")
    return (*order, *rest), (Remark(f"{'; '.join(told)}."),)


def _glued_to_pi(names: Sequence[str]) -> Iterator[Remark]:
    """Yield what to tell of πr, which is one name."""
    for name in names:
        if name[0] == "π":
            told = f"{name} is one name here; a product is written π*{name[1:]}"
            yield Remark(f"{told}.")


def _glued_to_a_function(names: Sequence[str]) -> Iterator[Remark]:
    """Yield what to tell of sinx, which is one name."""
    for name in names:
        if not name[-1].isalpha():  # as of x1, of which there may be many
            continue
        function = name[:-1].rstrip("0123456789")
        row = BY_NAME.get(function)
        if row and row.arity == 1 and function.isalnum():
            factors = "*".join(filter(None, (name[len(function) : -1], name[-1])))
            if name[-1] == "x" or name[-1] in names:
                told = f"the function is written {function}({factors})"
                yield Remark(f"{name} is one name here; {told}.")


def _glued_to_an_index(source: str, names: Sequence[str]) -> Iterator[Remark]:
    """Yield what to tell of x₁x₂, which is one name."""
    if source.isascii():
        return
    for text in dict.fromkeys(re.findall(_GLUED, source)):
        if spelling(text) in names:
            apart = re.sub(_INDEX, r"\1*", text)
            yield Remark(f"{text} is one name here; a product is written {apart}.")


#: Compiled when used: most calls have no index of this kind.
_RAISED = r"(?:\^|\*\*)\s*-?\s*(?:\w+|\([^()]*\))|[⁻⁰¹²³⁴-⁹]+"
_RAISED_LOGARITHM = rf"(?<!\w)(log(?:_\w+?|[₀-₉]+))\s*(?:{_RAISED})\s*\("
_GLUED = r"[^\W\d₀-₉]\w*[₀-₉][^\W\d₀-₉]\w*"
_INDEX = r"([₀-₉])(?=[^\W\d₀-₉])"


def _is_part(name: str, vector: str) -> bool:
    """Tell whether a name is a vector's with an index: x1 and x_2 of x."""
    return name.startswith(vector) and name[len(vector) :].lstrip("_").isdecimal()


def _read_again(
    source: str,
    names: frozenset[str],
    within: Span | None,
    syntax: str,
    variables: tuple[str, ...],
    output: int,
) -> Parsed:
    """Return what was pickled."""
    again = parse(source, names, within, syntax=syntax, several=True)
    if output:
        again = again.parts()[output - 1]
    return again._replace(variables=variables)


def parse_template(text: str, functions: dict[str, Function]) -> Expression:
    """Return a rule's text as an expression that may call extra functions."""
    given = {row.name: row for row in CONDITIONS} | functions
    expression, _ = Reading(text, words(text), frozenset(), None, given).last()
    return expression
