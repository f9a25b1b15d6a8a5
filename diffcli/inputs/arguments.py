"""What Python callers give, checked: points and claims as numbers, and settings.

A number is anything that ``float`` takes: an int, a Fraction, a numpy number.
"""

from __future__ import annotations  # to build the many here takes half its import

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal, SupportsFloat

from diffcli.errors import PointError, UsageError, listing, suggestion
from diffcli.inputs import points
from diffcli.language import expression
from diffcli.language.expression import Expression
from diffcli.language.parser import Parsed
from diffcli.language.parser import parse as _parse
from diffcli.problem import DOUBLE, Problem, Settings, pose

Formula = str | Parsed
"""A formula as text, or as ``parse`` returned it."""
Value = SupportsFloat | str
"""A number, or a formula of numbers such as "pi/2"."""
Point = Mapping[str, Value]
"""The value of every variable, by name."""
Claim = SupportsFloat | str | Parsed
"""A partial that somebody claims: a number, or a formula."""
StepWidth = SupportsFloat | Literal["relative", "auto"]
"""A step width: a number, "relative" to the point, or the best that is found."""
Scheme = Literal["symmetric", "forward", "central"]
"""The samples of a difference: on both sides (two words for it), or ahead."""

SCHEMES = {"symmetric": "symmetric", "central": "symmetric", "forward": "forward"}
"""The lecture's word for each word for a scheme."""

MOST_DIGITS = 1000
"""Significant digits that may be asked for."""
MOST_JOBS = 256
"""Processes, or copies of a program, that may work side by side."""
MOST_ORDER = 20
"""How often a function may be differentiated."""


def formula(
    given: Formula, names: Iterable[str] = (), *, several: bool = False
) -> Parsed:
    """Return what a formula means; ``names`` are variables whatever they are called.

    ``several`` lets it have more than one output.

    A text begins a problem of its own: nodes of earlier ones may be forgotten, and what
    was read before that is read again. What was read last is what is asked about, and
    stays: its caller holds its nodes.

    Raises ParseError, and UsageError for what is no formula.
    """
    if isinstance(given, Parsed) and expression.is_current(given.expression):
        return given
    expression.forget_if_many()
    called = words(names, "names")
    if isinstance(given, str):
        return _parse(given, names=called, several=several)
    if not isinstance(given, Parsed):
        raise UsageError(f"{excerpt(given)} is no formula", parameter="formula")
    several = several or bool(given.output)
    again = _parse(
        given.source, given.names, given.within, syntax=given.syntax, several=several
    )
    if given.output:
        again = again.parts()[given.output - 1]
    return again._replace(variables=given.variables)


def point(given: Point, parsed: Parsed) -> dict[str, float]:
    """Return the value of every variable, in their order.

    Raises PointError if one is missing, unknown or not finite, and ParseError or
    DomainError for a text that is no formula of numbers.
    """
    mapping(given, "point")
    values = {name: number(value, f"'{name}'") for name, value in given.items()}
    return points.fitted(values, parsed.variables)


def problem(
    given: Formula | Problem,
    at: Point | None,
    wrt: str | Iterable[str] = (),
    *,
    h: StepWidth | None = None,
    scheme: str = "symmetric",
    digits: int = 10,
    subgradient: bool = False,
    usual: StepWidth | None = None,
) -> Problem:
    """Return a formula's problem at a point; one that is posed has all of it already.

    ``usual`` is the step width if none is given. Raises ParseError, PointError,
    DomainError where the formula is undefined, and UsageError for a choice that there
    is not, or that would be a problem's second.
    """
    chosen = (h, scheme, digits, subgradient) != (None, "symmetric", 10, False)
    if isinstance(given, Problem):
        if at is not None or wrt or chosen:
            raise UsageError(
                "a problem has its point, variables and settings already",
                parameter="formula",
            )
        if expression.is_current(given.parsed.expression):
            return given
        again = formula(given.parsed)
        return pose(again, given.point, given.variables, given.settings)
    choices = settings(h, scheme, digits, subgradient=subgradient)
    named: Point = {} if at is None else at
    mapping(at, "point")
    parsed = formula(given, named)
    values = point(named, parsed)
    if h is None and usual is not None:
        choices = settings(usual, scheme, digits, subgradient=subgradient)
    return pose(parsed, values, names(wrt, parsed.variables), choices)


