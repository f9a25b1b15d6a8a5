"""What the commands of LaTeX are called, and what they mean here."""

SKIPPED = frozenset((
    "left", "right", "big", "Big", "bigg", "Bigg", "bigl", "bigr", "Bigl", "Bigr",
    "biggl", "biggr", "Biggl", "Biggr", "displaystyle", "textstyle", "limits",
    "nolimits", "nonumber", "notag", "quad", "qquad", "middle", "mathstrut", "strut",
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
    "boldsymbol", "bm", "textbf", "textrm", "textit", "mathbb", "mbox", "rm",
    "operatorname*", "texttt", "mathfrak", "mathscr", "textnormal",
))  # fmt: skip
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
    "choose": "write n!/(k!(n-k)!)",
    "over": "write \\frac{x}{y}",
    "atop": "write \\frac{x}{y}",
    "prime": "a derivative is what diffcli finds: write the function itself",
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
OTHERWISE = {"otherwise", "else", "sonst", "autrement", "elsewhere", "other", "others"}
FILLERS = {"if", "for", "when", "falls", "where", "si", "in", "the", "case", "all"}
FUNCTION_LETTERS = frozenset("fghFGHφψΦΨζδ")
"""Letters that call a function in books: f(x)."""
INDEXED = dict.fromkeys("IJKY", ("n", "ν")) | dict.fromkeys("CHLPTU", ("n",))
"""Letters that call a function in books, with these indices: J_n(x), T_n(x)."""
TEXTS = frozenset(("text", "textrm", "mbox", "mathrm", "textnormal"))
"""Fonts of words that may stand between formulas."""
PLAIN = {
    "·": "*", "×": "*", "−": "-", "÷": "/", "≤": "<=", "≥": ">=", "≠": "!=", ":": "=",
}  # fmt: skip
"""Signs with another spelling."""
