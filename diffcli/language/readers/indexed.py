"""Sums and products over an index: sum(i=1:5, x_i^2), prod(i=1:3, x_i + i).

They are written out: x_i becomes x1, x2, ..., and an i alone its number.
"""

import re

from diffcli.errors import ParseError
from diffcli.language.lexer import Token
from diffcli.language.readers.draft import Draft
from diffcli.language.readers.words import (
    Pieces,
    Rewrite,
    Words,
    by_call,
    grouped,
    parts,
    sign,
)

_SIGNS = {"sum": "+", "prod": "*", "product": "*"}
_MOST = 10_000  # terms that are written out
_MOST_WORDS = 250_000  # and all their words: a sum in a sum in a sum grows quickly
_SHORT = {"Sum": "sum", "Product": "prod"}


def read(draft: Draft) -> Words:
    """Return the words with sums and products over an index written out."""
    texts = {word.text for word in draft.words}
    if not texts & {*_SIGNS, *_SHORT}:
        return draft.words

    def rewriter(word: Token) -> Rewrite | None:
        known = _SHORT.get(word.text, word.text) in _SIGNS
        if not known or word.text in draft.names or word.text in draft.own:
            return None
        return lambda pieces: _written_out(draft, pieces)

    return by_call(draft.words, rewriter)


def _written_out(draft: Draft, pieces: Pieces) -> Words | None:
    """Return a sum written out; None: it has no index."""
    found = _range(draft, pieces)
    if found is None:
        return None
    index, first, last, term = found
    if last - first >= _MOST:
        message = f"a sum of more than {_MOST:,} terms is not written out"
        raise draft.refuse([pieces.name], message, "")
    word = pieces.name
    word_sign = _SIGNS[_SHORT.get(word.text, word.text)]
    if last < first:
        empty = "0" if word_sign == "+" else "1"
        return [Token("number", empty, word.start, pieces.closing.end)]
    if (last - first + 1) * len(term) > _MOST_WORDS:
        message = f"a sum of more than {_MOST_WORDS:,} words is not written out"
        raise draft.refuse([pieces.name], message, "")
    written: Words = []
    for number in range(first, last + 1):
        written += [sign(word_sign, word), *grouped(at(term, index, number), word)]
    return grouped(written[1:], word, pieces.closing)


def _without_term(draft: Draft, pieces: Pieces) -> ParseError:
    """Say that nothing stands behind an index, and what might."""
    name, (first, *_) = pieces.name, pieces.arguments
    verb = "add" if _SIGNS[_SHORT.get(name.text, name.text)] == "+" else "multiply"
    index = draft.source[first[0].start : first[-1].end]
    hint = f"{name.text}({index}, x_{first[0].text}^2)"
    return draft.refuse([name], f"there is nothing to {verb}", hint)


_HINT = "sum(i=1:5, x_i^2)"
_LIMIT = re.compile(
    r"(?:(?P<number>-?\d{1,9})|(?P<letter>[^\W\d]\w*))(?P<more>[+-]\d{1,9})?"
)


def _range(draft: Draft, pieces: Pieces) -> tuple[str, int, int, Words] | None:
    """Return the index, its first and last value, and the term."""
    if not pieces.arguments:
        return None
    first, *rest = given = pieces.arguments
    kinds = [word.kind for word in first]
    if kinds[:2] == ["name", "="] and ":" in kinds:
        if not any(rest):
            raise _without_term(draft, pieces)
        colon = kinds.index(":")
        low, high = _limit(draft, first[2:colon]), _limit(draft, first[colon + 1 :])
        if len(rest) != 1:
            raise draft.refuse(first, "a sum has one term behind its index", _HINT)
        return first[0].text, low, high, rest[0]
    if len(given) == 2 and given[1] and given[1][0].kind == "(":
        from diffcli.language.readers.words import arguments

        inner = arguments(given[1][1:-1])  # Sum(x_i, (i, 1, 3)), as sympy writes it
        if len(inner) == 3 and len(inner[0]) == 1:
            low, high = (_limit(draft, limit) for limit in inner[1:])
            return inner[0][0].text, low, high, given[0]
    return None


def _limit(draft: Draft, given: Words) -> int:
    """Return the first or last value of an index: 5, or n-1 where the text says n = 6.

    Raises ParseError.
    """
    text = "".join(word.text for word in given)
    found = _LIMIT.fullmatch(text)
    letter = found["letter"] if found else None
    counts = _counts(draft.words) if letter else {}
    if found is None or (letter and letter not in counts):
        hint = f"say it in front: {letter} = 5; ..." if letter else _HINT
        known = "how many terms are there?" if letter else ""
        message = known or "a sum's index runs between whole numbers"
        raise draft.refuse(given or draft.words[:1], message, hint)
    total = counts[letter] if letter else int(found["number"])
    return total + int(found["more"] or 0)


def _counts(given: Words) -> dict[str, int]:
    """Return the whole numbers that a text gives names in front: n = 5."""
    return {
        part[0].text: int(part[2].text)
        for part in parts(given)
        if [word.kind for word in part] == ["name", "=", "number"]
        and part[2].text.isdecimal()
    }


def at(term: Words, index: str, number: int) -> Words:
    """Return a term with a number in place of its index: x_i is x1, i is 1."""
    found: Words = []
    for word in term:
        if word.kind == "name" and word.text == index:
            counted = Token("number", str(abs(number)), word.start, word.end)
            negative = grouped([sign("-", word), counted], word)
            found += [counted] if number >= 0 else negative
        else:
            found.append(_at(word, index, number) if word.kind == "name" else word)
    return found


def _at(word: Token, index: str, number: int) -> Token:
    """Return x1 for x_i; x_[-1], which is refused, where there is none."""
    if word.text.endswith("]"):
        return _counted(word, index, number)
    letters, _, below = word.text.rpartition("_")
    if letters and below == index:
        there = f"{number}" if number >= 0 else f"_[{number}]"
        return word._replace(text=letters + there)
    return word


def _counted(word: Token, index: str, number: int) -> Token:
    """Return x_[i+1] with a number in place of i: x4, or x_[3+j]."""
    letters, _, below = word.text[:-1].partition("_[")
    places = [part.replace("−", "-") for part in below.split(",")]
    if len(places) == 1 and re.fullmatch("[A-Za-z]{2}", below):
        places = [*below]  # a_{ij}
    found = [_linear(part, index, number) for part in places]
    if not all(part.lstrip("-").isdecimal() for part in found):
        return word._replace(text=f"{letters}_[{','.join(found)}]")
    if any(part.startswith("-") for part in found):
        return word._replace(text=f"{letters}_[{','.join(found)}]")
    short = len(found) == 1 or ("," not in below and all(len(p) == 1 for p in found))
    return word._replace(
        text=letters + ("" if short else "_") + ("" if short else "_").join(found)
    )


def _linear(part: str, index: str, number: int) -> str:
    """Return 2i+1 with a number in place of i, added up as far as it goes."""
    total, rest = 0, ""
    for sign_, count, letter in re.findall(r"([+-]?)(\d*)([A-Za-z]?)", part):
        if not count and not letter:
            continue
        factor = int(f"{sign_}{count or 1}")
        if letter == index or not letter:
            total += factor * (number if letter else 1)
        else:
            rest += f"{sign_ or '+'}{count}{letter}"
    if not rest:
        return str(total)
    return rest.removeprefix("+") + (f"{total:+d}" if total else "")
