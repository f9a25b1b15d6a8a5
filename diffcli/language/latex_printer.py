"""An expression as LaTeX for maths mode, with few brackets."""

from collections.abc import Mapping, Sequence
from typing import TypeGuard

from diffcli.calculus.functions import CONSTANTS, NEGATE
from diffcli.language.expression import Call, Expression, Number, Variable
from diffcli.language.printer import (
    NO_NAMES,
    Piece,
    arguments,
    begins_with_minus,
    between,
    chosen,
    is_derivative,
    is_loose,
    joined,
    left_side,
    right_side,
    without_sign,
)

GREEK = frozenset((
    "alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota",
    "kappa", "lambda", "mu", "nu", "xi", "pi", "rho", "sigma", "tau", "upsilon", "phi",
    "chi", "psi", "omega",
))  # fmt: skip


def latex(
    expression: Expression,
    limit: int = 0,
    names: Mapping[Expression, str] = NO_NAMES,
    derivative: str = r"\frac{d}{dx}",
) -> str:
    """Return the expression as LaTeX for maths mode.

    Beyond ``limit`` characters it is a row of dots: half a formula does not compile.
    """

    def pieces(node: Expression) -> Sequence[Piece]:
        if node is not expression and node in names:
            return [latex_name(names[node])]
        if is_derivative(node):
            return [rf"{derivative}\left[", node.args[0], r"\right]"]
        return _latex_pieces(node, names)

    written = joined([expression], pieces, limit)
    return r"\ldots" if limit and len(written) > limit else written


def latex_name(name: str) -> str:
    r"""Return a name for maths mode.

    >>> print(latex_name("x1"), latex_name("alpha"), latex_name("loss"))
    x_{1} \alpha \mathrm{loss}
    """
    letters = name.rstrip("0123456789")
    index = name[len(letters) :]
    if letters in GREEK:
        letters = f"\\{letters}"
    elif not letters.isascii():
        first, *others = pieces = [*map(latex_letter, letters)]
        for before, piece in zip(pieces, others, strict=False):
            first += f" {piece}" if before[0] == "\\" and piece.isalpha() else piece
        letters = first
    elif letters[1:]:
        letters = rf"\mathrm{{{letters}}}"
    letters = letters.replace("_", r"\_")
    return f"{letters}_{{{index}}}" if index else letters


def latex_letter(letter: str) -> str:
    r"""Return a letter for maths mode, whatever the fonts have.

    >>> print(latex_letter("α"), latex_letter("Σ"), latex_letter("x"))
    \alpha \Sigma x
    """
    if letter.isascii():
        return letter
    from unicodedata import name

    words = name(letter, "").replace("LAMDA", "LAMBDA").lower().split()
    if words[:1] == ["greek"] and words[-1] in GREEK and len(words) == 4:
        return f"\\{words[-1].title() if words[1] == 'capital' else words[-1]}"
    return rf"\text{{U+{ord(letter):04X}}}"


def _latex_pieces(node: Expression, names: Mapping[Expression, str]) -> list[Piece]:
    if isinstance(node, Number):
        return [_latex_number(node.text)]
    if isinstance(node, Variable):
        return [latex_name(node.name)]
    assert isinstance(node, Call)
    row = node.function
    if chosen(node):
        return _latex_cases(node, names)
    if row.name == "divide" and begins_with_minus(node, names):
        return ["-", without_sign(node)]
    if not row.latex:
        name = row.name.replace("_", r"\_")
        inside = between(arguments(node), ", ")
        return [rf"\operatorname{{{name}}}\left(", *inside, r"\right)"]
    pieces: list[Piece] = []
    rest = _juxtaposed(node, names) or row.latex
    for letter, argument, wrap in zip(
        "uv", node.args, _latex_wraps(node, names), strict=False
    ):
        wrap = wrap and argument not in names
        before, _, rest = rest.partition(f"{{{letter}}}")
        opening, closing = (r"\left(", r"\right)") if wrap else ("", "")
        pieces += (before.replace("{{", "{").replace("}}", "}") + opening, argument)
        rest = closing + rest
    return [*pieces, rest.replace("{{", "{").replace("}}", "}")]


def _latex_cases(node: Expression, names: Mapping[Expression, str]) -> list[Piece]:
    """Return a choice, and those in its last case, as the rows of one environment."""
    pieces: list[Piece] = [r"\begin{cases} "]
    choice = chosen(node)
    while choice:
        condition, value, node = choice
        pieces += [value, " & ", condition, r" \\ "]
        choice = None if node in names else chosen(node)
    return [*pieces, node, r" & \text{otherwise} \end{cases}"]


def _juxtaposed(node: Call, names: Mapping[Expression, str]) -> str:
    """Return the LaTeX of a product that needs no dot; empty: it needs one."""
    if node.function.name != "multiply":
        return ""

    def is_call(part: Expression) -> TypeGuard[Call]:
        return isinstance(part, Call) and part not in names

    left, right = node.args
    if is_call(left) and left.function is NEGATE:
        (left,) = left.args
    first = right
    while is_call(first) and first.function.notation and first.args[1:]:
        if first.function.name == "divide":
            return ""
        first = first.args[0]
    in_brackets = is_call(right) and right.function.name in ("add", "subtract")
    if isinstance(left, Number) and (in_brackets or not isinstance(first, Number)):
        return "{u} {v}"
    function = is_call(first) and first.function.notation is None
    return r"{u} \, {v}" if function else ""


def _latex_number(digits: str) -> str:
    if digits in CONSTANTS:
        return CONSTANTS[digits].latex
    mantissa, _, exponent = digits.partition("e")
    return rf"{mantissa} \cdot 10^{{{int(exponent)}}}" if exponent else mantissa


def _latex_wraps(node: Call, names: Mapping[Expression, str]) -> list[bool]:
    """Tell for each argument whether it needs brackets in LaTeX."""
    notation = node.function.notation
    if node.function.name == "pow":  # written as a power, whose base is bracketed
        return [_has_signs(node.args[0]), False]
    if notation is None:  # \sin u + v would read as (sin u) + v
        open_ended = node.function.latex.endswith(" {u}")
        return [open_ended and _has_signs(node.args[0])]
    if notation.symbol == "/":
        return [False, False]
    signed = begins_with_minus(node.args[-1], names)
    if len(node.args) == 1:
        (only,) = node.args
        return [signed or right_side(only, node.function, names) != [only]]
    left, right = node.args
    wraps = [
        left_side(left, node.function, names) != [left],
        signed or right_side(right, node.function, names) != [right],
    ]
    if notation.symbol == "**":
        # A raised right side needs none; a function's own power needs some.
        wraps = [_has_signs(left) or wraps[0], False]
    elif notation.symbol in ("*", "·"):
        negated = isinstance(left, Call) and left.function is NEGATE
        wraps = [is_loose(left) and not negated, signed or is_loose(right)]
    elif notation.symbol == "%":
        wraps = [
            wrap or (isinstance(argument, Number) and _has_signs(argument))
            for wrap, argument in zip(wraps, node.args, strict=True)
        ]
    return wraps


def _has_signs(node: Expression) -> bool:
    """Tell whether a node may have signs in it, as 10^{-3} has as a number."""
    if isinstance(node, Number):
        return " " in _latex_number(node.text)
    return isinstance(node, Call)
