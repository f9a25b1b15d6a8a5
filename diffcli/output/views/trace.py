"""The forward and the backward pass on the screen and as data."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from diffcli.analysis.trace import Backward, Forward, Level, Path, Share, Trace
from diffcli.calculus.functions import NAMED
from diffcli.language.expression import Call, Expression
from diffcli.language.notation import Notation
from diffcli.language.partials import partial_latex
from diffcli.language.printer import latex, latex_name
from diffcli.output.canvas import bar
from diffcli.output.document import (
    Block,
    Document,
    Facts,
    Line,
    Lines,
    Node,
    Picture,
    Run,
    Screen,
    Sheet,
    plain_number,
)
from diffcli.output.views import formulas, heading, sentences
from diffcli.problem import point_text

SCHEMA = "diffcli/trace/2"
#: The columns for csv and tsv.
HEADER = ("node", "formula", "value", "adjoint")
_MOST = 100  # nodes of one pass that are shown to people
_LONGEST = 60  # characters of a formula
_SHARES = 4  # paths into one node that are written out
_LEVELS = 12  # depths that are shown as bars
_COUNTABLE = 10**15  # paths that are counted out; more are no number to a double either
_TYPESET = 200  # nodes of one pass that are typeset
_DIGITS = 7
_FLAT = 0.05  # the partial of such a function below which it is called saturated
#: Functions that level off: a small partial of theirs means that they are saturated.
_SATURATING = {"sigmoid", "tanh", "softsign", "erf", "atan", "hardsigmoid", "hardtanh"}

#: What a gate does to the gradient, in the words of Stanford's CS231n.
_GATES = {
    "add": "passes it on",
    "sum": "passes it on",
    "negate": "turns it round",
    "multiply": "other factor",
    "divide": "quotient",
    "max": "max: to the larger",
    "min": "min: to the smaller",
}


def document(trace: Trace, passes: Sequence[str]) -> Document:
    """Return the passes ("forward", "backward") as a document."""
    return Document(
        blocks=partial(_blocks, trace, passes),
        record=partial(_record, trace),
        sheet=partial(_sheet, trace),
        graph=partial(_graph, trace),
        warnings=trace.warnings,
    )


def _blocks(trace: Trace, passes: Sequence[str], notation: Notation) -> Iterator[Block]:
    yield from formulas(trace.problem.parsed, notation)
    where = (Run(f"at {point_text(trace.problem.point, notation)}"),)
    rounded = (Run(f"every operation rounded to {trace.format}", "name"),)
    yield Facts((where, rounded) if trace.format else (where,))
    if not trace.forward:
        constant = f"f = {_short(trace.problem.value)} depends on no variable"
        yield Lines(((Run(constant),),))
        return
    if "forward" in passes:
        title = Run("Forward pass: leaves to root", "title")
        lines = _cut(trace.forward, list(forward_lines(trace, notation)))
        yield Lines(((), (title,), *lines), partial(_latex_forward, trace))
    if "backward" in passes:
        title = Run(
            f"Backward pass: root to leaves, upstream {notation.times} local", "title"
        )
        lines = _cut(trace.backward, list(backward_lines(trace.backward, notation)))
        yield Lines(((), (title,), *lines), partial(_latex_backward, trace))
        title = Run(_paths_title(trace.paths), "title")
        lines = [_path(path, notation) for path in trace.paths[:_MOST]]
        yield Lines(((), (title,), *lines), partial(_latex_paths, trace))
        if _is_unhealthy(trace.levels):
            title = Run("Gradient health: the largest adjoint at each depth", "title")
            yield Lines(((), (title,)))
            yield Picture(partial(_bars, trace.levels))


def _cut(nodes: Sequence[Any], lines: list[Line]) -> list[Line]:
    """Return the lines, those in the middle left out if they are many."""
    if len(lines) <= _MOST:
        return lines
    half = _MOST // 2
    left = f"  … {len(lines) - 2 * half:,} more nodes; -f json and csv have all"
    return [*lines[:half], (Run(left, "muted"),), *lines[-half:]]


def forward_lines(trace: Trace, notation: Notation) -> Iterator[Line]:
    """Yield the nodes as lines: how each is made, in names, then in numbers."""
    nodes = trace.forward
    some = [*nodes[:_MOST], *nodes[-_MOST:]]
    name = max(len(node.name) for node in some)
    spellings = {node.name: _spellings(node, trace.names, notation) for node in some}
    formula, numbers = (max(map(len, c)) for c in zip(*spellings.values(), strict=True))
    for node in nodes:
        head = f"  {notation.variable(node.name).ljust(name)} = "
        letters, digits = spellings.get(node.name, ("", ""))
        equation = f"{letters.ljust(formula)} = {digits.ljust(numbers)} = "
        parts = head + (equation if letters else " " * len(equation))
        last = Run("   f", "title") if node is nodes[-1] else Run("")
        yield (Run(parts), Run(_short(node.value), "value"), last)


def _spellings(
    node: Forward, names: Mapping[Expression, str], notation: Notation
) -> tuple[str, str]:
    """Return how a node is made, with names and with numbers."""
    if node.numbers is None:
        return "", ""
    formula = notation.text(node.node, limit=_LONGEST, names=names)
    return formula, notation.text(node.numbers, limit=_LONGEST)


def backward_lines(nodes: Sequence[Backward], notation: Notation) -> Iterator[Line]:
    """Yield the nodes as lines: upstream times local in names, then in numbers."""
    some = [*nodes[:_MOST], *nodes[-_MOST:]]
    columns = {node.name: _upstream(node, notation) for node in some}
    plain = [columns[node.name] for node in some if len(node.shares) == 1]
    widths = [max(map(len, column)) for column in zip(*plain, strict=True)]
    name_width = max(len(column[0]) for column in columns.values())
    for node in nodes:
        name, *rest = columns.get(node.name, ("",) * 5)
        if len(node.shares) == 1:  # one path: under each other
            rest = [t.ljust(w) for t, w in zip(rest, widths[1:], strict=True)]
        names, numbers, value, locals_ = rest
        head = " ".join(filter(None, (name.ljust(name_width), names, numbers, "= ")))
        remarks = [text for text in (locals_, _gate(node)) if text]
        yield (
            Run(f"  {head}"), Run(value, "adjoint"),
            *(Run(f"   {text}", "remark") for text in remarks),
        )  # fmt: skip


def _upstream(node: Backward, notation: Notation) -> tuple[str, str, str, str, str]:
    """Return the columns of a node: its name, upstream times local, value, locals."""
    name, value = notation.partial([node.name], several=True), _short(node.adjoint)
    if not node.shares:
        return name, "", "", value, ""
    shares = node.shares[:_SHARES]
    dots = " + …" if len(node.shares) > _SHARES else ""
    names = " + ".join(
        f"{notation.partial([share.user], several=True)} {notation.times}"
        f" {notation.partial([node.name], several=True, of=share.user)}"
        for share in shares
    )
    if len(shares) > 1:
        numbers = _joined([_short(s.upstream * s.local) for s in shares], "+")
    else:
        (share,) = shares
        both = [_short(share.upstream), _short(share.local)]
        numbers = _joined(both, notation.times)
    locals_ = ", ".join(
        f"{notation.partial([node.name], several=True, of=share.user)} = "
        + notation.text(share.partial, limit=_LONGEST, names=share.names)
        for share in shares
    )
    return name, f"= {names}{dots}", f"= {numbers}{dots}", value, locals_ + dots


def _gate(node: Backward) -> str:
    """Return in words what happens to the gradient on the way to a node."""
    if not node.shares:
        return "seed"
    if len(node.shares) > 1:
        count = len(node.shares)
        return f"{ {2: 'two', 3: 'three'}.get(count, count) } paths add up"
    (share,) = node.shares
    if share.local == 0.0 and _is_flat(share.function):
        return f"{share.function} is dead here: passes nothing on"
    if share.function == "subtract":
        return _GATES["add" if share.local > 0 else "negate"]
    return _GATES.get(share.function, share.function)


def _joined(numbers: Sequence[str], sign: str) -> str:
    """Return numbers with a sign between them: 2 + (-3)."""
    first, *rest = numbers
    shown = (f"({number})" if number[0] == "-" else number for number in rest)
    return f" {sign} ".join([first, *shown])


def _paths_title(paths: Sequence[Path]) -> str:
    """Return what is shown of the paths."""
    if all(path.ways == 1 for path in paths):
        return "Product of the partials along each path"
    return "Product of the partials along each path; where there are several, their sum"


def _is_flat(name: str) -> bool:
    """Tell whether a function is constant on whole stretches, as relu is."""
    row = NAMED.get(name)
    return row is not None and row.arity == 1 and bool(row.rough and row.rough.edge)


def _path(path: Path, notation: Notation) -> Line:
    head = Run(f"  {notation.partial([path.name], several=True)} = ")
    value = Run(_short(path.adjoint), "adjoint")
    if path.ways != 1 and not path.several:
        return (head, value, Run(f"   {_ways(path)} paths add up", "remark"))
    ways = path.several or (path.locals,)
    products = " + ".join(_product(locals_, notation) for locals_ in ways)
    line: Line = (head, Run(f"{products} = "))
    if path.several:
        sums = _joined([_short(math.prod(locals_)) for locals_ in ways], "+")
        line = (*line, Run(f"{sums} = "))
    return (*line, value, Run(_health(path), "remark"))


def _product(locals_: Sequence[float], notation: Notation) -> str:
    factors = [_short(local) for local in locals_]
    if len(factors) > 12:
        factors = [*factors[:6], "…", *factors[-5:]]
    return _joined(factors or ["1"], notation.times)


def _ways(path: Path) -> str:
    """Return how many paths there are, if anybody can read so many."""
    return f"{path.ways:,}" if path.ways < _COUNTABLE else "more than 10**15"


def _health(path: Path) -> str:
    """Say where a product of many partials vanishes or explodes, and which do it."""
    sizes = [abs(local) for local in path.locals]
    product = math.prod(sizes)
    dead = [
        function
        for function, size in zip(path.functions, sizes, strict=True)
        if size == 0.0 and _is_flat(function)
    ]
    if dead:
        return f"   dead: {dead[0]} passes nothing on"
    if len(sizes) < 3 or 1e-4 < product < 1e4:
        return ""
    small = product <= 1e-4
    guilty = [
        function
        for function, size in zip(path.functions, sizes, strict=True)
        if (size < 0.5 if small else size > 2)
    ]
    verb = "vanishes" if small else "explodes"
    if not guilty:
        return f"   {verb}: a product of {len(sizes)} factors"
    limit = "below 0.5" if small else "above 2"
    counts = sorted(((guilty.count(f), f) for f in set(guilty)), reverse=True)
    who = ", ".join(f"{count} of {function}" for count, function in counts[:3])
    flat = sum(
        function in _SATURATING and size < _FLAT
        for function, size in zip(path.functions, sizes, strict=True)
    )
    why = f"; {flat} saturated" if flat else ""
    return f"   {verb}: {len(guilty)} of {len(sizes)} factors are {limit} ({who}{why})"


def _is_unhealthy(levels: Sequence[Level]) -> bool:
    """Tell whether adjoints differ so much in size that a picture of it is worth it."""
    sizes = [level.size for level in levels if level.size and math.isfinite(level.size)]
    return len(levels) > 3 and bool(sizes) and max(sizes) > 1e4 * min(sizes)


def _bars(levels: Sequence[Level], screen: Screen) -> Iterator[Line]:
    """Yield the largest adjoint of each depth as a bar on a logarithmic scale."""
    stride = -(-len(levels) // _LEVELS)
    rows = [level for n, level in enumerate(levels) if n % stride == 0]
    rows += [] if rows[-1] is levels[-1] else [levels[-1]]
    sizes = [level.size for level in rows if level.size and math.isfinite(level.size)]
    low = math.floor(math.log10(min(sizes))) - 1
    high = math.ceil(math.log10(max(sizes)))
    name = max(len(level.name) for level in rows)
    room = max(8, min(48, screen.width - name - 26))
    for level in rows:
        share = 0.0
        if level.size and math.isfinite(level.size):
            share = (math.log10(level.size) - low) / (high - low)
        size = f"{level.size:9.2e}" if math.isfinite(level.size) else "undefined"
        head = f"  depth {level.depth:4}  {level.name:{name}} {size} "
        yield (Run(head), Run(bar(share, room, ascii=screen.ascii), "adjoint"))


# ---- LaTeX -------------------------------------------------------------------------


def _latex_table(title: str, columns: str, rows: Iterable[str]) -> Iterator[str]:
    yield from (
        "", rf"\subsection*{{{title}}}", rf"\begin{{longtable}}{{{columns}}}",
        *(rf"  {row} \\" for row in rows), r"\end{longtable}",
    )  # fmt: skip


def _latex_forward(trace: Trace) -> Iterator[str]:
    rows = (
        f"${latex_name(node.name)}$ & {_latex_products(trace, node)} &"
        f" $={_latex_number(node.value)}$"
        for node in trace.forward[:_TYPESET]
    )
    return _latex_table("Forward pass: leaves to root", "lll", rows)


def _latex_products(trace: Trace, node: Forward) -> str:
    if not node.formula:
        return ""
    return f"$={latex(node.node, 400, trace.names)}$"


def _latex_backward(trace: Trace) -> Iterator[str]:
    rows = (
        f"${_latex_partial(node.name)}$ & $={_latex_upstream(node)}$ &"
        f" $={_latex_number(node.adjoint)}$"
        for node in trace.backward[:_TYPESET]
    )
    title = r"Backward pass: root to leaves, upstream $\cdot$ local"
    return _latex_table(title, "lll", rows)


def _latex_upstream(node: Backward) -> str:
    parts = (
        rf"{_latex_partial(share.user)} \cdot {_latex_factor(share)}"
        for share in node.shares[:12]
    )
    return " + ".join(parts) or "1"


def _latex_factor(share: Share) -> str:
    written = latex(share.partial, 400, share.names)
    node = share.partial
    plain = not isinstance(node, Call) or node.function.notation is None
    return written if plain else rf"\left({written}\right)"


def _latex_paths(trace: Trace) -> Iterator[str]:
    rows = (
        f"${_latex_partial(path.name)}$ & $={_latex_product(path)}$ &"
        f" $={_latex_number(path.adjoint)}$"
        for path in trace.paths[:_TYPESET]
    )
    return _latex_table(_paths_title(trace.paths), "lll", rows)


def _latex_product(path: Path) -> str:
    if path.ways != 1 and not path.several:
        return rf"\text{{{_ways(path)} paths add up}}"
    return " + ".join(map(_latex_factors, path.several or (path.locals,)))


def _latex_factors(locals_: Sequence[float]) -> str:
    factors = [
        _latex_number(local) if local >= 0 else rf"\left({_latex_number(local)}\right)"
        for local in locals_
    ]
    if len(factors) > 12:
        factors = [*factors[:6], r"\ldots", *factors[-5:]]
    return r" \cdot ".join(factors or ["1"])


def _latex_partial(name: str) -> str:
    return partial_latex([name], several=True)


def _latex_number(value: float) -> str:
    r"""Return a number for maths mode.

    >>> print(_latex_number(-2.5e-07))
    -2.5 \cdot 10^{-7}
    """
    mantissa, e, exponent = _short(value).partition("e")
    if not math.isfinite(value):
        return r"\text{undefined}"
    return rf"{mantissa} \cdot 10^{{{int(exponent)}}}" if e else mantissa


# ---- for programs ------------------------------------------------------------------


def _graph(trace: Trace) -> Sequence[Node]:
    """Return the nodes with value and adjoint, the ways with the local partials."""
    places = {node.name: place for place, node in enumerate(trace.forward)}
    backward = {node.name: node for node in trace.backward}
    ways: dict[str, list[tuple[int, str]]] = {name: [] for name in places}
    for node in trace.backward:
        for share in node.shares:
            label = f"{share.formula} = {_short(share.local)}"
            if share.formula == _short(share.local):
                label = share.formula
            ways[share.user].append((places[node.name], label))
    return [
        Node(
            node.name + (f" = {node.formula}" if node.formula else ""),
            (
                f"value {_short(node.value)}",
                f"adjoint {_short(backward[node.name].adjoint)}",
            ),
            tuple(place for place, _ in ways[node.name]),
            tuple(label for _, label in ways[node.name]),
        )
        for node in trace.forward
    ]


def _short(value: float) -> str:
    value += 0.0  # and not -0
    return f"{value:.{_DIGITS}g}" if math.isfinite(value) else "undefined"


def _record(trace: Trace) -> dict[str, Any]:
    problem = trace.problem
    return {
        **heading(SCHEMA, problem.parsed),
        "point": problem.point,
        "value": problem.value,
        **({"format": trace.format} if trace.format else {}),
        "forward": [
            {"name": n.name, "formula": n.formula or None, "value": _finite(n.value)}
            for n in trace.forward
        ],
        "backward": [
            {
                "name": n.name,
                "adjoint": _finite(n.adjoint),
                "shares": [
                    {
                        "user": s.user,
                        "upstream": _finite(s.upstream),
                        "local": _finite(s.local),
                        "formula": s.formula,
                    }
                    for s in n.shares
                ],
            }
            for n in trace.backward
        ],
        "paths": {
            p.name: {
                "locals": [_finite(x) for x in p.locals],
                "ways": p.ways if p.ways < _COUNTABLE else None,
                "several": [[_finite(x) for x in way] for way in p.several],
            }
            for p in trace.paths
        },
        "warnings": sentences(trace.warnings),
    }


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _sheet(trace: Trace) -> Sheet:
    adjoints = {node.name: node.adjoint for node in trace.backward}
    rows = [
        (
            node.name,
            node.formula,
            plain_number(node.value) if math.isfinite(node.value) else "",
            plain_number(_finite(adjoints[node.name])),
        )
        for node in trace.forward
    ]
    return Sheet(HEADER, rows)
