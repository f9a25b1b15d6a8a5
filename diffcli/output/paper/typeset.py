"""A derivation in LaTeX: aligned equations with the rules beside them."""

import re
from collections.abc import Iterable, Iterator, Mapping

from diffcli.calculus.functions import FUNCTIONS
from diffcli.engine.algebra import ONE
from diffcli.engine.chain_of_names import Network
from diffcli.engine.paper import Calculation, Reason
from diffcli.language.expression import Expression, Variable, variable
from diffcli.language.latex_printer import latex, latex_letter, latex_name
from diffcli.language.partials import operator_latex, partial_latex
from diffcli.output.paper.plan import Along, Halves, Question, TooLong, lines_of, plan
from diffcli.output.paper.values import Working
from diffcli.records import Record

_LONGEST = 400  # characters of the LaTeX of a result that is not derived on paper
_WIDEST = 140  # characters of the LaTeX of a line that stands on a page
_MOST_LINES = 5  # lines of a chain that is not derived in parts
_RULES = {"product": "u'v + uv'", "quotient": r"\frac{u'v - uv'}{v^{2}}"}
_FUNCTION = re.compile(r"\\mathrm\{((?:sin|cos|tan|cot)h?|sec|csc|exp)\}")
"""What is spoken of without its argument, and has a sign of its own in LaTeX."""
_Row = tuple[str, str, str]
"""What stands before the sign of equality, behind it, and why."""


class _Page(Record):
    question: Question
    #: Calls of functions that the text defines, by what they stand for: g(x).
    calls: Mapping[Expression, str]

    # ---- formulas and words

    @property
    def sign(self) -> str:
        return operator_latex(self.question.name, several=self.question.several)

    @property
    def head(self) -> str:
        return partial_latex(self.question.names, several=self.question.several)

    def formula(self, node: Expression, limit: int = 0) -> str:
        return latex(node, limit, self.calls, derivative=self.sign)

    def reason(self, reasons: Iterable[Reason]) -> str:
        """Return why a line follows, words as text and formulas typeset."""
        signs: dict[Expression, str] = {
            variable(row.name): row.sign
            for row in FUNCTIONS
            if row.sign.isalpha() and row.sign not in self.question.variables
        }
        parts: list[str] = []
        for place, reason in enumerate(reasons):
            parts += [r"\text{; }"] * bool(place)
            parts += (
                _text(p)
                if isinstance(p, str)
                else latex_letter(signs[p])
                if p in signs
                else latex(p, names={**self.calls, **signs}, derivative=self.sign)
                for p in reason
            )
        return _FUNCTION.sub(r"\\\1", "".join(parts))

    # ---- the parts

    def rows(self) -> Iterator[_Row]:
        found = plan(self.question, self.is_crowded)
        if isinstance(found, TooLong):
            yield self.head, self.formula(found.result, _LONGEST), ""
        elif isinstance(found, Along):
            yield from self.along(found)
        elif isinstance(found, Halves):
            yield from self.halves(found)
        else:
            yield from self.chain(self.head, found)

    def is_crowded(self, found: Calculation) -> bool:
        widest = max(len(self.formula(line.expression)) for line in found.lines)
        return lines_of(found) > _MOST_LINES or widest > _WIDEST

    def chain(self, head: str, found: Calculation) -> Iterator[_Row]:
        for line in found.lines:
            yield head, self.formula(line.expression), self.reason(line.reasons)
            head = ""

    def halves(self, found: Halves) -> Iterator[_Row]:
        """Yield u and v, their derivatives, and the rule that joins them."""
        split = found.split
        whole = r"\frac{u}{v}" if split.name == "quotient" else r"u \cdot v"
        rule = _RULES[split.name]
        if split.front is not ONE:
            front = latex(split.front)
            if split.name == "product":
                rule = rf"\left({rule}\right)"
            whole, rule = rf"{front} \cdot {whole}", rf"{front} \cdot {rule}"
        before = self.question.names[:-1]
        of = partial_latex(before, several=self.question.several) if before else "f"
        yield of, whole, r"\text{with}"
        yield "u", self.formula(split.u), ""
        yield "v", self.formula(split.v), ""
        yield from self.chain("u'", split.slope_u)
        yield from self.chain("v'", split.slope_v)
        yield self.head, rule, _text(split.name)
        yield "", self.formula(found.result), ""

    def along(self, found: Along) -> Iterator[_Row]:
        """Yield the chain of names, its factors, and their product."""
        network = found.network
        for word, node in network.definitions if found.listed else ():
            yield latex_name(word), self.formula(node), ""
        names = self.fractions(network)
        route = r" \gets ".join(map(latex_name, network.route))
        said = _text("chain, along ") + route
        if not route:
            count = {2: "two", 3: "three"}.get(network.paths, str(network.paths))
            said = _text(f"{count} paths")
        yield self.head, _with_names(network.symbolic, names), said
        for factor in network.factors:
            fraction, formula = names[factor.name], self.formula(factor.formula)
            yield "", rf"\quad {fraction} = {formula}", self.reason(factor.reasons)
        for end in dict.fromkeys((network.product, network.result)):
            yield "", self.formula(end), ""

    def fractions(self, network: Network) -> dict[Variable, str]:
        """Return the names of the factors as fractions."""
        return {
            factor.name: partial_latex(
                [factor.of[1]], several=self.question.several, of=factor.of[0]
            )
            for factor in network.factors
        }

    def working(self, found: Working) -> Iterator[_Row]:
        """Yield the point, and the value as it is worked out there."""
        yield "", rf"\text{{at }} {_values(found.point)}\colon", ""
        if found.inner:
            yield "", rf"\quad {_values(found.inner)}", ""
        equal = r" \approx " if found.is_rounded else " = "
        value = f"{found.value:.10g}"
        shown = list(dict.fromkeys(latex(node) for node in found.equals))
        before = " = ".join(text for text in shown if text != value)
        yield "", rf"\quad {equal.join(filter(None, (before, value)))}", ""


def typeset(
    question: Question,
    working: Working | None = None,
    calls: Mapping[Expression, str] | None = None,
) -> Iterator[str]:
    """Yield the lines of a derivation in LaTeX, and its value at a point."""
    page = _Page(question, calls or {})
    rows = [
        f"{left} &{'' if formula.startswith(_APART) else '='} {formula}"
        + (rf" &&\quad {reason}" if reason else "")
        for left, formula, reason in page.rows()
    ]
    if working is not None:
        rows += [rf"&{formula}" for _, formula, _ in page.working(working)]
    yield r"\begin{aligned}"
    for row in rows[:-1]:
        yield rf"  {row.strip()} \\"
    yield f"  {rows[-1].strip()}"
    yield r"\end{aligned}"


_APART = r"\quad "
"""What a row begins with that does not equal the one before."""


def _values(values: Mapping[str, float]) -> str:
    return r",\ ".join(f"{latex_name(n)} = {x:.10g}" for n, x in values.items())


def _with_names(symbolic: Expression, names: Mapping[Variable, str]) -> str:
    """Return a formula in LaTeX with its variables called otherwise."""
    written = latex(symbolic)
    for node, name in names.items():
        written = written.replace(latex(node), name)
    return written


def _text(words: str) -> str:
    """Return words for maths mode; signs of mathematics are typeset."""
    return rf"\text{{{words.translate(_SIGNS)}}}"


_SIGNS = str.maketrans({
    "√": r"$\surd$", "²": "$^2$", "·": r"$\cdot$", "←": r"$\gets$", "^": r"\^{}",
    "σ": r"$\sigma$", "'": "$'$", "_": r"\_", "∂": r"$\partial$",
})  # fmt: skip
