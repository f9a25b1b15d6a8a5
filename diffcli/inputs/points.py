"""What ``--at`` takes: ``1,3`` or ``x1=1,x2=3``, every value a constant formula."""

import re
from collections.abc import Iterable, Mapping, Sequence
from math import isfinite

from diffcli.calculus.functions import CONSTANTS
from diffcli.engine.tape import Program, Undefined
from diffcli.errors import DiffcliError, ParseError, PointError, Span, listing
from diffcli.language.expression import Expression, natural
from diffcli.language.lexer import is_name, spelling
from diffcli.language.parser import Parsed, parse
from diffcli.problem import located

_DATE = r"\d{4}-\d\d?-\d\d?|\d\d?([/-])\d\d?\1\d{4}"
_FORTRAN = r"[dD]\d{1,3}"


class GivenError(ParseError):
    """A value is given with its error, 2.0±0.1, which only an error budget takes."""


def names(text: str) -> list[str]:
    """Return the names that a point gives values to; none if it is positional."""
    return [
        spelling(text[a:b].partition("=")[0].strip())
        for a, b in spans(text)
        if "=" in text[a:b]
    ]


def name_list(text: str) -> tuple[str, ...]:
    """Return the names in a list such as x1,x2."""
    return tuple(spelling(name.strip()) for name in text.split(",") if name.strip())


def new_names(text: str) -> tuple[str, ...]:
    """Return the names that --vars introduces.

    Raises PointError for what is no name.
    """
    names = name_list(text)
    for name in names:
        if not is_name(name):
            from diffcli.inputs import respelling

            raise respelling.no_name("--vars", text, name)
    return names


def select(wrt: str, variables: Sequence[str]) -> tuple[str, ...]:
    """Return the variables of --wrt, or all.

    Raises PointError for one that is not there.
    """
    return chosen("--wrt", wrt, variables) or tuple(variables)


def chosen(option: str, text: str, variables: Sequence[str]) -> tuple[str, ...]:
    """Return the variables that an option lists.

    Raises PointError for one that is not there.
    """
    names, known = name_list(text), {*variables}
    for name in names:
        if name not in known:
            from diffcli.inputs import respelling

            raise respelling.unknown(option, text, name, variables)
    return names


def point(text: str, variables: Sequence[str]) -> dict[str, float]:
    """Return the value of every variable, in their order.

    >>> point("y=pi/2, x=max(1, 2)", ["x", "y"])
    {'x': 2.0, 'y': 1.5707963267948966}

    Raises PointError if names or counts do not fit, ParseError for a value that is
    no constant formula, DomainError for one that has no value.
    """
    if not variables:
        raise no_variables()
    try:
        return values(text, variables)
    except (ParseError, PointError) as error:
        from diffcli.inputs import respelling

        meant = respelling.hint("--at", text, lambda other: values(other, variables))
        error.hint = meant or error.hint
        raise


def values(text: str, variables: Sequence[str]) -> dict[str, float]:
    """Return what ``point`` does, and raise as it does, but for better hints."""
    if ";" in text:
        place = text.index(";")
        span = (place, place + 1)
        hint = "values are separated by ','"
        raise ParseError("unexpected ';'", source=text, span=span, hint=hint)
    parts = spans(text)
    if parts[1:]:
        _refuse_gaps(text, parts)
    named = [(a, b) for a, b in parts if "=" in text[a:b]]
    if named and len(named) < len(parts):
        a, b = next(part for part in parts if part not in named)
        raise PointError(
            "--at mixes values with and without a name",
            source=text,
            span=(a, max(b, a + 1)),
            hint=f"--at {_example(variables)}",
        )
    if named:
        return _named(text, named, variables)
    if len(parts) != len(variables) or not text.strip():
        raise _wrong_count(text, parts, variables)
    return {
        name: _value(text, part) for name, part in zip(variables, parts, strict=True)
    }


def expressions(text: str, variables: Sequence[str]) -> dict[str, Expression]:
    """Return the values of a point that fits as the formulas they were written as."""
    formulas: dict[str, Expression] = {}
    for place, (a, b) in enumerate(spans(text)):
        start = text.find("=", a, b) + 1
        name = spelling(text[a : start - 1].strip()) if start else variables[place]
        formulas[name] = parse(text, within=(start or a, b)).expression
    return formulas


def number(text: str) -> float:
    """Return the value of a formula without variables, such as pi/2.

    Raises ParseError if it is none, DomainError if it has no value.
    """
    return _value(text, (0, len(text)))


def listed(text: str) -> list[str]:
    """Return the parts of a list; commas inside brackets do not separate.

    >>> listed("relu, max(0.1*x, x)")
    ['relu', 'max(0.1*x, x)']
    """
    return [text[a:b].strip() for a, b in spans(text)]


