"""What --data, --init and --reduce mean: a formula as the loss of one example."""

from functools import partial
from typing import TYPE_CHECKING

from diffcli.cli import terminal
from diffcli.cli.command import refuse
from diffcli.cli.request import Request
from diffcli.cli.sources import found_files
from diffcli.errors import UsageError
from diffcli.inputs import points
from diffcli.language.parser import Parsed
from diffcli.problem import Settings

if TYPE_CHECKING:
    from diffcli.api.losses import Examples
    from diffcli.inputs.data import Data


def read(request: Request, parsed: Parsed, *, keep_going: bool) -> "Data":
    """Return the data of --data, from one file or the parts that a pattern names.

    Raises UsageError, PointError, and a bad row's error.
    """
    from diffcli.inputs.data import joined

    if request.points_file:
        raise UsageError(
            "--data and --points exclude each other",
            hint="--data is for one loss over all rows, --points for a result a row",
        )
    if len(request.points) > 1:
        raise UsageError("with --data the weights have one value each: one --at")
    refuse("columns are found by their names", "headless")
    paths = found_files([request.data_file])
    reader = partial(_part, request, parsed, keep_going)
    jobs = min(request.processes, len(paths))
    if jobs > 1:
        from diffcli.cli.workers import Workers

        with Workers(reader, jobs) as workers:
            found = [*workers.answers(paths)]
    else:
        found = [*map(reader, paths)]
    (first, wanted), *others = found
    for part, header in others:
        if header != wanted:
            raise UsageError(
                f"'{part.name}' has other columns than '{first.name}':"
                f" {', '.join(header)}; not {', '.join(wanted)}"
            )
    return joined([part for part, _ in found], request.data_file) if others else first


def _part(
    request: Request, parsed: Parsed, keep_going: bool, path: str
) -> tuple["Data", tuple[str, ...]]:
    """Return what one file holds, and the names of its columns."""
    from diffcli.inputs.data import data, names

    dialect = request.dialect(path)
    lines, name = terminal.opened(path, request.output)
    kept = [*lines]
    header = names(kept, name, dialect)
    request.refuse_constants(parsed, header)
    part = data(
        kept, name, parsed.variables, request.reduction,
        keep_going=keep_going, dialect=dialect,
    )  # fmt: skip
    return part, header


def examples(
    request: Request,
    parsed: Parsed,
    wrt: str = "",
    settings: Settings | None = None,
    *,
    keep_going: bool,
) -> "Examples":
    """Return the formula with the data and the weights of the call.

    Raises UsageError, PointError, and a bad row's error.
    """
    from diffcli.api.losses import Examples
    from diffcli.inputs.data import weights

    found = read(request, parsed, keep_going=keep_going)
    at = request.points[0] if request.points else ""
    given = weights(at, request.init, parsed.variables, found.columns, found.name)
    wanted = points.select(wrt, tuple(given))
    return Examples(parsed, found, given, wanted, settings, keep_going=keep_going)
