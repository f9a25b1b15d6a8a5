"""What readers hand on to each other: a text, its words so far, and what was found."""

from collections.abc import Sequence

from diffcli.calculus.functions import BY_NAME
from diffcli.errors import ParseError
from diffcli.language.lexer import Token
from diffcli.language.readers.words import Words, refuse
from diffcli.records import Record
from diffcli.remarks import Remark


class Draft(Record):
    """A text on its way to the plain language."""

    #: As it was typed.
    source: str
    #: The words as the readers so far have left them.
    words: Words
    #: Names that the caller gave values to: variables whatever they are called.
    names: frozenset[str]
    #: What a user should be told about how something was read.
    notes: list[Remark]
    #: Names that the text itself defines.
    own: frozenset[str] = frozenset()

    def names_function(self, word: Token) -> bool:
        """Tell whether a word is the name of a function of the table."""
        name = word.text
        known = name in BY_NAME and name not in self.names and name not in self.own
        return word.kind == "name" and known

    def refuse(self, given: Sequence[Token], message: str, hint: str) -> ParseError:
        """Return an error that points at some words."""
        return refuse(self.source, given, message, hint)
