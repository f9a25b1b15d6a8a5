"""Data: rows of examples whose columns are variables, and weights for the rest."""

import random
from collections.abc import Iterable, Mapping, Sequence

from diffcli.engine.columns import BLOCK
from diffcli.errors import DiffcliError, PointError, UsageError
from diffcli.inputs import points
from diffcli.inputs.blocks import Block
from diffcli.inputs.files import read, table
from diffcli.inputs.rows import Chunk, Row
from diffcli.records import Record
from diffcli.tables import PLAIN, Dialect

_INIT = "--init uniform or --init uniform:SEED"


class Data(Record):
    """Examples as columns, without the rows that were left out."""

    #: The file's name.
    name: str
    #: "mean" or "sum": what is made of the examples' losses.
    reduce: str
    #: The values of each variable that has a column.
    columns: Mapping[str, Sequence[float]]
    #: Where each row stands: xor.csv:2
    places: Sequence[str]
    #: How many rows the file has.
    total: int
    #: Why the first row was left out; None: none was.
    error: DiffcliError | None = None

    def __str__(self) -> str:
        """Return what the loss is: mean over 998 of 1000 rows."""
        used = f"{self.used} of {self.total}" if self.used < self.total else self.total
        return f"{self.reduce} over {used} row{'' if self.total == 1 else 's'}"

    @property
    def used(self) -> int:
        """How many rows are used."""
        return len(self.places)

    @property
    def divisor(self) -> int:
        """What the sum of the losses is divided by."""
        return self.used if self.reduce == "mean" else 1

    def example(self, place: int) -> dict[str, float]:
        """Return the values of one row."""
        return {name: column[place] for name, column in self.columns.items()}

    def without(self, bad: Mapping[int, DiffcliError]) -> "Data":
        """Return the data without some rows.

        Raises their error if no row is left.
        """
        if not bad:
            return self
        first = self.error or next(iter(bad.values()))
        kept = [place for place in range(self.used) if place not in bad]
        if not kept:
            raise first
        columns = {n: [c[place] for place in kept] for n, c in self.columns.items()}
        places = [self.places[place] for place in kept]
        return self._replace(columns=columns, places=places, error=first)


def names(lines: Sequence[str], name: str, dialect: Dialect = PLAIN) -> tuple[str, ...]:
    """Return the names of a table's columns."""
    return table(iter(lines), name, (), fixed=True, dialect=dialect).columns


def data(
    lines: Sequence[str],
    name: str,
    variables: Iterable[str],
    reduce: str = "mean",
    *,
    keep_going: bool = False,
    dialect: Dialect = PLAIN,
) -> Data:
    """Return the examples of a table for those of the variables that have a column.

    ``keep_going`` leaves out rows that cannot be read. Raises what is wrong with the
    first of them otherwise, and PointError where there are no examples.
    """
    header = names(lines, name, dialect)
    used = [variable for variable in variables if variable in header]
    if not used:
        raise PointError(
            f"{name}: no column is a variable of the formula",
            hint=f"its columns: {', '.join(header[:9])}" if header else "",
        )
    rows = table(iter(lines), name, used, dialect=dialect)
    pieces = rows.rows if rows.chunks is None else rows.chunks(BLOCK)
    return collected(pieces, name, used, reduce, keep_going=keep_going)


def collected(
    pieces: Iterable[Chunk | Row],
    name: str,
    variables: Sequence[str],
    reduce: str = "mean",
    *,
    keep_going: bool = False,
) -> Data:
    """Return the values of these variables in all rows, as columns.

    Raises as ``data`` does.
    """
    columns: dict[str, list[float]] = {variable: [] for variable in variables}
    places: list[str] = []
    first: DiffcliError | None = None
    total = 0
    for piece in pieces:
        for part in (piece,) if isinstance(piece, Row) else read(piece):
            if isinstance(part, Block):
                size = len(part.texts)
                places += [f"{name}:{part.number + place}" for place in range(size)]
                for variable, column in columns.items():
                    column.extend(part.points[variable])
                total += size
                continue
            total += 1
            if part.error is not None:
                if not keep_going:
                    raise part.error
                first = first or part.error
                continue
            places.append(part.where)
            for variable, column in columns.items():
                column.append(part.point[variable])
    if not places:
        raise first or PointError(f"{name}: there are no rows")
    return Data(name, reduce, columns, places, total, first)


def joined(parts: Sequence[Data], name: str) -> Data:
    """Return the examples of several tables with the same columns as those of one.

    Sums over them are exact before they are rounded: how the rows were shared out
    between the tables changes no bit of a loss or gradient.
    """
    first = parts[0]
    return first._replace(
        name=name,
        columns={
            n: [x for part in parts for x in part.columns[n]] for n in first.columns
        },
        places=[place for part in parts for place in part.places],
        total=sum(part.total for part in parts),
        error=next((part.error for part in parts if part.error), None),
    )


def weights(
    at: str, init: str, variables: Sequence[str], columns: Iterable[str], name: str
) -> dict[str, float]:
    """Return the value of every variable that is no column, in the variables' order.

    ``at`` gives values as --at does, ``init`` to those that are left: see ``drawn``.
    Raises UsageError for a name that is both column and weight, or neither.
    """
    wanted = tuple(variable for variable in variables if variable not in {*columns})
    if not wanted:
        raise UsageError(
            f"every variable is a column of {name}: no weight is left to move"
        )
    given = points.names(at)
    for variable in given:
        if variable not in wanted and variable in variables:
            raise UsageError(
                f"'{variable}' is a column of {name}, and --at gives it a value"
            )
    if not init and at:
        missing = [weight for weight in wanted if given and weight not in given]
        if missing:
            raise _no_weight(missing[0], name)
        return points.point(at, wanted)
    if not init:
        raise _no_weight(wanted[0], name)
    known = points.point(at, given or wanted) if at else {}
    for variable in known:
        if variable not in wanted:
            raise PointError(f"--at names '{variable}', which is not in the formula")
    if len(known) == len(wanted):
        raise UsageError("--init has nothing to draw: --at gives every weight")
    values = drawn(init, [weight for weight in wanted if weight not in known]) | known
    return {weight: values[weight] for weight in wanted}


def _no_weight(weight: str, name: str) -> UsageError:
    return UsageError(
        f"'{weight}' is neither a column of {name} nor a weight with a value",
        hint=f"--at {weight}=1, or {_INIT} for all that are no columns",
    )


def drawn(init: str, wanted: Iterable[str]) -> dict[str, float]:
    """Return a number of [-1, 1] for each weight, in their order.

    >>> drawn("uniform:3", ["w", "b"])
    {'w': -0.5240707458162173, 'b': 0.08845845059190371}

    Raises UsageError for what is not ``uniform`` or ``uniform:SEED``.
    """
    kind, colon, seed = init.partition(":")
    if kind != "uniform" or (colon and not seed.isdecimal()):
        raise UsageError(f"Invalid value for '--init': '{init}'.", hint=_INIT)
    dice = random.Random(int(seed or 0))
    return {name: 2 * dice.random() - 1 for name in wanted}
