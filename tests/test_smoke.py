"""The main job."""

import pytest

from diffcli.cli import main


def test_main(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["grad", "x**2", "--at", "3", "-f", "plain"]) == 0
    assert capsys.readouterr().out == "6\n"
