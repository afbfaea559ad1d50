"""A terminal with a program in it, which is typed into and read as a person does: tmux draws it, with nobody there."""

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

PATIENCE_SECONDS = 120
_PAUSE_SECONDS = 1.0


class Screen:
    """A program in a terminal of 150 by 30; `home` has its settings, and tmux's socket."""

    def __init__(self, command: Sequence[str | Path], folder: Path, home: Path, environ: Mapping[str, str]) -> None:
        self._tmux = [shutil.which("tmux") or "tmux", "-S", str(home / "tmux"), "-f", os.devnull]
        self._environ = {**os.environ, "HOME": str(home), "LANG": "C.UTF-8", "TERM": "xterm-256color", **environ}
        for name in ("CONFIG", "CACHE", "DATA", "STATE"):
            self._environ.pop(f"XDG_{name}_HOME", None)
        self._run("new-session", "-d", "-x", "150", "-y", "30", "-c", str(folder), *map(str, command))

    def type(self, *keys: str) -> None:
        """Press keys, by their names where they have any."""
        self._run("send-keys", *keys)

    def text(self) -> str:
        """What stands there, a line a row, without blanks at the ends."""
        return self._run("capture-pane", "-p")

    def shows(self, words: str, *keys: str) -> None:
        """Wait until these words stand there, pressing the keys meanwhile."""
        self._until(lambda: words in self.text(), f"{words!r} does not stand there", keys)

    def lacks(self, words: str, *keys: str) -> None:
        """Wait until these words stand there no more, pressing the keys meanwhile."""
        self._until(lambda: words not in self.text(), f"{words!r} stands there still", keys)

    def close(self) -> None:
        self._run("kill-server")

    def _until(self, holds: Callable[[], bool], else_: str, keys: Sequence[str]) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not holds():
            assert time.monotonic() < deadline, f"{else_}:\n{self.text()}"
            for key in keys:
                self.type(key)
                time.sleep(_PAUSE_SECONDS)
            time.sleep(_PAUSE_SECONDS)

    def _run(self, *words: str) -> str:
        done = subprocess.run([*self._tmux, *words], env=self._environ, check=True, capture_output=True, text=True)
        return done.stdout
