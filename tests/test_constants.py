"""Every constant is right, under its name, in every kind of number and every text."""

import math

import pytest
from mpmath import mp
from sympy import N

from diffcli.arithmetics import multiprecision, symbols
from diffcli.calculus.functions import BY_NAME, CONSTANTS, Constant
from diffcli.engine.fold import compiled, operation
from diffcli.language.expression import number
from diffcli.language.latex_printer import latex
from diffcli.language.parser import parse, parse_template
from diffcli.language.printer import text
from diffcli.language.textbook import text as on_paper
from tests.conftest import Run

every_constant = pytest.mark.parametrize(
    "row", CONSTANTS.values(), ids=lambda r: r.name
)


def truth(row: Constant) -> object:
    """Return a constant from mpmath itself, at its present precision."""
    if not row.definition:
        return +getattr(mp, row.name)
    found: object = operation(multiprecision, row.name)()
    return found


def test_those_of_mathematics_are_mpmaths() -> None:
    texts = {name: row.latex for name, row in CONSTANTS.items()}
    assert texts == {"pi": r"\pi", "e": "e", "tau": r"\tau"}
    for name, value in {"pi": mp.pi, "e": mp.e, "tau": 2 * mp.pi}.items():
        assert CONSTANTS[name].value == float(value)


@every_constant
def test_a_double_is_the_nearest(row: Constant) -> None:
    with mp.workdps(60):
        exact = mp.mpf(truth(row))
        for other in (math.nextafter(row.value, 0), math.nextafter(row.value, 9e9)):
            assert abs(exact - row.value) < abs(exact - other)
        if row.definition:
            said = compiled(multiprecision, row.definition)()
            assert mp.almosteq(said, exact, mp.mpf(10) ** -58)


@every_constant
def test_it_has_all_digits_and_is_exact(row: Constant) -> None:
    with mp.workdps(60):
        exact = truth(row)
        found = operation(symbols, row.name)()
        assert found.is_number
        assert mp.almosteq(mp.mpf(str(N(found, 60))), exact, mp.mpf(10) ** -55)


@every_constant
def test_its_texts_read_back(row: Constant) -> None:
    assert row.name.isalpha(), "places that read numerals tell names by their letters"
    assert row.name not in BY_NAME
    assert row.remark
    node = number(row.name)
    assert parse(row.name).expression is node
    assert parse(text(node)).expression is node
    assert parse(on_paper(node)).expression is node
    assert not row.sign or parse(row.sign).expression is node
    assert latex(node) == row.latex
    if row.definition:
        assert parse_template(row.definition, {}) is not node


@every_constant
def test_every_method_and_every_command_knows_it(row: Constant, run: Run) -> None:
    formula, at = f"sin({row.name}*x)+x**2*{row.name}+log({row.name})", "--at=1/2"
    ran = run("grad", formula, at, "--method", "all", "-f", "csv")
    assert (ran.code, ran.err) == (0, "")
    for words in (
        ("grad", formula, at, "--exact"),
        ("grad", formula, at, "--digits", "40"),
        ("grad", formula, at, "--order", "2"),
        ("grad", formula, "--at", row.name),
        ("check", formula, at, "--claim", f"{row.name}*(cos({row.name}*x)+2*x)"),
        ("steps", formula, "--simplify"),
        ("steps", formula, "-f", "latex"),
        ("trace", formula, at),
        ("tree", formula, at),
        ("sweep", formula, at, "-f", "csv"),
        ("plot", formula, "--x", f"-{row.name}:{row.name}", "-f", "csv"),
        ("descend", formula, at),
    ):
        ran = run(*words)
        assert ran.code == 0, (words, ran.err)
    with mp.workdps(40):
        c = truth(row)
        slope = c * mp.cos(c / 2) + c  # type: ignore[operator]
    wide = run("grad", formula, at, "--digits", "30", "-f", "plain").out
    with mp.workdps(40):
        assert mp.almosteq(mp.mpf(wide), slope, mp.mpf(10) ** -28)


LETTERS = "alpha beta gamma delta epsilon zeta eta theta iota kappa mu nu xi rho sigma"
LETTERS += " tau upsilon phi chi psi omega lambda pi"


def test_greek_names_are_greek_in_latex() -> None:
    """Frozen: TeX knows these commands, and no others of the kind."""
    from diffcli.language.latex_printer import latex_name

    for name in LETTERS.split():
        assert latex_name(name) == f"\\{name}"
        assert latex_name(f"{name}2") == f"\\{name}_{{2}}"
    assert latex_name("omicron") == r"\mathrm{omicron}"
    assert latex_name("x") == "x"
    assert latex_name("rate12") == r"\mathrm{rate}_{12}"
