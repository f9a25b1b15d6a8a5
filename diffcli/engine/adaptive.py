"""Numbers right to as many digits as one asks for.

A computation is run in mpmath with more and more digits until two runs agree: what
cancellation takes away in one run, the next has to spare. Where balls are installed
they are asked first (``engine/by_balls``): the digits are the same.
"""

import operator
import sys
from collections.abc import Callable, Mapping, Sequence

from mpmath import mp

from diffcli.arithmetics import Arithmetic, Unavailable, multiprecision
from diffcli.arithmetics.multiprecision import Real
from diffcli.engine import by_balls, fold
from diffcli.engine.tape import Program, Undefined
from diffcli.language.expression import Call
from diffcli.records import Record

_GUARD = 15  # digits beyond those that are asked for, in the first run
_MOST = 3000  # digits in a run after which we give up
_GROWS = 3  # runs, each with larger numbers: one divides by what is 0, as 1/sin(pi)
_DOUBLES = 700  # a number that is 0 to half as many decimals is 0 among doubles
_MORE = 1500  # the same, where more digits are asked for than a double has
_DECIMALS = 330  # of the smallest doubles
_EXACT = 30  # digits to which arguments that are at a kink are there
_SLOW = frozenset(("gamma", "lgamma", "digamma", "polygamma"))
_SLOWLY = 350  # the same, where the functions take seconds for a thousand digits


class Unsettled(ArithmeticError):
    """No two runs agree, or a function is not known for such numbers."""


class PreciseGradient(Record):
    """A value and its partials, all digits right."""

    value: Real
    partials: dict[str, Real]


class Trial(Record):
    """One run at the present precision."""

    #: The numbers that are wanted.
    numbers: list[Real]
    #: All numbers that occurred on the way: the largest says what may cancel.
    met: list[Real]


