"""The memory map at the end of legacy profiles, as mappings. It looks at no file and knows no samples.

Two ways of writing a line are read, as google/pprof does (profile/legacy_profile.go, parseMappingEntry):

    00400000-00fcb000 r-xp 00000000 00:00 1531    /home/cppbench
    00400000-00fcb000: /home/cppbench (@1000) 5e2f
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from pprof_lens.profile.model import Mapping

_SENTINELS = ("--- Memory map: ---", "MAPPED_LIBRARIES:")
_HEX = "(?:0x)?([0-9a-fA-F]{1,16})"
_RANGE = f"{_HEX}[ -]{_HEX}:?(?: ([-rwxsp]{{1,8}})(?= |$))?"
_PROC = re.compile(rf"{_RANGE} ([0-9a-fA-F]{{1,16}}) [0-9a-fA-F]+:[0-9a-fA-F]+ [0-9]+(?: (\S+))?")
_BRIEF = re.compile(rf"{_RANGE}(?: ([^\s(]\S*))?(?: \(@([0-9a-fA-F]{{1,16}})\))?(?: ([0-9a-fA-F]+))?")
_LIBRARY = re.compile(r"\.so(?:$|[._][0-9])")
_MAIN_START = 0x400000
_LONGEST_VALUE = 4096
"""Of a variable, which stands for the beginning of paths; each line that names it has it."""


@dataclass(slots=True)
class _Region:
    start: int
    limit: int
    offset: int
    file: str
    build_id: str


def begins(line: str) -> bool:
    """Whether the memory map begins after this line."""
    return any(sentinel in line for sentinel in _SENTINELS)


def mappings(lines: Iterable[str]) -> tuple[Mapping, ...]:
    """The executable mappings that these lines tell, the program itself first; other lines are passed over."""
    regions: list[_Region] = []
    variables: dict[str, str] = {}
    for line in lines:
        entry = " ".join(line.split())
        if "$" in entry:
            entry = re.sub(r"\$(\w+)", lambda name: variables.get(name[1], name[0]), entry, count=1)
        if entry[:1] not in "0123456789abcdefABCDEF" or (region := _region(entry)) is None:
            name, assigned, value = entry.partition("=")
            if assigned and len(value) <= _LONGEST_VALUE:
                variables[name.strip()] = value.strip()
            continue
        if regions and _continues(regions[-1], region):
            last = regions[-1]
            last.limit, last.file = region.limit, region.file or last.file
            last.build_id = region.build_id or last.build_id
        else:
            regions.append(region)
    return tuple(
        Mapping(i, at.start, at.limit, at.offset, at.file, at.build_id, *(False,) * 4)
        for i, at in enumerate(_main_first(regions), 1)
    )


def _region(entry: str) -> _Region | None:
    """The region of one line; None where it is none that holds code."""
    if match := _PROC.match(entry):
        start, limit, permissions, offset, file = match.groups()
        build_id = ""
    elif match := _BRIEF.match(entry):
        start, limit, permissions, file, offset, build_id = match.groups()
    else:
        return None
    if permissions and "x" not in permissions:
        return None
    return _Region(int(start, 16), int(limit, 16), int(offset or "0", 16), file or "", build_id or "")


def _continues(before: _Region, region: _Region) -> bool:
    """Whether the two are one region that was written as two."""
    return (
        before.limit == region.start
        and (not before.file or not region.file or before.file == region.file)
        and (not before.build_id or not region.build_id or before.build_id == region.build_id)
        and (not before.offset or not region.offset or before.offset + before.limit - before.start == region.offset)
    )


def _main_first(regions: list[_Region]) -> list[_Region]:
    """The regions with pprof's guess of the program first: what is neither a library nor in brackets."""
    for i, region in enumerate(regions):
        file = region.file.replace("(deleted)", "").strip()
        if file and not file.startswith("[") and not _LIBRARY.search(file):
            regions[0], regions[i] = regions[i], regions[0]
            break
    if regions and regions[0].file.startswith("/anon_hugepage") and len(regions) > 1 \
            and regions[0].limit == regions[1].start:  # fmt: skip
        del regions[0]
    if regions and regions[0].start - regions[0].offset == _MAIN_START:
        regions[0].start, regions[0].offset = _MAIN_START, 0
    return regions
