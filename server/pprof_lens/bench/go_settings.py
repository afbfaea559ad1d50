"""What the settings of the Go extension say of tests, as an editor tells them, and what variables in them stand for.

Texts only: nothing is run, and a file of variables is read by whoever asks. What of all this a run takes, `allowed`
decides.
"""

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePath

from pprof_lens.workspace import kept

_VARIABLE = re.compile(r"\$\{(?:env:(\w+)|(workspaceFolder|workspaceRoot)|(workspaceFolderBasename))\}")
_ROW = re.compile(r"\s*(?:export\s+)?([\w.-]+)\s*=\s*(.*?)\s*")
_OF_FILE = re.compile(r"\$\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class GoSettings:
    """The settings as they are written; `file` is one of variables for tests, empty where none is named."""

    flags: tuple[str, ...] = ()
    tags: str = ""
    build_flags: tuple[str, ...] = ()
    build_tags: str = ""
    tools_variables: Mapping[str, str] = field(default_factory=dict)
    test_variables: Mapping[str, str] = field(default_factory=dict)
    file: str = ""


@dataclass(frozen=True, slots=True)
class Where:
    """What variables stand for: the workspace's folder, and the environment."""

    folder: str
    environ: Mapping[str, str]

    def resolved(self, text: str) -> str:
        """The text with what its variables stand for; one that is not known stays."""
        whole = _VARIABLE.sub(self._of, text)
        return str(kept.home()) + whole[1:] if whole == "~" or whole.startswith(("~/", f"~{os.sep}")) else whole

    def _of(self, found: "re.Match[str]") -> str:
        if found[1]:
            return self.environ.get(found[1], "")
        return self.folder if found[2] else PurePath(self.folder).name


def go_settings(section: object) -> GoSettings:
    """The settings in the section `go`; what is not of its type is as if it were not there."""
    of = section if isinstance(section, Mapping) else {}
    build_flags, build_tags = _words(of.get("buildFlags")) or (), _text(of.get("buildTags")) or ""
    flags, tags = _words(of.get("testFlags")), _text(of.get("testTags"))
    return GoSettings(
        flags=build_flags if flags is None else flags,
        tags=build_tags if tags is None else tags,
        build_flags=build_flags,
        build_tags=build_tags,
        tools_variables=_variables(of.get("toolsEnvVars")),
        test_variables=_variables(of.get("testEnvVars")),
        file=_text(of.get("testEnvFile")) or "",
    )


def of_file(text: str, environ: Mapping[str, str]) -> dict[str, str]:
    """The variables of a file of `NAME=value` lines; `${NAME}` is one of a line above, else of the environment."""
    found: dict[str, str] = {}
    for line in text.removeprefix("\ufeff").splitlines():
        row = _ROW.fullmatch(line)
        if row is None:
            continue
        quote = row[2][:1]
        is_quoted = len(row[2]) > 1 and quote in {'"', "'"} and row[2].endswith(quote)
        value = row[2][1:-1] if is_quoted else row[2]
        value = value.replace("\\n", "\n") if is_quoted and quote == '"' else value
        found[row[1]] = _OF_FILE.sub(lambda name: found.get(name[1], environ.get(name[1], "")), value)
    return found


def _words(value: object) -> tuple[str, ...] | None:
    return tuple(word for word in value if isinstance(word, str)) if isinstance(value, list | tuple) else None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _variables(value: object) -> dict[str, str]:
    entries = value.items() if isinstance(value, Mapping) else ()
    return {str(name): of if isinstance(of, str) else json.dumps(of) for name, of in entries if of is not None}
