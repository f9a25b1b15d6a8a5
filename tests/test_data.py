"""--data: the loss of a file is the mean of its rows' losses, to the last bit."""

import csv
import json
import math
import re
from io import StringIO
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diffcli import gradient, hessian, parse
from diffcli.analysis.examples import Examples
from diffcli.analysis.network_health import health, layers
from diffcli.engine.tape import Program
from diffcli.errors import DiffcliError
from diffcli.inputs.data import data, drawn, joined
from tests.conftest import Run

FORMULA = "(sigmoid(w*x+b)-t)^2"
ROWS = "x,t\n1,0\n-2,1\n0.5,1\n3,0.25\n"
HARD = "x,t\n1,2\n2,oops\n0,3\n4,1\n"  # a bad cell, and log(0)
LOGARITHM = "(w*log(x)-t)^2"


@pytest.fixture
def rows(tmp_path: Path) -> str:
    path = tmp_path / "rows.csv"
    path.write_text(ROWS, encoding="utf-8")
    return str(path)


@pytest.fixture
def hard(tmp_path: Path) -> str:
    path = tmp_path / "hard.csv"
    path.write_text(HARD, encoding="utf-8")
    return str(path)


def examples(text: str, formula: str = FORMULA, **weights: float) -> Examples:
    parsed = parse(formula)
    found = data(text.splitlines(keepends=True), "rows.csv", parsed.variables)
    return Examples(parsed, found, weights)


values = st.floats(-3, 3)


@given(st.lists(st.tuples(values, values), min_size=1, max_size=9), values, values)
def test_the_gradient_is_the_mean_of_those_of_the_rows(
    pairs: list[tuple[float, float]], w: float, b: float
) -> None:
    text = "x,t\n" + "".join(f"{x!r},{t!r}\n" for x, t in pairs)
    each = [gradient(FORMULA, {"x": x, "t": t, "w": w, "b": b}) for x, t in pairs]
    whole = examples(text, w=w, b=b)
    loss, found = whole.mean.slope(whole.weights)
    for name, partial in zip(("w", "b"), found, strict=True):
        exact = math.fsum(one[name] for one in each) / len(pairs)
        assert partial == pytest.approx(exact, rel=1e-14, abs=1e-300)
    quick = whole.compare(("backprop",), bounds=False)
    assert [quick.partial(name).value for name in ("w", "b")] == found
    assert quick.value.value == loss


@given(st.permutations(range(40)))
def test_no_order_of_the_rows_changes_a_bit(order: list[int]) -> None:
    lines = [f"{math.sin(n)!r},{math.cos(n)!r}\n" for n in range(40)]
    first = examples("x,t\n" + "".join(lines), w=0.3, b=0.1)
    second = examples("x,t\n" + "".join(lines[n] for n in order), w=0.3, b=0.1)
    assert first.mean.slope(first.weights) == second.mean.slope(second.weights)


@pytest.mark.parametrize("form", ["csv", "tsv", "jsonl"])
def test_every_table_format_gives_the_same_bytes(
    run: Run, tmp_path: Path, form: str
) -> None:
    table = list(csv.DictReader(StringIO(ROWS)))
    text = {
        "csv": ROWS,
        "tsv": ROWS.replace(",", "\t"),
        "jsonl": "".join(json.dumps(row) + "\n" for row in table),
    }[form]
    path, same = tmp_path / f"rows.{form}", tmp_path / "same.csv"
    path.write_text(text, encoding="utf-8")
    same.write_text(ROWS, encoding="utf-8")
    done, other = (
        run("grad", FORMULA, "--data", str(file), "--at", "w=1,b=0", "-fplain")
        for file in (path, same)
    )
    assert done == other
    assert done.code == 0


def test_the_sum_is_as_many_means(run: Run, rows: str) -> None:
    call = ("grad", FORMULA, "--data", rows, "--at", "w=1,b=0", "-fplain")
    mean, total = (
        [float(word) for word in run(*call, "--reduce", how).out.split()]
        for how in ("mean", "sum")
    )
    assert total == pytest.approx([4 * number for number in mean], rel=1e-15)


