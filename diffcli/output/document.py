"""What views make and formats draw: blocks for people, a record for programs."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias

from diffcli.errors import visible
from diffcli.records import Record
from diffcli.remarks import Remark

if TYPE_CHECKING:  # one point's csv and plain need none of them
    from diffcli.language.notation import Notation
    from diffcli.output.bulk import Bulk, Bundle


class Screen(Record):
    """What the output is drawn on."""

    #: Cells in a line.
    width: int = 80
    #: Lines that are seen at once.
    height: int = 24
    #: Colours may be used.
    color: bool = False
    #: Only ASCII can be shown.
    ascii: bool = False
    #: How formulas are written, as ``--notation`` calls it.
    notation_name: str = "paper"

    @property
    def notation(self) -> "Notation":
        """How formulas are written."""
        from diffcli.language.notation import BY_NAME

        return BY_NAME[self.notation_name]


class Run(Record):
    """A piece of text with one meaning; a format decides how that looks."""

    text: str
    #: "", "value", "gradient", "adjoint", "doubtful", "name", "muted", "title", or for
    #: curves "first" to "sixth", and "ground" for what lies behind them; a "remark" at
    #: the end of a line that is too long goes to a line of its own.
    style: str = ""


Line = tuple[Run, ...]


class Formula(Record):
    """A formula on lines of its own."""

    text: str
    #: The same for formats that typeset.
    latex: str = ""


class Prose(Record):
    """A paragraph, broken between words to fit."""

    text: str
    #: "title" makes it a heading.
    style: str = ""


class Facts(Record):
    """Short facts beside each other, broken only between them."""

    facts: tuple[Line, ...]


class Column(Record):
    """The head of a table's column."""

    title: str
    #: "left" or "right".
    align: str = "right"
    #: False: left out where there is no room for it.
    essential: bool = True
    #: True: words, which may go on in the next line; numbers may not.
    wraps: bool = False


class Table(Record):
    """Rows under columns; the first column names the row."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Line, ...], ...]


class Lines(Record):
    """Lines that stand as they are: steps, a tree."""

    lines: tuple[Line, ...]
    #: The same as LaTeX; None: they stand as they are there too.
    latex: Callable[[], Iterable[str]] | None = None


class Picture(Record):
    """Curves, bars or equations, drawn to fit the screen."""

    draw: Callable[[Screen], Iterable[Line]]
    #: The same as LaTeX for display maths; None: it stands as it is there too.
    latex: Callable[[], Iterable[str]] | None = None


Block = Formula | Prose | Facts | Table | Lines | Picture


class Sheet(Record):
    """A result as rows of plain values under names, for csv and tsv."""

    header: tuple[str, ...]
    #: May be made one by one, while they are written.
    rows: Iterable[Sequence[Any]]


class Node(Record):
    """One node of a graph."""

    label: str
    #: More about it, such as its value; each a line or field of its own.
    details: tuple[str, ...]
    #: The places of its arguments in the list of nodes.
    args: tuple[int, ...]
    #: What to write beside the way from each argument; empty: nothing.
    edges: tuple[str, ...] = ()

    @property
    def ways(self) -> Iterator[tuple[int, str]]:
        """Each argument's place with what is written beside the way from it."""
        return zip(self.args, self.edges or ("",) * len(self.args), strict=True)


class Case(Record):
    """One thing that was checked, as a test runner has it."""

    #: What was checked, and in what.
    name: str
    group: str
    #: "" passed, "failure", or "error" where nothing can be told.
    outcome: str = ""
    #: What was found.
    message: str = ""


