"""``diffcli depth``: vanishing and exploding gradients."""

from functools import partial
from typing import Any

import click

from diffcli.api.layers import depth, losses
from diffcli.calculus.functions import BY_NAME
from diffcli.cli import options
from diffcli.cli.command import Answer, Command
from diffcli.cli.request import Request
from diffcli.inputs import points
from diffcli.output.views.depth import Exhibit, document

SECTION, PLACE = "Explore", 5
HAS = ("blocks", "record", "sheet")
EPILOG = """\
\b
Examples:
  diffcli depth sigmoid
  diffcli depth sigmoid,tanh,relu --layers 20
  diffcli depth "max(0.1*x, x)" --weight 2 --at=-1
  diffcli depth sigmoid --layers 12 --float half
"""
_OTHERS = ("sigmoid", "tanh", "relu", "linear")


@click.command(cls=Command, epilog=EPILOG)
@click.argument(
    "acts",
    metavar="[ACTS]...",
    nargs=-1,
    shell_complete=options.among(lambda: ["linear", *sorted(BY_NAME)]),
    help="Names of functions, linear, or formulas in x (default: sigmoid).",
)
@click.option(
    "--layers",
    type=click.IntRange(1, 100_000),
    default=10,
    show_default=True,
    metavar="N",
    help="How many layers.",
)
@click.option(
    "--weight",
    default="1",
    show_default=True,
    metavar="W",
    help="The weight of every layer.",
)
@click.option(
    "--at",
    "start",
    default="0.5",
    show_default=True,
    metavar="A",
    help="The value that goes into the first layer.",
)
@options.float_format
@options.output(*HAS)
def command(
    acts: tuple[str, ...],
    layers: int,
    weight: str,
    start: str,
    float_name: str | None,
    **shared: Any,
) -> Answer:
    """Vanishing and exploding gradients in a chain of layers.

    The product of the partials, layer by layer, for any activation and weight: why
    gradients vanish and explode, and which weight would keep them.
    """
    request = Request("", **shared)
    names = [name for text in acts for name in points.listed(text)] or ["sigmoid"]
    w, a = points.number(weight), points.number(start)
    chain = partial(depth, layers=layers, weight=w, start=a)
    chains = tuple(map(chain, names))
    rest = [n for n in _OTHERS if n != chains[0].name] if len(chains) == 1 else []
    lost = tuple(losses(each, float_name) for each in chains) if float_name else ()
    exhibit = Exhibit(chains, tuple(map(chain, rest)), lost)
    return request.answer(request.form(HAS), [document(exhibit)])
