"""The last few values of something that is dear to make, by what they were made of."""

from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class Kept(Generic[Key, Value]):
    """Keeps the `most` values that were asked for last, and of those only what weighs `heaviest` together.

    The newest stays whatever it weighs.
    """

    def __init__(self, most: int, heaviest: int = 0, weigh: Callable[[Value], int] = lambda _: 0) -> None:
        self._most = most
        self._heaviest = heaviest
        self._weigh = weigh
        self._values: dict[Key, Value] = {}

    def __contains__(self, key: Key) -> bool:
        return key in self._values

    def get(self, key: Key, make: Callable[[], Value]) -> Value:
        """The value of the key, made where it is not kept; what `make` raises leaves what is kept."""
        value = self._values.pop(key) if key in self._values else make()
        self._values[key] = value
        while len(self._values) > 1 and self._is_full():
            del self._values[next(iter(self._values))]
        return value

    def find(self, is_it: Callable[[Value], bool]) -> Value | None:
        """The value that `is_it` says yes to."""
        return next(filter(is_it, self._values.values()), None)

    def _is_full(self) -> bool:
        return len(self._values) > self._most or sum(map(self._weigh, self._values.values())) > self._heaviest
