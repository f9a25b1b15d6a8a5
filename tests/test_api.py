"""The library: what the commands can do, checked there, for Python callers."""

import ast
import copy
import inspect
import math
import pickle
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from decimal import Decimal
from fractions import Fraction
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from mpmath import mp

import diffcli
from diffcli import api, errors
from diffcli.inputs.arguments import Point, Scheme
from diffcli.language import expression
from diffcli.problem import Settings

F = "(2*x1+3*x2)**2+3"
AT = {"x1": 1, "x2": 3}


SCHEMES: tuple[Scheme, Scheme] = ("central", "symmetric")


class Half:
    """A number of somebody else's library: all it has is a float."""

    def __float__(self) -> float:
        return 0.5


# ---- names -----------------------------------------------------------------------


def test_dir_lists_every_public_name_and_each_is_documented() -> None:
    assert set(diffcli.__all__) < set(dir(diffcli))
    for name in diffcli.__all__:
        found = getattr(diffcli, name)
        assert found.__doc__, name
        home = sys.modules[found.__module__]
        assert getattr(home, name) is found


def test_every_question_of_api_is_public() -> None:
    asked = set(dir(api))
    assert asked < set(diffcli.__all__)
    for name in asked:
        assert getattr(api, name) is getattr(diffcli, name)
        assert getattr(api, name).__module__.startswith("diffcli.api.")
        assert re.search(rf"\b{name}\b", diffcli.__doc__ or ""), name
    with pytest.raises(AttributeError, match="nothing"):
        api.nothing  # noqa: B018


def test_no_question_returns_anything_at_all() -> None:
    for name in dir(api):
        assert "Any" not in str(getattr(api, name).__annotations__), name


def test_a_posed_problem_stands_for_formula_and_point() -> None:
    problem = diffcli.pose(F, AT, wrt="x2", h=1e-3, digits=5)
    found = diffcli.compare(problem)
    again = diffcli.compare(F, AT, wrt="x2", h=1e-3, digits=5)
    assert [r.partials for r in found.results] == [r.partials for r in again.results]
    assert diffcli.compare(problem, exact=True).exact["x2"] == "66"
    assert diffcli.check(problem, claims={"x2": 66}).passed
    assert diffcli.check(problem, claims={"x2": diffcli.parse("6*(2*x1+3*x2)")}).passed
    assert diffcli.hessian(problem).partial("x2", "x2").value == 18
    assert diffcli.sweep(problem, variable="x2").series
    assert diffcli.trace(problem).forward[-1].value == problem.value
    assert diffcli.tree(problem).problem is problem
    assert diffcli.descend(problem, rates=[0.01]).names == ("x2",)
    second: tuple[Callable[[], object], ...] = (
        lambda: diffcli.compare(problem, AT),
        lambda: diffcli.compare(problem, wrt="x1"),
        lambda: diffcli.compare(problem, h=1e-3),
        lambda: diffcli.compare(problem, digits=20),
    )
    for call in second:
        with pytest.raises(diffcli.UsageError, match="already"):
            call()


def test_progress_is_counted() -> None:
    calls: list[int] = []
    diffcli.measure(once, {"x": 1, "y": 2}, progress=lambda: calls.append(1))
    diffcli.check(once, {"x": 1}, {"x": 1}, progress=lambda: calls.append(1))
    assert len(calls) == 3
    diffcli.descend(F, AT, rates=[0.01], steps=7, progress=lambda: calls.append(1))
    assert len(calls) == 3 + 1 + 7  # the start counts too


def test_an_unknown_name_is_no_attribute() -> None:
    with pytest.raises(AttributeError, match="nothing"):
        diffcli.nothing  # type: ignore[attr-defined]  # noqa: B018


# ---- answers ---------------------------------------------------------------------


def test_backprop_is_believed_first_whatever_the_order() -> None:
    for methods in (("backprop", "finite"), ("finite", "backprop"), ("all",)):
        result = diffcli.compare(F, AT, methods=methods)
        assert result.partial("x1").value == 44.0
        by = {found.method: found.partials["x1"] for found in result.results}
        assert result.partial("x1") == by["backprop"]


