"""Makes what is wanted, for the driver: at once where all of it is at hand, else on the worker."""

from pprof_lens.editor.host import Host
from pprof_lens.editor.shown import Shown
from pprof_lens.session.events import Failed, Load
from pprof_lens.session.goal import Goal
from pprof_lens.session.maker import Made, Maker
from pprof_lens.session.reading import Stop
from pprof_lens.session.wanted import CANCELLED


class Making:
    """Makes goals, under a bar where someone asked for a profile."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._maker = Maker()

    async def make(self, goal: Goal, before: Shown, stop: Stop) -> Made:
        """What is to be shown of a goal. Raises RefusedError or Cancelled."""
        made = self._maker.at_once(goal, before.of, Made(before.snapshot, before.surroundings))
        if made is not None:
            return made
        opened = self._host.files.paths()
        asks = {ask.number: ask.question for ask in self._host.wanted.asks}
        bar, number = None, goal.content_number
        if isinstance(load := asks.get(number), Load):
            bar = self._host.frontend.bar(
                f"Loading {load.source.short}", lambda: self._host.post(Failed(number, CANCELLED))
            )
        try:
            return await self._host.work(lambda: self._maker.make(goal, before.of, before.snapshot, opened, stop))
        finally:
            if bar is not None:
                bar.end()
