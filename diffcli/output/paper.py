"""A derivation on paper: a chain of equals, with the rules beside it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from diffcli.calculus.functions import FUNCTIONS, INFIX
from diffcli.engine.algebra import is_sum
from diffcli.engine.derivation import derive
from diffcli.engine.network import Network, has_parts, network
from diffcli.engine.paper import (
    BESIDE,
    Chain,
    Reason,
    Split,
    chain,
    named_levels,
    split,
    too_long,
)
from diffcli.engine.paper import Line as ChainLine
from diffcli.engine.rewriting import D
from diffcli.engine.tape import Program, Undefined
from diffcli.language.expression import (
    Call,
    Expression,
    Variable,
    call,
    numeral,
    postorder,
    variable,
)
from diffcli.language.notation import Notation
from diffcli.language.partials import operator_latex, partial_latex
from diffcli.language.printer import latex, latex_letter, latex_name
from diffcli.output.breaking import broken_formula
from diffcli.output.document import Line, Run
from diffcli.records import Record

_NO_NAMES: Mapping[Expression, str] = {}
_LONGEST = 2_000  # characters of a formula in a line
_INDENT = 3  # columns that a broken line is moved in
_NARROWEST = 24  # columns that a reason on lines of its own has at least
_GAP = 3  # blanks at least between a line and its rule
_MOST_LINES = 5  # lines of a chain that is not derived in parts
_DIGITS = 6  # of a factor's value
_SHORT = 12  # characters of a number that is put into a formula


class Paper(Record):
    """What is needed to write derivations down."""

    notation: Notation
    #: The names of all variables.
    variables: Sequence[str]
    #: The columns that there are.
    width: int

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
            names=names,
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
                else signs.get(p) or self.text(p, derivative, signs)
                for p in reason
            )
            for reason in reasons
        )

    def signs(self) -> dict[Expression, str]:
        """Return the signs of functions that are spoken of without an argument: σ."""
        return {
            variable(row.name): row.sign
            for row in FUNCTIONS
            if row.sign.isalpha() and row.sign not in self.variables
        }

    # ---- the whole

    def derivation(
        self,
        names: Sequence[str],
        of: Expression,
        definitions: Mapping[str, Expression],
    ) -> Iterator[Line]:
        """Yield the derivation of f, or of its derivative, toward the last name."""
        name, head = names[-1], self.notation.partial(names, several=self.several)
        if too_long(of):
            (found,) = derive(of, [name])
            said = "too long for paper: see --level rules"
            yield from self.equals(head, [(self.short(found.result), said)])
            return
        if len(names) == 1 and has_parts(definitions, of, name):
            yield from self.network(
                network(definitions, of, name, several=self.several)
            )
            return
        found_chain = chain(of, name, several=self.several)
        if len(names) > 1:
            lines = (ChainLine(call(D, of)), *found_chain.lines)
            found_chain = found_chain._replace(lines=lines)
        levels = self.is_crowded(found_chain, head) and named_levels(
            of, name, self.variables
        )
        if levels and len(names) == 1:
            yield from self.levels(network(levels, of, name, several=self.several))
            return
        parts = self.is_crowded(found_chain, head) and split(
            of, name, several=self.several
        )
        if parts:
            of_name = "f" if len(names) == 1 else "it"
            yield from self.split(head, parts._replace(of=of_name), found_chain)
        else:
            yield from self.chain(head, found_chain)

    def levels(self, found: Network) -> Iterator[Line]:
        """Yield the names of the levels of a composition, and the chain of them."""
        for word, node in found.definitions:
            shown = self.text(node)
            yield from self.given(f"{self.notation.variable(word)} = {shown}")
        yield ()
        yield from self.network(found)

    def is_crowded(self, found: Chain, head: str) -> bool:
        """Tell whether a chain is better derived in parts."""
        sign = self.notation.derivative(found.variable, several=self.several)
        room = self.width - len(head) - 3
        widest = max(len(self.text(line.expression, sign)) for line in found.lines)
        return widest > room or len(found.lines) > _MOST_LINES

    def short(self, node: Expression) -> str:
        """Return a formula that is cut where it fills some lines."""
        return self.notation.text(node, limit=4 * self.width, taken=self.variables)

    def at(
        self,
        names: Sequence[str],
        of: Expression,
        definitions: Mapping[str, Expression],
        point: Mapping[str, float],
        value: float,
    ) -> Iterator[Line]:
        """Yield the point, and what comes out there."""
        shown = [f"{self.notation.variable(n)} = {x:.10g}" for n, x in point.items()]
        head = f"At {', '.join(shown)}:  "
        name = names[-1]
        if too_long(of):
            said = f"{value:.10g}"
        elif len(names) == 1 and has_parts(definitions, of, name):
            found = network(definitions, of, name, several=self.several)
            inner, values = self.named_values(found, point)
            yield from self.given(head + ", ".join(inner))
            head, formula = " " * _INDENT, found.product
            said = self.value(formula, values, value)
            if said == f"{value:.10g}":
                said = self.value_by_factors(found, values, value)
        else:
            formula = chain(of, name, several=self.several).result
            said = self.value(formula, point, value)
        *before, last = broken_formula(head + said, self.width)
        for row in before:
            yield (Run(row),)
        *front, number_ = last.rpartition(" ")
        yield (Run("".join(front)), Run(number_, "value"))

    def value_by_factors(
        self, found: Network, values: Mapping[str, float], value: float
    ) -> str:
        """Return the value as made of those of the factors, with some digits."""
        numbers: dict[str, str] = {}
        for factor in found.factors:
            slope = Program([_plain(factor.formula)]).value(values)
            numbers[factor.name.name] = f"{slope:.{_DIGITS}g}"
        written = self.text(_with_numbers(found.symbolic, numbers))
        return f"{written} ≈ {value:.10g}"

    def named_values(
        self, found: Network, point: Mapping[str, float]
    ) -> tuple[list[str], dict[str, float]]:
        """Return the values of the parts, as text and as a point of all names."""
        values = dict(point)
        shown: list[str] = []
        for word, node in found.definitions[:-1]:
            values[word] = Program([node]).value(values)
            shown.append(f"{self.notation.variable(word)} = {values[word]:.10g}")
        return shown, values

    # ---- chains

    def chain(self, head: str, chain: Chain) -> Iterator[Line]:
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
        for row in wrap(f"({reason})", self.width - indent):
            yield (Run(" " * indent), Run(row, "rule"))

    # ---- typeset

    def typeset(
        self,
        names: Sequence[str],
        of: Expression,
        definitions: Mapping[str, Expression],
        ending: str = "",
    ) -> Iterator[str]:
        """Yield aligned equations in LaTeX, with the rules beside them.

        An ``ending`` is their last line.
        """
        name = names[-1]
        head = partial_latex(names, several=self.several)
        sign = operator_latex(name, several=self.several)
        if too_long(of):
            (found,) = derive(of, [name])
            rows = [(f"&= {latex(found.result, 400)}", "")]
        elif len(names) == 1 and has_parts(definitions, of, name):
            rows = list(
                self.typeset_network(
                    network(definitions, of, name, several=self.several)
                )
            )
        else:
            rows = [
                (
                    rf"&= {latex(line.expression, derivative=sign)}",
                    self.typeset_reason(line.reasons, sign),
                )
                for line in chain(of, name, several=self.several).lines
            ]
        if ending:
            rows.append((ending, ""))
        yield r"\begin{aligned}"
        for place, (formula, reason) in enumerate(rows):
            said = rf" &&\quad {reason}" if reason else ""
            end = r" \\" if place < len(rows) - 1 else ""
            yield f"  {'' if place else head} {formula}{said}{end}"
        yield r"\end{aligned}"

    def typeset_value(
        self, formula: Expression | None, point: Mapping[str, float], value: float
    ) -> str:
        """Return the point, and the value put in, in LaTeX; no formula: the value."""
        at = r",\ ".join(f"{latex_name(n)} = {x:.10g}" for n, x in point.items())
        numbers = {name: _numeral(x) for name, x in point.items()}
        shown = rf"{value:.10g}"
        if formula is not None and all(numbers.values()):
            equal = r"\approx" if _is_rounded(value) else "="
            shown = rf"{latex(_with_numbers(formula, numbers))} {equal} {shown}"
        return rf"&\text{{at }} {at}\colon\quad {shown}"

    def typeset_network(self, found: Network) -> Iterator[tuple[str, str]]:
        """Yield the chain of names, its factors, and their product."""
        names = _fractions(found, several=self.several)
        symbols = latex(found.symbolic)
        for node, fraction in names.items():
            symbols = symbols.replace(latex(node), fraction)
        yield f"&= {symbols}", r"\text{chain}"
        for factor in found.factors:
            reason = self.typeset_reason(factor.reasons, "")
            yield rf"&\qquad {names[factor.name]} = {latex(factor.formula)}", reason
        yield f"&= {latex(found.product)}", ""

    def typeset_reason(self, reasons: Iterable[Reason], sign: str) -> str:
        """Return why a line follows, words as text and formulas typeset."""
        signs = self.signs()
        parts: list[str] = []
        for place, reason in enumerate(reasons):
            parts += [r"\text{; }"] * bool(place)
            parts += (
                rf"\text{{{_words(p)}}}"
                if isinstance(p, str)
                else latex_letter(signs[p])
                if p in signs
                else latex(p, names=signs, derivative=sign)
                for p in reason
            )
        return "".join(parts)

    # ---- parts

    def split(self, head: str, split: Split, result: Chain) -> Iterator[Line]:
        """Yield a product or a quotient whose two parts are derived on their own."""
        u, v = self.text(split.u), self.text(split.v)
        yield from self.given(f"{split.of} = u{split.sign}v with u = {u}, v = {v}")
        yield ()
        yield from self.chain("u'", split.slope_u)
        yield from self.chain("v'", split.slope_v)
        yield ()
        rule = (split.rule, split.name)
        yield from self.equals(head, [rule, (self.text(result.result), "")])

    def given(self, text: str) -> Iterator[Line]:
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
        yield from self.equals(" " * len(head), [(self.text(network.product), "")])

    # ---- values

    def value(
        self, formula: Expression, point: Mapping[str, float], value: float
    ) -> str:
        """Return the value put in as a person does: 4(2·1 + 3·3) = 4 · 11 = 44."""
        shown = [f"{value:.10g}"]
        numbers = {name: _numeral(x) for name, x in point.items()}
        if all(numbers.values()):
            put_in = _with_numbers(formula, numbers)
            written = self.text(put_in)
            parts = self.parts(put_in)
            if parts and parts not in (written, shown[0]):
                shown.insert(0, parts)
            if written != shown[0] and len(written) <= self.width:
                shown.insert(0, written)
        equal = " ≈ " if _is_rounded(value) else " = "
        return (
            equal.join([" = ".join(shown[:-1]), shown[-1]]) if shown[1:] else shown[0]
        )

    def parts(self, formula: Expression) -> str:
        """Return a product or sum of numbers with each part worked out."""
        if not isinstance(formula, Call) or not _is_product_or_sum(formula):
            return ""
        parts: list[Expression] = []
        top = formula.function
        current: Expression = formula
        while isinstance(current, Call) and current.function is top:
            parts.append(current.args[1])
            current = current.args[0]
        parts.append(current)
        values: list[str] = []
        for part in reversed(parts):
            try:
                value = Program([_plain(part)]).value({})
            except Undefined:
                return ""
            if _is_rounded(value):
                return ""
            values.append(f"{value:.10g}")
        values = [values[0], *(f"({v})" if v[0] == "-" else v for v in values[1:])]
        times = " · " if self.notation.lowers else " * "
        sign = times if top in (INFIX["*"], BESIDE) else f" {top.notation.symbol} "  # type: ignore[union-attr]
        return sign.join(values)


def _fractions(found: Network, *, several: bool) -> dict[Variable, str]:
    """Return the names of the factors as LaTeX fractions."""
    made: dict[Variable, str] = {}
    for factor in found.factors:
        above, below = factor.of
        made[factor.name] = partial_latex([below], several=several, of=above)
    return made


def _words(text: str) -> str:
    """Return words for LaTeX's text mode; signs of mathematics are typeset."""
    return text.translate(_TYPESET_WORDS)