def test_synonyms_mean_what_they_mean_in_the_shell() -> None:
    assert diffcli.compare(F, AT, methods="numeric").results[0].method == "finite"
    one, other = (
        diffcli.compare(F, AT, methods="finite", scheme=scheme).results[0].partials
        for scheme in SCHEMES
    )
    assert one == other


def test_every_number_is_a_number() -> None:
    for x in (3, 3.0, Fraction(3), Decimal(3), "9/3", True + 2):
        assert diffcli.gradient("x**2", {"x": x}) == {"x": 6.0}
    assert diffcli.gradient("x**2", {"x": Half()}) == {"x": 1.0}


@pytest.mark.parametrize(
    "claim", ["x/9", 1 / 3, Fraction(1, 3), "1/3", Decimal(1) / 3], ids=repr
)
def test_a_claim_is_one_formula_or_one_number(claim: object) -> None:
    claims: dict[str, Any] = {"x": claim}
    assert diffcli.check("x**2/18", {"x": 3}, claims).passed


def test_a_claim_cannot_bring_another_one() -> None:
    for text in ("y,y=x", "1,2", "y, x=2", "x=y"):
        with pytest.raises(diffcli.ParseError):
            diffcli.check("x*y", {"x": 1, "y": 2}, {"x": text})


def test_a_fraction_is_exact() -> None:
    exact = diffcli.compare("x**2", {"x": Fraction(1, 3)}, exact=True).exact
    assert dict(exact) == {"": "1/9", "x": "2/3"}
    exact = diffcli.compare("sqrt(x)", {"x": 0.5}, exact=True).exact
    assert exact["x"] == "sqrt(2)/2"


def test_more_digits_are_mpmaths() -> None:
    found = diffcli.compare("exp(x)", {"x": 1}, digits=40).partial("x").value
    assert mp.nstr(found, 40) == "2.718281828459045235360287471352662497757"


def test_gradients_are_those_of_one_point_each() -> None:
    points = [{"x": n / 7, "y": 1.5} for n in range(-20, 20)]
    many = list(diffcli.gradients("sin(x)*y+abs(x)**3", points))
    assert many == [diffcli.gradient("sin(x)*y+abs(x)**3", p) for p in points]


def test_gradients_are_made_as_they_are_taken() -> None:
    def points() -> Iterator[Point]:
        yield {"x": 1}
        raise AssertionError("nobody asked for a second")

    found = diffcli.gradients("x**2", points())
    assert next(found) == {"x": 2.0}


def test_gradients_go_on_after_a_bad_point_if_asked_to() -> None:
    points: list[Point] = [{"x": 1}, {"x": 0}, {"x": math.inf}, {"q": 1}, {"x": 2}]
    found = list(diffcli.gradients("log(x)", points, keep_going=True))
    kinds = [type(each) for each in found]
    assert kinds == [
        dict, diffcli.DomainError, diffcli.PointError, diffcli.PointError, dict,
    ]  # fmt: skip
    with pytest.raises(diffcli.DomainError, match="point 2"):
        list(diffcli.gradients("log(x)", points))


def test_a_callable_is_measured_and_checked() -> None:
    def function(x: list[float]) -> tuple[float, list[float]]:
        return x[0] ** 2 * x[1], [2 * x[0] * x[1], x[0] ** 2]

    at = {"x": 3, "y": 2}
    found = diffcli.measure(function, at)
    assert found.name == "function"
    assert found.partials["x"].value == pytest.approx(12)
    assert diffcli.check(function, at).passed
    assert diffcli.check(function, at, seed=1).passed
    assert not diffcli.check(function, at, {"x": 13}).passed
    assert diffcli.check(function, at, taylor=True).remainders


