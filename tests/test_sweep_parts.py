"""One quotient of a sweep, the test that code carries, and what columns judge alike."""

import math
from collections.abc import Mapping, Sequence
from fractions import Fraction

import pytest

from diffcli.analysis import check_columns, export, sweep
from diffcli.analysis.certainty import doubts, near_kinks
from diffcli.analysis.grad import _differing, _wrong_steps, compare, with_exact_values
from diffcli.analysis.sweep import Series, WidthSample, _Part
from diffcli.analysis.truncation import truncation, truncation_bounds
from diffcli.analysis.verdicts import ESTIMATES, Tolerance
from diffcli.arithmetics.columns import Column
from diffcli.calculus.floats import FORMATS
from diffcli.engine.bounds import value_errors
from diffcli.engine.coarse_quotients import RoundedQuotient
from diffcli.engine.columns import both_passes, filled
from diffcli.engine.derivation import derive
from diffcli.engine.stencils import Quotient
from diffcli.engine.tape import ROUNDING, Program
from diffcli.errors import KinkError
from diffcli.language.parser import parse
from diffcli.language.printer import text as to_text
from diffcli.problem import Estimate, Problem, Settings, pose


def problem_of(
    formula: str, settings: Settings | None = None, **point: float
) -> Problem:
    return pose(parse(formula, names={*point}), point, settings=settings)


def quotient(slope: float, rounding: float = 0.0, held: float = 0.0) -> RoundedQuotient:
    return RoundedQuotient(Quotient(0.0, 1.0, 0.0, slope, 1.0), slope, rounding, held)


def made_of(power: float, c: float, r: float, first: int, last: int) -> list[_Part]:
    """Return what errors are made of at h = 10^-first and on, each a tenth as large."""
    widths = [10.0**-place for place in range(first, last + 1)]
    return [_Part(h, c * h**power + r / h, c * h**power, r / h) for h in widths]


@pytest.mark.parametrize("power", [1, 2, 4])
@pytest.mark.parametrize(("c", "r"), [(1.0, 1e-16), (3e5, 1e-12), (1e-9, 1e-14)])
@pytest.mark.parametrize("around", [1, 2, 5])
def test_beside_the_expected_step_both_errors_together_are_larger(
    power: int, c: float, r: float, around: int
) -> None:
    """Also if it is next to the first or the last step that was taken."""

    def both(h: float) -> float:
        return c * h**power + r / h

    every = made_of(power, c, r, -4, 20)
    least = min(range(len(every)), key=lambda place: both(every[place].h))
    for before, after in ((1, around), (around, 1), (around, around)):
        near = every[least - before : least + after + 1]
        found = sweep._expected(near)
        assert found is not None
        assert both(found) < min(both(0.99 * found), both(1.01 * found))
        assert sweep._expected(near[before:]) is None  # at an end
        assert sweep._expected(near[: before + 1]) is None
    assert sweep._expected([]) is None


@pytest.mark.parametrize(
    ("truncation", "rounding"),
    [((2, 1, 0), (0, 0, 2)), ((2, 0, 1), (0, 1, 2)), ((2, 1, 2), (1, 1, 1)),
     ((4, 1, 9), (1, 1, 1)), ((2, 1, 0.5), (1, 0, 2)), ((1, 1, 0.5), (3, 1, 4))],
)  # fmt: skip
def test_no_step_is_expected_of_what_follows_no_power(
    truncation: tuple[float, ...], rounding: tuple[float, ...]
) -> None:
    pairs = zip((1.0, 0.1, 0.01), truncation, rounding, strict=True)
    assert sweep._expected([_Part(h, t + r, t, r) for h, t, r in pairs]) is None


@pytest.mark.parametrize("count", range(2, 6))
@pytest.mark.parametrize("power", [1, 2])
def test_alike_is_what_follows_one_power_from_the_smallest_step_on(
    power: int, count: int
) -> None:
    narrow = made_of(power, 1.0, 0.0, 4, 3 + count)
    assert sweep._alike(narrow) == narrow[::-1]
    wide = made_of(power + 2, 1e6, 0.0, 1, 3)
    assert sweep._alike([*wide, *narrow])[:count] == narrow[::-1]
    assert len(sweep._alike([*wide, *narrow])) < count + 2


