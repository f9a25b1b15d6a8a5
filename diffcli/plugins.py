"""The folders whose files are the methods, formats and commands."""

import os
from functools import cache
from types import ModuleType


def names(package: ModuleType) -> list[str]:
    """Return the names of the modules in a package, in order.

    ``pkgutil`` says the same, but takes longer to import than to answer.
    """
    (folder,) = package.__path__
    return [*_names(folder)]


@cache  # a call asks eight times
def _names(folder: str) -> tuple[str, ...]:
    try:
        files = sorted(os.listdir(folder))
    except NotADirectoryError:  # inside an archive
        from pkgutil import iter_modules

        files = sorted(f"{module.name}.py" for module in iter_modules([folder]))
    return tuple(file[:-3] for file in files if file.endswith(".py") and file[0] != "_")


def fact(package: ModuleType, name: str, word: str) -> str:
    """Return a text that a module says of itself, without importing the module.

    So help and a shell's completion need none of the libraries that formats need.
    """
    import re
    from importlib.util import find_spec

    spec = find_spec(f"{package.__name__}.{name}")
    assert spec is not None
    source: str = spec.loader.get_source(spec.name)  # type: ignore[union-attr]
    text: str = re.findall(rf'^{word} = "(.*)"$', source, re.MULTILINE)[0]
    return text
