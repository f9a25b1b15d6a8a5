"""Where a function breaks: what a few numbers around a place say, and what is asked."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from mpmath import mp

from diffcli.analysis import features as subject
from diffcli.analysis.features import Slice, edges, minimum
from diffcli.engine.tape import Program
from diffcli.language.parser import parse
from diffcli.language.printer import text


def line(formula: str) -> Slice:
    return Slice(Program([parse(formula).expression]), "x", {})


# ---- around a place -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("toward", "kind"),
    [
        (lambda d: 1 / d, "pole"), (lambda d: d**-0.05, "pole"),
        (lambda d: d**-6, "pole"),
        (lambda d: -(d**-2), "pole"), (lambda d: 7 - 1 / d, "pole"),
        (lambda d: mp.log(d), "asymptote"), (lambda d: 5 - 3 * mp.log(d), "asymptote"),
        (lambda d: mp.log(d) ** 2, "asymptote"),
        (lambda d: mp.sqrt(-mp.log(d)), "asymptote"),
        (lambda d: d**0.03, ""), (lambda d: mp.sqrt(d), ""), (lambda d: 1 + d, ""),
        (lambda d: d * mp.log(d), ""), (lambda d: mp.mpf(3), ""),
        (lambda d: mp.zero, ""),
        (lambda d: 1 / (1 - mp.log(d)), ""),
        (lambda d: d**-1 if d > 1e-25 else mp.inf, "pole"),
        (lambda d: mp.mpf(3) if d > 1e-28 else mp.inf, "pole"),
        (lambda d: mp.mpf(3 if d > 1e-28 else 4), ""),
        (lambda d: 1e300 + d, ""), (lambda d: mp.sin(1 / d), ""),
    ],
)  # fmt: skip
@pytest.mark.parametrize("unit", [1, 1e-200, 1e200])
def test_what_goes_on_growing_is_told_from_what_settles(
    toward: Callable[[Any], Any], kind: str, unit: float
) -> None:
    with mp.workdps(200):
        near = [mp.mpf(10) ** exponent for exponent in subject._DISTANCES]
        assert subject._growth([unit * toward(d) for d in near], mp.zero) == kind


def test_growth_below_the_dust_is_none() -> None:
    with mp.workdps(200):
        near = [mp.mpf(10) ** exponent for exponent in subject._DISTANCES]
        grown = [1e-100 / d for d in near]
        assert subject._growth(grown, mp.mpf(10) ** -69) == ""
        assert subject._growth(grown, mp.mpf(10) ** -71) == "pole"
        assert subject._growth([d * mp.mpf(10) ** -59 for d in (1, 2, 4)], 0) == "pole"
        assert subject._growth([1 + d * mp.mpf(10) ** -61 for d in (1, 2, 4)], 0) == ""


@pytest.mark.parametrize(
    ("left", "right", "dust", "apart"),
    [
        ([0, 0], [1, 1], 0, True), ([0, 0], [1e-3, 1e-6], 0, False),
        ([0, 0], [-1, -1], 0, True), ([0, 1e-4], [1, 1], 0, True),
        ([0, 2e-3], [1, 1], 0, False), ([0, 0], [1, 1], 1, False),
        ([0, 0], [1, 1], 0.99, True), ([2, 2], [2, 2], 0, False),
    ],
)  # fmt: skip
def test_sides_that_stay_apart(
    left: list[float], right: list[float], dust: float, apart: bool
) -> None:
    assert subject._stay_apart(left, right, dust) == apart


def test_slopes_are_those_away_from_the_place() -> None:
    distances = [4.0, 2.0, 1.0]
    assert subject._slopes([d * d for d in distances], distances) == [6.0, 3.0]


@pytest.mark.parametrize("least", [-0.9, -0.1, 0.0, 0.3, 1.2])
@pytest.mark.parametrize("power", [-9, 0, 9])
def test_the_minimum_is_found_by_golden_section(least: float, power: int) -> None:
    scale = 10.0**power
    count: list[float] = []

    def bowl(x: float) -> float:
        count.append(x)
        return (x / scale - least) ** 2

    found = minimum(bowl, -scale, 2 * scale)
    assert abs(found / scale - least) < 1e-7
    # Each new place is where the golden section says: the rest shrinks by 0.618.
    shares = [abs(b - a) for a, b in pairwise(count[1:8])]
    assert all(b < 0.9 * a or a < 0.9 * b for a, b in pairwise(shares))
    assert len(count) < 70


@pytest.mark.parametrize("root", [-0.75, -1e-9, 0.0, 1 / 3, 0.5, 0.999])
@pytest.mark.parametrize("sign", [1, -1])
def test_a_crossing_is_where_the_sign_changes(root: float, sign: int) -> None:
    edge = line(f"{sign}*(x-({root!r}))")
    found = subject._crossing(edge, -1.0, 1.0, sign < 0)
    assert abs(found - root) <= 2e-16
    assert edge.value(found) == 0 or (edge.value(found) or 0) * sign > 0


@pytest.mark.parametrize("scale", ["1", "1e-9", "1e9", "-1e9"])
@pytest.mark.parametrize(
    ("formula", "at"),
    [
        ("x", [0.0]), ("x-0.3", [0.3]), ("(x-0.3)^2", [0.3]), ("(x-0.33)^2", [0.33]),
        ("(x-0.3)^2-1e-6", [0.299, 0.301]), ("(x-0.33)^2-1e-6", [0.329, 0.331]),
        ("(x-0.3)^2+1e-2", []), ("exp(x)", []),
        ("x^2-0.04", [-0.2, 0.2]), ("(x+1)*(x-1)", [-1, 1]), ("x^2*(x-1)^2", [0, 1]),
        ("log(x)", [1.0]), ("1/x", []), ("abs(x-0.77)", [0.77]), ("0*x", []),
    ],
)  # fmt: skip
def test_candidates_are_the_zeros_of_an_edge(
    formula: str, at: list[float], scale: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Found between samples, or at one; what is 0 everywhere has none."""
    edge = parse(f"{scale}*({formula})").expression
    monkeypatch.setattr(subject, "edges", lambda *_: [edge])
    places = [n / 10 - 1.0 for n in range(21)]
    found = [c.x for c in subject._candidates(line(formula), places)]
    assert sorted({round(x, 6) for x in found}) == pytest.approx(at, abs=2e-6)
    assert all(
        c.step == pytest.approx(0.1) for c in subject._candidates(line(formula), places)
    )


