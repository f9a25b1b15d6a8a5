"""Which slip in a derivation leads to a wrong result."""

from collections.abc import Callable, Iterator

from diffcli.engine.derivation import Derivation
from diffcli.engine.rewriting import fill, tidy
from diffcli.language.expression import Expression
from diffcli.language.printer import text

_MOST_STEPS = 200  # steps of a derivation in which a slip is looked for


def slip(derivation: Derivation, gives: Callable[[Expression], bool]) -> str:
    """Return the one slip whose result ``gives`` the claim; empty: there is none."""
    if len(derivation.steps) > _MOST_STEPS:
        return ""
    found = (sentence for sentence, result in _variants(derivation) if gives(result))
    return next(found, "")


def _variants(derivation: Derivation) -> Iterator[tuple[str, Expression]]:
    """Yield wrong results, each with the slip that leads to it."""
    name = derivation.variable
    # The outermost step first: there the slip is named as one says it.
    for place, step in reversed(list(enumerate(derivation.steps))):
        if not step.bindings:
            continue
        of = text(step.of, spaced=False, limit=60)
        for after, what in step.rule.mistakes:
            result = _with_slip(derivation, place, after)
            if result is not None:
                yield f"{what} in d/d{name}[{of}]", result
    negative = fill("-u", {"u": derivation.result}, tidy)
    yield "the sign is turned round", negative


def _with_slip(derivation: Derivation, place: int, after: str) -> Expression | None:
    """Return the result if one step used another right side."""
    found: list[Expression] = []
    for index, step in enumerate(derivation.steps):
        if not step.bindings:
            if index == place or step.uses:
                return None
            found.append(step.becomes)
            continue
        slopes = {derivation.steps[use].of: found[use] for use in step.uses}
        written = after if index == place else step.rule.after
        found.append(fill(written, step.bindings, tidy, slopes.__getitem__))
    return found[-1]
