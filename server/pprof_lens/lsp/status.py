"""What the server has to say of itself, for the status bar and for `pprofLens.server.status`; look-ups only."""

from pprof_lens import session
from pprof_lens.analysis.filter import Filter
from pprof_lens.annotate import charts
from pprof_lens.annotate.findings import GROWTH
from pprof_lens.leaks import Leak
from pprof_lens.lsp.documents import scale_of
from pprof_lens.lsp.server import ProfileServer
from pprof_lens.profile.plain import plain


def of(ls: ProfileServer) -> dict[str, object]:
    """The loaded profile, where it came from, what filters it, what is watched, and the findings."""
    snapshot = ls.snapshot
    if snapshot is None:
        return {"profile": None, "source": None, **_watching(ls), "findings": [], "filter": None}
    return {
        "profile": session.summary(snapshot).as_json(),
        "source": snapshot.source.name,
        "paths": list(snapshot.source.paths),
        "base": list(snapshot.source.base),
        "captured": any(map(ls.is_own, (*snapshot.source.paths, *snapshot.source.base))),
        **_watching(ls),
        "findings": [_finding(ls, leak) for leak in ls.leaks],
        "filter": _filter(snapshot.filter),
        "total": _total(snapshot),
        "comparing": snapshot.is_difference,
    }


def _total(snapshot: session.Snapshot) -> str:
    """What the samples come to; of a difference the change, and what that is of the base's total."""
    scale = scale_of(snapshot)
    if not snapshot.is_difference:
        return scale.counted(snapshot.total)
    change = snapshot.index.sum_of_flats(snapshot.column)
    return f"{scale.counted(change)} {scale.percent(change)}"


def _watching(ls: ProfileServer) -> dict[str, object]:
    if ls.watch is None:
        return {"watching": None}
    return {"watching": ls.watch.url, "trend": ls.watch.trend, "failure": ls.watch.failure}


def _finding(ls: ProfileServer, leak: Leak) -> dict[str, object]:
    finding = leak.finding
    unit = "bytes" if finding.code == GROWTH else "goroutines"
    row: dict[str, object] = {
        "code": finding.code,
        "message": finding.message,
        "function": plain(finding.function),
        "amounts": list(finding.amounts),
        "chart": charts.small(finding.amounts),
        "largeChart": charts.large(finding.amounts),
        "ends": charts.ends(finding.amounts, finding.seconds, unit) if finding.amounts else "",
    }
    if leak.path is not None:
        uri = ls.files.uri_of(leak.path)
        now = ls.files.line_now(uri, finding.line)
        row |= {"uri": uri, "line": max(finding.line - 1, 0) if now is None else now}
    return row


def _filter(wanted: Filter) -> dict[str, object] | None:
    if not wanted:
        return None
    return {
        "focus": wanted.focus,
        "ignore": wanted.ignore,
        "tagFocus": wanted.tag_focus,
        "tagIgnore": wanted.tag_ignore,
        "through": wanted.through_text,
    }
