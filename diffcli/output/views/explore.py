"""What is explored on one screen: picture or graph, the numbers, and the keys."""

from collections.abc import Callable, Iterator
from functools import partial
from textwrap import wrap
from typing import Any

from diffcli.analysis.explore import CONSTANT, CURVE, MAP, STEP, Dial, State, usual
from diffcli.analysis.explore_keys import KEYS
from diffcli.analysis.explore_reading import Reading, reading
from diffcli.output.breaking import broken_formula
from diffcli.output.document import Document, Line, Picture, Run, Screen
from diffcli.output.explore_pictures import curve, landscape
from diffcli.output.explore_walk import graph
from diffcli.output.numbers import number_style, plain_number
from diffcli.output.views import derivative_text, doubtful_tail, heading, understood

SCHEMA = "diffcli/explore/1"
_DIGITS = 10
_LEAST_DIGITS = 1  # of a number where there is no room
_LABEL = len("tangent  = ")
_SAME = 1e-6  # how far the places, as they are written, may be from h apart
_LONGEST = 30  # characters of a quotient that is written with its numbers
_NARROW = 64  # columns below which formulas stand alone
_ROWS = 3  # lines that a formula may take
_LONG = 300  # nodes of a formula from which on a key is felt
_LEAST = 4  # lines of a picture, of which two are the x axis
_READABLE = 8  # lines of a picture below which formula and reasons give way to it
_WHY = {
    "truncation": "truncation: the curve bends; a smaller h helps",
    "rounding": "rounding: equal digits cancel; a larger h helps",
}


def document(state: State, *, live: bool = False) -> Document:
    """Return one screen as a document; a ``live`` one shows the keys too."""
    picture = Picture(partial(frame, state, live=live))
    return Document(blocks=lambda _: (picture,), record=partial(_record, state))


def frame(state: State, screen: Screen, *, live: bool = False) -> list[Line]:
    """Return what a screen shows, no line wider and not more of them than fit."""
    if state.help:
        return _help(screen)
    found = reading(state)
    above = [*_formula(found, screen), _dials(state, screen)]
    below = list(_keys(state, screen)) if live else []
    if live and len(found.parsed.nodes()) > _LONG:
        below.insert(0, (Run("a long formula: a key takes a moment"),))
    free = screen.height - len(above) - len(below)
    numbers: list[Line] = []
    if not state.graph:
        numbers = list(_numbers(state, found, screen))
        if free - len(numbers) < _READABLE:
            numbers = list(_numbers(state, found, screen, brief=True))
    below = [*numbers, *below]
    room = max(_LEAST, free - len(numbers))
    if state.graph:
        middle = graph(state, found, screen, room)
    else:
        draw = landscape if state.picture == MAP else curve
        middle = draw(state, found, screen, room)
    above = [*above, *middle][: max(0, screen.height - len(below))]  # the keys stay
    lines = [*above, *below]
    return [_fitted(line, screen.width) for line in lines[: screen.height]]


def _fitted(line: Line, width: int) -> Line:
    """Return a line without what no screen shows."""
    fitting: list[Run] = []
    for run in line:
        fitting.append(run._replace(text=run.text[:width]))
        width -= len(fitting[-1].text)
    return tuple(fitting)


def call(state: State) -> str:
    """Return the command that shows the same in a script."""
    formula = understood(state.parsed())
    point = ",".join(f"{name}={value!r}" for name, value in state.point.items())
    quoted = f'"{formula}"'
    if state.graph:
        return f"diffcli trace {quoted} --at {_plain(point)}"
    words = [f"--h {plain_number(state.h)} --scheme {state.scheme}"]
    if state.picture == CURVE and len(state.point) > 1:
        words.append(f"--vary {state.along}")
    ranges = [state.ranges[name] for name in state.axes]
    if ranges != [usual(state.point[name]) for name in state.axes]:
        words += [
            f"--{axis} {plain_number(middle - reach)}:{plain_number(middle + reach)}"
            for axis, (middle, reach) in zip("xy", ranges, strict=False)
        ]
    return f"diffcli explore {quoted} --at {_plain(point)} {' '.join(words)}"


def _plain(point: str) -> str:
    return point.replace(".0,", ",").removesuffix(".0")


# ---- above the picture ---------------------------------------------------------------


def _formula(found: Reading, screen: Screen) -> Iterator[Line]:
    notation, parsed = screen.notation, found.parsed
    names = ", ".join(map(notation.variable, parsed.variables))
    shown = notation.text(
        parsed.expression, limit=300, names=parsed.shown_names(),
        taken=parsed.variables,
    )  # fmt: skip
    parts = [
        f"{notation.variable(name)} = "
        + notation.text(node, limit=100, names={
            other: word for other, word in parsed.shown_names().items()
            if other is not node
        })
        for name, node in parsed.definitions.items()
    ]  # fmt: skip
    text = "; ".join([*parts, f"f({names}) = {shown}"])
    rows = broken_formula(text, screen.width)
    for row in rows[:_ROWS]:
        yield (Run(row, "first"),)


