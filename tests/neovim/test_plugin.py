"""The commands of editors/nvim in a real Neovim, on a copy of the example: nothing but the folder is on its path."""

import time
from pathlib import Path
from typing import Any

import pytest

from fleets import example, serving
from nvim import PLUGIN, copied, saw


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """What plugin.lua saw."""
    home = tmp_path_factory.mktemp("plugin")
    (copied(home) / "cover.out").write_text("mode: set\nmain.go:1.1,2.2 1 1\n", encoding="utf-8")
    return saw(Path(__file__).with_name("plugin.lua"), home, PLUGIN)


def test_the_picker_tells_what_each_profile_is_and_leaves_out_what_is_none(seen: Any) -> None:
    assert len(seen["offered"]) == 15
    assert "profiles/heap.pprof  heap inuse_space 52.94MB" in seen["offered"]
    assert "profiles/cpu.pprof  cpu cpu 2.14s" in seen["offered"]


def test_the_top_is_a_list_of_places(seen: Any) -> None:
    assert seen["top"] == "cache.go 21.53MB  40.67%  example.com/leaky/internal/cache.newSession"


def test_the_call_tree_is_that_of_the_line(seen: Any) -> None:
    assert seen["tree"] == [
        "callers of example.com/leaky/internal/cache/cache.go:49",
        "     21.53MB 40.67%  example.com/leaky/internal/cache.(*Sessions).Open",
    ]


def test_a_comparison_shows_what_changed(seen: Any) -> None:
    assert seen["compared"] == ["31: cum +20.03MB 211.65%", "36: +525.43kB 5.42%", "49: +20.03MB 211.65%"]


def test_a_page_is_of_what_is_loaded_or_of_the_file_that_is_given(seen: Any) -> None:
    assert seen["pages"] == ["heap.pprof", "cpu.pprof"]


@pytest.mark.parametrize("kind", ["pyroscope", "parca"])
def test_a_profile_of_the_fleet_is_picked_by_what_its_server_offers_and_compared(tmp_path: Path, kind: str) -> None:
    copied(tmp_path)
    now = time.time()
    with serving(kind, example([now - 5, now - 2000])) as place:
        source = f"{{ name = 'production', kind = '{kind}', url = 'http://{place}' }}"
        settings = (
            f"vim.lsp.config('pprof_lens', {{ init_options = {{ settings = {{ sources = {{ {source} }} }} }} }})\n"
        )
        seen = saw(Path(__file__).with_name("fleet.lua"), tmp_path, PLUGIN + settings)
    assert seen["offered"][0] == [f"production  {kind}  http://{place}/"]
    assert "memory  alloc_objects, alloc_space, inuse_objects, inuse_space" in seen["offered"][1]
    assert seen["offered"][2] == ["Load {}  all of them", "leaky  service_name", "region  label", "service_name  label"]
    assert seen["offered"][3][0].startswith('Load {service_name="leaky"}')
    assert seen["loaded"] == "49: 43.06MB 40.67%"
    assert seen["compared"] == "49: +21.53MB 40.67%"


def test_an_unknown_command_names_those_that_there_are(seen: Any) -> None:
    assert seen["told"].endswith("there are clear, compare, fetch, load, top, tree, type, unwatch, watch, web")
