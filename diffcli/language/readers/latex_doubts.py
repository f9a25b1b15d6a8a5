r"""What may be two things in LaTeX: f(x), E[X], x2, and e beside a charge's company."""

import re

from diffcli.errors import Span
from diffcli.language.lexer import Token
from diffcli.language.readers import latex_tables as tables
from diffcli.language.readers.latex_heads import Heads
from diffcli.language.readers.latex_scanner import Lexeme
from diffcli.language.readers.words import name
from diffcli.remarks import Remark

_ONE_WORD = re.compile(
    r"-?\s*(?:[\d.]+|\\[A-Za-z]+|[A-Za-zα-ω])\s*(?:_\s*(?:\w|\{[^{}]*\}))?\s*"
)
"""What nobody puts in brackets to multiply by it: x, -x_1, 0, \\theta."""
_SQUARE = re.compile(
    r"\s*(?:\\left|\\[bB]igg?l?)?\s*\["
    r"((?P<index>\s*(?:\d+|[ijkmnt]\s*(?:[+-]\s*\d+)?)\s*(?=\]))?[^\[\]]*)\]"
)
_CHARGE = re.compile(r"\\(?:var)?epsilon_\{?0|\\hbar|[mkq]_\{?e\b|\\mu_\{?[0B]")
"""What stands beside the charge e, so that e may be no 2.718..."""
_CONCENTRATION = re.compile(
    r"\[\s*(?:\\(?:text|mathrm|ce)\s*\{)?\s*"
    r"(?P<what>[A-Z][a-z]?(?:[A-Z][a-z]?|_\s*(?:\d|\{\s*\d+\s*\}))*)"
    r"\s*\}?(?:\s*\^\s*\{?\s*(?P<charge>\d?[+-])\s*\}?)?\s*\}?\s*\]"
)
"""[HA], [OH^-], [Ca^{2+}], [\\mathrm{CO}_2]."""
_BESIDE_E = re.compile(r"(?<![A-Za-z\\{])d[xyz]?(?![A-Za-z])")
"""The letter before e: a, b, c, d and e are coefficients."""
_ALONE = re.compile(
    r"\\?([A-Za-z]+|[Α-ω])(?!\s*(?:\\left\s*)?\()(?![A-Za-z])(?!\s*_)(?!\s*\\?[A-Za-z])"
)
_ARGUMENT = re.compile(
    r"\s*(?:\\[lb]eft\s*|\\[Bb]igg?l?\s*)?\(([^=]*?)(?:\\right|\\[Bb]igg?r?)?\)\s*&?\s*(:?=)?"
)


_ORDER = re.compile(r"\d+|[nν](?:_(?:minus|plus)_\d+)?|\d_over_\d")
"""Indices with which a letter calls a function in books: J_n(x), L_{1/2}(x)."""


