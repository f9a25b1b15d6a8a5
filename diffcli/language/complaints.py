"""What can be wrong with a formula, and how to say it: sentence, place, hint."""

import re
from collections.abc import Collection, Sequence

from diffcli.calculus.functions import BY_NAME, CONSTANTS, INFIX, Function
from diffcli.errors import ParseError, RangeError, Span
from diffcli.language.lexer import Token

_IN_FRONT = {
    "power": "a root of degree 3 is written ∛x or x^(1/3)",
    "**": "a power is written x^2",
    "%": "a remainder is written x mod 3, a percentage x/100",
    "*": "one sign is too many; a power is written x^2, a product x*y",
    "/": "one sign is too many; a quotient is written x/y",
    "=": "write the value alone, such as x + 1",
    "<": "an inner product is written w1*x1 + w2*x2",
    ")": "write what stands in the brackets, or before the sign",
    ",": "write what stands before the comma, or leave it out",
}
"""What is meant by words that stand where an operand should."""
_AT_THE_END = "write what follows, or leave the sign out"
_SIDE_BY_SIDE = {
    "for": "a sum over an index is written sum(i=0:4, x_i^2)",
    "Σ": "a sum over an index is written sum(i=1:5, x_i^2)",
    "Π": "a product over an index is written prod(i=1:5, x_i)",
    "choose": "a binomial coefficient is written n!/(k!*(n-k)!)",
    "let": "definitions are separated by ';': z = 2*x; z^2",
    "in": "definitions are separated by ';': z = 2*x; z^2",
    "where": "definitions come first: z = 2*x; z^2",
    "mod": "a remainder is written x mod 3",
    "div": "a quotient rounded down is written floor(x/y)",
    "rem": "a remainder is written x mod 3",
    **dict.fromkeys(
        ("if", "IF", "then", "THEN", "case", "CASE", "when", "WHEN"),
        "a choice is written x if x > 0 else -x, or where(x > 0, x, -x)",
    ),
    "function": "a function is written f(x) = x^2",
}
"""What is meant by words that stand side by side with others."""
_COMPARISONS = {"<", ">", "<=", ">=", "==", "!="}
_GROUP = 3  # digits between the commas of thousands
_SHORT = 30  # characters of the user's text that a hint repeats


def unclosed(opening: str, closing: str) -> tuple[str, str]:
    """Return what is said of a bracket without a partner, and the hint."""
    return (
        f"this '{opening}' is never closed",
        f"add '{closing}' where the group should end",
    )


def unopened(opening: str, closing: str) -> tuple[str, str]:
    """Return what is said of a closing bracket without a partner, and the hint."""
    return (
        f"this '{closing}' closes nothing",
        f"remove it, or open a '{opening}' before it",
    )


