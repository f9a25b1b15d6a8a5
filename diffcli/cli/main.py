"""The command line: a lazy group, and the one place that prints and exits."""

import os
import sys
from collections.abc import Iterable, Sequence
from importlib import import_module

import click

import diffcli
from diffcli import plugins
from diffcli.cli import commands
from diffcli.errors import (
    CheckFailed,
    DiffcliError,
    InternalError,
    RowsFailed,
    UsageError,
    visible,
)

#: What parameters of the library are called here.
_OPTIONS = {
    "methods": "--method", "h": "--h", "scheme": "--scheme", "wrt": "--wrt",
    "digits": "--digits", "subgradient": "--subgradient", "claims": "--claim",
}  # fmt: skip
HELP = """\
Partial derivatives three ways: finite differences, symbolic rules, backprop.

\b
  diffcli grad "(2*x1+3*x2)**2+3" --at 1,3
  diffcli check "sin(x)*exp(x)" --at 1 --claim "exp(x)*(sin(x)+cos(x))"
  diffcli demo
"""
#: Exit code, a word for it, and what it means.
STATUS = (
    ("0", "ok", "all is well"),
    ("1", "check failed", "a check failed"),
    ("2", "usage", "the call is wrong: an option, the point, a file"),
    ("3", "parse", "the formula is not well formed"),
    ("4", "domain", "undefined or too large there: log(-1), 1/0, exp(1000)"),
    ("5", "kink", "defined, but not differentiable there: abs, relu, sqrt at 0"),
    ("70", "bug", "a bug of ours"),
    ("130, 141", "interrupted", "interrupted; the reader went away"),
)
EPILOG = f"""\
\b
Exit status: {", ".join(f"{code} {word}" for code, word, _ in STATUS[:6])}.
"""


# What a shell says of a tool that SIGPIPE ended. Ending by the signal itself would
# need the signal module, a tenth of our start-up.
_CLOSED_PIPE = 141
# Set by a shell that asks what could come next; click answers and ends the process.
COMPLETES = "_DIFFCLI_COMPLETE"


class Lazy(click.Group):
    """A group whose commands are the files of a folder, imported when called."""

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

    def sections(self, ctx: click.Context) -> dict[str, list[tuple[str, str]]]:
        """Return by section the names of commands, and what they do."""
        modules = [
            import_module(f"{commands.__name__}.{name}")
            for name in self.list_commands(ctx)
        ]
        modules.sort(key=lambda module: (module.SECTION, module.PLACE))
        found: dict[str, list[tuple[str, str]]] = {}
        for module in modules:
            name = module.__name__.rpartition(".")[2]
            row = (name, module.command.get_short_help_str(70))
            found.setdefault(module.SECTION, []).append(row)
        return found


@click.group(
    cls=Lazy,
    help=HELP,
    epilog=EPILOG,
    subcommand_metavar="COMMAND [ARGS]...",
    options_metavar="",
    context_settings={"help_option_names": commands.HELP},
)
@click.version_option(diffcli.__version__, prog_name="diffcli")
def group() -> None:
    """Choose a command."""


def main(args: Sequence[str] | None = None) -> int:
    """Run one call and return its exit code."""
    words = list(sys.argv[1:] if args is None else args)
    try:
        return _run(words)
    except (CheckFailed, RowsFailed) as error:
        return error.exit_code
    except DiffcliError as error:
        return _fail(error, words)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.ctx.get_help(), err=True)
        return 2
    except click.ClickException as error:
        return _fail(_in_our_words(error), words)
    except (click.Abort, KeyboardInterrupt):
        _say(["Interrupted."])
        return 130
    except SystemExit:  # nobody reads click's help
        return _CLOSED_PIPE
    except OSError as error:
        return _unwritten(error, words)
    except Exception as error:  # a bug of ours: say so, in one line
        if "--debug" in words:
            raise
        return _fail(_bug(error), words)


