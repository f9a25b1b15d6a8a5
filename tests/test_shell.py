"""A citizen of the shell: closed and full streams, signals, files, pipes."""

import errno
import io
import os
import shlex
import signal
import stat
import subprocess
import sys
from io import TextIOWrapper
from pathlib import Path
from zipfile import ZipFile

import pytest

from diffcli import plugins
from diffcli.cli import commands, files, terminal
from tests.conftest import Run, patience
from tests.test_process import COMMAND, environment

#: A call of every command that has something to write.
CALLS = {
    "grad": ("x**2", "--at", "1"),
    "check": ("x**2", "--at", "1", "--claim", "2*x"),
    "steps": ("x**2",),
    "trace": ("x**2", "--at", "1"),
    "tree": ("x**2",),
    "sweep": ("x**2", "--at", "1"),
    "plot": ("x**2",),
    "descend": ("x**2", "--at", "1"),
    "depth": ("sigmoid",),
    "demo": ("--list",),
    "practice": ("--seed", "1"),
    "explore": ("x**2", "--at", "1"),
    "functions": ("sigmoid",),
    "export": ("x**2", "-f", "c"),
}
NAMES = plugins.names(commands)


def test_every_command_has_a_call() -> None:
    assert sorted(CALLS) == NAMES


def sh(line: str, folder: Path | None = None) -> tuple[int, str, str]:
    """Return code, output and errors of a line for a shell; D is the command."""
    script = f'D() {{ {shlex.join(COMMAND)} "$@"; }}\n{line}'
    done = subprocess.run(
        ["bash", "-c", script],
        capture_output=True,
        encoding="utf-8",
        env=environment(),
        check=False,
        stdin=subprocess.DEVNULL,
        cwd=folder,
    )
    return done.returncode, done.stdout, done.stderr


# ---- what breaks while something is written -----------------------------------------

#: What goes wrong in the middle of a file, and the code that the call ends with.
BREAKS: dict[str, tuple[BaseException, int]] = {
    "signal": (KeyboardInterrupt(), 130),
    "full": (OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)), 74),
    "quota": (OSError(errno.EDQUOT, os.strerror(errno.EDQUOT)), 74),
    "device": (OSError(errno.EIO, os.strerror(errno.EIO)), 74),
    "reader": (BrokenPipeError(), 141),
    "memory": (MemoryError(), 2),
}


