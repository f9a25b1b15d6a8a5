"""The passes as lines: each node in names, then in numbers."""

import math
from collections.abc import Iterator, Mapping, Sequence

from diffcli.analysis.trace import Backward, Forward, Level, Path, Trace
from diffcli.calculus.functions import CONDITIONS, NAMED
from diffcli.language.expression import Expression
from diffcli.language.notation import Notation
from diffcli.output.canvas import bar
from diffcli.output.document import Line, Run, Screen

_LONGEST = 60  # characters of a formula
_SHARES = 4  # paths into one node that are written out
_LEVELS = 12  # depths that are shown as bars
COUNTABLE = 10**15  # paths that are counted out; more are no number to a double either
_DIGITS = 7
_FLAT = 0.05  # the partial of such a function below which it is called saturated
MOST = 100  # nodes of one pass that are shown to people
#: Functions that level off: a small partial of theirs means that they are saturated.
_SATURATING = {"sigmoid", "tanh", "softsign", "erf", "atan", "hardsigmoid", "hardtanh"}

#: What is true or false, and flat; a choice passes nothing on to its condition.
_CONDITIONS = {row.name for row in CONDITIONS} - {"mod"}
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


def short(value: float) -> str:
    """Return a number as it stands in a line."""
    value += 0.0  # and not -0
    return f"{value:.{_DIGITS}g}" if math.isfinite(value) else "undefined"


def forward_lines(trace: Trace, notation: Notation) -> Iterator[Line]:
    """Yield the nodes as lines: how each is made, in names, then in numbers."""
    nodes = trace.forward
    some = [*nodes[:MOST], *nodes[-MOST:]]
    name = max(len(node.name) for node in some)
    spellings = {node.name: _spellings(node, trace.names, notation) for node in some}
    formula, numbers = (max(map(len, c)) for c in zip(*spellings.values(), strict=True))
    for node in nodes:
        head = f"  {notation.variable(node.name).ljust(name)} = "
        letters, digits = spellings.get(node.name, ("", ""))
        equation = f"{letters.ljust(formula)} = {digits.ljust(numbers)} = "
        parts = head + (equation if letters else " " * len(equation))
        last = Run("   f", "title") if node is nodes[-1] else Run("")
        yield (Run(parts), Run(short(node.value), "value"), last)


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
    some = [*nodes[:MOST], *nodes[-MOST:]]
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
    name, value = notation.partial([node.name], several=True), short(node.adjoint)
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
        numbers = _joined([short(s.upstream * s.local) for s in shares], "+")
    else:
        (share,) = shares
        both = [short(share.upstream), short(share.local)]
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
    if share.decided:
        return f"{'' if share.local else 'not '}chosen: {share.decided}"
    if share.function in _CONDITIONS:
        return "a condition passes nothing on"
    return _GATES.get(share.function, share.function)


def _joined(numbers: Sequence[str], sign: str) -> str:
    """Return numbers with a sign between them: 2 + (-3)."""
    first, *rest = numbers
    shown = (f"({number})" if number[0] == "-" else number for number in rest)
    return f" {sign} ".join([first, *shown])


def paths_title(paths: Sequence[Path]) -> str:
    """Return what is shown of the paths."""
    if all(path.ways == 1 for path in paths):
        return "Product of the partials along each path"
    return "Product of the partials along each path; where there are several, their sum"


def _is_flat(name: str) -> bool:
    """Tell whether a function is constant on whole stretches, as relu is."""
    row = NAMED.get(name)
    return row is not None and row.arity == 1 and bool(row.rough and row.rough.edge)


def path_line(path: Path, notation: Notation) -> Line:
    """Return the product of the partials along a path as a line."""
    head = Run(f"  {notation.partial([path.name], several=True)} = ")
    value = Run(short(path.adjoint), "adjoint")
    if path.ways != 1 and not path.several:
        return (head, value, Run(f"   {how_many(path)} paths add up", "remark"))
    ways = path.several or (path.locals,)
    products = " + ".join(_product(locals_, notation) for locals_ in ways)
    line: Line = (head, Run(f"{products} = "))
    if path.several:
        sums = _joined([short(math.prod(locals_)) for locals_ in ways], "+")
        line = (*line, Run(f"{sums} = "))
    return (*line, value, Run(_health(path), "remark"))


def _product(locals_: Sequence[float], notation: Notation) -> str:
    factors = [short(local) for local in locals_]
    if len(factors) > 12:
        factors = [*factors[:6], "…", *factors[-5:]]
    return _joined(factors or ["1"], notation.times)


def how_many(path: Path) -> str:
    """Return how many paths there are, if anybody can read so many."""
    return f"{path.ways:,}" if path.ways < COUNTABLE else "more than 10**15"


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


def is_unhealthy(levels: Sequence[Level]) -> bool:
    """Tell whether adjoints differ so much in size that a picture of it is worth it."""
    sizes = [level.size for level in levels if level.size and math.isfinite(level.size)]
    return len(levels) > 3 and bool(sizes) and max(sizes) > 1e4 * min(sizes)


def bars(levels: Sequence[Level], screen: Screen) -> Iterator[Line]:
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
