"""The gradient of a formula from its text."""

import gc
import sys
import time

from diffcli.engine.tape import Program
from diffcli.language.parser import parse

gc.disable()  # as the process does
count = int(sys.argv[1])
terms = (f"100*(x{i + 1}-x{i}^2)^2+(1-x{i})^2" for i in range(count - 1))
text = "+".join(terms)
start = time.process_time()
program = Program([parse(text).expression])
tape = program.run(dict.fromkeys(program.inputs, 1.1))
tape.backward()
print(time.process_time() - start)
