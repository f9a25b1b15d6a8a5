"""practice: sheets that a seed fixes, and answers that are judged with a reason."""

import csv
import json
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest

import diffcli
from diffcli.analysis.practice import HARDEST, RULES, TOPICS, exercises, topics
from diffcli.language.expression import variables
from diffcli.language.printer import text
from tests.conftest import Run
from tests.test_terminal import Terminal

DRAWN = [
    "2*(sqrt(x))",
    "((2*x + 3)**2)**2",
    "(sin(5*x))*(x**2 + 5)",
    "5/(sqrt(x))",
    "4**(tan(x))",
    "cos(sin(5*x))",
]
SEVERAL = [
    ("x*y*exp(2*x + z)", "x"),
    ("z = w*x + b; a = softplus(z); (a - t)**2", "b"),
    ("x*y*exp(4*x + z)", "x"),
    ("z = w*x + b; a = softplus(z); (a - t)**2", "x"),
]
SHEET = ("practice", "--rules", "chain,product", "--seed", "7", "--count", "4")


@pytest.mark.parametrize("difficulty", range(1, HARDEST + 1))
@pytest.mark.parametrize("rule", RULES)
def test_exercises_begin_with_their_rule(rule: str, difficulty: int) -> None:
    sheet = exercises([rule], difficulty, 11, 4)
    assert len({exercise.formula.source for exercise in sheet}) == 4
    for exercise in sheet:
        assert rule in exercise.rules
        assert variables(exercise.formula.expression) == ["x"]
        right = {
            "derivative": text(exercise.derivation.result),
            "number": f"{exercise.value:.6g}",
            "rule": rule,
        }
        assert diffcli.answer(exercise, right[exercise.kind]).status == "right"


@pytest.mark.parametrize("difficulty", range(1, HARDEST + 1))
@pytest.mark.parametrize("topic", TOPICS[len(RULES) :])
def test_exercises_in_several_variables(topic: str, difficulty: int) -> None:
    for seed in range(3):
        for exercise in exercises([topic], difficulty, seed, 3):
            parsed, name = exercise.formula, exercise.variable
            assert name in parsed.variables
            assert bool(parsed.definitions) == (topic == "network")
            right = text(exercise.derivation.result)
            if exercise.kind == "number":
                right = f"{exercise.value:.5g}"
            for left in ("", f"{name} = ", f"df/d{name} = "):
                assert diffcli.answer(exercise, left + right).status == "right"
            assert diffcli.answer(exercise, "77.7").status == "wrong"


@pytest.mark.parametrize("topic", ["linearity", "network"])
def test_what_is_held_fixed_is_said_if_there_is_more_than_one_variable(
    topic: str,
) -> None:
    said = [
        piece
        for exercise in exercises([topic], 4, 1, 4)
        for line in exercise.derivation.lines
        for reason in line.reasons
        for piece in reason
        if isinstance(piece, str) and "held fixed" in piece
    ]
    assert bool(said) == (topic == "network")


def test_hard_sheets_have_several_variables_and_networks() -> None:
    assert topics(3) == RULES
    assert topics(HARDEST) == TOPICS
    found = {e.topic for e in diffcli.practice(difficulty=HARDEST, seed=1, count=8)}
    assert found == set(TOPICS)


def test_an_answer_in_the_names_of_a_network() -> None:
    found = (e for s in range(40) for e in exercises(["network"], 4, s, 3))
    exercise = next(
        e for e in found
        if "a = sigmoid(z)" in e.formula.source and e.variable == "w"
    )  # fmt: skip
    exercise = exercise._replace(kind="derivative")
    for answer, status in {
        "2(a - t)*a*(1 - a)*x": "right",
        "∂f/∂w = 2(a - t)*a*(1 - a)*x": "right",
        "2(a - t)*x": "wrong",
        "2(a - t)*a*(1 - a)*w": "wrong",
    }.items():
        assert diffcli.answer(exercise, answer).status == status
    with pytest.raises(diffcli.PointError):
        diffcli.answer(exercise, "df/db = 2(a - t)*a*(1 - a)")
    with pytest.raises(diffcli.PointError):
        diffcli.answer(exercise, "2(q - t)")


@pytest.mark.parametrize("form", ["table", "md", "latex", "json", "csv", "html"])
def test_several_variables_in_every_format(form: str, run: Run) -> None:
    words = ("practice", "--rules", "partial,network", "--seed", "3", "--count", "6")
    for difficulty in "135":
        ran = run(*words, "--difficulty", difficulty, "--solutions", "-f", form)
        assert (ran.code, ran.err) == (0, "")