@pytest.mark.parametrize("form", ["table", "plain", "csv", "tsv", "json", "md"])
def test_every_format_says_that_rows_were_left_out(
    run: Run, hard: str, form: str
) -> None:
    call = ("grad", LOGARITHM, "--data", hard, "--at", "w=1", "-f", form)
    done = run(*call)
    assert done.code == 3
    assert "hard.csv:3: 'oops' is not a number" in done.err
    done = run(*call, "--keep-going")
    assert done.code == 0
    assert "mean over 2 of 4 rows" in done.out + done.err


def test_an_undefined_row_ends_the_run_with_its_line(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "zero.csv"
    path.write_text("x,t\n1,2\n0,3\n", encoding="utf-8")
    done = run("grad", LOGARITHM, "--data", str(path), "--at", "w=1")
    assert (done.code, done.out) == (4, "")
    assert "zero.csv:3: log is not defined for 0" in done.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--at", "w=1,b=0,x=2"], "'x' is a column of"),
        (["--at", "w=1"], "'b' is neither a column of"),
        ([], "'b' is neither a column of"),
        (["--at", "w=1,b=0,q=2"], "names 'q', which is not in the formula"),
        (["--at", "w=1,b=0", "--points", "{rows}"], "exclude each other"),
        (["--init", "normal"], "Invalid value for '--init'"),
        (["--at", "w=1,b=0", "--at", "w=2,b=0"], "one --at"),
    ],
)
def test_a_name_is_a_column_or_a_weight(
    run: Run, rows: str, words: list[str], said: str
) -> None:
    done = run("grad", FORMULA, "--data", rows, *(w.format(rows=rows) for w in words))
    assert (done.code, done.out) == (2, "")
    assert said in done.err


@given(st.integers(0, 2**40))
def test_weights_are_drawn_by_random_alone(seed: int) -> None:
    from random import Random

    dice = Random(seed)
    expected = {name: 2 * dice.random() - 1 for name in "abc"}
    assert drawn(f"uniform:{seed}", "abc") == expected
    assert all(-1 <= value <= 1 for value in expected.values())


@pytest.mark.parametrize(
    ("claim", "code"),
    [
        ("w=2*(w*x+b-t)*x", 0),
        ("w=2*(w*x+b-t)", 1),
        ("b=2*(w*x+b-t), w=2*x*(w*x+b-t)", 0),
        ("w=5.5", 1),
        ("x=1", 2),
    ],
)
def test_a_claim_with_columns_is_about_each_row(
    run: Run, rows: str, claim: str, code: int
) -> None:
    call = ("check", "(w*x+b-t)^2", "--data", rows, "--at", "w=1,b=0.25")
    assert run(*call, "--claim", claim).code == code


def test_the_methods_check_each_other(run: Run, rows: str) -> None:
    done = run("check", FORMULA, "--data", rows, "--init", "uniform:3")
    assert done.code == 0
    assert "mean over 4 rows" in done.out


@given(st.lists(st.tuples(values, values), min_size=1, max_size=4), values, values)
def test_the_hessian_is_the_mean_of_those_of_the_rows(
    pairs: list[tuple[float, float]], w: float, b: float
) -> None:
    text = "x,t\n" + "".join(f"{x!r},{t!r}\n" for x, t in pairs)
    whole = hessian(examples(text, w=w, b=b))
    points = [{"x": x, "t": t, "w": w, "b": b} for x, t in pairs]
    each = [hessian(FORMULA, point, wrt=("w", "b")) for point in points]
    for pair in (("w", "w"), ("w", "b"), ("b", "b")):
        parts = [one.partial(*pair).value for one in each]
        assert None not in parts
        exact = math.fsum(part for part in parts if part is not None) / len(pairs)
        assert whole.partial(*pair).value == pytest.approx(exact, rel=1e-13, abs=1e-300)


@pytest.mark.parametrize("form", ["table", "plain", "csv", "json", "md"])
def test_second_derivatives_say_what_they_are_of(
    run: Run, rows: str, form: str
) -> None:
    call = ("grad", FORMULA, "--data", rows, "--at", "w=1,b=0", "--order", "2")
    done = run(*call, "-f", form)
    assert done.code == 0
    assert "mean over 4 rows" in done.out + done.err


