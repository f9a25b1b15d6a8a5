"""Products and sums as data: roots, kinds of bases, where a factor stands."""

from fractions import Fraction
from itertools import product as sign_patterns

import pytest

from diffcli.calculus.functions import POWER
from diffcli.engine.algebra import (
    Algebra,
    Factor,
    Product,
    content,
    decimal_number,
    is_exponential,
    is_polynomial,
    is_sum,
    power_of_number,
    powers_of,
    rank,
    root,
    spelled,
)
from diffcli.engine.algebra.building import is_one_and_a_square
from diffcli.engine.algebra.powers import is_cube
from diffcli.engine.algebra.terms import EXP
from diffcli.engine.tape import Program
from diffcli.language.expression import Call, Expression, call
from diffcli.language.parser import parse
from diffcli.language.printer import text

F = Fraction


def node(formula: str) -> Expression:
    return parse(formula).expression


def product(c: int | Fraction, **factors: int | Fraction) -> Product:
    """Return a product of letters with exponents."""
    return Product(F(c), tuple((node(name), F(r)) for name, r in factors.items()))


SMALL = [F(n, d) for n in range(-9, 10) for d in (1, 2, 3, 4, 8, 9)]


def test_a_root_is_the_only_rational_one_or_none() -> None:
    """Checked by raising it again; a negative number has only whole powers."""
    for c in SMALL:
        for r in (F(k, d) for k in range(-4, 5) for d in (1, 2, 3)):
            found = root(c, r)
            if r.denominator == 1:
                assert found == (None if not c and r < 0 else c**r.numerator)
            elif found is not None:
                assert found > 0
                assert c > 0
                assert found**r.denominator == c**r.numerator
            elif c > 0:
                ways = (
                    F(n, d) ** r.denominator for n in range(1, 7) for d in range(1, 7)
                )
                assert c not in ways or c == 1
            assert c != 1 or found == 1


def test_roots_of_large_numbers_are_exact_or_left_alone() -> None:
    for degree in (2, 3, 5, 7, 30, 39, 40):
        for k in (2, 3, 7, 10):
            n = k**degree
            if n <= 10**12:
                assert root(F(n), F(1, degree)) == k
                assert root(F(1, n), F(1, degree)) == F(1, k)
                assert root(F(n), F(2, degree)) == k * k
                for near in (n - 1, n + 1):
                    assert root(F(near), F(1, degree)) is None
                    assert root(F(1, near), F(1, degree)) is None
            else:
                assert root(F(n), F(1, degree)) is None
                assert root(F(1, n), F(1, degree)) is None
    assert root(F(10**12), F(1, 2)) == 10**6
    assert root(F((10**6 + 1) ** 2), F(1, 2)) is None
    assert root(F(2), F(1, 3)) is None
    assert root(F(0), F(1, 2)) is None
    assert root(F(4), F(1, 3)) is None
    assert root(F(2), F(1, 2)) is None
    # One is one, however high the power; others up to 64 bits or so.
    assert root(F(1), F(10**9)) == 1
    assert root(F(-1), F(10**9)) == 1
    assert root(F(-1), F(10**9 + 1)) == -1
    for base, highest in ((2, 32), (-3, 32), (4, 21), (F(1, 2), 32), (F(2, 9), 16)):
        assert root(F(base), F(highest)) == F(base) ** highest
        assert root(F(base), F(-highest)) == F(base) ** -highest
        assert root(F(base), F(highest + 1)) is None
        assert root(F(base), F(-highest - 1)) is None


def test_numbers_are_spelled_as_fractions_with_their_sign_in_front() -> None:
    for c in SMALL:
        whole = f"{'-' * (c < 0)}{abs(c.numerator)}"
        written = whole if c.denominator == 1 else f"{whole}/{c.denominator}"
        assert text(spelled(c)) == written
        assert Algebra().spelled(c) is spelled(c)


def test_decimals_are_exact_and_short() -> None:
    for written, decimal in (
        ("0.5", "0.5"), ("1/4", "0.25"), ("1/3", None), ("7", None), ("5/2", "2.5"),
        ("999999999999999", None), ("1000000000000000", "1000000000000000.0"),
        ("10000000000000000", "1e16"), ("602000000000000000000000", "6.02e23"),
        ("1/1000000", "1e-6"), ("1/1024", "0.0009765625"), ("1/100000", "1e-5"),
        ("12345678901234567891", None), ("1" + "0" * 400, None),
    ):  # fmt: skip
        found = decimal_number(F(written))
        assert (None if found is None else text(found)) == decimal
    decimals = Algebra()
    decimals.decimal = True
    assert text(decimals.spelled(F(-3, 4))) == "-0.75"
    assert text(decimals.spelled(F(-1, 3))) == "-1/3"


