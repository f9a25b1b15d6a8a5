"""The library: questions by subject, each with the answer's own type.

``import diffcli`` offers their names, as this package does, and loads them when they
are first used. A formula is a text, or what ``parse`` returned; a point gives every
variable a number by name; what ``pose`` returned stands for both. Whatever is wrong
with a call raises a DiffcliError: see ``diffcli.errors``.

The commands ask here too: nothing else in the command line computes. What is for
tables alone, and no question of its own, has a name in its file only.
"""

TYPE_CHECKING = False

if TYPE_CHECKING:
    from diffcli.api.boxes import measure as measure
    from diffcli.api.boxes import program as program
    from diffcli.api.budgets import budget as budget
    from diffcli.api.claims import check as check
    from diffcli.api.derivations import derive as derive
    from diffcli.api.derivations import steps as steps
    from diffcli.api.descents import descend as descend
    from diffcli.api.exercises import answer as answer
    from diffcli.api.exercises import practice as practice
    from diffcli.api.expansions import taylor as taylor
    from diffcli.api.exports import export as export
    from diffcli.api.formulas import functions as functions
    from diffcli.api.formulas import parse as parse
    from diffcli.api.formulas import pose as pose
    from diffcli.api.hessians import hessian as hessian
    from diffcli.api.implicits import implicit as implicit
    from diffcli.api.layers import depth as depth
    from diffcli.api.losses import examples as examples
    from diffcli.api.maps import field as field
    from diffcli.api.marks import judge as judge
    from diffcli.api.marks import mark as mark
    from diffcli.api.partials import compare as compare
    from diffcli.api.partials import gradient as gradient
    from diffcli.api.partials import gradients as gradients
    from diffcli.api.partials import jacobian as jacobian
    from diffcli.api.partials import value as value
    from diffcli.api.passes import trace as trace
    from diffcli.api.passes import tree as tree
    from diffcli.api.plots import plot as plot
    from diffcli.api.proofs import prove as prove
    from diffcli.api.proofs import prove_claim as prove_claim
    from diffcli.api.proofs import prove_range as prove_range
    from diffcli.api.sweeps import sweep as sweep

_HOMES = {
    "boxes": "measure program",
    "budgets": "budget",
    "claims": "check",
    "derivations": "derive steps",
    "descents": "descend",
    "exercises": "answer practice",
    "expansions": "taylor",
    "exports": "export",
    "formulas": "functions parse pose",
    "hessians": "hessian",
    "implicits": "implicit",
    "layers": "depth",
    "losses": "examples",
    "maps": "field",
    "marks": "judge mark",
    "partials": "compare gradient gradients jacobian value",
    "passes": "trace tree",
    "plots": "plot",
    "proofs": "prove prove_claim prove_range",
    "sweeps": "sweep",
}
#: The file of each question.
_FILES = {name: home for home, names in _HOMES.items() for name in names.split()}


def __getattr__(name: str) -> object:
    """Import a question when it is first asked: start-up time is a feature."""
    if name not in _FILES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    found = getattr(import_module(f"{__name__}.{_FILES[name]}"), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    """Return the questions, those that are not loaded yet too."""
    return sorted(_FILES)
