"""What the editor's settings say of Go, in the section of the Go extension; an editor that has none says nothing."""

import logging
import os
from pathlib import Path

from pprof_lens.bench import go_settings
from pprof_lens.bench.allowed import Allowed, allowed
from pprof_lens.bench.go_settings import GoSettings, Where
from pprof_lens.editor.host import Host
from pprof_lens.profile.errors import ProfileError
from pprof_lens.workspace import reading

log = logging.getLogger(__name__)

SECTION = "go"
_LARGEST_FILE = 1 << 20


async def of_tests(host: Host, uri: str, path: str) -> Allowed:
    """What a run of the tests of a file takes. Raises ProfileError where a file of variables cannot be read."""
    return await _of_tests(host, await _asked(host, uri), _where(host, path))


async def of_builds(host: Host, uri: str, path: str) -> tuple[Allowed, ...]:
    """What a build of the package of a file takes, then what its tests do where that is something else."""
    settings, where = await _asked(host, uri), _where(host, path)
    flags = [where.resolved(flag) for flag in settings.build_flags]
    variables = {name: where.resolved(value) for name, value in settings.tools_variables.items()}
    of_build = allowed(flags, where.resolved(settings.build_tags), variables)
    try:
        of_tests = await _of_tests(host, settings, where)
    except ProfileError as error:
        log.info("What tests take is not known: %s", error)
        return (of_build,)
    is_as_build = (of_tests.build, of_tests.environ) == (of_build.build, of_build.environ)
    return (of_build,) if is_as_build else (of_build, of_tests)


async def _of_tests(host: Host, settings: GoSettings, where: Where) -> Allowed:
    of_file = await host.aside(lambda: _of_file(where.resolved(settings.file), where)) if settings.file else {}
    variables = {**settings.tools_variables, **of_file, **settings.test_variables}
    return allowed(
        [where.resolved(flag) for flag in settings.flags],
        where.resolved(settings.tags),
        {name: where.resolved(value) for name, value in variables.items()},
    )


async def _asked(host: Host, uri: str) -> GoSettings:
    return go_settings.go_settings(await host.frontend.configuration(SECTION, uri))


def _where(host: Host, path: str) -> Where:
    """What variables stand for in the settings of a file: its own workspace folder, else the first one."""
    folders = host.wanted.settled.folders
    around = [folder for folder in folders if Path(path).is_relative_to(folder)]
    return Where(max(around, key=len, default=folders[0] if folders else ""), os.environ)


def _of_file(path: str, where: Where) -> dict[str, str]:
    try:
        text = reading.read(path, _LARGEST_FILE)[0].decode("utf-8", "replace")
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise ProfileError(f"The file of go.testEnvFile cannot be read: {path}: {why}.") from None
    return go_settings.of_file(text, where.environ)
