"""Symbols, differentiated and put in one by one."""

import sys
import time

import sympy

count = int(sys.argv[1])
start = time.process_time()
x = sympy.symbols(f"x:{count}")
f = sum(100 * (x[i + 1] - x[i] ** 2) ** 2 + (1 - x[i]) ** 2 for i in range(count - 1))
point = dict.fromkeys(x, 1.1)
for name in x:
    f.diff(name).subs(point)
print(time.process_time() - start)
