"""What all tests share: a way to run the command line, and hypothesis profiles."""

import gc
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, settings

from diffcli.cli.main import main
from tests import schemas

# What one of the many processes that tests start has compiled, the others read; and
# the python3 that a call names is this one.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
os.environ["PATH"] = os.pathsep.join(
    [str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)]
)

# What nohup ignores, the processes that tests send it to ignore as well.
signal.signal(signal.SIGHUP, signal.SIG_DFL)

settings.register_profile(
    "default",
    max_examples=100,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile(
    "thorough", settings.get_profile("default"), max_examples=3000
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


def pytest_collection_finish() -> None:
    """Let the collector pass over what lives to the end: modules, and the tests."""
    gc.collect()
    gc.freeze()


#: What says how a screen looks; readline, for one, sets two of these.
SCREEN = ("NO_COLOR", "FORCE_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "COLUMNS", "LINES")


class Ran(NamedTuple):
    """What a call printed and how it ended."""

    code: int
    out: str
    err: str


Run = Callable[..., Ran]


@contextmanager
def patience(seconds: int = 100) -> Iterator[None]:
    """Let a test that waits for something that never comes fail, and not hang."""

    def give_up(*_: object) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, give_up)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def work(act: Callable[[], object]) -> int:
    """Return how many functions an act enters: its cost, the same on any machine."""
    count = 0

    def entered(frame: object, event: str, _: object) -> None:
        nonlocal count
        count += event == "call"

    before = sys.getprofile()
    sys.setprofile(entered)
    try:
        act()
    finally:
        sys.setprofile(before)
    return count


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the wheel, built once with what is installed if that is enough."""
    folder = tmp_path_factory.mktemp("wheel")
    words: list[str | Path] = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "-q",
        "--no-deps",
        "-w",
        folder,
    ]
    offline = [*words, "--no-build-isolation"] if find_spec("hatchling") else words
    subprocess.run([*offline, Path(__file__).parent.parent], check=True)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture
def run(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Ran]:
    """Return a function that runs one call of the command line in this process.

    What a call writes as JSON is held against its schema.
    """
    for name in SCREEN:
        monkeypatch.delenv(name, raising=False)

    def call(*words: str, columns: int = 80) -> Ran:
        monkeypatch.setenv("COLUMNS", str(columns))
        code = main(words)
        ran = Ran(code, *capsys.readouterr())
        if schemas.wants_json(words):
            schemas.hold(words, *ran)
        return ran

    return call
