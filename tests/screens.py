"""What a terminal shows of a program that draws its screen over and over."""

import re

from tests.test_terminal import Terminal

_ERASED = re.compile(r"\x1b\[[JK]")
_COLOURS = re.compile(r"\x1b\[[\d;]*m")


class Screens(Terminal):
    """A call that draws screens: each begins at the top left."""

    def screen(self) -> str:
        """Return the last whole screen, without its colours."""
        shown = self.until("\x1b[?2026l")
        last = shown.rpartition("\x1b[?2026l")[0].rpartition("\x1b[H")[2]
        return _COLOURS.sub("", _ERASED.sub("", last).replace("\r\n", "\n"))

    def after(self, keys: str) -> str:
        """Return the screen after some keys, which come at once."""
        self.press(keys)
        return self.screen()
