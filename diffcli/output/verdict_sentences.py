"""What is said of a verdict: the slip that explains it, or why nothing can be told."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from math import ceil, log10

from diffcli import methods
from diffcli.analysis.check import Check
from diffcli.analysis.slips import Slip, either, line_left
from diffcli.analysis.verdicts import UNKNOWN, Verdict
from diffcli.engine.paper import Calculation
from diffcli.language.expression import Expression
from diffcli.language.notation import Notation
from diffcli.output.document import Block, Line, Lines, Picture, Run, Screen
from diffcli.output.numbers import number_style
from diffcli.output.paper import Paper
from diffcli.problem import point_text

TYPEABLE = 50  # characters of a formula that one would type again


def explained(check: Check, verdict: Verdict, notation: Notation) -> Iterator[Block]:
    """Yield what explains a wrong claim, and the line that it spoils."""
    taken = tuple(check.point)
    several = check.several
    names = check.parsed.shown_names() if check.parsed else {}
    said = sentence(verdict.slips, notation, taken, names)
    if not said and verdict.factor:
        said = f"the claim is {verdict.factor} of the derivative"
    said = said or _rounded(verdict)
    said = "; ".join(filter(None, (_proof(check, verdict), said, _doubt(verdict))))
    if not said:
        return
    label = label_of(check, verdict, notation)
    if verdict.derivation:
        label = notation.partial(verdict.toward, several=several)
    yield Picture(partial(wrapped, f"{label}: {said}.", "doubtful"))
    if verdict.slips and verdict.derivation:
        left = line_left(verdict.slips[0], verdict.derivation, several=several)
        if left is not None:
            yield Lines(((Run("Here the claim leaves the derivation:"),),))
            yield Picture(partial(_line_left, f"  {label}", left, notation, taken))


def explanation(check: Check, verdict: Verdict, notation: Notation) -> str:
    """Return what explains a verdict, in one sentence; empty: there is nothing."""
    taken = tuple(check.point)
    said = sentence(verdict.slips, notation, taken)
    if not said and verdict.factor:
        said = f"claimed is {verdict.factor} of it"
    said = said or _rounded(verdict)
    return "; ".join(filter(None, (_proof(check, verdict), said, _doubt(verdict))))


def _proof(check: Check, verdict: Verdict) -> str:
    """Return where a formula fails that fits at the point; empty: not such a one."""
    if verdict.elsewhere is None:
        return ""
    point, claimed, true = verdict.elsewhere
    style = number_style([claimed, true], check.digits)
    return (
        f"equal only here: at {point_text(point)} claimed is {style(claimed)}, but true"
        f" is {style(true)}"
    )


def _rounded(verdict: Verdict) -> str:
    """Return what lets a rounded number pass; empty: it is none."""
    if not verdict.rounded or not verdict.relative:
        return ""
    enough = 10.0 ** ceil(log10(1.1 * verdict.relative))
    return (
        f"the claim is the derivative, rounded to {verdict.rounded} digits;"
        f" --rtol {enough:g} lets it pass"
    )


def _doubt(verdict: Verdict) -> str:
    """Return why nothing can be told, and which option would help; empty: it can."""
    if verdict.sides:
        return "slope {:.6g} on the left, {:.6g} on the right".format(*verdict.sides)
    if verdict.doubt != UNKNOWN:
        return ""
    said = "a claim that is wrong by 1 % would look the same"
    if verdict.claimed.value is None:
        way = methods.load(verdict.method).TITLE if verdict.method else "the claim"
        said = f"{way} gives no number here that could be compared"
    elif verdict.true.value is None:
        said = "there is no number here to compare with"
    options = [
        f"--{name} {value if isinstance(value, str) else f'{value:g}'}"
        for name, value in verdict.advice.items()
    ]
    if options:
        said += f"; {' or '.join(options)} may tell"
    return said


def sentence(
    slips: Iterable[Slip],
    notation: Notation,
    taken: Sequence[str],
    names: Mapping[Expression, str] | None = None,
) -> str:
    """Return what is said about slips; ``names`` stand for the parts of a formula."""

    def said(slip: Slip) -> str:
        return "".join(
            piece
            if isinstance(piece, str)
            else notation.text(piece, limit=TYPEABLE, taken=taken, names=names or {})
            for piece in slip.said
        )

    return either(slips, said)


def wrapped(said: str, style: str, screen: Screen) -> Iterator[Line]:
    """Yield a sentence on as many lines as it takes."""
    from textwrap import wrap

    for row in wrap(said, screen.width):
        yield (Run(row, style),)


def _line_left(
    head: str,
    left: Calculation,
    notation: Notation,
    taken: Sequence[str],
    screen: Screen,
) -> Iterator[Line]:
    yield from Paper(notation, taken, screen.width).chain(head, left)


def is_measured(check: Check) -> bool:
    """Tell whether claims were held to measured numbers, not to known ones."""
    return check.parsed is None or any(map(is_direction, check.verdicts))


def is_direction(verdict: Verdict) -> bool:
    """Tell whether a verdict is about a direction and not about a variable."""
    return " " in verdict.name  # no variable's name has a blank


def label_of(check: Check, verdict: Verdict, notation: Notation) -> str:
    """Return what a verdict is about: a partial, or a direction."""
    if is_direction(verdict):
        return verdict.name
    title = f" {methods.load(verdict.method).TITLE}" if verdict.method else ""
    of = check.tied or "f"
    return f"{notation.partial(verdict.toward, several=check.several, of=of)}{title}"
