"""The reference of the library, diffcli(3): each public name with what is said of it.

It is made from the docstrings and the signatures, so that nothing is said twice.
"""

import ast
import inspect
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
sys.path.insert(0, str(ROOT / "scripts"))

from manual import heading, roff

import diffcli
from diffcli.blackbox import callable
from diffcli.inputs import arguments


def page() -> str:
    """Return the page."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    title, *rest = inspect.cleandoc(diffcli.__doc__ or "").split("\n")
    yield from heading("DIFFCLI", 3)
    yield from (".SH NAME", rf"diffcli \- {roff(title.rstrip('.'))}")
    yield from (".SH SYNOPSIS", ".B import diffcli", ".SH DESCRIPTION", *_as_is(rest))
    names = [name for name in dir(diffcli) if name[0] != "_"]
    values = {name: getattr(diffcli, name) for name in names}
    classes = {name for name in names if inspect.isclass(values[name])}
    errors = {n for n in classes if issubclass(values[n], diffcli.DiffcliError)}
    for section, members in (
        ("QUESTIONS", {*names} - classes),
        ("ANSWERS", classes - errors),
        ("ERRORS", errors),
    ):
        yield f".SH {section}"
        for name in sorted(members):
            yield f".SS {roff(name)}"
            yield from (_class if name in classes else _function)(values[name])
    yield from (".SH TYPES", "Named in the signatures above.")
    for module in (arguments, callable):
        yield from _types(module)
    yield from (".SH SEE ALSO", ".BR diffcli (1)")


def _types(module: object) -> Iterator[str]:
    """Yield the names that a module gives to types, and what it says below each."""
    body = ast.parse(inspect.getsource(module)).body  # type: ignore[arg-type]
    for node, said in pairwise(body):
        named = (
            isinstance(node, ast.Assign) and not ast.unparse(node.targets[0]).isupper()
        )
        if named and isinstance(said, ast.Expr):
            yield from (".TP", rf"\fB{roff(ast.unparse(node))}\fR")
            yield roff(str(ast.literal_eval(said.value)))


def _function(function: object) -> Iterator[str]:
    """Yield a signature as it is written, and the docstring."""
    node = _parsed(function)
    yield from _as_is(_signature(node).split("\n"))
    yield from (".PP", *_as_is(_documented(node)))


def _class(described: type) -> Iterator[str]:
    """Yield a docstring, the fields with what is said above each, and the methods."""
    node = _parsed(described)
    yield from _as_is(_documented(node))
    source = inspect.getsource(described).split("\n")
    for member in node.body:
        if isinstance(member, ast.AnnAssign):
            above = source[member.lineno - 2].strip()
            said = above.removeprefix("#:").strip() if above.startswith("#:") else ""
            shown = _type(member.annotation)
            yield from (
                ".TP",
                rf"\fB{roff(ast.unparse(member.target))}\fR: {roff(shown)}",
            )
            yield roff(said) if said else r"\&"
        elif isinstance(member, ast.FunctionDef) and member.name[0] != "_":
            is_property = any(
                "property" in ast.unparse(d) for d in member.decorator_list
            )
            shown = member.name if is_property else _signature(member, wide=1000)
            yield from (".TP", rf"\fB{roff(shown)}\fR", roff(_documented(member)[0]))


def _parsed(described: object) -> ast.FunctionDef | ast.ClassDef:
    source = inspect.getsource(described)  # type: ignore[arg-type]
    (node,) = ast.parse(source).body
    assert isinstance(node, ast.FunctionDef | ast.ClassDef)
    return node


def _signature(node: ast.AST, wide: int = 76) -> str:
    """Return a call with the types as they are written, on several lines if long."""
    assert isinstance(node, ast.FunctionDef)
    for argument in (*node.args.args, *node.args.kwonlyargs):
        if argument.annotation:
            argument.annotation = ast.Name(_type(argument.annotation))
    back = f" -> {_type(node.returns)}" if node.returns else ""
    whole = ast.unparse(node.args).removeprefix("self, ").removeprefix("self")
    if len(line := f"{node.name}({whole}){back}") <= wide:
        return line
    inside = node.args
    plain = [*inside.posonlyargs, *inside.args]
    missing = [None] * (len(plain) - len(inside.defaults))
    given = [*zip(plain, [*missing, *inside.defaults], strict=True)]
    stars = [("*", None)] if inside.kwonlyargs else []
    named = zip(inside.kwonlyargs, inside.kw_defaults, strict=True)
    lines = [
        f"    {part if isinstance(part, str) else ast.unparse(part)}"
        + (f" = {ast.unparse(default)}" if default else "")
        + ","
        for part, default in (*given, *stars, *named)
    ]
    return "\n".join([f"{node.name}(", *lines, f"){back}"])


def _type(annotation: ast.expr) -> str:
    """Return a type as one reads it: without quotes, and names as they stand here."""
    written = ast.unparse(annotation).replace("diffcli.", "")
    return written if "Literal" in written else written.replace("'", "")


def _documented(node: ast.FunctionDef | ast.ClassDef) -> list[str]:
    said = ast.get_docstring(node)
    assert said, f"{node.name} says nothing of itself"
    return said.split("\n")


def _as_is(lines: list[str]) -> Iterator[str]:
    """Yield lines that are not filled."""
    yield ".nf"
    for line in lines:
        blank = len(line) - len(line.lstrip())
        yield rf"\&{' ' * blank}{roff(line, filled=False)}" if line.strip() else ".sp"
    yield ".fi"