def test_a_program_is_measured(tmp_path: Path) -> None:
    path = tmp_path / "model.py"
    path.write_text(
        "import json, sys\n"
        "for line in sys.stdin:\n"
        "    x, = json.loads(line)['x']\n"
        "    print(json.dumps({'f': x*x, 'grad': [2*x]}), flush=True)\n"
    )
    with diffcli.program(f"{sys.executable} {path}") as model:
        assert diffcli.measure(model, {"x": 3}).partials["x"].value == pytest.approx(6)
        assert diffcli.check(model, {"x": 3}).passed


# ---- what is wrong is said, in the library's words ----------------------------------


def once(x: list[float]) -> float:
    return sum(x)


def slow_program() -> object:
    code = "import sys; sys.stdin.read()"
    with diffcli.program(f'{sys.executable} -c "{code}"', timeout=0.05) as silent:
        return diffcli.measure(silent, {"x": 1})


WRONG: list[tuple[Callable[[], object], type[diffcli.DiffcliError]]] = [
    (lambda: diffcli.compare("x", {"x": 1}, h="foo"), diffcli.UsageError),  # type: ignore[arg-type]
    (lambda: diffcli.compare("x", {"x": 1}, h=-1), diffcli.UsageError),
    (lambda: diffcli.compare("x", {"x": 1}, h=math.nan), diffcli.UsageError),
    (lambda: diffcli.compare("x", {"x": 1}, h=0), diffcli.UsageError),
    (lambda: diffcli.compare("x", {"x": 1}, scheme="odd"), diffcli.UsageError),  # type: ignore[arg-type]
    (lambda: diffcli.compare("x", {"x": 1}, methods=("magic",)), diffcli.UsageError),
    (lambda: diffcli.compare("x", {"x": 1}, wrt=("q",)), diffcli.UsageError),
    (lambda: diffcli.compare("x", {"x": 1}, digits=0), diffcli.UsageError),
    (lambda: diffcli.compare("x", {"x": 1}, digits=2.5), diffcli.UsageError),  # type: ignore[arg-type]
    (lambda: diffcli.gradient("x", {}), diffcli.PointError),
    (lambda: diffcli.gradient("x", {"x": 1, "q": 2}), diffcli.PointError),
    (lambda: diffcli.gradient("x", {"x": math.nan}), diffcli.PointError),
    (lambda: diffcli.gradient("x", {"x": 10**400}), diffcli.PointError),
    (lambda: diffcli.gradient("x", {"x": None}), diffcli.PointError),  # type: ignore[dict-item]
    (lambda: diffcli.gradient("x", {"x": 1j}), diffcli.PointError),  # type: ignore[dict-item]
    (lambda: diffcli.gradient("x+", {"x": 1}), diffcli.ParseError),
    (lambda: diffcli.gradient("x", {"x": "1+"}), diffcli.ParseError),
    (lambda: diffcli.gradient("log(x)", {"x": -1}), diffcli.DomainError),
    (lambda: diffcli.gradient("exp(x)", {"x": 1e9}), diffcli.RangeError),
    (lambda: diffcli.gradient("abs(x)", {"x": 0}), diffcli.KinkError),
    (lambda: diffcli.gradient(7, {"x": 0}), diffcli.UsageError),  # type: ignore[arg-type]
    (lambda: diffcli.derive("x**2", "q"), diffcli.UsageError),
    (lambda: diffcli.derive("3", "x"), diffcli.UsageError),
    (lambda: diffcli.hessian("abs(x)", {"x": 0}), diffcli.KinkError),
    (lambda: diffcli.steps("x", order=21), diffcli.UsageError),
    (lambda: diffcli.steps("x*y", order=3), diffcli.UsageError),
    (lambda: diffcli.steps("log(x)", {"x": 0}), diffcli.DomainError),
    (lambda: diffcli.check("x", {"x": 1}, {"q": 1}), diffcli.PointError),
    (lambda: diffcli.check("x", {"x": 1}, {"x": "q"}), diffcli.PointError),
    (lambda: diffcli.check("x", {"x": 1}, {"x": math.nan}), diffcli.PointError),
    (lambda: diffcli.check("x", {"x": 1}, {"x": "1/0"}), diffcli.DomainError),
    (lambda: diffcli.check("x", {"x": 1}, rtol=-1), diffcli.UsageError),
    (lambda: diffcli.check(once, {"x": 1}), diffcli.UsageError),
    (lambda: diffcli.check(once, {}), diffcli.PointError),
    (lambda: diffcli.measure(3, {"x": 1}), diffcli.UsageError),  # type: ignore[arg-type]
    (lambda: diffcli.measure(once, {"x": 1}, h=-1), diffcli.UsageError),
    (lambda: diffcli.program("/no/such/program"), diffcli.UsageError),
    (lambda: diffcli.gradient("x", [1]), diffcli.PointError),  # type: ignore[arg-type]
    (lambda: diffcli.gradient("x", None), diffcli.PointError),  # type: ignore[arg-type]
    (lambda: diffcli.check("x", {"x": 1}, ["1"]), diffcli.PointError),  # type: ignore[arg-type]
    (lambda: next(diffcli.gradients("x", [1])), diffcli.PointError),  # type: ignore[list-item]
    (lambda: diffcli.measure(once, [1]), diffcli.PointError),  # type: ignore[arg-type]
    (lambda: diffcli.depth(3), diffcli.UsageError),  # type: ignore[arg-type]
    (lambda: diffcli.compare("x", {"x": 1}, scheme=["forward"]), diffcli.UsageError),  # type: ignore[arg-type]
    (lambda: diffcli.compare("x", {"x": 1}).partial("q"), diffcli.UsageError),
    (lambda: diffcli.hessian("x", {"x": 1}).partial("x", "q"), diffcli.UsageError),
    (lambda: diffcli.program(""), diffcli.UsageError),
    (lambda: diffcli.program("a 'b"), diffcli.UsageError),
    (lambda: diffcli.program("cat", timeout=0), diffcli.UsageError),
    (lambda: diffcli.parse("x = 3"), diffcli.ParseError),
    (lambda: slow_program(), diffcli.UsageError),
    (lambda: diffcli.program("cat", jobs=0), diffcli.UsageError),
    (
        lambda: diffcli.check(
            "x^2+y^2=25", {"x": 3, "y": 4}, {"x": -0.75}, implicit="y", prove=True
        ),
        diffcli.UsageError,
    ),
    (
        lambda: diffcli.check(lambda x: x[0], {"x": 3}, {"x": 1}, prove=True),
        diffcli.UsageError,
    ),
    (lambda: diffcli.sweep("x", {"x": 1}, "q"), diffcli.UsageError),
    (lambda: diffcli.sweep("x", {"x": 1}, per_decade=0), diffcli.UsageError),
    (lambda: diffcli.sweep("x", {"x": 1}, smallest=0), diffcli.UsageError),
    (lambda: diffcli.sweep("3", {}), diffcli.PointError),
    (lambda: diffcli.plot("x*y"), diffcli.PointError),
    (lambda: diffcli.plot("x", 1, 1), diffcli.UsageError),
    (lambda: diffcli.plot("x", variable="q"), diffcli.UsageError),
    (lambda: diffcli.descend("x", {"x": 1}, rates=[0]), diffcli.UsageError),
    (lambda: diffcli.descend("x", {"x": 1}, steps=0), diffcli.UsageError),
    (lambda: diffcli.depth("max"), diffcli.UsageError),
    (lambda: diffcli.depth("x*y"), diffcli.UsageError),
    (lambda: diffcli.depth(layers=0), diffcli.UsageError),
]


