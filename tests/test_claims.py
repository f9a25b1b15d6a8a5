"""check --claims: a pile of answers, marked as a teacher does."""

import csv
import json
from io import StringIO
from pathlib import Path

import pytest

import diffcli
from tests.conftest import Ran, Run

PILE = """\
name,formula,claim,at,wrt
Ada,sin(3*x),3*cos(3*x),,
Bob,sin(3*x),cos(3*x),,
Cid,x^2*y,2*x*y,"1,2",x
Dan,x^2*y,"x=2*x*y,y=x^2",,
Eve,x^3,3*x^^2,,
Fay,x^3,12,2,
Gus,x^3,11,2,
Hal,log(x),1/x,-1,
Ivy,x^3,6*x,2,
Jon,x^2*y,2*x*y,,
Kim,abs(x),1,0,
"""
VERDICTS = [
    "right", "wrong", "right", "right", "parse", "right", "wrong", "domain", "wrong",
    "point", "kink",
]  # fmt: skip


@pytest.fixture
def pile(tmp_path: Path) -> Path:
    file = tmp_path / "pile.csv"
    file.write_text(PILE, encoding="utf-8")
    return file


def test_csv_comes_out(pile: Path, run: Run) -> None:
    ran = run("check", "--claims", str(pile))
    assert (ran.code, ran.err) == (1, "")
    rows = list(csv.DictReader(StringIO(ran.out)))
    assert [row["verdict"] for row in rows] == VERDICTS
    assert rows[1]["right"] == "3*cos(3*x)"
    assert rows[1]["remark"].startswith("the inside 3*x was not differentiated")
    assert f"{pile}:6: " in rows[4]["remark"]
    assert rows[3]["claim"] == "x=2*x*y,y=x^2"


@pytest.mark.parametrize("form", ["table", "tsv", "csv", "json", "jsonl", "md", "html"])
def test_every_format_has_every_claim(form: str, pile: Path, run: Run) -> None:
    ran = run("check", "--claims", str(pile), "-f", form)
    assert ran.code == 1
    for name in ("Ada", "Kim"):
        assert name in ran.out


def test_json(pile: Path, run: Run) -> None:
    pile.write_text("formula,claim\nx^2,2*x\nx^2,x\n", encoding="utf-8")
    made = json.loads(run("check", "--claims", str(pile), "-f", "json").out)
    assert (made["right"], made["wrong"], made["passed"]) == (1, 1, False)
    lines = run("check", "--claims", str(pile), "-f", "jsonl").out.splitlines()
    assert json.loads(lines[1])["slip"] == made["claims"][1]["slip"]


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ("x^2,2*x", 0), ("x^2,x", 1), ("x^2,2**", 3), ("x^2,x\nx^2,2**", 1),
        ("7,0", 2), ("", 0),
        ("log(log(-x^2)),1", 6),
        ("x^2,2*x\nlog(log(-x^2)),1", 6), ("log(log(-x^2)),1\nx^2,x", 1),
    ],
)  # fmt: skip
def test_exit_codes(rows: str, code: int, pile: Path, run: Run) -> None:
    pile.write_text(f"formula,claim\n{rows}\n", encoding="utf-8")
    assert run("check", "--claims", str(pile)).code == code
    assert run("check", "--claims", str(pile), "-q") == (code, "", "")


@pytest.mark.parametrize("formula", [
    "log(-x^2)", "sqrt(-1-x^2)", "log(x)+log(-x)", "1/(x-x)", "acosh(cos(x)-1)",
    "asin(2+x^2)", "log(-x^2-1e9)", "where(x>0, log(-x), log(x))", "x+(-1-x^2)^0.5",
])  # fmt: skip
@pytest.mark.parametrize("claim", ["2/x", "0", "3*x"])
def test_of_what_has_no_value_nothing_can_be_said(formula: str, claim: str) -> None:
    found = diffcli.mark(formula, {"x": claim})
    assert found.status == "unclear"
    assert found.reason.startswith("the formula has no value")


