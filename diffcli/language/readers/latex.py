r"""LaTeX: a reader of its own, which makes words of the plain language.

The text is read once from left to right, each sign and command by a method of its own;
names, groups and the text itself have their own files.
"""

import re

from diffcli.errors import Span
from diffcli.language.lexer import RAISED, RAISED_DIGITS, Token
from diffcli.language.readers import latex_tables as tables
from diffcli.language.readers.latex_groups import TERMINATORS
from diffcli.language.readers.latex_numbers import Numbers
from diffcli.language.readers.latex_scanner import Lexeme
from diffcli.language.readers.latex_tails import formula_end
from diffcli.language.readers.names import translated
from diffcli.language.readers.words import Words, ends_operand, name, number, sign
from diffcli.remarks import Remark

_CASES = re.compile(
    r"\s*\\begin\s*\{(?:array|cases|matrix|aligned|gathered|split)\*?\}"
    r"(?!.*\\(?:right\s*)?(?:\}|rbrace))",
    re.DOTALL,
)
_SPACE = re.compile(r"\*?\s*\[\s*-?[\d.]*\s*(?:[a-z]{2}|\\[a-z]+)\s*\]")
_ENDLESS = re.compile(r"\s*\.")  # what closes \left\{ where nothing does
_RAISED_NUMBER = re.compile(f"(⁻?)([{RAISED_DIGITS}]+)")
_BIG = {"∑": "sum", "∏": "prod"}
_LAST = re.compile(r"\s*(?:(-?\d+)|([A-Za-z]))\s*(?:([+-])\s*(\d+))?\s*")
_CODE = re.compile(
    r"^\s*(?:function|def|const|let|var|double|float)\b|\breturn\b"
    r"|^\s*(?:\w+\s*(?:=|<-)\s*)?\\\((?:\s*\w+\s*,)*\s*\w+\s*\)(?!.*\\)"  # \(x) x of R
)
_TYPESET = re.compile(r"\\|[\^_]\s*\{|[0-9]\{,\}[0-9]|^\s*\$.*\$\s*\Z", re.DOTALL)


def is_latex(source: str) -> bool:
    r"""Tell whether a text is LaTeX: it has a backslash or x^{...}, or stands in $.

    >>> is_latex(r"\frac12"), is_latex("x^{2}"), is_latex("$x$"), is_latex("x^2")
    (True, True, True, False)
    """
    return not _CODE.search(source) and bool(_TYPESET.search(source))


def _ends_operand_or_bars(out: Words) -> bool:
    """Tell whether something to add to stands there: x, or the end of |x|."""
    if len(out) > 1 and out[-1].kind == "|":
        return ends_operand(out[-2]) or out[-2].kind == "|"
    return bool(out) and ends_operand(out[-1])


