"""Text to words: numbers, names and signs; as tokens, each with its place.

A formula is read from words alone, for only its errors need places; and what a word
is, is found out once for all the times that it stands in the text.

What people paste is read too (``−`` ``·`` ``×`` ``÷`` ``π`` ``x₁`` ``x²``), as the
sign or name it plainly means. Anything else is refused with its place.
"""

import re
from collections.abc import Iterator
from functools import cache
from typing import cast

from diffcli.calculus.functions import BY_SIGN, CONSTANTS, OPERATORS
from diffcli.errors import ParseError, Span
from diffcli.records import Record


class Word:
    """A word of a text, once for all the times that it stands there."""

    __slots__ = ("kind", "text")

    def __init__(self, kind: str, text: str) -> None:
        #: "number", "name", "power" (a raised number), "fraction" (½), "end", or the
        #: sign itself.
        self.kind = kind
        #: The word as the language spells it.
        self.text = text


class Token(Record):
    """A word and its place in the text."""

    kind: str
    text: str
    #: First character in the source.
    start: int
    #: One past the last.
    end: int


BLANK = r"(?:[^\S\n]|\ufeff|\#[^\n]*)*"  # all white space but newlines, and comments
_ASCII_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_GREEK_LETTERS = "ΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩαβγδεζηθικλμνξοπρςστυφχψωϑϕϖϰϱϵ"
_ALL_LETTERS = _ASCII_LETTERS + _GREEK_LETTERS


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
_ROOTS = BY_SIGN.keys() - {*_ALL_LETTERS}
_OPERATORS = tuple(row.notation.symbol for row in OPERATORS if row.notation)
#: All signs as they are typed.
_WORDS_OF_SIGNS = frozenset((*_OPERATORS, *_ROOTS, *_SIGNS, *"(),;="))
_LONGEST_FIRST = sorted(
    (sign for sign in _WORDS_OF_SIGNS if len(sign) > 1), key=lambda sign: -len(sign)
)
#: What stands for signs that are blanks, or have other signs in them.
_MARKS = {
    chr(place): sign
    for place, sign in enumerate(
        ("\n", *(sign for sign in _LONGEST_FIRST if sign in _OPERATORS))
    )
}
_ASCII_SIGNS = sorted(
    sign for sign in _WORDS_OF_SIGNS - {"\n"} if len(sign) == 1 and sign.isascii()
)
#: Where a text may be cut: no other sign has one of these inside.
_CUT_BEFORE = (
    " ",
    *(sign for sign in _ASCII_SIGNS if sign not in "".join(_LONGEST_FIRST)),
)
_PIECE = 2**16  # characters that are read at once: more take longer, each
_DIGITS = "0123456789"
RAISED_DIGITS = "⁰¹²³⁴⁵⁶⁷⁸⁹"
LOWERED = str.maketrans("₀₁₂₃₄₅₆₇₈₉", _DIGITS)
"""What the digits of an index are above the line."""
RAISED = str.maketrans(f"{RAISED_DIGITS}⁻", f"{_DIGITS}-")
"""What the signs of a raised number are on the line."""
_HINTS = {
    "|": "abs(x) is the absolute value",
    "[": "groups are written with ( and )",
    "]": "groups are written with ( and )",
    "{": "groups are written with ( and )",
    "}": "groups are written with ( and )",
    "!": "x! is gamma(x+1)",
    "%": "write x/100 for a percentage",
    "~": "write -x for a negative value",
    "@": "the product of two numbers is written '*'",
    **dict.fromkeys(
        "'″‴∂∇", "a derivative is what diffcli finds: write the function itself"
    ),
    "∘": "a composition is written out: sin(cos(x))",
    "±": "write one formula with + and one with -",
    "∞": "infinity is no number: write a large one, such as 1e300",
    **dict.fromkeys("∫∬∮", "an integral is not read: write the function itself"),
    "∜": "a root of degree 4 is written x^(1/4)",
    "ᵀ": "the product of two vectors is written w1*x1 + w2*x2, number by number",
    "∑": "sum(i=1:5, x_i^2) is a sum over an index",
    "∏": "prod(i=1:5, x_i) is a product over an index",
    ":": "a quotient is written '/'",
    "\\": "a quotient is written '/'",
    "?": "a choice is written x if x > 0 else 0, or where(x > 0, x, 0)",
    "&": "conditions are joined by 'and': x > 0 and y > 0",
    ".": "a point stands in decimals, 1.5, and behind modules, np.exp(x)",
    **dict.fromkeys("∈∀∃∝≈≡", "write the formula alone"),
    "…": "write every term out, or sum(i=1:5, x_i^2)",
    "∆": "the letter is Δ",
    "$": "cells are written without it: A1",
    "–": "the minus sign is '-'",
    "—": "the minus sign is '-'",
    "∗": "the product is written '*'",
}

_ACCENTS = {
    "\u0302": "hat", "\u0304": "bar", "\u0303": "tilde", "\u0307": "dot",
    "\u0308": "ddot",
}  # fmt: skip


@cache
def _pattern(letters: str, digits: str) -> re.Pattern[str]:
    """Return the pattern of one word; compiled when first used."""
    long_signs = "|".join(map(re.escape, _LONGEST_FIRST))
    return re.compile(
        rf"""{BLANK}(
          (?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?  # a number
        | [_{letters}][_{digits}{letters}]*                 # a name
        | {long_signs}
        | ⁻?[⁰¹²³⁴⁵⁶⁷⁸⁹]+                                   # a power
        | .                                   # another sign, a fraction, or a fault
        | \Z
        )""",
        re.VERBOSE | re.DOTALL,
    )