def test_second_derivatives_of_rows_agree_as_those_of_a_point(
    run: Run, rows: str
) -> None:
    """Where both are exactly 0, and with all digits of doubles, too."""
    call = ("grad", "a*x-t", "--order", "2", "--digits", "17")
    of_rows = run(*call, "--data", rows, "--at", "a=2").out
    at_point = run(*call, "--at", "a=2,x=1,t=3").out
    for shown in (of_rows, at_point):
        digits = re.findall(r"digits +│? *(\d+)", shown)
        assert max(map(int, digits)) == 16


def test_second_derivatives_that_nobody_waits_for_are_refused(
    run: Run, tmp_path: Path
) -> None:
    path = tmp_path / "long.csv"
    path.write_text("x,t\n" + "1,2\n" * 2000, encoding="utf-8")
    done = run("grad", FORMULA, "--data", str(path), "--at", "w=1,b=0", "--order", "2")
    assert (done.code, done.out) == (2, "")
    assert "6,000 second derivatives" in done.err


@pytest.mark.parametrize(("claim", "order"), [("*x", 2), ("", 1)])
def test_a_remainder_and_a_direction_judge_a_claim_about_the_mean(
    run: Run, rows: str, claim: str, order: int
) -> None:
    formula = "(w*x+b-t)^2"
    call = (
        "check", formula, "--data", rows, "--at", "w=1,b=0.25",
        "--claim", f"w=2*(w*x+b-t){claim},b=2*(w*x+b-t)",
    )  # fmt: skip
    assert run(*call, "--seed", "3").code == (0 if order == 2 else 1)
    found = json.loads(run(*call, "--taylor", "-fjson").out)["remainders"]
    assert found[-1]["order"] == pytest.approx(order, abs=0.1)


def test_a_direction_of_many_weights_is_checked_by_the_loss(
    run: Run, xor: tuple[str, ...]
) -> None:
    done = run("check", *xor[1:6], "--seed", "1", "-fjson")
    (verdict,) = json.loads(done.out)["verdicts"].values()
    assert done.code == 0
    assert verdict["claimed"] == pytest.approx(verdict["true"], rel=1e-9)


@pytest.mark.parametrize("word", ["--exact", "--arithmetic"])
def test_what_a_mean_has_not_is_refused_with_the_reason(
    run: Run, rows: str, word: str
) -> None:
    done = run("grad", FORMULA, "--data", rows, "--at", "w=1,b=0", word)
    assert (done.code, done.out) == (2, "")
    assert "--data" in done.err.partition("here: ")[2]


def test_a_file_without_columns_or_rows_is_refused() -> None:
    for text in ("a,c\n1,2\n", "x,t\n", ""):
        with pytest.raises(DiffcliError):
            examples(text, w=1.0, b=0.0)


# ---- a network that learns --------------------------------------------------------

XOR = """\
s(u) = 1/(1 + exp(-u))
h1 = s(w1*a + w2*b + c1)
h2 = s(w3*a + w4*b + c2)
y = s(v1*h1 + v2*h2 + d)
(y - t)^2
"""
TABLE = "a,b,t\n0,0,0\n0,1,1\n1,0,1\n1,1,0\n"


@pytest.fixture
def xor(tmp_path: Path) -> tuple[str, ...]:
    """Return the words that descend the XOR network."""
    (tmp_path / "xor.net").write_text(XOR, encoding="utf-8")
    (tmp_path / "xor.csv").write_text(TABLE, encoding="utf-8")
    formula, rows = f"@{tmp_path / 'xor.net'}", str(tmp_path / "xor.csv")
    return ("descend", formula, "--data", rows, "--init", "uniform:3", "--rate", "5")


def test_a_loss_that_stands_still_high_up_has_levelled_off(
    run: Run, xor: tuple[str, ...]
) -> None:
    words = [word.replace("uniform:3", "uniform:2") for word in xor]
    made = json.loads(run(*words, "--steps", "1200", "-fjson").out)
    (course,) = made["courses"]
    assert course["verdict"] == "levels off"
    assert course["path"][-1]["loss"] > 0.1


