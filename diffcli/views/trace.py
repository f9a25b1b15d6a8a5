"""The forward and the backward pass on the screen and as data."""

import math
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from diffcli.document import (
    Block,
    Document,
    Facts,
    Line,
    Lines,
    Run,
    Sheet,
    plain_number,
)
from diffcli.problem import point_text
from diffcli.trace import Backward, Forward, Path, Trace
from diffcli.views import formulas, heading

SCHEMA = "diffcli/trace/1"
_WIDTH = 79  # columns that a line should fit in
_MOST = 40  # nodes of one pass that are shown to people
_DIGITS = 7

#: What a gate does to the gradient, in the words of Stanford's CS231n.
_GATES = {
    "add": "sum: passes the gradient on",
    "sum": "sum: passes the gradient on",
    "subtract": "difference: passes it on, with its sign",
    "negate": "sign: turns the gradient round",
    "multiply": "product: times the other factor",
    "divide": "quotient",
    "power": "power",
    "max": "max: routes the gradient to the larger",
    "min": "min: routes the gradient to the smaller",
}


def document(trace: Trace, passes: Sequence[str]) -> Document:
    """Return the passes ("forward", "backward") as a document."""
    return Document(
        blocks=partial(_blocks, trace, passes),
        record=partial(_record, trace),
        sheet=partial(_sheet, trace),
        wide=partial(_sheet, trace),
    )


def _blocks(trace: Trace, passes: Sequence[str]) -> Iterator[Block]:
    yield from formulas(trace.problem.parsed)
    yield Facts(((Run(f"at {point_text(trace.problem.point)}"),),))
    if "forward" in passes:
        title = Run("Forward pass: leaves to root", "title")
        yield Lines(((), (title,), *_cut(trace.forward, list(_forward(trace.forward)))))
    if "backward" in passes:
        title = Run("Backward pass: root to leaves, upstream * local", "title")
        lines = list(_backward(trace.backward))
        yield Lines(((), (title,), *_cut(trace.backward, lines)))
        title = Run("Product of the partials along each path", "title")
        yield Lines(((), (title,), *map(_path, trace.paths[:_MOST])))


def _cut(nodes: Sequence[Any], lines: list[Line]) -> list[Line]:
    """Return the lines, those in the middle left out if they are many."""
    if len(lines) <= _MOST:
        return lines
    half = _MOST // 2
    left = f"  … {len(lines) - 2 * half:,} more nodes; -f json and csv have all"
    return [*lines[:half], (Run(left, "muted"),), *lines[-half:]]


def _forward(nodes: Sequence[Forward]) -> Iterator[Line]:
    some = [*nodes[:_MOST], *nodes[-_MOST:]]
    name = max(len(node.name) for node in some)
    formula = max(len(node.formula) for node in some)
    numbers = max(len(node.numbers) for node in some)
    for node in nodes:
        head = f"  {node.name.ljust(name)} = "
        made = f"{node.formula.ljust(formula)} = {node.numbers.ljust(numbers)} = "
        parts = head + (made if node.formula else " " * len(made))
        last = Run("   f", "title") if node is nodes[-1] else Run("")
        yield (Run(parts), Run(_short(node.value), "value"), last)


def _backward(nodes: Sequence[Backward]) -> Iterator[Line]:
    some = [*nodes[:_MOST], *nodes[-_MOST:]]
    name = max(len(node.name) for node in some)
    made = max(len(_made(node)) for node in some)
    for node in nodes:
        head = f"  ∂f/∂{node.name.ljust(name)} = {_made(node).ljust(made)} = "
        value, remark = _short(node.adjoint).ljust(8), f"   {_remark(node)}"
        if len(head) + len(value) + len(remark) > _WIDTH:
            yield (Run(head), Run(value.rstrip(), "gradient"))
            yield (Run(" " * (name + 6) + remark, "muted"),)
        else:
            yield (Run(head), Run(value, "gradient"), Run(remark, "muted"))


def _made(node: Backward) -> str:
    """Return upstream times local, for each path that ends here."""
    if not node.shares:
        return "1"
    return " + ".join(f"∂f/∂{share.user} * {share.formula}" for share in node.shares)


def _remark(node: Backward) -> str:
    if not node.shares:
        return "seed"
    products = [_short(share.upstream * share.local) for share in node.shares]
    if len(node.shares) > 1:
        count = {2: "two", 3: "three"}.get(len(products), str(len(products)))
        sums = " + ".join(products[:4]) + (" + …" if len(products) > 4 else "")
        return f"{sums}   {count} paths add up"
    (share,) = node.shares
    gate = _GATES.get(share.function, f"derivative of {share.function}")
    return f"{_short(share.upstream)} * {_short(share.local)}   {gate}"


def _path(path: Path) -> Line:
    head = Run(f"  ∂f/∂{path.name} = ")
    value = Run(_short(path.adjoint), "gradient")
    if path.ways != 1:
        return (head, value, Run(f"   {path.ways:,} paths add up", "muted"))
    factors = [_short(local) for local in path.locals]
    if len(factors) > 12:
        factors = [*factors[:6], "…", *factors[-5:]]
    line: Line = (head, Run(f"{' * '.join(['1', *factors][1:] or ['1'])} = "), value)
    return (*line, Run(_health(path), "muted"))


def _health(path: Path) -> str:
    """Say where a product of many partials vanishes or explodes, and which do it."""
    sizes = [abs(local) for local in path.locals]
    product = math.prod(sizes)
    if len(sizes) < 3 or 1e-4 < product < 1e4:
        return ""
    small = product <= 1e-4
    guilty = sum(size < 0.5 for size in sizes) if small else sum(s > 2 for s in sizes)
    verb = "vanishes" if small else "explodes"
    limit = "below 0.5" if small else "above 2"
    return f"   {verb}: {guilty} of {len(sizes)} factors are {limit}"


def _short(value: float) -> str:
    return f"{value:.{_DIGITS}g}" if math.isfinite(value) else "undefined"


def _record(trace: Trace) -> dict[str, Any]:
    problem = trace.problem
    return {
        **heading(SCHEMA, problem.parsed),
        "point": problem.point,
        "value": problem.value,
        "forward": [
            {"name": n.name, "formula": n.formula or None, "value": n.value}
            for n in trace.forward
        ],
        "backward": [
            {
                "name": n.name,
                "adjoint": _finite(n.adjoint),
                "shares": [
                    {
                        "user": s.user,
                        "upstream": _finite(s.upstream),
                        "local": _finite(s.local),
                        "formula": s.formula,
                    }
                    for s in n.shares
                ],
            }
            for n in trace.backward
        ],
        "paths": {
            p.name: {"locals": [_finite(x) for x in p.locals], "ways": p.ways}
            for p in trace.paths
        },
    }


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _sheet(trace: Trace) -> Sheet:
    adjoints = {node.name: node.adjoint for node in trace.backward}
    rows = [
        (
            node.name,
            node.formula,
            plain_number(node.value),
            plain_number(_finite(adjoints[node.name])),
        )
        for node in trace.forward
    ]
    return Sheet(("node", "formula", "value", "adjoint"), rows)
