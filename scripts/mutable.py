"""What can be changed in the code: the mutants of a file, and those with a reason."""

import ast
import copy
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
EXPLAINED = ROOT / "tests" / "mutants.txt"
SWAPS: dict[type[ast.AST], type[ast.AST]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult,
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.And: ast.Or, ast.Or: ast.And,
}  # fmt: skip
#: zip's: lists of one length stay so. And lru_cache's: how much is remembered.
_IDLE = ("strict", "maxsize")


class Mutant(NamedTuple):
    """A change of a file that could be made."""

    path: str
    line: int
    #: Which node of the tree, and which of its changes.
    place: int
    change: int
    #: What stands there, and what will.
    before: str
    after: str

    def key(self) -> str:
        """Return how tests/mutants.txt names it: the code, and not its place."""
        return f"{self.path}: {self.before} => {self.after}"

    def code(self, before: bytes) -> str:
        """Return the whole file with the change."""
        tree = ast.parse(before)
        node = [*ast.walk(tree)][self.place]
        [*changes(node)][self.change](node)
        return ast.unparse(ast.fix_missing_locations(tree))


def changes(node: ast.AST) -> Iterator[Callable[[ast.AST], None]]:
    """Yield what can be done to a node."""
    operator = getattr(node, "op", None)
    if type(operator) in SWAPS:
        yield lambda n: setattr(n, "op", SWAPS[type(operator)]())
    if isinstance(node, ast.Compare) and type(node.ops[0]) in SWAPS:
        swapped = SWAPS[type(node.ops[0])]
        yield lambda n: n.ops.__setitem__(0, swapped())  # type: ignore[attr-defined]
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        other = not node.value if isinstance(node.value, bool) else node.value + 1
        if other != node.value:  # 1e100 stays
            yield lambda n: setattr(n, "value", other)
    if isinstance(node, ast.If | ast.IfExp | ast.While):
        negated = ast.UnaryOp(ast.Not(), node.test)
        yield lambda n: setattr(n, "test", negated)


def mutants(path: Path) -> Iterator[Mutant]:
    """Yield the mutants of a file, but for what only types read and _IDLE words."""
    tree = ast.parse(path.read_text("utf-8"))
    idle = {id(n) for node in ast.walk(tree) for n in _idle(node)}
    for place, node in enumerate(ast.walk(tree)):
        for change in range(0 if id(node) in idle else len([*changes(node)])):
            other = copy.deepcopy(node)
            [*changes(other)][change](other)
            name = str(path.relative_to(ROOT))
            before, after = map(_short, (node, other))
            yield Mutant(name, node.lineno, place, change, before, after)  # type: ignore[attr-defined]


def _idle(node: ast.AST) -> Iterator[ast.AST]:
    for name in ("annotation", "returns"):
        if isinstance(written := getattr(node, name, None), ast.AST):
            yield from ast.walk(written)
    if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
        yield from (node, node.test)
    if isinstance(node, ast.keyword) and node.arg in _IDLE:
        yield node.value


def _short(node: ast.AST) -> str:
    """Return a node as code; of what has a body, its condition."""
    if isinstance(node, ast.If | ast.While):
        word = type(node).__name__.lower()
        return f"{word} {ast.unparse(ast.fix_missing_locations(node.test))}"
    return ast.unparse(ast.fix_missing_locations(node))


def changed() -> Iterator[Mutant]:
    """Yield the mutants of the lines changed since main, or by the last commit."""
    base = _git("merge-base", "HEAD", "main").strip()
    if base == _git("rev-parse", "HEAD").strip() and not _git("diff", "HEAD"):
        base = "HEAD~1"
    path, lines = "", set[int]()
    found: dict[str, set[int]] = {}
    for line in _git("diff", "-U0", base, "--", "diffcli").splitlines():
        if line.startswith("+++ "):
            path = line.removeprefix("+++ b/")
            lines = found.setdefault(path, set())
        elif at := re.match(r"@@ -\S+ \+(\d+)(?:,(\d+))? @@", line):
            lines |= {*range(int(at[1]), int(at[1]) + int(at[2] or 1))}
    for path, lines in found.items():
        if path.endswith(".py") and (ROOT / path).exists():
            yield from (m for m in mutants(ROOT / path) if m.line in lines)


def _git(*words: str) -> str:
    return subprocess.run(
        ["git", *words], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout


def explained() -> dict[str, str]:
    """Return the survivors that are known, by key, with the reason of each.

    Exits if a line has no reason, or if its code has gone.
    """
    found, there = {}, dict[str, set[str]]()
    for line in EXPLAINED.read_text("utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        key, _, reason = line.partition(" -- ")
        path = key.partition(":")[0]
        if path not in there:
            there[path] = {m.key() for m in mutants(ROOT / path)}
        if not reason or key not in there[path]:
            sys.exit(f"tests/mutants.txt: no reason, or no such code: {line}")
        found[key] = reason
    return found
