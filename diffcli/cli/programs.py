"""A program or a callable in place of a formula, and the points that it is asked at."""

from typing import TYPE_CHECKING

from diffcli.api import boxes as api
from diffcli.cli.request import Request
from diffcli.errors import UsageError
from diffcli.inputs import points
from diffcli.inputs.rows import Rows, of_texts

if TYPE_CHECKING:
    from diffcli.blackbox.boxes import Boxes


def boxes(request: Request) -> "Boxes":
    """Return the program in as many copies as asked for, or the callable.

    Raises UsageError if it cannot be started.
    """
    if request.module:
        return api.module(request.module)
    jobs = request.processes
    return api.program(request.program, timeout=request.timeout, jobs=jobs)


def rows(request: Request, form: str) -> Rows:
    """Return the points for a black box, whose variables only they name.

    Raises UsageError if there are none, PointError, ParseError.
    """
    request.refuse_dialect()
    fixed = points.new_names(request.variables)
    if request.points_file:
        if not fixed:
            raise UsageError("which columns are the variables?", hint="--vars x1,x2")
        return request.rows(fixed, form)
    if not request.points:
        raise points.missing_point(["x1", "x2"])
    found = []
    for text in request.points:
        count = len(points.listed(text))
        names = fixed or points.names(text)
        names = names or [f"x{n}" for n in range(1, count + 1)]
        found.append(of_texts([text], names))
    return Rows(found[0].columns, (row for rows in found for row in rows.rows))
