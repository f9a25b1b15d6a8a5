"""Value and gradient of a formula as one list of operations, for code to be made of."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from importlib import import_module
from itertools import count
from math import isfinite
from typing import TYPE_CHECKING, Any

from diffcli import version
from diffcli.engine import adjoint, code, code_plan
from diffcli.engine.bounds import value_errors
from diffcli.engine.tape import Program, Undefined
from diffcli.errors import UsageError
from diffcli.language.expression import Expression, postorder
from diffcli.language.parser import Parsed
from diffcli.language.printer import ELLIPSIS, text
from diffcli.problem import DOUBLE, Problem
from diffcli.records import Record
from diffcli.targets import Listing, Output, SelfTest, Unavailable

if TYPE_CHECKING:
    from diffcli.targets import Target

_LONGEST = 200  # characters of a formula in a comment
_NEAR = 1e-12  # how near code has to come, relative, in its check
_TINY = 1e-300  # numbers this near to 0 are as good as 0
_ROUNDINGS = 64  # times the error bound of a number that is poor by itself


class Operations(Record):
    """A formula's values with their derivatives, as formulas that share their parts."""

    parsed: Parsed
    #: The variables of the derivatives.
    wrt: tuple[str, ...]
    values: tuple[Expression, ...]
    #: For each value the partial toward each variable.
    partials: tuple[tuple[Expression, ...], ...]
    #: For each value the matrix of second derivatives; empty: not asked for.
    seconds: tuple[tuple[tuple[Expression, ...], ...], ...] = ()

    @property
    def formulas(self) -> list[Expression]:
        """All of them, one after the other."""
        rows = [*self.partials, *(row for matrix in self.seconds for row in matrix)]
        return [*self.values, *(formula for row in rows for formula in row)]

    def parts(self) -> dict[Expression, str]:
        """Return a name for each part that is used more than once, in their order.

        A definition keeps its own.
        """
        names = {node: name for name, node in self.parsed.definitions.items()}
        order = postorder(self.formulas)
        shared = {*code_plan.shared(order, self.formulas)}
        taken = {*self.parsed.variables, *self.parsed.definitions}
        fresh = (name for n in count(1) if (name := f"t{n}") not in taken)
        return {
            node: names[node] if node in names else next(fresh)
            for node in order
            if node.args and (node in names or node in shared)
        }


def operations(parsed: Parsed, wrt: Sequence[str], order: int = 1) -> Operations:
    """Return a formula with its derivatives up to an order, 0 to 2."""
    values = tuple(part.expression for part in parsed.parts())
    partials = [tuple(adjoint.partials(v, wrt)) for v in values] if order else []
    seconds = []
    for value in values if order == 2 else ():
        pairs = adjoint.second_partials(value, wrt)
        seconds.append(tuple(tuple(pairs[a, b] for b in wrt) for a in wrt))
    return Operations(parsed, tuple(wrt), values, tuple(partials), tuple(seconds))


class Request(Record):
    """What code is to be like."""

    language: str
    #: What the function is called, and its value in a query.
    name: str = "f"
    #: For a query: the table, and the engine's words; empty: the usual ones.
    table: str = "points"
    dialect: str = ""


def export(
    found: Operations, wanted: Request, problems: Sequence[Problem] = ()
) -> list[str]:
    """Return the lines of a file that computes what was found.

    With ``problems``, one for each value, it tests itself at their point.

    Raises UsageError for a function or a name that the language does not have.
    """
    target = load(wanted.language)
    parsed, dialect = found.parsed, wanted.dialect or next(iter(target.DIALECTS), "")
    _refuse_twins(parsed.variables, target)
    kept = {node: name for name, node in parsed.definitions.items()}
    names = _output_names(found, wanted.name, parsed.variables, target)
    try:
        written = code.write(
            found.formulas, parsed.variables, target, dialect, kept,
            [wanted.name, *names] if target.FOLDS_CASE else [wanted.name],
        )  # fmt: skip
    except Unavailable as lacking:
        raise _lacking(lacking.args[0], found, target, dialect) from None
    constant = code_plan.constants(found.formulas)
    outputs = iter(
        Output(target.name(name), text, formula in constant)
        for name, text, formula in zip(
            names, written.codes, found.formulas, strict=True
        )
    )
    listing = Listing(
        remarks=tuple(_remarks(found, written.inputs, wanted)),
        name=target.name(wanted.name),
        inputs=tuple(written.inputs.values()),
        variables=parsed.variables,
        helpers=written.helpers,
        statements=written.statements,
        values=tuple(next(outputs) for _ in found.values),
        partials=tuple(tuple(next(outputs) for _ in r) for r in found.partials),
        seconds=tuple(
            tuple(tuple(next(outputs) for _ in row) for row in matrix)
            for matrix in found.seconds
        ),
        chooses=code_plan.chooses(found.formulas),
        check=_check(found, problems, target) if problems else None,
        table=target.name(wanted.table),
    )
    return list(target.lines(listing))


