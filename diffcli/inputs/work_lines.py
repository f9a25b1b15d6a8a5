"""A line that somebody wrote down, without its number, comments and remarks."""

import re
from collections.abc import Iterable

_COMMENT = re.compile(r"#.*|(?<!\\)%.*|(?<![:/])//.*")
LABEL = re.compile(
    r"\s*(?:\(?\d+\s*[.)](?=\s|[a-zA-Z])|\(?[a-z]\)(?=\s)|[-*•](?=\s+\w+\S*\s*=))\s*"
)
HEADING = re.compile(
    r"\s*#*\s*(?:exercise|problem|task|question|example|ex|no)\b\.?\s*"
    r"\(?(?:\d+|[a-z])\)?\s*(?:[.:)]|\Z)",
    re.IGNORECASE,
)
_WORDS = re.compile(r"\s*[^\W\d_]{3,}[^\W\d_ '-]*(?: [\w'-]+)*\s*:(?=.*[=≈])")
_BEGINNING = re.compile(
    r"\s*(?:=>|⇒|⟹|→|->|∴|\b(?:so|then|hence|thus|therefore|and|let|set|put|given|where|with"
    r"|we (?:have|get|find)|it follows(?: that)?)\b[:,]?)\s*",
    re.IGNORECASE,
)
_BEHIND = re.compile(
    r"""\s+(?:
      [(\[] \s* (?=[^()\[\]]*[^\W\d_]{4}) [^\W\d_] (?:[^\W\d_]|[\s,'’-])* [\s.!]* [)\]]
    | (?:by|because|since|using|via)\b(?!\s*=).*
    | [|]\s*[^\W\d_][^=|]*
    | <-.* | ←.*
    )\s*\Z""",
    re.VERBOSE | re.IGNORECASE,
)
REMARK = re.compile(r"[^\W\d_][\w\s.,:;!?'’()\[\]-]*")


def formulas_of(line: str) -> str:
    """Return a line without its number, comments and remarks."""
    line = typed(line) if "\\" in line or "$" in line else line
    line = _COMMENT.sub("", line.replace("\t", " ").lstrip("\ufeff")).rstrip()
    for pattern in (HEADING, LABEL, _WORDS, _BEGINNING):
        found = pattern.match(line)
        line = line[found.end() :] if found else line
    line = _BEHIND.sub("", line).strip()
    return line[:-1].rstrip() if line[-1:] in (".", ",", ";") else line


_FRACTION = re.compile(
    r"\\[dt]?frac\s*\{\s*(?:d|\\partial|\\mathrm\{d\})((?:\^\{?\d\}?)?\s*\w*)\s*\}"
    r"\s*\{\s*(?:d|\\partial|\\mathrm\{d\})\s*(\w+)((?:\^\{?\d\}?)?)\s*\}"
)

_TYPESETTING = (
    (
        r"\\(?:begin|end)\{(?:align|equation|gather|aligned|split)\*?\}|\\\[|\\\]|\$+",
        "",
    ),
    (r"\\[()]|&|\\\\(?:\[[^\]]*\])?\s*$", ""),
    (r"\\left\b|\\right\b|\\[,;!:]", ""),
    (r"\\q?quad\b|\\ ", " "),
    (r"\\(?:text|textrm|mbox|textit|intertext)\{[^{}]*\}", ""),
    (r"\\(?:implies|Rightarrow|Longrightarrow|therefore|to)\b", ""),
    (r"\^\{\\prime\\prime\}|\\prime\\prime\b", "''"),
    (r"\^\{?\\prime\}?|\\prime\b", "'"),
    (r"\\cdot\b|\\times\b", "·"),
    (r"\\(?:approx|simeq|cong)\b", "≈"),
)


def typed(line: str) -> str:
    """Return a line of LaTeX with its marks as they are typed: d/dx, df/dx, f'."""
    for pattern, typed in _TYPESETTING:
        line = re.sub(pattern, typed, line)
    return _FRACTION.sub(
        lambda found: re.sub(r"[\s{}]", "", f"d{found[1]}/d{found[2]}{found[3]}") + " ",
        line,
    )


def notation_of(lines: Iterable[str]) -> str:
    """Return "latex" if some lines are typeset in it, or nothing."""
    return "latex" if any(re.search(r"\\[a-zA-Z]{2}", line) for line in lines) else ""
