"""Text to tokens: numbers, names and signs, each with its place.

What people paste is read too (``−`` ``·`` ``×`` ``÷`` ``π`` ``x₁`` ``x²``), as the
sign or name it plainly means. Anything else is refused with its place.
"""

import re
from functools import cache
from typing import NamedTuple

from diffcli.calculus.functions import CONSTANTS, INFIX, PREFIX
from diffcli.errors import ParseError, Span


class Token(NamedTuple):
    """A word of the language and its place in the text."""

    #: "number", "name", "power" (a raised number), "fraction" (½), "end", or the sign
    #: itself.
    kind: str
    #: The word as the language spells it.
    text: str
    #: First character in the source.
    start: int
    #: One past the last.
    end: int


_BLANK = r"(?:[^\S\n]|\ufeff|\#[^\n]*)*"  # all white space but newlines, and comments
_ASCII_LETTERS = "A-Za-z"
_ALL_LETTERS = "A-Za-zΑ-Ωα-ωϑϕϖϰϱϵ"


@cache
def _word(letters: str, digits: str, signs: str) -> re.Pattern[str]:
    """Return the pattern of one word; compiled when first used, the small one first."""
    longest_first = sorted({*INFIX, *PREFIX}, key=len, reverse=True)
    operators = "|".join(map(re.escape, longest_first))
    return re.compile(
        rf"""{_BLANK}(?:
          (?P<number>  (?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)? )
        | (?P<name>    [_{letters}][_{digits}{letters}]* )
        | (?P<sign>    {operators}|[\^(),;=\n{signs}] )
        | (?P<power>   ⁻?[⁰¹²³⁴⁵⁶⁷⁸⁹]+ )
        | (?P<fraction> [½⅓⅔¼¾] )
        | (?P<other>   . )
        | (?P<end>     \Z )
        )""",
        re.VERBOSE | re.DOTALL,
    )


#: Signs with another spelling: what they are and how the language spells them.
_SIGNS = {
    "^": ("**", "**"),
    "−": ("-", "-"),
    "·": ("*", "*"),
    "⋅": ("*", "*"),
    "×": ("*", "*"),
    "÷": ("/", "/"),
    # A newline separates as ';' does, but inside a formula it is a blank.
    "\n": ("newline", ";"),
}
#: Fractions with a character of their own: numerator and denominator.
FRACTIONS = {
    "½": ("1", "2"), "⅓": ("1", "3"), "⅔": ("2", "3"), "¼": ("1", "4"), "¾": ("3", "4"),
}  # fmt: skip
_LOWERED = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")
_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
_HINTS = {
    "|": "abs(x) is the absolute value",
    "[": "groups are written with ( and )",
    "]": "groups are written with ( and )",
    "{": "groups are written with ( and )",
    "}": "groups are written with ( and )",
    "!": "x! is gamma(x+1)",
    "%": "write x/100 for a percentage",
    "~": "write -x for a negative value",
    "–": "the minus sign is '-'",
    "—": "the minus sign is '-'",
    "∗": "the product is written '*'",
}


def tokens(source: str, within: Span | None = None) -> list[Token]:
    """Return the tokens of ``source``, or of a part of it, closed by an "end".

    >>> [token.text for token in tokens("2x₁² − .5")]
    ['2', 'x1', '2', '-', '.5', '']

    Raises ParseError where a character is not part of the language.
    """
    first, last = within or (0, len(source))
    if source.isascii():
        pattern = _word(_ASCII_LETTERS, "0-9", "")
    else:
        pattern = _word(_ALL_LETTERS, "0-9₀-₉", "−·⋅×÷√∛")
    found: list[Token] = []
    for match in pattern.finditer(source, first, last):
        kind = match.lastgroup
        assert kind is not None
        start, end = match.span(kind)
        text = source[start:end]
        if kind == "sign":
            kind, text = _SIGNS.get(text, (text, text))
        elif kind == "name":
            text = _name(source, text, start)
        elif kind == "power":
            text = text.translate(_RAISED)
        elif kind == "other":
            raise _refusal(source, start)
        found.append(Token(kind, text, start, end))
    return found


def _name(source: str, text: str, start: int) -> str:
    if text[0] == "_":
        raise ParseError(
            "a name cannot start with '_'",
            source=source,
            span=(start, start + len(text)),
        )
    return spelling(text)


_SIGNED = {row.sign: row.name for row in CONSTANTS.values() if row.sign}


def spelling(name: str) -> str:
    """Return a name as the language spells it.

    >>> spelling("x₁"), spelling("π"), spelling("x1")
    ('x1', 'pi', 'x1')
    """
    return _SIGNED.get(name) or name.translate(_LOWERED)


def _refusal(source: str, start: int) -> ParseError:
    character = source[start]
    hint = _HINTS.get(character, "")
    if not hint and character.isalpha():
        from unicodedata import name

        hint = f"{name(character, 'this letter')}: names use Latin or Greek letters"
    return ParseError(
        f"'{character}' is not part of the language",
        source=source,
        span=(start, start + 1),
        hint=hint,
    )
