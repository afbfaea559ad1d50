"""What typing costs the server, and finding files: `python bench/run.py editing` prints it.

A Go file of 10,000 lines, of which the profile has 2,000, is edited as a person edits: characters, new lines,
deletions, blocks that are cut, pasted and undone. Times are those of the handler, taken by `timed_server.py`. Then
3,000 files of a profile, a third of them of a module, a third of a container's folder and a third that are nowhere,
are looked for in a workspace of 50,000 files, while the server is asked for its status without a pause.
"""

import asyncio
import gzip
import json
import random
import tempfile
import time
from pathlib import Path

from lsprotocol import types
from made import bytes_field, numbers, varint
from pygls.lsp.client import LanguageClient
from wire import TIMED_SERVER, begin, command, end, ignore, print_times

LINES, LINES_OF_FUNCTION, KEYSTROKES = 10_000, 10, 3_000
FOLDERS, FILES_OF_FOLDER, PROFILED = 500, 100, 3_000


def print_editing() -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder).resolve()
        seconds = asyncio.run(_type(root))
    print(f"a file of {LINES:,} lines with {LINES // 5:,} figures")
    print_times("keystroke", seconds, most=2)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder).resolve()
        _write_files(root / "work")
        taken, answers = asyncio.run(_find(root))
    print(f"{PROFILED:,} files of a profile among {FOLDERS * FILES_OF_FOLDER:,}, the first time")
    print_times("load", [taken, taken], most=1000)
    print_times("an answer while", answers, most=50)


