"""Look for inputs that break diffcli, for so many seconds; exit 1 if there are any.

    scripts/fuzz SECONDS [KIND...] [--seed N] [--guided]

Kinds are whole calls and the kinds of text of tests/fuzzing.py; without one each gets
its share of the time. A finding is an exception that is not ours, exit 70, 10 seconds
of work or 4 GB of memory for one input; it is printed as what reproduces it, as short
as it gets. With --guided atheris (pip install atheris) looks for texts that reach new
code.
"""

import argparse
import mmap
import os
import random
import resource
import signal
import sys
import tempfile
import time
import traceback
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
WORK = 10  # seconds of the processor for one input
SILENCE = 60  # seconds of the processor for what our own alarm does not end
ASLEEP = 900  # seconds after which nobody believes that a process still works
MEMORY = 4 << 30  # bytes
ROOM = 1 << 20  # bytes for the input that is being tried


class Hang(BaseException):
    """An input takes too long; no ``except Exception`` hides it."""


def main() -> int:
    """Share out the time, and return the exit code."""
    asked = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    asked.add_argument("seconds", type=float)
    asked.add_argument("kinds", nargs="*", metavar="KIND")
    asked.add_argument("--seed", type=int, default=int(time.time()))
    asked.add_argument("--guided", action="store_true")
    given = asked.parse_intermixed_args()
    if given.guided:
        import atheris

        with atheris.instrument_imports(include=["diffcli"]):
            from tests import fuzzing
    else:
        from tests import fuzzing
    offered = [*fuzzing.TARGETS] if given.guided else ["call", *fuzzing.TARGETS]
    for kind in given.kinds:
        if kind not in offered:
            asked.error(f"{kind} is none of {', '.join(offered)}")
    kinds = given.kinds or offered
    worker = guided if given.guided else blind
    print(f"seed {given.seed}")
    found = [
        supervised(worker, k, given.seconds / len(kinds), given.seed) for k in kinds
    ]
    return int(any(found))


def supervised(
    worker: Callable[..., None], kind: str, seconds: float, seed: int
) -> bool:
    """Let a process look, and another one if it breaks; tell whether it found one."""
    until, found = time.monotonic() + seconds, False
    tried = mmap.mmap(-1, ROOM)
    while time.monotonic() < until:
        sys.stdout.flush()
        child = os.fork()
        if not child:
            try:
                worker(kind, until, seed, tried)
            except BaseException:
                traceback.print_exc()
            sys.stdout.flush()
            os._exit(3)
        code = waited(child, tried)
        if code == 0:
            break
        found = True
        if code != 1:
            how = f"signal {-code}, or a hang" if code < 0 else code
            print(f"\n## {kind}: the process ended with {how} at\n{last(tried)}")
            seed += 1
        else:
            break
    return found


def waited(child: int, tried: mmap.mmap) -> int:
    """Return the exit code of a process, which ends if it does nothing any more."""
    before, since, work = b"", time.monotonic(), spent(child)
    while not (ended := os.waitpid(child, os.WNOHANG))[0]:
        time.sleep(0.2)
        now = tried[:4096]
        if now != before:
            before, since, work = now, time.monotonic(), spent(child)
        elif spent(child) - work > SILENCE or time.monotonic() - since > ASLEEP:
            os.kill(child, signal.SIGKILL)
    return os.waitstatus_to_exitcode(ended[1])


def spent(child: int) -> float:
    """Return the seconds of the processor that a process has had.

    On a busy machine that is little of the clock's time. Where the system does not
    tell, it is the clock's.
    """
    try:
        return time.clock_gettime((~child << 3) | 2)  # clock_getcpuclockid of Linux
    except OSError:
        return time.monotonic()


def note(tried: mmap.mmap, text: str) -> None:
    """Write down what is being tried, where it outlives this process."""
    data = text.encode("utf-8", "surrogatepass")[: ROOM - 1]
    tried[: len(data) + 1] = data + b"\0"


def last(tried: mmap.mmap) -> str:
    """Return what was written down."""
    return tried[: tried.find(b"\0")].decode("utf-8", "backslashreplace")


# ---- blind: nearly right inputs, by chance -----------------------------------------


