"""What all tests share: a way to run the command line, and hypothesis profiles."""

import os
from collections.abc import Callable
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, settings

from diffcli.cli.main import main
from tests import schemas

settings.register_profile(
    "default",
    max_examples=200,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile(
    "thorough", settings.get_profile("default"), max_examples=3000
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


class Ran(NamedTuple):
    """What a call printed and how it ended."""

    code: int
    out: str
    err: str


Run = Callable[..., Ran]


@pytest.fixture
def run(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Ran]:
    """Return a function that runs one call of the command line in this process.

    What a call writes as JSON is held against its schema.
    """
    for name in ("NO_COLOR", "FORCE_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)

    def call(*words: str, columns: int = 80) -> Ran:
        monkeypatch.setenv("COLUMNS", str(columns))
        code = main(words)
        ran = Ran(code, *capsys.readouterr())
        if schemas.wants_json(words):
            schemas.hold(words, *ran)
        return ran

    return call
