"""An expression as one writes it on paper: 2x₁, ½x², √(1 + x²), e^(-x²/2).

Whatever is printed can be pasted back: the parser reads it as the same expression. So a
product is written without a sign only where the parser reads one: after a number, a
bracket or a raised number, and before a function after a blank. Between two names, and
between a name and a bracket, there is always a dot.

Like the printer for programs it writes from left to right and stops at a limit.
"""

from collections.abc import Collection, Mapping

from diffcli.calculus.functions import (
    CONSTANTS,
    DIVIDE,
    MULTIPLY,
    NEGATE,
    POWER,
    Function,
    Operator,
)
from diffcli.language.expression import Call, Expression, Number, Variable
from diffcli.language.lexer import FRACTIONS, RAISED_DIGITS
from diffcli.language.printer import Piece, arguments, chosen, cut, joined

_FRACTIONS = {parts: sign for sign, parts in FRACTIONS.items()}
_SUM, _DIFFERENTIATED = (
    20,
    30,
)  # what holds less is in brackets in a product, after d/dx
_SIGNS = {row.name: row.sign for row in CONSTANTS.values() if row.sign}
_RAISED = str.maketrans("0123456789", RAISED_DIGITS)
_LOWERED = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_NO_NAMES: Mapping[Expression, str] = {}
#: What stands between two factors, by the last character of the one on the left and the
#: first of the one on the right; everything else takes a dot.
_GLUE = {
    ("digit", "name"): "", ("digit", "bracket"): "", ("digit", "root"): "",
    ("digit", "call"): " ", ("digit", "exponential"): "",
    ("raised", "name"): "", ("raised", "bracket"): "", ("raised", "root"): " ",
    ("raised", "call"): " ", ("raised", "exponential"): " ",
    ("bracket", "bracket"): "", ("bracket", "root"): " ", ("bracket", "call"): " ",
    ("bracket", "exponential"): " ", ("exponent", "call"): " ",
    ("name", "call"): " ", ("name", "root"): " ",
}  # fmt: skip


def name_text(name: str) -> str:
    """Return a name with its last digits lowered.

    >>> name_text("x10"), name_text("x_1"), name_text("alpha")
    ('x₁₀', 'x_1', 'alpha')
    """
    letters = name.rstrip("0123456789")
    if letters.endswith("_"):
        return name
    return letters + lowered(name[len(letters) :])


def raised(digits: str) -> str:
    """Return the digits of a power: ² for 2."""
    return digits.translate(_RAISED)


def lowered(digits: str) -> str:
    """Return the digits of an index: ₂ for 2."""
    return digits.translate(_LOWERED)


def text(
    expression: Expression,
    *,
    limit: int = 0,
    names: Mapping[Expression, str] = _NO_NAMES,
    taken: Collection[str] = (),
    derivative: str = "d/dx",
) -> str:
    """Return the expression as one writes it; ``limit`` cuts it there with "…".

    Nodes in ``names`` are written as their name. In ``taken`` are the names of the
    formula's variables: a σ or an e among them keeps its meaning. ``derivative`` stands
    before what is still to be differentiated.

    >>> from diffcli.language.parser import parse
    >>> text(parse("2*x1*sin(x1)**2/sqrt(1+x1**2)").expression)
    '2x₁ sin(x₁)²/√(1 + x₁²)'
    """
    page = _Page(names, frozenset(taken), derivative)
    # The whole is written out even if it has a name; then it cannot be met again.
    return cut(joined(page.opened(expression), page.pieces, limit), limit)


