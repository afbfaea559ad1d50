"""The reports that google/pprof keeps of its own test profiles, where the corpus is at hand."""

import time
from pathlib import Path

import pytest

from pprof_lens.profile.read import read
from pprof_lens.report.options import Kind, parse
from pprof_lens.report.run import report

CORPUS = Path(__file__).parents[3] / "shared" / "corpus"

SETTINGS = "-symbolize=none -compact_labels -nodecount=20 -nodefraction=0.05 -edgefraction=0.01"
"""With which they were made."""

ROWS: tuple[tuple[str, Kind, str, str], ...] = (
    ("cpu.flat.functions.text", "top", "cpu", ""),
    ("cpu.flat.functions.noinlines.text", "top", "cpu", "-noinlines"),
    ("cpu.flat.filefunctions.noinlines.text", "top", "cpu", "-filefunctions -noinlines"),
    ("cpu.flat.addresses.noinlines.text", "top", "cpu", "-addresses -noinlines"),
    ("unknown.flat.functions.call_tree.text", "top", "unknown", "-nodecount=5 -call_tree"),
    ("heap_alloc.flat.alloc_objects.text", "top", "heap_alloc", "-alloc_objects"),
    ("heap.flat.files.text", "top", "heap", "-files"),
    ("heap.flat.files.text.focus", "top", "heap", "-files -focus=[12]00 -taghide=[X3]00"),
    ("heap.flat.inuse_objects.text", "top", "heap", "-inuse_objects"),
    ("heap.flat.inuse_objects.text.all_frames", "top", "heap", "-inuse_objects -all_frames"),
    ("cpu.cum.lines.text.hide", "top", "cpu", "-lines -cum -hide=line[X3]0"),
    ("cpu.cum.lines.text.show", "top", "cpu", "-lines -cum -show=[12]00"),
    ("cpu.cum.lines.text.focus.hide", "top", "cpu", "-lines -cum -hide=line[X3]0 -focus=[12]00"),
    ("long_name_funcs.text", "top", "long_name_funcs", ""),
    ("cpu.peek", "peek", "cpu", "line.*01"),
    ("cpu.traces", "traces", "cpu", ""),
    ("cpu.addresses.traces", "traces", "cpu", "-addresses"),
    ("heap_tags.traces", "traces", "heap_tags", ""),
    ("cpu.flat.functions.dot", "dot", "cpu", ""),
    ("cpu.flat.functions.call_tree.dot", "dot", "cpu", "-call_tree"),
    ("contention.cum.files.dot", "dot", "contention", "-files -cum"),
    ("contention.flat.addresses.dot.focus.ignore", "dot", "contention", "-addresses -focus=[X1]000 -ignore=[X3]002"),
    ("heap.flat.inuse_space.dot.focus", "dot", "heap", "-inuse_space -tagfocus=1mb:2gb"),
    ("heap.flat.inuse_space.dot.focus.ignore", "dot", "heap", "-inuse_space -tagfocus=30kb: -tagignore=1mb:2mb"),
    ("heap.flat.lines.dot.focus", "dot", "heap", "-lines -focus=[12]00"),
    ("heap_alloc.flat.alloc_space.dot", "dot", "heap_alloc", "-alloc_space -tagshow=[2]00"),
    ("heap_alloc.flat.alloc_space.dot.focus", "dot", "heap_alloc", "-alloc_space -focus=[234]00"),
    ("heap_alloc.flat.alloc_space.dot.hide", "dot", "heap_alloc", "-alloc_space -hide=line.*1?23?"),
    ("heap_sizetags.dot", "dot", "heap_sizetags", ""),
    ("long_name_funcs.dot", "dot", "long_name_funcs", ""),
)
"""Every one of a format that we print, but one that no test of pprof's uses: golden, report, profile, flags."""


@pytest.mark.skipif(not CORPUS.exists(), reason="pprof's goldens are not here; the oracle compares with pprof itself")
@pytest.mark.parametrize(("golden", "kind", "profile", "flags"), ROWS)
def test_equals_pprofs_golden(
    golden: str, kind: Kind, profile: str, flags: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    path = str(CORPUS / "pprof-driver" / f"{profile}.pb.gz")
    pieces = report(
        parse(kind, [*SETTINGS.split(), *flags.split(), path]),
        load=lambda name: read(Path(name).read_bytes(), limit=1 << 20),
        read=lambda name: Path(name).read_bytes(),
        directory="/",
    )
    assert b"".join(pieces) == (CORPUS / "pprof-goldens" / f"pprof.{golden}").read_bytes()
