"""Level lines of a function of two variables, from its values on a grid.

Source: Lorensen & Cline, "Marching cubes", Computer Graphics 21, 1987, in the plane.
"""

from collections.abc import Iterator, Sequence

Point = tuple[float, float]
Grid = Sequence[Sequence[float | None]]


def level_line(
    values: Grid, x: Sequence[float], y: Sequence[float], level: float
) -> Iterator[tuple[Point, Point]]:
    """Yield short straight pieces of the line on which a function has one value.

    ``values`` has a row for each y. Where four lines meet in a cell, the value in its
    middle decides which belong together.
    """
    sides = [[None if v is None else v < level for v in row] for row in values]
    for row in range(len(y) - 1):
        below, above = values[row], values[row + 1]
        under, over = sides[row], sides[row + 1]
        for column in range(len(x) - 1):
            side = under[column]
            if side == under[column + 1] == over[column + 1] == over[column]:
                continue  # as nearly everywhere
            corners = (
                below[column], below[column + 1], above[column + 1], above[column],
            )  # fmt: skip
            known = [value for value in corners if value is not None]
            if len(known) < 4:
                continue
            left, right = x[column], x[column + 1]
            low, high = y[row], y[row + 1]
            places = ((left, low), (right, low), (right, high), (left, high))
            yield from _pieces(known, places, level)


def _pieces(
    corners: Sequence[float], places: Sequence[Point], level: float
) -> Iterator[tuple[Point, Point]]:
    """Yield the pieces in one cell; the corners go round it."""
    cuts = [
        _cut(places[n], places[m], (level - corners[n]) / (corners[m] - corners[n]))
        for n, m in ((0, 1), (1, 2), (2, 3), (3, 0))
        if (corners[n] < level) != (corners[m] < level)
    ]
    middle = sum(corners) / 4
    if len(cuts) == 4 and (middle < level) != (corners[0] < level):
        cuts = [cuts[3], *cuts[:3]]  # the first and the third corner stand alone
    for n in range(0, len(cuts) - 1, 2):
        yield cuts[n], cuts[n + 1]


def _cut(start: Point, end: Point, share: float) -> Point:
    return (
        start[0] + share * (end[0] - start[0]),
        start[1] + share * (end[1] - start[1]),
    )
