"""Python with numpy: arrays in, arrays out."""

from collections.abc import Iterator

from diffcli.targets import SIGNS, Listing, _python, as_typed

TITLE = "numpy"
SUMMARY = "the same for arrays, with numpy"
SUFFIXES: tuple[str, ...] = ()
DEFINES = True
FOLDS_CASE = False
LIKE = ""
RESERVED = _python.RESERVED

DIALECTS: dict[str, dict[str, str]] = {}
name = as_typed

# fmt: off
PRIMITIVES = {
    **SIGNS, "whole power": "{u}**{n}",
    "power": "np.power({u}, {v})", "pow": "np.power({u}, {v})",
    "and": "np.logical_and({u}, {v})", "or": "np.logical_or({u}, {v})",
    "not": "np.logical_not({u})", "when": "np.where({u}, {v}, 0.0)",
    "pi": "np.pi", "e": "np.e",
    "abs": "np.abs({u})", "max": "np.maximum({u}, {v})", "min": "np.minimum({u}, {v})",
    "sign": "np.sign({u})", "step": "np.heaviside({u}, 0.0)",
    **{name: f"np.{name}({{u}})" for name in (
        "sqrt", "cbrt", "exp", "exp2", "expm1", "log", "log10", "log2", "log1p",
        "sin", "cos", "tan", "sinh", "cosh", "tanh", "floor", "ceil",
    )},
    **{name: f"np.arc{name[1:]}({{u}})" for name in (
        "asin", "acos", "atan", "asinh", "acosh", "atanh",
    )},
    "atan2": "np.arctan2({u}, {v})", "hypot": "np.hypot({u}, {v})",
    "logsumexp": "np.logaddexp({u}, {v})",
}
# fmt: on


def number(text: str, value: float) -> str:
    """Return the double that a numeral is read as; numpy raises no whole number."""
    return repr(value)


def lines(listing: Listing) -> Iterator[str]:
    """Yield a module with a function of arrays, which are brought to one shape."""
    names = ", ".join(listing.inputs)
    first = [f"{names} = np.asarray({names}, float)"]
    if len(listing.inputs) > 1:
        arrays = f"(np.asarray(u, float) for u in ({names}))"
        first = [f"{names} = np.broadcast_arrays(*{arrays})"]
    quiet = ['@np.errstate(divide="ignore", invalid="ignore", over="ignore")']

    codes = _python.shaped(listing, "np.full_like")
    yield from _python.lines(
        listing, "import numpy as np", codes,
        before=quiet if listing.chooses else [], first=first if names else [],
    )  # fmt: skip
