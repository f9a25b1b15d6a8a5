"""Records: what ``typing.NamedTuple`` makes, for less.

A NamedTuple checks its annotations and compiles a constructor when it is defined. One
call defines forty and makes instances of ten; that was a tenth of its start-up. Here
a definition notes the names of the fields, and one constructor serves all records.
"""

from typing import TYPE_CHECKING, Any, Self

__all__ = ["Each", "Record"]

if TYPE_CHECKING:
    from collections.abc import Sequence
    from inspect import Signature
    from typing import NamedTuple as Record  # what a type checker knows of them
else:
    from collections import _tuplegetter as getter  # a third of a property's time

    class Definition(type):
        """The type of records: their fields are what they annotate."""

        def __new__(
            cls, name: str, bases: tuple[type, ...], names: dict[str, Any]
        ) -> Self:
            """Return a record with a getter for each field."""
            # From Python 3.14 on a function gives the annotations: 1 asks for values.
            annotate = names.get("__annotate_func__", lambda _: ())
            fields = tuple(names.get("__annotations__") or annotate(1))
            space = {
                "__slots__": (),
                **names,
                **{field: getter(place, None) for place, field in enumerate(fields)},
                "_fields": fields,
                "__match_args__": fields,
                "_field_defaults": {f: names[f] for f in fields if f in names},
            }
            return super().__new__(cls, name, bases, space)

        @property
        def __signature__(cls) -> "Signature":
            """How a record is made, for ``help``."""
            from inspect import Parameter, Signature

            return Signature(
                [
                    Parameter(
                        field,
                        Parameter.POSITIONAL_OR_KEYWORD,
                        default=cls._field_defaults.get(field, Parameter.empty),
                        annotation=annotation,
                    )
                    for field, annotation in cls.__annotations__.items()
                ]
            )

    class Record(tuple, metaclass=Definition):
        """A tuple whose fields have names."""

        def __new__(cls, *values: Any, **named: Any) -> Self:
            """Return a record. Raises TypeError as a function with these parameters."""
            fields, defaults = cls._fields, cls._field_defaults
            missing = len(fields) - len(values)
            if named or not 0 <= missing <= len(defaults):
                given, rest = {**defaults, **named}, fields[len(values) :]
                if missing < 0 or not named.keys() <= set(rest) <= given.keys():
                    cls.__signature__.bind(*values, **named)
                values += tuple(map(given.__getitem__, rest))
            elif missing:
                values += tuple(defaults.values())[-missing:]
            return tuple.__new__(cls, values)

        def __getnewargs__(self) -> tuple[Any, ...]:
            """Return what makes an equal record, for ``copy`` and ``pickle``."""
            return tuple(self)

        def __repr__(self) -> str:
            """Return the call that makes an equal record."""
            pairs = zip(self._fields, self, strict=True)
            inside = ", ".join(f"{field}={value!r}" for field, value in pairs)
            return f"{type(self).__name__}({inside})"

        def _replace(self, **named: Any) -> Self:
            """Return a record with other values in some fields."""
            record = tuple.__new__(type(self), map(named.pop, self._fields, self))
            if named:
                raise TypeError(f"{type(self).__name__} has no field {min(named)!r}")
            return record

        __replace__ = _replace  # what copy.replace asks, from Python 3.13 on

        def _asdict(self) -> dict[str, Any]:
            """Return the values by field."""
            return dict(zip(self._fields, self, strict=True))


class Each:
    """What differs from row to row, where a record of one row has one number or text.

    So the record of many rows is made by who makes that of one.
    """

    __slots__ = ("column",)

    def __init__(self, column: "Sequence[Any]") -> None:
        self.column = column
