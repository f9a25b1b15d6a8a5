"""The derivatives of another order than the first, which grad gives too."""

from collections.abc import Iterator, Sequence

from diffcli.cli.command import Answer, refuse
from diffcli.cli.request import Request
from diffcli.errors import UsageError
from diffcli.inputs import points
from diffcli.language.parser import Parsed
from diffcli.output import formats
from diffcli.output.document import Document
from diffcli.problem import Problem, Settings


def refuse_others(order: int) -> None:
    """Refuse options that an order has no use for. Raises UsageError."""
    if order == 0:
        why = "--order 0 is the value alone"
        refuse(why, "wrt", "wanted", "h", "scheme", "subgradient", "arithmetic")
    if order > 1:
        why = f"--order {order} has numbers at each point"
        refuse(why, "subgradient", "arithmetic")
    if order > 2:
        refuse(f"--order {order} ends at the first bad point", "keep_going")


def _texts(request: Request, parsed: Parsed) -> Iterator[str]:
    """Yield each --at once for each output."""
    for text in request.points:
        yield from [text] * len(parsed.parts())


def refuse_of_data(order: int) -> None:
    """Refuse an order that a mean over examples has not. Raises UsageError."""
    if order not in (1, 2):
        refuse("with --data there are orders 1 and 2", "order")


def refuse_of_formulas(order: int) -> None:
    """Refuse an order that is of one formula alone. Raises UsageError."""
    if order > 2:
        raise UsageError(
            "--exprs has no derivatives of order 3 and more",
            hint="ask each formula alone, or --order 2",
        )


def width(h: str, order: int) -> str:
    """Return the step width: as asked for, or what an order takes if none is."""
    return h or ("auto" if order > 2 else "")


def methods_of(wanted: Sequence[str], form: str) -> tuple[str, ...]:
    """Return the methods of an order above 2.

    Raises UsageError for one that has no such derivatives.
    """
    from diffcli.api.expansions import ways

    alone = formats.part(form) == "brief"
    return ways(wanted or (("taylor",) if alone else ()))


def higher(
    request: Request,
    form: str,
    wrt: str,
    names: Sequence[str],
    settings: Settings,
    order: int,
    *,
    exact: bool,
) -> Answer:
    """Return the derivatives of one variable up to an order at every point."""
    from diffcli.api.expansions import taylor, with_exact_values
    from diffcli.output.views import taylor as view

    if exact and request.points_file:
        raise UsageError("--exact takes its points from --at")
    parsed = request.parsed(several=True)
    texts = _texts(request, parsed)

    def at(problem: Problem) -> Document:
        found = taylor(problem, order=order, methods=names)
        if exact:
            point = points.expressions(next(texts), parsed.variables)
            found = with_exact_values(found, point)
        return view.document(found)

    return request.at_points(
        form, parsed, wrt, at, view.header(names, exact=exact), settings,
        request.reading_notes(parsed),
    )  # fmt: skip


def second(
    request: Request,
    form: str,
    wrt: str,
    wanted: Sequence[str],
    settings: Settings,
    *,
    exact: bool,
) -> Answer:
    """Return the second derivatives at every point."""
    from diffcli.api.hessians import hessian, ways, with_exact_values
    from diffcli.output.views import hessian as view

    if exact and request.points_file:
        raise UsageError("--exact takes its points from --at")
    parsed, names = request.parsed(several=True), ways(wanted)
    texts = _texts(request, parsed)

    def at(problem: Problem) -> Document:
        found = hessian(problem, methods=names)
        if exact:
            point = points.expressions(next(texts), parsed.variables)
            found = with_exact_values(found, point)
        return view.document(found)

    return request.at_points(
        form, parsed, wrt, at, view.header(names, exact=exact), settings,
        request.reading_notes(parsed),
    )  # fmt: skip
