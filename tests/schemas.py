"""Hold what the command line writes as JSON against the schemas that it ships."""

import json
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import takewhile
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

import diffcli

FOLDER = Path(diffcli.__file__).parent / "cli" / "schemas"
NAMES = sorted(path.stem for path in FOLDER.glob("*.json"))


def load(name: str) -> dict[str, Any]:
    """Return a schema as it ships."""
    schema: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text("utf-8"))
    return schema


def parts(schema: Any) -> Iterator[dict[str, Any]]:
    """Yield every object in a schema."""
    rest = [schema]
    while rest:
        part = rest.pop()
        if isinstance(part, dict):
            yield part
            rest += part.values()
        elif isinstance(part, list):
            rest += part


@cache
def validator(name: str) -> Draft202012Validator:
    """Return what holds a value against a schema.

    What ships lets fields be added, as it promises; ours must all be described.
    """
    schema = load(name)
    for part in parts(schema):
        if part.get("type") == "object" and "properties" in part:
            part["additionalProperties"] = False
    return Draft202012Validator(schema)


def wants_json(words: Sequence[str]) -> bool:
    """Tell whether a call asks for JSON; after -- there are no options."""
    options = takewhile(lambda word: word != "--", words)
    return any(word.removeprefix("--format=") in ("json", "jsonl") for word in options)


def hold(words: Sequence[str], code: int, out: str, err: str) -> None:
    """Hold the streams of a call that asks for JSON against the schemas."""
    in_lines = any(word.endswith(("=jsonl", "-fjsonl")) for word in words)
    documents = out.splitlines() if in_lines or "jsonl" in words else [out]
    for document in filter(None, documents):
        validator(words[0]).validate(_read(document))
    errors = [line for line in err.splitlines() if line.startswith("{")]
    said = code in (0, 1, 6) or (code > 2 and "--keep-going" in words)
    assert len(errors) == (not said)
    for line in errors:
        validator("error").validate(_read(line))


def _read(text: str) -> Any:
    """Return a JSON document; one with a NaN is none."""

    def refuse(constant: str) -> None:
        raise AssertionError(f"{constant} is not JSON")

    return json.loads(text, parse_constant=refuse)
