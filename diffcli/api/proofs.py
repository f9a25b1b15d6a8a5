"""What is proved: digits of numbers, and what holds on a whole range."""

from collections.abc import Iterable, Mapping

from diffcli.analysis import proof as _analysis
from diffcli.analysis.proof import Proof, need
from diffcli.analysis.proof_range import ClaimProof, Ends, RangeProof
from diffcli.analysis.proof_range import prove_claim as claim_on_range
from diffcli.analysis.proof_range import prove_range as on_range
from diffcli.errors import PointError
from diffcli.inputs import arguments
from diffcli.inputs.arguments import Claim, Formula, Point, Value
from diffcli.language.expression import Expression
from diffcli.language.parser import Parsed
from diffcli.problem import Problem

__all__ = [
    "at",
    "claim_on_range",
    "need",
    "on_range",
    "prove",
    "prove_claim",
    "prove_range",
]


def prove(
    formula: Formula,
    point: Point,
    *,
    order: int = 1,
    wrt: str | Iterable[str] = (),
    digits: int = 17,
) -> Proof:
    """Return the value and the derivatives up to an order, with what is proved.

    Numbers are computed in balls (python-flint, the extra ``proof``), with more bits
    until so many digits are certain. A value of the point is meant exactly: 0.1 is
    1/10, and "pi/2" is no double.

    >>> found = prove("x*exp(x)", {"x": 1}, digits=12)
    >>> found.value.text, found.derivative("x").text
    ('2.71828182846', '5.43656365692')

    Raises UsageError, ParseError, PointError, DomainError where the formula is
    undefined, and KinkError where it is not differentiable.
    """
    need()
    arguments.mapping(point, "point")
    parsed = arguments.formula(formula, point)
    problem = arguments.problem(parsed, point, wrt)
    return at(problem, arguments.exact_point(point), order=order, digits=digits)


def at(
    problem: Problem,
    point: Mapping[str, Expression],
    *,
    order: int = 1,
    digits: int = 17,
) -> Proof:
    """Return the same for a problem, whose point is given as formulas. Raises alike."""
    order = arguments.whole(order, "order", 0, arguments.MOST_ORDER)
    digits = arguments.whole(digits, "digits", 1, arguments.MOST_DIGITS)
    return _analysis.prove(problem, point, order, digits)


def prove_range(
    formula: Formula, low: Value, high: Value, point: Mapping[str, Value] = {}
) -> RangeProof:
    """Return the sign of the slope on a range, and bounds, all proved.

    ``point`` gives all variables but one a value; the range is that one's.

    >>> [(part.low, part.high, part.sign) for part in prove_range("exp(x)", 0, 2).parts]
    [('0', '2', '>')]

    Raises UsageError, ParseError, PointError.
    """
    need()
    parsed, name, ends, exact = _posed(formula, low, high, point)
    return on_range(parsed, ends, exact, name)


def prove_claim(
    formula: Formula,
    claim: Claim,
    low: Value,
    high: Value,
    point: Mapping[str, Value] = {},
) -> ClaimProof:
    """Return whether a claim is within 1e-12 of the slope everywhere on a range.

    >>> prove_claim("sin(x)", "cos(x)", 0, 2).verdict
    'proved'

    Raises UsageError, ParseError, PointError.
    """
    need()
    parsed, name, ends, exact = _posed(formula, low, high, point)
    claims = arguments.claims({name: claim}, parsed.variables)
    return claim_on_range(parsed, claims[name], ends, exact, name)


def _posed(
    formula: Formula, low: Value, high: Value, point: Point
) -> tuple[Parsed, str, Ends, dict[str, Expression]]:
    arguments.mapping(point, "point")
    parsed = arguments.formula(formula, point)
    free = [name for name in parsed.variables if name not in point]
    if len(free) != 1:
        raise PointError(
            "a range is of the one variable without a value", parameter="point"
        )
    arguments.interval(low, high, "low")
    arguments.point({**point, free[0]: low}, parsed)
    exact = arguments.exact_point({**point, "low": low, "high": high})
    ends = exact.pop("low"), exact.pop("high")
    return parsed, free[0], ends, arguments.exact_point(point)
