"""Whether figures stand on the right lines of other checkouts than the one that was profiled: `npm run drift`.

    npm run drift                                       all repositories of the table, cloned to build/drift
    npm run drift -- https://example.com/owner/name     this one of them, or a folder with a clone of it
    npm run drift -- --distances 5,50 compress          by a part of the name, and not all distances

Each repository is checked out at one commit, its tests are built there and profiled by Go's own runtime. Then
commits newer and older than that one are checked out in a clone that knows nothing of this: no reflog, no binary.
There the real server is asked over the wire which lines the figures stand on, with the profile dated at the commit
that it is of ("then") and dated after the checkout ("now"), as of a program that was deployed long ago.

The judge is the text of the profiled line. A figure is wrong if the line it stands on reads otherwise and is not
said to be edited, or is another one that reads the same, in another function while its own is still there. It is
lost if git's diff has the line unchanged and the figure is nowhere. Nothing of a repository is kept but what is in
build/drift.
"""

import argparse
import asyncio
import gzip
import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import wire
from lsprotocol import types
from pygls.lsp.client import LanguageClient

ROOT = Path(__file__).parent.parent
WORK = ROOT / "build" / "drift"
DISTANCES = (1, 3, 10, 30, 100, 200)
NEWER_LOST, OLDER_LOST = 0.005, 0.02
SECONDS = 1_000_000_000


class Repository(NamedTuple):
    """A public repository, the package whose tests are profiled, and how they are run."""

    url: str
    package: str
    tests: tuple[str, ...]

    @property
    def name(self) -> str:
        return self.url.rstrip("/").rsplit("/", 1)[-1].removesuffix(".git")


REPOSITORIES = (
    Repository("https://github.com/klauspost/compress", "./zstd", ("-test.run=.", "-test.short")),
    Repository("https://github.com/yuin/goldmark", ".", ("-test.run=.", "-test.bench=.", "-test.benchtime=100x")),
    Repository("https://github.com/evanw/esbuild", "./internal/bundler_tests", ("-test.run=.",)),
    Repository("https://github.com/valyala/fasthttp", ".", ("-test.bench=.", "-test.benchtime=200x")),
    Repository("https://github.com/gin-gonic/gin", ".", ("-test.bench=.", "-test.benchtime=1000x")),
    Repository("https://github.com/tidwall/btree", ".", ("-test.run=.",)),
    Repository("https://github.com/VictoriaMetrics/VictoriaMetrics", "./lib/storage", ("-test.run=TestSearch",)),
    Repository("https://github.com/etcd-io/bbolt", ".", ("-test.run=TestBucket", "-test.short")),
    Repository("https://github.com/uber-go/zap", ".", ("-test.run=.", "-test.bench=.", "-test.benchtime=1000x")),
    Repository("https://github.com/dgraph-io/badger", "./table", ("-test.run=.",)),
    Repository(
        "https://github.com/google/cel-go", "./interpreter", ("-test.run=.", "-test.bench=.", "-test.benchtime=100x")
    ),
)


class Line(NamedTuple):
    """A line with a figure at the profiled commit; `number` counts from 1."""

    file: str
    number: int


class Build(NamedTuple):
    """What was profiled: the commit, its lines' files by the profile's names, and the profiles."""

    commit: str
    folder: Path
    profiles: tuple[Path, ...]


class Tally(NamedTuple):
    """What became of the profile's lines in one checkout."""

    unchanged: int
    lost: tuple[Line, ...]
    shown: int
    edited: int
    wrong: tuple[str, ...]

    def plus(self, other: "Tally") -> "Tally":
        return Tally(
            self.unchanged + other.unchanged,
            self.lost + other.lost,
            self.shown + other.shown,
            self.edited + other.edited,
            self.wrong + other.wrong,
        )


