r"""LaTeX as signs: a text is read once, from left to right."""

import re

from diffcli.errors import ParseError, Span
from diffcli.language.lexer import Token
from diffcli.language.readers import latex_tables as tables
from diffcli.records import Record

_LEXEME = re.compile(
    r"""(?:\s|%[^\n]*\n|~)*(?:
      \\(?P<command> [A-Za-z]+\*? | . )
    | (?P<number> [0-9]+(?:\.[0-9]+)?|\.[0-9]+ )
    | (?P<letters> [A-Za-zΑ-Ωα-ωϑϕϖϰϱϵ] )
    | (?P<other> . )
    | (?P<end> \Z )
    )""",
    re.VERBOSE | re.DOTALL,
)
_AROUND = re.compile(
    r"\s*(?:\$\$?|\\\[|\\\()(.*?)(?:\$\$?|\\\]|\\\))[\s.]*\Z", re.DOTALL
)


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
        inner = _AROUND.match(source, self.position, self.last)
        if inner:
            self.position, self.last = inner.span(1)

    def match(self, position: int) -> Lexeme:
        """Return the lexeme at a place."""
        found = _LEXEME.match(self.source, position, self.last)
        assert found is not None
        kind = found.lastgroup
        assert kind is not None
        start, end = found.span(kind)
        if kind == "command":
            start -= 1
        return Lexeme(kind, found[kind], start, end)

    def peek(self) -> Lexeme:
        """Return the next lexeme that is no space; sizes are stepped over."""
        found = self.match(self.position)
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
        depth, place = 0, first.start
        while place < self.last:
            character = self.source[place]
            if character == "\\":
                place += 1
            else:
                depth += (character == "{") - (character == "}")
            place += 1
            if depth == 0:
                break
        if depth:
            raise self.refuse(first, "this '{' is never closed")
        self.position = place
        return self.source[first.end : place - 1], place

    def source_without(self, start: int, end: int, blank: str) -> None:
        """Blank a stretch of the text that has been read ahead."""
        self.source = self.source[:start] + blank + self.source[end:]