@pytest.mark.parametrize("count", range(8))
@pytest.mark.parametrize("power", [-1, 0, 1, 2, 4])
def test_a_power_is_the_slope_of_four_points_and_more(power: int, count: int) -> None:
    points = [(10.0**-place, 3 * 10.0 ** (-place * power)) for place in range(count)]
    found = sweep._slope(points)
    assert (found is None) == (count < 4)
    assert found is None or found == pytest.approx(power, abs=1e-9)


@pytest.mark.parametrize(
    ("found", "true", "truncation", "sample"),
    [
        (None, 2.0, 0.1, (None, None, None, None)),
        (quotient(math.inf), 2.0, 0.1, (None, None, None, None)),
        (quotient(2.5, 0.25, 0.125), 2.0, 0.5, (2.5, 0.5, 0.25, 0.875)),
        (quotient(1.5), -2.0, None, (1.5, 3.5, 1.75, None)),
        (quotient(1.5), 0.0, 0.5, (1.5, 1.5, None, 0.5)),
        (quotient(1.5), 0.0, math.inf, (1.5, 1.5, None, None)),
        (quotient(1e308), -1e308, 0.5, (1e308, None, None, 0.5)),
        (quotient(1.5), 1e-320, 0.5, (1.5, 1.5, None, 0.5)),
        (quotient(2.0), 2.0, 0.0, (2.0, 0.0, 0.0, 0.0)),
    ],
)  # fmt: skip
def test_a_quotient_and_its_error(
    found: RoundedQuotient | None,
    true: float,
    truncation: float | None,
    sample: tuple[float | None, ...],
) -> None:
    """Without a number where one is beyond the doubles."""
    got = sweep._sample(0.5, found, Estimate(true, 0.0), truncation)
    assert got.h == 0.5
    assert (got.value, got.absolute, got.relative, got.predicted) == sample


def series(*errors: float | None) -> Series:
    samples = tuple(
        WidthSample(10.0**-n, 1.0, e, e and e / 2, None) for n, e in enumerate(errors)
    )
    return Series("forward", samples, samples[0], None, False, None, None)


@pytest.mark.parametrize("per_decade", [1, 2, 3, 8])
@pytest.mark.parametrize(("low", "high"), [(-3, 2), (-15, -1), (0, 0), (2, 5), (-1, 0)])
def test_widths_are_all_the_powers_between_two_numbers(
    low: int, high: int, per_decade: int
) -> None:
    """And the powers of ten among them are those that are written so."""
    found = sweep.widths(float(f"1e{low}"), float(f"1e{high}"), per_decade)
    assert found[::per_decade] == [float(f"1e{n}") for n in range(high, low - 1, -1)]
    assert found == pytest.approx(
        [10 ** (high - n / per_decade) for n in range((high - low) * per_decade + 1)]
    )
    assert sweep.widths(10.0**high * 1.01, 10.0**low * 0.99, per_decade) == found
    if found[1:]:
        inside = sweep.widths(10.0**high * 0.99, 10.0**low * 1.01, per_decade)
        ends = [10.0**high * 0.99, 10.0**low * 1.01]
        assert inside == (found[1:-1] or ends)
    assert sweep.widths(0.3, 0.3, per_decade) == [0.3]


@pytest.mark.parametrize(
    ("relative", "digits"),
    [(None, None), (0.0, 16), (1e-30, 16), (2e-17, 16), (9e-17, 16), (2e-16, 15),
     (0.009, 2), (0.02, 1), (0.09, 1), (0.2, 0), (0.9, 0), (1.0, 0), (1e9, 0)],
)  # fmt: skip
def test_digits_are_those_before_the_first_wrong_one(
    relative: float | None, digits: int | None
) -> None:
    """No fewer than 0, and no more than a double has."""
    assert WidthSample(1.0, 1.0, relative, relative, None).digits == digits