class Reader(Numbers):
    """One reading."""

    def read(self) -> Words:
        """Return the words of the whole text."""
        self.leave_out_where_it_holds()
        while True:
            if len(self.groups) == 1 and self.begins_part():
                self.left_side()
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
        found = [*self.flat(group.out), Token("end", "", self.last, self.last)]
        return found

    def leave_out_where_it_holds(self) -> None:
        """Let the text end in front of the values for which it is said to hold."""
        whole = self.last
        self.last = formula_end(self.source, (self.position, whole))
        if self.last < whole:
            behind = self.source[self.last : whole].strip(" ,;.\n")
            told = f"'{behind}' says where the formula holds, and is not checked."
            self.notes.append(Remark(told))

    def begins_part(self) -> bool:
        """Tell whether a definition or the formula itself begins here."""
        group = self.group
        return not group.waiting and (not group.out or group.out[-1].kind == ";")

    def command(self, lexeme: Lexeme) -> None:
        """Read a command: a sign, a function, a letter, or something with arguments."""
        text, like = lexeme.text, lexeme.token()
        if text in ("left", "right"):
            open_end = _ENDLESS.match(self.source, self.position, self.last)
            self.position = open_end.end() if open_end else self.position
        if text in tables.SKIPPED or self.opens_cases(lexeme):
            return
        if text in tables.SIGNS:
            self.operator(tables.SIGNS[text], like)
        elif text in tables.FRACTIONS:
            self.wait(like, lambda items: self.fraction(like, *items), 2)
        elif text in tables.BINOMIALS:
            self.wait(like, lambda items: self.binomial(like, *items), 2)
        elif text in tables.FONTS or text in tables.ACCENTS:
            self.word(lexeme)
        elif letter := tables.letter(text):
            twin = tables.TWINS.get(text)
            both = twin and re.search(f"{twin}(?![A-Za-z])", self.source)
            self.variable(text if both else letter, lexeme)
        elif text in tables.OPENING or text == "{":
            self.open("\\{" if text == "{" else text, lexeme)
        elif text in tables.CLOSING or text == "}":
            self.close("\\}" if text == "}" else text, lexeme)
        else:
            self.rarer_command(lexeme)

    def opens_cases(self, lexeme: Lexeme) -> bool:
        r"""Tell whether this is the brace of \{\begin{array}, which nothing closes."""
        if lexeme.text not in ("{", "lbrace"):
            return False
        return bool(_CASES.match(self.source, self.position, self.last))

    def rarer_command(self, lexeme: Lexeme) -> None:
        """Read a command with a meaning of its own: a root, a sum, a function."""
        text, like = lexeme.text, lexeme.token()
        out = self.group.out
        if text == "sqrt":
            self.root(like)
        elif text in ("sum", "prod"):
            self.sum(lexeme)
        elif text in ("over", "choose"):
            self.end_above(lexeme)
        elif text in ("begin", "end"):
            self.environment(lexeme)
        elif text in ("\\", "cr", "newline"):
            space = _SPACE.match(self.source, self.position, self.last)
            self.position = space.end() if space else self.position
            self.end_row(like)
        elif text in ("vert", "mid", "Vert", "|"):
            self.bar(like)
        elif text == "%":
            out.append(Token("%", "%", like.start, like.end))
        elif text in ("label", "tag", "hspace", "vspace"):
            self.raw()
        elif row := translated(text):
            self.function(row, lexeme)
        else:
            hint = tables.HINTS.get(text, "see: diffcli functions")
            raise self.refuse(lexeme, f"'\\{text}' is not known", hint)

    def sum(self, lexeme: Lexeme) -> None:
        r"""Read \sum_{i=1}^{5} and \prod: the term ends at the next + or -."""
        limits: dict[str, str] = {}
        while (follower := self.peek()).text in ("_", "^"):
            self.position = follower.end
            limits[follower.text], end = self.raw()
            if (
                limits[follower.text].isdecimal()
                and self.source[end : end + 1].isdecimal()
            ):
                message = "a limit of two digits stands in braces"
                raise self.refuse(follower, message, "^{10}, or ^9 \\cdot 9")
        below = re.fullmatch(r"\s*(\w)\s*=\s*(-?\d+)\s*", limits.get("_", ""))
        above = _LAST.fullmatch(limits.get("^", ""))
        if not below or not above:
            hint = f"write numbers as in \\{lexeme.text}_{{i=1}}^{{5}} x_i"
            message = "a sum needs numbers for its first and last index"
            raise self.refuse(lexeme, message, hint)
        like = lexeme.token()
        group = self.group
        self.indices.add(below[1])
        if group.waiting:
            message = "a sum is no argument without brackets"
            raise self.refuse(lexeme, message, "put it in ( and )")
        first = [name(below[1], like), sign("=", like), number(below[2], like)]
        last = name(above[2], like) if above[2] else number(above[1], like)
        more = [sign(above[3], like), number(above[4], like)] if above[3] else []
        until = [sign(":", like), last, *more, sign(",", like)]
        self.place([name(lexeme.text, like), sign("(", like), *first, *until])
        group.sums += 1

    def other(self, lexeme: Lexeme) -> None:
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
        elif text in _BIG:
            self.sum(lexeme._replace(text=_BIG[text]))
        elif text in f"⁻{RAISED_DIGITS}":
            self.raised(lexeme)
        elif text == "!":
            self.group.out.append(Token("!", "!", like.start, like.end))
        elif text not in (".", ",") or not self.ends_here():
            self.plain_sign(lexeme)

    def ends_here(self) -> bool:
        """Tell whether a formula or a cell ends here, so that . and , say nothing."""
        follower = self.peek()
        ends = follower.kind == "command" and follower.text in ("\\", "end", "cr")
        return ends or follower.kind == "end"

    def raised(self, lexeme: Lexeme) -> None:
        """Read a raised number: x², x⁻¹."""
        found = _RAISED_NUMBER.match(self.source, lexeme.start, self.last)
        if found is None:
            raise self.refuse(lexeme, f"'{lexeme.text}' is no number")
        self.position = found.end()
        like = lexeme._replace(end=found.end()).token()
        self.power(like)
        digits = found[2].translate(RAISED)
        minus = [sign("-", like)] if found[1] else []
        self.deliver([self.bunch([*minus, number(digits, like)], like)])

    def plain_sign(self, lexeme: Lexeme) -> None:
        """Read an operator or a comparison."""
        text = tables.PLAIN.get(lexeme.text, lexeme.text)
        out = self.group.out
        if text == ":" and self.match(self.position).text == "=":
            return
        if text == "_" and (self.index_of_braces() or self.index_of_a_norm(lexeme)):
            return
        if text not in (*TERMINATORS, "*", "/"):
            hint = tables.SIGN_HINTS.get(text, "")
            message = f"'{lexeme.text}' is not part of the language"
            raise self.refuse(lexeme, message, hint)
        if text == "+" and not _ends_operand_or_bars(out):
            return
        if text == "=" and len(self.groups) == 1:
            self.head()
        self.operator(text, lexeme.token())

    def head(self) -> None:
        """Make a head of f*(x, y) in front of '='."""
        out = self.group.out
        start = max((n for n, w in enumerate(out) if w.kind == ";"), default=-1) + 1
        kinds = [word.kind for word in out[start:]]
        if kinds == ["name", "*", "()"]:
            inside = {word.kind for word in self.inside(out[-1:])}
            if inside <= {"name", ",", ";", "|"}:
                del out[start + 1]


def words(
    source: str,
    names: frozenset[str],
    within: Span | None,
    notes: list[Remark] | None = None,
) -> Words:
    r"""Return the words of a LaTeX text; ``notes`` learn how something was read.

    >>> "".join(word.text for word in words(r"\frac12 x_1", frozenset(), None))
    '((1)/(2))*x1'

    Raises ParseError.
    """
    reader = Reader(source, names, within)
    found = reader.read()
    if notes is not None:
        notes += reader.notes
    return found