@pytest.mark.parametrize(
    ("formula", "power", "place"),
    [
        ("2", "1/2", 0), ("pi", "1", 0), ("x", "1", 1), ("x", "-3", 1),
        ("2**x", "1", 2),
        ("x**y", "2", 2), ("x + 1", "2", 3), ("sin(x) - 1", "-1", 3), ("x + 1", "1", 4),
        ("x - y/2 + x**3", "1", 4), ("x", "1/2", 5), ("x + 1", "3/2", 5),
        ("sin(x)", "1/2", 5), ("sin(x)", "1", 6), ("x*y", "1", 6),
        ("sin(x) + 1", "1", 8), ("x + 2**x", "1", 8),
        ("x**sqrt(2) + 1", "1", 8),
    ],
)  # fmt: skip
def test_a_factor_stands_by_its_kind(formula: str, power: str, place: int) -> None:
    """Numbers, letters, powers, sums, roots, functions, exponentials, other sums."""
    assert rank((node(formula), F(power))) == place
    assert rank((call(POWER, node("e"), node("x")), F(power))) == 7


def test_what_can_be_told_of_a_node() -> None:
    for formula, sums, exponential, polynomial in (
        ("x", 0, 0, 1), ("3", 0, 0, 1), ("x + 1", 1, 0, 1), ("x - 1", 1, 0, 1),
        ("-x", 0, 0, 1), ("x*y/2", 0, 0, 1), ("x**2", 0, 0, 1), ("x**y", 0, 1, 0),
        ("2**x", 0, 1, 0), ("x**(1/2)", 0, 0, 1), ("sin(x)", 0, 0, 0),
        ("sin(x) + 1", 1, 0, 0), ("x**pi", 0, 1, 0), ("(x + 1)*exp(x)", 0, 0, 0),
    ):  # fmt: skip
        found = is_sum(node(formula)), is_exponential(node(formula))
        assert (*found, is_polynomial(node(formula))) == (sums, exponential, polynomial)


def test_the_content_is_the_greatest_number_that_divides_all() -> None:
    for numbers in ((4, 6), (F(1, 2), F(1, 3)), (F(4, 9), F(2, 3)), (-4, 8), (5,)):
        terms = [Product(F(number)) for number in numbers]
        found = content(terms)
        assert found > 0
        whole = [F(number) / found for number in numbers]
        assert all(part.denominator == 1 for part in whole)
        assert content([Product(part) for part in whole]) == 1


def test_powers_of_a_polynomial_of_one_letter() -> None:
    x, y, wave = node("x"), node("y"), node("tanh(x)")

    def sums(*factors: tuple[Expression, int] | None) -> list[Product]:
        return [Product(F(1), ((f[0], F(f[1])),) if f else ()) for f in factors]

    assert powers_of(sums((x, 2), (x, 1), None)) == [F(2), F(1), F(0)]
    assert powers_of(sums((x, 2), None)) == [F(2), F(0)]
    assert powers_of(sums((x, 2), (y, 1))) is None
    assert powers_of(sums(None, None)) is None
    assert powers_of(sums((wave, 2), None)) is None
    assert powers_of(sums((wave, 2), (wave, 1), None)) == [F(2), F(1), F(0)]
    assert powers_of([product(1, x=1, y=1), product(2)]) is None
    for other in ("x + y", "2**x", "pi"):
        assert powers_of(sums((node(other), 2), (node(other), 1), None)) is None


def test_one_and_a_square_stand_in_this_order() -> None:
    one, square = product(1), product(4, x=2)
    assert is_one_and_a_square([one, square], [F(0), F(2)])
    assert is_one_and_a_square([one, product(1, x=3)], [F(0), F(3)])
    assert not is_one_and_a_square([one, product(4, x=1)], [F(0), F(1)])
    assert not is_one_and_a_square([product(2), square], [F(0), F(2)])
    assert not is_one_and_a_square([one, square, square], [F(0), F(2), F(2)])