def best(errors: Sequence[float], predicted: Mapping[int, float]) -> int:
    """Return the place of the best of samples with these errors."""
    samples = [
        WidthSample(10.0**-n, 1.0, error, None, predicted.get(n))
        for n, error in enumerate(errors)
    ]
    found = sweep._best(samples)
    assert found is not None
    return samples.index(found)


@pytest.mark.parametrize("unit", [1e-9, 1.0, 1e9])
@pytest.mark.parametrize(
    ("errors", "predicted", "place"),
    [
        ((3, 2, 1), {}, 2), ((1, 2, 3), {}, 0), ((2, 2, 2), {}, 0), ((1,), {}, 0),
        # a neighbour counts, on both sides, and what is next to it does not
        ((5, 5, 0, 5, 5, 2, 2, 2), {}, 6), ((0, 5, 5, 2, 2, 2, 9, 9), {}, 4),
        ((5, 1, 1, 1, 5), {}, 2), ((2, 2, 5, 5, 1), {}, 0), ((5, 5, 2, 2), {}, 3),
        # of nearly equal ones the widest
        ((9, 1.0005, 1.0005, 1.0005, 1, 1, 1), {}, 2),
        ((9, 1.5, 1.5, 1.5, 1, 1, 1), {}, 5), ((1.002, 1.002, 9, 1, 1), {}, 4),
        # a tenth of what theory allows
        ((0, 0, 0, 1, 1, 1), {1: 5, 0: 5}, 0), ((0, 0, 9, 1, 1), {0: 11}, 4),
        ((4, 4, 9, 2, 2, 2), dict.fromkeys(range(6), 10), 4),
    ],
)  # fmt: skip
def test_the_best_step_is_good_beside_its_neighbours(
    errors: Sequence[float], predicted: Mapping[int, float], place: int, unit: float
) -> None:
    scaled = {n: unit * each for n, each in predicted.items()}
    assert best([unit * error for error in errors], scaled) == place


@pytest.mark.parametrize("unit", [1e-9, 1.0, 1e9])
@pytest.mark.parametrize(("times", "clear"), [(4.5, False), (5.5, True)])
def test_slopes_are_taken_where_one_part_is_five_times_the_other(
    times: float, clear: bool, unit: float
) -> None:
    """Each of four points; of truncation, and then of rounding."""
    widths = [10.0**-n for n in range(4)]
    for power, large, small in ((1, times, 1.0), (-1, 1.0, times)):
        sizes = [unit * h**power for h in widths]
        found = [
            (h, quotient(2 + size, small * size))
            for h, size in zip(widths, sizes, strict=True)
        ]
        lost = [large * size for size in sizes]
        got = sweep._series("forward", found, Estimate(2.0, 0.0), lost)
        slope, other = (got.right, got.left) if power == 1 else (got.left, got.right)
        assert other is None
        assert slope == (pytest.approx(power, abs=1e-6) if clear else None)
        assert not got.straight


@pytest.mark.parametrize(("off", "count"), [(0.05, 5), (-0.05, 5), (0.2, 3), (-0.2, 3)])
@pytest.mark.parametrize("power", [1.0, 2.0, 4.0])
def test_one_power_is_one_within_a_tenth(power: float, off: float, count: int) -> None:
    narrow = [_Part(h, 0.0, h**power, 0.0) for h in (1e-5, 1e-4, 1e-3)]
    wide = [
        _Part(h, 0.0, 1e-3**power * (h / 1e-3) ** (power + off), 0.0)
        for h in (1e-2, 1e-1)
    ]
    assert sweep._alike([*narrow, *wide][::-1]) == [*narrow, *wide][:count]


def test_errors_that_can_be_drawn_are_known_and_not_0() -> None:
    found = series(2.0, None, 0.0, math.inf, 3.0)
    assert [*sweep.errors(found, False)] == [(1.0, 2.0), (1e-4, 3.0)]
    assert [*sweep.errors(found, True)] == [(1.0, 1.0), (1e-4, 1.5)]


