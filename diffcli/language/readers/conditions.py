"""Conditions: a if c else b, c ? a : b, chains such as 0 < x < 1, and, or, not.

All of them become calls of ``where``, comparisons of two, and signs.
"""

from collections.abc import Callable, Mapping, Sequence

from diffcli.calculus.functions import CONDITIONS, WHEN
from diffcli.errors import ParseError, Span
from diffcli.language.expression import Call, Expression, postorder
from diffcli.language.lexer import Token
from diffcli.language.readers.draft import Draft
from diffcli.language.readers.words import (
    CLOSING,
    OPENING,
    Pieces,
    Rewrite,
    Words,
    begins_operand,
    by_call,
    call,
    ends_operand,
    excerpt,
    grouped,
    has,
    name,
    outside,
    partners,
    sign,
    with_neighbours,
)

_COMPARISONS = ("<", "<=", ">", ">=", "==", "!=")
_Item = Token | Words
"""A word, or the words of a group with its brackets."""
_WORDS = ("if", "else", "and", "or", "not")
_JOINABLE = CONDITIONS[:9]  # comparisons, and what joins them


def read(draft: Draft) -> Words:
    """Return the words with ``where`` and signs in place of choices."""
    given = draft.words
    if not has(given, *_COMPARISONS, *_WORDS, "?", "!"):
        return given
    _refuse_half_a_choice(draft)
    given = _with_signs(draft)
    return by_segment(given, lambda segment: _chosen(draft, segment))


def by_segment(given: Words, rewrite: Callable[[list[_Item]], Words]) -> Words:
    """Return words of which each stretch between commas, ; and brackets is rewritten.

    Inner stretches come first; a group is one item of the stretch that it stands in.
    """
    stack: list[tuple[Token, Words, list[_Item]]] = []  # open bracket, done, present
    done: Words = []
    present: list[_Item] = []
    for word in given:
        if word.kind in OPENING:
            stack.append((word, done, present))
            done, present = [], []
        elif word.kind in CLOSING and stack:
            group = [stack[-1][0], *done, *rewrite(present), word]
            _, done, present = stack.pop()
            present.append(group)
        elif word.kind in (",", ";", "newline", "=", "end"):
            done += [*rewrite(present), word]
            present = []
        else:
            present.append(word)
    for opening, before, items in reversed(stack):  # what is never closed
        done, present = [*before, *flat(items), opening, *done, *flat(present)], []
    return [*done, *flat(present)]


def flat(items: Sequence[_Item]) -> Words:
    """Return the words of items."""
    found: Words = []
    for item in items:
        if isinstance(item, Token):
            found.append(item)
        else:
            found += item
    return found


def _refuse_half_a_choice(draft: Draft) -> None:
    """Refuse x^2 for x > 0: nothing is said of other x."""
    if not has(draft.words, *_COMPARISONS):
        return
    for before, word, after in with_neighbours(draft.words):
        between = ends_operand(before) and begins_operand(after)
        if word.text in ("for", "when", "whenever") and between:
            message = "it is not said what holds everywhere else"
            raise draft.refuse([word], message, "where(x > 0, x^2, 0)")


def _with_signs(draft: Draft) -> Words:
    """Return the words with ``and``, ``or``, ``not``, ``if``, ``else`` as signs.

    They are names where they can be: behind an operand stands no name.
    """
    found: Words = []
    for _, word, after in with_neighbours(draft.words):
        text = word.text.lower()
        negates = after.kind == "name" and after.text.lower() == "not"
        follows = begins_operand(after) or negates or after.kind in ("-", "+", "!", "|")
        before = bool(found) and ends_operand(found[-1])
        if word.kind == "!" and not before and follows:
            word = word._replace(kind="not", text="not")
        elif word.kind == "name" and text in _WORDS and follows:
            fits = before != (text == "not")
            word = word._replace(kind=text, text=text) if fits else word
        found.append(word)
    return found


def require_conditions(
    source: str, expression: Expression, spans: Mapping[Expression, Span]
) -> None:
    """Refuse ``x > 0 and x``: what is joined are conditions, and no values.

    A condition that is the whole formula is refused too: it has no derivative.

    Raises ParseError.
    """
    if isinstance(expression, Call) and expression.function in _JOINABLE:
        raise ParseError(
            "a condition is no function to be differentiated",
            source=source,
            span=spans.get(expression),
            hint="where(x > 0, 1, 0) is 1 where it holds, and 0 elsewhere",
        )
    for node in postorder([expression]):
        if not isinstance(node, Call) or node.function.name not in ("and", "or", "not"):
            continue
        for part in node.args:
            if not isinstance(part, Call) or part.function not in _JOINABLE:
                raise ParseError(
                    f"'{node.function.name}' joins conditions, and this is a value",
                    source=source,
                    span=spans.get(part) or spans.get(node),
                    hint="a choice of values is written where(x > 0, x, 0)",
                )