def callback(progress: Callable[[], object] | None) -> Callable[[], object]:
    """Return what is called as the work goes on. Raises UsageError if nothing can."""
    if progress is None:
        return lambda: None
    if not callable(progress):
        raise UsageError(f"{excerpt(progress)} cannot be called", parameter="progress")
    return progress


def mapping(given: object, parameter: str) -> None:
    """Refuse what gives no values by name, with PointError."""
    if not isinstance(given, Mapping) or not all(isinstance(key, str) for key in given):
        raise PointError(
            f"{excerpt(given)} gives no values by name, as {{'x': 1}} does",
            parameter=parameter,
        )


def text(given: object, parameter: str) -> str:
    """Return a text. Raises UsageError for anything else."""
    if not isinstance(given, str):
        raise UsageError(f"{excerpt(given)} is no text", parameter=parameter)
    return given


def words(given: str | Iterable[str], parameter: str) -> tuple[str, ...]:
    """Return a text, or several, as a tuple; "" is none. Raises UsageError."""
    if isinstance(given, str):
        return (given,) if given else ()
    return tuple(text(word, parameter) for word in several(given, parameter))


def numbers(given: Iterable[Any], parameter: str) -> tuple[float, ...]:
    """Return positive finite numbers. Raises UsageError."""
    return tuple(positive(value, parameter) for value in several(given, parameter))


def several(given: Iterable[Any], parameter: str) -> Iterator[Any]:
    """Return an iterator over what is given. Raises UsageError for a single thing."""
    if isinstance(given, str) or not isinstance(given, Iterable):
        raise UsageError(f"{excerpt(given)} is no list", parameter=parameter)
    return iter(given)


def excerpt(value: object) -> str:
    """Return what somebody gave, as Python writes it and not too long."""
    try:
        return f"{value!r:.40}"
    except ValueError:  # an int of more digits than Python spells
        return f"this {type(value).__name__}"


def number(value: Value, name: str) -> float:
    """Return a number, or the value of a formula of numbers. Raises PointError."""
    if isinstance(value, str):
        return points.number(value)
    try:
        return float(value)
    except OverflowError:
        return math.inf
    except (TypeError, ValueError):
        raise PointError(
            f"the value of {name} is no number: {excerpt(value)}"
        ) from None


def interval(low: Value, high: Value, parameter: str) -> tuple[float, float]:
    """Return the ends of a range. Raises UsageError if it is none."""
    first, last = number(low, parameter), number(high, parameter)
    for end in (first, last):
        finite(end, parameter)
    if not first < last:
        raise UsageError(f"{first:.10g} is not below {last:.10g}", parameter=parameter)
    return first, last


def exact_point(given: Point) -> dict[str, Expression]:
    """Return the values of a point as formulas: a Fraction is one, 0.1 is 1/10."""
    return {name: _parse(_spelled(value)).expression for name, value in given.items()}


def claims(given: Mapping[str, Claim], variables: Sequence[str]) -> dict[str, Parsed]:
    """Return claimed partials by variable, each as a formula.

    Raises PointError for a name that the formula has not, and for a number that is
    none; ParseError for a text that is no formula.
    """
    mapping(given, "claims")
    formulas: dict[str, Parsed] = {}
    for name, value in given.items():
        if name not in variables:
            raise PointError(
                f"'{name}' is not in the formula ({listing(variables)})",
                parameter="claims",
            )
        formulas[name] = claim(f"'{name}'", value, variables)
    return formulas


def claim(called: str, given: Claim, variables: Sequence[str]) -> Parsed:
    """Return what is claimed of a derivative, as a formula.

    Raises PointError for a number that is none and a variable that is not there,
    ParseError for a text that is no formula.
    """
    from diffcli.inputs.claims import as_claim  # most calls claim nothing

    if not isinstance(given, str | Parsed):
        value = number(given, f"the claim for {called}")
        if not math.isfinite(value):
            raise PointError(
                f"the claim for {called} is not a finite number", parameter="claims"
            )
    return as_claim(_claimed(given, variables), variables)


