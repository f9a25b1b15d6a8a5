"""Tables in and out: a cell stands under its own name, and no row is lost."""

import csv as library
import gzip
import io
import json
import math
import re
from collections.abc import Iterator, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import click
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diffcli import plugins, tables
from diffcli.cli import commands
from diffcli.errors import DiffcliError, ParseError, PointError, UsageError
from diffcli.inputs.files import read as read_chunk
from diffcli.inputs.files import table
from diffcli.inputs.rows import Row, Rows
from diffcli.output import formats
from diffcli.tables import Dialect
from tests.conftest import Run

KINDS = plugins.names(tables)
characters = st.characters(exclude_categories=["Cs"])
words = st.text(characters, max_size=6)
names = st.text("abcxyz₁₂_é \"',;\t", min_size=1, max_size=4)


def lines(text: str) -> list[str]:
    """Return the lines of a file as it is opened: ends of lines as they stand."""
    return list(io.StringIO(text, newline=""))


def read(text: str, variables: Sequence[str] = ("x", "y"), **more: Any) -> Rows:
    return table(lines(text), "f", variables, **more)


def points(text: str, variables: Sequence[str] = ("x", "y")) -> list[tuple[float, ...]]:
    found = list(read(text, variables).rows)
    assert all(row.error is None for row in found)
    return [tuple(row.point.values()) for row in found]


# ---- readers and writers -------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_every_format_has_a_reader_and_a_writer(kind: str) -> None:
    form = tables.load(kind)
    cells = ["1", "a b", "é"]
    ((number, found),) = form.read([f"{form.line(cells)}\n"])
    assert (number, found) == (1, cells)


@given(st.lists(st.lists(words, min_size=1, max_size=4), max_size=5))
def test_csv_reads_what_it_writes(rows: list[list[str]]) -> None:
    form = tables.load("csv")
    text = "".join(f"{form.line(cells)}\n" for cells in rows)
    assert [cells for _, cells in form.read(lines(text))] == rows


@given(st.lists(st.lists(words, min_size=1, max_size=4), max_size=5))
def test_csv_reads_what_others_write(rows: list[list[str]]) -> None:
    written = io.StringIO(newline="")
    library.writer(written, quoting=library.QUOTE_ALL).writerows(rows)
    found = tables.load("csv").read(lines(written.getvalue()))
    assert [cells for _, cells in found] == rows


@given(st.lists(words, min_size=1, max_size=4))
def test_tsv_reads_what_it_writes_or_refuses_to_write_it(cells: list[str]) -> None:
    form = tables.load("tsv")
    if any(sign in cell for cell in cells for sign in "\t\n\r"):
        with pytest.raises(UsageError):
            form.line(cells)
    else:
        found = [row for _, row in form.read([form.line(cells) + "\n"])]
        assert found == [cells] or not "".join(cells).strip()


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner),
    max_leaves=5,
).filter(lambda value: "Infinity" not in json.dumps(value))


@given(st.dictionaries(words, values))
def test_json_lines_keep_their_types(value: dict[str, Any]) -> None:
    form = tables.load("jsonl")
    ((_, found),) = form.read([form.line(value)])
    assert found == value
    assert repr(found) == repr(value)


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ('x,y\n1,2\n3,"4\n5,6\n', 3, "a quote opens here"),
        ('x,y\n"1\n","2\n5,6\n7,8\n', 3, "a quote opens here"),
        ('"x,y\n1,2\n', 1, "a quote opens here"),
        ('x,y\n1,"2', 2, "a quote opens here"),
        ('x,y\n1,"' + "a\n" * 600_000, 2, "a quote opens here"),
    ],
)
def test_an_open_quote_is_an_error_where_it_opened(
    text: str, line: int, says: str
) -> None:
    with pytest.raises(ParseError) as refused:
        list(read(text).rows)
    assert refused.value.message.startswith(f"f:{line}: {says}")


@pytest.mark.parametrize(
    "line",
    ['"1"b,2', '1,"2"3', '1,"2" ', ' "1",2', '1, "2,3"', '"1\n"b,2', '"1""2"3,4'],
)
def test_text_beside_quotes_is_an_error_of_its_row(line: str) -> None:
    bad, good = read(f"x,y\n{line}\n3,4\n").rows
    assert isinstance(bad.error, ParseError)
    assert bad.error.message.startswith("f:2: ")
    assert tuple(good.point.values()) == (3, 4)


# ---- names, orders, headers ----------------------------------------------------------