def load(language: str) -> "Target":
    """Return a language by its name."""
    module: Any = import_module(f"diffcli.targets.{language}")
    target: Target = module
    return target


def _refuse_twins(variables: Sequence[str], target: "Target") -> None:
    """Refuse names that the language takes for one."""
    seen: dict[str, str] = {}
    for name in variables if target.FOLDS_CASE else ():
        twin = seen.setdefault(name.casefold(), name)
        if twin != name:
            raise UsageError(
                f"{target.TITLE} does not tell '{twin}' from '{name}'",
                hint="give one of them another name",
            )


def _output_names(
    found: Operations, name: str, variables: Sequence[str], target: "Target"
) -> list[str]:
    """Return a name for each number that comes out: f, df_dx, d2f_dx_dy.

    None is the name of a variable, as both may be columns of one table.
    """
    many = len(found.values) > 1
    of = [f"{name}{n}" for n in range(1, len(found.values) + 1)] if many else [name]
    names = [*of]
    if found.partials:
        names += [f"d{f}_d{x}" for f in of for x in found.wrt]
    if found.seconds:
        names += [f"d2{f}_d{x}_d{y}" for f in of for x in found.wrt for y in found.wrt]
    if not target.FOLDS_CASE:
        return names
    taken = {variable.casefold() for variable in variables}
    given = []
    for each in names:
        while each.casefold() in taken:
            each += "_"
        taken.add(each.casefold())
        given.append(each)
    return given


def _remarks(
    found: Operations, inputs: Mapping[str, str], wanted: Request
) -> Iterator[str]:
    """Yield what a reader of the code should know."""
    parsed = found.parsed
    names = {node: name for name, node in parsed.definitions.items()}
    for node, name in names.items():
        others = {n: word for n, word in names.items() if n != node}
        yield f"{name} = {_text_of(node, others)}"
    several = len(found.values) > 1
    body = ", ".join(_text_of(value, names) for value in found.values)
    head = f"{wanted.name}({', '.join(parsed.variables)})"
    yield f"{head} = {f'({body})' if several else body}"
    toward = ", ".join(found.wrt)
    if toward and found.partials:
        yield f"with its partial derivatives with respect to {toward}"
    if toward and found.seconds:
        yield "and its second derivatives"
    for name, given in inputs.items():
        if given not in (name, f'"{name}"'):
            yield f"{given} stands for {name}"
    yield f"Made by diffcli {version.__version__}."


def _text_of(node: Expression, names: Mapping[Expression, str]) -> str:
    shown = text(node, limit=_LONGEST, names=names)
    return shown.replace(ELLIPSIS, "...")


def _lacking(
    function: str, found: Operations, target: "Target", dialect: str
) -> UsageError:
    """Return the error about a function that a language does not have."""
    of_value = True
    with suppress(Unavailable):
        code.write(found.values, found.parsed.variables, target, dialect, {}, [])
        of_value = False
    why = "" if of_value else ", which the derivative needs"
    return UsageError(
        f"{target.TITLE} has no {function}{why}",
        hint="" if of_value else "order 0 writes the value alone",
        parameter="" if of_value else "order",
    )


def _check(
    found: Operations, problems: Sequence[Problem], target: "Target"
) -> SelfTest:
    """Return the point and the numbers that have to come out there.

    Raises KinkError where there is no derivative.
    """
    from diffcli.analysis.grad import smooth  # most code has no check

    for problem in problems if found.partials else ():
        smooth(problem._replace(variables=found.wrt))
    expected = list(_numbers(found.formulas, problems[0].point))
    near = [max(_NEAR * abs(v), _ROUNDINGS * e, _TINY) for v, e in expected]
    if not all(map(isfinite, near)):
        raise UsageError(
            "the code cannot be tested at this point: doubles tell no digit",
            hint="choose another point",
        )
    point = problems[0].point
    return SelfTest(
        tuple(_numeral(point[name], target) for name in found.parsed.variables),
        tuple(_numeral(value, target) for value, _ in expected),
        tuple(_numeral(float(f"{far:.1e}"), target) for far in near),
    )


def _numeral(value: float, target: "Target") -> str:
    sign = "-" if value < 0 else ""
    return sign + target.number("", abs(value))


def _numbers(
    formulas: Sequence[Expression], point: Mapping[str, float]
) -> Iterator[tuple[float, float]]:
    """Yield each formula's value, and how far doubles may be off."""
    from diffcli.engine.adaptive import Unsettled, values

    program = Program(formulas)
    try:
        tape = program.run(point)
    except Undefined as reason:
        raise UsageError(
            f"the code cannot be tested at this point: {reason}",
            hint="choose a point where no derivative divides by zero",
        ) from None
    errors = value_errors(tape)
    for row in program.outputs:
        value = tape.values[row]
        with suppress(Undefined, Unsettled):
            (value,) = values(Program([program.nodes[row]]), point, DOUBLE)
        yield float(value), errors[row]
