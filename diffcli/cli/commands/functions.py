"""``diffcli functions``: the table that everything reads."""

from typing import Any

import click

from diffcli.calculus.functions import BY_NAME, NAMED, TABLE
from diffcli.cli import options
from diffcli.cli.command import Answer, Command
from diffcli.cli.request import Request
from diffcli.errors import UsageError, suggestion
from diffcli.output.views.functions import document

SECTION, PLACE = "Look up", 1
HAS = ("blocks", "record", "sheet", "maths")
EPILOG = """\
\b
Examples:
  diffcli functions
  diffcli functions relu
  diffcli functions -f tsv
"""


@click.command(cls=Command, epilog=EPILOG)
@click.argument(
    "name", default="", help="One function; all if left out.",
    shell_complete=options.among(lambda: sorted(BY_NAME)),
)  # fmt: skip
@options.output(*HAS)
def command(name: str, **shared: Any) -> Answer:
    """All functions, or all about one: derivative, domain, kinks."""
    request = Request(name, **shared)
    symbols = {row.notation.symbol.strip(): row for row in TABLE if row.notation}
    known = NAMED | symbols | BY_NAME
    if name and name not in known:
        hint = suggestion(name, known, "see: diffcli functions")
        raise UsageError(f"there is no function '{name}'", hint=hint)
    rows = [known[name]] if name else TABLE
    return request.answer(request.form(HAS), [document(rows)])
