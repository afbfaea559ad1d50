"""The pprof profile as plain data: tables in columns, samples left in the bytes that they came in.

Handing each of a million location ids to Python costs more than everything else together, so samples stay
encoded: `raw` holds the message and `spans` says where each sample stands in it. The fold walks them there;
`decode.samples` makes objects of them for whoever needs each one (reports, merges). Tables are columns for the
same reason. This module decodes nothing, computes nothing about weights and knows no files, editors or LSP.
"""

from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from pprof_lens.profile.memory_stats import MemoryStats

NO_MAPPING = -1
"""The mapping index of a location that names no mapping, or one that is not there."""


class ValueType(NamedTuple):
    """What one column of values means: `inuse_space` in `bytes`."""

    type: str
    unit: str


class Function(NamedTuple):
    """A function as the profile names it. `start_line` counts from 1; 0 means unknown."""

    name: str
    system_name: str
    filename: str
    start_line: int


class Mapping(NamedTuple):
    """A binary or library that was mapped into the profiled process."""

    id: int
    memory_start: int
    memory_limit: int
    file_offset: int
    filename: str
    build_id: str
    has_functions: bool
    has_filenames: bool
    has_line_numbers: bool
    has_inline_frames: bool


class Line(NamedTuple):
    """One function at one line of its file. `function` indexes `Profile.functions`; lines count from 1."""

    function: int
    line: int
    column: int


class Location(NamedTuple):
    """One address with its lines, innermost inlined call first. `mapping` indexes `Profile.mappings`."""

    id: int
    mapping: int
    address: int
    lines: tuple[Line, ...]
    is_folded: bool


class NumericLabel(NamedTuple):
    """One value of a numeric label; the unit is empty where the profile names none."""

    value: int
    unit: str


class Sample(NamedTuple):
    """One stack with its values, one a sample type. `locations` index `Profile.locations`, the leaf first.

    Labels are sorted by key; one key can have several values.
    """

    locations: tuple[int, ...]
    values: tuple[int, ...]
    labels: tuple[tuple[str, tuple[str, ...]], ...] = ()
    num_labels: tuple[tuple[str, tuple[NumericLabel, ...]], ...] = ()


@dataclass(frozen=True, slots=True)
class Locations:
    """The location table in columns; the frames of location `i` are those from `offsets[i]` to `offsets[i + 1]`.

    `ids` are the profile's own, as samples name them. Frames stand innermost first, as `Location.lines` has them.
    """

    ids: "array[int]"
    mappings: "array[int]"
    addresses: "array[int]"
    folded: bytes
    offsets: "array[int]"
    functions: "array[int]"
    lines: "array[int]"
    columns: "array[int]"

    def __len__(self) -> int:
        return len(self.ids)

    def __getitem__(self, index: int) -> Location:
        start, end = self.offsets[index], self.offsets[index + 1]
        return Location(
            id=self.ids[index],
            mapping=self.mappings[index],
            address=self.addresses[index],
            lines=tuple(map(Line, self.functions[start:end], self.lines[start:end], self.columns[start:end])),
            is_folded=bool(self.folded[index]),
        )

    def __iter__(self) -> Iterator[Location]:
        return map(self.__getitem__, range(len(self)))


@dataclass(frozen=True, slots=True)
class Functions:
    """The function table in columns, one row a function."""

    names: tuple[str, ...]
    system_names: tuple[str, ...]
    filenames: tuple[str, ...]
    start_lines: "array[int]"

    @classmethod
    def of(cls, functions: Iterable[Function]) -> "Functions":
        rows = tuple(functions)
        return cls(
            names=tuple(function.name for function in rows),
            system_names=tuple(function.system_name for function in rows),
            filenames=tuple(function.filename for function in rows),
            start_lines=array("q", (function.start_line for function in rows)),
        )

    def __len__(self) -> int:
        return len(self.names)

    def __getitem__(self, index: int) -> Function:
        return Function(self.names[index], self.system_names[index], self.filenames[index], self.start_lines[index])

    def __iter__(self) -> Iterator[Function]:
        return map(Function, self.names, self.system_names, self.filenames, self.start_lines)


@dataclass(frozen=True, slots=True)
class Profile:
    """A checked profile: every id of every sample is in the tables, every sample has a value for each type.

    `spans` holds the start and the end of each sample's message in `raw`, two numbers a sample, in the order of
    the profile. Text that is not UTF-8 keeps its bytes as surrogate escapes. Times are nanoseconds, 0 if unknown.
    `memory` is what the runtime said of its memory as a whole, at the end of a heap profile as text; `goroutines` are
    the ids of those that each sample counts, as a dump tells them, and empty where none does.
    """

    sample_types: tuple[ValueType, ...]
    default_sample_type: str
    mappings: tuple[Mapping, ...]
    locations: Locations
    functions: Functions
    strings: tuple[str, ...]
    raw: bytes
    spans: "array[int]"
    time_nanos: int = 0
    duration_nanos: int = 0
    period_type: ValueType = ValueType("", "")
    period: int = 0
    comments: tuple[str, ...] = ()
    doc_url: str = ""
    drop_frames: str = ""
    keep_frames: str = ""
    memory: MemoryStats | None = None
    goroutines: tuple[frozenset[int], ...] = ()
    announced: int = 0

    @property
    def sample_count(self) -> int:
        return len(self.spans) // 2
