"""Nothing breaks it: a moment of ``scripts/fuzz``, and what it found."""

import random
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import given, settings

from tests import calls, fuzzing

#: What once broke: a kind of text, and the text.
FOUND = [
    ("latex", "\\operatorname{₁½trueo}(x)"),
    ("latex", "x_{½}"),
    ("formula", "log_100x10(x)"),
    ("formula", "sum(i=1:9," * 8 + "x*i" + ")" * 8),
    ("latex", "\\sum_{i=1}^{3} w_i x" * 10),
    ("claim", "df/dx=2x, df/dy3"),
    ("work", "x^2\\\\\n(x)_³\n\\nd"),
    ("work", "f(y)=x*y\n∂f/∂x=y𝑥"),
    ("work", f"y = u^2\n{'₁' * 40}dy/dx = 6(3x+1)\n"),
    ("work", f"f(x) = x^2\nf'(x) = 2x ({'a' * 60}1\n"),
    ("formula", "np.where(x>0,x,(0))"),
    ("formula", f"x{'³' * 400}"),
    ("point", f"2{'³' * 400}"),
    ("formula", "where((x)==(0),y,00)"),
    ("latex", "x\\mod-{\\sin x}"),
]


@pytest.mark.parametrize(("kind", "source"), FOUND)
def test_what_once_broke_it_is_answered(kind: str, source: str) -> None:
    with calls.patience():
        fuzzing.read(kind, source)


@pytest.mark.parametrize("kind", fuzzing.TARGETS)
def test_any_text_is_read_or_refused(kind: str) -> None:
    with calls.patience():
        for source in islice(fuzzing.texts(kind, random.Random(0)), 60):
            fuzzing.read(kind, source)


def test_any_call_is_answered_or_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    @settings(max_examples=25)
    @given(calls.calls())
    def answered(call: calls.Call) -> None:
        with calls.patience():
            assert not calls.fault(call, calls.made(call)), call.script()

    answered()