def _pattern_for(source: str) -> re.Pattern[str]:
    if source.isascii():
        return _pattern("A-Za-z", "0-9")
    return _pattern(f"A-Za-z{_GREEK_LETTERS}", "0-9₀-₉")


def words(source: str, within: Span | None = None) -> list[Word]:
    """Return the words of ``source``, or of a part of it, closed by an "end".

    >>> [word.text for word in words("2x₁² − .5")]
    ['2', 'x1', '2', '-', '.5', '']

    Raises ParseError where a character is not part of the language.
    """
    start, end = within or (0, len(source))
    word = _Apart().__getitem__
    read: list[Word] = []
    try:
        for piece in _pieces(source[start:end]):
            read += map(word, _apart(piece))
        read.append(word(""))
        return read
    except KeyError:  # what stands apart is not always one word: 2x
        found = _pattern_for(source).findall(source, start, end)
    known = {text: _word(text) for text in {*found}}
    if None in known.values():
        tokens(source, within)  # raises, with the place
    return list(map(cast("dict[str, Word]", known).__getitem__, found))


class _Apart(dict[str, Word]):
    """What the texts are that stand apart, each of them one word."""

    def __missing__(self, text: str) -> Word:
        """Find out what a text is. Raises KeyError if it is not one word."""
        if text.isdecimal() and text.isascii():
            word: Word | None = Word("number", text)
        else:
            word = _word(_MARKS.get(text, text)) if _is_one_word(text) else None
        if word is None:
            raise KeyError(text)
        self[text] = word
        return word


def _pieces(text: str) -> Iterator[str]:
    """Yield a text in pieces that stay near the processor, cut in front of signs."""
    start = 0
    while len(text) - start > _PIECE:
        stop = max(text.rfind(sign, start, start + _PIECE) for sign in _CUT_BEFORE)
        if stop <= start:
            break
        yield text[start:stop]
        start = stop
    yield text[start:]


def _apart(text: str) -> list[str]:
    """Return what stands apart in a text that is given blanks around its signs.

    These are the words most often, and found in a tenth of the time of the pattern.
    """
    if any(mark in text for mark in _MARKS):
        return ["#"]  # nothing that is a word
    for mark, sign in _MARKS.items():
        text = text.replace(sign, f" {mark} ")
    for sign in _ASCII_SIGNS:
        text = text.replace(sign, f" {sign} ")
    return text.split()


def _is_one_word(text: str) -> bool:
    """Tell whether a text is one number, name or sign, whatever stands beside it."""
    if text in _WORDS_OF_SIGNS or text in _MARKS or not text:
        return True
    if not text.isascii() or text[0] == "_":
        return False
    if text.isidentifier():
        return True
    mantissa, e, exponent = text.lower().partition("e")
    return mantissa.replace(".", "", 1).isdecimal() and (not e or exponent.isdecimal())


def tokens(source: str, within: Span | None = None) -> list[Token]:
    """Return the words with their places.

    Raises ParseError where a character is not part of the language.
    """
    found: list[Token] = []
    for match in _pattern_for(source).finditer(source, *(within or ())):
        word = _word(match[1])
        if word is None:
            raise refusal(source, *match.span(1))
        found.append(Token(word.kind, word.text, *match.span(1)))
    return found


def _word(text: str) -> Word | None:
    """Return what a word is; None: it is not part of the language."""
    first = text[:1]
    if first in _DIGITS and text:
        return Word("number", text)
    if text in _WORDS_OF_SIGNS:
        return Word(*_SIGNS.get(text, (text, text)))
    if not text:
        return Word("end", text)
    if first == "." and len(text) > 1:
        return Word("number", text)
    if first in _ALL_LETTERS:
        return Word("name", spelling(text))
    if text[-1] in RAISED_DIGITS:
        return Word("power", text.translate(RAISED))
    return Word("fraction", text) if text in FRACTIONS else None


_SIGNED = {row.sign: row.name for row in CONSTANTS.values() if row.sign}


def is_name(text: str) -> bool:
    """Tell whether a text is a name as the language spells it: x1, but not 1x or ½."""
    letters = f"{_ALL_LETTERS}{_DIGITS}_"
    return text != "" and text[0] in _ALL_LETTERS and not text.strip(letters)


def spelling(name: str) -> str:
    """Return a name as the language spells it.

    >>> spelling("x₁"), spelling("π"), spelling("x1")
    ('x1', 'pi', 'x1')
    """
    return name if name.isascii() else _SIGNED.get(name) or name.translate(LOWERED)


def refusal(source: str, start: int, end: int) -> ParseError:
    """Return the error for a word that is not part of the language."""
    character = source[start]
    if character == "_":
        return ParseError(
            "a name cannot start with '_'", source=source, span=(start, end)
        )
    hint = _HINTS.get(character, "")
    if (
        character == "'"
        and source[:start][-1:].isdecimal()
        and source[end:][:1].isdecimal()
    ):
        hint = "thousands have no sign: 10000"
    if not hint and character.isalpha():
        from unicodedata import name, normalize

        letter, marks = normalize("NFD", character)[0], normalize("NFD", character)[1:]
        hint = f"{name(character, 'this letter')}: names use Latin or Greek letters"
        if marks in _ACCENTS and letter in _ALL_LETTERS:
            hint = f"write {letter}_{_ACCENTS[marks]}"
    if not hint and ord(character) > 127:
        from unicodedata import category, name

        hint = "names are Latin or Greek letters, digits and '_': x_hat, x_bar"
        if category(character)[0] in "PS":
            hint = f"{name(character, 'this sign')} has no meaning in a formula"
    return ParseError(
        f"'{character}' is not part of the language",
        source=source,
        span=(start, end),
        hint=hint,
    )
