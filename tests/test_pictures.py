"""README's pictures: each shows what its command prints today."""

import re
import shlex
from html import unescape
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.conftest import Run

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
PICTURES = re.findall(r"^!\[`diffcli (.+)`\]\((.+\.svg)\)$", README, flags=re.MULTILINE)


def visible(svg: str) -> list[str]:
    """Return the lines of text in a picture, without how they are drawn."""
    ElementTree.fromstring(svg)  # it is well formed
    rows: dict[float, str] = {}
    for y, text in re.findall(r'<text [^>]*y="([\d.]+)"[^>]*>([^<]*)</text>', svg):
        rows[float(y)] = rows.get(float(y), "") + unescape(text)
    lines = ("".join(rows[y].split()) for y in sorted(rows))  # blanks are not drawn
    return [line for line in lines if line and line != "diffcli"]


def test_there_are_pictures() -> None:
    assert len(PICTURES) >= 3
    drawn = {f".pictures/{path.name}" for path in (ROOT / ".pictures").glob("*")}
    assert drawn == {path for _, path in PICTURES}


@pytest.mark.parametrize(("words", "path"), PICTURES)
def test_a_picture_is_current(words: str, path: str, run: Run) -> None:
    svg = (ROOT / path).read_text(encoding="utf-8")
    printed = run(*shlex.split(words)).out.splitlines()
    assert visible(svg) == ["".join(line.split()) for line in printed if line.strip()]
    assert "http" not in svg.replace("http://www.w3.org/2000/svg", "").replace(
        "https://www.textualize.io", ""
    )
