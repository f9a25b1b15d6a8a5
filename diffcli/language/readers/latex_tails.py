r"""What stands behind a formula in LaTeX and says where it holds.

x^2, \quad x > 0 and E_n, \quad n = 1, 2, \ldots are read as what stands in front.
"""

import re

from diffcli.errors import Span

_SEPARATOR = (
    r"[,;]|\\q?quad|\\(?:text|mbox|textrm|mathrm)"
    r"(?=\s*\{\s*(?:for|where|if|when|with|on)\b)"
)
_OPENS = frozenset(("(", "[", "{", r"\begin", r"\left"))
_CLOSES = frozenset((")", "]", "}", r"\end", r"\right"))
_MARK = re.compile(rf"{_SEPARATOR}|\\(?:begin|end|left|right)(?![A-Za-z])|[()\[\]{{}}]")
_MOST = 20  # places at which a formula may end
_WORDS = re.compile(r"\\(?:text|mbox|textrm|mathrm|hbox)\s*\{([^{}]*)\}")
_RELATION = re.compile(
    r"[<>∈≤≥≠]|\\(?:in|lt|gt|leq?|geq?|leqslant|geqslant|neq?)(?![a-z])"
)
_COUNTED = re.compile(
    r"[\s,;]*(?:\\q?quad|\\[,;:! ])*\s*[a-zA-Z](?:_\w)?\s*(?:=|\\in\s*\\?\{)"
    r"[-\d\s,+a-zA-Z\\]*(?:\\[lc]?dots|\.\.\.|…)[-\d\s,+a-zA-Z\\}]*[\s.]*"
)
_ANOTHER = re.compile(r"(?<![<>!=])=|\\begin|\\\\|\b(?:else|otherwise)\b")


def formula_end(source: str, within: Span) -> int:
    r"""Return where a formula ends in front of what says where it holds.

    >>> formula_end(r"x^2, \quad x > 0", (0, 16)), formula_end("x^{2}", (0, 5))
    (3, 5)
    """
    start, end = within
    depths, asked = [0, 0], 0  # of braces, and of others, which may not be pairs
    for found in _MARK.finditer(source, start, end):
        text = found[0]
        if text in _OPENS or text in _CLOSES:
            depths[text not in "{}"] += 1 if text in _OPENS else -1
        elif (
            depths == [0, 0] and asked < _MOST and source[start : found.start()].strip()
        ):
            asked += 1
            if _says_where(source[found.start() : end]):
                return found.start()
    return end


def _says_where(text: str) -> bool:
    """Tell whether a text gives a range of values, and nothing to calculate."""
    if _COUNTED.fullmatch(text):
        return True
    return bool(_RELATION.search(_WORDS.sub(" ", text))) and not _ANOTHER.search(text)
