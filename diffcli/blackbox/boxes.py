"""Several copies of a black box that work side by side."""

import queue
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Self

from diffcli.blackbox.protocol import Box, Reply
from diffcli.errors import DomainError
from diffcli.problem import point_text


class Boxes:
    """A black box that is asked for values: copies of it work side by side."""

    def __init__(self, make: Callable[[], Box], jobs: int = 1) -> None:
        self.all = [make() for _ in range(jobs)]
        self.free: queue.Queue[Box] = queue.Queue()
        for box in self.all:
            self.free.put(box)
        self.name = self.all[0].name
        #: How often any of them was asked.
        self.asked = 0
        self.counting = threading.Lock()  # copies are asked side by side

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for box in self.all:
            box.close()

    def ask(self, x: Sequence[float]) -> Reply:
        """Return the answer of the first copy that is free."""
        box = self.free.get()
        with self.counting:
            self.asked += 1
        try:
            return box.ask(x)
        finally:
            self.free.put(box)

    def deaths(self) -> list[str]:
        """Return how any of them ended on the way, a sentence for each time."""
        return [death for box in self.all for death in box.deaths]

    def at(self, point: Mapping[str, float]) -> Reply:
        """Return the answer at the point itself, where there has to be one.

        Raises DomainError if there is none.
        """
        try:
            return self.ask(tuple(point.values()))
        except ArithmeticError as error:
            raise DomainError(f"{error}: {point_text(point)}") from None
