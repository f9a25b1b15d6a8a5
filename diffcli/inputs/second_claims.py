"""What ``--claim`` takes with ``--order 2``: second derivatives by name, or in rows."""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import product

from diffcli.errors import PointError, listing
from diffcli.inputs import arguments, points
from diffcli.inputs.arguments import Claim
from diffcli.inputs.claims import as_claim, in_plain_letters, toward
from diffcli.language.lexer import spelling
from diffcli.language.parser import Parsed, parse
from diffcli.language.partials import partial_text

Pair = tuple[str, str]

_NAME = r"[^\W\d_][^\W²]*"
#: What stands below the bar of d²f/dxdy, once blanks and braces are gone.
_QUOTIENT = re.compile(
    rf"[d∂](?:²|\^?2)(?:{_NAME})?/[d∂](?P<below>[^/()]+)(?:\([^()]*\))?"
)
_PRIMED = re.compile(r"\w+(?:['’′]{2}|[″\"])(?:\((?P<inside>[^()]*)\))?")
_BELOW = re.compile(r"[^\W\d_]+_(?P<below>\w+)")
_FRACTION = re.compile(
    r"\\[dt]?frac\{((?:[^{}]|\{[^{}]*\})*)\}\{((?:[^{}]|\{[^{}]*\})*)\}"
)
_ROWS = re.compile(
    r"\s*(?:(?:H\w*|Hess|∇²\s*\w*)\s*(?:\([^()]*\))?\s*=\s*)?"
    r"(?P<rows>\[\s*\[.*\]\s*\])\s*",
    re.DOTALL,
)


def by_pair(
    texts: Sequence[str], variables: Sequence[str], syntax: str = ""
) -> dict[str, Parsed]:
    """Return claimed second derivatives by two variables (x,y), as they were named.

    Without names they are all n² of them, in rows: [[2,3],[3,4]] or 2,3,3,4.

    Raises PointError if names or counts do not fit, ParseError for a claim that is
    no formula.
    """
    found: dict[str, Parsed] = {}
    for given in texts:
        text = given.replace("\\,", "  ")  # a thin space of LaTeX separates nothing
        text = _in_one_row(text, len(variables))
        named = bool(points.names(text))
        pairs = product(variables, variables)
        for a, b in _parts(text, variables, named=named):
            start = text.find("=", a, b) + 1 if named else 0
            left = text[a : start - 1].strip()
            pair = pair_of(left, variables) if start else next(pairs)
            key = ",".join(pair)
            if key in found:
                raise PointError(
                    f"--claim names '{left or label(pair, variables)}' twice",
                    source=text,
                    span=(a, b),
                )
            formula = parse(
                text, names=variables, within=(start or a, b), syntax=syntax
            )
            found[key] = as_claim(formula, variables)
    return found


def of_mapping(
    given: Mapping[str, Claim], variables: Sequence[str]
) -> dict[Pair, Parsed]:
    """Return claimed second derivatives: keys are marks, or two variables: "x,y".

    Raises PointError for a key that names none and for a number that is none,
    ParseError for a text that is no formula.
    """
    arguments.mapping(given, "claims")
    found: dict[Pair, Parsed] = {}
    for key, value in given.items():
        name, comma, other = (part.strip() for part in key.partition(","))
        two = bool(comma) and name in variables and other in variables
        pair = (name, other) if two else pair_of(key, variables)
        called = label(pair, variables)
        if pair in found:
            raise PointError(f"{called} is claimed twice", parameter="claims")
        found[pair] = arguments.claim(called, value, variables)
    return found


def _parts(
    text: str, variables: Sequence[str], *, named: bool
) -> list[tuple[int, int]]:
    """Return where the claims stand. Raises PointError if some are missing."""
    parts, count = points.spans(text), len(variables) ** 2
    bare = next((part for part in parts if "=" not in text[slice(*part)]), None)
    if named and bare:
        raise PointError(
            "--claim mixes second derivatives with and without a name",
            source=text,
            span=bare,
            hint=f"name each: {_example(variables)}=...",
        )
    if not named and len(parts) != count:
        formulas = "1 formula" if len(parts) == 1 else f"{len(parts)} formulas"
        many = f"the Hessian has {count}" if count > 1 else "f has 1 second derivative"
        raise PointError(
            f"--claim has {formulas}, but {many}",
            hint=f"name it: --claim {_example(variables)}=...",
        )
    return parts