def test_xor_is_learned_from_a_file_of_four_rows(
    run: Run, xor: tuple[str, ...]
) -> None:
    done = run(*xor, "--steps", "1500", "-fjson")
    found = json.loads(done.out)
    (course,) = found["courses"]
    assert course["verdict"] == "converges"
    assert course["path"][-1]["loss"] < 1e-3
    weights = ",".join(f"{name}={value!r}" for name, value in found["weights"].items())
    for row in csv.DictReader(StringIO(TABLE)):
        point = {name: float(x) for name, x in row.items()} | found["weights"]
        assert gradient(XOR, point).keys() == point.keys()
        parsed = parse(XOR)
        output = Program([parsed.definitions["y"]]).value(point)
        assert round(output) == point["t"]
    again = run("grad", *xor[1:4], "--at", weights, "-fcsv")
    assert float(again.out.splitlines()[1].split(",")[1]) == pytest.approx(
        course["path"][-1]["loss"], rel=1e-12
    )


def test_the_path_is_the_recurrence_on_the_mean(run: Run, xor: tuple[str, ...]) -> None:
    path = json.loads(run(*xor, "--steps", "3", "-fjson").out)["courses"][0]["path"]
    for before, after in pairwise(path):
        each = [
            gradient(XOR, before["point"] | {n: float(x) for n, x in row.items()})
            for row in csv.DictReader(StringIO(TABLE))
        ]
        for name, value in before["point"].items():
            mean = math.fsum(one[name] for one in each) / 4
            assert after["point"][name] == pytest.approx(value - 5 * mean, rel=1e-13)


def test_batches_are_drawn_by_the_seed(run: Run, xor: tuple[str, ...]) -> None:
    call = (*xor, "--steps", "9", "-fcsv")
    first, again, other = (
        run(*call, "--batch", "2", "--seed", seed).out for seed in ("1", "1", "2")
    )
    assert first == again != other
    whole = run(*call).out.splitlines()
    batch = run(*call, "--batch", "4").out.splitlines()
    for line, same in zip(whole[1:], batch[1:], strict=True):  # all rows: the gradient
        numbers = [float(cell) for cell in line.split(",")[:13]]
        assert [float(cell) for cell in same.split(",")[:13]] == pytest.approx(numbers)


@pytest.mark.parametrize("columns", [40, 80])
@pytest.mark.parametrize("words", [(), ("--plot",), ("--plot", "--ascii")])
def test_what_is_shown_of_a_network_fits(
    run: Run, xor: tuple[str, ...], words: tuple[str, ...], columns: int
) -> None:
    done = run(*xor, "--steps", "600", *words, columns=columns)
    lines = done.out.splitlines()
    assert max(map(len, lines)) <= columns
    assert "mean over 4 rows" in done.out
    assert "is saturated on" in done.out
    assert ("y over a (to the right) and b (up):" in done.out) == bool(words)
    text = done.out[done.out.index('--at "') + 6 : done.out.rindex('"')]
    again = run("grad", *xor[1:4], "--at", text, "-fplain")
    assert (again.code, len(again.out.split())) == (0, 9)


def test_layers_are_at_the_same_greatest_distance_from_the_result() -> None:
    parsed = parse("p = w*x; q = tanh(p+x*w); r = relu(q); r*p+q-t")
    assert layers(parsed, Program([parsed.expression])) == [("p",), ("q",), ("r",)]


@pytest.mark.parametrize(
    ("unit", "x", "state"),
    [
        ("relu(w*x+1)", (-3, -5), "dead"),
        ("relu(w*x+1)", (-3, 5), ""),
        ("sigmoid(w*x+1)", (-3, 9), "saturated"),
        ("1/(1+exp(-(w*x+1)))", (-3, 9), "saturated"),
        ("tanh(w*x+1)", (-3, 0), "saturated"),
        ("tanh(w*x+1)", (-1, -1), ""),
        ("exp(w*x+1)", (-9, 1), ""),
        ("w*x", (-9, 1), ""),
        ("sqrt(w*x-9)", (10, 400), ""),  # undefined wherever it is looked at
    ],
)
def test_a_unit_that_hardly_learns_is_told(
    unit: str, x: tuple[int, int], state: str
) -> None:
    text = f"x,t\n{x[0]},1\n{x[1]},2\n"
    found = examples(text, f"h = {unit}; (h*v-t)^2", w=1.0, v=0.5)
    units = health(found.parsed, found.mean, found.weights).units
    assert [each.state for each in units] == [state] * bool(state)
    if state == "saturated":
        assert units[0].examples == 1


