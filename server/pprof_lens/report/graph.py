"""Who calls whom, and what flat and cum that has: pprof's graph (internal/graph/graph.go), from which reports print.

Frames that are alike in all that the granularity left of them are one node. A node counts a sample once in its cum,
however often it recurs; it has no edge to itself.
"""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import compress, pairwise
from typing import NamedTuple

from pprof_lens.profile import engine, fold
from pprof_lens.profile.errors import TooLarge
from pprof_lens.profile.integers import int64, magnitude, quotient
from pprof_lens.profile.plain import plain
from pprof_lens.profile.proportion import most_calls_at_once, most_edges
from pprof_lens.report import paths
from pprof_lens.report.decoded import Decoded
from pprof_lens.report.values import Values


class Info(NamedTuple):
    """What tells a node from another. `start_line` and `binary` are left out where binaries do not matter."""

    name: str
    address: int = 0
    file: str = ""
    start_line: int = 0
    line: int = 0
    column: int = 0
    binary: str = ""

    def printable(self) -> str:
        return " ".join(self.components())

    def components(self) -> list[str]:
        """What the name is put together from; never empty."""
        parts = [f"{self.address:016x}"] if self.address else []
        if self.name:
            parts.append(self.name)
        if self.line:
            parts.append(f"{self.file}:{self.line}" + (f":{self.column}" if self.column else ""))
        elif self.file:
            parts.append(self.file)
        elif not self.name:
            parts.append(f"[{paths.base(self.binary)}]" if self.binary else "<unknown>")
        return parts


@dataclass(eq=False, slots=True)
class Edge:
    """Calls from one node to another; `is_inline` if every one of them was inlined.

    `is_residual` if one of them went over nodes that were not kept. The weight of a mean is to be divided.
    """

    caller: "Node"
    callee: "Node"
    weight: int
    is_inline: bool
    is_residual: bool = False
    divisor: int = 0

    @property
    def weight_value(self) -> int:
        return quotient(self.weight, self.divisor)


@dataclass(eq=False, slots=True)
class Tag:
    """The part of a node that samples with one set of labels, or with one value of a numeric label, have in it."""

    name: str
    unit: str = ""
    value: int = 0
    flat: int = 0
    cum: int = 0
    flat_divisor: int = 0
    cum_divisor: int = 0

    @property
    def flat_value(self) -> int:
        return quotient(self.flat, self.flat_divisor)

    @property
    def cum_value(self) -> int:
        return quotient(self.cum, self.cum_divisor)


@dataclass(eq=False, slots=True)
class Sums:
    """What a node comes to: flat and cum are sums; of a mean they are to be divided by the sums of the divisors."""

    info: Info
    flat: int = 0
    cum: int = 0
    flat_divisor: int = 0
    cum_divisor: int = 0

    @property
    def flat_value(self) -> int:
        return quotient(self.flat, self.flat_divisor)

    @property
    def cum_value(self) -> int:
        return quotient(self.cum, self.cum_divisor)


@dataclass(eq=False, slots=True)
class OwnTags:
    """The tags of a node by their labels, and those by the value of a numeric label, by the labels beside it."""

    labels: dict[str, Tag] = field(default_factory=dict)
    numbers: dict[str, dict[str, Tag]] = field(default_factory=dict)


@dataclass(eq=False, slots=True)
class Node(Sums):
    """A node of the graph, with its edges, and with its tags where the graph is drawn and it has any."""

    callers: list[Edge] = field(default_factory=list)
    callees: list[Edge] = field(default_factory=list)
    tags: OwnTags | None = None


