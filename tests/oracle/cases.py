"""What is compared: each profile in each of its sample types under each set of flags, and the few exceptions."""

import re
import sysconfig
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from random import Random

from oracle.made import made
from pprof_lens.profile import decode
from pprof_lens.profile.errors import ProfileError
from pprof_lens.profile.model import Profile
from pprof_lens.profile.read import read
from pprof_lens.report.options import Kind

ROOT = Path(__file__).parents[2]
CORPUS = ROOT.parent / "shared" / "corpus"
EXAMPLES = ROOT / "examples"
LEAKY = EXAMPLES / "leaky"

_LIMIT = 1 << 30
_BIG = 200_000
"""Bytes from which a profile's reports take seconds: fewer flag sets, and none in the quick part."""

KINDS: tuple[Kind, ...] = ("list", "top", "peek", "traces", "dot")

FLAGS = (
    "",
    "-symbolize=none",
    "-cum",
    "-nodecount=7 -cum",
    "-nodecount=20 -nodefraction=0.05 -edgefraction=0.01",
    "-trim=false",
    "-call_tree -nodecount=0",
    "-call_tree -nodecount=12 -lines -edgefraction=0.01",
    "-nodefraction=nan -edgefraction=inf",
    "-lines",
    "-files",
    "-filefunctions",
    "-addresses",
    "-functions -noinlines",
    "-lines -noinlines -cum",
    "-addresses -noinlines",
    "-lines -showcolumns",
    "-focus={name}",
    "-focus={name} -relative_percentages",
    "-ignore={name}",
    "-hide={name}",
    "-hide={file} -lines",
    "-show={name}",
    "-show={file} -focus={name}",
    "-show_from={name}",
    "-prune_from={name}",
    "-prune_from=^runtime",
    r"-focus=(?i)MALLOC|^sync\.\(\*Mutex\)|[[:upper:]]{{2}}",
    "-tagfocus={label}",
    "-tagignore={label}",
    "-tagfocus=bytes=64:4kb",
    "-tagignore=:1kb",
    "-tagshow={key}",
    "-taghide={key}",
    "-unit=kB",
    "-unit=ms",
    "-unit=auto",
    "-divide_by=3",
    "-mean",
    "-drop_negative",
    "-compact_labels",
    "-trim_path={folder}",
    "-source_path={goroot}/src",
    "-trim_path=/usr/local/go/src:{folder} -source_path={goroot}/src -lines",
    "-base={other}",
    "-diff_base={other}",
    "-diff_base={other} -normalize",
    "-diff_base={self} -diff_base={other}",
    "-base={other} -normalize -cum -nodecount=10",
    "-diff_base={self}",
    "-diff_base={other} -lines -tagshow=.",
    "{other}",
)
"""In the words of pprof; names in braces are filled in from the profile. A bare `{other}` is a second profile."""

_FEW_FLAGS = ("", "-cum -lines", "-noinlines -focus={name}", "-hide={name} -addresses", "-diff_base={self}")

_OTHERS = {
    "heap.before.pprof": "heap.after.pprof",
    "block.before.pprof": "block.after.pprof",
    "heap.after.pprof": "heap.before.pprof",
    "block.after.pprof": "block.before.pprof",
    "alloc_objects.pb.gz": "alloc_space_delta.pb.gz",
    "alloc_space_delta.pb.gz": "alloc_objects.pb.gz",
    "gdu.pgo": "aaaaxy.pgo",
    "aaaaxy.pgo": "gdu.pgo",
    "fib.pb.gz": "profile1.pb.gz",
    "profile1.pb.gz": "fib.pb.gz",
    "heap.pb.gz": "heap_tags.pb.gz",
    "heap_tags.pb.gz": "heap_sizetags.pb.gz",
    "cpu.pb.gz": "cpusmall.pb.gz",
    "heap-1.pprof": "heap-6.pprof",
    "heap-6.pprof": "heap-1.pprof",
    "allocs.pprof": "heap.pprof",
    "block.pprof": "mutex.pprof",
}
"""What a profile is merged with or compared to; without one it is itself."""


@dataclass(frozen=True, slots=True)
class Case:
    """One report. `flags` are pprof's; `pattern` is empty where the report takes none."""

    profile: Path
    kind: Kind
    pattern: str
    flags: tuple[str, ...]
    others: tuple[str, ...]
    directory: Path

    def __str__(self) -> str:
        words = (*self.flags, *((self.pattern,) if self.pattern else ()), shown(self.profile), *self.others)
        return " ".join((self.kind, *words))

    def for_pprof(self) -> list[str]:
        command = f"-{self.kind}={self.pattern}" if self.pattern else f"-{self.kind}"
        return [command, *self.flags, str(self.profile), *self.others]

    def for_us(self) -> list[str]:
        pattern = (self.pattern,) if self.pattern else ()
        return [*self.flags, *pattern, str(self.profile), *self.others]


EXCEPTIONS = (
    (r"\.debug1\.txt|goroutine\.debug2\.txt", "pprof has only the addresses of these texts, we read their symbols"),
    (r"^(peek|dot) .*-files ", "pprof leaves the order of nodes of one name to chance, and -files makes many of them"),
    (r"-files .*made-", "the same, and with values of both signs the sums beside them"),
    (
        r"^dot .*-call_tree.*-nodecount=[1-9].*made-",
        "which nodes of one name of a tree are among the first pprof leaves to chance where values cancel out",
    ),
    (
        r"\.cpu /\S+\.cpu$",
        "of several files pprof takes the first for the program if it can, and takes old CPU profiles for programs",
    ),
)
"""Which cases are not compared, by their text, and why. Java's profiles are not even tried: we refuse them."""

