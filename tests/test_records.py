"""A record is what ``typing.NamedTuple`` would have made of the same lines."""

import ast
import copy
import inspect
import pickle
import typing
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from typing import Any

import pytest

import diffcli
from diffcli.records import Record

PACKAGE = Path(diffcli.__file__).parent


class Pair(Record):
    """Two values; the second has a default."""

    first: object
    second: object = 2

    @property
    def turned(self) -> tuple[object, object]:
        """The two, the other way round."""
        return self.second, self.first


def records() -> Iterator[type[Any]]:
    """Yield every record of the package."""
    for module in walk_packages(diffcli.__path__, "diffcli."):
        if not module.name.endswith("__main__"):
            for found in vars(import_module(module.name)).values():
                is_here = getattr(found, "__module__", "") == module.name
                if is_here and isinstance(found, type) and hasattr(found, "_fields"):
                    yield found


def test_each_record_is_like_the_named_tuple_of_its_fields() -> None:
    every = list(records())
    assert len(every) > 100
    for record in every:
        names = record.__annotations__
        twin = typing.NamedTuple(record.__name__, list(names.items()))  # type: ignore[misc]
        values = range(len(names))
        ours, theirs = record(*values), twin(*values)
        assert ours._fields == record.__match_args__ == theirs._fields
        assert ours._asdict() == theirs._asdict()
        assert (ours, hash(ours)) == (theirs, hash(theirs))
        assert [getattr(ours, name) for name in names] == list(values)
        if "__repr__" not in vars(record):
            assert repr(ours) == repr(theirs)
        assert not hasattr(ours, "__dict__")


def test_a_record_takes_defaults_names_and_places() -> None:
    assert Pair(1) == Pair(1, 2) == Pair(second=2, first=1) == Pair(1, second=2)
    assert Pair(1).turned == (2, 1)
    assert Pair(1)._replace(second=3) == Pair(1, 3)
    match Pair(1):
        case Pair(first, second):
            assert (first, second) == (1, 2)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda make: make(),
        lambda make: make(1, 2, 3),
        lambda make: make(1, first=1),
        lambda make: make(1, third=3),
        lambda make: make(1)._replace(third=3),
    ],
)
def test_what_does_not_fit_the_fields_is_refused(
    wrong: Callable[[type[Any]], object],
) -> None:
    with pytest.raises(TypeError):
        wrong(Pair)


def test_a_record_does_not_change() -> None:
    pair: Any = Pair(1)
    for name in ("first", "third"):
        with pytest.raises(AttributeError):
            setattr(pair, name, 3)


def test_a_record_is_copied_and_pickled() -> None:
    assert copy.copy(Pair(1)) == copy.deepcopy(Pair(1)) == Pair(1)
    again = pickle.loads(pickle.dumps(Pair([1])))
    assert again == Pair([1])
    assert type(again) is Pair


def test_fields_are_found_where_annotations_are_made_when_asked_for() -> None:
    """As from Python 3.14 on."""
    space = {"__annotate_func__": lambda _: {"first": int, "second": str}}
    define: Any = type(Record)
    assert define("Later", (Record,), space)._fields == ("first", "second")


def test_help_tells_how_a_record_is_made() -> None:
    assert str(inspect.signature(Pair)) == "(first: object, second: object = 2)"


def test_types_of_all_that_is_public_can_be_asked_for() -> None:
    for name in diffcli.__all__:
        public = getattr(diffcli, name)
        assert typing.get_type_hints(public) is not None
        parts = (getattr(part, "fget", part) for part in vars(public).values())
        for method in filter(inspect.isfunction, parts):
            typing.get_type_hints(method)


def test_all_records_are_these() -> None:
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module == "typing":
                renamed = [a.asname for a in node.names if a.name == "NamedTuple"]
                assert renamed in ([], ["Record"]), path
