"""A function of two variables over a rectangle, and the lines on which it breaks."""

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from itertools import pairwise

from diffcli.analysis.features import Feature, Slice, edges, features
from diffcli.analysis.map_spots import Spot, spots
from diffcli.analysis.spacing import spaced
from diffcli.engine.columns import BLOCK, gradients
from diffcli.engine.tape import Program, Undefined
from diffcli.language.expression import Call, Expression, Number
from diffcli.language.parser import Parsed
from diffcli.records import Record

_ACROSS, _DOWN = 161, 81  # samples of a map: more than a wide terminal has cells
_MOST_WORK = 3_000_000  # nodes of a formula, times samples, that take seconds
_FEWEST = 21  # samples in each direction, however long the formula
_ASKED = 9  # places of a line at which its kind is looked at
_NEARER = 12  # bisections of the way between two samples toward an edge
_ASKED_FEW = 3  # of a map with few samples, for which somebody waits
_HALVINGS = 30  # of the steps toward the steepest place
_UNBOUNDED = 4.0  # a gradient that grows so many times between samples has no end
_SAME = 1e-9  # share by which gradients differ that are equally steep

#: Functions that are 0 where their first argument is, and nowhere else.
_ZERO_WITH_THEIR_FIRST = ("negate", "divide", "abs", "sqrt", "cbrt")

Range = tuple[float, float]
Place = tuple[float, float]


class MapSample(Record):
    """The function at one place of the map."""

    x: float
    y: float
    #: None: it is not defined there.
    value: float | None
    #: None: a partial does not exist there.
    gradient: tuple[float, float] | None

    @property
    def status(self) -> str:
        """What the place is: ok, kink (no derivative) or undefined (no value)."""
        if self.value is None:
            return "undefined"
        return "kink" if self.gradient is None else "ok"

    @property
    def slope(self) -> float:
        """The length of the gradient; -1 where there is none."""
        return -1.0 if self.gradient is None else math.hypot(*self.gradient)


class Break(Record):
    """The line on which a formula is 0, and what the function does there."""

    #: A kind of Feature.
    kind: str
    #: The formula's value at each sample of the map; None: it has none.
    edge: tuple[tuple[float | None, ...], ...]


class Broken(Record):
    """The lines and the single places at which a function breaks."""

    lines: Sequence[Break]
    spots: Sequence[Spot]


class Steepest(Record):
    """The place with the longest gradient."""

    sample: MapSample
    #: How many other samples of the map are as steep.
    others: int


class Field(Record):
    """A function along two of its variables, over a rectangle."""

    parsed: Parsed
    program: Program
    #: The variables on the x axis and on the y axis.
    names: tuple[str, str]
    #: The values of the other variables.
    others: Mapping[str, float]
    x: Range
    y: Range

    def samples(self, across: int, down: int) -> list[list[MapSample]]:
        """Return rows of samples, from the least y to the greatest.

        A tape looks closer where a block of columns found no ordinary number.
        """
        columns, rows = spaced(*self.x, across), spaced(*self.y, down)
        places = [(x, y) for y in rows for x in columns]
        found: list[MapSample] = []
        for start in range(0, len(places), BLOCK):
            found += self._block(places[start : start + BLOCK])
        return [found[n : n + across] for n in range(0, len(found), across)]

    def _block(self, places: Sequence[Place]) -> Iterator[MapSample]:
        count = len(places)
        points = {name: [value] * count for name, value in self.others.items()}
        for name, column in zip(self.names, zip(*places, strict=True), strict=True):
            points[name] = list(column)
        value, (dx, dy), bad = gradients(self.program, points, self.names)
        for n, (x, y) in enumerate(places):
            if n in bad:
                yield self.sample(x, y)
            else:
                yield MapSample(x, y, value[n], (dx[n], dy[n]))

    def value(self, x: float, y: float) -> float | None:
        """Return the value at one place; None: there is none."""
        try:
            return self.program.value(
                {**self.others, self.names[0]: x, self.names[1]: y}
            )
        except Undefined:
            return None

    def sample(self, x: float, y: float) -> MapSample:
        """Return the function at one place."""
        point = {**self.others, **dict(zip(self.names, (x, y), strict=True))}
        try:
            tape = self.program.run(point)
        except Undefined:
            return MapSample(x, y, None, None)
        backward = tape.backward()
        dx, dy = (backward.partial(name) for name in self.names)
        smooth = math.isfinite(dx) and math.isfinite(dy) and not tape.rough_rows()
        value = tape.values[self.program.outputs[0]]
        return MapSample(x, y, value, (dx, dy) if smooth else None)


class Map:
    """Samples of a field, with what they show."""

    def __init__(self, field: Field, across: int = _ACROSS, down: int = _DOWN) -> None:
        """Take the samples that a picture needs; a long formula gets fewer."""
        self.field = field
        most = _MOST_WORK // len(field.program.nodes)
        finer = min(1.0, math.sqrt(most / (across * down)))
        across, down = (max(min(_FEWEST, n), int(n * finer)) for n in (across, down))
        #: Rows of samples, from the least y to the greatest.
        self.rows = field.samples(across, down)

    @property
    def x(self) -> list[float]:
        """The places of the columns."""
        return [sample.x for sample in self.rows[0]]

    @property
    def y(self) -> list[float]:
        """The places of the rows."""
        return [row[0].y for row in self.rows]

    @property
    def values(self) -> list[list[float | None]]:
        """The values, row by row."""
        return [[sample.value for sample in row] for row in self.rows]

    @property
    def ends(self) -> Range:
        """The least and the greatest value; 0 and 1 where there are none."""
        known = [value for row in self.values for value in row if value is not None]
        return min(known, default=0.0), max(known, default=1.0)

    @property
    def breaks(self) -> Sequence[Break]:
        """The lines on which the function breaks, as far as the samples tell."""
        return self._broken.lines

    @property
    def spots(self) -> Sequence[Spot]:
        """The single places at which it does."""
        return self._broken.spots

    @property
    def kinds(self) -> list[str]:
        """What it does on the lines and at the places, each kind once."""
        kinds = [line.kind for line in self.breaks]
        return list(dict.fromkeys([*kinds, *(spot.kind for spot in self.spots)]))

    @cached_property
    def _broken(self) -> Broken:
        return _broken(self)

    @cached_property
    def steepest(self) -> Steepest | None:
        """The place with the longest gradient; None: its length has no end."""
        return _steepest(self)


