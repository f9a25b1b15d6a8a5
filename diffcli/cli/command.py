"""A command whose formula may begin with a minus sign, and what it gives back."""

import os
import re
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from diffcli.cli.help import Helpful
from diffcli.errors import DiffcliError, UsageError
from diffcli.output import formats
from diffcli.records import Record
from diffcli.remarks import Remark

if TYPE_CHECKING:
    from diffcli.output.document import Document


class Answer(Record):
    """What a command gives back: the output, and how it ended."""

    #: The lines for stdout or the output file.
    lines: Iterable[str]
    #: Notes and warnings for stderr.
    notes: Sequence[Remark] = ()
    #: The error that decides the exit code; None: all is well.
    error: DiffcliError | None = None
    #: The file to write to; "-" is stdout.
    output: str = "-"
    #: For many rows: the error that is known when the last one is written.
    ending: Callable[[], DiffcliError | None] = lambda: None
    #: Somebody waits for every single line.
    flush: bool = False
    #: What the lines are made of, for who shows it on a page of their own.
    documents: "Iterable[Document] | None" = None


_TYPED = ParameterSource.COMMANDLINE


def refuse(why: str, *names: str) -> None:
    """Refuse options that could change nothing in this call.

    Raises UsageError if one of them was given.
    """
    context = click.get_current_context()
    for option in context.command.params:
        name = option.name or ""
        if name in names and context.get_parameter_source(name) is _TYPED:
            raise UsageError(f"{option.opts[0]} has no effect here: {why}")


_WORDS = "diffcli words"


def words(*without: str) -> tuple[list[str], list[str]]:
    """Return the options but some, and the formulas of the call, as they were typed."""
    flags, operands = click.get_current_context().meta[_WORDS]
    kept = [
        word
        for before, word in zip(["", *flags], flags, strict=False)
        if before not in without and word.partition("=")[0] not in without
    ]
    return kept, operands


def unknown(context: click.Context) -> str:
    """Return the option that was taken for an argument; empty: none was."""
    operands = context.meta[_WORDS][1]
    words = (re.match("-[A-Za-z]$|--[A-Za-z][A-Za-z-]*(?==|$)", w) for w in operands)
    return next((word[0] for word in words if word), "")


def misspelt(context: click.Context) -> str:
    """Return the hint for an option that was taken for a formula; empty: none was.

    A formula may begin with a minus sign, and so -at is one before it is too many.
    """
    from difflib import get_close_matches

    params = context.command.get_params(context)
    known = sorted(name for option in params for name in option.opts)
    for word in context.meta[_WORDS][1]:
        name = f"--{word.lstrip('-')}"
        if word[:1] == "-":
            name = name.partition("=")[0].casefold()
        if len(word) > 1 and name in known:
            return f"the option is {name}"
        if re.fullmatch("-[a-z]", word):
            near = [option for option in known if option.startswith(name)]
            if near:
                return f"did you mean {' or '.join(near)}?"
        elif re.fullmatch(r"\w?-+[A-Za-z][A-Za-z-]*(=.*)?", word):
            bare = {each.replace("-", ""): each for each in known}
            letters = name.replace("-", "")
            near = [each for each in bare if sorted(each) == sorted(letters)]
            near = near or get_close_matches(letters, bare, n=1)
            if near:
                return f"did you mean {bare[near[0]]}?"
    return ""


def misplaced(context: click.Context) -> str:
    """Return the hint for arguments too many, by what they look like; empty: none."""
    known = {name for option in context.command.params for name in option.opts}
    if "expr" not in known:
        return ""
    flags, (_, word, *rest) = context.meta[_WORDS]
    name = r"[^\W\d]\w*"
    is_point = re.fullmatch(rf"[-+.\d][-+.\deE, ]*|{name} *=[^=]*(,.*)?", word)
    *_, before = "", *(after for at, after in pairwise(flags) if at == "--at")
    meant = ""
    if rest or not any(map(str.isalnum, word)):
        pass  # x + y, of which the shell makes three
    elif os.path.isfile(word):
        meant = "--points"
    elif is_point and not before:
        meant = "--at"
    elif is_point and (before.endswith(",") or "--claim" not in known):
        meant, word = "--at", f"{before.rstrip(',')},{word}"  # there was a blank
    elif "--claim" in known:
        meant = "--claim"
    elif re.fullmatch(f"{name}(,{name})*", word):
        meant = "--wrt"
    quotes = "put the formula in quotes"
    if before and meant == "--at":
        return f'did you mean --at "{word}"?'
    return f'{quotes}; or did you mean {meant} "{word}"?' if meant in known else quotes


