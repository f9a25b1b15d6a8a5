"""What functions are called elsewhere, and what to write for them here.

Names of other countries, calculators, languages and programs that a reader would take
for a misspelt function of ours. A hint shall lead to the function that was meant.
"""

from diffcli.calculus.functions import BY_NAME

_LONG = 4  # letters up to which another letter makes another word
_WRITTEN = {
    "atan": "datan atanf arctg atg atn arctang",
    "acot": "arcctg arcctn actg arccotg arccotan",
    "tan": "dtan tanf tg tang tangens tangent", "cot": "ctg cotg ctn cotan cotangent",
    "sin": "dsin sinf sen sinus seno sine", "cos": "dcos cosf cosinus coseno cosine",
    "sec": "secant", "csc": "cosec cosecant cossec",
    "asin": "dasin asinf arcsen asen arsin invsin",
    "acos": "dacos acosf arcoseno invcos",
    "acsc": "arccosec acosec", "asec": "arcsecant", "csch": "cosech",
    "sinh": "dsinh sinhf sh senh", "cosh": "dcosh coshf ch",
    "tanh": "dtanh tanhf th tgh",
    "coth": "cth ctgh cotanh cotgh", "asinh": "arsh argsinh argsh asenh",
    "acosh": "arch argcosh argch", "atanh": "arth argtanh argth atgh arctgh",
    "acoth": "arcth argcoth", "sech": "sch", "abs": "dabs fabs fabsf absolute modulus",
    "sign": "signum", "pow": "power powr powf powi powl", "exp": "dexp expo expf",
    "lgamma": "gammaln lngamma lgammaf logamma", "gamma": "tgamma gammafn",
    "max": "dmax1 fmax maximum pmax fmaxf", "min": "dmin1 fmin minimum pmin fminf",
    "mean": "avg average", "sum": "total", "cbrt": "cuberoot curt cbrtf",
    "sqrt": "dsqrt sqroot squareroot rac racine wurzel raiz sqrtf",
    "ceil": "ceiling ceilf",
    "floor": "entier floorf", "step": "unitstep",
    "log": "dlog loge nlog logn logf", "log2": "ld log2f", "log10": "dlog10 log10f",
    "relu": "rectifier ramp", "softplus": "log1pexp", "hypot": "pythag hypotf",
    "sigmoid": "sigmoidal sgm sigm plogis", "logsumexp": "logaddexp lse",
    "erf": "erff", "expm1": "expm1f", "log1p": "log1pf", "atan2": "atan2f",
    "where": "select", "polygamma": "psigamma",
}  # fmt: skip
_ASKED = {
    "sigmoid": "sig", "digamma": "psi psi0", "step": "theta",
}  # fmt: skip
"""Words that could be something else, so that they are not read."""
ALIASES = {other: name for name, others in _WRITTEN.items() for other in others.split()}
"""What other names are called here."""
TEMPLATES = {
    name: (tuple(parameters.split()), text)
    for parameters, rows in {
        "u": {
            "square": "u**2", "cube": "u**3", "exp10": "10**u", "pow10": "10**u",
            "pow2": "exp2(u)", "rsqrt": "1/sqrt(u)", "factorial": "gamma(u+1)",
            "fact": "gamma(u+1)", "fac": "gamma(u+1)", "rgamma": "1/gamma(u)",
            "trigamma": "polygamma(1, u)", "tetragamma": "polygamma(2, u)",
            "logit": "log(u/(1-u))", "logsigmoid": "log(sigmoid(u))",
            "sinpi": "sin(pi*u)", "cospi": "cos(pi*u)", "tanpi": "tan(pi*u)",
            "sind": "sin(u*pi/180)", "cosd": "cos(u*pi/180)", "tand": "tan(u*pi/180)",
            "cotd": "cot(u*pi/180)", "secd": "sec(u*pi/180)", "cscd": "csc(u*pi/180)",
            "asind": "asin(u)*180/pi", "acosd": "acos(u)*180/pi",
            "atand": "atan(u)*180/pi", "deg2rad": "u*pi/180", "radians": "u*pi/180",
            "rad2deg": "u*180/pi", "degrees": "u*180/pi", "versin": "1-cos(u)",
            "hardswish": "u*hardsigmoid(u)", "relu6": "min(max(u, 0), 6)",
            "recip": "1/u", "reciprocal": "1/u", "inv": "1/u", "neg": "-u",
            "negative": "-u", "erfcx": "exp(u**2)*erfc(u)", "cosm1": "cos(u)-1",
            "log2p1": "log2(1+u)", "haversin": "(1-cos(u))/2",
            "tanhshrink": "u-tanh(u)", "identity": "u", "float": "u", "double": "u",
            "float32": "u", "float64": "u", "tensor": "u", "asarray": "u",
            "dnorm": "exp(-u**2/2)/sqrt(2*pi)", "normpdf": "exp(-u**2/2)/sqrt(2*pi)",
            "pnorm": "erfc(-u/sqrt(2))/2", "normcdf": "erfc(-u/sqrt(2))/2",
        },
        "u v": {
            "add": "u+v", "plus": "u+v", "sub": "u-v", "minus": "u-v",
            "subtract": "u-v", "mul": "u*v", "mult": "u*v", "times": "u*v",
            "multiply": "u*v", "div": "u/v", "divide": "u/v", "truediv": "u/v",
            "true_divide": "u/v", "nthroot": "u**(1/v)", "surd": "u**(1/v)",
            "xlogy": "u*log(v)", "rational": "u/v",
            "leakyrelu_of": "max(u, 0)+v*min(u, 0)",
            "elu_of": "max(u, 0)+v*expm1(min(u, 0))",
        },
        "u v n": {
            "dnorm_of": "exp(-((u-v)/n)**2/2)/(n*sqrt(2*pi))",
            "pnorm_of": "erfc(-(u-v)/(n*sqrt(2)))/2",
        },
        "u low high": {
            "clip": "min(max(u, low), high)", "clamp": "min(max(u, low), high)",
        },
    }.items()
    for name, text in rows.items()
}  # fmt: skip
"""Functions that are read as a formula: their parameters, and the formula."""
WITH_MORE = {
    ("leakyrelu", 2): "leakyrelu_of", ("elu", 2): "elu_of",
    ("dnorm", 3): "dnorm_of", ("normpdf", 3): "dnorm_of",
    ("pnorm", 3): "pnorm_of", ("normcdf", 3): "pnorm_of",
}  # fmt: skip
"""What a function of one argument is with so many: elu(x, alpha)."""
_FORMULAS = {
    "sqr": "u**2 for the square, sqrt(u) for the root",
    "sinc": "sin(u)/u or sin(pi*u)/(pi*u): books differ",
    "lg": "log10(u) or log2(u): books differ",
    "root": "u**(1/v)",
    "exp1": "expm1(u) for exp(u)-1", "norm": "hypot(u, v)",
    "softmax": "exp(u)/(exp(u)+exp(v))",
    "mod": "u mod v", "binom": "u!/(v!*(u-v)!)", "comb": "u!/(v!*(u-v)!)",
    "ncr": "u!/(v!*(u-v)!)", "choose": "u!/(v!*(u-v)!)", "combin": "u!/(v!*(u-v)!)",
    "nchoosek": "u!/(v!*(u-v)!)", "binomial": "u!/(v!*(u-v)!)",
    "frac": "u-floor(u)",
    **dict.fromkeys(("fmod", "rem"), "sign(u)*(abs(u) % abs(v))"),
}  # fmt: skip
MEANT = {
    other: f"here it is {name}({', '.join('uv'[: BY_NAME[name].arity])})"
    for table in (_WRITTEN, _ASKED)
    for name, others in table.items()
    for other in others.split()
    if name in BY_NAME
}
MEANT |= {name: f"write {text}" for name, (_, text) in TEMPLATES.items()}
MEANT |= {name: f"write {text}" for name, text in _FORMULAS.items()}
"""A hint for each name that has a meaning here."""


