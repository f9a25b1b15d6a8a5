"""Operations traced one by one, backward once."""

import sys
import time

import jax

count = int(sys.argv[1])
start = time.process_time()


def f(x):
    """Return Rosenbrock's function."""
    terms = (
        100 * (x[i + 1] - x[i] ** 2) ** 2 + (1 - x[i]) ** 2 for i in range(count - 1)
    )
    return sum(terms)


jax.block_until_ready(jax.grad(f)([1.1] * count))
print(time.process_time() - start)
