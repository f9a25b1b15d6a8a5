"""Where a function of one variable is not smooth: kinks, jumps, poles.

What is made of smooth functions is smooth, however steep it looks and whatever
rounding does to it. It can break only where one of its functions meets an edge of
its row. These places are looked for between the samples, made exact, and there the
whole function is asked what it does at ever smaller distances: in relu(x)-relu(-x)
nothing happens.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice, pairwise
from typing import Any

from diffcli.engine.rewriting import fill
from diffcli.engine.tape import Program, Undefined
from diffcli.language.expression import Call, Expression, Number
from diffcli.records import Record

_MOST = 1000  # places that are looked at
_SOME = 80  # of those that are too many to be all: enough for a picture
_MOST_WORK = 2_000_000  # nodes of the formula times places, which take seconds
_DENSE = 0.2  # share of the gaps between samples in which an edge may be 0
_DIP = 0.6  # an edge that comes this much nearer to 0 between samples may reach it
_NOTHING = 1e-4  # a dip to this share of what is around it may be 0
_DIGITS = 200
_ROOT = -40  # exponent of how exact a place is, in steps between the samples
_DISTANCES = (-10, -14, -18, -22, -26, -30)  # exponents of the distances from it
_DUST = -60  # exponent of what so many digits leave of a number that is 0
_LASTS = 1e-3  # a difference that changes less than this, from near to nearer, stays
_POWER = 1.5  # growth from one distance to the next of what has a pole
_LOGARITHM = 0.8  # share of a growth that is left at the next distance, at most
_ROUNDS = 14  # of the secant method


class Feature(Record):
    """A place where the function is not smooth."""

    #: "kink", "jump", "pole", "asymptote" (such as that of log) or "vertical tangent".
    kind: str
    x: float


class Slice(Record):
    """A program along one of its variables."""

    program: Program
    variable: str
    #: The values of the others.
    others: Mapping[str, float]

    def value(self, x: float) -> float | None:
        """Return the value; None: there is none."""
        try:
            return self.program.value({**self.others, self.variable: x})
        except Undefined:
            return None

    def precise(self, x: Any) -> Any:
        """Return the value at mpmath's precision; None: there is none."""
        from mpmath import mp

        from diffcli.engine.adaptive import run

        try:
            values = run(self.program, {**self.others, self.variable: x})
        except Undefined as undefined:
            return mp.inf if undefined.overflow else None
        return values[self.program.outputs[0]]


class Survey(Record):
    """The features of a function over a range."""

    features: tuple[Feature, ...]
    #: False: there are too many places to look at, or to see between the samples.
    complete: bool


