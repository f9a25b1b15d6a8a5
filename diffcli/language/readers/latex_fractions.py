r"""LaTeX's fractions, binomial coefficients and roots."""

import re

from diffcli.language.lexer import Token
from diffcli.language.readers import latex_tables as tables
from diffcli.language.readers.latex_groups import Group
from diffcli.language.readers.latex_powers import Powers
from diffcli.language.readers.latex_scanner import Lexeme
from diffcli.language.readers.words import Words, name, number, sign


class Fractions(Powers):
    """What stands above and below something in one reading."""

    def fraction(self, like: Token, above: Words, below: Words) -> Words:
        """Return a fraction. Raises ParseError for a derivative, dy/dx."""
        upper, lower = (self.spelled(item).strip("()") for item in (above, below))
        if re.fullmatch(r"d(\*\*\(\d\))?(\*\w+)?", upper) and lower[:2] == "d*":
            raise self.refuse(like, "this is a derivative", tables.HINTS["partial"])
        over, under = (self.bunch(item, like, item[-1]) for item in (above, below))
        return [self.bunch([over, sign("/", like), under], like, under, "frac")]

    def end_above(self, lexeme: Lexeme) -> None:
        r"""Read \over or \choose: what stands in the group so far is above."""
        group = self.group
        super().end_group(group, lexeme)
        if (
            group.above
            or not group.out
            or {word.kind for word in group.out} & {"=", ";", ","}
        ):
            hint = f"put {{ and }} around what belongs to it: {{n \\{lexeme.text} k}}"
            message = f"it is not clear what stands above '\\{lexeme.text}'"
            raise self.refuse(lexeme, message, hint)
        group.above = group.out, lexeme
        group.out, group.bare, group.divided = [], None, False

    def end_group(self, group: Group, lexeme: Lexeme) -> None:
        r"""End a group, and its fraction or binomial coefficient by \over, \choose."""
        super().end_group(group, lexeme)
        if group.above is None:
            return
        above, over = group.above
        group.above = None
        if not group.out:
            message = f"there is nothing below '\\{over.text}'"
            raise self.refuse(over, message, f"{{n \\{over.text} k}}")
        make = self.fraction if over.text == "over" else self.binomial
        group.out = make(over.token(), above, group.out)

    def binomial(self, like: Token, above: Words, below: Words) -> Words:
        r"""Return what \binom{n}{k} is: n!/(k!(n-k)!)."""
        upper, lower = self.bunch(above, like), self.bunch(below, like)
        mark = sign("!", like)
        rest = self.bunch([upper, sign("-", like), lower], like)
        under = [lower, mark, sign("*", like), rest, mark]
        quotient = [upper, mark, sign("/", like), self.bunch(under, like)]
        return [self.bunch(quotient, like, below[-1])]

    def root(self, like: Token) -> None:
        r"""Read \sqrt or \sqrt[n]."""
        if self.match(self.position).text != "[":
            self.wait(like, lambda items: self.called("sqrt", like, items[0]))
            return
        end = self.source.find("]", self.position)
        if end < 0:
            raise self.refuse(like, "this '[' is never closed")
        degree = self.source[self.match(self.position).end : end].strip()
        degree = tables.GREEK.get(degree.removeprefix("\\"), degree)
        self.position = end + 1
        if degree == "3":
            self.wait(like, lambda items: self.called("cbrt", like, items[0]))
            return
        if not re.fullmatch(r"\d+|[^\W\d_]", degree):
            hint = "write (x)^{1/n}"
            raise self.refuse(like, "a root's degree is a number or a letter", hint)
        atom = number(degree, like) if degree.isdecimal() else name(degree, like)

        def make(items: list[Words]) -> Words:
            exponent = self.bunch([number("1", like), sign("/", like), atom], like)
            base = self.bunch(items[0], like)
            return [self.bunch([base, sign("**", like), exponent], like)]

        self.wait(like, make)