@dataclass(frozen=True, slots=True)
class Frames:
    """The frames of all locations as nodes, by number; a location without lines is one frame, without a function.

    Those of location `i` are from `offsets[i]` to `offsets[i + 1]`, the innermost first. `numbers` has the node of
    each, below 0 where that is skipped, and `firsts` the first frame of each node. What a node is called is made when
    it is asked for: there are as many as lines in a profile, of which few are shown.
    """

    decoded: Decoded
    columns: "_Columns"
    files: Sequence[str]
    with_binaries: bool
    numbers: "array[int]"
    firsts: "array[int]"

    def keyed(self) -> fold.Frames:
        """The same for the fold, whose keys are the nodes."""
        return fold.Frames(self.decoded.shown.locations.ids, self.columns.offsets, self.numbers, len(self.firsts))

    def info(self, node: int) -> Info:
        return self.info_at(self.firsts[node])

    def info_at(self, frame: int) -> Info:
        columns, functions, locations = self.columns, self.decoded.functions, self.decoded.locations
        location = bisect_right(columns.offsets, frame) - 1
        function = columns.functions[frame]
        mapping, address = self.decoded.mapping(location), locations.addresses[location]
        binary = mapping.filename if mapping else ""
        if function == len(functions):
            return Info(name="", address=address, binary=binary)
        name = functions.names[function]
        has_binary = self.with_binaries or not name
        return Info(
            name=name,
            address=address,
            file=self.files[function],
            start_line=functions.start_lines[function] if has_binary else 0,
            line=columns.lines[frame],
            column=columns.columns[frame],
            binary=binary if has_binary else "",
        )

    def of(self, location: int) -> "array[int]":
        """The nodes of the location, the innermost line's first."""
        return self.numbers[self.columns.offsets[location] : self.columns.offsets[location + 1]]

    def kept(self, wanted: Collection[Info]) -> "Frames":
        """The frames of these nodes; all others are skipped."""
        firsts, new = array("q"), array("q")
        for node, first in enumerate(self.firsts):
            is_wanted = self.info(node) in wanted
            new.append(len(firsts) if is_wanted else _SKIPPED)
            if is_wanted:
                firsts.append(first)
        return replace(self, numbers=engine.take(new, self.numbers), firsts=firsts)


class _Columns(NamedTuple):
    offsets: "array[int]"
    functions: "array[int]"
    lines: "array[int]"
    columns: "array[int]"


def frames_of(decoded: Decoded, *, with_binaries: bool = False, kept: Collection[Info] | None = None) -> Frames:
    """The frames of all locations, those that are alike as one node; only those of `kept`, if it is given.

    `with_binaries` tells functions of the same name in different binaries or at different start lines apart.
    """
    columns = _columns(decoded)
    clean = lru_cache(_MOST_CLEANED)(paths.clean)  # a long path can be that of every function
    files = [clean(file) if file else "" for file in decoded.functions.filenames]
    numbers = _numbers(decoded, columns, files, with_binaries=with_binaries)
    numbers, firsts = engine.ranked(_zeros(len(numbers)), numbers)
    # Numbered as they come: edges that are alike in all that is printed stay in that order.
    as_they_come, by_place = engine.ranked(_zeros(len(firsts)), firsts)
    numbers, firsts = engine.take(as_they_come, numbers), engine.take(firsts, by_place)
    frames = Frames(decoded, columns, files, with_binaries, numbers, firsts)
    return frames if kept is None else frames.kept(kept)


def _columns(decoded: Decoded) -> _Columns:
    """The frames of the locations, with one of no function for each that has no lines."""
    of = decoded.locations
    if len(engine.distinct(of.offsets)) == len(of.offsets):
        return _Columns(of.offsets, of.functions, of.lines, of.columns)
    offsets, places = array("q", [0]), array("q")
    for start, end in pairwise(of.offsets):
        places.extend(range(start, end) if end > start else (_SKIPPED,))
        offsets.append(len(places))
    nothing, nowhere = _zeros(len(places)), array("q", [len(decoded.functions)]) * len(places)
    return _Columns(
        offsets,
        engine.replaced(of.functions, places, nowhere),
        engine.replaced(of.lines, places, nothing),
        engine.replaced(of.columns, places, nothing),
    )


def _numbers(decoded: Decoded, frames: _Columns, files: Sequence[str], *, with_binaries: bool) -> "array[int]":
    """A number for each frame that is the same where the node is."""
    names, starts = (*decoded.functions.names, ""), array("q", (*decoded.functions.start_lines, 0))
    has_binary = bytes(with_binaries or not name for name in names)
    starts = array("q", (start if has else 0 for start, has in zip(starts, has_binary, strict=True)))
    of_function = _told_apart(_dense(names), _dense((*files, "")), starts)
    mappings, addresses = decoded.locations.mappings, array("q", decoded.locations.addresses.tobytes())
    of_location = array("q")
    for location, (start, end) in enumerate(pairwise(frames.offsets)):
        of_location.extend([location] * (end - start))
    binaries = _dense(("", *(mapping.filename for mapping in decoded.profile.mappings)))
    binary = array(
        "q",
        (
            binaries[mappings[location] + 1] if has_binary[function] else 0
            for location, function in zip(of_location, frames.functions, strict=True)
        ),
    )
    return _told_apart(
        engine.take(of_function, frames.functions),
        frames.lines,
        frames.columns,
        engine.take(addresses, of_location),
        binary,
    )


