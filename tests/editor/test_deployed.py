"""How the build that is shown stands to what is checked out: git is asked once of each, and told of what is shown."""

import asyncio
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast

from pprof_lens.editor.deployed import Deployed
from pprof_lens.editor.host import Host
from pprof_lens.profile.errors import Cancelled
from pprof_lens.workspace.deployed import Standing


class Git:
    """A host that shows a build, and whose git answers once the test has it do so."""

    def __init__(self) -> None:
        self.is_stopped = False
        self.build, self.seen = self.another_build(), self.other_folders()
        self.shown: Any = None
        self.is_cancelled: Callable[[], bool] = lambda: True
        self.asked: list[asyncio.Future[Standing]] = []
        self.tasks: list[asyncio.Task[None]] = []
        self.told: list[Standing | None] = []
        self.deployed = Deployed(cast("Host", self))
        self.deployed.on_found = lambda: self.told.append(self.deployed.standing())
        self.show()

    @staticmethod
    def another_build() -> Any:
        return SimpleNamespace(deployment=object())

    def other_folders(self) -> Any:
        def standing(_: object, cancelled: Callable[[], bool]) -> None:
            self.is_cancelled = cancelled

        return SimpleNamespace(histories=SimpleNamespace(standing=standing))

    def show(self) -> None:
        """Show the build as it is among what is seen."""
        snapshot = SimpleNamespace(files=SimpleNamespace(build=self.build))
        self.shown = SimpleNamespace(snapshot=snapshot, surroundings=self.seen)

    async def seek(self, job: Callable[[], object]) -> Standing:
        job()
        self.asked.append(asyncio.get_running_loop().create_future())
        return await self.asked[-1]

    def in_background(self, task: "asyncio.Task[None]") -> None:
        self.tasks.append(task)

    async def wish(self) -> int:
        """How often git was asked, once what is shown is wished for."""
        self.deployed.wish()
        await asyncio.sleep(0)
        return len(self.asked)

    async def answer(self, number: int, sentence: str) -> None:
        self.asked[number].set_result(Standing(sentence))
        await self.tasks[number]


async def test_what_git_says_of_the_build_that_is_shown_is_told() -> None:
    git = Git()
    assert git.deployed.standing() is None
    assert await git.wish() == 1
    assert git.deployed.standing() is None
    await git.answer(0, "It is.")
    assert git.told == [Standing("It is.")]


async def test_git_is_asked_once_of_a_build_among_the_same_folders() -> None:
    git = Git()
    assert [await git.wish(), await git.wish()] == [1, 1]
    await git.answer(0, "It is.")
    assert await git.wish() == 1
    git.seen = git.other_folders()
    git.show()
    assert await git.wish() == 2
    assert git.deployed.standing() is None


async def test_git_is_asked_of_another_build_and_what_it_says_of_the_one_before_is_not_told() -> None:
    git = Git()
    await git.wish()
    git.build = git.another_build()
    git.show()
    assert await git.wish() == 2
    await git.answer(0, "It was.")
    assert git.told == []
    await git.answer(1, "It is.")
    assert git.told == [Standing("It is.")]


async def test_what_is_known_of_one_build_is_not_told_of_another_or_of_none() -> None:
    git = Git()
    await git.wish()
    await git.answer(0, "It is.")
    git.build = git.another_build()
    git.show()
    assert git.deployed.standing() is None
    git.shown = SimpleNamespace(snapshot=None, surroundings=git.seen)
    assert git.deployed.standing() is None


async def test_git_is_asked_of_nothing_that_was_not_deployed_and_where_nothing_is_loaded_or_seen() -> None:
    git = Git()
    git.build = SimpleNamespace(deployment=None)
    git.show()
    assert await git.wish() == 0
    git.build = git.another_build()
    git.show()
    git.shown.surroundings = None
    assert await git.wish() == 0
    git.shown = SimpleNamespace(snapshot=None, surroundings=git.seen)
    assert await git.wish() == 0
    assert git.tasks == []


async def test_a_server_that_ends_asks_git_no_more_and_tells_nothing() -> None:
    git = Git()
    await git.wish()
    assert not git.is_cancelled()
    git.is_stopped = True
    assert git.is_cancelled()
    git.asked[0].set_exception(Cancelled())
    await git.tasks[0]
    assert git.told == []