NOTHING = Tally(0, (), 0, 0, ())


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="npm run drift --", description=__doc__.partition("\n")[0])
    parser.add_argument("repositories", nargs="*", metavar="URL, FOLDER or NAME")
    parser.add_argument("--distances", default=",".join(map(str, DISTANCES)), help="commits away, in both directions")
    parser.add_argument("--details", action="store_true", help="print each wrong line, and where lines were lost")
    options = parser.parse_args(arguments)
    distances = [int(distance) for distance in options.distances.split(",")]
    WORK.mkdir(parents=True, exist_ok=True)
    sums: dict[tuple[str, str], Tally] = defaultdict(lambda: NOTHING)
    print(
        f"{'repository':18}{'checkout':>9}{'dated':>7}{'unchanged':>11}{'lost':>7}{'shown':>8}{'edited':>8}{'wrong':>7}"
    )
    for repository, source in chosen(options.repositories):
        for (away, dated), tally in measured(repository, source, distances):
            print_row(repository.name, f"{away:+}", dated, tally)
            if options.details:
                print_details(tally)
            direction = "newer" if away > 0 else "older"
            sums[direction, dated] = sums[direction, dated].plus(tally)
    is_good = True
    for (direction, dated), tally in sums.items():
        print_row("all", direction, dated, tally)
        most = NEWER_LOST if direction == "newer" else OLDER_LOST
        is_good &= not tally.wrong and len(tally.lost) <= most * tally.unchanged
    print("as it is to be" if is_good else "NOT as it is to be: no line wrong, 0.5 percent lost on newer, 2 on older")
    return 0 if is_good else 1


def print_row(name: str, checkout: str, dated: str, tally: Tally) -> None:
    lost, wrong = len(tally.lost), len(tally.wrong)
    share = f"{lost / tally.unchanged:.2%}" if tally.unchanged else ""
    counts = f"{tally.unchanged:>11}{lost:>7}{tally.shown:>8}{tally.edited:>8}{wrong:>7}"
    print(f"{name:18}{checkout:>9}{dated:>7}{counts}  {share}", flush=True)


def print_details(tally: Tally) -> None:
    for sentence in tally.wrong:
        print(f"    wrong: {sentence}")
    for file, count in Counter(line.file for line in tally.lost).most_common(5):
        numbers = [line.number for line in tally.lost if line.file == file]
        print(f"    lost: {count} in {file}: {', '.join(map(str, numbers[:12]))}")


def chosen(named: Sequence[str]) -> Iterator[tuple[Repository, str]]:
    """The repositories to measure, each with where it is cloned from."""
    if not named:
        yield from ((repository, repository.url) for repository in REPOSITORIES)
    for name in named:
        found = [
            r for r in REPOSITORIES if r.name.casefold() in name.casefold() or name.casefold() in r.name.casefold()
        ]
        if len(found) != 1:
            raise SystemExit(f"{name} is none of {', '.join(r.name for r in REPOSITORIES)}")
        yield found[0], name if Path(name).is_dir() else found[0].url


