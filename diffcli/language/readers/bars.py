"""Bars and brackets that are functions: |x|, ‖x‖ of a number, ⌊x⌋, ⌈x⌉.

A bar does not say whether it opens or closes. Every way to pair the bars of a text is
tried; if there are two, the text is refused with both.
"""

from collections.abc import Iterator
from typing import Any

from diffcli.language.lexer import Token
from diffcli.language.readers.draft import Draft
from diffcli.language.readers.words import (
    CLOSING,
    OPENING,
    Words,
    begins_operand,
    ends_operand,
    excerpt,
    has,
    name,
    sign,
    with_neighbours,
)
from diffcli.records import Record

_OPENS = {"⌊": "floor", "⌈": "ceil"}
_CLOSES = {"⌋": "⌊", "⌉": "⌈"}
_BARS = "|‖"
_MOST_TRIALS = 100_000
_Roles = dict[int, bool]
"""For the place of each bar whether it opens."""


def read(draft: Draft) -> Words:
    """Return the words with calls in place of bars.

    Raises ParseError where the bars have no partners, or two ways to have them.
    """
    given = draft.words
    bars = [place for place, word in enumerate(given) if word.kind in _BARS]
    if not bars and not has(given, *_OPENS, *_CLOSES):
        return given
    readings = _readings(draft) if bars else iter([{}])
    first = next(readings, None)
    if first is None:
        hint = "abs(x) is the absolute value"
        raise draft.refuse([given[bars[0]]], "this bar has no partner", hint)
    second = next(readings, None)
    if second is not None:
        one, two = (_spelled(draft, roles) for roles in (first, second))
        message = "these bars can be paired in two ways"
        raise draft.refuse(
            [given[bars[0]], given[bars[-1]]], message, f"write {one} or {two}"
        )
    return _calls(draft, first)


class _Trial(Record):
    """A way to pair the bars, as far as it has come; linked lists, newest first."""

    place: int
    #: The brackets and bars that are open.
    open: Any
    #: The place of each bar, and whether it opens.
    roles: Any


def _readings(draft: Draft) -> Iterator[_Roles]:
    """Yield every way to pair the bars."""
    given = draft.words
    trials = [_Trial(0, None, None)]
    for _ in range(_MOST_TRIALS + len(given)):
        if not trials:
            return
        trial = _to_bar(draft, trials.pop())
        if trial is None:
            continue
        place, open_, roles = trial
        if place == len(given):
            if not (open_ and open_[0] in _BARS):
                yield _as_dict(roles)
            continue
        bar = given[place].kind
        if _may_open(draft, place):
            trials.append(_Trial(place + 1, (bar, open_), ((place, True), roles)))
        if open_ and open_[0] == bar and _ends(draft, place, roles):
            trials.append(_Trial(place + 1, open_[1], ((place, False), roles)))


def _to_bar(draft: Draft, trial: _Trial) -> _Trial | None:
    """Return a trial at the next bar, or the end; None: a bracket closes in a bar."""
    place, open_, roles = trial
    given = draft.words
    while place < len(given) and given[place].kind not in _BARS:
        kind = given[place].kind
        if kind in OPENING:
            open_ = (kind, open_)
        elif kind in CLOSING or kind in (",", ";", "="):
            if open_ and open_[0] in _BARS:
                return None
            if kind in CLOSING:
                open_ = open_ and open_[1]
        place += 1
    return _Trial(place, open_, roles)


def _as_dict(roles: Any) -> _Roles:
    found: _Roles = {}
    while roles:
        (place, opens), roles = roles
        found[place] = opens
    return found


def _ends(draft: Draft, place: int, roles: Any) -> bool:
    """Tell whether an operand ends before a bar, which is not the first word."""
    before = draft.words[place - 1]
    if before.kind in _BARS:
        return not roles[0][1]
    known = draft.names_function(before)
    return before.kind in _CLOSES or (ends_operand(before) and not known)


def _may_open(draft: Draft, place: int) -> bool:
    """Tell whether something can begin behind a bar."""
    after = draft.words[place + 1]
    return begins_operand(after) or after.kind in (*_BARS, *_OPENS, "-", "+")


def _calls(draft: Draft, roles: _Roles) -> Words:
    """Return the words with abs( and ) in place of the bars."""
    found: Words = []
    opened: list[tuple[Token, int]] = []  # and how many brackets each needs to close
    for place, word in enumerate(draft.words):
        if roles.get(place, word.kind in _OPENS):
            bare = bool(found) and draft.names_function(found[-1])
            if found and found[-1].kind == "name" and not bare:
                found.append(sign("*", word))
            opened.append((word, 1 + bare))
            if bare:  # ln|x| is ln(|x|)
                found.append(sign("(", word))
            found += [name(_OPENS.get(word.kind, "abs"), word), sign("(", word)]
        elif place in roles or word.kind in _CLOSES:
            if not opened:
                raise draft.refuse([word], f"this '{word.kind}' closes nothing", "")
            opener, brackets = opened.pop()
            if opener.kind != _CLOSES.get(word.kind, word.kind):
                message = f"this '{opener.kind}' is closed by a '{word.kind}'"
                hint = "⌊x⌋ is floor(x), ⌈x⌉ is ceil(x), the nearest floor(x+1/2)"
                raise draft.refuse([opener, word], message, hint)
            found += [sign(")", word)] * brackets
        else:
            found.append(word)
    if opened:
        word, _ = opened[0]
        raise draft.refuse([word], f"this '{word.kind}' is never closed", "")
    return found


def _spelled(draft: Draft, roles: _Roles) -> str:
    """Return a way to pair the bars, written with abs."""
    pieces = []
    ended = False  # whether an operand ends before the place
    for place, (_, word, after) in enumerate(with_neighbours(draft.words)):
        if place not in roles:
            pieces.append(excerpt(draft.source, [word]))
            ended = ends_operand(word)
        elif roles[place]:
            pieces.append("*abs(" if ended else "abs(")
            ended = False
        else:
            pieces.append(")*" if begins_operand(after) else ")")
            ended = True
    return "".join(pieces)
