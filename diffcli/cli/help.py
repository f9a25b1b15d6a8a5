"""What ``--help`` and ``--version`` show, and so the manual."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

import click

Decorated = TypeVar("Decorated", bound=Callable[..., Any] | click.Command)

#: How formulas may be written, with examples of each.
NOTATIONS = (
    ("plain", ("2x*sin(x)^2", "3(x+1)", "1e-3*x_1", "z = 2x; z^2")),
    ("by hand", (
        "x²·y", "x sin(x)", "2x e^(-x)", "|x-1|", "√x", "½x", "x!", "30°", "sin²(x)",
        "log_2(x)", "x mod 3", "y = x^2",
    )),
    ("LaTeX", (
        r"\frac{x}{2}", r"\sqrt[3]{x}", r"\sin^2 x", r"\sum_{i=1}^{3} x_i", r"$x_{1}y$",
        r"\begin{cases} x & x > 0 \\ 0 & \text{else} \end{cases}",
    )),
    ("code", (
        "np.exp(-x)", "Math.sin(x)", "F.relu(x)", "lambda x: x**2", "x.exp()", "x[0]",
        "=A1^2+SIN(B1)",
    )),
    ("choices", (
        "where(x > 0, x, 0)", "x if x > 0 else 0", "x > 0 ? x : 0",
        "cases(x < 0, -x, x)",
    )),
    ("heads", ("f(x, y) = x + 2y", "f(x; a) = a*x", "s(u) = 1/(1+exp(-u)); s(2x)")),
    ("sums", ("sum(i=1:3, x_i^2)", "prod(i=1:3, x_i)")),
    ("several outputs", ("(x*y, x+y)",)),
)  # fmt: skip
#: What holds for all of them.
READ = (
    ("in LaTeX", "letters stand alone: xy is x·y, a name is \\text{xy} or x_{y}."),
    ("two readings", "What could be two things, sin 2x or 2½, is refused with both."),
    ("the echo", "The first line of an answer shows how the formula was understood."),
)

#: What goes into any command and comes out of it.
STREAMS = (
    ("stdout", "The result and nothing else. On an error it stays empty, but for rows"
     " that were written before."),
    ("stderr", "Errors and notes; with -f json or jsonl, and -o FILE.json, an error is"
     " a JSON object."),
    ("stdin", "Read only for -, as in --points - or for EXPR."),
    ("-f, -o", "The format and the file; a suffix picks the format too. Each command"
     " offers what its results have. A file is written whole, or not at all."),
    ("json", "COMMAND --json-schema prints what is written; fields are only added."),
    ("numbers", "csv, tsv, json, jsonl and plain: the shortest that is read back as the"
     " same double."),
)  # fmt: skip


def notations() -> list[tuple[str, str]]:
    """Return the notations with their examples, and what holds for them."""
    rows = [(name, ", ".join(examples)) for name, examples in NOTATIONS]
    return [*rows, *READ]


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
    (
        COMPLETES,
        "bash_source, zsh_source, fish_source: print that completion. In"
        f' ~/.bashrc: eval "$({COMPLETES}=bash_source diffcli)"; in ~/.zshrc with'
        " zsh_source; in config.fish: piped to source.",
    ),
)


_WIDE = 52  # columns from which on click fits its help to the terminal
_NARROW = 36  # columns below which the longest term does not fit anyway


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


class _Narrow(click.HelpFormatter):
    """Writes lists whose terms leave room for what they mean."""

    def write_dl(
        self,
        rows: Iterable[tuple[str, str]],
        col_max: int = 30,
        col_spacing: int = 2,
    ) -> None:
        """Write terms and what they mean; a long term has a line of its own."""
        super().write_dl(rows, min(col_max, self.width // 4), col_spacing)


class Helpful(click.Command):
    """A command whose help says all that its manual says."""

    def get_help(self, ctx: click.Context) -> str:
        """Return the help, no wider than the terminal.

        Click's own is never less than 50 columns wide.
        """
        from shutil import get_terminal_size

        columns = get_terminal_size().columns
        if columns >= _WIDE:
            return super().get_help(ctx)
        formatter = _Narrow(width=max(_NARROW, columns))
        self.format_help(ctx, formatter)
        return formatter.getvalue().rstrip("\n")

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
            import platform

            from diffcli.version import __version__

            python = f"{platform.python_implementation()} {platform.python_version()}"
            said = f"{python}, {platform.platform()}"
            raise Information(f"diffcli, version {__version__} ({said})")

    return click.option(
        *names, is_flag=True, is_eager=True, expose_value=False, callback=show,
        help="Show the version and exit.",
    )  # fmt: skip
