"""Programs and callables that nobody can look into, in real processes."""

import json
import shlex
import shutil
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import pytest

from diffcli.analysis.measure import measure
from diffcli.blackbox.boxes import Boxes
from diffcli.blackbox.callable import CallableBox
from diffcli.cli.main import main
from diffcli.problem import Settings
from tests.conftest import Run

#: A function of x, and what its gradient is said to be; both in Python.
NET = """\
import json, math, sys
for line in sys.stdin:
    x = json.loads(line)["x"]
    {body}
    print(json.dumps({{"f": f, "grad": grad}}), flush=True)
"""
LECTURE = "s = 2*x[0] + 3*x[1]; f = s*s + 3; grad = [4*s, 6*s]"


@pytest.fixture
def program(tmp_path: Path) -> str:
    return write(tmp_path, LECTURE)


def write(folder: Path, body: str) -> str:
    file = folder / "net.py"
    file.write_text(NET.format(body=body), encoding="utf-8")
    return shlex.join([sys.executable, str(file)])


def test_a_right_gradient_passes_and_a_wrong_one_fails(
    program: str, tmp_path: Path, run: Run
) -> None:
    words = ("check", "--program", program, "--at", "1,3")
    assert run(*words, "-q") == (0, "", "")
    program = write(tmp_path, LECTURE.replace("4*s", "2*s"))
    ran = run("check", "--program", program, "--at", "1,3", "-f", "json")
    assert ran.code == 1
    verdicts = json.loads(ran.out)["verdicts"]
    assert [verdict["passed"] for verdict in verdicts.values()] == [False, True]
    assert verdicts["x1"]["true"] == pytest.approx(44, rel=1e-9)


@pytest.mark.parametrize(
    ("body", "at", "right"),
    [
        # What torch's and jax's checkers were measured to get wrong.
        ("f = math.log(x[0]); grad = [1.01/x[0]]", "1e8", False),
        ("f = 1e-9*math.sin(x[0]); grad = [1.01e-9*math.cos(x[0])]", "1", False),
        ("f = x[0]**2; grad = [2*x[0]]", "1e8", True),
        ("f = math.log(x[0]); grad = [1/x[0]]", "1e-6", True),
        ("f = 1/x[0]; grad = [-1/x[0]**2]", "1e-4", True),
        ("f = math.log(x[0]); grad = [1/x[0]]", "1e8", True),
        ("f = 1e-9*math.sin(x[0]); grad = [1e-9*math.cos(x[0])]", "1", True),
    ],
)
def test_what_other_checkers_get_wrong(
    body: str, at: str, right: bool, tmp_path: Path, run: Run
) -> None:
    ran = run("check", "--program", write(tmp_path, body), "--at", at)
    assert ran.code == (0 if right else 1), ran.out


def test_grad_has_differences_only_with_their_errors(program: str, run: Run) -> None:
    ran = run("grad", "--program", program, "--at", "a=1,b=3", "-f", "json")
    record = json.loads(ran.out)
    found = record["gradient"]["finite"]
    assert found == {"a": pytest.approx(44), "b": pytest.approx(66)}
    for name, exact in (("a", 44), ("b", 66)):
        assert abs(found[name] - exact) <= record["estimates"][name] + 1e-12
    assert "est. error" in run("grad", "--program", program, "--at", "1,3").out
    plain = run(
        "grad", "--program", program, "--at", "1,3", "--h", "1e-5", "-f", "plain"
    )
    assert [float(word) for word in plain.out.split()] == pytest.approx([44, 66])
    for words in (("--method", "backprop"), ("--exact",), ("--order", "2")):
        assert run("grad", "--program", program, "--at", "1,3", *words).code == 2


@pytest.mark.parametrize("form", ["tsv", "csv", "json", "jsonl", "md", "latex", "svg"])
def test_every_format(form: str, program: str, run: Run) -> None:
    for command in ("grad", "check"):
        ran = run(command, "--program", program, "--at", "1,3", "-f", form)
        assert (ran.code, ran.err) == (0, "")
        assert "66" in ran.out


