"""Several outputs: (x*y, sin(x)+y) or [x*y, sin(x)+y] as the last part."""

from collections.abc import Sequence

from diffcli.language.expression import natural
from diffcli.language.parser import Parsed
from diffcli.language.readers.words import Words, arguments, last_part, partners, sign


def each(given: Words) -> list[Words]:
    """Return the words once for each output, with the definitions before it."""
    start = last_part(given, ";", "newline", "=")
    last = given[start:-1]
    while last and last[-1].kind in (";", "newline"):
        last = last[:-1]
    if not last or last[0].kind != "(" or partners(last).get(0) != len(last) - 1:
        return [given]
    inside = arguments(last[1:-1])
    if len(inside) < 2 or not all(inside):
        return [given]
    return [[*given[:start], *output, sign("", output[-1], "end")] for output in inside]


def together(parts: Sequence[Parsed]) -> Parsed:
    """Return parts that were read one by one as the outputs of one text."""
    names = dict.fromkeys(name for part in parts for name in part.variables)
    order, *others = dict.fromkeys(part.variables for part in parts)
    if others:
        order = tuple(sorted(names, key=natural))
    labels = {node: label for part in parts for node, label in part.labels.items()}
    outputs = tuple(part.expression for part in parts)
    return parts[0]._replace(variables=order, outputs=outputs, labels=labels)
