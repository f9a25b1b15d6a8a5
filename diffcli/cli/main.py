"""The command line: a lazy group, and the one place that prints and exits."""

import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from importlib import import_module

import click

from diffcli import plugins
from diffcli.cli import commands, files, patience, terminal
from diffcli.cli.command import Answer, misplaced, misspelt, unknown, wants_json
from diffcli.cli.help import (
    COMPLETES,
    STREAMS,
    Helpful,
    Information,
    notations,
    version,
)
from diffcli.errors import (
    CannotTell,
    CheckFailed,
    DiffcliError,
    InternalError,
    ReaderGone,
    RowsFailed,
    UsageError,
    suggestion,
)
from diffcli.problem import MORE_DIGITS

#: What parameters of the library are called here.
_OPTIONS = {
    "methods": "--method", "h": "--h", "scheme": "--scheme", "wrt": "--wrt",
    "digits": "--digits", "subgradient": "--subgradient", "claims": "--claim",
    "command": "--program", "timeout": "--timeout", "rtol": "--rtol", "atol": "--atol",
    "rates": "--rate", "rules": "--rules", "order": "--order", "graph": "--graph",
    "implicit": "--implicit",
}  # fmt: skip
#: What click calls the types of numbers, and says of what is none.
_NUMBERS = (click.types.FloatParamType, click.types.IntParamType)
_NO_NUMBER = "is not a valid"
HELP = """\
Partial derivatives three ways: finite differences, symbolic rules, backprop.

\b
  diffcli grad "(2*x1+3*x2)**2+3" --at 1,3
  diffcli check "sin(x)*exp(x)" --at 1 --claim "exp(x)*(sin(x)+cos(x))"
  diffcli demo
"""