def test_a_bound_is_what_truncation_and_rounding_can_do() -> None:
    found = sweep._bounded(series(1.0, 2.0, 3.0), [0.5, None, 0.25], [0.125, 1.0, None])
    assert [sample.bound for sample in found.samples] == [0.625, None, None]
    assert found.best == found.samples[0]
    assert sweep._bounded(series(1.0)._replace(best=None), [1.0], [1.0]).best is None
    line = problem_of("3*x", x=1.0)
    assert sweep._moved(line, "x", "", None) is None
    assert sweep._moved(line, "x", "", quotient(1.0, 0.25, 0.5)) == 0.75
    for form in FORMATS:
        fixed, held = (
            sweep._moved(line, "x", form, quotient(1.0, 0.25, held))
            for held in (0.0, 0.5)
        )
        assert fixed is not None
        assert held == pytest.approx(fixed + 0.5)


@pytest.mark.parametrize("x", [1.0, -0.75, 0.0, 3e5])
@pytest.mark.parametrize("h", [Fraction(1, 2), Fraction(1, 2**30)])
@pytest.mark.parametrize(
    ("formula", "scheme", "back", "ahead", "sharp"),
    [
        ("x^2", "forward", 0, 1, True), ("7*x^2-x", "forward", 0, 1, True),
        ("x^3", "symmetric", -1, 1, True), ("2-x^3", "symmetric", -1, 1, True),
        ("x^2", "symmetric", -1, 2, True), ("3*x^2", "symmetric", -2, 1, True),
        ("x^2", "symmetric", -1, 1, True), ("5*x", "forward", 0, 1, True),
        ("x^3", "forward", 0, 1, False), ("x^3+x^2", "symmetric", -1, 2, False),
    ],
)  # fmt: skip
def test_what_is_lost_without_rounding_is_known_and_bounded(
    formula: str, scheme: str, back: int, ahead: int, sharp: bool, x: float, h: Fraction
) -> None:
    """By exact fractions; the bound is the number itself where no more is left out."""

    def f(place: Fraction) -> Fraction:
        powers = {"x^2": place**2, "7*x^2-x": 7 * place**2 - place, "x^3": place**3,
                  "2-x^3": 2 - place**3, "3*x^2": 3 * place**2, "5*x": 5 * place,
                  "x^3+x^2": place**3 + place**2}  # fmt: skip
        return powers[formula]

    at = Fraction(x)
    slope = {"x^2": 2 * at, "7*x^2-x": 14 * at - 1, "x^3": 3 * at**2,
             "2-x^3": -3 * at**2, "3*x^2": 6 * at, "5*x": Fraction(5),
             "x^3+x^2": 3 * at**2 + 2 * at}[formula]  # fmt: skip
    low, high = at + back * h, at + ahead * h
    true = float(abs((f(high) - f(low)) / (high - low) - slope))
    problem = problem_of(formula, x=x)
    assert truncation(problem, "x", [(low, high), None]) == [
        pytest.approx(true, rel=1e-12), None
    ]  # fmt: skip
    bound, none = truncation_bounds(problem, "x", scheme, [(low, high), None])
    assert none is None
    assert bound is not None
    assert true * (1 - 1e-12) <= bound
    assert not sharp or bound == pytest.approx(true, rel=1e-6)


@pytest.mark.parametrize("digits", [10, 30])
@pytest.mark.parametrize("number", [0.0, 1.0, -1e-300])
def test_a_number_without_an_error_is_certain(number: float, digits: int) -> None:
    problem = problem_of("x", Settings(digits=digits), x=1.0)
    assert not doubts(problem, Estimate(number, 0.0), ())
    off = 2 * 10.0**-digits * abs(number)
    lacking = doubts(problem, Estimate(number, off), ())
    assert bool(lacking) == (digits == 30 and off > 0)
    assert not doubts(problem, Estimate(number, off / 4), ())


def test_toward_what_does_not_occur_a_sweep_has_the_slope_0() -> None:
    found = sweep.sweep(problem_of("x^2", x=3.0, absent=2.0), "absent", [1e-1, 1e-3])
    assert found.true == 0
    for one in found.series:
        assert one.straight
        assert [sample.absolute for sample in one.samples] == [0.0, 0.0]
    with pytest.raises(KinkError):
        sweep.sweep(problem_of("abs(x)", x=0.0), "x", [1e-1])
    corner = sweep.sweep(problem_of("relu(x)-relu(-x)", x=0.0), "x", [1e-1])
    assert corner.true == 1


