"""What people write by hand: x!, 30°, 5 %, sin²(x), sin⁻¹(x), log_b(x), x mod 3."""

from collections.abc import Sequence

from diffcli.calculus.functions import BY_NAME
from diffcli.language.lexer import Token, is_name, spelling
from diffcli.language.readers.draft import Draft
from diffcli.language.readers.names import translated
from diffcli.language.readers.words import (
    CLOSING,
    OPENING,
    Pieces,
    Rewrite,
    Words,
    arguments,
    begins_operand,
    by_call,
    call,
    ends_operand,
    excerpt,
    grouped,
    has,
    name,
    number,
    operand_start,
    partners,
    sign,
    with_neighbours,
)
from diffcli.remarks import Remark

INVERSES = {
    row: f"a{row}"
    for base in ("sin", "cos", "tan", "sec", "csc", "cot")
    for row in (base, f"{base}h")
    if f"a{row}" in BY_NAME
}
"""Functions whose raised -1 is read as the inverse, and its name."""


def powers_of_functions(draft: Draft) -> Words:
    """Return the words with (sin(x))**2 in place of sin²(x) and sin^2(x).

    Raises ParseError for sin^-1(x), which is the inverse or the reciprocal.
    """
    given, found = draft.words, Words()
    if not has(given, "power", "**"):
        return given
    closing = partners(given)
    ends: dict[int, Words] = {}  # what comes behind the bracket that closes here
    place = 0
    while place < len(given):
        word = given[place]
        after = _exponent_end(given, place, closing) if _is_raised(draft, place) else 0
        if after and given[after].kind in OPENING and after in closing:
            exponent = given[place + 1 : after]
            if exponent[0].text == "-1":
                found.append(_inverse(draft, word, exponent[0]))
            else:
                _refuse_minus_one(draft, word, exponent, given[after:])
                found += [sign("(", word), word]
                last = given[closing[after]]
                ends[closing[after]] = [sign(")", last), *exponent]
            place = after
            continue
        found.append(word)
        found += ends.get(place, ())
        place += 1
    return found


def _is_raised(draft: Draft, place: int) -> bool:
    word = draft.words[place]
    is_function = draft.names_function(word) or _base(draft, word) is not None
    return is_function and draft.words[place + 1].kind in ("power", "**")


def _exponent_end(given: Words, place: int, closing: dict[int, int]) -> int:
    """Return the place behind an exponent that stands behind a function's name."""
    place += 1
    if given[place].kind == "power":
        return place + 1
    place += 1
    if given[place].kind == "-":
        place += 1
    if given[place].kind in OPENING:
        return closing.get(place, -1) + 1
    return place + 1 if given[place].kind in ("number", "name") else 0


def _row(word: Token) -> str:
    """Return what the table calls a function; log_2 is in no table."""
    return BY_NAME[word.text].name if word.text in BY_NAME else word.text


def _inverse(draft: Draft, word: Token, power: Token) -> Token:
    """Return the name of the inverse of a function that has -1 raised behind it."""
    row = _row(word)
    if row not in INVERSES:
        raise _two_readings(draft, word, [power], "(x)")
    inverse = INVERSES[row]
    typed = excerpt(draft.source, [word, power])
    said = f"{typed}(...) is read as {inverse}(...), the inverse"
    draft.notes.append(Remark(f"{said}; the reciprocal is 1/{row}(...)."))
    return Token("name", inverse, word.start, power.end)


def _refuse_minus_one(
    draft: Draft, word: Token, exponent: Sequence[Token], group: Sequence[Token]
) -> None:
    spelled = "".join(part.text for part in exponent).strip("*(){}[]")
    if spelled == "-1":
        end = partners(group)[0]
        raise _two_readings(
            draft, word, exponent, excerpt(draft.source, group[: end + 1])
        )