@pytest.mark.parametrize("what", BREAKS)
@pytest.mark.parametrize("name", NAMES)
def test_a_file_that_breaks_off_is_not_there(
    name: str, what: str, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither a part of it nor what stood aside; an older one stays as it was."""
    error, code = BREAKS[what]

    class Broken(TextIOWrapper):
        def flush(self) -> None:
            super().flush()
            raise error

    def opened(descriptor: int, *_: object, **__: object) -> TextIOWrapper:
        return Broken(io.FileIO(descriptor, "w"), "utf-8")

    monkeypatch.setattr(files, "open", opened, raising=False)
    form = "c" if name == "export" else "md"
    target = tmp_path / f"out.{form}"
    words = [word for word in CALLS[name] if word not in ("-f", "c")]
    ran = run(name, *words, "-o", str(target))
    assert (ran.code, ran.out) == (code, "")
    assert os.listdir(tmp_path) == []
    assert ran.err.count("\n") == (what != "reader")
    target.write_text("older", "utf-8")
    assert run(name, *words, "-o", str(target)).code == code
    assert target.read_text("utf-8") == "older"
    assert os.listdir(tmp_path) == [target.name]


# ---- where it is called ------------------------------------------------------------


def test_a_screen_of_any_size_is_drawn_on(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    with patience():
        assert run("plot", "x", columns=10**12).code == 0
    sizes = {"9" * 12: 1000, "9" * 5000: 0, "0": 0, "-1": 0, "x": 0, "": 0, "30": 30}
    for given, lines in sizes.items():
        monkeypatch.setenv("LINES", given)
        assert terminal.size("LINES", 1, False) == lines


def test_nothing_of_the_surroundings_is_needed(tmp_path: Path) -> None:
    """No home, no locale, no terminal, no variable, and no current directory."""
    bare = f"env -i setsid {shlex.join(COMMAND)}"
    line = (
        f"mkdir here; cd here; rmdir ../here; {bare} grad x^2 --at 1 -fplain;"
        f" {bare} grad --module math:fsum --at 1 -fcsv; {bare} plot x -o x.svg; echo $?"
    )
    code, out, err = sh(line, tmp_path)
    assert (code, out.splitlines()[0], out.splitlines()[-1]) == (0, "2", "74")
    assert err == "Error: cannot write 'x.svg': No such file or directory\n"


@pytest.mark.parametrize(
    ("limit", "code", "says"),
    [
        ("-v 60000", 2, "there is not enough memory for this"),
        ("-f 0", 74, "cannot write 'big.csv': File too large"),
        ("-n 8", 0, ""),
    ],
)
def test_low_limits_are_said(limit: str, code: int, says: str, tmp_path: Path) -> None:
    big = "+".join(f"sin({place}*x)" for place in range(8_000 if code == 2 else 10))
    (tmp_path / "big").write_text(big, "utf-8")
    line = f"ulimit {limit}; D grad @big --at 1 -o big.csv"
    ended, out, err = sh(line, tmp_path)
    assert (ended, out) == (code, "")
    assert err.partition("\n")[0] == (f"Error: {says}" if says else "")
    assert len(os.listdir(tmp_path)) == 1 + (code == 0)


# ---- streams that are closed, full, or read by nobody ------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_what_stderr_takes_changes_nothing(name: str, run: Run) -> None:
    call = shlex.join(("D", name, *CALLS[name]))
    assert sh(f"{call} 2>&-") == (*run(name, *CALLS[name])[:2], "")
    assert run(name, "--nonsense").code == 2
    assert sh(f"D {name} --nonsense 2>/dev/full") == (2, "", "")


@pytest.mark.parametrize("name", NAMES)
def test_an_output_that_takes_nothing_is_74(name: str) -> None:
    call = shlex.join(("D", name, *CALLS[name]))
    for into_nothing in (f"{call} >/dev/full", f"D {name} --help >&-"):
        code, _, err = sh(into_nothing)
        assert (code, err[:31]) == (74, "Error: cannot write the output:")
        assert err.count("\n") == 1
    if name == NAMES[0]:
        assert sh(f"{call} >&- 2>&-") == (74, "", "")


@pytest.mark.parametrize("name", NAMES)
def test_a_reader_that_is_gone_is_141(name: str) -> None:
    for words in ((name, *CALLS[name]), *[(name, "--help")] * (name == NAMES[0])):
        read, write = os.pipe()
        os.close(read)
        done = subprocess.run(
            [*COMMAND, *words],
            stdout=write,
            stderr=subprocess.PIPE,
            check=False,
            env=environment(),
        )
        os.close(write)
        assert (done.returncode, done.stderr) == (141, b"")


def test_who_writes_nothing_needs_no_output() -> None:
    assert sh("D check x^2 --at 2 --claim 4 -q >&-") == (0, "", "")
    assert sh("D check x^2 --at 2 --claim 5 -q >&- 2>&-") == (1, "", "")


def test_a_closed_input_is_an_empty_one() -> None:
    for line in ("D grad - --at 1", "D grad x --points -", "D grad --exprs - --at 1"):
        assert sh(f"{line} <&-") == sh(line)
    assert sh("D grad x^2 --at 1 -fplain -o all <&- >&- 2>&-; cat all; rm all") == (
        0, "2\n", ""
    )  # fmt: skip


def test_what_cannot_be_read_is_not_our_output(tmp_path: Path) -> None:
    for words in (f"--points {tmp_path}", f"--exprs {tmp_path} --at 1"):
        code, out, err = sh(f"D grad {'x' if 'points' in words else ''} {words}")
        assert (code, out) == (2, "")
        assert err == f"Error: cannot read '{tmp_path}': Is a directory\n"


# ---- files, and what is none -------------------------------------------------------

PLAIN = "D grad x^2 --at 1 -f plain"


def test_what_is_no_regular_file_is_written_through(tmp_path: Path) -> None:
    for line in (
        f"{PLAIN} -o >(cat)",
        f"{PLAIN} -o /dev/fd/1",
        f"{PLAIN} -o /dev/stdout | cat",
        f"{PLAIN} -o /proc/self/fd/1 | cat",
        f"{PLAIN} -o /dev/fd/7 7>&1",
        f"mkfifo pipe; cat pipe & {PLAIN} -o pipe; wait; rm pipe",
        f"ln -s /dev/stdout link; {PLAIN} -o link | cat; rm link",
    ):
        assert sh(line, tmp_path)[:2] == (0, "2\n"), line
    line = f"{{ echo a; {PLAIN} -o /dev/stdout; echo b; }} > file; cat file"
    assert sh(line, tmp_path) == (0, "a\n2\nb\n", "")
    assert os.listdir(tmp_path) == ["file"]


@pytest.mark.parametrize(
    "target", ["/dev/full", ".", "nowhere/x", "loop", "/dev/fd/9", "file/x", "a" * 300]
)
def test_a_target_that_takes_nothing_is_74(target: str, tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "file").touch()
    code, out, err = sh(f"{PLAIN} -o {target}", tmp_path)
    assert (code, out) == (74, "")
    assert err.startswith(f"Error: cannot write '{target}': ")
    assert sorted(os.listdir(tmp_path)) == ["file", "loop"]


def test_a_file_that_is_replaced_keeps_its_permissions(tmp_path: Path) -> None:
    for mode in (0o600, 0o640, 0o666, 0o755):
        file = tmp_path / "file"
        file.write_text("old")
        file.chmod(mode)
        assert sh(f"{PLAIN} -o file", tmp_path)[0] == 0
        assert (file.read_text(), stat.S_IMODE(file.stat().st_mode)) == ("2\n", mode)
    assert sh(f"umask 027; {PLAIN} -o new", tmp_path)[0] == 0
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o640


def test_a_link_is_followed_and_none_is_planted(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to("folder/new")
    assert sh(f"{PLAIN} -o link", tmp_path)[0] == 0
    assert (tmp_path / "folder" / "new").read_text() == "2\n"
    assert (tmp_path / "link").is_symlink()
    # Names of unfinished files that could be foretold would be opened through links.
    victim = tmp_path / "victim"
    victim.write_text("dear")
    line = (
        "for n in '' .$$.tmp .$BASHPID.tmp .tmp; do ln -s victim out$n; done; rm out;"
        f" {PLAIN.replace('D', 'exec ' + shlex.join(COMMAND), 1)} -o out"
    )
    assert sh(line, tmp_path)[0] == 0
    assert victim.read_text() == "dear"


def test_suffixes_in_any_case_and_names_that_are_none(tmp_path: Path) -> None:
    for suffix in ("CSV", "Csv", "csv"):
        assert sh(f"D grad x^2 --at 1 -o {suffix}.{suffix}", tmp_path)[0] == 0
        assert (tmp_path / f"{suffix}.{suffix}").read_text().startswith("var,value")
    for name in NAMES:
        line = shlex.join(("D", name, *CALLS[name], "-o", ""))
        assert sh(line) == (
            2, "", "Error: Invalid value for '--output': '' names no file.\n"
        )  # fmt: skip


# ---- signals -----------------------------------------------------------------------

ENDING = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]
each_signal = pytest.mark.parametrize("number", ENDING, ids=lambda n: n.name)

#: Sends a signal to itself in the moment in which a module is imported.
EARLY = """
import os, sys
class Hit:
    def find_spec(self, name, path=None, target=None):
        if name == {module!r}:
            os.kill(os.getpid(), {number})
sys.meta_path.insert(0, Hit())
sys.argv[1:] = {words!r}
from diffcli.__main__ import main
sys.exit(main())
"""


@each_signal
@pytest.mark.parametrize(
    "module",
    ["diffcli.cli", "click", "click.types", "diffcli.cli.commands.grad", "rich.text"],
)
def test_a_signal_at_the_start_is_quiet(module: str, number: signal.Signals) -> None:
    words = ["grad", "x**2", "--at", "1"]
    program = EARLY.format(module=module, number=int(number), words=words)
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, check=False, text=True
    )
    assert (done.returncode, done.stdout) == (128 + number, "")
    assert done.stderr in ("", "Interrupted.\n")


@each_signal
def test_a_signal_while_it_waits_for_the_formula(
    number: signal.Signals, tmp_path: Path
) -> None:
    fifo = tmp_path / "formula"
    os.mkfifo(fifo)
    process = subprocess.Popen(
        [*COMMAND, "grad", f"@{fifo}", "--at", "1"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with patience(), open(fifo, "w", encoding="utf-8"):  # until it is opened for us
        process.send_signal(number)
        assert process.communicate() == ("", "Interrupted.\n")
    assert process.returncode == 128 + number


@each_signal
def test_a_signal_leaves_nothing_half_written(
    number: signal.Signals, tmp_path: Path
) -> None:
    for name, form in (("grad", "csv"), ("trace", "jsonl")):
        process = subprocess.Popen(
            [*COMMAND, name, "x**2", "--points", "-", "-o", tmp_path / f"out.{form}"],
            stdin=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment(),
        )
        assert process.stdin is not None
        with patience():
            # A pipe holds 64 KiB: when this is written, lines have been read.
            process.stdin.write(b"x\n" + (b"1.5" + b" " * 200 + b"\n") * 1_000)
            process.stdin.flush()
            if name == "grad":
                assert len(os.listdir(tmp_path)) == 1
            process.send_signal(number)
            _, err = process.communicate()
        assert (process.returncode, err) == (128 + number, b"Interrupted.\n")
        assert os.listdir(tmp_path) == []


def test_a_signal_that_is_ignored_stays_ignored(tmp_path: Path) -> None:
    line = "trap '' HUP; D grad @fifo --at 1 -fplain & exec 3>fifo; kill -HUP $!; "
    line = f"mkfifo fifo; {line} echo x^2 >&3; exec 3>&-; wait $!"
    assert sh(line, tmp_path) == (0, "2\n", "")


#: Says that it runs, starts a grandchild, and never answers; both hold the pipe open.
FAMILY = "exec 3>fifo; sleep 1000 & echo started >&3; sleep 1000"


@pytest.mark.parametrize("end", [*ENDING, "timeout", "normal"], ids=str)
def test_nobody_of_a_program_survives(
    end: signal.Signals | str, tmp_path: Path
) -> None:
    os.mkfifo(tmp_path / "fifo")
    family = FAMILY
    if end == "normal":
        family = FAMILY.replace("; sleep 1000", "; read _; echo '{\"f\": 1}'")
    program = shlex.join(["sh", "-c", family])
    words = ["grad", "--program", program, "--at", "1"]
    if end == "timeout":
        words += ["--timeout", "2"]
    process = subprocess.Popen(
        [*COMMAND, *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=tmp_path,
    )
    with patience(), open(tmp_path / "fifo", encoding="utf-8") as fifo:
        assert fifo.readline() == "started\n"
        if isinstance(end, signal.Signals):
            process.send_signal(end)
        _, err = process.communicate()
        # It ends when nobody holds it any more.
        assert set(fifo.read().split()) <= {"started"}
    if isinstance(end, signal.Signals):
        assert (process.returncode, err) == (128 + end, "Interrupted.\n")
    elif end == "timeout":
        assert process.returncode == 2
        assert "no answer within 2 s" in err


#: Sends a signal to itself when a program has just started, and goes on with the
#: start only when the rest is about to end.
LAUNCH = """
import os, subprocess, sys, threading
class Interrupted(subprocess.Popen):
    def __init__(self, *words, **more):
        super().__init__(*words, **more)
        os.kill(os.getpid(), {number})
        threading.main_thread().join()
subprocess.Popen = Interrupted
sys.argv[1:] = {words!r}
from diffcli.__main__ import main
sys.exit(main())
"""


@each_signal
def test_a_program_that_has_just_started_does_not_survive(
    number: signal.Signals, tmp_path: Path
) -> None:
    os.mkfifo(tmp_path / "fifo")
    program = shlex.join(["sh", "-c", "exec 3<>fifo 4>fifo; exec sleep 1000"])
    words = ["grad", "--program", program, "--at", "1"]
    process = subprocess.Popen(
        [sys.executable, "-c", LAUNCH.format(number=int(number), words=words)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=tmp_path,
    )
    end = os.open(tmp_path / "fifo", os.O_RDONLY | os.O_NONBLOCK)
    with patience(), open(end, encoding="utf-8") as fifo:
        assert process.communicate() == ("", "Interrupted.\n")
        assert process.returncode == 128 + number
        os.set_blocking(end, True)
        assert fifo.read() == ""  # nobody holds the other end


# ---- an archive --------------------------------------------------------------------


def test_an_archive_of_the_package_runs(tmp_path: Path) -> None:
    package = Path(plugins.__file__).parent
    archive = tmp_path / "diffcli.pyz"
    with ZipFile(archive, "w") as written:
        for path in package.rglob("*"):
            if path.is_file() and path.suffix != ".pyc":
                written.write(path, path.relative_to(package.parent))
        written.writestr("__main__.py", "from diffcli.__main__ import main; main()")
    each = [[name, *words] for name, words in CALLS.items()]
    asked = [*each, ["grad", "--json-schema"], ["--help"]]
    program = (  # imported once; what is printed is told apart by the marks
        f"import sys; sys.path.insert(0, {str(archive)!r});"
        " from diffcli.cli.main import main;"
        f" [print(main(words), 'MARK', flush=True) for words in {asked!r}]"
    )
    for words in (["-c", program], [archive, *each[0]]):
        done = subprocess.run(
            [sys.executable, "-I", *words],
            capture_output=True,
            text=True,
            check=False,
            env=environment(),
        )
        assert done.stderr == ""
        assert all(done.stdout.split("MARK\n")[: len(asked)])