def _dials(state: State, screen: Screen) -> Line:
    """Return all numbers that can be changed, as many as fit around the chosen one."""
    names = [_dial(dial, screen) for dial in state.dials]
    first, last = state.chosen, state.chosen + 1
    room = screen.width - len(names[state.chosen]) - 8
    while first > 0 or last < len(names):
        grown = False
        if last < len(names) and len(names[last]) + 3 <= room:
            room -= len(names[last]) + 3
            last, grown = last + 1, True
        if first > 0 and len(names[first - 1]) + 3 <= room:
            room -= len(names[first - 1]) + 3
            first, grown = first - 1, True
        if not grown:
            break
    runs = [Run("… " if first else "")]
    for place in range(first, last):
        chosen = place == state.chosen
        text = f"[{names[place]}]" if chosen else f" {names[place]} "
        runs.append(Run(text, "title" if chosen else ""))
        runs.append(Run(" "))
    runs.append(Run("…" if last < len(names) else ""))
    return tuple(runs)


def _dial(dial: Dial, screen: Screen) -> str:
    value = f"{dial.value:.12g}"
    if dial.kind != CONSTANT:
        return f"{screen.notation.variable(dial.name)} = {value}"
    inside = screen.notation.text(dial.context, limit=14) if dial.context else ""
    if len(inside) > 12:
        inside = "…" + inside[-6:] if inside[-7:-6].isalpha() else ""
    return f"{value} in {inside}" if inside else value


# ---- below it ------------------------------------------------------------------------


def _numbers(
    state: State, found: Reading, screen: Screen, *, brief: bool = False
) -> Iterator[Line]:
    """Yield the three numbers, the digits they share, and why not more.

    ``brief``: without the derivative's formula and without why.
    """
    notation, name = screen.notation, state.along
    if found.comparison is None:
        yield from _prose(found.nothing, screen, 3)
        return
    true = found.estimate("backprop", name)
    slope = found.difference.slope if found.difference else None
    symbolic = found.estimate("symbolic", name)
    style = _style([n for n in (slope, true, symbolic) if n is not None], screen)
    several = len(state.point) > 1
    at = f"({state.point[name]:.6g})" if not several else ""
    prime = notation.partial([name], several=several) if several else f"f'{at}"
    left = [_quotient(state, found, screen), prime]
    wide = max(map(len, left)) if screen.width >= _NARROW else 0
    digits = found.agreed(name)
    secant: Line = (
        doubtful_tail(style(slope), digits)
        if slope is not None
        else (Run(found.missing or "none"),)
    )
    scheme = f"   {found.difference.scheme if found.difference else state.scheme}"
    secant = (*secant, Run(f"{scheme}, h = {state.h:g}", "remark"))
    yield _row("secant", left[0], wide, secant, screen)
    if true is None or found.error is not None:
        message = found.error.message if found.error else "no derivative"
        yield from _prose(f"no tangent: {message}", screen, 3)
        return
    tangent = (Run(style(true), "gradient"), Run("   backprop", "remark"))
    yield _row("tangent", left[1], wide, tangent, screen)
    if not brief:
        yield from _symbolic(found, symbolic, style, screen)
    if state.picture == MAP:
        yield from _gradient(state, found, screen)
    why = "" if brief else _WHY.get(found.cause(name), "")
    if digits is not None:
        count = "all digits agree" if digits >= 16 else f"{digits} digits agree"
        count = count.replace("1 digits agree", "1 digit agrees")
        yield from _prose("; ".join(filter(None, (count, why))), screen, 3)
    elif slope is not None:
        off = f"off by {abs(slope - true):.2g}"
        yield from _prose("; ".join(filter(None, (off, why))), screen, 2)


def _style(numbers: list[float], screen: Screen) -> Callable[[float], str]:
    """Return how to write numbers, with as many digits as fit behind their label."""
    for digits in range(_DIGITS, _LEAST_DIGITS, -1):
        style = number_style(numbers, digits)
        if all(len(style(n)) <= screen.width - _LABEL for n in numbers):
            return style
    return number_style(numbers, _LEAST_DIGITS)


def _row(label: str, left: str, wide: int, number: Line, screen: Screen) -> Line:
    """Return a line; the remark at its end is left out where it does not fit."""
    middle = f"{left.ljust(wide)} = " if wide else "= "
    line = (Run(f"{label:{_LABEL - 2}}{middle}"), *number)
    fits = sum(len(run.text) for run in line) <= screen.width
    return line if fits or line[-1].style != "remark" else line[:-1]


def _quotient(state: State, found: Reading, screen: Screen) -> str:
    """Return the difference quotient in numbers, in letters where they are long."""
    x = screen.notation.variable(state.along)
    scheme = found.difference.scheme if found.difference else state.scheme
    ends = {
        "forward": (f"{x} + h", x), "backward": (x, f"{x} - h"),
        "symmetric": (f"{x} + h/2", f"{x} - h/2"),
    }[scheme]  # fmt: skip
    if found.difference and len(state.point) == 1:
        (low, _), (high, _) = found.difference.samples
        text = f"(f({high:.12g}) - f({low:.12g}))/{state.h:g}"
        shown = float(f"{high:.12g}") - float(f"{low:.12g}")
        if len(text) <= _LONGEST and abs(shown - state.h) <= _SAME * state.h:
            return text
    return f"(f({ends[0]}) - f({ends[1]}))/h"


