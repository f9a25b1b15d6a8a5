"""The JSON Schemas: there, well formed, printed, shipped, as loose as promised."""

import json
from contextlib import redirect_stderr, redirect_stdout
from importlib import import_module
from io import StringIO

import pytest
from hypothesis import given, settings
from jsonschema import Draft202012Validator, ValidationError

from diffcli import errors, plugins
from diffcli.analysis.descend_courses import FEEDBACK
from diffcli.cli import commands
from diffcli.cli.main import main
from diffcli.language.expression import Expression
from diffcli.language.printer import text
from tests import schemas
from tests.conftest import Run
from tests.strategies import NAMES, points, written

WRITE_JSON = [
    name
    for name in plugins.names(commands)
    if "record" in import_module(f"diffcli.cli.commands.{name}").HAS
]


def test_every_command_that_writes_json_has_a_schema() -> None:
    assert {*WRITE_JSON, "error"} == set(schemas.NAMES)


@pytest.mark.parametrize("name", schemas.NAMES)
def test_schema_is_one(name: str) -> None:
    schema = schemas.load(name)
    Draft202012Validator.check_schema(schema)
    assert schema["$schema"].endswith("/2020-12/schema")
    assert schema["description"]
    for part in schemas.parts(schema):
        wanted = part.get("required", [])
        assert set(wanted) <= set(part.get("properties", wanted))
        if "$ref" in part:
            assert part["$ref"].removeprefix("#/$defs/") in schema["$defs"]


def test_a_part_of_one_name_says_the_same_everywhere() -> None:
    known: dict[str, object] = {}
    for name in schemas.NAMES:
        shared = {"error", "version", "expression", "variables", "point"}
        for part, said in schemas.load(name)["$defs"].items():
            if part in shared:
                assert known.setdefault(part, said) == said, f"{part} in {name}.json"


@pytest.mark.parametrize("name", WRITE_JSON)
def test_a_command_prints_its_schema(name: str, run: Run) -> None:
    printed = (schemas.FOLDER / f"{name}.json").read_text("utf-8")
    assert run(name, "--json-schema") == (0, printed, "")
    assert run(name, "(", "-f", "csv", "--json-schema").out == printed
    assert printed.isascii()


def test_the_schema_of_errors_knows_every_kind() -> None:
    kinds, rest = set(), [errors.DiffcliError]
    while rest:
        kind = rest.pop()
        kinds.add(kind.kind)
        rest += kind.__subclasses__()
    error = schemas.load("error")["$defs"]["error"]
    kinds.remove(errors.DiffcliError.kind)  # the base, which nobody raises
    assert set(error["properties"]["kind"]["enum"]) == kinds


def test_the_schema_of_descend_knows_every_verdict() -> None:
    course = schemas.load("descend")["$defs"]["course"]
    assert set(course["properties"]["verdict"]["enum"]) == set(FEEDBACK)


def spoilt() -> list[tuple[str, str, object]]:
    """Return fields of a gradient, each with something that must not stand there."""
    return [
        ("schema", "", "diffcli/grad/1"),
        ("value", "", "NaN"),
        ("status", "", "fine"),
        ("warnings", "", None),
        ("point", "x", "1"),
        ("gradient", "backprop", None),
        ("agreement", "x", {"relative": 0.0}),
        ("finite", "h", 0),
        ("finite", "scheme", "central"),
        ("surplus", "", 1),
    ]


@pytest.mark.parametrize(("field", "inner", "value"), spoilt())
def test_what_is_wrong_is_refused(
    field: str, inner: str, value: object, run: Run
) -> None:
    record = json.loads(run("grad", "x**2", "--at", "1", "-f", "json").out)
    if inner:
        record[field][inner] = value
    else:
        record[field] = value
    with pytest.raises(ValidationError):
        schemas.validator("grad").validate(record)


def test_what_ships_lets_fields_be_added(run: Run) -> None:
    record = json.loads(run("grad", "x**2", "--at", "1", "-f", "json").out)
    Draft202012Validator(schemas.load("grad")).validate(record | {"surplus": 1})
    del record["value"]
    with pytest.raises(ValidationError):
        Draft202012Validator(schemas.load("grad")).validate(record)


