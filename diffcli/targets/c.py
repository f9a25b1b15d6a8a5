"""C with its own math library: ``cc f.c -lm``."""

from collections.abc import Iterator, Sequence

from diffcli.targets import SIGNS, Listing, Output, Statement, comment, letters, words

TITLE = "C"
SUMMARY = "value and derivatives as a function in C"
SUFFIXES = (".c", ".h")
DEFINES = True
FOLDS_CASE = False
LIKE = ""
RESERVED = words("""
    auto break case char const continue default do double else enum extern float for
    goto if inline int long register restrict return short signed sizeof static struct
    switch typedef union unsigned void volatile while bool true false main gradient
    hessian values jacobian complex imaginary I NAN INFINITY y0 y1 yn j0 j1 jn gamma
    printf exit index got expected tolerances k
    NULL EOF BUFSIZ FILENAME_MAX FOPEN_MAX L_tmpnam SEEK_CUR SEEK_END SEEK_SET TMP_MAX
    P_tmpdir FP_NAN FP_INFINITE FP_ZERO FP_SUBNORMAL FP_NORMAL FP_ILOGB0 FP_ILOGBNAN
    HUGE HUGE_VAL HUGE_VALF HUGE_VALL MATH_ERRNO MATH_ERREXCEPT math_errhandling
    MAXFLOAT M_E M_LOG2E M_LOG10E M_LN2 M_LN10 M_PI M_PI_2 M_PI_4 M_1_PI M_2_PI
    M_2_SQRTPI M_SQRT2 M_SQRT1_2 DOMAIN SING OVERFLOW UNDERFLOW PLOSS TLOSS X_TLOSS
    stdin stdout stderr signgam linux unix errno
""")

DIALECTS: dict[str, dict[str, str]] = {}

# fmt: off
PRIMITIVES = {
    **SIGNS,
    "power": "pow({u}, {v})", "pow": "pow({u}, {v})",
    "and": "({u}) && ({v})", "or": "({u}) || ({v})", "not": "!({u})",
    "when": "({u} ? {v} : 0.0)",
    "pi": "3.141592653589793", "e": "2.718281828459045",
    "abs": "fabs({u})", "max": "fmax({u}, {v})", "min": "fmin({u}, {v})",
    "sign": "(double)(({u} > 0.0) - ({u} < 0.0))", "step": "(double)({u} > 0.0)",
    **{name: f"{name}({{u}})" for name in (
        "sqrt", "cbrt", "exp", "exp2", "expm1", "log", "log10", "log2", "log1p",
        "sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh", "tanh",
        "asinh", "acosh", "atanh", "floor", "ceil", "erf", "erfc", "lgamma",
    )},
    "gamma": "tgamma({u})",
    "atan2": "atan2({u}, {v})", "hypot": "hypot({u}, {v})",
}
# fmt: on


def number(text: str, value: float) -> str:
    """Return the double that a numeral is read as: 2.0, for 1/2 is 0 in C."""
    return repr(value)


def name(name: str) -> str:
    """Return a name in ASCII."""
    return letters(name)


def lines(listing: Listing) -> Iterator[str]:
    """Yield a file with a function that returns the value and fills the gradient."""
    yield from comment("//", listing.remarks)
    yield "#include <math.h>"
    if listing.check is not None:
        yield "#include <stdio.h>"
    for helper in listing.helpers:
        given = ", ".join(f"double {name}" for name in helper.inputs)
        yield from ("", f"static double {helper.name}({given}) {{")
        yield from _constants(helper.statements)
        yield from (f"    return {helper.code};", "}")
    yield from ("", f"{_head(listing)} {{")
    yield from _constants(listing.statements)
    single = len(listing.values) == 1
    matrices = [row for matrix in listing.seconds for row in matrix]
    yield from _filled("values", [] if single else [listing.values])
    yield from _filled("gradient" if single else "jacobian", listing.partials)
    yield from _filled("hessian" if single else "hessians", matrices)
    if single:
        yield f"    return {listing.values[0].code};"
    yield "}"
    if listing.check is not None:
        yield from _check(listing)


def _head(listing: Listing) -> str:
    """Return type, name and parameters of the function."""
    given = [f"double {name}" for name in listing.inputs]
    single = len(listing.values) == 1
    count = sum(map(len, listing.partials))
    seconds = sum(len(row) for matrix in listing.seconds for row in matrix)
    if not single:
        given.append(f"double values[{len(listing.values)}]")
    if count:
        given.append(f"double {'gradient' if single else 'jacobian'}[{count}]")
    if seconds:
        given.append(f"double {'hessian' if single else 'hessians'}[{seconds}]")
    kind = "double" if single else "void"
    return f"{kind} {listing.name}({', '.join(given) or 'void'})"


def _constants(statements: Sequence[Statement]) -> Iterator[str]:
    for statement in statements:
        yield f"    const double {statement.name} = {statement.code};"


def _filled(name: str, rows: Sequence[Sequence[Output]]) -> Iterator[str]:
    """Yield the lines that fill an array, row after row."""
    outputs = [output for row in rows for output in row]
    for place, output in enumerate(outputs):
        yield f"    {name}[{place}] = {output.code};"


def _check(listing: Listing) -> Iterator[str]:
    """Yield a main program that computes one point, and fails if a number is wrong."""
    assert listing.check is not None
    point, expected, tolerances = listing.check
    single, count = len(listing.values) == 1, len(listing.outputs)
    values = len(listing.values)
    firsts = values + sum(map(len, listing.partials))
    given = [*point, *([] if single else ["got"])]
    given += [f"got + {values}"] if firsts > values else []
    given += [f"got + {firsts}"] if count > firsts else []
    call = f"{listing.name}({', '.join(given)});"
    yield from ("", "int main(void) {", f"    double got[{count}];")
    yield f"    const double expected[] = {{{', '.join(expected)}}};"
    yield f"    const double tolerances[] = {{{', '.join(tolerances)}}};"
    yield f"    {'got[0] = ' if single else ''}{call}"
    yield f"    for (int k = 0; k < {count}; k++)"
    yield "        if (!(fabs(got[k] - expected[k]) <= tolerances[k])) {"
    yield '            printf("%.17g is not %.17g\\n", got[k], expected[k]);'
    yield from ("            return 1;", "        }", "    return 0;", "}")
