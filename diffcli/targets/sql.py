"""SQL: a query over a table whose columns are the variables.

Engines read powers, signs and numerals each in its own way. So a power is a function
here, a sign stands in brackets, and each numeral has an exponent: in DuckDB -(a)**2 is
(-a)**2 and 0.1 no double, and in SQLite 1/2 is 0.
"""

from collections.abc import Generator, Iterator, Sequence

from diffcli.targets import SIGNS, Listing, comment

TITLE = "SQL"
SUMMARY = "value and derivatives as a query in SQL"
SUFFIXES = (".sql",)
DEFINES = False
FOLDS_CASE = True
LIKE = ""
RESERVED: frozenset[str] = frozenset()

_MANY = 100  # steps that DuckDB plans in about a second

# fmt: off
PRIMITIVES = {
    **SIGNS, "negate": "(-{u})",
    "power": "pow({u}, {v})", "pow": "pow({u}, {v})",
    "equal": "{u} = {v}", "not_equal": "{u} <> {v}",
    "and": "({u}) AND ({v})", "or": "({u}) OR ({v})", "not": "NOT ({u})",
    "when": "CASE WHEN {u} THEN {v} ELSE 0e0 END",
    "pi": "3.141592653589793e0", "e": "2.718281828459045e0",
    "sign": "(CASE WHEN {u} > 0e0 THEN 1e0 WHEN {u} < 0e0 THEN -1e0 ELSE 0e0 END)",
    "step": "(CASE WHEN {u} > 0e0 THEN 1e0 ELSE 0e0 END)",
    "max": "(CASE WHEN {u} > {v} THEN {u} ELSE {v} END)",
    "min": "(CASE WHEN {u} < {v} THEN {u} ELSE {v} END)",
    "log": "ln({u})",
    "log1p": "(CASE WHEN 1e0 + {u} = 1e0 THEN {u} ELSE"
             " ln(1e0 + {u}) * ({u} / ((1e0 + {u}) - 1e0)) END)",
    "expm1": "(CASE WHEN abs({u}) < 1e0 THEN 2e0 * sinh({u} / 2e0) * exp({u} / 2e0)"
             " ELSE exp({u}) - 1e0 END)",
    **{name: f"{name}({{u}})" for name in (
        "sqrt", "exp", "log10", "log2", "sin", "cos", "tan", "asin", "acos", "atan",
        "sinh", "cosh", "tanh", "asinh", "acosh", "atanh", "floor", "ceil", "abs",
    )},
    "atan2": "atan2({u}, {v})",
}

DIALECTS = {
    "duckdb": {"cbrt": "cbrt({u})", "gamma": "gamma({u})", "lgamma": "lgamma({u})"},
    "sqlite": {"cbrt": "(CASE WHEN {u} < 0e0 THEN -pow(-{u}, 1e0 / 3e0)"
                       " ELSE pow({u}, 1e0 / 3e0) END)"},
}
# fmt: on


def number(text: str, value: float) -> str:
    """Return the double that a numeral is read as; an exponent makes it one."""
    digits = repr(value).removesuffix(".0")
    return digits if "e" in digits else f"{digits}e0"


def name(name: str) -> str:
    """Return a name in quotes."""
    doubled = name.replace('"', '""')
    return f'"{doubled}"'


def lines(listing: Listing) -> Iterator[str]:
    """Yield a query, and for a check a second one that says ok."""
    keep = "-- Other columns are kept if they stand in the first and the last SELECT."
    yield from (*comment("--", listing.remarks), keep, *_warned(listing), "WITH")
    prefix = _prefix(listing.table)
    last = yield from _steps(listing, listing.table, prefix)
    chosen = [*listing.inputs, *(f"{o.code} AS {o.name}" for o in listing.outputs)]
    yield from _selected(chosen)
    yield f"FROM {last};"
    if listing.check is None:
        return
    point, expected, tolerances = listing.check
    pairs = zip(point, map(name, listing.variables), strict=True)
    columns = ", ".join(f"{number} AS {column}" for number, column in pairs)
    checked = name(f"{prefix} point")
    yield from ("", "WITH", f"  {checked} AS (SELECT {columns or 1}),")
    last = yield from _steps(listing, checked, prefix)
    rows = zip(listing.outputs, expected, tolerances, strict=True)
    tests = [f"abs({o.code} - ({wanted})) <= {far}" for o, wanted, far in rows]
    yield f"SELECT CASE WHEN {f'{chr(10)}  AND '.join(tests)}"
    yield "  THEN 'ok' ELSE 'wrong' END AS \"check\""
    yield f"FROM {last};"


def _prefix(table: str) -> str:
    """Return with what the names of our tables begin; the given one does not."""
    found = "diffcli"
    while f"{found} " in table.casefold():
        found += "_"
    return found


def _steps(listing: Listing, table: str, prefix: str) -> Generator[str, None, str]:
    """Yield the tables between, each with names of its own; return the last one."""
    columns = map(name, listing.variables)
    casts = [
        f"CAST({column} AS DOUBLE) AS {given}"
        for column, given in zip(columns, listing.inputs, strict=True)
    ]
    levels = max((s.level for s in listing.statements), default=-1) + 1
    for level in range(levels + 1):
        named = [s for s in listing.statements if s.level == level - 1]
        chosen = ["*", *(f"{s.code} AS {s.name}" for s in named)] if level else casts
        source = _table(prefix, level - 1) if level else table
        # Kept apart: engines that put one into the other compute the parts again.
        yield f"  {_table(prefix, level)} AS {'MATERIALIZED ' if level else ''}("
        yield from (f"  {line}" for line in _selected(chosen or ["*"]))
        yield f"    FROM {source}){',' if level < levels else ''}"
    return _table(prefix, levels)


def _warned(listing: Listing) -> Iterator[str]:
    """Yield what to know of a query with very many steps."""
    steps = 1 + max((statement.level for statement in listing.statements), default=0)
    if steps > _MANY:
        yield f"-- These are {steps} steps, one on another. DuckDB and SQLite plan 100"
        yield "-- in seconds, 200 in a minute, and more than 500 hardly; C or Python"
        yield "-- take any number of them."


def _table(prefix: str, level: int) -> str:
    return name(f"{prefix} {level}")


def _selected(chosen: Sequence[str]) -> Iterator[str]:
    """Yield the lines of what is selected."""
    for place, column in enumerate(chosen):
        before = "  " if place else "SELECT "
        yield f"{before}{column}{',' if place < len(chosen) - 1 else ''}"
