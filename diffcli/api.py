"""What Python callers use; ``import diffcli`` offers these names on first use."""

from collections.abc import Mapping, Sequence

from diffcli import methods as _methods
from diffcli.analysis import grad as _comparison
from diffcli.analysis.check import Check, Tolerance
from diffcli.analysis.check import check as _check
from diffcli.analysis.grad import Comparison
from diffcli.engine.derivation import Derivation
from diffcli.engine.derivation import derive as _derive
from diffcli.language.parser import Parsed
from diffcli.language.parser import parse as _parse
from diffcli.problem import Settings, pose


def parse(formula: str) -> Parsed:
    """Return what a formula means.

    >>> parse("3*x10 + 2*x2").variables
    ('x2', 'x10')

    Raises ParseError with the place of the first thing that cannot be understood.
    """
    return _parse(formula)


def gradient(formula: str, point: Mapping[str, float]) -> dict[str, float]:
    """Return the partial derivative toward each variable at a point, by backprop.

    >>> gradient("x**2 + y", {"x": 3, "y": 1})
    {'x': 6.0, 'y': 1.0}

    Raises ParseError, PointError, DomainError where the formula is undefined, and
    KinkError where it is not differentiable.
    """
    result = compare(formula, point, methods=("backprop",))
    error = result.error()
    if error:
        raise error
    return {
        name: value
        for name in result.problem.variables
        if (value := result.partial(name).value) is not None
    }


def compare(
    formula: str,
    point: Mapping[str, float],
    *,
    methods: Sequence[str] = _methods.THREE,
    wrt: Sequence[str] = (),
    h: float | str = 1e-5,
    scheme: str = "symmetric",
    subgradient: bool = False,
) -> Comparison:
    """Return the partials by every method, and how they agree.

    ``h`` is a step width, "relative" or "auto"; ``scheme`` is "forward" or
    "symmetric".

    >>> result = compare("(2*x1+3*x2)**2+3", {"x1": 1, "x2": 3})
    >>> [result.partial(name).value for name in result.problem.variables]
    [44.0, 66.0]
    >>> result.agreements["x1"].verdict
    'agree'

    Raises ParseError, PointError, and DomainError where the formula is undefined.
    """
    from diffcli.inputs.points import fitted

    parsed = _parse(formula, names=point)
    settings = Settings(h=h, scheme=scheme, subgradient=subgradient)
    values = fitted(point, parsed.variables)
    return _comparison.compare(pose(parsed, values, wrt, settings), methods)


def check(
    formula: str,
    point: Mapping[str, float],
    claims: Mapping[str, str | float],
    *,
    rtol: float | None = None,
    atol: float | None = None,
) -> Check:
    """Return a verdict for each claimed partial, a formula or a number by variable.

    >>> result = check("(2*x+9)**2", {"x": 1}, {"x": "2*(2*x+9)"})
    >>> result.passed, result.verdicts[0].slip
    (False, 'the inner derivative D(u) is missing in d/dx[(2*x+9)**2]')

    Raises ParseError, PointError, and DomainError where the formula is undefined.
    """
    from diffcli.inputs.points import claims as read_claims
    from diffcli.inputs.points import fitted

    parsed = _parse(formula, names=point)
    problem = pose(parsed, fitted(point, parsed.variables))
    texts = [
        f"{name}={claim if isinstance(claim, str) else repr(claim)}"
        for name, claim in claims.items()
    ]
    tolerance = Tolerance(rtol, atol)
    return _check(problem, read_claims(texts, parsed.variables), tolerance)


def derive(formula: str, variable: str) -> Derivation:
    """Return the derivative toward a variable with the steps that lead to it.

    >>> print(derive("(2*x1+3*x2)**2+3", "x1"))
    4*(2*x1 + 3*x2)

    Raises ParseError where the formula cannot be understood.
    """
    (derivation,) = _derive(_parse(formula, names=(variable,)).expression, (variable,))
    return derivation


__all__ = ["check", "compare", "derive", "gradient", "parse"]
