"""``diffcli plot``: functions of one variable as curves, of two as a map."""

from collections.abc import Sequence
from typing import Any

import click

from diffcli.api.maps import Field, field
from diffcli.api.plots import finer_by, plot
from diffcli.calculus.functions import BY_NAME
from diffcli.cli import completion, options
from diffcli.cli.command import Answer, Command, refuse
from diffcli.cli.request import Request
from diffcli.errors import PointError, UsageError, listing
from diffcli.inputs import points
from diffcli.language.parser import Parsed
from diffcli.output import formats
from diffcli.output.views import maps
from diffcli.output.views.plot import Exhibit, document

SECTION, PLACE = "Explore", 3
ALSO = {"draw": "", "curve": "", "field": "", "map": ""}
HAS = ("blocks", "record", "sheet")
_SAMPLES = 241  # rows of data for a curve
_SAMPLES_OF_MAP = 41  # in each direction
_MOST_OF_MAP = 1000
EPILOG = """\
\b
Examples:
  diffcli plot "sigmoid(x)"
  diffcli plot relu tanh --x -3:3 --no-derivative
  diffcli plot "w*x**2+b" --vary w --at x=2,b=1
  diffcli plot "x^2+3*y^2" --x -3:3 --y -2:2
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
    help="The range of the values (default: what shows the curves best), or of the"
    " second variable of a map (default: that of --x).",
)
@click.option(
    "--z",
    "z_range",
    default="",
    metavar="LO:HI",
    help="The range of the values of a map (default: what shows it best).",
)
@click.option(
    "--vary",
    default="",
    metavar="NAMES",
    help="The variable on the x axis, or the two of a map: a,b. --at gives the others"
    " their values.",
)
@click.option("--no-derivative", is_flag=True, help="The functions alone.")
@click.option(
    "--samples",
    type=click.IntRange(2, 100_000),
    metavar="N",
    help=f"Rows that csv, tsv and json get (default: {_SAMPLES}); for a map in each"
    f" direction (default: {_SAMPLES_OF_MAP}).",
)
@options.height
@options.output(*HAS)
def command(
    exprs: tuple[str, ...],
    x_range: str,
    y_range: str,
    z_range: str,
    vary: str,
    no_derivative: bool,
    samples: int | None,
    height: int | None,
    **shared: Any,
) -> Answer:
    """Functions of one variable as curves, of two as a map.

    With its derivative, and with words: where it is steep, where it saturates, and
    where it breaks.
    """
    request = Request("", **shared)
    form = request.form(HAS)
    _refuse_unused(form)
    x = points.interval(x_range, "--x")
    y = points.interval(y_range, "--y") if y_range else None
    z = points.interval(z_range, "--z") if z_range else None
    formulas = [request._replace(expr=_called(expr)).parsed() for expr in exprs]
    slices = [_slice(parsed, vary, request.points) for parsed in formulas]
    fixed = {name: value for _, others in slices for name, value in others.items()}
    if not fixed:
        refuse("no other variable needs a value", "points")
    if any(len(names) == 2 for names, _ in slices):
        where = _field(formulas, slices, x, y or x)
        count = _of_map(samples or _SAMPLES_OF_MAP)
        chart = maps.Exhibit(where, not no_derivative, z, height, count)
        return request.answer(form, [maps.document(chart)])
    refuse("a curve shows its values along --y", "z_range")
    if formats.part(form) in ("sheet", "record"):
        refuse(f"-f {form} has no picture", "y_range")
    samples = samples or _SAMPLES
    finer = finer_by(formulas, samples)
    count = (samples - 1) * finer + 1
    plots = tuple(
        plot(parsed, *x, variable=names[0], others=others, samples=count)
        for parsed, (names, others) in zip(formulas, slices, strict=True)
    )
    exhibit = Exhibit(plots, fixed, not no_derivative, y, height, finer)
    return request.answer(form, [document(exhibit)])


_Slice = tuple[tuple[str, ...], dict[str, float]]  # what varies, and the others


def _field(
    formulas: Sequence[Parsed],
    slices: Sequence[_Slice],
    x: tuple[float, float],
    y: tuple[float, float],
) -> Field:
    """Return what a map shows.

    Raises UsageError if there are several formulas.
    """
    if len(formulas) > 1:
        raise UsageError(
            "a map shows one formula", hint="--vary NAME draws curves of one variable"
        )
    (parsed,), (((first, second), others),) = formulas, slices
    return field(parsed, x, y, variables=(first, second), others=others)


def _of_map(samples: int) -> int:
    """Return the samples in each direction.

    Raises UsageError if there would be too many.
    """
    if samples > _MOST_OF_MAP:
        raise UsageError(
            f"--samples {samples} makes {samples**2} samples of a map",
            hint=f"at most --samples {_MOST_OF_MAP}",
        )
    return samples


def _refuse_unused(form: str) -> None:
    """Refuse options that this format has no use for."""
    if formats.part(form) not in ("sheet", "record"):
        refuse("a picture takes as many samples as it shows", "samples")
    else:
        refuse(f"-f {form} has no picture", "z_range")
    if formats.part(form) == "record":
        refuse(f"-f {form} has the derivatives anyway", "no_derivative")


def _called(expr: str) -> str:
    """Return the formula; the bare name of a function is that function of x."""
    row = BY_NAME.get(expr.strip())
    return f"{expr.strip()}(x)" if row is not None and row.arity == 1 else expr


def _slice(parsed: Parsed, vary: str, at: tuple[str, ...]) -> _Slice:
    """Return the variables on the axes, one or two, and the values of the others.

    Raises PointError if that is not clear.
    """
    names = parsed.variables
    chosen = points.name_list(vary)
    if len({*chosen}) != len(chosen) or len(chosen) > 2:
        raise UsageError(
            f"--vary takes one name or two different ones, not '{vary}'",
            hint="--vary x draws a curve, --vary x,y a map",
        )
    if not names:
        return chosen or ("x",), {}
    chosen = points.chosen("--vary", vary, names) or _free(names, at)
    rest = [other for other in names if other not in chosen]
    if not rest:
        return chosen, {}
    if len(at) != 1:
        example = listing((f"{other}=1" for other in rest), ",")
        raise PointError("the other variables need values", hint=f"--at {example}")
    given = points.names(at[0])
    full = {*chosen} <= {*given} or (not given and at[0].count(",") >= len(rest))
    values = points.point(at[0], names if full else rest)
    return chosen, {other: values[other] for other in rest}


def _free(names: tuple[str, ...], at: tuple[str, ...]) -> tuple[str, ...]:
    """Return the one or two variables that have no value.

    Raises PointError if there are more, or none.
    """
    given = points.names(at[0]) if at else []
    free = tuple(name for name in names if name not in given)
    if 1 <= len(free) <= 2 and (given or not at):
        return free
    first, *rest = names
    if not rest:
        raise UsageError(f"--at has no effect here: {first} is all there is to vary")
    example = listing((f"{other}=1" for other in rest), ",")
    raise PointError(
        f"the formula has {len(names)} variables: which one varies?",
        hint=f"--vary {first} --at {example}",
    )
