"""Places on a range, equally far apart."""

import math


def spaced(low: float, high: float, count: int) -> list[float]:
    """Return places from low to high, equally far apart as far as doubles can be.

    >>> spaced(-1, 1, 5)
    [-1, -0.5, 0.0, 0.5, 1]
    """
    share = 1 / (count - 1)
    step = high * share - low * share
    inner = (
        rounded(low * (1 - n * share) + high * (n * share), step)
        for n in range(1, count - 1)
    )
    return [low, *(min(max(x, low), high) for x in inner), high]


def rounded(x: float, step: float) -> float:
    """Return x without the dust of adding steps: -6 + 60*0.1 is 0."""
    if not step:
        return x
    try:
        return round(x, 12 - math.floor(math.log10(step)))
    except OverflowError:  # the largest doubles
        return x
