"""Why lines allocate, as Go's own compiler says it, over the wire."""

import os
import sys
from pathlib import Path

import pytest
from lsprotocol import types
from pygls.exceptions import JsonRpcException

from editor import Editor, Start

CACHE = "internal/cache/cache.go"
HEAP = "profiles/heap.pprof"
SETTINGS_CHANGED = types.WORKSPACE_DID_CHANGE_CONFIGURATION


@pytest.fixture
def with_go(monkeypatch: pytest.MonkeyPatch) -> None:
    """The Go of the environment is on the PATH."""
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")


async def why(editor: Editor, words: str) -> str:
    """What the hover of the line with these words says of why it allocates, once the compiler has answered."""
    lines = (editor.root / CACHE).read_text(encoding="utf-8").split("\n")
    (at,) = (number for number, line in enumerate(lines) if words in line)
    found = ""

    async def is_known() -> bool:
        nonlocal found
        found = (await editor.hover(CACHE, at) or "").partition("Why it allocates:")[2]
        return bool(found)

    await editor.eventually(is_known)
    return found


@pytest.mark.usefixtures("with_go")
async def test_the_hover_of_a_line_tells_why_it_allocates_and_where_that_leads(start: Start) -> None:
    editor = await start(profile=HEAP)
    await editor.open(CACHE)
    told = await why(editor, "make([]byte, 0, historyBytes)")
    assert "- `make([]byte, 0, 1536)` escapes to heap: it is a field of `Session{...}`, called at cache.go:31." in told
    assert f"]({editor.uri(CACHE)}#L" in told


@pytest.mark.usefixtures("with_go")
async def test_a_line_that_was_edited_since_has_no_reason_and_moved_ones_keep_theirs(start: Start) -> None:
    editor = await start(profile=HEAP)
    await editor.open(CACHE)
    before = await why(editor, "make([]byte, 0, historyBytes)")
    top = types.Range(types.Position(0, 0), types.Position(0, 0))
    change = types.TextDocumentContentChangePartial(text="\n\n", range=top)
    document = types.VersionedTextDocumentIdentifier(version=2, uri=editor.uri(CACHE))
    editor.client.text_document_did_change(types.DidChangeTextDocumentParams(document, [change]))
    lines = (editor.root / CACHE).read_text(encoding="utf-8").split("\n")
    (at,) = (number for number, line in enumerate(lines) if "make([]byte, 0, historyBytes)" in line)
    assert before in (await editor.hover(CACHE, at + 2) or "")
    end = types.Range(types.Position(at + 2, 0), types.Position(at + 2, 1))
    change = types.TextDocumentContentChangePartial(text="\t /* else */", range=end)
    document = types.VersionedTextDocumentIdentifier(version=3, uri=editor.uri(CACHE))
    editor.client.text_document_did_change(types.DidChangeTextDocumentParams(document, [change]))
    assert "Why it allocates" not in (await editor.hover(CACHE, at + 2) or "")


@pytest.mark.usefixtures("with_go")
async def test_nothing_is_asked_of_go_in_a_workspace_that_is_not_trusted(start: Start) -> None:
    editor = await start(options={"trusted": False})
    await editor.run("load", source=HEAP)
    await editor.open(CACHE)
    with pytest.raises(JsonRpcException, match="only in a trusted workspace"):
        await editor.run("explainAllocations", uri=editor.uri(CACHE))


@pytest.mark.usefixtures("with_go")
async def test_a_package_that_does_not_build_is_told_with_its_first_error(start: Start, workspace: Path) -> None:
    (workspace / "internal/cache/broken.go").write_text("package cache\n\nfunc f() { undeclared() }\n")
    editor = await start(profile=HEAP)
    with pytest.raises(
        JsonRpcException, match=r"^The compiler does not build .*broken.go:3:12: undefined: undeclared$"
    ):
        await editor.run("explainAllocations", uri=editor.uri(CACHE))


@pytest.mark.usefixtures("with_go")
async def test_a_file_that_is_saved_is_compiled_again(start: Start) -> None:
    editor = await start(profile=HEAP)
    await editor.open(CACHE)
    await why(editor, "make([]byte, 0, historyBytes)")
    text = (editor.root / CACHE).read_text(encoding="utf-8").replace("0, historyBytes)", "0, historyBytes+1)")
    (editor.root / CACHE).write_text(text, encoding="utf-8")
    document = types.VersionedTextDocumentIdentifier(version=2, uri=editor.uri(CACHE))
    whole = types.TextDocumentContentChangeWholeDocument(text=text)
    editor.client.text_document_did_change(types.DidChangeTextDocumentParams(document, [whole]))
    saved = types.DidSaveTextDocumentParams(types.TextDocumentIdentifier(editor.uri(CACHE)))
    editor.client.text_document_did_save(saved)
    assert "- `make([]byte, 0, 1537)` escapes to heap" in await why(editor, "make([]byte, 0, historyBytes+1)")


