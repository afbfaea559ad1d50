"""The commands of editors/emacs in a real Emacs, on a copy of the example: nothing but the folder is on its path."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "editors" / "emacs"
SCRIPTS = Path(sys.executable).parent


def emacs(*words: str | Path, cwd: Path) -> str:
    """What an Emacs without its user's files prints."""
    ended = subprocess.run(
        ["emacs", "--batch", "-L", FOLDER, *words],
        cwd=cwd,
        env={**os.environ, "HOME": str(cwd.parent), "PATH": f"{SCRIPTS}{os.pathsep}{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """What check.el saw."""
    workspace = Path(shutil.copytree(ROOT / "examples" / "leaky", tmp_path_factory.mktemp("emacs") / "leaky"))
    return json.loads(emacs("-l", Path(__file__).with_name("check.el"), cwd=workspace))


def test_the_file_compiles_without_a_warning(tmp_path: Path) -> None:
    copy = shutil.copy(FOLDER / "pprof-lens.el", tmp_path)
    emacs("--eval", "(setq byte-compile-error-on-warn t)", "-f", "batch-byte-compile", copy, cwd=tmp_path)


def test_figures_stand_at_the_end_of_their_lines_and_above_functions(seen: Any) -> None:
    assert seen["figures"] == ["31: cum 21.53MB 40.67%", "36: 525.43kB 0.97%", "49: 21.53MB 40.67%"]
    assert seen["lenses"] == [
        "30: inuse_space: flat 525.43kB, cum 22.04MB (41.64%)",
        "46: inuse_space: flat 21.53MB, cum 21.53MB (40.67%)",
    ]


def test_the_hot_line_is_told_by_flymake(seen: Any) -> None:
    assert seen["findings"] == ["21.53MB (40.67% of inuse_space) on this line; mostly from cache.(*Sessions).Open."]


def test_the_call_tree_is_that_of_the_line(seen: Any) -> None:
    assert seen["tree"] == [
        "callers of example.com/leaky/internal/cache/cache.go:49",
        "     21.53MB 40.67%  example.com/leaky/internal/cache.(*Sessions).Open",
    ]


def test_the_top_leads_to_its_functions_where_they_are_now(seen: Any) -> None:
    assert seen["top"] == "21.53MB  40.67%  example.com/leaky/internal/cache.newSession"
    assert seen["led"] == "cache.go:48"


def test_a_page_is_opened_in_the_browser(seen: Any) -> None:
    assert seen["page"] == "heap.pprof"


def test_a_comparison_shows_what_changed_on_lines_that_moved(seen: Any) -> None:
    assert seen["compared"] == ["33: cum +20.03MB 211.65%", "38: +525.43kB 5.42%", "51: +20.03MB 211.65%"]


def test_what_fails_is_told_in_the_sentence_of_the_server(seen: Any) -> None:
    assert seen["refused"].startswith("There is no file ")


@pytest.mark.parametrize(("client", "lenses"), [("eglot", []), ("lsp-mode", ["inuse_space: flat 525.43kB"])])
def test_a_client_of_emacs_shows_findings_hovers_and_lenses(client: str, lenses: list[str], tmp_path: Path) -> None:
    workspace = Path(shutil.copytree(ROOT / "examples" / "leaky", tmp_path / "leaky"))
    shutil.copy(workspace / "profiles" / "heap.pprof", workspace)
    subprocess.run(["git", "init", "--quiet"], cwd=workspace, check=True)
    (written,) = re.findall(
        rf"\n```elisp\n;; {client}\n(.*?)```", (ROOT / "docs/emacs.md").read_text(encoding="utf-8"), re.DOTALL
    )
    given = f"(setq client '{client} written {json.dumps(written)})"
    shown = json.loads(emacs("--eval", given, "-l", Path(__file__).with_name("clients.el"), cwd=workspace))
    assert "on this line; mostly from cache.(*Sessions).Open." in shown["findings"][0]
    assert "matched with" in shown["hover"]
    assert [lens.partition(",")[0] for lens in shown["lenses"]][:1] == lenses
