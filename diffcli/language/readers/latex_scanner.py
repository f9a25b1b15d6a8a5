r"""LaTeX as signs: a text is read once, from left to right."""

import re

from diffcli.errors import ParseError, Span
from diffcli.language.lexer import Token
from diffcli.language.readers import latex_tables as tables
from diffcli.records import Record

_LEXEME = re.compile(
    r"""(?:\s|%[^\n]*\n|~)*(?:
      \\(?P<command> operatorname\* | [A-Za-z]+ | . )
    | (?P<number> (?: [0-9]+ (?: \.[0-9]+ | \.(?=\s*(?:[/*)}]|\\(?!end|\\))) )?
                    | \.[0-9]+ ) (?:[eE][0-9]+)? )
    | (?P<letters> [A-Za-zΑ-Ωα-ωϑϕϖϰϱϵ] )
    | (?P<other> . )
    | (?P<end> \Z )
    )""",
    re.VERBOSE | re.DOTALL,
)
_BRACE = re.compile(r"\\.|[{}]", re.DOTALL)
_AROUND = re.compile(
    r"\s*(?:\$\$?|\\\[|\\\()(.*?)(?:\$\$?|\\\]|\\\))[\s.]*\Z", re.DOTALL
)
_STYLED = re.compile(r"\s*(?:\\(?:displaystyle|textstyle|boxed|ensuremath)\s*)*\{")
_TAIL = re.compile(r"[\s.,;]*\Z")


_DOUBLED = re.compile(r"\\\\[A-Za-z]")
_RUN = re.compile(r"\\+")


def undoubled(source: str) -> str:
    r"""Return a text of JSON or a program with one backslash in place of two.

    It keeps its length, so that places stay. A text with one backslash alone stays
    what it is, and so does one of which no two stand in front of a letter.

    >>> undoubled(r"\\frac{1}{x}"), undoubled(r"1 \\ \frac12")
    (' \\frac{1}{x}', '1 \\\\ \\frac12')
    """
    runs = _RUN.findall(source)
    if not _DOUBLED.search(source) or any(len(run) % 2 for run in runs):
        return source
    return _RUN.sub(lambda run: run[0][: len(run[0]) // 2].rjust(len(run[0])), source)


class Lexeme(Record):
    """A command, a number, a letter or another sign, and where it stands."""

    kind: str
    text: str
    start: int
    end: int

    def token(self) -> Token:
        """Return a word at this place."""
        return Token("", "", self.start, self.end)


class Scanner:
    """A text, and the place to which it has been read."""

    def __init__(self, source: str, within: Span | None) -> None:
        self.source = source
        self.position, self.last = within or (0, len(source))
        #: Where each brace closes.
        self.closing = _closing(source, self.position, self.last)
        self.step_inside()
        #: Where an index that was read ahead ends, by its place: x^2_1.
        self.ahead: dict[int, int] = {}

    def step_inside(self) -> None:
        r"""Leave out what stands around a whole text: $, \[, \displaystyle{...}."""
        while True:
            inner = _AROUND.match(self.source, self.position, self.last)
            if inner:
                self.position, self.last = inner.span(1)
                continue
            styled = _STYLED.match(self.source, self.position, self.last)
            closing = self.closing.get(styled.end() - 1) if styled else None
            if styled is None or closing is None:
                return
            if not _TAIL.match(self.source, closing + 1, self.last):
                return
            self.position, self.last = styled.end(), closing

    def match(self, position: int) -> Lexeme:
        """Return the lexeme at a place."""
        found = _LEXEME.match(self.source, position, self.last)
        if self.ahead and found and found.start("other") in self.ahead:
            end = self.ahead[found.start("other")]
            found = _LEXEME.match(self.source, end, self.last)
        assert found is not None
        kind = found.lastgroup
        assert kind is not None
        start, end = found.span(kind)
        if kind == "command":
            start -= 1
        return Lexeme(kind, found[kind], start, end)

    def peek(self, place: int | None = None) -> Lexeme:
        """Return the next lexeme that is no space; sizes are stepped over."""
        found = self.match(self.position if place is None else place)
        while found.kind == "command" and found.text in tables.SKIPPED:
            found = self.match(found.end)
        return found

    def refuse(self, at: Token | Lexeme, message: str, hint: str = "") -> ParseError:
        """Return an error that points into the text."""
        end = max(at.end, at.start + 1)
        return ParseError(message, source=self.source, span=(at.start, end), hint=hint)

    def raw(self) -> tuple[str, int]:
        """Return the text of the next argument, braces off, and where it ends."""
        first = self.match(self.position)
        if first.text != "{" or first.kind != "other":
            end = first.end if first.kind != "number" else first.start + 1
            self.position = end
            return self.source[first.start : end], end
        place = self.closing.get(first.start)
        if place is None:
            raise self.refuse(first, "this '{' is never closed")
        self.position = place + 1
        return self.source[first.end : place], place + 1

    def step_over(self) -> None:
        """Step over the next argument."""
        first = self.match(self.position)
        if first.kind == "other" and first.start in self.closing:
            self.position = self.closing[first.start] + 1
        else:
            self.raw()


def _closing(source: str, start: int, end: int) -> dict[int, int]:
    """Return for the place of each brace that closes where it does."""
    found: dict[int, int] = {}
    opened: list[int] = []
    for match in _BRACE.finditer(source, start, end):
        if match[0] == "{":
            opened.append(match.start())
        elif match[0] == "}" and opened:
            found[opened.pop()] = match.start()
    return found
