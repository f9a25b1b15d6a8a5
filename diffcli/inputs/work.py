"""A student's own lines: equations, chains of equals, d/dx[...] and ' as written.

A line says what a name stands for (f(x) = ..., u = ...), what its derivative is
(f'(x) = ..., u' = ..., df/dx = ...), or goes on with the chain above (= ...). What is
still to be differentiated is D(...) in the expression.
"""

import re
from collections.abc import Iterable, Iterator

from diffcli.engine.rewriting import D
from diffcli.errors import DiffcliError, ParseError, UsageError
from diffcli.language.expression import Expression, call, variables
from diffcli.language.lexer import spelling
from diffcli.language.parser import parse_template
from diffcli.records import Record

_NAME = r"[^\W\d_][\w₀-₉]*"
_FUNCTION = re.compile(rf"({_NAME})\s*\(([^()]*)\)")
_PRIMED = re.compile(rf"({_NAME})\s*['’′]\s*(\([^()]*\))?")
_QUOTIENT = re.compile(rf"[d∂]({_NAME})\s*/\s*[d∂]({_NAME})")
_OPERATOR = re.compile(rf"[d∂]\s*/\s*[d∂]({_NAME})\s*")
_PRIME = re.compile(r"['’′]")
_PLAIN = re.compile(_NAME)


class Item(Record):
    """One formula of a line: what stands behind one sign of equality."""

    #: The line's number in the file.
    line: int
    #: What stands before the sign, if the chain begins here.
    left: str
    expression: Expression
    #: What it has to equal, if it begins a chain; None: what stands before it.
    root: Expression | None
    #: It says what a name stands for, and cannot be wrong.
    given: bool = False


class Work(Record):
    """All that was written down."""

    items: tuple[Item, ...]
    #: What the derivatives are with respect to.
    variable: str
    #: What every name stands for.
    names: dict[str, Expression]


def read(lines: Iterable[str], name: str) -> Work:
    """Return what a student wrote down.

    Raises ParseError, with the line, where it cannot be understood, and UsageError
    where nothing says which variable is meant.
    """
    reader = _Reader([line.partition("#")[0].strip() for line in lines])
    items: list[Item] = []
    for number, line in enumerate(reader.lines, 1):
        if not line:
            continue
        try:
            items += reader.items(number, line)
        except DiffcliError as error:
            kind = ParseError if isinstance(error, ParseError) else UsageError
            raise kind(f"{name}:{number}: {error.message}", hint=error.hint) from None
    if not items:
        raise UsageError(f"{name} is empty", hint="f(x) = x^2, then f'(x) = 2x")
    return Work(tuple(items), reader.variable, reader.names)


