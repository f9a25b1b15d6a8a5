r"""LaTeX's environments: \begin{cases} makes a choice, others only align."""

from diffcli.language.lexer import Token
from diffcli.language.readers import latex_tables as tables
from diffcli.language.readers.latex_groups import Group, Groups
from diffcli.language.readers.latex_scanner import Lexeme
from diffcli.language.readers.piecewise import Row, choice
from diffcli.language.readers.words import Words

CASES = ("cases", "dcases", "cases*", "array", "rcases")


class Cases(Groups):
    """The environments of one reading."""

    def environment(self, lexeme: Lexeme) -> None:
        r"""Read \begin{...} and \end{...}."""
        kind, end = self.raw()
        whole = lexeme._replace(end=end)
        if kind in CASES and lexeme.text == "begin":
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
        if group.closing in CASES:
            self.end_group(group, group.opening)
            group.cells.append(group.out)
            group.out, group.bare, group.divided = [], None, False

    def end_row(self, like: Token) -> None:
        """End a row of cases; elsewhere a line ends a part."""
        group = self.group
        if group.closing in CASES:
            self.end_cell()
            group.rows.append(group.cells)
            group.cells = []
        elif len(self.groups) == 1 and group.out and not self.goes_on():
            self.operator(";", like)

    def goes_on(self) -> bool:
        """Tell whether a line goes on with the formula above, or has none."""
        follower = self.peek()
        if follower.text == "=" or follower.kind == "end":
            return True
        if follower.text == "&":  # which shows where it goes on
            follower = self.peek(follower.end)
        return follower.text in ("+", "-", "cdot", "times")

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
