"""What ``--help`` and ``--version`` show, and so the manual."""

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import click

Decorated = TypeVar("Decorated", bound=Callable[..., Any] | click.Command)

#: Exit code, and what it means.
STATUS = (
    ("0", "all is well"),
    ("1", "a check failed: a gradient is wrong"),
    ("2", "the call is wrong: an option, the point, a file"),
    ("3", "the formula is not well formed"),
    ("4", "undefined or too large there: log(-1), 1/0, exp(1000)"),
    ("5", "defined, but not differentiable there: abs, relu, sqrt at 0"),
    ("6", "a check cannot tell: noise would hide an error"),
    ("70", "a bug of ours"),
    ("74", "the output cannot be written: a full disk, a closed stream"),
    ("129, 130, 143", "ended by HUP, INT (Ctrl-C), TERM; nothing is left over"),
    ("141", "the reader of the output went away"),
)
#: Set by a shell that asks what could come next; click answers and ends the process.
COMPLETES = "_DIFFCLI_COMPLETE"
#: Variable of the environment, and what it does.
ENVIRONMENT = (
    ("NO_COLOR", "If it is not empty: no colours, as with --color never."),
    ("FORCE_COLOR, CLICOLOR_FORCE", "If not empty or 0: colours also in a pipe."),
    ("CLICOLOR, TERM", "No colours if CLICOLOR is 0 or TERM is dumb."),
    ("COLUMNS", "The width of the output, instead of the terminal's."),
    (COMPLETES, "bash_source, zsh_source, fish_source: print that completion."),
)


class Information(Exception):
    """A text that is the answer to the whole call."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text.rstrip("\n")


class Listed(click.Option):
    """An option whose values are files of a folder; help tells what each of them is."""

    def __init__(
        self,
        *names: Any,
        title: str,
        rows: Callable[[], list[tuple[str, str]]],
        **settings: Any,
    ) -> None:
        super().__init__(*names, **settings)
        self.title, self.rows = title, rows


class Helpful(click.Command):
    """A command whose help says all that its manual says."""

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """Return the option; what it shows is written as all output is.

        Click's own is the same, but looks for a translation on the disk.
        """
        names = self.get_help_option_names(ctx)
        if names and self._help_option is None:
            self._help_option = click.Option(
                names, is_flag=True, is_eager=True, expose_value=False,
                callback=_show_help, help="Show this message and exit.",
            )  # fmt: skip
        return self._help_option if names else None

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the values, the examples, the exit codes and the environment."""
        for option in listed(self, ctx):
            with formatter.section(option.title):
                formatter.write_dl(option.rows())
        super().format_epilog(ctx, formatter)
        for title, rows in ("Exit status", STATUS), ("Environment", ENVIRONMENT):
            with formatter.section(title):
                formatter.write_dl(list(rows))


def listed(command: click.Command, ctx: click.Context) -> Iterator[Listed]:
    """Yield the options of a command whose values are listed below them."""
    for option in command.get_params(ctx):
        if isinstance(option, Listed):
            yield option


def _show_help(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted and not ctx.resilient_parsing:
        raise Information(ctx.get_help())


def version(*names: str) -> Callable[[Decorated], Decorated]:
    """Return the option that shows the version."""

    def show(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:
        if wanted and not ctx.resilient_parsing:
            from diffcli.version import __version__

            raise Information(f"diffcli, version {__version__}")

    return click.option(
        *names, is_flag=True, is_eager=True, expose_value=False, callback=show,
        help="Show the version and exit.",
    )  # fmt: skip