def _told_apart(numbers: "array[int]", *more: "array[int]") -> "array[int]":
    """Numbers of things that are one where all of these are the same."""
    for others in more:
        if any(others):
            numbers, _ = engine.ranked(numbers, others)
    return numbers


def _dense(texts: Iterable[str]) -> "array[int]":
    """The number of each text, in the order in which they come."""
    numbers: dict[str, int] = {}
    return array("q", (numbers.setdefault(text, len(numbers)) for text in texts))


def _zeros(count: int) -> "array[int]":
    return array("q", bytes(8 * count))


@dataclass(frozen=True, slots=True)
class Weighed:
    """What the samples come to on each node, in columns by number; flat and cum of a mean are to be divided."""

    frames: Frames
    flat: "array[int]"
    cum: "array[int]"
    flat_divisor: "array[int]"
    cum_divisor: "array[int]"

    def nodes(self, *, drop_negative: bool) -> Iterator[int]:
        """The nodes that come to something, or to no less than nothing."""
        for node, (flat, cum) in enumerate(zip(self.flat, self.cum, strict=True)):
            if (flat or cum) and not (drop_negative and (flat < 0 or (flat == 0 and cum < 0))):
                yield node

    def sums(self, node: int) -> Sums:
        return Sums(*self._of(node))

    def node(self, node: int) -> Node:
        return Node(*self._of(node))

    def _of(self, node: int) -> tuple[Info, int, int, int, int]:
        return (
            self.frames.info(node),
            self.flat[node],
            self.cum[node],
            self.flat_divisor[node],
            self.cum_divisor[node],
        )


def weighed(frames: Frames, values: Values) -> Weighed:
    """Add up flat and cum of the nodes. A leaf that is skipped takes its flat with it."""
    shown, count = frames.decoded.shown, len(frames.firsts)
    if not count:
        return Weighed(frames, *(array("q") for _ in range(4)))
    columns = len(shown.sample_types)
    (sums,) = engine.fold(shown.raw, shown.spans, (frames.keyed(),), columns, None, lambda: False)
    flat, cum = sums.flat[values.column :: columns], sums.cum[values.column :: columns]
    if values.is_mean:
        return Weighed(frames, flat, cum, sums.flat[::columns], sums.cum[::columns])
    return Weighed(frames, flat, cum, _zeros(count), _zeros(count))


@dataclass(frozen=True, slots=True)
class Calls:
    """Some of the calls between nodes, by their callers and what these call; `by_callee` has their places by that."""

    found: fold.Calls
    by_callee: "array[int]"

    def of(self, node: int) -> "array[int]":
        """The places of the calls of the node."""
        key = self.found.callees.__getitem__
        return self.by_callee[bisect_left(self.by_callee, node, key=key) : bisect_right(self.by_callee, node, key=key)]

    def by(self, node: int) -> range:
        """The places of the calls that the node makes."""
        return range(bisect_left(self.found.callers, node), bisect_right(self.found.callers, node))


_FROM, _TO = 1, 2
"""A call is wanted for its caller, or for what it calls."""