def _run(words: list[str]) -> int:
    """Run one call and print its answer. Raises whatever goes wrong."""
    if COMPLETES in os.environ:
        return _complete(words)
    answer = group.main(words, prog_name="diffcli", standalone_mode=False)
    if not isinstance(answer, tuple):  # --help and --version have printed already
        return int(answer or 0)
    lines, notes, error, output, ending, flush = answer
    _say(notes)
    _write(lines, output, flush=flush)
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


def _unwritten(error: OSError, words: Sequence[str]) -> int:
    """Report that stdout takes no more; what is left in it goes nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    if isinstance(error, BrokenPipeError):
        return _CLOSED_PIPE
    return _fail(UsageError(f"cannot write the output: {error.strerror}"), words)


def _bug(error: Exception) -> InternalError:
    what = f"{type(error).__name__}: {error}".strip(": ")
    return InternalError(
        f"internal error ({what})",
        hint="please report it; --debug shows the traceback",
    )


def _say(notes: Iterable[str]) -> None:
    for note in notes:
        sys.stderr.write(f"{visible(note)}\n")
    sys.stderr.flush()


def _write(lines: Iterable[str], output: str, *, flush: bool) -> None:
    """Write lines to stdout, or to a file that appears only when it is complete."""
    if output == "-":
        reconfigure = getattr(sys.stdout, "reconfigure", None)
        if reconfigure:
            reconfigure(errors="backslashreplace")
        for line in lines:
            sys.stdout.write(f"{line}\n")
            if flush:
                sys.stdout.flush()
        sys.stdout.flush()
        return
    # What a link points to is written, not the link.
    target = os.path.realpath(output)
    try:
        if os.path.exists(target) and not os.path.isfile(target):
            _fill(target, lines)  # a device or a pipe: a rename would destroy it
        else:
            _replace(target, lines)
    except OSError as error:
        raise UsageError(f"cannot write '{output}': {error.strerror}") from None


def _fill(path: str, lines: Iterable[str]) -> None:
    with open(path, "w", encoding="utf-8") as file:
        file.writelines(f"{line}\n" for line in lines)


def _replace(path: str, lines: Iterable[str]) -> None:
    """Write a file aside and rename it; an older one's permissions are kept."""
    unfinished = f"{path}.{os.getpid()}.tmp"
    try:
        _fill(unfinished, lines)
        if os.path.exists(path):
            os.chmod(unfinished, os.stat(path).st_mode & 0o777)
        os.replace(unfinished, path)
    finally:
        if os.path.exists(unfinished):
            os.remove(unfinished)


def _fail(error: DiffcliError, words: Sequence[str]) -> int:
    """Print an error and return its exit code."""
    option = _OPTIONS.get(error.parameter)
    if option and error.hint.startswith(error.parameter):
        error.hint = option + error.hint.removeprefix(error.parameter)
    elif option and isinstance(error, UsageError):
        error.message = f"Invalid value for '{option}': {error.message}"
    if _wants_json(words):
        import json

        _say([json.dumps(error.record())])
    else:
        shown = error.lines()
        sys.stderr.write("\n".join(shown) + "\n")
        sys.stderr.flush()
    return error.exit_code


def _wants_json(words: Sequence[str]) -> bool:
    """Tell whether the call asked for JSON, even if it failed before we knew."""
    pairs = zip(words, [*words[1:], ""], strict=True)
    return any(
        (word in ("-f", "--format") and value in ("json", "jsonl"))
        or word in ("--format=json", "--format=jsonl")
        for word, value in pairs
    )


def _in_our_words(error: click.ClickException) -> UsageError:
    """Return click's error in the shape of ours."""
    message = error.format_message()
    hint = ""
    if message.startswith("Got unexpected extra argument"):
        hint = "put the formula in quotes"
    elif message.startswith("Missing argument 'EXPR'"):
        message, hint = "which formula? Missing argument 'EXPR'.", '"x**2"'
    elif isinstance(error, click.UsageError) and error.ctx is not None:
        hint = f"{error.ctx.command_path} --help lists what there is"
    return UsageError(message, hint=hint)
