"""A list of operations as code, in any language that ``targets`` has a file for.

The walk is that of ``engine/fold`` with texts for values, and one thing more: what is
used twice gets a name, and so does what a definition names or what gets long. What
only one side of a choice needs is computed on that side only.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import count
from typing import TYPE_CHECKING

from diffcli.calculus.functions import CONDITIONS, POWER, Function
from diffcli.engine.code_plan import ALWAYS, Plan
from diffcli.engine.fold import fold
from diffcli.engine.rewriting import fill
from diffcli.language.expression import (
    Call,
    Expression,
    Number,
    Variable,
    call,
    number,
    postorder,
    variable,
)
from diffcli.records import Record
from diffcli.targets import Helper, Statement, Unavailable

if TYPE_CHECKING:
    from diffcli.targets import Target

_LONGEST = 64  # characters of code that need no name
_WORD = re.compile(r"\b(?<!\{)[A-Za-z_][A-Za-z_0-9]*")
_ARGUMENT = re.compile(r"\{([uv])\}")
_MOST_FACTORS = 64
_POWER = POWER.notation
#: What is true or false, and no number in every language.
_TRUTHS = {row.name for row in CONDITIONS if row.notation} - {"mod"}
_ATOM = 100  # binds more than any operator


class Written(Record):
    """Some formulas as code."""

    #: The inputs by the variables' names.
    inputs: dict[str, str]
    helpers: tuple[Helper, ...]
    statements: tuple[Statement, ...]
    #: What each formula is, after the statements.
    codes: tuple[str, ...]


class _Names:
    """Names that are allowed, each given once."""

    def __init__(self, target: "Target", primitives: Mapping[str, str]) -> None:
        self.target = target
        self.taken = set(target.RESERVED)
        for code in primitives.values():
            self.taken.update(_WORD.findall(code))

    def key(self, name: str) -> str:
        """Return what two names share if the language takes them for one."""
        return name.casefold() if self.target.FOLDS_CASE else name

    def give(self, wanted: str) -> str:
        """Return a name, with signs behind it if it is taken."""
        name = self.target.name(wanted)
        while self.key(name) in self.taken:
            wanted += "_"
            name = self.target.name(wanted)
        self.taken.add(self.key(name))
        return name


def write(
    roots: Sequence[Expression],
    variables: Iterable[str],
    target: "Target",
    dialect: str = "",
    named: Mapping[Expression, str] | None = None,
    taken: Iterable[str] = (),
) -> Written:
    """Return formulas as code in a language.

    ``named`` are parts that keep a name, ``taken`` names that are given already.

    Raises Unavailable for a function that the language lacks.
    """
    writer = _Writer(target, dialect)
    writer.names.taken.update(map(writer.names.key, taken))
    inputs = {name: writer.names.give(name) for name in variables}
    roots = writer.known(roots)
    again = zip(named or {}, writer.known([*(named or {})]), strict=True)
    kept = {new: (named or {})[old] for old, new in again}
    statements, codes = writer.body(roots, inputs, kept)
    return Written(inputs, tuple(writer.helpers.values()), statements, codes)


class _Writer:
    """Code in one language, with the functions that had to be written out."""

    def __init__(self, target: "Target", dialect: str) -> None:
        self.target = target
        self.primitives = {**target.PRIMITIVES, **target.DIALECTS.get(dialect, {})}
        self.names = _Names(target, self.primitives)
        self.helpers: dict[str, Helper] = {}

    # ---- what the language lacks -----------------------------------------------------

    def known(self, roots: Sequence[Expression]) -> list[Expression]:
        """Return formulas without the functions that cannot be defined there.

        Raises Unavailable for a function that has no meaning in simpler ones.
        """

        def make(function: Function, *args: Expression) -> Expression:
            if function.name in self.primitives:
                return call(function, *args)
            meaning = function.stable or function.definition
            if not meaning:
                raise Unavailable(function.name)
            if self.target.DEFINES:
                return call(function, *args)
            return fill(meaning, dict(zip("uv", args, strict=False)), make)

        nodes = postorder(roots)
        inputs: dict[str, Expression] = {
            n.name: n for n in nodes if isinstance(n, Variable)
        }
        values = dict(zip(nodes, fold(nodes, _same, make, inputs), strict=True))
        return [values[root] for root in roots]

    def _template(self, function: Function) -> str:
        """Return how a function is called; one that is not there is defined first."""
        if function.name in self.primitives:
            return self.primitives[function.name]
        if function.name not in self.helpers:
            letters = ("u", "v")[: function.arity]
            given = {letter: variable(letter) for letter in letters}
            body = fill(function.stable or function.definition, given)
            (body,) = self.known([body])
            inside = _Writer(self.target, "")
            inside.primitives, inside.helpers = self.primitives, self.helpers
            inside.names.taken |= self.names.taken
            inputs = {letter: inside.names.give(letter) for letter in letters}
            name = self.names.give(function.name)
            statements, (code,) = inside.body([body], inputs, {})
            self.names.taken |= {self.names.key(h.name) for h in self.helpers.values()}
            self.helpers[function.name] = Helper(
                name, tuple(inputs.values()), statements, code
            )
        arguments = ", ".join(f"{{{letter}}}" for letter in "uv"[: function.arity])
        return f"{self.helpers[function.name].name}({arguments})"

    # ---- the body of a function ----------------------------------------------------

    def body(
        self,
        roots: Sequence[Expression],
        inputs: Mapping[str, str],
        kept: Mapping[Expression, str],
    ) -> tuple[tuple[Statement, ...], tuple[str, ...]]:
        """Return the statements that come first, and the code of each formula."""
        plan = Plan(roots, self._repeats)
        places = {node: place for place, node in enumerate(plan.order)}
        codes: dict[Expression, str] = {}
        binds: dict[Expression, int] = {}
        levels: dict[Expression, int] = {}
        statements: dict[Expression, Statement] = {}
        uses = {node: [*node.args] for node in plan.order}
        fresh = (f"t{number}" for number in count(1))
        like = next(iter(inputs.values()), "")
        for node in plan.order:
            level = max((levels[argument] for argument in node.args), default=0)
            code, bind = self._code(node, codes, binds, inputs, plan.constants, like)
            is_named = node in kept or node in plan.shared
            long = len(code) > _LONGEST and node not in plan.roots
            if node.args and (is_named or long) and node not in plan.inline:
                needed = sorted(
                    plan.conditions.get(node, ALWAYS), key=places.__getitem__
                )
                for condition in needed:
                    level = max(level, levels[condition])
                code = self._guarded(node, code, [codes[each] for each in needed])
                uses[node] += needed
                name = self.names.give(kept[node] if node in kept else next(fresh))
                statements[node] = Statement(name, code, level)
                code, bind, level = name, _ATOM, level + 1
            codes[node], binds[node], levels[node] = code, bind, level
        used = {*roots}  # a condition of what got no name is not
        for node in reversed(plan.order):
            if node in used:
                used.update(uses[node])
        found = tuple(one for node, one in statements.items() if node in used)
        return found, tuple(codes[root] for root in roots)

    def _repeats(self, node: Call) -> list[bool]:
        """Tell for each argument whether its code stands there more than once."""
        template = self._template(node.function)
        return [
            template.count(f"{{{letter}}}") > 1 for letter in "uv"[: len(node.args)]
        ]

    def _guarded(self, node: Expression, code: str, conditions: Sequence[str]) -> str:
        """Return code that is computed where one of the conditions holds."""
        if not conditions:
            return code
        either = conditions[0]
        for condition in conditions[1:]:
            either = self.primitives["or"].format(u=either, v=condition)
        if isinstance(node, Call) and node.function.name in _TRUTHS:
            return self.primitives["and"].format(u=f"({either})", v=f"({code})")
        return self.primitives["when"].format(u=either, v=code)

    def _code(
        self,
        node: Expression,
        codes: Mapping[Expression, str],
        binds: Mapping[Expression, int],
        inputs: Mapping[str, str],
        constants: Mapping[Expression, float],
        like: str,
    ) -> tuple[str, int]:
        """Return a node's code, and how strongly it holds together."""
        target = self.target
        if isinstance(node, Variable):
            return inputs[node.name], _ATOM
        if isinstance(node, Number):
            if node.text in self.primitives:
                return self.primitives[node.text], _ATOM
            return target.number(node.text, node.value), _ATOM
        assert isinstance(node, Call)
        if target.LIKE and node in constants:
            return self._numeral(constants[node])
        template, n = self._template(node.function), 0
        sign = node.function.notation
        if sign is _POWER and _whole(node.args[1]) and "whole power" in self.primitives:
            template, n = self.primitives["whole power"], int(constants[node.args[1]])
        if sign is None or template[-1] == ")":  # it holds together by itself
            given = [(codes[argument], binds[argument]) for argument in node.args]
            if target.LIKE and like:
                given = [
                    (target.LIKE.format(like=like, u=code[0]), _ATOM)
                    if node in constants
                    else code
                    for node, code in zip(node.args, given, strict=True)
                ]
            return _filled(template, given), _ATOM
        *left, right = ((codes[argument], binds[argument]) for argument in node.args)
        texts = {letter: _bracketed(*left[0], sign.left) for letter in "u"[: len(left)]}
        texts["uv"[len(left)]] = _bracketed(*right, sign.right, behind=True)
        return template.format(n=n, **texts), sign.left or sign.right

    def _numeral(self, value: float) -> tuple[str, int]:
        code = self.target.number("", abs(value))
        return (f"-{code}", 25) if value < 0 else (code, _ATOM)