def _chosen(draft: Draft, items: list[_Item]) -> Words:
    """Return a stretch with calls of ``where`` in place of if and ?."""
    marks = _Marks(items)
    found: Words = []
    pending: list[Token | _Part] = [(0, len(items))]
    while pending:
        part = pending.pop()
        pieces = None if isinstance(part, Token) else _pieces(draft, items, marks, part)
        if isinstance(part, Token):
            found.append(part)
        elif pieces is None:
            found += _compared(items[slice(*part)])
        else:
            word, condition, yes, no = pieces
            comma = sign(",", word)
            found += [name("where", word), sign("(", word)]
            found += [*_compared(items[slice(*condition)]), comma]
            pending += [sign(")", word), no, comma, yes]
    return found


_Part = tuple[int, int]
"""Where a part of a stretch begins and ends."""
_Choice = tuple[Token, _Part, _Part, _Part]
"""The word that says it, the condition, and what holds in both cases."""


class _Marks:
    """The signs of choices in a stretch, each found without looking through it."""

    def __init__(self, items: Sequence[_Item]) -> None:
        end = len(items)
        #: For each place, the next of a kind.
        self.next = {kind: [end] * (end + 1) for kind in ("if", "else", "?")}
        #: For each '?' its ':'.
        self.other: dict[int, int] = {}
        asked: list[int] = []
        kinds = [item.kind if isinstance(item, Token) else "" for item in items]
        for place, kind in enumerate(kinds):
            if kind == "?":
                asked.append(place)
            elif kind == ":" and asked:
                self.other[asked.pop()] = place
        for kind, found in self.next.items():
            for place in range(end - 1, -1, -1):
                found[place] = place if kinds[place] == kind else found[place + 1]


def _pieces(
    draft: Draft, items: Sequence[_Item], marks: _Marks, part: _Part
) -> _Choice | None:
    """Return the pieces of the first choice of a part, if there is one.

    It is ``a if c else b``, or else ``c ? a : b``.
    """
    start, end = part
    by_words = marks.next["if"][start] < end
    at = marks.next["if" if by_words else "?"][start]
    if at >= end:
        return None
    word = items[at]
    assert isinstance(word, Token)
    other = marks.next["else"][at] if by_words else marks.other.get(at, end)
    if other >= end:
        said, example = (
            ("this 'if' has no 'else'", "x if x > 0 else 0")
            if by_words
            else ("this '?' has no ':'", "x > 0 ? x : 0")
        )
        raise draft.refuse([word], said, example)
    before, between = (start, at), (at + 1, other)
    condition, yes = (between, before) if by_words else (before, between)
    return word, condition, yes, (other + 1, end)


def _compared(items: list[_Item]) -> Words:
    """Return a stretch with a < b and b < c in place of a < b < c."""
    found: Words = []
    chain: list[list[_Item]] = [[]]
    signs: Words = []

    def finish() -> None:
        if len(signs) < 2:
            found.extend(flat(chain[0]))
            for comparison, right in zip(signs, chain[1:], strict=True):
                found.extend([comparison, *flat(right)])
            return
        pairs: Words = []
        for comparison, left, right in zip(signs, chain, chain[1:], strict=False):
            joint = [sign("and", comparison)] if pairs else []
            pairs += [*joint, *flat(left), comparison, *flat(right)]
        found.extend(grouped(pairs, signs[0]))

    for item in items:
        kind = item.kind if isinstance(item, Token) else ""
        if kind in _COMPARISONS and isinstance(item, Token):
            signs.append(item)
            chain.append([])
        elif kind in ("and", "or", "not") and isinstance(item, Token):
            finish()
            found.append(item)
            chain, signs = [[]], []
        else:
            chain[-1].append(item)
    finish()
    return found


def choices(draft: Draft) -> Words:
    """Return the words with when(c, a) + when(not c, b) in place of where(c, a, b)."""
    if not has(draft.words, "where"):
        return draft.words

    def rewriter(word: Token) -> Rewrite | None:
        if word.text != "where" or word.text in draft.names or word.text in draft.own:
            return None
        return lambda pieces: _where(draft, pieces)

    return by_call(draft.words, rewriter, sealed=True)


def _where(draft: Draft, pieces: Pieces) -> Words:
    if len(pieces.arguments) != 3 or not all(pieces.arguments):
        message = "'where' takes a condition and two values"
        hint = "where(x > 0, x, 0)"
        raise draft.refuse([pieces.name, pieces.closing], message, hint)
    condition, yes, no = pieces.arguments
    like = pieces.name
    if not _is_condition(condition):
        typed = excerpt(draft.source, condition)
        message = f"'{typed}' is a value and no condition"
        meant = f"{typed} != 0" if "=" not in typed else typed.replace("=", "==")
        raise draft.refuse(condition, message, f"write {meant}")
    found = call(like, condition, yes, text=WHEN.name)
    otherwise = [word.text for word in no if word.text not in ("(", ")")]
    if len(otherwise) == 1 and not otherwise[0].strip("0"):  # 0, and 00
        return found
    opposite = [sign("not", like), *grouped(condition, like)]
    other = call(like, opposite, no, text=WHEN.name)
    return grouped([*found, sign("+", like), *other], like, pieces.closing)


def _is_condition(words: Words) -> bool:
    """Tell whether words compare or join conditions, also inside brackets."""
    kinds = {*_COMPARISONS, "and", "or", "not"}
    while words and words[0].kind == "(" and partners(words)[0] == len(words) - 1:
        words = words[1:-1]
    if not words:  # who reads them says that there are none
        return True
    return any(out and word.kind in kinds for word, out in outside(words))
