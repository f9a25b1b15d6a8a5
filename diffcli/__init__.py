"""Partial derivatives three ways: finite differences, symbolic rules, backprop.

>>> import diffcli
>>> diffcli.gradient("x**2 + y", {"x": 3, "y": 1})
{'x': 6.0, 'y': 1.0}
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from diffcli.api import check as check
    from diffcli.api import compare as compare
    from diffcli.api import derive as derive
    from diffcli.api import gradient as gradient
    from diffcli.api import parse as parse
    from diffcli.errors import DiffcliError as DiffcliError

__version__ = "0.1.0"
__all__ = ["DiffcliError", "check", "compare", "derive", "gradient", "parse"]


def __getattr__(name: str) -> object:
    """Import a public name when it is first used: start-up time is a feature."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from diffcli import api, errors

    return getattr(errors if name == "DiffcliError" else api, name)
