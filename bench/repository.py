"""How long figures take in a repository with a long history: `python bench/run.py repository` prints it.

A repository of 50,000 commits on a few hundred files, without a commit-graph, as a clone has it. The profile is of the
commit that is 200 commits old, has figures in 50 of the files, and was taken when that commit was made; four in ten
files have changed since. The editor has one file open while it loads, and then opens all 50 at once. Meanwhile it asks
for a call tree without a pause.
"""

import asyncio
import gzip
import random
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from lsprotocol import types
from made import bytes_field, numbers, varint
from pygls.lsp.client import LanguageClient
from wire import begin, command, end, ignore, print_times

COMMITS, AGE, FILES, PROFILED = 50_000, 200, 400, 50
FUNCTIONS, LINES_OF_FUNCTION = 20, 10
FIRST = 1_600_000_000
EVERY = 600
EVERY_SECONDS = 0.02


def print_repository() -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder).resolve()
        _make(root)
        first, whole, asked = asyncio.run(_show(root))
    print(f"a repository of {COMMITS:,} commits, a profile that is {AGE} commits old")
    print_times("first figure", [first, first], most=500)
    print_times(f"{PROFILED} files", [whole, whole], most=3000)
    print_times("a call tree while", asked, most=50)
    print(flush=True)


def _make(root: Path) -> None:
    """The repository, checked out, and the profile beside it."""
    choose = random.Random(3)
    texts = [_text(number) for number in range(FILES)]
    starts = [0] * FILES

    def commits() -> Iterator[bytes]:
        for number in range(COMMITS):
            file = number if number < FILES else choose.randrange(FILES)
            if number >= FILES:
                texts[file] = texts[file].replace("import _", f"// Change {number}.\n\nimport _", 1)
            text, message = texts[file].encode(), b"Change"
            yield b"commit refs/heads/main\n"
            yield b"committer Bench <bench@example.com> %d +0000\n" % (FIRST + EVERY * number)
            yield b"data %d\n%s\n" % (len(message), message)
            yield b"M 100644 inline p/f%d.go\ndata %d\n%s\n" % (file, len(text), text)
            if number == COMMITS - AGE:
                starts[:] = [text.count("\n", 0, text.index("func F0")) + 1 for text in texts]

    subprocess.run(["git", "init", "-q", "-b", "main", root], check=True)
    importing = ["git", "-C", str(root), "fast-import", "--quiet"]
    with subprocess.Popen(importing, stdin=subprocess.PIPE) as program:
        assert program.stdin is not None
        program.stdin.writelines(commits())
    subprocess.run(["git", "-C", root, "checkout", "-q", "main"], check=True)
    (root / "go.mod").write_text("module example.com/bench\n")
    (root / "cpu.pb.gz").write_bytes(gzip.compress(_profile(root, starts), 1))


def _text(file: int) -> str:
    functions = (
        f"func F{i}(x int) int {{\n" + "".join(f"\tx += {file} * {i} + {n}\n" for n in range(LINES_OF_FUNCTION - 4))
        for i in range(FUNCTIONS)
    )
    return f'package p{file}\n\nimport _ "fmt"\n\n' + "".join(f"{function}\treturn x\n}}\n\n" for function in functions)


def _profile(root: Path, starts: list[int]) -> bytes:
    """A CPU profile with a sample on a line of each function of the profiled files, when that commit was new."""
    strings = [b"", b"samples", b"count", b"cpu", b"nanoseconds"]
    parts = [bytes_field(1, numbers((1, 1), (2, 2))), bytes_field(1, numbers((1, 3), (2, 4)))]
    ids = 0
    for file in range(PROFILED):
        strings.append(str(root / "p" / f"f{file}.go").encode())
        path = len(strings) - 1
        for i in range(FUNCTIONS):
            ids += 1
            start = starts[file] + i * LINES_OF_FUNCTION
            strings.append(b"example.com/bench/p%d.F%d" % (file, i))
            name = len(strings) - 1
            parts += (
                bytes_field(5, numbers((1, ids), (2, name), (3, name), (4, path), (5, start))),
                bytes_field(4, numbers((1, ids)) + bytes_field(4, numbers((1, ids), (2, start + 2)))),
                bytes_field(2, bytes_field(1, varint(ids)) + bytes_field(2, varint(ids) + varint(ids * 10_000_000))),
            )
    parts.append(numbers((9, (FIRST + EVERY * (COMMITS - AGE) + 60) * 1_000_000_000)))
    return b"".join(parts) + b"".join(bytes_field(6, string) for string in strings)


async def _show(root: Path) -> tuple[float, float, list[float]]:
    """Seconds to the first figure, to the figures of all files, and of each call tree that was asked for meanwhile."""
    client = LanguageClient("bench", "1")
    ignore(client, types.WORKSPACE_INLAY_HINT_REFRESH)
    await begin(client, root, "-m", "pprof_lens", "lsp", threshold=0)
    paths = [root / "p" / f"f{file}.go" for file in range(PROFILED)]
    _open(client, paths[0])
    await command(client, "status")
    start = time.perf_counter()
    loading = asyncio.ensure_future(command(client, "load", source=str(root / "cpu.pb.gz")))
    while not await _hints(client, paths[0]):
        await asyncio.sleep(EVERY_SECONDS / 4)
    first = time.perf_counter() - start
    await loading
    start = time.perf_counter()
    for path in paths[1:]:
        _open(client, path)
    whole = asyncio.ensure_future(_all(client, paths))
    asked = []
    while not whole.done():
        began = time.perf_counter()
        await command(client, "callTree", root={"function": "example.com/bench/p0.F1"}, direction="callers")
        asked.append(time.perf_counter() - began)
        await asyncio.sleep(EVERY_SECONDS)
    await whole
    seconds = time.perf_counter() - start
    await end(client)
    return first, seconds, asked


async def _all(client: LanguageClient, paths: list[Path]) -> None:
    """Until each file's lines are known, whatever git had to say of them."""
    for path in paths:
        found = await command(client, "lines", uri=path.as_uri())
        assert len(found["lines"]) == FUNCTIONS, f"{path.name} has {len(found['lines'])} lines with figures"


def _open(client: LanguageClient, path: Path) -> None:
    document = types.TextDocumentItem(path.as_uri(), "go", 1, path.read_text())
    client.text_document_did_open(types.DidOpenTextDocumentParams(document))


async def _hints(client: LanguageClient, path: Path) -> bool:
    whole = types.Range(types.Position(0, 0), types.Position(100_000, 0))
    asked = types.InlayHintParams(types.TextDocumentIdentifier(path.as_uri()), whole)
    return bool(await client.text_document_inlay_hint_async(asked))
