"""The gradient through many layers."""

from diffcli.analysis import depth as _analysis
from diffcli.analysis.depth import Chain, Loss
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


def losses(chain: Chain, format: str) -> tuple[Loss, Loss]:
    """Return where a chain's gradient is exactly 0 in a format, and where in doubles.

    Formats are half, bfloat16 and single; every operation is rounded.

    >>> half, double = losses(depth("sigmoid", layers=12), "half")
    >>> half.gradient, half.layers < double.layers
    (0.0, True)

    Raises UsageError for another format, RangeError where a layer is too large for it.
    """
    from diffcli.calculus.floats import FORMATS

    arguments.among(format, {name: name for name in FORMATS}, "format")
    return _analysis.losses(chain, format)