#: A good call of every question, and what nobody should give as any argument of it.
GOOD: dict[str, tuple[object, ...]] = {
    "check": ("x**2", {"x": 1}, {"x": "2*x"}),
    "compare": ("x**2", {"x": 1}),
    "depth": (),
    "derive": ("x**2", "x"),
    "descend": ("x**2", {"x": 1}),
    "examples": ("w*x", [{"x": 1}], {"w": 1}),
    "export": ("x**2", "python"),
    "field": ("x*y",),
    "functions": (),
    "budget": ("x**2", {"x": 1}, {"x": 0.1}),
    "answer": (diffcli.practice("power")[0], "x"),
    "gradient": ("x**2", {"x": 1}),
    "gradients": ("x**2", [{"x": 1}]),
    "hessian": ("x**2", {"x": 1}),
    "implicit": ("x^2 + y^2 = 25", {"x": 3, "y": 4}, "y"),
    "jacobian": ("(x**2, x)", {"x": 1}),
    "judge": ("f(x) = x**2",),
    "mark": ("x**2", {"x": "2*x"}),
    "measure": (once, {"x": 1}),
    "parse": ("x**2",),
    "plot": ("x**2",),
    "pose": ("x**2", {"x": 1}),
    "practice": (),
    "program": ("cat",),
    "prove": ("x**2", {"x": 1}),
    "prove_claim": ("x**2", "2*x", 0, 1),
    "prove_range": ("x**2", 0, 1),
    "steps": ("x**2", {"x": 1}),
    "sweep": ("x**2", {"x": 1}),
    "taylor": ("x**2", {"x": 1}),
    "trace": ("x**2", {"x": 1}),
    "tree": ("x**2", {"x": 1}),
    "value": ("x**2", {"x": 1}),
}
NASTY = [
    None, True, -1, 2.5, math.nan, math.inf, 10**5000, 1j, "", "a,b", "(", "\ud800",
    b"x", [], [1], [None], ("q",), {}, {"x": None}, {"x": "("}, {"x": [1]}, {1: 2},
    {"": 1}, {"x": 10**5000}, object(), len, frozenset([1]), iter([3]),
]  # fmt: skip