@given(st.data())
def test_any_order_of_columns_gives_the_same_cells(data: st.DataObject) -> None:
    columns = data.draw(st.lists(names.map(str.strip), unique=True, max_size=3))
    columns = ["x", "y", *(f"c{name}" for name in columns)]
    number = st.integers(-99, 99).map(str)
    rows = data.draw(st.lists(st.fixed_dictionaries(dict.fromkeys(columns, number))))
    once = data.draw(st.permutations(columns))
    objects = []
    for row in rows:
        order = data.draw(st.permutations(columns))
        objects.append(json.dumps({column: int(row[column]) for column in order}))
    sheet = [once, *([row[column] for column in once] for row in rows)]
    texts = {"jsonl": "\n".join(objects)}
    texts["csv"] = "\n".join(map(tables.load("csv").line, sheet))
    if not any("\t" in column for column in columns):
        texts["tsv"] = "\n".join(map(tables.load("tsv").line, sheet))
    for kind, text in texts.items():
        found = list(read(text, fixed=True).rows)
        assert [dict(row.carried) for row in found] == rows, kind
        expected = [(float(row["x"]), float(row["y"])) for row in rows]
        assert [tuple(row.point.values()) for row in found] == expected


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("e,x,y\n1,2,3\n", [(2, 3)]),
        ("pi,1,y,x\n1,2,3,4\n", [(4, 3)]),
        ("y,x\n1,2\n", [(2, 1)]),
        ("1*e,pi\n", [(2.718281828459045, 3.141592653589793)]),
        ("1/2, sqrt(4)\n3,4\n", [(0.5, 2), (3, 4)]),
        ("-1,−2\n", [(-1, -2)]),
        ('"a\tb",x,y\n1,2,3\n', [(2, 3)]),
        ("x\ty\n1\t2\n", [(1, 2)]),
        ('x\ty\t"\n1\t2\t"a\n3\t4\tb"\n', [(1, 2), (3, 4)]),
        ("\ufeffx,y\r\n\r\n1,2\r\n", [(1, 2)]),
        ("\ufeff\n\nx , y \n 1 ,\t2\n", [(1, 2)]),
        ("\ufeff", []),
        ("x,y\r1,2\r", [(1, 2)]),
        ('"x","y"\n"1","2"\n', [(1, 2)]),
        ('x,y,n\n1,2,"a\n\nb"\n3,4,c\n', [(1, 2), (3, 4)]),
        ('{"y":1,"x":2}\n\n[3,4]\n', [(2, 1), (3, 4)]),
    ],
)
def test_what_is_a_header_and_what_is_data(
    text: str, found: list[tuple[float, float]]
) -> None:
    assert points(text) == found


def test_names_are_those_of_the_formula() -> None:
    assert points("x₂,x₁\n1,2\n", ("x1", "x2")) == [(2, 1)]
    assert points('{"x₂": 1, "x₁": 2}\n', ("x1", "x2")) == [(2, 1)]
    assert points("π\n3\n", ("pi",)) == [(3,)]
    assert read("x₁\n1\n", ("x1",)).columns == ("x₁",)
    with pytest.raises(PointError):
        read("x²\n1\n", ("x2",))


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("x;y\n1;2\n", "';'"),
        ("x,y\n1;2\n", "';'"),
        ("x\ty\n1,5\t2\n", "decimals use a point: 1.5"),
        ('x,y\n"-1,5",2\n', "decimals use a point: -1.5"),
        ("x,y\n1,5,2,5\n", "decimals use a point"),
    ],
)
def test_what_other_countries_write_gets_a_hint(text: str, hint: str) -> None:
    try:
        (row,) = read(text).rows
        error = row.error
    except DiffcliError as refused:
        error = refused
    assert error is not None
    assert hint in error.hint


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("{", "this is not JSON"),
        ('{"x": 1}', "there is no value for y"),
        ('{"x": 1, "x": 2, "y": 3}', "the key 'x' stands there twice"),
        ('{"x": 1, "y": 2, "z": NaN}', "NaN is no number of JSON"),
        ('{"x": 1, "y": 2, "z": 1e999}', "overflow"),
        ('{"x": 1, "y": 2, "z": "\\ud800"}', "half a character"),
        ('{"x": 1, "y": 2, "z": ' + "[" * 60 + "]" * 60 + "}", "brackets"),
        ("[" * 100_000, "brackets"),
        ("7", "a line has to be an object"),
        ("[1, 2, 3]", "a line has to be an object"),
        ('{"x": true, "y": 2}', "'true' is not a number"),
        ('{"x": 1, "y": null}', "'null' is not a number"),
    ],
)
def test_a_bad_line_of_json_is_named(line: str, says: str) -> None:
    good, bad, last = read(f'{{"x":1,"y":2}}\n{line}\n[3,4]\n').rows
    assert bad.error is not None
    assert bad.error.message.startswith("f:2: ")
    assert says in bad.error.message
    assert (good.error, last.error) == (None, None)


