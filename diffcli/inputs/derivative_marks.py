r"""Formulas with marks of differentiation in them: d/dx[...], u'v, df/dz, f'(g(x)).

What is to be differentiated toward the variable at hand is D(...) in the expression;
any other mark is what it comes to. Each mark is read for itself, and a letter that
stands nowhere else takes its place while the formula around it is read.
"""

import re
from collections.abc import Callable, Iterator, Mapping

from diffcli.calculus.functions import D
from diffcli.engine.paper import chain
from diffcli.errors import ParseError, UsageError
from diffcli.inputs.derivative_operands import (
    TERM_ENDS,
    is_bracketed,
    operand_end,
    operand_start,
)
from diffcli.language.expression import (
    Call,
    Expression,
    Variable,
    call,
    postorder,
    variable,
    variables,
)
from diffcli.language.lexer import spelling
from diffcli.language.parser import parse
from diffcli.records import Record

NAME = r"[^\W\d_][^\W²³¹⁰⁴-⁹]*"
OPERATOR = re.compile(rf"(?<!\w)[d∂]\s*/\s*[d∂]\s*({NAME})\s*")
QUOTIENT = re.compile(
    rf"(?<!\w)[d∂]([²³]|\^\d)?\s*({NAME})\s*/\s*[d∂]\s*({NAME})(?:[²³]|\^\d)?"
)
_PRIMES = re.compile(r"\s*['’′]+")
_ARGUMENTS = re.compile(r"\s*\(([^()]|\([^()]*\))*\)")
_STANDING_IN = "ΞΨΘΩΔΓΛΦΣΠ"  # letters for marks that have been read
_HIGHEST = 3  # derivatives of derivatives


class Named(Record):
    """What a name stands for."""

    expression: Expression
    #: As f(x, y) = ... lists them; empty: it was not said.
    parameters: tuple[str, ...]
    #: The same with names for its parts, as it was written.
    display: Expression


class Marked(Record):
    """A formula: what it means, and as it was written."""

    expression: Expression
    display: Expression


