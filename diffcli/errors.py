"""The errors a user can cause: each says what is wrong, where, and what to type.

Nothing below the command line prints or exits; it raises one of these, and
``cli`` turns it into a message and an exit code.
"""

from collections.abc import Iterable, Mapping
from itertools import islice

_MOST_NAMES = 9  # that a message lists
_MOST_SHOWN = 60  # characters of what was given
_LONGEST_WORD = 400  # characters without a blank; a path may have as many

Span = tuple[int, int]
"""Where something stands in a text: first character, one past the last."""


class DiffcliError(Exception):
    """Anything that keeps a call from its answer; the base of all errors here.

    ``str(error)`` is the whole message, with the place marked in the user's text.
    """

    #: The word for this kind of error in JSON.
    kind = "error"
    #: The process's exit code.
    exit_code = 2

    def __init__(
        self,
        message: str,
        *,
        source: str = "",
        span: Span | None = None,
        note: str = "",
        hint: str = "",
        parameter: str = "",
        facts: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(message)
        #: What is wrong, in one sentence.
        self.message = message
        #: The text that the user wrote; empty: the error is about no text.
        self.source = source
        #: The smallest part of ``source`` that is to blame: first, one past the last.
        self.span = span
        #: What to say beside the carets, such as the value found there.
        self.note = note
        #: What to do about it.
        self.hint = hint
        #: The parameter of the library that it is about, or that would help ("h",
        #: "methods", "subgradient"); a door that calls it otherwise says so.
        self.parameter = parameter
        #: Further facts for a program that handles the error, as JSON has them.
        self.facts: dict[str, object] = dict(facts or {})

    def __str__(self) -> str:
        """Return the whole message, with the caret line and the hint."""
        return "\n".join(self.lines())

    def lines(self, width: int = 80) -> list[str]:
        """Return the message as lines, no wider than ``width`` where possible."""
        drawn = [f"Error: {visible(_readable(self.message))}"]
        if self.span is not None:
            drawn += _caret_lines(self.source, self.span, self.note, width)
        if self.hint:
            drawn.append(f"Hint: {visible(_readable(self.hint))}")
        return drawn

    def record(self) -> dict[str, object]:
        """Return the error as data, for the JSON formats."""
        error: dict[str, object] = {"kind": self.kind, "message": self.message}
        if self.span is not None:
            error |= {"source": self.source, "span": list(self.span)}
        if self.hint:
            error["hint"] = self.hint
        return {"schema": "diffcli/error/1", "error": error | self.facts}


class InternalError(DiffcliError):
    """A bug of ours, whatever was asked."""

    kind, exit_code = "internal", 70


class UsageError(DiffcliError):
    """The call does not fit: an unknown word, a number out of range.

    ``parameter`` names what was given wrongly.
    """

    kind, exit_code = "usage", 2


class PointError(UsageError):
    """The point, or what is claimed there, does not fit the formula's variables."""

    kind = "point"


class ParseError(DiffcliError):
    """A text is not well formed; ``source`` and ``span`` say where."""

    kind, exit_code = "parse", 3


class DomainError(DiffcliError):
    """A function is not defined, as a real number, for the argument it gets.

    ``span`` is the argument's place in ``source``, ``note`` its value.
    """

    kind, exit_code = "domain", 4


class RangeError(DomainError):
    """A result is too large for the numbers in use."""

    kind = "overflow"


class KinkError(DiffcliError):
    """The function is defined but not differentiable at the point.

    ``span`` is the place in ``source`` of what has the kink, ``note`` the slopes on
    both sides.
    """

    kind, exit_code = "kink", 5

    @property
    def variable(self) -> str:
        """The variable toward which there is no derivative; empty: not one alone."""
        return str(self.facts.get("variable", ""))


class OutputError(DiffcliError):
    """The output cannot be written: a full disk, a closed stream, no permission."""

    kind, exit_code = "output", 74


class ReaderGone(DiffcliError):
    """Nobody reads the output any more, as in ``| head``; there is nothing to say."""

    kind, exit_code = "output", 141


class CheckFailed(DiffcliError):
    """A claim is wrong; the output has said so, and there is nothing to add."""

    kind, exit_code = "check", 1


class CannotTell(DiffcliError):
    """No claim is wrong, but of one nothing can be said; the output has said so."""

    kind, exit_code = "undecided", 6


class RowsFailed(DiffcliError):
    """Some rows have an error; they say so, and there is nothing to add."""

    def __init__(self, first: DiffcliError) -> None:
        super().__init__(first.message)
        #: The error of the first bad row.
        self.first = first
        #: That of the first bad row.
        self.exit_code = first.exit_code
        self.kind = first.kind

    def __reduce__(self) -> tuple[type["RowsFailed"], tuple[DiffcliError]]:
        """Pickle the first error: the rest follows from it."""
        return RowsFailed, (self.first,)


def suggestion(word: str, known: Iterable[str], otherwise: str = "") -> str:
    """Return the hint that names the one known word nearest to a misspelt one."""
    from difflib import get_close_matches

    known = [*known]
    alike = [name for name in known if name.casefold() == word.casefold()]
    near = alike or get_close_matches(word, known)
    if not near:
        return otherwise
    # tahn is tanh: all its letters are there; tan is nearer only by its length.
    letters = sorted(word)
    return f"did you mean '{min(near, key=lambda name: sorted(name) != letters)}'?"


def listing(names: Iterable[str], between: str = ", ") -> str:
    """Return names as a message lists them: nine at the most, whole in an error.

    >>> listing(f"x{n}" for n in range(100))
    'x0, x1, x2, x3, x4, x5, x6, x7, x8, …'
    """
    first = [*islice(names, _MOST_NAMES + 1)]
    return between.join([*first[:_MOST_NAMES], *(["…"] * (len(first) > _MOST_NAMES))])


def shortened(text: str) -> str:
    """Return what somebody gave, as far as a message needs it."""
    return text if len(text) <= _MOST_SHOWN else f"{text[:_MOST_SHOWN]}…"


def _readable(sentence: str) -> str:
    """Return a sentence in which a word of thousands of letters has lost its middle."""
    if len(sentence) <= _LONGEST_WORD:
        return sentence
    return " ".join(
        word if len(word) <= _LONGEST_WORD else f"{shortened(word)}{word[-20:]}"
        for word in sentence.split(" ")
    )


def visible(text: str) -> str:
    r"""Return ``text`` with everything that could steer a terminal written out.

    >>> print(visible("a\x1b[31mb"))
    a\x1b[31mb
    """
    return "".join(map(_visible_character, text))


def _visible_character(character: str) -> str:
    if character.isprintable():
        return character
    if "\udc80" <= character <= "\udcff":  # how Python keeps a byte that is no UTF-8
        return rf"\x{ord(character) - 0xDC00:02x}"
    return " " if character == "\t" else ascii(character)[1:-1]


def cells(text: str) -> int:
    """Return how many cells of a terminal a text takes: 2 for a wide character."""
    if text.isascii():
        return len(text)
    from unicodedata import category, east_asian_width

    bare = (c for c in text if category(c)[0] != "M")  # accents take none
    return sum(2 if east_asian_width(c) in "WF" else 1 for c in bare)


def _caret_lines(source: str, span: Span, note: str, width: int) -> list[str]:
    """Return the line of ``source`` that holds ``span``, and carets under it."""
    first, last = span
    line_start = source.rfind("\n", 0, first) + 1
    line_end = source.find("\n", first)
    line_end = len(source) if line_end < 0 else line_end
    last = min(last, line_end)

    # A window of the line, with the start of the span near its middle.
    room = max(width - 4, 16)
    start, end = line_start, line_end
    if end - start > room:
        start = max(line_start, min(first - room // 2, line_end - room))
        end = min(line_end, start + room)
        last = min(last, end)
    before, marked, after = (
        visible(source[a:b]) for a, b in ((start, first), (first, last), (last, end))
    )
    left = "…" if start > line_start else ""
    right = "…" if end < line_end else ""
    carets = "^" * max(cells(marked), 1)
    line = f"  {left}{before}{marked}{after}{right}".rstrip()
    under = f"  {' ' * cells(left + before)}{carets}"
    beside = f"{under}  {visible(note)}".rstrip()
    if cells(beside) <= width:
        return [line, beside]
    return [line, under, f"  {visible(note).strip()}"]
