"""Character cells that are drawn on: braille dots, or letters for plain ASCII."""

from collections.abc import Iterator, Sequence

from diffcli.output.charts import Polyline
from diffcli.output.document import Run

# The bits of a braille character, from the left column's top to the right's bottom.
_DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
_BRAILLE = 0x2800


class Grid:
    """Character cells, each with dots of one style or a sign."""

    def __init__(self, width: int, height: int, ascii: bool) -> None:
        self.width, self.height, self.ascii = width, height, ascii
        self.across, self.down = (1, 1) if ascii else (2, 4)
        self.signs: dict[tuple[int, int], str] = {}
        self.bits: dict[tuple[int, int], int] = {}
        self.styles: dict[tuple[int, int], str] = {}
        #: What is seen where nothing was drawn.
        self.ground: dict[tuple[int, int], tuple[str, str]] = {}
        #: Where only a curve without a label was drawn, over which others' may stand.
        self.faint: set[tuple[int, int]] = set()
        #: The one labelled curve that passes a cell, dashes' gaps too; None: several.
        self.owners: dict[tuple[int, int], Polyline | None] = {}

    def lay(self, ground: Sequence[Sequence[tuple[str, str]]]) -> None:
        """Put a ground behind everything, the nearest of its signs in each cell."""
        for y in range(self.height):
            row = ground[dot_at(1 - y / max(self.height - 1, 1), len(ground))]
            for x in range(self.width):
                self.ground[x, y] = row[dot_at(x / max(self.width - 1, 1), len(row))]

    def dot(self, x: int, y: int, curve: Polyline) -> None:
        """Set the dot in column x from the left and row y from the top."""
        cell = (x // self.across, y // self.down)
        self.styles[cell] = curve.style
        if curve.label:
            self.faint.discard(cell)
        elif cell not in self.bits and cell not in self.signs:
            self.faint.add(cell)
        if self.ascii:
            self.signs[cell] = curve.letter
        else:
            bit = _DOTS[y % self.down][x % self.across]
            self.bits[cell] = self.bits.get(cell, 0) | bit

    def sign(self, x: int, y: int, sign: str, style: str) -> None:
        """Put a sign over what is in a cell."""
        self.faint.discard((x, y))
        self.signs[x, y] = sign
        self.styles[x, y] = style

    def own(self, x: int, y: int, curve: Polyline) -> None:
        """Note that a labelled curve passes a dot, be it drawn or left out."""
        cell = (x // self.across, y // self.down)
        mine = self.owners.setdefault(cell, curve) is curve
        self.owners[cell] = curve if mine else None

    def write(self, x: int, y: int, curve: Polyline) -> bool:
        """Write a curve's label into cells, if none of them is taken."""
        cells = [(x + place, y) for place in range(-1, len(curve.label) + 1)]
        inside = x >= 0 and cells[-1][0] <= self.width
        taken = (self.signs.keys() | self.bits.keys()) - self.faint
        taken |= self.owners.keys()
        if not inside or not taken.isdisjoint(cells):
            return False
        for cell, letter in zip(cells[1:], curve.label, strict=False):
            self.sign(*cell, letter, curve.style)
        return True

    def alone(self, x: int, y: int, curve: Polyline) -> bool:
        """Return whether a label there has nothing but its own curve around it."""
        around = [
            (x + place, row)
            for row in (y - 1, y, y + 1)
            for place in range(-1, len(curve.label) + 1)
        ]
        owners = self.owners
        if any(owners.get(cell, curve) is not curve for cell in around):
            return False
        return all(
            cell in self.faint or cell in owners
            for cell in around
            if cell in self.signs
        )

    def row(self, y: int) -> Iterator[Run]:
        """Yield the cells of one row, those of one style together."""
        text, style = "", ""
        for x in range(self.width):
            cell = (x, y)
            below, of_ground = self.ground.get(cell, (" ", ""))
            sign = self.signs.get(cell) or (
                chr(_BRAILLE + self.bits[cell]) if cell in self.bits else below
            )
            here = self.styles.get(cell, style if sign == " " else of_ground)
            if here != style and text:
                yield Run(text, style)
                text = ""
            style = here
            text += sign
        yield Run(text, style)


def dot_at(share: float, dots: int) -> int:
    """Return the number of a dot; one beyond the edge stays beyond it."""
    return round(min(max(share, -9.0), 9.0) * (dots - 1))