def interval(text: str, option: str) -> tuple[float, float]:
    """Return the two ends of a range such as -pi:pi.

    Raises PointError if it is no range, ParseError for an end that is no number.
    """
    middle = text.find(":")
    if middle < 0 or text.count(":") > 1:
        raise PointError(
            f"{option} takes a range with one ':', not '{text}'",
            hint=f"{option} -6:6",
        )
    low, high = _value(text, (0, middle)), _value(text, (middle + 1, len(text)))
    if not low < high:
        raise PointError(
            f"{option} {text} is empty: {low:.10g} is not below {high:.10g}",
            hint=f"{option} {text[middle + 1 :].strip()}:{text[:middle].strip()}"
            if low > high
            else "",
        )
    return low, high


def ends(text: str, option: str) -> tuple[Expression, Expression]:
    """Return the two ends of a range as the formulas they were written as.

    Raises as ``interval`` does.
    """
    interval(text, option)
    middle = text.find(":")
    low, high = (0, middle), (middle + 1, len(text))
    return parse(text, within=low).expression, parse(text, within=high).expression


def of_the_others(
    text: str, variables: Sequence[str]
) -> tuple[str, dict[str, Expression]]:
    """Return the only variable without a value, and the others' values as formulas.

    Raises PointError if there is not exactly one.
    """
    given = names(text)
    free = [name for name in variables if name not in given]
    if len(free) != 1:
        what = listing(free) if free else "none"
        raise PointError(
            f"a range is of the one variable without a value, but that is {what}",
            hint=f"--at {','.join(f'{name}=1' for name in variables[1:3])}"
            if len(variables) > 1
            else "leave out --at",
        )
    if text and not given:
        raise PointError(
            f"a range is of the one variable without a value, but --at gives {free[0]}"
            " one",
            hint="leave out --at",
        )
    if not given:
        return free[0], {}
    point(text, [name for name in variables if name != free[0]])
    return free[0], expressions(text, given)


def order_surprises(text: str, parsed: Parsed) -> bool:
    """Tell whether values without names may have gone where nobody expects them.

    They go in natural order; x1, x2 says that itself, but w*x+b does not say b, w, x.
    """
    stems = {name.rstrip("0123456789") for name in parsed.variables}
    if len(stems) == 1 or names(text):
        return False
    used = {*parsed.as_written}
    return parsed.as_written != tuple(n for n in parsed.variables if n in used)


def _named(text: str, parts: list[Span], variables: Sequence[str]) -> dict[str, float]:
    values: dict[str, float] = {}
    known = {*variables}
    unknown: tuple[str, Span] | None = None
    for a, b in parts:
        name, _, _ = text[a:b].partition("=")
        start = a + len(name) - len(name.lstrip())
        span = (start, start + len(name.strip()))
        name = spelling(name.strip())
        if name in values:
            raise PointError(f"--at names '{name}' twice", source=text, span=span)
        if name not in known and unknown is None:
            unknown = name, span
        values[name] = _value(text, (text.index("=", a) + 1, b))
    missing = [name for name in variables if name not in values]
    need = "needs a value" if len(missing) == 1 else "need values"
    if unknown:
        name, span = unknown
        hint = f"{listing(missing)} still {need}" if missing else "leave it out"
        hint = _glued(missing, values) or hint
        raise PointError(
            f"--at names '{name}', which is not in the formula ({listing(variables)})",
            source=text,
            span=span,
            hint=hint,
        )
    if missing:
        plural = "" if len(missing) == 1 else "s"
        example = f"--at {text.strip()},{','.join(f'{n}=1' for n in missing[:3])}"
        raise PointError(
            f"--at has no value{plural} for {listing(missing)}",
            hint=next(filter(None, map(other_reading, missing)), "")
            or _glued(missing, values)
            or example,
        )
    return {name: values[name] for name in variables}


def _glued(missing: Sequence[str], values: Iterable[str]) -> str:
    from diffcli.inputs import respelling

    return next(filter(None, (respelling.glued(name, values) for name in missing)), "")


def _refuse_gaps(text: str, parts: list[Span]) -> None:
    for a, b in parts:
        name, equals, _ = text[a:b].partition("=")
        if not name.strip():
            what = "a name" if equals else "a value"
            raise ParseError(f"{what} is missing", source=text, span=(a, a + 1))


