r"""LaTeX's exponents: x^2, \\sin^2 x; what may be an index or a label is refused."""

import re

from diffcli.language.lexer import Token
from diffcli.language.readers.latex_cases import Cases
from diffcli.language.readers.words import Words, ends_operand, sign

_WORD = re.compile("[a-z]{3,}")
_UPRIGHT = re.compile(r"\\(?:text|mathrm|rm|textrm)\s*\{([\w\s]{2,})\}?")


class Powers(Cases):
    """What is raised in one reading."""

    def power(self, like: Token) -> None:
        """Let an exponent wait for what is raised."""
        group = self.group
        if group.bare and not group.waiting:
            self.refuse_bare(sign("**", like))
        maker = group.waiting[-1] if group.waiting else None
        if maker is not None and not maker.row:
            raise self.refuse(like, "this '^' has nothing to raise", "x^{2}")
        raised = group.out and (
            ends_operand(group.out[-1]) or group.out[-1].kind == "|"
        )
        if maker is None and not raised:
            raise self.refuse(like, "this '^' has nothing to raise", "x^{2}")
        if maker is None:
            self.refuse_braces(like)

        def make(items: list[Words]) -> None:
            inside = items[0]
            self.refuse_index(inside, like)
            if maker is not None:
                spelled = self.spelled(inside).strip("()")
                if spelled == "-1":
                    end = inside[-1].end
                    maker.power = [Token("power", "-1", like.start, end)]
                else:
                    maker.power = [sign("**", like), self.bunch(inside, like)]
            else:
                self.refuse_label(group.out, inside, like)
                bunch = self.bunch(inside, like, inside[-1])
                group.out += [sign("**", like), bunch]

        self.wait(like, make)

    def refuse_index(self, inside: Words, like: Token) -> None:
        """Refuse x^{(i)}, which counts x in some books and raises it in others."""
        outer = self.inside(inside)
        if len(inside) == len(outer) == 1 and outer[0].kind == "()":
            found = self.inside(outer)
            if len(found) == 1 and found[0].kind in ("name", "number"):
                atom = found[0].text
                message = f"'({atom})' could be an index or a power"
                both = f"write x_{{{atom}}} or x^{{{atom}}}"
                raise self.refuse(found[0], message, both)

    def refuse_braces(self, like: Token) -> None:
        """Refuse {2x}^2, which is printed as 2x^2."""
        out = self.group.out
        inside = self.inside(out[-1:])
        called = len(out) > 1 and out[-2].kind == "name"
        if out[-1].kind != "()" or self.bunches[int(out[-1].text)][0] != "}":
            return
        if called and inside[0].kind != "()":
            row = out[-2].text
            message = f"it is not clear where the argument of '\\{row}' ends"
            raise self.refuse(like, message, f"write \\{row}(x^n) or \\{row}^n(x)")
        if len(inside) > 1 and not called:
            typed = self.source[out[-1].start : out[-1].end].strip("{} ")
            message = "braces are not printed: what is raised?"
            raise self.refuse(like, message, f"write ({typed})^ or {typed}^")

    def refuse_label(self, out: Words, inside: Words, like: Token) -> None:
        r"""Refuse P^{sat}, where a word is a label or an exponent."""
        base, last = out[-1], inside[-1]
        if base.kind != "name" or base.text == "e" or inside[0].text in self.names:
            return
        word = self.source[inside[0].start : last.end].strip("{} ")
        upright = _UPRIGHT.fullmatch(word)
        if upright or (_WORD.fullmatch(word) and len({*word}) > 1):
            label = upright[1].strip() if upright else word
            word = f"\\text{{{label}}}" if upright else word
            raise self.refuse(
                like,
                f"'{label}' could be a label or an exponent",
                f"write {base.text}_{{{label}}} for the label,"
                f" {base.text}^{{1 \\cdot {word}}} for the power",
            )
