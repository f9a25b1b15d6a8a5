r"""LaTeX's names: letters with an index, words, and functions.

Letters stand alone: xy is a product, and a longer name stands in \mathrm, \text or
\operatorname. x_1 and x_{1} are x1, x^23 is x**2*3, x(y+1) is a product.
"""

import re

from diffcli.calculus.functions import BY_NAME, CONSTANTS
from diffcli.errors import Span
from diffcli.language.lexer import LOWERED, Token, is_name
from diffcli.language.readers import latex_tables as tables
from diffcli.language.readers.latex_cases import CASES
from diffcli.language.readers.latex_doubts import Doubts
from diffcli.language.readers.latex_groups import Maker
from diffcli.language.readers.latex_scanner import Lexeme
from diffcli.language.readers.names import translated
from diffcli.language.readers.words import Words, name

_LOW = re.compile("[₀₁₂₃₄₅₆₇₈₉]+")
_IN_FRONT = re.compile(
    r"(?:\A|[;$\n&]|\\\\)\s*([A-Z][A-Za-z]+|pO?H|pK)\s*(?:_\s*(?:\w|\{[^{}]*\})\s*)?&?\s*="
)
"""A word in front of '=', which names what comes out: Re, SA, Re_{crit}."""
_STAR = re.compile(
    r"\s*\^\s*(?:\*|\\(?:ast|star)(?![A-Za-z])|\{\s*(?:\*|\\(?:ast|star))\s*\})"
)
_LETTERS = re.compile(r"\s*([A-Za-z]+)")