@dataclass(frozen=True, slots=True)
class Graph:
    """Nodes and the calls between them, which can be half as many as the profile has bytes.

    So they are added up for some nodes at a time, as many as have no more calls than are kept at once; objects are
    made of those that are asked for.
    """

    sums: Weighed
    values: Values

    def around(self, nodes: Sequence[int]) -> Iterator[tuple[int, Calls]]:
        """These nodes, each with calls of which all that it is an end of are some. Raises TooLarge."""
        every = len(self.sums.flat)

        def asked(part: Sequence[int]) -> tuple[bytes, bytes]:
            return _flags(every, part, _TO, _FROM | _TO), _flags(every, part, _FROM, _FROM | _TO)

        for part, calls in self._in_parts(nodes, asked):
            of_part = Calls(calls, engine.ranked(calls.callees, calls.callers)[1])
            yield from ((node, of_part) for node in part)

    def connected(self, numbers: Sequence[int], least: int) -> tuple[list[Node], int]:
        """These nodes with the edges that weigh so much at least, and how many are lighter. Raises TooLarge."""
        nodes, light, made = {number: self.sums.node(number) for number in numbers}, 0, 0
        ordered = list(nodes.values())
        every, shown = len(self.sums.flat), frozenset(nodes)
        to = _flags(every, numbers, _FROM, _FROM | _TO)
        most = most_edges(len(self.sums.frames.decoded.shown.raw))

        def asked(part: Sequence[int]) -> tuple[bytes, bytes]:
            of_shown = [node for node in part if node in shown]
            others = [node for node in part if node not in shown]
            return _flags(every, others, 0, _TO, _flags(every, of_shown, 0, _FROM | _TO)), to

        for _, calls in self._in_parts(range(every), asked):
            for at, (caller, callee) in enumerate(zip(calls.callers, calls.callees, strict=True)):
                if callee in shown and magnitude(calls.weights[at]) < least:
                    light += 1
                    continue
                for end in (caller, callee):
                    if end not in nodes:
                        nodes[end] = self.sums.node(end)
                connect(_edge(calls, at, nodes[caller], nodes[callee]))
                made += 1
                if made > most:
                    raise TooLarge(
                        f"The graph has more than {most} edges, out of all proportion to the profile, so it is not "
                        "drawn; fewer nodes or a larger -edgefraction has fewer."
                    )
        return ordered, light

    def inlining(self, nodes: Sequence[int], least: int) -> bytearray:
        """For each of these whether calls of it that weigh so much at least were inlined, 1, or not, 2, or both, 3.

        Of what is inlined nowhere nothing is looked up, as most are.
        """
        found, every = bytearray(len(self.sums.flat)), len(self.sums.flat)
        some = _inlined_nodes(self.sums.frames)
        from_all = bytes([_FROM]) * every

        def asked(part: Sequence[int]) -> tuple[bytes, bytes]:
            return from_all, _flags(every, part, 0, _FROM)

        for _, calls in self._in_parts([node for node in nodes if some[node]], asked):
            for callee, weight, flags in zip(calls.callees, calls.weights, calls.flags, strict=True):
                if magnitude(weight) >= least:
                    found[callee] |= 2 if flags & fold.NOT_INLINED else 1
        return found

    def _in_parts(
        self, nodes: Sequence[int], asked: Callable[[Sequence[int]], tuple[bytes, bytes]]
    ) -> Iterator[tuple[Sequence[int], fold.Calls]]:
        """The nodes in parts with the calls that are asked for of each. Raises TooLarge where one has too many."""
        at, size, inlined = 0, len(nodes), _inlined(self.sums.frames)
        while at < len(nodes):
            part = nodes[at : at + size]
            calls = self._calls(inlined, *asked(part))
            if calls is not None:
                yield part, calls
                at, size = at + len(part), 2 * len(part)
            elif len(part) > 1:
                size = len(part) // 4 or 1
            else:
                name = plain(self.sums.frames.info(part[0]).printable()[:_LONGEST_TOLD])
                raise TooLarge(
                    f"{name} calls, or is called by, so many functions that they are out of all proportion to "
                    "the profile; show fewer with -focus or -nodefraction."
                )

    def _calls(self, inlined: bytes, callers: bytes, callees: bytes) -> fold.Calls | None:
        frames, column = self.sums.frames, self.values.column
        shown = frames.decoded.shown
        most = most_calls_at_once(len(shown.raw))
        wanted = fold.Asked(inlined, callers, callees, column, 0 if self.values.is_mean else -1, most)
        return engine.calls(shown.raw, shown.spans, frames.keyed(), len(shown.sample_types), wanted, lambda: False)


