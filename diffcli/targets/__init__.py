"""One file per language of code: an arithmetic whose numbers are text.

A file is a table of what the language calls the functions, and how it frames a
function: ``engine/code`` writes the list of operations that stands inside.
"""

TYPE_CHECKING = False  # the list of formats needs the folder's name alone

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Protocol

    from diffcli.targets._listing import SIGNS as SIGNS
    from diffcli.targets._listing import Helper as Helper
    from diffcli.targets._listing import Listing as Listing
    from diffcli.targets._listing import Nested as Nested
    from diffcli.targets._listing import Output as Output
    from diffcli.targets._listing import SelfTest as SelfTest
    from diffcli.targets._listing import Statement as Statement
    from diffcli.targets._listing import Unavailable as Unavailable
    from diffcli.targets._listing import as_typed as as_typed
    from diffcli.targets._listing import comment as comment
    from diffcli.targets._listing import letters as letters
    from diffcli.targets._listing import nested as nested
    from diffcli.targets._listing import returned as returned
    from diffcli.targets._listing import short as short
    from diffcli.targets._listing import words as words

    class Target(Protocol):
        """What a file in this folder offers."""

        #: What the language is called.
        TITLE: str
        #: The same in a list of formats.
        SUMMARY: str
        #: The ends of file names that mean this language.
        SUFFIXES: tuple[str, ...]
        #: What it calls functions, operators and constants of the table: a text with
        #: {u} and {v} for the arguments; "whole power" is one with the whole exponent
        #: {n}. What is not here is written out from its row's meaning, or refused by
        #: name.
        PRIMITIVES: Mapping[str, str]
        #: What its dialects call more of them; the first is the usual one.
        DIALECTS: Mapping[str, Mapping[str, str]]
        #: Words that no variable can be called, beside those in PRIMITIVES.
        RESERVED: frozenset[str]
        #: Whether a function can be defined for what is not here.
        DEFINES: bool
        #: Whether x and X are one name.
        FOLDS_CASE: bool
        #: A number as large as an input, for functions that take no bare number; empty:
        #: they take one.
        LIKE: str

        def number(self, text: str, value: float) -> str:
            """Return a numeral from its spelling, or from the double it is read as."""
            ...

        def name(self, name: str) -> str:
            """Return how a name is written that is allowed."""
            ...

        def lines(self, listing: Listing) -> Iterator[str]:
            """Yield the lines of a file that computes what is listed."""
            ...


def __getattr__(name: str) -> object:
    """Import what languages are made of when one is first used."""
    if name[0] == "_":
        raise AttributeError(name)
    from importlib import import_module

    found: object = getattr(import_module("diffcli.targets._listing"), name)
    return found
