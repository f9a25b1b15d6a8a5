"""Random expressions and points, drawn from the table's own domains."""

from typing import Any

from hypothesis import strategies as st

from diffcli.calculus.functions import FUNCTIONS, INFIX, PREFIX, Function
from diffcli.language.expression import Expression, call, number, variable

NAMES = ("x", "y", "x2", "x10")

numerals = st.one_of(
    st.integers(0, 12).map(str),
    st.sampled_from(["0.5", "2.25", "1e-3", "1.5e2", "pi", "e"]),
)
leaves: st.SearchStrategy[Expression] = st.one_of(
    numerals.map(number), st.sampled_from(NAMES).map(variable)
)


def written() -> st.SearchStrategy[Expression]:
    """Return any expression that can be written, defined somewhere or not."""
    rows = [*INFIX.values(), *PREFIX.values(), *FUNCTIONS]
    rows = [row for row in rows if row.many != "average"]

    def grow(parts: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
        return st.sampled_from(rows).flatmap(
            lambda row: st.tuples(*[parts] * row.arity).map(
                lambda args: call(row, *args)
            )
        )

    return st.recursive(leaves, grow, max_leaves=25)


def inside(part: Expression, low: float, high: float) -> Expression:
    """Return a smooth function of a part that stays between two bounds."""
    if low == high:
        return number(repr(low).removesuffix(".0"))
    middle, half = (low + high) / 2, (high - low) / 2
    wave = call(_row("sin"), part)
    scaled = call(INFIX["*"], number(repr(half)), wave)
    if middle < 0:
        return call(INFIX["-"], scaled, number(repr(-middle)))
    return call(INFIX["+"], scaled, number(repr(middle)))


def _row(name: str) -> Function:
    return next(row for row in FUNCTIONS if row.name == name)


def defined() -> st.SearchStrategy[Expression]:
    """Return an expression that is defined and smooth at almost every point."""
    rows = [*INFIX.values(), *PREFIX.values(), *FUNCTIONS]
    rows = [row for row in rows if row.many != "average"]

    def grow(parts: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
        def apply(drawn: Any) -> Expression:
            row, args = drawn
            ranges = row.domain.samples
            return call(
                row, *(inside(a, *r) for a, r in zip(args, ranges, strict=False))
            )

        return st.sampled_from(rows).flatmap(
            lambda row: st.tuples(st.just(row), st.tuples(*[parts] * row.arity)).map(
                apply
            )
        )

    return st.recursive(leaves, grow, max_leaves=6)


coordinates = st.integers(-4000, 4000).map(lambda n: n / 1001)
points: st.SearchStrategy[dict[str, float]] = st.fixed_dictionaries(
    dict.fromkeys(NAMES, coordinates)
)
