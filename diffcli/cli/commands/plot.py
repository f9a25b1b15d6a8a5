"""``diffcli plot``: functions and their derivatives in the terminal."""

from typing import Any

import click

from diffcli.api.curves import finer_by, plot
from diffcli.calculus.functions import BY_NAME
from diffcli.cli import completion, options
from diffcli.cli.command import Answer, Command, refuse
from diffcli.cli.request import Request
from diffcli.errors import PointError, UsageError
from diffcli.inputs import points
from diffcli.language.parser import Parsed
from diffcli.output import formats
from diffcli.output.views.plot import Exhibit, document

SECTION, PLACE = "Explore", 2
HAS = ("blocks", "record", "sheet")
EPILOG = """\
\b
Examples:
  diffcli plot "sigmoid(x)"
  diffcli plot relu tanh --x -3:3 --no-derivative
  diffcli plot "w*x**2+b" --vary w --at x=2,b=1
  diffcli plot "sin(x)/x" --x -20:20 -f csv
"""


@click.command(cls=Command, epilog=EPILOG)
@click.argument(
    "exprs",
    metavar="EXPR...",
    nargs=-1,
    required=True,
    shell_complete=completion.formula,
    help="The formulas.",
)
@options.at_only
@click.option(
    "--x",
    "x_range",
    default="-6:6",
    show_default=True,
    metavar="LO:HI",
    help="The range of the variable; the ends may be formulas (-pi:pi).",
)
@click.option(
    "--y",
    "y_range",
    default="",
    metavar="LO:HI",
    help="The range of the values (default: what shows the curves best).",
)
@click.option(
    "--vary",
    default="",
    metavar="NAME",
    help="The variable on the x axis; --at gives the others their values.",
)
@click.option("--no-derivative", is_flag=True, help="The functions alone.")
@click.option(
    "--samples",
    type=click.IntRange(2, 100_000),
    default=241,
    show_default=True,
    metavar="N",
    help="Rows that csv, tsv and json get.",
)
@options.height
@options.output(*HAS)
def command(
    exprs: tuple[str, ...],
    x_range: str,
    y_range: str,
    vary: str,
    no_derivative: bool,
    samples: int,
    height: int | None,
    **shared: Any,
) -> Answer:
    """Functions and their derivatives in the terminal."""
    request = Request("", **shared)
    form = request.form(HAS)
    _refuse_unused(form)
    low, high = points.interval(x_range, "--x")
    y = points.interval(y_range, "--y") if y_range else None
    formulas = [request._replace(expr=_called(expr)).parsed() for expr in exprs]
    finer = finer_by(formulas, samples)
    count = (samples - 1) * finer + 1
    plots = []
    fixed: dict[str, float] = {}
    for parsed in formulas:
        name, others = _varied(parsed, vary, request.points)
        fixed |= others
        plots.append(
            plot(parsed, low, high, variable=name, others=others, samples=count)
        )
    if not fixed:
        refuse("no other variable needs a value", "points")
    exhibit = Exhibit(tuple(plots), fixed, not no_derivative, y, height, finer)
    return request.answer(form, [document(exhibit)])


def _refuse_unused(form: str) -> None:
    """Refuse options that this format has no use for."""
    if formats.part(form) not in ("sheet", "record"):
        refuse("a picture takes as many samples as it shows", "samples")
    else:
        refuse(f"-f {form} has no picture", "y_range")
    if formats.part(form) == "record":
        refuse(f"-f {form} has the derivatives anyway", "no_derivative")


def _called(expr: str) -> str:
    """Return the formula; the bare name of a function is that function of x."""
    row = BY_NAME.get(expr.strip())
    return f"{expr.strip()}(x)" if row is not None and row.arity == 1 else expr


def _varied(
    parsed: Parsed, vary: str, at: tuple[str, ...]
) -> tuple[str, dict[str, float]]:
    """Return the variable on the x axis and the values of the others.

    Raises PointError if that is not clear.
    """
    names = parsed.variables
    if not names:
        return vary or "x", {}
    name = vary or names[0]
    if name not in names:
        raise UsageError(
            f"--vary names '{vary}', which is not in the formula ({', '.join(names)})"
        )
    rest = [other for other in names if other != name]
    if not rest:
        return name, {}
    example = ",".join(f"{other}=1" for other in rest)
    if not vary:
        raise PointError(
            f"the formula has {len(names)} variables: which one varies?",
            hint=f"--vary {name} --at {example}",
        )
    if len(at) != 1:
        raise PointError("the other variables need values", hint=f"--at {example}")
    given = points.names(at[0])
    full = name in given or (not given and at[0].count(",") == len(rest))
    values = points.point(at[0], names if full else rest)
    return name, {other: values[other] for other in rest}
