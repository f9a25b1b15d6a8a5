"""plot of two variables: the numbers, what breaks, and what the map shows."""

import csv
import json
import math

import pytest

from diffcli.analysis.maps import Field, Map
from diffcli.api.descents import descend
from diffcli.engine.tape import Program, Undefined
from diffcli.language.parser import parse
from diffcli.output.descend_pictures import _box
from tests.conftest import Run, work


def field(formula: str, *, half: float = 6) -> Field:
    parsed = parse(formula)
    program = Program([parsed.expression])
    return Field(parsed, program, ("x", "y"), {}, (-half, half), (-half, half))


FORMULAS = (
    "x^2+3*y^2", "sin(x)*exp(y/3)", "relu(x-y)", "log(x*y)", "x/y", "max(x,y)^2",
    "sqrt(x)+y", "exp(200*x)*y", "x+2*y",
)  # fmt: skip


@pytest.mark.parametrize("formula", FORMULAS)
def test_csv_has_the_numbers_of_the_tape(formula: str, run: Run) -> None:
    out = run("plot", formula, "--samples", "9", "--y", "-2:4", "-f", "csv").out
    rows = list(csv.DictReader(out.splitlines()))
    assert list(rows[0]) == ["x", "y", "f", "df/dx", "df/dy", "status"]
    assert len(rows) == 81
    assert {row["y"] for row in rows} >= {"-2", "4"}
    program = Program([parse(formula).expression])
    for row in rows:
        try:
            tape = program.run({"x": float(row["x"]), "y": float(row["y"])})
        except Undefined:
            assert (row["f"], row["df/dx"], row["status"]) == ("", "", "undefined")
            continue
        assert float(row["f"]) == tape.values[program.outputs[0]]
        backward = tape.backward()
        partials = [backward.partial(name) for name in "xy"]
        if tape.rough_rows() or not all(map(math.isfinite, partials)):
            assert (row["df/dx"], row["df/dy"], row["status"]) == ("", "", "kink")
        else:
            assert [float(row["df/dx"]), float(row["df/dy"])] == partials
            assert row["status"] == "ok"


@pytest.mark.parametrize(
    ("formula", "kinds"),
    [
        ("relu(x-y)", ["kink"]),
        ("abs(x)+abs(y-1)", ["kink", "kink"]),
        ("max(x^2+y^2, 4)", ["kink"]),
        ("1/(x-y)", ["pole"]),
        ("1/(x^2+y^2-4)", ["pole"]),
        ("1/(x-y)^2", ["pole"]),
        ("1/abs(x*y)", ["pole", "pole"]),
        ("abs(x*y)", ["kink", "kink"]),
        ("sqrt(abs(x-y))", ["vertical tangent"]),
        ("sign(x+y/2)", ["jump"]),
        ("log(x+y)", ["asymptote"]),
        ("sqrt(x-y)", ["vertical tangent"]),
        ("relu(x*y)-relu(-x*y)", []),
        ("x^2+3*y^2", []),
        ("tanh(40*x)*y", []),
    ],
)
def test_where_it_breaks(formula: str, kinds: list[str]) -> None:
    chart = Map(field(formula))
    assert [line.kind for line in chart.breaks] == kinds
    assert not chart.spots


@pytest.mark.parametrize(
    ("formula", "kind", "places"),
    [
        ("1/(x^2+y^2)", "pole", [(0, 0)]),
        ("x/(x^2+y^2)", "pole", [(0, 0)]),
        ("1/sqrt((x-1)^2+(y+2)^2)", "pole", [(1, -2)]),
        ("1/((x-1)^2+y^2) + 1/((x+1)^2+y^2)", "pole", [(1, 0), (-1, 0)]),
        ("log(x^2+y^2)", "asymptote", [(0, 0)]),
        ("sqrt((x-0.3)^2+3*y^2)", "kink", [(0.3, 0)]),
        ("hypot(x, y)", "kink", [(0, 0)]),
        ("1/(x^2+y^2+1e-3)", "", []),
        ("sqrt(x^2+y^2+0.01)", "", []),
        ("log(x^2+y^2+1)", "", []),
    ],
)
def test_single_places(
    formula: str, kind: str, places: list[tuple[float, float]]
) -> None:
    found = Map(field(formula)).spots
    assert {spot.kind for spot in found} == ({kind} if kind else set())
    near = sorted((round(spot.x, 6) + 0, round(spot.y, 6) + 0) for spot in found)
    assert near == sorted(places)


def test_a_pole_does_not_crush_the_shades(run: Run) -> None:
    """Each of the four shades has a part of the map, and the legend its levels."""
    out = run("plot", "1/(x^2+y^2)", "--ascii", "--no-derivative").out
    rows = [line.partition("|")[2] for line in out.splitlines() if "|" in line]
    area = "".join(rows)
    assert min(map(area.count, ".:%")) >= 20
    assert "! pole" in out
    assert "lines at 0.0" in out
    even = run("plot", "x^2+y^2", "--ascii").out
    assert "lines every" in even


@pytest.mark.parametrize(
    ("formula", "place", "length"),
    [
        ("exp(-(x-1.03)^2-(y+2.01)^2/100)", None, None),
        ("tanh(x-1.037)-(y-0.7)^2*0.01+y*0", (1.037, -6), None),
        ("x^2+3*y^2", (-6, -6), math.hypot(12, 36)),
    ],
)
def test_the_steepest_place(
    formula: str, place: tuple[float, float] | None, length: float | None
) -> None:
    found = Map(field(formula)).steepest
    assert found is not None
    best = found.sample
    if place:
        assert (best.x, best.y) == pytest.approx(place, abs=1e-3)
    if length:
        assert best.slope == pytest.approx(length, rel=1e-12)
    every = field(formula).samples(97, 89)
    assert best.slope >= max(sample.slope for row in every for sample in row)


