"""The slope of a curve F = 0: dy/dx where an equation ties y to the other variables.

    dF/dx + dF/dy * dy/dx = 0,    dy/dx = -(dF/dx)/(dF/dy)

Differences know no formula for y: they solve F = 0 for it by Newton's method, beside
the point, and take the quotient of what they find.

Source: the implicit function theorem, Dini 1878.
"""

import math
from collections.abc import Callable, Mapping, Sequence

from diffcli.analysis.certainty import certainty, measured, uncertain
from diffcli.analysis.grad import Agreement, judge, smooth
from diffcli.calculus.functions import DIVIDE, NEGATE
from diffcli.engine.best_steps import difference_with
from diffcli.engine.bounds import partial_bounds, value_bound
from diffcli.engine.derivation import derive
from diffcli.engine.stencils import NoDifference
from diffcli.engine.tape import ROUNDING, Undefined
from diffcli.errors import DomainError, KinkError, UsageError, listing
from diffcli.inputs.arguments import excerpt
from diffcli.language.expression import Expression
from diffcli.language.parser import Parsed
from diffcli.problem import NO_ESTIMATE, Estimate, Problem, point_text
from diffcli.records import Record
from diffcli.remarks import Remark

WAYS = ("finite", "symbolic", "backprop")
_MOST = 60  # steps of Newton's method
_NEAR = 4.0  # roundings that the value of F may be off by


class Implicit(Record):
    """The slopes of one variable toward the others, on the curve F = 0."""

    problem: Problem
    #: The variable that the equation ties to the others.
    name: str
    #: By method, then by variable.
    columns: dict[str, dict[str, Estimate]]
    #: -(dF/dx)/(dF/dy) by variable.
    formulas: dict[str, Expression]
    #: dF/dx by variable, that of ``name`` too.
    slopes: dict[str, Expression]
    agreements: dict[str, Agreement]
    #: What the user should know, a sentence each.
    warnings: tuple[Remark, ...]

    @property
    def curve(self) -> "Curve":
        """How the slopes follow from the equation."""
        variables = self.problem.parsed.variables
        return Curve(self.name, variables, self.formulas, self.slopes)

    @property
    def free(self) -> tuple[str, ...]:
        """The variables that move."""
        return tuple(self.formulas)

    def slope(self, name: str) -> Estimate:
        """Return the most trustworthy slope: backprop, else symbolic, else finite."""
        for way in reversed(WAYS):
            found = self.columns.get(way, {}).get(name)
            if found and found.value is not None:
                return found
        return NO_ESTIMATE


class Curve(Record):
    """How the slopes of a curve follow from its equation."""

    #: The variable that the equation ties to the others.
    name: str
    #: All variables of the equation.
    variables: tuple[str, ...]
    #: -(dF/dx)/(dF/dy) by variable.
    formulas: dict[str, Expression]
    #: dF/dx by variable, that of ``name`` too.
    slopes: dict[str, Expression]
    #: The slopes at a point, by variable; empty: there is no point.
    values: Mapping[str, float] = {}


def curve(parsed: Parsed, name: str, wrt: Sequence[str]) -> Curve:
    """Return the slopes of a variable on a curve, as formulas.

    Raises UsageError if there is no such variable or no other one.
    """
    free = _free(parsed.variables, name, wrt)
    slopes = {d.variable: d.result for d in derive(parsed.expression, parsed.variables)}
    formulas = {each: _quotient(slopes[each], slopes[name]) for each in free}
    return Curve(name, parsed.variables, formulas, slopes)


def _free(variables: Sequence[str], name: str, wrt: Sequence[str]) -> tuple[str, ...]:
    """Return the variables that move. Raises UsageError if there are none."""
    if name not in variables:
        raise UsageError(
            f"{excerpt(name)} is not in the equation ({listing(variables)})",
            parameter="implicit",
        )
    free = tuple(each for each in wrt if each != name)
    if not free:
        raise UsageError("the equation has no other variable that could move")
    return free


