"""Signs that are drawn as shapes: lines of boxes, blocks and braille dots.

A font may lack them, or make them narrower than its letters; shapes join at the edges
of their cells whatever draws them. Each sign is a part of an SVG path.
"""

from collections.abc import Iterator, Sequence

WIDTH, HEIGHT = 12, 24  # of a cell

_LEFT, _RIGHT, _UP, _DOWN = 1, 2, 4, 8
_ARMS = {
    "─": 3, "│": 12, "┌": 10, "┐": 9, "└": 6, "┘": 5, "├": 14, "┤": 13, "┬": 11,
    "┴": 7, "┼": 15,
}  # fmt: skip
_ROUND = {"╭": 10, "╮": 9, "╰": 6, "╯": 5}
_DOUBLE = {"═": 3, "║": 12, "╔": 10, "╗": 9, "╚": 6, "╝": 5}
_GAP = 2  # between the middle of a double line and each of its lines
_DASHES = {"┊": 4, "┆": 3}
_EIGHTHS = "█▉▊▋▌▍▎▏"  # from a whole block to its left eighth
_LOWER = "▁▂▃▄▅▆▇█"
_SHADES = {"░": "light", "▒": "half", "▓": "dark"}
#: What a path does: it draws lines, sets dots, or fills, with so much ink.
LINES, DOTS, FILL = "line", "dot", "fill"
SHADES = {"light": 0.25, "half": 0.5, "dark": 0.75}


def drawn(sign: str, x: int, y: int) -> tuple[str, str] | None:
    """Return what a path does, and its part for a sign in a cell; None: it is text.

    >>> drawn("─", 12, 0)
    ('line', 'M12 12h12')
    """
    if "⠀" <= sign <= "⣿":
        return DOTS, "".join(_dots(ord(sign) - ord("⠀"), x, y))
    if sign in _DASHES:
        return LINES, "".join(_dashes(_DASHES[sign], x, y))
    if sign in _DOUBLE:
        return LINES, "".join(_double(_DOUBLE[sign], x, y))
    if sign in _ARMS or sign in _ROUND:
        return LINES, _arms(sign, x, y)
    if sign in _SHADES:
        return _SHADES[sign], f"M{x} {y}h{WIDTH}v{HEIGHT}h-{WIDTH}z"
    if sign in _EIGHTHS:
        across = WIDTH * (8 - _EIGHTHS.index(sign)) / 8
        return FILL, f"M{x} {y}h{across:g}v{HEIGHT}h-{across:g}z"
    if sign in _LOWER:
        up = HEIGHT * (1 + _LOWER.index(sign)) // 8
        return FILL, f"M{x} {y + HEIGHT}v-{up}h{WIDTH}v{up}z"
    return None


def _dots(bits: int, x: int, y: int) -> Iterator[str]:
    """Yield the dots of a braille sign: bits 0 to 2, 6 are its left column."""
    columns: Sequence[Sequence[int]] = ((0, 1, 2, 6), (3, 4, 5, 7))
    for across, column in enumerate(columns):
        for down, bit in enumerate(column):
            if bits >> bit & 1:
                yield f"M{x + 3 + 6 * across} {y + 3 + 6 * down}h.01"


def _dashes(count: int, x: int, y: int) -> Iterator[str]:
    long = HEIGHT // count
    for place in range(count):
        yield f"M{x + WIDTH // 2} {y + place * long + long // 4}v{long // 2}"


def _arms(sign: str, x: int, y: int) -> str:
    """Return lines from the middle of a cell to some of its edges."""
    half, down = WIDTH // 2, HEIGHT // 2
    if sign in _ROUND:
        arms = _ROUND[sign]
        start = y if arms & _UP else y + HEIGHT
        end = x if arms & _LEFT else x + WIDTH
        near = y + down + (-half if arms & _UP else half)
        return f"M{x + half} {start}V{near}Q{x + half} {y + down} {end} {y + down}"
    arms = _ARMS[sign]
    left, right = x + (0 if arms & _LEFT else half), WIDTH if arms & _RIGHT else half
    path = ""
    if arms & (_LEFT | _RIGHT):
        path = f"M{left} {y + down}h{x + right - left}"
    top, bottom = y + (0 if arms & _UP else down), HEIGHT if arms & _DOWN else down
    if arms & (_UP | _DOWN):
        path += f"M{x + half} {top}v{y + bottom - top}"
    return path


def _double(arms: int, x: int, y: int) -> Iterator[str]:
    """Yield two lines beside each other; those of a corner end in two corners."""
    middle, level = x + WIDTH // 2, y + HEIGHT // 2
    for side in (-_GAP, _GAP):
        if arms == _LEFT | _RIGHT:
            yield f"M{x} {level + side}h{WIDTH}"
        elif arms == _UP | _DOWN:
            yield f"M{middle + side} {y}v{HEIGHT}"
        else:
            turned = side if (arms & _LEFT > 0) == (arms & _UP > 0) else -side
            start = y if arms & _UP else y + HEIGHT
            end = x if arms & _LEFT else x + WIDTH
            yield f"M{middle + turned} {start}V{level + side}H{end}"
