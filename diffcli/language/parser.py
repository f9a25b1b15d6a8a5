"""Tokens to an expression, by binding powers read from the table.

The method is Pratt's, with a stack of our own in place of recursion (after
matklad's "minipratt"), so that a million brackets are no more than a long list.
Two things alternate: an operand is expected, then an operator.
"""

from collections.abc import Collection
from typing import TYPE_CHECKING, Any, NamedTuple

from diffcli.calculus.functions import (
    BY_NAME,
    BY_SIGN,
    CONSTANTS,
    INFIX,
    PREFIX,
    Function,
    Operator,
)
from diffcli.errors import ParseError, Span
from diffcli.language.expression import (
    Expression,
    Variable,
    call,
    natural,
    number,
    postorder,
    variable,
)
from diffcli.language.lexer import FRACTIONS, Token, tokens

if TYPE_CHECKING:
    from diffcli.language.complaints import Complaints


class Parsed(NamedTuple):
    """A text and what was understood of it."""

    #: The text as written.
    source: str
    #: The value of the last part.
    expression: Expression
    #: The variables: in natural order, or as ``f(x, y) = ...`` names them.
    variables: tuple[str, ...]
    #: The parts before the last: name -> node.
    definitions: dict[str, Expression]
    #: Which names the caller gave values to.
    names: frozenset[str]
    #: The part of the source that was read.
    within: Span | None

    def spans(self) -> dict[Expression, Span]:
        """Return the first place of every node, by reading the text once more."""
        spans: dict[Expression, Span] = {}
        again = _Parser(self.source, self.names, self.within, spans=spans).parse()
        if again.expression is self.expression:
            return spans
        # The table of nodes was emptied since: the same nodes in the same order.
        pairs = zip(again.nodes(), self.nodes(), strict=True)
        return {mine: spans[new] for new, mine in pairs if new in spans}

    def nodes(self) -> list[Expression]:
        """Return every distinct node that was read, arguments before users."""
        return postorder([self.expression, *self.definitions.values()])

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle the text: it is all there is to know."""
        return _read_again, (self.source, self.names, self.within, self.variables)


def parse(
    source: str, names: Collection[str] = (), within: Span | None = None
) -> Parsed:
    """Return what ``source`` means.

    ``names`` are variables even where they would be a constant or a function: a
    value given to ``e`` makes it a variable. ``within`` reads a part of the text.

    >>> parse("f(x, y) = x^2 + 2y").variables
    ('x', 'y')

    Raises ParseError with the place of the first thing that cannot be understood.
    """
    return _Parser(source, frozenset(names), within).parse()


def _read_again(
    source: str,
    names: frozenset[str],
    within: Span | None,
    variables: tuple[str, ...],
) -> Parsed:
    """Return what was pickled."""
    return parse(source, names, within)._replace(variables=variables)


class _Frame(NamedTuple):
    """Something that waits for its right side to be complete."""

    #: It is complete when an operator binds less than this; -1: at a ')'.
    power: int
    #: The operator or function; None for a group.
    row: Function | None
    #: How many operands were there before its arguments.
    height: int
    #: The token that opened it, to point at.
    opener: int


_IMPLICIT = INFIX["*"]
_POWER = INFIX["**"]
_ROOT = 50
"""How strongly a root sign holds what follows: one name, number, call or bracket."""
_STARTS = {"number", "name", "(", "fraction", *BY_SIGN}
_EMPTY: dict[str, Function] = {}


class _Parser:
    """The state of one reading: the tokens, and two stacks."""

    def __init__(
        self,
        source: str,
        names: frozenset[str],
        within: Span | None,
        functions: dict[str, Function] = _EMPTY,
        spans: dict[Expression, Span] | None = None,
    ) -> None:
        self.source = source
        self.names = names
        self.within = within
        self.functions = functions
        self.spans = spans
        self.tokens = tokens(source, within)
        self.position = 0
        self.operands: list[Expression] = []
        self.starts: list[int] = []  # where each operand begins
        self.frames: list[_Frame] = []
        self.scope: dict[str, Expression] = {}  # every name that was read
        self.definitions: dict[str, Expression] = {}
        self.order: tuple[str, ...] | None = None  # from f(x, y) = ...
        self.target: Token | None = None  # the name in front of '='
        self.done = False

    @property
    def wrong(self) -> "Complaints":
        """What can be wrong; loaded when something is."""
        from diffcli.language.complaints import Complaints

        return Complaints(self.source, self.tokens)

    # ---- the main loop

    def parse(self) -> Parsed:
        """Read all parts; the last one is the value."""
        self.head()
        self.definition()
        while not self.done:
            self.operand()
            while not self.operator():
                pass
        if self.target:
            raise self.wrong.only_definitions(self.target.text)
        (expression,) = self.operands
        used = [
            name
            for name, node in self.scope.items()
            if isinstance(node, Variable) and name not in self.definitions
        ]
        order = self.order or tuple(sorted(used, key=natural))
        head = set(order)
        for name in used:
            if name not in head:
                raise self.wrong.not_in_the_head(name, order)
        return Parsed(
            self.source, expression, order, self.definitions, self.names, self.within
        )

    def operand(self) -> None:
        """Read what may stand before an operand, and the operand."""
        while True:
            token = self.next()
            kind = token.kind
            if kind == "number":
                self.push(self.numeral(token), token)
                return
            if kind == "name":
                if self.name(token):
                    return
            elif kind == "(":
                self.wait(-1, None, len(self.operands))
            elif kind == "fraction":
                self.fraction(token)
                return
            elif kind in BY_SIGN:
                self.wait(_ROOT, BY_SIGN[kind], len(self.operands))
            elif kind in PREFIX:
                row = PREFIX[kind]
                self.wait(_notation(row).right, row, len(self.operands))
            elif kind not in ("+", "newline"):  # a plus sign in front changes nothing
                raise self.wrong.no_operand(self.position - 1)

    def operator(self) -> bool:
        """Read what follows an operand; True: an operand comes next, or all is read."""
        token = self.tokens[self.position]
        kind = token.kind
        row = INFIX.get(kind)
        if row is not None:
            self.position += 1
            self.infix(row)
            return True
        if kind == ")":
            self.position += 1
            self.close()
        elif kind == "power":
            self.position += 1
            self.raise_to(token)
        elif kind == ",":
            self.position += 1
            self.comma()
            return True
        elif kind in _STARTS:
            self.implicit(token)
            return True
        elif kind == "newline" and self.inside():
            self.position += 1
        else:
            return self.end_of_part(token)
        return False

    # ---- operands

    def numeral(self, token: Token) -> Expression:
        """Return the number; 1e alone is no number, and 1e400 no double."""
        text = token.text
        follower = self.tokens[self.position]
        if (
            follower.start == token.end
            and follower.text in ("e", "E")
            and self.tokens[self.position + 1].kind != "**"
        ):
            raise self.wrong.unfinished_number(self.position - 1)
        node = number(
            text.lower().lstrip("0") or "0" if text.isdigit() else text.lower()
        )
        if node.value == float("inf"):
            raise self.wrong.too_large(self.position - 1)
        return node

    def name(self, token: Token) -> bool:
        """Read a variable or constant, or the start of a call (then False)."""
        name = token.text
        called = self.at("(")
        row = self.functions.get(name) or BY_NAME.get(name)
        if called and name not in self.scope and name not in self.names:
            row = row or BY_SIGN.get(name)
        if called and row and name not in self.definitions:
            self.wait(-1, row, len(self.operands))
            self.position += 1
            if self.at(")"):
                name_index = self.position - 2
                raise self.wrong.arity(row, name_index, 0, self.position)
            return False
        if called:
            raise self.not_a_function(self.position - 1)
        node = self.scope.get(name)
        if node is None:
            if row and name not in self.names:
                raise self.wrong.needs_brackets(self.position - 1)
            constant = name in CONSTANTS and name not in self.names
            node = number(name) if constant else variable(name)
            self.scope[name] = node
        self.push(node, token)
        return True

    def fraction(self, token: Token) -> None:
        """Read ½; behind a number it could be a sum or a product."""
        if self.position > 1 and self.tokens[self.position - 2].kind == "number":
            raise self.wrong.mixed_number(self.position - 1)
        above, below = FRACTIONS[token.text]
        self.push(call(INFIX["/"], number(above), number(below)), token)

    def push(self, node: Expression, token: Token) -> None:
        """Put an operand on the stack."""
        self.operands.append(node)
        self.starts.append(token.start)
        if self.spans is not None:
            self.spans.setdefault(node, (token.start, token.end))

    # ---- operators

    def wait(self, power: int, row: Function | None, height: int) -> None:
        """Put something on hold until its right side is complete."""
        self.frames.append(_Frame(power, row, height, self.position - 1))

    def infix(self, row: Function) -> None:
        """Finish all that binds more strongly, then wait for the right side."""
        notation = _notation(row)
        if row is _POWER:
            self.refuse_under_a_root(self.position - 1)
        self.finish(notation.left)
        self.wait(notation.right, row, len(self.operands) - 1)

    def implicit(self, token: Token) -> None:
        """Multiply where a number or a group stands directly before a factor."""
        before = self.tokens[self.position - 1]
        numbers = before.kind == token.kind == "number"
        if before.kind != ")":
            self.refuse_under_a_root(self.position)
        ends = before.kind in ("number", ")", "power", "fraction") and not numbers
        if ends or (before.kind == "name" and self.begins_a_function(token)):
            self.infix(_IMPLICIT)
        elif before.kind == "name" and token.kind == "(":
            raise self.not_a_function(self.position - 1)
        else:
            raise self.wrong.no_operator(self.position)

    def begins_a_function(self, token: Token) -> bool:
        """Tell whether a root or, after a blank, a known function stands here."""
        if token.kind in BY_SIGN:
            return True
        known = token.text in BY_NAME or token.text in BY_SIGN
        return (
            token.kind == "name"
            and known
            and token.text not in self.scope
            and token.text not in self.names
            and self.tokens[self.position + 1].kind == "("
        )

    def refuse_under_a_root(self, index: int) -> None:
        """Refuse √x² and √2x, which may end under the root or behind it."""
        if self.frames and self.frames[-1].power == _ROOT:
            raise self.wrong.open_root(self.frames[-1].opener, index)

    def raise_to(self, token: Token) -> None:
        """Apply a raised number, as in x² and x⁻¹."""
        self.infix(INFIX["**"])
        digits = token.text.lstrip("-0") or "0"
        self.push(number(digits), token)
        if token.text.startswith("-"):
            self.apply(PREFIX["-"], 1)

    def finish(self, left: int) -> None:
        """Apply the waiting operators that bind more strongly than ``left``."""
        frames = self.frames
        while frames and frames[-1].power > left:
            frame = frames.pop()
            assert frame.row is not None
            if frame.row.arity == 1:
                self.begin_at(frame)
            self.apply(frame.row, frame.row.arity)

    def begin_at(self, frame: _Frame) -> None:
        """Let the operand begin where the frame was opened."""
        self.starts[frame.height] = self.tokens[frame.opener].start

    def apply(self, row: Function, count: int) -> None:
        """Replace the last ``count`` operands by the row applied to them."""
        args = self.operands[-count:]
        if row is _POWER and args[0] is _EULER:
            row, args = BY_NAME["exp"], args[1:]  # one function has one node
        node = _gather(row, args)
        del self.operands[-count:], self.starts[len(self.starts) - count + 1 :]
        self.operands.append(node)
        if self.spans is not None:
            end = self.tokens[self.position - 1].end
            self.spans.setdefault(node, (self.starts[-1], end))

    # ---- groups, calls, parts

    def close(self) -> None:
        """Finish a group or a call at the ')' before the position."""
        self.position -= 1  # what is inside ends before the bracket
        self.finish(0)
        self.position += 1
        if not self.frames:
            raise self.wrong.closes_nothing(self.position - 1)
        frame = self.frames.pop()
        self.begin_at(frame)
        if frame.row:
            count = len(self.operands) - frame.height
            if count != frame.row.arity and not frame.row.many:
                raise self.wrong.arity(
                    frame.row, frame.opener, count, self.position - 1
                )
            self.apply(frame.row, count)

    def comma(self) -> None:
        """Finish one argument of a call."""
        self.finish(0)
        if not self.frames or not self.frames[-1].row:
            raise self.wrong.stray_comma(self.position - 1)

    def end_of_part(self, token: Token) -> bool:
        """Finish a part at ';', a newline or the end."""
        self.finish(0)
        if self.frames:
            frame = self.frames[-1]
            raise self.wrong.never_closed(frame.opener + (frame.row is not None))
        if token.kind == "=":
            raise self.wrong.stray_equals(self.position)
        self.skip_separators()
        if self.at("end"):
            self.done = True
        elif not self.target:
            raise self.wrong.not_last(self.starts[0], token.start)
        else:
            self.define(self.target, self.operands.pop())
            self.starts.pop()
            self.definition()
        return True

    def define(self, target: Token, node: Expression) -> None:
        """Let a name stand for a node from here on."""
        name = target.text
        if name in self.scope:
            raise self.wrong.defined_too_late(target, twice=name in self.definitions)
        self.scope[name] = self.definitions[name] = node

    def definition(self) -> None:
        """Read ``name =`` if it stands here."""
        self.skip_separators()
        self.target = None
        first = self.tokens[self.position]
        if first.kind == "name" and self.tokens[self.position + 1].kind == "=":
            self.target = first
            self.position += 2

    def head(self) -> None:
        """Read ``f(x, y) =`` if the text begins with it."""
        self.skip_separators()
        words, start = self.tokens, self.position
        if [word.kind for word in words[start : start + 2]] != ["name", "("]:
            return
        stop = start + 2
        while words[stop].kind in ("name", ","):
            stop += 1
        if [word.kind for word in words[stop : stop + 2]] != [")", "="]:
            return
        names = [word.text for word in words[start + 2 : stop] if word.kind == "name"]
        if len(names) != len(set(names)) or 2 * len(names) - 1 != stop - start - 2:
            raise self.wrong.bad_head(start, stop)
        self.order = tuple(names)
        self.names |= set(names)
        self.position = stop + 2

    # ---- small helpers

    def next(self) -> Token:
        """Return the next token and step over it."""
        token = self.tokens[self.position]
        self.position += 1
        return token

    def at(self, kind: str) -> bool:
        """Tell whether the next token is of this kind."""
        return self.tokens[self.position].kind == kind

    def skip_separators(self) -> None:
        """Step over ';' and newlines."""
        while self.tokens[self.position].kind in (";", "newline"):
            self.position += 1

    def inside(self) -> bool:
        """Tell whether a bracket is open."""
        return any(frame.power < 0 for frame in reversed(self.frames))

    def not_a_function(self, index: int) -> ParseError:
        """Return the error for a name that is called but is no function."""
        name = self.tokens[index].text
        used = name in self.scope or name in self.names
        return self.wrong.not_a_function(index, self.functions, used=used)


_EULER = number("e")


def _notation(row: Function) -> Operator:
    assert row.notation is not None
    return row.notation


def _gather(row: Function, args: list[Expression]) -> Expression:
    """Return ``row`` applied to its arguments, two by two if it takes many."""
    if not row.many:
        return call(row, *args)
    combine = BY_NAME["sum"] if row.many == "average" else row
    node = args[-1]
    for argument in reversed(args[:-1]):
        node = call(combine, argument, node)
    if row.many == "average" and len(args) > 1:
        node = call(INFIX["/"], node, number(str(len(args))))
    return node


def parse_template(text: str, functions: dict[str, Function]) -> Expression:
    """Return a rule's text as an expression that may call extra functions."""
    return _Parser(text, frozenset(), None, functions).parse().expression
