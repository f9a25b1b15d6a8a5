"""The gradient in a format with fewer bits, for ``diffcli grad --float``."""

from diffcli.cli.command import Answer, refuse
from diffcli.cli.gradients import Question
from diffcli.errors import UsageError
from diffcli.output.document import Document
from diffcli.problem import Problem


def answer(question: Question, name: str, h: str) -> Answer:
    """Return the gradient at every point, each operation rounded to a format.

    Raises UsageError for options of no use to it.
    """
    why = "--float compares backprop and differences in that format with the truth"
    refuse(why, "wanted", "scheme", "subgradient", "order", "exact", "arithmetic")
    refuse(why, "exprs", "keep_going", "engine", "progress", "digits")
    refuse(why, "program", "module", "data_file", "init", "reduction")
    if h in ("auto", "relative"):
        raise UsageError("with --float h is a number, or the best that it looks for")
    from diffcli.api.floats import coarse_gradient
    from diffcli.output.views.floats import HEADER, document

    request = question.request
    parsed = request.parsed()
    width = None if not h else float(h)

    def at(problem: Problem) -> Document:
        return document(coarse_gradient(problem, format=name, h=width))

    return request.at_points(question.form, parsed, question.wrt, at, HEADER)
