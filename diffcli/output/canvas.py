"""Curves and bars drawn with characters: braille dots, or letters for plain ASCII."""

import math
from collections.abc import Iterator, Sequence

from diffcli.output.document import Line, Run, Screen
from diffcli.records import Record

Point = tuple[float, float]


_MOST_TICKS = 1000  # of them no range has more that is wider than its doubles
_FEWEST_TICKS = 2  # of an axis that is long enough
_FAR = 1e6  # heights of the picture at which it does not matter how far


class Axis(Record):
    """What an edge of the picture stands for."""

    low: float
    high: float
    #: True: equal factors are equally far apart.
    log: bool = False

    def share(self, value: float) -> float:
        """Return where a value lies: 0 at the low end, 1 at the high end.

        What no logarithm shows lies far below.
        """
        if self.log:
            low, high = math.log10(self.low), math.log10(self.high)
            return (math.log10(value) - low) / (high - low) if value > 0 else -9.0
        # In halves: the difference of two doubles may overflow.
        share = (value / 2 - self.low / 2) / (self.high / 2 - self.low / 2 or 1.0)
        return min(max(share, -_FAR), _FAR)

    def ticks(self, most: int) -> list[tuple[float, str]]:
        """Return at most so many round values with their labels."""
        return self._decades(most) if self.log else self._steps(most)

    def _decades(self, most: int) -> list[tuple[float, str]]:
        first = math.ceil(math.log10(self.low) - 1e-9)
        last = math.floor(math.log10(self.high) + 1e-9)
        stride = next(
            s for s in (1, 2, 3, 4, 5, 6, 10, 20, 50, 100, 300, 700)
            if (last - first) // s < most
        )  # fmt: skip
        powers = (p for p in range(first, last + 1) if p % stride == 0)
        return [(10.0**p, f"1e{p:+03d}" if p else "1") for p in powers]

    def _steps(self, most: int) -> list[tuple[float, str]]:
        half = self.high / 2 - self.low / 2
        size = 10.0 ** math.floor(math.log10(half / most) if half else -320.0)
        ticks: list[tuple[float, str]] = []
        for factor in (1, 2, 2.5, 5, 10, 20, 25, 50):
            before, ticks = ticks, self._multiples(size * factor or 5e-324)
            if len(ticks) <= most:
                break
        return ticks if len(ticks) > 1 else before or ticks

    def _multiples(self, step: float) -> list[tuple[float, str]]:
        """Return the multiples of a step, each once, with the digits that tell them."""
        first = math.ceil(self.low / step - 1e-9)
        last = math.floor(self.high / step + 1e-9)
        if last - first > _MOST_TICKS:
            return [(self.low, f"{self.low:.17g}"), (self.high, f"{self.high:.17g}")]
        largest = max(abs(self.low), abs(self.high)) / step
        digits = min(17, max(6, math.ceil(math.log10(largest + 1)) + 1))
        values = (n * step for n in range(first, last + 1))
        inside = (min(max(value, self.low), self.high) for value in values)
        return [(value, f"{value:.{digits}g}") for value in inside]


class Curve(Record):
    """A line through points, broken between its runs."""

    runs: Sequence[Sequence[Point]]
    #: Stands at its right end.
    label: str
    #: The style of its dots: "first", "second", ...
    style: str
    #: The letter that draws it in ASCII.
    letter: str
    #: Draw so many dots, then leave out as many; 0: none is left out.
    dash: int = 0


LETTERS = "*o+x#%"
"""What draws the first six curves in ASCII."""


class Mark(Record):
    """A sign at one place: a kink, an open end."""

    x: float
    y: float
    sign: str
    style: str = "title"


class Chart(Record):
    """What is drawn between two axes."""

    x: Axis
    y: Axis
    curves: Sequence[Curve]
    marks: Sequence[Mark] = ()
    #: Places of vertical lines, such as poles.
    walls: Sequence[float] = ()
    #: Signs and their styles behind all this: rows from below, spread over it all.
    ground: Sequence[Sequence[tuple[str, str]]] = ()


# The bits of a braille character, from the left column's top to the right's bottom.
_DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
_BRAILLE = 0x2800


