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
from diffcli.language.readers.piecewise import Row, choice
from diffcli.language.readers.words import Words, ends_operand, name, sign

TERMINATORS = ("+", "-", "=", ",", ";", "<", ">", "<=", ">=", "!=", "==")
"""What ends a sum without brackets, and every item."""
_WORD = re.compile("[a-z]{3,}")
_UPRIGHT = re.compile(r"\\(?:text|mathrm|rm|textrm)\s*\{([\w\s]{2,})\}?")
_CASES = ("cases", "dcases", "cases*", "array")


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
        #: Items behind the last '/', side by side.
        self.divisors = 0
        self.cells: list[Words] = []
        self.rows: list[list[Words]] = []


class Groups(Bunches):
    """The open groups of one reading."""

    def __init__(self, source: str, names: frozenset[str], within: Span | None) -> None:
        super().__init__(source, within)
        #: Names that the caller gave values to.
        self.names = names
        self.groups = [Group(Lexeme("", "", 0, 0), "")]

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
        bare = item[0].kind != "()"
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
        self.place(item)
        group.bare = last

    def place(self, item: Words) -> None:
        """Put an item behind what is there: side by side is a product."""
        group = self.group
        like = item[0]
        if group.bare:
            self.refuse_bare(like)
        if group.out and ends_operand(group.out[-1]):
            if group.divisors:
                raise self.refuse(
                    like,
                    "it is not clear whether this factor is divided by, too",
                    "write \\frac{}{}, or brackets: a/(bc) or (a/b)c",
                )
            group.out.append(sign("*", like))
        if group.divisors == 0 and group.out and group.out[-1].kind in ("/", "mod"):
            group.divisors = 1
        group.out += item

    def refuse_bare(self, like: Token) -> None:
        r"""Refuse \sin xy, whose argument may end before or behind the y."""
        group = self.group
        assert group.bare is not None
        function, argument = group.bare
        row = function.text
        if row in BY_NAME and like.kind == "name" and like.text in BY_NAME:
            group.bare = None  # \sin x \cos y
            return
        shown = self.source[argument[0].start : argument[-1].end]
        rest = self.source[like.start : like.end]
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
            raise self.refuse(
                like, f"'{text}' stands where {what} has its argument", hint
            )
        group.bare = None
        group.divisors = 0
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
        elif text == "}" and self.group.waiting and atom:
            self.deliver(group.out)
        else:
            self.deliver([self.bunch(group.out, like, lexeme.token(), text)])

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

    def power(self, like: Token) -> None:
        """Let an exponent wait for what is raised."""
        group = self.group
        if group.bare:
            self.refuse_bare(sign("**", like))
        maker = group.waiting[-1] if group.waiting else None
        if maker is not None and not maker.row:
            raise self.refuse(like, "this '^' has nothing to raise", "x^{2}")
        raised = group.out and (
            ends_operand(group.out[-1]) or group.out[-1].kind == "|"
        )
        if maker is None and not raised:
            raise self.refuse(like, "this '^' has nothing to raise", "x^{2}")
        if maker is None:
            self.refuse_braces(like)

        def make(items: list[Words]) -> None:
            inside = items[0]
            self.refuse_index(inside, like)
            if maker is not None:
                spelled = self.spelled(inside).strip("()")
                if spelled == "-1":
                    end = inside[-1].end
                    maker.power = [Token("power", "-1", like.start, end)]
                else:
                    maker.power = [sign("**", like), self.bunch(inside, like)]
            else:
                self.refuse_label(group.out, inside, like)
                bunch = self.bunch(inside, like, inside[-1])
                group.out += [sign("**", like), bunch]

        self.wait(like, make)

    def refuse_index(self, inside: Words, like: Token) -> None:
        """Refuse x^{(i)}, which counts x in some books and raises it in others."""
        outer = self.inside(inside)
        if len(inside) == len(outer) == 1 and outer[0].kind == "()":
            found = self.inside(outer)
            if len(found) == 1 and found[0].kind in ("name", "number"):
                atom = found[0].text
                message = f"'({atom})' could be an index or a power"
                both = f"write x_{{{atom}}} or x^{{{atom}}}"
                raise self.refuse(found[0], message, both)

    def refuse_braces(self, like: Token) -> None:
        """Refuse {2x}^2, which is printed as 2x^2."""
        out = self.group.out
        inside = self.inside(out[-1:])
        called = len(out) > 1 and out[-2].kind == "name"
        if out[-1].kind != "()" or len(inside) < 2 or called:
            return
        if self.bunches[int(out[-1].text)][0] == "}":
            typed = self.source[out[-1].start : out[-1].end].strip("{} ")
            message = "braces are not printed: what is raised?"
            raise self.refuse(like, message, f"write ({typed})^ or {typed}^")

    def refuse_label(self, out: Words, inside: Words, like: Token) -> None:
        r"""Refuse P^{sat}, where a word is a label or an exponent."""
        base, last = out[-1], inside[-1]
        if base.kind != "name" or base.text == "e" or inside[0].text in self.names:
            return
        word = self.source[inside[0].start : last.end].strip("{} ")
        upright = _UPRIGHT.fullmatch(word)
        if upright or (_WORD.fullmatch(word) and len({*word}) > 1):
            label = upright[1].strip() if upright else word
            word = f"\\text{{{label}}}" if upright else word
            raise self.refuse(
                like,
                f"'{label}' could be a label or an exponent",
                f"write {base.text}_{{{label}}} for the label,"
                f" {base.text}^{{1 \\cdot {word}}} for the power",
            )

    def bar(self, like: Token) -> None:
        """Put a bar behind what is there; who pairs bars comes later."""
        group = self.group
        if group.waiting and group.waiting[-1].row:
            maker = group.waiting.pop()
            self.place([maker.like, *maker.power])
        group.bare = None
        group.out.append(Token("|", "|", like.start, like.end))

    def environment(self, lexeme: Lexeme) -> None:
        r"""Read \begin{...} and \end{...}."""
        kind, end = self.raw()
        whole = lexeme._replace(end=end)
        if kind in _CASES and lexeme.text == "begin":
            if kind == "array":
                self.raw()
            self.groups.append(Group(whole, kind))
        elif lexeme.text == "end" and kind == self.group.closing:
            self.end_cases(whole)
        elif kind not in tables.ENVIRONMENTS:
            hint = "a matrix is not read: several outputs are (xy, x+y)"
            raise self.refuse(whole, f"the environment '{kind}' is not known", hint)

    def end_cell(self) -> None:
        """End a cell of cases; elsewhere & only aligns."""
        group = self.group
        if group.closing in _CASES:
            self.end_group(group, group.opening)
            group.cells.append(group.out)
            group.out, group.bare, group.divisors = [], None, 0

    def end_row(self, like: Token) -> None:
        """End a row of cases; elsewhere a line ends a part."""
        group = self.group
        if group.closing in _CASES:
            self.end_cell()
            group.rows.append(group.cells)
            group.cells = []
        elif len(self.groups) == 1:
            continues = self.peek().text in ("+", "-", "cdot", "times", "=")
            if group.out and not continues and self.peek().kind != "end":
                self.operator(";", like)

    def end_cases(self, whole: Lexeme) -> None:
        """Deliver the choice that cases make."""
        group = self.group
        if group.out or group.cells:
            self.end_row(whole.token())
        self.groups.pop()
        rows = []
        for cells in group.rows:
            value, *condition = (_without_commas([*self.flat(cell)]) for cell in cells)
            joined = [word for cell in condition for word in cell]
            if not value:
                raise self.refuse(group.opening, "a case has no value")
            rows.append(Row(value, joined))
        if not rows:
            raise self.refuse(group.opening, "there is no case", "x & x > 0")
        like = group.opening.token()
        inside = choice(self.source, rows, like)
        self.deliver([self.bunch(inside, like, whole.token())])


def _without_commas(cell: Words) -> Words:
    while cell and cell[-1].kind in (",", ";"):
        cell = cell[:-1]
    while cell and cell[0].kind == ",":
        cell = cell[1:]
    return cell
