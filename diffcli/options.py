"""The options that commands share, and what they mean."""

import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeVar, cast

import click

import diffcli
from diffcli import completion, folders, formats, points, terminal
from diffcli.document import Document, Screen
from diffcli.engine.tape import Program
from diffcli.errors import DiffcliError, UsageError
from diffcli.language.parser import Parsed, parse
from diffcli.problem import DOUBLE, Problem, Settings, pose

if TYPE_CHECKING:
    from diffcli.blackbox import Boxes
    from diffcli.streams import Row

Decorated = TypeVar("Decorated", bound=Callable[..., Any])


class Format(Protocol):
    """What a file in ``formats`` offers."""

    SUMMARY: str
    #: The ends of file names that mean this format.
    SUFFIXES: tuple[str, ...]

    def lines(self, documents: Iterable[Document], screen: Screen) -> Iterator[str]:
        """Yield the output line by line."""
        ...


class Answer(NamedTuple):
    """What a command gives back: the output, and how it ended."""

    #: The lines for stdout or the output file.
    lines: Iterable[str]
    #: Notes and warnings for stderr.
    notes: Sequence[str] = ()
    #: The error that decides the exit code; None: all is well.
    error: DiffcliError | None = None
    #: The file to write to; "-" is stdout.
    output: str = "-"
    #: For many rows: the error that is known when the last one is written.
    ending: Callable[[], DiffcliError | None] = lambda: None
    #: Somebody waits for every single line.
    flush: bool = False


# ---- a command whose formula may begin with a minus sign ---------------------------

_LONG_OPTION = re.compile(r"--[a-z][a-z-]+[a-z](=|$)")


class Command(click.Command):
    """A command that takes ``-x+1`` as a formula and options in any place."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse the arguments after sorting options from formulas."""
        if ctx.resilient_parsing:  # a shell asks; the last value is still to come
            args = [*args, "--"]
        return super().parse_args(ctx, self._options_first(ctx, args))

    def _options_first(self, ctx: click.Context, args: list[str]) -> list[str]:
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
        operands: list[str] = []
        rest = iter(args)
        for word in rest:
            name = word.partition("=")[0] if word.startswith("--") else word
            if word == "--":
                operands += rest
            elif name in takes_value:
                # In the long spelling: for a short one click first makes an error.
                flags.append(known[name].opts[-1] if word == name else word)
                if takes_value[name] and word == name:
                    flags += _value_of(name, rest, takes_value)
            elif _LONG_OPTION.match(word):
                flags.append(word)  # misspelt: click says so
            else:
                operands.append(word)
        return [*flags, "--", *operands]


def _value_of(name: str, rest: Iterator[str], known: dict[str, bool]) -> list[str]:
    """Return the option's value.

    Raises UsageError if there is none; another option is none.
    """
    value = next(rest, None)
    if value is None:
        raise UsageError(f"Option '{name}' needs a value.")
    if value.startswith("--") and value.partition("=")[0] in known:
        raise UsageError(
            f"Option '{name}' needs a value, but '{value}' follows.",
            hint=f"write the value directly after {name}",
        )
    return [value]


# ---- shared options ----------------------------------------------------------------


def format_names() -> list[str]:
    """Return the names of all formats: the files in the folder."""
    return folders.names(formats)


def load_format(name: str) -> Format:
    """Return a format by its name."""
    return cast("Format", import_module(f"{formats.__name__}.{name}"))


def _all(*options: Callable[[Any], Any]) -> Callable[[Decorated], Decorated]:
    """Return the decorators as one, in the order in which help lists them."""

    def decorate(function: Decorated) -> Decorated:
        for option in reversed(options):
            function = option(function)
        return function

    return decorate


def _formula(*, required: bool) -> Callable[[Decorated], Decorated]:
    return click.argument(
        "expr", metavar="EXPR", required=required, shell_complete=completion.formula,
        help="The formula; '-' reads it from standard input, @FILE from a file.",
    )  # fmt: skip


formula = _formula(required=True)
formula_or_none = _formula(required=False)