@pytest.mark.parametrize("question", GOOD)
def test_whatever_is_given_an_error_is_ours(question: str) -> None:
    asked = getattr(diffcli, question)
    call = inspect.signature(asked).bind(*GOOD[question])
    for parameter in inspect.signature(asked).parameters:
        for value in NASTY:
            if parameter == "progress" and callable(value):
                continue  # what the caller's own function does is not ours
            with suppress(diffcli.DiffcliError):
                found = asked(**{**call.arguments, parameter: value})
                if question == "gradients":
                    list(found)


def test_every_question_is_given_what_nobody_should_give() -> None:
    assert set(GOOD) == {name for name in diffcli.__all__ if name.islower()}


@pytest.mark.parametrize("place", range(len(WRONG)))
def test_what_is_wrong_is_an_error_of_ours(place: int) -> None:
    call, kind = WRONG[place]
    with pytest.raises(kind) as caught:
        call()
    error = caught.value
    assert error.kind != "internal"
    # Options are the command line's: it says them itself.
    assert not re.search(r"--\w", str(error)), str(error)


def test_no_layer_below_the_command_line_knows_its_options() -> None:
    """Parameters have names; what an option is called is said at its door."""
    package = Path(diffcli.__path__[0])
    for path in package.rglob("*.py"):
        room = path.relative_to(package).parts[0]
        if room in ("cli", "output", "inputs") or path.name == "callable.py":
            continue  # those that read or write what the command line says
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                said = re.search(r"(?<!\S)--[a-z]\w+", node.value)
                assert said is None, f"{path.name}: {node.value}"


def test_the_command_line_says_its_own_words(run: Callable[..., object]) -> None:
    ran = run("grad", "x", "--at", "1", "--method", "magic")
    assert "Invalid value for '--method': 'magic' is not one of" in str(ran)


# ---- errors are data -----------------------------------------------------------------