_TYPESET_WORDS = str.maketrans({
    "√": r"$\surd$", "²": "$^2$", "·": r"$\cdot$", "←": r"$\gets$", "^": r"\^{}",
    "σ": r"$\sigma$", "'": "$'$", "_": r"\_", "∂": r"$\partial$",
})  # fmt: skip


def _is_product_or_sum(node: Call) -> bool:
    return node.function in (INFIX["*"], BESIDE) or is_sum(node)


def _plain(expression: Expression) -> Expression:
    """Return an expression with dots as products."""
    built: dict[Expression, Expression] = {}
    for node in postorder([expression]):
        if isinstance(node, Call):
            row = INFIX["*"] if node.function is BESIDE else node.function
            built[node] = call(row, *(built[a] for a in node.args))
        else:
            built[node] = node
    return built[expression]


def _is_rounded(value: float) -> bool:
    """Tell whether ten digits do not say all of a number."""
    return float(f"{value:.10g}") != value


def _numeral(value: float) -> str:
    """Return a number that is short enough to be put into a formula."""
    text = f"{value:.10g}"
    return text if float(text) == value and len(text) <= _SHORT else ""


def _with_numbers(expression: Expression, numbers: Mapping[str, str]) -> Expression:
    """Return an expression with numbers in the place of its variables."""
    built: dict[Expression, Expression] = {}
    for node in postorder([expression]):
        if isinstance(node, Variable) and node.name in numbers:
            built[node] = numeral(numbers[node.name])
        elif isinstance(node, Call):
            built[node] = call(node.function, *(built[a] for a in node.args))
        else:
            built[node] = node
    return built[expression]