def settle(
    compute: Callable[[], Trial], digits: int, program: Program | None = None
) -> list[Real]:
    """Return numbers of which ``digits`` significant digits are right.

    Two runs have to agree, and the first of them has to have digits enough for the
    largest number on the way to cancel, and for the smallest to be seen beside 1.
    However small, a number on which they agree is that number. Whether a number is 0
    no run can prove: it is called 0 if it stays below the noise of every run, as far as
    ``_reach`` digits tell. Where ``program``, which is computed, is slow, fewer digits
    have to tell.

    Raises Unsettled, and what ``compute`` raises.
    """
    slow = program is not None and _is_slow(program)
    reach = _reach(digits, slow=slow)
    most = 2 * reach if slow else max(_MOST, 8 * digits)
    precision = digits + _GUARD
    before: list[Real] | None = None
    size = grown = 0
    while precision <= most and grown < _GROWS:
        with mp.workdps(precision):
            try:
                now, met = compute()
            except Unavailable as lacking:
                raise Unsettled(lacking.message) from None
            last, size = size, _magnitude(met)
            grown = grown + 1 if last and size > 1.5 * last else 0
            needed = digits + _GUARD + size + (0 if slow else _smallness(met))
            following = max(2 * precision, needed)
            if before is not None:
                noise = mp.mpf(10) ** (_GUARD // 2 + size - precision)
                same = [_agree(*pair, digits) for pair in zip(before, now, strict=True)]
                if all(same):
                    return now
                lost = following > min(most, reach + size)
                small = [abs(number) < noise for number in now]
                if lost and all(map(operator.or_, same, small)):
                    pairs = zip(now, same, strict=True)
                    return [number if known else mp.zero for number, known in pairs]
        before = now if precision >= needed else None
        precision = following
    raise Unsettled("no two runs agree")


def _is_slow(program: Program) -> bool:
    """Tell whether a function takes seconds where there are many digits."""
    calls = (node for node in program.nodes if isinstance(node, Call))
    return any(node.function.name in _SLOW for node in calls)


def _reach(digits: int, *, slow: bool) -> int:
    """Return how small a number may be that is still told from 0, in decimals."""
    if slow:
        return max(_SLOWLY, 3 * digits)
    return _DOUBLES if digits <= sys.float_info.dig + 2 else max(_MORE, 10 * digits)


def _magnitude(numbers: list[Real]) -> int:
    """Return the decimal exponent of the largest number."""
    bits = max(
        (mp.mag(number) for number in numbers if number and number == number), default=0
    )
    return max(0, int(bits * 0.30103))


def _smallness(numbers: list[Real]) -> int:
    """Return how many decimals show the smallest number beside 1, within doubles.

    Without them two runs take erf(26) for 1, and its logarithm for 0.
    """
    bits = min((mp.mag(n) for n in numbers if n and n == n), default=0)
    return min(_DECIMALS, max(0, int(-bits * 0.30103)))


def _agree(before: Real, now: Real, digits: int) -> bool:
    """Tell whether two runs agree; two zeros may both be what cancellation left."""
    if not now:
        return False
    return bool(abs(before - now) <= mp.mpf(10) ** -digits / 2 * abs(now))


def run(
    program: Program, point: Mapping[str, Real], arithmetic: Arithmetic = multiprecision
) -> list[Real]:
    """Return the value of every row at a point, at mpmath's present precision.

    Raises Undefined where a function is not defined.
    """
    exact = {name: mp.mpf(point[name]) for name in program.inputs}
    return fold.run(program, arithmetic, exact)


def gradient(
    program: Program, point: Mapping[str, Real], digits: int
) -> PreciseGradient:
    """Return the value and the partials by backprop, with all digits right.

    The local partials are the derivative texts of the rows.

    Raises Undefined, Unsettled.
    """
    names = list(program.inputs)
    proved = by_balls.numbers(program, point, digits, 0)
    if proved is not None:
        return PreciseGradient(proved[0], dict(zip(names, proved[1:], strict=True)))

    def compute() -> Trial:
        values = run(program, point)
        adjoints, terms = _sweep(program, values)
        rows = (program.inputs[name] for name in names)
        numbers = [values[program.outputs[0]], *(adjoints[row] for row in rows)]
        return Trial(numbers, values + terms)

    value, *partials = settle(compute, digits, program)
    return PreciseGradient(value, dict(zip(names, partials, strict=True)))


def _sweep(program: Program, values: list[Real]) -> tuple[list[Real], list[Real]]:
    """Return the adjoints of one backward pass at the present precision.

    The terms that they are sums of come too: they cancel in y/y, for a tiny y.
    """
    adjoints, terms = [mp.zero] * len(values), [mp.one]
    adjoints[program.outputs[0]] = mp.one
    for row in program.calls:
        upstream = adjoints[row]
        if not upstream:
            continue
        for argument, local in _locals(program, values, row, program.active):
            terms.append(upstream * local)
            adjoints[argument] += terms[-1]
    return adjoints, terms


def values(program: Program, point: Mapping[str, Real], digits: int) -> list[Real]:
    """Return the values of a program's outputs, with all digits right.

    Raises Undefined, Unsettled.
    """
    proved = by_balls.numbers(program, point, digits)
    if proved is not None:
        return proved

    def compute() -> Trial:
        numbers = run(program, point)
        return Trial([numbers[row] for row in program.outputs], numbers)

    return settle(compute, digits, program)


def rough_rows(program: Program, point: Mapping[str, Real]) -> list[int]:
    """Return the active rows whose function is not smooth at its arguments.

    Doubles may miss the place: abs(0.3 - 0.1*x) has its kink at 3, where 0.3 - 0.1*x
    is -5.6e-17 for them. Empty, too, where the arguments cannot be told.
    """
    places = sorted({a for row in program.rough for a in program.arguments(row)})

    def compute() -> Trial:
        numbers = run(program, point)
        return Trial([numbers[place] for place in places], numbers)

    try:
        numbers = settle(compute, _EXACT, program)
    except (Undefined, Unsettled):
        return []
    with mp.workdps(_EXACT + _GUARD):  # and the digits that rounding leaves go
        exact = dict(
            zip(places, (mp.mpf(mp.nstr(n, _EXACT)) for n in numbers), strict=True)
        )
        return [
            row
            for row in program.rough
            if (rough := program.function(row).rough)
            and rough.at(*(exact[place] for place in program.arguments(row)))
        ]


def forward_slope(
    program: Program, point: Mapping[str, Real], name: str, digits: int
) -> Real:
    """Return a partial by dual numbers, with all digits right.

    Raises Undefined, Unsettled.
    """
    start = program.inputs.get(name)
    if start is None:
        return mp.zero
    proved = by_balls.slope(program, point, name, digits)
    if proved is not None:
        return proved

    def compute() -> Trial:
        values = run(program, point)
        slopes, terms = [mp.zero] * len(values), [mp.one]
        slopes[start] = mp.one
        for row in reversed(program.calls):
            if values[row] != values[row]:  # a gap, which is not chosen
                continue
            for argument, local in _locals(program, values, row, slopes):
                terms.append(local * slopes[argument])
                slopes[row] += terms[-1]
        return Trial([slopes[program.outputs[0]]], values + terms)

    return settle(compute, digits, program)[0]


def _locals(
    program: Program, values: list[Real], row: int, active: Sequence[Real]
) -> list[tuple[int, Real]]:
    """Return the local partials of a row toward the arguments that are wanted."""
    arguments = program.arguments(row)
    given = [values[argument] for argument in arguments]
    partials: list[tuple[int, Real]] = []
    texts = program.function(row).derivatives
    for argument, text in zip(arguments, texts, strict=True):
        if active[argument]:
            try:
                partials.append((argument, fold.compiled(multiprecision, text)(*given)))
            except (ValueError, ArithmeticError):
                raise Undefined(program, [], row, overflow=False) from None
    return partials
