"""JSON lines: a value in each line; numbers stay numbers, and text stays text."""

import json
import math
from collections.abc import Iterable, Iterator
from typing import Any

from diffcli.tables import Fault

_DEEPEST = 50  # brackets inside each other; a writer goes down call by call


def read(lines: Iterable[str], first: int = 1) -> Iterator[tuple[int, Any]]:
    """Yield every line's number and value, or what is wrong with the line."""
    for number, text in enumerate(lines, first):
        if text and not text.isspace():
            yield number, _value(text)


def line(cells: Any) -> str:
    """Return a value on one line."""
    return json.dumps(cells, ensure_ascii=False, allow_nan=False)


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


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object, parse_constant=_constant, parse_float=_finite
)


def _value(text: str) -> Any:
    try:
        value = _DECODER.decode(text)
        if text.count("[") + text.count("{") > _DEEPEST and _depth(value) > _DEEPEST:
            return Fault(f"brackets stand more than {_DEEPEST} deep")
        if "\\u" in text:
            line(value).encode()
    except json.JSONDecodeError as error:
        return Fault(f"this is not JSON: {error}")
    except UnicodeEncodeError:
        return Fault("half a character (a lone surrogate) is no text")
    except RecursionError:
        return Fault(f"brackets stand more than {_DEEPEST} deep")
    except ValueError as error:
        return Fault(str(error))
    return value


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
