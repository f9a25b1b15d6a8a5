"""What ``--claim`` takes: a formula for each partial, or one with its name in front."""

import re
from collections.abc import Callable, Sequence
from types import ModuleType

from diffcli.errors import ParseError, PointError, listing
from diffcli.inputs import points
from diffcli.inputs.work_lines import typed
from diffcli.language.lexer import spelling
from diffcli.language.parser import Parsed, parse

_EQUALS = re.compile(r"(?<![<>=!])=(?!=)")
_PARTIAL = re.compile(r"[d∂]\s*\w*\s*/\s*[d∂]\s*(\w+)\s*(?:\([^()]*\))?")
_PRIMED = re.compile(r"\w+\s*['’′]\s*(?:\(\s*(\w*)\s*\))?")
_LIST = re.compile(
    r"\s*(?:(?:∇|\\nabla(?![A-Za-z])|grad\b)\s*\w*\s*(?:\([^()]*\))?\s*=)?"
    r"\s*(?:\((?P<round>)|\[)(?P<inside>.*)(?(round)\)|\])\s*",
    re.DOTALL,
)
_SECOND = re.compile(r"\w+\s*(?:['’′]{2}|″)|[d∂]\s*(?:²|\^?2)")
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
                f" ({listing(variables)})",
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
    try:
        return _by_variable(texts, variables, syntax, others)
    except (ParseError, PointError) as error:
        from diffcli.inputs import respelling

        def fits(other: str) -> None:
            _by_variable([other], variables, syntax, others)

        meant = "" if len(texts) > 1 else respelling.hint("--claim", texts[0], fits)
        error.hint = meant or error.hint
        raise


def _by_variable(
    texts: Sequence[str], variables: Sequence[str], syntax: str, others: Sequence[str]
) -> dict[str, Parsed]:
    by_name: dict[str, Parsed] = {}
    known = (*variables, *others)
    for given in texts:
        text = _without_brackets(given)
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
                f" {len(variables)}: {listing(variables)}",
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
                    f" ({listing(variables)})",
                    hint=_meant(left, variables),
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
    if "\\" in left:
        left = in_plain_letters(left)
    found = _PARTIAL.fullmatch(left) or _PRIMED.fullmatch(left)
    if not found:
        below = _BELOW.fullmatch(left)
        plain = re.sub(r"[_{}\s]", "", left)  # x_1 of LaTeX is x1
        if below and below[1] in variables:
            return spelling(below[1])
        return plain if left not in variables and plain in variables else left
    if found[1]:
        name = spelling(found[1])
        plain = name.replace("_", "")  # x_1 of LaTeX is x1
        return plain if name not in variables and plain in variables else name
    if len(variables) > 1:
        raise PointError(
            f"'{left}' does not say which partial it is ({listing(variables)})",
            hint=f"df/d{variables[0]} = ...",
        )
    return variables[0]


def in_plain_letters(left: str) -> str:
    r"""Return \frac{\partial f}{\partial x_1} as it is typed.

    >>> in_plain_letters(r"\frac{\partial f}{\partial \sigma}")
    'df/dσ'
    """
    from diffcli.language.readers import latex_tables

    left = re.sub(r"\\(?:mathrm|text)\s*\{(\w+)\}", r"\1", left)
    left = re.sub(r"\\(?!partial|[dt]?frac)([A-Za-z]+)", _letter(latex_tables), left)
    left = re.sub(r"_\{(\w+)\}", r"_\1", left)
    return re.sub(r"\\partial(?![A-Za-z])", "∂", typed(left)).strip()


def _letter(tables: ModuleType) -> Callable[[re.Match[str]], str]:
    return lambda found: str(tables.letter(found[1]) or found[0])


def _without_brackets(text: str) -> str:
    """Return a list of formulas with blanks for what is around it: ∇f = (2x, 2y)."""
    found = _LIST.fullmatch(text)
    if not found or len(points.spans(found["inside"])) < 2:
        return text
    depth = 0
    for character in found["inside"]:  # (x+1)*(y, 2) is none
        depth += (character in "([") - (character in ")]")
        if depth < 0:
            return text
    return found["inside"].rjust(found.end("inside")).ljust(len(text))


def _meant(left: str, variables: Sequence[str]) -> str:
    """Return what to write in place of a left side that is not read."""
    first = variables[0]
    if _PRIMED.fullmatch(left) and not re.search(r"\([^\W\d]", left):
        return "it is claimed at --at: --claim 4 --at 2 claims f'(2) = 4"
    if _SECOND.match(left):
        return "a claim is about first derivatives; --order 2 is about second ones"
    if re.match(r"\\?\w*[{\s]*[d∂]", left):
        return f"the formula stands in front: --claim 'd/d{first} = ...'"
    return ""


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
