r"""What stands behind a formula in LaTeX and says where it holds.

x^2, \quad x > 0 and E_n, \quad n = 1, 2, \ldots are read as what stands in front.
"""

import re

from diffcli.errors import Span

_SEPARATOR = re.compile(
    r"[,;]|\\q?quad|\\(?:text|mbox|textrm|mathrm)\s*\{\s*(?:for|where|if|when|with|on)\b"
)
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
    for found in _SEPARATOR.finditer(source, start, end):
        front, rest = source[start : found.start()], source[found.start() : end]
        if front.strip() and _is_whole(front) and _says_where(rest):
            return found.start()
    return end


def _is_whole(text: str) -> bool:
    """Tell whether all that is opened in a text is closed there."""
    pairs = ("( )", "[ ]", "{ }", r"\begin \end", r"\left \right")
    return all(
        text.count(one) == text.count(other) for one, other in map(str.split, pairs)
    )


def _says_where(text: str) -> bool:
    """Tell whether a text gives a range of values, and nothing to calculate."""
    if _COUNTED.fullmatch(text):
        return True
    return bool(_RELATION.search(_WORDS.sub(" ", text))) and not _ANOTHER.search(text)