class _Grid:
    """Character cells, each with dots of one style or a sign."""

    def __init__(self, width: int, height: int, ascii: bool) -> None:
        self.width, self.height, self.ascii = width, height, ascii
        self.across, self.down = (1, 1) if ascii else (2, 4)
        self.signs: dict[tuple[int, int], str] = {}
        self.bits: dict[tuple[int, int], int] = {}
        self.styles: dict[tuple[int, int], str] = {}
        #: What is seen where nothing was drawn.
        self.ground: dict[tuple[int, int], tuple[str, str]] = {}
        #: Where only a curve without a label was drawn, over which others' may stand.
        self.faint: set[tuple[int, int]] = set()
        #: The one labelled curve that passes a cell, dashes' gaps too; None: several.
        self.owners: dict[tuple[int, int], Curve | None] = {}

    def lay(self, ground: Sequence[Sequence[tuple[str, str]]]) -> None:
        """Put a ground behind everything, the nearest of its signs in each cell."""
        for y in range(self.height):
            row = ground[_dot(1 - y / max(self.height - 1, 1), len(ground))]
            for x in range(self.width):
                self.ground[x, y] = row[_dot(x / max(self.width - 1, 1), len(row))]

    def dot(self, x: int, y: int, curve: Curve) -> None:
        """Set the dot in column x from the left and row y from the top."""
        cell = (x // self.across, y // self.down)
        self.styles[cell] = curve.style
        if curve.label:
            self.faint.discard(cell)
        elif cell not in self.bits and cell not in self.signs:
            self.faint.add(cell)
        if self.ascii:
            self.signs[cell] = curve.letter
        else:
            bit = _DOTS[y % self.down][x % self.across]
            self.bits[cell] = self.bits.get(cell, 0) | bit

    def sign(self, x: int, y: int, sign: str, style: str) -> None:
        """Put a sign over what is in a cell."""
        self.faint.discard((x, y))
        self.signs[x, y] = sign
        self.styles[x, y] = style

    def own(self, x: int, y: int, curve: Curve) -> None:
        """Note that a labelled curve passes a dot, be it drawn or left out."""
        cell = (x // self.across, y // self.down)
        mine = self.owners.setdefault(cell, curve) is curve
        self.owners[cell] = curve if mine else None

    def write(self, x: int, y: int, curve: Curve) -> bool:
        """Write a curve's label into cells, if none of them is taken."""
        cells = [(x + place, y) for place in range(-1, len(curve.label) + 1)]
        inside = x >= 0 and cells[-1][0] <= self.width
        taken = (self.signs.keys() | self.bits.keys()) - self.faint
        taken |= self.owners.keys()
        if not inside or not taken.isdisjoint(cells):
            return False
        for cell, letter in zip(cells[1:], curve.label, strict=False):
            self.sign(*cell, letter, curve.style)
        return True

    def alone(self, x: int, y: int, curve: Curve) -> bool:
        """Return whether a label there has nothing but its own curve around it."""
        around = [
            (x + place, row)
            for row in (y - 1, y, y + 1)
            for place in range(-1, len(curve.label) + 1)
        ]
        owners = self.owners
        if any(owners.get(cell, curve) is not curve for cell in around):
            return False
        return all(
            cell in self.faint or cell in owners
            for cell in around
            if cell in self.signs
        )

    def row(self, y: int) -> Iterator[Run]:
        """Yield the cells of one row, those of one style together."""
        text, style = "", ""
        for x in range(self.width):
            cell = (x, y)
            below, of_ground = self.ground.get(cell, (" ", ""))
            sign = self.signs.get(cell) or (
                chr(_BRAILLE + self.bits[cell]) if cell in self.bits else below
            )
            here = self.styles.get(cell, style if sign == " " else of_ground)
            if here != style and text:
                yield Run(text, style)
                text = ""
            style = here
            text += sign
        yield Run(text, style)


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
    grid = _Grid(columns, height, ascii)
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


def _column(axis: Axis, value: float, grid: _Grid) -> int:
    """Return the column of the cell whose dots stand for a value."""
    return _dot(axis.share(value), grid.width * grid.across) // grid.across


def _row(axis: Axis, value: float, grid: _Grid) -> int:
    return _dot(1 - axis.share(value), grid.height * grid.down) // grid.down


def _dot(share: float, dots: int) -> int:
    """Return the number of a dot; one beyond the edge stays beyond it."""
    return round(min(max(share, -9.0), 9.0) * (dots - 1))


def _curve(grid: _Grid, picture: Chart, curve: Curve) -> None:
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


def _wall(grid: _Grid, picture: Chart, wall: float) -> None:
    x = _column(picture.x, wall, grid)
    for y in range(grid.height):
        grid.sign(x, y, ":" if grid.ascii else "┊", "ground")


def _mark(grid: _Grid, picture: Chart, mark: Mark) -> None:
    x = _column(picture.x, mark.x, grid)
    y = _row(picture.y, mark.y, grid)
    if 0 <= x < grid.width and 0 <= y < grid.height:
        grid.sign(x, y, mark.sign, mark.style)


def _ends(picture: Chart, grid: _Grid) -> dict[int, Curve]:
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
    ends: dict[int, Curve] = {}
    left: list[tuple[int, Curve]] = []
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


def _end(picture: Chart, grid: _Grid, curve: Curve) -> tuple[int, int] | None:
    """Return the cell of the last point of a curve that is seen."""
    seen = (
        (_column(picture.x, x, grid), _row(picture.y, y, grid))
        for run in reversed(curve.runs)
        for x, y in reversed(run)
        if 0 <= picture.y.share(y) <= 1
    )
    return next(((x, y) for x, y in seen if 0 <= x < grid.width), None)


def _beside(grid: _Grid, curve: Curve) -> bool:
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


def _below(axis: Axis, left: int, grid: _Grid) -> list[Line]:
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
    axis: Axis, left: int, grid: _Grid, most: int
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
