"""Values and derivatives of which every digit is proved, and what stays open.

The balls of ``engine/enclosures`` decide what they can. What they cannot is handed on:
a number that may be 0 to the exact code, an argument that may be at a kink to the code
that looks at the whole function from both sides. What is still open says why.
"""

from collections.abc import Mapping
from itertools import combinations_with_replacement
from typing import TYPE_CHECKING

from diffcli.analysis.grad import compare
from diffcli.engine.adjoint import partials, second_partials
from diffcli.engine.one_sided import slopes
from diffcli.engine.rewriting import fill, tidy
from diffcli.engine.tape import Program
from diffcli.errors import UsageError
from diffcli.language.expression import Expression, postorder
from diffcli.problem import Problem
from diffcli.records import Record

if TYPE_CHECKING:
    from diffcli.engine.enclosures import Number

Path = tuple[str, ...]
"""The variables of a derivative: () is the value, ("x", "y") a second derivative."""

_SPARE = 2  # digits of the ends of a ball beyond those of the number
_SECOND = 2  # the highest order that has a formula for each derivative
_LONGEST = 2_000  # nodes of a formula that algebra is asked about
_NO_SERIES = "a function may not be smooth there: no ball tells"
_SIDES = 12  # digits on which the slopes on both sides of a corner agree


class Proved(Record):
    """A number and what is proved of it."""

    path: Path
    #: The number as far as it is proved; empty: it is open.
    text: str
    #: How many significant digits are proved; those of an exact number do not end.
    digits: int
    #: "proved", "exact", "sides" (both sides of a corner agree; no proof) or "open".
    status: str
    #: Why it is not proved by a ball; empty: it is.
    reason: str = ""
    #: A number that it is below, and one that it is above; empty: there is none.
    low: str = ""
    high: str = ""


class Proof(Record):
    """What is proved of a function at a point."""

    problem: Problem
    #: The point as it was meant: formulas without variables.
    point: Mapping[str, Expression]
    order: int
    #: The digits that were asked for.
    digits: int
    #: The value, then its derivatives.
    numbers: tuple[Proved, ...]
    #: How many bits the last run had.
    bits: int

    @property
    def value(self) -> Proved:
        """The function's value."""
        return self.numbers[0]

    @property
    def open(self) -> tuple[Proved, ...]:
        """What is not proved."""
        return tuple(n for n in self.numbers if n.status not in ("proved", "exact"))

    def derivative(self, *names: str) -> Proved:
        """Return a derivative by its variables, in any order.

        Raises UsageError for one that was not asked for.
        """
        for number in self.numbers:
            if sorted(number.path) == sorted(names):
                return number
        raise UsageError(f"there is no derivative with respect to {', '.join(names)}")


def need() -> None:
    """Raise UsageError if python-flint is not installed."""
    from importlib.util import find_spec

    if find_spec("flint") is None:
        raise UsageError(
            "a proof needs python-flint", hint="pip install 'diffcli[proof]'"
        )


def prove(
    problem: Problem, point: Mapping[str, Expression], order: int, digits: int
) -> Proof:
    """Return the value and the derivatives of an order, with what is proved of each.

    Raises UsageError without python-flint, and KinkError where there is no derivative.
    """
    need()
    if order > _SECOND:
        return _of_one_variable(problem, point, order, digits)
    from diffcli.engine.enclosures import dependent, enclosures

    formulas = _formulas(problem, order)
    program = Program(list(formulas.values()))
    rows = dict(zip(formulas, program.outputs, strict=True))

    def smooth(path: Path) -> frozenset[int]:
        """Return the calls that have to be smooth for a derivative to be one."""
        parts = [
            dependent(program, name, [rows[path[:place]]])
            for place, name in enumerate(path)
        ]
        return frozenset().union(*parts)

    found = enclosures(program, point, digits, [smooth(path) for path in formulas])
    numbers = []
    for path, number in zip(formulas, found, strict=True):
        proved = _proved(path, number, digits)
        if proved.status == "open":
            proved = _handed_on(problem, point, program, formulas[path], number, proved)
        numbers.append(proved)
    bits = max(number.bits for number in found)
    return Proof(problem, point, order, digits, tuple(numbers), bits)


