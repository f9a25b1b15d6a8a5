"""Tokens to an expression, by binding powers read from the table.

The method is Pratt's, with a stack of our own in place of recursion (after
matklad's "minipratt"), so that a million brackets are no more than a long list.
Two things alternate: an operand is expected, then an operator.
"""

from collections.abc import Collection
from typing import NamedTuple

from diffcli.calculus.functions import (
    BY_NAME,
    CONSTANTS,
    INFIX,
    PREFIX,
    Function,
    Notation,
)
from diffcli.errors import ParseError, RangeError, Span
from diffcli.language.expression import (
    Expression,
    Variable,
    call,
    natural,
    number,
    variable,
)
from diffcli.language.lexer import Token, tokens


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
        _Parser(self.source, self.names, self.within, spans=spans).parse()
        return spans


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


class _Frame(NamedTuple):
    """Something that waits for its right side to be complete."""

    #: It is complete when an operator binds less than this; -1: at a ')'.
    power: int
    #: The operator or function; None for a group.
    row: Function | None
    #: How many operands were there before its arguments.
    height: int
    #: The token that opened it, to point at.
    token: Token


_IMPLICIT = INFIX["*"]
_NUMBER_END, _GROUP_END = "number", ")"
_STARTS = {"number", "name", "("}
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
            raise self.error(
                "the formula ends after a definition",
                (len(self.source.rstrip()), len(self.source.rstrip()) + 1),
                _definition_hint(self.target.text, self.source),
            )
        (expression,) = self.operands
        used = [
            name
            for name, node in self.scope.items()
            if isinstance(node, Variable) and name not in self.definitions
        ]
        order = self.order or tuple(sorted(used, key=natural))
        for name in used:
            if name not in order:
                raise self.error(
                    f"'{name}' is not among the variables of the function",
                    hint=f"write it in front: f({', '.join((*order, name))}) = ...",
                )
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
                self.frames.append(_Frame(-1, None, len(self.operands), token))
            elif kind in PREFIX:
                row = PREFIX[kind]
                power = _notation(row).right
                self.frames.append(_Frame(power, row, len(self.operands), token))
            elif kind not in ("+", "newline"):  # a plus sign in front changes nothing
                raise self.no_operand(token)

    def operator(self) -> bool:
        """Read what follows an operand; True: an operand comes next, or all is read."""
        token = self.tokens[self.position]
        kind = token.kind
        row = INFIX.get(kind)
        if row is not None:
            self.position += 1
            self.infix(row, token)
            return True
        if kind == ")":
            self.position += 1
            self.close(token)
        elif kind == "power":
            self.position += 1
            self.raise_to(token)
        elif kind == ",":
            self.position += 1
            self.comma(token)
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
            raise self.error(
                f"'{text}{follower.text}' is not a finished number",
                (token.start, follower.end),
                f"{text}e3 is {text} thousand; {text}*e has the constant e",
            )
        node = number(
            text.lower().lstrip("0") or "0" if text.isdigit() else text.lower()
        )
        if node.value == float("inf"):
            raise RangeError(
                "overflow: this number is beyond 1.8e308",
                source=self.source,
                span=(token.start, token.end),
            )
        return node

    def name(self, token: Token) -> bool:
        """Read a variable or constant, or the start of a call (then False)."""
        name = token.text
        called = self.at("(")
        row = self.functions.get(name) or BY_NAME.get(name)
        if called and row and name not in self.definitions:
            frame = _Frame(-1, row, len(self.operands), token)
            self.position += 1
            if self.at(")"):
                raise self.arity(row, 0, frame)
            self.frames.append(frame)
            return False
        if called:
            raise self.not_a_function(token)
        node = self.scope.get(name)
        if node is None:
            if row and name not in self.names:
                raise self.needs_brackets(token)
            constant = name in CONSTANTS and name not in self.names
            node = number(name) if constant else variable(name)
            self.scope[name] = node
        self.push(node, token)
        return True

    def push(self, node: Expression, token: Token) -> None:
        """Put an operand on the stack."""
        self.operands.append(node)
        self.starts.append(token.start)
        if self.spans is not None:
            self.spans.setdefault(node, (token.start, token.end))

    # ---- operators

    def infix(self, row: Function, token: Token) -> None:
        """Finish all that binds more strongly, then wait for the right side."""
        notation = _notation(row)
        self.finish(notation.left)
        self.frames.append(_Frame(notation.right, row, len(self.operands) - 1, token))

    def implicit(self, token: Token) -> None:
        """Multiply where a number or a group stands directly before a factor."""
        before = self.tokens[self.position - 1]
        numbers = before.kind == token.kind == "number"
        if before.kind in ("number", ")", "power") and not numbers:
            self.infix(_IMPLICIT, token)
            return
        if before.kind == "name" and token.kind == "(":
            raise self.not_a_function(before)
        raise self.error(
            f"expected an operator between '{before.text}' and '{token.text}'",
            (token.start, token.end),
            f"write the product with '*': {before.text}*{token.text}",
        )

    def raise_to(self, token: Token) -> None:
        """Apply a raised number, as in x² and x⁻¹."""
        row = INFIX["**"]
        self.infix(row, token)
        text = token.text.lstrip("-")
        self.push(number(text.lstrip("0") or "0"), token)
        if token.text.startswith("-"):
            self.apply(PREFIX["-"], 1)

    def finish(self, left: int) -> None:
        """Apply the waiting operators that bind more strongly than ``left``."""
        frames = self.frames
        while frames and frames[-1].power > left:
            frame = frames.pop()
            assert frame.row is not None
            if not _notation(frame.row).left:
                self.starts[-1] = frame.token.start
            self.apply(frame.row, frame.row.arity)

    def apply(self, row: Function, count: int) -> None:
        """Replace the last ``count`` operands by the row applied to them."""
        args = self.operands[-count:]
        node = _gather(row, args)
        del self.operands[-count:], self.starts[len(self.starts) - count + 1 :]
        self.operands.append(node)
        if self.spans is not None:
            end = self.tokens[self.position - 1].end
            self.spans.setdefault(node, (self.starts[-1], end))

    # ---- groups, calls, parts

    def close(self, token: Token) -> None:
        """Finish a group or a call at its ')'."""
        self.position -= 1  # what is inside ends before the bracket
        self.finish(0)
        self.position += 1
        if not self.frames:
            raise self.error(
                "this ')' closes nothing",
                (token.start, token.end),
                "remove it, or open a '(' before it",
            )
        frame = self.frames.pop()
        if frame.row:
            count = len(self.operands) - frame.height
            if count != frame.row.arity and not frame.row.many:
                raise self.arity(frame.row, count, frame)
            self.starts[frame.height] = frame.token.start
            self.apply(frame.row, count)
        else:
            self.starts[-1] = frame.token.start

    def comma(self, token: Token) -> None:
        """Finish one argument of a call."""
        self.finish(0)
        if not self.frames or not self.frames[-1].row:
            before, after = self.tokens[self.position - 2], self.tokens[self.position]
            decimal = before.kind == after.kind == "number"
            raise self.error(
                "unexpected ','",
                (token.start, token.end),
                f"decimals use a point: {before.text}.{after.text}{self.rest()}"
                if decimal
                else "",
            )

    def end_of_part(self, token: Token) -> bool:
        """Finish a part at ';', a newline or the end."""
        self.finish(0)
        if self.frames:
            opener = self.frames[-1]
            start = opener.token.end if opener.row else opener.token.start
            start = self.source.index("(", start)
            raise self.error(
                "this '(' is never closed",
                (start, start + 1),
                "add ')' where the group should end",
            )
        if token.kind == "=":
            raise self.error(
                "unexpected '='",
                (token.start, token.end),
                "a definition is a name, '=' and a formula: z = 2*x; z**2",
            )
        while self.tokens[self.position].kind in (";", "newline"):
            self.position += 1
        if self.at("end"):
            self.done = True
            return True
        if not self.target:
            raise self.error(
                "only the last part may be a formula; the others define names",
                (self.starts[0], token.start),
                "give it a name: z = ...",
            )
        self.define(self.target, self.operands.pop())
        self.starts.pop()
        self.definition()
        return True

    def define(self, target: Token, node: Expression) -> None:
        """Let a name stand for a node from here on."""
        name = target.text
        if name in self.scope:
            again = name in self.definitions
            raise self.error(
                f"'{name}' is defined twice"
                if again
                else f"'{name}' is used before it is defined",
                (target.start, target.end),
                "give it another name",
            )
        self.scope[name] = self.definitions[name] = node

    def definition(self) -> None:
        """Read ``name =`` if it stands here."""
        while self.at("newline") or self.at(";"):
            self.position += 1
        self.target = None
        first = self.tokens[self.position]
        if first.kind == "name" and self.tokens[self.position + 1].kind == "=":
            self.target = first
            self.position += 2

    def head(self) -> None:
        """Read ``f(x, y) =`` if the text begins with it."""
        words = self.tokens
        while words[self.position].kind == "newline":
            self.position += 1
        kinds = [word.kind for word in words[self.position : self.position + 2]]
        if kinds != ["name", "("]:
            return
        index = self.position + 2
        names: list[str] = []
        while words[index].kind == "name":
            names.append(words[index].text)
            index += 1
            if words[index].kind != ",":
                break
            index += 1
        if words[index].kind != ")" or words[index + 1].kind != "=":
            return
        if len(set(names)) < len(names):
            raise self.error(
                "the same variable stands twice",
                (words[self.position].start, words[index].end),
            )
        self.order = tuple(names)
        self.names |= set(names)
        self.position = index + 2

    # ---- small helpers

    def next(self) -> Token:
        """Return the next token and step over it."""
        token = self.tokens[self.position]
        self.position += 1
        return token

    def at(self, kind: str) -> bool:
        """Tell whether the next token is of this kind."""
        return self.tokens[self.position].kind == kind

    def inside(self) -> bool:
        """Tell whether a bracket is open."""
        return any(frame.power < 0 for frame in reversed(self.frames))

    def rest(self) -> str:
        """Return the text behind the next token, if it is short."""
        rest = self.source[self.tokens[self.position].end :]
        return rest if len(rest) < 30 else "…"

    # ---- what can be wrong

    def error(
        self, message: str, span: Span | None = None, hint: str = ""
    ) -> ParseError:
        """Return an error that points into the source."""
        return ParseError(message, source=self.source, span=span, hint=hint)

    def no_operand(self, token: Token) -> ParseError:
        """Say that an operand is missing here, and after what."""
        before = self.tokens[self.position - 2] if self.position > 1 else None
        if token.kind == "end":
            if before is None:
                return self.error("the formula is empty", hint='write one: "x**2"')
            row = INFIX.get(before.kind)
            verb = _notation(row).verb if row else ""
            word = self.source[before.start : before.end]
            return self.error(
                f"the formula ends after '{word}'",
                (before.end, before.end + 1),
                f"something to {verb} is missing" if verb else "",
            )
        after = ""
        if before is not None:
            after = f" after '{self.source[before.start : before.end].strip()}'"
        found = "" if token.kind != ")" else ", not ')'"
        return self.error(
            f"expected a number, a variable or '('{found}{after}",
            (token.start, token.end),
        )

    def not_a_function(self, token: Token) -> ParseError:
        """Say that a name cannot be called: it is unknown, or a variable."""
        from difflib import get_close_matches

        name, span = token.text, (token.start, token.end)
        known = [*BY_NAME, *self.functions]
        near = get_close_matches(name, known, n=1, cutoff=0.7) if len(name) > 2 else []
        used = name in self.scope or name in self.names
        if (near or len(name) > 2) and not used:
            hint = f"did you mean '{near[0]}'?" if near else ""
            return self.error(
                f"unknown function '{name}'", span, hint or "see: diffcli functions"
            )
        opening = self.source.index("(", token.end)
        closing = _closing(self.source, opening)
        group = self.source[opening:closing]
        shown = group if len(group) < 30 else "(...)"
        what = "a constant" if name in CONSTANTS and not used else "a variable"
        return self.error(
            f"'{name}' is {what}, not a function",
            span,
            f"for a product write {name}*{shown}",
        )

    def needs_brackets(self, token: Token) -> ParseError:
        """Say that a function stands without its argument."""
        follower = self.tokens[self.position]
        argument = follower.text if follower.kind in ("number", "name") else "x"
        return self.error(
            f"'{token.text}' is a function and needs parentheses",
            (token.start, token.end),
            f"{token.text}({argument})",
        )

    def arity(self, row: Function, count: int, frame: _Frame) -> ParseError:
        """Say how many arguments a function takes, pointing at those too many."""
        plural = "" if row.arity == 1 else "s"
        start = frame.token.start
        end = self.tokens[self.position - 1].end
        if count > row.arity:
            start = self.extra(frame, row.arity)
            end -= 1
        takes = "at least 1 argument" if row.many else f"{row.arity} argument{plural}"
        return self.error(
            f"'{frame.token.text}' takes {takes}, got {count}", (start, end)
        )

    def extra(self, frame: _Frame, arity: int) -> int:
        """Return the place of the comma before the first argument too many."""
        index = self.tokens.index(frame.token) + 2
        depth = commas = 0
        while True:
            token = self.tokens[index]
            depth += (token.kind == "(") - (token.kind == ")")
            commas += token.kind == "," and depth == 0
            if commas == arity:
                return token.start
            index += 1


def _notation(row: Function) -> Notation:
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


def _closing(source: str, opening: int) -> int:
    """Return the place after the ')' that closes the '(' at ``opening``."""
    depth = 0
    for index in range(opening, len(source)):
        depth += (source[index] == "(") - (source[index] == ")")
        if depth == 0:
            return index + 1
    return len(source)


def _definition_hint(name: str, source: str) -> str:
    value = source.rpartition("=")[2].strip()
    try:
        float(value)
    except ValueError:
        return "end with the formula itself (z = 2*x; z**2)"
    return (
        "end with the formula itself (z = 2*x; z**2),"
        f" or give values: --at {name}={value}"
    )


def parse_template(text: str, functions: dict[str, Function]) -> Expression:
    """Return a rule's text as an expression that may call extra functions."""
    return _Parser(text, frozenset(), None, functions).parse().expression