class Complaints:
    """Makes the errors for one text; places are indexes of its tokens."""

    def __init__(self, source: str, tokens: Sequence[Token]) -> None:
        self.source = source
        self.tokens = tokens

    def error(
        self, message: str, span: Span | None = None, hint: str = ""
    ) -> ParseError:
        """Return an error that points into the text."""
        return ParseError(message, source=self.source, span=span, hint=hint)

    def at(self, index: int, message: str, hint: str = "") -> ParseError:
        """Return an error that points at one token."""
        token = self.tokens[index]
        return self.error(message, (token.start, token.end), hint)

    def written(self, index: int) -> str:
        """Return a token as the user wrote it."""
        token = self.tokens[index]
        return self.source[token.start : token.end].strip()

    # ---- numbers and names

    def unfinished_number(self, index: int) -> ParseError:
        """Say that 1e is no number."""
        number, letter = self.tokens[index], self.tokens[index + 1]
        return self.error(
            f"'{number.text}{letter.text}' is not a finished number",
            (number.start, letter.end),
            f"{number.text}e3 is {number.text} thousand;"
            f" {number.text}*e has the constant e",
        )

    def other_base(self, index: int) -> ParseError:
        """Say that 0x1F could be a number, and 0 times a name."""
        letters = self.tokens[index + 1]
        size = int(f"0{letters.text}", 0)
        return self.error(
            f"'0{letters.text}' could be the number {size}, or 0 times a name",
            (self.tokens[index].start, letters.end),
            f"write {size} or 0*{letters.text}",
        )

    def too_large(self, index: int) -> RangeError:
        """Say that no double is as large as this number."""
        token = self.tokens[index]
        return RangeError(
            "overflow: this number is beyond 1.8e308",
            source=self.source,
            span=(token.start, token.end),
        )

    def not_a_function(
        self, index: int, known: Collection[str], *, used: bool
    ) -> ParseError:
        """Say that a name cannot be called: it is unknown, or a variable."""
        from diffcli.language.elsewhere import DERIVATIVE, hint

        name = self.tokens[index].text
        if self._is_derivative(index):
            return self.at(index, "a derivative is not read", DERIVATIVE)
        opening = self.tokens[index + 1].start
        group = self.source[opening : _closing(self.source, opening)]
        if name.endswith("_") and not used:
            digits = group[1:-1] if group[1:-1].isalnum() else "1"
            advice = f"an index is letters and digits without brackets: {name}{digits}"
            return self.at(index, f"'{name}' ends in the middle of a name", advice)
        meant = "" if used else hint(name, [*BY_NAME, *known])
        if meant or (len(name) > 2 and not used):
            advice = meant or "see: diffcli functions"
            return self.at(index, f"unknown function '{name}'", advice)
        if group[:1] == "[" or self._is_list(index + 1):
            advice = f"write what {name}(...) is, in functions that are known"
            return self.at(index, f"unknown function '{name}'", advice)
        group = group if len(group) < _SHORT else "(...)"
        what = "a constant" if name in CONSTANTS and not used else "a variable"
        return self.at(
            index,
            f"'{name}' is {what}, not a function",
            f"for a product write {name}*{group}",
        )

    def _is_list(self, index: int) -> bool:
        """Tell whether a comma stands in the group that opens here: (n, k)."""
        depth = 0
        for token in self.tokens[index:]:
            depth += (token.kind == "(") - (token.kind == ")")
            if depth == 1 and token.kind == ",":
                return True
            if depth == 0:
                break
        return False

    def needs_brackets(self, index: int) -> ParseError:
        """Say that a function stands without its argument."""
        return self.at(
            index,
            f"'{self.tokens[index].text}' is a function and needs parentheses",
            " or ".join(self._called(index)) + self._as_a_variable(index),
        )

    def _as_a_variable(self, index: int) -> str:
        """Return what makes a variable of a function that has no argument: gamma*x."""
        name, follower = self.tokens[index].text, self.tokens[index + 1]
        if follower.kind in ("name", "number", "**", "power"):
            return ""
        return f"; with a value for it, {name}=2, it is a variable"

    def _called(self, index: int) -> list[str]:
        """Return how to call the function at a place with what follows it.

        Two readings for sin 2x and sin x^2, whose argument may end in two places.
        """
        name, follower = self.tokens[index].text, self.tokens[index + 1]
        is_power = name in BY_NAME and "^" in BY_NAME[name].latex  # exp^x is exp(x)
        if follower.kind in ("**", "power") and not is_power:
            return [self._power_of(name, index + 1)]
        place = index + 1 + (follower.kind == "**")
        factors = []
        while (token := self.tokens[place]).kind in ("number", "name"):
            if token.text in BY_NAME:
                break
            factors.append(token.text)
            place += 1
        inside = "*".join(factors) or "x"
        power = self._raised(place)
        if power:
            outside = f"{name}({inside}){power}" if len(factors) == 1 else ""
        else:
            outside = (
                "*".join([f"{name}({factors[0]})", *factors[1:]]) if factors else ""
            )
        readings = [f"{name}({inside}{power})"]
        if outside and outside != readings[0] and not is_power:
            readings.append(outside)
        if token.text in BY_NAME and token.kind == "name" and len(readings) == 1:
            readings = [f"{readings[0]}*{more}" for more in self._simple(place)]
        return readings

    def _raised(self, place: int) -> str:
        """Return the power that begins at a place, as ^2; empty: there is none."""
        word, after = (
            self.tokens[place],
            self.tokens[min(place + 1, len(self.tokens) - 1)],
        )
        if word.kind == "power":
            return f"^{word.text}"
        return f"^{after.text}" if word.kind == "**" and after.text else ""

    def _simple(self, index: int) -> list[str]:
        """Return how to call a function that has one atom behind it."""
        name, atom = self.tokens[index].text, self.tokens[index + 1]
        is_atom = atom.kind in ("number", "name") and atom.text not in BY_NAME
        return [f"{name}({atom.text if is_atom else 'x'})"]

    def _power_of(self, name: str, index: int) -> str:
        """Return how to write a power of a function, such as sin^2(x)."""
        place = index + 1 if self.tokens[index].kind == "**" else index
        inverse = self.tokens[place].text == "-"
        place += inverse
        if self.tokens[place].kind == "end":
            return f"{name}(x)"
        exponent, after = self.tokens[place], self.tokens[place + 1]
        if exponent.kind not in ("number", "power", "name"):
            return f"{name}(x)"
        group = "(x)"
        if after.kind == "(":
            opening = after.start
            group = self.source[opening : _closing(self.source, opening)]
        elif after.kind in ("number", "name"):
            group = f"({after.text})"
        group = group if len(group) < _SHORT else "(...)"
        if inverse and f"a{name}" in BY_NAME:
            return f"a{name}{group} is its inverse, 1/{name}{group} its reciprocal"
        number = exponent.text
        return f"{name}{group}^{'(-' * inverse}{number}{')' * inverse}"

    # ---- operands and operators

    def no_operand(self, index: int) -> ParseError:
        """Say that an operand is missing here, and after what."""
        kind = self.tokens[index].kind
        if kind == "end":
            return self.ends_too_early(index)
        after = f" after '{self.written(index - 1)}'" if index else ""
        instead = ", not ')'" if kind == ")" else ""
        message = f"expected a number, a variable or '('{instead}{after}"
        return self.at(index, message, _IN_FRONT.get(kind, ""))

    def ends_too_early(self, index: int) -> ParseError:
        """Say that the text ends where an operand should be."""
        if index == 0:
            return self.error("the formula is empty", hint='write one: "x**2"')
        before = self.tokens[index - 1]
        row = INFIX.get(before.kind)
        verb = row.notation.verb if row and row.notation else ""
        return self.error(
            f"the formula ends after '{self.written(index - 1)}'",
            (before.end, before.end + 1),
            f"something to {verb} is missing" if verb else _AT_THE_END,
        )

    def no_operator(self, index: int) -> ParseError:
        """Say that two operands stand side by side."""
        before, token = self.tokens[index - 1].text, self.tokens[index].text
        return self.at(
            index,
            f"expected an operator between '{before}' and '{token}'",
            self._between(index) or f"write the product with '*': {before}*{token}",
        )

    def _between(self, index: int) -> str:
        """Return what is meant by two words side by side, if it is no product."""
        from diffcli.language.elsewhere import DERIVATIVE, MEANT

        first, second = self.tokens[index - 1], self.tokens[index]
        if self._is_derivative(index - 1):
            return DERIVATIVE
        for word in (first.text, second.text):
            if meant := _SIDE_BY_SIDE.get(word) or _SIDE_BY_SIDE.get(word.lower()):
                return meant
        if first.kind == second.kind == "number":
            return "a mixed number is written 1+1/2; digits stand together: 1000"
        base = first.text.removeprefix("log").strip("_")
        if first.text[:3] == "log" and base and second.kind == "name":
            return f"write {first.text}({second.text})"
        if second.text in BY_NAME and second.kind == "name":
            called = (f"{first.text}*{call}" for call in self._called(index))
            return f"write {' or '.join(called)}"
        if first.text in MEANT and first.kind == "name":
            return f"for the function {MEANT[first.text]}; a product has a '*'"
        return ""

    def _is_derivative(self, index: int) -> bool:
        """Tell whether dx stands here, behind d/."""
        words = [token.text for token in self.tokens[max(0, index - 2) : index]]
        name = self.tokens[index].text
        is_ratio = words[-1:] == ["/"] and words[0] in ("d", "dy", "df", "dz", "du")
        return is_ratio and name[:1] == "d" and name[1:2].isalpha()

    def mixed_number(self, index: int) -> ParseError:
        """Say that 2½ may be a sum or a product."""
        whole, part = self.tokens[index - 1].text, self.tokens[index].text
        return self.error(
            f"'{whole}{part}' could be a sum or a product",
            (self.tokens[index - 1].start, self.tokens[index].end),
            f"write {whole}+{part} or {whole}*{part}",
        )

    def open_root(self, root: int, index: int) -> ParseError:
        """Say that what follows may stand under a root or behind it."""
        opening, follower = self.tokens[root], self.tokens[index]
        under = self.source[opening.end : follower.start].strip()
        inner = under[1:-1] if under[:1] == "(" else under
        rest = self.source[follower.start : self._end_of_factor(index)].strip()
        times = "" if follower.kind in ("power", "**") else "*"
        return self.error(
            f"it is not clear what stands under this '{opening.text}'",
            (opening.start, follower.end),
            f"write ({opening.text}({inner})){times}{rest}"
            f" or {opening.text}({under}{times}{rest})",
        )

    def _end_of_factor(self, index: int) -> int:
        """Return where a factor or a power ends that begins here: y, sin(x), ^-2."""
        index += self.tokens[index].kind == "**"
        index += self.tokens[index].kind == "-"
        group = self.tokens[index + (self.tokens[index].kind == "name")]
        if group.kind == "(":
            return _closing(self.source, group.start)
        return self.tokens[index].end

    # ---- groups and calls

    def never_closed(self, index: int) -> ParseError:
        """Say that a '(' has no ')'."""
        return self.at(index, *unclosed("(", ")"))

    def closes_nothing(self, index: int) -> ParseError:
        """Say that a ')' has no '('."""
        return self.at(index, *unopened("(", ")"))

    def stray_comma(self, index: int) -> ParseError:
        """Say that a comma separates nothing here; it may have been a decimal point."""
        before, after = self.tokens[index - 1], self.tokens[index + 1]
        hint = ""
        number = before.text
        if re.fullmatch(r"[0-9]{1,3}(\.[0-9]{3})+", number):
            number = number.replace(".", "")  # 1.234,5: in groups of thousands
        is_pair = before.kind == after.kind == "number" and not self._is_matrix()
        if is_pair and "." not in number + after.text:
            rest = self.source[after.end :]
            rest = rest if len(rest) < _SHORT else "…"
            hint = f"decimals use a point: {number}.{after.text}{rest}"
            if len(after.text) == _GROUP and before.text.isdecimal():
                hint += f"; thousands have no sign: {before.text}{after.text}{rest}"
        return self.at(index, "unexpected ','", hint or self._beside(index))

    def _beside(self, index: int) -> str:
        """Return what is meant by a comma between two formulas."""
        kinds = {token.kind for token in self.tokens[index:]}
        if kinds & _COMPARISONS:
            return "a condition goes in front: where(x > 0, x^2, 0)"
        if "=" in {token.kind for token in self.tokens}:
            return "definitions are separated by ';': z = 2*x; z^2"
        if self._is_matrix():
            return "a matrix is not read; several outputs are written (x*y, x+y)"
        return "several outputs stand in brackets: (x*y, x+y)"

    def _is_matrix(self) -> bool:
        return self.source.lstrip().startswith("[[")

    def arity(self, row: Function, name: int, count: int, last: int) -> ParseError:
        """Say how many arguments a function takes, pointing at those too many."""
        plural = "" if row.arity == 1 else "s"
        takes = "at least 1 argument" if row.many else f"{row.arity} argument{plural}"
        span = (self.tokens[name].start, self.tokens[last].end)
        if count > row.arity:
            span = (self._comma(name, row.arity), self.tokens[last].start)
        word = self.tokens[name].text
        form = "u, v, ..." if row.many else ", ".join("uvwxyz"[: row.arity])
        message = f"'{word}' takes {takes}, got {count}"
        return self.error(message, span, f"write {word}({form})")

    def _comma(self, name: int, number: int) -> int:
        """Return the place of a call's comma, counted from 1."""
        depth = commas = 0
        for token in self.tokens[name + 2 :]:
            depth += (token.kind == "(") - (token.kind == ")")
            commas += token.kind == "," and depth == 0
            if commas == number:
                return token.start
        raise AssertionError("a call has too few commas")

    # ---- definitions

    def stray_equals(self, index: int, *, inside: bool) -> ParseError:
        """Say that '=' defines nothing here, perhaps inside of brackets."""
        hint = (
            "implicit y takes an equation of x and y; a definition is a name, '=' and"
            " a formula: z = 2*x; z**2"
        )
        if self._is_derivative(index - 1):
            from diffcli.language.elsewhere import DERIVATIVE

            hint = DERIVATIVE
        elif inside:
            hint = "in brackets '==' compares; an argument has no name: sin(3)"
        error = self.at(index, "unexpected '='", hint)
        error.parameter = "implicit"
        return error

    def not_last(self, first: int, end: int) -> ParseError:
        """Say that a formula stands where only definitions may."""
        return self.error(
            "only the last part may be a formula; the others define names",
            (self.tokens[first].start, self.tokens[end].start),
            "give it a name: z = ...",
        )

    def only_definitions(self, name: str) -> ParseError:
        """Say that the text ends without a formula."""
        end = len(self.source.rstrip())
        hint = "end with the formula itself (z = 2*x; z**2)"
        value = self.source.rpartition("=")[2].strip()
        if value.replace(".", "").lstrip("-").isdecimal():
            hint += f", or let {name} = {value} be the point"
        return self.error("the formula ends after a definition", (end, end + 1), hint)

    def defined_too_late(self, target: Token, *, twice: bool) -> ParseError:
        """Say that a name has a meaning already."""
        how = "is defined twice" if twice else "is used before it is defined"
        return self.error(
            f"'{target.text}' {how}", (target.start, target.end), "use another name"
        )

    def bad_head(self, start: int, stop: int) -> ParseError:
        """Say that f(...) = does not list variables."""
        return self.error(
            "the variables in front of '=' are not a list of different names",
            (self.tokens[start].start, self.tokens[stop].end),
            "f(x, y) = ...",
        )


def _closing(source: str, opening: int) -> int:
    """Return the place after the bracket that closes the one at ``opening``."""
    depth = 0
    for index in range(opening, len(source)):
        depth += (source[index] in "([{") - (source[index] in ")]}")
        if depth == 0:
            return index + 1
    return len(source)
