r"""LaTeX's brackets and environments: open groups, and who waits in them.

A stack of open groups stands in place of recursion; in each group some makers, \frac or
\sin, wait for what comes next.
"""

import re
from collections.abc import Callable

from diffcli.calculus.functions import BY_NAME
from diffcli.errors import Span
from diffcli.language.lexer import Token
from diffcli.language.readers import latex_tables as tables
from diffcli.language.readers.latex_bunches import Bunches
from diffcli.language.readers.latex_scanner import Lexeme
from diffcli.language.readers.words import Words, ends_operand, name, sign
from diffcli.remarks import Remark

TERMINATORS = ("+", "-", "=", ",", ";", "<", ">", "<=", ">=", "!=", "==")
"""What ends a sum without brackets, and every item."""

_SPACED = re.compile(r"\s*(?:\\[,;:! ]|\\q?quad|~)\s*\Z")
"""A blank that is printed."""


class Maker:
    """What waits for one or two items, and makes one of them."""

    def __init__(
        self,
        like: Token,
        make: Callable[[list[Words]], Words | None],
        count: int = 1,
        *,
        row: str = "",
    ) -> None:
        self.like = like
        self.make = make
        self.count = count
        #: The function that waits for its argument; empty: something else waits.
        self.row = row
        self.power: Words = []
        self.items: list[Words] = []


class Group:
    """An open group: what it has so far, and who waits in it."""

    def __init__(self, opening: Lexeme, closing: str) -> None:
        self.opening = opening
        self.closing = closing
        self.out: Words = []
        self.waiting: list[Maker] = []
        #: Sums that are still open: they end at the next + or -.
        self.sums = 0
        #: The last function with an argument without brackets, at the end of ``out``.
        self.bare: tuple[Token, Words] | None = None
        #: Whether an item stands behind the last '/'.
        self.divided = False
        self.cells: list[Words] = []
        self.rows: list[list[Words]] = []
        #: What stands above \\over or \\choose, and which of them it is.
        self.above: tuple[Words, Lexeme] | None = None