@pytest.mark.parametrize(
    "formula", ["1/(x-y)", "log(x)+y", "1/(x^2+y^2)", "1/((x-.03)^2+(y+.02)^2)"]
)
def test_a_gradient_without_end_has_no_steepest_place(formula: str) -> None:
    assert Map(field(formula)).steepest is None


@pytest.mark.slow
@pytest.mark.parametrize("formula", [*FORMULAS, "x*0+y*0+3", "log(-1-x^2-y^2)"])
@pytest.mark.parametrize(("columns", "height"), [(40, 5), (80, 16), (120, 30)])
def test_any_map_fits(formula: str, columns: int, height: int, run: Run) -> None:
    ascii = ("--ascii",) * ((len(formula) + columns // 40) % 2)
    words = ("plot", formula, "--height", str(height), *ascii)
    ran = run(*words, columns=columns)
    assert ran.code == 0, ran.err
    assert max(map(len, ran.out.splitlines())) <= columns
    assert "nan" not in ran.out
    assert "inf" not in ran.out
    assert ran.out.isascii() or not ascii


def test_what_has_no_value_is_on_the_axes(run: Run) -> None:
    record = json.loads(run("plot", "a*x+b*y", "--at", "a=2,b=5", "-f", "json").out)
    assert record["variables"] == ["x", "y"]
    assert record["fixed"] == {"a": 2, "b": 5}
    chosen = ("plot", "a*x+b*y", "--at", "x=2,y=5", "--vary", "b,a", "-f", "json")
    assert json.loads(run(*chosen).out)["variables"] == ["b", "a"]
    curve = json.loads(run("plot", "a*x", "--at", "a=2", "-f", "json").out)
    assert curve["functions"][0]["variable"] == "x"


@pytest.mark.parametrize(
    "words",
    [
        ("x*y*z",), ("x*y", "x+y"), ("x*y", "--vary", "x,x"), ("x*y", "--vary", "x,q"),
        ("x*y", "--vary", "a,b,c"), ("x", "--z", "0:1"), ("x*y", "--z", "1:0"),
        ("x*y", "-f", "csv", "--samples", "9999"), ("x*y", "--samples", "9"),
        ("x*y", "-f", "csv", "--z", "0:1"), ("x*y", "--at", "x=1,y=2"),
    ],
)  # fmt: skip
def test_what_is_not_clear_is_refused(words: tuple[str, ...], run: Run) -> None:
    ran = run("plot", *words)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("Error: ")


def test_a_map_is_quick() -> None:
    """It enters at most 250,000 functions: some tenths of a second."""
    assert work(lambda: Map(field("(2*x+3*y)^2+3")).steepest) < 250_000


@pytest.mark.parametrize(
    ("words", "inside"),
    [
        (("(2*x1+3*x2)**2+3", "--at", "1,3", "--rate", "0.01,0.08"), [0.01]),
        (("x^2+3*y^2", "--at", "4,3", "--rate", "0.02,0.1,0.3"), [0.02, 0.1, 0.3]),
        (("a*x+(x-y)^2", "--at", "a=1,x=1,y=2", "--wrt", "y,x", "--rate", ".1"), [0.1]),
        (("abs(x)+y^2", "--at", "1,1", "--rate", "0.3"), [0.3]),
    ],
)
def test_a_path_ends_where_the_descent_ends(
    words: tuple[str, ...], inside: list[float], run: Run
) -> None:
    rates = words[words.index("--rate") + 1].split(",")
    drawn = run("descend", *words, "--plot", "--height", "20").out
    assert drawn.count("○") == 1
    assert 1 <= drawn.count("●") <= len(rates)
    record = json.loads(run("descend", *words, "-f", "json").out)
    names = list(record["courses"][0]["path"][0]["point"])
    found = descend(words[0], record["point"], wrt=names, rates=[*map(float, rates)])
    for course in record["courses"]:
        end = course["path"][-1]["point"].values()
        held = [
            low <= at <= high for (low, high), at in zip(_box(found), end, strict=True)
        ]
        assert all(held) or course["rate"] not in inside


def test_the_end_of_a_path_stands_at_its_place(run: Run) -> None:
    words = ("x^2+y^2", "--at", "4,4", "--rate", "0.5", "--plot", "--height", "9")
    lines = run("descend", *words, "--ascii").out.splitlines()
    rows = [n for n, line in enumerate(lines) if line.partition("|")[2] or "+" in line]
    start = next(n for n in rows if "O" in lines[n])
    end = next(n for n in rows if "@" in lines[n])
    assert start < end
    assert lines[start].index("O") > lines[end].index("@")
    assert "0.5 @" in lines[end]  # its label


def test_more_variables_keep_the_curve_of_the_loss(run: Run) -> None:
    out = run("descend", "x^2+y^2+z^2", "--at", "1,2,3", "--plot").out
    assert "against steps" in out
    assert "against steps" not in run("descend", "x^2+y^2", "--at", "1,2", "--plot").out


@pytest.mark.parametrize("x", ["-1e308:1e308", "0:5e-324", "1:1.0000000000000002"])
@pytest.mark.parametrize("y", ["-1e308:1e308", "0:5e-324"])
def test_any_range_can_be_drawn(x: str, y: str, run: Run) -> None:
    ran = run("plot", "abs(x)+exp(y)", f"--x={x}", f"--y={y}", "--height", "5")
    assert ran.code == 0, ran.err
