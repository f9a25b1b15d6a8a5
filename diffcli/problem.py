"""What every method receives, and what it gives back."""

import math
import re
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, cast

import diffcli
from diffcli.engine.tape import DOUBLE as DOUBLE
from diffcli.engine.tape import BackwardPass, Program, Tape, Undefined
from diffcli.errors import DiffcliError, Span
from diffcli.language.expression import Expression, Variable
from diffcli.language.parser import Parsed
from diffcli.records import Each, Record
from diffcli.remarks import Remark

if TYPE_CHECKING:
    from typing import Protocol

    from diffcli.arithmetics.columns import Column
    from diffcli.language.notation import Notation

Differences = dict[str, "diffcli.Difference"]
Derivations = dict[str, "diffcli.Derivation"]
Evidence = Differences | Derivations | BackwardPass | None


class Settings(Record):
    """The choices a user has about how numbers are made and shown."""

    #: The step width: a number, "relative" or "auto".
    h: float | str = 1e-5
    #: "forward" or "symmetric".
    scheme: str = "symmetric"
    #: Significant digits shown to people.
    digits: int = 10
    #: At a kink use the convention of deep-learning libraries.
    subgradient: bool = False

    @property
    def precise(self) -> bool:
        """Tell whether more digits are wanted than a double has."""
        return self.digits > DOUBLE

    @property
    def known_digits(self) -> int:
        """Significant digits that an exact method finds: those of a double, or more."""
        return max(DOUBLE, self.digits)

    @property
    def compared_digits(self) -> int:
        """Significant digits in which two numbers can agree."""
        return self.digits if self.precise else DOUBLE - 1


class Problem(Record):
    """A function, a point, and the partials that are wanted there."""

    parsed: Parsed
    program: Program
    #: The variables whose partials are wanted.
    variables: tuple[str, ...]
    #: The value of every variable.
    point: dict[str, float]
    settings: Settings
    #: The forward pass at the point.
    tape: Tape

    @property
    def value(self) -> float:
        """The function's value at the point."""
        return self.tape.values[self.program.outputs[0]]

    @property
    def several(self) -> bool:
        """Tell whether the function has several variables: then it is ∂f, else df."""
        return len(self.parsed.variables) > 1

    def partial(self, *names: str) -> str:
        """Return what messages call a derivative: df/dx, ∂f/∂x1, ∂²f/∂x1∂y."""
        from diffcli.language.partials import partial_text

        return partial_text(names, several=self.several, spell=str)

    @property
    def precise(self) -> bool:
        """Tell whether more digits are wanted than a double has."""
        return self.settings.precise


class Problems:
    """The same problem at many points, with columns in the place of numbers.

    Raises ValueError or ArithmeticError if a function refuses one of the points.
    """

    def __init__(
        self,
        parsed: Parsed,
        program: Program,
        variables: tuple[str, ...],
        points: "Mapping[str, Column]",
        settings: Settings,
    ) -> None:
        from diffcli.engine.columns import both_passes

        self.parsed, self.program, self.variables = parsed, program, variables
        self.points, self.settings = points, settings
        self.passes = both_passes(program, points, variables or parsed.variables)
        #: The places that need a closer look; the numbers there mean nothing.
        self.bad = self.passes.bad

    @cached_property
    def size(self) -> int:
        """How many points there are."""
        return max(len(each) for each in self.points.values() if isinstance(each, list))

    @property
    def problem(self) -> Problem:
        """The problem with Each in the place of numbers; it has no tape."""
        from diffcli.engine.columns import filled

        point = {n: Each(filled(x, self.size)) for n, x in self.points.items()}
        return Problem(
            self.parsed, self.program, self.variables,
            cast("dict[str, float]", point), self.settings, cast("Tape", None),
        )  # fmt: skip

    @cached_property
    def errors(self) -> "list[Column]":
        """A bound on the error of every row's value."""
        from diffcli.engine.column_bounds import value_errors

        return value_errors(self.program, self.passes.values)

    @cached_property
    def bounds(self) -> "dict[str, Column]":
        """By variable a bound on the error of the adjoint."""
        from diffcli.engine.column_bounds import partial_bounds

        return partial_bounds(self.passes, self.errors)

    @cached_property
    def value_bound(self) -> "Column":
        """The running bound on the error of the value."""
        from diffcli.engine.column_bounds import value_bound

        return value_bound(self.passes)

    def of(self, program: Program) -> "Problems":
        """Return the same of another form of the function; what is bad there is bad."""
        other = Problems(
            self.parsed, program, self.variables, self.points, self.settings
        )
        self.bad |= other.bad
        return other

    def values(
        self, program: Program, points: "Mapping[str, Column]"
    ) -> "list[Column]":
        """Return the value of every row; a place where one is not finite is bad.

        Raises ValueError or ArithmeticError if a function refuses one of the points.
        """
        from diffcli.engine.columns import not_finite, values_at

        values = values_at(program, points)
        self.bad |= not_finite(values)
        return values


