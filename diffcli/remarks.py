"""What a reader of an answer should know: one sentence each, with a level."""

from diffcli.records import Record

__all__ = ["WARNING", "Remark"]

WARNING = "warning"
"""The level of what a reader must not miss."""


class Remark(Record):
    """A sentence beside an answer; ``str`` is its line on a screen.

    >>> print(Remark("no digit of f is certain here"))
    Note: no digit of f is certain here
    """

    text: str
    #: "note" or "warning".
    level: str = "note"

    def __str__(self) -> str:
        """Return the sentence behind its level."""
        return f"{self.level.capitalize()}: {self.text}"
