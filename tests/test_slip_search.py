"""The search for slips: letters, shapes and factors, without the rows of mistakes."""

import pytest

from diffcli.analysis.slip_search import Search, Slip, _program, _special, _top
from diffcli.analysis.slip_trials import trials
from diffcli.calculus.mistakes import ADDED, NO_INNER, TURNED, TWICE, Mistake
from diffcli.engine.derivation import derive
from diffcli.engine.tape import Undefined
from diffcli.language.expression import Expression
from diffcli.language.parser import parse
from diffcli.language.printer import text


def search(formula: str, claim: str, point: dict[str, float] | None = None) -> Search:
    parsed = parse(formula, names={"x", "y"})
    (derivation,) = derive(parsed.expression, ["x"])
    wrong = parse(claim, names={"x", "y"}).expression
    return Search(derivation, wrong, list(trials(derivation, wrong, point)))


def part(formula: str) -> Expression:
    return parse(formula, names={"x", "y"}).expression


@pytest.mark.parametrize(
    ("claim", "said"),
    [
        ("6*x^2", "the claim is 2 of the derivative"),
        ("x^2", "the claim is 1/3 of the derivative"),
        ("2*x^2", "the claim is 2/3 of the derivative"),
        ("-3*x^2", "the claim is -1 of the derivative"),
        ("4.5*x^2", "the claim is 3/2 of the derivative"), ("21*x^2", ""),
        ("3.3*x^2", ""), ("6*x^2+1", ""),
        ("-6*x^2", "the claim is -2 of the derivative"), ("6*x^2*(1+1e-7)", ""),
    ],
)  # fmt: skip
def test_a_factor_is_named_if_its_numbers_stand_in_the_derivation(
    claim: str, said: str
) -> None:
    """1, 2 and 3 do, of x**3; 7 and 11 do not."""
    found = search("x^3", claim)
    assert found.numbers() == {1, 2, 3}
    assert [str(slip) for slip in found.factor()] == ([said] if said else [])


@pytest.mark.parametrize(
    ("k", "named"), [(999, True), (1000, False), (1001, False), (5000, False)]
)
def test_a_factor_beyond_a_thousand_is_no_slip(k: int, named: bool) -> None:
    claims = ((f"{k}*{k}*x^0+0*x", k), (f"x^0*{k}/{k}+0*x", 1 / k))
    for claim, times in claims:
        found = search(f"{k}*x", claim)
        ratio = found.trials[0].claimed / found.trials[0].true
        assert ratio == pytest.approx(times)
        assert bool([*found.factor()]) == named


def test_the_slope_of_a_part_is_that_at_all_points() -> None:
    found = search("sin(3*x)*y", "cos(3*x)*y", {"x": 0.5, "y": 2.0})
    assert {*found.slope(part("3*x"))} == {3.0}
    assert {*found.slope(part("y"))} == {0.0}
    assert len(found.slope(part("3*x"))) == len(found.trials)
    assert {*map(text, found.same_elsewhere(part("3*x")))} == {"3", "x", "3*x"}
    square = search("sin(x^2)+x^2", "cos(x^2)", {"x": 0.5})
    assert {*map(text, square.same_elsewhere(part("x^2")))} == {"x**2"}


def test_what_letters_may_stand_for() -> None:
    """c, k and n do not change with x, and k with nothing."""
    found = search("x*y+3", "y", {"x": 0.5, "y": 2.0})
    for letter, fitting in (
        ("u", "xy3"),
        ("v", "xy3"),
        ("c", "y3"),
        ("n", "y3"),
        ("k", "3"),
    ):
        wanted = {name: name in fitting for name in "xy3"}
        if letter in "uv":
            assert found.fits(letter, part("x"))
            continue
        assert {name: found.fits(letter, part(name)) for name in "xy3"} == wanted


