"""Examples of the public API for the type checker; nothing here is run."""

from typing import assert_type

import diffcli
from diffcli.analysis.check import Check
from diffcli.analysis.grad import Comparison
from diffcli.engine.derivation import Derivation
from diffcli.language.parser import Parsed

assert_type(diffcli.gradient("x**2", {"x": 3}), dict[str, float])
assert_type(diffcli.compare("x**2", {"x": 3.0}), Comparison)
assert_type(diffcli.check("x**2", {"x": 3.0}, {"x": "2*x"}), Check)
assert_type(diffcli.derive("x**2", "x"), Derivation)
assert_type(diffcli.parse("x**2"), Parsed)
