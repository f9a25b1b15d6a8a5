"""The gradient through a chain of layers, a(l) = act(w*a(l-1)): does it vanish?"""

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from itertools import islice

from diffcli.analysis.plot import plot
from diffcli.calculus.floats import FORMATS
from diffcli.calculus.functions import BY_NAME
from diffcli.engine.tape import Program, Undefined
from diffcli.errors import (
    DiffcliError,
    DomainError,
    RangeError,
    UsageError,
    listing,
    shortened,
    suggestion,
)
from diffcli.language.parser import Parsed, parse
from diffcli.problem import located
from diffcli.records import Record

_STEADY = 1.1  # the factor a layer up to which a gradient is called steady
_WEIGHTS = [10 ** (place / 20) for place in range(-40, 41)]  # 0.01 to 100
LONG = 2000  # layers after which a chain that keeps a gradient has settled
_KEPT = 0.01  # how far from 1 a gradient may be that is called kept
_FEWEST_DIGITS = 4
RANGE = 8.0  # the largest slope is looked for between -8 and 8


class Layer(Record):
    """One layer and what it does to the gradient."""

    #: 1 is the first layer, next to the input.
    number: int
    #: w times the output of the layer before.
    z: float
    #: act(z)
    output: float
    #: w*act'(z): what the layer multiplies the gradient with.
    local: float
    #: The derivative of the last output toward this layer's input.
    gradient: float


class Chain(Record):
    """A chain of equal layers."""

    #: The activation as the user wrote it.
    name: str
    parsed: Parsed
    weight: float
    start: float
    #: From the last layer to the first, as backpropagation meets them.
    layers: tuple[Layer, ...]

    @property
    def steepest(self) -> float | None:
        """The activation's largest slope; None: it has none, or grows without end."""
        (variable,) = self.parsed.variables
        steepest = plot(self.parsed, variable, {}, -RANGE, RANGE, 401).steepest
        if steepest is None or steepest.x in (-RANGE, RANGE):
            return None  # it is steeper still beyond
        return abs(steepest.slope)

    @property
    def keeps(self) -> float | None:
        """The weight with which the gradient would keep the size 1, if there is one."""
        return _keeping(self.parsed, len(self.layers), self.start)

    @property
    def gradient(self) -> float:
        """The derivative of the output toward the input of the whole chain."""
        return self.layers[-1].gradient

    @property
    def factor(self) -> float:
        """What one layer multiplies the gradient's size with, on average."""
        size = abs(self.gradient)
        return math.exp(math.log(size) / len(self.layers)) if size else 0.0

    @property
    def verdict(self) -> str:
        """A word for what becomes of the gradient."""
        if not self.gradient:
            return "dies"
        if self.factor < 1 / _STEADY:
            return "vanishes"
        return "explodes" if self.factor > _STEADY else "steady"


def activation(text: str) -> Parsed:
    """Return an activation: a function's name, "linear", or a formula in one variable.

    Raises ParseError, and UsageError for a formula in more variables, or none.
    """
    name = text.strip()
    row = BY_NAME.get(name)
    if row and row.arity != 1:
        raise UsageError(
            f"'{name}' takes more than one argument, but an activation takes one",
            hint=f'write it out, as in "{name}(x, 1)"',
        )
    if row is None and name.isidentifier() and name not in ("linear", "x"):
        raise UsageError(
            f"there is no activation '{name}'",
            hint=suggestion(name, ["linear", *BY_NAME], "see: diffcli functions"),
        )
    source = f"{name}(x)" if row else "x" if name == "linear" else name
    parsed = parse(source)
    if len(parsed.variables) != 1:
        many = listing(parsed.variables) or "none"
        raise UsageError(
            "an activation is a formula in one variable;"
            f" '{shortened(name)}' has {many}",
            hint='"max(0.1*x, x)"',
        )
    return parsed