@pytest.mark.parametrize(
    ("command", "message"),
    [
        ("no-such-program-anywhere", "cannot start"),
        ("{python} -c 'import sys; sys.exit(3)'", "ended with exit code 3"),
        ("{python} -c 'import os; os.kill(os.getpid(), 9)'", "ended by signal 9"),
        (
            "{python} -c 'while input(): print(\"rubbish\", flush=True)'",
            "answered 'rubbish'",
        ),
        ("{python} -c 'while input(): print(\"[]\", flush=True)'", "answered '[]'"),
        (
            '{python} -c \'while input(): print("{{\\"f\\": true}}", flush=True)\'',
            "no number",
        ),
        ("'", "No closing quotation"),
    ],
)
def test_a_program_that_breaks_down_is_said(
    command: str, message: str, run: Run
) -> None:
    command = command.format(python=shlex.quote(sys.executable))
    ran = run("check", "--program", command, "--timeout", "100", "--at", "1,3")
    assert (ran.code, ran.out) == (2, "")
    assert message in ran.err


def test_a_program_that_says_nothing_is_not_waited_for(run: Run) -> None:
    for at in ("1,3", ",".join("1" * 50_000)):  # the second fills the pipe
        words = ("grad", "--program", "sleep 1000", "--timeout", "0.1", "--at", at)
        ran = run(*words, "--wrt", "x1")
        assert (ran.code, ran.out) == (2, "")
        assert "'sleep 1000' gave no answer within 0.1 s" in ran.err


def test_an_endless_answer_is_cut(run: Run) -> None:
    for stream in ("", " >&2"):
        program = shlex.join(["sh", "-c", f"yes 1 | tr -d '\\n'{stream}"])
        words = (
            "--program",
            program,
            "--at",
            "1",
            "--timeout",
            "100" if not stream else "1",
        )
        ran = run("grad", *words)
        assert (ran.code, ran.out) == (2, "")
        expected = "a line of over 16777216 char" if not stream else "no answer within"
        assert expected in ran.err


def test_a_wrong_count_is_said(tmp_path: Path, run: Run) -> None:
    program = write(tmp_path, "f = 1.0; grad = [1, 2, 3]")
    ran = run("check", "--program", program, "--at", "1,3")
    assert ran.code == 2
    assert "a gradient of 3 numbers, but the point has 2" in ran.err


def test_no_value_at_the_point_is_a_domain_error(tmp_path: Path, run: Run) -> None:
    program = write(tmp_path, "f = math.nan; grad = [1]")
    ran = run("check", "--program", program, "--at", "1")
    assert (ran.code, ran.out) == (4, "")


def test_the_edge_of_a_domain_is_measured_from_inside(tmp_path: Path, run: Run) -> None:
    body = "f = None if x[0] < 1 else (x[0] - 1)**2 + x[0]; grad = [1]"
    ran = run("check", "--program", write(tmp_path, body), "--at", "1")
    assert ran.code == 0, ran.out + ran.err


def test_a_kink_is_not_called_wrong(tmp_path: Path, run: Run) -> None:
    program = write(tmp_path, "f = abs(x[0]); grad = [0]")
    ran = run("check", "--program", program, "--at", "0")
    assert ran.code == 5
    assert "kink within h" in ran.out
    assert "slope -1 on the left, 1 on the right" in ran.out
    assert "slope -1 on the left, 1 on the right" in ran.err
    smooth = write(tmp_path, "f = x[0]**3 + 7*x[0]**2; grad = [3*x[0]**2 + 14*x[0]]")
    assert run("check", "--program", smooth, "--at", "0").code == 0


