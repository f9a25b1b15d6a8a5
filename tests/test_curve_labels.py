"""Labels stand beside their own curves, and on none."""

import itertools

import pytest

from diffcli.analysis.plot import plot
from diffcli.language.notation import CODE, PAPER
from diffcli.language.parser import parse
from diffcli.output.canvas import draw
from diffcli.output.charts import Chart, Polyline
from diffcli.output.views.plot import Exhibit, chart, titles
from tests.conftest import Run

SETS = (
    ("sign(x)", "sigmoid(x)", "relu(x)"),
    ("sin(x)", "cos(x)"),
    ("x^2", "x^3"),
    ("tanh(x)", "sigmoid(x)", "atan(x)", "relu(x)"),
    ("1/x", "abs(x)", "exp(x)"),
    ("sqrt(x)", "log(x)", "tan(x)"),
    ("x", "-x", "0*x"),
    ("floor(x)", "x"),
)
SIZES = ((40, 12), (80, 16), (120, 30), (80, 3), (40, 60))


def made(formulas: tuple[str, ...], slopes: bool) -> Exhibit:
    plots = tuple(plot(parse(f), "x", {}, -6, 6, 241) for f in formulas)
    return Exhibit(plots, {}, slopes, None, None, 1)


def cells(picture: Chart, width: int, height: int, ascii: bool) -> list[str]:
    drawn = draw(picture, width, height, ascii=ascii)
    return ["".join(run.text for run in line) for line in drawn[:height]]


def bare(picture: Chart) -> Chart:
    """Return the curves without labels, in as many columns as with them."""
    longest = max((curve.label for curve in picture.curves), key=len)
    curves = [curve._replace(label="") for curve in picture.curves]
    return picture._replace(curves=[*curves, Polyline([], longest, "first", "*")])


def labelled(text: str, label: str, below: str) -> list[int]:
    """Return where a label stands that is not in the picture without labels."""
    padded = below.ljust(len(text))
    return [
        start
        for start in range(len(text))
        if text.startswith(label, start)
        and padded[start : start + len(label)] != label
        and not text[start + len(label) : start + len(label) + 1].strip()
        and not text[start - 1].strip()
    ]


@pytest.mark.slow
@pytest.mark.parametrize("formulas", SETS, ids=", ".join)
@pytest.mark.parametrize("slopes", [True, False])
def test_each_curve_has_its_label_and_none_lies_on_a_curve(
    formulas: tuple[str, ...], slopes: bool
) -> None:
    exhibit = made(formulas, slopes)
    for (width, height), ascii in itertools.product(SIZES, (True, False)):
        names = titles(exhibit, CODE if ascii else PAPER)
        picture = chart(exhibit, names, ascii=ascii)
        with_labels = cells(picture, width, height, ascii)
        without = cells(bare(picture), width, height, ascii)
        case = "\n".join([f"{formulas} {width}x{height}", *with_labels])
        assert max(map(len, with_labels)) <= width, case
        for text, below in zip(with_labels, without, strict=True):
            for letter, under in zip(text, below.ljust(len(text)), strict=True):
                assert letter == under or under == " ", case
        if height > 2 * len(picture.curves):
            for curve in picture.curves:
                found = [
                    place
                    for text, below in zip(with_labels, without, strict=True)
                    for place in labelled(text, curve.label, below)
                ]
                seen = any(
                    0 <= picture.y.share(y) <= 1 for r in curve.runs for _, y in r
                )
                assert len(found) == seen, f"{curve.label}\n{case}"


def test_curves_that_meet_at_the_edge_are_labelled_where_they_run_alone() -> None:
    runs = [[[(0.0, 0.0), (50.0, 0.0), (100.0, 9.0)]], [[(0.0, 9.0), (100.0, 9.0)]]]
    exhibit = made(("x", "-x"), slopes=False)
    picture = chart(exhibit, ["low", "high"], ascii=True)
    ends = {"x": picture.x._replace(low=0.0, high=100.0)}
    ends["y"] = picture.y._replace(low=0.0, high=9.0)
    low, high = (
        curve._replace(runs=run)
        for curve, run in zip(picture.curves, runs, strict=True)
    )
    drawn = cells(Chart(**ends, curves=[low, high]), 60, 20, ascii=True)  # type: ignore[arg-type]
    rows = {name: next(n for n, text in enumerate(drawn) if name in text)
            for name in ("low", "high")}  # fmt: skip
    assert rows["high"] == 1  # under its own line
    assert rows["low"] >= 2
    assert not any(text.endswith(("low", "high")) and len(text) > 55 for text in drawn)


def test_functions_keep_their_names_and_formulas_are_numbered(run: Run) -> None:
    out = run("plot", "sign", "sigmoid", "relu", "2*sin(x)", "--height", "20").out
    first = out.split("┤")[0]
    assert "sign(x)    sign' dashed" in first
    assert "σ(x)" in first
    assert "f4(x) = 2 sin(x)" in first
    assert "f1" not in out
    twice = run("plot", "tanh", "tanh").out
    assert "f1(x) = tanh(x)" in twice
    assert "f2(x) = tanh(x)" in twice
