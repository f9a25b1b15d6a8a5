"""``diffcli grad``: the gradient by all methods, side by side."""

from typing import Any

import click

from diffcli import options
from diffcli.comparison import compare, with_exact_values
from diffcli.methods import THREE, chosen
from diffcli.points import expressions
from diffcli.views.comparison import document

SECTION, PLACE = "Differentiate", 1
FORMATS = (
    "table", "plain", "tsv", "csv", "json", "jsonl", "md", "latex", "svg", "html",
)  # fmt: skip
EPILOG = """\
\b
Examples:
  diffcli grad "(2*x1+3*x2)**2+3" --at 1,3
  diffcli grad "sin(x)*exp(x)" --at pi/2 --h 1e-3 --scheme forward
  diffcli grad "w*x+b" --at w=2,x=3,b=1 --wrt w,b -f plain
  diffcli grad "x**2*y**3" --at 1,2 --order 2
"""


@click.command(cls=options.Command, epilog=EPILOG)
@options.formula
@options.at
@click.option("--wrt", metavar="NAMES", default="", help="Only these partials.")
@click.option(
    "--method", "methods", metavar="M", multiple=True,
    help="finite, symbolic, backprop (these by default), dual, complex, all.",
)  # fmt: skip
@options.steps
@click.option(
    "--subgradient", is_flag=True,
    help="At kinks use the deep-learning convention: relu'(0) = 0.",
)  # fmt: skip
@click.option(
    "--order", type=click.IntRange(1, 2), default=1, metavar="N",
    help="1: the gradient; 2: the Hessian, all second derivatives.",
)  # fmt: skip
@click.option(
    "--exact", is_flag=True, help="Exact values too, where they exist: sqrt(2)/4."
)
@options.output(*FORMATS)
def command(
    expr: str,
    wrt: str,
    methods: tuple[str, ...],
    h: str,
    scheme: str,
    subgradient: bool,
    order: int,
    exact: bool,
    **shared: Any,
) -> options.Answer:
    """Gradient at a point by all three methods, side by side."""
    call = options.Call(expr, **shared)
    form = call.form(FORMATS)
    parsed = call.parsed()
    notes = call.order_note(parsed)
    problems = call.problems(parsed, wrt, call.settings(h, scheme, subgradient))
    if order == 2:
        from diffcli.hessian import hessian
        from diffcli.views.hessian import document as second_document

        matrices = [hessian(problem) for problem in problems]
        notes += [warning for matrix in matrices for warning in matrix.warnings]
        return call.answer(form, map(second_document, matrices), notes)
    one_row_each = form == "plain" or (form in ("csv", "tsv") and len(call.points) > 1)
    names = chosen(methods or (["backprop"] if one_row_each else THREE))
    results = []
    for text, problem in zip(call.points, problems, strict=True):
        results.append(compare(problem, names))
        if exact:
            point = expressions(text, parsed.variables)
            results[-1] = with_exact_values(results[-1], point)
        if results[-1].error():
            break
    notes += [warning for result in results for warning in result.warnings]
    return call.answer(form, map(document, results), notes, results[-1].error())