class Names(Doubts):
    """What letters mean in one reading."""

    def __init__(self, source: str, names: frozenset[str], within: Span | None) -> None:
        super().__init__(source, names, within)
        #: Names of several letters that the text defines: Re = ...; 64/Re.
        self.words = {word for word in names if word.isalpha()}
        self.words.update(_IN_FRONT.findall(source, *(within or ())))
        sigmas = re.findall(r"(?:\\sigma|σ)(?![A-Za-z])\s*(?!\s|\\left\(|\()", source)
        self.is_typeset = "\\" in source or "$" in source
        self.sigma_is_a_name = bool(sigmas) or "σ" in names

    def letter(self, lexeme: Lexeme) -> None:
        """Read a letter with its index, or a word that is plainly a function."""
        run = re.compile("[A-Za-z]+").match(self.source, lexeme.start, self.last)
        word = run[0] if run else ""
        if len(word) > 1 and not self.group.waiting:
            end = lexeme.start + len(word)
            follower = self.match(end)
            if word in self.words:
                self.position = end
                self.variable(word, lexeme._replace(text=word, end=end))
                return
            known = word in BY_NAME and follower.text in ("(", "{", "left")
            if known:
                self.position = end
                self.function(word, lexeme._replace(text=word, end=end))
                return
            if word == "Re":
                raise self.refuse(
                    lexeme._replace(end=end),
                    "'Re' could be a name or the product of R and e",
                    "write \\mathrm{Re} for the name, R\\,e for the product",
                )
            unsure = word in CONSTANTS or word in tables.GREEK or word in BY_NAME
            if unsure or (not self.is_typeset and self.is_code(word)):
                product = "\\,".join(word)
                raise self.refuse(
                    lexeme._replace(end=end),
                    f"'{word}' could be a name or a product of letters",
                    f"write \\{word if unsure else f'text{{{word}}}'} for the name,"
                    f" {product} for the product",
                )
        self.variable(lexeme.text, lexeme)

    def refuse_index(self, inside: Words, like: Token) -> None:
        """Refuse w^T x too, a vector turned over; where T has a value it is a power."""
        super().refuse_index(inside, like)
        base = self.group.out[-1] if self.group.out else None
        turned = [word.text for word in inside] == ["T"] and "T" not in self.names
        before = base is not None and base.kind == "name" and base.text != "e"
        beside = self.match(self.position)
        follows = beside.kind == "letters" or (
            beside.kind == "command" and beside.text in tables.FONTS | tables.ACCENTS
        )
        if turned and before and follows:
            raise self.refuse(
                inside[0],
                "'^T' could be a vector turned over, or a power",
                "write w_1 x_1 + w_2 x_2, or give T a value: T=...",
            )

    def variable(self, text: str, lexeme: Lexeme) -> None:
        """Read a variable, with the index that follows."""
        if text == "Δ" and not self.stands_alone("Δ"):
            text, lexeme = self.difference(lexeme)
        low = _LOW.match(self.source, lexeme.end, self.last)
        if low and low.end() > self.position:
            self.position = low.end()
            text += low[0].translate(LOWERED)
        letter = text
        index, end = self.index()
        if index:
            text += index if index.isdecimal() else f"_{index}"
        star = _STAR.match(self.source, self.position, self.last)
        if star and len(text) < 4 and text != "e":
            self.position = end = star.end()
            text += "_star"
        like = Token("", "", lexeme.start, max(end, lexeme.end))
        text = text.translate(LOWERED)
        if not is_name(text.partition("_[")[0]):  # a sum over its index comes later
            raise self.refuse(
                lexeme._replace(end=like.end),
                f"'{text}' is no name",
                "names are Latin or Greek letters, digits and '_': x_hat, x_bar",
            )
        row = {"Γ": "gamma", "σ": "" if self.sigma_is_a_name else "sigmoid"}.get(text)
        if row and text not in self.names and self.peek().text in ("(", "["):
            self.function(row, lexeme)
            return
        if not index and not star:
            self.refuse_digit(text, lexeme)
            if text == "e" and "e" not in self.names:
                self.refuse_charge(lexeme)
        if not self.group.waiting or self.called_by():  # x^n(y+1) is no n(y+1)
            self.refuse_application(letter, index, lexeme)
        self.deliver([name("pi" if text == "π" else text, like)])

    def difference(self, lexeme: Lexeme) -> tuple[str, Lexeme]:
        r"""Return the name that \Delta x is, or the letter where it stands alone."""
        follower = self.peek()
        text = follower.text
        if follower.kind == "command":
            text = tables.GREEK.get(text) or tables.VARIANTS.get(text, "")
        if follower.kind not in ("letters", "command") or len(text) != 1:
            return "Δ", lexeme
        self.position = follower.end
        return f"Δ{text}", lexeme._replace(end=follower.end)

    def function(self, row: str, lexeme: Lexeme) -> None:
        """Let a function wait for its argument."""
        like = Token("name", row, lexeme.start, lexeme.end)
        if row == "log" and (index := self.index()[0]):
            like = like._replace(text=f"log_{index}")

        def make(items: list[Words]) -> Words:
            inside = items[0]
            if [word.kind for word in inside] != ["()"]:
                inside = [self.bunch(inside, like)]
            return [like, *maker.power, *inside]

        maker = Maker(like, make, row=row)
        self.group.waiting.append(maker)

    def word(self, lexeme: Lexeme) -> None:
        r"""Read \mathrm{...} and its like, and \hat{...}."""
        text, end = self.argument(lexeme)
        content = text.strip()
        while match := re.fullmatch(r"\\(\w+)\s*\{(.*)\}", content):
            if match[1] not in tables.FONTS:
                break
            content = match[2].strip()
        greek = re.fullmatch(r"\\([A-Za-z]+)", content)
        if greek:
            content = tables.letter(greek[1]) or content
        whole = lexeme._replace(text=content, end=end)
        if lexeme.text in tables.TEXTS and self.keywords(content, whole):
            return
        content = content.replace("-", "").replace("\\_", "_").replace(" ", "_")
        inner = re.fullmatch(r"(\w+)_\{?(\w+)\}?", content)
        if inner:
            content = (
                f"{inner[1]}{inner[2] if inner[2].isdecimal() else '_' + inner[2]}"
            )
        if not re.fullmatch(r"[^\W\d_]\w*", content):
            hint = "a name has letters and digits; units are left out"
            raise self.refuse(whole, f"'{text}' is no name", hint)
        if lexeme.text in tables.ACCENTS:
            self.variable(f"{content}_{lexeme.text.removeprefix('wide')}", whole)
            return
        row = content if content in BY_NAME else translated(content)
        if row and len(content) > 1:
            self.function(row, whole)
            return
        called = self.peek().text in ("(", "{", "[")
        if content.isalpha() and len(content) > 2 and called:
            from diffcli.language.elsewhere import hint as near

            product = f"for a product write \\{lexeme.text}{{{text}}} \\cdot (...)"
            known = near(content, [*BY_NAME])
            advice = f"{known}; {product}" if known else product
            raise self.refuse(whole, f"unknown function '{content}'", advice)
        self.variable(content, whole)

    def argument(self, lexeme: Lexeme) -> tuple[str, int]:
        r"""Return what stands in a font, and where it ends; \rm needs no braces."""
        if lexeme.text in tables.SWITCHES:
            run = _LETTERS.match(self.source, self.position, self.last)
            if run:
                self.position = run.end()
                return run[1], run.end()
        return self.raw()

    def keywords(self, content: str, whole: Lexeme) -> bool:
        """Read words between formulas, if they are: if, and, otherwise."""
        words = re.findall(r"[^\s,.:]+", content.lower())
        known = tables.FILLERS | tables.OTHERWISE | {"and", "or"}
        if not known.issuperset(words):
            return False
        chosen = {"if", "else"} & {*words}
        if chosen and not any(group.closing in CASES for group in self.groups):
            self.operator(chosen.pop(), whole.token())
            return True
        for word in words:
            if word in tables.OTHERWISE:
                self.group.out.append(Token("otherwise", "", whole.start, whole.end))
            elif word in ("and", "or"):
                self.operator(word, whole.token())
        return True
