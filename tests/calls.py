"""Whole calls: any command with any of its options, on nearly right texts and files.

A call is its words, and the files that they name. ``scripts/fuzz`` draws calls for as
long as one likes, ``test_fuzz.py`` for a moment.
"""

import io
import shlex
import sys
from contextlib import redirect_stderr, redirect_stdout
from importlib import import_module
from pathlib import Path
from random import Random

import click
from hypothesis import strategies as st

from diffcli import plugins
from diffcli.cli import commands
from diffcli.cli.main import main
from diffcli.output import formats
from diffcli.records import Record
from tests import fuzzing
from tests.conftest import patience as patience
from tests.test_options import CALLS, WORDS

#: Codes that a call may end with; 70 is a bug of ours.
CODES = {0, 1, 2, 3, 4, 5, 6, 74}
#: What is not drawn: it waits, draws on the terminal, or uses more than one process.
_LEFT_OUT = {
    "jobs",
    "auto",
    "engine",
    "progress",
    "pause",
    "timeout",
    "output",
    "trust",
}
_STREAMS = {"--keep-going", "--points", "--exprs", "--claims", "--answers"}
_FILES = {
    "points": "table", "data": "table", "exprs": "formula", "kinks": "formula",
    "claims": "table", "work": "work", "answers": "table", "lesson": "lesson",
    "stdin": "table",
}  # fmt: skip
_NUMBERS = (
    "0", "1", "2", "3", "17", "30", "-1", "0.5", "1e-5", "1e300", "1e-320", "nan",
    "inf",
    "auto", "relative", "x", "", "1:2", "-1:1", "y,x", "0.1,1", "uniform", "pi", "1e9",
)  # fmt: skip


class Call(Record):
    """A call of the command line."""

    words: tuple[str, ...]
    files: dict[str, str]

    def script(self) -> str:
        """Return the call for a shell."""
        written = "".join(
            f"printf %s {shlex.quote(content)} > {name}\n"
            for name, content in self.files.items()
        )
        return f"{written}diffcli {shlex.join(self.words)}"


class Ended(Record):
    """How a call ended."""

    code: int
    out: str
    err: str


def _options(command: str) -> list[click.Option]:
    found = import_module(f"diffcli.cli.commands.{command}").command.params
    return [
        option
        for option in found
        if isinstance(option, click.Option) and option.name not in _LEFT_OUT
    ]


@st.composite
def calls(draw: st.DrawFn) -> Call:
    """Return a call that is nearly right."""
    rng = draw(st.randoms(use_true_random=False))
    return drawn(rng)


def drawn(rng: Random) -> Call:
    """Return a call that is nearly right."""
    command = rng.choice(plugins.names(commands))
    text = {kind: next(fuzzing.texts(kind, rng)) for kind in fuzzing.SEEDS}
    formula = rng.choice((text["formula"], text["latex"], "(sin(x)+y)^2+x*y^3", "x^2"))
    point = rng.choice((text["point"], "1,2", "1", "x=0.5,y=2", "0", "0,0", "-1"))
    words = rng.choice(CALLS[command]).split()
    if rng.random() < 0.5 and words:
        words[0] = rng.choice((formula, words[0]))
    words = [point if w in ("1,2", "x=1,y=2", "3") and rng.random() < 0.4 else w
             for w in words]  # fmt: skip
    if command == "demo" and rng.random() < 0.8:
        words = ["lesson"]
    for option in rng.sample(_options(command), rng.choice((0, 1, 1, 2, 3))):
        words += _given(option, text, rng)
    if rng.random() < 0.5:
        words += ["-f", rng.choice(formats.names())]
    if rng.random() < 0.1:
        words += [
            "-o",
            rng.choice(("out.csv", "out.svg", "out", "/dev/null", "no/out")),
        ]
    program = f"{sys.executable},{Path(__file__).parent.parent / 'scripts/blackbox.py'}"
    known = {name: name for name in _FILES} | {"f": formula, "program": program}
    words = [_placed(word, known) for word in words]
    named = {name for name in _FILES if name in words}
    files = {name: text[_FILES[name]] for name in sorted(named | {"stdin"})}
    return Call((command, *words), files)


def _placed(word: str, places: dict[str, str]) -> str:
    for name, place in places.items():
        word = word.replace(f"{{{name}}}", place)
    return word


def _given(option: click.Option, text: dict[str, str], rng: Random) -> list[str]:
    """Return an option with a value that is right, or nearly."""
    right = WORDS.get(option.name or "", ())
    if option.is_flag or option.opts[0] in ("--help", "--version"):
        return [option.opts[0]]
    name = right[0] if right else option.opts[-1]
    kind = {"--at": "point", "--claim": "claim"}.get(name)
    values = [*right[1:], *right[1:], rng.choice(_NUMBERS)]
    if kind:
        values += [text[kind]] * 2
    if isinstance(option.type, click.Choice):
        values += [*option.type.choices]
    return [name, rng.choice(values)]


def made(call: Call) -> Ended:
    """Make a call in this process, in the current folder. Raises what it lets out."""
    for name, content in call.files.items():
        Path(name).write_text(content, "utf-8", "surrogateescape", newline="")
    out, err = (
        io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True) for _ in range(2)
    )
    before = sys.stdin
    with open("stdin", encoding="utf-8", errors="surrogateescape") as given:
        sys.stdin = given
        try:
            with redirect_stdout(out), redirect_stderr(err):
                code = main(call.words)
        finally:
            sys.stdin = before
    texts = [s.buffer.getvalue().decode("utf-8", "replace") for s in (out, err)]
    return Ended(code, *texts)


def fault(call: Call, ended: Ended) -> str:
    """Return what is wrong with how a call ended; empty: nothing."""
    code, out, err = ended
    if code not in CODES:
        return f"it ends with {code}"
    if "Traceback" in err or "internal error" in err:
        return "it shows an internal error"
    if code in (2, 3) and out and not _STREAMS & {*call.words}:
        return "there is an error, and a result all the same"
    if code not in (0, 1, 6) and not (out or err or "-o" in call.words):
        return "nothing is said"
    if not all(c.isprintable() or c == "\n" for c in err):
        return "an error steers the terminal"
    return ""
