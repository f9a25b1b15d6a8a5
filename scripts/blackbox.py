#!/usr/bin/env python3
"""A program to check: a point on each line of its input, f and its gradient back."""

import json
import sys

for line in sys.stdin:
    x1, x2 = json.loads(line)["x"]
    inner = 2 * x1 + 3 * x2
    answer = {"f": inner**2 + 3, "grad": [4 * inner, 6 * inner]}
    print(json.dumps(answer), flush=True)
