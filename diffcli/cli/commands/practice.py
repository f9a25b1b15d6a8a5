"""``diffcli practice``: exercises drawn from the rules, judged with a reason."""

from random import Random
from typing import Any

import click

from diffcli.api.exercises import HARDEST, TOPICS, USUAL, practice, topics
from diffcli.cli import completion, marking, options, terminal
from diffcli.cli.command import Answer, Command, refuse
from diffcli.cli.dialogue import Dialogue
from diffcli.cli.request import Request
from diffcli.errors import UsageError
from diffcli.inputs import points
from diffcli.output.views.practice import Exercises, document

SECTION, PLACE = "Explore", 7
ALSO = {"exercise": "", "quiz": "", "answer": ""}
HAS = ("blocks", "record", "sheet", "maths")
EPILOG = """\
\b
Examples:
  diffcli practice --rules chain,product --seed 7
  diffcli practice --rules quotient --count 10 --seed 3 -f latex
  diffcli practice --rules quotient --count 10 --seed 3 --solutions -f md
"""


@click.command(cls=Command, epilog=EPILOG)
@click.option(
    "--rules", metavar="NAMES", default="",
    shell_complete=options.among(lambda: TOPICS),
    help=f"What to practise: {', '.join(TOPICS)} (default: the rules; from difficulty 4"
    " on partial derivatives, at 5 networks).",
)  # fmt: skip
@click.option(
    "--difficulty", type=click.IntRange(1, HARDEST), default=USUAL, show_default=True,
    metavar="N", help=f"From 1 to {HARDEST}.",
)  # fmt: skip
@click.option(
    "--seed", type=click.IntRange(0), metavar="N",
    help="The same sheet for the same number, on every machine.",
)  # fmt: skip
@click.option(
    "--count", type=click.IntRange(1, 100), default=5, show_default=True,
    metavar="N", help="How many exercises.",
)  # fmt: skip
@click.option("--solutions", is_flag=True, help="Print the sheet with its solutions.")
@click.option(
    "--answers", "answers_file", metavar="FILE", default="",
    shell_complete=completion.file,
    help="Judge answers to the sheet of --seed: a line for each exercise, or a table"
    " with columns number, answer (name too for many people); exit 1 if one is wrong.",
)  # fmt: skip
@options.output(*HAS)
def command(
    rules: str,
    difficulty: int,
    seed: int | None,
    count: int,
    solutions: bool,
    answers_file: str,
    **shared: Any,
) -> Answer:
    """Exercises in differentiation, answered here or on a sheet of paper.

    In a terminal each exercise is asked: ? is a hint, ?? the next line of the
    derivation, Enter alone gives up and shows it, q or Ctrl-D ends. Without a terminal,
    or with -f or -o, the sheet is printed.
    """
    request = Request("", **shared)
    chosen = tuple(dict.fromkeys(points.name_list(rules))) or topics(difficulty)
    number = int(Random().random() * 10_000) if seed is None else seed
    sheet = Exercises(
        practice(chosen, difficulty=difficulty, seed=number, count=count),
        chosen, difficulty, number, solutions,
    )  # fmt: skip
    if answers_file:
        refuse("--answers are judged, not solved", "solutions")
        if seed is None:
            raise UsageError("--answers needs the --seed of the sheet", hint="--seed 7")
        form = request.form(HAS, default="csv")
        return marking.answers(request, form, answers_file, sheet.exercises)
    form = request.form(HAS)
    asked = request.form_name or request.output != "-" or solutions
    if not asked and terminal.somebody_is_there():
        return Answer(Dialogue(sheet, request.screen()).lines())
    return request.answer(form, [document(sheet)])
