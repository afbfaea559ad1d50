"""The fuzzer that looks where its inputs lead: `python tests/fuzz/guided.py KIND [--minutes N] [CORPUS]`.

atheris changes an input and keeps it where it reaches code that none reached before. Each kind is a way by which what
others wrote comes in, followed to what an editor sees: `profile` (any bytes), `repository` (go.mod, modules.txt and Go
source), `answer` (of a server of profiles), `message` (of an editor). It ends where something is raised that is no
sentence, or takes out of all proportion long. atheris is no part of what testing needs: where it can
be installed `npm run fuzz` does.
"""

# ruff: noqa: PLC0415 - a program that changes what it imports

import json
import os
import random
import sys
import tempfile
import time
import unicodedata
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import atheris

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "server")]
SECONDS_EACH_MEGABYTE = 1.0
PAGES = 32
"""One of so many profiles is put on a page."""
Attempt = Callable[[bytes], None]


def profile() -> Attempt:
    """Bytes are read, shown on a file that is open, hovered over and put on a page."""
    with atheris.instrument_imports(include=["pprof_lens"]):
        from fuzz import law
        from pprof_lens.analysis import callers
        from pprof_lens.annotate import hot_lines
        from pprof_lens.editor.documents import OpenFiles
        from pprof_lens.editor.drawing import scale_of
        from pprof_lens.profile.errors import ProfileError
        from pprof_lens.report.options import Options, Request
        from pprof_lens.session.goal import Content, Goal, Source
        from pprof_lens.session.maker import Maker, RefusedError
        from pprof_lens.session.snapshot import file_lines
        from pprof_lens.web import page

    folder = Path(tempfile.mkdtemp(dir="/dev/shm" if Path("/dev/shm").is_dir() else None))
    path, source = folder / "given", folder / "main.go"
    (folder / "go.mod").write_text("module main\n", encoding="utf-8")
    source.write_text("package main\n\nfunc main() {\n\twork()\n}\n\nfunc work() {\n}\n" * 40, encoding="utf-8")

    def shown(data: bytes) -> None:
        path.write_bytes(data)
        goal = Goal(content=Content(Source("given", (str(path),))), folders=(str(folder),))
        made = Maker().make(goal, Goal(), None, (str(source),), lambda: False)
        snapshot, around = made.snapshot, made.surroundings
        assert snapshot is not None
        assert around is not None
        files, uri = OpenFiles(), source.as_uri()
        files.open(uri, str(source), source.read_text(encoding="utf-8"), 0)
        search = files.baseline_wanted(uri, snapshot, around, {})
        if search is not None:
            files.install(uri, search.at_hand())
        view = files.view(uri, snapshot, 0.0)
        if view is not None:
            view.hints(0, 1000)
            view.lenses()
        callers.gather(snapshot.index)
        hot_lines.find(snapshot.index, snapshot.column, scale_of(snapshot), snapshot.files.own, 5, lambda: False)
        for _ in file_lines(snapshot):
            pass
        if len(data) % PAGES == 0:  # it is slow
            page.packed(page.data(Request("html", None, (str(path),), Options()), lambda _: snapshot.profile, snapshot))

    def attempt(data: bytes) -> None:
        if law.attempt(data) is not None:
            try:
                shown(data)
            except (ProfileError, RefusedError) as error:
                _is_sentence(str(error))

    return attempt


def repository() -> Attempt:
    """Texts of a clone: what modules they tell of, which functions they declare, and where a profile's lines are."""
    with atheris.instrument_imports(include=["pprof_lens"]):
        from pprof_lens.source import gofuncs, gomod, reasons
        from pprof_lens.source.drift import Candidate, place
        from pprof_lens.source.profiled import DeclaredFunction, ProfileFile
        from pprof_lens.workspace import buildinfo

    import io

    def attempt(data: bytes) -> None:
        before, _, after = data.decode("utf-8", "surrogateescape").partition("\0")
        for text in (before, after):
            gomod.module(text, "/w")
            gomod.replaces(text, "/w")
            gomod.forks(text)
            gomod.vendored(text)
            gofuncs.scan_assembly(text)
            gofuncs.imported(text)
        declared = [
            DeclaredFunction(f"main.{found.name}", i + 1, (i + 1, i + 2), ((i + 2, "main.work"),))
            for i, found in enumerate(gofuncs.functions(before))
        ]
        file = ProfileFile("/w/a.go", (*declared, DeclaredFunction("main.main.func1", 2, (3, 4))))
        for buffer in (before, after):
            drift = place(file, [Candidate(before, "one"), Candidate(after, "other", (before,))], buffer)
            assert all(
                0 <= found.line <= buffer.count("\n") + buffer.count("\r") for found in drift.placements.values()
            )
        for _ in reasons.decisions(data.split(b"\n"), reasons.source_of(data.partition(b"\n")[0])):
            pass
        buildinfo.build_info(io.BytesIO(buildinfo.MAGIC + data))

    return attempt


