"""The runs of a workspace on the disk, each a file in Go's benchmark format, which benchstat reads.

What that format has no words for (lines, texts, the commit) stands in lines that begin with `#`, which it passes over;
the texts that were built lie beside, each once. The oldest runs go when there are too many. A file that is damaged is
no run.
"""

import gzip
import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from pprof_lens.bench import benchfmt
from pprof_lens.bench.benchfmt import Result
from pprof_lens.bench.runs import Line, Measured, Run
from pprof_lens.workspace import reading, writing

MOST = 100
"""Runs of one workspace that are kept, and profiles."""

_ID = re.compile(r"\d{8}-\d{6}-[0-9a-f]{8}")
_HASH = re.compile(r"[0-9a-f]{64}")
_LARGEST = 16 << 20
_BASELINE, _HIDDEN = "baseline", "hidden"


class History:
    """The runs in a folder, by their ids, which are in the order of their times."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "runs"
        self._texts = folder / "texts"
        self.profiles = folder / "profiles"

    def keep(self, run: Run) -> None:
        """Write a run down. Raises OSError."""
        self._folder.mkdir(parents=True, exist_ok=True)
        self._texts.mkdir(parents=True, exist_ok=True)
        hashes = {path: hashlib.sha256(text.encode("utf-8", "replace")).hexdigest() for path, text in run.texts.items()}
        for path, name in hashes.items():
            writing.write(self._texts / f"{name}.gz", gzip.compress(run.texts[path].encode("utf-8", "replace")))
        writing.write(self._folder / f"{run.id}.txt", _written(run, hashes).encode("utf-8", "replace"))
        for old in self._ids()[MOST:]:
            if old != self.baseline():
                self.remove(old)

    def all(self) -> tuple[Run, ...]:
        """The runs, the newest first, without their texts."""
        found = (self._read(name, with_texts=False) for name in self._ids())
        return tuple(run for run in found if run is not None)

    def run(self, name: str) -> Run | None:
        """The run of that id, with its texts."""
        return self._read(name, with_texts=True) if _ID.fullmatch(name) else None

    def remove(self, name: str) -> None:
        """Forget a run, and the texts that no other one is of. Raises OSError."""
        if not _ID.fullmatch(name):
            return
        (self._folder / f"{name}.txt").unlink(missing_ok=True)
        if self.baseline() == name:
            self.keep_baseline("")
        needed = {of for other in self._ids() for of in self._hashes(other).values()}
        for text in self._texts.glob("*.gz"):
            if text.stem not in needed:
                text.unlink(missing_ok=True)

    def baseline(self) -> str:
        """The id of the run that others are compared with; empty where none is kept as that."""
        with suppress(OSError, ValueError):
            name = reading.read(str(self._folder / _BASELINE), 64)[0].decode("ascii").strip()
            return name if _ID.fullmatch(name) else ""
        return ""

    def keep_baseline(self, name: str) -> None:
        """Compare with this run from now on, or with none. Raises OSError."""
        if name:
            writing.write(self._folder / _BASELINE, name.encode())
        else:
            (self._folder / _BASELINE).unlink(missing_ok=True)

    def hidden(self) -> frozenset[str]:
        """The ids of the runs that show again only when they are asked for."""
        with suppress(OSError, ValueError):
            lines = reading.read(str(self._folder / _HIDDEN), _LARGEST)[0].decode("ascii").splitlines()
            return frozenset(filter(_ID.fullmatch, lines))
        return frozenset()

    def hide(self) -> None:
        """Hide all runs that there are. Raises OSError."""
        self._keep_hidden(self._ids())

    def unhide(self, name: str) -> None:
        """That run is shown. Raises OSError."""
        hidden = self.hidden()
        if name in hidden:
            self._keep_hidden(sorted(hidden - {name}))

    def _keep_hidden(self, names: Sequence[str]) -> None:
        if names:
            writing.write(self._folder / _HIDDEN, "\n".join(names).encode())
        else:
            (self._folder / _HIDDEN).unlink(missing_ok=True)

    def new_profile(self, name: str) -> Path:
        """Where a profile of that name is to be written; the oldest go. Raises OSError."""
        self.profiles.mkdir(parents=True, exist_ok=True)
        there = sorted(self.profiles.glob("*.pprof"), key=lambda path: path.stat().st_mtime)
        for old in there[: max(0, len(there) + 1 - MOST)]:
            old.unlink(missing_ok=True)
        return self.profiles / name

    def _ids(self) -> list[str]:
        names = (path.stem for path in self._folder.glob("*.txt"))
        return sorted(filter(_ID.fullmatch, names), reverse=True)

    def _read(self, name: str, *, with_texts: bool) -> Run | None:
        try:
            text = self._content(name)
            run = _parsed(name, text)
        except (OSError, ValueError, IndexError):
            return None
        return replace(run, texts=dict(self._read_texts(_hashes(text)))) if with_texts else run

    def _content(self, name: str) -> str:
        return reading.read(str(self._folder / f"{name}.txt"), _LARGEST)[0].decode("utf-8", "replace")

    def _hashes(self, name: str) -> dict[str, str]:
        with suppress(OSError, ValueError):
            return _hashes(self._content(name))
        return {}

    def _read_texts(self, hashes: Mapping[str, str]) -> Iterator[tuple[str, str]]:
        for path, name in hashes.items():
            with suppress(OSError, ValueError, EOFError):
                if _HASH.fullmatch(name):
                    data = reading.read(str(self._texts / f"{name}.gz"), _LARGEST)[0]
                    yield path, gzip.decompress(data).decode("utf-8", "replace")


def _written(run: Run, hashes: Mapping[str, str]) -> str:
    rows = [
        "# A run of benchmarks that pprof-lens measured; benchstat reads it and passes over the lines with a #.",
        _row("run", run.taken, run.commit or "-", int(run.is_dirty)),
        *(_row("text", name, path) for path, name in hashes.items()),
    ]
    for one in run.measured:
        rows += benchfmt.write(one.results).splitlines()
        rows.append(_row("benchmark", one.package, one.name, int(one.is_steady), one.line, one.path))
        rows += (
            _row("line", of.bytes_per_op, of.allocs_per_op, int(of.is_shared), of.line, of.path, of.function)
            for of in one.lines
        )
    return "".join(f"{row}\n" for row in rows)


def _row(kind: str, *fields: object) -> str:
    return "\t".join((f"#{kind}", *(re.sub(r"[\t\r\n]", " ", str(field)) for field in fields)))


def _hashes(text: str) -> dict[str, str]:
    """The names of the texts of a run, by their paths."""
    rows = (line.split("\t") for line in text.splitlines() if line.startswith("#text\t"))
    return {row[2]: row[1] for row in rows if len(row) > 2}


def _parsed(name: str, text: str) -> Run:
    """A run without its texts. Raises ValueError or IndexError where it is damaged."""
    rows = [line.split("\t") for line in text.splitlines() if line.startswith("#")]
    ((_, taken, commit, dirty),) = (row for row in rows if row[0] == "#run")
    return Run(
        id=name,
        taken=float(taken),
        measured=tuple(_measured(text)),
        texts={},
        commit="" if commit == "-" else commit,
        is_dirty=dirty == "1",
    )


def _measured(text: str) -> Iterable[Measured]:
    """What was measured; the results of each stand above its row. Raises ValueError where it is damaged."""
    found: list[Measured] = []
    above: list[str] = []
    for line in text.splitlines():
        kind, *row = line.split("\t")
        if kind == "#benchmark":
            package, name, steady, at, path = row
            of, above = tuple(_named(name, benchfmt.parse("\n".join(above)))), []
            if not of or {result.package for result in of} != {package}:
                raise ValueError(name)
            found.append(Measured(package, name, of, (), steady == "1", path, int(at)))
        elif kind == "#line":
            in_bytes, allocs, shared, at, path, function = row
            cost = Line(path, int(at), function, float(in_bytes), float(allocs), shared == "1")
            found[-1] = replace(found[-1], lines=(*found[-1].lines, cost))
        elif not kind.startswith("#"):
            above.append(line)
    return found


def _named(name: str, results: Iterable[Result]) -> Iterator[Result]:
    """The results of one benchmark, whose names are known to begin so. Raises ValueError where one does not."""
    for result in results:
        if not result.name.startswith(name):
            raise ValueError(result.name)
        yield replace(result, processors=result.name.removeprefix(name))
