"""The Hessian three ways: all second derivatives at a point."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import lru_cache, partial
from itertools import combinations_with_replacement

import diffcli
from diffcli import methods
from diffcli.analysis import hessian_doubles
from diffcli.analysis.certainty import certainty, measured_against, uncertain
from diffcli.analysis.grad import Agreement, exact_values, judge, valued
from diffcli.analysis.hessian_doubles import Entries
from diffcli.engine.second_order import Pair
from diffcli.engine.sparsity import Sparsity, TooDense
from diffcli.engine.tape import Program, Undefined
from diffcli.errors import UsageError
from diffcli.language.expression import Expression, number
from diffcli.problem import DOUBLE, NO_ESTIMATE, Estimate, Problem
from diffcli.records import Record
from diffcli.remarks import Remark

_ZERO = Estimate(0.0, 0.0)  # of variables that do not meet
#: The methods that have second derivatives, the most trustworthy last.
WAYS = ("finite", "symbolic", "backprop")
MOST = 5_000  # second derivatives that somebody may wait for


class Hessian(Record):
    """All second derivatives at a point, by each method."""

    problem: Problem
    #: f at the point, with as many digits as were asked for; of examples their loss.
    value: float
    #: By method, then by pair of variables; each pair once.
    columns: dict[str, Entries]
    #: The second derivatives' formulas.
    formulas: dict[Pair, Expression]
    #: How differences agree with an exact method; empty: not both were asked.
    agreements: dict[Pair, Agreement]
    #: What the user should know, a sentence each.
    warnings: tuple[Remark, ...]
    #: Exact values, if asked for; empty: there is none.
    exact: Mapping[Pair, str] = {}
    #: The examples; None: it is one point.
    data: "diffcli.Data | None" = None
    #: How many more there are that are 0 everywhere, and stand in no column.
    left_out: int = 0

    def partial(self, name: str, other: str) -> Estimate:
        """Return the most trustworthy second derivative, whatever the order of names.

        Sweeps before rules before differences. Raises UsageError for a name that was
        not asked for.
        """
        for each in (name, other):
            if each not in self.problem.variables:
                raise UsageError(f"there is no partial with respect to '{each}' here")
        known = False
        for column in reversed(WAYS):
            entries = self.columns.get(column, {})
            entry = entries.get((name, other)) or entries.get((other, name))
            if entry and entry.value is not None:
                return entry
            known = known or entry is not None
        return _ZERO if self.left_out and not known else NO_ESTIMATE


def hessian(
    problem: Problem, names: Sequence[str] = WAYS, wanted: tuple[Pair, ...] = ()
) -> Hessian:
    """Return the Hessian by differences of the gradient, by rules, and by sweeps.

    With ``wanted`` it is only these pairs, in the order of the variables.

    Raises UsageError for a method that has no second derivatives and for too many
    variables, and KinkError where there is no first or no second derivative.
    """
    _refuse_others(names)
    where = _sparsity(problem, wanted)
    pairs = where.pairs
    warnings: list[Remark] = []
    formulas, corners = hessian_doubles.formulas(problem, pairs, warnings)
    found = _numbers(problem, where, formulas, names, warnings)
    symbolic, swept = found["symbolic"], found["backprop"]
    # Rules have a bound of their own; sweeps are off by that and the difference.
    for pair in pairs:
        one, other = symbolic[pair], swept[pair]
        if pair in corners:
            symbolic[pair] = swept[pair] = corners[pair]
        elif one.value is not None and other.value is not None:
            error = one.error + float(abs(one.value - other.value))
            symbolic[pair] = one._replace(error=error)
            swept[pair] = other._replace(error=error)
    if not problem.precise:
        warnings += _certify(problem, formulas, (symbolic, swept))
    most = problem.settings.compared_digits
    judged = partial(judge, most=most) if "finite" in names else None
    value = valued(problem).number if problem.precise else problem.value
    return of_all_pairs(problem, value, where, formulas, found, names, warnings, judged)


def of_all_pairs(
    problem: Problem,
    value: float,
    where: Sparsity,
    formulas: Mapping[Pair, Expression],
    found: Mapping[str, Entries],
    names: Sequence[str],
    warnings: Sequence[Remark],
    judged: Callable[[Estimate, Estimate], Agreement] | None,
) -> Hessian:
    """Return what was found of pairs that meet, beside the zeros of the others.

    ``judged`` tells how a difference agrees with an exact number, if that is wanted.
    """
    shown, left_out = _visible_pairs(problem.variables, where)
    if left_out:
        never = "are 0 everywhere: their variables meet in no part of the formula"
        warnings = *warnings, Remark(f"{left_out:,} of the second derivatives {never}")
    zeros = dict.fromkeys(shown, _ZERO)
    columns = {name: zeros | found[name] for name in names}
    agreements = {}
    if judged and len(columns) > 1:
        known, measured = zeros | found["backprop"], columns["finite"]
        agreements = {pair: judged(measured[pair], known[pair]) for pair in shown}
    return Hessian(
        problem, value, columns,
        {**dict.fromkeys(shown, number("0")), **formulas}, agreements, tuple(warnings),
        left_out=left_out,
    )  # fmt: skip


def _numbers(
    problem: Problem,
    where: Sparsity,
    formulas: Mapping[Pair, Expression],
    names: Sequence[str],
    warnings: list[Remark],
) -> dict[str, Entries]:
    """Return what each method finds for the pairs that meet; differences if wanted."""
    pairs, measured = where.pairs, Entries()
    if problem.precise:
        from diffcli.analysis import hessian_digits

        swept = hessian_digits.by_sweeps(problem, pairs, warnings)
        symbolic = hessian_digits.by_rules(problem, formulas, warnings)
        if "finite" in names:
            measured = hessian_digits.by_differences(problem, pairs, warnings)
    else:
        swept = hessian_doubles.by_sweeps(problem, where, warnings)
        symbolic = hessian_doubles.by_rules(problem, formulas, warnings)
        if "finite" in names:
            measured = hessian_doubles.by_differences(problem, where)
    symbolic = dict.fromkeys(pairs, NO_ESTIMATE) | symbolic
    return {"finite": measured, "symbolic": symbolic, "backprop": swept}


def _visible_pairs(names: Sequence[str], where: Sparsity) -> tuple[Sequence[Pair], int]:
    """Return the pairs that are shown, and how many more there are.

    These are the wanted ones, or all; or where they would be too many, those that meet,
    and the diagonal.
    """
    if where.wanted:
        return where.wanted, 0
    count = len(names) * (len(names) + 1) // 2
    if count <= MOST:
        return list(combinations_with_replacement(names, 2)), 0
    place = {name: place for place, name in enumerate(names)}
    shown = {*where.pairs, *((name, name) for name in names)}
    return sorted(shown, key=lambda pair: [place[name] for name in pair]), (
        count - len(shown)
    )


def ways(words: Sequence[str]) -> tuple[str, ...]:
    """Return the methods that words mean; all, and none: those that have a Hessian."""
    return tuple(methods.select(words)) if words and "all" not in words else WAYS


def with_exact_values(found: Hessian, point: Mapping[str, Expression]) -> Hessian:
    """Return the Hessian with exact values, where there are: see ``exact_values``."""
    wanted = {pair: (f, found.partial(*pair)) for pair, f in found.formulas.items()}
    return found._replace(exact=exact_values(wanted, point))


def _refuse_others(names: Sequence[str]) -> None:
    for name in names:
        if name not in WAYS:
            raise UsageError(
                f"{name} has no second derivatives",
                hint=f"{', '.join(WAYS)} have them",
                parameter="methods",
            )


def _sparsity(problem: Problem, wanted: tuple[Pair, ...]) -> Sparsity:
    """Return where the variables meet.

    Raises UsageError if they meet so often that nobody would wait for it.
    """
    try:
        return meetings(problem.parsed.expression, problem.variables, wanted)
    except TooDense:
        raise UsageError(
            f"{len(problem.variables)} variables have more than {MOST:,} second"
            " derivatives that are not 0 everywhere",
            hint="choose some of the variables",
            parameter="wrt",
        ) from None


@lru_cache(maxsize=1)
def meetings(
    expression: Expression, names: tuple[str, ...], wanted: tuple[Pair, ...] = ()
) -> Sparsity:
    """Return where variables meet, once for all points. Raises TooDense."""
    return Sparsity(expression, names, MOST, wanted)


def _certify(
    problem: Problem,
    formulas: Mapping[Pair, Expression],
    columns: tuple[Entries, Entries],
) -> Iterator[Remark]:
    """Give entries their true errors, where in doubt, and say which stay uncertain."""
    from diffcli.engine.adaptive import Unsettled, values

    for pair, formula in formulas.items():
        if not any(uncertain(entries[pair]) for entries in columns):
            continue
        with suppress(Undefined, Unsettled):
            (truth,) = values(Program([formula]), problem.point, DOUBLE)
            for entries in columns:
                if entries[pair].value is not None:
                    entries[pair] = measured_against(truth, entries[pair])
        worst = max((entries[pair] for entries in columns), key=lambda e: e.error)
        if uncertain(worst):
            yield Remark(certainty(problem.partial(*pair), worst))
