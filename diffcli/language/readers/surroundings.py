r"""What stands around a formula in a program or a chat, and says nothing of it.

Imports, decorators, docstrings, fences of Markdown, and a backslash at the end of a
line become blanks: the text keeps its length, so that places stay.
"""

import re

_FENCE = re.compile(r"\A\s*```[A-Za-z0-9+]*[ \t]*\n|\n[ \t]*```\s*\Z")
_LINES = re.compile(
    r"""^[ \t]*(?:
      import[ \t]+[\w.]+(?:[ \t]+as[ \t]+\w+)?(?:,[ \t]*[\w.]+(?:[ \t]+as[ \t]+\w+)?)*
    | from[ \t]+[\w.]+[ \t]+import[ \t]+[\w, \t*]+
    | using[ \t]+[A-Z]\w*(?:,[ \t]*[A-Z]\w*)*
    | library\(\w+\)
    | @[A-Za-z][\w.]*(?:\([^()\n]*\))?(?=[ \t]*\n[ \t]*(?:def|@))
    )[ \t]*;?[ \t]*(?:\#[^\n]*)?\n""",
    re.VERBOSE | re.MULTILINE,
)
_DOCSTRING = re.compile(
    r"""(?<=:)\s*r?(?:"{3}(?:[^"]|"(?!""))*"{3}|"[^"\n]*"(?=\s*\n)
    |'{3}(?:[^']|'(?!''))*'{3}|'[^'\n]*'(?=\s*\n))""",
    re.VERBOSE,
)
_MATHEMATICA = re.compile(r"\\\[(Capital)?([A-Z][a-z]+)\]")
_CONTINUED = re.compile(r"\\[ \t]*\n")


def bare(source: str) -> str:
    r"""Return a text of the same length with blanks for what says nothing.

    >>> bare("import numpy as np\nnp.sin(x)").strip()
    'np.sin(x)'
    """
    if "\\[" in source:
        source = _MATHEMATICA.sub(_letter, source)
    if "```" in source:
        source = _FENCE.sub(_blanks, source)
    if "\n" not in source:
        return source
    source = _LINES.sub(_blanks, source)
    if "def" in source:
        source = _DOCSTRING.sub(_blanks, source)
    if source.count("\\") == len(_CONTINUED.findall(source)):
        source = _CONTINUED.sub(_blanks, source)
    return source


def _letter(found: re.Match[str]) -> str:
    """Return a letter of Mathematica's, written by its name, and blanks."""
    from diffcli.language.readers import latex_tables

    small = latex_tables.letter(found[2].lower())
    letter = small.upper() if found[1] else small
    return (letter or found[0]).ljust(len(found[0]))


def _blanks(found: re.Match[str]) -> str:
    return " " * len(found[0])