def features(line: Slice, places: Sequence[float]) -> Survey:
    """Return where a function breaks between the first and the last place, in order."""
    most = max(1, min(_MOST, _MOST_WORK // len(line.program.nodes)))
    candidates = {c.x: c for c in islice(_candidates(line, places), 2 * most)}
    complete = len(candidates) <= min(most, _DENSE * len(places))
    stride = 1 if complete else max(1, len(candidates) // min(most, _SOME))
    by_place: dict[float, Feature] = {}
    for candidate in list(candidates.values())[::stride][:most]:
        feature = _examine(line, candidate)
        if feature and places[0] <= feature.x <= places[-1]:
            by_place.setdefault(feature.x, feature)
    return Survey(tuple(by_place[x] for x in sorted(by_place)), complete)


# ---- where it may break -----------------------------------------------------------


class _Candidate(Record):
    """A place where an edge is 0, as far as doubles can tell."""

    x: float
    #: The distance between samples there.
    step: float
    edge: Slice


def edges(program: Program, variable: str) -> list[Expression]:
    """Return the formulas that are 0 where a function of a program meets an edge."""
    formulas: dict[Expression, None] = {}
    for node in program.nodes:
        if isinstance(node, Call) and program.active[program.index[node]]:
            function = node.function
            texts = {
                function.domain.edge,
                function.rough.edge if function.rough else "",
            }
            letters = dict(zip("uv", node.args, strict=False))
            for text in sorted(texts - {""}):
                if not (text == "u" and _is_smooth_at_0(node)):
                    formulas[fill(text, letters)] = None
    return [edge for edge in formulas if variable in Program([edge]).inputs]


def _is_smooth_at_0(node: Call) -> bool:
    """Tell whether nothing happens where the base of a power is 0, as in u**2."""
    if len(node.args) < 2 or not isinstance(node.args[1], Number):
        return False
    row, exponent = node.function, node.args[1].value
    rough = row.rough is not None and row.rough.at(0.0, exponent)
    whole = exponent == math.floor(exponent)
    return whole and row.domain.holds(0.0, exponent) and not rough


def _candidates(line: Slice, places: Sequence[float]) -> Iterator[_Candidate]:
    """Yield the places where an edge changes its sign, or touches 0."""
    for expression in edges(line.program, line.variable):
        edge = line._replace(program=Program([expression]))
        known = [(x, edge.value(x)) for x in places]
        for (a, before), (b, after) in pairwise(known):
            if before is not None and after is not None and before * after < 0:
                yield _Candidate(_crossing(edge, a, b, before > 0), b - a, edge)
        for (a, before), (x, here), (b, after) in zip(
            [(places[0], None), *known], known, [*known[1:], (places[-1], None)],
            strict=False,
        ):  # fmt: skip
            if here is not None and (before or after):
                yield from _touching(edge, (a, before), (x, here), (b, after))


def _touching(
    edge: Slice,
    left: tuple[float, float | None],
    middle: tuple[float, float],
    right: tuple[float, float | None],
) -> Iterator[_Candidate]:
    """Yield where an edge of one sign comes down to 0 around a sample, if it does."""
    (a, before), (x, here), (b, after) = left, middle, right
    step = max(b - x, x - a)
    if here == 0.0:
        yield _Candidate(x, step, edge)
        return
    around = [abs(value) for value in (before, after) if value is not None]
    same = all(value * here > 0 for value in (before, after) if value is not None)
    if len(around) < 2 or not same or not abs(here) <= min(_DIP * max(around), *around):
        return
    falling, sign = here > 0, math.copysign(1.0, here)

    def height(place: float) -> float:
        value = edge.value(place)
        return math.inf if value is None else sign * value

    lowest = minimum(height, a, b)
    least = height(lowest)
    if least < 0:
        yield _Candidate(_crossing(edge, a, lowest, falling), step, edge)
        yield _Candidate(_crossing(edge, lowest, b, not falling), step, edge)
    elif least <= _NOTHING * max(around):
        yield _Candidate(lowest, step, edge)


def _crossing(edge: Slice, low: float, high: float, falling: bool) -> float:
    """Return where an edge changes its sign, by halving."""
    for _ in range(80):
        middle = low / 2 + high / 2
        if not low < middle < high:
            break
        value = edge.value(middle)
        if not value:
            return middle
        if (value > 0) == falling:
            low = middle
        else:
            high = middle
    return high


def minimum(function: Any, low: float, high: float) -> float:
    """Return about where a function is smallest. Source: Kiefer 1953."""
    golden = (math.sqrt(5) - 1) / 2
    left, right = high - golden * (high - low), low + golden * (high - low)
    at_left, at_right = function(left), function(right)
    for _ in range(60):
        if at_left > at_right:
            low, left, at_left = left, right, at_right
            right = low + golden * (high - low)
            at_right = function(right)
        else:
            high, right, at_right = right, left, at_left
            left = high - golden * (high - low)
            at_left = function(left)
    return low / 2 + high / 2


# ---- what happens there -----------------------------------------------------------


def _examine(line: Slice, candidate: _Candidate) -> Feature | None:
    """Return what happens at a place, if anything does."""
    from mpmath import mp

    with mp.workdps(_DIGITS):
        x = _exact(candidate)
        if x is None:
            return None
        kind = _kind(line, x, mp.mpf(candidate.step))
        return Feature(kind, float(x)) if kind else None


def _exact(candidate: _Candidate) -> Any:
    """Return the place where an edge is 0, with many digits; None: it is nowhere.

    A secant method for edge/edge', which crosses 0 also where the edge touches it.
    """
    from mpmath import mp

    step = mp.mpf(candidate.step)
    near = step * mp.mpf(10) ** _ROOT

    def height(x: Any) -> Any:
        low, here, high = map(candidate.edge.precise, (x - near, x, x + near))
        if low is None or here is None or high is None or high == low:
            return mp.zero if here == 0 else None
        return here * near / (high - low)  # times a number: its zero is the same

    before = mp.mpf(candidate.x)
    x = before + step * mp.mpf(10) ** -20
    down, up = height(before), height(x)
    for _ in range(_ROUNDS):
        if down is None or up is None or up == down:
            break
        before, down, x = x, up, x - up * (x - before) / (up - down)
        up = height(x)
        if abs(x - before) < near:
            break
    if up is None or down == 0:
        x, up = before, down
    if up is None or abs(up) > 100 * near or abs(x - candidate.x) > step:
        return None
    if abs(x) <= 100 * near:
        return mp.zero
    short = mp.mpf(mp.nstr(x, 30))
    return short if abs(short - x) <= 100 * near else x


def _kind(line: Slice, x: Any, step: Any) -> str:
    """Return what a function does at a place; empty: nothing."""
    from mpmath import mp

    distances = [step * mp.mpf(10) ** exponent for exponent in _DISTANCES]
    sides = [[line.precise(x + sign * d) for d in distances] for sign in (-1, 1)]
    known = [side for side in sides if None not in side]
    if not known:
        return ""
    growths = {_growth(side, 0) for side in known} - {""}
    if growths:
        return "pole" if "pole" in growths else "asymptote"
    dust = mp.mpf(10) ** _DUST * max(abs(side[-1]) for side in known)
    if len(known) == 2 and _stay_apart(known[0], known[1], dust):
        return "jump"
    slopes = [_slopes(side, distances) for side in known]
    dust /= step
    if line.precise(x) is None:
        return ""
    if any(_growth(side, dust) for side in slopes):
        return "vertical tangent"
    if len(slopes) == 2 and _stay_apart([-s for s in slopes[0]], slopes[1], dust):
        return "kink"
    return ""


def _slopes(values: Sequence[Any], distances: Sequence[Any]) -> list[Any]:
    """Return the slopes away from a place between ever smaller distances."""
    return [
        (values[n] - values[n + 1]) / (distances[n] - distances[n + 1])
        for n in range(len(values) - 1)
    ]


def _growth(values: Sequence[Any], dust: Any) -> str:
    """Return "pole" or "asymptote" if values ever nearer to a place go on growing."""
    from mpmath import mp

    if mp.isinf(values[-1]):
        return "pole"
    changes = [after - before for before, after in pairwise(values)]
    least = max(dust, mp.mpf(10) ** _DUST * max(map(abs, values)))
    if abs(changes[-1]) <= least:
        return ""
    ratios = [b / a if a else 0 for a, b in pairwise(changes)]
    if min(ratios) > _POWER:
        return "pole"
    return "asymptote" if min(ratios) > _LOGARITHM else ""


def _stay_apart(left: Sequence[Any], right: Sequence[Any], dust: Any) -> bool:
    """Tell whether two sides stay apart at ever smaller distances."""
    before, last = right[-2] - left[-2], right[-1] - left[-1]
    return bool(abs(last) > dust and abs(last - before) <= _LASTS * abs(last))
