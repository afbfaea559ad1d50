"""Which line of one text is which line of another, exact first, function by function, never by chance.

Lines are compared as they are. Functions of the same name are compared with each other wherever they stand, so
that code moved with its function is found; inside, a patience diff (Bram Cohen's: lines that are unique on both
sides, in their longest common order, then the gaps between them) keeps repeated braces from pairing across
statements. What remains is paired where it was moved as a block, or where a line resembles the one it replaced.
"""

import re
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from functools import cache, cached_property
from itertools import chain, groupby, product
from operator import itemgetter

from pprof_lens.source.blocks import openers
from pprof_lens.source.gofuncs import FuncDecl, bare

LEAF_LINES = 400
"""Gaps without a unique line are diffed line by line up to this size and given up beyond it."""

GAP_PAIRS = 2_500
"""How many pairs of changed lines are compared for likeness in one gap."""

LIKENESS = 0.5
"""Two lines with this share of their words in common are one line, edited."""

LIKENESS_IN_PLACE = 0.25
"""The same where as many lines came as went, so that each stands where its old form stood."""

MOST_AROUND = 64
"""Blocks within blocks that are looked at to tell lines apart that read the same."""


def carry(
    old: Sequence[str],
    new: Sequence[str],
    old_functions: Sequence[FuncDecl] = (),
    new_functions: Sequence[FuncDecl] = (),
) -> list[int]:
    """For each old line the new line that is it, as it was or edited; -1 where it is gone. All count from 0."""
    if old == new:
        return list(range(len(old)))
    return _Matching(old, new, old_functions, new_functions).carried


def align(old: Sequence[str], new: Sequence[str]) -> list[int]:
    """For each old line an equal new line, in order, or -1: the patience diff."""
    matched = [-1] * len(old)
    spans = [(0, len(old), 0, len(new))]
    while spans:
        i, i_end, j, j_end = spans.pop()
        while i < i_end and j < j_end and old[i] == new[j]:
            matched[i] = j
            i, j = i + 1, j + 1
        while i < i_end and j < j_end and old[i_end - 1] == new[j_end - 1]:
            i_end, j_end = i_end - 1, j_end - 1
            matched[i_end] = j_end
        if i == i_end or j == j_end:
            continue
        anchors = _anchors(old, new, (i, i_end, j, j_end))
        if anchors:
            for a, b in anchors:
                matched[a] = b
                spans.append((i, a, j, b))
                i, j = a + 1, b + 1
            spans.append((i, i_end, j, j_end))
        elif max(i_end - i, j_end - j) <= LEAF_LINES:
            matcher = SequenceMatcher(None, old[i:i_end], new[j:j_end], autojunk=False)
            for block in matcher.get_matching_blocks():
                for k in range(block.size):
                    matched[i + block.a + k] = j + block.b + k
    return matched


def likeness(old: str, new: str) -> float:
    """The share of words that two lines have in common, 0 to 1 (Dice's coefficient)."""
    before, after = Counter(_WORD.findall(old)), Counter(_WORD.findall(new))
    total = before.total() + after.total()
    return 2 * (before & after).total() / total if total else 0.0


def says_something(line: str) -> bool:
    """Whether a line can be recognised: more than a brace, a bracket, or one word such as `return`."""
    return len(_WORD.findall(line)) > 1


