"""The layout of ARCHITECTURE.md held to: who may import whom, who does I/O."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SERVER = ROOT / "server" / "pprof_lens"

MAY_IMPORT = {
    "cli": {
        *("lsp", "session", "live", "leaks", "bench", "workspace", "web"),
        *("formats", "report", "annotate", "analysis", "profile"),
    },
    "editor": {
        *("contract", "session", "live", "leaks", "bench", "web", "report"),
        *("annotate", "source", "workspace", "analysis", "profile"),
    },
    "lsp": {"editor", "contract", "wire", "session", "annotate", "source", "workspace", "analysis", "profile"},
    "web": {"session", "workspace", "source", "report", "profile"},
    "bench": {"formats", "analysis", "source", "profile", "workspace"},
    "leaks": {"formats", "annotate", "analysis", "source", "workspace"},
    "wire": {"contract", "session", "live.named", "profile"},
    "contract": {"session"},
    "session": {"profile", "analysis", "source", "workspace", "live.named"},
    "workspace": {"source", "profile"},
    "annotate": {"analysis", "source", "profile"},
    "report": {"analysis", "source", "profile"},
    "live": {"profile", "analysis", "workspace.reading"},
    "analysis": {"profile", "source.symbols", "source.bazel"},
    "formats": {"profile"},
    "source": set(),
    "profile": set(),
}
"""Left may import right, and itself; one module of a package where that is all."""

DO_NO_IO = ("profile", "analysis", "source", "annotate", "report")
IO_MODULES = {
    "os",
    "io",
    "pathlib",
    "socket",
    "subprocess",
    "urllib",
    "http",
    "tempfile",
    "asyncio",
    "shutil",
}
IN_MEMORY = {"io", "io.BytesIO"}
"""What `from io import BytesIO` imports, which reads and writes nothing but memory."""

MODULES = sorted(SERVER.rglob("*.py"))


def layer(path: Path) -> str:
    """`profile` for server/pprof_lens/profile/decode.py, `cli` for server/pprof_lens/cli.py."""
    return path.relative_to(SERVER).parts[0].removesuffix(".py")


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively"
            assert node.module is not None
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def named(path: Path) -> str:
    return str(path.relative_to(SERVER))


@pytest.mark.parametrize("path", MODULES, ids=named)
def test_imports_run_one_way(path: Path) -> None:
    own = layer(path)
    if own in ("__init__", "__main__"):
        return
    for name in imported(path):
        package, _, rest = name.partition(".")
        other = rest.split(".")[0]
        if package == "pprof_lens" and other in MAY_IMPORT:
            allowed = MAY_IMPORT[own] | {own}
            is_one_module = any(name.startswith(f"{package}.{module}") for module in allowed if "." in module)
            assert other in allowed or is_one_module, f"{own} imports {name}"


@pytest.mark.parametrize("path", MODULES, ids=named)
def test_protobuf_and_pygls_each_have_one_door(path: Path) -> None:
    roots = {name.split(".")[0] for name in imported(path)}
    if named(path) != "profile/decode.py":
        assert "google" not in roots
    if layer(path) != "lsp":
        assert not roots & {"pygls", "lsprotocol"}
        assert layer(path) == "wire" or "cattrs" not in roots


@pytest.mark.parametrize("path", [path for path in MODULES if layer(path) in DO_NO_IO], ids=named)
def test_the_core_does_no_io(path: Path) -> None:
    names = set(imported(path))
    names -= IN_MEMORY if names >= IN_MEMORY else set()
    assert not {name.split(".")[0] for name in names} & IO_MODULES
    calls = [node.func.id for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
             if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)]  # fmt: skip
    assert not {"open", "print", "input"} & set(calls)


@pytest.mark.parametrize("path", MODULES, ids=named)
def test_a_module_says_what_it_is(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert not tree.body or ast.get_docstring(tree)


def test_scripts_run_in_a_fresh_clone_before_anything_of_npm_is_installed() -> None:
    """What a script imports at its head is Node's own, or another script."""
    imported = {
        (script.name, name)
        for script in (ROOT / "scripts").glob("*.mjs")
        for name in re.findall(r"^import [^;]*?'([^']+)';", script.read_text(encoding="utf-8"), re.MULTILINE)
    }
    assert {name for _, name in imported} >= {"node:path", "./tools.mjs"}
    assert {(script, name) for script, name in imported if not name.startswith(("node:", "./"))} == set()