def _of_one_variable(
    problem: Problem, point: Mapping[str, Expression], order: int, digits: int
) -> Proof:
    """Return the value and all derivatives up to an order, by power series of balls."""
    from diffcli.analysis.taylor import one_variable, taylor
    from diffcli.engine.enclosures import derivatives

    (name,) = one_variable(problem)
    found = derivatives(problem.program, point, name, order, digits)
    if found[0].enclosure is None:  # no series; but formulas of the first two
        taylor(problem, order, ("taylor",))  # says which there are not
        below = prove(problem, point, _SECOND, digits)
        above = [
            Proved((name,) * k, "", 0, "open", _NO_SERIES)
            for k in range(_SECOND + 1, order + 1)
        ]
        numbers = (*below.numbers, *above)
        return Proof(problem, point, order, digits, numbers, below.bits)
    every = []
    for k, number in enumerate(found):
        proved = _proved((name,) * k, number, digits)
        if proved.status == "open" and number.enclosure is None:
            proved = proved._replace(reason=_NO_SERIES)
        elif proved.status == "open":
            formula = _again(problem.parsed.expression, name, k)
            if formula is not None and _is_zero(formula, point):
                proved = Proved(proved.path, "0", digits, "exact", "0 by algebra")
            else:
                proved = proved._replace(reason=_may_be_0(number))
        every.append(proved)
    bits = max(number.bits for number in found)
    return Proof(problem, point, order, digits, tuple(every), bits)


def _again(formula: Expression, name: str, order: int) -> Expression | None:
    """Return the formula of a derivative; None: it is too long."""
    for _ in range(order):
        (formula,) = partials(formula, [name])
        if len(postorder([formula])) > _LONGEST:
            return None
    return formula


def _may_be_0(number: "Number") -> str:
    return f"it may be 0: no ball of {number.bits:,} bits tells"


def _formulas(problem: Problem, order: int) -> dict[Path, Expression]:
    """Return the value's formula and those of the derivatives, by their variables."""
    names = problem.variables if order else ()
    formulas: dict[Path, Expression] = {(): problem.parsed.expression}
    firsts = partials(problem.parsed.expression, names)
    formulas |= {(name,): slope for name, slope in zip(names, firsts, strict=True)}
    if order == 2:
        seconds = second_partials(problem.parsed.expression, names)
        pairs = combinations_with_replacement(names, 2)
        formulas |= {pair: seconds[pair] for pair in pairs}
    return formulas


def _proved(path: Path, number: "Number", digits: int) -> Proved:
    """Return what balls prove of a number."""
    enclosure = number.enclosure
    if enclosure is None or number.rough is not None:
        return Proved(path, "", 0, "open")
    known = enclosure.digits(digits)
    low, high = enclosure.ends(digits + _SPARE)
    if not known:
        return Proved(path, "", 0, "open", low=low, high=high)
    status = "exact" if enclosure.is_written_out(digits) else "proved"
    return Proved(path, enclosure.text(digits), known, status, low=low, high=high)


def _handed_on(
    problem: Problem,
    point: Mapping[str, Expression],
    program: Program,
    formula: Expression,
    number: "Number",
    proved: Proved,
) -> Proved:
    """Return what exact and one-sided code know of a number that balls leave open.

    Raises KinkError where there is no derivative.
    """
    if number.rough is not None:
        return _at_a_corner(problem, point, program, number, proved)
    if number.enclosure is None:
        reason = f"no ball of {number.bits:,} bits has a value there"
        return proved._replace(reason=reason)
    if _is_zero(formula, point):
        return Proved(proved.path, "0", proved.digits, "exact", "0 by algebra")
    return proved._replace(reason=_may_be_0(number))


def _at_a_corner(
    problem: Problem,
    point: Mapping[str, Expression],
    program: Program,
    number: "Number",
    proved: Proved,
) -> Proved:
    """Return the slope if both sides agree on it. Raises KinkError if they do not."""
    assert number.rough is not None
    function, node = program.function(number.rough), program.nodes[number.rough]
    assert function.rough is not None
    what = f"{function.name} has a {function.rough.kind} there"
    if len(proved.path) == 1:
        (name,) = proved.path
        comparison = compare(problem._replace(variables=(name,)), ("backprop",))
        error = comparison.error()
        if error:
            error.hint = ""  # a convention is no proof
            raise error
        sides = slopes(problem.tape, problem.point).get(name)
        is_seen = not problem.tape.hidden  # else it is one as far as digits tell
        if is_seen and sides is not None and sides.slope is not None:
            text = f"{float(sides.slope):.{_SIDES}g}"
            reason = f"{what}, and both sides have this slope: no proof"
            return Proved(proved.path, text, 0, "sides", reason)
    letters = dict(zip("uv", node.args, strict=False))
    edge = fill(function.rough.edge, letters, tidy)
    if _is_zero(edge, point):
        return proved._replace(reason=what)
    reason = f"{function.name} may have its {function.rough.kind} there:"
    return proved._replace(reason=f"{reason} no ball of {number.bits:,} bits tells")


def _is_zero(formula: Expression, point: Mapping[str, Expression]) -> bool:
    """Tell whether algebra proves that a formula is 0 at a point."""
    from diffcli.engine.waiting import NoAnswer, ask

    try:
        text, _ = ask("exact_value", formula, point)
    except NoAnswer:
        return False
    return bool(text == "0")
