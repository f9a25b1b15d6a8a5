r"""LaTeX's names: letters with an index, words, and functions.

Letters stand alone: xy is a product, and a longer name stands in \mathrm, \text or
\operatorname. x_1 and x_{1} are x1, x^23 is x**2*3, x(y+1) is a product.
"""

import re

from diffcli.calculus.functions import BY_NAME, CONSTANTS
from diffcli.errors import Span
from diffcli.language.lexer import Token, is_name
from diffcli.language.readers import latex_tables as tables
from diffcli.language.readers.latex_fractions import Fractions
from diffcli.language.readers.latex_groups import Maker
from diffcli.language.readers.latex_scanner import Lexeme
from diffcli.language.readers.names import translated
from diffcli.language.readers.words import Words, name
from diffcli.remarks import Remark

_LOW = re.compile("[₀₁₂₃₄₅₆₇₈₉]+")
_IN_FRONT = re.compile(
    r"(?:\A|[;$\n&]|\\\\)\s*([A-Z][A-Za-z]+)\s*(?:_\s*(?:\w|\{[^{}]*\})\s*)?&?\s*="
)
"""A word in front of '=', which names what comes out: Re, SA, Re_{crit}."""
_STAR = re.compile(
    r"\s*\^\s*(?:\*|\\(?:ast|star)(?![A-Za-z])|\{\s*(?:\*|\\(?:ast|star))\s*\})"
)
_ALONE = re.compile(
    r"\\?([A-Za-z]+|[Α-ω])(?!\s*(?:\\left\s*)?\()(?![A-Za-z])(?!\s*_)(?!\s*\\?[A-Za-z])"
)
_ARGUMENT = re.compile(
    r"\s*(?:\\[lb]eft\s*|\\[Bb]igg?l?\s*)?\(([^=]*?)(?:\\right|\\[Bb]igg?r?)?\)\s*(=?)"
)
_COMMAND = re.compile(r"\\([A-Za-z]+)")
_LOWERED = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")


class Names(Fractions):
    """What letters mean in one reading."""

    def __init__(self, source: str, names: frozenset[str], within: Span | None) -> None:
        super().__init__(source, names, within)
        #: Names of several letters that the text defines: Re = ...; 64/Re.
        self.words = {word for word in names if word.isalpha()}
        self.words.update(_IN_FRONT.findall(source, *(within or ())))
        #: Letters that count the terms of a sum.
        self.indices: set[str] = set()
        self.notes: list[Remark] = []
        sigmas = re.findall(r"(?:\\sigma|σ)(?![A-Za-z])\s*(?!\s|\\left\(|\()", source)
        self.is_typeset = "\\" in source or "$" in source
        self.alone: set[str] = set()
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

    def is_code(self, word: str) -> bool:
        """Tell whether a word of a text without backslash looks like a program's."""
        return len(word) > 3 or "*" in self.source

    def variable(self, text: str, lexeme: Lexeme) -> None:
        """Read a variable, with the index that follows."""
        if text == "Δ" and not self.stands_alone("Δ"):
            text, lexeme = self.difference(lexeme)
        low = _LOW.match(self.source, lexeme.end, self.last)
        if low and low.end() > self.position:
            self.position = low.end()
            text += low[0].translate(_LOWERED)
        letter = text
        index, end = self.index()
        if index:
            text += index if index.isdigit() else f"_{index}"
        star = _STAR.match(self.source, self.position, self.last)
        if star and len(text) < 4 and text != "e":
            self.position = end = star.end()
            text += "_star"
        like = Token("", "", lexeme.start, max(end, lexeme.end))
        text = text.translate(_LOWERED)
        if not is_name(text.partition("_[")[0]):  # a sum over its index comes later
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
        if not index and not star:
            self.refuse_digit(text, lexeme)
        self.refuse_application(letter, index, lexeme)
        self.deliver([name("pi" if text == "π" else text, like)])

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

    def stands_alone(self, letter: str) -> bool:
        r"""Tell whether a letter stands somewhere without a letter or ( behind it."""
        if not self.alone:
            found = _ALONE.finditer(self.source)
            self.alone |= {
                tables.GREEK.get(match[1].lower(), match[1]) for match in found
            }
            if "Delta" in (match[1] for match in _ALONE.finditer(self.source)):
                self.alone.add("Δ")
        return letter in self.alone or letter in self.names

    def refuse_application(self, letter: str, index: str, lexeme: Lexeme) -> None:
        """Refuse f(x) in a formula: a product of f and x, or a function f."""
        named = letter in tables.FUNCTION_LETTERS
        special = tables.INDEXED.get(letter, ()) if index else ()
        if not (named or special) or self.peek().text != "(":
            return
        name = self.source[lexeme.start : self.position].strip()
        found = _ARGUMENT.match(self.source, self.position, self.last)
        if found is None or found[2]:
            return
        inside = found[1].strip()
        alone = not re.fullmatch(r"\\?\w+", inside)
        if special:
            alone &= not index.isdigit() and index not in special
        elif not index:
            alone &= self.stands_alone(letter)
        if not alone:
            message = f"'{name}({inside})' could be a function or a product"
            hint = f"write what {name} is, or {name} \\cdot ({inside})"
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
            text = _COMMAND.sub(_in_an_index, text)
            if counted := self.counted(text):
                found = counted
                follower = self.match(self.position)
                continue
            parts = re.findall(r"\w+", text.replace("_", " "))
            if re.search(r"[^\w\s,{}]|\\", text) or not parts:
                message = "an index is letters and digits"
                raise self.refuse(follower, message, "x_{1}, x_{ij}")
            found = "_".join(parts)
            follower = self.match(self.position)
        return found, end

    def counted(self, text: str) -> str:
        """Return an index with the letter of a sum in it: i+1, 2i, ij; else nothing."""
        letters = set(re.findall(r"[A-Za-z]", text))
        plain = re.fullmatch(r"\s*[A-Za-z]\s*", text)
        if plain or not letters & self.indices:
            return ""
        if not re.fullmatch(r"[\w\s+,−-]+", text) or re.search(r"[A-Za-z]{3}", text):
            return ""
        return "[" + re.sub(r"[\s_]", "", text) + "]"

    def index_behind_a_power(self, caret: Lexeme) -> tuple[str, int]:
        """Return the index of x^2_1, which stays x_1^2."""
        here = self.position
        self.position = caret.end
        self.step_over()
        behind = self.match(self.position)
        if behind.text != "_" or behind.kind != "other":
            self.position = here
            return "", 0
        start = behind.start
        found, end = self.index()
        self.ahead[start] = end  # what is read from here on is the power alone
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
            if [word.kind for word in inside] != ["()"]:
                inside = [self.bunch(inside, like)]
            return [like, *maker.power, *inside]

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


def _in_an_index(command: re.Match[str]) -> str:
    """Return what stands for a command in an index: a letter, nothing for a font."""
    word = command[1]
    if word in tables.FONTS:
        return ""
    return tables.GREEK.get(word) or tables.VARIANTS.get(word) or command[0]
