"""An SVG shows what the terminal does, every sign in its column.

``test_golden.py`` draws all screens so too.
"""

import re
from xml.etree import ElementTree

from rich.cells import get_character_cell_size

from diffcli.output import signs
from diffcli.output.document import Document, Documents, Lines, Run, Screen
from diffcli.output.formats import svg

SVG = "{http://www.w3.org/2000/svg}"
DRAWN = [chr(n) for n in (*range(0x2500, 0x25A0), *range(0x2800, 0x2900))]


def rows(picture: str) -> list[str]:
    """Return the lines of a picture, put together by the places of its signs."""
    found: dict[int, dict[int, str]] = {}
    for text in ElementTree.fromstring(picture).iter(f"{SVG}text"):
        if text.get("class") == "title":
            continue
        places = [int(x) for x in (text.get("x") or "").split()]
        line = found.setdefault(int(text.get("y") or 0) // signs.HEIGHT, {})
        for x, sign in zip(places, text.text or "", strict=True):
            assert x % signs.WIDTH == 0
            line[x // signs.WIDTH] = line.get(x // signs.WIDTH, "") + sign
    return [_line(found.get(y, {})) for y in range(max(found) + 1)]


def _line(cells: dict[int, str]) -> str:
    text, column = "", 0
    for place in sorted(cells):
        text += " " * (place - column) + cells[place]
        column = place + get_character_cell_size(cells[place][0])
    return text


def test_wide_signs_and_marks_stand_in_their_columns() -> None:
    line = (Run("数x e\u0301─é 😀 < & [bold]", "value"), Run("⣿│"))
    document = Document(blocks=lambda _: [Lines((line,))], record=dict)
    picture = "\n".join(svg.lines(Documents([document]), Screen(60)))
    assert rows(picture) == ["".join(run.text for run in line)]
    width = signs.WIDTH
    assert 'x="0">数</text>' in picture
    assert f'x="{2 * width}">x</text>' in picture
    assert f'x="{4 * width} {4 * width}">e\u0301</text>' in picture


def test_a_shape_stays_in_its_cell() -> None:
    shapes = {sign: signs.drawn(sign, 0, 0) for sign in DRAWN}
    for sign, shape in shapes.items():
        if shape is not None:
            stays(sign, shape[1])


def stays(sign: str, shape: str) -> None:
    x, y = [0.0], [0.0]
    for letter, text in re.findall(r"([MHVhvQz])([^MHVhvQz]*)", shape):
        numbers = [float(number) for number in text.split()]
        if letter in "MQ":
            x += numbers[::2]
            y += numbers[1::2]
        elif letter in "Hh":
            x.append(numbers[0] + (x[-1] if letter == "h" else 0))
        elif letter in "Vv":
            y.append(numbers[0] + (y[-1] if letter == "v" else 0))
    assert min(x) >= 0 <= min(y), sign
    assert max(x) <= signs.WIDTH, sign
    assert max(y) <= signs.HEIGHT, sign
