"""What could come next on the command line, given what has been typed."""

import re
from typing import TYPE_CHECKING

import click

from diffcli.calculus.functions import BY_NAME
from diffcli.errors import DiffcliError
from diffcli.language.parser import parse

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem


def file(
    _: click.Context, __: click.Parameter, word: str
) -> list["CompletionItem[str]"]:
    """Leave it to the shell to complete a file's name."""
    from click.shell_completion import CompletionItem

    return [CompletionItem(word, type="file")]


def formula(_: click.Context, __: click.Parameter, word: str) -> list[str]:
    """Return a formula with its last name completed to a function's."""
    begun = re.search(r"[^\W\d]\w*$", word)
    if begun is None:
        return []
    before, name = word[: begun.start()], begun.group()
    return [f"{before}{known}(" for known in sorted(BY_NAME) if known.startswith(name)]


def names(ctx: click.Context, _: click.Parameter, word: str) -> list[str]:
    """Return a list of variables with its last one completed: x1,x2."""
    done, comma, begun = word.rpartition(",")
    used = {part.partition("=")[0].strip() for part in done.split(",")}
    return [
        f"{done}{comma}{name}"
        for name in _variables(ctx)
        if name.startswith(begun) and name not in used
    ]


def point(ctx: click.Context, parameter: click.Parameter, word: str) -> list[str]:
    """Return a point by names with its last name completed: x1=1,x2=."""
    done = word.rpartition(",")[0]
    if done and "=" not in done:  # values by order take no names
        return []
    return [f"{begun}=" for begun in names(ctx, parameter, word)]


def _variables(ctx: click.Context) -> tuple[str, ...]:
    """Return the variables of the formula that has been typed, if it is well formed."""
    text = ctx.params.get("expr") or ""
    if text == "-" or text.startswith("@"):  # reading it could take any time
        return ()
    try:
        return parse(text).variables
    except DiffcliError:
        return ()
