"""What was meant by a point, a claim or a list of names that is written otherwise.

Nothing is read so, for that would be a guess: ``x:1 y:2``, ``(1, 2)``. But a hint that
says how it is written here is of more use than one about the first sign that does not
fit.
"""

import re
from collections.abc import Callable, Iterator, Sequence

from diffcli.errors import DiffcliError, PointError, listing, suggestion

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
