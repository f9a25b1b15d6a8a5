"""The Hessian of a mean over examples: the mean of the examples' Hessians."""

from collections.abc import Callable, Sequence

from diffcli.analysis.examples import Examples, combined, gathered
from diffcli.analysis.grad import judge
from diffcli.analysis.hessian import MOST, WAYS, Hessian, hessian
from diffcli.errors import DiffcliError, UsageError
from diffcli.inputs.rows import placed
from diffcli.problem import Estimate


def hessian_of_mean(
    examples: Examples,
    names: Sequence[str] = WAYS,
    tick: Callable[[], object] = lambda: None,
) -> Hessian:
    """Return the second derivatives of the loss, each the mean over the examples.

    Raises what ``hessian`` raises, with the row; UsageError for too many of them.
    """
    count = len(examples.names)
    work = examples.data.used * count * (count + 1) // 2
    if work > MOST:
        raise UsageError(
            f"{examples.data.used} rows and {count} weights have {work:,} second"
            f" derivatives, and {MOST:,} are computed at most",
            hint="choose some of the weights, or fewer rows",
            parameter="wrt",
        )
    found: list[Hessian] = []
    bad: dict[int, DiffcliError] = {}
    for place in range(examples.data.used):
        try:
            found.append(hessian(examples.posed(place), names))
        except UsageError:
            raise
        except DiffcliError as error:
            bad[place] = placed(error, examples.data.places[place])
            if not examples.keep_going:
                raise bad[place] from None
        tick()
    examples.data = examples.data.without(bad)
    return _together(examples, found)


def _together(examples: Examples, found: Sequence[Hessian]) -> Hessian:
    first, divisor, settings = found[0], examples.data.divisor, examples.settings
    columns = {
        name: {
            pair: combined(
                [one.columns[name][pair] for one in found], divisor, settings
            )
            for pair in entries
        }
        for name, entries in first.columns.items()
    }
    exact = columns.get("backprop", columns.get("symbolic", {}))
    most = settings.compared_digits
    agreements = {
        pair: judge(columns["finite"][pair], exact[pair], most)
        for pair in first.agreements
    }
    losses = [Estimate(one.value, 0.0) for one in found]
    said = gathered(
        zip(examples.data.places, (one.warnings for one in found), strict=True)
    )
    return first._replace(
        problem=examples.problem, columns=columns, agreements=agreements,
        warnings=said, value=combined(losses, divisor, settings).number,
        data=examples.data,
    )  # fmt: skip
