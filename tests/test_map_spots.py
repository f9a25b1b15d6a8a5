"""Maps: the lines and the single places at which a function of two variables breaks."""

import itertools
import math
from collections.abc import Callable

import pytest

from diffcli.analysis import maps
from diffcli.analysis.map_spots import _corner, _growth, _kind, _least, _zero, spots
from diffcli.analysis.maps import Field, Map, _crossings, _factors, _met
from diffcli.engine.tape import Program
from diffcli.language.parser import parse
from diffcli.language.printer import text


@pytest.mark.parametrize(
    ("formula", "factors"),
    [
        ("x*y", ["x", "y"]), ("x/y", ["x"]), ("-x", ["x"]), ("abs(x*y)", ["x", "y"]),
        ("(x-y)^2", ["x - y"]), ("sqrt(x+y)", ["x + y"]),
        ("x^y", ["x**y"]), ("3*x", ["x"]), ("cbrt(x)*sin(y)", ["x", "sin(y)"]),
        ("x^0", []), ("2^x", ["2**x"]), ("7", []),
    ],
)  # fmt: skip
def test_a_product_is_0_where_a_factor_is(formula: str, factors: list[str]) -> None:
    assert sorted(map(text, _factors(parse(formula).expression))) == sorted(factors)


def field(formula: str, half: float = 2.0) -> Field:
    parsed = parse(formula, names={"x", "y"})
    ends = (-half, half)
    return Field(parsed, Program([parsed.expression]), ("x", "y"), {}, ends, ends)


@pytest.mark.parametrize(
    ("formula", "count"),
    [("x-0.5", 5), ("y+0.5", 5), ("x", 5), ("x^2", 5), ("x-y+0.1", 8), ("x+9", 0),
     ("log(x)", 0), ("1/x", 0), ("0*x", 0)],
)  # fmt: skip
def test_crossings_are_between_neighbours(formula: str, count: int) -> None:
    """Each line is crossed once; one that a sample meets, coming from one side."""
    chart = field(formula)
    rows = chart.samples(5, 5)
    found = list(_crossings(rows))
    assert len(found) == count
    for start, end in found:
        assert sum(a != b for a, b in zip(start, end, strict=True)) == 1
        (x, y), step = _met(chart, start, end)
        assert abs(chart.value(x, y) or 0.0) < 1e-2
        assert step == pytest.approx(1 / 2 / 64)


GROWING: list[tuple[Callable[[float], float], str]] = [
    (lambda d: 1 / d, "pole"), (lambda d: -(d**-0.5), "pole"),
    (lambda d: d**-0.1, "pole"),
    (lambda d: -math.log(d), "asymptote"), (lambda d: math.log(d), "asymptote"),
    (lambda d: 3 - math.log(d), "asymptote"), (lambda d: math.sqrt(d), ""),
    (lambda d: 1 + d, ""), (lambda d: 2.0, ""), (lambda d: d, ""),
    (lambda d: math.inf, ""), (lambda d: 3 - d**0.1, ""), (lambda d: 1 - d**0.5, ""),
    (lambda d: -5 + d**0.2, ""), (lambda d: 5 - d * d, ""),
]  # fmt: skip


@pytest.mark.parametrize(("toward", "kind"), GROWING)
def test_growth_toward_a_spot(toward: Callable[[float], float], kind: str) -> None:
    values: list[float | None] = [toward(0.1 / 10**k) for k in range(1, 7)]
    for scale in (1e-9, 1e-3, 1.0, 1e6):
        assert _growth([v and scale * v for v in values]) == kind
    assert _growth([*values[:-1], None]) == ""