def test_a_key_that_comes_later_is_an_error_where_columns_are_fixed() -> None:
    text = '{"x":1,"y":2,"id":"a"}\n{"y":4,"x":3}\n{"x":5,"y":6,"note":7,"id":"c"}\n'
    first, second, third = read(text, fixed=True).rows
    assert first.carried == {"x": "1", "y": "2", "id": "a"}
    assert second.carried == {"x": "3", "y": "4", "id": ""}
    assert isinstance(third.error, ParseError)
    assert third.carried == {"x": "5", "y": "6", "id": "c"}
    free = [row.carried for row in read(text).rows]
    assert free[2] == {"x": 5, "y": 6, "note": 7, "id": "c"}
    with pytest.raises(ParseError):  # it would have named the columns
        read('{\n{"x":1,"y":2}\n', fixed=True)


@pytest.mark.parametrize("first", ["pi,e", "tau\te", "e,π"])
def test_a_line_of_nothing_but_names_is_a_header(first: str) -> None:
    with pytest.raises(PointError) as refused:
        read(f"{first}\n1\t2\n")
    assert refused.value.message == "f:1: there is no column for x, y"


@pytest.mark.parametrize(
    "text", ["[[1,2,3]]\n", '[\n[{"x":1}]]\n', '{\n"x":1}\n', "[1]\n"]
)
def test_json_that_is_not_a_point_a_line_gets_a_hint(text: str) -> None:
    row = next(read(text).rows)
    assert row.error is not None
    assert "one point a line, which jq -c" in row.error.hint


@pytest.mark.parametrize("value", ["[1, 2]", '{"a": 1}', "null", "true", "[]"])
def test_what_json_has_besides_numbers_and_formulas_is_no_value(value: str) -> None:
    (row,) = read(f'{{"x":{value},"y":"1/2"}}\n').rows
    assert row.error is not None
    assert row.error.message.endswith("is not a number")


def test_a_row_says_the_line_where_it_begins() -> None:
    found: list[Row] = list(read('x,y,n\n1,2,"a\nb"\n3,4\n').rows)
    assert [row.where for row in found] == ["f:2", "f:4"]


def test_a_column_with_the_name_of_a_constant_is_cleared_up(
    run: Run, tmp_path: Path
) -> None:
    file = tmp_path / "e.csv"
    file.write_text("x,e\n1,5\n", encoding="utf-8")
    words = ("--points", str(file), "-f", "plain")
    ran = run("grad", "e*x", *words)
    assert (ran.code, ran.out) == (2, "")
    assert "--vars x,e takes the column, --vars x the constant" in ran.err
    assert run("grad", "e*x", *words, "--vars", "x,e").out == "5 1\n"
    assert run("grad", "e*x", *words, "--vars", "x").out == "2.718281828459045\n"
    assert run("grad", "3*x", *words).out == "3\n"


# ---- the shape of the output ---------------------------------------------------------


def taking_points() -> list[tuple[str, list[str]]]:
    """Return every command with points and a format of that kind."""
    found = []
    for name in plugins.names(commands):
        module = import_module(f"diffcli.cli.commands.{name}")
        options = {option.name for option in module.command.params}
        if isinstance(module.command, click.Command) and "point_files" in options:
            found.append(
                (name, [f for f in ("json", *KINDS) if formats.fits(f, module.HAS)])
            )
    return found


CALLS = [(name, f) for name, forms in taking_points() for f in forms] + [
    ("grad --order 2", f) for f in ("json", *KINDS)
]
POINTS = {0: "x,y,id\n", 1: "x,y,id\n1,2,a\n", 2: "x,y,id\n1,2,a\n3,4,b\n"}