@pytest.mark.parametrize("corner", ["1e3", "1e9", "-1e9"])
def test_a_claim_is_judged_beyond_the_corner_at_which_values_begin(corner: str) -> None:
    for claim, status in ((f"1/(x-({corner}))", "right"), ("0", "wrong")):
        assert diffcli.mark(f"log(x-({corner}))", {"x": claim}).status == status


@pytest.mark.parametrize("claim", ["log(-1-x^2)", "2*x+0*sqrt(-1-x^2)", "1/(x-x)"])
def test_of_a_claim_without_a_value_nothing_can_be_said(
    claim: str, pile: Path, run: Run
) -> None:
    text = f'formula,claim,at\nx^2,"{claim}",\n'
    pile.write_text(text, encoding="utf-8")
    ran = run("check", "--claims", str(pile), "-f", "json")
    assert ran.code == 6
    assert "the claim has none" in json.loads(ran.out)["claims"][0]["reason"]
    pile.write_text(f'{text}x^2,"{claim}",1\n', encoding="utf-8")
    ran = run("check", "--claims", str(pile))
    assert (ran.code, "domain" in ran.out) == (4, True)


def test_claims_are_compared_where_the_formula_has_a_value() -> None:
    assert diffcli.mark("log(x)", {"x": "where(x>0, 1/x, 7)"}).status == "right"
    assert diffcli.mark("sqrt(x)", {"x": "abs(1/(2*sqrt(x)))"}).status == "right"
    assert diffcli.mark("log(-x)", {"x": "-1/x"}).status == "wrong"


@pytest.mark.parametrize(
    ("text", "said"),
    [("", "is empty"), ("name,claim\nA,x\n", "no column 'formula'")],
)
def test_what_is_no_pile_is_refused(text: str, said: str, pile: Path, run: Run) -> None:
    pile.write_text(text, encoding="utf-8")
    ran = run("check", "--claims", str(pile))
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err


def test_json_lines_and_other_columns_are_carried(pile: Path, run: Run) -> None:
    pile.write_text('{"id": 7, "formula": "x^2", "claim": "2*x"}\n', encoding="utf-8")
    ran = run("check", "--claims", str(pile))
    assert ran.out == "id,formula,claim,verdict,right,remark\n7,x^2,2*x,right,2*x,\n"


def test_options_of_one_formula_are_refused(pile: Path, run: Run) -> None:
    for words in (["--claim", "1"], ["--taylor"], ["--at", "1", "--at", "2"]):
        ran = run("check", "--claims", str(pile), *words)
        assert (ran.code, ran.out) == (2, "")


SHARED = {"formula": ("x^2*y",), "at": ("--at", "x=2,y=3")}


@pytest.mark.parametrize("form", ["csv", "table", "junit", "json"])
def test_what_the_call_says_holds_for_all_rows(form: str, pile: Path, run: Run) -> None:
    """It is as if each row said it; the columns of csv are those of the file."""
    rows = [("ann", '"12,4"'), ("bob", '"6,4"'), ("cid", '"2*x*y,x^2"'), ("dan", "4 1")]

    def marked(words: tuple[str, ...], *columns: str) -> Ran:
        cells = {"formula": "x^2*y", "at": '"x=2,y=3"'}
        lines = [
            ",".join((name, claim, *(cells[column] for column in columns)))
            for name, claim in rows
        ]
        head = ",".join(("name", "claim", *columns))
        pile.write_text("\n".join((head, *lines, "")), encoding="utf-8")
        return run("check", *words, "--claims", str(pile), "-f", form)

    said = marked((), "formula", "at")
    for column, other in (("formula", "at"), ("at", "formula")):
        found = marked(SHARED[column], other)
        assert found.code == said.code == 1
        if form == "csv":
            verdicts = [line["verdict"] for line in csv.DictReader(StringIO(found.out))]
            assert verdicts == ["right", "wrong", "right", "point"]
            assert found.out.startswith(f"name,claim,{other},verdict")
        elif form == "json":
            ours, theirs = (json.loads(ran.out)["claims"] for ran in (found, said))
            assert ours == theirs
        else:
            assert found.out == said.out
        twice = marked((*SHARED[column], *SHARED[other]), other)
        assert (twice.code, twice.out) == (2, "")
        assert f"has a column '{other}'" in twice.err


