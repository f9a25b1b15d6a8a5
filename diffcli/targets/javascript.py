"""JavaScript, for browsers and for Node."""

from collections.abc import Iterator

from diffcli.targets import (
    SIGNS,
    Listing,
    as_typed,
    comment,
    nested,
    returned,
    short,
    words,
)

TITLE = "JavaScript"
SUMMARY = "value and derivatives as a function in JavaScript"
SUFFIXES = (".js", ".mjs")
DEFINES = True
FOLDS_CASE = False
LIKE = ""
RESERVED = words("""
    abstract arguments await boolean break byte case catch char class const continue
    debugger default delete do double else enum eval export extends false final finally
    float for function goto if implements import in instanceof int interface let long
    native new null package private protected public return short static super switch
    synchronized this throw throws transient true try typeof undefined var void volatile
    while with yield NaN Infinity Error
""")

DIALECTS: dict[str, dict[str, str]] = {}
number, name = short, as_typed

# fmt: off
PRIMITIVES = {
    **SIGNS,
    "power": "Math.pow({u}, {v})", "pow": "Math.pow({u}, {v})",
    "equal": "{u} === {v}", "not_equal": "{u} !== {v}",
    "and": "({u}) && ({v})", "or": "({u}) || ({v})", "not": "!({u})",
    "when": "({u} ? {v} : 0)",
    "pi": "Math.PI", "e": "Math.E",
    "step": "Number({u} > 0)",
    "max": "Math.max({u}, {v})", "min": "Math.min({u}, {v})",
    **{name: f"Math.{name}({{u}})" for name in (
        "sqrt", "cbrt", "exp", "expm1", "log", "log10", "log2", "log1p",
        "sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh", "tanh",
        "asinh", "acosh", "atanh", "floor", "ceil", "abs", "sign",
    )},
    "atan2": "Math.atan2({u}, {v})", "hypot": "Math.hypot({u}, {v})",
}
# fmt: on


def lines(listing: Listing) -> Iterator[str]:
    """Yield a script with a function that returns value and gradient in a list."""
    yield from comment("//", listing.remarks)
    for helper in listing.helpers:
        yield f"function {helper.name}({', '.join(helper.inputs)}) {{"
        for statement in helper.statements:
            yield f"    const {statement.name} = {statement.code};"
        yield from (f"    return {helper.code};", "}", "")
    yield f"function {listing.name}({', '.join(listing.inputs)}) {{"
    for statement in listing.statements:
        yield f"    const {statement.name} = {statement.code};"
    code = {output.name: output.code for output in listing.outputs}
    yield from returned(nested(listing, code), "    return ", ";", "[]", "[]")
    yield "}"
    if listing.check is not None:
        point, expected, tolerances = listing.check
        yield ""
        yield f"const numbers = [{listing.name}({', '.join(point)})];"
        yield "numbers.flat(Infinity).forEach((got, k) => {"
        yield f"    const expected = [{', '.join(expected)}][k];"
        yield f"    const tolerance = [{', '.join(tolerances)}][k];"
        yield "    if (!(Math.abs(got - expected) <= tolerance))"
        yield "        throw new Error(`${got} is not ${expected}`);"
        yield "});"
