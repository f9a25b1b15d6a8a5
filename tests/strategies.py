"""Random expressions and points, drawn from the table's own rows and domains.

An expression grows from a pool: variables and numbers first, then a few rows of the
table, each applied to members of the pool, so that parts are shared as they are in
real formulas.
"""

from collections.abc import Callable

from hypothesis import strategies as st

from diffcli.calculus.functions import BY_NAME, FUNCTIONS, INFIX, OPERATORS, Function
from diffcli.language.expression import Expression, call, number, variable

NAMES = ("x", "y", "x2", "x10")
ROWS = [row for row in (*OPERATORS, *OPERATORS, *FUNCTIONS) if row.many != "average"]
SMOOTH = [row for row in ROWS if row.rough is None and row.name != "polygamma"]
numerals = st.sampled_from(["0", "1", "2", "3", "12", "0.5", "2.25", "1e-3", "pi", "e"])

Build = Callable[[Function, list[Expression]], Expression]


@st.composite
def _grown(
    draw: st.DrawFn, build: Build, most: int, rows: list[Function] = ROWS
) -> Expression:
    """Return an expression of up to ``most`` operations."""
    pool: list[Expression] = [number(draw(numerals))]
    pool += [variable(draw(st.sampled_from(NAMES))), variable("x")]
    for _ in range(draw(st.integers(1, most))):
        row = draw(st.sampled_from(rows))
        places = st.integers(0, len(pool) - 1)
        # The newest part is used, so that nothing is drawn in vain.
        args = [pool[-1 - draw(places)] for _ in range(row.arity - 1)]
        args.insert(draw(st.integers(0, len(args))), pool[-1])
        pool.append(build(row, args))
    return pool[-1]


def written() -> st.SearchStrategy[Expression]:
    """Return any expression that can be written, defined somewhere or not."""
    return _grown(_as_read, 12)


def _as_read(row: Function, args: list[Expression]) -> Expression:
    """Return what the parser makes of it: a power of e is exp."""
    if row is INFIX["**"] and args[0] is number("e"):
        return call(BY_NAME["exp"], args[1])
    return call(row, *args)


def defined() -> st.SearchStrategy[Expression]:
    """Return an expression that is defined and smooth at almost every point."""
    return _grown(_inside_its_domain, 5)


def smooth() -> st.SearchStrategy[Expression]:
    """Return a small expression that is smooth, for a referee who is slow."""
    return _grown(_inside_its_domain, 2, SMOOTH)


def _inside_its_domain(row: Function, args: list[Expression]) -> Expression:
    """Return a row applied to parts that stay where the row's domain is."""
    bounded = [
        _between(argument, *span)
        for argument, span in zip(args, row.domain.samples, strict=False)
    ]
    return call(row, *(args if row.notation and not row.domain.sentence else bounded))


def _between(part: Expression, low: float, high: float) -> Expression:
    """Return a smooth function of a part that stays between two bounds."""
    if low == high:
        return number(f"{low:g}")
    middle, half = (low + high) / 2, (high - low) / 2
    wave = call(BY_NAME["sin"], part)
    scaled = call(INFIX["*"], number(f"{half:g}"), wave)
    sign = "-" if middle < 0 else "+"
    return call(INFIX[sign], scaled, number(f"{abs(middle):g}"))


points = st.fixed_dictionaries(
    {name: st.integers(-4000, 4000).map(lambda n: (n + 0.5) / 1001) for name in NAMES}
)