@pytest.mark.parametrize("form", ["table", "csv", "json", "jsonl", "md"])
@pytest.mark.parametrize("words", [("grad",), ("check", "--claim", "7")])
def test_at_a_kink_there_is_an_error_and_no_number(
    words: tuple[str, ...], form: str, run: Run
) -> None:
    call = (words[0], "--module", "builtins:max", "--at", "1,1", *words[1:])
    if words[0] == "check":
        call = (*call[:-1], "7,7")
    ran = run(*call, "-f", form)
    assert ran.code == 5
    assert "0.5" not in ran.out
    assert "slope 0 on the left, 1 on the right" in ran.err
    if form in ("json", "jsonl"):
        (line,) = ran.err.splitlines()
        assert json.loads(line)["error"]["kind"] == "kink"
        assert '"left": 0.0' in ran.out


def test_doubt_goes_before_a_kink_and_wrong_before_both(
    tmp_path: Path, run: Run
) -> None:
    body = "f = abs(x[0]) + round(x[1]**2, 1) + x[2]; grad = [0, 2*x[1], {}]"
    for last, code in ((1, 6), (9, 1)):
        program = write(tmp_path, body.format(last))
        words = ("check", "--program", program, "--at", "0,1,1")
        ran = run(*words)
        assert ran.code == code
        assert "kink within h" in ran.out
        assert "cannot tell" in ran.out
        assert run(*words, "-q").code == code
    alone = write(tmp_path, "f = abs(x[0]) + x[1]; grad = [0, 1]")
    assert run("check", "--program", alone, "--at", "0,1").code == 5


def test_copies_work_side_by_side(program: str, run: Run) -> None:
    words = ("grad", "--program", program, "--at", "1,3", "-f", "csv")
    assert run(*words, "--jobs", "3").out == run(*words).out


def test_it_is_kept_for_all_points(tmp_path: Path, run: Run) -> None:
    log = tmp_path / "starts"
    program = write(tmp_path, LECTURE)
    file = tmp_path / "net.py"
    begin = f"open({str(log)!r}, 'a').write('x')\n"
    file.write_text(begin + file.read_text(encoding="utf-8"), encoding="utf-8")
    points = [word for n in range(5) for word in ("--at", f"{n},1")]
    assert run("check", "--program", program, *points).code == 0
    assert log.read_text(encoding="utf-8") == "x"


def test_what_it_started_in_a_session_of_its_own_ends_too(
    tmp_path: Path, run: Run
) -> None:
    log = tmp_path / "strays"
    body = f"""
    from subprocess import Popen
    stray = Popen(["sleep", "600"], start_new_session=True)
    open({str(log)!r}, "a").write(str(stray.pid) + " ")
    f, grad = x[0], [1]
    """
    assert run("check", "--program", write(tmp_path, body), "--at", "1").code == 0
    strays = log.read_text("utf-8").split()
    assert strays
    assert all(map(int, strays))
    for stray in strays:  # gone, or dead and not yet buried
        with suppress(OSError):
            assert not (Path("/proc") / stray / "environ").read_bytes()


def test_many_variables_along_one_direction(tmp_path: Path, run: Run) -> None:
    body = "f = sum(v*v for v in x); grad = [2*v for v in x]"
    at = ",".join(str(n / 10) for n in range(200))
    program = write(tmp_path, body)
    words = ("check", "--program", program, "--at", at, "--seed", "4", "-f", "json")
    first = run(*words)
    assert first.code == 0
    assert list(json.loads(first.out)["verdicts"]) == ["direction 4"]
    assert run(*words).out == first.out
    wrong = write(tmp_path, body.replace("2*v for", "2*v + (v == 7) for"))
    assert run("check", "--program", wrong, "--at", at, "--seed", "4").code == 1


@pytest.mark.parametrize(("claim", "order"), [("44,66", 2), ("44,67", 1)])
def test_the_remainder_shows_what_is_right(claim: str, order: int, run: Run) -> None:
    words = ("check", "(2*x1+3*x2)**2+3", "--at", "1,3", "--claim", claim, "--taylor")
    ran = run(*words, "-f", "json")
    remainders = json.loads(ran.out)["remainders"]
    assert remainders[-1]["order"] == pytest.approx(order, abs=0.1)
    assert f"h**{order}.0" in run(*words).out