def pair_edited(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Pairs of lines of one gap that are one line edited, in order, so that their likeness is greatest in all."""
    if not old or not new or len(old) * len(new) > GAP_PAIRS:
        return
    enough = LIKENESS_IN_PLACE if len(old) == len(new) else LIKENESS
    likenesses = [[likeness(a, b) for b in new] for a in old]
    best = [[0.0] * (len(new) + 1) for _ in range(len(old) + 1)]
    for i in reversed(range(len(old))):
        for j in reversed(range(len(new))):
            both = likenesses[i][j] + best[i + 1][j + 1] if likenesses[i][j] >= enough else 0.0
            best[i][j] = max(best[i + 1][j], best[i][j + 1], both)
    i = j = 0
    while i < len(old) and j < len(new):
        if best[i][j] == best[i + 1][j]:
            i += 1
        elif best[i][j] == best[i][j + 1]:
            j += 1
        else:
            yield i, j
            i, j = i + 1, j + 1


_WORD = re.compile(r"\w+")


def _anchors(old: Sequence[str], new: Sequence[str], span: tuple[int, int, int, int]) -> list[tuple[int, int]]:
    """The lines that are unique in both spans, in their longest common order."""
    i, i_end, j, j_end = span
    in_old, in_new = Counter(old[i:i_end]), Counter(new[j:j_end])
    place = {new[b]: b for b in range(j, j_end) if in_new[new[b]] == 1}
    pairs = [(a, place[old[a]]) for a in range(i, i_end) if in_old[old[a]] == 1 and old[a] in place]
    return _longest_increasing(pairs)


def _longest_increasing(pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    tails: list[int] = []
    at: list[int] = []
    before: list[int] = []
    for index, (_, b) in enumerate(pairs):
        length = bisect_left(tails, b)
        if length == len(tails):
            tails.append(b)
            at.append(index)
        else:
            tails[length], at[length] = b, index
        before.append(at[length - 1] if length else -1)
    chain = []
    index = at[-1] if at else -1
    while index >= 0:
        chain.append(pairs[index])
        index = before[index]
    return chain[::-1]


class _Matching:
    """The steps of `carry`, from the surest to the least sure; each takes only what the ones before left."""

    def __init__(
        self,
        old: Sequence[str],
        new: Sequence[str],
        old_functions: Sequence[FuncDecl],
        new_functions: Sequence[FuncDecl],
    ) -> None:
        self.old, self.new = old, new
        self.carried = [-1] * len(old)
        self.taken = [0] * len(new)
        """For each new line the number of the old line that it is, from 1; 0 for none."""
        self.old_sections = _sections(len(old), old_functions)
        self.new_sections = _sections(len(new), new_functions)
        self._many_said: dict[str, int] = {}
        self.refused: dict[int, int] = {}
        self._follow_renamed_functions()
        self._follow_renamed_types()
        for name, lines in self.old_sections.items():
            self._align(lines, self.new_sections.get(name, []))
        self._follow_handed_on()
        self._follow_taken_back()
        self._follow_moved_lines()
        self._keep_in_their_blocks()
        elsewhere = dict(self._lone())
        self.elsewhere, self.copied = elsewhere.keys(), frozenset(elsewhere.values())
        self.come = self._said_by_new_functions()
        for name, lines in self.old_sections.items():
            self._pair_edited_lines(lines, self.new_sections.get(name, []))
        self._keep_in_their_blocks()
        self._follow_moved_runs()
        self._leave_out_copies()

    def _match(self, i: int, j: int) -> None:
        self.carried[i] = j
        self.taken[j] = i + 1

    def _align(self, old: list[int], new: list[int]) -> None:
        for a, b in enumerate(align([self.old[i] for i in old], [self.new[j] for j in new])):
            if b >= 0:
                self._match(old[a], new[b])

    def _align_but_for_spaces(self, old: list[int], new: list[int]) -> None:
        for i, j in self._aligned_but_for_spaces(old, new):
            self._match(i, j)

    def _aligned_but_for_spaces(self, old: list[int], new: list[int]) -> list[tuple[int, int]]:
        before = [_without_spaces(self.old[i]) for i in old]
        after = [_without_spaces(self.new[j]) for j in new]
        return [(old[a], new[b]) for a, b in enumerate(align(before, after)) if b >= 0 and before[a]]

    def _follow_renamed_types(self) -> None:
        """The methods of a type go with it, whatever they say: one is gone, one has come, and one name holds the other.

        At least half of their fields are the same, and two; what is as like two others is neither.
        """
        lost = [(name, _RECEIVER.match(name)) for name in self.old_sections.keys() - self.new_sections.keys()]
        methods = [(name, receiver) for name, receiver in lost if receiver is not None]
        if not methods:
            return
        old, new = _fields(self.old), _fields(self.new)
        gone, come = old.keys() - new.keys(), new.keys() - old.keys()
        if len(gone) * len(come) > GAP_PAIRS:
            return
        pairs = []
        for before, after in product(gone, come):
            same = (Counter(old[before]) & Counter(new[after])).total()
            is_named_so = before.casefold() in after.casefold() or after.casefold() in before.casefold()
            if is_named_so and same > 1 and 2 * same >= max(len(old[before]), len(new[after])):
                pairs.append((before, after))
        times = Counter(chain.from_iterable(pairs))
        renamed = {before: after for before, after in pairs if times[before] == times[after] == 1}
        followed = {id(lines) for name, lines in self.new_sections.items() if name in self.old_sections}
        for name, receiver in methods:
            if receiver[2] in renamed:
                lines = self.new_sections.get(f"{receiver[1]}{renamed[receiver[2]]}{receiver[3]}")
                if lines is not None and id(lines) not in followed:
                    self.new_sections[name] = lines

    def _follow_renamed_functions(self) -> None:
        """A function that is gone and one that is new are one if at least half of what they say is the same.

        Of several the one that says most of it in the same order, then the one of the likest name. What is as like two
        others is neither. Of too many to compare all, those that have one name but for their receiver: its type was
        renamed.
        """
        gone = [name for name in self.old_sections if name not in self.new_sections]
        come = [name for name in self.new_sections if name not in self.old_sections]
        are_few = len(gone) * len(come) <= GAP_PAIRS
        of_old = cache(lambda name: self._said(self.old, self.old_sections[name]))
        of_new = cache(lambda name: self._said(self.new, self.new_sections[name]))
        likes = []
        for old_name, new_name in product(gone, come) if are_few else _of_other_receivers(gone, come):
            before, after = of_old(old_name), of_new(new_name)
            least, most = sorted((len(before), len(after)))
            if 2 * least >= most > 0 and 2 * (Counter(before) & Counter(after)).total() >= most:
                share = sum(b >= 0 for b in align(before, after)) / most
                likes.append(((share, SequenceMatcher(None, old_name, new_name).ratio()), old_name, new_name))
        done: set[str] = set()  # no name is on both sides
        for _, alike in groupby(sorted(likes, reverse=True), itemgetter(0)):
            pairs = [(old, new) for _, old, new in alike if not {old, new} & done]
            times = Counter(chain.from_iterable(pairs))
            for old, new in pairs:
                done |= {old, new}
                if times[old] == times[new] == 1:
                    self.new_sections[old] = self.new_sections[new]

    def _follow_handed_on(self) -> None:
        """What a function left to a single new one: at least half of what it said, in the same order.

        What it still says itself, only further in, it has not left.
        """
        come = [name for name in self.new_sections if name not in self.old_sections]
        left = {name: self._left_of(name) for name in self.old_sections if name}
        left = {name: lines for name, lines in left.items() if self._is_half_of(self._many_say(lines), name)}
        if len(left) * len(come) > GAP_PAIRS:
            return
        pairs = []
        free = {name: [j for j in self.new_sections[name] if not self.taken[j]] for name in come}
        saying: dict[str, list[tuple[str, int]]] = defaultdict(list)
        for name, lines in free.items():
            for line, many in Counter(self.new[j] for j in lines).items():
                saying[line].append((name, many))
        for old_name, lines in left.items():
            in_both = Counter[str]()
            for line, many in Counter(self.old[i] for i in lines if says_something(self.old[i])).items():
                for new_name, there in saying.get(line, ()):
                    in_both[new_name] += min(many, there)
            for new_name, said in in_both.items():
                if self._is_half_of(said, old_name):
                    found = align([self.old[i] for i in lines], [self.new[j] for j in free[new_name]])
                    same = [i for i, b in zip(lines, found, strict=True) if b >= 0]
                    if self._is_half_of(self._many_say(same), old_name):
                        pairs.append((old_name, new_name))
        times = Counter(chain.from_iterable(pairs))  # no name is on both sides
        for old_name, new_name in pairs:
            if times[old_name] == times[new_name] == 1:
                self._align(left[old_name], free[new_name])

    def _follow_taken_back(self) -> None:
        """What a function says itself now that it had another one do, which is gone: at least half of what that said.

        It called that one and does so no more, as no other function that says as much of it, in the same order.
        """
        gone = [name for name in self.old_sections if name not in self.new_sections]
        callers = [name for name in self.old_sections if name and name in self.new_sections]
        if not gone or len(gone) * len(callers) > GAP_PAIRS:
            return
        words_before = {name: _words(self.old[i] for i in self.old_sections[name]) for name in callers}
        words_after = {name: _words(self.new[j] for j in self.new_sections[name]) for name in callers}
        pairs = []
        for old_name, caller in product(gone, callers):
            word = _method(old_name.removesuffix("[...]"))
            if word in words_before[caller] and word not in words_after[caller]:
                lines = [i for i in self.old_sections[old_name][1:] if self.carried[i] < 0]
                free = [j for j in self.new_sections[caller] if not self.taken[j]]
                same = [i for i, _ in self._aligned_but_for_spaces(lines, free)]
                if self._is_half_of(self._many_say(same), old_name):
                    pairs.append((old_name, lines, free))
        times = Counter(name for name, _, _ in pairs)
        for old_name, lines, free in pairs:
            if times[old_name] == 1:
                self._align_but_for_spaces(lines, [j for j in free if not self.taken[j]])

    def _left_of(self, name: str) -> list[int]:
        """The lines of a function that are not in it any more, however they are indented."""
        there = {self.new[j].strip() for j in self.new_sections.get(name, ())}
        lines = self.old_sections[name][1:]
        return [i for i in lines if self.carried[i] < 0 and self.old[i].strip() not in there]

    def _many_say(self, lines: list[int]) -> int:
        return sum(says_something(self.old[i]) for i in lines)

    def _is_half_of(self, said: int, name: str) -> bool:
        """Whether so many lines are at least half of those by which the function of that name said something."""
        if name not in self._many_said:
            self._many_said[name] = self._many_say(self.old_sections[name][1:])
        return said > 1 and 2 * said >= self._many_said[name]

    @staticmethod
    def _said(text: Sequence[str], lines: list[int]) -> list[str]:
        return [text[i] for i in lines[1:] if says_something(text[i])]

    def _follow_moved_lines(self) -> None:
        """Lines that are gone here and new there, if each occurs once; alone only inside one function."""
        old_names, new_names = self._old_names, _names(self.new_sections)
        for i, j in self._lone():
            if self.old[i] != self.new[j] or self.carried[i] >= 0 or self.taken[j]:
                continue
            block = self._block_around(i, j)
            said = sum(1 for a, _ in block if says_something(self.old[a]))
            if said > 1 or old_names[i] == new_names[j] != "":
                for a, b in block:
                    self._match(a, b)

    def _lone(self) -> Iterator[tuple[int, int]]:
        """Lines without a match that read the same but for their indentation, as no other line of either text does."""
        old, new = [line.strip() for line in self.old], [line.strip() for line in self.new]
        in_old, in_new = Counter(old), Counter(new)
        place = {line: j for j, line in enumerate(new) if in_new[line] == 1 and not self.taken[j]}
        for i, line in enumerate(old):
            if self.carried[i] < 0 and in_old[line] == 1 and line in place and says_something(line):
                yield i, place[line]

    def _keep_in_their_blocks(self) -> None:
        """What several lines of a function say is told apart by the blocks that they stand in.

        A block is known again by the line that opens it, if the function says that once on both sides. What reads the
        same in another one is another line; what a function says once has been moved. What went into another function
        stands in none of its blocks.
        """
        sections = [(lines, self.new_sections.get(name, [])) for name, lines in self.old_sections.items()]
        for old, new in sections:
            if [self.old[i] for i in old] == [self.new[j] for j in new]:
                continue
            in_old, in_new = Counter(self.old[i].strip() for i in old), Counter(self.new[j].strip() for j in new)
            once = [i for i in old[1:] if self.carried[i] >= 0 and in_old[self.old[i].strip()] == 1]
            went = {i: self.carried[i] for i in once if in_new[self.new[self.carried[i]].strip()] == 1}
            came = {j: i for i, j in went.items()}
            self._know_by_what_they_open(old, new, went, came)
            here = frozenset(new)
            for i in old:
                j = self.carried[i]
                if j in here and i not in went and not self._is_in_its_block(i, j, went, came):
                    self.carried[i], self.taken[j] = -1, 0
                    self.refused[i] = j
            self._align_in_known(went)

    def _align_in_known(self, went: Mapping[int, int]) -> None:
        """What is left in blocks that are known, and in those that are found in them."""
        known = [(p, q) for p, q in went.items() if p in self._in_old and q in self._in_new]
        for p, q in known:
            inner, new = self._in_old[p], self._in_new[q]
            if any(self.carried[i] < 0 for i in inner):
                for gap, come in list(self._gaps(inner, new)):
                    self._align_but_for_spaces(gap, come)
            there = frozenset(new)
            found = [(i, self.carried[i]) for i in inner if i in self._in_old and i not in went]
            known += [(i, j) for i, j in found if j in there and j in self._in_new]

    def _know_by_what_they_open(
        self, old: Sequence[int], new: Sequence[int], went: dict[int, int], came: dict[int, int]
    ) -> None:
        """What opens a block is known, too, by all that is known in it; `went` and `came` have it then.

        It may have been taken for another one that reads the same, as a call of which the arguments stand on lines of
        their own: the first of two is gone, and the second one begins as it did.
        """
        known = [(i, j) for i, j in went.items() if _without_spaces(self.old[i]) == _without_spaces(self.new[j])]
        here, there = frozenset(old[1:]), frozenset(new[1:])
        opened_old, opened_new = defaultdict[int, set[int]](set), defaultdict[int, set[int]](set)
        while known:
            touched = set()
            for i, j in known:
                p, q = self._old_openers[i], self._new_openers[j]
                opened_old[p].add(q)
                opened_new[q].add(p)
                touched.add((p, q))
            known = []
            for p, q in sorted(touched):
                is_told = len(opened_old[p]) == len(opened_new[q]) == 1 and p in here and q in there
                is_free = p not in went and q not in came and self.old[p].strip() == self.new[q].strip()
                if is_told and is_free and not self._has_a_nearer(p, q, went, came):
                    self._match_anew(p, q)
                    went[p], came[q] = q, p
                    known.append((p, q))

    def _has_a_nearer(self, i: int, j: int, went: Mapping[int, int], came: Mapping[int, int]) -> bool:
        """Whether what one of two lines stands in is known, the other one does not, and one that reads like it does."""
        p, q = self._old_openers[i], self._new_openers[j]
        text, around_old, around_new = self.old[i].strip(), came.get(q, p), went.get(p, q)
        near = [self.old[k] for k in self._in_old.get(around_old, ())] if around_old != p else []
        near += [self.new[k] for k in self._in_new.get(around_new, ())] if around_new != q else []
        return any(line.strip() == text for line in near)

    def _match_anew(self, i: int, j: int) -> None:
        """Match two lines, whatever they were taken for."""
        if self.carried[i] == j:
            return
        if self.carried[i] >= 0:
            self.taken[self.carried[i]] = 0
        if self.taken[j]:
            self.carried[self.taken[j] - 1] = -1
        self._match(i, j)

    def _follow_moved_runs(self) -> None:
        """What went into another block of its function: several lines as they stood, all that is left of each."""
        left = {
            name: (
                Counter(self.old[i].strip() for i in old if self.carried[i] < 0),
                Counter(self.new[j].strip() for j in self.new_sections.get(name, ()) if not self.taken[j]),
            )
            for name, old in self.old_sections.items()
            if self.refused
        }
        run: list[int] = []
        for i in [*sorted(self.refused), -1]:
            if run and (i < 0 or not self._is_next(run[-1], i)):
                said = [k for k in run if says_something(self.old[k])]
                texts = ((self.old[k].strip(), left[self._old_names[k]]) for k in said)
                if len(said) > 1 and all(old[text] == new[text] == 1 for text, (old, new) in texts):
                    for k in run:
                        self._match(k, self.refused[k])
                run = []
            if i >= 0 and self.carried[i] < 0 and not self.taken[self.refused[i]]:
                run.append(i)

    def _leave_out_copies(self) -> None:
        """Of the same statements one after the other one went or came: which of them the others are is not known."""
        for name, old in self.old_sections.items():
            new = self.new_sections.get(name, []) if name else []
            came = {self.carried[i]: i for i in old if self.carried[i] >= 0}
            for k in _copies([self.old[i].strip() for i in old], [self.carried[i] for i in old]):
                self.carried[old[k]] = -1
            for k in _copies([self.new[j].strip() for j in new], [came.get(j, -1) for j in new]):
                if new[k] in came:
                    self.carried[came[new[k]]] = -1

    def _is_next(self, before: int, i: int) -> bool:
        """Whether two refused lines stand as far from each other on both sides, with nothing unlike between them."""
        shift = self.refused[i] - i
        return self.refused[before] - before == shift and all(
            self.carried[k] == k + shift or self.old[k] == self.new[k + shift] for k in range(before + 1, i)
        )

    def _is_in_its_block(self, i: int, j: int, went: Mapping[int, int], came: Mapping[int, int]) -> bool:
        """Whether what stands around one of two lines, and is known in the other text, stands around both."""
        p = next((p for p in _around(i, self._old_openers) if p in went), None)
        q = next((q for q in _around(j, self._new_openers) if q in came), None)
        return (p is None or self._are_both_in(i, p, j, went[p])) and (q is None or self._are_both_in(i, came[q], j, q))

    def _are_both_in(self, i: int, p: int, j: int, q: int) -> bool:
        """Whether two lines stand in blocks that are one, or both in what follows an `else` of these."""
        inner_old, inner_new = _below(p, i, self._old_openers), _below(q, j, self._new_openers)
        if inner_old is None or inner_new is None:
            return False
        return self.old[inner_old].lstrip().startswith("}") == self.new[inner_new].lstrip().startswith("}")

    @cached_property
    def _old_names(self) -> Mapping[int, str]:
        return _names(self.old_sections)

    @cached_property
    def _old_openers(self) -> Sequence[int]:
        return openers(self.old)

    @cached_property
    def _new_openers(self) -> Sequence[int]:
        return openers(self.new)

    @cached_property
    def _in_old(self) -> Mapping[int, list[int]]:
        return _within(self._old_openers)

    @cached_property
    def _in_new(self) -> Mapping[int, list[int]]:
        return _within(self._new_openers)

    def _block_around(self, i: int, j: int) -> list[tuple[int, int]]:
        block = [(i, j)]
        for step in (-1, 1):
            a, b = i + step, j + step
            while (
                0 <= a < len(self.old)
                and 0 <= b < len(self.new)
                and self.carried[a] < 0
                and not self.taken[b]
                and self.old[a] == self.new[b]
            ):
                block.append((a, b))
                a, b = a + step, b + step
        return block

    def _pair_edited_lines(self, old: list[int], new: list[int]) -> None:
        """Between two lines that kept their order: lines whose spaces changed, then lines alike enough.

        What stands unedited elsewhere is either it, moved, or its copy; which of them is not known, so it is nowhere.
        So is what several lines of the function say, if one of them is gone and one has come.
        """
        for old_gap, new_gap in list(self._gaps(old, new)):
            self._align_but_for_spaces(old_gap, new_gap)
        left = {self.old[i].strip() for i in old if self.carried[i] < 0}
        free = {self.new[j].strip() for j in new if not self.taken[j]}
        crossed = set(filter(says_something, left & free))
        said = self.come | crossed
        for old_gap, new_gap in list(self._gaps(old, new)):
            gone = [i for i in old_gap if i not in self.elsewhere and self.old[i].strip() not in said]
            come = [j for j in new_gap if j not in self.copied and self.new[j].strip() not in crossed]
            for a, b in pair_edited([self.old[i] for i in gone], [self.new[j] for j in come]):
                self._match(gone[a], come[b])

    def _said_by_new_functions(self) -> frozenset[str]:
        come = (lines for name, lines in self.new_sections.items() if name not in self.old_sections)
        said = (self.new[j].strip() for lines in come for j in lines if not self.taken[j])
        return frozenset(filter(says_something, said))

    def _gaps(self, old: list[int], new: list[int]) -> Iterator[tuple[list[int], list[int]]]:
        """The unmatched lines of both sides between two neighbours that are matched in order."""
        places = {j: k for k, j in enumerate(new)}
        gap: list[int] = []
        last = -1
        for i in old:
            if self.carried[i] < 0:
                gap.append(i)
                continue
            k = places.get(self.carried[i], -1)
            if k > last:
                yield gap, [j for j in new[last + 1 : k] if not self.taken[j]]
                gap, last = [], k
        yield gap, [j for j in new[last + 1 :] if not self.taken[j]]


def _sections(count: int, functions: Sequence[FuncDecl]) -> dict[str, list[int]]:
    """The lines of each function by its name, all of one name together, and under "" those outside functions."""
    sections: dict[str, list[int]] = defaultdict(list)
    at = 0
    for function in functions:
        sections[""] += range(at, max(at, function.line - 1))
        sections[function.name] += range(max(at, function.line - 1), function.end_line)
        at = max(at, function.end_line)
    sections[""] += range(at, count)
    return dict(sections)


def _copies(lines: Sequence[str], other: Sequence[int]) -> set[int]:
    """The lines of which the other text has fewer, that stand one after the other and say the same, with those it has.

    `other` has for each line which one it is there, -1 for none.
    """
    found: set[int] = set()
    for is_there, group in groupby(range(len(lines)), lambda k: other[k] >= 0):
        gone = list(group)
        low, high = gone[0], gone[-1] + 1
        count = high - low
        if is_there or not low or high == len(lines) or other[low - 1] + 1 != other[high]:
            continue
        said = lines[low:high]
        while lines[high : high + count] == said:
            high += count
        while low >= count and lines[low - count : low] == said:
            low -= count
        if any(map(says_something, said)):
            found.update(range(low, high))
    return found


def _around(line: int, openers_of: Sequence[int]) -> Iterator[int]:
    """What a line stands in, from the inside, MOST_AROUND at most."""
    for _ in range(MOST_AROUND):
        line = openers_of[line]
        if line < 0:
            return
        yield line


def _below(opener: int, line: int, openers_of: Sequence[int]) -> int | None:
    """The line directly in what that one opens that a line stands in, or is; None where it stands elsewhere."""
    for around in _around(line, openers_of):
        if around == opener:
            return line
        line = around
    return None


def _within(openers_of: Sequence[int]) -> dict[int, list[int]]:
    """The lines that stand in something, by what opens it."""
    within: dict[int, list[int]] = defaultdict(list)
    for line, opener in enumerate(openers_of):
        within[opener].append(line)
    return within


def _of_other_receivers(gone: Sequence[str], come: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The methods that have the same name on both sides, as no other of either has."""
    old, new = Counter(map(_method, gone)), Counter(map(_method, come))
    places = {_method(name): name for name in come if new[_method(name)] == 1}
    for name in gone:
        if old[_method(name)] == 1 and _method(name) in places:
            yield name, places[_method(name)]


_RECEIVER = re.compile(r"(\(?\*?)(\w+)((?:\[\.\.\.\])?\)?\..*)")
_STRUCT = re.compile(r"type (\w+)(?:\[.*\])? struct \{")


def _fields(lines: Sequence[str]) -> dict[str, list[str]]:
    """What stands in the structs that are declared, without spaces and comments, by their names."""
    found: dict[str, list[str]] = {}
    within: list[str] | None = None
    for line in bare("\n".join(lines)).split("\n"):
        if within is not None and not line.startswith("}"):
            within += [_without_spaces(line)] if says_something(line) else []
            continue
        declared = _STRUCT.match(line)
        within = found.setdefault(declared[1], []) if declared is not None and "}" not in line else None
    return found


def _words(lines: Iterable[str]) -> frozenset[str]:
    return frozenset(chain.from_iterable(map(_WORD.findall, lines)))


def _method(name: str) -> str:
    return name.rpartition(".")[2]


def _without_spaces(line: str) -> str:
    return "".join(line.split())


def _names(sections: dict[str, list[int]]) -> dict[int, str]:
    return {line: name for name, lines in sections.items() for line in lines}
