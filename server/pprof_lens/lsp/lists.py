"""What servers of a fleet listed lately, so that each key that is typed in a picker need not ask them again."""

import time
from collections import OrderedDict

_SECONDS = 60.0
_MOST = 100


class Lists:
    """Lists by what was asked, for a minute."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, ...], tuple[float, tuple[str, ...]]] = OrderedDict()

    def get(self, key: tuple[str, ...]) -> tuple[str, ...] | None:
        """What was listed, None where that is too long ago."""
        since, found = self._kept.get(key, (0.0, ()))
        return found if since and time.monotonic() - since < _SECONDS else None

    def keep(self, key: tuple[str, ...], found: tuple[str, ...]) -> None:
        self._kept.pop(key, None)
        self._kept[key] = time.monotonic(), found
        while len(self._kept) > _MOST:
            self._kept.popitem(last=False)
