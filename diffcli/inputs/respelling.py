"""What was meant by a point, a claim or a list of names that is written otherwise.

Nothing is read so, for that would be a guess: ``x:1 y:2``, ``(1, 2)``. But a hint that
says how it is written here is of more use than one about the first sign that does not
fit.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from diffcli.calculus.functions import BY_NAME, CONSTANTS
from diffcli.errors import DiffcliError, PointError, listing, suggestion

_LONGEST_NAME = 40  # letters of one that is taken apart
_LONGEST = 1000  # characters that somebody writes by hand
_EQUALS = re.compile(r"""["'`]?\b([^\W\d]\w*)["'`]?\s*(?::=|->|=>|:|=+)\s*""")
_BETWEEN = re.compile(r"(?<=[\w.)])(?:[\s;|]|\band\b)+(?=[-+.\w(])")
_COMMA = re.compile(r"(?<=\d),(?=\d)")
_NAME = re.compile(r"[^\W\d]\w*")


def hint(option: str, text: str, fits: Callable[[str], object]) -> str:
    """Return the hint for values that could not be read; empty: no reading fits.

    ``fits`` raises DiffcliError for what does not.
    """
    if len(text) <= _LONGEST:
        for reading in _readings(text):
            try:
                fits(reading)
            except DiffcliError:
                continue
            return f'did you mean {option} "{reading}"?'
    return ""


def _readings(text: str) -> Iterator[str]:
    """Yield what may be meant, what changes least first."""
    reading = text.strip().strip(",;")
    while reading[:1] + reading[-1:] in ("()", "[]", "{}", "<>"):
        reading = reading[1:-1].strip().strip(",;")
        yield reading
    reading = _EQUALS.sub(r"\1=", reading)
    yield reading
    yield _BETWEEN.sub(",", reading)
    yield _BETWEEN.sub(",", _COMMA.sub(".", reading))  # 1,5; 2,5
    yield re.sub(r",(\s*,)+", ",", reading)
    yield re.sub(r"_(?=\w+=)", "", reading)  # z_1 is z1 in LaTeX
    yield re.sub(r"(?<=[^\W\d])(?=\d+=)", "_", reading)
    yield from (reading.lower(), reading.upper())


def glued(name: str, values: Iterable[str]) -> str:
    """Return what is said of a name that was meant as several; empty: it was not.

    >>> glued("nRT", ["n", "R", "T"])
    'nRT is one name; for a product: n*R*T'
    >>> glued("xsinx", ["x"]), glued("pie", ["x"])
    ('xsinx is one name; for the function: x*sin(x)', '')
    """
    apart = _apart(name, {*values})
    what = "the function" if "(" in apart else "a product"
    return f"{name} is one name; for {what}: {apart}" if apart else ""


def _apart(name: str, values: set[str]) -> str:
    """Return a name as a product of others, one of which has a value."""
    known = values | {*CONSTANTS, "π"} - {name}
    if len(name) > _LONGEST_NAME:
        return ""
    #: From each place on: how to write the rest; the last place has none.
    rests = {len(name): ""}
    for start in range(len(name) - 1, -1, -1):
        for end in range(len(name), start, -1):
            part, rest = name[start:end], rests.get(end)
            row = BY_NAME.get(part)
            if rest is None or start in rests:
                continue
            if part in known:
                rests[start] = f"{part}*{rest}" if rest else part
            elif rest and row is not None and row.arity == 1 and part.isalpha():
                rests[start] = f"{part}({rest})"
    whole = rests.get(0, "")
    return whole if values & {*_NAME.findall(whole)} - {name} else ""


def no_name(option: str, text: str, name: str) -> PointError:
    """Return the error for what is no name in a list of names."""
    meant = ",".join(_NAME.findall(text))
    hint = f'did you mean {option} "{meant}"?' if meant else ""
    return PointError(f"{option} takes names, and '{name}' is none", hint=hint)


def unknown(option: str, text: str, name: str, variables: Sequence[str]) -> PointError:
    """Return the error for a name in a list of which the formula has no variable."""
    names = _NAME.findall(text)
    near = {each.casefold(): each for each in variables} | {n: n for n in variables}
    hint = suggestion(name, variables)
    meant = [near.get(each) or near.get(each.casefold(), "") for each in names]
    if all(meant):
        hint = f'did you mean {option} "{",".join(meant)}"?' if meant else hint
    return PointError(
        f"{option} names '{name}', which is not in the formula ({listing(variables)})",
        hint=hint,
    )