def _is_long_option(word: str) -> bool:
    return word[:2] == "--" and bool(re.match(r"--[a-z][a-z-]+[a-z](=|$)", word))


class Command(Helpful):
    """A command that takes ``-x+1`` as a formula and options in any place."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse the arguments after sorting options from formulas."""
        if ctx.resilient_parsing:  # a shell asks; the last value is still to come
            args = [*args, "--"]
        flags, operands = self._sorted(args, ctx)
        ctx.meta[_WORDS] = flags, operands
        return super().parse_args(ctx, [*flags, "--", *operands])

    def _sorted(
        self, args: list[str], ctx: click.Context
    ) -> tuple[list[str], list[str]]:
        known = {
            spelling: option
            for option in self.get_params(ctx)
            if isinstance(option, click.Option)
            for spelling in (*option.opts, *option.secondary_opts)
        }
        takes_value = {
            spelling: not (option.is_flag or option.count)
            for spelling, option in known.items()
        }
        flags: list[str] = []
        place = _double_minus(args, known)
        operands = args[place : place + 1]
        rest = iter(args[:place] + args[place + 1 :])
        for word in rest:
            name = word.partition("=")[0] if word.startswith("--") else word
            if word == "--":
                operands += rest
            elif name in takes_value:
                # In the long spelling: for a short one click first makes an error.
                flags.append(known[name].opts[-1] if word == name else word)
                if takes_value[name] and word == name:
                    flags += _value_of(name, rest, takes_value)
            elif word[:2] == "-f" and word[2:] in formats.names():  # as in POSIX
                flags += ["--format", word[2:]]
            elif word == "-help":  # and not minus a variable of that name
                flags.append("--help")
            elif _is_long_option(word):
                flags.append(word)  # misspelt: click says so
            else:
                operands.append(word)
        return flags, operands


def _double_minus(args: list[str], known: dict[str, click.Option]) -> int:
    """Return the place of a formula such as --x; their number: there is none.

    Where the formula may be so, --x is an option only if a value follows.
    """
    options = args[: args.index("--")] if "--" in args else args
    for place, (word, after) in enumerate(
        zip(options, [*options[1:], ""], strict=False)
    ):
        option = known.get(word)
        if option is None or (option.metavar, option.default) != ("LO:HI", ""):
            continue
        if not after or after in known:
            return place
    return len(args)


def _value_of(name: str, rest: Iterator[str], known: Container[str]) -> list[str]:
    """Return the option's value.

    Raises UsageError if there is none; another option is none.
    """
    value = next(rest, None)
    if value is None:
        raise UsageError(f"Option '{name}' needs a value.")
    if value.partition("=")[0] in known or _is_long_option(value):
        raise UsageError(
            f"Option '{name}' needs a value, but '{value}' follows.",
            hint=f"write the value directly after {name}",
        )
    return [value]


def wants_json(words: Sequence[str]) -> bool:
    """Tell whether the call asked for JSON, even if it failed before we knew."""
    form, output = "", ""
    for word, value in zip(words, [*words[1:], ""], strict=True):
        if word == "--":
            break
        name, equals, attached = word.partition("=")
        if name in ("-f", "--format"):
            form = attached if equals else value
        elif name in ("-o", "--output"):
            output = attached if equals else value
        elif word[:2] == "-f" and word[2:] in formats.names():
            form = word[2:]
    suffix = "." + output.rpartition(".")[2].lower()
    return form in ("json", "jsonl") or (not form and suffix in (".json", ".jsonl"))
