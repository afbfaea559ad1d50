"""The settings `pprofLens.*`: what a user can set, declared here and nowhere else; frozen, with a default for each.

package.json's part and what the server takes are made of these declarations. Nothing is read here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Literal, NamedTuple

from pprof_lens.live.named import Servers

SECTION = "pprofLens"

Scope = Literal["window", "machine-overridable"]


class Between(NamedTuple):
    """The bounds of a number, both included."""

    least: float
    most: float


class Setting(NamedTuple):
    """How a setting is called after `pprofLens.`, what its user reads about it, and where VS Code takes it from.

    One that is restricted is not taken from a workspace that the user does not trust.
    """

    name: str
    told: str
    scope: Scope = "window"
    is_restricted: bool = False


Pairs = tuple[tuple[str, str], ...]
"""An object of texts, in its order."""

Headers = Mapping[str, str | Mapping[str, str]]
"""Texts by name, or by host and name."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What a user can set. Sizes are bytes, intervals seconds, `threshold` is percent of the total."""

    profile: Annotated[
        str,
        Setting(
            "profile",
            "Path or URL of the profile that is loaded at start; a relative path starts at the workspace folder.",
            is_restricted=True,
        ),
    ] = ""
    sample_type: Annotated[
        str,
        Setting(
            "sampleType",
            "Sample type to show when a profile has it, such as `alloc_space`; empty means the profile's own default.",
        ),
    ] = ""
    threshold: Annotated[
        float,
        Between(0, 100),
        Setting("threshold", "Lines and functions below this percentage of the total show no figure."),
    ] = 0.5
    inlay_hints_enabled: Annotated[bool, Setting("inlayHints.enabled", "Show the figure of a line at its end.")] = True
    code_lens_enabled: Annotated[
        bool, Setting("codeLens.enabled", "Show the figures of a function above it; a click opens its call tree.")
    ] = True
    diagnostics_enabled: Annotated[
        bool, Setting("diagnostics.enabled", "List hot lines, leaks and stale sources in the Problems panel.")
    ] = True
    diagnostics_hot_lines: Annotated[
        int,
        Between(0, 100),
        Setting("diagnostics.hotLines", "How many of the top lines are listed in the Problems panel as `hot-line`."),
    ] = 3
    diagnostics_ignore: Annotated[
        tuple[str, ...],
        Setting(
            "diagnostics.ignore",
            "Findings that are not reported: `heap-growth`, or `heap-growth:main.put*` for some functions "
            "or files only; `*` stands for anything.",
        ),
    ] = ()
    heat_enabled: Annotated[
        bool, Setting("heat.enabled", "Colour hot lines at their start and in the overview ruler.")
    ] = True
    path_mappings: Annotated[
        Pairs,
        Setting(
            "pathMappings",
            'Local folder for each path prefix of a profile, such as `{"/app": "/home/me/shop"}` for a '
            "program built in a container.",
            is_restricted=True,
        ),
    ] = ()
    http_headers: Annotated[
        Headers,
        Setting(
            "http.headers",
            "Headers sent when a profile is fetched, to any host or to one: "
            '`{"X-Scope-OrgID": "shop", "admin.example.com": {"Authorization": "Bearer ${env:TOKEN}"}}`; '
            "`${env:NAME}` in a value is read from the environment.",
            is_restricted=True,
        ),
    ] = field(default_factory=dict)
    http_certificates: Annotated[
        str,
        Setting(
            "http.certificates",
            "Path of a PEM file with certificates that are trusted beside the system's when a profile is fetched: "
            "authorities, or the program's own certificate.",
            is_restricted=True,
        ),
    ] = ""
    sources: Annotated[
        Servers,
        Setting(
            "sources",
            "Servers that keep the profiles of a fleet, for *Load from Source…*: "
            '`[{"name": "production", "kind": "pyroscope", "url": "https://pyroscope.example.com", '
            '"headers": {"Authorization": "Bearer ${secret:TOKEN}"}, "tenant": "shop"}]`; or `parca`. '
            "`${secret:NAME}` is what *Set Secret…* keeps in VS Code's secret storage, `${env:NAME}` an environment "
            "variable; `certificates` is a PEM file that is trusted, too.",
            is_restricted=True,
        ),
    ] = ()
    limits_profile_bytes: Annotated[
        int,
        Between(1, 1 << 40),
        Setting(
            "limits.profileBytes", "Largest profile that is read, in bytes after decompression.", is_restricted=True
        ),
    ] = 1 << 30
    watch_interval_seconds: Annotated[
        float,
        Between(0.1, 86400),
        Setting("watch.intervalSeconds", "Seconds between two captures of a watched program."),
    ] = 10.0
    bench_count: Annotated[
        int, Between(1, 100), Setting("bench.count", "How often a benchmark is measured: ten times prove most changes.")
    ] = 10
    bench_time: Annotated[
        str,
        Setting("bench.time", "How long a benchmark is measured each time, as `-benchtime` has it: `1s`, or `100x`."),
    ] = "1s"
    interpreter: Annotated[
        str,
        Setting(
            "interpreter",
            "Path of a Python 3.10 or newer; empty means the server's own, and where that does not run the Python "
            "extension's interpreter, then the one on `PATH`.",
            "machine-overridable",
            is_restricted=True,
        ),
    ] = ""
    server_command: Annotated[
        tuple[str, ...],
        Setting(
            "server.command",
            "Command that starts the server, program and arguments; replaces the bundled one.",
            "machine-overridable",
            is_restricted=True,
        ),
    ] = ()