def pose(
    parsed: Parsed,
    point: Mapping[str, float],
    variables: Sequence[str] = (),
    settings: Settings | None = None,
    program: Program | None = None,
) -> Problem:
    """Return the problem of differentiating a function at a point.

    Raises DomainError, with the place in the text, where it is undefined.
    """
    program = program or Program([parsed.expression])
    point = dict(point)
    try:
        tape = program.run(point)
    except Undefined as undefined:
        error = located(undefined, parsed, point)
        error.hint = error.hint or _filled_hole(undefined, point)
        raise error from None
    names = tuple(variables) or parsed.variables
    return Problem(parsed, program, names, point, settings or Settings(), tape)


def _filled_hole(undefined: Undefined, point: Mapping[str, float]) -> str:
    """Return a hint with the limit, if the function only has a hole there."""
    if undefined.overflow or len(point) != 1:
        return ""
    from diffcli.engine.one_sided import limit

    ((name, x),) = point.items()
    hole = limit(undefined.program, x, name)
    if hole is None:
        return ""
    return (
        f"f has the limit {hole.value:.10g} there, and the slope {hole.slope:.10g};"
        " as written it is not defined"
    )


def located(
    undefined: Undefined, parsed: Parsed, point: Mapping[str, float]
) -> DiffcliError:
    """Return the error with its place in the user's text and the value found there."""
    error = undefined.error()
    row = undefined.culprit()
    nodes, spans = undefined.program.nodes, parsed.spans()
    span, whole = spans.get(nodes[row]), spans.get(nodes[undefined.row])
    if span is None:
        return error
    if whole and not whole[0] <= span[0] < whole[1]:  # it stood elsewhere before
        span = _inside(parsed.source, nodes[row], whole)
    note = ""
    if row < undefined.row and span != whole:
        where = f" at {point_text(point)}" if point else ""
        note = f"= {undefined.values[row]:.10g}{where}"
    return type(error)(
        error.message, source=parsed.source, span=span, note=note, hint=error.hint
    )


def _inside(source: str, node: Expression, whole: Span) -> Span:
    """Return where a variable stands in a stretch of the text; else the stretch."""
    if not isinstance(node, Variable):
        return whole
    word = re.compile(rf"(?<!\w){re.escape(node.name)}(?!\w)")
    found = word.search(source, *whole)
    return found.span() if found else whole


def point_text(
    point: Mapping[str, float], notation: "Notation | None" = None, most: int = 6
) -> str:
    """Return a point as people write it: x1 = 1, x2 = 3; without notation as code."""
    shown = notation.variable if notation else str
    parts = [
        f"{shown(name)} = {value:.10g}" for name, value in list(point.items())[:most]
    ]
    if len(point) > most:
        parts.append(f"… ({len(point)} variables)")
    return ", ".join(parts)


MORE_DIGITS = "30 digits show more"
"""What to do where few digits of a double are certain."""


class Estimate(Record):
    """A number and how far it may be off; no value: there is none."""

    #: None: there is none. An mpf where more digits than a double has were asked for.
    value: float | None
    #: Rounding for exact methods, extrapolation and rounding for differences.
    error: float

    @property
    def number(self) -> float:
        """The value, where there is known to be one."""
        assert self.value is not None
        return self.value


NO_ESTIMATE = Estimate(None, math.inf)
"""There is no number."""


def certain(value: float, digits: int) -> Estimate:
    """Return a number of which so many significant digits are right."""
    return Estimate(value, float(abs(value)) * 10.0**-digits)


def many(value: "Column", error: "Column") -> Estimate:
    """Return numbers and how far each may be off, as columns."""
    return Estimate(cast("float", value), cast("float", error))


class MethodResult(Record):
    """The partials by one method, how far each may be off, and what they rest on."""

    #: The method's name: its file's name.
    method: str
    #: The partials by variable.
    partials: dict[str, Estimate]
    #: How often the function was evaluated.
    evaluations: int
    #: What the numbers rest on: differences, derivations, or a backward pass.
    evidence: Evidence
    #: What a reader should know, a sentence each.
    remarks: tuple[Remark, ...] = ()
    #: Why there is no number toward a variable, where there is none.
    missing: Mapping[str, str] = {}
    #: Why there is no result at all; empty: there is one.
    failure: str = ""

    @property
    def differences(self) -> Differences:
        """The quotients of finite differences by variable; of other methods none."""
        found = self.evidence if self.method == "finite" else None
        return cast("Differences", found or {})

    @property
    def derivations(self) -> Derivations:
        """The derivations of the symbolic method by variable; of other methods none."""
        found = self.evidence if self.method == "symbolic" else None
        return cast("Derivations", found or {})


if TYPE_CHECKING:  # a call builds no protocols

    class Method(Protocol):
        """What a file in ``methods`` offers."""

        #: The heading of its column.
        TITLE: str
        #: One line for help.
        SUMMARY: str
        #: Other words for it.
        SYNONYMS: tuple[str, ...]
        #: True if it is exact but for rounding.
        EXACT: bool

        def gradient(self, problem: Problem) -> MethodResult:
            """Return the partials that the problem asks for."""
            ...

    class MethodOfMany(Method, Protocol):
        """What a file may offer beside: many points at once."""

        def gradients(self, problems: Problems) -> MethodResult:
            """Return the same at many points, with columns in the place of numbers.

            A place is bad where there is more to say than numbers. Raises ValueError
            or ArithmeticError if a function refuses one of the points.
            """
            ...
