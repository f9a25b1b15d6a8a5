"""Texts that are nearly right, and what has to happen to each: an answer or an error.

``scripts/fuzz`` runs it for as long as one likes, ``test_fuzz.py`` for a moment.
"""

import json
import random
from collections.abc import Callable, Iterator
from pathlib import Path

from diffcli.blackbox.protocol import understood
from diffcli.calculus.functions import CONSTANTS, NAMED
from diffcli.cli import lesson
from diffcli.errors import DiffcliError
from diffcli.inputs import claim_rows, claims, files, points, spreads, work
from diffcli.language.expression import forget_if_many
from diffcli.language.latex_printer import latex
from diffcli.language.notation import BY_NAME
from diffcli.language.parser import Parsed, parse
from diffcli.language.printer import text

CASES = Path(__file__).parent / "cases"
_LONGEST = 400  # characters of a text: longer ones find nothing that these do not

# ---- what is done with a text --------------------------------------------------------


def _formula(source: str) -> None:
    _show(parse(source, several=True))


def _latex(source: str) -> None:
    _show(parse(source, syntax="latex", several=True))


def _show(parsed: Parsed) -> None:
    """Write what was understood; read again, it means the same."""
    for part in parsed.parts():
        names = part.shown_names()
        for notation in BY_NAME.values():
            notation.text(part.expression, names=names)
        latex(part.expression, names=names)
        part.spans()
        again = parse(text(part.expression), names=part.variables)
        assert again.expression is part.expression, text(part.expression)


def _point(source: str) -> None:
    _all(
        lambda: points.point(source, ("x", "y")),
        lambda: points.point(source, ("x",)) and points.expressions(source, ("x",)),
        lambda: points.interval(source, "--x"),
        lambda: spreads.split(source),
        lambda: points.select(source, ("x", "y")),
    )


def _claim(source: str) -> None:
    _all(
        lambda: claims.by_variable([source], ("x", "y")),
        lambda: claims.by_variable([source], ("x",), "latex"),
    )


def _table(source: str) -> None:
    lines = source.splitlines(keepends=True)
    _all(
        lambda: [*files.table(lines, "points", ("x", "y")).rows],
        lambda: [*files.table(lines, "points.tsv", ("x",), fixed=True).rows],
        lambda: [*claim_rows.table(lines, "claims")[1]],
        lambda: [*claim_rows.answers(lines, "answers", ["x^2", "x"])[1]],
    )


def _protocol(source: str) -> None:
    given = json.loads(source)
    if isinstance(given, dict):
        understood("box", given, (1.0, 2.0))


def _all(*calls: Callable[[], object]) -> None:
    """Make all calls, each of which may refuse the text."""
    for call in calls:
        try:
            call()
        except DiffcliError as error:
            str(error)


def _lines(source: str) -> list[str]:
    return source.splitlines(keepends=True)


#: By the kind of text: what reads it, and what else than our errors it may raise.
TARGETS: dict[str, tuple[Callable[[str], object], tuple[type[Exception], ...]]] = {
    "formula": (_formula, ()),
    "latex": (_latex, ()),
    "point": (_point, ()),
    "claim": (_claim, ()),
    "table": (_table, ()),
    "work": (lambda source: work.read(_lines(source), "work"), ()),
    "lesson": (lambda source: lesson.read(_lines(source), "lesson"), ()),
    # What JSON itself refuses is told from an answer by ``program``.
    "protocol": (_protocol, (ArithmeticError, ValueError, RecursionError)),
}


def read(kind: str, source: str) -> None:
    """Read a text of a kind. Raises what it must not raise."""
    reader, allowed = TARGETS[kind]
    forget_if_many()
    try:
        reader(source)
    except DiffcliError as error:
        str(error)
    except allowed:
        pass


# ---- texts ---------------------------------------------------------------------------


def _column(name: str, place: int) -> Iterator[str]:
    for line in (CASES / name).read_text("utf-8").splitlines():
        cells = line.split("\t")
        if place < len(cells):
            yield cells[place]


def _records(name: str) -> Iterator[dict[str, str]]:
    return map(json.loads, (CASES / name).read_text("utf-8").splitlines())


