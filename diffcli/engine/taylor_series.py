"""All derivatives of a function of one variable at once, by power series.

The program is run once, on series in place of numbers. Where a row is not smooth it is
run to the right and to the left, and the coefficients on which both agree are those of
the function.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any

from mpmath import mp

from diffcli.arithmetics import power_series
from diffcli.arithmetics._series import NoSeries, PowerSeries
from diffcli.arithmetics.multiprecision import Real
from diffcli.calculus.functions import NAMED, WHEN
from diffcli.engine.adaptive import Trial, settle
from diffcli.engine.fold import evaluate, refused
from diffcli.engine.tape import Program, Undefined
from diffcli.language.expression import Call
from diffcli.language.parser import parse_template

_WIDER = 40  # coefficients beyond those asked for, if a division takes some away
_SPARE = 10  # digits of a number beyond those that are right
_RIGHT, _LEFT = 1, -1
_MANY = 300  # digits of a run in which what is 0 by cancellation shows what it is


def coefficients(
    program: Program,
    point: Mapping[str, Real],
    name: str,
    order: int,
    digits: int,
    side: int = _RIGHT,
) -> list[Real]:
    """Return c0, ..., c[order] of f(x + t) = c0 + c1*t + ..., with all digits right.

    They hold for t > 0, or with ``side`` -1 for t < 0.

    Raises NoSeries, Undefined, Unsettled.
    """
    known: list[bool] = []

    def compute() -> Trial:
        met, terms = _run(program, point, name, order, side)
        known[:] = [isinstance(term, int) for term in terms]
        return Trial([mp.mpf(term or 0) or _held(term) for term in terms], met)

    try:
        found = settle(compute, digits, program)
    except (NoSeries, Undefined):
        found = settle(compute, _MANY, program)  # a few digits may hide what is not 0
    signs = [side**k for k in range(order + 1)]
    with mp.workdps(digits + _SPARE):
        return [
            mp.zero if is_0 else sign * term
            for sign, term, is_0 in zip(signs, found, known, strict=True)
        ]


def is_analytic(program: Program) -> bool:
    """Tell whether functions go on to the left of a place as they do to the right.

    elu is smooth, but its definition has a choice in it.
    """
    names = {node.function.name for node in program.nodes if isinstance(node, Call)}
    return all(map(_is_analytic, names))


@cache
def _is_analytic(name: str) -> bool:
    row = NAMED[name]
    if row.rough is not None or row is WHEN:
        return row.rough is not None and row.rough.kind == "vertical tangent"
    if not row.definition:
        return True
    return is_analytic(Program([parse_template(row.definition, {})]))


def _held(term: Real) -> Real:
    """Return what stands for a 0: for one that is certain 1, on which runs agree."""
    return mp.one if isinstance(term, int) else mp.zero


def _run(
    program: Program, point: Mapping[str, Real], name: str, order: int, side: int
) -> tuple[list[Real], list[Real]]:
    """Return all coefficients that were met, and those of the function.

    Raises NoSeries, Undefined.
    """
    inputs = {n: power_series.held(mp.mpf(point[n])) for n in program.inputs}
    for wide in (order, 2 * order + 2, 2 * order + _WIDER):
        inputs[name] = power_series.variable(mp.mpf(point[name]), side, wide)
        try:
            rows = _rows(program, inputs)
        except NoSeries:
            if wide <= 2 * order + 2:
                continue
            raise
        found = rows[program.outputs[0]]
        terms = found.terms + [0] * order if found.constant else found.terms
        if len(terms) > order:
            met = [
                term
                for row in rows
                if isinstance(row, PowerSeries)
                for term in row.terms
            ]
            return met, terms[: order + 1]
    raise NoSeries("too many powers of a small number are divided away")


def _rows(program: Program, inputs: Mapping[str, PowerSeries]) -> list[Any]:
    """Return the series of every row. Raises NoSeries, Undefined."""
    rows: list[Any] = []  # a gap, which is not chosen, is a nan
    try:
        for row in evaluate(program.nodes, power_series, inputs):
            rows.append(row)
    except NoSeries:
        raise
    except (ValueError, ArithmeticError, NotImplementedError) as error:
        values, overflow = (
            [float(row) for row in rows],
            isinstance(error, OverflowError),
        )
        place = refused(program, values)
        raise Undefined(program, values[:place], place, overflow=overflow) from None
    return rows
