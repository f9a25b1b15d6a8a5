"""The options that commands share."""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import click

from diffcli.cli.help import Information, Listed, version
from diffcli.errors import UsageError, suggestion
from diffcli.inputs.arguments import MOST_DIGITS, MOST_JOBS
from diffcli.output import formats

Decorated = TypeVar("Decorated", bound=Callable[..., Any])


def _all(*options: Callable[[Any], Any]) -> Callable[[Decorated], Decorated]:
    """Return the decorators as one, in the order in which help lists them."""

    def decorate(function: Decorated) -> Decorated:
        for option in reversed(options):
            function = option(function)
        return function

    return decorate


def _completed(by: str) -> Callable[..., Any]:
    """Return what completes a word by a function of ``completion``.

    It is loaded when a shell asks, which most calls are not for.
    """

    def complete(*call: Any) -> Any:
        from diffcli.cli import completion

        return getattr(completion, by)(*call)

    return complete


def among(names: Callable[[], Iterable[str]]) -> Callable[..., list[str]]:
    """Return what completes a word to one of these names."""

    def complete(_: click.Context, __: click.Parameter, word: str) -> list[str]:
        return [name for name in names() if name.startswith(word)]

    return complete


def _formula(*, required: bool) -> Callable[[Decorated], Decorated]:
    return click.argument(
        "expr", metavar="EXPR", required=required, shell_complete=_completed("formula"),
        help="The formula, in any notation of diffcli --help; '-' reads it from"
        " standard input, @FILE from a file.",
    )  # fmt: skip


formula = _formula(required=True)
formula_or_none = _formula(required=False)

at_only = _all(
    click.option(
        "--at", "points", metavar="POINT", multiple=True,
        shell_complete=_completed("point"),
        help="The point: 1,3 or x1=1,x2=3; values may be formulas (pi/2). Repeatable."
        " For grad also with errors, here and in cells of --points: x=2.0±0.1.",
    ),
    click.option(
        "--vars", "variables", metavar="NAMES", default="",
        shell_complete=_completed("names"),
        help="The variables and their order, as in x1,x2 (default: natural order).",
    ),
    click.option(
        "--syntax", type=click.Choice(["auto", "latex"]), default="auto",
        help="How formula and claims are read: latex also without backslash or braces.",
    ),
)  # fmt: skip


def _separator(_: click.Context, __: click.Parameter, value: str) -> str:
    """Return what separates cells.

    Raises UsageError for more than one character, or one that numbers have in them.
    """
    sign = "\t" if value == "\\t" else value
    if sign and (len(sign) > 1 or sign in '"\r\n' or sign.isalnum() or sign in ".+-"):
        raise UsageError(
            f"Invalid value for '--separator': {value!r} cannot part cells.",
            hint="one character such as ';' or '|', or \\t",
        )
    return sign


def _prefix(_: click.Context, __: click.Parameter, value: str) -> str:
    if value and (value.isspace() or value[0] in '{["'):
        raise UsageError(f"Invalid value for '--comment': {value!r} begins a row.")
    return value


dialect = _all(
    click.option(
        "--separator", metavar="C", default="", callback=_separator,
        help="What parts the cells of a table, ';' or \\t (default: a tab or a comma).",
    ),
    click.option(
        "--comment", metavar="TEXT", default="", callback=_prefix,
        help="Lines of a table that begin so are left out: '#' (default: none is).",
    ),
    click.option(
        "--no-header", "headless", is_flag=True,
        help="The first line of a table is a row too; its columns are the variables in"
        " their order.",
    ),
)  # fmt: skip


points = click.option(
    "--points", "point_files", metavar="FILE", multiple=True,
    shell_complete=_completed("file"),
    help="Many points: CSV or TSV whose first line names the variables, JSON lines or"
    " an array, or one of them with .gz; - is stdin. Repeatable, or a pattern"
    " 'in/*.csv': the same columns in each. In csv and tsv the first line fixes them.",
)  # fmt: skip

at = _all(at_only, points, dialect)


data = _all(
    click.option(
        "--data", "data_file", metavar="FILE", default="",
        shell_complete=_completed("file"),
        help="Examples: CSV, TSV or JSON whose columns are variables; EXPR is the loss"
        " of one, the result the mean. The rest are weights. - is stdin;"
        " 'parts/*.csv' names several files.",
    ),
    click.option(
        "--init", metavar="uniform[:SEED]", default="",
        shell_complete=among(lambda: ("uniform",)),
        help="With --data: draw the weights that --at does not give, from -1 to 1.",
    ),
    click.option(
        "--reduce", "reduction", type=click.Choice(("mean", "sum")), default="mean",
        show_default=True, help="With --data: what is made of the examples' losses.",
    ),
)  # fmt: skip

float_format = click.option(
    "--float", "float_name", type=click.Choice(("half", "bfloat16", "single")),
    help="Round every operation to this format, and show it beside the truth.",
)  # fmt: skip

proved_range = click.option(
    "--x", "x_range", metavar="LO:HI", default="",
    help="With --prove: on this range of the variable that --at gives no value.",
)  # fmt: skip

keep_going = click.option(
    "--keep-going", is_flag=True,
    help="Go on after a bad point: its row has a status other than ok; a bad row of"
    " --data is left out.",
)  # fmt: skip


def wrt(what: str) -> Callable[[Decorated], Decorated]:
    """Return the option that chooses variables."""
    return click.option(
        "--wrt",
        metavar="NAMES",
        default="",
        shell_complete=_completed("names"),
        help=what,
    )


