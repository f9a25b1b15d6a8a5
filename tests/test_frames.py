"""Tables by polars: the statuses of our columns, and their values within the bound."""

import csv
import math
import random
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars
import pytest

from diffcli.calculus.functions import ROWS, Function
from diffcli.engine.bounds import partial_bounds
from diffcli.engine.tape import Program
from diffcli.language.parser import parse
from tests.conftest import Run
from tests.test_columns import EDGES

FORMULA = "log(x)*abs(y)+x*y"
POLARS = ("--engine", "polars")
MIXED = """x,y,id
1,2,a

0,1,b
oops,1,c
-1,1,d
 2,3,e
pi/2,0,f
3
1e400,2,g
1_0,2,h
4,5,i,j
4,5,"""


@pytest.fixture(autouse=True)
def _measured(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let what measures coverage follow our code into the threads of polars."""
    given = polars.LazyFrame.map_batches

    def mapped(
        frame: polars.LazyFrame,
        function: Callable[[polars.DataFrame], polars.DataFrame],
        **settings: Any,
    ) -> object:
        def followed(part: polars.DataFrame) -> polars.DataFrame:
            sys.settrace(threading.gettrace())
            return function(part)

        return given(frame, followed, **settings)

    monkeypatch.setattr(polars.LazyFrame, "map_batches", mapped)


def table(path: Path, text: str) -> str:
    path.write_text(text, "utf-8")
    return str(path)


def shown(run: Run, *words: str) -> list[dict[str, str]]:
    ran = run(*words, "-f", "csv", "--keep-going")
    assert ran.code != 70, ran.err
    return list(csv.DictReader(ran.out.splitlines()))


def assert_close(
    ours: list[dict[str, str]], theirs: list[dict[str, str]], formula: str
) -> None:
    """Check that all texts agree, and numbers within their bounds."""
    program = Program([parse(formula).expression])
    assert [row["status"] for row in theirs] == [row["status"] for row in ours]
    for mine, other in zip(ours, theirs, strict=True):
        assert mine.keys() == other.keys()
        if mine["status"] != "ok":
            assert mine == other
            continue
        point = {name: float(eval_free(mine[name])) for name in program.inputs}
        backward = program.run(point).backward()
        bounds = partial_bounds(backward)
        bounds = {f"df/d{name}": bound for name, bound in bounds.items()}
        bounds["f"] = backward.value_bound()
        for name, bound in bounds.items():
            wide = math.inf if math.isnan(bound) else 2 * bound + 1e-300
            assert abs(float(mine[name]) - float(other[name])) <= wide, (name, mine)


def eval_free(cell: str) -> str:
    return "1.5707963267948966" if cell == "pi/2" else cell


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_every_row_at_every_edge(row: Function, run: Run, tmp_path: Path) -> None:
    names = ("x", "y")[: row.arity]
    sign = row.notation.symbol if row.notation else ""
    formula = f"{row.name}({', '.join(names)})"
    if sign:
        formula = f"x{sign}y" if row.arity == 2 else f"{sign}x"
    spans = row.domain.samples
    lines = ["x,y"]
    lines += [f"{x!r},{y!r}" for x in EDGES for y in (0.0, 0.5, 1.0, -3.0, 1e200)]
    lines += [
        ",".join(repr(low + (high - low) * part) for low, high in (*spans, *spans)[:2])
        for part in (0.01, 0.3, 0.77, 0.99)
    ]
    points = table(tmp_path / "p.csv", "\n".join(lines))
    formula += "*1.5+x*y"
    words = ("grad", formula, "--points", points)
    assert_close(shown(run, *words), shown(run, *words, "--engine", "polars"), formula)


@pytest.mark.parametrize("formula", [FORMULA, "gamma(x)*y", "x*y/(y-1)", "pi*x+y"])
def test_rows_of_all_kinds(formula: str, run: Run, tmp_path: Path) -> None:
    points = table(tmp_path / "p.csv", MIXED)
    words = ("grad", formula, "--points", points)
    ours, theirs = shown(run, *words), shown(run, *words, "--engine", "polars")
    assert_close(ours, theirs, formula)
    ours_alone, theirs_alone = (
        run(*words, "-f", "csv"),
        run(*words, "-f", "csv", "--engine", "polars"),
    )
    assert (ours_alone.code, ours_alone.err) == (theirs_alone.code, theirs_alone.err)
    assert len(ours_alone.out) > 0
    assert ours_alone.out.count("\n") == theirs_alone.out.count("\n")


LINES = {
    "even": "x,y,id\n1,2,a\n3,,b\n-1e-7,2,c\n",
    "the last empty": "x,y,id\n1,2,\n3,4,b\n5,6,\n",
    "short": "x,y,id\n1,2,a\n3,4\n5,6,c\n",
    "long": "x,y,id\n1,2,a\n3,4,5,6\n5,6,c\n",
    "short and long": "x,y,id\n1,2,a\n3,4,5,6\n5,6\n",
    "an empty one": "x,y,id\n1,2,a\n\n3,4,b\n5,oops,c\n",
    "blanks": "x,y,id\n 1, 2 ,a \n   \n3,4, b\n5,6,c",
    "two columns of a name": "x,y,id,id\n1,2,a,3\n3,4,b,3\n",
    "returns": "x,y,id\r\n1,2,a\r\n3,4,b\r\n",
    "a mark": "\ufeffx,y,id\n1,2,a\n0.10,4e0,007\n",
    "a tab": "x,y,id\n1,2,a\tb\n3,oops,c\td\n",
    "our names": "x,y,f,status\n1,2,a,b\n3,4,c,d\n",
    "the first bad": "x,y,id\noops,2,a\n3,4,b\n",
}


@pytest.mark.parametrize("text", LINES.values(), ids=LINES)
def test_lines_of_all_shapes_are_read_as_without_polars(
    text: str, run: Run, tmp_path: Path
) -> None:
    words = ("grad", "x*y", "--points", table(tmp_path / "p.csv", text), "-f", "csv")
    for more in ((), ("--keep-going",)):
        ours, theirs = run(*words, *more), run(*words, *more, "--engine", "polars")
        assert theirs == ours


@pytest.mark.parametrize("name", LINES)
def test_lines_of_all_shapes_become_parquet(
    name: str, run: Run, tmp_path: Path
) -> None:
    """Its cells are the texts of ours, its numbers ours, and a bad row leaves none."""
    words = ("grad", "x*y", "--points", table(tmp_path / "p.csv", LINES[name]))
    target = tmp_path / "t.parquet"
    whole = run(*words, "-o", str(target), *POLARS)
    ours = run(*words, "-f", "csv", "--keep-going")
    assert (whole.code != 0) == (ours.code != 0)
    assert target.exists() == (whole.code == 0)
    assert run(*words, "-o", str(target), *POLARS, "--keep-going").code == ours.code
    if not ours.out:  # refused: two columns of a name
        return
    found = polars.read_parquet(target).rows()
    rows = [*csv.reader(ours.out.splitlines())][1:]
    assert len(found) == len(rows)
    for row, cells in zip(found, rows, strict=True):
        for cell, text in zip(row, cells, strict=True):
            if isinstance(cell, float):
                assert cell == float(text)
            else:
                assert (cell or "") == text


@pytest.mark.parametrize("suffix", ["parquet", "arrow"])
def test_files_that_only_polars_reads(suffix: str, run: Run, tmp_path: Path) -> None:
    points = table(tmp_path / "p.csv", "x,y,id\n1,2,007\n-1,2,b\n3,4,c\n")
    target = str(tmp_path / f"p.{suffix}")
    ran = run("grad", FORMULA, "--points", points, "-o", target, "--keep-going")
    assert (ran.code, ran.out) == (4, "")
    scan = polars.scan_parquet if suffix == "parquet" else polars.scan_ipc
    found = scan(target).collect()
    assert found["id"].to_list() == ["007", "b", "c"]
    assert found["status"].to_list() == ["ok", "domain", "ok"]
    assert found["f"].null_count() == 1
    care = ("grad", FORMULA, "--points", target)
    assert_close(shown(run, *care), shown(run, *care, *POLARS), FORMULA)
    again = shown(run, "grad", "x*y", "--points", target)
    assert [row["diffcli:df/dx"] for row in again] == ["2", "2", "4"]
    lines = run("grad", "x*y", "--points", target, "-f", "jsonl").out.splitlines()
    assert len(lines) == 3


@pytest.mark.parametrize(
    "words",
    [
        ("x*y", "--engine", "polars", "--at", "1,2"),
        ("x*y", "--engine", "polars", "--points", "{quoted}", "-o", "{parquet}"),
        ("x*y", "--engine", "polars", "--points", "{plain}", "-f", "json"),
        ("x*y", "--engine", "polars", "--points", "{broken}", "-f", "csv"),
        ("x*y", "--engine", "polars", "--points", "{plain}", "-f", "md"),
        ("x*y", "--engine", "polars", "--points", "{plain}", "--method", "finite"),
        ("x*y", "--engine", "polars", "--points", "{plain}", "--order", "2"),
        ("x*z", "--points", "{parquet}"),
        ("x*day", "--points", "{parquet}"),
        ("x*y", "--points", "{nothing}"),
        ("x*y", "--points", "{empty}"),
    ],
)
def test_what_polars_cannot_do_is_refused(
    words: tuple[str, ...], run: Run, tmp_path: Path
) -> None:
    frame = polars.DataFrame({"x": [1], "y": [2]}).with_columns(
        polars.date(2026, 1, 1).alias("day")
    )
    frame.write_parquet(tmp_path / "t.parquet")
    (tmp_path / "e.parquet").touch()
    broken = bytearray((tmp_path / "t.parquet").read_bytes())
    broken[4:60] = bytes(56)  # the cells; the columns' names stand at the end
    (tmp_path / "b.parquet").write_bytes(broken)
    files = {
        "quoted": table(tmp_path / "q.csv", 'x,y\n"1",2\n'),
        "plain": table(tmp_path / "p.csv", "x,y\n1,2\n"),
        "parquet": str(tmp_path / "t.parquet"),
        "nothing": str(tmp_path / "none.parquet"),
        "empty": str(tmp_path / "e.parquet"),
        "broken": str(tmp_path / "b.parquet"),
    }
    ran = run("grad", *(word.format(**files) for word in words))
    assert ran.code == 2, ran.err
    assert ran.out == ""


def test_without_polars_what_to_install_is_told(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    points = table(tmp_path / "p.csv", "x,y\n1,2\n")
    ran = run("grad", "x*y", "--points", points, *POLARS)
    assert (ran.code, ran.out) == (2, "")
    assert "Hint: pip install 'diffcli[fast]'" in ran.err


@pytest.mark.parametrize("form", ["csv", "tsv"])
@pytest.mark.parametrize(
    "text",
    [
        'x,y,id\n1,2,"a,b"\n3,4,c\n',
        "x,y,id\n1,2,007\n0,1,b\n3,4,c\n",
        "x\ty\tid\n1\t2\ta\n",
        '{"x": 1, "y": 2}\n{"x": 3, "y": 4}\n',
    ],
)
@pytest.mark.parametrize("piped", [False, True])
def test_what_polars_does_not_read_our_columns_do(
    text: str,
    form: str,
    piped: bool,
    run: Run,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """With the engine the same is read and written as without, and the same fails."""
    path = table(tmp_path / "points", text)
    source = "-" if piped else path
    words = ("grad", "y/x", "--points", source, "-f", form, "--keep-going")
    found = []
    for more in ((), POLARS):
        with Path(path).open() as stream:
            monkeypatch.setattr(sys, "stdin", stream)
            found.append(run(*words, *more))
    assert found[0] == found[1]
    assert found[0].out


def test_numbers_are_written_as_without_polars(run: Run, tmp_path: Path) -> None:
    """Where the arithmetic has the same bits, the text has the same characters."""
    dice = random.Random(4)
    numbers = [dice.uniform(-1, 1) * 10.0 ** dice.randint(-320, 300) for _ in "1" * 900]
    numbers += [
        float(f"{sign}{k}e{n}")
        for n in range(-11, 24)
        for k in (1, 2.5, 5)
        for sign in ("", "-")
    ]
    rows = "".join(f"{number!r}\n" for number in [*numbers, 0.0, 5e-324, -0.0])
    source = table(tmp_path / "p.csv", f"x\n{rows}")
    words = ("grad", "x+x", "--points", source, "-f", "csv", "--keep-going")
    assert run(*words).out == run(*words, *POLARS).out


def test_what_has_no_value_has_none_though_it_stands_in_a_constant(
    run: Run, tmp_path: Path
) -> None:
    points = table(tmp_path / "p.csv", "x\n1\n2\n")
    words = ("grad", "acot(0)*x", "--points", points)
    assert shown(run, *words) == shown(run, *words, *POLARS)
