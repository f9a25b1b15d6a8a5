"""How far a right claim may be off."""

from typing import SupportsFloat

from diffcli.analysis.verdicts import Tolerance
from diffcli.inputs import arguments

__all__ = ["Tolerance", "tolerance"]


def tolerance(rtol: SupportsFloat | None, atol: SupportsFloat | None) -> Tolerance:
    """Return a tolerance; None: the estimates decide. Raises UsageError."""
    return Tolerance(
        None if rtol is None else arguments.not_negative(rtol, "rtol"),
        None if atol is None else arguments.not_negative(atol, "atol"),
    )