CLASSES = [
    value
    for value in vars(errors).values()
    if isinstance(value, type) and issubclass(value, diffcli.DiffcliError)
]


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__name__)
def test_an_error_is_documented_and_survives_a_pickle(
    kind: type[diffcli.DiffcliError],
) -> None:
    assert kind.__doc__
    if kind is errors.RowsFailed:
        made: diffcli.DiffcliError = errors.RowsFailed(diffcli.KinkError("kink"))
    else:
        made = kind("wrong", source="x+", span=(1, 2), hint="do", parameter="h")
    for back in (pickle.loads(pickle.dumps(made)), copy.copy(made)):
        assert type(back) is kind
        assert vars(back) == vars(made) or kind is errors.RowsFailed
        assert str(back) == str(made)


def test_only_a_bug_of_ours_is_internal() -> None:
    internal = [kind for kind in CLASSES if kind.kind == "internal"]
    assert internal == [diffcli.InternalError]
    assert [kind for kind in CLASSES if kind.exit_code == 70] == internal


def test_a_kink_names_its_variable() -> None:
    with pytest.raises(diffcli.KinkError) as caught:
        diffcli.gradient("x+abs(y)", {"x": 1, "y": 0})
    assert caught.value.variable == "y"
    assert caught.value.span == (2, 8)


# ---- nodes -------------------------------------------------------------------------


def test_calls_keep_no_nodes() -> None:
    for n in range(3000):
        diffcli.gradient(f"{n}.5*x{n}+sin({n}*x{n})", {f"x{n}": 1})
    assert len(expression._table) < 3000


def test_a_number_that_a_module_keeps_stays_the_one() -> None:
    for path in Path(diffcli.__path__[0]).rglob("*.py"):
        name = ".".join(path.relative_to(diffcli.__path__[0]).with_suffix("").parts)
        if path.stem.startswith("__"):
            continue
        module = import_module(f"diffcli.{name}")
        expression.forget()
        for key, value in vars(module).items():
            if isinstance(value, expression.Number):
                assert expression.number(value.text) is value, f"{name}.{key}"


def test_what_a_caller_keeps_is_read_again() -> None:
    kept = diffcli.parse("e*x + x*2", names=["e"])
    derivation = diffcli.derive(kept, "x")
    expression.forget()
    assert str(diffcli.derive(kept, "x")) == str(derivation)
    assert diffcli.gradient(kept, {"x": 1, "e": 3}) == {"e": 1.0, "x": 5.0}


def test_an_error_made_late_still_has_its_place() -> None:
    result = diffcli.compare("y = 2*x; abs(y-2)+x", {"x": 1})
    before = str(result.error())
    expression.forget()
    diffcli.parse("q+x+1")
    assert "^" in before
    assert str(result.error()) == before


def test_a_gradient_between_two_others_changes_neither() -> None:
    points = [{"x": x} for x in (1.0, 0.0, 2.0)]
    alone = [repr(g) for g in diffcli.gradients("abs(x)*x+x", points, keep_going=True)]
    found = []
    for each in diffcli.gradients("abs(x)*x+x", points, keep_going=True):
        found.append(repr(each))
        expression.forget()
        diffcli.gradient("x*x*y", {"x": 1, "y": 1})
    assert found == alone


def test_threads_do_not_meet() -> None:
    text = "+".join(f"sin({n}*x)*y" for n in range(60))
    right = diffcli.gradient(text, {"x": 0.5, "y": 2})
    wrong: list[object] = []

    def work() -> None:
        for _ in range(20):
            expression.forget()
            if diffcli.gradient(text, {"x": 0.5, "y": 2}) != right:
                wrong.append(None)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


# ---- results are data ----------------------------------------------------------------