def test_equal_bases_are_one_power() -> None:
    work = Algebra()
    x, root2, cbrt = node("x"), node("2"), node("cbrt(x)")
    merge = work.merge
    assert merge(F(3), [(x, F(2)), (x, F(-1))]) == product(3, x=1)
    assert merge(F(3), [(x, F(2)), (x, F(-2))]) == product(3)
    assert merge(F(0), [(x, F(2))]) == product(0)
    assert merge(F(3), [(root2, F(1, 2)), (root2, F(1, 2))]) == product(6)
    assert merge(F(3), [(root2, F(1, 2)), (root2, F(-3, 2))]) == Product(F(3, 2))
    assert merge(F(3), [(root2, F(3))]) == product(24)
    assert merge(F(5), [(node("4"), F(1, 2))]) == product(10)
    assert merge(F(5), [(node("0"), F(-1))]).factors == ((node("0"), F(-1)),)
    for power in range(-7, 8):
        found = merge(F(2), [(cbrt, F(power))])
        left = abs(power) % 3 * (1 if power > 0 else -1)
        whole = (power - left) // 3
        factors = {x: F(whole), cbrt: F(left)}
        assert found.coefficient == 2
        assert dict(found.factors) == {b: r for b, r in factors.items() if r}
        assert is_cube((cbrt, F(power))) == (abs(power) >= 3)
        assert not is_cube((x, F(power)))
    assert not is_cube((cbrt, F(7, 2)))
    eighth = merge(F(1), [(node("cbrt(8*x)"), F(3))])
    assert text(work.build(eighth)) in ("8*x", "(8*x)")


def test_bases_that_differ_by_a_number_are_of_one_kind() -> None:
    """The kind is a serial number, and the ratio that of their first terms."""
    work = Algebra()
    x, y = product(1, x=1), product(1, y=1)
    assert work.base_key(node("x"))[0] == 1
    assert work.base_key(node("x")) is work.base_key(node("x"))

    def summed(*terms: Product) -> Expression:
        return work.build_sum(list(terms))

    plain, double = summed(x, product(-1)), summed(product(2, x=1), product(-2))
    turned = summed(product(1), product(-1, x=1))
    triple = summed(product(3, y=1), product(-3))
    (one, kind), (two, its), (minus, third) = map(
        work.base_key, (plain, double, turned)
    )
    assert kind == its == third
    assert [two / one, minus / one] == [2, -1]
    assert work.base_key(triple)[1] != kind
    assert work.base_key(summed(x, product(-2)))[1] != kind
    assert work.base_key(summed(x, y, product(-1)))[1] != kind

    def factors(*bases: Expression, power: int = 1) -> tuple[Factor, ...]:
        return tuple((base, F(power)) for base in bases)

    ratio, kinds = work.product_key(factors(double, triple))
    again, same = work.product_key(factors(triple, plain))
    assert ratio / again == 2
    assert kinds == same
    assert work.product_key(factors(double, power=3))[0] == 8 * one**3
    root2 = work.product_key(((double, F(1, 2)),))
    assert root2 != work.product_key(((plain, F(1, 2)),))
    assert root2 == work.product_key(((double, F(1, 2)),))
    # In a sum: y*(2*x - 2) + 1 is twice y*(x - 1) + 1/2.
    wide = summed(Product(F(1), factors(node("y"), double)), product(1))
    slim = summed(Product(F(1), factors(node("y"), plain)), product(F(1, 2)))
    assert work.base_key(wide)[1] == work.base_key(slim)[1]
    assert work.base_key(wide)[0] / work.base_key(slim)[0] == 2
    # Of a whole node the number counts: 2*x is no x.
    assert work.full_key(node("x"))[0] == 1
    twice = work.build(product(2, x=1))
    assert work.full_key(twice) == (F(2), work.full_key(node("x"))[1])

    for first, second, total in (
        (double, plain, 3),
        (plain, double, 3),
        (turned, plain, 0),
    ):
        terms = [Product(F(1), factors(node("y"), base)) for base in (first, second)]
        collected = work.collect(terms)
        size = total * one / work.base_key(first)[0]
        wanted = [Product(size, terms[0].factors)] if total else []
        assert collected == wanted
        merged = work.merge(F(5), factors(first, second))
        ratio = work.base_key(second)[0] / work.base_key(first)[0]
        assert merged == Product(5 * ratio, ((first, F(2)),))
    apart = work.merge(F(1), ((double, F(1, 2)), (plain, F(1, 2))))
    assert len(apart.factors) == 2