def _symbolic(
    found: Reading, value: float | None, style: Callable[[float], str], screen: Screen
) -> Iterator[Line]:
    if found.formula is None or value is None:
        return
    text = screen.notation.text(
        found.formula, limit=300, names=found.parsed.shown_names(),
        taken=found.parsed.variables,
    )  # fmt: skip
    head, tail = "symbolic ", f" = {style(value)}"
    if len(head) + len(text) + len(tail) <= screen.width:
        yield (Run(head), Run(text), Run(" = "), Run(style(value), "gradient"))
        return
    rows = broken_formula(text, screen.width - len(head))
    if len(rows) <= _ROWS:
        for place, row in enumerate(rows):
            yield (Run(head if not place else " " * len(head)), Run(row))
    yield (Run(head if len(rows) > _ROWS else " " * len(head)),
           Run("= "), Run(style(value), "gradient"))  # fmt: skip


def _gradient(state: State, found: Reading, screen: Screen) -> Iterator[Line]:
    """Yield the gradient; what it is is left out where it does not fit."""
    partials = [found.estimate("backprop", name) for name in state.point]
    known = [p for p in partials if p is not None]
    if len(known) < 2:
        yield (Run("gradient: none"),)
        return
    listed = ", ".join(f"{p:.6g}" for p in known)
    size = sum(p * p for p in known) ** 0.5
    said, what = (
        f"gradient ({listed}), {size:.6g} long",
        ": the arrow, the steepest way up",
    )
    tail = (Run(what, "remark"),) if len(said + what) <= screen.width else ()
    *above, last = wrap(said, screen.width)
    yield from ((Run(row, "gradient"),) for row in above)
    yield (Run(last, "gradient"), *tail)


def _prose(text: str, screen: Screen, most: int) -> Iterator[Line]:
    for row in wrap(text, screen.width)[:most]:
        yield (Run(row),)


def _keys(state: State, screen: Screen) -> Iterator[Line]:
    """Yield the line with the keys that matter now, as many as fit."""
    dial = state.dial
    by = "by 10" if dial.kind == STEP else f"by {10.0**dial.power:g}"
    x = f"{dial.value:.4g}"
    x = x if dial.kind == CONSTANT else screen.notation.variable(dial.name)
    arrows = "←→ " if not screen.ascii else "<- -> "
    updown = "↑↓" if not screen.ascii else "up/down"
    finer = "+- larger, smaller" if dial.kind == STEP else "+- finer, coarser"
    parts = [
        (0, f"{arrows}{x} {by}"), (3, f"{updown} choose"),
        *([(1, "Space next"), (2, "Tab curve"), (5, "b back")] if state.graph else
          [(2, "Tab graph"), (4, "s scheme"), (5, finer)]),
        (0, "? keys"), (0, "q quit"),
    ]  # fmt: skip
    while True:
        text = "  ".join(part for _, part in parts)
        if len(text) <= screen.width or len(parts) < 2:
            break
        parts.remove(max(parts))
    yield (Run(text, "name"),)


def _help(screen: Screen) -> list[Line]:
    """Return all keys, and what the signs of the picture mean."""
    signs = {"↑": "up", "↓": "down", "←": "left", "→": "right"}
    lines: list[Line] = [(Run("Keys", "title"),)]
    for row in KEYS:
        sign = signs.get(row.sign, row.sign) if screen.ascii else row.sign
        fits = len(row.sentence) + 8 <= screen.width
        says = row.sentence if fits else row.word
        lines.append((Run(f"  {sign:6}", "name"), Run(says)))
    lines.append(())
    lines += _prose("Any key goes back.", screen, 1)
    return [_fitted(line, screen.width) for line in lines[: screen.height]]


# ---- for programs --------------------------------------------------------------------


def _record(state: State) -> dict[str, Any]:
    """Return what one screen says, without its picture."""
    found, name = reading(state), state.along
    difference = found.difference
    error = found.error.message if found.error else found.missing
    return {
        **heading(SCHEMA, found.parsed),
        "point": state.point,
        "value": found.problem.value if found.problem else None,
        "variable": name,
        "h": state.h,
        "scheme": difference.scheme if difference else state.scheme,
        "secant": difference.slope if difference else None,
        "tangent": None if found.error else found.estimate("backprop", name),
        "symbolic": None if found.error else found.estimate("symbolic", name),
        "derivative": derivative_text(found.formula) if found.formula else None,
        "digits": found.agreed(name),
        "cause": found.cause(name) or None,
        "ranges": {
            each: [middle - reach, middle + reach]
            for each in state.axes
            for middle, reach in (state.ranges[each],)
        },
        "status": error or "ok",
    }