def answer() -> Attempt:
    """What a server of profiles answers to each question, and where it would send us."""
    with atheris.instrument_imports(include=["pprof_lens"]):
        from pprof_lens.live import asked, parca, pyroscope
        from pprof_lens.live.address import parse, redirected
        from pprof_lens.live.errors import FetchError
        from pprof_lens.profile.errors import ProfileError
        from pprof_lens.profile.read import read

    wanted = asked.Asked("process_cpu:cpu:nanoseconds:cpu:nanoseconds", '{a="b"}', 1.0, 2.0)
    of_all = [
        question
        for kind in (parca, pyroscope)
        for question in (
            *kind.profile(wanted), kind.types(wanted), kind.label_names(wanted), kind.label_values(wanted, "a"),
            kind.deployed(wanted),
        )
    ]  # fmt: skip

    def attempt(data: bytes) -> None:
        for question in of_all:
            with suppress(asked.Answered, ProfileError, FetchError):
                question.read(data)
        asked.said(data)
        asked.code_of(data)
        pyroscope.longest(data.decode("utf-8", "replace"))
        with suppress(ProfileError):
            read(data, limit=1 << 22)
        for read_address in (parse, lambda text: redirected(parse("a:1"), text)):
            with suppress(ProfileError, FetchError):
                assert str(read_address(data.decode("latin-1"))).isprintable()

    return attempt


def message() -> Attempt:
    """What an editor sends: arguments, settings, filters, names, edits."""
    with atheris.instrument_imports(include=["pprof_lens"]):
        from pprof_lens import wire
        from pprof_lens.analysis import tags
        from pprof_lens.contract import COMMANDS
        from pprof_lens.profile.errors import ProfileError
        from pprof_lens.profile.plain import harmless, plain
        from pprof_lens.profile.regexps import searcher
        from pprof_lens.report import options
        from pprof_lens.source import symbols

    def attempt(data: bytes) -> None:
        text = data.decode("utf-8", "surrogateescape")
        symbols.taken_apart(text.split("\n"))
        symbols.package_of(text)
        assert not {unicodedata.category(sign) for sign in plain(text)} & {"Cc", "Cf", "Zl", "Zp"}
        harmless(text)
        with suppress(ProfileError):
            searcher(text)(text)
        with suppress(ProfileError):
            tags.matcher(text, {})
        with suppress(options.UsageError, ProfileError):
            options.parse("top", text.split("\n"))
        try:
            given = json.loads(text)
        except (ValueError, RecursionError):
            return
        wire.settings(given)
        for name, (takes, _) in COMMANDS.items():
            with suppress(ProfileError):
                wire.argument(name, takes, [given])

    return attempt


def _is_sentence(text: str) -> None:
    assert text.endswith("."), text


KINDS: dict[str, Callable[[], Attempt]] = {of.__name__: of for of in (profile, repository, answer, message)}


def seeds(kind: str) -> Iterator[bytes]:
    """Inputs to begin with."""
    from fuzz import law

    examples = ROOT / "examples" / "leaky"
    if kind in ("profile", "answer"):
        yield from sorted(law.seeds(), key=len)[:40]
    yield from (b'[{"a": 1}]', b'{"names": ["a"]}', b'{"source": "a", "by": "flat", "limit": 3, "uri": "file:///a.go"}')
    yield from (path.read_bytes() for path in sorted((*examples.rglob("*.go"), *examples.rglob("go.mod")))[:12])


def main() -> None:
    kind, *rest = sys.argv[1:]
    minutes = float(rest[rest.index("--minutes") + 1]) if "--minutes" in rest else 1.0
    corpus = Path(next((word for word in rest[::-1] if word != str(minutes) and "/" in word), tempfile.mkdtemp()))
    corpus.mkdir(parents=True, exist_ok=True)
    attempt = KINDS[kind]()
    from fuzz import law

    for number, seed in enumerate(seeds(kind)):
        (corpus / f"seed-{number}").write_bytes(seed)

    def one(data: bytes) -> None:
        begin = time.thread_time()
        with law.bounded(data):
            attempt(data)
        took = time.thread_time() - begin
        assert took < SECONDS_EACH_MEGABYTE * (1 + len(data) / 1e6), f"{took:.1f} s for {len(data)} bytes"

    def change(data: bytes, most: int, seed: int) -> bytes:
        """A field of the message changed, or what atheris does to bytes; only profiles are messages."""
        from fuzz.mutations import spoiled

        choose = random.Random(seed)
        if kind == "profile" and choose.random() < 0.5:
            with suppress(OSError, EOFError, ValueError, zlib.error):
                return spoiled(data, data, choose)[:most]
        return bytes(atheris.Mutate(data, most))

    limits = ["-max_len=65536", f"-max_total_time={int(60 * minutes)}", "-rss_limit_mb=3000", "-print_final_stats=1"]
    atheris.Setup([sys.argv[0], *limits, f"-artifact_prefix={corpus.parent}/", str(corpus)], one, custom_mutator=change)
    atheris.Fuzz()


if __name__ == "__main__":
    os.environ.setdefault("PYTHONHASHSEED", "0")
    main()