def steps(default: str, scheme: str = "symmetric") -> Callable[[Decorated], Decorated]:
    """Return the options of differences, with what holds if none is given."""
    return _all(
    click.option(
        "--h", "--step", "h", metavar="H", default="",
        shell_complete=among(lambda: ("auto", "relative")),
        help="Step width > 0, 'relative' to the point, or 'auto' for the best"
        f" (default: {default}).",
    ),
    click.option(
        "--scheme", type=click.Choice(["symmetric", "forward", "central"]),
        default=scheme, show_default=True,
        help="Samples on both sides, h/2 each, or h ahead (central: symmetric).",
    ),
)  # fmt: skip


def _jobs(ctx: click.Context, param: click.Parameter, word: str) -> int | str:
    """Return a number of processes, or dask[:ADDRESS]."""
    if word.partition(":")[0] == "dask":
        return word
    number = int(word) if word.isdecimal() and len(word) < 4 else 0
    if not 1 <= number <= MOST_JOBS:
        why = f"{word!r} is neither 1 to {MOST_JOBS} nor dask[:ADDRESS]."
        raise click.BadParameter(why, ctx, param)
    return number


black_box = _all(
    click.option(
        "--program", metavar="CMD", default="",
        help='A program in place of EXPR: reads {"x": [1, 3]}, answers {"f": 124}.',
    ),
    click.option(
        "--module", metavar="M:F", default="",
        help="A Python callable in place of EXPR, package.module:function: it takes"
        " one list of values.",
    ),
    click.option(
        "--timeout", type=click.FloatRange(0.001, 86400), default=10.0,
        show_default=True, metavar="S", help="Seconds that the program has to answer.",
    ),
    click.option(
        "--jobs", default="1", show_default=True, callback=_jobs, metavar="N",
        help="Copies of the program, or processes for --points of grad and for --data"
        " in parts, side by side; dask[:ADDRESS] for parts of --points (extra dask).",
    ),
)  # fmt: skip


def _digits(how: str) -> Callable[[Decorated], Decorated]:
    return click.option(
        "--digits", type=click.IntRange(1, MOST_DIGITS), default=10, show_default=True,
        metavar="N", help=f"Significant digits shown{how}.",
    )  # fmt: skip


digits = _digits("; above 17 computed by mpmath")

height = click.option(
    "--height", type=click.IntRange(3, 200), metavar="N",
    help="Lines of the picture (default: as many as fit).",
)  # fmt: skip


def schema(name: str) -> str:
    """Return the JSON Schema of what a command writes as JSON, or of an error."""
    from pkgutil import get_data  # it reads in an archive too

    text = get_data("diffcli.cli", f"schemas/{name}.json")
    assert text is not None
    return text.decode()


def output(*parts: str) -> Callable[[Decorated], Decorated]:
    """Return the options that say how and where to write documents of these parts."""

    def summaries() -> list[tuple[str, str]]:
        return [(name, formats.summary(name)) for name in formats.offered(parts)]

    def check(_: click.Context, __: click.Parameter, value: str) -> str:
        if value and not formats.fits(value, parts):
            known = formats.offered(parts)
            told = dict(
                summaries()
            )  # markdown and tex are in what is told of md, latex
            meant = [
                name for name in known if value.casefold() in told[name].casefold()
            ]
            hint = suggestion(value, known)
            if not hint and len(value) > 2 and meant:
                hint = f"did you mean '{meant[0]}'?"
            raise UsageError(
                f"Invalid value for '--format': '{value}' is not one of"
                f" {', '.join(known)}.",
                hint=hint,
            )
        return value

    def named(_: click.Context, __: click.Parameter, value: str) -> str:
        if not value:
            raise UsageError("Invalid value for '--output': '' names no file.")
        return value

    def print_schema(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:
        if wanted and ctx.command.name and not ctx.resilient_parsing:
            raise Information(schema(ctx.command.name))

    return _all(
        click.option(
            "-f", "--format", "form_name", metavar="F", default="", callback=check,
            shell_complete=among(lambda: formats.offered(parts)),
            cls=Listed, title="Formats", rows=summaries,
            help=f"One of the formats below (default: {formats.DEFAULT}).",
        ),
        click.option(
            "-o", "--output", metavar="FILE", default="-", callback=named,
            shell_complete=_completed("file"),
            help="Write to FILE; its suffix picks the format.",
        ),
        click.option(
            "--color", type=click.Choice(["auto", "always", "never"]), default="auto",
            show_default=True, help="When to use colours.",
        ),
        click.option(
            "--notation", type=click.Choice(["paper", "code"]), default="paper",
            show_default=True, help="How formulas are shown to people.",
        ),
        click.option(
            "--ascii", "only_ascii", is_flag=True, help="No characters outside ASCII."
        ),
        click.option(
            "--debug", is_flag=True, help="Show the traceback of an internal error."
        ),
        *([click.option(
            "--json-schema", is_flag=True, is_eager=True, expose_value=False,
            callback=print_schema, help="Print the JSON Schema of -f json, and stop.",
        )] if "record" in parts else []),
        version("--version"),
    )  # fmt: skip


implicit = click.option(
    "--implicit", metavar="Y", default="", shell_complete=_completed("names"),
    help="EXPR is an equation, as x^2+y^2=25: the slope dY/dx of its curve.",
)  # fmt: skip
"""What makes a curve of an equation."""