at = _all(
    click.option(
        "--at", "points", metavar="POINT", multiple=True,
        shell_complete=completion.point,
        help="The point: 1,3 or x1=1,x2=3; values may be formulas (pi/2). Repeatable.",
    ),
    click.option(
        "--points", "points_file", metavar="FILE", default="",
        shell_complete=completion.file,
        help="Many points: CSV or TSV with a header, or JSON lines; - is stdin.",
    ),
    click.option(
        "--vars", "variables", metavar="NAMES", default="",
        shell_complete=completion.names,
        help="The variables and their order, as in x1,x2 (default: natural order).",
    ),
)  # fmt: skip


def wrt(what: str) -> Callable[[Decorated], Decorated]:
    """Return the option that chooses variables."""
    return click.option(
        "--wrt", metavar="NAMES", default="", shell_complete=completion.names, help=what
    )


steps = _all(
    click.option(
        "--h", "--step", "h", metavar="H", default="",
        shell_complete=completion.among(lambda: ("auto", "relative")),
        help="Step width > 0, 'relative' to the point, or 'auto' for the best"
        " (default: 1e-5).",
    ),
    click.option(
        "--scheme", type=click.Choice(["symmetric", "forward", "central"]),
        default="symmetric", show_default=True,
        help="Samples on both sides, h/2 each, or h ahead (central: symmetric).",
    ),
)  # fmt: skip

black_box = _all(
    click.option(
        "--program", metavar="CMD", default="",
        help='A program in place of EXPR: reads {"x": [1, 3]}, answers {"f": 124}.',
    ),
    click.option(
        "--module", metavar="M:F", default="",
        help="A Python callable in place of EXPR: package.module:function.",
    ),
    click.option(
        "--timeout", type=click.FloatRange(0.001, 86400), default=10.0,
        show_default=True, metavar="S", help="Seconds that the program has to answer.",
    ),
    click.option(
        "--jobs", type=click.IntRange(1, 256), default=1, show_default=True,
        metavar="N", help="Copies of the program that work side by side.",
    ),
)  # fmt: skip

height = click.option(
    "--height", type=click.IntRange(3, 200), metavar="N",
    help="Lines of the picture (default: as many as fit, 16 at most).",
)  # fmt: skip


def schema(name: str) -> str:
    """Return the JSON Schema of what a command writes as JSON, or of an error."""
    path = os.path.join(*diffcli.__path__, "schemas", f"{name}.json")
    with open(path, encoding="utf-8") as file:
        return file.read()


def output(*names: str) -> Callable[[Decorated], Decorated]:
    """Return the options that say how and where to write, in these formats."""

    def check(_: click.Context, __: click.Parameter, value: str) -> str:
        if value and value not in names:
            raise UsageError(
                f"Invalid value for '--format': '{value}' is not one of"
                f" {', '.join(names)}."
            )
        return value

    def print_schema(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:
        if wanted and ctx.command.name and not ctx.resilient_parsing:
            click.echo(schema(ctx.command.name), nl=False)
            ctx.exit()

    return _all(
        click.option(
            "-f", "--format", "form_name", metavar="F", default="", callback=check,
            shell_complete=completion.among(lambda: names),
            help=f"{', '.join(names)} (default: {names[0]}).",
        ),
        click.option(
            "-o", "--output", metavar="FILE", default="-",
            shell_complete=completion.file,
            help="Write to FILE; its suffix picks the format.",
        ),
        click.option(
            "--digits", type=click.IntRange(1, 1000), default=10, show_default=True,
            metavar="N", help="Significant digits shown; above 17 computed by mpmath.",
        ),
        click.option(
            "--color", type=click.Choice(["auto", "always", "never"]), default="auto",
            show_default=True, help="When to use colours.",
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
        )] if "json" in names else []),
    )  # fmt: skip


def positive(word: str) -> float | None:
    """Return a positive finite number; None if the word is none."""
    try:
        number = float(word)
    except ValueError:
        return None
    return number if 0 < number < float("inf") else None


def scheme_name(word: str) -> str:
    """Return the lecture's word for a scheme."""
    return "symmetric" if word == "central" else word


