"""The gradient through many layers."""

from diffcli.analysis import depth as _analysis
from diffcli.analysis.depth import Chain
from diffcli.inputs import arguments
from diffcli.inputs.arguments import Value


def depth(
    activation: str = "sigmoid",
    *,
    layers: int = 10,
    weight: Value = 1,
    start: Value = 0.5,
) -> Chain:
    """Return the gradient through a chain of layers, a(l) = act(w*a(l-1)).

    The activation is a function's name, "linear", or a formula in one variable.

    >>> depth("tanh", layers=3).verdict
    'vanishes'

    Raises UsageError, ParseError, and DomainError where a layer has no value.
    """
    arguments.text(activation, "activation")
    arguments.whole(layers, "layers", 1, 1_000_000)
    w = arguments.finite(arguments.number(weight, "weight"), "weight")
    a = arguments.finite(arguments.number(start, "start"), "start")
    return _analysis.chain(activation, layers, w, a)
