"""What the commands of LaTeX are called, and what they mean here."""

SKIPPED = frozenset((
    "left", "right", "big", "Big", "bigg", "Bigg", "bigl", "bigr", "Bigl", "Bigr",
    "biggl", "biggr", "Biggl", "Biggr", "displaystyle", "textstyle", "limits",
    "nolimits", "nonumber", "notag", "quad", "qquad", "middle", "mathstrut", "strut",
    "tiny", "small", "normalsize", "large", "Large", "LARGE", "huge", "Huge",
    ",", ";", ":", "!", " ", ">", "scriptstyle", "mathopen", "mathclose", "/",
))  # fmt: skip
SIGNS = {
    "cdot": "*", "times": "*", "ast": "*", "div": "/", "le": "<=", "leq": "<=",
    "leqslant": "<=", "ge": ">=", "geq": ">=", "geqslant": ">=", "ne": "!=",
    "neq": "!=", "lt": "<", "gt": ">", "land": "and", "wedge": "and", "lor": "or",
    "vee": "or", "lnot": "not", "neg": "not", "colon": "=", "*": "*",
    "coloneqq": "=", "bmod": "mod", "mod": "mod", "triangleq": "=", "equiv": "=",
    "bullet": "*",
}  # fmt: skip
BINOMIALS = frozenset(("binom", "dbinom", "tbinom"))
FRACTIONS = frozenset(("frac", "dfrac", "tfrac", "cfrac", "nicefrac", "sfrac"))
FONTS = frozenset((
    "mathrm", "text", "operatorname", "mathbf", "mathcal", "mathit", "mathsf", "mathtt",
    "boldsymbol", "bm", "textbf", "textrm", "textit", "mathbb", "mbox",
    "operatorname*", "texttt", "mathfrak", "mathscr", "textnormal", "mathop", "textsf",
    "rm", "bf", "it", "tt", "sf", "cal", "mathnormal", "textup", "hbox", "pmb",
))  # fmt: skip
SWITCHES = frozenset(("rm", "bf", "it", "tt", "sf", "cal"))
"""Fonts that need no braces around a word."""
ACCENTS = frozenset((
    "hat", "bar", "tilde", "vec", "dot", "ddot", "overline", "widehat", "widetilde",
    "underline", "check",
))  # fmt: skip
ENVIRONMENTS = frozenset((
    "equation", "equation*", "align", "align*", "aligned", "gather", "gather*",
    "gathered", "split", "displaymath", "math", "multline", "multline*", "eqnarray",
    "eqnarray*",
))  # fmt: skip
OPENING = {
    "(": ")", "[": "]", "lbrace": "rbrace", "lvert": "rvert", "lfloor": "rfloor",
    "lceil": "rceil", "lbrack": "rbrack", "lVert": "rVert", "{": "}", "\\{": "\\}",
}  # fmt: skip
CLOSING = frozenset(OPENING.values())
AROUND = {"lvert": "abs", "lVert": "abs", "lfloor": "floor", "lceil": "ceil"}
VARIANTS = {
    "varepsilon": "ε", "varphi": "φ", "vartheta": "θ", "varrho": "ρ", "varsigma": "ς",
    "varkappa": "κ", "varpi": "ϖ", "ell": "l", "hbar": "hbar", "imath": "i",
    "jmath": "j", "omicron": "ο",
}  # fmt: skip
GREEK = dict(
    zip(
        (
            "alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta",
            "iota", "kappa", "lambda", "mu", "nu", "xi", "omicron", "pi", "rho",
            "sigma", "tau", "upsilon", "phi", "chi", "psi", "omega",
        ),
        "αβγδεζηθικλμνξοπρστυφχψω",
        strict=True,
    )
)  # fmt: skip
HINTS = {
    "int": "an integral is not read: write the function itself",
    "lim": "a limit is not read: write the function itself",
    "partial": "a derivative is what diffcli finds: write the function itself",
    "nabla": "a derivative is what diffcli finds: write the function itself",
    "infty": "infinity is no number: write a large one, such as 10^{300}",
    "pm": "write one formula with + and one with -",
    "mp": "write one formula with - and one with +",
    "lg": "write \\log_{10} or \\log_2: books differ",
    "in": "write the formula alone",
    "to": "write the formula alone",
    "circ": "degrees are written 30^\\circ, a label x_{0}",
    "gcd": "write its value: a divisor has no derivative",
    "lcm": "write its value: a multiple has no derivative",
    "atop": "write \\frac{x}{y}",
    "prime": "write the function itself, or x_{prime} for a name",
    "langle": "an inner product is written w_1 x_1 + w_2 x_2",
    "sim": "write the formula alone",
    "approx": "write the formula alone",
    "mathbf": "a vector is not read: write its numbers",
    "ldots": "write all terms, or \\sum_{i=1}^{5} x_i",
    "cdots": "write all terms, or \\sum_{i=1}^{5} x_i",
    "dots": "write all terms, or \\sum_{i=1}^{5} x_i",
    "odot": "the product of two numbers is \\cdot",
    "top": "a vector is not read: write its numbers",
    "mathbb": "an expected value is not read: write the function itself",
}
SIGN_HINTS = {
    "_": "an index needs a letter before it",
    ":": "a quotient is \\frac{x}{y}, and y = ... says what y is",
    "'": "write the function itself, or x_{prime} for a name",
    "?": "a choice is written \\begin{cases} x & x > 0 \\\\ 0 & x \\le 0 \\end{cases}",
    "@": "the product of two numbers is \\cdot",
    ".": "a point stands in decimals, 1.5",
    "~": "write the formula alone",
}
OTHERWISE = frozenset((
    "otherwise", "else", "elsewhere", "other", "others", "sonst", "ansonsten",
    "andernfalls", "autrement", "sinon", "ailleurs", "altrimenti", "altrove", "caso",
    "contrario", "en", "otro", "de", "lo", "lainnya", "selainnya", "anders", "ellers",
    "annars", "muuten", "w", "przeciwnym", "razie", "wypadku", "inaczej", "jinak",
    "inak", "aksi", "halde", "diğer", "durumlarda", "иначе", "в", "остальных",
    "случаях", "інакше", "其他", "其它", "否则", "その他", "他", "기타",
))  # fmt: skip
"""Words for the case that is left, in several languages."""
FILLERS = frozenset((
    "if", "for", "when", "where", "in", "the", "case", "all", "falls", "für", "wenn",
    "si", "pour", "quand", "lorsque", "se", "per", "quando", "jika", "untuk", "als",
    "voor", "om", "för", "hvis", "jos", "gdy", "jeśli", "dla", "pokud", "pro", "ak",
    "eğer", "için", "если", "при", "для", "якщо", "如果", "若", "当",
))  # fmt: skip
"""Words in front of a condition."""
FUNCTION_LETTERS = frozenset("fghFGHφψΦΨζδ")
"""Letters that call a function in books: f(x)."""
INDEXED = frozenset("CHIJKLPTUY")
"""Letters that call a function in books, with an index: J_n(x), T_n(x)."""
BESSEL = frozenset("IJKY")
"""Those of them that do so with 0, too; P_0(1+r) is a product."""
TEXTS = frozenset(("text", "textrm", "mbox", "mathrm", "textnormal"))
"""Fonts of words that may stand between formulas."""
PLAIN = {
    "·": "*", "×": "*", "−": "-", "÷": "/", "≤": "<=", "≥": ">=", "≠": "!=",
}  # fmt: skip
"""Signs with another spelling."""


TWINS = {
    "varepsilon": r"\\epsilon", "varphi": r"\\phi", "vartheta": r"\\theta",
    "varrho": r"\\rho", "ell": r"(?<![A-Za-z\\])l", "omicron": r"(?<![A-Za-z\\])o",
}  # fmt: skip
"""Letters with another that we write the same, and how that stands in a text."""


def letter(command: str) -> str:
    r"""Return the letter that a command is: ω for omega, Ω for Omega; else nothing.

    >>> letter("omega"), letter("Omega"), letter("varphi"), letter("frac")
    ('ω', 'Ω', 'φ', '')
    """
    small = GREEK.get(command) or VARIANTS.get(command)
    capital = GREEK.get(command[:1].lower() + command[1:], "").upper()
    return small or capital