def test_the_values_of_letters_and_of_their_derivatives() -> None:
    found = search("y*x^2", "y*x", {"x": 3.0, "y": 5.0})
    bindings = {"c": part("y"), "u": part("x^2")}
    values = found.values(found.of, bindings, found.trials[0])
    assert values == {
        "c": 5.0, "D(c)": 1.0, "u": 9.0, "D(u)": 6.0, "f": 45.0, "D(f)": 30.0,
        "x": 3.0, "D(x)": 1.0,
    }  # fmt: skip
    assert found.trials[0].value == 45
    without = search("y^2", "1")  # x does not occur: it moves by itself alone
    values = without.values(without.of, {"u": part("y")}, without.trials[0])
    assert (values["x"], values["D(x)"], values["D(u)"]) == (0.0, 1.0, 0.0)
    assert not without.leads("f", without.of, {})


@pytest.mark.parametrize(
    ("written", "leads", "turns"),
    [("c*u", True, False), ("c*D(u)", False, False), ("-(c*D(u))", False, True),
    ("c*u+1e-5", False, False),
     ("c/(u-u)", False, None)],
)  # fmt: skip
def test_a_mistake_leads_to_the_claim_at_all_points(
    written: str, leads: bool, turns: bool | None
) -> None:
    found = search("y*x^2", "y*x^2", {"x": 3.0, "y": 5.0})
    bindings = {"c": part("y"), "u": part("x^2")}
    assert found.leads(written, found.of, bindings) == leads
    if turns is not None:
        assert found.turns(written, found.of, bindings) == turns
    else:
        with pytest.raises(Undefined):
            found.turns(written, found.of, bindings)


def test_two_mistakes_of_one_shape_are_told_once() -> None:
    found = search("x^2*sin(x)", "x", {"x": 0.7})
    bindings = {"u": part("x"), "v": part("sin(x)")}
    shape = [
        found.shape(Mistake(written, ""), bindings)
        for written in ("u*v", "v*u", "D(u)*v*u", "u*D(v)", "u*v+1", "u/(v-v)")
    ]
    assert shape[0] == shape[1] == shape[2]  # D(u) is 1 there
    assert len({*shape[2:5]}) == 3
    assert shape[5] != shape[5]
    same = found.shape(Mistake("u*v", ""), {"u": part("x"), "v": part("x")})
    assert same == found.shape(Mistake("u*u", ""), {"u": part("x"), "v": part("x")})


def test_a_program_of_a_mistake_takes_slopes_as_numbers() -> None:
    program = _program("u*D(v)+D(u)")
    assert {*program.inputs} == {"u", "D(v)", "D(u)"}
    assert program.value({"u": 2.0, "D(v)": 3.0, "D(u)": 5.0}) == 11


def test_forms_are_known_by_the_function_on_top() -> None:
    assert _top(part("x*y")) == "multiply"
    assert _top(part("x")) == ""
    assert "" not in _special()
    assert all(_special().values())
    slip = Slip(None, ("of ", part("x^2"), " nothing"))
    assert str(slip) == "of x**2 nothing"
    assert slip.faults == 1


def test_a_long_formula_is_cut_in_a_sentence() -> None:
    long = part("+".join(f"x^{n}" for n in range(2, 40)))
    assert len(str(Slip(None, (long,)))) <= 60


@pytest.mark.parametrize(
    ("inside", "sensible"),
    [("x+5", ""), ("5-x", "one"), ("2*x", "both"), ("-2*x", "both"), ("x^2", "both")],
)
def test_an_inner_derivative_of_1_is_not_forgotten_and_of_minus_1_not_taken_twice(
    inside: str, sensible: str
) -> None:
    found = search(f"sin({inside})", "1", {"x": 0.7})
    bindings = {"u": part(inside)}
    for said in (NO_INNER, ADDED, TWICE, TURNED):
        makes = found.makes_sense(Mistake("cos(u)", said), bindings)
        if said is TURNED:
            assert makes
        else:
            assert makes == (said in {"": (), "one": (NO_INNER, ADDED)}.get(
                sensible, (NO_INNER, ADDED, TWICE)
            ))  # fmt: skip