@pytest.mark.parametrize(("command", "form"), CALLS)
def test_the_shape_depends_on_the_call(
    command: str, form: str, run: Run, tmp_path: Path
) -> None:
    outputs = {}
    for count, text in POINTS.items():
        file = tmp_path / f"{count}.csv"
        file.write_text(text, encoding="utf-8")
        words = (*command.split(), "x^2*y", "--points", str(file), "-f", form)
        ran = run(*words)
        assert ran.code == 0, ran.err
        outputs[count] = ran.out
    if form == "json":
        found = {count: json.loads(out) for count, out in outputs.items()}
        assert {count: len(array) for count, array in found.items()} == {
            count: count for count in POINTS
        }
        assert found[2][1]["input"] == {"x": "3", "y": "4", "id": "b"}
    elif form == "jsonl":
        records = [json.loads(line) for line in outputs[2].splitlines()]
        assert outputs[0] == ""
        assert outputs[2].startswith(outputs[1])
        assert {record["input"]["id"] for record in records} == {"a", "b"}
    else:
        headers = {out.split("\n")[0] for out in outputs.values()}
        (header,) = headers
        separator = "," if form == "csv" else "\t"
        assert header.split(separator)[:3] == ["x", "y", "id"]
        rows = [line.split(separator) for line in outputs[2].splitlines()[1:]]
        assert {tuple(row[:3]) for row in rows} == {("1", "2", "a"), ("3", "4", "b")}
        assert {len(row) for row in rows} == {len(header.split(separator))}
        assert outputs[2].startswith(outputs[1])


@pytest.mark.parametrize(("command", "form"), CALLS)
def test_points_on_the_command_line_have_a_shape_too(
    command: str, form: str, run: Run
) -> None:
    words = (*command.split(), "x^2*y", "-f", form)
    one = run(*words, "--at", "1,2")
    two = run(*words, "--at", "1,2", "--at", "3,4")
    assert (one.code, two.code) == (0, 0)
    if form == "json":
        assert isinstance(json.loads(one.out), dict)
        assert len(json.loads(two.out)) == 2
    elif form != "jsonl":
        separator = "," if form == "csv" else "\t"
        header, *rows = (line.split(separator) for line in two.out.splitlines())
        assert [name.removeprefix("at:") for name in header[:2]] == ["x", "y"]
        assert {tuple(row[:2]) for row in rows} == {("1", "2"), ("3", "4")}
        assert len(set(header)) == len(header)


def test_exact_values_have_columns(run: Run) -> None:
    words = ("grad", "sqrt(x)", "--exact", "--at", "2", "-f", "csv")
    header, row = run(*words).out.splitlines()
    assert dict(zip(header.split(","), row.split(","), strict=True))["exact"] == (
        "sqrt(2)/4"
    )
    header, *rows = run(*words, "--at", "3").out.splitlines()
    assert header == "x,f,df/dx,df/dx:exact,status"
    assert [row.split(",")[3] for row in rows] == ["sqrt(2)/4", "sqrt(3)/6"]


def test_the_first_error_leaves_stdout_empty(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "bad.csv"
    file.write_text("x\nq\n", encoding="utf-8")
    for form in ("csv", "json", "jsonl", "plain"):
        ran = run("grad", "x^2", "--points", str(file), "-f", form)
        assert (ran.code, ran.out) == (3, "")
    file.write_text('x,note\n1,"a\tb"\n', encoding="utf-8")
    ran = run("grad", "x^2", "--points", str(file), "-f", "tsv")
    assert (ran.code, ran.out) == (2, "")
    assert "'a\\tb'" in ran.err


@pytest.mark.parametrize(
    ("name", "text"),
    [("p.csv.gz", "x,y\n1,2\n"), ("p.tsv.gz", "x\ty\n1\t2\n"),
     ("p.jsonl.gz", '{"x": 1, "y": 2}\n')],
)  # fmt: skip
def test_what_gzip_compressed_is_read(
    name: str, text: str, tmp_path: Path, run: Run
) -> None:
    plain, file = tmp_path / name.removesuffix(".gz"), tmp_path / name
    plain.write_text(text, encoding="utf-8")
    file.write_bytes(gzip.compress(text.encode()))
    words = ("grad", "x^2*y", "-f", "csv", "--points")
    assert run(*words, str(file)) == run(*words, str(plain))
    for broken in (b"x,y\n1,2\n", gzip.compress(text.encode())[:-9], b"\x1f\x8b"):
        file.write_bytes(broken)
        ran = run(*words, str(file))
        assert ran.code == 2
        assert "no whole file of gzip" in ran.err


ARRAYS = {
    "one line": '[{"x":1,"y":2,"id":"a"},{"x":3,"y":4,"id":"b"}]',
    "a row a line": '[\n{"x":1,"y":2,"id":"a"},\n{"x":3,"y":4,"id":"b"}\n]\n',
    "as people see it": json.dumps(
        [{"x": 1, "y": 2, "id": "a"}, {"x": 3, "y": 4, "id": "b"}], indent=2
    ),
}


@pytest.mark.parametrize("text", ARRAYS.values(), ids=ARRAYS)
def test_an_array_is_read_as_its_values_in_lines_are(text: str) -> None:
    lines = '{"x":1,"y":2,"id":"a"}\n{"x":3,"y":4,"id":"b"}\n'
    for fixed in (False, True):
        wanted = [row.carried for row in read(lines, fixed=fixed).rows]
        assert [row.carried for row in read(text, fixed=fixed).rows] == wanted


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=9,
)


