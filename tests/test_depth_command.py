"""depth: the product of w*act'(z) over the layers."""

import json
import math
from collections.abc import Mapping

import mpmath
import pytest

from diffcli.analysis import depth
from diffcli.analysis.depth import chain
from diffcli.calculus.floats import FORMATS
from diffcli.calculus.functions import FUNCTIONS
from diffcli.engine.tape import Program, Tape
from diffcli.errors import DiffcliError, RangeError, UsageError
from tests.conftest import Run


def test_the_product_is_the_derivative_of_the_whole_chain() -> None:
    made = chain("sigmoid", 10, 1.0, 0.5)

    def whole(x: mpmath.mpf) -> mpmath.mpf:
        for _ in range(10):
            x = 1 / (1 + mpmath.exp(-x))
        return x

    with mpmath.workdps(40):
        assert made.gradient == pytest.approx(float(mpmath.diff(whole, 0.5)), rel=1e-12)
    assert made.verdict == "vanishes"
    assert made.steepest == 0.25
    assert [layer.number for layer in made.layers] == list(range(10, 0, -1))


@pytest.mark.parametrize(
    ("act", "weight", "verdict"),
    [
        ("relu", 1.0, "steady"),
        ("relu", 2.0, "explodes"),
        ("relu", -1.0, "dies"),
        ("linear", 1.0, "steady"),
        ("linear", 0.5, "vanishes"),
        ("sign", 1.0, "dies"),
        ("max(0.1*x, x)", 1.0, "steady"),
        ("t", 1.0, ""),
    ],
)
def test_verdicts(act: str, weight: float, verdict: str) -> None:
    if not verdict:
        with pytest.raises(UsageError):
            chain(act, 10, weight, 0.5)
        return
    assert chain(act, 10, weight, 0.5).verdict == verdict


@pytest.mark.parametrize("act", ["relu", "linear", "max(0.1*x, x)", "elu", "x/2"])
def test_the_keeping_weight_keeps(act: str) -> None:
    keeps = chain(act, 7, 3.0, 0.5).keeps
    assert keeps is not None
    assert abs(chain(act, 7, keeps, 0.5).gradient) == pytest.approx(1, rel=1e-5)


def test_no_weight_saves_a_chain_of_sigmoids() -> None:
    assert chain("sigmoid", 10, 1.0, 0.5).keeps is None
    sizes = [
        abs(chain("sigmoid", 10, 10 ** (n / 50), 0.5).gradient)
        for n in range(-100, 101)
    ]
    assert max(sizes) < 1


def test_overflow_is_refused() -> None:
    with pytest.raises(RangeError):
        chain("relu", 2000, 2.0, 0.5)
    with pytest.raises(RangeError):
        chain("exp", 10, 1.0, 0.5)


def test_several_beside_each_other(run: Run) -> None:
    ran = run("depth", "sigmoid,max(0.1*x, x)", "relu", "-f", "json")
    chains = json.loads(ran.out)["chains"]
    assert [c["activation"] for c in chains] == ["sigmoid", "max(0.1*x, x)", "relu"]
    assert math.isclose(chains[2]["gradient"], 1)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("sigmoidd",), 2),
        (("max",), 2),
        (("x*y",), 2),
        (("sin(",), 3),
        (("sqrt", "--at=-1"), 4),
        (("relu", "--weight", "w"), 3),
    ],
)
def test_what_is_no_activation_is_refused(
    words: tuple[str, ...], code: int, run: Run
) -> None:
    ran = run("depth", *words)
    assert (ran.code, ran.out) == (code, "")


@pytest.mark.parametrize("act", ["exp", "x**2", "tan(x)**2", "sinh"])
def test_what_grows_without_end_has_no_steepest(act: str) -> None:
    assert chain(act, 2, 1.0, 0.1).steepest is None


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(r.name for r in FUNCTIONS if r.arity == 1))
def test_the_weight_that_keeps_it_has_been_walked(name: str) -> None:
    for layers in (1, 3, 10, 100):
        try:
            keeps = chain(name, layers, 1.0, 0.5).keeps
        except DiffcliError:
            continue
        if keeps is not None:
            size = abs(chain(name, layers, keeps, 0.5).gradient)
            assert size == pytest.approx(1, abs=0.02), layers


def test_gamma_is_kept(run: Run) -> None:
    (record,) = json.loads(run("depth", "gamma", "-f", "json").out)["chains"]
    assert record["keeping_weight"] == pytest.approx(2.0216)
    assert "w = 2.0216 would keep it at 1" in run("depth", "gamma").out


def test_a_chain_that_has_settled_is_not_computed_again(
    monkeypatch: pytest.MonkeyPatch, run: Run
) -> None:
    runs = 0
    plain = Program.run

    def counted(program: Program, point: Mapping[str, float]) -> Tape:
        nonlocal runs
        runs += 1
        return plain(program, point)

    monkeypatch.setattr(Program, "run", counted)
    assert run("depth", "sigmoid", "--layers", "20000").code == 0
    assert runs < 40_000


