"""Python with nothing but its own math module."""

from collections.abc import Iterator

from diffcli.targets import SIGNS, Listing, _python, as_typed, short

TITLE = "Python"
SUMMARY = "value and derivatives as a function in Python"
SUFFIXES = (".py",)
DEFINES = True
FOLDS_CASE = False
LIKE = ""
RESERVED = _python.RESERVED

DIALECTS: dict[str, dict[str, str]] = {}
number, name = short, as_typed

# fmt: off
PRIMITIVES = {
    **SIGNS, "whole power": "{u}**{n}",
    "power": "math.pow({u}, {v})", "pow": "math.pow({u}, {v})",
    "and": "{u} and {v}", "or": "{u} or {v}", "not": "not {u}",
    "when": "({v} if {u} else 0.0)",
    "pi": "math.pi", "e": "math.e", "tau": "math.tau",
    "abs": "abs({u})", "max": "max({u}, {v})", "min": "min({u}, {v})",
    "sign": "(({u} > 0) - ({u} < 0))", "step": "float({u} > 0)",
    **{name: f"math.{name}({{u}})" for name in (
        "sqrt", "cbrt", "exp", "exp2", "expm1", "log", "log10", "log2", "log1p",
        "sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh", "tanh",
        "asinh", "acosh", "atanh", "floor", "ceil", "erf", "erfc", "gamma", "lgamma",
    )},
    "atan2": "math.atan2({u}, {v})", "hypot": "math.hypot({u}, {v})",
}
# fmt: on


def lines(listing: Listing) -> Iterator[str]:
    """Yield a module with a function that returns value and gradient."""
    code = {output.name: output.code for output in listing.outputs}
    yield from _python.lines(listing, "import math", code)
