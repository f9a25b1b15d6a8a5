"""Readers of what people write elsewhere; each returns words of the plain language.

A text comes here only if the plain language cannot read it, so that whatever it can
read keeps its meaning, and no word is reserved. Each reader is a function from words
to words; a notation that reads as two things is refused with both.
"""

import re
from collections.abc import Callable

from diffcli.errors import ParseError, Span
from diffcli.language.complaints import unclosed, unopened
from diffcli.language.expression import Expression
from diffcli.language.lexer import refusal as unknown_sign
from diffcli.language.parser import Parsed, parse_tokens
from diffcli.language.readers import (
    bars,
    cases,
    code,
    conditions,
    equations,
    hand,
    heads,
    indexed,
    latex,
    names,
    outputs,
    own,
    spreadsheets,
    surroundings,
    tuples,
)
from diffcli.language.readers.draft import Draft
from diffcli.language.readers.latex_scanner import undoubled
from diffcli.language.readers.words import (
    CLOSING,
    FOREIGN,
    HINTS,
    OPENING,
    Words,
    undressed,
    words,
)
from diffcli.remarks import Remark

_CELLS = re.compile(r"[A-Z]{1,3}\$?\d+\s*:\s*\$?[A-Z]{1,3}\$?\d+")
_READERS: tuple[Callable[[Draft], Words], ...] = (
    spreadsheets.read,
    code.read,
    hand.brackets,
    heads.read,
    bars.read,
    names.read,
    names.with_more,
    indexed.read,
    cases.below_minus,
    cases.read,
    tuples.read,
    conditions.read,
    conditions.choices,
    hand.remainders,
    hand.powers_of_functions,
    hand.logarithms,
    hand.behind_operands,
    equations.read,
)
_OF_PROGRAMS = 3  # readers that LaTeX has no need of


def read(
    source: str,
    names: frozenset[str],
    within: Span | None,
    refusal: ParseError | None,
    spans: dict[Expression, Span] | None = None,
) -> Parsed:
    """Return what a text means that the plain language refused; None: LaTeX.

    Raises ParseError: the refusal, where no reader has found anything to do.
    """
    plain = undressed(surroundings.bare(source))
    typeset = refusal is None or latex.is_latex(plain)
    if typeset:
        plain = undoubled(plain)
    try:
        return _read(source, plain, names, within, refusal, spans, typeset=typeset)
    except ParseError as error:
        if error.source == plain:
            error.source = source  # as it was typed
        raise


def _read(
    source: str,
    plain: str,
    names: frozenset[str],
    within: Span | None,
    refusal: ParseError | None,
    spans: dict[Expression, Span] | None,
    *,
    typeset: bool,
) -> Parsed:
    """Return what a text means, read from a text of the same length in plain dress."""
    notes: list[Remark] = []
    if typeset:
        found = latex.words(plain, names, within, notes)
    else:
        found = words(plain, within)
        refuse_lone_brackets(Draft(plain, found, names, notes))
    draft = Draft(plain, found, names, notes)
    typed = [word.text for word in draft.words]
    draft = draft._replace(own=own.names(draft.words))
    for reader in _READERS if not typeset else _READERS[_OF_PROGRAMS:]:
        draft = draft._replace(words=reader(draft))
    refuse_leftovers(draft)
    functions, rest = own.functions(draft)
    spans = {} if spans is None else spans
    each = outputs.each(rest)
    try:
        parsed, *others = (
            parse_tokens(source, given, names, within, functions.rows, spans)
            for given in each
        )
    except ParseError as error:
        if error.span:  # words can change places
            error.span = (min(error.span), max(*error.span, min(error.span) + 1))
        unread = (
            not each[1:] and plain == source and typed == [word.text for word in rest]
        )
        is_known = refusal and "not part of the language" in refusal.message
        if refusal and unread and not typeset and not is_known:
            raise refusal from None
        raise
    parsed = own.written_out(parsed, functions, spans)
    if others:
        parts = [own.written_out(other, functions, spans) for other in others]
        parsed = outputs.together([parsed, *parts])
    for output in parsed.outputs or (parsed.expression,):
        conditions.require_conditions(source, output, spans)
    syntax = "latex" if refusal is None else ""
    return parsed._replace(notes=(*notes, *parsed.notes), syntax=syntax)


def refuse_lone_brackets(draft: Draft) -> None:
    """Refuse a bracket without a partner of its kind: no reader looks into it."""
    opened: Words = []
    for word in draft.words:
        if word.kind in OPENING:
            opened.append(word)
        elif word.kind in CLOSING and not opened:
            opening = next(o for o, c in OPENING.items() if c == word.kind)
            raise draft.refuse([word], *unopened(opening, word.kind))
        elif word.kind in CLOSING and OPENING[opened[-1].kind] == word.kind:
            opened.pop()
        elif word.kind in CLOSING:
            opened = opened[-1:]
            break
    if opened:
        kind = opened[0].kind
        raise draft.refuse(opened[:1], *unclosed(kind, OPENING[kind]))


def refuse_leftovers(draft: Draft) -> None:
    """Refuse a sign that no reader has found a meaning for."""
    for word in draft.words:
        if word.text.endswith("]") and word.kind == "name":
            hint = "x_{i+1} stands in a sum over i, whose indices are from 0 on"
            raise draft.refuse([word], "an index is letters and digits", hint)
        if word.kind == ":" and _CELLS.search(draft.source):
            hint = "a range of cells is written out: sum(A1, A2, A3)"
            raise draft.refuse([word], "':' is not part of the language", hint)
        if word.kind in HINTS:
            message = f"'{word.kind}' is not part of the language"
            raise draft.refuse([word], message, HINTS[word.kind])
        if word.kind in FOREIGN:
            raise unknown_sign(draft.source, word.start, word.end)
