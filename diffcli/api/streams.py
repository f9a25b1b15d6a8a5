"""The gradients at the rows of a table, or of many formulas, as they are read.

Rows and entries are the command line's; ``diffcli.gradients`` is the same for points.
"""

from diffcli.analysis.batch import Entry, at_points, of_formulas
from diffcli.analysis.together import Stretch
from diffcli.engine.columns import BLOCK

__all__ = ["BLOCK", "Entry", "Stretch", "at_points", "of_formulas"]
