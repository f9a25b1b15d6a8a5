"""One file per method; ``problem.Method`` says what it offers."""

from collections.abc import Iterable
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, cast

from diffcli import plugins
from diffcli.errors import UsageError, suggestion

if TYPE_CHECKING:
    from diffcli.problem import Method, MethodResult

THREE = ("finite", "symbolic", "backprop")
"""The methods of the lecture, in the order of their columns."""


def names() -> list[str]:
    """Return the names of all methods, those of the lecture first."""
    import diffcli.methods as package

    files = plugins.names(package)
    return [*THREE, *(name for name in files if name not in THREE)]


@cache
def load(name: str) -> "Method":
    """Return a method by its name."""
    return cast("Method", import_module(f"diffcli.methods.{name}"))


def summary(name: str) -> str:
    """Return what a method does, in a few words."""
    import diffcli.methods as package

    return plugins.fact(package, name, "SUMMARY")


def select(words: Iterable[str]) -> list[str]:
    """Return methods by their names or synonyms, each once; "all" is all there are.

    Raises UsageError for a word that means no method.
    """
    known = names()
    choice: set[str] = set()
    for word in words:
        fitting = known if word == "all" else [name for name in known if name == word]
        # A synonym is looked for last: that takes importing all methods.
        fitting = fitting or [name for name in known if word in load(name).SYNONYMS]
        if not fitting:
            raise UsageError(
                f"'{word}' is not one of {', '.join(known)}, all.",
                parameter="methods",
                hint=suggestion(word, [*known, "all"]),
            )
        choice.update(fitting)
    return [name for name in known if name in choice]


def exact(results: "Iterable[MethodResult]") -> "list[MethodResult]":
    """Return the results of methods that are exact but for rounding."""
    return [r for r in results if load(r.method).EXACT and not r.failure]
