"""JSON: a value in each line, or one array of them; numbers stay numbers, text text."""

import math
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from itertools import repeat
from typing import TYPE_CHECKING, Any

from diffcli.errors import ParseError
from diffcli.records import Each
from diffcli.tables import PLAIN, Dialect, Fault

if TYPE_CHECKING:
    from json import JSONDecoder

SUFFIXES, SEPARATOR, QUOTES = (".jsonl",), "", False
_ARRAY = re.compile(r"\s*\[\s*($|[\[{]|\]\s*$)")  # of rows, not the values of one
_SIGNS = re.compile(r'"(?:[^"\\]|\\.)*"?|[\[\]{},]')  # strings hide what is in them
_UNSEEN = re.compile(r"[^ -~\n]")  # candidates: only of letters is more to be asked
_DEEPEST = 50  # brackets inside each other; a writer goes down call by call


def begins(line: str) -> bool:
    """Tell whether a bracket or a brace opens."""
    return line.lstrip()[:1] in ("{", "[")


def read(
    lines: Iterable[str], first: int = 1, dialect: Dialect = PLAIN
) -> Iterator[tuple[int, Any]]:
    """Yield every value and the line it begins in, or what is wrong with it.

    Raises ParseError for an array that does not close, and for text behind it.
    """
    array: _Array | None = None
    begun = False
    for number, text in enumerate(lines, first):
        if not text or text.isspace() or dialect.skips(text):
            continue
        if not begun and _ARRAY.match(text):
            array = _Array(number)
        begun = True
        if array is None:
            yield number, _value(text)
        else:
            yield from array.values(number, text)
    if array is not None and array.depth:
        raise ParseError(f"{array.last}: the array of rows does not close with ']'")


def line(cells: Any, indent: int | None = None) -> str:
    """Return a value on one line, or with an indent on many.

    What is not seen is escaped, as all readers undo: Python for one takes U+2028 for
    the end of a line, and a terminal obeys U+009B.
    """
    import json  # a table of cells has no use for it

    return seen(json.dumps(cells, ensure_ascii=False, allow_nan=False, indent=indent))


def lines(cells: dict[str, Any], places: slice) -> Iterator[str]:
    """Yield a value for each of many rows, on a line each: Each differs among them.

    A column is of these rows alone, or of many among which they have their places.
    """
    import json

    holes: list[Each] = []

    def hole(each: Each) -> str:
        holes.append(each)
        return _HOLE

    count = places.stop - places.start
    text = json.dumps(cells, ensure_ascii=False, allow_nan=False, default=hole)
    first, *rest = map(seen, text.split(json.dumps(_HOLE)))
    parts: list[Iterable[str]] = [repeat(first)]
    written: dict[Each, list[str]] = {}  # a symmetric matrix has most numbers twice
    for each, behind in zip(holes, rest, strict=True):
        if each not in written:
            column = each.column
            here = column if len(column) == count else column[places]
            written[each] = list(map(_writer(here), here))
        parts += written[each], repeat(behind)
    yield from map("".join, zip(*parts, strict=False))  # some repeat


_HOLE = "\0each\0"


def _writer(column: Sequence[Any]) -> Callable[[Any], str]:
    """Return what writes the values of a column."""
    kinds = {*map(type, column)}
    if kinds <= {int, float}:  # all are finite
        return repr
    if kinds <= {int, float, type(None)}:
        return lambda value: "null" if value is None else repr(value)
    if kinds == {str}:
        from json.encoder import encode_basestring

        return {text: seen(encode_basestring(text)) for text in {*column}}.__getitem__
    return line


def seen(text: str) -> str:
    """Return JSON with what is not seen escaped."""
    return text if text.isprintable() else _UNSEEN.sub(_escaped, text)


def _escaped(found: re.Match[str]) -> str:
    import json

    character = found[0]
    return character if character.isprintable() else json.dumps(character)[1:-1]


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    record = dict(pairs)
    if len(record) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the key '{twice}' stands there twice")
    return record


def _constant(word: str) -> float:
    raise ValueError(f"{word} is no number of JSON")


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"overflow: {text[:40]} is beyond 1.8e308")
    return value


@cache
def _decoder() -> "JSONDecoder":
    from json import JSONDecoder

    return JSONDecoder(
        object_pairs_hook=_object, parse_constant=_constant, parse_float=_finite
    )


def _value(text: str) -> Any:
    import json

    try:
        found = _decoder().decode(text)
        if text.count("[") + text.count("{") > _DEEPEST and _depth(found) > _DEEPEST:
            return Fault(f"brackets stand more than {_DEEPEST} deep")
        if "\\u" in text:
            json.dumps(found, ensure_ascii=False).encode()
    except json.JSONDecodeError as error:
        return Fault(f"this is not JSON: {error}")
    except UnicodeEncodeError:
        return Fault("half a character (a lone surrogate) is no text")
    except RecursionError:
        return Fault(f"brackets stand more than {_DEEPEST} deep")
    except ValueError as error:
        return Fault(str(error))
    return found


def _depth(value: Any) -> int:
    """Return how many brackets stand inside each other."""
    depth, level = 0, [value]
    while level:
        depth += 1
        inside = [v for v in level if isinstance(v, (list, dict))]
        level = [
            part for v in inside for part in (v.values() if isinstance(v, dict) else v)
        ]
    return depth


class _Array:
    """An array of which some lines have been read."""

    def __init__(self, first: int) -> None:
        #: How many brackets are open.
        self.depth = 0
        self.closed = False
        #: What has been read of a value, and the line that it begins in.
        self.text, self.begun = "", first
        self.last = first
        #: A value has to come, for a comma stands before it.
        self.due = False

    def values(self, number: int, text: str) -> Iterator[tuple[int, Any]]:
        """Yield the values that a line completes.

        Raises ParseError if the array is closed and the line goes on.
        """
        self.last = number
        start = 0
        if not self.depth and not self.closed:
            start = text.index("[") + 1
            self.depth = 1
        for sign in [] if self.closed else _SIGNS.finditer(text, start):
            if self.depth > 1 or sign[0] in "[{}":
                self.depth += (sign[0] in "[{") - (sign[0] in "]}")
                self.depth = max(self.depth, 1)  # a brace that closes nothing
            elif sign[0] in ",]":
                yield from self.value(number, text[start : sign.start()], sign[0])
                start = sign.end()
                if self.closed:
                    break
        if self.closed:
            self.refuse(number, text[start:])
        self.add(number, text[start:])

    def add(self, number: int, part: str) -> None:
        """Take what belongs to the value that comes next."""
        if not self.text and part.strip():
            self.begun = number
        if self.text or part.strip():
            self.text += part

    def value(self, number: int, part: str, sign: str) -> Iterator[tuple[int, Any]]:
        """Yield the value that ends before a comma, or before the last bracket."""
        self.add(number, part)
        if self.text or self.due or sign == ",":
            yield (self.begun if self.text else number), _value(self.text)
        self.text, self.due = "", sign == ","
        self.closed = sign == "]"
        self.depth -= self.closed

    def refuse(self, number: int, rest: str) -> None:
        """Raise ParseError for what stands behind the array."""
        if rest.strip():
            raise ParseError(
                f"{number}: text follows the array of rows",
                hint="JSON lines have one value a line, without brackets around all",
            )
