"""Tokens to an expression, by binding powers read from the table.

The method is Pratt's, with a stack of our own in place of recursion (after
matklad's "minipratt"), so that a million brackets are no more than a long list.
Two things alternate: an operand is expected, then an operator.
"""

from collections.abc import Callable, Sequence
from functools import cached_property
from operator import itemgetter
from typing import TYPE_CHECKING

from diffcli.calculus.functions import (
    BY_NAME,
    BY_SIGN,
    CONSTANTS,
    DIVIDE,
    INFIX,
    NEGATE,
    POWER,
    PREFIX,
    Function,
)
from diffcli.errors import ParseError, Span
from diffcli.language.expression import (
    Expression,
    Variable,
    call,
    maker,
    number,
    variable,
)
from diffcli.language.lexer import FRACTIONS, Token, Word, tokens

if TYPE_CHECKING:
    from diffcli.language.complaints import Complaints

_Made = Callable[[tuple[Expression, ...]], Expression]
_Frame = tuple[int, Function | None, int, int, _Made | None]
"""Something that waits for its right side to be complete.

The power: it is complete when an operator binds less than this; below 0: at a ')'. The
operator or function; None for a group. How many operands were there before its
arguments. The place of the word that opened it, to point at. What makes its node of
operands that are complete, if they are as many as it needs; None: one has to look.
Where that is known neither of the two numbers is asked for, and one frame is all that
waits for the same: a million brackets that are open take no room of their own.
"""
_ROOT = 50
"""How strongly a root sign holds what follows: one name, number, call or bracket."""
_STARTS = {"number", "name", "(", "fraction", *BY_SIGN}
_INFIX = {
    sign: (row.notation.left, row.notation.right, row)
    for sign, row in INFIX.items()
    if row.notation
}
"""For each operator how strongly it holds its left and its right side, and its row."""
_RAISES = _INFIX["**"][0]
_PREFIX = {
    sign: (row, row.notation.right) for sign, row in PREFIX.items() if row.notation
}
_EMPTY: dict[str, Function] = {}
_INFINITE = float("inf")
_first: _Made = itemgetter(0)
_NO_FRAME: _Frame = (0, None, 0, 0, None)
_GROUP: _Frame = (-1, None, 0, 0, _first)
"""A bracket that is what is inside."""