async def _type(root: Path) -> list[float]:
    (root / "go.mod").write_text("module example.com/bench\n")
    source, profile, inside = root / "main.go", root / "cpu.pb.gz", root / "inside.json"
    body = "\tx += 1\n" * (LINES_OF_FUNCTION - 4)
    functions = (f"func F{i}(x int) int {{\n{body}\treturn x\n}}\n\n" for i in range(LINES // LINES_OF_FUNCTION))
    source.write_text("package main\n" + "".join(functions))
    profiled = [(str(source), f"main.F{i}", 2 + i * LINES_OF_FUNCTION) for i in range(LINES // LINES_OF_FUNCTION)]
    profile.write_bytes(_profile(profiled))
    client = LanguageClient("bench", "1")
    ignore(client, types.WINDOW_WORK_DONE_PROGRESS_CREATE, types.WORKSPACE_INLAY_HINT_REFRESH)
    await begin(client, root, TIMED_SERVER, inside, threshold=0)
    typist = _Typist(client, source)
    await command(client, "load", source=str(profile))
    figures = await command(client, "lines", uri=source.as_uri())
    assert len(figures["lines"]) == LINES // 5
    for _ in range(KEYSTROKES):
        typist.press()
    await command(client, "status")
    await end(client)
    seconds: list[float] = json.loads(inside.read_text())["did_change"]
    return seconds


class _Typist:
    """A person with one file open. Knows the text as the editor has it."""

    def __init__(self, client: LanguageClient, source: Path) -> None:
        self._client = client
        self._uri = source.as_uri()
        self._lines = source.read_text().split("\n")
        self._version = 1
        self._choose = random.Random(3)
        self._at = (0, 0)
        self._cut: list[str] = []
        self._undo: list[tuple[int, int, int, int, str]] = []
        document = types.TextDocumentItem(self._uri, "go", 1, "\n".join(self._lines))
        client.text_document_did_open(types.DidOpenTextDocumentParams(document))

    def press(self) -> None:
        """One key. Nine of ten are characters where the cursor is."""
        line, column = self._at
        match self._choose.randrange(40):
            case 0:
                line = self._choose.randrange(len(self._lines))
                self._at = line, len(self._lines[line])
                self.press()
            case 1:
                self._change(line, column, line, column, "\n")
            case 2 if column:
                self._change(line, column - 1, line, column, "")
            case 2 if line:
                self._change(line - 1, len(self._lines[line - 1]), line, 0, "")
            case 3 if line + 5 < len(self._lines):
                self._cut = self._lines[line : line + 5]
                self._change(line, 0, line + 5, 0, "")
            case 4 if self._cut:
                self._change(line, 0, line, 0, "\n".join(self._cut) + "\n")
            case 5 if self._undo:
                self._change(*self._undo.pop())
            case _:
                self._change(line, column, line, column, "x")

    def _change(self, top: int, left: int, bottom: int, right: int, text: str) -> None:
        removed = "\n".join(self._lines[top : bottom + 1])
        after = len(self._lines[bottom]) - right
        removed = removed[left : len(removed) - after]
        joined = self._lines[top][:left] + text + self._lines[bottom][right:]
        self._lines[top : bottom + 1] = joined.split("\n")
        last = text.rpartition("\n")[2]
        self._at = (top + text.count("\n"), len(last) + (0 if "\n" in text else left))
        self._undo = [*self._undo[-50:], (top, left, *self._at, removed)]
        self._version += 1
        there = types.Range(types.Position(top, left), types.Position(bottom, right))
        self._client.text_document_did_change(
            types.DidChangeTextDocumentParams(
                types.VersionedTextDocumentIdentifier(uri=self._uri, version=self._version),
                [types.TextDocumentContentChangePartial(range=there, text=text)],
            )
        )


def _write_files(work: Path) -> None:
    """Packages of files that declare a function each, in folders as deep as those of real workspaces."""
    for i in range(FOLDERS):
        package = work / f"area{i % 20}" / f"p{i}"
        package.mkdir(parents=True)
        for j in range(FILES_OF_FOLDER):
            (package / f"file{j}.go").write_text(f"package p{i}\n\nfunc F{i}x{j}() {{\n\twork()\n}}\n")
    (work / "go.mod").write_text("module example.com/work\n")


async def _find(root: Path) -> tuple[float, list[float]]:
    """Seconds of the load, and those of each answer meanwhile."""
    profile = root / "cpu.pb.gz"
    places = [(i % FOLDERS, i // FOLDERS) for i in range(PROFILED)]
    prefixes = ("example.com/work/", "/app/", "/nowhere/")
    profiled = []
    for i, j in places:
        name = "gone" if (i + j) % 3 == 2 else "file"
        profiled.append((f"{prefixes[(i + j) % 3]}area{i % 20}/p{i}/{name}{j}.go", f"p{i}.F{i}x{j}", 3))
    profile.write_bytes(_profile(profiled))
    client = LanguageClient("bench", "1")
    ignore(client, types.WINDOW_WORK_DONE_PROGRESS_CREATE, types.WORKSPACE_INLAY_HINT_REFRESH)
    await begin(client, root / "work", "-m", "pprof_lens", "lsp")
    await command(client, "status")
    start = time.perf_counter()
    going = asyncio.ensure_future(command(client, "load", source=str(profile)))
    answers = []
    while not going.done():
        asked = time.perf_counter()
        await command(client, "status")
        answers.append(time.perf_counter() - asked)
    loaded = await going
    taken = time.perf_counter() - start
    assert loaded["files"]["resolved"] == PROFILED * 2 // 3
    await end(client)
    return taken, answers


def _profile(functions: list[tuple[str, str, int]]) -> bytes:
    """A CPU profile of functions by file, name and start line, with two lines each."""
    strings = [b"", b"cpu", b"nanoseconds"]
    parts = [bytes_field(1, numbers((1, 1), (2, 2)))]
    for i, (file, name, start) in enumerate(functions, 1):
        strings += [name.encode(), file.encode()]
        names = ((2, len(strings) - 2), (3, len(strings) - 2), (4, len(strings) - 1))
        parts.append(bytes_field(5, numbers((1, i), *names, (5, start))))
        for location, line in ((2 * i - 1, start + 1), (2 * i, start + 2)):
            parts.append(bytes_field(4, numbers((1, location)) + bytes_field(4, numbers((1, i), (2, line)))))
            parts.append(bytes_field(2, bytes_field(1, varint(location)) + bytes_field(2, varint(10_000_000))))
    return gzip.compress(b"".join(parts) + b"".join(bytes_field(6, string) for string in strings))
