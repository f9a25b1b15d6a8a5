"""A derivation on paper: on the screen, in LaTeX, and with the point put in."""

from diffcli.output.paper.plan import Question
from diffcli.output.paper.screen import Paper
from diffcli.output.paper.typeset import typeset

__all__ = ["Paper", "Question", "typeset"]
