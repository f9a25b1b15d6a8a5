"""The gradient layer by layer, with bars on a logarithmic scale."""

import math
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from diffcli import version
from diffcli.analysis.depth import LONG as _LONG
from diffcli.analysis.depth import RANGE, Chain, Layer, Loss
from diffcli.calculus.functions import BY_NAME, MULTIPLY, Function
from diffcli.language.expression import call, variable
from diffcli.language.notation import Notation
from diffcli.output.canvas import bar
from diffcli.output.document import (
    Block,
    Column,
    Document,
    Facts,
    Line,
    Picture,
    Run,
    Screen,
    Sheet,
    Table,
)
from diffcli.output.numbers import plain_number
from diffcli.output.views import understood
from diffcli.records import Record

SCHEMA = "diffcli/depth/1"
_LONGEST = 200  # characters of a formula
_ROWS = 12  # layers that are shown to people
_ROOMY = 60  # columns from which on the local partials are shown too
_WIDEST = 48  # cells of the longest bar


class Exhibit(Record):
    """Chains with the activations asked for, and others to compare with."""

    chains: tuple[Chain, ...]
    others: tuple[Chain, ...]
    #: For each chain, where its gradient is lost in a format, and where in doubles.
    losses: tuple[tuple[Loss, Loss], ...] = ()


def document(exhibit: Exhibit) -> Document:
    """Return chains of layers as a document."""
    return Document(
        blocks=partial(_blocks, exhibit),
        record=partial(_record, exhibit),
        sheet=partial(_sheet, exhibit),
    )


def _blocks(exhibit: Exhibit, notation: Notation) -> Iterator[Block]:
    first = exhibit.chains[0]
    alone = len(exhibit.chains) == 1
    name = first.name if first.name.isidentifier() else "act"
    layer = f"a(l) = {_layer(name if alone else 'act', notation)}"
    facts: list[Line] = [(Run(layer),)]
    if alone and name == "act":
        x = notation.variable(first.parsed.variables[0])
        body = notation.text(
            first.parsed.expression, limit=_LONGEST, taken=first.parsed.variables
        )
        facts = [(Run(f"{layer}, act({x}) = {body}"),)]
    facts.append((Run(f"w = {first.weight:.10g}, a(0) = {first.start:.10g}"),))
    yield Facts((*facts, (Run("gradient of the output, layer by layer", "muted"),)))
    rounded = exhibit.losses[0][0] if exhibit.losses else None
    bars = Picture(partial(_bars, first, rounded))
    yield bars if alone else _table(exhibit.chains)
    for chain in exhibit.chains:
        yield Facts(tuple(_said(chain, alone)))
    for chain, pair in zip(exhibit.chains, exhibit.losses, strict=False):
        yield Facts(tuple(_lost(chain, pair, alone)))
    if exhibit.others:
        others = (
            (Run(f"{c.name} {c.gradient:.1e} ({c.verdict})"),) for c in exhibit.others
        )
        yield Facts(((Run("compare:", "muted"),), *others))


def _layer(name: str, notation: Notation) -> str:
    """Return what a layer does with the layer before: σ(w·a(l - 1))."""
    before = variable("before")
    inside = call(MULTIPLY, variable("w"), before)
    row = BY_NAME.get(name, Function(name, 1, abs, (), ()))
    return notation.text(call(row, inside), names={before: "a(l-1)"})


def _said(chain: Chain, alone: bool) -> Iterator[Line]:
    """Yield what becomes of the gradient, why, and what would help."""
    who = "" if alone else f"{chain.name}: "
    if not chain.gradient:
        yield (Run(f"{who}dies: a layer's derivative is 0, and so is all before it"),)
    elif chain.verdict == "steady":
        yield (Run(f"{who}steady: x {chain.factor:.3g} per layer", "name"),)
    else:
        text = f"{who}{chain.verdict}: x {chain.factor:.3g} per layer"
        yield (Run(text, "doubtful"),)
    steepest = chain.steepest if alone else None
    if steepest is not None:
        yield (Run(_bound(chain.name, steepest)),)
    if chain.verdict != "steady":
        yield (Run(_remedy(chain)),)


def _lost(chain: Chain, pair: tuple[Loss, Loss], alone: bool) -> Iterator[Line]:
    """Yield what is left of the gradient in a format, and where it is lost."""
    there, double = pair
    who = "" if alone else f"{chain.name}: "
    text = f"{who}in {there.format}: {there.gradient:.2e} in place of"
    yield (Run(f"{text} {chain.gradient:.2e}", "name"),)
    if there.layer is not None and double.layer is None:
        yield (Run(f"exactly 0 from layer {there.layer} down", "doubtful"),)
    if there.layers is None:
        return
    after = f"exactly 0 after {there.layers} layers of such a chain"
    if double.layers is None:
        yield (Run(f"{after}; in doubles never in {_LONG}"),)
    else:
        earlier = double.layers - there.layers
        yield (Run(f"{after}: {earlier} earlier than in doubles"),)