def _in_one_row(text: str, size: int) -> str:
    """Return H = [[...], ...] with blanks for all but its formulas; others as they are.

    Raises PointError for rows of another size.
    """
    found = _ROWS.fullmatch(text)
    if not found:
        return text
    rows = re.findall(r"\[([^\[\]]*)\]", found["rows"])
    if [len(points.spans(row)) for row in rows] != [size] * size:
        raise PointError(f"a Hessian here has {size} rows of {size}")
    return re.sub(r"[\[\]]", " ", found["rows"]).rjust(found.end("rows"))


def pair_of(left: str, variables: Sequence[str]) -> Pair:
    """Return the variables of d2f/dxdy, ∂²f/∂x², f'', f''(x) or f_xy.

    Raises PointError for what names no second derivative of these variables.
    """
    plain = _plain(left)
    primed = _PRIMED.fullmatch(plain)
    if primed:
        return _of_primes(left, primed["inside"], variables)
    quotient = _QUOTIENT.fullmatch(plain)
    below = _BELOW.fullmatch(plain)
    splits = (
        _below_bar(quotient["below"])
        if quotient
        else _of_index(below["below"])
        if below
        else ()
    )
    named = ((_variable(a, variables), _variable(b, variables)) for a, b in splits)
    known = {pair for pair in named if "" not in pair}
    if len(known) == 1:
        return known.pop()
    if toward(left, variables) in variables:
        raise PointError(
            f"'{left}' is a first derivative, but --order 2 is about second ones",
            hint=f"--claim {_example(variables)}=...",
            parameter="claims",
        )
    raise PointError(
        f"'{left}' names no second derivative here ({listing(variables)})",
        hint=f"--order 2 takes {_example(variables)}=...",
        parameter="claims",
    )


def _variable(text: str, variables: Sequence[str]) -> str:
    """Return the variable that a text names, x_1 of LaTeX too; empty: none."""
    plain = text.replace("_", "")
    names = (name for name in (text, plain) if name in variables)
    return next(names, "")


def _of_primes(left: str, inside: str | None, variables: Sequence[str]) -> Pair:
    if len(variables) > 1:
        raise PointError(
            f"'{left}' does not say which second derivative it is"
            f" ({listing(variables)})",
            hint=f"{_example(variables)}=...",
            parameter="claims",
        )
    (name,) = variables
    if inside not in (None, "", name):
        raise PointError(
            f"{left} is not f''({name})",
            hint="it is claimed at --at: --claim 4 --at 2 claims f''(2) = 4",
            parameter="claims",
        )
    return name, name


def _below_bar(text: str) -> Iterator[Pair]:
    """Yield what x²  and xdy may be two names of."""
    single = re.fullmatch(r"(.+?)(?:²|\^?2)", text)
    if single:
        yield single[1], single[1]
    yield from (
        (text[:place], text[place + 1 :])
        for place, character in enumerate(text)
        if character in "d∂"
    )


def _of_index(text: str) -> Iterator[Pair]:
    """Yield what the index of f_xy may be two names of."""
    return ((text[:place], text[place:]) for place in range(1, len(text)))


def _plain(left: str) -> str:
    """Return a mark of differentiation without blanks, braces and LaTeX."""
    left = left.strip("$ ")
    if "\\" in left:
        left = in_plain_letters(_FRACTION.sub(r"\1/\2", left))
    return spelling(re.sub(r"[\s{}]", "", left))


def label(pair: Pair, variables: Sequence[str]) -> str:
    """Return what messages call a second derivative."""
    return partial_text(pair, several=len(variables) > 1, spell=str)


def _example(variables: Sequence[str]) -> str:
    """Return a name that can be typed.

    >>> _example(["x"]), _example(["x", "y"])
    ('d2f/dx2', 'd2f/dxdy')
    """
    first, second = variables[0], variables[min(1, len(variables) - 1)]
    return f"d2f/d{first}2" if first == second else f"d2f/d{first}d{second}"
