"""What the shared options of one call mean."""

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from diffcli.calculus.functions import CONSTANTS
from diffcli.cli import terminal
from diffcli.cli.command import Answer, refuse
from diffcli.errors import DiffcliError, UsageError, listing, visible
from diffcli.inputs import arguments, points
from diffcli.language.expression import Number, postorder
from diffcli.language.parser import Parsed, parse
from diffcli.output import formats
from diffcli.output.document import Document, Documents, Result, Screen, header
from diffcli.problem import DOUBLE, Problem, Settings
from diffcli.records import Record
from diffcli.remarks import Remark
from diffcli.tables import Dialect, frame_kind

if TYPE_CHECKING:
    from diffcli.inputs.rows import Row, Rows

_EXACT = ("brief", "sheet", "record", "cases")  # parts of a document that round nothing
_TYPEABLE = 60  # characters of a formula in a hint


class Request(Record):
    """The shared options of one call."""

    expr: str
    form_name: str
    output: str
    color: str
    only_ascii: bool
    debug: bool
    notation: str = "paper"
    digits: int = 10
    points: tuple[str, ...] = ()
    point_files: tuple[str, ...] = ()
    separator: str = ""
    comment: str = ""
    headless: bool = False
    variables: str = ""
    syntax: str = "auto"
    program: str = ""
    module: str = ""
    timeout: float = 10.0
    jobs: int | str = 1
    data_file: str = ""
    init: str = ""
    reduction: str = "mean"

    def form(self, parts: Sequence[str], default: str = formats.DEFAULT) -> str:
        """Return the format: as asked for, or by the file's suffix, or the default.

        Raises UsageError for a suffix that means no format of this command.
        """
        if self.form_name or self.output == "-":
            return self.form_name or default
        suffix = os.path.splitext(self.output)[1].lower()
        suffixes = {
            end: name
            for name in formats.offered(parts)
            for end in formats.load(name).SUFFIXES
        }
        if suffix not in suffixes:
            raise UsageError(
                f"Invalid value for '--output': '{self.output}' has no known suffix.",
                hint=f"end it in {', '.join(suffixes)}, or say --format",
            )
        return suffixes[suffix]

    @property
    def points_file(self) -> str:
        """The file with points, or the first of several; empty: there is none."""
        return self.point_files[0] if self.point_files else ""

    @property
    def is_one_file(self) -> bool:
        """Tell whether one file of points is named, and by its name."""
        from diffcli.cli.sources import found_files

        return found_files(self.point_files) == [self.points_file]

    def dialect(self, path: str) -> Dialect:
        """Return how a table is to be read.

        Raises UsageError if it is no text.
        """
        if frame_kind(path):
            refuse("it is for tables of text", *DIALECT)
        return Dialect(self.separator, self.comment, not self.headless)

    def refuse_dialect(self) -> None:
        """Refuse what is said of tables where none is read."""
        if not (self.point_files or self.data_file):
            refuse("no table is read", *DIALECT)

    def refuse_data_options(self, *names: str) -> None:
        """Refuse the options of --data, and others of the kind, where it is not given.

        Raises UsageError.
        """
        if not self.data_file:
            refuse("it is for the rows of --data", "init", "reduction", *names)

    @property
    def processes(self) -> int:
        """How many processes of this machine work.

        Raises UsageError for dask, which has parts to share out.
        """
        if isinstance(self.jobs, str):
            raise UsageError(
                "--jobs dask shares out parts: --points 'parts/*.csv' -o DIR/"
            )
        return self.jobs

    def refuse_pause(self, form: str) -> None:
        """Refuse --pause where nobody reads line by line."""
        if form != "table" or self.output != "-":
            refuse("nobody watches this output", "pause")

    def refuse_rounding(self, form: str) -> None:
        """Refuse --digits where all digits of a double are written anyway."""
        if formats.part(form) in _EXACT and self.digits <= DOUBLE:
            refuse(f"-f {form} has all digits; 18 and more compute more", "digits")

    def settings(self, h: str, scheme: str, subgradient: bool) -> Settings:
        """Return the choices about numbers.

        Raises UsageError if h is not a positive number.
        """
        try:
            return arguments.settings(
                number(h) if h else None, scheme, self.digits, subgradient=subgradient
            )
        except UsageError as error:
            error.hint = f"1e-5 is the default; {self._seen_in_a_sweep()}"
            raise

    def _seen_in_a_sweep(self) -> str:
        """Return the call that shows what h does, if it is short enough to type."""
        if not self.points or not self.expr or len(self.expr) > _TYPEABLE:
            return "--h auto finds the best"
        call = f'diffcli sweep "{self.expr}" --at {self.points[0]}'
        return f"see the effect with: {call}"

    @property
    def forced_syntax(self) -> str:
        """The syntax that is asked for; empty: what the text looks like."""
        return "" if self.syntax == "auto" else self.syntax

    def refuse_syntax(self) -> None:
        """Refuse --syntax where each formula of a file is read as it looks."""
        if self.forced_syntax:
            refuse("each formula of a file is read as it looks", "syntax")

    def parsed(self, *, several: bool = False) -> Parsed:
        """Return the formula as understood, with the variables of --vars and --at.

        ``several`` tells that more than one output has a meaning here.

        Raises ParseError, and UsageError if --vars leaves a variable out.
        """
        self.refuse_dialect()
        self.refuse_one_stream(*self.point_files, self.data_file)
        fixed = points.new_names(self.variables)
        given = [name for text in self.points for name in points.names(text)]
        text, names = terminal.read(self.expr), {*fixed, *given}
        syntax = self.forced_syntax
        parsed = parse(text, names=names, syntax=syntax, several=several)
        if not fixed:
            return parsed
        missing = [name for name in parsed.variables if name not in fixed]
        if missing:
            raise UsageError(
                f"--vars leaves out '{missing[0]}', which is in the formula",
                hint=f"--vars {listing((*fixed, *missing), ',')}",
            )
        return parsed._replace(variables=fixed)

    def refuse_one_stream(self, *paths: str, what: str = "points") -> None:
        """Refuse standard input for the formula and something else. UsageError."""
        if self.expr == "-" and "-" in paths:
            raise UsageError(
                f"both the formula and the {what} are to come from standard input",
                hint="read the formula from a file: @FILE",
            )

    def variables_for(self, parsed: Parsed, wrt: str) -> tuple[str, ...]:
        """Return the variables of --wrt, or all.

        Raises UsageError for one that is not there, and where there are none.
        """
        if not parsed.variables:
            raise points.no_variables()
        return points.select(wrt, parsed.variables)

    @property
    def many(self) -> bool:
        """Tell whether the call asks for several points, however many there are."""
        return bool(self.points_file) or len(self.points) > 1

    @property
    def has_points(self) -> bool:
        """Tell whether the call names a point, or a file of them."""
        return bool(self.points or self.points_file)

    def rows(
        self, variables: Sequence[str], form: str, *, named: bool = False
    ) -> "Rows":
        """Return the rows of the file with points, or of every --at.

        ``named`` tells that errors say at which --at they were met.

        Raises UsageError if it cannot be read, PointError if columns are missing.
        """
        from diffcli.inputs import rows

        if self.points and self.points_file:
            raise UsageError(
                "--at and --points exclude each other",
                hint="what is the same in all rows is a column too, or a definition:"
                ' "w = 2; w*x"',
            )
        if not self.has_points:
            raise points.missing_point(variables)
        if self.points:
            return rows.of_texts(self.points, variables, named=named)
        from diffcli.cli.sources import joined

        fixed = formats.part(form) == "sheet"
        given = (self.point_files, self.output, self.dialect)
        return joined(*given, variables, fixed=fixed)

    def rows_for(self, parsed: Parsed, form: str, *, named: bool = False) -> "Rows":
        """Return the rows for a formula, whose constants are no columns.

        Raises UsageError if one is; else as ``rows`` does.
        """
        rows = self.rows(parsed.variables, form, named=named)
        if self.points_file:
            self.refuse_constants(parsed, rows.columns)
        return rows

    def refuse_constants(self, parsed: Parsed, columns: Iterable[str]) -> None:
        """Refuse a column that is a constant of the formula, unless --vars tells.

        Raises UsageError.
        """
        unclear = {*columns} & CONSTANTS.keys() - {*parsed.variables}
        if unclear and not self.variables:
            nodes = postorder([parsed.expression])
            used = {node.text for node in nodes if isinstance(node, Number)}
            for name in sorted(unclear & used):
                raise UsageError(
                    f"'{name}' is a column, and a constant in the formula",
                    hint=f"--vars {','.join((*parsed.variables, name))} takes the"
                    f" column, --vars {','.join(parsed.variables)} the constant",
                )

    def of_row(self, row: "Row", document: Document) -> Document:
        """Return the document for a row, with the columns of the input."""
        if not self.points_file:
            return document._replace(carried=row.carried)
        parts = document.records
        return document._replace(
            carried=row.carried,
            record=lambda: {**document.record(), "input": row.carried},
            records=parts and (lambda: ({**p, "input": row.carried} for p in parts())),
        )

    def at_points(
        self,
        form: str,
        parsed: Parsed,
        wrt: str,
        document: Callable[[Problem], Document],
        own: Sequence[str] = (),
        settings: Settings | None = None,
        rows: "Rows | None" = None,
        *,
        exact: bool = False,
    ) -> Answer:
        """Return a document for every point; ``own`` are the columns of its sheet.

        ``rows`` are those of --points where they were opened already; ``exact`` tells
        that values are taken as they were written.

        Raises PointError and DomainError.
        """
        from diffcli.inputs.rows import poser

        wanted = self.variables_for(parsed, wrt)
        found_rows = rows or self.rows_for(parsed, form)
        settings = settings or Settings()
        parts = [(part, poser(part, wanted, settings)) for part in parsed.parts()]
        notes = self.reading_notes(parsed, exact=exact)

        def documents() -> Iterator[Document]:
            for row in found_rows.rows:
                for part, problem_at in parts:
                    found = document(problem_at(row))
                    if not self.points_file:
                        notes.extend(found.warnings)
                    yield numbered(part, self.of_row(row, found))

        columns = ((*OUTPUT[: len(parsed.outputs)], *found_rows.columns), own)
        several = bool(parsed.outputs)
        return self.answer(form, documents(), notes, columns=columns, exprs=several)

    @property
    def is_box(self) -> bool:
        """Tell whether a program or a callable takes the formula's place.

        Raises UsageError if there is more than one of the three, or none.
        """
        given = [bool(self.expr), bool(self.program), bool(self.module)]
        if sum(given) > 1:
            raise UsageError(
                "EXPR, --program and --module exclude each other",
                hint="a formula is held against a program by --claim",
            )
        if self.syntax != "auto" and not self.expr:
            refuse("there is no formula to read", "syntax")
        return bool(self.program or self.module)

    def answer(
        self,
        form: str,
        documents: Iterable[Result],
        notes: Sequence[Remark] = (),
        error: DiffcliError | None = None,
        *,
        columns: tuple[Sequence[str], Sequence[str]] = ((), ()),
        exprs: bool = False,
        one_by_one: bool = False,
    ) -> Answer:
        """Return the documents in a format, for the screen or file asked for.

        ``columns`` are for csv and tsv of many: those carried, and those of ours;
        ``exprs`` tells that there are many formulas. Points on the command line are
        all looked at before anything is written; what comes from a file is answered
        ``one_by_one``.
        """
        if not (self.points_file or exprs or one_by_one):
            documents = list(documents)
        many = self.many or exprs
        wide: tuple[str, ...] = ()
        if many and formats.part(form) == "sheet":
            carried, own = columns
            if not self.points_file:  # the names are ours to choose
                carried = [f"at:{name}" if name in own else name for name in carried]
            wide = header(carried, own)
            notes = [*notes, *renamed(wide, carried, own)]
        series = Documents(documents, many=many, header=wide)
        lines = formats.load(form).lines(series, self.screen())
        if self.output == "-" and form != "table" and sys.stdout.isatty():
            lines = map(_on_screen, lines)
        waits = bool(self.points_file) and (
            form == "jsonl" or terminal.is_interactive(self.point_files)
        )
        return Answer(lines, notes, error, self.output, flush=waits, documents=series)

    def is_watched(self) -> bool:
        """Tell whether somebody waits for each line, or sees it on a terminal."""
        shown = self.output == "-" and sys.stdout.isatty()
        return shown or terminal.is_interactive(self.point_files)

    def reading_notes(self, parsed: Parsed, *, exact: bool = False) -> list[Remark]:
        """Say how formula and values were read, where it may surprise.

        ``exact`` tells that values are taken as they were written.
        """
        surprising = not self.variables and any(
            points.order_surprises(text, parsed) for text in self.points
        )
        order = ", ".join(parsed.variables)
        taken = Remark(f"values were taken in the order {order}.")
        misread: list[Remark] = []
        if any("+" in text or "(" in text for text in self.points):
            from diffcli.inputs import spreads

            misread += spreads.misread(self.points)
        return [
            *parsed.notes, *([taken] if surprising else []), *misread,
            *self.sharing_notes(),
            *([] if exact else self._rounding_notes(parsed)),
        ]  # fmt: skip

    def _rounding_notes(self, parsed: Parsed) -> Iterator[Remark]:
        """Say of digits beyond those of a double that a value is none."""
        if self.digits <= DOUBLE:
            return
        from diffcli.inputs.rounded import no_double

        for text in self.points:
            try:
                points.point(text, parsed.variables)
            except DiffcliError:
                return  # it is refused when its turn comes
            found = no_double(points.expressions(text, parsed.variables), self.digits)
            if found is not None:
                name, double = found
                yield Remark(
                    f"the point is one of doubles, {name} = {double};"
                    " grad --prove takes it as it is written"
                )
                return

    def sharing_notes(self) -> list[Remark]:
        """Say where there is nothing for several processes to share."""
        one = self.data_file == "-" or os.path.exists(self.data_file)
        if self.jobs == 1 or not one:
            return []
        return [Remark("--jobs shares out files, --data 'parts/*.csv'; this is one.")]

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
            "code" if self.only_ascii or limited else self.notation,
        )


DIALECT = ("separator", "comment", "headless")
"""The options that tell how a table of text is read."""
OUTPUT = ("output",)
"""The column that tells of which of several outputs a row is."""


def numbered(part: Parsed | None, document: Document) -> Document:
    """Return a document that says of which of several outputs it is."""
    if part is None or not part.output:
        return document
    return document._replace(carried={OUTPUT[0]: str(part.output), **document.carried})


def renamed(
    shown: Sequence[str], carried: Sequence[str], own: Sequence[str]
) -> Iterator[Remark]:
    """Say which of our columns have another name, for the input has theirs."""
    for name, column in zip(own, shown[len(carried) :], strict=True):
        if name != column:
            yield Remark(f"the input has a column '{name}'; ours is '{column}'.")


def number(word: str) -> Any:
    """Return a number; a word that is none stays what it is, for who refuses it."""
    try:
        return int(word) if word.isdecimal() else float(word)
    except ValueError:
        return word


def _on_screen(line: str) -> str:
    """Return a line of data, of which a terminal obeys nothing but the tabs."""
    return "\t".join(map(visible, line.split("\t")))