# ---- where it breaks --------------------------------------------------------------


def _broken(chart: Map) -> Broken:
    """Return where an edge of one of the functions is met, on a line or at a place."""
    field = chart.field
    most = _ASKED if len(chart.y) >= _DOWN else _ASKED_FEW
    lines: list[Break] = []
    places: dict[Spot, None] = {}
    formulas: dict[Expression, None] = {}
    for name in field.names:
        for edge_formula in edges(field.program, name):
            formulas |= dict.fromkeys(_factors(edge_formula))
    for formula in formulas:
        edge = field._replace(program=Program([formula]))
        rows = edge.samples(len(chart.x), len(chart.y))
        kinds = Counter(
            feature.kind if feature else ""
            for feature in _asked(field, edge, list(_crossings(rows)), most)
        )
        values = tuple(tuple(s.value for s in row) for row in rows)
        if kinds and (kind := kinds.most_common(1)[0][0]):
            lines.append(Break(kind, values))
        found = spots(edge.value, field.value, chart.x, chart.y, values)
        places |= dict.fromkeys(found)
    return Broken(lines, list(places))


def _factors(formula: Expression) -> Iterator[Expression]:
    """Yield formulas of which one is 0 where a product is, without even powers.

    (x - y)**2 touches 0 on a line, and x - y changes its sign there.
    """
    todo = [formula]
    while todo:
        node = todo.pop()
        name = node.function.name if isinstance(node, Call) else ""
        if name == "multiply":
            todo += node.args
        elif name in _ZERO_WITH_THEIR_FIRST:
            todo.append(node.args[0])
        elif name == "power" and isinstance(node.args[1], Number):
            todo += node.args[:1] if node.args[1].value > 0 else []
        elif not isinstance(node, Number):
            yield node


def _crossings(rows: Sequence[Sequence[MapSample]]) -> Iterator[tuple[Place, Place]]:
    """Yield neighbouring places between which an edge changes its sign."""
    for line in (*rows, *zip(*rows, strict=True)):
        for a, b in pairwise(line):
            if a.value is None or b.value is None:
                continue
            if a.value and min(a.value, b.value) <= 0 <= max(a.value, b.value):
                yield (a.x, a.y), (b.x, b.y)


def _asked(
    field: Field, edge: Field, crossings: Sequence[tuple[Place, Place]], most: int
) -> Iterator[Feature | None]:
    """Yield what the function does at some of the crossings, and at nothing beside."""
    stride = max(1, len(crossings) // most)
    for start, end in crossings[stride // 2 :: stride]:
        (x, y), step = _met(edge, start, end)
        across = start[1] == end[1]
        name, other = field.names if across else field.names[::-1]
        fixed = {**field.others, other: y if across else x}
        here = x if across else y
        places = [here + step * n for n in range(-2, 3)]  # an edge may touch 0 between
        survey = features(Slice(field.program, name, fixed), places)
        yield survey.features[0] if survey.features else None


def _met(edge: Field, start: Place, end: Place) -> tuple[Place, float]:
    """Return where an edge changes its sign, and a step that is small beside it."""
    low, high = start, end
    below = (edge.value(*start) or 0.0) < 0
    for _ in range(_NEARER):
        middle = ((low[0] + high[0]) / 2, (low[1] + high[1]) / 2)
        value = edge.value(*middle)
        if value is None:
            break
        low, high = (middle, high) if value and (value < 0) == below else (low, middle)
    step = (end[0] - start[0] + end[1] - start[1]) / 2 / 2 ** (_NEARER // 2)
    return high, step


# ---- slopes -----------------------------------------------------------------------


def _steepest(chart: Map) -> Steepest | None:
    """Return the place with the longest gradient, by compass search from the samples.

    Source: Kolda, Lewis & Torczon, SIAM Review 45, 2003, sec. 1.
    """
    if not {"kink", "jump"}.issuperset(chart.kinds):
        return None
    everywhere = [sample for row in chart.rows for sample in row]
    start = best = max(everywhere, key=lambda sample: sample.slope)
    if best.gradient is None:
        return None
    field = chart.field
    step_x, step_y = chart.x[1] - chart.x[0], chart.y[1] - chart.y[0]
    for _ in range(_HALVINGS):
        around = [
            field.sample(_held(best.x + a, field.x), _held(best.y + b, field.y))
            for a, b in ((step_x, 0.0), (-step_x, 0.0), (0.0, step_y), (0.0, -step_y))
        ]
        if any(sample.value is None for sample in around):
            return None  # who knows how steep it is at the edge
        further = max(around, key=lambda sample: sample.slope)
        if further.slope > best.slope * (1 + 1e-12):
            best = further
        else:
            step_x, step_y = step_x / 2, step_y / 2
        if best.slope > _UNBOUNDED * start.slope:
            return None
    equal = sum(s.slope >= start.slope * (1 - _SAME) for s in everywhere)
    return Steepest(best, equal - 1)


def _held(place: float, ends: Range) -> float:
    return min(max(place, ends[0]), ends[1])
