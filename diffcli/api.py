"""The library: one function per question, each with the answer's own type.

``import diffcli`` offers these names and loads them on first use. A formula is a text
or what ``parse`` returned; a point gives every variable a number by name. Whatever is
wrong with a call raises a DiffcliError: see ``diffcli.errors``.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Literal, SupportsFloat, overload

from diffcli import methods as _methods
from diffcli.analysis import check as _check
from diffcli.analysis import depth as _depth
from diffcli.analysis import grad as _grad
from diffcli.analysis.check import Check
from diffcli.analysis.depth import Chain
from diffcli.analysis.descend import Descent
from diffcli.analysis.grad import Comparison
from diffcli.analysis.hessian import Hessian
from diffcli.analysis.marking import Mark
from diffcli.analysis.measure import Measurement
from diffcli.analysis.plot import Plot
from diffcli.analysis.practice import Exercise
from diffcli.analysis.steps import Derivative
from diffcli.analysis.sweep import Sweep
from diffcli.analysis.trace import Trace
from diffcli.analysis.tree import Tree
from diffcli.analysis.verdicts import Tolerance
from diffcli.analysis.work import Judgement
from diffcli.blackbox.boxes import Boxes
from diffcli.blackbox.callable import Function as BlackBox
from diffcli.calculus import functions as _functions
from diffcli.calculus.functions import Function
from diffcli.engine.derivation import Derivation
from diffcli.engine.tape import Undefined
from diffcli.errors import DiffcliError, PointError, UsageError
from diffcli.inputs import arguments as _given
from diffcli.inputs.arguments import Claim, Formula, Point, Scheme, StepWidth, Value
from diffcli.language.parser import Parsed
from diffcli.problem import Problem, Settings, pose

_SCHEMES = {
    "both": "both", "symmetric": "symmetric", "central": "symmetric",
    "forward": "forward",
}  # fmt: skip


def parse(formula: Formula, names: Iterable[str] = ()) -> Parsed:
    """Return what a formula means.

    ``names`` are variables even if they are called like a constant.

    >>> parse("3*x10 + 2*x2").variables
    ('x2', 'x10')

    Raises ParseError with the place of the first thing that cannot be understood.
    """
    return _given.formula(formula, names)


# ---- first derivatives ------------------------------------------------------------


def gradient(
    formula: Formula,
    point: Point,
    *,
    wrt: str | Iterable[str] = (),
    subgradient: bool = False,
) -> dict[str, float]:
    """Return the partial derivative with respect to each variable, by backprop.

    ``wrt`` chooses variables; ``subgradient`` takes at a kink the convention of
    deep-learning libraries, relu'(0) = 0.

    >>> gradient("x**2 + y", {"x": 3, "y": 1})
    {'x': 6.0, 'y': 1.0}

    Raises ParseError, PointError, DomainError where the formula is undefined, and
    KinkError where it is not differentiable.
    """
    result = compare(
        formula, point, methods="backprop", wrt=wrt, subgradient=subgradient
    )
    error = result.error()
    if error:
        raise error
    return _numbers(result)


def _numbers(result: Comparison) -> dict[str, float]:
    return {
        name: float(value)
        for name in result.problem.variables
        if (value := result.partial(name).value) is not None
    }


@overload
def gradients(
    formula: Formula,
    points: Iterable[Point],
    *,
    wrt: str | Iterable[str] = ...,
    subgradient: bool = ...,
    keep_going: Literal[False] = ...,
) -> Iterator[dict[str, float]]: ...
@overload
def gradients(
    formula: Formula,
    points: Iterable[Point],
    *,
    wrt: str | Iterable[str] = ...,
    subgradient: bool = ...,
    keep_going: bool,
) -> Iterator[dict[str, float] | DiffcliError]: ...
def gradients(
    formula: Formula,
    points: Iterable[Point],
    *,
    wrt: str | Iterable[str] = (),
    subgradient: bool = False,
    keep_going: bool = False,
) -> Iterator[dict[str, float] | DiffcliError]:
    """Yield the gradient at each point as it comes; the formula is read once.

    ``points`` may be endless. The first point without a gradient raises the error
    that ``gradient`` raises; with ``keep_going`` its error is yielded in its place.

    >>> list(gradients("x*y", [{"x": 1, "y": 2}, {"x": 3, "y": 4}]))
    [{'x': 2.0, 'y': 1.0}, {'x': 4.0, 'y': 3.0}]

    Raises ParseError and UsageError before the first point is taken.
    """
    parsed = _given.formula(formula)
    names = _given.names(wrt, parsed.variables)
    settings = _given.settings(subgradient=subgradient)
    points = _given.several(points, "points")
    return _gradients(parsed, points, names, settings, keep_going=keep_going)


def _gradients(
    parsed: Parsed,
    points: Iterable[Point],
    names: tuple[str, ...],
    settings: Settings,
    *,
    keep_going: bool,
) -> Iterator[dict[str, float] | DiffcliError]:
    from diffcli.analysis.batch import Entry, at_points
    from diffcli.inputs.rows import Row

    def rows() -> Iterator[Row]:
        for number, point in enumerate(points, 1):
            row = Row(f"point {number}", {}, {})
            try:
                yield row._replace(point=_given.point(point, parsed))
            except DiffcliError as error:
                yield row._replace(error=error)

    backprop = ("backprop",)
    for entry in at_points(parsed, rows(), names, settings, backprop, alone=True):
        assert isinstance(entry, Entry)  # a row by itself is none of a stretch
        if entry.error is not None and not keep_going:
            raise entry.error
        if entry.error is not None:
            yield entry.error
        elif entry.comparison is not None:
            yield _numbers(entry.comparison)
        elif entry.gradient is not None:
            yield dict(zip(names, entry.gradient.partials, strict=True))


def compare(
    formula: Formula,
    point: Point,
    *,
    methods: str | Iterable[str] = _methods.THREE,
    wrt: str | Iterable[str] = (),
    h: StepWidth | None = None,
    scheme: Scheme = "symmetric",
    digits: int = 10,
    exact: bool = False,
    subgradient: bool = False,
) -> Comparison:
    """Return the partials by each method, and how they agree.

    ``methods`` are names or synonyms (see ``diffcli.methods``), or "all". ``h`` is the
    step width of differences: a number, "relative" or "auto" (1e-5 if left out).
    Above 17 ``digits`` mpmath computes; ``exact`` adds values such as sqrt(2)/4.

    >>> result = compare("(2*x1+3*x2)**2+3", {"x1": 1, "x2": 3})
    >>> [result.partial(name).value for name in result.problem.variables]
    [44.0, 66.0]
    >>> result.agreements["x1"].verdict
    'agree'

    Raises UsageError for a choice that there is not, ParseError, PointError, and
    DomainError where the formula is undefined. A kink is in the result's ``kinks``.
    """
    settings = _given.settings(h, scheme, digits, subgradient=subgradient)
    names = _methods.select(_given.words(methods, "methods"))
    problem = _posed(formula, point, wrt, settings)
    result = _grad.compare(problem, names or _methods.THREE)
    if exact:
        result = _grad.with_exact_values(result, _given.exact_point(point))
    return result


def _posed(
    formula: Formula,
    point: Point,
    wrt: str | Iterable[str] = (),
    settings: Settings | None = None,
) -> Problem:
    _given.mapping(point, "point")
    parsed = _given.formula(formula, point)
    values = _given.point(point, parsed)
    return pose(parsed, values, _given.names(wrt, parsed.variables), settings)


def derive(formula: Formula, variable: str) -> Derivation:
    """Return the derivative with respect to a variable, and the steps that lead to it.

    >>> print(derive("(2*x1+3*x2)**2+3", "x1"))
    4*(2*x1 + 3*x2)

    Raises ParseError, and UsageError for a variable that the formula has not.
    """
    parsed = _given.formula(formula, (variable,))
    (name,) = _given.names((variable,), parsed.variables, "variable")
    (found,) = steps(parsed, wrt=name)
    return found.derivation


def steps(
    formula: Formula,
    point: Point | None = None,
    *,
    wrt: str | Iterable[str] = (),
    order: int = 1,
    simplify: bool = False,
) -> tuple[Derivative, ...]:
    """Return the derivatives of a formula, rule by rule; at a point their values too.

    ``order`` 2 adds the second derivatives, each from a first, and so on to 20 toward
    one variable; ``simplify`` lets sympy look for a shorter form of each.

    >>> [str(found) for found in steps("x**2*y", order=2)]
    ['2*x*y', 'x**2', '2*y', '2*x', '0']

    Raises ParseError, PointError, UsageError, and DomainError where one has no value.
    """
    from diffcli.analysis.steps import steps as find
    from diffcli.analysis.steps import valued

    _given.whole(order, "order", 1, 20)
    problem = None if point is None else _posed(formula, point)
    parsed = problem.parsed if problem else _given.formula(formula)
    names = _given.names(wrt, parsed.variables)
    found = find(parsed, names, order, simplify=simplify)
    return tuple(valued(found, problem) if problem else found)


# ---- is it right? -----------------------------------------------------------------


def check(
    function: Formula | BlackBox | Boxes,
    point: Point,
    claims: Mapping[str, Claim] | None = None,
    *,
    rtol: SupportsFloat | None = None,
    atol: SupportsFloat | None = None,
    h: StepWidth | None = None,
    scheme: Scheme = "symmetric",
    seed: int | None = None,
    taylor: bool = False,
) -> Check:
    """Return a verdict for each claimed partial, a formula or a number by variable.

    Without claims a formula's methods are held against each other, and a callable or
    program is held to the gradient that it gives itself; ``h`` and ``scheme`` are for
    these. Without ``rtol`` and ``atol`` the error estimates decide. ``seed`` checks
    along one random direction, as quick for a thousand variables; ``taylor`` shows how
    the remainder shrinks.

    >>> result = check("sin(2*x+9)", {"x": 1}, {"x": "cos(2*x+9)"})
    >>> result.passed, result.verdicts[0].slip
    (False, 'the inside 2*x + 9 was not differentiated: its derivative 2 is missing')

    Raises UsageError, ParseError, PointError, DomainError where the function or a
    claim is undefined, and KinkError where there is nothing to claim.
    """
    tolerance = Tolerance(*(
        None if size is None else _given.not_negative(size, name)
        for name, size in (("rtol", rtol), ("atol", atol))
    ))  # fmt: skip
    if seed is not None:
        _given.whole(seed, "seed", -(2**63), 2**63)
    settings = _given.settings("auto" if h is None else h, scheme)
    try:
        made = (
            _check_formula(function, point, claims or {}, tolerance, seed, taylor)
            if isinstance(function, str | Parsed)
            else _check_box(
                function, point, claims or {}, tolerance, settings, seed, taylor
            )
        )
    except Undefined as undefined:
        raise undefined.error() from None
    if made.error:
        raise made.error
    return made


def mark(
    formula: Formula, claims: Mapping[str, Claim], point: Point | None = None
) -> Mark:
    """Return what a teacher says of claimed partials: right, or wrong and why.

    A claim has to be right near the point, or everywhere if there is none; a number
    only at the point.

    >>> found = mark("sin(2*x)", {"x": "cos(2*x)"})
    >>> found.status, found.slip
    ('wrong', 'the inside 2*x was not differentiated: its derivative 2 is missing')

    Raises UsageError, ParseError, PointError. Where the formula is undefined at the
    point, the mark has the error.
    """
    from diffcli.analysis.marking import mark as find

    parsed = _given.formula(formula, () if point is None else point)
    values = None if point is None else _given.point(point, parsed)
    return find(parsed, _given.claims(claims, parsed.variables), values)


def judge(lines: str | Iterable[str]) -> Judgement:
    r"""Return what is said of somebody's derivation, each line against the one before.

    A line says what a name stands for (f(x) = ...), what its derivative is
    (f'(x) = ..., df/dx = ...), or goes on (= ...), with d/dx[...] for what is pending.

    >>> found = judge("f(x) = sin(3*x)\nf'(x) = cos(3*x)*d/dx[3*x]\n= cos(3*x)")
    >>> [verdict.status for verdict in found.verdicts], str(found.slips[0])
    (['given', 'right', 'wrong'], 'the inner derivative 3 of 3*x was lost')

    Raises ParseError and UsageError, with the line, where it cannot be understood.
    """
    from diffcli.analysis.work import judge as find
    from diffcli.inputs.work import read

    texts = lines.splitlines() if isinstance(lines, str) else lines
    return find(read(_given.words(texts, "lines"), "line"))


def practice(
    rules: str | Iterable[str] = (),
    *,
    difficulty: int = 2,
    seed: int = 1,
    count: int = 5,
) -> tuple[Exercise, ...]:
    """Return exercises drawn from the rules; a seed gives the same ones everywhere.

    ``rules`` are linearity, power, product, quotient, exponential, chain, or all.

    >>> sheet = practice("product", seed=7, count=2)
    >>> [exercise.rule.name for exercise in sheet]
    ['product', 'product']

    Raises UsageError for a rule that there is not, or more exercises than there are.
    """
    from diffcli.analysis.practice import HARDEST, RULES, exercises

    _given.whole(difficulty, "difficulty", 1, HARDEST)
    _given.whole(seed, "seed", 0, 2**63)
    _given.whole(count, "count", 1, 100)
    return exercises(_given.names(rules, RULES, "rules"), difficulty, seed, count)


def answer(exercise: Exercise, text: str) -> Mark:
    """Return what is said of an answer to an exercise of ``practice``.

    >>> exercise = practice("power", difficulty=1)[0]
    >>> answer(exercise, str(derive(exercise.formula, "x"))).status
    'right'

    Raises ParseError for one that is no formula, and UsageError for one that is none.
    """
    from diffcli.analysis.practice import Exercise as Known
    from diffcli.analysis.practice import answer as judge_answer

    if not isinstance(exercise, Known):
        raise UsageError(
            f"{_given.shown(exercise)} is no exercise", parameter="exercise"
        )
    return judge_answer(exercise, _given.text(text, "text"))


def _check_formula(
    formula: Formula,
    point: Point,
    claims: Mapping[str, Claim],
    tolerance: Tolerance,
    seed: int | None,
    taylor: bool,
) -> Check:
    problem = _posed(formula, point)
    claimed = _given.claims(claims, problem.parsed.variables)
    made = _check.check(problem, claimed, tolerance)
    if seed is None and not taylor:
        return made
    from diffcli.analysis import check_box

    return check_box.with_direction(
        made, problem.program.value, problem.point,
        check_box.claimed_gradient(problem, claimed), tolerance, seed, taylor=taylor,
    )  # fmt: skip


def _check_box(
    function: BlackBox | Boxes,
    point: Point,
    claims: Mapping[str, Claim],
    tolerance: Tolerance,
    settings: Settings,
    seed: int | None,
    taylor: bool,
) -> Check:
    from diffcli.analysis import check_box

    boxes, values = _boxes(function), _values(point)
    claimed = _given.claims(claims, tuple(values))
    gradient = check_box.claimed(boxes, values, claimed)
    made = Check(None, boxes.name, values, (), settings.digits)
    if seed is None:
        made = check_box.check_box(boxes, values, gradient, tolerance, settings)
    if seed is None and not taylor:
        return made

    def value(there: dict[str, float]) -> float:
        return boxes.ask(tuple(there.values())).value

    return check_box.with_direction(
        made, value, values, gradient, tolerance, seed, taylor=taylor
    )


def measure(
    function: BlackBox | Boxes,
    point: Point,
    *,
    wrt: str | Iterable[str] = (),
    h: StepWidth = "auto",
    scheme: Scheme = "symmetric",
) -> Measurement:
    """Return the partials of a callable or program by differences of its values.

    A callable takes a list, the point's values in their order, and returns f, or f and
    a gradient; see ``program`` for the other kind.

    >>> found = measure(lambda x: x[0]**2 + x[1], {"x": 3, "y": 1})
    >>> round(found.partials["x"].value, 9)
    6.0

    Raises UsageError where it breaks down, PointError, and DomainError where it has
    no value.
    """
    from diffcli.analysis.measure import measure as ask

    values = _values(point)
    names = _given.names(wrt, tuple(values))
    return ask(_boxes(function), values, names, _given.settings(h, scheme))


def program(command: str, *, timeout: SupportsFloat = 10.0, jobs: int = 1) -> Boxes:
    r"""Return a program as a function, for ``measure`` and ``check``.

    It reads a line ``{"x": [1, 3]}`` and answers with a line ``{"f": 124}``, with
    ``"grad": [44, 66]`` in it if it knows its gradient. ``jobs`` copies work side by
    side. No shell sees the command. In a ``with`` statement it ends with the block.

    Raises UsageError if it cannot be started.
    """
    from diffcli.blackbox.program import ProgramBox

    _given.text(command, "command")
    seconds = _given.positive(timeout, "timeout")
    _given.whole(jobs, "jobs", 1, 256)
    return Boxes(lambda: ProgramBox(command, seconds), jobs)


def _boxes(function: BlackBox | Boxes) -> Boxes:
    from diffcli.blackbox.callable import CallableBox

    if isinstance(function, Boxes):
        return function
    if not callable(function):
        raise UsageError(
            f"{_given.shown(function)} is no formula and no callable",
            parameter="function",
        )
    box = CallableBox(function)
    return Boxes(lambda: box)


def _values(point: Point) -> dict[str, float]:
    _given.mapping(point, "point")
    if not point:
        raise PointError("the point has no variables", parameter="point")
    return {
        name: _given.finite(_given.number(value, f"'{name}'"), "point")
        for name, value in point.items()
    }


# ---- looking at it ----------------------------------------------------------------


def hessian(
    formula: Formula,
    point: Point,
    *,
    wrt: str | Iterable[str] = (),
    h: StepWidth | None = None,
    scheme: Scheme = "symmetric",
) -> Hessian:
    """Return all second derivatives at a point, by each of the three methods.

    >>> hessian("x**2*y**3", {"x": 1, "y": 2}).partial("x", "y").value
    24.0

    Raises UsageError, ParseError, PointError, DomainError, and KinkError where the
    formula is not twice differentiable.
    """
    from diffcli.analysis.hessian import hessian as find

    return find(_posed(formula, point, wrt, _given.settings(h, scheme)))


def trace(formula: Formula, point: Point) -> Trace:
    """Return forward and backward pass, node by node.

    >>> [node.value for node in trace("(2*x+1)**2", {"x": 1}).forward]
    [1.0, 2.0, 3.0, 9.0]

    Raises ParseError, PointError, DomainError where the formula is undefined, and
    KinkError where its nodes have no slopes.
    """
    from diffcli.analysis.trace import trace as tell

    return tell(_posed(formula, point))


def tree(formula: Formula, point: Point | None = None) -> Tree:
    """Return a formula as a tree; at a point, with each node's value and adjoint.

    >>> tree("x*y", {"x": 2, "y": 3}).backward.adjoints
    [3.0, 2.0, 1.0]

    Raises ParseError, PointError, DomainError where the formula is undefined, and
    KinkError where its nodes have no slopes.
    """
    from diffcli.analysis.tree import tree as grow

    problem = None if point is None else _posed(formula, point)
    return grow(problem.parsed if problem else _given.formula(formula), problem)


def sweep(
    formula: Formula,
    point: Point,
    variable: str = "",
    *,
    scheme: Scheme | Literal["both"] = "both",
    smallest: SupportsFloat = 1e-15,
    largest: SupportsFloat = 1.0,
    per_decade: int = 4,
) -> Sweep:
    """Return the error of difference quotients against their step width.

    ``variable`` is the first one if left out; the step widths go from ``largest`` down
    to ``smallest``, ``per_decade`` of them from one power of ten to the next.

    >>> [series.best.h for series in sweep("exp(x)", {"x": 1}, scheme="central").series]
    [1e-05]

    Raises UsageError, ParseError, PointError, DomainError, and KinkError where there
    is no derivative.
    """
    from diffcli.analysis.sweep import SCHEMES, widths
    from diffcli.analysis.sweep import sweep as find

    chosen = _given.among(scheme, _SCHEMES, "scheme")
    ends = [
        _given.positive(end, name)
        for name, end in (("smallest", smallest), ("largest", largest))
    ]
    _given.whole(per_decade, "per_decade", 1, 1000)
    problem = _posed(formula, point)
    name, *_ = _given.names(variable, problem.parsed.variables, "variable") or ("",)
    if not name:
        raise PointError("the formula has no variables, so it has no derivative")
    schemes = SCHEMES if chosen == "both" else (chosen,)
    return find(problem, name, widths(ends[0], ends[1], per_decade), schemes)


def plot(
    formula: Formula,
    low: Value = -6,
    high: Value = 6,
    *,
    variable: str = "",
    others: Point | None = None,
    samples: int = 241,
) -> Plot:
    """Return samples of a function and its derivative, and where they break.

    ``others`` are the values of the variables but the one that varies.

    >>> [(kink.kind, kink.x) for kink in plot("abs(x)", -1, 1).features]
    [('kink', 0.0)]

    Raises UsageError, ParseError, PointError.
    """
    from diffcli.analysis.plot import finer_by
    from diffcli.analysis.plot import plot as sample

    others = {} if others is None else others
    _given.mapping(others, "others")
    _given.text(variable, "variable")
    _given.whole(samples, "samples", 2, 1_000_000)
    first, last = _given.number(low, "low"), _given.number(high, "high")
    _given.finite(first, "low")
    _given.finite(last, "high")
    if not first < last:
        raise UsageError(f"{first:.10g} is not below {last:.10g}", parameter="low")
    parsed = _given.formula(formula, (*others, variable) if variable else others)
    free = [name for name in parsed.variables if name not in others]
    if not variable and len(free) > 1:
        raise PointError(
            f"which one varies: {', '.join(free)}? The others need values.",
            parameter="variable",
        )
    name = variable or (free[0] if free else "x")
    if parsed.variables:
        _given.names((name,), parsed.variables, "variable")
    everything = _given.point({**others, name: first}, parsed) if free else {}
    rest = {other: value for other, value in everything.items() if other != name}
    finer = finer_by([parsed], samples)
    found = sample(parsed, name, rest, first, last, (samples - 1) * finer + 1)
    return found._replace(samples=found.samples[::finer])


def descend(
    formula: Formula,
    point: Point,
    *,
    wrt: str | Iterable[str] = (),
    rates: Sequence[SupportsFloat] = (),
    steps: int = 20,
    tolerance: SupportsFloat = 1e-8,
) -> Descent:
    """Return gradient descent from a point: x becomes x - rate*gradient, and again.

    Without ``rates`` three are chosen round the stable limit. It ends early where the
    gradient is shorter than ``tolerance`` times that at the start.

    >>> [course.verdict for course in descend("x**2", {"x": 1}, rates=[0.1, 2]).courses]
    ['converges', 'diverges']

    Raises UsageError, ParseError, PointError, DomainError.
    """
    from diffcli.analysis.descend import descend as walk

    gains = _given.numbers(rates, "rates")
    _given.whole(steps, "steps", 1, 10_000_000)
    limit = _given.not_negative(tolerance, "tolerance")
    return walk(_posed(formula, point, wrt), gains, steps, limit)


def depth(
    activation: str = "sigmoid",
    *,
    layers: int = 10,
    weight: Value = 1,
    start: Value = 0.5,
) -> Chain:
    """Return the gradient through a chain of layers, a(l) = act(w*a(l-1)).

    The activation is a function's name, "linear", or a formula in one variable.

    >>> depth("tanh", layers=3).verdict
    'vanishes'

    Raises UsageError, ParseError, and DomainError where a layer has no value.
    """
    _given.text(activation, "activation")
    _given.whole(layers, "layers", 1, 1_000_000)
    w = _given.finite(_given.number(weight, "weight"), "weight")
    a = _given.finite(_given.number(start, "start"), "start")
    return _depth.chain(activation, layers, w, a)


def functions() -> tuple[Function, ...]:
    """Return the table: a row for every function and operator of the language.

    >>> [row.name for row in functions() if "ln" in row.aliases]
    ['log']
    """
    return _functions.ROWS