def test_a_python_callable(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mine_to_check.py").write_text(
        "def f(x):\n    return x[0]**2*x[1], [2*x[0]*x[1], x[0]**2]\n"
        "def broken(x):\n    raise KeyError('w')\n",
        encoding="utf-8",
    )
    monkeypatch.chdir(tmp_path)
    assert run("check", "--module", "mine_to_check:f", "--at", "3,2").code == 0
    ran = run("check", "--module", "mine_to_check:broken", "--at", "3,2")
    assert (ran.code, "KeyError" in ran.err) == (2, True)
    for name in ("mine_to_check", "mine_to_check:g", "nowhere:f"):
        assert run("check", "--module", name, "--at", "3,2").code == 2


@pytest.mark.parametrize("jobs", [1, 3])
def test_each_measurement_counts_its_own_questions(jobs: int) -> None:
    asked: list[int] = []

    def f(x: Sequence[float]) -> float:
        asked.append(1)
        return x[0] ** 2 * x[1]

    with Boxes(lambda: CallableBox(f, "f"), jobs) as boxes:
        for turn in range(3):
            before = len(asked)
            point = {"x": 3.0 + turn, "y": 2.0}
            found = measure(boxes, point, ("x", "y"), Settings())
            assert found.evaluations == len(asked) - before > 2


#: What a Python file may do to whoever imports or calls it, and what is said of it.
RUDE = {
    "f = (": "SyntaxError",
    "1/0": "ZeroDivisionError",
    "import sys; sys.exit(3)": "SystemExit: 3",
    "import nowhere_at_all": "No module named 'nowhere_at_all'",
    "open('nowhere')": "FileNotFoundError",
    "def f(x): import sys; sys.exit()": "SystemExit",
    "def f(x): open('nowhere')": "FileNotFoundError",
    "def f(x): return f(x)": "RecursionError",
    "def f(x): return 1j": "no number",
    "def f(x): return 1.0, 2.0": "TypeError",
    "def f(x): return 1.0, [float('nan')]": "part 1 is nan",
    "def f(x): return 1.0, [float('-inf')]": "part 1 is -inf",
    "def f(x): return 1, [10**400]": "part 1 is inf",
    "def f(x): return 1, [None]": "no list of numbers",
    "def f(x): return 'x' * 10**6": "no value",
    "def f(x): return [1] * 10**6": "no number",
}