def test_a_pile_without_names_of_columns_may_be_claims_alone(
    pile: Path, run: Run
) -> None:
    pile.write_text('"2*x*y,x^2"\n"2*x,x^2"\n', encoding="utf-8")
    words = ("check", "x^2*y", "--claims", str(pile), "--no-header")
    ran = run(*words)
    assert (ran.code, ran.out.split("\n", 1)[0]) == (1, "claim,verdict,right,remark")
    pile.write_text('ann,"2*x*y,x^2"\n', encoding="utf-8")
    assert run(*words).out.startswith("name,claim,verdict")
    pile.write_text("1,2,3\n", encoding="utf-8")
    assert "columns are claim, or name first; here are 3" in run(*words).err


@pytest.mark.parametrize(
    ("words", "code"),
    [(("x^2*",), 3), (("x^2*y", "--at", "1"), 2), (("log(x)", "--at", "1/0"), 4)],
)
def test_what_holds_for_all_rows_is_refused_at_once(
    words: tuple[str, ...], code: int, pile: Path, run: Run
) -> None:
    pile.write_text("claim\n1\n", encoding="utf-8")
    ran = run("check", *words, "--claims", str(pile))
    assert (ran.code, ran.out) == (code, "")
    assert str(pile) not in ran.err


def test_a_tolerance_is_for_numbers_at_a_point(pile: Path, run: Run) -> None:
    pile.write_text("formula,claim,at\nsin(x),0.54,1\n", encoding="utf-8")
    assert run("check", "--claims", str(pile)).code == 1
    assert run("check", "--claims", str(pile), "--rtol", "1e-2").code == 0


def test_the_library_marks() -> None:
    assert diffcli.mark("x**3", {"x": 12}, {"x": 2}).status == "right"
    assert diffcli.mark("x**3", {"x": "6*x"}, {"x": 2}).status == "wrong"
    assert diffcli.mark("log(x)", {"x": "1/x"}, {"x": -1}).error is not None


LEFT = [
    "f'(x)", "f'", "y'", "df/dx", "dy/dx", "∂f/∂x", "d/dx", "f_x", "x",
    r"\frac{df}{dx}", r"\dfrac{d}{dx}", r"\frac{\partial f}{\partial x}",
    r"\partial f/\partial x", r"\frac{\mathrm{d}y}{\mathrm{d}x}",
]  # fmt: skip


@pytest.mark.parametrize("left", LEFT)
def test_the_left_side_of_a_claim(left: str, run: Run) -> None:
    assert run("check", "x^2", "--at", "3", "--claim", f"{left} = 2x").code == 0
    assert run("check", "x^2", "--at", "3", "--claim", f"{left} = 3x").code == 1


LISTS = [
    "(2x1*σ, x1^2)", "[2x1*σ, x1^2]", "∇f = (2x1*σ, x1^2)", "grad f=[2x1*σ,x1^2]",
    r"\nabla f(x) = (2x_1\sigma, x_{1}^2)", "2x1*σ, (x1)*(x1)",
    "x_1 = 2x1*σ, σ = x1^2", r"x_{1} = 2x1*σ, \sigma = x1^2",
    r"\frac{\partial f}{\partial x_{1}} = 2x1*σ, \frac{df}{d\sigma} = x1^2",
]  # fmt: skip


@pytest.mark.parametrize("claim", LISTS)
def test_a_gradient_may_stand_in_brackets(claim: str, run: Run) -> None:
    words = ("check", "x1^2*σ", "--at", "x1=1,σ=3", "--claim")
    assert run(*words, claim).code == 0
    assert run(*words, claim.replace("2", "3", 1)).code == 1