class Lazy(Helpful, click.Group):
    """A group whose commands are the files of a folder, imported when called."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse the arguments; ``help grad`` is ``grad --help``."""
        if args[:1] in (["help"], ["-help"]):
            args = [*args[1:2], "--help"]
        word = args[0] if args else ""
        if word[:1] == "-" and f"-{word}" in _spelled(self.get_params(ctx)):
            message, hint = f"No such option '{word}'.", f"the option is -{word}"
            raise UsageError(message, hint=hint)
        return super().parse_args(ctx, args)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of the files."""
        return plugins.names(commands)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command in a file; an error in the file is not hidden."""
        if cmd_name not in self.list_commands(ctx):
            return None
        command: click.Command = import_module(
            f"{commands.__name__}.{cmd_name}"
        ).command
        command.name = cmd_name
        return command

    def format_options(
        self, ctx: click.Context, formatter: click.HelpFormatter
    ) -> None:
        """List the commands before the options."""
        self.format_commands(ctx, formatter)
        click.Command.format_options(self, ctx, formatter)

    def format_commands(
        self, ctx: click.Context, formatter: click.HelpFormatter
    ) -> None:
        """List the commands in their sections."""
        for section, rows in self.sections(ctx).items():
            with formatter.section(section):
                formatter.write_dl(rows)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write how formulas may be written, and what all commands have in common."""
        with formatter.section("Notations"):
            formatter.write_dl(notations())
        with formatter.section("Input and output"):
            formatter.write_dl(list(STREAMS))
        super().format_epilog(ctx, formatter)

    def sections(self, ctx: click.Context) -> dict[str, list[tuple[str, str]]]:
        """Return by section the names of commands, and what they do."""
        modules = [
            import_module(f"{commands.__name__}.{name}")
            for name in self.list_commands(ctx)
        ]
        modules.sort(key=lambda module: (module.SECTION, module.PLACE))
        sections: dict[str, list[tuple[str, str]]] = {}
        for module in modules:
            name = module.__name__.rpartition(".")[2]
            row = (name, module.command.get_short_help_str(70))
            sections.setdefault(module.SECTION, []).append(row)
        return sections


@click.group(
    cls=Lazy,
    help=HELP,
    subcommand_metavar="COMMAND [ARGS]...",
    options_metavar="",
    context_settings={"help_option_names": commands.HELP},
)
@version("-V", "--version")
def group() -> None:
    """Choose a command."""


_WHERE_MORE = "diffcli grad --digits 30 shows more"


def main(args: Sequence[str] | None = None) -> int:
    """Run one call and return its exit code."""
    words = list(sys.argv[1:] if args is None else args)
    files.complete_streams()
    patience.begin()
    try:
        return run(words)
    except (click.Abort, KeyboardInterrupt):
        terminal.close()
        terminal.say("Interrupted.")
        return 130
    except MemoryError:
        pass  # said below, where what took the memory is gone
    except Exception as error:
        terminal.close()
        return _failed(error, words)
    finally:
        patience.end()
    terminal.close()
    return _failed(UsageError("there is not enough memory for this"), words)


def run(words: Sequence[str]) -> int:
    """Run one call and print its answer. Raises whatever goes wrong."""
    if COMPLETES in os.environ:
        return _complete([*words])
    try:
        with group.make_context("diffcli", [*words]) as context:
            answer = group.invoke(context)
    except Information as information:  # the help, the version, a schema
        answer = Answer(information.text.split("\n"))
    lines, notes, error, output, ending, flush, _ = answer
    options = _options(words) if notes else set()
    for note in notes:
        # No dialogue and no derivation has --digits; there is a command that does.
        said, known = str(note), not options or "--digits" in options
        terminal.note(said if known else said.replace(MORE_DIGITS, _WHERE_MORE))
    files.write(patience.during(lines), output, flush=flush)
    error = error or ending()
    if error is not None:
        raise error
    return 0


def _complete(words: list[str]) -> int:
    """Tell a shell what could come next; an error only means that nothing could."""
    from diffcli.cli import shells

    shells.teach()
    try:
        group.main(words, prog_name="diffcli")
    except SystemExit as done:
        return int(done.code or 0)
    except DiffcliError:
        return 0


def _failed(error: Exception, words: Sequence[str]) -> int:
    """Print an error, unless the output has said it, and return its exit code."""
    if isinstance(error, CheckFailed | CannotTell | RowsFailed | ReaderGone):
        return error.exit_code
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        for line in error.ctx.get_help().split("\n"):
            terminal.say(line)
        return 2
    if "--debug" in words and not isinstance(
        error, DiffcliError | click.ClickException
    ):
        import traceback

        for line in "".join(traceback.format_exception(error)).splitlines():
            terminal.say(line)
    said = in_our_words(error, words)
    if wants_json(words):
        import json

        terminal.say(json.dumps(said.record()))
    else:
        width = terminal.size("COLUMNS", 0, True) if sys.stderr.isatty() else 0
        for line in said.lines(width or 80):
            # What stands over carets is not broken, nor are they.
            (terminal.say if line.startswith("  ") else terminal.note)(line)
    return said.exit_code


def in_our_words(error: Exception, words: Sequence[str] = ()) -> DiffcliError:
    """Return any error as one of ours; what we did not expect is a bug of ours."""
    if isinstance(error, DiffcliError):
        from diffcli.inputs import equations

        if equations.is_difference(error.source):
            error.span = error.span and equations.typed_span(error.source, error.span)
            error.source = equations.typed(error.source)
        return _of_library(error, _options(words))
    if isinstance(error, click.ClickException):
        return _of_click(error)
    if isinstance(error, OSError):  # of the machine, and not of what we write
        name = f"'{error.filename}': " if error.filename else ""
        return UsageError(f"{name}{error.strerror or error}")
    what = f"{type(error).__name__}: {error}".strip(": ")
    return InternalError(
        f"internal error ({what})", hint="please report it; --debug shows the traceback"
    )


def _spelled(params: Iterable[click.Parameter]) -> set[str]:
    """Return options as they are typed."""
    return {name for option in params for name in option.opts}


def _options(words: Sequence[str]) -> set[str]:
    """Return the options of the command that was called; none: it is not known."""
    context = click.Context(group)
    called = (group.get_command(context, word) for word in words[:1])
    return {name for each in called if each for name in _spelled(each.params)}


def _of_library(error: DiffcliError, options: set[str]) -> DiffcliError:
    """Return an error about a parameter as one about the option of that meaning.

    A hint to a parameter for which this command has no option helps nobody; what comes
    behind a semicolon may.
    """
    option = _OPTIONS.get(error.parameter)
    if option and error.hint.startswith(error.parameter):
        known = not options or option in options
        here = option + error.hint.removeprefix(error.parameter)
        error.hint = here if known else error.hint.partition("; ")[2]
    elif option and isinstance(error, UsageError):
        error.message = f"Invalid value for '{option}': {error.message}"
    return error


def _of_click(error: click.ClickException) -> UsageError:
    message: str = error.format_message()
    context: click.Context = getattr(error, "ctx", None) or click.Context(group)
    hint = f"{context.command_path or 'diffcli'} --help lists what there is"
    kind = getattr(getattr(error, "param", None), "type", None)
    if message.startswith("Got unexpected extra argument"):
        if word := unknown(context):
            called = context.command_path
            message = f"{called} has no option {word}, and took it for an argument"
        else:
            hint = misplaced(context) or hint
        hint = misspelt(context) or hint
    elif message.startswith("Missing argument 'EXPR"):
        message, hint = f"which formula? {message}", '"x**2"'
    elif _NO_NUMBER in message and isinstance(kind, _NUMBERS):
        what = "a number" if isinstance(kind, _NUMBERS[0]) else "a whole number"
        message = f"{message.rpartition(_NO_NUMBER)[0]}is not {what}."
    elif isinstance(kind, click.Choice):
        hint = suggestion(_quoted(message)[1], kind.choices, hint)
    elif message.startswith("No such command"):
        word = _quoted(message)[0]
        if not word.replace("-", "").isalpha():
            hint = "a command comes first: diffcli grad FORMULA --at POINT"
        hint = suggestion(word, group.list_commands(context), hint)
        hint = next(_called_otherwise(word), hint)
        if f"--{word}" in _spelled(group.params):
            hint = f"the option is --{word}"
    return UsageError(message, hint=hint)


def _called_otherwise(word: str) -> Iterator[str]:
    """Yield a hint to the command that a word of other tools means."""
    for name in plugins.names(commands):
        module = import_module(f"{commands.__name__}.{name}")
        also: dict[str, str] = getattr(module, "ALSO", {})
        option = also.get(word, also.get(word.removesuffix("s")))
        if option is not None:
            yield f"it is diffcli {name} {option}".rstrip()


def _quoted(message: str) -> list[str]:
    """Return what stands between quotes."""
    return message.split("'")[1::2]