_FORMULAS = [
    *_column("written.tsv", 0), *_column("pointed.tsv", 0), *_column("exercises.tsv",
    0),
    *(record["expr"] for record in _records("nasty.jsonl") if "expr" in record),
    "z = w*x + b; (sigmoid(z) - t)^2", "s(u) = 1/(1+exp(-u)); s(s(x))",
    "f(x, y) = x*y", "(x*y, sin(x)+y)", "sum(i=1:3, x_i^2)", "prod(k=1:4, x+k)",
    "where(x<0, -x, x)", "cases(x<0, 1, x>=2, 3, otherwise, x)", "lambda x: x**2",
    "x^2 if x > 0 else -x", "np.where(x>0, x, 0)", "f(x)=x^2 for x>0",
]  # fmt: skip
SEEDS: dict[str, list[str]] = {
    "formula": _FORMULAS,
    "latex": [*_column("latex.tsv", 0)],
    "point": [
        "1,3", "x=1,y=2", "pi/2,-1", "x=2.0±0.1,y=3+/-0.2", "-pi:pi", "x,y", "0.5",
        "x=1e-3, y=sqrt(2)", "x₁=1", "½", "x=1/3",
        *(record["at"] for record in _records("nasty.jsonl") if "at" in record),
    ],
    "claim": [
        "x=4*(2*x+3*y)", "df/dx=2x, df/dy=3", "f'(x)=2x", "44,66", "f_x = 2x; f_y=1",
        "∂f/∂x = y", "y'", *_column("slips.tsv", 2), *_column("right.tsv", 1),
    ],
    "table": [
        "x,y,id\n1,2,a\n3,4,b\n", "x\ty\n1\t2\n", '{"x":1,"y":2}\n{"x":[1],"y":null}\n',
        '[{"x":1,"y":2},\n{"x":3,"y":"4"}]\n', '1,2\n"3","4"\n',
        'name,formula,claim,at\n"a ""b""",x^2,2x,1\n', '{"formula":"x^2","claim":"2x"}',
        "number,answer\n1,2x\n2,1\n", "2x\n1\n", "x;y\n1,5;2\n", "# no\nx,y\n\n1,2\n",
    ],
    "work": [
        "f(x) = x^2*sin(x)\nf'(x) = 2x*sin(x) + x^2*cos(x)\n= x(2 sin(x) + x cos(x))\n",
        "y = u^2\nu = 3x+1\ndy/du = 2u\ndu/dx = 3\ndy/dx = 6(3x+1)\n",
        "d/dx[x^2 + 3x] = 2x + 3   power rule\n",
        "1. f(x) = e^x\n2. f'(x) = e^x # ok\n",
        "\\begin{align}\nf(x) &= x^2 \\\\\nf'(x) &= 2x\n\\end{align}\n",
        "f(x,y) = x*y\n∂f/∂x = y\n", "f''(x) = 2\n", "Answer: f'(x) = 3x^2\n",
    ],
    "lesson": [
        "# A\n\ntext `code` **bold**\n\n```console\n$ diffcli grad x --at 1\n1\n```\n",
        "# A\n- one\n- two\n\n1. three\n\n## B\n~~~sh\ndiffcli grad x # exit 4\n~~~\n",
    ],
    "protocol": [
        '{"f": 124, "grad": [44, 66]}', '{"f": null}',
        '{"f": 1e999, "grad": [1, true]}',
        '{"f": "nan"}', '{"f": -0.0, "grad": null}', "[1]", '{"grad": {}}',
    ],
}  # fmt: skip
_WORDS = (
    *"+-*/^=<>!|,;:()[]{}\\$&#%'\"`_.@~?°√∛½²³⁻¹ⁿ₁₂·×÷−±∂π∞≤≥≠αλσ\t\n\r \x00\x1b\x85",
    *NAMED, *CONSTANTS, "**", "//", "==", "<=", "&&", "||", "->", ":=", "0", "1", "-1",
    "1e999", "1e-400", "0x1f", "1_000", "١", "२", "9" * 40, "1e5", "x", "y", "x1",
    "x_1",
    "f(", "f(x)=", "if", "else", "and", "or", "not", "mod", "lambda", "otherwise",
    "for",
    r"\frac", r"\sqrt", r"\left", r"\right", r"\cdot", r"\begin{cases}", r"\\",
    r"\end{cases}", r"\sin", r"\log_", r"\operatorname{", r"\text{", r"\mathrm{",
    r"\sum",
    r"\partial", r"\begin{align}", r"\,", "^{", "_{", "np.", "math.", "torch.", "d/dx",
    "\udc80", "\u202e", "\ufeff", "e\u0301", "ﬁ", "𝑥", "中", "🙂", "null", "NaN",
    "Infinity", "true", '"x":', "```", "# ", "$ diffcli ", "# exit 4",
)  # fmt: skip


def texts(kind: str, rng: random.Random) -> Iterator[str]:
    """Yield texts of a kind for ever, each made from a right one by a few changes."""
    seeds = SEEDS[kind]
    while True:
        source = rng.choice(seeds)
        for _ in range(rng.choice((1, 1, 2, 3, 5, 8))):
            source = _changed(source, rng, seeds)
        yield source[:_LONGEST]


def _changed(source: str, rng: random.Random, seeds: list[str]) -> str:
    start = rng.randint(0, len(source))
    stop = min(len(source), start + rng.choice((0, 1, 1, 2, 5, 20)))
    part = source[start:stop]
    other = rng.choice(seeds)
    cut = rng.randint(0, len(other))
    new = rng.choice(
        (
            "", part * 2, rng.choice(_WORDS), rng.choice(_WORDS), rng.choice(_WORDS),
            f"({part})", part[::-1], other[cut : cut + rng.randint(1, 20)], other,
            (part or rng.choice(_WORDS)) * rng.choice((3, 30, 200)),
            "".join(rng.choice(_WORDS) for _ in range(3)),
        )
    )  # fmt: skip
    return source[:start] + new + source[stop:]