@pytest.mark.parametrize("x", [3.0, 1e-3, 1e8])
@pytest.mark.parametrize("formula", ["x^2", "exp(x/1e9)-1", "1e-310*x", "0*x", "x-3"])
def test_code_has_to_come_as_near_as_doubles_can(formula: str, x: float) -> None:
    """1e-12 of a number, or 64 times its bound, and 1e-300."""
    problem = problem_of(formula, x=x)
    found = export.operations(problem.parsed, ["x"], 1)
    target = export.load("python")
    check = export._check(found, [problem], target)
    tape = Program(found.formulas).run({"x": x})
    errors = value_errors(tape)
    for text, near, row in zip(
        check.expected, check.tolerances, tape.program.outputs, strict=True
    ):
        value = float(text)
        wanted = max(1e-12 * abs(value), 64 * errors[row], 1e-300)
        assert float(near) == pytest.approx(wanted, rel=0.06)
    assert [float(text) for text in check.point] == [x]
    assert export._numeral(-2.5, target) == "-2.5"


# ---- what is said of differences -----------------------------------------------------


@pytest.mark.parametrize(
    ("formula", "x", "h", "wrong"),
    [("x^2", 3.0, 1e-5, False), ("x^2", 3.0, 1e-16, False),
    ("tanh(1e8*x)", 1e-8, 1e-5, True),
     ("sin(1e6*x)", 0.3, 0.1, True), ("sin(1e6*x)", 0.3, "auto", False),
     ("exp(x)", 1.0, 1e-3, False)],
)  # fmt: skip
def test_steps_without_a_certain_digit_are_said(
    formula: str, x: float, h: float | str, wrong: bool
) -> None:
    found = compare(problem_of(formula, Settings(h=h), x=x), ("finite",))
    said = any("no digit of the difference" in w.text for w in found.warnings)
    assert said == wrong
    both = compare(problem_of(formula, Settings(h=h), x=x), ("finite", "backprop"))
    assert not any("no digit of the difference" in w.text for w in both.warnings)
    assert _wrong_steps(both.problem, both.results, ()) == []
    assert _wrong_steps(found.problem, found.results, ("x",)) == []


@pytest.mark.parametrize(
    ("x", "h", "near"),
    [(1e-7, 1e-5, True), (1e-3, 1e-5, False), (4.9e-6, 1e-5, True),
    (5.1e-6, 1e-5, False), (0.0, 1e-5, False)],
)  # fmt: skip
def test_a_kink_between_two_samples_is_said(x: float, h: float, near: bool) -> None:
    found = compare(problem_of("abs(x)*2", Settings(h=h), x=x))
    said = near_kinks(found.problem, found.results, found.corners)
    assert bool(said) == near
    if near:
        assert "a kink of abs lies within h of the point" in said[0].text
    else:
        assert not _differing(found.problem, found.agreements, found.corners) or x == 0


def test_exact_values_stand_beside_the_numbers_that_mean_the_same() -> None:
    parsed = parse("sin(x)/4")
    third = parse("pi/3").expression
    made = compare(pose(parsed, {"x": math.pi / 3}), ("backprop",))
    found = with_exact_values(made, {"x": third})
    assert found.exact == {"": "sqrt(3)/8", "x": "1/8"}
    kinky = compare(problem_of("abs(x)+2", x=0.0), ("backprop",))
    assert with_exact_values(kinky, {"x": parse("0").expression}).exact == {
        "": "2",
        "x": "",
    }


# ---- claims in columns ---------------------------------------------------------------


