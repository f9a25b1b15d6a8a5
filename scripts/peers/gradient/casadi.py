"""A graph, differentiated backward, run once."""

import sys
import time

import casadi

count = int(sys.argv[1])
start = time.process_time()
x = casadi.SX.sym("x", count)
f = sum(100 * (x[i + 1] - x[i] ** 2) ** 2 + (1 - x[i]) ** 2 for i in range(count - 1))
casadi.Function("g", [x], [f, casadi.gradient(f, x)])([1.1] * count)
print(time.process_time() - start)
