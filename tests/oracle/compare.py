"""Our reports and our lines beside those of `go tool pprof`, byte for byte; never what is compared, see `cases`."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import groupby, islice
from pathlib import Path

from oracle import cases, lines, pprof
from pprof_lens.profile.errors import ProfileError
from pprof_lens.profile.prune import remove_uninteresting
from pprof_lens.report.options import UsageError, parse
from pprof_lens.report.run import report

_AHEAD = 8
_BETWEEN_TOLD = 1000
_TOP_ROW = re.compile(
    rb"(?P<flat> *\S+ +\S+% )(?P<sum> *\S+% )(?P<cum> *\S+ +\S+%)  (?P<name>.*?)"
    rb"(?P<inlining>| \(inline\)| \(partial-inline\))"
)
_EDGE = re.compile(rb" {11,}-?(\S+ +\S+%) \|   ")


@dataclass(slots=True)
class Result:
    """What came of the comparing; `different` names what differed."""

    compared: int = 0
    refused: int = 0
    excepted: Counter[str] = field(default_factory=Counter)
    different: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        rows = [f"{self.compared} outputs compared, {len(self.different)} differ; {self.refused} refused by both"]
        rows += (f"{count} not compared: {reason}" for reason, count in self.excepted.items())
        return "\n".join(rows)


def reports(of: Iterable[cases.Case], told: Callable[[str], None]) -> Result:
    """Each case by pprof and by us."""
    result = Result()
    for number, (case, theirs) in enumerate(_with_pprofs(of, result), 1):
        if number % _BETWEEN_TOLD == 0:
            told(f"{number} outputs so far, at {case}")
        ours = _ours(case)
        settled = _settling(case)
        if settled(ours) == settled(theirs):
            result.compared += ours is not None
            result.refused += ours is None
        else:
            result.compared += 1
            result.different.append(str(case))
            told(f"DIFFERS {case}")
            told(_first_difference(ours, theirs))
    return result


def figures(paths: Iterable[Path], told: Callable[[str], None]) -> Result:
    """flat and cum of each line of each profile, in all sample types, against pprof's raw samples."""
    result = Result()
    for path in paths:
        reason = cases.exception(f"lines {cases.shown(path)}")
        if reason:
            result.excepted[reason] += 1
            continue
        raw = pprof.printed(["-raw", "-symbolize=none", str(path)], cases.ROOT)
        ours = lines.ours(remove_uninteresting(cases.load(str(path))))
        theirs = lines.of_raw(raw.decode("utf-8", "surrogateescape")) if raw is not None else None
        result.compared += 1
        if ours != theirs:
            result.different.append(f"lines {cases.shown(path)}")
            told(f"DIFFERS lines {cases.shown(path)}")
            told(lines.first_difference(ours, theirs or {}))
    return result


def _with_pprofs(of: Iterable[cases.Case], result: Result) -> Iterator[tuple[cases.Case, bytes | None]]:
    """Each case with pprof's output; a few are asked for ahead, as pprof runs beside us."""
    waiting: list[tuple[cases.Case, Future[bytes | None]]] = []
    to_do = _not_excepted(of, result)
    with ThreadPoolExecutor(2) as pool:
        while True:
            waiting += (
                (case, pool.submit(pprof.printed, case.for_pprof(), case.directory))
                for case in islice(to_do, _AHEAD - len(waiting))
            )
            if not waiting:
                return
            case, future = waiting.pop(0)
            yield case, future.result()


def _not_excepted(of: Iterable[cases.Case], result: Result) -> Iterator[cases.Case]:
    for case in of:
        reason = cases.exception(str(case))
        if reason:
            result.excepted[reason] += 1
        else:
            yield case


def _ours(case: cases.Case) -> bytes | None:
    try:
        request = parse(case.kind, case.for_us())
        return b"".join(report(request, load=cases.load, read=_read, directory=str(case.directory)))
    except (ProfileError, UsageError):
        return None


def _read(path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except IsADirectoryError:
        return b""


def _settling(case: cases.Case) -> Callable[[bytes | None], bytes | None]:
    """What takes out of a text what pprof leaves to chance."""
    if cases.CHANCE_ROWS.search(str(case)):
        return _rows_settled
    if cases.CHANCE_DRAWN.search(str(case)):
        return _drawing_settled
    return _edges_settled if cases.CHANCE_EDGES.search(str(case)) else _as_it_is


def _as_it_is(text: bytes | None) -> bytes | None:
    return text


_ID = re.compile(rb'\bN+\d+(_\d+)*|"node\d+"|minlen=2')


def _drawing_settled(text: bytes | None) -> bytes | None:
    """What is drawn in the order of its text, without the numbers that nodes have by their own order."""
    return text and b"\n".join(sorted(_ID.sub(b"N", text).splitlines()))


def _rows_settled(text: bytes | None) -> bytes | None:
    """The rows of `top`, those of one flat and name by their cums and inlining; flats and sums stay in their places."""
    if text is None:
        return None
    header, found, rows = text.partition(b"cum%\n")
    parted = [match for row in rows.split(b"\n") if (match := _TOP_ROW.fullmatch(row))]
    if len(parted) != rows.count(b"\n"):
        return text
    settled = []
    for _, alike in groupby(parted, key=lambda row: (row["flat"], row["name"])):
        group = list(alike)
        moved = sorted((row["cum"], row["inlining"]) for row in group)
        settled += [
            row["flat"] + row["sum"] + cum + row["name"] + inlining
            for row, (cum, inlining) in zip(group, moved, strict=True)
        ]
    return header + found + b"\n".join(settled)


def _edges_settled(text: bytes | None) -> bytes | None:
    """The edges of `peek`, those of one weight but for its sign by name."""
    if text is None:
        return None
    groups = groupby(text.split(b"\n"), key=lambda row: edge[1] if (edge := _EDGE.match(row)) else None)
    return b"\n".join(row for edge, rows in groups for row in (sorted(rows) if edge else rows))


def _first_difference(ours: bytes | None, theirs: bytes | None) -> str:
    if ours is None or theirs is None:
        return f"  only {'pprof' if ours is None else 'we'} printed something"
    rows = zip([*ours.splitlines(), b"(end)"], [*theirs.splitlines(), b"(end)"], strict=False)
    pair = next(((number, *row) for number, row in enumerate(rows, 1) if row[0] != row[1]), None)
    return f"  line {pair[0]}\n  ours   {pair[1]!r}\n  pprof  {pair[2]!r}" if pair else "  line ends differ"