@pytest.mark.parametrize("limits", [ESTIMATES, Tolerance(1e-9), Tolerance(1e-9, 1e-6)])
@pytest.mark.parametrize("off", [0.0, 1e-16, 5e-16, 3e-15, 1e-14, 1e-8])
def test_the_short_ways_of_columns_pass_nothing_that_fails(
    limits: Tolerance, off: float
) -> None:
    """One bound for all points, one for each, and the bounds of the tape at last."""
    names = {"x", "y", "z"}
    parsed = parse("x^2*y", names=names)
    claims = {
        "y": parse("x^2", names=names),
        "x": parse(f"2*x*y*(1+{off!r})", names=names),
        "z": parse("0", names=names),  # which does not occur
    }
    asked = check_columns.Claims(parsed, claims, limits, prove=False)
    points: dict[str, Column] = {
        "x": [1.5, 2.0, -3.0], "y": [2.0, 1e-9, 7.0], "z": [1.0, 2.0, 3.0]
    }  # fmt: skip
    passes = both_passes(asked.program, points, asked.names)
    _, *rows = asked.program.outputs
    lists = [
        filled(column, 3)
        for name, row in zip(asked.names, rows, strict=True)
        for column in (passes.values[row], passes.partial(name))
    ]
    slow = check_columns._failing(asked, passes, lists)
    assert slow <= check_columns._unsure(asked, passes, lists)
    assert slow <= check_columns._unsure_of_all(asked, passes, lists)
    assert asked.everywhere == [False] * 3  # nobody asked for a proof
    if off <= 5e-16 or (off == 1e-8 and limits.absolute):
        assert check_columns._unsure(asked, passes, lists) == set()
        assert check_columns._unsure_of_all(asked, passes, lists) == set()
        assert slow == set()
    if off == 1e-8 and not limits.absolute:
        assert slow == {0, 1, 2}


@pytest.mark.parametrize("formula", ["x*y", "x+y", "x*y^2", "x*(y+1)", "exp(x)*y"])
def test_a_claim_that_is_off_by_roundings_is_passed_by_no_short_way_alone(
    formula: str,
) -> None:
    parsed = parse(formula)
    (right,) = (to_text(each.result) for each in derive(parsed.expression, ["x"]))
    for roundings in range(4, 60, 2):
        claim = f"({right})*(1+{roundings * ROUNDING!r})"
        claims = {"x": parse(claim, names={"x", "y"})}
        asked = check_columns.Claims(parsed, claims, ESTIMATES, prove=False)
        points: dict[str, Column] = {"x": [1.5, 1.99], "y": [1.0, 1.7]}
        passes = both_passes(asked.program, points, asked.names)
        pair = passes.values[asked.program.outputs[1]], passes.partial("x")
        lists = [filled(column, 2) for column in pair]
        slow = check_columns._failing(asked, passes, lists)
        assert slow <= check_columns._unsure(asked, passes, lists)
        assert slow <= check_columns._unsure_of_all(asked, passes, lists)


def test_variables_that_do_not_meet_have_the_second_derivative_0() -> None:
    parsed = parse("x^2+y^3")
    for claim, bad in (("0", set()), ("1e-9", {0, 1})):
        claims = {"x,y": parse(claim, names={"x", "y"})}
        asked = check_columns.Claims(parsed, claims, ESTIMATES, prove=False, order=2)
        points: dict[str, Column] = {"x": [1.5, 2.0], "y": [2.0, -1.0]}
        (claimed, true), found = check_columns._judged_second(asked, points, 2)
        assert (set(claimed), set(true)) == ({float(claim)}, {0.0})
        assert found == bad


@pytest.mark.parametrize(
    "names", ["x,y", "y,x", "x,x", "y,y", "x,x y,x", "y,y x,y", "y,x y,y", "x,y x,x"]
)
def test_second_derivatives_are_judged_in_either_order_of_names(names: str) -> None:
    """Also where another claim has named its variables first."""
    parsed = parse("x^2*y^3")
    claims = {"x,x": "2*y^3", "y,y": "6*x^2*y"}
    claim = {
        name: parse(claims.get(name, "6*x*y^2"), names={"x", "y"})
        for name in names.split()
    }
    asked = check_columns.Claims(parsed, claim, ESTIMATES, prove=False, order=2)
    points: dict[str, Column] = {"x": [1.5, 2.0], "y": [2.0, -1.0]}
    found, bad = check_columns._judged_second(asked, points, 2)
    for claimed, true in zip(found[::2], found[1::2], strict=True):
        assert claimed == pytest.approx(true)
        assert all(true)
    assert bad == set()
