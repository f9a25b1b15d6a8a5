"""One file per kind of number: a table of what it calls its primitives, and no walk.

``engine/fold`` walks over a list of operations in any of them.
"""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from diffcli.errors import UsageError

Primitives = Mapping[str, Callable[..., Any]]
"""Functions on one kind of number, by the names they have in the table."""


class Arithmetic(Protocol):
    """What a file in this folder offers."""

    #: What its numbers are called, for messages: "complex numbers".
    TITLE: str
    #: What it calls functions and constants of the table, by their names; a constant
    #: is a function of nothing. What is not here is computed from its row's
    #: definition, or else refused by name.
    PRIMITIVES: Primitives

    def number(self, text: str, value: float) -> Any:
        """Return a numeral from its spelling, or from the double it is read as."""
        ...

    def __hash__(self) -> int:
        """Modules can be keys, and so can any arithmetic."""
        ...


class Unavailable(UsageError):
    """An arithmetic does not have a function, or not at these arguments.

    Who can do without it does; else the call asked for what there is not.
    """
