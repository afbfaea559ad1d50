"""A real Helix in a terminal, with the settings of docs/helix.md, on a copy of the example."""

import os
import re
import shutil
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from screen import PATIENCE_SECONDS, Screen

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "helix.md").read_text(encoding="utf-8")
PROFILE = "profiles/heap.pprof"
LINE = "history:  make([]byte, 0, historyBytes),"
FIGURE = "21.53MB 40.67%"
OPENED = "opened"
MOVES = ("zt", "zb")
"""Keys that move what is on the screen, upon which Helix asks for figures anew."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the example."""
    return Path(shutil.copytree(ROOT / "examples" / "leaky", tmp_path / "leaky"))


@pytest.fixture
def helix(folder: Path, tmp_path: Path) -> Iterator[Screen]:
    """Helix on the line that allocates most."""
    settings = tmp_path / ".config" / "helix"
    settings.mkdir(parents=True)
    for name, text in zip(
        ("languages.toml", "config.toml"), re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL), strict=True
    ):
        (settings / name).write_text(text.replace('"heap.pprof"', f'"{PROFILE}"'), encoding="utf-8")
    path = os.pathsep.join((_browser(tmp_path), str(Path(sys.executable).parent), os.environ["PATH"]))
    screen = Screen([os.environ["HELIX"], "internal/cache/cache.go:49"], folder, tmp_path, {"PATH": path})
    try:
        screen.shows("●")  # a finding comes by itself
        screen.shows(f"{LINE} {FIGURE}", *MOVES)
        yield screen
    finally:
        screen.close()


def test_figures_stand_at_the_end_of_their_lines_and_the_hot_line_is_told(helix: Screen) -> None:
    helix.shows("session := newSession(customer) cum 21.53MB 40.67%", *MOVES)
    helix.type("gs")
    helix.shows("21.53MB (40.67% of inuse_space) on this line")


def test_the_hover_has_the_whole_story(helix: Screen) -> None:
    helix.type("Space", "k")
    helix.shows("This line is as it was profiled")
    helix.shows("alloc_objects       14698      14698   0.18%")


def test_a_profile_that_is_rewritten_is_shown_anew(helix: Screen, folder: Path) -> None:
    shutil.copy(folder / "profiles" / "series" / "heap-1.pprof", folder / PROFILE)
    helix.lacks(FIGURE, *MOVES)
    helix.shows(f"{LINE} ", *MOVES)


def test_a_command_of_the_server_takes_the_figures_away(helix: Screen) -> None:
    helix.type(":lsp-workspace-command pprofLens.server.clear", "Enter")
    helix.lacks(FIGURE, *MOVES)


def test_a_command_of_the_server_opens_the_whole_profile_in_the_browser(helix: Screen, tmp_path: Path) -> None:
    helix.type(":lsp-workspace-command pprofLens.server.showPage", "Enter")
    opened = _eventually(tmp_path / OPENED)
    assert b"<title>heap.pprof" in Path(unquote(urlsplit(opened).path)).read_bytes()


def _browser(folder: Path) -> str:
    """A folder with the program by which Linux opens an address; it writes down which."""
    program = folder / "browser" / "xdg-open"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nprintf %s "$1" > "{folder}/making"; mv "{folder}/making" "{folder}/{OPENED}"\n')
    program.chmod(0o755)
    return str(program.parent)


def _eventually(file: Path) -> str:
    """What stands in the file, once it is there."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not file.exists():
        assert time.monotonic() < deadline, f"There is no {file.name}."
        time.sleep(0.1)
    return file.read_text(encoding="utf-8")
