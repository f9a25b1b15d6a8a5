"""What is published: an sdist and its wheel, the same bytes for the same source."""

import re
import subprocess
import sys
import tarfile
from email.message import Message
from email.parser import Parser
from pathlib import Path
from zipfile import ZipFile

import pytest

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parent.parent


def build(kind: str, source: Path, folder: Path) -> Path:
    """Return what hatchling makes of a tree."""
    words = [sys.executable, "-m", "hatchling", "build", "-t", kind, "-d", str(folder)]
    subprocess.run(words, cwd=source, check=True, capture_output=True)
    (built,) = folder.iterdir()
    return built


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the tree of the sdist."""
    folder = tmp_path_factory.mktemp("sdist")
    with tarfile.open(build("sdist", ROOT, folder)) as archive:
        archive.extractall(folder, filter="data")
    (tree,) = filter(Path.is_dir, folder.iterdir())
    return tree


@pytest.fixture(scope="module")
def metadata(wheel: Path) -> Message:
    """Return what the wheel says of itself."""
    with ZipFile(wheel) as archive:
        (name,) = (n for n in archive.namelist() if n.endswith("/METADATA"))
        return Parser().parsestr(archive.read(name).decode("utf-8"))


def test_the_same_source_gives_the_same_wheel(
    wheel: Path, unpacked: Path, tmp_path: Path
) -> None:
    """At another place and another time, from the archive and from the checkout."""
    assert build("wheel", unpacked, tmp_path).read_bytes() == wheel.read_bytes()


def test_the_sdist_has_all_but_what_builds_this_repository(unpacked: Path) -> None:
    names = {path.name for path in unpacked.iterdir()}
    assert {"diffcli", "tests", "scripts", "LICENSE", "README.md"} <= names
    assert not names & {".ci", ".venv", ".git"}
    assert not (unpacked / ".github" / "workflows").exists()


def test_the_description_needs_no_other_file(metadata: Message) -> None:
    text = metadata.get_payload()
    assert isinstance(text, str)
    assert metadata["Description-Content-Type"] == "text/markdown"
    code = re.compile(r"^```.*?^```$|`[^`]*`", re.MULTILINE | re.DOTALL)
    assert not re.search(r"\]\((?!https?://)", code.sub("", text))
    assert text.count("A picture is drawn by `diffcli") == 4
    assert "# diffcli\n" in text


def test_the_author_is_whom_the_licence_names(metadata: Message) -> None:
    licence = (ROOT / "LICENSE").read_text("utf-8")
    assert f"Copyright (c) 2026 {metadata['Author']}\n" in licence
    assert metadata["License-Expression"] == "MIT"
    assert metadata.get_all("Project-URL") is None  # none that could be wrong