class _Page:
    """How nodes are written where some have names and some words are taken."""

    def __init__(
        self, names: Mapping[Expression, str], taken: frozenset[str], derivative: str
    ) -> None:
        self.names = names
        self.taken = taken
        self.derivative = derivative

    def pieces(self, node: Expression) -> list[Piece]:
        """Return a node as strings and the nodes between them."""
        if node in self.names:
            return [name_text(self.names[node])]
        return self.opened(node)

    def opened(self, node: Expression) -> list[Piece]:
        """Return a node written out, whether it has a name or not."""
        if isinstance(node, Number):
            return [_SIGNS.get(node.text, node.text)]
        if isinstance(node, Variable):
            return [name_text(node.name)]
        assert isinstance(node, Call)
        notation = node.function.notation
        choice = chosen(node)
        if choice:
            condition, value, other = choice
            return ["where(", condition, ", ", value, ", ", other, ")"]
        if node.function.name == "D":
            return [f"{self.derivative} ", *self._factor(node.args[0], _DIFFERENTIATED)]
        if notation is None:
            return self._call(node)
        if node.function.name == "beside":
            u, v = node.args
            return [*self._factor(u, _SUM), " · ", *self._right(v, notation)]
        if node.function is MULTIPLY:
            return self._product(node, notation)
        if node.function is POWER:
            return self._power(node, notation)
        if len(node.args) == 1:
            (only,) = node.args
            return [notation.symbol, *self._right(only, notation)]
        left, right = node.args
        spaced = notation.symbol == notation.symbol.strip()
        blank = " " if spaced and notation.left < MULTIPLY.notation.left else ""  # type: ignore[union-attr]
        symbol = f"{blank}{notation.symbol}{blank}"
        return [*self._left(left, notation), symbol, *self._right(right, notation)]

    def _call(self, node: Call) -> list[Piece]:
        row = node.function
        if row.name == "exp" and "e" not in self.taken:
            return ["e^", *self._raised(node.args[0])]
        sign = "" if row.sign in self.taken else row.sign
        if sign and not sign.isalpha():
            (only,) = node.args
            return [sign, only] if self._is_atom(only) else [sign, "(", only, ")"]
        inside: list[Piece] = []
        for argument in arguments(node):
            inside += (", ", argument)
        return [sign or row.name, "(", *inside[1:], ")"]

    def _product(self, node: Call, notation: Operator) -> list[Piece]:
        left, right = node.args
        before = self._left(left, notation)
        after = self._right(right, notation)
        fraction = self._fraction(left)
        if fraction:
            before = [fraction]
        last = "digit" if fraction else self._last(before)
        first = self._first(after)
        glue = _GLUE.get((last, first), "·")
        if not fraction and before == [left] and self._is_quotient(left):
            glue = "·"  # 1/x log(x) could be 1/(x log(x))
        if last == "digit" and first == "name" and self._begins_with_e(after[0]):
            glue = "·"  # 2e1 would be a number
        return [*before, glue, *after]

    def _is_quotient(self, node: Expression) -> bool:
        """Tell whether a node is written with a / at its end: x/2, a·x/2."""
        if not isinstance(node, Call) or node in self.names:
            return False
        return node.function is DIVIDE

    def _power(self, node: Call, notation: Operator) -> list[Piece]:
        base, exponent = node.args
        below = self._left(base, notation)
        if isinstance(base, Call) and base not in self.names and len(below) == 1:
            written_as_sign = base.function.sign and not base.function.sign.isalpha()
            if written_as_sign or base.function.name == "exp":
                below = ["(", base, ")"]
        raised = _raised_number(exponent)
        if raised and exponent not in self.names and not _is_point(base):
            return [*below, raised]
        return [*below, "^", *self._raised(exponent)]

    def _raised(self, node: Expression) -> list[Piece]:
        """Return an exponent: one name, number or function, or brackets."""
        plain = self._is_atom(node) or self._is_plain_call(node)
        return [node] if plain else ["(", node, ")"]

    def _is_plain_call(self, node: Expression) -> bool:
        """Tell whether a node is written as name(...)."""
        if not isinstance(node, Call) or node.function.notation is not None:
            return False
        return node.function.name != "D" and self._first([node]) == "call"

    def _fraction(self, node: Expression) -> str:
        """Return the character of a fraction such as 1/2; empty: there is none."""
        if not isinstance(node, Call) or node.function is not DIVIDE:
            return ""
        above, below = node.args
        if node in self.names or not isinstance(above, Number):
            return ""
        return _FRACTIONS.get((above.text, getattr(below, "text", "")), "")

    def _is_atom(self, node: Expression) -> bool:
        return not isinstance(node, Call) or node in self.names

    # ---- brackets

    def _factor(self, node: Expression, least: int) -> list[Piece]:
        """Return a node, in brackets if its operator holds less than ``least``."""
        notation = self._notation(node)
        loose = notation is not None and (notation.left or notation.right) < least
        return ["(", node, ")"] if loose else [node]

    def _left(self, node: Expression, parent: Operator) -> list[Piece]:
        """Return a left argument, in brackets if the parent would take its right."""
        notation = self._notation(node)
        if notation is not None and parent.left >= notation.right:
            return ["(", node, ")"]
        return [node]

    def _right(self, node: Expression, parent: Operator) -> list[Piece]:
        """Return a right argument, in brackets if a sign before it would be missed."""
        notation = self._notation(node)
        if notation is not None and notation.left < parent.right:
            return ["(", node, ")"]
        begins = self._first([node]) == "minus"
        return ["(", node, ")"] if begins else [node]

    def _notation(self, node: Expression) -> Operator | None:
        if isinstance(node, Call) and node not in self.names and not chosen(node):
            return node.function.notation
        return None

    # ---- what a factor begins and ends with

    def _head(self, node: Call) -> Piece:
        """Return the first piece of a node, without those behind it."""
        if node.function is not MULTIPLY:
            return self.pieces(node)[0]
        assert node.function.notation is not None
        left = node.args[0]
        return self._fraction(left) or self._left(left, node.function.notation)[0]

    def _tail(self, node: Call) -> list[Piece]:
        """Return the last pieces of a node, without those before them."""
        if node.function is not MULTIPLY:
            return self.pieces(node)
        assert node.function.notation is not None
        return ["·", *self._right(node.args[1], node.function.notation)]

    def _first(self, pieces: list[Piece]) -> str:
        """Return the kind of the first character."""
        piece = pieces[0]
        while not isinstance(piece, str):
            if piece in self.names or isinstance(piece, Variable):
                return "name"
            if isinstance(piece, Number):
                return "digit" if piece.text[0] in "0123456789." else "name"
            assert isinstance(piece, Call)
            if piece.function is NEGATE:
                return "minus"
            if piece.function.notation is None or chosen(piece):
                return self._first_of_call(piece.function)
            piece = self._head(piece)
        return "bracket" if piece == "(" else "digit"

    def _first_of_call(self, row: Function) -> str:
        if row.name == "exp" and "e" not in self.taken:
            return "exponential"
        sign = row.sign
        is_root = sign and sign not in self.taken and not sign.isalpha()
        return "root" if is_root else "call"

    def _last(self, pieces: list[Piece]) -> str:
        """Return the kind of the last character."""
        while True:
            piece = pieces[-1]
            before = pieces[-2] if len(pieces) > 1 else ""
            if isinstance(piece, str):
                return _kind_of_end(pieces)
            if before in ("√", "∛"):
                return "root"  # what follows could be under it
            if before in ("^", "e^") and self._is_plain_call(piece):
                return "exponent"
            if piece in self.names or isinstance(piece, Variable):
                return "name"
            if isinstance(piece, Number):
                plain = before in ("", "·", " + ", " - ", "-")
                digits = piece.text.replace(".", "").isdecimal()
                return "digit" if plain and digits else "name"
            assert isinstance(piece, Call)
            pieces = self._tail(piece)

    def _begins_with_e(self, piece: Piece) -> bool:
        while isinstance(piece, Call) and piece not in self.names:
            piece = self._head(piece)
        if isinstance(piece, str):
            return False
        word = (
            self.names.get(piece)
            or getattr(piece, "name", "")
            or str(getattr(piece, "text", ""))
        )
        return word[:1] in ("e", "E")


def _kind_of_end(pieces: list[Piece]) -> str:
    """Return the kind of a last piece that is text."""
    piece = pieces[-1]
    assert isinstance(piece, str)
    if piece != ")":
        return "raised" if piece[-1] in RAISED_DIGITS else "name"
    return "exponent" if "^" in pieces or "e^" in pieces else "bracket"


def _raised_number(node: Expression) -> str:
    """Return 2 as ² and -1 as ⁻¹; empty: it is no whole number."""
    sign = ""
    if isinstance(node, Call) and node.function is NEGATE:
        sign, node = "⁻", node.args[0]
    if isinstance(node, Number) and node.text.isdecimal():
        return sign + raised(node.text)
    return ""


def _is_point(node: Expression) -> bool:
    """Tell whether a base is a number that a raised one would not be told from."""
    return (
        isinstance(node, Number)
        and not node.text.isdecimal()
        and node.text not in _SIGNS
    )