class Marks:
    """Reads formulas in which these names stand for something."""

    def __init__(self, names: Mapping[str, Named], name: str, syntax: str) -> None:
        self.names = names
        #: The variable that a prime and a bare d/dx are with respect to.
        self.variable = name
        self.syntax = syntax
        #: By letter, what it stands in for.
        self.found: dict[str, Marked] = {}
        self.letters: Iterator[str] = iter("")

    def read(self, text: str) -> Marked:
        """Return what a formula means. Raises ParseError, UsageError."""
        self.letters = iter([c for c in _STANDING_IN if c not in text])
        return self.inner(text)

    def read_left(self, text: str) -> Marked:
        """Return what a left side means.

        Raises ParseError too for d/dx x^2 + sin(x): nobody knows where it ends.
        """
        marks = list(OPERATOR.finditer(text))
        if len(marks) == 1 and not text[: marks[0].start()].strip():
            start = marks[0].end()
            end = operand_end(text, start, TERM_ENDS)
            names = {spelling(name) for name in re.findall(NAME, text[end:])}
            open_end = text[end : end + 1] in ("+", "-", "−")
            if open_end and names & {spelling(marks[0][1]), *self.names}:
                inside, rest = text[start:end].strip(), text[end:].strip()
                mark = text[:start].strip()
                raise ParseError(
                    f"'{text.strip()}' could be the derivative of the sum or of"
                    f" '{inside}' alone",
                    hint=f"write {mark}[{inside} {rest}] or {mark}[{inside}] {rest}",
                )
        return self.read(text)

    def inner(self, text: str) -> Marked:
        """Return what a part means."""
        for step in (self.quotients, self.operators, self.primes, self.values):
            text = step(text)
        shown = self.parsed(text)
        there = {letter: found.expression for letter, found in self.found.items()}
        there |= {name: named.expression for name, named in self.names.items()}
        letters = {letter: found.display for letter, found in self.found.items()}
        return Marked(replaced(shown, there), replaced(shown, letters))

    def parsed(self, text: str) -> Expression:
        """Return a formula without marks; a blank between two factors is a product."""
        known = (*self.names, *self.found)
        try:
            return parse(text, names=known, syntax=self.syntax).expression
        except ParseError as error:
            dotted = re.sub(r"(?<=[\w)²³']) +(?=[\w(√])", "·", text)
            try:
                return parse(dotted, names=known, syntax=self.syntax).expression
            except ParseError:
                raise error from None

    # ---- marks

    def stand_in(self, expression: Expression, shown: Expression) -> str:
        """Return a letter in brackets for what was read.

        Raises ParseError where there are no more letters.
        """
        letter = next(self.letters, None)
        if letter is None:
            raise ParseError("too many derivatives in one line")
        self.found[letter] = Marked(expression, shown)
        return f"({letter})"

    def put(self, text: str, start: int, end: int, found: Marked) -> str:
        """Return a text with a letter in the place of a mark."""
        before = text[:start]
        dot = "·" if re.search(r"[\w)²³]\s*\Z", before) else ""
        return f"{before}{dot}{self.stand_in(*found)}{text[end:]}"

    def quotients(self, text: str) -> str:
        """Return a text without df/dx, d²f/dx² and df/dz."""
        while found := QUOTIENT.search(text):
            order = int((found[1] or "1").translate(str.maketrans("²³", "23", "^")))
            name, toward = spelling(found[2]), spelling(found[3])
            wanted = self.derivative(name, toward, order)
            end, given = self.arguments(text, found.end(), name)
            written = text[found.start() : end].strip()
            mark = Marked(given(wanted), variable(written))
            text = self.put(text, found.start(), end, mark)
        return text

    def operators(self, text: str) -> str:
        """Return a text without d/dx[...]. Raises ParseError for one before nothing."""
        while marks := list(OPERATOR.finditer(text)):
            found = marks[-1]  # the innermost
            start, end = found.end(), self.operand_end(text, found)
            inside = text[start:end].strip()
            if not inside:
                raise ParseError("there is nothing behind d/dx")
            if inside[:1] == "[" and inside[-1:] == "]":
                inside = inside[1:-1]
            part = self.inner(inside)
            toward = spelling(found[1])
            mark = Marked(
                self.differentiated(part.expression, toward), call(D, part.display)
            )
            text = self.put(text, found.start(), end, mark)
        return text

    def operand_end(self, text: str, mark: re.Match[str]) -> int:
        """Return where what stands behind d/dx ends.

        It is a factor, as in d/dx x² · sin(x) + x² · d/dx sin(x). Where d/dx is all
        that there is, and where the factor is a number, it is the whole product.
        """
        start = mark.end()
        end, last = operand_end(text, start), operand_end(text, start, TERM_ENDS)
        inside = text[start:end].strip()
        bracketed = is_bracketed(inside)
        marked = any(letter in text[end:last] for letter in self.found)
        if end == last or bracketed or marked:
            return end
        alone = not text[: mark.start()].strip() and not text[last:].strip()
        names = {spelling(name) for name in re.findall(NAME, inside)}
        constant = not names & {spelling(mark[1]), *self.names, *self.found}
        return last if alone or constant else end

    def primes(self, text: str) -> str:
        """Return a text without primes. Raises ParseError for one behind nothing."""
        while found := _PRIMES.search(text):
            start = operand_start(text, found.start())
            inside = text[start : found.start()].strip()
            if not inside:
                raise ParseError("there is nothing before the prime")
            start, inside = self.last_factor(text, start, inside)
            order = _order(found[0])
            name = spelling(inside)
            if re.fullmatch(NAME, inside):
                wanted = self.derivative(name, self.toward(name), order)
                end, given = self.arguments(text, found.end(), name)
                written = variable(re.sub(r"\s", "", text[start:end]))
                mark = Marked(given(wanted), written)
            else:
                part, end = self.inner(inside), found.end()
                expression, shown = part
                for _ in range(order):
                    expression = self.differentiated(expression, self.variable)
                    shown = call(D, shown)
                mark = Marked(expression, shown)
            text = self.put(text, start, end, mark)
        return text

    def last_factor(self, text: str, start: int, inside: str) -> tuple[int, str]:
        """Return where the v of uv' begins, if u and v are names and uv is none."""
        if not re.fullmatch(NAME, inside) or spelling(inside) in self.names:
            return start, inside
        for cut in range(1, len(inside)):
            u, v = spelling(inside[:cut]), spelling(inside[cut:])
            if u in self.names and v in self.names:
                place = text.index(inside, start) + cut
                return place, inside[cut:]
        return start, inside

    def values(self, text: str) -> str:
        """Return a text without f(2), f(x) and f(g(x)) for names that stand for f."""
        for name in self.names:
            pattern = re.compile(rf"(?<!\w){re.escape(name)}(?=\s*\()")
            while found := pattern.search(text):
                end, given = self.arguments(text, found.end(), name)
                if end == found.end():
                    break
                named = self.names[name].expression
                written = re.sub(r"\s", "", text[found.start() : end])
                mark = Marked(given(named), variable(written))
                text = self.put(text, found.start(), end, mark)
        return text

    def arguments(
        self, text: str, start: int, name: str
    ) -> tuple[int, Callable[[Expression], Expression]]:
        """Return where (x) or (2) ends, and what puts it into an expression."""
        found = _ARGUMENTS.match(text, start)
        parameters = self.parameters(name)
        if not found or not parameters:
            return start, lambda whole: whole
        inside = found[0].strip()[1:-1]
        parts = re.split(r",(?![^()]*\))", inside)
        if len(parts) != len(parameters):
            return start, lambda whole: whole
        given = [self.inner(part).expression for part in parts]
        values = dict(zip(parameters, given, strict=True))

        def put(whole: Expression) -> Expression:
            plain = all(node is variable(p) for p, node in values.items())
            return whole if plain else replaced(self.resolved(whole), values)

        return found.end(), put

    def parameters(self, name: str) -> tuple[str, ...]:
        """Return the variables that a name is a function of."""
        named = self.known(name)
        free = variables(named.expression)
        return named.parameters or (tuple(free) if len(free) == 1 else ())

    # ---- derivatives

    def known(self, name: str) -> Named:
        """Return what a name stands for. Raises ParseError if it is not known."""
        if name not in self.names:
            raise ParseError(
                f"nothing says what '{name}' is",
                hint=f"a line before it: {name}(x) = ...",
            )
        return self.names[name]

    def toward(self, name: str) -> str:
        """Return the variable that f' is with respect to."""
        named = self.known(name)
        if self.variable in variables(named.expression) or not named.parameters:
            return self.variable
        return named.parameters[0]

    def derivative(self, name: str, toward: str, order: int) -> Expression:
        """Return the derivative of what a name stands for."""
        expression = self.known(name).expression
        if toward in self.names and toward != self.variable:
            expression = self.through(name, toward)
        for _ in range(min(order, _HIGHEST)):
            expression = self.differentiated(expression, toward)
        if toward in self.names:
            inside = self.names[toward].expression
            expression = replaced(expression, {toward: inside})
        return expression

    def through(self, name: str, kept: str) -> Expression:
        """Return what a name stands for with another name as a variable in it."""
        whole = self.names[name].display
        others = {n: named.display for n, named in self.names.items() if n != kept}
        for _ in self.names:  # the names in the names
            whole = replaced(whole, others)
        if kept in variables(whole):
            return whole
        # f = (x^2+1)^3 was written before u = x^2+1: that part is u
        inside = self.names[kept].expression
        return exchanged(self.names[name].expression, inside, variable(kept))

    def differentiated(self, expression: Expression, toward: str) -> Expression:
        """Return D(...), or what it comes to if another variable is meant.

        Raises UsageError where no variable is.
        """
        if not toward:
            raise UsageError(
                "which variable is it differentiated with respect to?",
                hint="begin with f(x) = ..., or write df/dx = ...",
            )
        if toward == self.variable:
            return call(D, expression)
        return chain(self.resolved(expression), toward).result

    def resolved(self, expression: Expression) -> Expression:
        """Return an expression in which nothing is to be differentiated."""
        from diffcli.engine.paper import resolved

        return resolved(expression, self.variable)


def _order(primes: str) -> int:
    return min(len(primes.strip()), _HIGHEST)


def replaced(whole: Expression, others: Mapping[str, Expression]) -> Expression:
    """Return an expression with other expressions in the place of variables."""
    built: dict[Expression, Expression] = {}
    for node in postorder([whole]):
        if isinstance(node, Variable):
            built[node] = others.get(node.name, node)
        elif isinstance(node, Call):
            built[node] = call(node.function, *(built[a] for a in node.args))
        else:
            built[node] = node
    return built[whole]


def exchanged(whole: Expression, part: Expression, other: Expression) -> Expression:
    """Return an expression with another one in the place of a part of it."""
    built: dict[Expression, Expression] = {part: other}
    for node in postorder([whole]):
        if node is part:
            continue
        if isinstance(node, Call):
            built[node] = call(node.function, *(built[a] for a in node.args))
        else:
            built[node] = node
    return built[whole]