class _Reader:
    """What has been read so far."""

    def __init__(self, lines: list[str]) -> None:
        self.lines = lines
        self.names: dict[str, Expression] = {}
        #: The names with their text, as they begin every formula that is parsed.
        self.prefix = ""
        #: A chain goes on with the next line.
        self.begun = False
        #: The last name of which a derivative can be meant.
        self.last = ""
        self.differentiated = False
        self.variable = self.found_variable()

    def found_variable(self) -> str:
        """Return the variable that f(x) or d/dx names; empty: none is named."""
        text = "\n".join(self.lines)
        below = _OPERATOR.search(text) or re.search(rf"/\s*[d∂]({_NAME})", text)
        if below:
            return spelling(below[1])
        for line in self.lines:
            function = _FUNCTION.match(line)
            if function and "=" in line[function.end() :]:
                return spelling(function[2].partition(",")[0].strip())
        return ""

    def items(self, number: int, line: str) -> Iterator[Item]:
        """Yield what stands in a line."""
        left, *rights = (part.strip() for part in line.split("="))
        if not all(rights) or (not left and not self.begun):
            raise ParseError("there is nothing on one side of a sign of equality")
        if not rights:
            left, rights = self.bare(left)
        root, given = self.root(left, rights)
        for place, right in enumerate(rights):
            expression = self.parsed(right)
            if place == 0 and given:
                self.define(given, right, expression)
                yield Item(number, left, expression, None, given=True)
            elif place == 0:
                yield Item(number, left, expression, root)
            else:
                yield Item(number, "", expression, None)
        self.begun = True

    def bare(self, text: str) -> tuple[str, list[str]]:
        """Return both sides of a line without a sign: f, then f', then more of it."""
        if not self.names:
            return "f", [text]
        if not self.differentiated:
            return f"{self.last}'", [text]
        return "", [text]

    def root(self, left: str, rights: list[str]) -> tuple[Expression | None, str]:
        """Return what a chain has to equal, and the name that it defines."""
        if not left:
            return None, ""
        primed = _PRIMED.fullmatch(left) or _QUOTIENT.fullmatch(left)
        if primed:
            self.differentiated = True
            self.need_variable()
            return call(D, self.known(primed[1])), ""
        function = _FUNCTION.fullmatch(left)
        name = spelling(function[1] if function else left)
        if function or _PLAIN.fullmatch(left):
            return (self.names[name], "") if name in self.names else (None, name)
        self.differentiated = True
        return self.parsed(left), ""

    def known(self, written: str) -> Expression:
        """Return what a name stands for. Raises ParseError if it is not known."""
        name = spelling(written)
        if name not in self.names:
            raise ParseError(
                f"nothing says what '{name}' is",
                hint=f"a line before it: {name}(x) = ...",
            )
        return self.names[name]

    def define(self, name: str, text: str, expression: Expression) -> None:
        """Note what a name stands for."""
        self.names[name] = expression
        self.prefix += f"{name} = {self.marked(text)}; "
        self.last = name
        if not self.variable:
            free = variables(expression)
            self.variable = free[0] if len(free) == 1 else ""

    def parsed(self, text: str) -> Expression:
        """Return a formula; what is to be differentiated is D(...) in it."""
        marked = self.marked(text)
        expression = parse_template(self.prefix + marked, {"D": D})
        known = {v for node in self.names.values() for v in variables(node)}
        for name in variables(expression):
            if self.names and name not in {*known, self.variable}:
                raise ParseError(
                    f"nothing says what '{name}' is",
                    hint="a product of names has a sign: u*v'",
                )
        if marked != text:
            self.need_variable()
        return expression

    def need_variable(self) -> None:
        """Raise UsageError if nothing says which variable is meant."""
        if not self.variable:
            raise UsageError(
                "which variable is it differentiated with respect to?",
                hint="begin with f(x) = ..., or write df/dx = ...",
            )

    def marked(self, text: str) -> str:
        """Return a formula with D(...) in the place of d/dx[...] and of primes."""
        text = _QUOTIENT.sub(self.quotient, text)
        while operator := _OPERATOR.search(text):
            start, end = operator.end(), _operand_end(text, operator.end())
            inside = text[start:end]
            if inside[:1] == "[":
                inside = inside[1:-1]
            text = f"{text[: operator.start()]}D({inside}){text[end:]}"
        while prime := _PRIME.search(text):
            start = _operand_start(text, prime.start())
            inside = text[start : prime.start()].strip()
            if not inside:
                raise ParseError("there is nothing before the prime")
            end = prime.end()
            arguments = re.match(r"\s*\([^()]*\)", text[end:])
            if arguments and spelling(inside) in self.names:  # f'(x) is f'
                end += arguments.end()
            text = f"{text[:start]}D({inside}){text[end:]}"
        return text

    def quotient(self, found: re.Match[str]) -> str:
        """Return what stands for df/dx, or df/du of a chain: (df/dx)/(du/dx)."""
        above, below = found[1], found[2]
        if spelling(below) in self.names:
            return f"(D({above})/D({below}))"
        return f"D({above})"


_CLOSING = {"(": ")", "[": "]"}
_ENDS = set("+-*/·×,)]")


def _operand_end(text: str, start: int) -> int:
    """Return where the factor behind d/dx ends; in square brackets it is all."""
    depth = 0
    for place in range(start, len(text)):
        character = text[place]
        if depth == 0 and character in _ENDS and place > start:
            return place
        depth += (character in "([") - (character in ")]")
        if depth == 0 and text[start] == "[":
            return place + 1
    return len(text)


def _operand_start(text: str, end: int) -> int:
    """Return where the name or the bracket before a prime begins."""
    place = end
    while place and text[place - 1] == " ":
        place -= 1
    if place and text[place - 1] in ")]":
        depth = 0
        while place:
            place -= 1
            depth += (text[place] in ")]") - (text[place] in "([")
            if depth == 0:
                break
    while place and (text[place - 1].isalnum() or text[place - 1] == "_"):
        place -= 1
    return place