RESULTS: dict[str, Callable[[], object]] = {
    "parse": lambda: diffcli.parse("f(y, x) = x**y"),
    "gradient": lambda: diffcli.gradient(F, AT),
    "compare": lambda: diffcli.compare(F, AT, methods="all", exact=True),
    "digits": lambda: diffcli.compare(F, AT, digits=30),
    "derive": lambda: diffcli.derive(F, "x1"),
    "steps": lambda: diffcli.steps(F, AT, order=2, simplify=True),
    "check": lambda: diffcli.check(F, AT, {"x1": 44}, taylor=True),
    "measure": lambda: diffcli.measure(once, AT),
    "hessian": lambda: diffcli.hessian(F, AT),
    "trace": lambda: diffcli.trace(F, AT),
    "tree": lambda: diffcli.tree(F, AT),
    "sweep": lambda: diffcli.sweep(F, AT),
    "plot": lambda: diffcli.plot("abs(x)"),
    "descend": lambda: diffcli.descend("x**2", {"x": 1}),
    "depth": lambda: diffcli.depth("relu"),
}
RESULTS["judge"] = lambda: diffcli.judge("f = x^2\nf' = d/dx[x^2]\n= x")
RESULTS["definitions"] = lambda: diffcli.parse("y = 2*x; y**2")


@pytest.mark.parametrize("name", RESULTS)
def test_results_pickle_and_copy(name: str) -> None:
    made = RESULTS[name]()
    back = pickle.loads(pickle.dumps(made))
    assert type(back) is type(made)
    assert shown(back) == shown(made)
    assert shown(copy.deepcopy(made)) == shown(made)
    expression.forget()
    assert shown(pickle.loads(pickle.dumps(made))) == shown(made)


def shown(result: object) -> str:
    """Return a result as text, without addresses, its sets in order."""
    text = re.sub(r"0x\w+", "", repr(result))
    return re.sub(
        r"(?<=frozenset\(\{)[^}]*",
        lambda inside: ", ".join(sorted(inside[0].split(", "))),
        text,
    )


def test_deep_nodes_pickle() -> None:
    deep = diffcli.parse("sin(" * 100_000 + "x" + ")" * 100_000)
    assert pickle.loads(pickle.dumps(deep.expression)) is deep.expression
    assert copy.deepcopy(deep.expression) is deep.expression


def test_an_expression_pickles_by_what_it_says() -> None:
    node = diffcli.parse("2.50*sin(x)**x + pi - x").expression
    data = pickle.dumps(node)
    assert pickle.loads(data) is node
    expression.forget()
    assert pickle.loads(data) is diffcli.parse("2.50*sin(x)**x + pi - x").expression


# ---- the wheel ---------------------------------------------------------------------


def test_the_typed_program_uses_all_there_is() -> None:
    program = Path(__file__).with_name("typing_examples.py").read_text("utf-8")
    nodes = list(ast.walk(ast.parse(program)))
    called = [node.func for node in nodes if isinstance(node, ast.Call)]
    assert set(dir(api)) <= {n.attr for n in called if isinstance(n, ast.Attribute)}
    used = {node.attr for node in nodes if isinstance(node, ast.Attribute)}
    taken = {alias.name for node in nodes if isinstance(node, ast.ImportFrom)
             for alias in node.names}  # fmt: skip
    assert set(diffcli.__all__) - used - taken == set()


@pytest.mark.slow
def test_a_program_that_uses_all_of_it_is_typed(wheel: Path, tmp_path: Path) -> None:
    """Against the wheel, where no configuration of ours helps, and never ``Any``."""
    from zipfile import ZipFile

    site = tmp_path / "site"
    with ZipFile(wheel) as archive:
        archive.extractall(site)
    assert (site / "diffcli" / "py.typed").exists()
    program = tmp_path / "program.py"
    program.write_text(
        Path(__file__).with_name("typing_examples.py").read_text("utf-8")
    )

    def run(*words: str) -> str:
        done = subprocess.run(
            [sys.executable, *words, program],
            cwd=tmp_path,
            env={"PYTHONPATH": str(site), "MYPYPATH": str(site), "PATH": ""},
            capture_output=True,
            text=True,
            check=False,
        )
        return "" if done.returncode == 0 else done.stdout + done.stderr

    assert not run()
    mypy = ("-m", "mypy", "--strict", "--cache-dir", str(tmp_path / "c"))
    assert not run(*mypy)
    # A row's value takes one number or two, which is a Callable[..., float].
    known = re.compile(r'has type "(tuple\[Function, \.\.\.\]|Function)"')
    *others, _ = run(*mypy, "--disallow-any-expr").splitlines()
    assert [line for line in others if not known.search(line)] == []


