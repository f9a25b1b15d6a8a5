"""A message stays short, however many variables a formula has."""

from pathlib import Path

import pytest

from tests.conftest import Run

COUNT = 300
NAMES = [f"x{n}" for n in range(COUNT)]
F = "+".join(f"{name}^2" for name in NAMES)
FULL = ",".join(["1"] * COUNT)
CALLS: list[tuple[str, ...]] = [
    ("grad", F),
    ("grad", F, "--at", "1"),
    ("grad", F, "--at", f"{FULL},1"),
    ("grad", F, "--at", "x0=1"),
    ("grad", F, "--at", "y=1"),
    ("grad", F, "--at", FULL, "--wrt", "y"),
    ("grad", F, "--at", FULL, "--implicit", "y"),
    ("grad", F, "--vars", "x0"),
    ("grad", F, "--points", "{csv}"),
    ("grad", F, "--points", "{jsonl}"),
    ("grad", F, "--data", "{csv}", "--at", "x2=1"),
    ("grad", f"{F}+abs(x0)", "--at", ",".join(["0"] * COUNT)),
    ("grad", f"f(x, y) = {F}", "--at", "1,2"),
    ("check", F, "--at", FULL, "--claim", "1"),
    ("check", F, "--at", FULL, "--claim", "y=1"),
    ("check", F, "--at", FULL, "--claim", "f'=1"),
    ("check", F, "--at", FULL, "--claim", "x0=y"),
    ("check", F, "--at", FULL, "--order", "2", "--claim", "x=1"),
    ("check", "--claims", "{csv}"),
    ("depth", F),
    ("descend", F, "--at", "1"),
    ("explore", F, "--at", FULL, "--vary", "y"),
    ("plot", F),
    ("plot", F, "--vary", "x0"),
    ("plot", F, "--vary", "y"),
    ("steps", F, "--wrt", "y"),
    ("sweep", F, "--at", FULL, "--wrt", "y"),
    ("trace", F),
]


LONG = "a" * 5000
WORDS: list[tuple[str, ...]] = [
    (LONG,),
    ("grad", f"{LONG}(x)", "--at", "1"),
    ("grad", f"{LONG} y", "--at", "1"),
    ("grad", f"\\{LONG}"),
    ("grad", "x", LONG),
    ("grad", f"@{LONG}"),
    ("grad", "x", f"--{LONG}"),
    *(
        ("grad", "x", "--at", "1", option, LONG)
        for option in (
            "--at", "--wrt", "--vars", "--points", "--method", "--format", "--h",
            "--digits", "--order", "--implicit", "--jobs", "--engine", "--exprs",
        )
    ),
    ("check", "x", "--at", "1", "--claim", f"{LONG}=1"),
    ("check", "x", "--at", "1", "--claim", f"{LONG}(x)"),
    ("check", "--module", f"{LONG}:f", "--at", "1"),
    ("check", "--program", LONG, "--at", "1"),
    ("plot", "x", "--vary", LONG),
    ("plot", "x", "--x", LONG),
    ("functions", LONG),
    ("depth", LONG),
    ("demo", LONG),
    ("export", "x", "-f", LONG),
    ("practice", "--rules", LONG),
]  # fmt: skip


@pytest.mark.parametrize("words", WORDS, ids=lambda words: " ".join(words)[:30])
def test_an_error_does_not_repeat_what_nobody_reads(
    words: tuple[str, ...], run: Run
) -> None:
    ran = run(*words)
    assert (ran.code in range(2, 6), ran.out) == (True, "")
    said = [line for line in ran.err.split("\n") if line[:2] != "  "]
    assert len("".join(said)) < 700


@pytest.mark.parametrize("words", CALLS, ids=lambda words: " ".join(words)[:30])
def test_an_error_does_not_list_all_variables(
    words: tuple[str, ...], tmp_path: Path, run: Run
) -> None:
    csv, jsonl = tmp_path / "points.csv", tmp_path / "points.jsonl"
    csv.write_text(f"x0,{','.join(f'y{n}' for n in range(COUNT))}\n1,2\n", "utf-8")
    jsonl.write_text('{"x0": 1}\n', "utf-8")
    ran = run(*(word.format(csv=csv, jsonl=jsonl) for word in words))
    assert ran.code in range(2, 6)
    said = [line for line in ran.err.split("\n") if line[:2] != "  "]
    assert len("".join(said)) < 700