@pytest.mark.parametrize(
    ("claim", "said"),
    [
        ("f'(2) = 4", "--claim 4 --at 2"), ("f''(x) = 2", "--order 2"),
        ("d/dx x^2 = 2x", "d/dx = ..."), ("d/dx [x^2] = 2x", "d/dx = ..."),
        (r"\frac{d}{dx} x^2 = 2x", "d/dx = ..."),
    ],
)  # fmt: skip
def test_a_left_side_that_is_not_read_is_told_what_to_write(
    claim: str, said: str, run: Run
) -> None:
    ran = run("check", "x^2", "--at", "3", "--claim", claim)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err


def test_the_left_sides_of_several(run: Run, tmp_path: Path) -> None:
    words = ("check", "x1^2*y", "--at", "1,2", "--claim")
    assert run(*words, "∂f/∂x₁ = 2x₁*y, df/dy = x1^2").code == 0
    ran = run(*words, "f' = 2x1*y")
    assert (ran.code, ran.out) == (2, "")
    assert "does not say which partial it is (x1, y)" in ran.err
    file = tmp_path / "pile.csv"
    file.write_text(
        "formula,claim\nx^2*y,f_y = x^2\nx^2,f'(x) = 2x\n", encoding="utf-8"
    )
    assert run("check", "--claims", str(file)).code == 0


def test_rows_of_json_that_are_no_claims_are_rows_with_a_status(
    run: Run, tmp_path: Path
) -> None:
    file = tmp_path / "claims.txt"
    lines = [
        '{"formula":"x^2","claim":"2x"}',
        '{"claim":"2x","more":[1],"formula":"x^2"}',
        "5", "null", '"x"', "[1]", "{}", "[]",
        '{"formula":3,"claim":["a"]}', "nonsense",
    ]  # fmt: skip
    file.write_text("\n".join(lines), encoding="utf-8")
    for form in ("csv", "table", "md"):
        ran = run("check", "--claims", str(file), "-f", form)
        assert ran.code in (2, 3)
        assert ran.out
    rows = csv.DictReader(StringIO(run("check", "--claims", str(file)).out))
    verdicts = [row["verdict"] for row in rows]
    assert verdicts[:2] == ["right", "right"]
    assert not {"right", "wrong"} & {*verdicts[2:]}


ONE_SIDED = [
    ("abs(x)", "1"), ("abs(x)", "-1"), ("abs(x)*x", "2*x"), ("sqrt(x^2)", "1"),
    ("abs(x)^3", "3*x^2"), ("max(x,0)", "1"), ("max(x,0)", "0"), ("x*sign(x)", "1"),
]  # fmt: skip
EVERYWHERE = [
    ("abs(x)", "sign(x)"), ("sqrt(x^2)", "x/abs(x)"), ("log(x)", "1/x"),
    ("log(x^2)", "2/x"), ("x^1.5", "1.5*sqrt(x)"), ("log(abs(x))", "1/x"),
    ("max(x,0)", "step(x)"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("formula", "claim", "right"),
    [(*pair, False) for pair in ONE_SIDED] + [(*pair, True) for pair in EVERYWHERE],
)
def test_a_claim_is_right_on_both_sides_of_0(
    formula: str, claim: str, right: bool
) -> None:
    """Also in a product of two variables of which only one is below 0."""
    assert (diffcli.mark(formula, {"x": claim}).status == "right") is right
    both = f"y*({formula})"
    assert (diffcli.mark(both, {"x": f"y*({claim})"}).status == "right") is right


def test_signs_of_several_variables_are_met_in_every_way() -> None:
    for claim, right in {"y*sign(x*y)": True, "y": False, "-y": False}.items():
        assert (diffcli.mark("abs(x*y)", {"x": claim}).status == "right") is right
    assert diffcli.mark("sqrt((x*y)^2)", {"x": "abs(y)"}).status == "wrong"