def measured(repository: Repository, source: str, distances: Sequence[int]) -> Iterator[tuple[tuple[int, str], Tally]]:
    """The tallies of a repository's checkouts, by distance and date of the profile."""
    folder = WORK / repository.name
    if not folder.exists():
        print(f"Cloning {repository.name}", file=sys.stderr)
        git(
            WORK,
            "clone",
            "--quiet",
            "--no-checkout",
            *(("--shared",) if Path(source).is_dir() else ()),
            source,
            folder.name,
        )
    line = git(folder, "rev-list", "--first-parent", "origin/HEAD").split()
    middle = min(200, len(line) // 2)
    build = built(repository, folder, line[middle])
    checkout = WORK / f"{repository.name}-checkout"
    shutil.rmtree(checkout, ignore_errors=True)
    git(WORK, "clone", "--quiet", "--shared", "--no-checkout", folder.name, checkout.name)
    git(checkout, "config", "core.logAllRefUpdates", "false")
    shutil.rmtree(checkout / ".git" / "logs")  # else it knows what was checked out in the other one
    for away in [*distances, *(-distance for distance in distances)]:
        if not 0 <= middle - away < len(line):
            continue
        check_out(checkout, line[middle - away])
        expected = Expected(build, checkout)
        for dated in ("then", "now"):
            tally = NOTHING
            for profile in build.profiles:
                answers = asyncio.run(shown_by_server(checkout, expected, redated(profile, build, dated)))
                tally = tally.plus(expected.judge(profile, answers))
            yield (away, dated), tally
    shutil.rmtree(checkout)


def built(repository: Repository, folder: Path, commit: str) -> Build:
    """Check the commit out, profile its tests, and leave it checked out; done once for each commit.

    A go.mod that an old commit left incomplete is completed; what is vendored is used as it is.
    """
    profiles = tuple(WORK / f"{repository.name}-{commit[:12]}.{kind}" for kind in ("cpu", "mem"))
    check_out(folder, commit)
    if not all(profile.exists() for profile in profiles):
        print(f"Profiling {repository.name} at {commit[:12]}", file=sys.stderr)
        binary = WORK / f"{repository.name}.test"
        environ = {**os.environ, "GOTOOLCHAIN": "local", "CGO_ENABLED": "0"}
        modules = () if (folder / "vendor").exists() else ("-mod=mod",)
        build = ("go", "test", *modules, "-c", "-vet=off", "-o", str(binary), repository.package)
        subprocess.run(build, cwd=folder, env=environ, check=True)
        profile_tests((str(binary), *repository.tests), folder / repository.package, environ, profiles)
        for profile in profiles:
            Path(f"{profile}.new").rename(profile)
        binary.unlink()
        check_out(folder, commit)
    return Build(commit, folder, profiles)


_ENDED_IN = re.compile(r"^(?:--- FAIL: |\t\t)((?:Test|Example|Fuzz|Benchmark)\w*)\b.* \(", re.MULTILINE)
MOST_ENDED = 5


def profile_tests(run: Sequence[str], folder: Path, environ: Mapping[str, str], profiles: Sequence[Path]) -> None:
    """Profile tests, each time without those in which the run before ended: one that panics leaves no profile."""
    cpu, mem = (f"{profile}.new" for profile in profiles)
    limits = ("-test.memprofilerate=4096", "-test.timeout=3m")
    ended: list[str] = []
    while True:
        command = [*run, f"-test.cpuprofile={cpu}", f"-test.memprofile={mem}", *limits]
        skip = (f"-test.skip=^({'|'.join(ended)})$",) if ended else ()
        done = subprocess.run([*command, *skip], cwd=folder, env=environ, capture_output=True, check=False)
        if Path(mem).exists():
            return
        found = _ENDED_IN.findall((done.stdout + done.stderr).decode(errors="replace"))
        if not found or len(ended) == MOST_ENDED:
            raise SystemExit(f"{run[0]} leaves no profile, without {', '.join(ended) or 'any test'}")
        ended.append(found[-1])


class Expected:
    """What is right in a checkout, by git's diff from the profiled commit and by the lines' own text."""

    def __init__(self, build: Build, checkout: Path) -> None:
        self._build = build
        self._lines = {profile: set(lines_of(profile, build.folder)) for profile in build.profiles}
        self.names = sorted({line.file for lines in self._lines.values() for line in lines})
        self._before = {name: texts(build.folder / name) for name in self.names}
        self._after = {name: texts(checkout / name) for name in self.names if (checkout / name).is_file()}
        self._unchanged = {
            name: unchanged(
                git(checkout, "diff", "-U0", "--no-ext-diff", build.commit, "--", name), len(self._before[name])
            )
            for name in self._after
        }

    @property
    def folder(self) -> Path:
        """Where it was built."""
        return self._build.folder

    @property
    def files(self) -> Iterable[str]:
        """The profile's own files that are still there."""
        return self._after

    def judge(self, profile: Path, answers: Mapping[str, Sequence[Mapping[str, Any]]]) -> Tally:
        """Compare what the server showed of each file with what is right."""
        there = {line for line in self._lines[profile] if line.number in self._unchanged.get(line.file, ())}
        found, edited, wrong = set(), 0, []
        for name, rows in answers.items():
            for row in rows:
                line = Line(name, row["profileLine"])
                found.add(line)
                edited += row["state"] == "edited"
                fault = self._fault(line, row)
                if fault:
                    wrong.append(f"{name}:{line.number} {row['state']} on {row['line'] + 1}: {fault}")
        return Tally(len(there), tuple(sorted(there - found)), sum(map(len, answers.values())), edited, tuple(wrong))

    def _fault(self, line: Line, row: Mapping[str, Any]) -> str:
        """What is wrong with a placement; empty if nothing is."""
        before, after, number = self._before[line.file], self._after[line.file], row["line"] + 1
        old, new = before[line.number - 1].strip(), after[number - 1].strip()
        if row["state"] == "edited" and old != new:
            kept = self._unchanged[line.file].get(line.number)
            return f"it is unchanged on {kept}, and this reads {new!r}" if kept not in {None, number} else ""
        if old != new:
            return f"{old!r} became {new!r}"
        kept = self._unchanged[line.file].get(line.number)
        declared, now = function_of(before, line.number), function_of(after, number)
        is_elsewhere = declared != now and any(function_of(after, i) == declared for i in range(1, len(after) + 1))
        is_common = sum(text.strip() == new for text in after) > 1
        if is_elsewhere and (is_common if kept is None else kept != number):
            return f"{old!r} of {declared} in {now}"
        return ""


_DECLARED = re.compile(r"func (?:\([^)]*?([\w\[\], ]+)\) )?(\w+)")
_HUNK = re.compile(r"^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@", re.MULTILINE)


def function_of(lines: Sequence[str], number: int) -> str:
    """The receiver and name of the declaration above or on a line, from 1; "" where there is none."""
    for line in reversed(lines[:number]):
        declared = _DECLARED.match(line)
        if declared:
            return f"{declared[1] or ''}.{declared[2]}"
    return ""


def unchanged(diff: str, count: int) -> dict[int, int]:
    """The lines, from 1, that a diff without context leaves as they were, with their numbers after it."""
    kept, before, shift = {}, 1, 0
    for hunk in _HUNK.finditer(diff):
        start, removed, to, added = (1 if part is None else int(part) for part in hunk.groups())
        first = start if removed else start + 1
        kept.update({number: number + shift for number in range(before, first)})
        before, shift = first + removed, (to + added if added else to + 1) - (first + removed)
    kept.update({number: number + shift for number in range(before, count + 1)})
    return kept


def lines_of(profile: Path, folder: Path) -> Iterator[Line]:
    """The lines of the profile in the repository's own files."""
    command = (sys.executable, "-m", "pprof_lens", "lines", str(profile), "--root", str(folder), "--json")
    told = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    for file in told["files"]:
        path = Path(file["path"] or "/")
        if path.is_relative_to(folder):
            yield from (Line(str(path.relative_to(folder)), row["line"]) for row in file["lines"] if row["line"] > 0)


def texts(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8", errors="replace").split("\n")


def redated(profile: Path, build: Build, dated: str) -> Path:
    """The profile as if taken a minute after its commit, or now."""
    seconds = int(git(build.folder, "show", "-s", "--format=%ct", build.commit)) + 60
    nanos = (seconds if dated == "then" else int(time.time()) + 60) * SECONDS
    path = profile.with_name(f"{profile.stem}-dated{profile.suffix}")
    dateless = b"".join(
        field for number, field in fields(gzip.decompress(profile.read_bytes())) if number != _TIME_NANOS
    )
    path.write_bytes(gzip.compress(dateless + bytes([_TIME_NANOS << 3]) + written(nanos), 1))
    return path


_TIME_NANOS = 9
"""The number of Profile.time_nanos, a varint."""


def fields(message: bytes) -> Iterator[tuple[int, bytes]]:
    """The numbers of a protobuf message's fields, each with its bytes, key included; varints and strings only."""
    at = 0
    while at < len(message):
        key, end = varint(message, at)
        value, end = varint(message, end)
        end += value if key & 7 else 0
        yield key >> 3, message[at:end]
        at = end


def varint(data: bytes, at: int) -> tuple[int, int]:
    """The number that is written there, and where it ends."""
    number = shift = 0
    while True:
        number |= (data[at] & 127) << shift
        at, shift = at + 1, shift + 7
        if data[at - 1] < 128:
            return number, at


def written(number: int) -> bytes:
    """A varint."""
    groups = []
    while number > 127:
        groups.append(number & 127 | 128)
        number >>= 7
    return bytes([*groups, number])


async def shown_by_server(checkout: Path, expected: Expected, profile: Path) -> dict[str, Sequence[Mapping[str, Any]]]:
    """Where a fresh server places the figures of each file, as an editor with all of them open is told."""
    client = LanguageClient("drift", "1")
    wire.ignore(client, types.WORKSPACE_INLAY_HINT_REFRESH)
    await wire.begin(client, checkout, "-m", "pprof_lens", "lsp", pathMappings={str(expected.folder): str(checkout)})
    for name in expected.files:
        text = (checkout / name).read_text(encoding="utf-8", errors="replace")
        item = types.TextDocumentItem(uri=(checkout / name).as_uri(), language_id="go", version=1, text=text)
        client.text_document_did_open(types.DidOpenTextDocumentParams(item))
    await wire.command(client, "load", source=str(profile))
    answers = {}
    for name in expected.files:
        answers[name] = (await wire.command(client, "lines", uri=(checkout / name).as_uri()))["lines"]
    await wire.end(client)
    return answers


def check_out(folder: Path, commit: str) -> None:
    """Check out all files that the clone has; one without its largest files, which no source is, will do."""
    git(folder, "update-ref", "--no-deref", "HEAD", commit)
    git(folder, "read-tree", "--reset", commit)
    subprocess.run(
        ("git", "checkout-index", "--all", "--force", "--quiet"), cwd=folder, check=False, capture_output=True
    )
    git(folder, "clean", "-fdxq")


def git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(("git", *arguments), cwd=folder, check=True, capture_output=True, text=True, errors="replace")
    return done.stdout


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
