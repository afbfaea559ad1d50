"""git, asked without the network, without hooks and without whatever else a repository's configuration may name."""

import os

from pprof_lens.workspace import process
from pprof_lens.workspace.process import Cancellation

_ENVIRONMENT = {
    "GIT_ALLOW_PROTOCOL": "none",  # before all that a repository's configuration says; known to every git
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
}
_OPTIONS = (
    "--no-pager",
    "--literal-pathspecs",
    *("-c", "protocol.allow=never"),
    *("-c", "core.fsmonitor=false"),
    *("-c", "core.hooksPath=/dev/null"),
    *("-c", "log.showSignature=false"),
    *("-c", "safe.bareRepository=explicit"),  # one that lies in the files of another brings its own configuration
)


def run(program: str, folder: str, *arguments: str, cancelled: Cancellation) -> bytes:
    """What git prints in that folder; nothing if it fails. Raises Cancelled."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return process.run([program, "-C", folder, *_OPTIONS, *arguments], {**environ, **_ENVIRONMENT}, cancelled)
