"""Names that functions have elsewhere: a hint never leads to another function."""

import math
import re

import pytest

from diffcli.calculus.functions import BY_NAME, CONSTANTS
from diffcli.engine.tape import Program
from diffcli.language.elsewhere import ALIASES, MEANT, TEMPLATES, WITH_MORE, hint
from diffcli.language.parser import parse
from diffcli.language.readers.names import translated
from tests.conftest import Run

# What other programs know and we have no function for.
WITHOUT = (
    "int trunc fix round rint nint rnd erfinv erfcinv erfi zeta beta betainc gammainc"
    " gammap gammaq lambertw ei li si ci besselj bessely j0 y0 airy sinhc shi chi"
    " real imag arg conj cis prod product det median std var if where random rand diff"
    " integrate limit deg rad degrees radians gcd lcm ncr npr binomial ldexp frexp logb"
    " fma celu prelu glu threshold softmin softshrink hardshrink gd agm sinint dawson"
    " cbr csin ccos slog lsin exps tans rank sort size len sinhcosh"
)
TRUE = {
    "tg": "tan", "ctg": "cot", "arctg": "atan", "cosec": "csc", "sen": "sin",
    "sh": "sinh", "ch": "cosh", "th": "tanh", "cosech": "csch", "signum": "sign",
    "fabs": "abs", "argsinh": "asinh", "gammaln": "lgamma", "fmin": "min",
}  # fmt: skip
SLIPS = {
    "sinn": "sin", "cso": "cos", "sigmod": "sigmoid", "sqtr": "sqrt", "Log": "log",
    "SIN": "sin", "ReLU": "relu", "softpluss": "softplus", "arcsinn": "arcsin",
}  # fmt: skip


def named(text: str) -> set[str]:
    """Return the functions of ours that a hint names."""
    return {
        word
        for word in re.findall(r"[A-Za-z]\w*", text.removeprefix("did you mean"))
        if word in BY_NAME
    }


def test_what_has_no_equal_leads_nowhere() -> None:
    for name in WITHOUT.split():
        assert named(hint(name, list(BY_NAME))) == set(), name


@pytest.mark.parametrize(("name", "meant"), [*TRUE.items(), *SLIPS.items()])
def test_what_has_one_leads_there(name: str, meant: str, run: Run) -> None:
    assert named(hint(name, list(BY_NAME))) == {meant}
    ran = run("grad", f"{name}(x)", "--at", "1")
    if translated(name):
        assert parse(f"{name}(x)").expression is parse(f"{meant}(x)").expression
    else:
        assert ran.code == 3
        assert meant in ran.err


def test_a_name_from_elsewhere_is_none_of_ours_and_its_hint_can_be_typed() -> None:
    for name, meant in MEANT.items():
        assert name not in BY_NAME
        assert name not in CONSTANTS
        assert name == name.casefold()
        written = meant.removeprefix("here it is ").removeprefix("write ")
        formula = re.split(r" or | for ", written)[0]
        parse(formula, names={"u", "v", "low", "high", "n"})


@pytest.mark.parametrize(
    ("name", "at", "value"),
    [("cosd", 60.0, 0.5), ("logit", 0.25, -math.log(3)),
     ("rsqrt", 4.0, 0.5), ("exp10", 2.0, 100.0), ("factorial", 4.0, 24.0),
     ("versin", math.pi, 2.0), ("deg2rad", 180.0, math.pi)],
)  # fmt: skip
def test_a_formula_for_a_name_is_that_function(
    name: str, at: float, value: float
) -> None:
    formula = MEANT[name].removeprefix("write ")
    for text in (formula, f"{name}(u)"):
        program = Program([parse(text, names={"u"}).expression])
        assert program.value({"u": at}) == pytest.approx(value)


@pytest.mark.parametrize("name", ["fmod", "rem"])
def test_the_remainder_of_c_has_the_sign_of_the_first(name: str) -> None:
    formula = parse(MEANT[name].removeprefix("write "), names={"u", "v"}).expression
    for u, v in ((7, 3), (-7, 3), (7, -3), (-7, -3), (1.5, 0.4)):
        value = Program([formula]).value({"u": u, "v": v})
        assert value == pytest.approx(math.fmod(u, v))


@pytest.mark.parametrize(
    ("formula", "advice"),
    [("sin 2x", "sin(2*x)"),
     ("ln 2x cos x", "ln(2*x)"), ("cot^-1(x)", "1/cot(x)"), ("exp^x", "exp(x)"),
     ("exp^2x", "exp(2*x)"), ("tan x", "tan(x)"),
     ("sqr(x)", "u**2"), ("E^x", "written e"), ("2*PI*x", "written pi")],
)  # fmt: skip
def test_a_hint_means_what_was_meant(formula: str, advice: str, run: Run) -> None:
    assert advice in run("grad", formula, "--at", "1").err


@pytest.mark.parametrize(
    ("written", "meant", "is_slip"),
    [
        # two letters that change places
        ("abdc", "abcd", True), ("bacd", "abcd", True), ("adcb", "abcd", False),
        ("cba", "abc", False), ("ba", "ab", True), ("abxx", "abcd", False),
        # another letter inside of a long word
        ("abxde", "abcde", True), ("axcde", "abcde", True), ("abcxe", "abcde", True),
        ("xbcde", "abcde", False), ("abcdx", "abcde", False), ("abxd", "abcd", False),
        ("axcxe", "abcde", False),
        # one that is doubled
        ("abbc", "abc", True), ("abcc", "abc", True), ("aabc", "abc", False),
        ("abc", "abbc", True), ("abcdd", "abcd", True), ("abbcc", "abc", False),
        # one that is left out, or added
        ("abde", "abcde", True), ("abcd", "abcde", False), ("bcde", "abcde", False),
        ("abxcde", "abcde", True), ("xabcde", "abcde", False),
        ("abcdex", "abcde", False), ("abd", "abcd", False), ("axbcd", "abcd", False),
        ("ae", "abcde", False), ("abxxcde", "abcde", False), ("ABCED", "abcde", True),
    ],
)  # fmt: skip
def test_one_slip_of_the_fingers_makes_a_hint(
    written: str, meant: str, is_slip: bool
) -> None:
    assert hint(written, [meant]) == (f"did you mean '{meant}'?" if is_slip else "")
    assert hint(meant.upper(), [meant]) == f"did you mean '{meant}'?"


def test_what_could_be_two_words_is_a_hint_to_neither() -> None:
    assert hint("abcxe", ["abcde", "abcfe"]) == ""
    assert hint("abcxe", ["abcde", "other"]) == "did you mean 'abcde'?"
    assert hint("integral", []) == hint("integrate", [])
    assert "integral" in hint("INTEGRAL", [])


def test_a_word_that_means_several_arguments_has_them_in_its_hint() -> None:
    for name, others in ALIASES.items():
        arity = BY_NAME[others].arity if others in BY_NAME else 1
        assert hint(name, []).count(",") == arity - 1
    for (name, count), row in WITH_MORE.items():
        parameters, _ = TEMPLATES[row]
        assert len(parameters) == count
        assert name in BY_NAME or name in TEMPLATES