@pytest.mark.parametrize(
    ("formula", "at"),
    [("x", [0.0]), ("x-0.5", [0.5]), ("x+1", [-1.0]), ("(x-1)^2", [1.0]),
     ("(x-1/16)^2", [1 / 16] * 2), ("x-1/16", [1 / 16])],
)  # fmt: skip
def test_a_zero_at_a_sample_is_one_and_one_between_two_is_seen_from_both(
    formula: str, at: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    edge = parse(formula).expression
    monkeypatch.setattr(subject, "edges", lambda *_: [edge])
    places = [n / 8 - 1.0 for n in range(17)]
    found = [c.x for c in subject._candidates(line(formula), places)]
    assert found == pytest.approx(at, abs=1e-7)


@pytest.mark.parametrize(
    ("formula", "at"),
    [
        ("x-1/3", "1/3"), ("x^2-2", "sqrt(2)"), ("(x^2-2)^2", "sqrt(2)"),
        ("sin(x*pi/5)", "0"), ("x^3", "0"), ("exp(x)-3", "log(3)"), ("x-0.1", "0.1"),
        ("x^2+1e-9", None), ("exp(x)", None), ("x-9", None),
    ],
)  # fmt: skip
def test_a_place_is_made_exact_or_it_is_none(formula: str, at: str | None) -> None:
    edge = line(formula)
    truth = None if at is None else float(Program([parse(at).expression]).value({}))
    with mp.workdps(200):
        start = 0.001 if truth is None else truth + 1e-9
        found = subject._exact(subject._Candidate(start, 0.1, edge))
        if truth is None:
            assert found is None
        else:
            assert abs(found - truth) < 1e-15
            assert abs(edge.precise(found)) < mp.mpf(10) ** -38


@pytest.mark.parametrize(
    ("formula", "met"),
    [
        ("x^2", []), ("x^0.5", ["x"]), ("x^-1", ["x"]), ("x^-2", ["x"]),
        ("x^1", []), ("x^y", ["x"]), ("2^x", []), ("abs(x)", ["x"]), ("abs(y)", []),
        ("log(x+y)", ["x + y"]), ("asin(x)", ["abs(x) - 1"]), ("max(x, y)", ["x - y"]),
        ("abs(x)+abs(x)", ["x"]), ("exp(x)", []), ("y^2.5*x", []), ("1/x", ["x"]),
        ("atan2(x, -1)", ["x"]), ("atan2(x, 2)", []), ("atan2(x, 0)", ["x"]),
        ("sqrt(x)*abs(x-1)", ["x", "x - 1"]), ("tan(x)", ["cos(x)"]), ("x^1.5", ["x"]),
    ],
)  # fmt: skip
def test_edges_are_where_a_row_ends_or_is_rough(formula: str, met: list[str]) -> None:
    found = edges(Program([parse(formula).expression]), "x")
    assert sorted(map(text, found)) == sorted(met)


def test_too_many_places_are_looked_at_here_and_there() -> None:
    """As many as make a picture; what is left out is said."""
    looked: list[float] = []

    def noted(_: Slice, candidate: Any) -> None:
        looked.append(candidate.x)

    places = [n / 100 for n in range(-600, 601)]
    for formula, complete, count in (
        ("floor(x)", True, 13), ("floor(30*x)", False, 80), ("abs(x)", True, 1),
    ):  # fmt: skip
        looked.clear()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(subject, "_examine", noted)
            survey = subject.features(line(formula), places)
        assert survey.complete == complete
        assert len({*looked}) == len(looked)
        assert 0.8 * count <= len(looked) <= 1.3 * count
        if not complete:  # they are spread over the whole range
            assert min(looked) < -5
            assert max(looked) > 5


def test_edges_in_a_fifth_of_the_gaps_are_all_that_can_be_seen() -> None:
    """Of more what is found is shown, and said to be not complete."""
    for count, formula, complete in (
        (5, "abs(x)", True), (4, "abs(x)", False), (10, "abs(x)+abs(x-1.5)", True),
        (9, "abs(x)+abs(x-1.5)", False),
    ):  # fmt: skip
        places = [4.5 * n / (count - 1) - 2.2 for n in range(count)]
        survey = subject.features(line(formula), places)
        assert survey.complete == complete
        assert len(survey.features) == formula.count("abs")


def test_features_outside_the_range_are_none() -> None:
    assert subject.features(line("abs(x)"), [0.0, 0.5, 1.0]).features[0].x == 0
    assert subject.features(line("abs(x)"), [-1.0, -0.5, 0.0]).features[0].x == 0
    assert subject.features(line("abs(x)"), [1e-9, 0.5, 1.0]).features == ()


@pytest.mark.parametrize(
    ("formula", "kind"),
    [
        ("abs(x)", "kink"), ("3*x-abs(x)", "kink"), ("sign(x)", "jump"),
        ("step(x)*2", "jump"),
        ("1/x", "pole"), ("-1/x^2", "pole"), ("log(x)", "asymptote"),
        ("log(abs(x))", "asymptote"),
        ("sqrt(x)", "vertical tangent"), ("cbrt(x)", "vertical tangent"),
        ("x^2", ""), ("x", ""),
        ("abs(x)^1.5", ""), ("sin(x)/x", ""), ("x*abs(x)", ""),
        ("relu(x)-relu(-x)", ""),
        ("abs(x)/x", "jump"), ("abs(x)*exp(-1/x^2)", ""), ("exp(1/x)", "pole"),
        ("7", ""),
        ("x*log(abs(x))", ""), ("acot(x)", "jump"), ("abs(x)*x/x", ""),
        ("log(-1-x^2)", ""),
    ],
)  # fmt: skip
@pytest.mark.parametrize("more", ["{f}", "1e10+({f})", "1e-250*({f})", "({f})*1e250"])
def test_what_a_function_does_at_0(formula: str, kind: str, more: str) -> None:
    """Whatever is added, and in whatever unit."""
    with mp.workdps(200):
        found = subject._kind(line(more.format(f=formula)), mp.zero, mp.mpf("0.01"))
    assert found == kind


@pytest.mark.parametrize(
    ("formula", "kind"),
    [
        ("abs(x)", "kink"), ("3*x-abs(x)", "kink"), ("sign(x)", "jump"),
        ("1/x", "pole"), ("log(x)", "asymptote"), ("cbrt(x)", "vertical tangent"),
        ("x^2", ""), ("7*x", ""), ("relu(x)-relu(-x)", ""), ("x*abs(x)", ""),
    ],
)  # fmt: skip
@pytest.mark.parametrize("step", [1e-200, 1e-100, 1e100, 1e200])
def test_what_a_function_does_at_0_does_not_hang_on_the_step(
    formula: str, kind: str, step: float
) -> None:
    with mp.workdps(200):
        assert subject._kind(line(formula), mp.zero, mp.mpf(step)) == kind


@pytest.mark.parametrize(
    ("formula", "at"),
    [("x^3-1/64", 0.25), ("exp(x-0.5)-1", 0.5), ("x^2-9", 3.0), ("tan(x-7)", 7.0),
     ("(x-1.75)^2*x", 1.75), ("x*exp(x)", 0.0), ("x^4", 0.0)],
)  # fmt: skip
def test_a_place_that_is_a_short_number_is_that_number(formula: str, at: float) -> None:
    with mp.workdps(200):
        for near in (at, at + 1e-9, at - 1e-9):
            candidate = subject._Candidate(near, 0.1, line(formula))
            assert subject._exact(candidate) == at


@pytest.mark.parametrize("formula", ["0*x", "relu(x)", "relu(x)^2", "floor(x+2)"])
def test_where_an_edge_is_0_all_around_the_place_stays(formula: str) -> None:
    with mp.workdps(200):
        for near in (-1.25, -1.0 - 2**-40):
            candidate = subject._Candidate(near, 0.1, line(formula))
            assert subject._exact(candidate) == near
        candidate = subject._Candidate(1e-9, 0.1, line("x*log(x)"))
        assert subject._exact(candidate) == 0  # and there is nothing on one side


def test_a_value_that_overflows_is_endless_and_another_is_none() -> None:
    with mp.workdps(30):
        assert line("1/x").precise(mp.mpf(4)) == 0.25
        assert line("log(x)").precise(mp.mpf(-4)) is None
        assert line("exp(x)").precise(mp.mpf(10) ** 12) == mp.inf
    assert line("log(x)").value(-4.0) is None
    assert line("exp(x)").value(1e3) is None
    assert line("x^2").value(-4.0) == 16
