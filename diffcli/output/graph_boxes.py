"""A graph as boxes with lines between them, from left to right."""

from collections.abc import Mapping, Sequence

from diffcli.output.document import Line, Run
from diffcli.records import Record

_SWEEPS = 6  # times that the order in the columns is improved
_AIR = 4  # cells between columns beyond those that are needed
_UP, _RIGHT, _DOWN, _LEFT = 1, 2, 4, 8
_SIGNS = dict(
    zip(
        (5, 10, 6, 12, 3, 9, 7, 13, 14, 11, 15, 1, 2, 4, 8),
        "│─┌┐└┘├┤┬┴┼│──│",
        strict=True,
    )
)


class Box(Record):
    """One box."""

    #: What stands in it; the first line decides nothing, the widest all.
    lines: tuple[Line, ...]
    #: The places of the boxes from which lines lead to this one.
    args: tuple[int, ...]
    #: What is written on each of these lines.
    edges: tuple[Run, ...]
    #: Cells inside the box; so a box keeps its size when numbers appear in it.
    width: int
    #: Cells for what is written on the lines that lead here.
    label: int = 0
    #: Drawn so that one sees it first.
    here: bool = False


class _Item(Record):
    """What stands in a column: a box, or a line that passes by (box: -1)."""

    box: int
    height: int
    #: Where the lines come from: places in the column before.
    sources: tuple[int, ...]


class _Canvas:
    """Cells with signs, and lines that join where they meet."""

    def __init__(self, width: int, height: int, ascii: bool) -> None:
        self.width, self.height, self.ascii = width, height, ascii
        self.cells: dict[tuple[int, int], Run] = {}
        self.ways: dict[tuple[int, int], int] = {}

    def write(self, x: int, y: int, line: Line) -> None:
        """Write a line of text."""
        for run in line:
            for sign in run.text:
                self.cells[x, y] = Run(sign, run.style)
                x += 1

    def across(self, x: int, to: int, y: int) -> None:
        """Draw a line from left to right."""
        for here in range(x, to):
            self._add(here, y, _RIGHT)
            self._add(here + 1, y, _LEFT)

    def down(self, x: int, y: int, to: int) -> None:
        """Draw a line between two rows."""
        for here in range(min(y, to), max(y, to)):
            self._add(x, here, _DOWN)
            self._add(x, here + 1, _UP)

    def _add(self, x: int, y: int, bit: int) -> None:
        self.ways[x, y] = self.ways.get((x, y), 0) | bit

    def rows(self) -> list[Line]:
        """Return the rows."""
        return [
            tuple(self._cell(x, y) for x in range(self.width))
            for y in range(self.height)
        ]

    def _cell(self, x: int, y: int) -> Run:
        if (x, y) in self.cells:
            return self.cells[x, y]
        sign = _SIGNS[self.ways[x, y]] if (x, y) in self.ways else " "
        return Run(
            {"─": "-", "│": "|", " ": " "}.get(sign, "+") if self.ascii else sign
        )


