"""How what a profile of the fleet is of stands to what is checked out: git is asked aside, what it said looked up."""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from pprof_lens.editor.host import Host
from pprof_lens.profile.errors import Cancelled
from pprof_lens.source.versions import Build
from pprof_lens.workspace.deployed import Standing

if TYPE_CHECKING:
    from pprof_lens.workspace.surroundings import Surroundings


class Deployed:
    """What git said of the build that is shown."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._of: tuple[Build, object] | None = None
        self._found: Standing | None = None
        self.on_found: Callable[[], None] = lambda: None
        """Tells what was found."""

    def standing(self) -> Standing | None:
        """How the build that is shown stands to what is checked out, as far as that is known."""
        snapshot = self._host.shown.snapshot
        is_it = snapshot is not None and self._of is not None and self._of[0] is snapshot.files.build
        return self._found if is_it else None

    def wish(self) -> None:
        """Ask git about what is shown now, unless that is known."""
        snapshot, seen = self._host.shown.snapshot, self._host.shown.surroundings
        if snapshot is None or seen is None or snapshot.files.build.deployment is None:
            return
        if self._of is None or self._of[0] is not snapshot.files.build or self._of[1] is not seen:
            of = snapshot.files.build, seen
            self._of, self._found = of, None
            self._host.in_background(asyncio.get_running_loop().create_task(self._ask(of)))

    async def _ask(self, of: "tuple[Build, Surroundings]") -> None:
        build, seen = of
        try:
            found = await self._host.seek(lambda: seen.histories.standing(build, lambda: self._host.is_stopped))
        except Cancelled:
            return
        if self._of is of:
            self._found = found
            self.on_found()