@settings(max_examples=25)
@given(st.lists(st.lists(VALUES) | st.dictionaries(st.text(), VALUES)), st.booleans())
def test_every_array_gives_its_values(rows: list[Any], indented: bool) -> None:
    text = json.dumps(rows, indent=1 if indented else None, ensure_ascii=False)
    lines = re.findall(r"[^\n]*\n|[^\n]+", text)
    assert [value for _, value in tables.load("jsonl").read(lines)] == rows


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ('[\n{"x":1,"y":2}\n', 2, "does not close"),
        ('[{"x":1,"y":2}]\n{"x":1}\n', 2, "text follows"),
        ('[{"x":1,"y":2}]]\n', 1, "text follows"),
    ],
)
def test_an_array_that_does_not_end_is_an_error(
    text: str, line: int, said: str
) -> None:
    with pytest.raises(ParseError) as refused:
        list(read(text).rows)
    assert refused.value.message.startswith(f"f:{line}: ")
    assert said in refused.value.message


DIALECTS = {
    "semicolons": ("x;y;id\n1;2;a,b\n3;4;c\n", Dialect(separator=";")),
    "quoted": ('x;y;id\n1;2;"a,b"\n3;4;c\n', Dialect(separator=";")),
    "bars": ("x|y|id\n1|2|a,b\n3|4|c\n", Dialect(separator="|")),
    "comments": (
        '# made by hand\nx,y,id\n# the first\n1,2,"a,b"\n3,4,c\n#\n',
        Dialect(comment="#"),
    ),
    "comments in tsv": (
        "% x\nx\ty\tid\n1\t2\ta,b\n% \n3\t4\tc\n",
        Dialect(comment="%"),
    ),
    "comments in json": (
        '// x\n{"x":1,"y":2,"id":"a,b"}\n//\n{"x":3,"y":4,"id":"c"}\n',
        Dialect(comment="//"),
    ),
}


@pytest.mark.parametrize(("text", "dialect"), DIALECTS.values(), ids=DIALECTS)
@pytest.mark.parametrize("size", [0, 1, 2, 99])
def test_a_table_is_read_as_its_dialect_is_said_to_be(
    text: str, dialect: Dialect, size: int
) -> None:
    """Row by row, or some lines at once; every row says its own line."""
    rows = table(
        iter(text.splitlines(True)), "f", ["x", "y"], fixed=True, dialect=dialect
    )
    found = list(rows.rows) if not size else list(_by_chunks(rows, size))
    assert [(row.point, row.carried["id"]) for row in found] == [
        ({"x": 1, "y": 2}, "a,b"),
        ({"x": 3, "y": 4}, "c"),
    ]
    lines = text.splitlines()
    for row in found:
        assert row.carried["id"] in lines[int(row.where.partition(":")[2]) - 1]


def _by_chunks(rows: Rows, size: int) -> Iterator[Row]:
    """Yield the rows that are read in chunks, if they can be."""
    for piece in rows.rows if rows.chunks is None else rows.chunks(size):
        for part in (piece,) if isinstance(piece, Row) else read_chunk(piece):
            if isinstance(part, Row):
                yield part
            else:
                yield from map(part.row, range(len(part.texts)))


def test_without_a_head_the_first_line_is_a_row() -> None:
    names = table(iter(["pi,e\n"]), "f", ["x", "y"], dialect=Dialect(headed=False))
    assert [row.point for row in names.rows] == [{"x": math.pi, "y": math.e}]
    with pytest.raises(PointError):
        table(iter(["1,2,3\n"]), "f", ["x", "y"], dialect=Dialect(headed=False))
    with pytest.raises(PointError):
        table(iter(['{"x":1}\n']), "f", ["x"], dialect=Dialect(headed=False))


