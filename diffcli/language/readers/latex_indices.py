r"""LaTeX's indices: x_1, x_{ij}, T_{\max}, y_{t-1}; each makes a name with its letter.

A sign in an index is spelled out, so that y_{t-1} and y_{t+1} stay two names.
"""

import re

from diffcli.errors import Span
from diffcli.language.lexer import LOWERED
from diffcli.language.readers import latex_tables as tables
from diffcli.language.readers.latex_fractions import Fractions
from diffcli.language.readers.latex_scanner import Lexeme

_COMMAND = re.compile(r"\\([A-Za-z]+)")
_SIGNS = {
    "+": "plus", "-": "minus", "−": "minus", "/": "over", "|": "given", "*": "star",
    "'": "prime", ":": "to",
}  # fmt: skip
"""What signs are called in a name."""
_UNKNOWN = re.compile(r"[^\w\s,{}]|\\")


class Indices(Fractions):
    """What stands below letters in one reading."""

    def __init__(self, source: str, names: frozenset[str], within: Span | None) -> None:
        super().__init__(source, names, within)
        #: Letters that count the terms of a sum.
        self.indices: set[str] = set()

    def index(self) -> tuple[str, int]:
        r"""Return the index that follows: 1 of x_1, max of x_{\text{max}}."""
        follower = self.match(self.position)
        end = 0
        found = ""
        if follower.text == "^" and follower.kind == "other":
            found, end = self.index_behind_a_power(follower)
        while follower.text == "_" and follower.kind == "other":
            if found:
                hint = "x_{1,2} has both in one pair of braces"
                raise self.refuse(follower, "this is a second index", hint)
            self.position = follower.end
            text, end = self.raw()
            if text.removeprefix("\\") in tables.FONTS:  # x_\text{max}
                text, end = self.raw()
            text = _COMMAND.sub(_in_an_index, text)
            found = self.counted(text) or self.spelled_index(text, follower)
            follower = self.match(self.position)
        return found, end

    def spelled_index(self, text: str, at: Lexeme) -> str:
        """Return an index as it stands in a name: t_minus_1 for t-1."""
        text = text.translate(LOWERED)
        for sign, word in _SIGNS.items():
            text = text.replace(sign, f" {word} ")
        parts = re.findall(r"\w+", text.replace("_", " "))
        if _UNKNOWN.search(text) or not parts:
            message = "an index is letters and digits"
            raise self.refuse(at, message, "x_{1}, x_{ij}, x_{t-1}")
        return "_".join(parts)

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


def _in_an_index(command: re.Match[str]) -> str:
    r"""Return what stands for a command in an index: a letter, max, nothing for a font.

    The word of any other command is a part of the name: odot of M_\odot.
    """
    word = command[1]
    if word in tables.FONTS or word in tables.SKIPPED:
        return ""
    return tables.letter(word) or f" {word} "
