"""The settings `pprofLens.*`: frozen, fully defaulted; a wrong value is told once and its default used.

package.json describes the same settings for VS Code; a test compares the two. Nothing is read from disk here.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields

SECTION = "pprofLens"

Headers = Mapping[str, "str | Mapping[str, str]"]
"""By name, or by host and name."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What a user can set. Sizes are bytes, intervals seconds, `threshold` is percent of the total."""

    profile: str = ""
    sample_type: str = ""
    threshold: float = 0.5
    inlay_hints_enabled: bool = True
    code_lens_enabled: bool = True
    diagnostics_enabled: bool = True
    diagnostics_hot_lines: int = 3
    diagnostics_ignore: tuple[str, ...] = ()
    heat_enabled: bool = True
    path_mappings: tuple[tuple[str, str], ...] = ()
    http_headers: Headers = field(default_factory=dict)
    http_certificates: str = ""
    limits_profile_bytes: int = 1 << 30
    watch_interval_seconds: float = 10.0
    interpreter: str = ""
    server_command: tuple[str, ...] = ()


NAMES: Mapping[str, str] = {
    "profile": "profile",
    "sampleType": "sample_type",
    "threshold": "threshold",
    "inlayHints.enabled": "inlay_hints_enabled",
    "codeLens.enabled": "code_lens_enabled",
    "diagnostics.enabled": "diagnostics_enabled",
    "diagnostics.hotLines": "diagnostics_hot_lines",
    "diagnostics.ignore": "diagnostics_ignore",
    "heat.enabled": "heat_enabled",
    "pathMappings": "path_mappings",
    "http.headers": "http_headers",
    "http.certificates": "http_certificates",
    "limits.profileBytes": "limits_profile_bytes",
    "watch.intervalSeconds": "watch_interval_seconds",
    "interpreter": "interpreter",
    "server.command": "server_command",
}
"""From a setting's name to its field."""


class WrongValueError(ValueError):
    """A setting has a value that it cannot have; the message says what it can have."""


def read(section: object) -> tuple[Settings, tuple[str, ...]]:
    """The settings in an editor's `pprofLens` section, and a sentence for each wrong value.

    Names may be nested (`{"inlayHints": {"enabled": true}}`) or dotted, as editors send both.
    """
    if section is None:
        return Settings(), ()
    if not isinstance(section, Mapping):
        return Settings(), ("The settings of Pprof Lens are not an object; the defaults are used.",)
    values: dict[str, object] = {}
    problems = []
    for name, attribute in NAMES.items():
        given = _look_up(section, name)
        if given is None:
            continue
        try:
            values[attribute] = _READERS[attribute](given)
        except WrongValueError as error:
            problems.append(f"The setting {SECTION}.{name} must be {error}; its default is used.")
    return Settings(**values), tuple(problems)  # type: ignore[arg-type]


def _look_up(section: Mapping[object, object], name: str) -> object:
    if name in section:
        return section[name]
    found: object = section
    for part in name.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found


def _text(value: object) -> str:
    if not isinstance(value, str) or "\0" in value:
        raise WrongValueError("a text")
    return value


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise WrongValueError("true or false")
    return value


def _number(least: float, most: float) -> Callable[[object], float]:
    def read_number(value: object) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
            raise WrongValueError(f"a number from {least:g} to {most:g}")
        return float(value)

    return read_number


def _whole(least: int, most: int) -> Callable[[object], int]:
    def read_whole(value: object) -> int:
        if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
            raise WrongValueError(f"a whole number from {least} to {most}")
        return int(value)

    return read_whole


def _texts(value: object) -> tuple[str, ...]:
    if not isinstance(value, list | tuple) or not all(isinstance(item, str) for item in value):
        raise WrongValueError("a list of texts")
    return tuple(value)


def _text_map(value: object) -> dict[str, str]:
    if not isinstance(value, Mapping) or not all(
        isinstance(key, str) and isinstance(item, str) for key, item in value.items()
    ):
        raise WrongValueError("an object of texts")
    return dict(value)


def _headers(value: object) -> Headers:
    """Texts by name, and such maps by host."""
    if not isinstance(value, Mapping):
        return _text_map(value)
    by_host = {name: _text_map(item) for name, item in value.items() if isinstance(item, Mapping)}
    return {**_text_map({name: item for name, item in value.items() if name not in by_host}), **by_host}


def _text_pairs(value: object) -> tuple[tuple[str, str], ...]:
    return tuple(_text_map(value).items())


_READERS: Mapping[str, Callable[[object], object]] = {
    "profile": _text,
    "sample_type": _text,
    "threshold": _number(0, 100),
    "inlay_hints_enabled": _flag,
    "code_lens_enabled": _flag,
    "diagnostics_enabled": _flag,
    "diagnostics_hot_lines": _whole(0, 100),
    "diagnostics_ignore": _texts,
    "heat_enabled": _flag,
    "path_mappings": _text_pairs,
    "http_headers": _headers,
    "http_certificates": _text,
    "limits_profile_bytes": _whole(1, 1 << 40),
    "watch_interval_seconds": _number(0.1, 86400),
    "interpreter": _text,
    "server_command": _texts,
}

assert set(_READERS) == {item.name for item in fields(Settings)} == set(NAMES.values())
