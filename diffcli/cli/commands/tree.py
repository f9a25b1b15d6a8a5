"""``diffcli tree``: the expression as a tree."""

from typing import Any

import click

from diffcli.api.passes import tree
from diffcli.cli import options
from diffcli.cli.command import Answer, Command, refuse
from diffcli.cli.request import Request
from diffcli.output import formats
from diffcli.output.document import Document
from diffcli.output.views.tree import document
from diffcli.problem import Problem

SECTION, PLACE = "Differentiate", 5
ALSO = {"graph": "", "parse": ""}
HAS = ("blocks", "record", "graph", "maths")
EPILOG = """\
\b
Examples:
  diffcli tree "(2*x1+3*x2)**2+3" --at 1,3
  diffcli tree "z = w*x; z**2 + z" --graph -f dot
"""


@click.command(cls=Command, epilog=EPILOG)
@options.formula
@options.at
@click.option("--graph", is_flag=True, help="Draw a node that is used twice only once.")
@options.output(*HAS)
def command(expr: str, graph: bool, **shared: Any) -> Answer:
    """Expression tree, with values and adjoints; also DOT and Mermaid.

    The formula as it was typed. A picture: diffcli tree EXPR -f dot | dot -Tsvg
    """
    request = Request(expr, **shared)
    parsed = request.parsed()
    form = request.form(HAS)
    if formats.part(form) == "record":
        refuse(f"-f {form} has every node once", "graph")
    if formats.part(form) == "graph" and not request.has_points:
        refuse(f"without a point, -f {form} shows no order", "variables")
    if formats.part(form) == "graph" and not graph:
        tree(parsed).require_few_nodes()
    if not request.has_points:
        return request.answer(form, [document(tree(parsed), shared=graph)])

    def at(problem: Problem) -> Document:
        return document(tree(problem), shared=graph)

    return request.at_points(form, parsed, "", at)
