"""LaTeX's words in brackets as one word, so that nested brackets are never copied."""

from collections.abc import Iterator

from diffcli.errors import Span
from diffcli.language.lexer import Token
from diffcli.language.readers.latex_scanner import Scanner
from diffcli.language.readers.words import Words, name

_SHORT = 20  # characters


class Bunches(Scanner):
    """The words in brackets of one reading; the word of each has its number as text."""

    def __init__(self, source: str, within: Span | None) -> None:
        super().__init__(source, within)
        #: The sign that closes the brackets, and what stands in them.
        self.bunches: list[tuple[str, Words]] = []

    def bunch(
        self, inside: Words, like: Token, last: Token | None = None, closing: str = ")"
    ) -> Token:
        """Return words in brackets as one word; its text is their number."""
        self.bunches.append((closing, inside))
        end = (last or like).end
        return Token("()", str(len(self.bunches) - 1), like.start, end)

    def called(self, row: str, like: Token, item: Words) -> Words:
        """Return a call of a function."""
        inside = item if [w.kind for w in item] == ["()"] else [self.bunch(item, like)]
        return [name(row, like), *inside]

    def inside(self, item: Words) -> Words:
        """Return what stands in an item that is one pair of brackets, else the item."""
        one = len(item) == 1 and item[0].kind == "()"
        return self.bunches[int(item[0].text)][1] if one else item

    def spelled(self, item: Words) -> str:
        """Return the letters of a short item, of a long one its beginning."""
        found = ""
        for word in self.flat(item):
            found += word.text
            if len(found) > _SHORT:
                break
        return found

    def flat(self, given: Words) -> Iterator[Token]:
        """Yield words with their brackets."""
        stack = [iter(given)]
        ends: list[Token] = []
        while stack:
            word = next(stack[-1], None)
            if word is None:
                stack.pop()
                if ends:
                    yield ends.pop()
            elif word.kind == "()":
                yield word._replace(kind="(", text="(")
                ends.append(word._replace(kind=")", text=")"))
                stack.append(iter(self.bunches[int(word.text)][1]))
            else:
                yield word