def test_settings_have_no_word_of_their_own() -> None:
    """What api lets pass is what methods know."""
    assert Settings().scheme == "symmetric"
    assert diffcli.compare("x", {"x": 1}).problem.settings == Settings()


ROWS = [{"x": 1, "t": 1}, {"x": 2, "t": 4}]


def test_a_loss_over_examples_is_compared_checked_and_walked_down() -> None:
    loss = diffcli.examples("(w*x-t)**2", ROWS, {"w": 1})
    one, other = (diffcli.gradient("(w*x-t)**2", {"w": 1, **row})["w"] for row in ROWS)
    assert diffcli.compare(loss).partial("w").value == (one + other) / 2
    assert diffcli.check(loss, claims={"w": "2*x*(w*x-t)"}).passed
    (course,) = diffcli.descend(loss, rates=[0.1], steps=3).courses
    assert course.path
    both = diffcli.examples("(w*x-t)**2", ROWS, {"w": 1}, reduce="sum")
    assert diffcli.compare(both).partial("w").value == one + other


def test_rows_and_weights_are_checked() -> None:
    words: Any = diffcli.examples
    refused: tuple[tuple[tuple[object, ...], str], ...] = (
        (("w*x", [], {"w": 1}), "no rows"),
        (("w*x", [1], {"w": 1}), "by name"),
        (("w*x", [{"x": 1}], {}), "the rows give some"),
        (("w*x", [{"x": 1}], {"w": 1, "x": 1}), "the rows give some"),
        (("w*x", [{"x": 1}], {"w": 1, "q": 1}), "'q' is not in the formula"),
        (("w*x", [{"x": 1}, {"y": 1}], {"w": 1}), "row 2: 'y' is not in the formula"),
        (("log(w*x)", [{"x": 1}, {"x": 0}], {"w": 1}), "row 2: log is not defined"),
    )
    for given, said in refused:
        with pytest.raises(diffcli.DiffcliError, match=re.escape(said)):
            words(*given)
    bad = [{"x": 1}, {"x": 0}, {"y": 1}]
    kept = diffcli.examples("log(w*x)", bad, {"w": 1}, keep_going=True)
    assert (kept.data.used, kept.data.total) == (1, 3)
    for choice in ({"point": {"w": 1}}, {"exact": True}):
        with pytest.raises(diffcli.UsageError):
            diffcli.compare(kept, **choice)
    with pytest.raises(diffcli.UsageError, match="no formula"):
        diffcli.compare(3)  # type: ignore[arg-type]


def test_a_field_is_checked() -> None:
    assert diffcli.field("x*y*w", others={"w": 2}).names == ("x", "y")
    for formula in ("x", "x*y*z"):
        with pytest.raises(diffcli.PointError, match="two variables"):
            diffcli.field(formula)
    with pytest.raises(diffcli.UsageError, match="not below"):
        diffcli.field("x*y", (1, 0))


@pytest.mark.parametrize(
    "found",
    [diffcli.compare("x**2*y", {"x": 2, "y": 3}), diffcli.hessian("x**3", {"x": 2}),
     diffcli.check("x**2", {"x": 3}, {"x": "3*x"}), diffcli.trace("x**2", {"x": 3}),
     diffcli.descend("x**2", {"x": 3}, steps=2), diffcli.functions()[:9]],
    ids=lambda found: type(found).__name__,
)  # fmt: skip
def test_what_is_found_can_be_read(found: object) -> None:
    """No addresses, and no rows of tables written out."""
    assert " at 0x" not in repr(found)
    assert "mistakes=" not in repr(found)
    assert len(repr(found)) < 6000