def _bound(name: str, steepest: float) -> str:
    """Say how steep it gets; of a formula we know only what we looked at."""
    if name in BY_NAME or name == "linear":
        return f"{name}' is never above {steepest:.4g}"
    return f"act' is at most {steepest:.4g} between {-RANGE:g} and {RANGE:g}"


def _remedy(chain: Chain) -> str:
    keeps = chain.keeps
    if keeps is None:
        return "no weight found that keeps it at 1"
    return f"w = {plain_number(keeps)} would keep it at 1"


def _some(layers: Sequence[Layer]) -> list[Layer]:
    """Return the layers to show: all, or every so many and the first and last."""
    stride = -(-len(layers) // _ROWS)
    return [
        layer
        for place, layer in enumerate(layers)
        if place % stride == 0 or layer is layers[-1]
    ]


def _bars(chain: Chain, rounded: Loss | None, screen: Screen) -> Iterator[Line]:
    layers = _some(chain.layers)
    sizes = [abs(layer.gradient) for layer in chain.layers if layer.gradient] or [1.0]
    low = min(-1, math.floor(math.log10(min(sizes)) - 1e-9) - 1)
    high = max(0, math.ceil(math.log10(max(sizes)) - 1e-9))
    roomy = screen.width >= _ROOMY
    column = f"w{screen.notation.times}act'"
    local = f"{column:>9}   " if roomy else ""
    title = f"{f'in {rounded.format}':>11}   " if rounded else ""
    head = f"  layer  {local}{'gradient':>9}   {title}"
    width = min(_WIDEST, screen.width - len(head))
    ends = f"1e{low:+03d}", f"1e{high:+03d}" if high else "1"
    scale = ends[0] + " " * (width - len(ends[0]) - len(ends[1])) + ends[1]
    yield (Run(head, "title"), Run(scale, "muted"))
    style = "doubtful" if chain.verdict == "explodes" else "gradient"
    for layer in layers:
        size = abs(layer.gradient)
        share = (math.log10(size) - low) / (high - low) if size else 0.0
        local = f"{layer.local:9.3g}   " if roomy else ""
        numbers = f"  {layer.number:5}  {local}{layer.gradient:9.2e}   "
        there = Run("")
        if rounded:
            value = rounded.gradients[layer.number - 1]
            text = f"{value:.2e}" if value else "0"
            lost = not value and bool(layer.gradient)
            there = Run(f"{text:>11}   ", "doubtful" if lost else "")
        yield (Run(numbers), there, Run(bar(share, width, ascii=screen.ascii), style))


def _table(chains: Sequence[Chain]) -> Table:
    columns = (Column("layer", "left"), *(Column(chain.name) for chain in chains))
    rows = [
        (
            (Run(str(layers[0].number)),),
            *((Run(f"{layer.gradient:.2e}", "gradient"),) for layer in layers),
        )
        for layers in zip(*(_some(chain.layers) for chain in chains), strict=True)
    ]
    verdicts = ((Run(chain.verdict, "name"),) for chain in chains)
    factors = ((Run(f"x {chain.factor:.3g}"),) for chain in chains)
    ends = (((Run("verdict"),), *verdicts), ((Run("per layer"),), *factors))
    return Table(columns, (*rows, *ends))


def _record(exhibit: Exhibit) -> dict[str, Any]:
    return {
        **version.record(SCHEMA),
        "chains": [_chain_record(chain) for chain in exhibit.chains],
        **_losses(exhibit),
        "compared": [
            {"activation": c.name, "gradient": c.gradient, "verdict": c.verdict}
            for c in exhibit.others
        ],
    }


def _losses(exhibit: Exhibit) -> dict[str, Any]:
    if not exhibit.losses:
        return {}
    pairs = ([loss._asdict() for loss in pair] for pair in exhibit.losses)
    return {"losses": list(pairs)}


def _chain_record(chain: Chain) -> dict[str, Any]:
    return {
        "activation": chain.name,
        "expression": understood(chain.parsed),
        "weight": chain.weight,
        "start": chain.start,
        "gradient": chain.gradient,
        "factor": chain.factor,
        "verdict": chain.verdict,
        "steepest": chain.steepest,
        "keeping_weight": chain.keeps,
        "layers": [layer._asdict() for layer in chain.layers],
    }


def _sheet(exhibit: Exhibit) -> Sheet:
    header: tuple[str, ...] = (
        "activation", "layer", "z", "output", "local", "gradient",
    )  # fmt: skip
    rounded: list[Loss] = [there for there, _ in exhibit.losses]
    if rounded:
        header = (*header, "format", "rounded_gradient")
    rows = []
    for place, chain in enumerate(exhibit.chains):
        for layer in chain.layers:
            row = (chain.name, layer.number, *map(plain_number, layer[1:]))
            if rounded:
                there = rounded[place]
                gradient = plain_number(there.gradients[layer.number - 1])
                row = (*row, there.format, gradient)
            rows.append(row)
    return Sheet(header, rows)
