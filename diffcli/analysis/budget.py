"""What the errors of the inputs do to the value, and which of them is to blame.

First order, for independent inputs with standard errors s:

    s_f**2 = sum((f_i*s_i)**2)

Second order adds, for normally distributed inputs, to the square

    sum((f_ij**2/2 + f_i*f_ijj) * s_i**2*s_j**2)

and shifts the mean by sum(f_ii*s_i**2)/2.

Source: JCGM 100:2008, "Guide to the expression of uncertainty in measurement", 5.1.2.
"""

import math
from collections.abc import Iterator, Mapping

from diffcli.analysis.certainty import measured
from diffcli.analysis.grad import compare
from diffcli.engine.derivation import TooLong, derive
from diffcli.engine.tape import Undefined
from diffcli.errors import RangeError
from diffcli.language.expression import Expression
from diffcli.problem import Estimate, Problem
from diffcli.records import Record
from diffcli.remarks import Remark

_MOST = 12  # inputs with an error up to which second order is asked for
_SETTLED = 0.5  # how large third derivatives may be beside first and second ones
_MATTERS = 0.05  # of the first order's error
_BENT = 0.25  # of the error: by so much f may differ from its quadratic at one error


class Share(Record):
    """What the error of one input adds to the error of the value."""

    name: str
    value: float
    #: Its standard error.
    error: float
    partial: float
    #: abs(partial*error): how far that alone moves the value.
    contribution: float
    #: Its part of the square of the value's error, 0 to 1.
    share: float


class SecondOrder(Record):
    """What curvature changes."""

    #: The value's standard error.
    error: float
    #: How far the mean lies from the value.
    shift: float


class Budget(Record):
    """A value with its standard error, and each input's share in it."""

    problem: Problem
    value: Estimate
    #: The value's standard error, to first order.
    error: float
    #: The inputs, the largest to blame first.
    shares: tuple[Share, ...]
    #: None: it is not known.
    second: SecondOrder | None
    #: What the user should know, a sentence each.
    warnings: tuple[Remark, ...]
    #: Within the errors the function is not like its slope and curvature.
    unlike: bool

    @property
    def matters(self) -> bool:
        """Tell whether second order changes what one would say."""
        if self.second is None:
            return False
        change = max(abs(self.second.error - self.error), abs(self.second.shift))
        return change > _MATTERS * self.error


def budget(problem: Problem, errors: Mapping[str, float]) -> Budget:
    """Return the error budget for inputs with these standard errors.

    An input that is not among them is exact. Raises KinkError where there is no
    derivative, RangeError where the error of the value is too large for a double.
    """
    names = tuple(name for name in problem.variables if errors.get(name))
    found = compare(problem, ("backprop",))
    kink = found.error()
    if kink and found.kinks[0] in names:
        raise kink
    partials = {name: found.partial(name).value or 0.0 for name in problem.variables}
    parts = {n: abs(partials[n]) * errors.get(n, 0.0) for n in problem.variables}
    error = math.hypot(*parts.values())
    if not math.isfinite(error):
        raise RangeError("overflow: the error of f is beyond 1.8e308")
    shares = [
        Share(
            name,
            problem.point[name],
            errors.get(name, 0.0),
            partials[name],
            parts[name],
            (parts[name] / error) ** 2 if error else 0.0,
        )
        for name in problem.variables
    ]
    shares.sort(key=lambda each: -each.contribution)
    warnings = [w for w in found.warnings if not kink]
    given = {name: errors[name] for name in names}
    second, bends = _second(problem, given, partials, error)
    if second is None and names:
        warnings.append(Remark("the second order is not known here; this is the first"))
    unlike = [*_bends(problem, found.value.error, given, partials, bends)]
    return Budget(
        problem, found.value, error, tuple(shares), second,
        tuple(warnings + unlike), bool(unlike),
    )  # fmt: skip


def _second(
    problem: Problem,
    errors: Mapping[str, float],
    partials: Mapping[str, float],
    first: float,
) -> tuple[SecondOrder | None, Mapping[str, float]]:
    """Return what second order says, and the f_ii; None where it cannot be told."""
    bends = dict[str, float]()
    if problem.tape.rough_rows() or not 0 < len(errors) <= _MOST:
        return None, bends
    names, shift = list(errors), 0.0
    bent, twisted = [first], list[tuple[float, float]]()
    try:
        slopes = {
            d.variable: d.result for d in derive(problem.parsed.expression, names)
        }
        for name in names:
            for second in derive(slopes[name], names):
                other = second.variable
                (third,) = derive(second.result, [other])
                bend, twist = (_value(problem, d.result) for d in (second, third))
                part = bend * errors[name] * errors[other]
                bent.append(part / math.sqrt(2))
                along = twist * errors[name] * errors[other] * errors[other]
                twisted.append((partials[name] * errors[name], along))
                if name == other:
                    bends[name] = bend
                    shift += part / 2
    except (TooLong, Undefined):
        return None, bends
    # In units of the largest, for the squares themselves may be no doubles.
    unit = max(map(abs, bent)) or 1.0
    square = sum((each / unit) ** 2 for each in bent)
    twists = sum((slope / unit) * (along / unit) for slope, along in twisted)
    # Where the last terms are as large as the first, those behind them count too.
    if not (math.isfinite(unit) and abs(twists) <= _SETTLED * square):
        return None, bends
    return SecondOrder(unit * math.sqrt(square + twists), shift), bends


def _value(problem: Problem, formula: Expression) -> float:
    return measured(formula, problem.point).number


def _bends(
    problem: Problem,
    rounding: float,
    errors: Mapping[str, float],
    partials: Mapping[str, float],
    bends: Mapping[str, float],
) -> Iterator[Remark]:
    """Say toward which inputs f is no line and no parabola within their errors.

    ``rounding`` is how far its value may be off, which is no bend.
    """
    here = problem.value
    for name, error in errors.items():
        try:
            ahead, behind = (
                problem.program.value(
                    {**problem.point, name: problem.point[name] + side * error}
                )
                for side in (1, -1)
            )
        except Undefined as reason:
            yield Remark(
                f"within the error of {name} f is undefined: {reason}", "warning"
            )
            continue
        odd = abs((ahead - behind) / 2 - partials[name] * error)
        bend = bends.get(name, 0.0) * error * error / 2
        even = abs((ahead + behind) / 2 - here - bend) if name in bends else 0.0
        largest = max(abs(ahead - here), abs(behind - here))
        unseen = rounding + abs(partials[name]) * math.ulp(problem.point[name])
        if max(odd, even) > _BENT * largest + 2 * unseen:
            yield Remark(
                f"within the error of {name} f bends so much that its slope"
                " does not tell what it does",
                "warning",
            )