def test_the_tolerance_of_a_number_is_said_and_kept(run: Run) -> None:
    out = run("practice", "--rules", "partial", "--count", "9", "--seed", "3").out
    assert "(within 0.05 %)" in out
    sheet = exercises(["partial"], 2, 3, 9)
    exercise = next(e for e in sheet if e.kind == "number" and e.value)
    for factor, status in ((1.0004, "right"), (1.0006, "wrong")):
        said = diffcli.answer(exercise, repr(exercise.value * factor))
        assert said.status == status


def test_a_sheet_is_the_same_everywhere() -> None:
    """These were drawn when this was written; another version draws the same."""
    drawn = [exercise.formula.source for exercise in exercises(RULES, 3, 42, 6)]
    assert drawn == DRAWN
    code = (
        "from diffcli.analysis.practice import *\n"
        "print([e.formula.source for e in exercises(RULES, 3, 42, 6)])"
    )
    out = subprocess.run(
        [sys.executable, "-X", "utf8", "-c", code], capture_output=True, text=True,
        check=True, env={"PYTHONHASHSEED": "1"},
    ).stdout  # fmt: skip
    assert out.strip() == str(drawn)
    several = [(e.formula.source, e.variable) for e in exercises(TOPICS[6:], 5, 42, 4)]
    assert several == SEVERAL


@pytest.mark.parametrize(
    "form", ["table", "md", "latex", "json", "jsonl", "csv", "tsv", "html"]
)
def test_every_format_with_solutions(form: str, run: Run) -> None:
    first, second = run(*SHEET, "-f", form), run(*SHEET, "-f", form, "--solutions")
    assert (first.code, first.err, second.code) == (0, "", 0)
    assert len(second.out) > len(first.out)
    assert run(*SHEET, "-f", form) == first


def test_a_sheet_says_how_to_get_it_again(run: Run) -> None:
    out = run("practice", "--count", "2", columns=120).out
    again = out.rstrip().splitlines()[-1].partition("diffcli ")[2]
    assert run(*again.split(), columns=120).out == out


def solved(run: Run) -> list[dict[str, str]]:
    out = run(*SHEET, "-f", "csv", "--solutions").out
    return list(csv.DictReader(StringIO(out)))


def test_answers_of_a_class(run: Run, tmp_path: Path) -> None:
    answers = [row["answer"].split(" or ")[0] for row in solved(run)]
    file = tmp_path / "answers.csv"
    with file.open("w", encoding="utf-8", newline="") as opened:
        table = csv.writer(opened)
        table.writerow(["name", "number", "answer"])
        for number, answer in enumerate(answers, 1):
            table.writerow(["Ada", number, answer])
        table.writerow(["Bob", 1, "x+1"])
        table.writerow(["Bob", 2, "2**"])
        table.writerow(["Bob", 9, "x"])
    ran = run(*SHEET, "--answers", str(file))
    assert (ran.code, ran.err) == (1, "")
    marked = list(csv.DictReader(StringIO(ran.out)))
    verdicts = [row["verdict"] for row in marked]
    assert verdicts == ["right"] * 4 + ["wrong", "parse", "point"]
    assert run(*SHEET, "--answers", str(file), "-f", "json").code == 1


def test_a_class_of_thirty_in_one_command(run: Run, tmp_path: Path) -> None:
    right = [row["answer"].split(" or ")[0] for row in solved(run)]
    names = [f"student{n}" for n in range(30)]
    file = tmp_path / "class.csv"
    with file.open("w", encoding="utf-8", newline="") as opened:
        table = csv.writer(opened)
        table.writerow(["name", "number", "answer"])
        for place, name in enumerate(names):
            for number, answer in enumerate(right, 1):
                is_wrong = number <= place % 3
                table.writerow([name, number, "x" if is_wrong else answer])
    ran = run(*SHEET, "--answers", str(file), "-f", "table")
    assert (ran.code, ran.err) == (1, "")
    assert "120 claims: 90 right, 30 wrong." in ran.out
    said = " ".join(ran.out.split())
    assert "Right: student0 4 of 4, student1 3 of 4, student2 2 of 4," in said
    made = json.loads(run(*SHEET, "--answers", str(file), "-f", "json").out)
    assert (made["right"], made["wrong"]) == (90, 30)