class Doubts(Heads):
    """What is refused in one reading, or told."""

    def __init__(self, source: str, names: frozenset[str], within: Span | None) -> None:
        super().__init__(source, names, within)
        #: Letters that stand somewhere without a letter or a bracket behind them.
        self.alone: set[str] = set()

    def refuse_charge(self, lexeme: Lexeme) -> None:
        r"""Refuse e^2 beside \epsilon_0, and e beside d: no power is taken of 2.718."""
        raised = re.compile(r"\s*\^\s*(?:(\d)|\{\s*(\d)\s*\})?")
        found = raised.match(self.source, self.position, self.last)
        if found and not (found[1] or found[2]):
            return
        if _CHARGE.search(self.source) or (not found and _BESIDE_E.search(self.source)):
            message = "'e' could be Euler's number or a quantity"
            hint = "give the quantity a value, e=..., or write \\exp(1) for the number"
            raise self.refuse(lexeme, message, hint)
        if not found:
            told = "e is Euler's number, 2.718..., unless it is given a value."
            self.notes = [*dict.fromkeys([*self.notes, Remark(told)])]

    def refuse_digit(self, text: str, lexeme: Lexeme) -> None:
        """Refuse x2, which may be x_2 or 2x."""
        digits = re.compile("[0-9]+").match(self.source, self.position, self.last)
        waits = self.group.waiting and not self.group.waiting[-1].row
        if digits and not waits and text not in ("e", "π"):
            raise self.refuse(
                lexeme._replace(end=digits.end()),
                f"'{text}{digits[0]}' could be a name or a product",
                f"write {text}_{{{digits[0]}}} or {digits[0]}{text}",
            )

    def stands_alone(self, letter: str) -> bool:
        r"""Tell whether a letter stands somewhere without a letter or ( behind it."""
        if not self.alone:
            found = (match[1] for match in _ALONE.finditer(self.source))
            self.alone |= {tables.letter(word) or word for word in found}
        return letter in self.alone or letter in self.names

    def refuse_application(self, letter: str, index: str, lexeme: Lexeme) -> None:
        """Refuse f(x) in a formula: a product of f and x, or a function f."""
        named = letter in tables.FUNCTION_LETTERS
        special = letter in tables.INDEXED and bool(_ORDER.fullmatch(index))
        special &= index != "0" or letter in tables.BESSEL
        here = self.position
        if (named or special) and self.match(here).text == "^":  # f^2(x)
            self.position = self.match(here).end
            self.step_over()
        try:
            self.refuse_brackets(letter, index, lexeme, special=special)
        finally:
            self.position = here

    def refuse_brackets(
        self, letter: str, index: str, lexeme: Lexeme, *, special: bool
    ) -> None:
        """Refuse what stands in brackets behind a letter, if it may be an argument."""
        named = letter in tables.FUNCTION_LETTERS
        if self.peek().text == "[":
            self.refuse_square_brackets(letter, lexeme)
        if self.peek().text != "(" or letter in ("π", "e"):
            return
        name = self.source[lexeme.start : self.position].strip()
        found = _ARGUMENT.match(self.source, self.position, self.last)
        if found is None or found[2]:
            return
        inside = found[1].strip()
        alone = not re.fullmatch(r"\\?\w+", inside)
        if not (named or special):
            alone = not _ONE_WORD.fullmatch(inside)
        elif special:
            alone = False
        elif not index:
            alone &= self.stands_alone(letter)
        if not alone:
            message = f"'{name}({inside})' could be a function or a product"
            hint = f"write what {name} is, or {name} \\cdot ({inside})"
            raise self.refuse(lexeme, message, hint)

    def refuse_square_brackets(self, letter: str, lexeme: Lexeme) -> None:
        """Refuse E[X], an expected value, and x[n], one value of many."""
        found = _SQUARE.match(self.source, self.position, self.last)
        if found and (letter == "E" or (letter.islower() and found["index"])):
            typed = self.source[lexeme.start : found.end()]
            message = f"'{typed}' could be a value of its own or a product"
            inside = found[1].strip()
            hint = f"write {letter}_{{{inside}}}, or {letter} \\cdot ({inside})"
            raise self.refuse(lexeme, message, hint)

    def open(self, text: str, lexeme: Lexeme) -> None:
        """Open a group, unless it is one name."""
        if text != "[" or not self.concentration(lexeme):
            super().open(text, lexeme)

    def concentration(self, lexeme: Lexeme) -> bool:
        """Read [HA] and [H^+], what chemists write for how much there is of it."""
        found = _CONCENTRATION.match(self.source, lexeme.start, self.last)
        if found is None or not (found["charge"] or len(found["what"]) > 1):
            return False
        self.position = found.end()
        charge = found["charge"] or ""
        text = re.sub(r"[_{}\s]", "", found["what"]) + charge[:-1]
        text += {"+": "_plus", "-": "_minus"}.get(charge[-1:], "")
        self.deliver([name(text, lexeme._replace(end=found.end()).token())])
        told = f"{found[0]} is one name, a concentration."
        self.notes = [*dict.fromkeys([*self.notes, Remark(told)])]
        return True

    def is_code(self, word: str) -> bool:
        """Tell whether a word of a text without backslash looks like a program's."""
        return len(word) > 3 or "*" in self.source

    def index_of_braces(self) -> bool:
        r"""Read the index of {\mu}_r and {MW}_i, if it is one."""
        out = self.group.out
        inside = self.inside(out[-1:])
        called = len(out) > 1 and out[-2].kind == "name"
        kinds = {word.kind for word in inside}
        if not out or out[-1].kind != "()" or called or not kinds <= {"name", "*"}:
            return False
        letters = "".join(word.text for word in inside if word.kind == "name")
        self.position -= 1
        index, end = self.index()
        text = letters + (index if index.isdecimal() else f"_{index}")
        out[-1] = Token("name", text, out[-1].start, end)
        return True

    def index_of_a_norm(self, lexeme: Lexeme) -> bool:
        r"""Step over the 2 of \|w\|_2, if it is one: the norms of a number are one."""
        out = self.group.out
        around = [word.text for word in out[-2:-1] if out[-1].kind == "()"]
        if not out or not (out[-1].kind == "|" or around == ["abs"]):
            return False
        self.position = lexeme.end
        index, _ = self.raw()
        if not re.fullmatch(r"\s*([12pF]|\\infty|\\text\{F\})\s*", index):
            message = f"the norm with the index '{index}' is not known"
            raise self.refuse(lexeme, message, "|x| is the absolute value")
        told = "a norm is read as that of one number: |x|."
        self.notes = [*dict.fromkeys([*self.notes, Remark(told)])]
        return True
