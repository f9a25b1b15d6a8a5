"""Heads of functions in programs: lambda x:, def f(x):, f <- function(x), x -> ...."""

import re

from diffcli.language.lexer import Token
from diffcli.language.readers.draft import Draft
from diffcli.language.readers.words import (
    Words,
    begins_operand,
    name,
    partners,
    sign,
    with_neighbours,
)

_PATTERN = re.compile(r"[^\W_]+_(?:[A-Z]\w*)?")
_TYPES = frozenset(("double", "float", "var", "let", "const", "auto", "real", "val"))


def read(draft: Draft) -> Words:
    """Return the words with f(x, y) = in place of lambda x, y: and def f(x, y):."""
    given = _patterns(_trimmed(draft.words))
    typed = _typed(given)
    if typed is not None:
        return typed
    texts = [word.text for word in given]
    if texts[:1] == ["function"] and texts[2:3] == ["="]:  # of MATLAB
        return read(draft._replace(words=[given[0], *given[3:]]))
    rest = _behind_a_name(given, texts)
    if rest is not None:
        return read(draft._replace(words=rest))
    if texts[:2] in (["@", "("], ["\\", "("]):  # of MATLAB, and of R
        return _function(given, texts)
    if texts[:1] == ["lambda"] and ":" in texts:
        colon = texts.index(":")
        if all(w.kind in ("name", ",") for w in given[1:colon]):
            return _headed(given[0], given[1:colon], given[colon + 1 :])
    if texts[:1] == ["def"] and texts[2:3] == ["("]:
        return _def(draft, given)
    if texts[:1] in (["function"], ["fn"]) and "(" in texts[1:3]:
        return _function(given, texts)
    arrow = texts.index("->") if "->" in texts else -1
    if arrow > 0:
        return _arrow(draft, given, arrow)
    return _without_return(given)


def _trimmed(given: Words) -> Words:
    """Return the words without what begins and ends a line in some programs."""
    while given[0].kind in ("newline", ";"):
        given = given[1:]
    while [word.kind for word in given[:2]] == ["@", "."]:  # of Julia
        given = given[2:]
    *before, last, end = [sign("", given[0]), *given]
    before = before[1:]
    return [*before, end] if before and last.kind == "$" else given  # of Maxima


def _behind_a_name(given: Words, texts: list[str]) -> Words | None:
    """Return what stands behind f =, f <- and a type; None: no such thing is there."""
    named = {"<-": ("function", "\\"), "=": ("lambda", "@", "\\")}  # of R, and others
    if texts[2:3] and texts[2] in named.get(texts[1], ()):
        return given[2:]
    typed = texts[0] in _TYPES and given[1].kind == "name" and bool(texts[2:3])
    return given[1:] if typed else None


def _headed(like: Token, parameters: Words, body: Words) -> Words:
    """Return f(parameters) = body."""
    head = [name("f", like), sign("(", like), *parameters, sign(")", like)]
    return [*head, sign("=", like), *_without_return(body)]


def _def(draft: Draft, given: Words) -> Words:
    """Return def f(x): return ... as f(x) = ...; types are left out."""
    closing = partners(given).get(2)
    if closing is None:
        return given
    parameters: Words = []
    skip = False
    for word in given[3:closing]:
        skip = word.kind != "," and (skip or word.kind in (":", "="))
        if not skip:
            parameters.append(word)
    body = closing + 1
    while given[body].kind not in (":", "end"):
        body += 1
    if given[body].kind == "end":
        raise draft.refuse([given[0]], "this 'def' has no ':'", "def f(x): return x**2")
    return _headed(given[0], parameters, given[body + 1 :])


def _function(given: Words, texts: list[str]) -> Words:
    """Return function f(x) { return ...; } as f(x) = ...."""
    opening = texts.index("(")
    closing = partners(given).get(opening)
    if closing is None:
        return given
    body = given[closing + 1 :]
    last = partners(body).get(0) if body and body[0].kind == "{" else None
    if last is not None:
        body = [*body[1:last], given[-1]]
    tail = [word.text for word in body[-3:]]
    while tail[:1] and tail[-2:-1] == [";"]:  # a newline
        body = [*body[:-2], body[-1]]
        tail = [word.text for word in body[-3:]]
    if body[:1] and body[0].kind == "newline" and tail[:2] == [";", "end"]:
        body = [*body[:-3], body[-1]]  # of Julia and MATLAB
    return _headed(given[0], given[opening + 1 : closing], body)


def _patterns(given: Words) -> Words:
    """Return f[x_, y_] = ... of Mathematica as f(x, y) = ...."""
    if [word.kind for word in given[:2]] != ["name", "["]:
        return given
    closing = partners(given).get(1)
    if closing is None or given[closing + 1].kind != "=":
        return given
    inside = given[2:closing]
    if not all(w.kind == "," or _PATTERN.fullmatch(w.text) for w in inside):
        return given
    plain = [w._replace(text=w.text.partition("_")[0]) for w in inside]
    plain = [w._replace(text=",") if w.kind == "," else w for w in plain]
    opening, close = sign("(", given[1]), sign(")", given[closing])
    return [given[0], opening, *plain, close, *given[closing + 1 :]]


def _typed(given: Words) -> Words | None:
    """Return double f(double x) { return ...; } as f(x) = ...; None: it is none."""
    kinds = [word.kind for word in given]
    opening = kinds.index("(") if "(" in kinds else 0
    closing = partners(given).get(opening)
    if closing is None or kinds[closing + 1] != "{" or opening < 2:
        return None
    if kinds[:opening] != ["name"] * opening or given[0].text == "function":
        return None
    inside = given[opening + 1 : closing + 1]
    parameters = [
        word
        for _, word, after in with_neighbours(inside)
        if word.kind == "," or after.kind in (",", ")")
    ]
    plain = [given[opening], *parameters, *given[closing:]]
    return _function(plain, [word.text for word in plain])


def _arrow(draft: Draft, given: Words, arrow: int) -> Words:
    """Return x -> ... and f: (x, y) -> ... as f(x, y) = ...."""
    before = given[:arrow]
    if len(before) > 2 and before[1].kind in (":", "="):
        before = before[2:]
    parameters = [word for word in before if word.kind not in ("(", ")")]
    if parameters[:1] and parameters[0].text.lower() in ("lim", "limit"):
        hint = "write the function itself"
        raise draft.refuse(parameters[:1], "a limit is not read", hint)
    if not all(word.kind in ("name", ",") for word in parameters):
        hint = "x -> x**2"
        message = "in front of '->' stand the variables"
        raise draft.refuse([given[arrow]], message, hint)
    body = given[arrow + 1 :]
    zero_times = body[0].text == "0" and begins_operand(body[1])  # x→0 sin(x)/x
    if zero_times or not any(word.kind == "name" for word in body):
        hint = "write the function alone; its point is given beside it"
        raise draft.refuse([given[arrow]], "a limit is not read", hint)
    return _headed(given[0], parameters, body)


def _without_return(given: Words) -> Words:
    """Return the words without ``return`` and types in front of a part."""
    found: Words = []
    for _, word, after in with_neighbours(given):
        first = not found or found[-1].kind in (";", "newline", "=")
        if word.kind == "name" and first and after.kind != "=":
            if word.text == "return" and not ends_name(after):
                continue
            if word.text in _TYPES and after.kind == "name":
                continue
        found.append(word)
    return found


def ends_name(word: Token) -> bool:
    """Tell whether a word shows that the one before it is a variable."""
    return word.kind in ("+", "*", "/", "**", ")", "end", ",")