def chain(text: str, count: int, weight: float, start: float) -> Chain:
    """Return the gradient through ``count`` layers from a starting value.

    The derivative of the output toward a layer's input is the product of w*act'(z)
    over all layers from there on. Where act has a kink, the convention of its row
    counts. Raises DomainError and RangeError where a layer has no value.

    Source: the lecture; Bengio, Simard & Frasconi, IEEE Trans. Neural Networks 5, 1994.
    """
    parsed = activation(text)
    layers = _layers(parsed, count, weight, start)
    return Chain(text.strip(), parsed, weight, start, layers)


def _layers(
    parsed: Parsed, count: int, weight: float, start: float
) -> tuple[Layer, ...]:
    layers: list[Layer] = []
    for number, (z, output, local) in enumerate(_walk(parsed, count, weight, start), 1):
        if not math.isfinite(local):
            raise RangeError(f"layer {number} has no finite derivative at z = {z:.6g}")
        layers.append(Layer(number, z, output, local, math.nan))
    gradient = 1.0
    backward: list[Layer] = []
    for layer in reversed(layers):
        gradient *= layer.local
        if not math.isfinite(gradient):
            raise RangeError(
                f"overflow: the gradient is beyond 1.8e308 at layer {layer.number}",
                hint="fewer layers, or a smaller weight",
            )
        backward.append(layer._replace(gradient=gradient))
    return tuple(backward)


def _walk(
    parsed: Parsed, count: int, weight: float, start: float
) -> Iterator[tuple[float, float, float]]:
    """Yield z, output and local partial layer by layer.

    Values that come again, as in a chain that has settled, are not computed again.
    Raises RangeError, DomainError where there is no value.
    """
    (name,) = parsed.variables
    program = Program([parsed.expression])
    known: dict[float, tuple[float, float]] = {}
    output = start
    for number in range(1, count + 1):
        z = weight * output
        if not math.isfinite(z):
            raise RangeError(
                f"overflow: the values are beyond 1.8e308 in layer {number}"
            )
        if z not in known:
            try:
                tape = program.run({name: z})
            except Undefined as undefined:
                raise located(undefined, parsed, {name: z}) from None
            slope = weight * tape.backward().partial(name)
            known[z] = tape.values[program.outputs[0]], slope
        output, local = known[z]
        yield z, output, local


def _keeping(parsed: Parsed, count: int, start: float) -> float | None:
    """Return a weight from 0.01 to 100 that keeps the gradient at 1, or minus 1.

    The smallest that is found, in as few digits as keep it within a hundredth; it has
    been walked with these digits.
    """

    def excess(weight: float) -> float | None:
        return _excess(parsed, count, weight, start)

    before: tuple[float, float] | None = None
    for weight in _WEIGHTS:
        here = excess(weight)
        if here is not None and before is not None and before[1] * here <= 0:
            root = _root(excess, before[0], weight, before[1] < here)
            if root is not None:
                return root
        before = None if here is None else (weight, here)
    return None


class Loss(Record):
    """After how many layers a gradient is exactly 0; None: as far as seen, never."""

    #: The format: "half", "bfloat16", "single", or "double".
    format: str
    #: In the chain itself: the number of the layer; None: it stays above 0.
    layer: int | None
    #: The gradient through the whole chain.
    gradient: float
    #: In a chain as long as need be: layers from its end.
    layers: int | None
    #: The gradient at each layer of the chain, the first layer's first.
    gradients: tuple[float, ...]


def losses(chain: Chain, name: str) -> tuple[Loss, Loss]:
    """Return where the gradient is exactly 0 in a format, and where in doubles.

    Every operation is rounded to the format. Raises RangeError where a layer's value
    is too large for it, DomainError where there is none.
    """
    return _loss(chain, name), _loss(chain, "double")