def _two_readings(
    draft: Draft, word: Token, exponent: Sequence[Token], group: str
) -> Exception:
    row = _row(word)
    inverse = INVERSES.get(row)
    typed = excerpt(draft.source, [word, *exponent])
    meant = (
        f"{inverse}{group} for the inverse" if inverse else "the inverse by its name"
    )
    return draft.refuse(
        [word, *exponent],
        f"'{typed}' could be the inverse or the reciprocal of {row}",
        f"write {meant}, 1/{row}{group} for the reciprocal",
    )


def logarithms(draft: Draft) -> Words:
    """Return the words with log(x)/log(b) in place of log(x, b) and log_b(x)."""

    def rewriter(word: Token) -> Rewrite | None:
        if word.text in draft.names or word.text in draft.own:
            return None
        base = _base(draft, word)
        if base:
            return lambda pieces: _to_base(pieces, [base])
        if word.text not in ("log", "logb"):
            return None
        return lambda pieces: _with_base(draft, pieces)

    if not any(word.text[:3] == "log" for word in draft.words):
        return draft.words
    return by_call(draft.words, rewriter)


def _with_base(draft: Draft, pieces: Pieces) -> Words | None:
    if len(pieces.arguments) != 2 or not all(pieces.arguments):
        return None
    first, second = (
        any(word.kind == "name" for word in argument) for argument in pieces.arguments
    )
    if second and not first:
        one, other = (excerpt(draft.source, words) for words in pieces.arguments)
        raise draft.refuse(
            [pieces.name, pieces.closing],
            "the base could stand first or last",
            f"write log({one})/log({other}) or log({other})/log({one})",
        )
    return _to_base(pieces, pieces.arguments[1])


def _to_base(pieces: Pieces, base: Words) -> Words | None:
    if len(base) == 1 and base[0].text in ("2", "10"):
        return call(pieces.name, pieces.arguments[0], text=f"log{base[0].text}")
    above = call(pieces.name, pieces.arguments[0], text="log")
    below = call(pieces.name, base, text="log")
    return grouped(
        [*above, sign("/", pieces.name), *below], pieces.name, pieces.closing
    )


def _base(draft: Draft, word: Token) -> Token | None:
    """Return the base that stands in a name: 3 for log_3 and log₃."""
    letters, _, index = word.text.partition("_")
    if not index and not draft.names_function(word):
        typed = excerpt(draft.source, [word])
        if typed[:3] == "log" and typed[3:4] in tuple("₀₁₂₃₄₅₆₇₈₉"):
            letters, index = "log", word.text[3:]
    if letters != "log" or not index:
        return None
    if index.isdecimal():
        return number(index, word)
    return name(spelling(index), word) if is_name(index) else None


def behind_operands(draft: Draft) -> Words:
    """Return the words with calls in place of x!, 30° and 5 %.

    Raises ParseError for x!!, and for 5% x, which is a percentage or a remainder.
    """
    given, found = draft.words, Words()
    if not has(given, "!", "°", "%"):
        return given
    for place, (_, word, after) in enumerate(with_neighbours(given)):
        ended = bool(found) and ends_operand(found[-1])
        if word.kind == "!" and ended:
            if after.kind == "!":
                hint = "gamma(gamma(x+1)+1) is (x!)!; the double factorial is not known"
                message = "'!!' could be a factorial of a factorial, or a double one"
                raise draft.refuse([word, after], message, hint)
            start = operand_start(found)
            if start and found[start - 1].kind in ("√", "∛"):
                root, under = found[start - 1], excerpt(draft.source, found[start:])
                hint = f"write ({root.kind}{under})! or {root.kind}({under}!)"
                message = "'!' could be of the root, or of what stands under it"
                raise draft.refuse([root, word], message, hint)
            inside = [*found[start:], sign("+", word), number("1", word)]
            found[start:] = [name("gamma", found[start]), *grouped(inside, word)]
        elif word.kind == "°" and ended:
            start = operand_start(found)
            turn = [sign("*", word), name("pi", word), sign("/", word)]
            found[start:] = grouped([*found[start:], *turn, number("180", word)], word)
        elif word.kind == "%" and ended and not _is_remainder(draft, place):
            start = operand_start(found)
            hundred = [sign("/", word), number("100", word)]
            found[start:] = grouped([*found[start:], *hundred], word)
        else:
            found.append(word)
    return found


