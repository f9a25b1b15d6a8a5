"""Several outputs: (x*y, sin(x)+y) or [x*y, sin(x)+y] as the last part."""

from collections.abc import Sequence

from diffcli.language.expression import natural
from diffcli.language.lexer import Token
from diffcli.language.parser import Parsed
from diffcli.language.readers.words import CLOSING, OPENING, Words, arguments, partners


def each(given: Words) -> list[Words]:
    """Return the words once for each output, with the definitions before it."""
    start = _last_part(given)
    last = given[start:-1]
    while last and last[-1].kind in (";", "newline"):
        last = last[:-1]
    if not last or last[0].kind != "(" or partners(last).get(0) != len(last) - 1:
        return [given]
    inside = arguments(last[1:-1])
    if len(inside) < 2 or not all(inside):
        return [given]
    return [[*given[:start], *output, _end(output)] for output in inside]


def _end(output: Words) -> Token:
    end = output[-1].end
    return Token("end", "", end, end + 1)


def _last_part(given: Words) -> int:
    """Return where the last part begins, behind the name of a function of it."""
    size = len(given)
    while size and given[size - 1].kind in (";", "newline", "end"):
        size -= 1
    depth = start = 0
    for place, word in enumerate(given[: max(0, size - 1)]):
        depth += (word.kind in OPENING) - (word.kind in CLOSING)
        if word.kind in (";", "newline", "=") and depth == 0:
            start = place + 1
    return start


def together(parts: Sequence[Parsed]) -> Parsed:
    """Return parts that were read one by one as the outputs of one text."""
    names = dict.fromkeys(name for part in parts for name in part.variables)
    same = all(part.variables == parts[0].variables for part in parts)
    order = parts[0].variables if same else tuple(sorted(names, key=natural))
    labels = {node: label for part in parts for node, label in part.labels.items()}
    outputs = tuple(part.expression for part in parts)
    return parts[0]._replace(variables=order, outputs=outputs, labels=labels)
