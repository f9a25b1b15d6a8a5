"""The digits that a ball proves: those of all its numbers, by the decimal module."""

import random
from collections.abc import Iterator
from decimal import ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction

import pytest
from flint import arb, ctx

from diffcli.engine import enclosures
from diffcli.engine.enclosures import Enclosure, decimal, dependent, derivatives, terms
from diffcli.engine.tape import Program
from diffcli.language.expression import Expression
from diffcli.language.parser import parse

MOST = 6


def cases() -> Iterator[Enclosure]:
    """Yield exact numbers, ties, powers of ten, wide and narrow ones, around 0 too."""
    draw = random.Random(1)
    for middle in (
        0,
        1,
        5,
        9,
        95,
        10,
        100,
        99999,
        999995,
        1000005,
        123456500000,
        10**9,
    ):
        for radius in (0, 1, 2, 5, 10, 50, 10**5, 10**9):
            for sign in (1, -1):
                yield Enclosure(sign * middle, radius, draw.randint(-14, 12))
    for tie in (123445, 123455, 99995, 100005, 999995, 12345500, 12344500):
        for radius in (0, 1, 2, 4):
            for side in (-1, 1):
                yield Enclosure(tie + side * radius, radius, draw.randint(-9, 9))
    for _ in range(400):
        size, wide = draw.randint(1, 12), draw.randint(0, 8)
        middle, radius = draw.randrange(10**size), draw.randrange(10**wide)
        yield Enclosure(draw.choice((1, -1)) * middle, radius, draw.randint(-16, 16))


def ends(ball: Enclosure) -> list[Decimal]:
    return [
        Decimal(ball.middle + side * ball.radius).scaleb(ball.exponent)
        for side in (-1, 1)
    ]


def rounded(number: Decimal, count: int) -> Decimal:
    return Context(prec=count, rounding=ROUND_HALF_EVEN).plus(number)


def shared(ball: Enclosure, most: int) -> int:
    """Return the most digits to which both ends are rounded alike."""
    low, high = ends(ball)
    if low == high:
        return most
    if low <= 0 <= high:
        return 0
    alike = (n for n in range(most, 0, -1) if rounded(low, n) == rounded(high, n))
    return next(alike, 0)


def digits_of(text: str) -> str:
    """Return the digits of a number as it is written, without zeros in front."""
    return text.lstrip("-").partition("e")[0].replace(".", "").lstrip("0")


def test_as_many_digits_as_all_numbers_share_when_rounded() -> None:
    for ball in cases():
        for most in (1, 2, 3, 5, MOST):
            assert ball.digits(most) == shared(ball, most), ball


def test_the_text_is_the_rounded_number_with_just_these_digits() -> None:
    for ball in cases():
        count, text = shared(ball, MOST), ball.text(MOST)
        middle = Decimal(ball.middle).scaleb(ball.exponent)
        short = len(str(abs(ball.middle)).rstrip("0")) <= MOST
        assert ball.is_exact == (ball.radius == 0)
        assert ball.is_written_out(MOST) == (ball.is_exact and short)
        if not count:
            assert not text
        elif ball.is_exact and short:
            assert Decimal(text) == middle
            mantissa = text.partition("e")[0]
            assert "." not in mantissa or mantissa[-1] not in "0."
        else:
            assert Decimal(text) == rounded(middle, count)
            assert len(digits_of(text)) == count, (ball, text)


def test_the_ends_lie_outside_by_less_than_a_unit() -> None:
    for ball in cases():
        written = ball.ends(MOST)
        for text, end, side in zip(written, ends(ball), (-1, 1), strict=True):
            off = side * (Decimal(text) - end)
            assert off >= 0
            assert not off or off < Decimal(10) ** (end.adjusted() + 1 - MOST)
            assert len(digits_of(text).rstrip("0")) <= MOST
            exact = digits_of(f"{end:f}").strip("0")
            assert len(exact) > MOST or not off


def test_numbers_of_a_usual_size_are_written_out() -> None:
    for exponent in range(-25, 25):
        for digits in ("1", "12", "123456", "90001"):
            size = Enclosure(int(digits), 0, exponent)
            text, first = size.text(MOST), exponent + len(digits) - 1
            assert ("e" in text) == (not -5 <= first < 17)
            assert Decimal(text) == Decimal(digits).scaleb(exponent)
            minus = Enclosure(-int(digits), 0, exponent)
            assert minus.text(MOST) == f"-{text}"
            rough = Enclosure(int(digits) * 10**9, 1, exponent - 9)
            shown = rough.text(MOST)
            known = exponent + len(digits) <= MOST  # no zero that is no digit
            assert ("e" in shown) == (first < -5 or not known)
            assert len(digits_of(shown)) == MOST
    assert Enclosure(0, 0, 5).text(3) == "0"
    assert Enclosure(0, 0, -5).ends(3) == ("0", "0")
    assert Enclosure(15, 0, 3).text(1) == "2e+04"