def test_a_descent_that_leaves_the_domain_says_where(run: Run, hard: str) -> None:
    call = ("descend", "log(w)*x^2+t", "--data", hard, "--keep-going", "--at", "w=0.1")
    done = run(*call, "--rate", "1")
    assert done.code == 0
    assert "leaves the domain" in done.out


def test_batches_need_examples(run: Run) -> None:
    done = run("descend", "x^2", "--at", "1", "--batch", "2")
    assert (done.code, done.out) == (2, "")


@given(st.lists(st.tuples(values, values), min_size=3, max_size=9), values, st.data())
def test_parts_have_the_bits_of_the_whole(
    pairs: list[tuple[float, float]], w: float, draw: st.DataObject
) -> None:
    """However the rows are shared out, nothing but their order changes."""
    cut = draw.draw(st.integers(1, len(pairs) - 1))
    rows = [f"{x!r},{t!r}\n" for x, t in pairs]
    whole = examples("x,t\n" + "".join(rows), w=w, b=0.5)
    parts = [
        data(["x,t\n", *some], "part", whole.parsed.variables)
        for some in (rows[cut:], rows[:cut])
    ]
    shared = Examples(whole.parsed, joined(parts, "parts"), whole.weights)
    assert shared.mean.slope(whole.weights) == whole.mean.slope(whole.weights)


@pytest.mark.parametrize(
    "words",
    [
        ("grad", FORMULA, "--at", "w=1,b=0.5", "-f", "csv"),
        (
            "check",
            FORMULA,
            "--at",
            "w=1,b=0.5",
            "--claim",
            "w=0.1,b=0.2",
            "-f",
            "csv",
        ),
        ("descend", FORMULA, "--at", "w=1,b=0.5", "--steps", "4", "-f", "csv"),
    ],
)
def test_a_pattern_names_parts(
    words: tuple[str, ...], rows: str, tmp_path: Path, run: Run
) -> None:
    first, *others = ROWS.splitlines(keepends=True)
    for place, row in enumerate(others):
        (tmp_path / f"part{place}.csv").write_text(first + row, encoding="utf-8")
    parts = run(*words, "--data", f"{tmp_path}/part*.csv")
    assert parts == run(*words, "--data", rows)
    assert parts.out
    if words[0] != "descend":
        words = (*words, "--jobs", "2")
    assert parts == run(*words, "--data", f"{tmp_path}/part*.csv")


def test_parts_have_the_same_columns(rows: str, tmp_path: Path, run: Run) -> None:
    (tmp_path / "rows2.csv").write_text("t,x\n1,2\n", encoding="utf-8")
    ran = run("grad", FORMULA, "--at", "w=1,b=0", "--data", f"{tmp_path}/rows*.csv")
    assert (ran.code, ran.out) == (2, "")
    assert "rows2.csv' has other columns than" in ran.err
    ran = run("grad", FORMULA, "--at", "w=1,b=0", "--data", f"{tmp_path}/none*.csv")
    assert (ran.code, ran.out) == (2, "")


def test_a_bad_row_of_a_part_is_named(hard: str, tmp_path: Path, run: Run) -> None:
    (tmp_path / "hard0.csv").write_text("x,t\n1,2\n", encoding="utf-8")
    words = ("grad", LOGARITHM, "--at", "w=1", "--data", f"{tmp_path}/hard*.csv")
    assert "hard.csv:3" in run(*words).err
    assert run(*words, "--jobs", "2") == run(*words)
    kept = run(*words, "--keep-going", "-f", "json")
    told = json.loads(kept.out)["data"]
    assert (told["rows"], told["used"]) == (5, 3)


@pytest.mark.parametrize("words", [("grad", "-f", "plain"), ("check",)])
def test_one_file_for_two_processes_is_told(
    words: tuple[str, ...], run: Run, tmp_path: Path
) -> None:
    (tmp_path / "1.csv").write_text("x,y\n1,2\n3,4\n")
    command, *more = words
    for pattern, told in (("1.csv", True), ("*.csv", False)):
        data = str(tmp_path / pattern)
        given = (command, "(w*x-y)^2", "--at", "w=1", "--data", data, *more)
        alone, shared = run(*given), run(*given, "--jobs", "2")
        assert (shared.code, shared.out) == (alone.code, alone.out)
        assert ("--jobs shares out files" in shared.err) == told
