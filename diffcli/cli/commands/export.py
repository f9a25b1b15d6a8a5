"""``diffcli export``: value and gradient as code."""

from collections.abc import Mapping
from typing import Any

import click

from diffcli.api.exports import code, operations
from diffcli.cli import options
from diffcli.cli.command import Answer, Command, refuse
from diffcli.cli.request import Request
from diffcli.inputs import points
from diffcli.language.parser import Parsed
from diffcli.output import formats
from diffcli.output.views.export import document

SECTION, PLACE = "Differentiate", 6
ALSO = {"code": "", "compile": ""}
HAS = ("code",)
EPILOG = """\
\b
Examples:
  diffcli export "z = w*x + b; (sigmoid(z) - t)^2" -f python
  diffcli export "exp(-x^2)*sin(y)" -f c --at 1,2 --check
  diffcli export "sqrt(x^2+y^2)" -f sql --table measured --name r
  diffcli export "(x*y, sin(x)+y)" -f javascript
"""


@click.command(cls=Command, epilog=EPILOG)
@options.formula
@options.at_only
@options.wrt("Only these variables.")
@click.option(
    "--order", type=click.IntRange(0, 2), default=1, show_default=True, metavar="N",
    help="0: the value alone, 2: second derivatives too.",
)  # fmt: skip
@click.option(
    "--check", is_flag=True,
    help="Let the code test itself at the point of --at: it stops if a number is off.",
)  # fmt: skip
@click.option(
    "--name", metavar="F", default="f", show_default=True,
    help="The function's name; in SQL that of the value.",
)  # fmt: skip
@click.option(
    "--table", metavar="NAME", default="points", show_default=True,
    help="For SQL: the table whose columns are the variables.",
)  # fmt: skip
@click.option(
    "--dialect", metavar="NAME", default="",
    help="For SQL: duckdb (the usual one) or sqlite.",
)  # fmt: skip
@options.output(*HAS)
def command(
    expr: str,
    wrt: str,
    order: int,
    check: bool,
    name: str,
    table: str,
    dialect: str,
    **shared: Any,
) -> Answer:
    """Value and gradient as code: Python, numpy, C, JavaScript, SQL.

    One function in the language of -f, or of the suffix of -o. Common parts are
    computed once, and stable forms are kept.
    """
    request = Request(expr, **shared)
    parsed = request.parsed(several=True)
    form = request.form(HAS)
    if form != "sql":
        refuse("only SQL has tables and dialects", "table", "dialect")
    if form == formats.DEFAULT:
        refuse("no code is written", "check", "name")
    if not check:
        refuse("code gets its point when it runs; --check tests one", "points")
    at = _point(request, parsed) if check else None
    found = operations(parsed, wrt=request.variables_for(parsed, wrt), order=order)

    def lines(language: str) -> list[str]:
        return code(found, language, check=at, name=name, table=table, dialect=dialect)

    return request.answer(form, [document(found, lines)], parsed.notes)


def _point(request: Request, parsed: Parsed) -> Mapping[str, float]:
    """Return the only point. Raises UsageError if there is not exactly one."""
    if len(request.points) != 1:
        raise points.missing_point(parsed.variables)
    return points.point(request.points[0], parsed.variables)