_TYPEABLE = 60  # characters of a formula in a hint

# ---- what they mean ------------------------------------------------------------------


class Call(NamedTuple):
    """The shared options of one call."""

    expr: str
    form_name: str
    output: str
    digits: int
    color: str
    only_ascii: bool
    debug: bool
    points: tuple[str, ...] = ()
    points_file: str = ""
    variables: str = ""
    program: str = ""
    module: str = ""
    timeout: float = 10.0
    jobs: int = 1

    def form(self, names: Sequence[str]) -> str:
        """Return the format: as asked for, or by the file's suffix, or the first.

        Raises UsageError for a suffix that means no format of this command.
        """
        if self.form_name or self.output == "-":
            return self.form_name or names[0]
        suffix = os.path.splitext(self.output)[1]
        suffixes = {end: name for name in names for end in load_format(name).SUFFIXES}
        if suffix not in suffixes:
            raise UsageError(
                f"Invalid value for '--output': '{self.output}' has no known suffix.",
                hint=f"end it in {', '.join(suffixes)}, or say --format",
            )
        return suffixes[suffix]

    def settings(self, h: str, scheme: str, subgradient: bool) -> Settings:
        """Return the choices about numbers.

        Raises UsageError if h is not a positive number.
        """
        scheme = scheme_name(scheme)
        h = h or ("auto" if self.digits > DOUBLE else "1e-5")
        if h in ("relative", "auto"):
            return Settings(h, scheme, self.digits, subgradient)
        width = positive(h)
        if width is None:
            raise UsageError(
                f"Invalid value for '--h': {h} is not a positive number.",
                hint=f"1e-5 is the default; {self._seen_in_a_sweep()}",
            )
        return Settings(width, scheme, self.digits, subgradient)

    def _seen_in_a_sweep(self) -> str:
        """Return the call that shows what h does, if it is short enough to type."""
        if not self.points or not self.expr or len(self.expr) > _TYPEABLE:
            return "--h auto finds the best"
        call = f'diffcli sweep "{self.expr}" --at {self.points[0]}'
        return f"see the effect with: {call}"

    def parsed(self) -> Parsed:
        """Return the formula as understood, with the variables of --vars and --at.

        Raises ParseError, and UsageError if --vars leaves a variable out.
        """
        if self.points_file == "-" and self.expr == "-":
            raise UsageError(
                "both the formula and the points are to come from standard input",
                hint="read the formula from a file: @FILE",
            )
        fixed = _names(self.variables)
        given = [name for text in self.points for name in points.names(text)]
        parsed = parse(terminal.read(self.expr), names={*fixed, *given})
        if not fixed:
            return parsed
        missing = [name for name in parsed.variables if name not in fixed]
        if missing:
            raise UsageError(
                f"--vars leaves out '{missing[0]}', which is in the formula",
                hint=f"--vars {','.join((*fixed, *missing))}",
            )
        return parsed._replace(variables=fixed)

    def wanted(self, parsed: Parsed, wrt: str) -> tuple[str, ...]:
        """Return the variables of --wrt, or all.

        Raises UsageError for one that is not there, and where there are none.
        """
        if not parsed.variables:
            raise points.no_variables()
        return chosen_names(wrt, parsed.variables)

    def problems(
        self, parsed: Parsed, wrt: str, settings: Settings
    ) -> Iterator[Problem]:
        """Yield the problem at every point.

        Raises PointError and DomainError.
        """
        wanted = self.wanted(parsed, wrt)
        if not self.points and not self.points_file:
            raise points.missing_point(parsed.variables)
        program = Program([parsed.expression])
        if self.points_file:
            from diffcli.streams import posed

            rows = self.rows(parsed.variables)
            yield from posed(rows, parsed, wanted, settings, program)
        for text in self.points:
            point = points.point(text, parsed.variables)
            yield pose(parsed, point, wanted, settings, program)

    def rows(self, variables: Sequence[str]) -> "Iterator[Row]":
        """Yield the rows of the file with points, or of every --at.

        Raises UsageError if it cannot be read, PointError if columns are missing.
        """
        from diffcli.streams import rows, rows_of

        if self.points and self.points_file:
            raise UsageError("--at and --points exclude each other")
        if not self.points_file:
            if not self.points:
                raise points.missing_point(variables)
            return rows_of(self.points, variables)
        lines, name = terminal.opened(self.points_file)
        return rows(lines, name, variables)

    @property
    def is_box(self) -> bool:
        """Tell whether a program or a callable takes the formula's place.

        Raises UsageError if there is more than one of the three, or none.
        """
        given = [bool(self.expr), bool(self.program), bool(self.module)]
        if sum(given) > 1:
            raise UsageError("EXPR, --program and --module exclude each other")
        if self.jobs > 1 and not self.program:
            raise UsageError("--jobs needs a --program to make copies of")
        return bool(self.program or self.module)

    def boxes(self) -> "Boxes":
        """Return the program in as many copies as asked for, or the callable.

        Raises UsageError if it cannot be started.
        """
        from diffcli.blackbox import Boxes, ModuleBox, ProgramBox

        if self.module:
            return Boxes(lambda: ModuleBox(self.module))
        return Boxes(lambda: ProgramBox(self.program, self.timeout), self.jobs)

    def box_points(self) -> Iterator[dict[str, float]]:
        """Yield the points for a black box, whose variables only they name.

        Raises UsageError if there are none, PointError, ParseError.
        """
        fixed = _names(self.variables)
        if self.points_file:
            if not fixed:
                raise UsageError(
                    "which columns are the variables?", hint="--vars x1,x2"
                )
            for row in self.rows(fixed):
                if row.error:
                    raise row.error
                yield dict(row.point)
        elif not self.points:
            raise points.missing_point(["x1", "x2"])
        for text in self.points:
            names = fixed or points.names(text)
            count = len(points.listed(text))
            yield points.point(text, names or [f"x{n}" for n in range(1, count + 1)])

    def the_point(self, exprs: str) -> str:
        """Return the only point, for many formulas.

        Raises UsageError if there is not exactly one, or there is a formula too.
        """
        if self.expr or self.points_file or self.variables:
            raise UsageError("--exprs takes the place of EXPR, --points and --vars")
        if len(self.points) != 1:
            raise points.missing_point(["x"])
        return self.points[0]

    def answer(
        self,
        form: str,
        documents: Iterable[Document],
        notes: Sequence[str] = (),
        error: DiffcliError | None = None,
    ) -> Answer:
        """Return the documents in a format, for the screen or file asked for."""
        lines = load_format(form).lines(documents, self.screen())
        return Answer(lines, notes, error, self.output)

    def order_note(self, parsed: Parsed) -> list[str]:
        """Say in which order values without names were taken, if that may surprise."""
        surprising = not self.variables and any(
            points.order_surprises(text, parsed) for text in self.points
        )
        order = ", ".join(parsed.variables)
        return [f"Note: values were taken in the order {order}."] if surprising else []

    def screen(self) -> Screen:
        """Return what is drawn on, from options, environment and terminal."""
        shown = self.output == "-" and sys.stdout.isatty()
        encoding = (getattr(sys.stdout, "encoding", None) or "ascii").lower()
        limited = self.output == "-" and not encoding.startswith("utf")
        return Screen(
            terminal.size("COLUMNS", 0, shown) or 80,
            terminal.size("LINES", 1, shown) or 24,
            terminal.color(self.color, shown),
            self.only_ascii or limited,
        )


def chosen_names(wrt: str, variables: Sequence[str]) -> tuple[str, ...]:
    """Return the variables of --wrt, or all.

    Raises UsageError for one that is not there.
    """
    wanted = _names(wrt)
    for name in wanted:
        if name not in variables:
            raise UsageError(
                f"--wrt names '{name}', which is not in the formula"
                f" ({', '.join(variables)})"
            )
    return wanted or tuple(variables)


def _names(text: str) -> tuple[str, ...]:
    """Return the names in a list such as x1,x2."""
    return tuple(name.strip() for name in text.split(",") if name.strip())
