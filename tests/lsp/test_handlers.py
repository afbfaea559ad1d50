"""What an editor sends is taken as it is meant: the parts of one change belong together."""

from pathlib import Path
from types import SimpleNamespace
from typing import cast

from lsprotocol import types

from heaps import heap
from pprof_lens.editor.documents import Baseline, OpenFiles
from pprof_lens.lsp.features import documents
from pprof_lens.lsp.server import ProfileServer
from pprof_lens.source.drift import Candidate, place
from pprof_lens.source.profiled import DeclaredFunction, ProfileFile

EXAMPLE = Path(__file__).parent.parent.parent / "examples" / "leaky"
SOURCE = "package p\n\nfunc f() {\n\tx := g(1)\n\tuse(x)\n\twork()\n}\n"


def test_a_short_line_that_one_change_takes_away_and_brings_back_elsewhere_is_the_same_line() -> None:
    files = OpenFiles()
    files.open("file:///p.go", "/p.go", SOURCE, 1)
    sampled = ProfileFile("p.go", (DeclaredFunction("p.f", 3, (4, 6)),))
    drift = place(sampled, [Candidate(SOURCE, "this")], SOURCE)
    files.install("file:///p.go", Baseline(heap(1, "p.f p.go:6 = 1: 1 1"), (), SOURCE, drift))
    backend = SimpleNamespace(files=files, runs=SimpleNamespace(edited=lambda *_: None))
    documents.did_change(
        cast("ProfileServer", SimpleNamespace(backend=backend)),
        types.DidChangeTextDocumentParams(
            types.VersionedTextDocumentIdentifier(uri="file:///p.go", version=2),
            [part(5, 6, ""), part(3, 3, "\twork()\n")],
        ),
    )
    assert files.line_now("file:///p.go", 6) == 3


def part(first: int, last: int, text: str) -> types.TextDocumentContentChangePartial:
    return types.TextDocumentContentChangePartial(types.Range(types.Position(first, 0), types.Position(last, 0)), text)
