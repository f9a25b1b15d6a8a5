"""Formulas out of programs: np.exp(x), lambda x: ..., def f(x): return ..., x.exp()."""

from diffcli.language.lexer import Token
from diffcli.language.readers.draft import Draft
from diffcli.language.readers.words import (
    OPENING,
    Words,
    call,
    ends_operand,
    name,
    number,
    operand_start,
    partners,
    sign,
)

MODULES = frozenset((
    "np", "numpy", "math", "Math", "torch", "jnp", "jax", "tf", "tensorflow", "sp",
    "sympy", "F", "nn", "functional", "scipy", "special", "cmath", "K", "keras", "cp",
    "cupy", "autograd", "std", "numexpr", "ne", "mpmath", "mp", "activations", "sps",
    "sc",
))  # fmt: skip
"""What stands before the dot in programs."""
_CONSTANTS = {
    "pi": "pi", "PI": "pi", "e": "e", "E": "e", "tau": "tau", "TAU": "tau",
    "euler": "e",
}  # fmt: skip
_NUMBERS = {"LN2": ("log", "2"), "LN10": ("log", "10"), "SQRT2": ("sqrt", "2")}
_METHODS = frozenset((
    "abs", "acos", "acosh", "asin", "asinh", "atan", "atanh", "ceil", "cos", "cosh",
    "erf", "erfc", "exp", "exp2", "expm1", "floor", "log", "log10", "log1p", "log2",
    "pow", "relu", "sigmoid", "sign", "sin", "sinh", "sqrt", "square", "tan", "tanh",
))  # fmt: skip
"""What can be written behind an operand: x.exp()."""
_TYPES = frozenset(("double", "float", "var", "let", "const", "auto", "real", "val"))


def read(draft: Draft) -> Words:
    """Return the words without what only a program needs."""
    given = draft.words
    if given[0].kind in ("`", '"', "'") and given[-2].kind == given[0].kind:
        draft = draft._replace(words=[*given[1:-2], given[-1]])
    draft = draft._replace(words=one_by_one(draft))
    given = without_modules(draft)
    given = methods(draft._replace(words=given))
    return heads(draft._replace(words=given))


def one_by_one(draft: Draft) -> Words:
    """Return the words without the dot of x.^2 and sin.(x), which is for many numbers.

    In =POWER(A1;2) a ';' parts the arguments, where no comma does.
    """
    found: Words = []
    depth = 0
    parts = ";" if any(word.kind == "," for word in draft.words) else ","
    for word, after in zip(
        draft.words, [*draft.words[1:], *draft.words[-1:]], strict=True
    ):
        depth += (word.kind == "(") - (word.kind == ")")
        called = after.kind == "(" and bool(found) and draft.names_function(found[-1])
        signed = after.kind in ("**", "*", "/", "+", "-") and bool(found)
        if word.kind == "." and word.end == after.start and (called or signed):
            continue
        inside = word.kind == ";" and depth > 0
        found.append(word._replace(kind=parts, text=parts) if inside else word)
    return found


def without_modules(draft: Draft) -> Words:
    """Return the words without the modules in front of names."""
    given, found = draft.words, Words()
    if not any(word.kind in (".", "::") for word in given):
        return given
    place = 0
    while place < len(given):
        word = given[place]
        dotted = _is_module(draft, place)
        if not dotted:
            found.append(word)
            place += 1
            continue
        while _is_dotted(given, place):
            place += 2
        last = given[place]
        last = last._replace(start=word.start)
        if last.text in _CONSTANTS and given[place + 1].kind not in OPENING:
            # A bracket keeps it the constant, whatever the variables are called.
            found.append(Token("name", _CONSTANTS[last.text], last.start, last.end))
        elif last.text in _NUMBERS:
            function, inside = _NUMBERS[last.text]
            found += call(last, [number(inside, last)], text=function)
        else:
            found.append(last)
            if [word.kind for word in given[place + 1 : place + 4]] == ["(", ")", "("]:
                place += 2  # nn.ReLU()(x)
        place += 1
    return found


