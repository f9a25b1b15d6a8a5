r"""LaTeX: a reader of its own, which makes words of the plain language.

Letters stand alone here: xy is a product, and a longer name stands in \mathrm, \text or
\operatorname. x_1 and x_{1} are x1, x^23 is x**2*3, x(y+1) is a product.

The text is read once from left to right. A stack of open groups stands in place of
recursion; in each group some makers, \frac or \sin, wait for what comes next.
"""

import re
from collections.abc import Callable

from diffcli.calculus.functions import BY_NAME, CONSTANTS
from diffcli.errors import ParseError, Span
from diffcli.language.lexer import Token
from diffcli.language.readers import latex_tables as tables
from diffcli.language.readers.names import translated
from diffcli.language.readers.piecewise import Row, choice
from diffcli.language.readers.words import (
    Words,
    call,
    ends_operand,
    grouped,
    name,
    number,
    sign,
)
from diffcli.records import Record
from diffcli.remarks import Remark

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


_CODE = re.compile(r"^\s*(?:function|def|const|let|var|double|float)\b|\breturn\b")
_TYPESET = re.compile(r"\\|[\^_]\s*\{|^\s*\$.*\$\s*\Z", re.DOTALL)
_AROUND = re.compile(
    r"\s*(?:\$\$?|\\\[|\\\()(.*?)(?:\$\$?|\\\]|\\\))[\s.]*\Z", re.DOTALL
)


def is_latex(source: str) -> bool:
    r"""Tell whether a text is LaTeX: it has a backslash or x^{...}, or stands in $.

    >>> is_latex(r"\frac12"), is_latex("x^{2}"), is_latex("$x$"), is_latex("x^2")
    (True, True, True, False)
    """
    return not _CODE.search(source) and bool(_TYPESET.search(source))


_TERMINATORS = ("+", "-", "=", ",", ";", "<", ">", "<=", ">=", "!=", "==")


class _Lexeme(Record):
    kind: str
    text: str
    start: int
    end: int

    def token(self) -> Token:
        """Return a word at this place."""
        return Token("", "", self.start, self.end)


class _Maker:
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


class _Group:
    """An open group: what it has so far, and who waits in it."""

    def __init__(self, opening: _Lexeme, closing: str) -> None:
        self.opening = opening
        self.closing = closing
        self.out: Words = []
        self.waiting: list[_Maker] = []
        #: Sums that are still open: they end at the next + or -.
        self.sums = 0
        #: The last function with an argument without brackets, at the end of ``out``.
        self.bare: tuple[Token, Words] | None = None
        #: Items behind the last '/', side by side.
        self.divisors = 0
        self.cells: list[Words] = []
        self.rows: list[list[Words]] = []