DERIVATIVE = "write the function itself: its derivative is what diffcli finds"
_INTEGRAL = "write the function itself: an integral is not read"
_LIMIT = "write the function itself: a limit is not read"
_PRODUCT = "the product of two vectors is written u1*v1 + u2*v2, number by number"
_SENTENCES = {
    **dict.fromkeys(
        ["diff", "derivative", "deriv", "differentiate", "gradient"], DERIVATIVE
    ),
    **dict.fromkeys(["integrate", "integral"], _INTEGRAL),
    **dict.fromkeys(["lim", "limit"], _LIMIT),
    **dict.fromkeys(["dot", "inner", "matmul", "vdot"], _PRODUCT),
}
"""What to write in place of what is no function of numbers."""


def hint(name: str, known: list[str]) -> str:
    """Return what to write for an unknown name; empty if nobody knows.

    >>> hint("tg", []), hint("sqtr", ["sqrt"])
    ('here it is tan(u)', "did you mean 'sqrt'?")
    """
    small = name.casefold()
    if small in known:
        return f"did you mean '{small}'?"
    if small in MEANT:
        return MEANT[small]
    if small in _SENTENCES:
        return _SENTENCES[small]
    near = [word for word in known if _is_slip(small, word)]
    return f"did you mean '{near[0]}'?" if len(near) == 1 else ""


def _is_slip(written: str, meant: str) -> bool:
    """Tell whether one slip of the fingers makes a word of another.

    Two letters change places, or one is doubled; in a long word also one is left
    out, added or another, but not the first or last, which often carry the meaning.
    """
    if len(written) == len(meant):
        places = [
            n
            for n, pair in enumerate(zip(written, meant, strict=True))
            if pair[0] != pair[1]
        ]
        if len(places) == 2 and places[1] == places[0] + 1:
            return sorted(written) == sorted(meant)
        return (
            len(meant) > _LONG and len(places) == 1 and 0 < places[0] < len(meant) - 1
        )
    if abs(len(written) - len(meant)) != 1:
        return False
    short, long = sorted((written, meant), key=len)
    places = [n for n in range(len(long)) if long[:n] + long[n + 1 :] == short]
    doubled = any(n > 1 and long[n] == long[n - 1] for n in places)
    inside = any(0 < n < len(long) - 1 for n in places)
    return doubled or (len(meant) > _LONG and inside)
