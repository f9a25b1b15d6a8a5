r"""LaTeX's names: letters with an index, words, and functions.

Letters stand alone: xy is a product, and a longer name stands in \mathrm, \text or
\operatorname. x_1 and x_{1} are x1, x^23 is x**2*3, x(y+1) is a product.
"""

import re

from diffcli.calculus.functions import BY_NAME, CONSTANTS
from diffcli.errors import Span
from diffcli.language.lexer import Token, is_name
from diffcli.language.readers import latex_tables as tables
from diffcli.language.readers.latex_groups import Groups, Maker
from diffcli.language.readers.latex_scanner import Lexeme
from diffcli.language.readers.names import translated
from diffcli.language.readers.words import Words, grouped, name
from diffcli.remarks import Remark

_LOW = re.compile("[₀₁₂₃₄₅₆₇₈₉]+")
_LOWERED = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")


class Names(Groups):
    """What letters mean in one reading."""

    def __init__(self, source: str, names: frozenset[str], within: Span | None) -> None:
        super().__init__(source, within)
        self.names = names
        self.notes: list[Remark] = []
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
            known = word in BY_NAME and follower.text in ("(", "{", "left")
            if known:
                self.position = end
                self.function(word, lexeme._replace(text=word, end=end))
                return
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

    def is_code(self, word: str) -> bool:
        """Tell whether a word of a text without backslash looks like a program's."""
        return len(word) > 3 or "*" in self.source

    def variable(self, text: str, lexeme: Lexeme) -> None:
        """Read a variable, with the index that follows."""
        low = _LOW.match(self.source, lexeme.end, self.last)
        if low and low.end() > self.position:
            self.position = low.end()
            text += low[0].translate(_LOWERED)
        index, end = self.index()
        if index:
            text += index if index.isdigit() else f"_{index}"
        like = Token("", "", lexeme.start, max(end, lexeme.end))
        text = text.translate(_LOWERED)
        if not is_name(text):
            raise self.refuse(
                lexeme._replace(end=like.end),
                f"'{text}' is no name",
                "names are Latin or Greek letters, digits and '_': x_hat, x_bar",
            )
        if text in ("σ", "Γ") and self.peek().text in ("(", "["):
            if text == "Γ":
                self.function("gamma", lexeme)
                return
            if not self.sigma_is_a_name:
                self.function("sigmoid", lexeme)
                return
        self.refuse_application(text, lexeme)
        self.deliver([name("pi" if text == "π" else text, like)])

    def refuse_application(self, text: str, lexeme: Lexeme) -> None:
        """Refuse f(x) in a formula: a product of f and x, or a function f."""
        if text not in tables.FUNCTION_LETTERS or self.peek().text != "(":
            return
        rest = self.source[self.position : self.last]
        applied = re.match(r"\s*(?:\\left)?\(([^()=]*?)(?:\\right)?\)\s*(=?)", rest)
        if applied and not applied[2] and re.fullmatch(r"\s*\\?\w+\s*", applied[1]):
            inside = applied[1].strip()
            message = f"'{text}({inside})' could be a function or a product"
            hint = f"write what {text} is, or {text} \\cdot {inside}"
            raise self.refuse(lexeme, message, hint)

    def index(self) -> tuple[str, int]:
        r"""Return the index that follows: 1 of x_1, max of x_{\text{max}}."""
        follower = self.match(self.position)
        end = 0
        found = ""
        if follower.text == "^" and follower.kind == "other":
            found, end = self.index_behind_a_power(follower)
        while follower.text == "_" and follower.kind == "other":
            self.position = follower.end
            text, end = self.raw()
            text = re.sub(r"\\(?:mathrm|text|textrm|mathit|operatorname)\b", "", text)
            for greek, letter in tables.GREEK.items():
                text = re.sub(rf"\\{greek}(?![A-Za-z])", letter, text)
            parts = re.findall(r"\w+", text.replace("_", " "))
            if re.search(r"[^\w\s,{}]|\\", text) or not parts:
                message = "an index is letters and digits"
                raise self.refuse(follower, message, "x_{1}, x_{ij}")
            found = "_".join(parts)
            follower = self.match(self.position)
        return found, end

    def index_behind_a_power(self, caret: Lexeme) -> tuple[str, int]:
        """Return the index of x^2_1, which stays x_1^2."""
        here = self.position
        self.position = caret.end
        self.raw()
        behind = self.match(self.position)
        if behind.text != "_" or behind.kind != "other":
            self.position = here
            return "", 0
        start = behind.start
        found, end = self.index()
        # The index is blanked: what is read from here on is the power alone.
        blank = " " * (end - start)
        self.source_without(start, end, blank)
        self.position = here
        return found, end

    def function(self, row: str, lexeme: Lexeme) -> None:
        """Let a function wait for its argument."""
        like = Token("name", row, lexeme.start, lexeme.end)
        index, _ = self.index() if row == "log" else ("", 0)
        if index:
            like = like._replace(text=f"log_{index}")

        def make(items: list[Words]) -> Words:
            inside = items[0]
            if inside[0].kind == "(" and _is_one_group(inside):
                inside = inside[1:-1]
            return [like, *maker.power, *grouped(inside, like, inside[-1])]

        maker = Maker(like, make, row=row)
        self.group.waiting.append(maker)

    def word(self, lexeme: Lexeme) -> None:
        r"""Read \mathrm{...} and its like, and \hat{...}."""
        text, end = self.raw()
        content = text.strip()
        while match := re.fullmatch(r"\\(\w+)\s*\{(.*)\}", content):
            if match[1] not in tables.FONTS:
                break
            content = match[2].strip()
        greek = re.fullmatch(r"\\([A-Za-z]+)", content)
        if greek and (greek[1] in tables.GREEK or greek[1] in tables.VARIANTS):
            content = tables.GREEK.get(greek[1]) or tables.VARIANTS[greek[1]]
        whole = lexeme._replace(text=content, end=end)
        if lexeme.text in tables.TEXTS and self.keywords(content, whole):
            return
        content = content.replace("-", "").replace("\\_", "_").replace(" ", "_")
        inner = re.fullmatch(r"(\w+)_\{?(\w+)\}?", content)
        if inner:
            content = f"{inner[1]}{inner[2] if inner[2].isdigit() else '_' + inner[2]}"
        if not re.fullmatch(r"[^\W\d_]\w*", content):
            raise self.refuse(whole, f"'{text}' is no name")
        if lexeme.text in tables.ACCENTS:
            self.variable(f"{content}_{lexeme.text.removeprefix('wide')}", whole)
            return
        row = content if content in BY_NAME else translated(content)
        if row and len(content) > 1:
            self.function(row, whole)
            return
        if content.isalpha() and len(content) > 2 and self.peek().text == "(":
            from diffcli.language.elsewhere import hint

            product = f"for a product write \\{lexeme.text}{{{text}}} \\cdot (...)"
            known = hint(content, [*BY_NAME])
            advice = f"{known}; {product}" if known else product
            raise self.refuse(whole, f"unknown function '{content}'", advice)
        self.variable(content, whole)

    def keywords(self, content: str, whole: Lexeme) -> bool:
        """Read words between formulas, if they are: if, and, otherwise."""
        words = re.findall(r"[^\s,.:]+", content.lower())
        known = tables.FILLERS | tables.OTHERWISE | {"and", "or"}
        if not known.issuperset(words):
            return False
        for word in words:
            if word in tables.OTHERWISE:
                self.group.out.append(Token("otherwise", "", whole.start, whole.end))
            elif word in ("and", "or"):
                self.operator(word, whole.token())
        return True


def _is_one_group(inside: Words) -> bool:
    """Tell whether the first bracket closes at the end."""
    depth = 0
    for place, word in enumerate(inside):
        depth += (word.kind == "(") - (word.kind == ")")
        if depth == 0:
            return place == len(inside) - 1
    return False