def _is_dotted(given: Words, place: int) -> bool:
    """Tell whether ``name.name`` stands at a place."""
    kinds = [word.kind for word in given[place : place + 3]]
    return kinds in (["name", ".", "name"], ["name", "::", "name"])


def _is_module(draft: Draft, place: int) -> bool:
    text = draft.words[place].text
    known = text in MODULES and text not in draft.names and text not in draft.own
    return known and _is_dotted(draft.words, place)


def methods(draft: Draft) -> Words:
    """Return the words with exp(x) in place of x.exp().

    Raises ParseError for a method that numbers have not.
    """
    found: Words = []
    given = draft.words
    closing = partners(given) if any(word.kind == "." for word in given) else {}
    ends: set[int] = set()
    for place, word in enumerate(given):
        if word.kind == "." and found and ends_operand(found[-1]):
            method, bracket = given[place + 1], given[min(place + 2, len(given) - 1)]
            if method.text not in _METHODS or bracket.kind != "(":
                hint = f"write what is meant by '.{method.text}' for one number"
                raise draft.refuse([word, method], "a number has no parts", hint)
            start = operand_start(found)
            inside = found[start:]
            comma = [] if closing.get(place + 2) == place + 3 else [sign(",", word)]
            found[start:] = [
                name(method.text, method),
                sign("(", word),
                *inside,
                *comma,
            ]
            ends |= {place + 1, place + 2}
        elif place not in ends:
            found.append(word)
    return found


def heads(draft: Draft) -> Words:
    """Return the words with f(x, y) = in place of lambda x, y: and def f(x, y):."""
    given = list(draft.words)
    while given[0].kind in ("newline", ";"):
        given.pop(0)
    texts = [word.text for word in given]
    if texts[:1] and texts[0] in _TYPES and len(texts) > 2 and given[1].kind == "name":
        return heads(draft._replace(words=given[1:]))
    if texts[1:2] == ["="] and texts[2:3] in (["lambda"], ["@"], ["\\"]):
        return heads(draft._replace(words=given[2:]))
    if texts[:2] in (["@", "("], ["\\", "("]):  # of MATLAB, and of R
        return _function(given, texts)
    if texts[:1] == ["lambda"] and ":" in texts:
        colon = texts.index(":")
        if all(w.kind in ("name", ",") for w in given[1:colon]):
            return _headed(given[0], given[1:colon], given[colon + 1 :])
    if texts[:1] == ["def"] and len(given) > 3 and given[2].kind == "(":
        return _def(draft, given)
    if texts[:1] in (["function"], ["fn"]) and "(" in texts[1:3]:
        return _function(given, texts)
    arrow = texts.index("->") if "->" in texts else -1
    if arrow > 0:
        return _arrow(draft, given, arrow)
    return _without_return(given)


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
    return _headed(given[0], given[opening + 1 : closing], body)


def _arrow(draft: Draft, given: Words, arrow: int) -> Words:
    """Return x -> ... and f: (x, y) -> ... as f(x, y) = ...."""
    before = given[:arrow]
    if len(before) > 2 and before[1].kind in (":", "="):
        before = before[2:]
    parameters = [word for word in before if word.kind not in ("(", ")")]
    if not all(word.kind in ("name", ",") for word in parameters):
        hint = "x -> x**2"
        message = "in front of '->' stand the variables"
        raise draft.refuse([given[arrow]], message, hint)
    body = given[arrow + 1 :]
    if not any(word.kind == "name" for word in body):
        hint = "write the function alone; its point is given beside it"
        raise draft.refuse([given[arrow]], "a limit is not read", hint)
    return _headed(given[0], parameters, body)


def _without_return(given: Words) -> Words:
    """Return the words without ``return`` and types in front of a part."""
    found: Words = []
    for place, word in enumerate(given):
        first = not found or found[-1].kind in (";", "newline", "=")
        after = given[place + 1] if place + 1 < len(given) else word
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
