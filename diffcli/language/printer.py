"""An expression as text, with the fewest brackets that read back the same.

A derivative's text can be exponentially longer than its graph, so the printer
writes from left to right and stops at a limit.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence

from diffcli.calculus.functions import (
    CONSTANTS,
    INFIX,
    PREFIX,
    WHEN,
    Function,
    Operator,
)
from diffcli.language.expression import (
    Call,
    Expression,
    Number,
    Variable,
    call,
    number,
)

ELLIPSIS = "…"
Piece = str | Expression
_NO_NAMES: Mapping[Expression, str] = {}


def text(
    expression: Expression,
    *,
    spaced: bool = True,
    limit: int = 0,
    names: Mapping[Expression, str] = _NO_NAMES,
    derivative: str = "d/dx",
) -> str:
    """Return the expression as the language spells it.

    ``spaced`` puts blanks round + and -; ``limit`` cuts the text there with "…";
    nodes in ``names`` are written as their name. ``derivative`` stands before what is
    still to be differentiated.

    >>> from diffcli.language.parser import parse
    >>> text(parse("2(x1+3x₂)^2").expression)
    '2*(x1 + 3*x2)**2'
    """
    blank = " " if spaced else ""

    def pieces(node: Expression) -> Sequence[Piece]:
        if node is not expression and node in names:
            return [names[node]]
        if is_derivative(node):
            return [f"{derivative}[", node.args[0], "]"]
        return _pieces(node, blank, names)

    return cut(joined([expression], pieces, limit), limit)


def joined(
    given: Iterable[Piece], pieces: Callable[[Expression], Sequence[Piece]], limit: int
) -> str:
    """Return nodes written out, each as the pieces it is made of.

    Beyond ``limit`` characters, if it is not 0, no more are written.
    """
    stack = [*given]
    stack.reverse()
    written: list[str] = []
    length = 0
    while stack:
        piece = stack.pop()
        if isinstance(piece, str):
            written.append(piece)
            length += len(piece)
            if limit and length > limit:
                break
        else:
            stack += reversed(pieces(piece))
    return "".join(written)


def cut(text: str, limit: int) -> str:
    """Return a text of at most so many characters, "…" in place of the others."""
    return text if not limit or len(text) <= limit else text[: limit - 1] + ELLIPSIS


def is_derivative(node: Expression) -> bool:
    """Tell whether a node stands for the derivative of its argument."""
    return isinstance(node, Call) and node.function.name == "D"


def latex(
    expression: Expression,
    limit: int = 0,
    names: Mapping[Expression, str] = _NO_NAMES,
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
    letters = letters.replace("_", r"\_")
    if letters in GREEK:
        letters = f"\\{letters}"
    elif not letters.isascii():
        letters = "".join(map(latex_letter, letters))
    elif len(letters) > 1:
        letters = rf"\mathrm{{{letters}}}"
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


GREEK = frozenset((
    "alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota",
    "kappa", "lambda", "mu", "nu", "xi", "pi", "rho", "sigma", "tau", "upsilon", "phi",
    "chi", "psi", "omega",
))  # fmt: skip


def _pieces(
    node: Expression, blank: str, names: Mapping[Expression, str]
) -> list[Piece]:
    """Return a node as strings and the nodes between them."""
    if isinstance(node, Number):
        return [node.text]
    if isinstance(node, Variable):
        return [node.name]
    assert isinstance(node, Call)
    notation = node.function.notation
    choice = chosen(node)
    if choice:
        return ["where(", *_between(choice, ", "), ")"]
    if notation is None:
        return [node.function.name, "(", *_between(arguments(node), ", "), ")"]
    if len(node.args) == 1:
        return [notation.symbol, *_right(node.args[0], node.function, names)]
    symbol = notation.symbol
    if node.function.name == "beside":
        symbol = f"{blank}*{blank}"
    if notation.left < 20 and symbol == symbol.strip():
        symbol = f"{blank}{symbol}{blank}"
    left, right = node.args
    return [
        *_left(left, node.function, names),
        symbol,
        *_right(right, node.function, names),
    ]


def chosen(node: Expression) -> tuple[Expression, Expression, Expression] | None:
    """Return condition, value and other value of a choice; None: it is none.

    It is a sum of two, of which one is always 0: when(c, a) + when(not c, b).
    """
    if not isinstance(node, Call):
        return None
    if node.function is WHEN:
        return (*node.args, number("0"))  # type: ignore[return-value]
    if node.function is not INFIX["+"]:
        return None
    yes, no = node.args
    if not (isinstance(yes, Call) and isinstance(no, Call)):
        return None
    if not yes.function is no.function is WHEN:
        return None
    opposite = no.args[0]
    if not isinstance(opposite, Call) or opposite.function is not PREFIX["not"]:
        return None
    if opposite.args[0] is not yes.args[0]:
        return None
    return yes.args[0], yes.args[1], no.args[1]


def arguments(node: Call) -> list[Expression]:
    """Return the arguments; max(a, max(b, c)) has three."""
    args = list(node.args)
    while node.function.many == "fold":
        last = args[-1]
        if not isinstance(last, Call) or last.function is not node.function:
            break
        args[-1:] = last.args
    return args


def _between(nodes: Iterable[Expression], separator: str) -> list[Piece]:
    pieces: list[Piece] = []
    for node in nodes:
        pieces += (separator, node)
    return pieces[1:]


def _left(
    node: Expression, parent: Function, names: Mapping[Expression, str]
) -> list[Piece]:
    """Return a left argument, in brackets if the parent would take its right part.

    An operator that holds alike on both sides needs none beside itself.
    """
    notation = _operator(node, names)
    assert parent.notation is not None
    if notation is parent.notation and notation.left == notation.right:
        return [node]
    if notation is not None and parent.notation.left >= notation.right:
        return ["(", node, ")"]
    return [node]


def _right(
    node: Expression, parent: Function, names: Mapping[Expression, str]
) -> list[Piece]:
    """Return a right argument, in brackets if its left part would go to the parent."""
    notation = _operator(node, names)
    assert parent.notation is not None
    if notation is not None and 0 < notation.left < parent.notation.right:
        return ["(", node, ")"]
    signed = parent.notation.symbol in _SIGNS and _begins_with_minus(node, names)
    return ["(", node, ")"] if signed else [node]


def _operator(node: Expression, names: Mapping[Expression, str]) -> Operator | None:
    if isinstance(node, Call) and node not in names and not chosen(node):
        return node.function.notation
    return None


def _latex_pieces(node: Expression, names: Mapping[Expression, str]) -> list[Piece]:
    if isinstance(node, Number):
        return [_latex_number(node.text)]
    if isinstance(node, Variable):
        return [latex_name(node.name)]
    assert isinstance(node, Call)
    row = node.function
    if chosen(node):
        return _latex_cases(node, names)
    if row.name == "divide" and _begins_with_minus(node, names):
        return ["-", _without_sign(node)]
    if not row.latex:
        name = row.name.replace("_", r"\_")
        inside = _between(arguments(node), ", ")
        return [rf"\operatorname{{{name}}}\left(", *inside, r"\right)"]
    pieces: list[Piece] = []
    rest = _juxtaposed(node) or row.latex
    for letter, argument, wrap in zip(
        "uv", node.args, _latex_wraps(node), strict=False
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


def _juxtaposed(node: Call) -> str:
    """Return the LaTeX of a product that needs no dot; empty: it needs one."""
    if node.function.name != "multiply":
        return ""
    left, right = node.args
    if isinstance(left, Call) and left.function is PREFIX["-"]:
        (left,) = left.args
    first = right
    while isinstance(first, Call) and first.function.notation and len(first.args) == 2:
        if first.function.name == "divide":
            return ""
        first = first.args[0]
    in_brackets = isinstance(right, Call) and right.function.name in ("add", "subtract")
    if isinstance(left, Number) and (in_brackets or not isinstance(first, Number)):
        return "{u} {v}"
    function = isinstance(first, Call) and first.function.notation is None
    return r"{u} \, {v}" if function else ""


def _latex_number(digits: str) -> str:
    if digits in CONSTANTS:
        return CONSTANTS[digits].latex
    mantissa, _, exponent = digits.partition("e")
    return rf"{mantissa} \cdot 10^{{{int(exponent)}}}" if exponent else mantissa


def _latex_wraps(node: Call) -> list[bool]:
    """Tell for each argument whether it needs brackets in LaTeX."""
    notation = node.function.notation
    if node.function.name == "pow":  # written as a power, whose base is bracketed
        return [isinstance(node.args[0], Call), False]
    if notation is None:  # \sin u + v would read as (sin u) + v
        open_ended = node.function.latex.endswith(" {u}")
        return [open_ended and isinstance(node.args[0], Call)]
    if notation.symbol == "/":
        return [False, False]
    none: Mapping[Expression, str] = {}
    signed = _begins_with_minus(node.args[-1])
    if len(node.args) == 1:
        return [signed or len(_right(node.args[0], node.function, none)) > 1]
    wraps = [
        len(_left(node.args[0], node.function, none)) > 1,
        signed or len(_right(node.args[1], node.function, none)) > 1,
    ]
    if notation.symbol == "**":
        # A raised right side needs none; a function's own power needs some.
        base = node.args[0]
        wraps = [isinstance(base, Call) or wraps[0], False]
    elif notation.symbol in ("*", "·"):
        left, right = node.args
        negated = isinstance(left, Call) and left.function is PREFIX["-"]
        wraps = [_is_sum(left) and not negated, signed or _is_sum(right)]
    return wraps


_SIGNS = ("+", "-", "*", "·", "/")
"""Behind these a minus sign is in brackets: a*(-b)."""


_FACTORS = 50
"""Through how many factors and divisors a sign is looked for."""


def _begins_with_minus(
    node: Expression, names: Mapping[Expression, str] = _NO_NAMES
) -> bool:
    """Tell whether a node begins with a minus sign: -x, -2*x."""
    for _ in range(_FACTORS):
        if node in names or not isinstance(node, Call):
            break
        if node.function is PREFIX["-"]:
            return True
        if node.function.name not in ("multiply", "beside", "divide"):
            return False
        node = node.args[0]
    return False


def _without_sign(node: Call) -> Expression:
    """Return -x/y, which begins with a minus sign, as x/y."""
    spine: list[Call] = []
    first: Expression = node
    while isinstance(first, Call) and first.function is not PREFIX["-"]:
        spine.append(first)
        first = first.args[0]
    first = first.args[0]
    for each in reversed(spine):
        first = call(each.function, first, *each.args[1:])
    return first


def _is_sum(node: Expression) -> bool:
    """Tell whether a factor needs brackets although a fraction needs none."""
    if not isinstance(node, Call) or node.function.notation is None:
        return False
    return node.function.notation.symbol in "+-"
