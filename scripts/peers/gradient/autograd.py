"""Operations traced one by one, backward once."""

import sys
import time

from autograd import grad

count = int(sys.argv[1])
start = time.process_time()


def f(x):
    """Return Rosenbrock's function."""
    terms = (
        100 * (x[i + 1] - x[i] ** 2) ** 2 + (1 - x[i]) ** 2 for i in range(count - 1)
    )
    return sum(terms)


grad(f)([1.1] * count)
print(time.process_time() - start)
