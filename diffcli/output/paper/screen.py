"""A derivation on paper: a chain of equals, with the rules beside it."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial

from diffcli.calculus.functions import FUNCTIONS
from diffcli.engine.algebra import ONE
from diffcli.engine.chain_of_names import Network
from diffcli.engine.paper import Calculation, Reason
from diffcli.language.expression import Expression, variable
from diffcli.language.notation import Notation
from diffcli.language.textbook import name_text
from diffcli.output.breaking import broken_formula
from diffcli.output.document import Line, Run
from diffcli.output.paper.plan import Along, Halves, Question, TooLong, lines_of, plan
from diffcli.output.paper.values import Working
from diffcli.records import Record

_NO_NAMES: Mapping[Expression, str] = {}
_LONGEST = 2_000  # characters of a formula in a line
_INDENT = 3  # columns that a broken line is moved in
_NARROWEST = 24  # columns that a reason on lines of its own has at least
_OPERATOR = re.compile(r" ([-+*·=>]) ")
"""Where a reason is not broken, if it can be helped."""
_GAP = 3  # blanks at least between a line and its rule
_MOST_LINES = 5  # lines of a chain that is not derived in parts


class Paper(Record):
    """What is needed to write derivations down."""

    notation: Notation
    #: The names of all variables.
    variables: Sequence[str]
    #: The columns that there are.
    width: int
    #: Calls of functions that the text defines, by what they stand for: g(x).
    calls: Mapping[Expression, str] = _NO_NAMES

    @property
    def several(self) -> bool:
        """Tell whether there are variables that are held fixed."""
        return len(self.variables) > 1

    def text(
        self,
        node: Expression,
        derivative: str = "",
        names: Mapping[Expression, str] = _NO_NAMES,
    ) -> str:
        """Return a formula."""
        return self.notation.text(
            node,
            limit=_LONGEST,
            names={**self.calls, **names} if self.calls else names,
            taken=self.variables,
            derivative=derivative,
        )

    def reason(self, reasons: Iterable[Reason], derivative: str) -> str:
        """Return why a line follows."""
        signs = self.signs() if self.notation.lowers else {}
        return "; ".join(
            "".join(
                p
                if isinstance(p, str)
                else signs.get(p) or self.own_name(p) or self.text(p, derivative, signs)
                for p in reason
            )
            for reason in reasons
        )

    def own_name(self, node: Expression) -> str:
        """Return the call of an own function that a node stands for; empty: none."""
        word = self.calls.get(node, "")
        return name_text(word) if self.notation.lowers else word

    def signs(self) -> dict[Expression, str]:
        """Return the signs of functions that are spoken of without an argument: σ."""
        return {
            variable(row.name): row.sign
            for row in FUNCTIONS
            if row.sign.isalpha() and row.sign not in self.variables
        }

    # ---- the whole

    def derivation(self, question: Question) -> Iterator[Line]:
        """Yield the derivation of f, or of its derivative, toward the last name."""
        head = self.notation.partial(question.names, several=question.several)
        found = plan(question, partial(self.is_crowded, head))
        if isinstance(found, TooLong):
            said = "too long for paper: see --level rules"
            yield from self.equals(head, [(self.short(found.result), said)])
        elif isinstance(found, Along):
            yield from self.levels(found.network) if found.listed else ()
            yield from self.network(found.network)
        elif isinstance(found, Halves):
            before, of = question.names[:-1], "f"
            if before:
                of = self.notation.partial(before, several=question.several)
            yield from self.halves(head, of, found)
        else:
            yield from self.chain(head, found)

    def levels(self, found: Network) -> Iterator[Line]:
        """Yield the names of the levels of a composition, and the chain of them."""
        for word, node in found.definitions:
            shown = self.text(node)
            yield from self.wrap(f"{self.notation.variable(word)} = {shown}")
        yield ()

    def is_crowded(self, head: str, found: Calculation) -> bool:
        """Tell whether a chain is better derived in parts."""
        sign = self.notation.derivative(found.variable, several=self.several)
        room = self.width - len(head) - 3
        widest = max(len(self.text(line.expression, sign)) for line in found.lines)
        return widest > room or lines_of(found) > _MOST_LINES

    def short(self, node: Expression) -> str:
        """Return a formula that is cut where it fills some lines."""
        return self.notation.text(node, limit=4 * self.width, taken=self.variables)

    def at(self, found: Working) -> Iterator[Line]:
        """Yield the point, and what comes out there."""
        head = f"At {self.values(found.point)}:  "
        if found.inner:
            yield from self.wrap(head + self.values(found.inner))
            head = " " * _INDENT
        value = f"{found.value:.10g}"
        shown: list[str] = []
        for node in found.equals:
            text = self.text(node)
            seen = [_plain(t) for t in (*shown, value)]
            if _plain(text) not in seen and len(text) <= self.width:
                shown.append(text)
        equal = " ≈ " if found.is_rounded else " = "
        said = equal.join(filter(None, (" = ".join(shown), value)))
        *before, last = broken_formula(head + said, self.width)
        for row in before:
            yield (Run(row),)
        *front, number_ = last.rpartition(" ")
        yield (Run("".join(front)), Run(number_, "value"))

    def values(self, values: Mapping[str, float]) -> str:
        """Return names with their values."""
        shown = (f"{self.notation.variable(n)} = {x:.10g}" for n, x in values.items())
        return ", ".join(shown)

    # ---- chains

    def chain(self, head: str, chain: Calculation) -> Iterator[Line]:
        """Yield a chain of equals, its first line behind ``head``."""
        sign = self.notation.derivative(chain.variable, several=self.several)
        rows = [
            (self.text(line.expression, sign), self.reason(line.reasons, sign))
            for line in chain.lines
        ]
        yield from self.equals(head, rows)

    def equals(self, head: str, rows: Sequence[tuple[str, str]]) -> Iterator[Line]:
        """Yield formulas under each other, each with its reason behind it."""
        pad = " " * len(head)
        room = self.width - len(head) - 3
        broken = [broken_formula(formula, room) for formula, _ in rows]
        column = self.column(broken, rows, room)
        for place, (formula, (_, reason)) in enumerate(zip(broken, rows, strict=True)):
            start = f"{head if place == 0 else pad} = "
            for number_, row in enumerate(formula):
                last = number_ == len(formula) - 1
                before = start if number_ == 0 else " " * len(start)
                if not (last and reason):
                    yield (Run(before + row),)
                elif len(row) + _GAP <= column <= room - len(reason):
                    line = (before + row).ljust(len(start) + column)
                    yield (Run(line), Run(reason, "rule"))
                elif len(row) + _GAP + len(reason) <= room:
                    yield (Run(before + row + " " * _GAP), Run(reason, "rule"))
                else:
                    yield (Run(before + row),)
                    yield from self.below(reason, len(start) + _INDENT)

    def column(
        self,
        broken: Sequence[Sequence[str]],
        rows: Sequence[tuple[str, str]],
        room: int,
    ) -> int:
        """Return where the reasons stand, as far to the left as most of them can."""
        ends = [
            (len(formula[-1]), len(reason))
            for formula, (_, reason) in zip(broken, rows, strict=True)
            if reason
        ]
        fitting = [end for end, reason in ends if end + _GAP + reason <= room]
        while fitting:
            column = max(fitting) + _GAP
            if all(column + reason <= room for end, reason in ends if end in fitting):
                return column
            fitting.remove(max(fitting))
        return 0

    def below(self, reason: str, indent: int) -> Iterator[Line]:
        """Yield a reason on lines of its own."""
        from textwrap import wrap

        indent = max(min(indent, self.width - _NARROWEST), 0)
        whole = f"({reason})"
        kept = _OPERATOR.sub("\N{NO-BREAK SPACE}\\1\N{NO-BREAK SPACE}", whole)
        if any(len(word) > self.width - indent for word in kept.split(" ")):
            kept = whole
        for row in wrap(kept, self.width - indent):
            shown = row.replace("\N{NO-BREAK SPACE}", " ")
            yield (Run(" " * indent), Run(shown, "rule"))

    # ---- parts

    def halves(self, head: str, of: str, found: Halves) -> Iterator[Line]:
        """Yield a product or a quotient whose two parts are derived on their own."""
        split = found.split
        u, v = self.text(split.u), self.text(split.v)
        whole, rule = f"u{split.sign}v", split.rule
        if split.front is not ONE:
            front = f"{self.notation.factor(split.front)} {self.notation.times} "
            bracketed = f"({rule})" if split.name == "product" else rule
            whole, rule = front + whole, front + bracketed
        yield from self.wrap(f"{of} = {whole} with u = {u}, v = {v}")
        yield ()
        yield from self.chain("u'", split.slope_u)
        yield from self.chain("v'", split.slope_v)
        yield ()
        rows = [(rule, split.name), (self.text(found.result), "")]
        yield from self.equals(head, rows)

    def wrap(self, text: str) -> Iterator[Line]:
        """Yield a line that is broken where it is too long."""
        for row in broken_formula(text, self.width):
            yield (Run(row),)

    def network(self, network: Network) -> Iterator[Line]:
        """Yield the chain of names: every factor derived once."""
        head = self.notation.partial([network.variable], several=self.several)
        route = " ← ".join(map(self.notation.variable, network.route))
        count = {2: "two", 3: "three"}.get(network.paths, str(network.paths))
        said = f"chain, along {route}" if route else f"{count} paths"
        yield from self.equals(head, [(self.text(network.symbolic), said)])
        pad = " " * (len(head) + 3)
        names = [self.text(factor.name) for factor in network.factors]
        widest = max(map(len, names))
        rows = [
            (pad + name.ljust(widest), self.text(f.formula), self.reason(f.reasons, ""))
            for name, f in zip(names, network.factors, strict=True)
        ]
        column = max(len(formula) for _, formula, _ in rows) + _GAP
        for name, formula, reason in rows:
            aligned = f"{name} = {formula.ljust(column)}"
            if len(aligned) + len(reason) <= self.width:
                yield (Run(aligned), Run(reason, "rule"))
            else:
                yield from self.equals(name, [(formula, reason)])
        ends = dict.fromkeys((network.product, network.result))
        equal = [(self.text(end), "") for end in ends]
        yield from self.equals(" " * len(head), equal)


def _plain(text: str) -> str:
    """Return a line of numbers without the blanks that only part its factors."""
    return text.replace(" ", "")