@pytest.mark.parametrize(
    ("f", "kind"),
    [
        (abs, "kink"), (lambda d: 2 + abs(d) + d, "kink"), (lambda d: d * d, ""),
        (lambda d: -5 * abs(d), "kink"), (lambda d: 3 * d, ""),
        (lambda d: abs(d) ** 1.2, ""),
        (lambda d: float((d > 0) - (d < 0)), ""), (lambda d: abs(d) + 10 * d * d, ""),
        (lambda d: abs(d) + 0.01 * d * d, "kink"), (lambda d: 2 + d * d, ""),
        (lambda d: 3 * d - 1, ""), (lambda d: 1e9 - 7 * abs(d), "kink"),
    ],
)  # fmt: skip
def test_a_corner_at_a_spot(f: Callable[[float], float], kind: str) -> None:
    near = [0.1 / 10**k for k in range(1, 7)]
    up, down = [f(d) for d in near], [f(-d) for d in near]
    assert _corner(f(0.0), up, down) == kind
    assert _corner(None, up, down) == ""
    assert _corner(f(0.0), [*up[:-1], None], down) == ""
    assert _corner(f(0.0), up, [None, *down[1:]]) == ""


def grid(
    f: Callable[[int, int], float | None], size: int = 5
) -> list[list[float | None]]:
    """Return numbers of rows and columns, from their places."""
    return [[f(row, column) for column in range(size)] for row in range(size)]


@pytest.mark.parametrize(
    ("f", "found"),
    [
        (lambda r, c: 1 + (r - 2) ** 2 + (c - 1) ** 2, [(2, 1, 3)]),
        (lambda r, c: -1 - (r - 3) ** 2 - (c - 2) ** 2, [(3, 2, 3)]),
        (lambda r, c: (r - 2) ** 2 + (c - 2) ** 2, [(2, 2, 2)]),
        (lambda r, c: r + c - 4.0, []),  # it changes its sign
        (lambda r, c: 1 + r + c, []),  # the least is at the rim
        (lambda r, c: None if (r, c) == (1, 1) else 1.0 + (r - 2) ** 2 + (c - 2) ** 2,
         []),
        (lambda r, c: None if (r, c) == (0, 0) else 1 + (r - 2) ** 2 + (c - 2) ** 2,
         [(2, 2, 3)]),
        (lambda r, c: 1.0 - ((r, c) == (1, 3)) / 2, [(1, 3, 1)]),
        (lambda r, c: 1.0 - ((r, c) == (2, 2)) / 2 - ((r, c) == (3, 3)), [(3, 3, 1)]),
    ],
)  # fmt: skip
def test_the_least_of_an_edge_among_the_samples(
    f: Callable[[int, int], float | None], found: list[tuple[int, int, float]]
) -> None:
    kept = [each for each in _least(grid(f)) if each in found or not found]
    assert kept == found


@pytest.mark.parametrize("scale", [1e-9, 1.0, 1e9, -1e-9, -1.0, -1e9])
@pytest.mark.parametrize(
    "f",
    [
        lambda r, c: r + c - 4.0, lambda r, c: r - 2.5, lambda r, c: (r - 2.5) * c,
        lambda r, c: (r - 2) ** 2, lambda r, c: (r - c) ** 2, lambda r, c: abs(r + c),
    ],
)  # fmt: skip
def test_what_is_0_on_a_line_has_no_least_sample(
    f: Callable[[int, int], float], scale: float
) -> None:
    assert _least(grid(lambda r, c: scale * f(r, c))) == []


@pytest.mark.parametrize("near", [*itertools.product((-1, 0, 1), repeat=2)])
def test_the_mirrored_least_is_the_least_of_the_mirrored(near: tuple[int, int]) -> None:
    """Two samples are equally near to 0, next to each other, and both are found."""
    places = {(3, 3), (3 + near[0], 3 + near[1])}
    wide = grid(lambda r, c: 2.0 + (r - 3) ** 2 + (c - 3) ** 2, 7)
    rows = [
        [1.0 if (r, c) in places else n for c, n in enumerate(row)]
        for r, row in enumerate(wide)
    ]
    found = {each[:2] for each in _least(rows)}
    assert found == places
    for turned in (rows[::-1], [row[::-1] for row in rows], [*zip(*rows, strict=True)]):
        assert len(_least(turned)) == len(places)


