"""A recording of a terminal, for asciinema and its players (asciicast v2).

Source: the format's description, docs.asciinema.org/manual/asciicast/v2.
"""

import json
from collections.abc import Iterable, Iterator

from diffcli.output.document import Document, Screen
from diffcli.output.formats import table

SUMMARY = "a recording of the terminal (asciicast)"
SUFFIXES = (".cast",)
NEEDS = "blocks"

_A_LINE = 0.06  # seconds until the next line
_A_RESULT = 5.0  # seconds that a result stays before the next one
_CLEAR = "\x1b[H\x1b[2J"


def lines(documents: Iterable[Document], screen: Screen) -> Iterator[str]:
    """Yield the head of a recording, and an event for each line that appears.

    The same input gives the same file: it plays in its own time, not in ours.
    """
    screen = screen._replace(color=True)
    size = {"width": screen.width, "height": screen.height}
    yield json.dumps({"version": 2, **size, "title": "diffcli"})
    now = 0.0
    for number, document in enumerate(documents):
        if number:
            now += _A_RESULT
            yield _event(now, _CLEAR)
        for line in table.lines([document], screen):
            now += _A_LINE
            yield _event(now, f"{line}\r\n")
    yield _event(now + _A_RESULT, "")


def _event(seconds: float, text: str) -> str:
    return json.dumps([round(seconds, 3), "o", text], ensure_ascii=False)
