"""``diffcli descend``: gradient descent, and what the learning rate does to it."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import click

from diffcli.api.descents import Descent, Stage, descend, doubts, stages
from diffcli.cli import options, terminal
from diffcli.cli.command import Answer, Command, refuse
from diffcli.cli.examples import examples
from diffcli.cli.request import Request, number
from diffcli.inputs import arguments
from diffcli.output import formats
from diffcli.output.document import Document
from diffcli.output.views.descend import Exhibit, document, header
from diffcli.problem import Problem

SECTION, PLACE = "Explore", 4
ALSO = {"train": "--data FILE", "minimize": "", "optimize": ""}
HAS = ("blocks", "record", "sheet")
EPILOG = """\
\b
Examples:
  diffcli descend "(2*x1+3*x2)**2+3" --at 1,3
  diffcli descend "(2*x1+3*x2)**2+3" --at 1,3 --rate 0.001,0.05,0.08 --plot
  diffcli descend "(w*x-t)**2" --at w=0,x=2,t=1 --wrt w -f csv
  diffcli descend @xor.net --data xor.csv --init uniform:3 --rate 5 --plot

xor.csv has the columns a, b, t; xor.net says what a row costs; the rest are weights:

\b
  h1 = sigmoid(w1*a + w2*b + c1)
  h2 = sigmoid(w3*a + w4*b + c2)
  y = sigmoid(v1*h1 + v2*h2 + d)
  (y - t)^2
"""


@click.command(cls=Command, epilog=EPILOG)
@options.formula
@options.at
@options.wrt("Only these variables move.")
@click.option(
    "--rate",
    "rates",
    metavar="RATES",
    default="",
    help="Learning rates (default: three around the stable limit).",
)
@click.option(
    "--steps",
    type=click.IntRange(1, 10_000_000),
    default=20,
    show_default=True,
    metavar="N",
    help="Steps at most.",
)
@click.option(
    "--tol",
    type=click.FloatRange(0, 1),
    default=1e-8,
    show_default=True,
    metavar="T",
    help="Stop where the gradient is T times that at the start.",
)
@options.data
@options.keep_going
@click.option(
    "--batch", type=click.IntRange(1, 2**31), metavar="N",
    help="With --data: each step along the gradient of N rows, drawn anew.",
)  # fmt: skip
@click.option(
    "--seed", type=click.IntRange(0, 2**63), default=0, metavar="S",
    help="With --batch: draws the rows (default: 0).",
)  # fmt: skip
@click.option(
    "--plot", is_flag=True,
    help="A picture of the loss, not its numbers: of two variables the paths on a map;"
    " and of a network with two inputs.",
)  # fmt: skip
@options.height
@options.output(*HAS)
def command(
    expr: str,
    wrt: str,
    rates: str,
    steps: int,
    tol: float,
    plot: bool,
    height: int | None,
    batch: int | None,
    seed: int,
    keep_going: bool,
    **shared: Any,
) -> Answer:
    """Gradient descent: how the learning rate makes or breaks it.

    Below the stable limit, 2 over the largest curvature, the feedback is negative and
    the loss settles; above it, it blows up.
    """
    request = Request(expr, **shared)
    parsed, form = request.parsed(), request.form(HAS)
    words = rates.split(",") if rates else []
    chosen = arguments.numbers([number(word.strip()) for word in words], "rates")
    request.refuse_data_options("batch", "seed", "keep_going")
    found = (
        examples(request, parsed, wrt, keep_going=keep_going)
        if request.data_file
        else None
    )
    if not batch:
        refuse("it is for --batch", "seed")

    def progress() -> terminal.Progress:
        return terminal.Progress(steps * (len(chosen) or 3), "steps")

    def followed(problem: Problem, whole: bool) -> Descent:
        with progress() as tick:
            return descend(
                found or problem, rates=chosen, steps=steps, tolerance=tol,
                batch=batch or 0, seed=seed, whole=whole, progress=tick,
            )  # fmt: skip

    def step_by_step(problem: Problem) -> Iterator[Stage]:
        with progress() as tick:
            yield from stages(
                problem, chosen, steps, tol, tick, found, batch or 0, seed
            )

    def at(problem: Problem) -> Document:
        walked = partial(followed, problem), partial(step_by_step, problem)
        data, said = (found.data, ()) if found else (None, doubts(problem))
        return document(Exhibit(problem, *walked, plot, height, said, data))

    if formats.part(form) in ("sheet", "record"):
        refuse(f"-f {form} has no picture", "plot")
    if found:
        problem = found.problem
        notes = request.reading_notes(problem.parsed)
        return request.answer(form, [at(problem)], notes)
    own = header(request.variables_for(parsed, wrt))
    return request.at_points(form, parsed, wrt, at, own)
