"""Many points and many formulas: read as they come, nothing lost."""

import csv
import io
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diffcli import gradient
from diffcli.cli.request import Request
from diffcli.errors import PointError
from diffcli.inputs import rows
from diffcli.inputs.files import table
from diffcli.language import expression
from diffcli.problem import pose
from tests.conftest import Run
from tests.test_process import COMMAND, environment

EXAMPLE = "(2*x1+3*x2)**2+3"
LINES = "id,x1,x2\na,1,3\nb,2,pi/2\n"


@pytest.fixture
def points(tmp_path: Path) -> Path:
    file = tmp_path / "points.csv"
    file.write_text(LINES, encoding="utf-8")
    return file


numbers = st.floats(-1e6, 1e6, allow_nan=False)
notes = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))


@given(st.lists(st.tuples(numbers, numbers, notes), max_size=6))
def test_csv_and_json_are_read_alike(rows: list[tuple[float, float, str]]) -> None:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(["y", "note", "x"])
    writer.writerows([y, note, x] for x, y, note in rows)
    lines = [json.dumps({"y": y, "note": note, "x": x}) for x, y, note in rows]
    text.seek(0)
    from_csv = table(text, "f", ["x", "y"]).rows
    from_json = list(table(lines, "f", ["x", "y"]).rows)
    expected = [{"x": x, "y": y} for x, y, _ in rows]
    assert [row.point for row in from_json] == expected
    assert [row.point for row in from_csv] == expected


@pytest.mark.parametrize(
    ("text", "points"),
    [
        ("1,3\n2,4\n", [(1, 3), (2, 4)]),
        ("x2,x1\n3,1\n", [(1, 3)]),
        ("x1\tx2\r\n1\t3\r\n", [(1, 3)]),
        ("\ufeffx1,x2\n\n1,3\n\n", [(1, 3)]),
        ('x1,note,x2\n1,"a, ""b""",3\n', [(1, 3)]),
        ("[1, 3]\n", [(1, 3)]),
        ('{"x2": "1+2", "x1": 1}\n', [(1, 3)]),
        ("1/2, sqrt(9)\n", [(0.5, 3)]),
        ("", []),
        ("x1,x2\n", []),
    ],
)
def test_what_is_understood(text: str, points: list[tuple[float, float]]) -> None:
    found = list(table(text.splitlines(True), "f", ["x1", "x2"]).rows)
    assert [tuple(row.point.values()) for row in found] == points
    assert all(row.error is None for row in found)


@pytest.mark.parametrize(
    "text", ["x1,y\n1,2\n", "1,2,3\n", "x1,x2,x1\n1,2,3\n", "x1;x2\n1;2\n"]
)
def test_columns_that_do_not_fit_are_refused(text: str) -> None:
    with pytest.raises(PointError) as refused:
        list(table(text.splitlines(True), "f", ["x1", "x2"]).rows)
    assert refused.value.message.startswith("f:1: ")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("1,abc", "f:3: 'abc' is not a number"),
        ("1", "f:3: the line has 1 value, but there are 2 columns"),
        ("1,2,3", "f:3: the line has 3 values, but there are 2 columns"),
        ("1,1e999", "f:3: overflow: this number is beyond 1.8e308"),
        ("1,nan", "f:3: 'nan' is not a number"),
        ("1,", "f:3: a value is missing"),
    ],
)
def test_a_bad_line_is_named(line: str, message: str) -> None:
    *_, row = table(f"x1,x2\n1,2\n{line}\n".splitlines(True), "f", ["x1", "x2"]).rows
    assert row.error is not None
    assert row.error.message == message


def test_rows_are_wide_and_carry_all_columns(points: Path, run: Run) -> None:
    ran = run("grad", EXAMPLE, "--points", str(points), "-f", "csv")
    assert (ran.code, ran.err) == (0, "")
    first, second = csv.DictReader(ran.out.splitlines())
    assert first == {
        "id": "a", "x1": "1", "x2": "3", "f": "124",
        "df/dx1": "44", "df/dx2": "66", "status": "ok",
    }  # fmt: skip
    assert second["x2"] == "pi/2"
    expected = gradient(EXAMPLE, {"x1": 2, "x2": 1.5707963267948966})
    assert float(second["df/dx1"]) == expected["x1"]


