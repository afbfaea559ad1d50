"""Reports of drawn profiles, so that a test shows the picture of what is printed."""

from collections.abc import Mapping, Sequence

from pprof_lens.profile.model import Profile
from pprof_lens.report.options import Kind, parse
from pprof_lens.report.run import report
from pprof_lens.report.source_search import ReadFile


def printed(
    kind: Kind, *words: str, sources: Mapping[str, str] | None = None, directory: str = "/w", **of: Profile
) -> str:
    """What the report prints; profiles are loaded by the names that they are given here."""
    return _text(kind, words, of, _Files(sources or {}), directory)


def rows(kind: Kind, *words: str, **of: Profile) -> list[str]:
    """The rows of a report of nodes, with one space for many: `FLAT FLAT% SUM% CUM CUM% NAME`."""
    lines = _text(kind, words, of, _Files({}), "/w").splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith("      flat  flat%"))
    return [" ".join(line.split()) for line in lines[start + 1 :]]


def _text(kind: Kind, words: Sequence[str], of: Mapping[str, Profile], read: ReadFile, directory: str) -> str:
    pattern, flags = (words[:1], words[1:]) if kind in ("list", "peek") else ((), words)
    profiles = [name for name in of if name != "base"]
    request = parse(kind, [*flags, *pattern, *profiles])
    pieces = report(request, load=of.__getitem__, read=read, directory=directory)
    return b"".join(pieces).decode("utf-8", "surrogateescape")


class _Files:
    """Files by their paths."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._texts = texts

    def __call__(self, path: str) -> bytes:
        if path not in self._texts:
            raise FileNotFoundError(2, "No such file or directory", path)
        return self._texts[path].encode("utf-8", "surrogateescape")
