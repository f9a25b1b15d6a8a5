"""What ``diffcli grad`` is asked, and which methods answer."""

from collections.abc import Sequence

from diffcli import methods
from diffcli.cli.command import refuse
from diffcli.cli.request import Request
from diffcli.output import formats
from diffcli.problem import Settings
from diffcli.records import Record

PARTS = ("blocks", "record", "sheet", "brief", "maths")
_ONE_EACH = ("brief", "sheet")  # for these one method is asked, if none is named
_FOR_PROGRAMS = (*_ONE_EACH, "record")
_DIFFERENCES = ("h", "scheme", "arithmetic")  # options of differences


class Question(Record):
    """What the options of one call ask."""

    request: Request
    #: The variables, as they were typed; empty: all.
    wrt: str
    #: The methods that were named; none: the usual ones.
    method_words: tuple[str, ...]
    settings: Settings
    #: Of the derivatives; 0: the value alone.
    order: int
    keep_going: bool
    #: The file with many formulas; empty: there is one.
    exprs: str

    @property
    def form(self) -> str:
        """The format. Raises UsageError for one that grad has not."""
        return self.request.form(PARTS)

    @property
    def many(self) -> bool:
        """Tell whether there are many rows, each with room for one method."""
        return self.request.many or bool(self.exprs)

    def methods(self, *, many: bool) -> tuple[str, ...]:
        """Return the methods: as named, or where there is room for one, backprop."""
        alone = has_room_for_one(self.form, many=many)
        usual = ("backprop",) if alone else methods.THREE
        return tuple(methods.select(self.method_words or usual))

    def methods_of_order(self) -> tuple[str, ...]:
        """Return the order's methods. Raises UsageError for options of no use to it."""
        refuse_other_orders(self.order)
        if self.order == 0:
            return ()
        if self.order == 1:
            return self.methods(many=self.many)
        if self.order == 2:
            return self.methods(many=False)
        return self.methods_of_higher_order()

    def methods_of_second_order(self) -> tuple[str, ...]:
        """Return the methods of order 2; numbers alone come from the exact ones.

        Raises UsageError for one that has no second derivatives.
        """
        from diffcli.api.hessians import ways

        alone = formats.part(self.form) == "brief"
        return ways(self.method_words or (("symbolic", "backprop") if alone else ()))

    def methods_of_higher_order(self) -> tuple[str, ...]:
        """Return the methods of an order above 2.

        Raises UsageError for one that has no such derivatives.
        """
        from diffcli.api.expansions import ways

        alone = formats.part(self.form) == "brief"
        return ways(self.method_words or (("taylor",) if alone else ()))


def has_room_for_one(form: str, *, many: bool) -> bool:
    """Tell whether a row has room for one method only."""
    part = formats.part(form)
    return part == "brief" or (part == "sheet" and many)


def refuse_unused(names: Sequence[str], settings: Settings, form: str) -> None:
    """Refuse options that these methods and this format have no use for."""
    if names and "finite" not in names:
        why = f"-f {form} asks no differences here; --method finite does"
        why = why if formats.part(form) in _ONE_EACH else "there are no differences"
        refuse(why, *_DIFFERENCES)
    if settings.precise:
        refuse("it is that of doubles: 17 digits at most", "arithmetic")
    if formats.part(form) in _FOR_PROGRAMS:
        refuse(f"-f {form} has numbers alone", "arithmetic")
    if settings.h == "auto" and not settings.precise:
        refuse("--h auto takes what is best at each step", "scheme")
    if settings.h == "relative" and settings.precise:
        refuse("above 17 digits h is as small as they need", "h")
    if formats.part(form) == "brief":
        refuse("-f plain has numbers alone", "exact")


def refuse_other_orders(order: int) -> None:
    """Refuse options that an order has no use for. Raises UsageError."""
    if order == 0:
        why = "--order 0 is the value alone"
        refuse(why, "wrt", "wanted", "h", "scheme", "subgradient", "arithmetic")
    if order > 1:
        why = f"--order {order} has numbers at each point"
        refuse(why, "subgradient", "arithmetic")
    if order > 2:
        refuse(f"--order {order} ends at the first bad point", "keep_going")
