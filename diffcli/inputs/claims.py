"""What ``--claim`` takes: a formula for each partial, or one with its name in front."""

import re
from collections.abc import Sequence

from diffcli.errors import ParseError, PointError
from diffcli.inputs import points
from diffcli.language.lexer import spelling
from diffcli.language.parser import Parsed, parse

_EQUALS = re.compile(r"(?<![<>=!])=(?!=)")
_PARTIAL = re.compile(r"[d∂]\s*\w*\s*/\s*[d∂]\s*(\w+)\s*(?:\([^()]*\))?")
_PRIMED = re.compile(r"\w+\s*['’′]\s*(?:\(\s*(\w*)\s*\))?")
_BELOW = re.compile(r"[^\W\d_]+_(\w+)")


def as_claim(formula: Parsed, variables: Sequence[str]) -> Parsed:
    """Return a formula, if it can be the claim for one variable.

    Raises PointError for a variable that is not there, ParseError for a name in front,
    which would claim something else.
    """
    source = formula.source
    sign = _EQUALS.search(source, *(formula.within or (0, len(source))))
    if sign and not formula.definitions:
        raise ParseError(
            "a claim is a formula, without '='", source=source, span=sign.span()
        )
    for other in formula.variables:
        if other not in variables:
            raise PointError(
                f"the claim has a variable '{other}', which is not in the formula"
                f" ({points.listing(variables)})",
                parameter="claims",
            )
    return formula


def by_variable(
    texts: Sequence[str],
    variables: Sequence[str],
    syntax: str = "",
    others: Sequence[str] = (),
) -> dict[str, Parsed]:
    """Return claimed partials by variable: formulas by name, or one for each.

    ``others`` may stand in a claim too.

    Raises PointError if names or counts do not fit, ParseError for a claim that is
    no formula.
    """
    by_name: dict[str, Parsed] = {}
    known = (*variables, *others)
    for text in texts:
        parts = points.spans(text)
        named = bool(points.names(text))
        bare = next((part for part in parts if "=" not in text[slice(*part)]), None)
        if named and bare:
            raise PointError(
                "--claim mixes partials with and without a name",
                source=text,
                span=bare,
                hint=f"name each: {','.join(f'{name}=...' for name in variables)}",
            )
        if not named and len(parts) != len(variables):
            formulas = "1 formula" if len(parts) == 1 else f"{len(parts)} formulas"
            raise PointError(
                f"--claim has {formulas}, but the gradient has"
                f" {len(variables)}: {points.listing(variables)}",
                hint=f"name it: --claim {variables[0]}=...",
            )
        for place, (a, b) in enumerate(parts):
            start = text.find("=", a, b) + 1 if named else 0
            left = spelling(text[a : start - 1].strip()) if start else ""
            name = toward(left, variables) if start else variables[place]
            if name in others:
                raise PointError(f"--claim names '{name}', which has no slope here")
            if name not in variables:
                raise PointError(
                    f"--claim names '{name}', which is not in the formula"
                    f" ({points.listing(variables)})"
                )
            if name in by_name:
                raise PointError(
                    f"--claim names '{name}' twice", source=text, span=(a, b)
                )
            part = (start or a, b)
            formula = parse(text, names=known, within=part, syntax=syntax)
            by_name[name] = as_claim(formula, known)
    return by_name


def toward(left: str, variables: Sequence[str]) -> str:
    """Return the variable of df/dx, ∂f/∂x, d/dx, f'(x), f' or f_x; else the text.

    Raises PointError for f' where there are several variables.
    """
    if left in variables:
        return left
    found = _PARTIAL.fullmatch(left) or _PRIMED.fullmatch(left)
    if not found:
        below = _BELOW.fullmatch(left)
        return spelling(below[1]) if below and below[1] in variables else left
    if found[1]:
        return spelling(found[1])
    if len(variables) > 1:
        raise PointError(
            f"'{left}' does not say which partial it is ({points.listing(variables)})",
            hint=f"df/d{variables[0]} = ...",
        )
    return variables[0]


def by_output(texts: Sequence[str], count: int) -> list[list[str]]:
    """Return the claims for each of several outputs, between which stands a ';'.

    >>> by_output(["y,x; cos(x),1"], 2)
    [['y,x'], [' cos(x),1']]

    Raises PointError if there are not as many as outputs.
    """
    if not count:
        return [list(texts)]
    rows = [text.split(";") for text in texts]
    for row in rows:
        if len(row) != count:
            raise PointError(
                f"--claim is for {len(row)} of {count} outputs",
                hint="the rows of a Jacobian are separated by ';': --claim 'y,x; 1,0'",
            )
    return [[row[place] for row in rows] for place in range(count)]
