"""Formulas out of programs: np.exp(x), lambda x: ..., def f(x): return ..., x.exp()."""

from diffcli.language.lexer import Token
from diffcli.language.readers import keywords, program_heads
from diffcli.language.readers.draft import Draft
from diffcli.language.readers.words import (
    Words,
    call,
    ends_operand,
    has,
    name,
    number,
    operand_start,
    partners,
    sign,
    with_neighbours,
)

MODULES = frozenset((
    "np", "numpy", "math", "Math", "torch", "jnp", "jax", "tf", "tensorflow", "sp",
    "sympy", "F", "nn", "functional", "scipy", "special", "cmath", "K", "keras", "cp",
    "cupy", "autograd", "std", "numexpr", "ne", "mpmath", "mp", "activations", "sps",
    "sc", "f32", "f64", "stats", "norm", "logistic",
))  # fmt: skip
"""What stands before the dot in programs."""
_CONSTANTS = {
    "pi": "pi", "PI": "pi", "e": "e", "E": "e", "tau": "tau", "TAU": "tau",
    "euler": "e",
}  # fmt: skip
_NUMBERS = {"LN2": ("log", "2"), "LN10": ("log", "10"), "SQRT2": ("sqrt", "2")}
_DISTRIBUTIONS = {
    ("norm", "cdf"): "pnorm", ("norm", "pdf"): "dnorm", ("logistic", "cdf"): "sigmoid",
}  # fmt: skip
_METHODS = frozenset((
    "abs", "acos", "acosh", "asin", "asinh", "atan", "atanh", "ceil", "cos", "cosh",
    "erf", "erfc", "exp", "exp2", "expm1", "floor", "log", "log10", "log1p", "log2",
    "cbrt", "hypot", "ln", "max", "min", "powf", "powi", "recip",
    "pow", "relu", "sigmoid", "sign", "sin", "sinh", "sqrt", "square", "tan", "tanh",
))  # fmt: skip
"""What can be written behind an operand: x.exp()."""


def read(draft: Draft) -> Words:
    """Return the words without what only a program needs."""
    given = draft.words
    if given[0].kind in ("`", '"', "'") and given[-2].kind == given[0].kind:
        draft = draft._replace(words=[*given[1:-2], given[-1]])
    draft = draft._replace(words=one_by_one(draft))
    given = without_modules(draft)
    given = methods(draft._replace(words=given))
    given = keywords.read(draft._replace(words=given))
    return program_heads.read(draft._replace(words=given))


def one_by_one(draft: Draft) -> Words:
    """Return the words without the dot of x.^2 and sin.(x), which is for many numbers.

    In =POWER(A1;2) a ';' parts the arguments, where no comma does.
    """
    found: Words = []
    depth = 0
    parts = ";" if has(draft.words, ",") else ","
    for _, word, after in with_neighbours(draft.words):
        depth += (word.kind == "(") - (word.kind == ")")
        called = after.kind == "(" and bool(found) and draft.names_function(found[-1])
        signed = after.kind in ("**", "*", "/", "+", "-") and bool(found)
        if word.kind == "." and word.end == after.start and (called or signed):
            continue
        begins = not found or not ends_operand(found[-1])
        if word.kind == "%" and begins and after.text in ("e", "pi"):
            continue  # %pi of Maxima
        inside = word.kind == ";" and depth > 0
        found.append(word._replace(kind=parts, text=parts) if inside else word)
    return found


def without_modules(draft: Draft) -> Words:
    """Return the words without the modules in front of names."""
    given, found = draft.words, Words()
    if not has(given, ".", "::"):
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
        known = _DISTRIBUTIONS.get((given[place - 2].text, last.text))
        last = last._replace(text=known) if known else last
        if last.text in _CONSTANTS:
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
    closing = partners(given) if has(given, ".") else {}
    ends: set[int] = set()
    for place, word in enumerate(given):
        if word.kind == "." and found and ends_operand(found[-1]):
            method = given[place + 1]
            if method.text not in _METHODS or given[place + 2].kind != "(":
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