@pytest.mark.parametrize("at", [(0.0, 0.0), (0.3, -0.2), (1 / 3, 1 / 7)])
def test_a_zero_of_an_edge_is_found_next_to_a_sample(at: tuple[float, float]) -> None:
    def edge(x: float, y: float) -> float:
        return (x - at[0]) ** 2 + 3 * (y - at[1]) ** 2

    found = _zero(edge, (0.25, -0.25), (0.5, 0.5), 1e-12)
    assert found == pytest.approx(at, abs=1e-6)
    assert (
        _zero(lambda x, y: edge(x, y) + 1e-3, (0.25, -0.25), (0.5, 0.5), 1e-12) is None
    )
    assert _zero(lambda x, y: None, (0.25, -0.25), (0.5, 0.5), 1e-12) is None


@pytest.mark.parametrize(
    ("formula", "found"),
    [
        ("1/(x^2+y^2)", [("pole", 0, 0)]),
        ("log((x-.5)^2+y^2)", [("asymptote", 0.5, 0)]),
        ("sqrt(x^2+(y-1)^2)", [("kink", 0, 1)]), ("x^2+y^2", []),
        ("1/(x^2+y^2)+sqrt((x-1)^2+(y-1)^2)", [("pole", 0, 0), ("kink", 1, 1)]),
    ],
)  # fmt: skip
def test_spots_of_a_small_map(
    formula: str, found: list[tuple[str, float, float]]
) -> None:
    chart = Map(field(formula), 21, 21)
    got = sorted((s.kind, round(s.x, 5) + 0, round(s.y, 5) + 0) for s in chart.spots)
    assert got == sorted(found)
    assert chart.kinds == list(dict.fromkeys(s.kind for s in chart.spots))


@pytest.mark.parametrize(
    "towards", [each for each in itertools.product((-1, 0, 1), repeat=2) if any(each)]
)
def test_a_zero_at_the_end_of_a_narrow_valley_is_found(
    towards: tuple[int, int],
) -> None:
    """Along the axes, and along both diagonals."""
    (a, b), start = towards, (0.25, -0.25)

    def edge(x: float, y: float) -> float:
        x, y = x - start[0], y - start[1]
        return 100 * abs(a * y - b * x) + abs(a * x + b * y - 0.3 * (a * a + b * b))

    found = _zero(edge, start, (0.5, 0.5), 1e-9)
    assert found == pytest.approx((0.25 + 0.3 * a, -0.25 + 0.3 * b), abs=1e-9)


#: What breaks where an edge is 0: the value there, and what it is called.
BREAKS: list[tuple[Callable[[float, float], float], str]] = [
    (lambda x, y: 1 / (x * x + y * y), "pole"),
    (lambda x, y: math.log(x * x + y * y), "asymptote"),
    (lambda x, y: math.hypot(x, y), "kink"), (lambda x, y: 3 * x + 2 * y, ""),
    (lambda x, y: 7 + x * x - 2 * y, ""),
]  # fmt: skip


@pytest.mark.parametrize("wide", [(1.0, 1.0), (1e-6, 1e3), (1e5, 1e-4)])
@pytest.mark.parametrize(("f", "kind"), BREAKS)
def test_axes_that_are_stretched_have_stretched_spots(
    f: Callable[[float, float], float], kind: str, wide: tuple[float, float]
) -> None:
    """Whatever the size of the edge; and none where it comes near to 0 alone."""
    (width, height), at = wide, (0.13, -0.21)
    x, y = ([size * (0.5 * n - 1) for n in range(5)] for size in wide)

    def broken(x: float, y: float) -> float | None:
        try:
            return f(x / width - at[0], y / height - at[1])
        except (ValueError, ArithmeticError):
            return None

    for scale, least in itertools.product((1e-9, 1.0, 1e9), (0.0, 1e-3)):

        def edge(x: float, y: float, k: float = scale, low: float = least) -> float:
            return k * (low + (x / width - at[0]) ** 2 + (y / height - at[1]) ** 2)

        rows = [[edge(a, b) for a in x] for b in y]
        found = [*spots(edge, broken, x, y, rows)]
        assert [spot.kind for spot in found] == ([kind] if kind and not least else [])
        for spot in found:
            assert spot.x == pytest.approx(at[0] * width, abs=1e-5 * width)
            assert spot.y == pytest.approx(at[1] * height, abs=1e-5 * height)