class _Reader:
    """The state of one reading."""

    def __init__(self, source: str, names: frozenset[str], within: Span | None) -> None:
        self.source = source
        self.names = names
        self.position, self.last = within or (0, len(source))
        inner = _AROUND.match(source, self.position, self.last)
        if inner:
            self.position, self.last = inner.span(1)
        self.groups = [_Group(_Lexeme("", "", 0, 0), "")]
        self.notes: list[Remark] = []
        sigmas = re.findall(r"(?:\\sigma|σ)(?![A-Za-z])\s*(?!\s|\\left\(|\()", source)
        self.is_typeset = "\\" in source or "$" in source
        self.sigma_is_a_name = bool(sigmas) or "σ" in names

    @property
    def group(self) -> _Group:
        """The innermost open group."""
        return self.groups[-1]

    # ---- lexemes

    def match(self, position: int) -> _Lexeme:
        """Return the lexeme at a place."""
        found = _LEXEME.match(self.source, position, self.last)
        assert found is not None
        kind = found.lastgroup
        assert kind is not None
        start, end = found.span(kind)
        if kind == "command":
            start -= 1
        return _Lexeme(kind, found[kind], start, end)

    def next(self) -> _Lexeme:
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

    def peek(self) -> _Lexeme:
        """Return the next lexeme that is no space; sizes are stepped over."""
        found = self.match(self.position)
        while found.kind == "command" and found.text in tables.SKIPPED:
            found = self.match(found.end)
        return found

    def refuse(self, at: Token | _Lexeme, message: str, hint: str = "") -> ParseError:
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

    # ---- the loop

    def read(self) -> Words:
        """Return the words of the whole text."""
        while True:
            lexeme = self.next()
            if lexeme.kind == "end":
                break
            if lexeme.kind == "number":
                self.number(lexeme)
            elif lexeme.kind == "letters":
                self.letter(lexeme)
            elif lexeme.kind == "command":
                self.command(lexeme)
            else:
                self.other(lexeme)
        group = self.group
        if len(self.groups) > 1:
            raise self.refuse(
                group.opening, f"this '{self.typed(group)}' is never closed"
            )
        self.end_group(group, lexeme)
        return [*group.out, Token("end", "", self.last, self.last)]

    def number(self, lexeme: _Lexeme) -> None:
        r"""Read a number, with the sign of degrees behind it."""
        item = [number(lexeme.text, lexeme.token())]
        degrees = re.compile(r"\s*\^\s*(?:\\circ(?![A-Za-z])|\{\s*\\circ\s*\})")
        found = degrees.match(self.source, self.position, self.last)
        if found:
            self.position = found.end()
            item.append(Token("°", "°", *found.span()))
        self.deliver(item)

    def typed(self, group: _Group) -> str:
        """Return the opening of a group as it was typed."""
        return self.source[group.opening.start : group.opening.end]

    def deliver(self, item: Words) -> None:
        """Give an item to who waits for it, or put it behind what is there."""
        group = self.group
        bare = item[0].kind != "("
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
        if group.divisors == 0 and group.out and group.out[-1].kind == "/":
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
        shown = "".join(word.text for word in argument)
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
        if text in _TERMINATORS and group.out and ends_operand(group.out[-1]):
            self.close_sums(group, like)
        group.out.append(sign(text, like))

    def close_sums(self, group: _Group, like: Token) -> None:
        """End the sums of a group."""
        group.out += [sign(")", like)] * group.sums
        group.sums = 0

    # ---- letters, names and functions

    def letter(self, lexeme: _Lexeme) -> None:
        """Read a letter with its index, or a word that is plainly a function."""
        run = re.compile("[A-Za-z]+").match(self.source, lexeme.start, self.last)
        word = run[0] if run else ""
        if len(word) > 1 and not self.group.waiting:
            end = lexeme.start + len(word)
            follower = self.match(end)
            known = word in BY_NAME and follower.text in ("(", "{", "left")
            if known:
                self.position = end
                self.function(word, lexeme._replace(text=word, end=end))
                return
            unsure = word in CONSTANTS or word in tables.GREEK or word in BY_NAME
            if unsure or (not self.is_typeset and self.is_code(word)):
                product = "\\,".join(word)
                raise self.refuse(
                    lexeme._replace(end=end),
                    f"'{word}' could be a name or a product of letters",
                    f"write \\{word if unsure else f'text{{{word}}}'} for the name,"
                    f" {product} for the product",
                )
        self.variable(lexeme.text, lexeme)

    def is_code(self, word: str) -> bool:
        """Tell whether a word of a text without backslash looks like a program's."""
        return len(word) > 3 or "*" in self.source

    def variable(self, text: str, lexeme: _Lexeme) -> None:
        """Read a variable, with the index that follows."""
        index, end = self.index()
        if index:
            text += index if index.isdigit() else f"_{index}"
        like = Token("", "", lexeme.start, max(end, lexeme.end))
        if text in ("σ", "Γ") and self.peek().text in ("(", "["):
            if text == "Γ":
                self.function("gamma", lexeme)
                return
            if not self.sigma_is_a_name:
                self.function("sigmoid", lexeme)
                return
        self.refuse_application(text, lexeme)
        self.deliver([name("pi" if text == "π" else text, like)])

    def refuse_application(self, text: str, lexeme: _Lexeme) -> None:
        """Refuse f(x) in a formula: a product of f and x, or a function f."""
        if text not in tables.FUNCTION_LETTERS or self.peek().text != "(":
            return
        rest = self.source[self.position : self.last]
        applied = re.match(r"\s*(?:\\left)?\(([^()=]*?)(?:\\right)?\)\s*(=?)", rest)
        if applied and not applied[2] and re.fullmatch(r"\s*\\?\w+\s*", applied[1]):
            inside = applied[1].strip()
            message = f"'{text}({inside})' could be a function or a product"
            hint = f"write what {text} is, or {text} \\cdot {inside}"
            raise self.refuse(lexeme, message, hint)

    def index(self) -> tuple[str, int]:
        r"""Return the index that follows: 1 of x_1, max of x_{\text{max}}."""
        follower = self.match(self.position)
        end = 0
        found = ""
        if follower.text == "^" and follower.kind == "other":
            found, end = self.index_behind_a_power(follower)
        while follower.text == "_" and follower.kind == "other":
            self.position = follower.end
            text, end = self.raw()
            text = re.sub(r"\\(?:mathrm|text|textrm|mathit|operatorname)\b", "", text)
            for greek, letter in tables.GREEK.items():
                text = re.sub(rf"\\{greek}(?![A-Za-z])", letter, text)
            parts = re.findall(r"\w+", text.replace("_", " "))
            if re.search(r"[^\w\s,{}]|\\", text) or not parts:
                message = "an index is letters and digits"
                raise self.refuse(follower, message, "x_{1}, x_{ij}")
            found = "_".join(parts)
            follower = self.match(self.position)
        return found, end

    def index_behind_a_power(self, caret: _Lexeme) -> tuple[str, int]:
        """Return the index of x^2_1, which stays x_1^2."""
        here = self.position
        self.position = caret.end
        self.raw()
        behind = self.match(self.position)
        if behind.text != "_" or behind.kind != "other":
            self.position = here
            return "", 0
        start = behind.start
        found, end = self.index()
        # The index is blanked: what is read from here on is the power alone.
        blank = " " * (end - start)
        self.source_without(start, end, blank)
        self.position = here
        return found, end

    def source_without(self, start: int, end: int, blank: str) -> None:
        """Blank a stretch of the text that has been read ahead."""
        self.source = self.source[:start] + blank + self.source[end:]

    def function(self, row: str, lexeme: _Lexeme) -> None:
        """Let a function wait for its argument."""
        like = Token("name", row, lexeme.start, lexeme.end)
        index, _ = self.index() if row == "log" else ("", 0)
        if index:
            like = like._replace(text=f"log_{index}")

        def make(items: list[Words]) -> Words:
            inside = items[0]
            if inside[0].kind == "(" and _is_one_group(inside):
                inside = inside[1:-1]
            return [like, *maker.power, *grouped(inside, like, inside[-1])]

        maker = _Maker(like, make, row=row)
        self.group.waiting.append(maker)

    # ---- commands

    def command(self, lexeme: _Lexeme) -> None:
        """Read a command: a sign, a function, a letter, or something with arguments."""
        text, like = lexeme.text, lexeme.token()
        if text in tables.SKIPPED:
            return
        if text in tables.SIGNS:
            self.operator(tables.SIGNS[text], like)
        elif text in tables.FRACTIONS:
            self.wait(like, self.fraction(like), 2)
        elif text in tables.FONTS or text in tables.ACCENTS:
            self.word(lexeme)
        elif text in tables.GREEK or text in tables.VARIANTS:
            self.variable(tables.GREEK.get(text) or tables.VARIANTS[text], lexeme)
        elif text.lower() in tables.GREEK:
            self.variable(tables.GREEK[text.lower()].upper(), lexeme)
        elif text in tables.OPENING or text == "{":
            self.open("\\{" if text == "{" else text, lexeme)
        elif text in tables.CLOSING or text == "}":
            self.close("\\}" if text == "}" else text, lexeme)
        else:
            self.rarer_command(lexeme)

    def rarer_command(self, lexeme: _Lexeme) -> None:
        """Read a command with a meaning of its own: a root, a sum, a function."""
        text, like = lexeme.text, lexeme.token()
        out = self.group.out
        if text == "sqrt":
            self.root(like)
        elif text in ("sum", "prod"):
            self.sum(lexeme)
        elif text in ("begin", "end"):
            self.environment(lexeme)
        elif text in ("\\", "cr", "newline"):
            self.end_row(like)
        elif text in ("vert", "mid", "Vert", "|"):
            self.bar(like)
        elif text == "%":
            out.append(Token("%", "%", like.start, like.end))
        elif text in ("label", "tag", "hspace", "vspace"):
            self.raw()
        elif translated(text) or text in BY_NAME:
            self.function(text if text in BY_NAME else translated(text), lexeme)
        else:
            hint = tables.HINTS.get(text, "see: diffcli functions")
            raise self.refuse(lexeme, f"'\\{text}' is not known", hint)

    def wait(
        self, like: Token, make: Callable[[list[Words]], Words | None], count: int = 1
    ) -> None:
        """Let something wait for its arguments."""
        self.group.waiting.append(_Maker(like, make, count))

    def fraction(self, like: Token) -> Callable[[list[Words]], Words]:
        """Return what makes a fraction of two items."""

        def make(items: list[Words]) -> Words:
            letters = ["".join(word.text for word in item) for item in items]
            above, below = (letter.strip("()") for letter in letters)
            if re.fullmatch(r"d(\*\*\(\d\))?(\*\w+)?", above) and below[:2] == "d*":
                raise self.refuse(like, "this is a derivative", tables.HINTS["partial"])
            upper, lower = (grouped(item, like, item[-1]) for item in items)
            return grouped([*upper, sign("/", like), *lower], like, lower[-1])

        return make

    def root(self, like: Token) -> None:
        r"""Read \sqrt or \sqrt[n]."""
        if self.match(self.position).text != "[":
            self.wait(like, lambda items: call(like, items[0], text="sqrt"))
            return
        end = self.source.find("]", self.position)
        if end < 0:
            raise self.refuse(like, "this '[' is never closed")
        degree = self.source[self.match(self.position).end : end].strip()
        self.position = end + 1
        if degree == "3":
            self.wait(like, lambda items: call(like, items[0], text="cbrt"))
            return
        if not re.fullmatch(r"\d+|[A-Za-z]", degree):
            raise self.refuse(like, "a root's degree is a number or a letter")
        atom = number(degree, like) if degree.isdigit() else name(degree, like)

        def make(items: list[Words]) -> Words:
            exponent = grouped([number("1", like), sign("/", like), atom], like)
            return grouped(
                [*grouped(items[0], like), sign("**", like), *exponent], like
            )

        self.wait(like, make)

    def word(self, lexeme: _Lexeme) -> None:
        r"""Read \mathrm{...} and its like, and \hat{...}."""
        text, end = self.raw()
        content = text.strip()
        while match := re.fullmatch(r"\\(\w+)\s*\{(.*)\}", content):
            if match[1] not in tables.FONTS:
                break
            content = match[2].strip()
        greek = re.fullmatch(r"\\([A-Za-z]+)", content)
        if greek and (greek[1] in tables.GREEK or greek[1] in tables.VARIANTS):
            content = tables.GREEK.get(greek[1]) or tables.VARIANTS[greek[1]]
        whole = lexeme._replace(text=content, end=end)
        if lexeme.text in tables.TEXTS and self.keywords(content, whole):
            return
        content = content.replace("-", "").replace("\\_", "_").replace(" ", "_")
        inner = re.fullmatch(r"(\w+)_\{?(\w+)\}?", content)
        if inner:
            content = f"{inner[1]}{inner[2] if inner[2].isdigit() else '_' + inner[2]}"
        if not re.fullmatch(r"[^\W\d_]\w*", content):
            raise self.refuse(whole, f"'{text}' is no name")
        if lexeme.text in tables.ACCENTS:
            self.variable(f"{content}_{lexeme.text.removeprefix('wide')}", whole)
            return
        row = content if content in BY_NAME else translated(content)
        if row and len(content) > 1:
            self.function(row, whole)
        else:
            self.variable(content, whole)

    def keywords(self, content: str, whole: _Lexeme) -> bool:
        """Read words between formulas, if they are: if, and, otherwise."""
        words = re.findall(r"[^\s,.:]+", content.lower())
        known = tables.FILLERS | tables.OTHERWISE | {"and", "or"}
        if not known.issuperset(words):
            return False
        for word in words:
            if word in tables.OTHERWISE:
                self.group.out.append(Token("otherwise", "", whole.start, whole.end))
            elif word in ("and", "or"):
                self.operator(word, whole.token())
        return True

    def sum(self, lexeme: _Lexeme) -> None:
        r"""Read \sum_{i=1}^{5} and \prod: the term ends at the next + or -."""
        limits: dict[str, str] = {}
        while (follower := self.peek()).text in ("_", "^"):
            self.position = follower.end
            limits[follower.text], _ = self.raw()
        below = re.fullmatch(r"\s*(\w)\s*=\s*(-?\d+)\s*", limits.get("_", ""))
        above = re.fullmatch(r"\s*(-?\d+)\s*", limits.get("^", ""))
        if not below or not above:
            hint = f"\\{lexeme.text}_{{i=1}}^{{5}} x_i"
            message = "a sum needs numbers for its first and last index"
            raise self.refuse(lexeme, message, hint)
        like = lexeme.token()
        group = self.group
        if group.waiting:
            message = "a sum is no argument without brackets"
            raise self.refuse(lexeme, message, "put it in ( and )")
        first = [name(below[1], like), sign("=", like), number(below[2], like)]
        until = [sign(":", like), number(above[1], like), sign(",", like)]
        self.place([name(lexeme.text, like), sign("(", like), *first, *until])
        group.sums += 1

    # ---- groups

    def other(self, lexeme: _Lexeme) -> None:
        """Read a sign that is no command."""
        text, like = lexeme.text, lexeme.token()
        if text in ("(", "[", "{"):
            self.open(text, lexeme)
        elif text in (")", "]", "}"):
            self.close(text, lexeme)
        elif text == "^":
            self.power(like)
        elif text in "|‖∣":
            self.bar(like)
        elif text == "&":
            self.end_cell()
        elif text == "!":
            self.group.out.append(Token("!", "!", like.start, like.end))
        elif text not in (".", ",") or self.peek().kind != "end":
            self.plain_sign(lexeme)

    def plain_sign(self, lexeme: _Lexeme) -> None:
        """Read an operator or a comparison."""
        text = tables.PLAIN.get(lexeme.text, lexeme.text)
        out = self.group.out
        if text not in (*_TERMINATORS, "*", "/"):
            hint = "an index needs a letter before it" if text == "_" else ""
            message = f"'{lexeme.text}' is not part of the language"
            raise self.refuse(lexeme, message, hint)
        if lexeme.text == ":" and self.match(self.position).text == "=":
            return
        if text == "+" and not (out and ends_operand(out[-1])):
            return
        if text == "=" and len(self.groups) == 1:
            self.head()
        self.operator(text, lexeme.token())

    def head(self) -> None:
        """Make a head of f*(x, y) in front of '='."""
        out = self.group.out
        start = max((n for n, w in enumerate(out) if w.kind == ";"), default=-1) + 1
        kinds = [word.kind for word in out[start:]]
        is_call = kinds[:3] == ["name", "*", "("] and kinds[-1] == ")"
        if is_call and set(kinds[3:-1]) <= {"name", ","}:
            del out[start + 1]

    def open(self, text: str, lexeme: _Lexeme) -> None:
        """Open a group."""
        self.groups.append(_Group(lexeme, tables.OPENING[text]))

    def close(self, text: str, lexeme: _Lexeme) -> None:
        """Close the group, and deliver it."""
        group = self.group
        if group.closing != text:
            typed = self.source[lexeme.start : lexeme.end]
            if len(self.groups) == 1:
                raise self.refuse(lexeme, f"this '{typed}' closes nothing")
            opened = self.typed(group)
            raise self.refuse(lexeme, f"this '{typed}' does not close the '{opened}'")
        self.end_group(group, lexeme)
        self.groups.pop()
        like = group.opening.token()
        around = tables.AROUND.get(group.opening.text, "")
        if not group.out:
            raise self.refuse(lexeme, "there is nothing between these brackets")
        if around:
            self.deliver(call(like, group.out, text=around))
        elif text == "}" and self.group.waiting and len(group.out) == 1:
            self.deliver(group.out)
        else:
            self.deliver(grouped(group.out, like, lexeme.token()))

    def end_group(self, group: _Group, lexeme: _Lexeme) -> None:
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

        def make(items: list[Words]) -> None:
            inside = items[0]
            self.refuse_index(inside, like)
            if maker is not None:
                spelled = "".join(w.text for w in inside).strip("()")
                if spelled == "-1":
                    end = inside[-1].end
                    maker.power = [Token("power", "-1", like.start, end)]
                else:
                    maker.power = [sign("**", like), *grouped(inside, like)]
            else:
                group.out += [sign("**", like), *grouped(inside, like, inside[-1])]

        self.wait(like, make)

    def refuse_index(self, inside: Words, like: Token) -> None:
        """Refuse x^{(i)}, which counts x in some books and raises it in others."""
        kinds = [word.kind for word in inside]
        if kinds in (["(", "(", kind, ")", ")"] for kind in ("name", "number")):
            atom = inside[2].text
            message = f"'({atom})' could be an index or a power"
            raise self.refuse(inside[2], message, f"write x_{{{atom}}} or x^{{{atom}}}")

    def bar(self, like: Token) -> None:
        """Put a bar behind what is there; who pairs bars comes later."""
        group = self.group
        if group.waiting and group.waiting[-1].row:
            maker = group.waiting.pop()
            self.place([maker.like, *maker.power])
        group.bare = None
        group.out.append(Token("|", "|", like.start, like.end))

    # ---- environments

    def environment(self, lexeme: _Lexeme) -> None:
        r"""Read \begin{...} and \end{...}."""
        kind, end = self.raw()
        whole = lexeme._replace(end=end)
        if kind in ("cases", "dcases", "cases*", "array") and lexeme.text == "begin":
            if kind == "array":
                self.raw()
            self.groups.append(_Group(whole, kind))
        elif lexeme.text == "end" and kind == self.group.closing:
            self.end_cases(whole)
        elif kind not in tables.ENVIRONMENTS:
            raise self.refuse(whole, f"the environment '{kind}' is not known")

    def end_cell(self) -> None:
        """End a cell of cases; elsewhere & only aligns."""
        group = self.group
        if group.closing in ("cases", "dcases", "cases*", "array"):
            self.end_group(group, group.opening)
            group.cells.append(group.out)
            group.out, group.bare, group.divisors = [], None, 0

    def end_row(self, like: Token) -> None:
        """End a row of cases; elsewhere a line ends a part."""
        group = self.group
        if group.closing in ("cases", "dcases", "cases*", "array"):
            self.end_cell()
            group.rows.append(group.cells)
            group.cells = []
        elif len(self.groups) == 1:
            continues = self.peek().text in ("+", "-", "cdot", "times", "=")
            if group.out and not continues and self.peek().kind != "end":
                self.operator(";", like)

    def end_cases(self, whole: _Lexeme) -> None:
        """Deliver the choice that cases make."""
        group = self.group
        if group.out or group.cells:
            self.end_row(whole.token())
        self.groups.pop()
        rows = []
        for cells in group.rows:
            value, *condition = (_without_commas(cell) for cell in cells)
            joined = [word for cell in condition for word in cell]
            if not value:
                raise self.refuse(group.opening, "a case has no value")
            rows.append(Row(value, joined))
        if not rows:
            raise self.refuse(group.opening, "there is no case", "x & x > 0")
        like = group.opening.token()
        self.deliver(grouped(choice(self.source, rows, like), like, whole.token()))


def _without_commas(cell: Words) -> Words:
    while cell and cell[-1].kind in (",", ";"):
        cell = cell[:-1]
    while cell and cell[0].kind == ",":
        cell = cell[1:]
    return cell


def _is_one_group(inside: Words) -> bool:
    """Tell whether the first bracket closes at the end."""
    depth = 0
    for place, word in enumerate(inside):
        depth += (word.kind == "(") - (word.kind == ")")
        if depth == 0:
            return place == len(inside) - 1
    return False


def words(source: str, names: frozenset[str], within: Span | None) -> Words:
    r"""Return the words of a LaTeX text.

    >>> "".join(word.text for word in words(r"\frac12 x_1", frozenset(), None))
    '((1)/(2))*x1'

    Raises ParseError.
    """
    return _Reader(source, names, within).read()
