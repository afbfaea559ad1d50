"""Programs end: by themselves, at their limit, or when nobody wants them any more."""

import os
import sys
import time
from pathlib import Path

import pytest

from pprof_lens.profile.errors import Cancelled
from pprof_lens.workspace import process
from pprof_lens.workspace.process import Program, run

PYTHON = sys.executable


def python(script: str) -> list[str]:
    return [PYTHON, "-c", script]


def test_what_a_program_prints_is_its_answer_if_it_succeeds() -> None:
    """And nothing is, if it does not."""
    assert run(python("print('yes')"), os.environ) == b"yes\n"
    assert run(python("print('yes'); exit(1)"), os.environ) == b""
    assert run(["/nonexistent/program"], os.environ) == b""


def test_a_program_that_prints_without_end_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    """Before all of it is in memory, and before its time is over."""
    monkeypatch.setattr(process, "MOST_PRINTED", 1 << 20)
    monkeypatch.setattr(process, "TIME_LIMIT", 1e9)
    assert run(python("while True: print('x' * 9999)"), os.environ) == b""


@pytest.mark.skipif(sys.platform != "linux", reason="no other system bounds the memory of a program that runs")
def test_a_program_that_takes_memory_without_end_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    """Long before there is none left for others."""
    monkeypatch.setattr(process, "MOST_MEMORY", 1 << 28)
    takes = "input()\ntry: bytearray(1 << 29)\nexcept MemoryError: print('refused', flush=True)"
    with Program(python(takes), os.environ, 600) as program:
        program.ask(b"now\n")
        assert program.read_line() == b"refused"


@pytest.mark.skipif(not hasattr(os, "killpg"), reason="process groups are POSIX'")
def test_what_a_program_started_ends_with_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A helper that holds the pipe would otherwise be waited for; nothing stays behind."""
    monkeypatch.setattr(process, "TIME_LIMIT", 0.3)
    told = tmp_path / "pid"
    assert run(["/bin/sh", "-c", f"sleep 600 & echo $! > {told}; wait"], os.environ) == b""
    child = int(told.read_text())
    while is_running(child):
        time.sleep(0.01)


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_a_conversation_ends_when_its_time_is_over() -> None:
    """The one who asks is answered by the end of the answers, and is not kept waiting."""
    echo = "import sys\nfor line in sys.stdin:\n    print(line, end='', flush=True)\n    if 'stay' in line: input()"
    with Program(python(echo), os.environ, 2.0) as program:
        program.ask(b"one\n")
        assert program.read_line() == b"one"
        program.ask(b"stay\n")
        assert program.read_line() == b"stay"
        assert program.read_line() == b""


def test_a_conversation_that_nobody_wants_is_over() -> None:
    """At once."""
    with (
        pytest.raises(Cancelled),
        Program(python("import time; time.sleep(600)"), os.environ, 600, lambda: True) as program,
    ):
        program.read_line()


def test_without_a_home_folder_programs_run_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """A container's user need not have one."""
    monkeypatch.setenv("HOME", "/nonexistent")
    assert run(python("print(1)"), os.environ) == b"1\n"