def blind(kind: str, until: float, seed: int, tried: mmap.mmap) -> None:
    """Try inputs of a kind until it is time, and print what was found."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    signal.signal(signal.SIGPROF, hang)
    warnings.simplefilter("error")
    trials = calls if kind == "call" else texts
    found: dict[str, str] = {}
    count = 0
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        for source, what in trials(kind, seed, tried):
            if what:
                print(f"\n## {kind}: {what}\n{source}", flush=True)
                found[what] = source
            count += 1
            if time.monotonic() > until:
                break
        os.chdir("/")
    print(f"{kind}: {count} inputs, {len(found)} findings", flush=True)
    os._exit(bool(found))


def hang(*_: object) -> None:
    """End an input that takes too long."""
    raise Hang


def outcome(call: Callable[[], str]) -> str:
    """Return what a call raises and where, or what it returns."""
    signal.setitimer(signal.ITIMER_PROF, WORK)
    try:
        said = call()
        signal.setitimer(signal.ITIMER_PROF, 0)
        return said
    except Hang:
        return f"over {WORK} s"
    except Exception as error:
        frames = traceback.extract_tb(error.__traceback__)
        here = [f for f in frames if "/diffcli/" in f.filename] or frames
        where = f"{Path(here[-1].filename).name}:{here[-1].lineno}"
        return f"{type(error).__name__} in {where}"
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def texts(kind: str, seed: int, tried: mmap.mmap) -> Iterator[tuple[str, str]]:
    """Yield texts, and what is wrong with them the first time, as short as it gets."""
    from tests import fuzzing

    def wrong(source: str) -> str:
        note(tried, source)
        return outcome(lambda: fuzzing.read(kind, source) or "")

    known = set()
    for source in fuzzing.texts(kind, random.Random(seed)):
        what = wrong(source)
        if what and what not in known:
            known.add(what)
            short = shortened(source, lambda text, what=what: wrong(text) == what)
            yield f"fuzzing.read({kind!r}, {short!r})", what
        else:
            yield source, ""


def shortened(source: str, holds: Callable[[str], bool]) -> str:
    """Return a part of a text of which the same holds."""
    size, end = len(source) // 2, time.monotonic() + 3 * WORK
    while size and time.monotonic() < end:
        for start in range(0, len(source), size):
            shorter = source[:start] + source[start + size :]
            if holds(shorter):
                source = shorter
                break
        else:
            size //= 2
    return source


def calls(kind: str, seed: int, tried: mmap.mmap) -> Iterator[tuple[str, str]]:
    """Yield calls as scripts, and what is wrong with them the first time."""
    from diffcli.cli import main as cli
    from tests import calls

    raised: list[Exception] = []
    real = cli.in_our_words

    def noted(error: Exception, words: object = ()) -> object:
        raised.append(error)
        return real(error, words)

    cli.in_our_words = noted
    known = set()
    place = 0
    while True:
        call = calls.drawn(random.Random(f"{seed} {place}"))
        place += 1
        note(tried, call.script())
        raised.clear()
        what = outcome(lambda call=call: calls.fault(call, calls.made(call)))
        if "internal" in what or "70" in what:
            what = outcome(lambda: throw(raised[0])) if raised else what
        yield call.script(), "" if what in known else what
        known.add(what)


def throw(error: Exception) -> str:
    """Raise an error."""
    raise error


# ---- guided: texts that reach new code, by libFuzzer --------------------------------


def guided(kind: str, until: float, seed: int, tried: mmap.mmap) -> None:
    """Try texts of a kind; libFuzzer prints what it finds, and ends the process."""
    import atheris

    from tests import fuzzing

    def once(data: bytes) -> None:
        source = data.decode("utf-8", "replace")
        note(tried, source)
        fuzzing.read(kind, source)

    folder = Path(tempfile.mkdtemp())
    for place, text in enumerate(fuzzing.SEEDS[kind]):
        (folder / str(place)).write_text(text, "utf-8", "replace")
    flags = {
        "max_total_time": max(1, int(until - time.monotonic())), "timeout": WORK,
        "seed": seed, "rss_limit_mb": MEMORY >> 20, "max_len": 400, "verbosity": 0,
        "print_final_stats": 1, "artifact_prefix": f"{folder}/",
    }  # fmt: skip
    words = [f"-{name}={value}" for name, value in flags.items()]
    atheris.Setup([kind, *words, str(folder)], once)
    atheris.Fuzz()


if __name__ == "__main__":
    sys.exit(main())
