"""Charts drawn with characters: curves, their labels, the axes; and bars."""

from collections.abc import Iterator

from diffcli.output.charts import Axis, Chart, ChartMark, Point, Polyline
from diffcli.output.document import Line, Run, Screen
from diffcli.output.grid import Grid, dot_at

_FEWEST_TICKS = 2  # of an axis that is long enough


def height(asked: int | None, screen: Screen, around: int) -> int:
    """Return the lines for a picture: as asked for, or what ``around`` others leave.

    A large screen keeps some room for what was there before.
    """
    return asked or min(max(16, screen.height - 10), max(6, screen.height - around))


def draw(picture: Chart, width: int, height: int, *, ascii: bool = False) -> list[Line]:
    """Return the picture as lines: ``height`` of them for curves, two for the x axis.

    Labels of ticks stand on the left and below, labels of curves at their right ends.
    """
    y_ticks = picture.y.ticks(max(2, height // 3))
    left = max(len(label) for _, label in y_ticks) if y_ticks else 0
    right = max((len(curve.label) for curve in picture.curves), default=0)
    columns = max(8, width - left - 2 - (right + 1 if right else 0))
    grid = Grid(columns, height, ascii)
    if picture.ground:
        grid.lay(picture.ground)
    for wall in picture.walls:
        _wall(grid, picture, wall)
    for curve in reversed(picture.curves):
        _curve(grid, picture, curve)
    for mark in picture.marks:
        _mark(grid, picture, mark)
    at_row = {_row(picture.y, value, grid): label for value, label in y_ticks}
    ends = _ends(picture, grid)
    lines: list[Line] = []
    for y in range(height):
        label = at_row.get(y, "")
        edge = ("+" if label else "|") if ascii else ("┤" if label else "│")
        end = Run(f" {ends[y].label}", ends[y].style) if y in ends else Run("")
        lines.append((Run(f"{label:>{left}} {edge}"), *grid.row(y), end))
    return [*lines, *_below(picture.x, left, grid)]


def _column(axis: Axis, value: float, grid: Grid) -> int:
    """Return the column of the cell whose dots stand for a value."""
    return dot_at(axis.share(value), grid.width * grid.across) // grid.across


def _row(axis: Axis, value: float, grid: Grid) -> int:
    return dot_at(1 - axis.share(value), grid.height * grid.down) // grid.down


def _curve(grid: Grid, picture: Chart, curve: Polyline) -> None:
    columns, rows = grid.width * grid.across, grid.height * grid.down
    drawn = 0
    last = (-1, -1)
    for run in curve.runs:
        before: Point | None = None
        for point in run:
            here = (
                picture.x.share(point[0]) * (columns - 1),
                (1 - picture.y.share(point[1])) * (rows - 1),
            )
            for dot in _between(before or here, here, columns, rows):
                drawn += dot != last
                last = dot
                if curve.label:
                    grid.own(*dot, curve)
                if not curve.dash or drawn // curve.dash % 2 == 0:
                    grid.dot(*dot, curve)
            before = here


def _between(
    start: Point, end: Point, columns: int, rows: int
) -> Iterator[tuple[int, int]]:
    """Yield the dots of a straight line, without its start and what is outside."""
    clipped = _clipped(start, end, columns, rows)
    if clipped is None:
        return
    (x, y), (to_x, to_y) = clipped
    count = max(abs(round(to_x) - round(x)), abs(round(to_y) - round(y)))
    first = 0 if start == end or clipped[0] != start or not count else 1
    for place in range(first, count + 1):
        share = place / count if count else 0.0
        yield round(x + share * (to_x - x)), round(y + share * (to_y - y))


def _clipped(
    start: Point, end: Point, columns: int, rows: int
) -> tuple[Point, Point] | None:
    """Return the part of a line inside the picture; None: there is none.

    Source: Liang & Barsky, ACM Transactions on Graphics 3, 1984.
    """
    enters, leaves = 0.0, 1.0
    for a, b, most in ((start[0], end[0], columns), (start[1], end[1], rows)):
        low, high = -0.499, most - 0.501
        if a == b:
            if not low <= a <= high:
                return None
            continue
        first, second = sorted(((low - a) / (b - a), (high - a) / (b - a)))
        enters, leaves = max(enters, first), min(leaves, second)
    if enters > leaves:
        return None
    dx, dy = end[0] - start[0], end[1] - start[1]
    return (
        (start[0] + enters * dx, start[1] + enters * dy) if enters else start,
        (start[0] + leaves * dx, start[1] + leaves * dy) if leaves < 1 else end,
    )


def _wall(grid: Grid, picture: Chart, wall: float) -> None:
    x = _column(picture.x, wall, grid)
    for y in range(grid.height):
        grid.sign(x, y, ":" if grid.ascii else "┊", "ground")


def _mark(grid: Grid, picture: Chart, mark: ChartMark) -> None:
    x = _column(picture.x, mark.x, grid)
    y = _row(picture.y, mark.y, grid)
    if 0 <= x < grid.width and 0 <= y < grid.height:
        grid.sign(x, y, mark.sign, mark.style)


def _ends(picture: Chart, grid: Grid) -> dict[int, Polyline]:
    """Return the curves by the row of the margin in which their labels stand.

    A curve that leaves the picture before its right end is labelled where it does.
    Where several end in one row, each is labelled where it runs alone; in the margin,
    one in a row, stand those that never do.
    """
    homes = {
        place: end
        for place, curve in enumerate(picture.curves)
        if curve.label and (end := _end(picture, grid, curve)) is not None
    }
    rows = [row for column, row in homes.values() if column >= grid.width - 2]
    ends: dict[int, Polyline] = {}
    left: list[tuple[int, Polyline]] = []
    for place, (column, row) in homes.items():
        curve = picture.curves[place]
        if column >= grid.width - 2:
            if rows.count(row) == 1:
                ends[row] = curve
                continue
        elif any(
            grid.write(start, row, curve)
            for start in (column + 2, column - 1 - len(curve.label))
        ):
            continue
        if not _beside(grid, curve):
            left.append((row, curve))
    for home, curve in left:
        free = [row for row in range(grid.height) if row not in ends]
        if free:
            ends[min(free, key=lambda row: abs(row - home))] = curve
    return ends


def _end(picture: Chart, grid: Grid, curve: Polyline) -> tuple[int, int] | None:
    """Return the cell of the last point of a curve that is seen."""
    seen = (
        (_column(picture.x, x, grid), _row(picture.y, y, grid))
        for run in reversed(curve.runs)
        for x, y in reversed(run)
        if 0 <= picture.y.share(y) <= 1
    )
    return next(((x, y) for x, y in seen if 0 <= x < grid.width), None)


def _beside(grid: Grid, curve: Polyline) -> bool:
    """Write a label over, under or next to its curve, as far right as it is alone."""
    size = len(curve.label)
    own = sorted(
        (cell for cell in grid.owners if grid.owners[cell] is curve), reverse=True
    )
    return any(
        0 <= row < grid.height
        and grid.alone(column, row, curve)
        and grid.write(column, row, curve)
        for x, y in own
        for column, row in (
            (x + 2, y),
            (x - size // 2, y - 1),
            (x - size // 2, y + 1),
            (x - 1 - size, y),
        )
    )


def _below(axis: Axis, left: int, grid: Grid) -> list[Line]:
    """Return the x axis and its labels: as many ticks as have room for their labels."""
    corner, flat, tick = "+-+" if grid.ascii else "└─┴"
    edge = [flat] * grid.width
    labels = [" "] * (left + 2 + grid.width)
    most = max(_FEWEST_TICKS, grid.width // 10)
    tries = (
        _apart(axis, left, grid, count) for count in range(most, _FEWEST_TICKS - 1, -1)
    )
    for x, start, label in next((t for t in tries if t), None) or []:
        edge[x] = tick
        labels[start : start + len(label)] = label
    return [
        (Run(" " * (left + 1) + corner + "".join(edge)),),
        (Run("".join(labels).rstrip()),),
    ]


def _apart(
    axis: Axis, left: int, grid: Grid, most: int
) -> list[tuple[int, int, str]] | None:
    """Return ticks: column, where the label starts, label. None: two labels touch.

    Of the fewest ticks that there can be, those stay that have room.
    """
    width = left + 2 + grid.width
    found: list[tuple[int, int, str]] = []
    free = 0
    for value, label in axis.ticks(most):
        x = _column(axis, value, grid)
        start = min(max(left + 2 + x - len(label) // 2, 0), width - len(label))
        if start < free:
            return found if most == _FEWEST_TICKS else None
        found.append((x, start, label))
        free = start + len(label) + 1
    return found


def bar(share: float, width: int, *, ascii: bool = False) -> str:
    """Return a bar that fills a share of a width, in halves of a cell.

    >>> bar(0.5, 6), bar(0.25, 6), bar(0.25, 6, ascii=True)
    ('███', '█▌', '##')
    """
    halves = round(min(max(share, 0.0), 1.0) * width * 2)
    if ascii:
        return "#" * ((halves + 1) // 2)
    return "█" * (halves // 2) + "▌" * (halves % 2)