@pytest.mark.parametrize(
    ("weight", "count", "verdict"),
    [(1.0999, 9, "steady"), (1.1001, 9, "explodes"), (0.9092, 9, "steady"),
     (0.909, 9, "vanishes"), (-1.0999, 8, "steady"), (0.0, 3, "dies")],
)  # fmt: skip
def test_up_to_a_tenth_a_layer_is_steady(
    weight: float, count: int, verdict: str
) -> None:
    made = chain("linear", count, weight, 1.0)
    assert made.verdict == verdict
    assert made.factor == pytest.approx(abs(weight))
    assert made.gradient == pytest.approx(weight**count)


@pytest.mark.parametrize(
    ("act", "count", "keeps"),
    [("linear", 3, 1.0), ("x/3", 3, 3.0), ("40*x", 5, 0.025), ("200*x", 3, None),
     ("x/200", 3, None), ("x/99", 4, 99.0), ("sign", 3, None), ("x/110", 3, None),
     ("110*x", 3, None), ("98*x", 3, 1 / 98),
     ("log(-1-x^2)", 2, None)],
)  # fmt: skip
def test_the_weight_that_keeps_a_gradient(
    act: str, count: int, keeps: float | None
) -> None:
    """From 0.01 to 100, in as few digits as keep it within a hundredth."""
    parsed = depth.activation(act)
    found = depth._keeping(parsed, count, 0.5)
    assert found == (keeps and pytest.approx(keeps, rel=1e-3))


@pytest.mark.parametrize("count", [1, 3, 30, 300])
@pytest.mark.parametrize("slope", [math.pi, 1 / 3, 0.0123456789, 1 / 1.5])
def test_it_has_as_few_digits_as_keep_it_and_four_at_least(
    count: int, slope: float
) -> None:
    found = depth._keeping(depth.activation(f"x*{slope!r}"), count, 0.5)
    assert found is not None

    def off(weight: float) -> float:
        return abs(count * math.log(weight * slope))

    assert off(found) <= 0.01 + 1e-6
    digits = next(d for d in range(1, 18) if float(f"{found:.{d}g}") == found)
    assert digits <= 4 or off(float(f"{1 / slope:.{digits - 1}g}")) > 0.009
    assert float(f"{1 / slope:.4g}") == found or off(float(f"{1 / slope:.4g}")) > 0.009


@pytest.mark.parametrize("side", [1, -1])
@pytest.mark.parametrize(("place", "seen"), [(7.5, True), (8.5, False)])
def test_the_largest_slope_is_looked_for_up_to_8(
    place: float, seen: bool, side: int
) -> None:
    made = chain(f"tanh(x-({side * place}))", 2, 1.0, 0.1)
    assert made.steepest == (pytest.approx(1, rel=1e-6) if seen else None)


@pytest.mark.parametrize("format", ["single", "double"])
def test_a_chain_that_goes_no_further_has_its_own_gradients(format: str) -> None:
    """In its next layer exp(exp(...)) is beyond the numbers of the format."""
    count = 3 if format == "single" else 4
    made = chain("exp", count, 1.0, 0.5)
    found = depth.losses(made, format)[0]
    assert found.layers is found.layer is None
    own = [layer.gradient for layer in reversed(made.layers)]
    assert [*found.gradients] == pytest.approx(own, rel=1e-3)
    with pytest.raises(DiffcliError):
        depth.losses(chain("exp", count + 1, 1.0, 0.5), format)


@pytest.mark.parametrize("format", ["half", "bfloat16", "single"])
def test_where_a_gradient_is_lost_in_a_format(format: str) -> None:
    """A chain of halves is 0 after as many layers as the format has halvings."""
    smallest = -int(math.log2(FORMATS[format].smallest))
    for count in (4, smallest, smallest + 1, smallest + 9):
        found, double = depth.losses(chain("x/2", count, 1.0, 1.0), format)
        assert found.layers == smallest + 1
        assert found.layer == (count - smallest if count > smallest else None)
        assert found.gradient == (0.0 if count > smallest else 0.5**count)
        assert [*found.gradients] == [
            0.5**n if n <= smallest else 0.0 for n in range(count, 0, -1)
        ]
        assert (double.layers, double.layer) == (1075, None)
    with pytest.raises(RangeError):
        depth.losses(chain("linear", 200, 2.0, 1e-30), "half")


def test_a_long_chain_is_exhausted_only_where_it_settles() -> None:
    """Of equal layers the first tell the rest; of others none are told beyond 2000."""
    linear, drifting = depth.activation("linear"), depth.activation("sqrt(x^2+1)")
    assert depth._excess(linear, 10**6, 1.0, 1.0) == 0
    assert depth._excess(linear, 3, 2.0, 1.0) == pytest.approx(3 * math.log(2))
    assert depth._excess(linear, 3, 0.0, 1.0) == -math.inf
    assert depth._excess(linear, 2000, 2.0, 1.0) == math.inf  # beyond doubles
    settled = depth.activation("x/2+1")
    assert depth._excess(settled, 5000, 1.0, 2.0) == pytest.approx(-5000 * math.log(2))
    assert depth._excess(drifting, 2000, 1.0, 1.0) is not None
    assert depth._excess(drifting, 2001, 1.0, 1.0) is None