def implicit(problem: Problem, name: str, names: Sequence[str] = WAYS) -> Implicit:
    """Return the slopes of a variable on the curve on which the function is 0.

    Raises UsageError if there is no such variable or no other one, DomainError where
    the point is not on the curve, and KinkError where dF/dy is 0 or there is none.
    """
    variables = problem.parsed.variables
    free = _free(variables, name, problem.variables)
    found = smooth(problem._replace(variables=variables))
    _require_on_curve(problem, name)
    backward = problem.tape.backward()
    bounds = partial_bounds(backward)
    below = found.partial(name).value or 0.0
    if not below or abs(below) <= bounds[name]:
        raise KinkError(
            f"∂F/∂{name} = 0 at {point_text(problem.point)}: there {name} is no"
            " differentiable function of the others",
            hint=f"implicit {free[0]} asks the other way round",
            parameter="implicit",
            facts={"variable": name},
        )
    follows = curve(problem.parsed, name, free)
    formulas, slopes = follows.formulas, follows.slopes
    columns: dict[str, dict[str, Estimate]] = {}
    if "finite" in names:
        columns["finite"] = {n: _measured(problem, name, n, below) for n in free}
    if "symbolic" in names:
        columns["symbolic"] = {n: _value(problem, formulas[n]) for n in free}
    if "backprop" in names:
        columns["backprop"] = {
            n: _swept(found.partial(n), found.partial(name)) for n in free
        }
    exact = columns.get("backprop") or columns.get("symbolic")
    agreements = {}
    if exact and "finite" in columns:
        agreements = {n: judge(columns["finite"][n], exact[n]) for n in free}
    warnings = [
        Remark(certainty(f"∂{name}/∂{n}", exact[n]))
        for n in free
        if exact and uncertain(exact[n])
    ]
    return Implicit(
        problem, name, columns, formulas, slopes, agreements, tuple(warnings)
    )


def _quotient(above: Expression, below: Expression) -> Expression:
    """Return -above/below in normal form."""
    from diffcli.engine.normal import Normal
    from diffcli.language.expression import call

    quotient = call(NEGATE, call(DIVIDE, above, below))
    return Normal().normal(quotient)


def _swept(above: Estimate, below: Estimate) -> Estimate:
    """Return -above/below with its error."""
    value = -above.number / below.number + 0.0
    error = (above.error + abs(value) * below.error) / abs(below.number)
    return Estimate(value, error + ROUNDING * abs(value))


def _value(problem: Problem, formula: Expression) -> Estimate:
    try:
        found = measured(formula, problem.point)
    except Undefined:
        return NO_ESTIMATE
    return found._replace(value=found.number + 0.0)


def _require_on_curve(problem: Problem, name: str) -> None:
    """Refuse a point where F is not 0 but for rounding. Raises DomainError."""
    backward = problem.tape.backward()
    allowed = value_bound(backward) + sum(
        abs(backward.partial(n)) * math.ulp(x) for n, x in problem.point.items()
    )
    if abs(problem.value) <= _NEAR * allowed:
        return
    hint = ""
    try:
        near = solved(problem, name, problem.point)
    except ArithmeticError:
        near = None
    if near is not None:
        shown = repr(near).removesuffix(".0")
        hint = f"{name} = {shown} is on it: {_typed(problem, name, near)}"
    raise DomainError(
        f"the point is not on the curve: left minus right is {problem.value:.10g}"
        f" at {point_text(problem.point)}",
        hint=hint,
    )


def _typed(problem: Problem, name: str, value: float) -> str:
    point = {**problem.point, name: value}
    return ",".join(f"{n}={x!r}".removesuffix(".0") for n, x in point.items())


def solved(problem: Problem, name: str, point: dict[str, float]) -> float:
    """Return y with F = 0 near a point, by Newton's method.

    Raises ArithmeticError where there is none to be found.
    """
    program, here = problem.program, dict(point)
    best = math.inf
    for _ in range(_MOST):
        tape = program.run(here)
        value = tape.values[program.outputs[0]]
        if not value:
            return here[name]
        slope = tape.backward().partial(name)
        if not math.isfinite(slope):
            raise ArithmeticError
        step = value / slope
        if abs(step) >= best and abs(step) <= 1e-9 * max(abs(here[name]), 1e-300):
            return here[name]
        if abs(step) <= 2 * ROUNDING * abs(here[name]):
            return here[name] - step
        best = abs(step)
        here[name] -= step
    raise ArithmeticError


def _line(problem: Problem, name: str, free: str) -> Callable[[float], float]:
    """Return y along one variable, the others held fixed."""

    def line(x: float) -> float:
        return solved(problem, name, {**problem.point, free: x})

    return line


def _measured(problem: Problem, name: str, free: str, below: float) -> Estimate:
    """Return the difference quotient of the y that Newton's method finds."""
    h, scheme = problem.settings.h, problem.settings.scheme
    x, line = problem.point[free], _line(problem, name, free)
    bound = value_bound(problem.tape.backward())
    off = 2 * bound / abs(below) + math.ulp(problem.point[name])
    try:
        found = difference_with(line, x, h, scheme, off)
    except NoDifference:
        return NO_ESTIMATE
    return Estimate(found.slope, found.error)