CALLS = [
    ("grad", "(2*x1+3*x2)**2+3", "--at", "1,3", "--at", "2,3"),
    ("grad", "sqrt(x)*sin(y)", "--at", "2,pi/6", "--exact", "--method", "all"),
    ("grad", "x**3/7", "--at", "1e-30", "--digits", "40"),
    ("grad", "x*y", "--at", "1,2", "--method", "backprop", "--h", "auto"),
    ("grad", "sqrt(x)", "--at", "0", "--h", "relative"),
    ("grad", "relu(x)", "--at", "1e-7"),
    ("grad", "1e200*(1e200*x)", "--at", "1e-300"),
    ("grad", "x**20", "--at", "1e-3", "--scheme", "forward", "--h", "0.1"),
    ("grad", "sin(1/x)", "--at", "1e-3"),
    ("grad", "sin(1/x)", "--at", "1e-7", "--h", "auto"),
    ("grad", "x**2*y**3", "--at", "1,2", "--order", "2"),
    ("grad", "1e200*(1e200*x)", "--at", "1e-300", "--order", "2"),
    ("check", "x*y", "--at", "1,2", "--at", "3,4", "--claim", "y,x"),
    ("check", "1e-300*x", "--at", "1", "--claim", "1e300"),
    ("check", "x*y^2", "--at", "1,2", "--order", "2", "--claim", "0,2y,2y,1"),
    ("practice", "--seed", "1", "--solutions", "--count", "6"),
    ("steps", "z = x*y; sin(z)**2", "--at", "1,2"),
    ("trace", "z = x*y; sin(z)**2", "--at", "1,2"),
    ("trace", "1e200*(1e200*x)", "--at", "1e-300"),
    ("trace", "cbrt(x)", "--at", "0"),
    ("tree", "z = x*y; sin(z)**2 + 1"),
    ("tree", "1e200*(1e200*x)", "--at", "1e-300", "--at", "1"),
    ("functions",),
    ("functions", "nothing"),
    ("sweep", "sin(x)*exp(x)", "--at", "1", "--at", "2", "--per-decade", "1"),
    ("sweep", "x**2", "--at", "0", "--per-decade", "1"),
    ("plot", "tan(x)", "relu(x)", "log(x)", "--samples", "9"),
    ("plot", "log(x)/y+relu(x-y)", "--samples", "5"),
    ("plot", "x*y", "--vary", "x", "--at", "y=2", "--no-derivative"),
    ("descend", "x**4", "--at", "3", "--rate", "0.01,0.5"),
    ("descend", "abs(x-1)+sqrt(x-1)", "--at", "1"),
    ("depth", "sigmoid,relu"),
    ("depth", "sign"),
]


@pytest.mark.parametrize("form", ["json", "jsonl"])
@pytest.mark.parametrize("words", CALLS, ids=" ".join)
def test_the_fixture_holds_every_call(
    words: tuple[str, ...], form: str, run: Run
) -> None:
    ran = run(*words, "-f", form)
    assert ran.code != 70, ran.err
    assert ran.out or ran.err


def test_every_verdict_is_met(run: Run) -> None:
    told = "".join(run(*words, "-f", "jsonl").out for words in CALLS)
    allowed = schemas.load("grad")["$defs"]["agreement"]["properties"]["verdict"]
    for word in allowed["enum"]:
        assert f'"verdict": "{word}"' in told


@settings(max_examples=30)
@given(written(), points)
def test_any_formula_gives_valid_json(
    expression: Expression, point: dict[str, float]
) -> None:
    at = ",".join(f"{name}={point[name]!r}" for name in NAMES)
    shared = (text(expression), "--vars", ",".join(NAMES), "--at", at, "-f", "json")
    for name, *more in (
        ["grad"],
        ["grad", "--order", "2"],
        ["steps"],
        ["trace"],
        ["tree"],
    ):
        words = (name, *shared, *more)
        out, err = StringIO(), StringIO()
        with redirect_stdout(out), redirect_stderr(err):
            code = main(words)
        assert code in (0, 4, 5), err.getvalue()
        schemas.hold(words, code, out.getvalue(), err.getvalue())
