"""Value and derivatives of a formula as code in another language."""

from collections.abc import Iterable

from diffcli import plugins, targets
from diffcli.analysis import export as _analysis
from diffcli.analysis.export import Operations
from diffcli.analysis.export import Request as _Wanted
from diffcli.errors import UsageError
from diffcli.inputs import arguments
from diffcli.inputs.arguments import Formula, Point

__all__ = ["Operations", "code", "export", "operations"]


def operations(
    formula: Formula, *, wrt: str | Iterable[str] = (), order: int = 1
) -> Operations:
    """Return a formula and its derivatives as formulas that share their parts.

    >>> found = operations("x**2*y")
    >>> [len(row) for row in found.partials]
    [2]

    Raises ParseError, and UsageError for a variable that the formula has not.
    """
    arguments.whole(order, "order", 0, 2)
    parsed = arguments.formula(formula, several=True)
    names = arguments.names(wrt, parsed.variables)
    return _analysis.operations(parsed, names, order)


def export(
    formula: Formula,
    language: str,
    *,
    check: Point | None = None,
    wrt: str | Iterable[str] = (),
    order: int = 1,
    name: str = "f",
    table: str = "points",
    dialect: str = "",
) -> str:
    """Return value and gradient of a formula as the text of a file in a language.

    ``language`` is python, numpy, torch, c, javascript or sql; with the point ``check``
    the file tests itself there. ``order`` 0 leaves the derivatives out, 2 adds the
    second ones. For SQL ``table`` has the variables as columns and ``dialect`` is
    duckdb or sqlite.

    >>> print(export("x**2", "javascript").splitlines()[-2])
        return [Math.pow(x, 2), [2 * x]];

    Raises ParseError, PointError, DomainError, KinkError, and UsageError for what the
    language does not have.
    """
    found = operations(formula, wrt=wrt, order=order)
    lines = code(found, language, check=check, name=name, table=table, dialect=dialect)
    return "\n".join(lines) + "\n"


def code(
    found: Operations,
    language: str,
    *,
    check: Point | None = None,
    name: str = "f",
    table: str = "points",
    dialect: str = "",
) -> list[str]:
    """Return what ``operations`` found as the lines of a file in a language.

    Raises what ``export`` raises.
    """
    arguments.among(language, dict.fromkeys(plugins.names(targets), ""), "language")
    target = _analysis.load(language)
    if arguments.text(dialect, "dialect") and dialect not in target.DIALECTS:
        known = ", ".join(target.DIALECTS) or "no dialects"
        raise UsageError(
            f"{arguments.excerpt(dialect)} is none: {target.TITLE} has {known}",
            parameter="dialect",
        )
    if not arguments.text(name, "name").isidentifier() or name in target.RESERVED:
        raise UsageError(
            f"{arguments.excerpt(name)} cannot be a function's name in {target.TITLE}",
            parameter="name",
        )
    if not arguments.text(table, "table") or not table.isprintable():
        raise UsageError(
            f"{arguments.excerpt(table)} cannot be a table's name", parameter="table"
        )
    problems = []
    if check is not None:
        parts = found.parsed.parts()
        problems = [arguments.problem(part, check) for part in parts]
    wanted = _Wanted(language, name, table, dialect)
    return _analysis.export(found, wanted, problems)