@pytest.mark.parametrize("steps", [(1.0, 1.0), (1e-6, 1e3), (1e5, 1e-4)])
@pytest.mark.parametrize(
    ("f", "kind"),
    [
        (lambda u, v: abs(u), "kink"), (lambda u, v: abs(v), "kink"),
        (lambda u, v: abs(u) - 3 * abs(v), "kink"), (lambda u, v: u + 7 * v, ""),
        # a kink along no axis
        (lambda u, v: math.sqrt(abs(u * v)), ""), (lambda u, v: abs(u * v) ** 0.3, ""),
        # what is round as soon as a step is no longer seen
        (lambda u, v: math.hypot(u, 1.0), ""), (lambda u, v: math.hypot(v, 1.0), ""),
    ],
)  # fmt: skip
def test_a_place_is_looked_at_along_both_axes_and_from_a_step_on(
    f: Callable[[float, float], float], kind: str, steps: tuple[float, float]
) -> None:
    """Whatever the steps."""
    width, height = steps
    assert _kind(lambda x, y: f(x / width, y / height), (0.0, 0.0), steps) == kind


@pytest.mark.parametrize(
    ("formula", "place", "others"),
    [("x^2+y^2", None, 3), ("x+2*y", None, 440), ("exp(-x^2-(y-0.3)^2)", None, None),
     ("tanh(x-0.137)+0*y", 0.137, None), ("3+0*x*y", None, 440)],
)  # fmt: skip
def test_the_steepest_place_and_how_many_are_as_steep(
    formula: str, place: float | None, others: int | None
) -> None:
    chart = Map(field(formula), 21, 21)
    found = chart.steepest
    assert found is not None
    assert others is None or found.others == others
    if formula.startswith("3"):
        assert (found.sample.x, found.sample.y) == (
            -2,
            -2,
        )  # the first, and none is better
    if place:
        assert found.sample.x == pytest.approx(place, abs=1e-4)
    every = [sample.slope for row in chart.field.samples(101, 101) for sample in row]
    assert found.sample.slope >= max(every) * (1 - 1e-12)


@pytest.mark.parametrize("at", [(0.137, -0.211), (-0.9, 0.05), (0.0, 0.0)])
@pytest.mark.parametrize("wide", [1.0, 3.0])
def test_the_steepest_place_is_found_in_both_directions(
    at: tuple[float, float], wide: float
) -> None:
    x, y = at
    found = Map(field(f"tanh(x-({x}))+tanh({wide}*(y-({y})))"), 21, 21).steepest
    assert found is not None
    assert (found.sample.x, found.sample.y) == pytest.approx(at, abs=1e-4)
    assert found.sample.slope == pytest.approx(math.hypot(1, wide), rel=1e-8)


@pytest.mark.parametrize(
    ("work", "across", "down", "size"),
    [
        (3_000_000, 161, 81, (161, 81)), (39_123, 161, 81, (161, 81)),
        (15_000, 161, 81, (99, 50)), (1000, 161, 81, (25, 21)), (10, 161, 81, (21, 21)),
        (10, 40, 9, (21, 9)), (3 * 40 * 9, 40, 9, (40, 9)),
    ],
)  # fmt: skip
def test_a_long_formula_gets_fewer_samples(
    work: int, across: int, down: int, size: tuple[int, int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """As many as the work that is allowed, and 21 at least, or all there were to be."""
    monkeypatch.setattr(maps, "_MOST_WORK", work)
    chart = Map(field("x*y"), across, down)
    assert len(chart.field.program.nodes) == 3
    assert (len(chart.x), len(chart.y)) == size


@pytest.mark.parametrize(
    ("formula", "ends"),
    [("log(-1-x^2-y^2)", (0.0, 1.0)), ("x+y", (-4.0, 4.0)), ("7+0*x*y", (7.0, 7.0)),
     ("log(x)+0*y", (math.log(0.2), math.log(2)))],
)  # fmt: skip
def test_the_ends_are_of_the_values_that_there_are(
    formula: str, ends: tuple[float, float]
) -> None:
    """Where there are none they are 0 and 1."""
    assert Map(field(formula), 21, 21).ends == pytest.approx(ends)