def _inlined(frames: Frames) -> bytes:
    """For each frame whether it was inlined: the last of a location was not, nor is one that is alone."""
    found = bytearray(b"\1") * len(frames.numbers)
    for end in frames.columns.offsets[1:]:
        found[end - 1] = 0
    return bytes(found)


def _inlined_nodes(frames: Frames) -> bytes:
    found = bytearray(len(frames.firsts))
    for node in compress(frames.numbers, _inlined(frames)):
        if node >= 0:
            found[node] = 1
    return bytes(found)


def _flags(count: int, places: Iterable[int], other: int, flag: int, on: bytes = b"") -> bytes:
    """One of two flags a place."""
    flags = bytearray(on or bytes([other]) * count)
    for place in places:
        flags[place] = flag
    return bytes(flags)


def _edge(calls: fold.Calls, at: int, caller: Node, callee: Node) -> Edge:
    flags = calls.flags[at]
    return Edge(
        caller,
        callee,
        calls.weights[at],
        not flags & fold.NOT_INLINED,
        bool(flags & fold.OVER_SKIPPED),
        calls.divisors[at],
    )


def graph_of(decoded: Decoded, values: Values, *, kept: frozenset[Info] | None) -> Graph:
    """The nodes and their calls. What is not of `kept` is skipped: its caller calls its callee."""
    return Graph(weighed(frames_of(decoded, kept=kept), values), values)


class Names:
    """What nodes are called, kept for when they are asked for again; few long names, for one can be of many nodes."""

    def __init__(self, frames: Frames) -> None:
        self._frames = frames
        self._made: dict[int, str] = {}
        self._letters = 0

    def of(self, node: int) -> str:
        if node in self._made:
            return self._made[node]
        made = self._frames.info(node).printable()
        if self._letters < _MOST_LETTERS and len(self._made) < _MOST_NAMED:
            self._letters += len(made)
            self._made[node] = made
        return made


class Tags(NamedTuple):
    """Which tags a sample counts in: its labels as one text, and its numeric label's values as they are shown."""

    labels: str
    numbers: tuple[Tag, ...]

    def add(self, node: Node, value: int, divisor: int, *, is_leaf: bool) -> None:
        """Add the sample's value to the tags of a node, to their flats where it is the leaf, else to their cums."""
        own = node.tags = node.tags or OwnTags()
        tags = [own.labels.setdefault(self.labels, Tag(self.labels))] if self.labels else []
        if self.numbers:
            of_labels = own.numbers.setdefault(self.labels, {})
            tags += (of_labels.setdefault(of.name, Tag(of.name, of.unit, of.value)) for of in self.numbers)
        for tag in tags:
            if is_leaf:
                tag.flat, tag.flat_divisor = int64(tag.flat + value), int64(tag.flat_divisor + divisor)
            else:
                tag.cum, tag.cum_divisor = int64(tag.cum + value), int64(tag.cum_divisor + divisor)


NO_TAGS = Tags("", ())

_SKIPPED = -1
_LONGEST_TOLD = 80

_MOST_CLEANED = 1 << 12
_MOST_LETTERS, _MOST_NAMED = 1 << 22, 1 << 14


def connect(edge: Edge) -> None:
    """Have both ends know the edge."""
    edge.caller.callees.append(edge)
    edge.callee.callers.append(edge)


def tag(decoded: Decoded, values: Values, nodes: Sequence[Node], tags: Iterable[Tags]) -> None:
    """Add the tags of each sample up in those of the nodes that it touches."""
    if all(of_sample == NO_TAGS for of_sample in tags):
        return
    known = {node.info: node for node in nodes}
    frames = frames_of(decoded, kept=known)
    of_number = [known[frames.info(number)] for number in range(len(frames.firsts))]
    for sample, of_sample in zip(decoded.samples, tags, strict=True):
        value, divisor = values.of(sample), values.divisor(sample)
        if of_sample == NO_TAGS or not sample.locations or not (value or divisor):
            continue
        touched = set[int]().union(*map(frames.of, sample.locations))
        touched.discard(_SKIPPED)
        for number in touched:
            of_sample.add(of_number[number], value, divisor, is_leaf=False)
        leaf = frames.of(sample.locations[0])[0]
        if leaf != _SKIPPED:
            of_sample.add(of_number[leaf], value, divisor, is_leaf=True)
