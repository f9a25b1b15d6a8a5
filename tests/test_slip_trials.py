"""Points at which slips are tried: what a claim is, and how well it has to fit."""

import pytest

import diffcli
from diffcli.analysis.slip_trials import Trial, _rounding, trials
from diffcli.engine.derivation import derive
from diffcli.language.parser import parse


@pytest.mark.parametrize(
    ("claim", "rounding"),
    [
        ("0.123", 0), ("0.1234", 5e-5), ("-0.1234", 5e-5), ("1.234", 5e-4),
        ("12.3", 0), ("123.4", 0.05),
        ("1234", 0), ("0.00012", 0), ("0.0001234", 5e-8), ("1.234e5", 0),
        ("x*1.2345", 0), ("10.00", 5e-3),
    ],
)  # fmt: skip
def test_four_digits_are_taken_as_rounded(claim: str, rounding: float) -> None:
    assert _rounding(parse(claim).expression) == pytest.approx(rounding)


def trial(claimed: float, rounding: float = 0.0) -> Trial:
    (derivation,) = derive(parse("x^2").expression, ["x"])
    (made, *_) = trials(derivation, parse("2*x+1").expression, {"x": 1.0})
    return made._replace(claimed=claimed, rounding=rounding)


@pytest.mark.parametrize(
    ("claimed", "value", "size", "fits"),
    [
        (1.0, 1.0, 1.0, True), (1.0, 1 + 1.9e-9, 1.0, True),
        (1.0, 1 + 2.1e-9, 1.0, False),
        (1.0, 1 - 1.9e-9, 1.0, True), (-1.0, -1 + 1.9e-9, 1.0, True),
        (0.0, 1e-10, 1.0, True),
        (1.0, 1.0, 9e5, True), (1.0, 1.0, 1.1e6, False), (0.0, 0.0, 1e9, True),
    ],
)  # fmt: skip
def test_a_slip_gives_the_claim_next_to_the_parts_it_is_made_of(
    claimed: float, value: float, size: float, fits: bool
) -> None:
    made = trial(claimed)
    assert made.is_claimed(value, size) == fits
    assert trial(1.0, 0.01).is_claimed(1.0099, 1.0)
    assert not trial(1.0, 0.01).is_claimed(1.0101, 1.0)


def test_a_trial_knows_value_and_slope() -> None:
    (derivation,) = derive(parse("x^2*y+z").expression, ["x"])
    claim = parse("2*x*y", names={"x", "y"}).expression
    every = [*trials(derivation, claim, {"x": 2.0, "y": 3.0, "z": 1.0})]
    assert len(every) == 6
    first = every[0]
    assert (first.value, first.true, first.claimed) == (13.0, 12.0, 12.0)
    row = first.tape.program.outputs[0]
    assert first.others[row] == 4 + 1
    assert first.leads_to(12.0, row)
    assert not first.leads_to(12.001, row)
    alone = [
        *trials(derivation, parse("12").expression, {"x": 2.0, "y": 3.0, "z": 1.0})
    ]
    assert [t.point["x"] for t in alone] == [2.0]
    assert diffcli.check("x^2", {"x": 3}, {"x": "x^2"}).failed
