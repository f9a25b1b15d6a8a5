"""A student's own lines: equations, chains of equals, d/dx[...] and ' as written.

A line says what a name stands for (f(x) = ..., u = ...), what its derivative is
(f'(x) = ..., u' = ..., df/dx = ..., f_x = ...), what one of them is somewhere
(f'(2) = ..., f'(2) ≈ 0.54 if it is rounded), or goes on with the chain above
(= ...). Another exercise begins with a heading, or with a name that is defined anew
behind a blank line after something was differentiated. Lines of words, and words in
brackets behind a formula, are remarks.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType

from diffcli.calculus.functions import BY_NAME, CONSTANTS
from diffcli.errors import DiffcliError, ParseError, UsageError
from diffcli.inputs.derivative_marks import (
    NAME,
    OPERATOR,
    QUOTIENT,
    Marked,
    Marks,
    Named,
    replaced,
)
from diffcli.inputs.rounded import rounding
from diffcli.inputs.work_lines import HEADING, LABEL, REMARK, formulas_of, notation_of
from diffcli.language.expression import Expression, variables
from diffcli.language.lexer import spelling
from diffcli.records import Record

_FUNCTION = re.compile(rf"({NAME})\s*\(\s*({NAME}(?:\s*,\s*{NAME})*)\s*\)")
_PLAIN = re.compile(NAME)
_BELOW = re.compile(r"([^\W_]+)_(\w+)")
_MARK = re.compile(r"['’′]|(?<!\w)[d∂][²³]?\s*\w*\s*/\s*[d∂]")
_LIMIT = re.compile(r"\s*\\?lim(?![a-z])")
_SIGN = re.compile(r"(==?|~=|[≈≃≅])")
_ROUNDED = "~≈≃≅"
_DERIVED = rf"{NAME}['’′]*\s*(?:\(\w+\)\s*)?|[d∂][²³]?\w*\s*/\s*[d∂]\w+[²³]?\s*"
_PARTS = re.compile(
    r"\s*(?:[,;]|\.(?=\s)|\b(?:with|where|and|let)\b)\s*"
    rf"(?:\b(?:[Ll]et|[Tt]hen|[Ss]o|[Hh]ence|[Tt]hus|and)\b,?\s*)?(?=(?:{_DERIVED})[=≈])"
)


class Item(Record):
    """One formula of a line: what stands behind one sign of equality."""

    #: The line's number in the file.
    line: int
    #: What stands before the sign, if the chain begins here.
    left: str
    expression: Expression
    #: What it has to equal, if it begins a chain; None: what stands before it.
    root: Expression | None
    #: The formula as it was written, with names for its parts.
    display: Expression
    #: What its derivatives are with respect to.
    variable: str
    #: It says what a name stands for, and cannot be wrong.
    given: bool = False
    #: How far it may be off: it stands behind ≈, rounded.
    off: float = 0.0
    #: The sign before it.
    sign: str = "="
    #: What every name stands for in this exercise.
    names: Mapping[str, Expression] = MappingProxyType({})
    #: The exercise that it belongs to, from 1.
    exercise: int = 1


class Work(Record):
    """All that was written down."""

    items: tuple[Item, ...]
    #: What the first derivatives are with respect to.
    variable: str


def read(lines: Iterable[str], name: str) -> Work:
    """Return what a student wrote down.

    Raises ParseError, with the line, where it cannot be understood, and UsageError
    where nothing says which variable is meant.
    """
    written = list(lines)
    syntax = notation_of(written)
    plain = [formulas_of(line) for line in written]
    reader = _Reader(plain, syntax)
    readers = [reader]
    for number, line in enumerate(plain, 1):
        if begins_anew(reader, written, number - 1, line):
            reader = _Reader(plain[number - 1 :], syntax)
            readers.append(reader)
        if not line or reader.is_remark(line):
            continue
        try:
            reader.take(number, [p for p in map(str.strip, _PARTS.split(line)) if p])
        except DiffcliError as error:
            kind = ParseError if isinstance(error, ParseError) else UsageError
            raise kind(f"{name}:{number}: {error.message}", hint=error.hint) from None
    readers = [each for each in readers if each.found]
    if not readers:
        raise UsageError(f"{name} is empty", hint="f(x) = x^2, then f'(x) = 2x")
    items = (item for n, each in enumerate(readers, 1) for item in each.done(n))
    return Work(tuple(items), readers[0].variable)


def begins_anew(reader: "_Reader", written: list[str], place: int, line: str) -> bool:
    """Tell whether another exercise begins with a line.

    So it does with a heading, and with a known name that is defined again, behind a
    blank line or a number, after something was differentiated.
    """
    if not reader.found:
        return False
    if HEADING.match(written[place]):
        return True
    apart = LABEL.match(written[place]) or not written[place - 1].strip()
    return bool(apart) and reader.differentiated and reader.defines_again(line)


class _Reader:
    """What has been read so far."""

    def __init__(self, lines: list[str], syntax: str) -> None:
        self.lines = lines
        self.syntax = syntax
        #: What has been read.
        self.found: list[Item] = []
        self.names: dict[str, Named] = {}
        #: A chain goes on with the next line.
        self.begun = False
        #: The last name of which a derivative can be meant.
        self.last = ""
        self.differentiated = False
        self.variable = self.found_variable()
        #: The variable of the chain at hand.
        self.here = self.variable

    def take(self, number: int, parts: list[str]) -> None:
        """Read the parts of a line; h(x) = f(g(x)) after what f and g are."""
        first, *others = parts
        late: list[str] = []
        try:
            self.found += self.items(number, first)
        except ParseError:
            if not others:
                raise
            late = [first]
        for part in (*others, *late):
            self.found += self.items(number, part)

    def done(self, exercise: int) -> Iterator[Item]:
        """Yield what was read, with what the names stand for in the end."""
        names = {name: named.expression for name, named in self.names.items()}
        for item in self.found:
            yield item._replace(names=names, exercise=exercise)

    def defines_again(self, line: str) -> bool:
        """Tell whether a line says what a name is that stands for something."""
        left, sign, _ = line.partition("=")
        function = _FUNCTION.fullmatch(left.strip())
        return bool(sign) and spelling(function[1] if function else left.strip()) in (
            self.names
        )

    def found_variable(self) -> str:
        """Return the variable that f(x) or d/dx names first; empty: none is named."""
        for line in self.lines:
            function = _FUNCTION.match(line)
            if function and "=" in line[function.end() :]:
                return spelling(function[2].partition(",")[0].strip())
        parts = [part for line in self.lines for part in _PARTS.split(line)]
        defined = {spelling(part.partition("=")[0].strip()) for part in parts}
        for line in self.lines:
            operator = OPERATOR.search(line)
            below = QUOTIENT.search(line.partition("=")[0])
            found = operator[1] if operator else below[3] if below else ""
            if found and spelling(found) not in defined:
                return spelling(found)
        known = {*BY_NAME, *CONSTANTS}
        names = {n for line in self.lines[:1] for n in re.findall(NAME, line)} - known
        return spelling(names.pop()) if len(names) == 1 and "'" in self.lines[0] else ""

    def is_remark(self, line: str) -> bool:
        """Tell whether a line is made of words, none of which is a formula."""
        words = [w for w in re.findall(r"[^\W\d_]{4,}", line) if w not in BY_NAME]
        return (
            bool(words)
            and bool(REMARK.fullmatch(line))
            and not any(word in self.names for word in words)
            and (" " in line.strip() or line[-1:] == ":" or line.isalpha())
        )

    def items(self, number: int, line: str) -> Iterator[Item]:
        """Yield what stands in a line. Raises ParseError where a side is empty."""
        left, *others = (part.strip() for part in _SIGN.split(line))
        signs, rights = others[::2], others[1::2]
        if not all(rights) or (not left and not self.begun):
            raise ParseError("there is nothing on one side of a sign of equality")
        if not rights:
            left, signs, rights = self.bare(), ["="], [left]
        root, given = self.root(left)
        for place, (sign, right) in enumerate(zip(signs, rights, strict=True)):
            found = self.formula(right)
            item = Item(number, "", found.expression, None, found.display, self.here)
            if sign[0] in _ROUNDED:
                item = item._replace(off=rounding(found.expression), sign="≈")
            if place == 0 and given:
                self.define(*given, found)
                yield item._replace(left=left, given=True)
            else:
                yield item._replace(left=left, root=root) if place == 0 else item
        self.begun = True

    def bare(self) -> str:
        """Return the left side of a line without one: f, then f', then more of it."""
        if not self.names:
            return "f"
        return "" if self.differentiated else f"{self.last}'"

    def root(
        self, left: str
    ) -> tuple[Expression | None, tuple[str, tuple[str, ...]] | None]:
        """Return what a chain has to equal, or the name that it defines."""
        if not left:
            return None, None
        below = _BELOW.fullmatch(left)
        if below and below[1] in self.names:
            left = f"d{below[1]}/d{below[2]}"
        function = _FUNCTION.fullmatch(left)
        name = spelling(function[1] if function else left)
        if (function or _PLAIN.fullmatch(left)) and name not in self.names:
            listed = function[2].split(",") if function else []
            return None, (name, tuple(spelling(n.strip()) for n in listed))
        self.differentiated |= bool(_MARK.search(left))
        self.here = self.chosen(left)
        return self.marks().read_left(left).expression, None

    def chosen(self, left: str) -> str:
        """Return the variable that a chain's left side is differentiated toward."""
        found = QUOTIENT.match(left) or OPERATOR.match(left)
        if not found:
            return self.variable
        toward = spelling(found[3] if found.re is QUOTIENT else found[1])
        return self.variable if toward in self.names else toward

    def marks(self) -> Marks:
        """Return what reads the next formula."""
        return Marks(self.names, self.here, self.syntax)

    def define(self, name: str, listed: tuple[str, ...], found: Marked) -> None:
        """Note what a name stands for."""
        for earlier, named in self.names.items():  # f = u*v, and then what u is
            inside = replaced(named.expression, {name: found.expression})
            self.names[earlier] = named._replace(expression=inside)
        self.names[name] = Named(found.expression, listed, found.display)
        self.last = name
        if not self.variable:
            free = variables(found.expression)
            self.variable = free[0] if len(free) == 1 else ""
            self.here = self.variable

    def formula(self, text: str) -> Marked:
        """Return a formula; what is to be differentiated is D(...) in it.

        Raises ParseError for a text that is none.
        """
        if _LIMIT.match(text):
            raise ParseError("a limit is not read", hint="write what it comes to")
        marked = self.marks().read(text)
        known = {v for n in self.names.values() for v in variables(n.expression)}
        known |= {p for n in self.names.values() for p in n.parameters}
        for name in variables(marked.expression):
            if (
                self.names
                and name not in {*known, self.variable}
                and self.differentiated
            ):
                if set(name) <= known:  # 2xy, where x and y are variables
                    apart = rf"(?<![^\W\d]){re.escape(name)}(?!\w)"
                    product = re.sub(apart, "·".join(name), text)
                    if product != text:  # it may stand there in other letters
                        return self.formula(product)
                raise ParseError(
                    f"nothing says what '{name}' is",
                    hint="a product of names has a sign: u*v'",
                )
        return marked
