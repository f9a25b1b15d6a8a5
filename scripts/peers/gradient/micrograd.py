"""Values that remember what made them, backward once."""

import sys
import time

from micrograd.engine import Value

count = int(sys.argv[1])
start = time.process_time()
sys.setrecursionlimit(100_000)  # it goes down call by call
x = [Value(1.1) for _ in range(count)]
f = sum(100 * (x[i + 1] - x[i] ** 2) ** 2 + (1 - x[i]) ** 2 for i in range(count - 1))
f.backward()
print(time.process_time() - start)