def _value(text: str, part: Span) -> float:
    """Return the value of a constant formula."""
    given = text[slice(*part)]
    if not given.strip():
        raise ParseError("a value is missing", source=text, span=(part[0], part[0] + 1))
    if "±" in given or "+/-" in given:
        raise GivenError(
            "a value with an error is for grad",
            source=text,
            span=part,
            hint="it gives the error budget: diffcli grad EXPR --at x=2.0±0.1, or"
            " --points with 2.0±0.1 in its first row",
        )
    if 2 in map(given.count, "-/") and re.fullmatch(_DATE, given.strip()):
        raise ParseError(
            f"'{given.strip()}' is a date, or a formula of three numbers",
            source=text,
            span=part,
            hint="a date is no number; between the parts of a formula stand blanks",
        )
    parsed = parse(text, within=part)
    if parsed.variables:
        name = parsed.variables[0]
        start = text.find(name, *part)
        raise ParseError(
            f"'{name}' is not a number",
            source=text,
            span=(start, start + len(name)) if start >= 0 else part,
            hint="a value is a number or a formula of numbers, such as pi/2",
        )
    try:
        return Program([parsed.expression]).value({})
    except Undefined as undefined:
        raise located(undefined, parsed, {}) from None


def spans(text: str) -> list[Span]:
    """Return where the values stand: commas inside brackets do not separate."""
    parts: list[Span] = []
    start = depth = 0
    for place, character in enumerate(text):
        depth += (character == "(") - (character == ")")
        if character == "," and depth == 0:
            parts.append((start, place))
            start = place + 1
    return [*parts, (start, len(text))]


def _wrong_count(text: str, parts: list[Span], variables: Sequence[str]) -> PointError:
    given = [text[a:b].strip() for a, b in parts] if text.strip() else []
    plural = "" if len(given) == 1 else "s"
    s = "" if len(variables) == 1 else "s"
    if len(given) > len(variables):
        meant = listing([".".join(given[:2]), *given[2:]], ",")
        one = len(given) == len(variables) + 1
        hint = f"decimals use a point: {meant}" if one else ""
    elif not all(map(_is_value, given)):
        hint = f"--at {_example(variables)}"
    else:
        filled = given + [
            str(2 * place + 1) for place in range(len(given), len(variables))
        ]
        both = (
            ",".join(filled),
            ",".join(map("=".join, zip(variables, filled, strict=True))),
        )
        hint = (
            "  or  ".join(f"--at {way}" for way in both) if len(variables) < 9 else ""
        )
        hint = next(filter(None, map(other_reading, variables)), hint)
    return PointError(
        f"--at has {len(given)} value{plural}, but the formula has"
        f" {len(variables)} variable{s}: {listing(variables)}",
        hint=hint,
    )


def _is_value(text: str) -> bool:
    """Tell whether a text is a constant formula that has a value."""
    try:
        number(text)
    except DiffcliError:
        return False
    return True


def other_reading(name: str) -> str:
    """Return what else a variable may be meant as: E the constant, f of 1.0f a type."""
    if name not in CONSTANTS and name.casefold() in CONSTANTS:
        return f"the constant is written {name.casefold()}; '{name}' is a variable"
    if name in ("f", "F", "L"):
        return (
            f"1.0{name} is 1.0*{name} here, with a variable '{name}': the number is 1.0"
        )
    if re.fullmatch(_FORTRAN, name):
        return f"1.5{name} is 1.5*{name} here, with a variable: write 1.5e{name[1:]}"
    return ""


def no_variables() -> PointError:
    """Return the error for a formula without variables."""
    return PointError(
        "the formula has no variables, so it has no partial derivatives",
        hint="grad --order 0 gives its value, and needs no point",
    )


def missing_point(variables: Sequence[str]) -> PointError:
    """Return the error for a call without a point."""
    if not variables:
        return no_variables()
    return PointError(
        "at which point? Missing option '--at'.", hint=f"--at {_example(variables)}"
    )


def _example(variables: Sequence[str]) -> str:
    ordered = sorted(variables, key=natural)[:6]
    return ",".join(f"{name}={place}" for place, name in enumerate(ordered, 1))


def fitted(values: Mapping[str, float], variables: Sequence[str]) -> dict[str, float]:
    """Return a point given as numbers by name, in the variables' order.

    Raises PointError if one is missing, unknown, or not finite.
    """
    known = {*variables}
    for name in values:
        if name not in known:
            raise PointError(f"'{name}' is not in the formula ({listing(variables)})")
    missing = [name for name in variables if name not in values]
    if missing:
        hint = next(filter(None, map(other_reading, missing)), "")
        raise PointError(f"there is no value for {listing(missing)}", hint=hint)
    for name, value in values.items():
        if not isfinite(value):
            raise PointError(f"the value of '{name}' is not a finite number")
    return {name: float(values[name]) for name in variables}
