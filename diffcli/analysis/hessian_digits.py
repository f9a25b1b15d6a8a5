"""Second derivatives with more digits than a double has, by mpmath."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from diffcli.analysis.hessian_doubles import Entries
from diffcli.engine.adaptive import Unsettled, gradient, values
from diffcli.engine.adjoint import partials
from diffcli.engine.precise_differences import difference
from diffcli.engine.second_order import Pair
from diffcli.engine.tape import Program, Undefined
from diffcli.language.expression import Expression
from diffcli.methods.finite import tiny_step
from diffcli.problem import NO_ESTIMATE, Estimate, Problem, certain
from diffcli.remarks import Remark


def by_sweeps(
    problem: Problem, pairs: Sequence[Pair], warnings: list[Remark]
) -> Entries:
    """Return the entries by reverse over reverse: a sweep over each partial's list."""
    digits, entries = problem.settings.digits, dict.fromkeys(pairs, NO_ESTIMATE)
    for name, slope in _slopes(problem).items():
        try:
            row = gradient(Program([slope]), problem.point, digits).partials
        except (Undefined, Unsettled) as reason:
            warnings.append(Remark(f"no sweep for the second derivatives: {reason}"))
            break
        for pair in pairs:
            if pair[0] == name:
                value = row.get(pair[1], 0.0)
                entries[pair] = certain(value, digits)
    return entries


def by_rules(
    problem: Problem, formulas: Mapping[Pair, Expression], warnings: list[Remark]
) -> Entries:
    """Return the values of the second derivatives' formulas."""
    digits, found = problem.settings.digits, {}
    for pair, formula in formulas.items():
        with _noted(f"the formula of {problem.partial(*pair)}", warnings):
            (value,) = values(Program([formula]), problem.point, digits)
            found[pair] = certain(value, digits)
    return found


def by_differences(
    problem: Problem, pairs: Sequence[Pair], warnings: list[Remark]
) -> Entries:
    """Return the entries by differences of the gradient, with a step that fits."""
    settings, slopes = problem.settings, _slopes(problem)
    width, found = tiny_step(settings), dict.fromkeys(pairs, NO_ESTIMATE)
    for name, other in pairs:
        program, scheme = Program([slopes[name]]), settings.scheme
        with _noted(f"no difference for {problem.partial(name, other)}", warnings):
            slope, error = difference(
                program, problem.point, other, scheme, width, settings.digits
            )
            found[name, other] = Estimate(slope, float(error))
    return found


def _slopes(problem: Problem) -> dict[str, Expression]:
    names = problem.variables
    found = partials(problem.parsed.expression, names)
    return dict(zip(names, found, strict=True))


@contextmanager
def _noted(what: str, warnings: list[Remark]) -> Iterator[None]:
    """Say why there is no number, where there is none."""
    try:
        yield
    except (Undefined, Unsettled) as reason:
        warnings.append(Remark(f"{what}: {reason}"))