def _filled(template: str, given: Sequence[tuple[str, int]]) -> str:
    """Return a template with its arguments, in brackets where more stands beside one.

    >>> _filled("(-{u})", [("x + y", 20)]), _filled("exp({u})", [("x + y", 20)])
    ('(-(x + y))', 'exp(x + y)')
    """
    texts = dict(zip("uv", given, strict=False))

    def put(found: re.Match[str]) -> str:
        text, bind = texts[found[1]]
        alone = template[: found.start()].endswith(("(", ", "))
        alone &= template.startswith((")", ","), found.end())
        return text if alone else _bracketed(text, bind, _ATOM)

    return _ARGUMENT.sub(put, template)


def _bracketed(text: str, bind: int, need: int, *, behind: bool = False) -> str:
    """Return an operand, in brackets if the operator would take it apart.

    A sign behind an operator stands in brackets too: -- is a comment in SQL, and
    something else in C.
    """
    return f"({text})" if bind < need or (behind and text[0] == "-") else text


def _whole(exponent: Expression) -> bool:
    """Tell whether a power is a product that one could write out."""
    return (
        isinstance(exponent, Number)
        and exponent.value.is_integer()
        and exponent.value < _MOST_FACTORS
    )


def _same(text: str, _: float) -> Expression:
    return number(text)