class Reading:
    """The state of one reading: the tokens, and two stacks."""

    def __init__(
        self,
        source: str,
        given: Sequence[Word | Token],
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
        self.words = given
        self.position = 0
        self.operands: list[Expression] = []
        self.starts: list[int] = []  # where each operand begins, for the spans
        self.frames: list[_Frame] = []
        self.scope: dict[str, Expression] = {}  # every name that was read
        #: Every number and name that was read, and plain numerals at once.
        self.ready = _numerals(given) if spans is None else {}
        #: Functions that were called, and what waits for one argument; of others each
        #: call has a frame of its own. And what waits behind a bracket alone.
        self.called: dict[Word | Token, tuple[Function | None, _Frame | None]] = {}
        #: For each sign that was read behind an operand how strongly it holds that,
        #: and what then waits; at the end of a bracket nothing does.
        self.signs: dict[str, tuple[int, _Frame | None]] = {")": (0, None)}
        self.definitions: dict[str, Expression] = {}
        self.order: tuple[str, ...] | None = None  # from f(x, y) = ...
        self.target: Token | None = None  # the name in front of '='
        self.begin = self.position  # the first word of the part
        self.done = False

    @cached_property
    def tokens(self) -> Sequence[Token]:
        """The words with their places, for errors and spans."""
        return tokens(self.source, self.within)

    @property
    def wrong(self) -> "Complaints":
        """What can be wrong; loaded when something is."""
        from diffcli.language.complaints import Complaints

        return Complaints(self.source, self.tokens)

    # ---- the main loop

    def last(self) -> tuple[Expression, tuple[str, ...]]:
        """Read all parts; return the last, which is the value, and the variables.

        They are in the order in which they were met.
        """
        self.head()
        self.definition()
        self.read()
        if self.target:
            raise self.wrong.only_definitions(self.target.text)
        (expression,) = self.operands
        used = (
            name
            for name, node in self.scope.items()
            if isinstance(node, Variable) and name not in self.definitions
        )
        return expression, tuple(used)

    def read(self) -> None:
        """Read operands and operators in turn, to the end.

        Most words are numbers and names that were read before, operators between two
        operands, and brackets: only they are dealt with here.
        """
        words, operands, frames = self.words, self.operands, self.frames
        known, signs, position = self.ready.get, self.signs.get, self.position
        while True:  # an operand is expected
            node = known(words[position])
            position += 1
            if node is None:
                self.position = position - 1
                node = self.operand()
                position = self.position
            while True:  # an operator is expected, or the end of a bracket
                sign = signs(words[position].kind)
                if sign is None:
                    operands.append(node)
                    self.position = position
                    follows = self.behind_operand(words[position].kind)
                    position = self.position
                    if self.done:
                        return
                    if not follows:
                        break
                    node = operands.pop()
                    continue
                left, frame = sign
                while frames and (top := frames[-1])[0] > left:
                    made = top[4]
                    if made is None:
                        operands.append(node)
                        self.position = position
                        self.finish(left)
                        node = operands.pop()
                        break
                    frames.pop()
                    node = made((operands.pop(), node))
                if frame is not None:
                    operands.append(node)
                    frames.append(frame)
                    position += 1
                    break
                self.position = position
                node = self.end_brackets(node)
                position = self.position

    def operand(self) -> Expression:
        """Read an operand up to its first end: what stands in front of it, and it."""
        words, frames, height = self.words, self.frames, len(self.operands)
        known, called, position = self.ready.get, self.called.get, self.position
        while True:
            word = words[position]
            opened = called(word)
            position += 1
            if opened and (opened[0] is None or words[position].kind == "("):
                row, frame = opened
                frames.append(frame or (-1, row, height, position - 1, None))
                position += row is not None
            elif node := known(word):
                self.position = position
                return node
            else:
                self.position = position
                if node := self.begin_operand(word):
                    return node
                position = self.position

    def end_brackets(self, inside: Expression) -> Expression:
        """Return what ends here with a bracket, and with those that end at once."""
        words, frames, position = self.words, self.frames, self.position
        while True:
            made = frames[-1][4] if frames else None
            if made is None:
                self.operands.append(inside)
                self.position = position
                self.close()
                position = self.position
                inside = self.operands.pop()
            else:
                frames.pop()
                inside = made((inside,))
                position += 1
            if words[position].kind != ")" or (frames and frames[-1][0] > 0):
                self.position = position
                return inside

    def begin_operand(self, word: Word | Token) -> Expression | None:
        """Read a word before which an operand is expected; return it if it is one."""
        kind = word.kind
        if kind == "name" and self.words[self.position].kind != "(":
            node = self.name(word)
        elif kind == "number":
            node = self.numeral(word)
        elif kind == "fraction":
            node = self.fraction(word)
        else:
            self.stand_before(word)
            return None
        self.begin_here(node)
        return node

    def stand_before(self, word: Word | Token) -> None:
        """Read what stands in front of an operand: a sign, a bracket, a function."""
        kind = word.kind
        if kind == ")":
            self.refuse_no_argument()
        if kind == "name":
            self.call(word)
        elif kind == "(":
            self.group(word)
        elif kind in BY_SIGN:
            self.wait(_ROOT, BY_SIGN[kind], len(self.operands))
        elif kind in _PREFIX:
            row, power = _PREFIX[kind]
            self.wait(power, row, len(self.operands))
        elif kind not in ("+", "newline"):  # a plus sign in front changes nothing
            raise self.wrong.no_operand(self.position - 1)

    def behind_operand(self, kind: str) -> bool:
        """Read a rarer word behind an operand; True: an operator can follow still."""
        if kind in _INFIX:
            self.signs[kind] = self.sign(kind)
        elif kind == "power":
            self.raise_to(self.words[self.position])
        elif kind == "newline" and self.inside():
            self.position += 1
        else:
            if kind == ",":
                self.comma()
            elif kind in _STARTS:
                self.implicit()
            else:
                self.end_of_part()
            return False
        return True

    # ---- operands

    def numeral(self, word: Word | Token) -> Expression:
        """Return the number; 1e400 is no double."""
        text = word.text
        if not text.isdecimal():
            text = text.lower()
        elif text[0] == "0":
            text = text.lstrip("0") or "0"
        node = self.double(text)
        self.know(word, node)
        return node

    def double(self, text: str) -> Expression:
        """Return the number of the last word, if a double can be as large."""
        node = number(text)
        if node.value == _INFINITE:
            raise self.wrong.too_large(self.position - 1)
        return node

    def know(self, word: Word | Token, node: Expression) -> None:
        """Let a word be read as this node wherever an operand begins with it."""
        if self.spans is None:
            self.ready[word] = node

    def name(self, word: Word | Token) -> Expression:
        """Return a variable or constant, or what a name was defined as."""
        name = word.text
        node = self.scope.get(name)
        if node is None:
            known = name in self.functions or name in BY_NAME
            if known and name not in self.names:
                raise self.wrong.needs_brackets(self.position - 1)
            constant = name in CONSTANTS and name not in self.names
            node = number(name) if constant else variable(name)
            self.scope[name] = node
        if name in self.definitions or not self.is_function(name):
            self.know(word, node)
        return node

    def is_function(self, name: str) -> bool:
        """Tell whether a name may be called."""
        return name in self.functions or name in BY_NAME or name in BY_SIGN

    def call(self, word: Word | Token) -> None:
        """Begin a call: the position is at its '('."""
        name = word.text
        row = self.functions.get(name) or BY_NAME.get(name)
        if row is None and name not in self.scope and name not in self.names:
            row = BY_SIGN.get(name)
        if row is None or name in self.definitions:
            raise self.not_a_function(self.position - 1)
        made = self.maker(row) if row.arity == 1 else None
        self.called[word] = row, (-1, row, 0, 0, made) if made else None
        self.wait(-1, row, len(self.operands))
        self.position += 1

    def group(self, word: Word | Token) -> None:
        """Begin a group: the position is behind its '('."""
        if self.spans is None:
            self.called[word] = None, _GROUP
        self.wait(-1, None, len(self.operands))

    def refuse_no_argument(self) -> None:
        """Refuse a call without arguments, the position being behind its brackets."""
        row = self.frames[-1][1] if self.frames else None
        if row is not None and self.words[self.position - 2].kind == "(":
            raise self.wrong.arity(row, self.position - 3, 0, self.position - 1)

    def fraction(self, word: Word | Token) -> Expression:
        """Return ½; behind a number it could be a sum or a product."""
        if self.position > 1 and self.words[self.position - 2].kind == "number":
            raise self.wrong.mixed_number(self.position - 1)
        above, below = FRACTIONS[word.text]
        return call(DIVIDE, number(above), number(below))

    def begin_here(self, node: Expression) -> None:
        """Note that an operand is the word before the position."""
        if self.spans is not None:
            token = self.tokens[self.position - 1]
            self.starts.append(token.start)
            self.spans.setdefault(node, (token.start, token.end))

    # ---- operators

    def wait(self, power: int, row: Function | None, height: int) -> None:
        """Put something on hold until its right side is complete."""
        self.frames.append((power, row, height, self.position - 1, None))

    def maker(self, row: Function) -> _Made | None:
        """Return what makes nodes of complete operands; None: there is more to do."""
        return _applying(row) if self.spans is None else None

    def sign(self, sign: str) -> tuple[int, _Frame]:
        """Return how strongly an operator holds its left side, and what then waits."""
        left, right, row = _INFIX[sign]
        return left, (right, row, 0, 0, self.maker(row))

    def infix(self, sign: str) -> None:
        """Finish all that binds more strongly, then wait for the right side."""
        left, frame = self.sign(sign)
        self.finish(left)
        self.frames.append(frame)

    def implicit(self) -> None:
        """Multiply where a number or a group stands directly before a factor."""
        before, word = self.words[self.position - 1 : self.position + 1]
        if before.kind == "name" and word.kind == "(":
            raise self.not_a_function(self.position - 1)
        if before.kind == "number" and self.goes_on(word):
            raise self.wrong.unfinished_number(self.position - 1)
        if before.text == "0" and word.kind == "name" and self.is_of_base(word.text):
            raise self.wrong.other_base(self.position - 1)
        numbers = before.kind == word.kind == "number"
        if before.kind != ")":
            self.refuse_under_a_root(self.position)
        ends = before.kind in ("number", ")", "power", "fraction") and not numbers
        if not ends and not (before.kind == "name" and self.begins_a_function(word)):
            raise self.wrong.no_operator(self.position)
        self.infix("*")

    def is_of_base(self, name: str) -> bool:
        """Tell whether 0 and the name at the position are a number: 0x1F, 0b11."""
        try:
            int(f"0{name}", 0)
        except ValueError:
            return False
        zero, token = self.tokens[self.position - 1 : self.position + 1]
        written = self.source[token.start : token.end]  # not x₁
        return zero.end == token.start and written == name

    def goes_on(self, word: Word | Token) -> bool:
        """Tell whether a number goes on with an e at the position: 1e is no number."""
        place = self.position
        return (
            word.text in ("e", "E")
            and self.words[place + 1].kind != "**"
            and self.tokens[place].start == self.tokens[place - 1].end
        )

    def begins_a_function(self, word: Word | Token) -> bool:
        """Tell whether a root, or after a blank a known function or e^ stands here."""
        if word.kind in BY_SIGN:
            return True
        if word.text == "e" and word.kind == "name":
            is_raised = self.words[self.position + 1].kind in ("**", "power")
            taken = self.names | self.definitions.keys()
            return is_raised and "e" not in taken
        return (
            word.kind == "name"
            and self.is_function(word.text)
            and word.text not in self.scope
            and word.text not in self.names
            and self.words[self.position + 1].kind == "("
        )

    def refuse_under_a_root(self, index: int) -> None:
        """Refuse √x² and √2x, which may end under the root or behind it."""
        if self.frames and self.frames[-1][0] == _ROOT:
            raise self.wrong.open_root(self.frames[-1][3], index)

    def raise_to(self, word: Word | Token) -> None:
        """Apply a raised number, as in x² and x⁻¹."""
        self.infix("**")
        self.position += 1
        node = self.double(word.text.lstrip("-0") or "0")
        self.operands.append(node)
        self.begin_here(node)
        if word.text.startswith("-"):
            self.apply(NEGATE, 1)

    def finish(self, left: int) -> None:
        """Apply the waiting operators that bind more strongly than ``left``."""
        if left == _RAISES:
            self.refuse_under_a_root(self.position)
        frames = self.frames
        while frames and frames[-1][0] > left:
            _, row, height, opener, _ = frames.pop()
            assert row is not None
            if row.arity == 1:
                self.begin_at(height, opener)
            self.apply(row, row.arity)

    def begin_at(self, height: int, opener: int) -> None:
        """Let an operand begin at the word that opened it."""
        if self.spans is not None:
            self.starts[height] = self.tokens[opener].start

    def apply(self, row: Function, count: int) -> None:
        """Replace the last ``count`` operands by the row applied to them."""
        operands = self.operands
        args = operands[-count:]
        del operands[-count:]
        operands.append(_gather(row, args) if row.many else applied(row, args))
        if self.spans is not None:
            del self.starts[len(self.starts) - count + 1 :]
            end = self.tokens[self.position - 1].end
            self.spans.setdefault(operands[-1], (self.starts[-1], end))

    # ---- groups, calls, parts

    def close(self) -> None:
        """End a group or a call, whose inside is complete, and step over its ')'."""
        frames, operands = self.frames, self.operands
        self.position += 1
        if not frames:
            raise self.wrong.closes_nothing(self.position - 1)
        _, row, height, opener, _ = frames.pop()
        if self.spans is not None:
            self.begin_at(height, opener)
        if row is not None:
            count = len(operands) - height
            if count != row.arity and not row.many:
                raise self.wrong.arity(row, opener, count, self.position - 1)
            self.apply(row, count)

    def comma(self) -> None:
        """Finish one argument of a call, and step over the comma behind it."""
        self.finish(0)
        self.position += 1
        power, row, height, opener, made = self.frames[-1] if self.frames else _NO_FRAME
        if row is None:
            raise self.wrong.stray_comma(self.position - 1)
        if made is not None:  # one more than it takes: to be pointed at
            height, opener = len(self.operands) - 1, self.open_bracket() - 1
            self.frames[-1] = (power, row, height, opener, None)

    def end_of_part(self) -> None:
        """Finish a part at ';', a newline or the end."""
        self.finish(0)
        if self.at("="):
            raise self.wrong.stray_equals(self.position, inside=bool(self.frames))
        if self.frames:
            raise self.wrong.never_closed(self.open_bracket())
        end = self.position
        self.skip_separators()
        if self.at("end"):
            self.done = True
        elif not self.target:
            raise self.wrong.not_last(self.begin, end)
        else:
            self.define(self.target, self.operands.pop())
            self.starts.clear()
            self.definition()

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
        if self.at("name") and self.words[self.position + 1].kind == "=":
            self.target = self.tokens[self.position]
            self.position += 2
        self.begin = self.position

    def head(self) -> None:
        """Read ``f(x, y) =`` if the text begins with it."""
        self.skip_separators()
        words, start = self.words, self.position
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

    def at(self, kind: str) -> bool:
        """Tell whether the next token is of this kind."""
        return self.words[self.position].kind == kind

    def skip_separators(self) -> None:
        """Step over ';' and newlines."""
        while self.words[self.position].kind in (";", "newline"):
            self.position += 1

    def open_bracket(self) -> int:
        """Return where the innermost bracket stands that is open at the position."""
        depth = 1
        for place in range(self.position - 1, -1, -1):
            kind = self.words[place].kind
            depth += (kind == ")") - (kind == "(")
            if not depth:
                return place
        raise AssertionError("no bracket is open")

    def inside(self) -> bool:
        """Tell whether a bracket is open."""
        return any(power < 0 for power, *_ in reversed(self.frames))

    def not_a_function(self, index: int) -> ParseError:
        """Return the error for a name that is called but is no function."""
        name = self.words[index].text
        used = name in self.scope or name in self.names
        return self.wrong.not_a_function(index, self.functions, used=used)


def _numerals(given: Sequence[Word | Token]) -> dict[Word | Token, Expression]:
    """Return the numbers that are spelled with digits alone, as most are.

    One that is no double is left to who says so.
    """
    nodes: dict[Word | Token, Expression] = {}
    for word in {*given}:
        if word.kind == "number" and (text := word.text).isdecimal() and text[0] != "0":
            node = number(text)
            if node.value != _INFINITE:
                nodes[word] = node
    return nodes


_EULER = number("e")


def _applying(row: Function) -> _Made:
    """Return what applies a row to as many as it takes, quickly, a million times.

    e to a power is exp: one function has one node.
    """
    plain = maker(row)
    if row is not POWER:
        return plain
    exponential = maker(BY_NAME["exp"])

    def make(args: tuple[Expression, ...]) -> Expression:
        return exponential(args[1:]) if args[0] is _EULER else plain(args)

    return make


def applied(row: Function, args: Sequence[Expression]) -> Expression:
    """Return a row applied to as many as it takes, once."""
    return _applying(row)(tuple(args))


def _gather(row: Function, args: list[Expression]) -> Expression:
    """Return a row of many applied two by two."""
    combine = BY_NAME["sum"] if row.many == "average" else row
    node = args[-1]
    for argument in reversed(args[:-1]):
        node = call(combine, argument, node)
    if row.many == "average" and len(args) > 1:
        node = call(DIVIDE, node, number(str(len(args))))
    return node
