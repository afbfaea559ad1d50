"""Who holds what a line allocates, for its hover and its finding: only where its own text tells the objects' type."""

import re
from collections.abc import Sequence
from dataclasses import replace

from pprof_lens.analysis.holders import Holder, Holders
from pprof_lens.analysis.names import short
from pprof_lens.annotate.findings import Finding
from pprof_lens.profile.plain import plain
from pprof_lens.profile.units import scaled_label
from pprof_lens.source.symbols import package_of

_MADE = re.compile(r"(?<!&)&([A-Z_a-z]\w*)\{|\bnew\(([A-Z_a-z]\w*)\)")
_PATH_SHOWN = 4


def allocated_type(text: str, function: str) -> str:
    """The full name of the one type of its own package that a line makes by `&T{` or `new(T)`; empty for others.

    Only a type without a package before it and without type arguments is told by the line alone.
    """
    found = {match[1] or match[2] for match in _MADE.finditer(text)}
    return f"{package_of(function)}.{found.pop()}" if len(found) == 1 else ""


def by_holders(finding: Finding, text: str, holders: Holders) -> Finding:
    """The finding on that line of text, with who holds most of what it makes."""
    found = holders.get(allocated_type(text, finding.function), ())
    if not found:
        return finding
    (holder, *_) = found
    size = scaled_label(holder.bytes, "bytes")
    return replace(finding, message=f"{finding.message[:-1]}; {size} of it held by {_path(holder.path)}.")


def rows(of_type: str, holders: Holders) -> list[str]:
    """Rows of the hover; none where nobody is known to hold objects of that type."""
    held = holders.get(of_type, ())
    if not held:
        return []
    return ["", f"{short(of_type)} held by", *(_row(holder) for holder in held)]


def _row(holder: Holder) -> str:
    size = scaled_label(holder.bytes, "bytes")
    return f"{size:>25}{holder.objects:>8}  {_path(holder.path)}"


def _path(path: Sequence[str]) -> str:
    root, *rest = path
    shown = rest if len(rest) <= _PATH_SHOWN else ["…", *rest[-_PATH_SHOWN:]]
    return " → ".join((short(root), *map(plain, shown)))