def _claimed(claim: Claim, variables: Sequence[str]) -> Parsed:
    if not isinstance(claim, Parsed):
        return _parse(_spelled(claim), names=variables)
    if expression.is_current(claim.expression):
        return claim
    return _parse(claim.source, claim.names, syntax=claim.syntax)


def _spelled(value: Value) -> str:
    """Return a number as the language writes it, exactly."""
    if isinstance(value, str):
        return value
    if isinstance(value, int):
        return str(int(value))
    above, below = getattr(value, "numerator", None), getattr(value, "denominator", 1)
    if isinstance(above, int) and isinstance(below, int):
        return f"({above})/{below}"
    return repr(float(value))


def names(
    wrt: str | Iterable[str], variables: Sequence[str], parameter: str = "wrt"
) -> tuple[str, ...]:
    """Return the variables that are wanted, or all. Raises UsageError."""
    chosen, known = words(wrt, parameter), {*variables}
    for name in chosen:
        if name not in known:
            raise UsageError(
                f"'{name}' is not in the formula ({', '.join(variables)})",
                parameter=parameter,
            )
    return tuple(dict.fromkeys(chosen)) or tuple(variables)


def settings(
    h: StepWidth | None = None,
    scheme: str = "symmetric",
    digits: int = 10,
    *,
    subgradient: bool = False,
) -> Settings:
    """Return the choices about numbers. Raises UsageError for one that is none."""
    whole(digits, "digits", 1, MOST_DIGITS)
    if h is None:
        h = "auto" if digits > DOUBLE else 1e-5
    return Settings(step(h), one_scheme(scheme), digits, subgradient)


def step(h: StepWidth | str) -> float | Literal["relative", "auto"]:
    """Return a step width. Raises UsageError if it is none."""
    if h == "relative":
        return "relative"
    if h == "auto":
        return "auto"
    return positive(h, "h", " nor 'relative' nor 'auto'")


def one_scheme(word: object) -> Literal["symmetric", "forward"]:
    """Return the lecture's word for a scheme. Raises UsageError."""
    return "forward" if among(word, SCHEMES, "scheme") == "forward" else "symmetric"


def among(word: object, known: Mapping[str, str], parameter: str) -> str:
    """Return what a word means. Raises UsageError if it means nothing."""
    if not isinstance(word, str) or word not in known:
        raise UsageError(
            f"{excerpt(word)} is not one of {', '.join(known)}.",
            parameter=parameter,
            hint=suggestion(word, known) if isinstance(word, str) else "",
        )
    return known[word]


def positive(value: object, parameter: str, nor: str = "") -> float:
    """Return a positive finite number. Raises UsageError."""
    return _within(value, parameter, lambda x: x > 0, f"is no positive number{nor}")


def not_negative(value: object, parameter: str) -> float:
    """Return a finite number from 0 on. Raises UsageError."""
    return _within(value, parameter, lambda x: x >= 0, "is not a number from 0 on")


def finite(value: object, parameter: str) -> float:
    """Return a finite number. Raises UsageError."""
    return _within(value, parameter, lambda _: True, "is no finite number")


def _within(
    value: object, parameter: str, holds: Callable[[float], bool], wrong: str
) -> float:
    try:
        # A text would be read by rules that are not the language's.
        number = float(value) if isinstance(value, SupportsFloat) else math.nan
    except (OverflowError, TypeError, ValueError):
        number = math.nan
    if not (math.isfinite(number) and holds(number)):
        typed = excerpt(value)
        shown = typed.removesuffix(".0") if isinstance(value, float) else typed
        raise UsageError(f"{shown} {wrong}", parameter=parameter)
    return number


def whole(value: object, parameter: str, low: int, high: int) -> int:
    """Return a whole number in a range. Raises UsageError."""
    if isinstance(value, int) and not isinstance(value, bool) and low <= value <= high:
        return value
    raise UsageError(
        f"{excerpt(value)} is no whole number from {low} to {high}", parameter=parameter
    )