def test_a_ball_has_decimals_if_it_has_an_end() -> None:
    assert decimal(arb.nan(), 5) is None
    assert decimal(arb(0, "inf"), 5) is None
    with ctx.workprec(200):
        for ball in (arb(1) / 3, arb(0), arb("0.1"), -(arb(10) ** 40) / 7, arb(5, 2)):
            found = decimal(ball, 12)
            assert found is not None
            unit = Fraction(10) ** found.exponent
            low, high = (
                (found.middle + side * found.radius) * unit for side in (-1, 1)
            )
            for end in (ball.lower(), ball.upper()):
                mantissa, exponent = map(int, end.man_exp())
                assert low <= mantissa * Fraction(2) ** exponent <= high
                assert found.digits(12) == (12 if ball.rad() < 1 else 0)


# ---- runs --------------------------------------------------------------------------


def formula(text: str) -> Expression:
    return parse(text).expression


def test_the_bits_are_doubled_until_all_is_told_and_not_without_end() -> None:
    """From the digits' own and 24 more on, and 8 times as many for a long formula."""
    sure, open_ = Enclosure(10**30, 1, 0), Enclosure(1, 3, 0)
    runs: list[int] = []

    def told_after(count: int, work: int) -> list[int]:
        def run(bits: int) -> list[enclosures.Number]:
            runs.append(bits)
            found = sure if len(runs) > count else open_
            return [enclosures.Number(sure, bits), enclosures.Number(found, bits)]

        runs.clear()
        (_, last) = enclosures._doubled(run, 10, work)
        assert last.bits == runs[-1]
        return runs

    for work, most in ((1, 20_000), (6000, 10_000), (10**9, 8 * 57)):
        assert told_after(0, work) == [57]
        assert told_after(2, work) == [57, 114, 228]
        bits = told_after(10**9, work)
        assert bits == [57 * 2**k for k in range(len(bits))]
        assert bits[-1] <= most < 2 * bits[-1]


def test_a_number_is_settled_with_its_digits_and_away_from_kinks() -> None:
    number = enclosures.Number(Enclosure(123456, 1, 0), 60)
    assert enclosures._settled(number, 4)
    assert not enclosures._settled(number, 6)
    assert not enclosures._settled(number._replace(rough=0), 4)
    assert not enclosures._settled(number._replace(enclosure=None), 4)


def test_the_first_rough_row_that_counts_is_named() -> None:
    """Not one that a choice leaves out, that is smooth there, or that nobody needs."""
    for text, x, is_rough in (
        ("abs(x)", "0", True), ("abs(x)", "1", False), ("abs(x)", "1/3 - 1/3", True),
        ("abs(x - 1/3)", "1/3", True), ("x**2", "0", False), ("sqrt(x)", "0", True),
        ("where(x > 1, abs(x), x)", "0", False), ("where(x < 1, abs(x), x)", "0", True),
        ("floor(x)", "1/2", False), ("floor(x)", "2", True), ("floor(x)", "0.5", False),
        ("x**(1/3)", "0", True), ("x**3", "0", False), ("max(x, -x)", "0", True),
    ):  # fmt: skip
        program = Program([formula(text)])
        every = frozenset(program.calls)
        (found,) = enclosures.enclosures(program, {"x": formula(x)}, 15, [every])
        assert (found.rough is not None) == is_rough, (text, x)
        (free,) = enclosures.enclosures(program, {"x": formula(x)}, 15)
        assert free.rough is None
        if is_rough and found.rough is not None:
            assert program.function(found.rough).rough is not None


def test_what_depends_on_a_variable_above_an_output() -> None:
    program = Program([formula("sin(x*y) + z"), formula("exp(y) * 2")])
    for name, counts in (("x", (3, 0)), ("y", (3, 2)), ("z", (1, 0)), ("w", (0, 0))):
        for output, count in zip(program.outputs, counts, strict=True):
            found = dependent(program, name, [output])
            assert len(found) == count
            assert output in found or not count
        assert len(dependent(program, name, program.outputs)) == sum(counts)


@pytest.mark.parametrize("order", [0, 1, 2, 3, 5])
def test_derivatives_of_a_polynomial_are_exact(order: int) -> None:
    program = Program([formula("x^5*y - 2*x^2 + x")])
    point = {"x": formula("2"), "y": formula("3")}
    exact = [3 * 32 - 8 + 2, 3 * 80 - 8 + 1, 3 * 160 - 4, 3 * 240, 3 * 240, 3 * 120]
    before = ctx.cap
    every = terms(program, point, "x", order)
    assert [float(ball) for ball in every] == exact[: order + 1]
    assert ctx.cap == before
    for number, value in zip(
        derivatives(program, point, "x", order, 20), exact, strict=False
    ):
        assert number.enclosure is not None
        assert number.enclosure.is_exact
        assert Decimal(number.enclosure.text(20)) == value
    rough = Program([formula("abs(x)")])
    (_, slope) = terms(rough, {"x": formula("0")}, "x", 1)
    assert not slope.is_finite()