def _loss(chain: Chain, name: str) -> Loss:
    count = len(chain.layers)
    local = _locals(chain, count, name)
    own = [*_products(local[:count], name)]
    layers = None
    with suppress(RangeError):  # it explodes beyond the chain itself
        long = enumerate(_products(local, name), 1)
        layers = next((n for n, gradient in long if gradient == 0.0), None)
    gone = count - own.index(0.0) if 0.0 in own else None
    return Loss(name, gone, own[-1], layers, tuple(reversed(own)))


def _products(locals_: Sequence[float], name: str) -> Iterator[float]:
    """Yield the gradient from the last layer to the first. Raises RangeError."""
    rounding = FORMATS[name].round if name in FORMATS else float
    gradient = 1.0
    for local in reversed(locals_):
        try:
            gradient = rounding(gradient * local)
        except OverflowError:
            gradient = math.inf
        if math.isinf(gradient):
            raise _exploded(name)
        yield gradient


def _exploded(name: str) -> DiffcliError:
    if name not in FORMATS:
        return RangeError("overflow: the gradient is beyond 1.8e308")
    from diffcli.engine.coarse import too_large

    return too_large("the gradient", name)


def _locals(chain: Chain, count: int, name: str) -> list[float]:
    """Return what each layer multiplies the gradient with, in a format.

    There are more layers than the chain has, as far as they have values.

    Raises RangeError and DomainError where a layer of the chain has none.
    """
    length = max(count, LONG)
    walk = _coarse_walk(chain, name) if name in FORMATS else _double_walk(chain, length)
    found: list[float] = []
    try:
        for local in islice(walk, length):
            found.append(local)
    except DiffcliError:
        if len(found) < count:
            raise
    return found


def _double_walk(chain: Chain, count: int) -> Iterator[float]:
    for _, _, local in _walk(chain.parsed, count, chain.weight, chain.start):
        yield local


def _coarse_walk(chain: Chain, name: str) -> Iterator[float]:
    """Yield the local partials of ever more layers in a format."""
    from diffcli.engine.coarse import backward, forward, too_large

    parsed = chain.parsed
    (variable,) = parsed.variables
    program, rounding = Program([parsed.expression]), FORMATS[name].round
    known: dict[float, tuple[float, float]] = {}
    try:
        output, w = rounding(chain.start), rounding(chain.weight)
        while True:
            z = rounding(w * output)
            if z not in known:
                tape = forward(program, name, {variable: z})
                slope = rounding(w * backward(tape, name).partial(variable))
                known[z] = tape.values[program.outputs[0]], slope
            output, local = known[z]
            yield local
    except OverflowError:
        raise too_large("the value or slope of a layer", name) from None
    except Undefined as undefined:
        raise located(undefined, parsed, {variable: z}) from None


def _excess(parsed: Parsed, count: int, weight: float, start: float) -> float | None:
    """Return the logarithm of the gradient's size; infinite where it is beyond doubles.

    None: there is no gradient, or no end of layers before the chain settles.
    """
    total, last = 0.0, math.nan
    try:
        walk = _walk(parsed, min(count, LONG), weight, start)
        for number, (z, _, local) in enumerate(walk, 1):
            if not local:
                return -math.inf
            if not math.isfinite(local):
                return None
            total += math.log(abs(local))
            if z == last:  # it has settled: all other layers are like this one
                return total + (count - number) * math.log(abs(local))
            last = z
    except RangeError:
        return math.inf
    except DomainError:
        return None
    return total if count <= LONG else None


def _root(
    excess: Callable[[float], float | None], low: float, high: float, rising: bool
) -> float | None:
    """Return where the excess changes its sign, if it does so without a jump."""
    for _ in range(60):
        middle = (low + high) / 2
        here = excess(middle)
        if here is None:
            return None
        if (here < 0) == rising:
            low = middle
        else:
            high = middle
    for digits in range(_FEWEST_DIGITS, 18):
        weight = float(f"{high:.{digits}g}")
        here = excess(weight)
        if here is not None and abs(here) <= _KEPT:
            return weight
    return None
