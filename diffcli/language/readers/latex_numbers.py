r"""Numbers in LaTeX: 3{,}14 of those who write a comma, 30^\circ, and 2E-3."""

import re

from diffcli.language.lexer import Token
from diffcli.language.readers.latex_names import Names
from diffcli.language.readers.latex_scanner import Lexeme
from diffcli.language.readers.words import number

_DEGREES = re.compile(
    r"\s*\^\s*(?:\\circ(?![A-Za-z])|\{\s*\\circ\s*\})"
    r"(\s*(?:\\(?:text|mathrm|rm)\s*\{\s*)?[CFK](?![A-Za-z]))?"
)
_EXPONENT = re.compile(r"([0-9.]+)([eE])([+-][0-9]+)")
_COMMAS = re.compile(r"(?:\{,\}[0-9]+)+")


class Numbers(Names):
    """The numbers of one reading."""

    def number(self, lexeme: Lexeme) -> None:
        r"""Read a number, with the sign of degrees behind it."""
        before = self.source[lexeme.start - 1 : lexeme.start]
        if lexeme.text[0] == "." and before.isdecimal():
            hint = "a number has one point, and x^{2.5} its braces"
            raise self.refuse(lexeme, f"'{lexeme.text}' follows a digit", hint)
        lexeme = self.with_comma(lexeme)
        self.refuse_half_an_exponent(lexeme)
        item = [number(lexeme.text, lexeme.token())]
        found = _DEGREES.match(self.source, self.position, self.last)
        if found:
            if found[1]:
                hint = "a formula has no units: write the number alone"
                raise self.refuse(lexeme, "this is a temperature", hint)
            self.position = found.end()
            item.append(Token("°", "°", *found.span()))
        self.deliver(item)

    def with_comma(self, lexeme: Lexeme) -> Lexeme:
        r"""Return 3{,}14 as 3.14, and 1{,}234{,}567 as it is meant.

        Raises ParseError for 1{,}000, which may be both.
        """
        found = _COMMAS.match(self.source, self.position, self.last)
        if found is None or not lexeme.text.isdecimal():
            return lexeme
        groups = found[0].split("{,}")[1:]
        in_groups = len(lexeme.text) <= 3 and all(len(each) == 3 for each in groups)
        whole, decimal = "".join([lexeme.text, *groups]), f"{lexeme.text}.{groups[0]}"
        if len(groups) > 1 and not in_groups:
            message = "this is no number: groups have three digits"
            raise self.refuse(lexeme._replace(end=found.end()), message)
        if len(groups) == 1 and in_groups and lexeme.text != "0":
            message = f"'{lexeme.text}{found[0]}' could be {whole} or {decimal}"
            hint = f"write {whole}, or {decimal}"
            raise self.refuse(lexeme._replace(end=found.end()), message, hint)
        self.position = found.end()
        text = whole if len(groups) > 1 else decimal
        return lexeme._replace(text=text, end=found.end())

    def refuse_half_an_exponent(self, lexeme: Lexeme) -> None:
        """Refuse 2E-3, which may be a number or a difference."""
        typed = _EXPONENT.match(self.source, lexeme.start, self.last)
        if typed and not self.group.waiting:
            letter, digits = typed[2], typed[3]
            raise self.refuse(
                lexeme._replace(end=typed.end()),
                f"'{typed[0]}' could be a number or a sum of two",
                f"write {typed[1]} \\cdot 10^{{{digits.removeprefix('+')}}} or"
                f" {typed[1]}\\,{letter} {digits[0]} {digits[1:]}",
            )
