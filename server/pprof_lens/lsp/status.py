"""What the server has to say of itself, for the status bar and for `pprofLens.server.status`; look-ups only."""

from pprof_lens import session
from pprof_lens.analysis.filter import Filter
from pprof_lens.annotate.wording import Scale
from pprof_lens.lsp.server import ProfileServer


def of(ls: ProfileServer) -> dict[str, object]:
    """The loaded profile, where it came from, what filters it, what is watched, and the findings."""
    snapshot = ls.snapshot
    if snapshot is None:
        return {"profile": None, "source": None, "watching": None, "findings": [], "filter": None}
    scale = Scale(snapshot.sample_type, snapshot.total, snapshot.is_difference)
    return {
        "profile": session.summary(snapshot).as_json(),
        "source": snapshot.source.name,
        "paths": list(snapshot.source.paths),
        "base": list(snapshot.source.base),
        "watching": None,
        "findings": [],
        "filter": _filter(snapshot.filter),
        "total": scale.counted(snapshot.total),
        "comparing": snapshot.is_difference,
    }


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