@pytest.mark.parametrize(
    ("code", "point", "told"),
    [
        ("def f(x): return x*x", "3", True), ("def f(x, y): return x*y", "3,4", True),
        ("def f(): return 1", "3", True), ("def f(x): return nothing", "3", False),
        ("def f(x): return 1.0, 2.0", "3", False),
    ],
)  # fmt: skip
def test_a_callable_of_numbers_is_told_that_it_gets_a_list(
    code: str,
    point: str,
    told: bool,
    run: Run,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    name = f"of_numbers_{abs(hash(code))}"
    (tmp_path / f"{name}.py").write_text(f"{code}\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    ran = run("grad", "--module", f"{name}:f", "--at", point)
    assert (ran.code, ran.out) == (2, "")
    hint = "Hint: the values come in one list: def f(x): return x[0]*x[1]\n"
    assert ran.err.endswith(hint) is told


@pytest.mark.parametrize("code", RUDE)
def test_a_rude_callable_is_named(
    code: str, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = f"rude_{abs(hash(code))}"
    (tmp_path / f"{name}.py").write_text(f"{code}\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    for command in ("check", "grad"):
        ran = run(command, "--module", f"{name}:f", "--at", "1", "-f", "json")
        if RUDE[code] == "no value":
            assert ran.code == 4
            continue
        assert (ran.code, ran.out) == (2, "")
        assert RUDE[code] in json.loads(ran.err)["error"]["message"]
        assert len(ran.err) < 400


def test_what_a_callable_prints_is_no_result(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = "print('hello')\ndef f(x):\n    print('there')\n    return x[0]**2\n"
    (tmp_path / "talks_much.py").write_text(code, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    words = ("--module", "talks_much:f", "--at", "1", "-f", "json")
    ran = run("check", *words, "--claim", "2")
    assert ran.code == 0
    assert json.loads(ran.out)["verdicts"]["x1"]["passed"]
    assert ran.err.startswith("hello\nthere\n")


def test_what_a_callable_writes_past_python_is_no_result(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    code = "import os\nos.system('echo hello')\ndef f(x):\n    os.write(1, b'there')\n"
    (tmp_path / "writes_much.py").write_text(f"{code}    return 3\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert main(["grad", "--module", "writes_much:f", "--at", "1", "-f", "plain"]) == 0
    out, err = capfd.readouterr()
    assert out == "0\n"
    assert err.startswith("hello\nthere")


@pytest.mark.parametrize(
    "answer",
    [
        '{"f": 1, "grad": [NaN]}', '{"f": 1, "grad": [1e999]}',
        '{"f": 1, "grad": [-Infinity]}', "[" * 10_000, '{"f": {}}',
        '{"f": 1, "grad": [[1]]}', '{"f": 1, "grad": {"x": 1}}', "", "\0", "nan",
        '{"f": "1"}', '{"f": " -2e5 ", "grad": [1]}',
    ],
    ids=lambda answer: answer[:20],
)  # fmt: skip
def test_a_rude_answer_is_refused(answer: str, tmp_path: Path, run: Run) -> None:
    file = tmp_path / "answer"
    file.write_text(f"{answer}\n" * 20, encoding="utf-8")
    slow = "while read _; do head -n 1 " + shlex.quote(str(file)) + "; done"
    program = shlex.join(["sh", "-c", slow])
    ran = run("check", "--program", program, "--at", "1", "-f", "json")
    assert (ran.code, ran.out) == (2, "")
    assert "nan," not in ran.out
    assert len(ran.err) < 1000


@pytest.mark.parametrize(
    "words",
    [
        ("x", "--program", "cat", "--at", "1"),
        ("--program", "cat"),
        ("--module", "math:fsum", "--at", "1"),
        (),
    ],
)
def test_unclear_calls_are_refused(words: tuple[str, ...], run: Run) -> None:
    ran = run("check", *words)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("Error: ")


COMPILERS = [found for name in ("cc", "gcc") if (found := shutil.which(name))][:1]


@pytest.mark.parametrize("compiler", COMPILERS)
def test_a_program_in_c(compiler: str, tmp_path: Path, run: Run) -> None:
    source = tmp_path / "f.c"
    source.write_text(
        "#include <stdio.h>\n"
        "int main(void) {\n"
        "    double a, b;\n"
        '    while (scanf(" {\\"x\\": [%lf, %lf]}", &a, &b) == 2) {\n'
        '        printf("{\\"f\\": %.17g, \\"grad\\": [%.17g, %.17g]}\\n",\n'
        "               a*a*b, 2*a*b, a*a);\n"
        "        fflush(stdout);\n"
        "    }\n"
        "}\n",
        encoding="utf-8",
    )
    program = tmp_path / "f"
    subprocess.run([compiler, "-o", program, source], check=True)
    assert run("check", "--program", str(program), "--at", "3,2").code == 0


@pytest.mark.parametrize(
    ("program", "hint"),
    [
        ("false", 'a point is a line such as {"x": [1, 3]}'),
        ("sh -c 'echo why >&2; exit 3'", 'why; a point is a line such as'),
        ("sh -c 'read q; echo 7'", 'an answer is a line such as {"f": 124'),
        ("sh -c 'while read q; do echo 1; echo 2; done'", 'an answer is a'),
    ],
)  # fmt: skip
def test_who_does_not_know_the_protocol_is_told(
    program: str, hint: str, run: Run
) -> None:
    ran = run("check", "--program", program, "--at", "1,2", "--claim", "1,1")
    assert (ran.code, ran.out) == (2, "")
    assert hint in ran.err
