"""What a language frames: a list of operations as texts, and how lists are laid out."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from diffcli.records import Record

SIGNS = {
    "add": "{u} + {v}", "subtract": "{u} - {v}", "multiply": "{u} * {v}",
    "divide": "{u} / {v}", "negate": "-{u}",
    "less": "{u} < {v}", "less_equal": "{u} <= {v}", "greater": "{u} > {v}",
    "greater_equal": "{u} >= {v}", "equal": "{u} == {v}", "not_equal": "{u} != {v}",
}  # fmt: skip
"""What nearly every language writes alike; a file says where its own differs."""


class Unavailable(Exception):
    """A language does not have a function, and it cannot be written out."""


class Statement(Record):
    """A value that gets a name of its own."""

    name: str
    code: str
    #: How many statements are needed before it, one after the other.
    level: int = 0


class Output(Record):
    """A number that comes out."""

    #: Its name: f, df_dx, d2f_dx_dy.
    name: str
    code: str
    #: It depends on no input.
    constant: bool = False


class Helper(Record):
    """A function of the table that the language lacks, written out."""

    name: str
    inputs: tuple[str, ...]
    statements: tuple[Statement, ...]
    code: str


class SelfTest(Record):
    """A point, and the numbers that have to come out there."""

    #: The inputs and the outputs, as code.
    point: tuple[str, ...]
    expected: tuple[str, ...]
    #: How far each output may be off.
    tolerances: tuple[str, ...]


class Listing(Record):
    """A function with its derivatives as a list of operations in one language."""

    #: What a reader should know, a line each.
    remarks: tuple[str, ...]
    #: What the function is called.
    name: str
    #: The inputs, as they are called there and as the user calls them.
    inputs: tuple[str, ...]
    variables: tuple[str, ...]
    helpers: tuple[Helper, ...]
    statements: tuple[Statement, ...]
    #: The values; more than one where the formula lists several.
    values: tuple[Output, ...]
    #: For each value its partial derivatives.
    partials: tuple[tuple[Output, ...], ...]
    #: For each value the matrix of its second derivatives; empty: not asked for.
    seconds: tuple[tuple[tuple[Output, ...], ...], ...] = ()
    #: There are choices, of which one side may be undefined.
    chooses: bool = False
    check: SelfTest | None = None
    #: For a query: the table with the inputs.
    table: str = ""

    @property
    def outputs(self) -> tuple[Output, ...]:
        """All numbers that come out, one after the other."""
        rows = [*self.partials, *(row for matrix in self.seconds for row in matrix)]
        return (*self.values, *(output for row in rows for output in row))


Nested = str | Sequence["Nested"]
"""Code, or a list of such."""


def nested(listing: Listing, code: Mapping[str, str]) -> list[Nested]:
    """Return value, gradient and perhaps Hessian; with several values, lists of them.

    ``code`` says what is written for each output, by its name.
    """
    values: list[Nested] = [code[value.name] for value in listing.values]
    gradients: list[Nested] = [
        [code[partial.name] for partial in row] for row in listing.partials
    ]
    hessians: list[Nested] = [
        [[code[second.name] for second in row] for row in matrix]
        for matrix in listing.seconds
    ]
    parts = [part for part in (values, gradients, hessians) if part]
    return [part[0] if len(listing.values) == 1 else part for part in parts]


_WIDTH = 88  # columns of a line of code


def returned(
    parts: Sequence[Nested], before: str, end: str, brackets: str, flat: str = ""
) -> Iterator[str]:
    """Yield the lines that give nested lists back, broken where they are long.

    ``brackets`` stand around all of it, ``flat`` where it fits into one line.
    """
    opening, closing = flat[:1], flat[1:]
    if len(parts) == 1:  # what is returned is no list of one
        opening = closing = ""
        if not isinstance(parts[0], str):
            opening, parts, closing, brackets = "[", parts[0], "]", "[]"
    line = f"{before}{opening}{', '.join(map(_joined, parts))}{closing}{end}"
    if len(line) <= _WIDTH or (isinstance(parts[0], str) and len(parts) == 1):
        yield line
        return
    indent = before[: len(before) - len(before.lstrip())]
    yield before + brackets[0]
    yield from _broken(parts, indent + "    ")
    yield f"{indent}{brackets[1]}{end}"


def _joined(part: Nested) -> str:
    return part if isinstance(part, str) else f"[{', '.join(map(_joined, part))}]"


def _broken(parts: Sequence[Nested], indent: str) -> Iterator[str]:
    for part in parts:
        line = f"{indent}{_joined(part)},"
        if isinstance(part, str) or len(line) <= _WIDTH:
            yield line
        else:
            yield f"{indent}["
            yield from _broken(part, indent + "    ")
            yield f"{indent}],"


def comment(sign: str, remarks: Iterable[str]) -> Iterator[str]:
    """Yield remarks as lines of comment."""
    for remark in remarks:
        yield f"{sign} {remark}".rstrip()


def words(text: str) -> frozenset[str]:
    """Return the words of a text."""
    return frozenset(text.split())


def as_typed(name: str) -> str:
    """Return a name as it stands."""
    return name


def short(_: str, value: float) -> str:
    """Return a number as most languages read it, whole ones without a point."""
    return repr(int(value)) if value.is_integer() and value < 2**53 else repr(value)


def letters(name: str) -> str:
    """Return a name in ASCII: Greek letters by their names, others by their places.

    >>> letters("λ1"), letters("x1")
    ('lambda1', 'x1')
    """
    return "".join(map(_letter, name))


def _letter(letter: str) -> str:
    from unicodedata import name

    if letter.isascii():
        return letter
    words = name(letter, "").replace("LAMDA", "LAMBDA").split()
    if words[:1] == ["GREEK"] and len(words) == 4:
        return words[-1].capitalize() if words[1] == "CAPITAL" else words[-1].lower()
    return f"u{ord(letter):x}"