def test_the_right_number_is_said() -> None:
    sheet = [e for s in range(30) for e in exercises(["power"], 2, s, 4)]
    exercise = next(e for e in sheet if e.kind == "number")
    (right,) = diffcli.answer(exercise, "123.4").right.values()
    assert float(text(right)) == pytest.approx(exercise.value)


@pytest.mark.parametrize(
    ("word", "status"),
    [("linearity", "right"), ("Sum rule", "right"), ("product rule", "wrong")],
)
def test_other_words_for_a_rule(word: str, status: str) -> None:
    sheet = (e for s in range(30) for e in exercises(["linearity"], 2, s, 4))
    exercise = next(e for e in sheet if e.kind == "rule")
    assert diffcli.answer(exercise, word).status == status


def test_answers_line_by_line(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "answers.txt"
    answers = [row["answer"].split(" or ")[0] for row in solved(run)]
    file.write_text("\n".join(answers), encoding="utf-8")
    assert run(*SHEET, "--answers", str(file)).code == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--rules", "magic"), "'magic' is not one of linearity"),
        (("--answers", "none.txt"), "needs the --seed"),
        (("--difficulty", "6"), "6 is not in the range"),
        (("--rules", "chain", "--difficulty", "1", "--count", "99"), "not 99"),
    ],
)
def test_refused(words: tuple[str, ...], said: str, run: Run) -> None:
    ran = run("practice", *words)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err


def test_a_round_in_a_terminal(run: Run) -> None:
    product, chain = solved_by_rule(run)
    terminal = Terminal("practice", "--rules", "product,chain", *ROUND)
    terminal.until("f'(x) = ")
    terminal.press("x^^2\n")
    assert "Error" in terminal.until("f'(x) = ")
    terminal.press("?\n")
    assert "product rule comes first" in terminal.until("f'(x) = ")
    terminal.press("12345\n")
    assert "Not yet" in terminal.until("f'(x) = ")
    terminal.press("??\n")
    assert "d/dx" in terminal.until("   product")
    terminal.press(product + "\n")
    assert "Right, at the second try" in terminal.until("Exercise 2 of 2")
    terminal.until("= ")
    terminal.press(chain + "\n")
    seen = terminal.until("--seed")
    assert "Once more: product." in seen
    assert terminal.finish() == 0


def test_the_round_in_the_readme() -> None:
    readme = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")
    shown = readme.partition("$ diffcli practice ")[2].partition("```")[0]
    words, _, said = shown.partition("\n")
    terminal = Terminal("practice", *words.split())
    seen = terminal.until("f'(x) = ")
    for part in said.split("f'(x) = ")[1:]:
        terminal.press(part.partition("\n")[0] + "\n")
        seen += terminal.until("f'(x) = " if "Not yet" in part else "right at")
    assert said in seen.replace("\r\n", "\n")
    assert terminal.finish() == 0


ROUND = ("--count", "2", "--seed", "1")


def solved_by_rule(run: Run) -> list[str]:
    words = ("practice", "--rules", "product,chain", *ROUND, "--solutions")
    out = run(*words, "-f", "json").out
    return [e["answer"].split(" or ")[0] for e in json.loads(out)["exercises"]]


def test_what_is_given_up_is_shown_and_comes_back() -> None:
    terminal = Terminal("practice", "--rules", "product", "--count", "1", "--seed", "1")
    terminal.until("f'(x) = ")
    terminal.press("\n")
    terminal.until("Once more, exercise 1")
    terminal.press("\n")
    assert "0 of 1 right at the first try" in terminal.until("--seed 2")
    assert terminal.finish() == 0


@pytest.mark.parametrize(("key", "code"), [("\x04", 0), ("q\n", 0), ("\x03", 130)])
def test_leaving(key: str, code: int) -> None:
    terminal = Terminal("practice", "--seed", "1")
    terminal.until("f'(x) = ")
    terminal.press(key)
    said = "Interrupted." if code else "0 of 1 right at the first try"
    assert said in terminal.until(said)
    assert terminal.finish() == code


@pytest.mark.parametrize("text", ["", "\n\n", "\ufeff"])
def test_no_answers_are_told_how_they_are_written(
    text: str, run: Run, tmp_path: Path
) -> None:
    path = tmp_path / "answers.txt"
    path.write_text(text, "utf-8")
    ran = run("practice", "--seed", "1", "--answers", str(path))
    assert (ran.code, ran.out) == (2, "")
    hint = "Hint: a line for each exercise, or columns: number,answer\n"
    assert ran.err.endswith(hint)
