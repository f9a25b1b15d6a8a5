"""How a function is framed in Python, with whatever library."""

import builtins
import keyword
from collections.abc import Iterator, Sequence

from diffcli.targets import Listing, Nested, comment, nested, returned

RESERVED = frozenset((*keyword.kwlist, *dir(builtins)))


def lines(
    listing: Listing,
    library: str,
    code: dict[str, str],
    *,
    before: Sequence[str] = (),
    first: Sequence[str] = (),
    check: str = "{}",
    number: str = "float({})",
) -> Iterator[str]:
    """Yield a module with one function.

    ``before`` stands above its head and ``first`` are its first lines; ``code`` has
    the text of each output. In a check ``check`` makes an input of a number and
    ``number`` a number of an output.
    """
    yield from comment("#", listing.remarks)
    yield library
    for helper in listing.helpers:
        yield from ("", "")
        yield f"def {helper.name}({', '.join(helper.inputs)}):"
        for statement in helper.statements:
            yield f"    {statement.name} = {statement.code}"
        yield f"    return {helper.code}"
    yield from ("", "", *before)
    yield f"def {listing.name}({', '.join(listing.inputs)}):"
    yield from (f"    {line}" for line in first)
    for statement in listing.statements:
        yield f"    {statement.name} = {statement.code}"
    yield from returned(nested(listing, code), "    return ", "", "()")
    if listing.check is not None:
        yield from _check(listing, check, number)


def shaped(listing: Listing, like: str) -> dict[str, str]:
    """Return the code of each output, constants in the shape of the first input."""
    return {
        output.name: f"{like}({listing.inputs[0]}, {output.code})"
        if output.constant and listing.inputs
        else output.code
        for output in listing.outputs
    }


def _check(listing: Listing, check: str, number: str) -> Iterator[str]:
    """Yield the lines that compute one point, and stop if a number is wrong."""
    assert listing.check is not None
    point, expected, tolerances = listing.check
    names = {output.name: output.name for output in listing.outputs}
    results = nested(listing, names)
    got = ", ".join(number.format(output.name) for output in listing.outputs)
    yield from ("", "", 'if __name__ == "__main__":')
    given = ", ".join(map(check.format, point))
    yield f"    {', '.join(map(_target, results))} = {listing.name}({given})"
    yield f"    got = [{got}]"
    yield f"    expected = [{', '.join(expected)}]"
    yield f"    tolerances = [{', '.join(tolerances)}]"
    yield "    for a, b, tolerance in zip(got, expected, tolerances):"
    yield '        assert abs(a - b) <= tolerance, f"{a!r} is not {b!r}"'


def _target(part: Nested) -> str:
    return part if isinstance(part, str) else f"[{', '.join(map(_target, part))}]"
