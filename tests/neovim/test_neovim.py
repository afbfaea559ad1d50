"""A real Neovim with the very lines that README.md shows, on a copy of the example."""

import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from nvim import ROOT, copied, saw


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """What check.lua saw on internal/cache/cache.go."""
    home = tmp_path_factory.mktemp("neovim")
    workspace = copied(home)
    shutil.copy(workspace / "profiles" / "heap.pprof", workspace / "heap.pprof")
    return saw(Path(__file__).with_name("check.lua"), home, readme_lines())


def readme_lines() -> str:
    """The Lua that README.md tells a Neovim user to write."""
    (lines,) = re.findall(r"```lua\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    return str(lines)


def test_figures_stand_at_the_end_of_their_lines(seen: Any) -> None:
    assert seen["hints"] == ["31: cum 21.53MB 40.67%", "36: 525.43kB 0.97%", "49: 21.53MB 40.67%"]


def test_the_hot_line_is_a_diagnostic(seen: Any) -> None:
    assert seen["diagnostics"] == ["49: hot-line pprof-lens"]


def test_a_lens_sums_up_its_function(seen: Any) -> None:
    assert seen["lens"] == "inuse_space: flat 525.43kB, cum 22.04MB (41.64%)"


def test_running_the_lens_shows_the_call_tree_as_text(seen: Any) -> None:
    assert seen["tree"] == [
        "heap.pprof  inuse_space  total 52.94MB",
        "",
        "callers of example.com/leaky/internal/cache.(*Sessions).Open",
        "     22.04MB 41.64%  example.com/leaky/internal/server.(*Server).Handle",
        "       22.04MB 41.64%  example.com/leaky/internal/workload.serve",
        "         22.04MB 41.64%  example.com/leaky/internal/workload.Run.func1",
        "",
        "callees of example.com/leaky/internal/cache.(*Sessions).Open",
        "     21.53MB 40.67%  example.com/leaky/internal/cache.newSession",
    ]