def _is_remainder(draft: Draft, place: int) -> bool:
    """Tell whether % has something on its right to divide by.

    Raises ParseError where it could be a percentage as well.
    """
    before, word, after = draft.words[place - 1 : place + 2]
    if draft.source[word.end - 1] != "%":  # mod
        return True
    signed = after.kind in ("-", "+") and begins_operand(draft.words[place + 2])
    if not (begins_operand(after) or signed):
        return False
    apart = draft.source[before.end : word.start].isspace()
    close = word.end == after.start
    if not apart and (signed or (before.kind == "number" and not close)):
        left = "(...)" if before.kind in CLOSING else before.text
        right = excerpt(draft.source, [after])
        raise draft.refuse(
            [before, word, after],
            "'%' could be a percentage or a remainder",
            f"write {left}/100 for the percentage,"
            f" {left} mod {right if not signed else '(...)'} for the remainder",
        )
    return True


def brackets(draft: Draft) -> Words:
    """Return the words with ( and ) in place of [ ] and { }; x[0] is x0."""
    given = draft.words
    if not has(given, *"[]{}"):
        return given
    found: Words = []
    closing = partners(given)
    is_whole = given[0].kind in ("[", "{") and closing.get(0) == len(given) - 2
    if is_whole and len(arguments(given[1:-2])) == 1:
        message = f"'{given[0].kind}' around a whole formula makes it something else"
        raise draft.refuse(given[:-1], message, "leave the outer brackets out")
    skipped = -1
    for place, word in enumerate(given):
        if place <= skipped:
            continue
        indexed = word.kind == "[" and bool(found) and found[-1].kind == "name"
        if (
            indexed
            and closing.get(place) == place + 2
            and not _is_function(draft, found[-1])
        ):
            index, last = given[place + 1], given[place + 2]
            if index.kind == "number" and index.text.isdecimal():
                text = found[-1].text + index.text
                found[-1] = Token("name", text, found[-1].start, last.end)
                skipped = place + 2
                continue
        plain = "(" if word.kind in ("[", "{") else ")" if word.kind in "]}" else ""
        found.append(word._replace(kind=plain, text=plain) if plain else word)
    return found


def _is_function(draft: Draft, word: Token) -> bool:
    """Tell whether a name is that of a function, here or elsewhere: Log[2]."""
    own = word.text in draft.names or word.text in draft.own
    return draft.names_function(word) or (not own and bool(translated(word.text)))


def remainders(draft: Draft) -> Words:
    """Return the words with the sign % in place of ``mod``.

    Raises ParseError for ``a + b mod c``, where books take the remainder of the sum.
    """
    given, found = draft.words, Words()
    if not has(given, "mod"):
        return given
    signs: list[Token | None] = [None]  # in each open bracket: where a sum began
    for before, word, after in with_neighbours(given):
        if word.kind in OPENING:
            signs.append(None)
        elif word.kind in CLOSING and len(signs) > 1:
            signs.pop()
        elif word.kind in (",", ";", "newline", "="):
            signs[-1] = None
        elif word.kind in ("+", "-") and ends_operand(before):
            signs[-1] = word
        divided = ends_operand(before) and (begins_operand(after) or after.kind == "-")
        if word.text != "mod" or not divided:
            found.append(word)
            continue
        if signs[-1]:
            raise draft.refuse(
                [signs[-1], word],
                "'mod' could be of the sum, or of its last term",
                "write (a + b) mod c or a + (b mod c)",
            )
        found.append(sign("%", word))
    return found
