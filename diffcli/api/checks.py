"""Claims checked at the rows of a table, as they are read.

Rows are the command line's; ``diffcli.check`` is the same for one point.
"""

from diffcli.analysis.check_columns import Claims, Passed, at_rows
from diffcli.engine.columns import BLOCK

__all__ = ["BLOCK", "Claims", "Passed", "at_rows"]