@pytest.mark.usefixtures("with_go")
async def test_a_package_is_compiled_with_the_build_tags_that_the_settings_for_go_name(start: Start) -> None:
    editor = await start(profile=HEAP)
    tagged = editor.root / "internal/cache/tagged.go"
    tagged.write_text("//go:build tagged\n\npackage cache\n\nfunc Tagged() *int {\n\treturn new(int)\n}\n")
    editor.client.set_configuration({"go": {"buildTags": "tagged"}, "pprofLens": {"profile": HEAP}})
    await editor.run("explainAllocations", uri=editor.uri(CACHE))
    (shown,) = editor.client.shown_documents
    told = Path(shown.uri.removeprefix("file://")).read_text(encoding="utf-8")
    assert "`new(int)` escapes to heap: it flows into the result of `Tagged`." in told


def behind_a_tag(root: Path) -> None:
    """Has the example build its cache in two ways, the one that the profile is of with a tag only."""
    source = root / CACHE
    text = source.read_text(encoding="utf-8")
    first, rest = text.split("\n", 1)
    source.write_text(f"//go:build tagged\n{rest}", encoding="utf-8")
    source.with_name("other.go").write_text(f"//go:build !tagged\n\n{first}\n{rest}", encoding="utf-8")


HISTORY = "- `make([]byte, 0, 1536)` escapes to heap"


@pytest.mark.usefixtures("with_go")
@pytest.mark.parametrize(
    "settings",
    [
        {"buildTags": "tagged"},
        {"testTags": "tagged", "buildTags": "other"},
        {"testFlags": ["-tags=tagged"]},
        {"toolsEnvVars": {"GOFLAGS": "-tags=tagged"}},
    ],
    ids=str,
)
async def test_the_hover_of_a_file_behind_a_tag_tells_why_where_the_settings_for_go_name_the_tag(
    start: Start, workspace: Path, settings: dict[str, object]
) -> None:
    behind_a_tag(workspace)
    editor = await start(profile=HEAP)
    editor.client.set_configuration({"go": settings, "pprofLens": {"profile": HEAP}})
    await editor.open(CACHE)
    assert HISTORY in await why(editor, "make([]byte, 0, historyBytes)")


@pytest.mark.usefixtures("with_go")
async def test_a_tag_that_the_settings_for_go_name_later_counts_at_once(start: Start, workspace: Path) -> None:
    behind_a_tag(workspace)
    editor = await start(profile=HEAP)
    await editor.open(CACHE)
    await editor.eventually(lambda: editor.hints(CACHE))
    await editor.run("explainAllocations", uri=editor.uri(CACHE))  # behind the look at what is open
    assert ["go" in str(of.register_options) for of in editor.registered if of.method == SETTINGS_CHANGED] == [True]
    editor.client.set_configuration({"go": {"buildTags": "tagged"}, "pprofLens": {"profile": HEAP}})
    editor.client.workspace_did_change_configuration(types.DidChangeConfigurationParams(None))
    assert HISTORY in await why(editor, "make([]byte, 0, historyBytes)")


@pytest.mark.usefixtures("with_go")
async def test_a_package_is_built_by_the_settings_of_its_own_folder(start: Start, workspace: Path) -> None:
    behind_a_tag(workspace)
    inner, other = workspace / "internal", workspace / "cmd"
    editor = await start(profile=str(workspace / HEAP), folder=other)
    added = types.WorkspaceFoldersChangeEvent([types.WorkspaceFolder(uri=inner.as_uri(), name="internal")], removed=[])
    editor.client.workspace_did_change_workspace_folders(types.DidChangeWorkspaceFoldersParams(added))
    editor.client.set_configuration({"go": {"buildTags": "other"}})
    of_folder = {"go": {"buildFlags": ["-tags=${workspaceFolderBasename},tagged"]}}
    editor.client.set_configuration(of_folder, scope_uri=inner.as_uri())
    await editor.open(CACHE)
    assert HISTORY in await why(editor, "make([]byte, 0, historyBytes)")
