"""The passes in LaTeX, as tables."""

import math
from collections.abc import Iterable, Iterator, Sequence

from diffcli.analysis.trace import Backward, Contribution, Forward, Path, Trace
from diffcli.language.expression import Call
from diffcli.language.latex_printer import latex, latex_name
from diffcli.language.partials import partial_latex
from diffcli.output.passes.screen import how_many, paths_title, short

_TYPESET = 200  # nodes of one pass that are typeset


def _table(title: str, columns: str, rows: Iterable[str]) -> Iterator[str]:
    yield from (
        "", rf"\subsection*{{{title}}}", rf"\begin{{longtable}}{{{columns}}}",
        *(rf"  {row} \\" for row in rows), r"\end{longtable}",
    )  # fmt: skip


def forward(trace: Trace) -> Iterator[str]:
    """Yield the nodes of the forward pass."""
    rows = (
        f"${latex_name(node.name)}$ & {_products(trace, node)} &"
        f" $={_number(node.value)}$"
        for node in trace.forward[:_TYPESET]
    )
    return _table("Forward pass: leaves to root", "lll", rows)


def _products(trace: Trace, node: Forward) -> str:
    if not node.formula:
        return ""
    return f"$={latex(node.node, 400, trace.names)}$"


def backward(trace: Trace) -> Iterator[str]:
    """Yield the nodes of the backward pass."""
    rows = (
        f"${_partial(node.name)}$ & $={_upstream(node)}$ & $={_number(node.adjoint)}$"
        for node in trace.backward[:_TYPESET]
    )
    title = r"Backward pass: root to leaves, upstream $\cdot$ local"
    return _table(title, "lll", rows)


def _upstream(node: Backward) -> str:
    parts = (
        rf"{_partial(share.user)} \cdot {_factor(share)}" for share in node.shares[:12]
    )
    return " + ".join(parts) or "1"


def _factor(share: Contribution) -> str:
    written = latex(share.partial, 400, share.names)
    node = share.partial
    plain = not isinstance(node, Call) or node.function.notation is None
    return written if plain else rf"\left({written}\right)"


def paths(trace: Trace) -> Iterator[str]:
    """Yield the products along the paths."""
    rows = (
        f"${_partial(path.name)}$ & $={_product(path)}$ & $={_number(path.adjoint)}$"
        for path in trace.paths[:_TYPESET]
    )
    return _table(paths_title(trace.paths), "lll", rows)


def _product(path: Path) -> str:
    if path.ways != 1 and not path.several:
        return rf"\text{{{how_many(path)} paths add up}}"
    return " + ".join(map(_factors, path.several or (path.locals,)))


def _factors(locals_: Sequence[float]) -> str:
    factors = [
        _number(local) if local >= 0 else rf"\left({_number(local)}\right)"
        for local in locals_
    ]
    if len(factors) > 12:
        factors = [*factors[:6], r"\ldots", *factors[-5:]]
    return r" \cdot ".join(factors or ["1"])


def _partial(name: str) -> str:
    return partial_latex([name], several=True)


def _number(value: float) -> str:
    r"""Return a number for maths mode.

    >>> print(_number(-2.5e-07))
    -2.5 \cdot 10^{-7}
    """
    mantissa, e, exponent = short(value).partition("e")
    if not math.isfinite(value):
        return r"\text{undefined}"
    return rf"{mantissa} \cdot 10^{{{int(exponent)}}}" if e else mantissa