def test_several_files_are_one_table(run: Run, tmp_path: Path) -> None:
    for name, text in {
        "a.csv": "x,id\n1,a\n",
        "b.tsv": "x\tid\n2\tb\n",
        "c.jsonl": '{"x":3,"id":"c"}\n',
        "d.json": '[{"x":4,"id":"d"}]',
        "other.csv": "id,x\n5,5\n",
    }.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    words = [
        w for n in "abcd" for w in ("--points", str(next(tmp_path.glob(f"{n}.*"))))
    ]
    ran = run("grad", "x^2", *words, "-f", "csv")
    assert ran.out.splitlines() == [
        "x,id,f,df/dx,status",
        *(f"{n},{'abcd'[n - 1]},{n * n},{2 * n},ok" for n in range(1, 5)),
    ]
    assert run("check", "x^2", *words, "--claim", "2x", "-q").code == 0
    pattern = str(tmp_path / "[a-d].*")
    assert run("grad", "x^2", "--points", pattern, "-f", "csv").out == ran.out
    for twice in (
        [*words, *words[:2]],
        [*words, "--points", str(tmp_path / "other.csv")],
    ):
        refused = run("grad", "x^2", *twice, "-f", "csv")
        assert (refused.code, refused.out) == (2, "")
    assert run("grad", "x^2", "--points", str(tmp_path / "*.no")).code == 2


def test_claims_and_data_have_a_dialect_too(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "t.csv"
    file.write_text("# c\nx^2;2x\n#\nx*y;x=y,y=x\n", encoding="utf-8")
    how = ("--separator", ";", "--comment", "#")
    ran = run("check", "--claims", str(file), *how, "--no-header")
    assert (ran.code, len(ran.out.splitlines())) == (0, 3)
    assert run("check", "--claims", str(file), *how).code == 2
    file.write_text("# c\nx;t\n1;2\n#\n3;4\n", encoding="utf-8")
    loss = ("grad", "(w*x-t)^2", "--data", str(file), "--at", "1", "-f", "plain")
    assert run(*loss, *how).out == "-4\n"
    assert run(*loss, *how, "--no-header").code == 2


def test_several_files_are_shared_out_and_done_one_by_one(
    run: Run, tmp_path: Path
) -> None:
    for name, text in {
        "a.csv": "x;id\n1;a\n# c\n2;b\n",
        "b.csv": "x;id\n3;c\n",
    }.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    pattern = ("--points", str(tmp_path / "*.csv"))
    words = ("grad", "x^2", *pattern, "--separator", ";", "--comment", "#")
    whole = run(*words, "-f", "csv")
    assert whole.out.splitlines()[1:] == ["1,a,1,2,ok", "2,b,4,4,ok", "3,c,9,6,ok"]
    assert run(*words, "-f", "csv", "--jobs", "2") == whole
    refused = run(*words, "-f", "csv", "--engine", "polars")
    assert (refused.code, refused.out) == (2, "")
    assert run(*words, "-o", f"{tmp_path / 'out'}/").code == 0
    parts = [
        (tmp_path / "out" / name).read_text("utf-8") for name in ("a.csv", "b.csv")
    ]
    header, *rows = whole.out.splitlines()
    assert [part.splitlines() for part in parts] == [
        [header, *rows[:2]],
        [header, rows[2]],
    ]


def test_what_a_line_looks_like_is_a_hint(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    for text, hint in {
        "# x\nx\n1\n": "--comment '#'",
        "x,y\n1,2\n# done\n": "--comment '#'",
        "x;y\n1;2\n": "--separator ';'",
    }.items():
        file.write_text(text, encoding="utf-8")
        assert hint in run("grad", "x+y", "--points", str(file), "-f", "csv").err


def test_the_first_row_may_go_on_in_the_next_line(run: Run, tmp_path: Path) -> None:
    """It is looked at before it is read, for values with their errors."""
    file = tmp_path / "points.csv"
    file.write_text('x,note\n1,"a\nb"\n2,c\n', "utf-8")
    ran = run("grad", "x^2", "--points", str(file), "-f", "csv")
    assert ran.out.splitlines()[1:] == ['1,"a', 'b",1,2,ok', "2,c,4,4,ok"]
    file.write_text('x,note\n1,"a\n2,b\n', "utf-8")
    ran = run("grad", "x^2", "--points", str(file), "-f", "csv")
    assert ran.code == 3
    assert ":2: a quote opens here" in ran.err
