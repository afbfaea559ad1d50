"""The one object that each command takes, read with care: an editor, or anything else, may send anything."""

from collections.abc import Mapping, Sequence

from pprof_lens.profile.errors import ProfileError

_MOST = 1_000_000_000


class Arguments:
    """Named values of a command's argument. Each reader raises ProfileError in one sentence."""

    def __init__(self, command: str, given: Sequence[object]) -> None:
        if len(given) > 1 or (given and given[0] is not None and not isinstance(given[0], Mapping)):
            raise ProfileError(f"{command} takes one object as its argument.")
        self._command = command
        self._values: Mapping[object, object] = given[0] if given and isinstance(given[0], Mapping) else {}

    def text(self, name: str) -> str:
        value = self.optional_text(name)
        if not value:
            raise ProfileError(f"{self._command} needs a text {name!r}.")
        return value

    def optional_text(self, name: str) -> str:
        """The text, empty where none is given."""
        value = self._values.get(name)
        if value is None:
            return ""
        if not isinstance(value, str) or "\0" in value:
            raise ProfileError(f"{self._command}: {name!r} must be a text.")
        return value

    def texts(self, name: str) -> tuple[str, ...]:
        """One text or a list of them; empty where none is given."""
        value = self._values.get(name)
        if isinstance(value, Sequence) and not isinstance(value, str):
            if not all(isinstance(item, str) and item and "\0" not in item for item in value):
                raise ProfileError(f"{self._command}: {name!r} must be a list of texts.")
            return tuple(str(item) for item in value)
        text = self.optional_text(name)
        return (text,) if text else ()

    def choice(self, name: str, options: Sequence[str]) -> str:
        value = self.text(name)
        if value not in options:
            raise ProfileError(f"{self._command}: {name!r} must be one of {', '.join(options)}.")
        return value

    def number(self, name: str, default: float) -> float:
        """A number that is not negative and not beyond all use."""
        value = self._values.get(name)
        if value is None:
            return default
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= _MOST:
            raise ProfileError(f"{self._command}: {name!r} must be a number of at least 0 and at most {_MOST}.")
        return value

    def inner(self, name: str) -> "Arguments":
        """An object inside of the argument."""
        return Arguments(f"{self._command}: {name!r}", (self._values.get(name),))

    def has(self, name: str) -> bool:
        return self._values.get(name) is not None
