"""The slope of a curve, for ``--implicit``."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from diffcli.cli import terminal
from diffcli.cli.command import Answer, refuse
from diffcli.cli.gradients import Question
from diffcli.cli.request import Request
from diffcli.errors import UsageError
from diffcli.inputs import equations
from diffcli.language.parser import Parsed
from diffcli.output import formats
from diffcli.output.document import Document
from diffcli.problem import DOUBLE, Problem

if TYPE_CHECKING:
    from diffcli.api.implicits import Curve


def answer(question: Question, name: str) -> Answer:
    """Return the slope d``name``/dx at every point of the curve of an equation.

    Raises UsageError for options of no use to it.
    """
    request, settings = question.request, question.settings
    why = "--implicit gives first derivatives on a curve, in doubles"
    refuse(why, "subgradient", "order", "exact", "arithmetic", "exprs", "keep_going")
    refuse(why, "engine", "progress", "program", "module", "data_file", "init")
    refuse(why, "reduction", "float_name")
    if request.digits > DOUBLE:
        raise UsageError(f"{why}: --digits 17 at most")
    from diffcli.api.implicits import implicit, ways
    from diffcli.output.views import implicit as view

    form = question.form
    request.refuse_rounding(form)
    alone = formats.part(form) == "brief"
    names = ways(question.method_words or (("backprop",) if alone else ()))
    if "finite" not in names:
        refuse("there are no differences", "h", "scheme")
    if settings.h == "auto":
        refuse("--h auto takes what is best at each step", "scheme")
    plain = of_equation(request)
    parsed = plain.parsed()
    toward = question.wrt or ",".join(n for n in parsed.variables if n != name)

    def at(problem: Problem) -> Document:
        return view.document(implicit(problem, name=name, methods=names))

    return plain.at_points(form, parsed, toward, at, view.header(names), settings)


def of_equation(request: Request) -> Request:
    """Return a request whose formula is 0 where the equation holds."""
    return request._replace(expr=equations.difference(terminal.read(request.expr)))


def curve(parsed: Parsed, name: str, wrt: Sequence[str]) -> "Curve":
    """Return how the slopes follow from the equation."""
    from diffcli.api import implicits

    return implicits.curve(parsed, name, wrt)


def at_a_point(curve: "Curve", problem: Problem) -> "Curve":
    """Return a curve with its slopes at a point.

    Raises DomainError where the point is not on the curve, KinkError for no slope.
    """
    from diffcli.api import implicits

    free = problem._replace(variables=tuple(curve.formulas))
    found = implicits.implicit(free, name=curve.name, methods="backprop")
    numbers = {name: found.slope(name).number for name in curve.formulas}
    return curve._replace(values=numbers)