class Groups(Bunches):
    """The open groups of one reading."""

    def __init__(self, source: str, names: frozenset[str], within: Span | None) -> None:
        super().__init__(source, within)
        #: Names that the caller gave values to.
        self.names = names
        #: What a user should be told about how something was read.
        self.notes: list[Remark] = []
        self.groups = [Group(Lexeme("", "", self.position, self.position), "")]

    @property
    def group(self) -> Group:
        """The innermost open group."""
        return self.groups[-1]

    def next(self) -> Lexeme:
        """Return the next lexeme and step over it."""
        found = self.match(self.position)
        if (
            found.kind == "number"
            and self.group.waiting
            and not self.group.waiting[-1].row
        ):
            if found.text[0] == ".":
                raise self.refuse(found, "a decimal stands in braces here", "{0.5}")
            found = found._replace(text=found.text[0], end=found.start + 1)
        self.position = found.end
        return found

    def typed(self, group: Group) -> str:
        """Return the opening of a group as it was typed."""
        return self.source[group.opening.start : group.opening.end]

    def wait(
        self, like: Token, make: Callable[[list[Words]], Words | None], count: int = 1
    ) -> None:
        """Let something wait for its arguments."""
        self.group.waiting.append(Maker(like, make, count))

    def deliver(self, item: Words) -> None:
        """Give an item to who waits for it, or put it behind what is there."""
        group = self.group
        bare = item[0].kind != "()" or self.bunches[int(item[0].text)][0] == "frac"
        last: tuple[Token, Words] | None = None
        while group.waiting:
            maker = group.waiting[-1]
            maker.items.append(item)
            if len(maker.items) < maker.count:
                return
            group.waiting.pop()
            made = maker.make(maker.items)
            if made is None:  # an exponent, which is in its place already
                return
            if maker.row and bare:
                last = last or (maker.like, item)
            item = made
        if group.bare and self.joins_coefficient(item):
            return
        self.place(item)
        group.bare = last

    def place(self, item: Words) -> None:
        """Put an item behind what is there: side by side is a product."""
        group = self.group
        like = item[0]
        if group.bare:
            self.refuse_bare(like)
        if group.out and ends_operand(group.out[-1]):
            if group.divided:
                raise self.refuse(
                    like,
                    "it is not clear whether this factor is divided by, too",
                    "write \\frac{}{}, or brackets: a/(bc) or (a/b)c",
                )
            group.out.append(sign("*", like))
        if group.out and group.out[-1].kind in ("/", "mod"):
            group.divided = True
        group.out += item

    def joins_coefficient(self, item: Words) -> bool:
        r"""Put the variable of \sin 2x and \cos 2\pi t to its coefficient.

        Nobody writes sin(2)*x so. A logarithm with a blank, \ln 2 t, is one of 2 often.
        """
        group = self.group
        assert group.bare is not None
        function, argument = group.bare
        (*_, last), word = argument, item[0]
        constant = all(w.kind == "number" or w.text == "pi" for w in argument)
        between = self.source[last.end : word.start]
        allowed = "" if function.text.startswith(("log", "ln")) else " "
        variable = len(item) == 1 and word.kind == "name" and word.text not in BY_NAME
        if not (constant and variable) or between.strip(allowed):
            return False
        place = int(group.out[-1].text)
        while self.bunches[place][1][-1].kind == "()":  # \\ln\\sin 2x
            place = int(self.bunches[place][1][-1].text)
        closing, before = self.bunches[place]
        self.bunches[place] = closing, [*before, sign("*", word), word]
        group.out[-1] = group.out[-1]._replace(end=word.end)
        group.bare = (function, [*argument, word])
        if word.text != "pi":
            start, end = argument[0].start, word.end
            row = self.source[function.start : start].strip()
            typed, inside = self.source[function.start : end], self.source[start:end]
            told = f"{typed} is read as {row}({inside})."
            self.notes.append(Remark(told))
        return True

    def refuse_bare(self, like: Token) -> None:
        r"""Refuse \sin xy, whose argument may end before or behind the y."""
        group = self.group
        assert group.bare is not None
        function, argument = group.bare
        row = function.text
        if row in BY_NAME and like.kind == "name" and like.text in BY_NAME:
            group.bare = None  # \sin x \cos y
            return
        shown = self.source[argument[0].start : like.start].strip()
        if like.kind == "()" and _SPACED.search(shown):
            group.bare = None  # \sin x\,(x+1)
            shown = _SPACED.sub("", shown)
            told = f"\\{row} {shown} ends in front of the brackets."
            self.notes.append(Remark(told))
            return
        rest = self.source[like.start : like.end]
        if rest.count("{") != rest.count("}"):
            rest = "..."
        both = f"write \\{row}({shown}) {rest} or \\{row}({shown} {rest})"
        if like.kind == "**":
            both = f"write \\{row}({shown}^n) or \\{row}^n({shown})"
        message = f"it is not clear where the argument of '\\{row}' ends"
        raise self.refuse(like, message, both)

    def operator(self, text: str, like: Token) -> None:
        """Put an operator behind what is there."""
        group = self.group
        if group.waiting:
            maker = group.waiting[-1]
            what = "\\" + maker.row if maker.row else "this"
            hint = "x^{-1} needs its braces" if not maker.row else f"write {what}(x)"
            if text == "+" and not maker.row:
                hint = "write x_{+} for a name, \\max(x, 0) for the positive part"
            raise self.refuse(
                like, f"'{text}' stands where {what} has its argument", hint
            )
        group.bare = None
        group.divided = False
        if text in TERMINATORS and group.out and ends_operand(group.out[-1]):
            self.close_sums(group, like)
        group.out.append(sign(text, like))

    def close_sums(self, group: Group, like: Token) -> None:
        """End the sums of a group."""
        group.out += [sign(")", like)] * group.sums
        group.sums = 0

    def open(self, text: str, lexeme: Lexeme) -> None:
        """Open a group."""
        self.groups.append(Group(lexeme, tables.OPENING[text]))

    def close(self, text: str, lexeme: Lexeme) -> None:
        """Close the group, and deliver it."""
        group = self.group
        if group.closing != text:
            typed = self.source[lexeme.start : lexeme.end]
            if len(self.groups) == 1:
                raise self.refuse(lexeme, f"this '{typed}' closes nothing")
            opened = self.typed(group)
            raise self.refuse(lexeme, f"this '{typed}' does not close the '{opened}'")
        if text == "}" and not group.out and len(group.waiting) == 1:
            maker = group.waiting[0]
            if maker.row and not maker.items:  # {\operatorname{erf}}(x)
                self.groups.pop()
                self.group.waiting.append(maker)
                return
        self.end_group(group, lexeme)
        self.groups.pop()
        like = group.opening.token()
        self.refuse_unknown_call(group)
        around = tables.AROUND.get(group.opening.text, "")
        if not group.out:
            raise self.refuse(lexeme, "there is nothing between these brackets")
        atom = len(group.out) == 1 and group.out[0].kind != "()"
        if around:
            self.deliver([name(around, like), self.bunch(group.out, like)])
        elif text == "}" and atom and self.group.waiting and not self.called_by():
            self.deliver(group.out)
        else:
            self.deliver([self.bunch(group.out, like, lexeme.token(), text)])

    def called_by(self) -> str:
        """Return the function that waits for what comes next."""
        return self.group.waiting[-1].row

    def refuse_unknown_call(self, group: Group) -> None:
        """Refuse B(a, b), where B is no function that is known."""
        before = self.group
        called = before.out and before.out[-1].kind == "name" and not before.waiting
        listed = any(word.kind == "," for word in group.out)
        if called and listed and self.peek().text not in ("=", "&"):
            word = before.out[-1]
            hint = f"write what {word.text}(...) is, in functions that are known"
            raise self.refuse(word, f"unknown function '{word.text}'", hint)

    def end_group(self, group: Group, lexeme: Lexeme) -> None:
        """Check that nobody waits in a group any more."""
        if group.waiting:
            maker = group.waiting[-1]
            what = f"'\\{maker.row}'" if maker.row else "this"
            raise self.refuse(maker.like, f"{what} has no argument")
        self.close_sums(group, lexeme.token())

    def bar(self, like: Token) -> None:
        """Put a bar behind what is there; who pairs bars comes later."""
        group = self.group
        if group.waiting and group.waiting[-1].row:
            maker = group.waiting.pop()
            self.place([maker.like, *maker.power])
        group.bare = None
        group.out.append(Token("|", "|", like.start, like.end))