@pytest.mark.parametrize("form", ["plain", "jsonl", "json", "md", "table"])
def test_every_format_takes_many_points(form: str, points: Path, run: Run) -> None:
    ran = run("grad", EXAMPLE, "--points", str(points), "-f", form)
    assert ran.code == 0
    assert "44" in ran.out
    if form == "plain":
        assert ran.out.splitlines()[0] == "44 66"
    if form == "jsonl":
        first = json.loads(ran.out.splitlines()[0])
        assert first["input"] == {"id": "a", "x1": "1", "x2": "3"}


def test_other_methods_get_columns_of_their_own(points: Path, run: Run) -> None:
    ran = run(
        "grad", EXAMPLE, "--points", str(points), "--wrt", "x2", "-f", "tsv",
        "--method", "finite", "--method", "backprop",
    )  # fmt: skip
    header = ran.out.splitlines()[0].split("\t")
    assert header == ["id", "x1", "x2", "f", "df/dx2:finite", "df/dx2", "status"]


BAD = "x\n2\n0\n-1\nabc\n3\n"


def test_the_first_bad_point_ends_it(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "bad.csv"
    file.write_text(BAD, encoding="utf-8")
    ran = run("grad", "log(x)+abs(x-3)", "--points", str(file), "-f", "csv")
    assert ran.code == 4
    assert ran.out.splitlines()[1:] == ["2,1.6931471805599454,-0.5,ok"]
    assert f"{file}:3: log is not defined for 0" in ran.err


def test_keep_going_gives_every_row_a_status(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "bad.csv"
    file.write_text(BAD, encoding="utf-8")
    words = ("log(x)+abs(x-3)", "--points", str(file), "--keep-going")
    ran = run("grad", *words, "-f", "csv")
    assert (ran.code, ran.err) == (4, "")  # of the first bad one
    status = [line.rpartition(",")[2] for line in ran.out.splitlines()[1:]]
    assert status == ["ok", "domain", "domain", "parse", "kink"]
    ran = run("grad", *words, "-f", "jsonl")
    records = [json.loads(line) for line in ran.out.splitlines()]
    assert [record["status"] for record in records] == status
    assert records[3]["error"]["message"] == f"{file}:5: 'abc' is not a number"
    ran = run("grad", *words, "-f", "plain")
    assert ran.out.splitlines()[1:] == status[1:]


def test_a_column_of_our_name_keeps_it_and_ours_gets_a_prefix(
    run: Run, tmp_path: Path
) -> None:
    file = tmp_path / "clash.csv"
    file.write_text("x,status,diffcli:status\n1,2,3\n", encoding="utf-8")
    ran = run("grad", "x", "--points", str(file), "-f", "csv")
    assert ran.code == 0
    (row,) = csv.DictReader(ran.out.splitlines())
    assert row["status"] == "2"
    assert row["diffcli:status"] == "3"
    assert row["diffcli:diffcli:status"] == "ok"
    note = "Note: the input has a column 'status'; ours is 'diffcli:diffcli:status'.\n"
    assert ran.err == note
    assert run("grad", "x", "--points", str(file), "-f", "jsonl").err == ""


@pytest.mark.parametrize(
    "words",
    [
        ("x", "--points", "nowhere.csv"),
        ("-", "--points", "-"),
        ("x", "--points", "-", "--at", "1"),
        ("x", "--exprs", "-", "--at", "1"),
        ("--exprs", "-"),
        (),
    ],
)
def test_unclear_calls_are_refused(words: tuple[str, ...], run: Run) -> None:
    ran = run("grad", *words)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("Error: ")


def test_other_commands_take_points_too(points: Path, run: Run) -> None:
    for command in ("trace", "tree", "steps", "sweep", "descend"):
        ran = run(command, "x1*x2", "--points", str(points))
        assert ran.code == 0, ran.err


def test_many_formulas(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "formulas.txt"
    file.write_text("x**2\n# nothing\n\nx*y  # both\nz = x*y; z**2\n", encoding="utf-8")
    ran = run("grad", "--exprs", str(file), "--at", "x=1,y=2", "-f", "plain")
    assert (ran.code, ran.out) == (0, "2\n2 1\n8 4\n")
    ran = run("grad", "--exprs", str(file), "--at", "x=1,y=2", "-f", "csv")
    assert ran.out.splitlines()[2] == "x*y  # both,x,2,2,,ok"


def test_many_formulas_have_second_derivatives_and_chosen_variables(
    run: Run, tmp_path: Path
) -> None:
    file = tmp_path / "formulas.txt"
    file.write_text("x₁^2*y\nx1*y\n", encoding="utf-8")
    words = ("grad", "--exprs", str(file), "--at", "x₁=3,y=5,z=1")
    assert run(*words, "-f", "plain", "--order", "2").out == "10 6 6 0\n0 1 1 0\n"
    header, *rows = run(*words, "-f", "csv", "--order", "2").out.splitlines()
    assert header == "expression,var,var2,finite,symbolic,backprop,status"
    assert [row.split(",")[-2] for row in rows] == ["10", "6", "0", "0", "1", "0"]
    assert run(*words, "-f", "plain", "--wrt", "y").out == "9\n3\n"
    ran = run(*words, "-f", "plain", "--wrt", "z")
    assert (ran.code, ran.out) == (2, "")
    assert f"{file}:1: --wrt names 'z', which is not in the formula" in ran.err


def test_a_bad_formula_is_named(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "formulas.txt"
    file.write_text("x\nx+\nlog(-x)\nx*q\n3*x\n", encoding="utf-8")
    words = ("grad", "--exprs", str(file), "--at", "x=1")
    ran = run(*words)
    assert ran.code == 3
    assert f"{file}:2: the formula ends after '+'\n  x+\n    ^" in ran.err
    ran = run(*words, "--keep-going", "-f", "jsonl")
    records = [json.loads(line) for line in ran.out.splitlines()]
    assert [r["status"] for r in records] == ["ok", "parse", "domain", "parse", "ok"]
    assert records[1]["expression"] == "x+"


def test_forgetting_nodes_changes_nothing() -> None:
    from diffcli.language import expression

    formula = "sin(x)**2*exp(-x)/(1+x)+max(x,2)+2**x"
    before = gradient(formula, {"x": 1.25})
    for _ in range(3):
        expression.forget()
        assert gradient(formula, {"x": 1.25}) == before


def test_an_answer_comes_before_the_next_question() -> None:
    process = subprocess.Popen(
        [*COMMAND, "grad", "x**2", "--vars", "x", "--points", "-", "-f", "csv"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        encoding="utf-8",
        env=environment(),
    )
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write("x\n")
    for value in (1, 2, 3):
        process.stdin.write(f"{value}\n")
        process.stdin.flush()
        if value == 1:
            assert process.stdout.readline() == "x,f,df/dx,status\n"
        expected = f"{value},{value * value},{2 * value},ok\n"
        assert process.stdout.readline() == expected
    process.communicate()
    assert process.returncode == 0


MANY = [
    ("grad", "-f", "csv"),
    ("grad", "-f", "json"),
    ("grad", "-f", "jsonl", "--order", "2"),
    ("check", "-f", "csv"),
    ("check", "-f", "json", "--claim", "2*x+1e-20"),
    ("check", "-q", "--claim", "3*x"),
    ("trace", "-f", "csv"),
    ("steps", "-f", "json"),
    ("tree", "-f", "jsonl"),
    ("descend", "--steps", "3", "-f", "tsv"),
]


@pytest.mark.slow
@pytest.mark.parametrize("words", MANY, ids=" ".join)
def test_memory_does_not_grow_with_the_points(
    words: tuple[str, ...], tmp_path: Path
) -> None:
    calls = []
    for count in (100, 1_500):
        file = tmp_path / f"{count}.csv"
        text = "".join(f"0.{place:04}5\n" for place in range(count))
        file.write_text(f"x\n{text}", encoding="utf-8")
        calls.append([words[0], "x**2", "--points", str(file), *words[1:]])
    program = (  # as the process does, without collecting cycles
        "import gc, resource, sys; from diffcli.cli.main import main; gc.disable();"
        f" [(main(call), print('PEAK', resource.getrusage(resource.RUSAGE_SELF)"
        f".ru_maxrss, file=sys.stderr)) for call in {calls!r}]"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.count("\n") >= 1_600 or "-q" in words
    peaks = [int(peak) for peak in re.findall(r"PEAK (\d+)", done.stderr)]
    assert peaks[1] < 1.1 * peaks[0]


@pytest.mark.parametrize("words", MANY, ids=" ".join)
def test_what_rows_leave_behind_is_forgotten(
    words: tuple[str, ...], run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The table of nodes stays small, and the answers are the same."""
    file = tmp_path / "points.csv"
    file.write_text("x\n" + "".join(f"0.{n}5\n" for n in range(10, 40)))
    call = (words[0], "a = x^2; a + sin(x)", "--points", str(file), *words[1:])
    before = run(*call)
    largest = 0

    def posed(*given: object) -> object:
        nonlocal largest
        largest = max(largest, len(expression._table))
        return pose(*given)  # type: ignore[arg-type]

    expression.forget()
    monkeypatch.setattr(rows, "_MOST_NODES", 0)
    monkeypatch.setattr(rows, "pose", posed)
    assert run(*call) == before
    assert largest < 200
    assert largest or words[0] == "grad"  # which poses its problems elsewhere


def test_keep_going_holds_for_points_on_the_command_line_too(run: Run) -> None:
    points = [word for x in ("1", "-1", "abc", "0.5") for word in ("--at", x)]
    ran = run("grad", "log(x)", *points, "--keep-going", "-f", "csv")
    assert (ran.code, ran.err) == (4, "")
    assert ran.out.splitlines() == [
        "x,f,df/dx,status",
        "1,0,1,ok",
        "-1,,,domain",
        ",,,parse",
        "0.5,-0.6931471805599453,2,ok",
    ]


def test_a_method_that_fails_leaves_its_own_columns_empty(run: Run) -> None:
    # The complex step does not know gamma; dual comes after it.
    words = ("relu(x)*gamma(x)", "--vars", "x", "--method", "all", "-f", "csv")
    ran = run("grad", *words, "--at", "2", "--at", "3", "--keep-going")
    row, _ = csv.DictReader(ran.out.splitlines())
    assert row["df/dx:complex"] == ""
    assert row["df/dx:dual"] == row["df/dx"] != ""


@pytest.mark.parametrize("more", [(), ("--order", "2"), ("--method", "all")])
def test_json_holds_the_lines_of_jsonl(
    more: tuple[str, ...], run: Run, tmp_path: Path
) -> None:
    """An array of them, written as many at once as they are there."""
    table = tmp_path / "t.csv"
    rows = "".join(f"{0.1 * n!r},{n % 7}\n" for n in range(-40, 60))
    table.write_text(f"x,y\n{rows}oops,1\n", "utf-8")
    words = ("grad", "log(x)*y+x^2", "--points", str(table), "--keep-going", *more)
    found = run(*words, "-f", "json").out.splitlines()
    lines = run(*words, "-f", "jsonl").out.splitlines()
    assert len(lines) == 101
    assert found == [*("[,"[n > 0] + line for n, line in enumerate(lines)), "]"]


@pytest.mark.parametrize(
    ("form", "more"),
    [
        *(
            (form, ("--keep-going",))
            for form in ("csv", "tsv", "plain", "jsonl", "json")
        ),
        *((form, ()) for form in ("csv", "plain", "jsonl")),  # they end at a bad row
    ],
)
def test_several_outputs_go_together_as_row_by_row(
    form: str,
    more: tuple[str, ...],
    run: Run,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    table = tmp_path / "t.csv"
    rows = "".join(f"{n},{0.1 + 0.1 * n!r},{n % 7}\n" for n in range(99))
    table.write_text(f'id,x,y\n{rows}"a\nb",1,2\nc,-1,1\nd,oops,1\ne,pi,3\n', "utf-8")
    words = ("grad", "(log(x)*y, abs(y-2.5)*x)", "--points", str(table), "-f", form)
    together = run(*words, *more)
    monkeypatch.setattr(Request, "is_watched", lambda request: True)
    assert together == run(*words, *more)
    assert together.out.count("\n") > 150


@pytest.mark.parametrize(
    ("name", "hint"),
    [("a.xlsx", "save the sheet as CSV"), ("a.ODS", "save the sheet as CSV"),
     ("a.csv", "save it in UTF-8"), ("a.txt", "save it in UTF-8")],
)  # fmt: skip
def test_what_is_no_text_is_told_how_it_becomes_one(
    name: str, hint: str, run: Run, tmp_path: Path
) -> None:
    path = tmp_path / name
    path.write_bytes("x,y\n1,2\n".encode("utf-16"))
    for words in (("x*y", "--points", str(path)), (f"@{path}", "--at", "1,2")):
        ran = run("grad", *words)
        assert (ran.code, ran.out) == (2, "")
        assert ran.err.endswith(f"it is not a text in UTF-8\nHint: {hint}\n")