CHANCE_ROWS = re.compile(r"^top .*-files ")
"""Where pprof leaves the order of rows of one name and flat to chance; -files makes many of them."""

CHANCE_EDGES = re.compile(r"^peek .*(base=|made-|_delta\.)")
"""Where pprof leaves the order of edges to chance: those of one weight but for its sign, of two runs no two alike."""


CHANCE_DRAWN = re.compile(r"^dot .*(-call_tree|base=|made-|_delta\.)")
"""Where pprof leaves the order of what it draws to chance: trees have many nodes of one name, and see the edges."""


def exception(text: str) -> str:
    """Why the case of that text is not compared; empty where it is."""
    return next((reason for pattern, reason in EXCEPTIONS if re.search(pattern, text)), "")


def profiles() -> list[Path]:
    """Every profile of the corpus, where there is one, and of the examples, that we read."""
    found = [path for path in sorted(LEAKY.glob("profiles/**/*")) if path.is_file()]
    for path in sorted(CORPUS.glob("**/*")):
        is_profile = path.is_file() and "goldens" not in str(path) and path.suffix not in (".string", ".md")
        if is_profile and _is_read(path):
            found.append(path)
    return found


def every_case() -> Iterator[Case]:
    """All of them, those of one profile together."""
    for path in profiles():
        is_big = path.stat().st_size > _BIG
        for sample_type in dict.fromkeys(t.type for t in load(str(path)).sample_types):
            for flags in _FEW_FLAGS if is_big else FLAGS:
                yield from _cases(path, sample_type, flags)


def quick_cases(count: int) -> list[Case]:
    """About that many, evenly from all but the big profiles; the same ones each time."""
    small = [case for case in every_case() if case.profile.stat().st_size <= _BIG and not exception(str(case))]
    chosen = sorted(small, key=lambda case: zlib.crc32(str(case).encode()))[:count]
    return sorted(chosen, key=str)


def made_cases(directory: Path, seeds: Iterable[int]) -> Iterator[Case]:
    """Awkward profiles, written into the directory, each with two flag sets at once and with three more."""
    for seed in seeds:
        path = directory / f"made-{seed}.pb"
        path.write_bytes(made(seed))
        (directory / f"made-{seed}-base.pb").write_bytes(made(seed // 2))
        random = Random(seed)
        sample_type = random.choice(load(str(path)).sample_types).type
        for flags in (" ".join(random.sample(FLAGS, 2)), *random.sample(FLAGS, 3)):
            for case in _cases(path, sample_type, flags):
                if not exception(str(case)):
                    yield case


def quick_made_cases(directory: Path, count: int) -> list[Case]:
    """One report of each of so many awkward profiles."""
    return [list(made_cases(directory, [seed]))[seed % 7] for seed in range(count)]


@lru_cache(maxsize=4)
def load(path: str) -> Profile:
    """The profile at the path, read once for its many cases."""
    return read(Path(path).read_bytes(), limit=_LIMIT)


def shown(path: Path) -> str:
    roots = [root for root in (CORPUS, EXAMPLES) if path.is_relative_to(root)]
    return str(path.relative_to(roots[0])) if roots else path.name


def _cases(path: Path, sample_type: str, flags: str) -> Iterator[Case]:
    words = _words(str(path))
    name = words["name"]
    filled = [word.format(**words) for word in flags.split()]
    for kind in KINDS:
        case = Case(
            profile=path,
            kind=kind,
            pattern="",
            flags=(f"-sample_index={sample_type}", *(word for word in filled if word.startswith("-"))),
            others=tuple(word for word in filled if not word.startswith("-")),
            # The name of the directory decides where pprof looks for sources.
            directory=LEAKY if path.is_relative_to(LEAKY) else ROOT,
        )
        if kind in ("list", "peek"):
            yield replace(case, pattern="." if zlib.crc32(flags.encode()) % 2 else name)
        else:
            yield case


@lru_cache(maxsize=4)
def _words(path: str) -> dict[str, str]:
    """What the braces of a flag set stand for in this profile; words without spaces."""
    profile = load(path)
    samples = list(decode.samples(profile))
    frames = Counter(
        line.function
        for sample in samples[:2000]
        for location in sample.locations[1:6]
        for line in profile.locations[location].lines
    )
    common = [profile.functions[function] for function, _ in frames.most_common(4)]
    name, file = (common[-1].name, common[-1].filename) if common else ("runtime", "runtime")
    labels = [(key, texts[0]) for sample in samples for key, texts in sample.labels]
    key, text = labels[len(labels) // 2] if labels else ("bytes", "1")
    other = Path(path).with_name(_OTHERS.get(Path(path).name, f"{Path(path).stem}-base.pb"))
    return {
        "name": _quoted(name.rpartition("/")[2]),
        "file": _quoted(file.rpartition("/")[2]),
        "folder": file.rpartition("/")[0] or "/nowhere",
        "key": _quoted(key),
        "label": f"{_quoted(key)}={_quoted(text)}" if labels else "absent",
        "goroot": str(Path(sysconfig.get_path("purelib")) / "go"),
        "self": path,
        "other": str(other if other.exists() else path),
    }


def _quoted(text: str) -> str:
    """A pattern for the text that has no spaces."""
    return re.sub(r"[^\w/.-]", ".", text)


def _is_read(path: Path) -> bool:
    try:
        return bool(load(str(path)).sample_types)
    except ProfileError:
        return False
