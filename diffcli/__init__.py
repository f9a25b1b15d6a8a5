"""Partial derivatives three ways: finite differences, symbolic rules, backprop.

>>> import diffcli
>>> diffcli.gradient("x**2 + y", {"x": 3, "y": 1})
{'x': 6.0, 'y': 1.0}
>>> diffcli.check("x**2", {"x": 3}, {"x": "2*x"}).passed
True

A formula is a text, a point gives each variable a number by its name. Questions:

    gradient, gradients   the partial derivatives at a point, or at many
    jacobian, value       the gradient of each of several outputs; the value alone
    budget                what the errors of the inputs do to the value
    implicit              the slope of the curve of an equation
    compare               by all methods, with error estimates and how they agree
    derive, steps         the derivative as a formula, rule by rule
    check                 is a claimed gradient right, and which slip explains it
    mark, judge           an answer as a teacher marks it; a derivation line by line
    measure, program      the gradient of a callable, or of a program
    practice, answer      exercises drawn from the rules, and an answer judged
    prove                 value and derivatives with the digits that are proved
    prove_range           the sign of the slope on a range; prove_claim: a claim there
    hessian, taylor       all second derivatives; those of one variable up to an order
    trace, tree           forward and backward pass, node by node; the expression
    sweep                 the error of finite differences against their step width
    export                value and gradient as code in another language
    plot                  samples over a range, with kinks, jumps and poles
    field                 samples over a rectangle of two variables
    descend, depth        gradient descent; the gradient through many layers
    examples              a formula as the loss of one row of data, for many rows
    parse, functions      what a formula means; the functions there are
    pose                  a formula at a point, which the others take for both

All that a user can cause is a DiffcliError: UsageError, PointError, ParseError,
DomainError, RangeError, KinkError. ``help(diffcli.compare)`` tells about one function.
"""

TYPE_CHECKING = False  # importing typing would take longer than all of this

if TYPE_CHECKING:
    from diffcli.analysis.budget import Budget as Budget
    from diffcli.analysis.budget import Share as Share
    from diffcli.analysis.check import Check as Check
    from diffcli.analysis.check import Remainder as Remainder
    from diffcli.analysis.depth import Chain as Chain
    from diffcli.analysis.depth import Layer as Layer
    from diffcli.analysis.descend import Descent as Descent
    from diffcli.analysis.descend_courses import Course as Course
    from diffcli.analysis.examples import Examples as Examples
    from diffcli.analysis.features import Feature as Feature
    from diffcli.analysis.grad import Agreement as Agreement
    from diffcli.analysis.grad import Comparison as Comparison
    from diffcli.analysis.hessian import Hessian as Hessian
    from diffcli.analysis.implicit import Implicit as Implicit
    from diffcli.analysis.maps import Field as Field
    from diffcli.analysis.marking import Mark as Mark
    from diffcli.analysis.measure import Measurement as Measurement
    from diffcli.analysis.plot import Plot as Plot
    from diffcli.analysis.practice import Exercise as Exercise
    from diffcli.analysis.proof import Proof as Proof
    from diffcli.analysis.proof import Proved as Proved
    from diffcli.analysis.proof_range import ClaimProof as ClaimProof
    from diffcli.analysis.proof_range import RangeProof as RangeProof
    from diffcli.analysis.steps import Derivative as Derivative
    from diffcli.analysis.sweep import Series as Series
    from diffcli.analysis.sweep import Sweep as Sweep
    from diffcli.analysis.taylor import Expansion as Expansion
    from diffcli.analysis.trace import Trace as Trace
    from diffcli.analysis.training import Training as Training
    from diffcli.analysis.tree import Tree as Tree
    from diffcli.analysis.verdicts import Verdict as Verdict
    from diffcli.analysis.work import Judgement as Judgement
    from diffcli.analysis.work import LineVerdict as LineVerdict
    from diffcli.api import *  # noqa: F403  (each question stands there once)
    from diffcli.blackbox.boxes import Boxes as Boxes
    from diffcli.calculus.functions import Function as Function
    from diffcli.engine.derivation import Derivation as Derivation
    from diffcli.engine.derivation import Step as Step
    from diffcli.engine.one_sided import Slopes as Slopes
    from diffcli.engine.stencils import Difference as Difference
    from diffcli.errors import DiffcliError as DiffcliError
    from diffcli.errors import DomainError as DomainError
    from diffcli.errors import InternalError as InternalError
    from diffcli.errors import KinkError as KinkError
    from diffcli.errors import ParseError as ParseError
    from diffcli.errors import PointError as PointError
    from diffcli.errors import RangeError as RangeError
    from diffcli.errors import UsageError as UsageError
    from diffcli.inputs.data import Data as Data
    from diffcli.language.expression import Expression as Expression
    from diffcli.language.parser import Parsed as Parsed
    from diffcli.problem import Estimate as Estimate
    from diffcli.problem import MethodResult as MethodResult
    from diffcli.problem import Problem as Problem
    from diffcli.remarks import Remark as Remark
    from diffcli.version import __version__ as __version__

    __all__: list[str]

#: What questions take and give, by the module that has it; they are in ``api``.
_HOMES = {
    "errors": "DiffcliError DomainError InternalError KinkError ParseError PointError"
    " RangeError UsageError",
    "analysis.budget": "Budget Share",
    "analysis.check": "Check Remainder",
    "analysis.verdicts": "Verdict",
    "analysis.depth": "Chain Layer",
    "analysis.descend_courses": "Course",
    "analysis.descend": "Descent",
    "analysis.grad": "Agreement Comparison",
    "analysis.hessian": "Hessian",
    "analysis.maps": "Field",
    "analysis.implicit": "Implicit",
    "analysis.marking": "Mark",
    "analysis.measure": "Measurement",
    "analysis.examples": "Examples",
    "analysis.features": "Feature",
    "analysis.plot": "Plot",
    "analysis.practice": "Exercise",
    "analysis.proof": "Proof Proved",
    "analysis.proof_range": "ClaimProof RangeProof",
    "analysis.steps": "Derivative",
    "analysis.sweep": "Series Sweep",
    "analysis.taylor": "Expansion",
    "analysis.trace": "Trace",
    "analysis.training": "Training",
    "analysis.tree": "Tree",
    "analysis.work": "Judgement LineVerdict",
    "blackbox.boxes": "Boxes",
    "calculus.functions": "Function",
    "engine.derivation": "Derivation Step",
    "engine.one_sided": "Slopes",
    "engine.stencils": "Difference",
    "inputs.data": "Data",
    "language.expression": "Expression",
    "language.parser": "Parsed",
    "problem": "Estimate MethodResult Problem",
    "remarks": "Remark",
    "version": "__version__",
}
_NAMES = {name: home for home, names in _HOMES.items() for name in names.split()}


if not TYPE_CHECKING:  # to a type checker, a misspelt name is an error

    def __getattr__(name: str) -> object:
        """Import a public name when it is first used: start-up time is a feature."""
        from importlib import import_module

        questions = import_module(f"{__name__}.api")
        if name == "__all__":
            return [name for name in __dir__() if name[0] != "_"]
        if name in dir(questions):
            return getattr(questions, name)
        if name not in _NAMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        found = getattr(import_module(f"{__name__}.{_NAMES[name]}"), name)
        globals()[name] = found
        return found


def __dir__() -> list[str]:
    """Return the public names, those that are not loaded yet too."""
    from diffcli import api

    return sorted([*_NAMES, *dir(api), "__doc__"])