def draw(
    boxes: Sequence[Box], width: int, height: int, *, ascii: bool = False
) -> list[Line] | None:
    """Return the boxes as lines; None: they need more room than that.

    ``boxes`` has arguments before users. A column holds all that is equally far from
    the leaves; a line that skips a column passes through it on a row of its own.
    """
    columns = _ordered(_columns(boxes))
    tops = [_tops(column, height) for column in columns]
    if any(top is None for top in tops):
        return None
    widths = [
        max((boxes[item.box].width + 2 for item in column if item.box >= 0), default=0)
        for column in columns
    ]
    gaps = [_gap(boxes, column) for column in columns[1:]]
    spare = width - sum(widths) - sum(gaps)
    if spare < 0:
        return None
    gaps = [gap + min(_AIR, spare // len(gaps)) for gap in gaps]
    canvas = _Canvas(width, height, ascii)
    x = 0
    for place, column in enumerate(columns):
        for item, top in zip(column, tops[place] or (), strict=True):
            if item.box >= 0:
                _box(canvas, boxes[item.box], x, top, widths[place])
            else:
                canvas.across(x - 1, x + widths[place], top)
        if place:
            before = (columns[place - 1], tops[place - 1] or [])
            here = (column, tops[place] or [])
            _ways(canvas, boxes, before, here, x - gaps[place - 1], x)
        x += widths[place] + (gaps[place] if place < len(gaps) else 0)
    return canvas.rows()


def _columns(boxes: Sequence[Box]) -> list[list[_Item]]:
    levels: list[int] = []
    users: list[list[int]] = [[] for _ in boxes]
    for place, box in enumerate(boxes):
        levels.append(1 + max((levels[a] for a in box.args), default=-1))
        for argument in box.args:
            users[argument].append(place)
    for place, box in enumerate(boxes):
        if not box.args and users[place]:  # a leaf stands beside its first user
            levels[place] = min(levels[user] for user in users[place]) - 1
    columns: list[list[_Item]] = [[] for _ in range(1 + max(levels, default=0))]
    #: By box and column: where in the column it, or the line from it, stands.
    at: dict[tuple[int, int], int] = {}

    def stand(box: int, level: int) -> int:
        """Return the place in a column of a box or of the line from it."""
        if (box, level) not in at:
            source = stand(box, level - 1)
            at[box, level] = len(columns[level])
            columns[level].append(_Item(-1, 1, (source,)))
        return at[box, level]

    for place in sorted(range(len(boxes)), key=lambda box: (levels[box], box)):
        box, level = boxes[place], levels[place]
        sources = tuple(stand(argument, level - 1) for argument in box.args)
        at[place, level] = len(columns[level])
        columns[level].append(_Item(place, len(box.lines) + 2, sources))
    return columns


def _ordered(columns: list[list[_Item]]) -> list[list[_Item]]:
    """Return the columns with fewer crossings: each item near what leads to it.

    Source: Sugiyama, Tagawa & Toda, IEEE Transactions on Systems 11, 1981.
    """
    for sweep in range(_SWEEPS):
        forward = sweep % 2 == 0
        places = range(1, len(columns)) if forward else range(len(columns) - 2, -1, -1)
        for place in places:
            keys = _keys(columns, place, forward=forward)
            order = sorted(range(len(columns[place])), key=keys.__getitem__)
            new = {old: now for now, old in enumerate(order)}
            columns[place] = [columns[place][old] for old in order]
            if place + 1 < len(columns):
                columns[place + 1] = [
                    item._replace(sources=tuple(new[s] for s in item.sources))
                    for item in columns[place + 1]
                ]
    return columns


def _keys(
    columns: list[list[_Item]], place: int, *, forward: bool
) -> list[tuple[float, int]]:
    """Return for each item the mean place of its neighbours on one side."""
    near: list[list[int]] = [[] for _ in columns[place]]
    if forward:
        near = [list(item.sources) for item in columns[place]]
    else:
        for user, item in enumerate(columns[place + 1]):
            for source in item.sources:
                near[source].append(user)
    return [
        (sum(others) / len(others) if others else float(n), n)
        for n, others in enumerate(near)
    ]


def _tops(column: Sequence[_Item], height: int) -> list[int] | None:
    """Return the rows at which items begin, in the middle; None: no room."""
    heights = [item.height for item in column]
    free = height - sum(heights)
    if free < 0:
        return None
    gap = min(1, free // max(1, len(heights)))
    row = (free - gap * (len(heights) - 1)) // 2
    tops = []
    for size in heights:
        tops.append(row)
        row += size + gap
    return tops


def _gap(boxes: Sequence[Box], column: Sequence[_Item]) -> int:
    """Return the cells before a column: a channel for each source, and labels."""
    channels = len({source for item in column for source in item.sources})
    label = max((boxes[item.box].label for item in column if item.box >= 0), default=0)
    return channels + label + 1


def _box(canvas: _Canvas, box: Box, x: int, y: int, width: int) -> None:
    signs = "###" if box.here else "-|+"
    corners = signs[2] * 4
    if not canvas.ascii:
        signs = "═║" if box.here else "─│"
        corners = "╔╗╚╝" if box.here else "╭╮╰╯"
    flat, side = signs[0], signs[1]
    style = "title" if box.here else ""
    inner = width - 2
    canvas.write(x, y, (Run(corners[0] + flat * inner + corners[1], style),))
    for number, line in enumerate(box.lines, 1):
        used = sum(len(run.text) for run in line)
        fill = Run(" " * (inner - used))
        canvas.write(x, y + number, (Run(side, style), *line, fill, Run(side, style)))
    bottom = corners[2] + flat * inner + corners[3]
    canvas.write(x, y + len(box.lines) + 1, (Run(bottom, style),))


def _ways(
    canvas: _Canvas,
    boxes: Sequence[Box],
    before: tuple[Sequence[_Item], Sequence[int]],
    here: tuple[Sequence[_Item], Sequence[int]],
    left: int,
    right: int,
) -> None:
    """Draw the lines between two columns."""
    items, tops = before
    air = int(right - left > _gap(boxes, here[0]))
    starts: dict[int, int] = {}
    ways: list[tuple[int, int, Run | None]] = []
    for item, top in zip(*here, strict=True):
        for place, source in enumerate(item.sources):
            starts[source] = tops[source] + (items[source].height > 1)
            label = boxes[item.box].edges[place] if item.box >= 0 else None
            ways.append((source, top + (place + 1 if label is not None else 0), label))
    channels = _channels(starts, ways)
    for source, end, label in ways:
        x = left + air + channels.index(source)
        canvas.across(left - 1, x, starts[source])
        canvas.down(x, starts[source], end)
        canvas.across(x, right - 1, end)
        if label is not None:
            canvas.write(right - 1, end, (Run(">" if canvas.ascii else "▶"),))
            canvas.write(right - 1 - len(label.text), end, (label,))


def _channels(
    starts: Mapping[int, int], ways: Sequence[tuple[int, int, Run | None]]
) -> list[int]:
    """Return the sources from left to right, so that no two lines lie on each other.

    A line that ends on the row on which another one starts turns to its right.
    """
    ends = {s: {end for source, end, _ in ways if source == s} for s in starts}
    rest, order = sorted(starts), []
    while rest:
        free = (
            s
            for s in rest
            if not any(starts[other] in ends[s] for other in rest if other != s)
        )
        order.append(next(free, rest[0]))
        rest.remove(order[-1])
    return order
