"""What is given in the place of a derivative as a whole is named, and nothing else."""

import pytest

import diffcli
from diffcli.analysis.check_second import asked_of
from diffcli.analysis.slip_trials import trials
from diffcli.analysis.slips import Slip
from diffcli.analysis.whole_slips import _is_integral, _is_second, wholes
from diffcli.engine.derivation import derive
from diffcli.language.parser import parse
from diffcli.language.printer import text

ITSELF = "{f} itself was given, not its derivative"
INTEGRATED = "{f} was integrated, not differentiated"
TOWARD_Y = "this is the derivative toward y, not toward x"
TWICE = "this is the second derivative: it was differentiated twice"
ALSO_Y = "this is the second derivative, toward x and y"


@pytest.mark.parametrize(
    ("formula", "claim", "said"),
    [
        ("x^3*y", "x^3*y", ITSELF), ("x^3*y", "x^4*y/4", INTEGRATED),
        ("x^3*y", "x^4*y/4+7", INTEGRATED),
        ("x^3*y", "x^3", TOWARD_Y), ("x^3*y", "6*x*y", TWICE),
        ("x^3*y", "3*x^2", ALSO_Y),
        ("sin(x)", "-sin(x)", TWICE), ("sin(x)", "sin(x)", ITSELF),
        ("sin(x)", "-cos(x)", INTEGRATED),
        ("exp(2*x)", "4*exp(2*x)", TWICE), ("log(x)", "x*log(x)-x", INTEGRATED),
        ("x^3*y", "x^4*y/4+x", ""), ("x^3*y", "x^3+1e-6", ""),
    ],
)  # fmt: skip
def test_a_formula_in_the_place_of_the_derivative(
    formula: str, claim: str, said: str
) -> None:
    parsed = parse(formula, names={"x", "y"})
    (derivation,) = derive(parsed.expression, ["x"])
    wrong = parse(claim, names={"x", "y"}).expression
    found = wholes(derivation, wrong, list(trials(derivation, wrong, None)))
    slips = [str(Slip(None, words)) for words in found]
    wanted = said.format(f=text(parsed.expression))
    assert slips == ([wanted] if said else [])


@pytest.mark.parametrize(
    ("formula", "at", "claim", "said"),
    [
        ("x^3", {"x": 2.0}, "8", ["itself"]), ("x^3", {"x": 2.0}, "12.5", []),
        ("x^3+x^2", {"x": 2.0}, "8", ["at x = -2"]),
        ("x^2*y", {"x": 2.0, "y": 3.0}, "4", ["toward y"]),
        ("x^2*y", {"x": 2.0, "y": 3.0}, "-12", ["at x = -2, y = 3"]),
        ("x^2*y+y^5", {"x": 2.0, "y": 7.0}, "-28", ["at x = -2, y = 7"]),
        ("x^3*y", {"x": 2.0, "y": 5.0}, "150", ["at x = 5, y = 2"]),
        ("x^2", {"x": 0.0}, "1", []), ("log(x)*x", {"x": 2.0}, "0.5", ["second"]),
    ],
)  # fmt: skip
def test_a_number_in_the_place_of_the_derivative(
    formula: str, at: dict[str, float], claim: str, said: list[str]
) -> None:
    (verdict,) = diffcli.check(formula, at, {"x": claim}).verdicts
    slips = [str(slip) for slip in verdict.slips]
    for part in said:
        assert any(part in slip for slip in slips), slips
    if not said:
        assert not [s for s in slips if "this is" in s or "itself" in s], slips


@pytest.mark.parametrize(
    ("formula", "claim", "said"),
    [
        ("x^5*y", "x^5*y", "the function itself was given"),
        ("x^5*y", "60*x^2*y", "the third derivative"),
        ("x^5*y", "5*x^4*y", "the first derivative"),
        ("x^5*y", "5*x^4", "∂²f/∂x∂y, not ∂²f/∂x²"),
        ("x^5*y", "20*x^3*y+1", ""),
    ],
)  # fmt: skip
def test_what_is_given_in_the_place_of_a_second_derivative(
    formula: str, claim: str, said: str
) -> None:
    at = {"x": 2.0, "y": 3.0}
    (verdict,) = diffcli.check(formula, at, {"x,x": claim}, order=2).verdicts
    assert not verdict.passed
    assert verdict.second == "x"
    slips = " ".join(map(str, verdict.slips))
    assert said in slips if said else "this is" not in slips, slips


def test_variables_of_claims_are_asked_once_and_pairs_in_one_order() -> None:
    names, pairs = asked_of([("y", "x"), ("x", "x"), ("z", "y")])
    assert names == ("y", "x", "z")
    assert pairs == (("y", "x"), ("y", "z"), ("x", "x"))
    assert asked_of([("x", "x")]) == (("x",), (("x", "x"),))


@pytest.mark.parametrize("claim", ["20*x^3*y", "20*x^3*y*(1+1e-15)", "160*3"])
def test_a_right_second_derivative_passes(claim: str) -> None:
    (verdict,) = diffcli.check(
        "x^5*y", {"x": 2, "y": 3}, {"x,x": claim}, order=2
    ).verdicts
    assert verdict.passed


def test_what_has_no_value_somewhere_is_no_second_derivative() -> None:
    (derivation,) = derive(parse("log(x)").expression, ["x"])
    claim = parse("-1/x^2").expression
    every = [*trials(derivation, claim, {"x": 2.0})]
    assert _is_second(derivation, every, "x")
    assert not _is_second(derivation, every, "y")
    assert not _is_second(derivation, [every[0]._replace(point={"x": 0.0})], "x")


def test_few_points_tell_no_integral() -> None:
    (derivation,) = derive(parse("x^2").expression, ["x"])
    for claim, is_integral in (("x^3/3+5", True), ("x^3", False)):
        whole = parse(claim).expression
        every = [*trials(derivation, whole, {"x": 2.0})]
        for count in range(1, 7):
            told = _is_integral(derivation, whole, every[:count])
            assert told == (is_integral and count >= 3)