def test_a_power_of_e_takes_in_the_e_beside_it_and_others_stay() -> None:
    """Of another base only a sum of exponents that was typed is one."""
    for base in ("e", "a", "x", "pi", "y + 1"):
        first, power = node(base), call(POWER, node(base), node("x"))
        for k, c in ((1, 1), (2, 1), (1, 2), (3, -1)):
            built = Algebra().build(Product(F(1), ((first, F(k)), (power, F(c)))))
            assert isinstance(built, Call)
            assert (built.function in (POWER, EXP)) == (base == "e"), (base, k, c)


def test_a_sign_comes_out_of_whole_powers_of_sums_and_no_other() -> None:
    """A product has its value, and its sums begin with a plus where they can."""
    place = {"x": -3.0, "y": -5.5, "z": 0.75}
    for signs in sign_patterns((1, -1), repeat=3):
        for c, r in sign_patterns((1, -2), ("1", "2", "3", "-1", "1/2", "-1/2", "1/3")):
            work = Algebra()
            base = work.build_sum(
                [product(signs[0], x=1), product(signs[1], y=1), product(signs[2], z=1)]
            )
            at_base = Program([base]).value(place)
            if at_base < 0 and F(r).denominator > 1:
                continue
            for others in ((), ((node("z"), F(1)),)):
                built = work.build(Product(F(c), ((base, F(r)), *others)))
                wanted = c * at_base ** float(F(r)) * (place["z"] if others else 1)
                assert Program([built]).value(place) == pytest.approx(wanted)
                if c == 1 and r == "1" and not others:
                    assert built is base
                if F(r).denominator == 1:
                    assert "(-" not in text(built), (signs, c, r)
                plus, minus = {*signs} == {1}, {*signs} == {-1}
                begins = (c < 0) != (minus and F(r) % 2 == 1)
                if r == "1":  # turned round as a whole
                    begins = plus if c < 0 else minus
                assert text(built).startswith("-") == begins, (signs, c, r)


def test_letters_stand_as_they_were_typed_and_before_what_is_none() -> None:
    x, y = node("x"), node("y")
    for first, last in ((x, y), (y, x)):
        work = Algebra()
        work.letters = {first: 1, last: 2}
        beside = work.build_sum([product(1, x=1), product(1)])
        for r in (F(1), F(1, 2), F(-1), F(3)):
            orders = ([first, last, beside], [beside, last, first])
            built = [
                work.build(Product(F(1), tuple((b, r) for b in o))) for o in orders
            ]
            assert built[0] is built[1]
            places = [text(built[0]).index(text(b)) for b in orders[0]]
            assert places == sorted(places), (text(built[0]), r)


def test_what_was_merged_is_counted() -> None:
    work = Algebra()
    for count in range(3):
        assert work.merges == [count]
        work.merge(F(1), [(node("x"), F(1))])


def test_a_size_counts_what_is_written_and_a_bar_over_a_bar_costs_more() -> None:
    for formula, size, nested in (
        ("x", 1, 0), ("x + 1", 3, 0), ("x**(1/2)", 5, 0), ("sin(x)", 2, 0),
        ("x/y", 3, 0), ("x**2", 3, 0),
        ("x**(-2)", 6, 0), ("1/x**2", 5, 0), ("(x/y)/2", 5, 1), ("x/(1/y)", 5, 1),
        ("x/(1 + 1/y)", 7, 1), ("sin(x/y)/2", 6, 0), ("(1/x + 1)*2/3", 9, 1),
        ("(x/y)**2", 5, 0), ("(x/y/2)/(2/x)", 9, 2),
    ):  # fmt: skip
        found, cost = Algebra().size_and_cost(node(formula))
        assert (found, cost) == (size, size + 1000 * nested), formula
        assert Algebra().size(node(formula)) == found
        assert Algebra().cost(node(formula)) == cost


def test_a_power_of_a_number_is_a_number_if_it_is_rational() -> None:
    assert power_of_number(node("4"), F(1, 2)) == 2
    assert power_of_number(node("2"), F(1, 2)) is None
    assert power_of_number(node("x"), F(2)) is None
    assert power_of_number(node("pi"), F(2)) is None