class Document(Record):
    """One result, ready for any format; a format makes only the part that it needs."""

    #: For people, from top to bottom.
    blocks: Callable[["Notation"], Iterable[Block]]
    #: For json and jsonl.
    record: Callable[[], Mapping[str, Any]]
    #: For jsonl, where a result is too long for one line; None: it is the record.
    records: Callable[[], Iterable[Mapping[str, Any]]] | None = None
    #: For csv and tsv: this result alone.
    sheet: Callable[[], Sheet] = lambda: Sheet((), ())
    #: For csv and tsv: this result as one of many, if that differs.
    wide: Callable[[], Sheet] | None = None
    #: What tells it from the others of many: the columns before its own.
    carried: Mapping[str, Any] = {}
    #: For plain: one line; empty: nothing is printed.
    brief: Callable[[], str] = lambda: ""
    #: For dot and mermaid: nodes, arguments before users.
    graph: Callable[[], Sequence[Node]] = lambda: ()
    #: For test runners: all that was checked.
    cases: Callable[[], Iterable[Case]] = lambda: ()
    #: For a language of code: the lines of a file in it.
    code: Callable[[str], Iterable[str]] = lambda language: ()
    #: What a reader of the numbers should know, a sentence each.
    warnings: Sequence[Remark] = ()

    def safe_blocks(self, notation: "Notation") -> Iterator[Block]:
        """Yield the blocks with all that could steer a terminal written out.

        Formats for people draw these: names and messages come from anywhere.
        """
        for block in self.blocks(notation):
            if isinstance(block, Formula | Prose):
                yield block._replace(text=visible(block.text))
            elif isinstance(block, Facts):
                yield Facts(tuple(map(_visible, block.facts)))
            elif isinstance(block, Lines):
                yield block._replace(lines=tuple(map(_visible, block.lines)))
            elif isinstance(block, Picture):
                yield block._replace(draw=partial(_visible_picture, block))
            else:
                columns = tuple(
                    column._replace(title=visible(column.title))
                    for column in block.columns
                )
                rows = tuple(tuple(map(_visible, row)) for row in block.rows)
                yield Table(columns, rows)


def _visible(line: Line) -> Line:
    return tuple(run._replace(text=visible(run.text)) for run in line)


def _visible_picture(picture: Picture, screen: Screen) -> Iterator[Line]:
    return map(_visible, picture.draw(screen))


Result: TypeAlias = "Document | Bulk | Bundle | str"
"""One result, or many, or the lines that some have become already."""


class Documents:
    """The results of one call, one after the other; their shape is the call's."""

    def __init__(
        self,
        documents: Iterable[Result],
        *,
        many: bool = False,
        header: Sequence[str] = (),
    ) -> None:
        self.documents = documents
        #: The call asks for many, however many there are.
        self.many = many
        #: For csv and tsv: all columns of many.
        self.header = header

    def __iter__(self) -> Iterator[Document]:
        for document in self.documents:
            assert isinstance(document, Document)  # the others are for some formats
            yield document

    def lines(
        self, line: Callable[[Sequence[Any]], str], separator: str
    ) -> Iterator[str]:
        """Yield header and rows for csv and tsv, several lines where they are plain.

        The header of many waits for the first of them, which may be an error.
        """
        header = [line(self.header)] if self.header else []
        for document in self.documents:
            yield from header
            header = []
            if isinstance(document, str):
                yield document
            elif isinstance(document, Document):
                yield from self._lines(document, line)
            else:
                yield document.lines(separator)
        yield from header

    def _lines(
        self, document: Document, line: Callable[[Sequence[Any]], str]
    ) -> Iterator[str]:
        if not self.many:
            alone = document.sheet()
            yield line(alone.header)
            yield from map(line, alone.rows)
            return
        carried = tuple(document.carried.values())
        begun = line((*carried, "")) if carried else ""  # once for all rows
        for row in (document.wide or document.sheet)().rows:
            yield begun + line(row)


def header(carried: Sequence[str], own: Sequence[str]) -> tuple[str, ...]:
    """Return the columns of many: those carried, then ours; no two have one name.

    >>> header(["x", "status"], ["df/dx", "status"])
    ('x', 'status', 'df/dx', 'diffcli:status')
    """
    columns = dict.fromkeys(carried)
    for column in own:
        while column in columns:
            column = f"diffcli:{column}"
        columns[column] = None
    return tuple(columns)
