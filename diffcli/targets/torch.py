"""Python with PyTorch: tensors in, tensors out, without a graph for autograd.

Its polygamma is not here: torch 2.13 has ten digits of it.
"""

from collections.abc import Iterator

from diffcli.targets import SIGNS, Listing, _python, as_typed, short

TITLE = "PyTorch"
SUMMARY = "the same for tensors, with PyTorch"
SUFFIXES: tuple[str, ...] = ()
DEFINES = True
FOLDS_CASE = False
LIKE = "torch.full_like({like}, {u})"
RESERVED = _python.RESERVED

DIALECTS: dict[str, dict[str, str]] = {}
number, name = short, as_typed

# fmt: off
PRIMITIVES = {
    **SIGNS, "whole power": "{u}**{n}",
    "power": "torch.pow({u}, {v})", "pow": "torch.pow({u}, {v})",
    "and": "torch.logical_and({u}, {v})", "or": "torch.logical_or({u}, {v})",
    "not": "torch.logical_not({u})", "when": "torch.where({u}, {v}, 0.0)",
    "pi": "torch.pi", "e": "torch.e",
    "max": "torch.maximum({u}, {v})", "min": "torch.minimum({u}, {v})",
    "step": "torch.relu(torch.sign({u}))",
    **{name: f"torch.{name}({{u}})" for name in (
        "sqrt", "exp", "exp2", "expm1", "log", "log10", "log2", "log1p",
        "sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh", "tanh",
        "asinh", "acosh", "atanh", "floor", "ceil", "erf", "erfc", "lgamma", "digamma",
        "abs", "sign", "sigmoid",
    )},
    "cbrt": "(torch.sign({u}) * torch.pow(torch.abs({u}), 1 / 3))",
    "atan2": "torch.atan2({u}, {v})", "hypot": "torch.hypot({u}, {v})",
    "logsumexp": "torch.logaddexp({u}, {v})",
}
# fmt: on


def lines(listing: Listing) -> Iterator[str]:
    """Yield a module with a function of tensors, which are brought to one shape."""
    names = ", ".join(listing.inputs)
    several = len(listing.inputs) > 1
    first = [f"{names} = torch.broadcast_tensors({names})"] if several else []

    codes = _python.shaped(listing, "torch.full_like")
    yield from _python.lines(
        listing, "import torch", codes, before=["@torch.no_grad()"], first=first,
        check="torch.tensor({}, dtype=torch.float64)",
    )  # fmt: skip
