"""A report takes time and memory in proportion to the profile, however often that names one thing."""

import random
import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest

import hostile
from pprof_lens.profile import decode, engine
from pprof_lens.profile.encode import with_samples
from pprof_lens.profile.errors import TooLarge
from pprof_lens.profile.model import NumericLabel, Profile, Sample
from pprof_lens.profile.read import read
from pprof_lens.report import drawn as drawing
from pprof_lens.report import paths
from pprof_lens.report.decoded import decoded
from pprof_lens.report.flame import paths_of
from pprof_lens.report.granularity import aggregated
from pprof_lens.report.graph import Edge, Info, Node, Sums
from pprof_lens.report.options import Kind, Options, Request
from pprof_lens.report.page import Budget, page
from pprof_lens.report.run import report
from pprof_lens.report.tagged import heavy_tags, tags_of
from pprof_lens.report.traces import traces
from pprof_lens.report.values import values
from profiles import drawn
from report.reports import printed

DEEP = "; ".join(f"f{i} a.go:{i + 1}" for i in range(50))


def labelled(count: int, label: Callable[[int, Sample], Sample]) -> Profile:
    """So many samples of fifty frames and a value of 1, each with its labels."""
    stacks = drawn(f"{DEEP} = 1\n" * count)
    return with_samples(stacks, [label(i, one) for i, one in enumerate(decode.samples(stacks))])


def test_labels_that_each_sample_has_anew_are_counted_in_no_node() -> None:
    profile = labelled(100, lambda i, one: one._replace(labels=(("id", ("same" if i < 10 else f"{i}",)),)))
    whole = decoded(profile)
    of_column = values(profile, Options())
    kept = heavy_tags(whole, of_column, tags_of(whole, "bytes", "", "auto"), 5)
    assert [tags.labels for tags in kept] == ["id:same"] * 10 + [""] * 90
    assert "id:same" in printed("dot", "-nodefraction=0.05", p=profile)


@pytest.mark.parametrize("flags", [(), ("-call_tree",)])
def test_many_numbers_on_deep_stacks_are_refused(flags: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pprof_lens.report.tagged._AT_LEAST", 0)

    def numbers(count: int) -> Profile:
        of_key = tuple(NumericLabel(1 << i, "") for i in range(count))
        return labelled(3, lambda _, one: one._replace(num_labels=(("bytes", of_key),)))

    printed("dot", *flags, p=numbers(4))
    with pytest.raises(
        TooLarge, match=r"repeats its labels 1500 times, out of all proportion, so no graph is drawn\.$"
    ):
        printed("dot", *flags, p=numbers(10))


def counted(monkeypatch: pytest.MonkeyPatch, kind: type) -> list[object]:
    """What `report.graph` makes of the kind from now on."""
    made: list[object] = []

    def counting(*args: object, **named: object) -> object:
        made.append(kind(*args, **named))
        return made[-1]

    monkeypatch.setattr(f"pprof_lens.report.graph.{kind.__name__}", counting)
    return made


@pytest.mark.parametrize("kind", ["top", "dot"])
@pytest.mark.parametrize("of", [Node, Sums])
def test_of_many_functions_only_those_that_are_heavy_enough_become_objects(
    kind: Kind, of: type, monkeypatch: pytest.MonkeyPatch
) -> None:
    light = "\n".join(f"f{i} a.go:1; main a.go:3 = 1" for i in range(1000))
    made = counted(monkeypatch, of)
    printed(kind, p=drawn(f"{light}\nheavy a.go:1; main a.go:3 = 100"))
    assert len(made) < 10


@pytest.mark.parametrize("kind", ["peek", "top"])
def test_of_no_call_an_object_is_made_where_none_is_drawn(kind: Kind, monkeypatch: pytest.MonkeyPatch) -> None:
    unlike = drawn("\n".join(f"f{i} a.go:1; g{i} a.go:2; main a.go:3 = 1" for i in range(1000)))
    made = counted(monkeypatch, Edge)
    printed(kind, *(["^g7$"] if kind == "peek" else []), p=unlike)
    assert not made


@pytest.mark.parametrize(
    ("kind", "words"), [("peek", ["."]), ("top", []), ("dot", []), ("dot", ["-nodecount=3", "-mean"])]
)
def test_calls_that_are_gathered_for_few_nodes_at_a_time_are_those_of_all(
    kind: Kind, words: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    draw = random.Random(7)
    joints = ("; ", "; ", " < ")
    stacks = (
        "".join(f"f{draw.randrange(20)} a.go:1{draw.choice(joints)}" for _ in range(6)) + "main a.go:3"
        for _ in range(40)
    )
    unlike = drawn("\n".join(f"{stack} = {draw.randrange(1, 99)}" for stack in stacks))
    at_once = printed(kind, *words, p=unlike)
    asked: list[int] = []

    def few(size: int) -> int:
        asked.append(size)
        return 40

    monkeypatch.setattr("pprof_lens.report.graph.most_calls_at_once", few)
    assert printed(kind, *words, p=unlike) == at_once
    assert len(asked) > 4


def test_a_function_of_calls_out_of_all_proportion_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pprof_lens.report.graph.most_calls_at_once", lambda _: 4)
    hub = drawn("\n".join(f"f{i} a.go:1; main a.go:3 = 1" for i in range(5)))
    with pytest.raises(TooLarge, match=r"^main.* calls, or is called by, so many functions"):
        printed("peek", ".", p=hub)


def test_a_graph_of_edges_out_of_all_proportion_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pprof_lens.report.graph.most_edges", lambda _: 4)
    hub = drawn("\n".join(f"f{i} a.go:1; main a.go:3 = 1" for i in range(5)))
    with pytest.raises(TooLarge, match="more than 4 edges"):
        printed("dot", p=hub)
    assert "f1" in printed("dot", "-focus=f1", p=hub)


def test_of_a_tree_only_nodes_are_made_that_are_heavy_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []

    def counting(info: Info, flat: int, cum: int, flat_divisor: int, cum_divisor: int) -> Node:
        made.append(info.name)
        return Node(info, flat, cum, flat_divisor, cum_divisor)

    monkeypatch.setattr("pprof_lens.report.tree.Node", counting)
    unlike = "\n".join(f"f{i} a.go:1; g{i} a.go:2; main a.go:3 = 1" for i in range(1000))
    report = printed("dot", "-call_tree", p=drawn(f"{unlike}\nheavy a.go:1; main a.go:3 = 100"))
    assert sorted(made) == ["heavy", "main"]
    assert "Dropped 2000 nodes" in report


def test_a_tree_of_too_many_nodes_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pprof_lens.report.tree._AT_LEAST", 20)
    heavy = drawn("\n".join(f"f{i} a.go:1; main a.go:3 = {1 << 40}" for i in range(10)))
    assert printed("dot", "-call_tree", p=heavy).count("fontsize=") > 10
    deep = drawn("; ".join(f"f{i % 5} a.go:1" for i in range(5000)) + " = 1")
    for words in ((), ("-nodecount=3",)):
        with pytest.raises(TooLarge, match=r"^The call tree has more than [0-9]+ nodes, out of all proportion"):
            printed("dot", "-call_tree", *words, p=deep)


def test_the_stacks_of_a_page_are_numbers_and_no_objects() -> None:
    whole = decoded(read(hostile.distinct_stacks(4000), limit=1 << 30))
    tracemalloc.start()
    stacks = paths_of(whole)
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(stacks.frames) == 32_000
    assert kept < 4 * len(whole.profile.raw)


def test_what_is_cut_out_of_a_deep_tree_is_passed_on_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The heaviest first would be the leaf first, and each frame would keep all that were below it."""
    moved: list[int] = []
    cut_out = drawing._cut_out

    def counting(nodes: list[Node], kept: list[Node]) -> None:
        cut_out(nodes, kept)
        moved.append(sum(len(node.callees) for node in nodes))

    monkeypatch.setattr(drawing, "_cut_out", counting)
    deep = "; ".join(f"f{i:04} a.go:1" for i in range(1000))
    printed("dot", "-call_tree", "-nodecount=10", p=drawn(f"{deep} = 5\n{deep} = 7"))
    assert 0 < max(moved) < 4000


@pytest.mark.parametrize(
    "labels",
    [(("k", ("x" * 10**6,) * 50),), tuple(("x" * 10**6 + str(i), ("v",)) for i in range(50))],
    ids=["texts", "keys"],
)
def test_a_long_label_that_is_named_again_and_again_is_refused(
    labels: tuple[tuple[str, tuple[str, ...]], ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pprof_lens.profile.proportion._TIMES", 0)
    with pytest.raises(TooLarge, match="letters of labels"):
        printed("dot", p=labelled(1, lambda _, one: one._replace(labels=labels)))


def test_a_long_label_of_many_samples_is_one_text() -> None:
    long = labelled(100, lambda _, one: one._replace(labels=(("k", ("x" * 10**6,)),)))
    assert printed("dot", "-nodecount=1", p=long).count("x" * 10**6) == 1


def test_a_comment_that_is_repeated_out_of_all_proportion_is_refused() -> None:
    profile = replace(drawn("f a.go:1 = 1"), comments=("x" * 10**6,) * 50)
    with pytest.raises(TooLarge, match="letters of comments"):
        printed("dot", p=profile)


def test_a_report_is_handed_on_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    profile = drawn("f a.go:1 = 1\n" * 100)
    asked = partial(report, Request("traces", None, ("p",), Options()), read=lambda _: b"", directory="/w")
    (whole,) = asked(load=lambda _: profile)
    monkeypatch.setattr("pprof_lens.profile.proportion._PIECE", len(whole) // 10)
    pieces = list(asked(load=lambda _: profile))
    assert len(pieces) > 5
    assert b"".join(pieces) == whole


def test_of_a_long_name_of_many_places_few_are_kept() -> None:
    long = decoded(drawn("\n".join(f"{'x' * 10**6} a.go:{line} = 1" for line in range(1, 200))))
    of_values = values(long.profile, Options())
    shown = aggregated(long, Options(granularity="lines"))
    tracemalloc.start()
    for _ in traces(shown, of_values, {}):
        pass
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 50 * 10**6


@pytest.mark.parametrize(
    ("kind", "words"), [("list", ("f",)), ("top", ("-lines",)), ("dot", ("-lines",))], ids=["list", "top", "dot"]
)
def test_a_path_of_many_functions_is_cleaned_once(
    kind: Kind, words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[str] = []
    clean = paths.clean

    def counting(path: str) -> str:
        given.append(path)
        return clean(path)

    monkeypatch.setattr(paths, "clean", counting)
    printed(kind, *words, p=drawn("\n".join(f"f{i} /w/a.go:{i + 1} = 1" for i in range(1000))))
    assert 0 < len(given) < 20


@pytest.mark.parametrize(
    ("kind", "flags"),
    [("list", ("main",)), ("top", ("-prune_from=main",)), ("top", ("-focus=main",)), ("top", ("-show_from=main",))],
)
def test_a_name_of_many_functions_is_searched_once(
    kind: Kind, flags: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    searched: list[str] = []

    def search(text: str) -> bool:
        searched.append(text)
        return "main" in text

    for module in ("listing", "filters"):
        monkeypatch.setattr(f"pprof_lens.report.{module}.searcher", lambda _: search)
    printed(kind, *flags, p=drawn("\n".join(f"main /w/{i}.go:{i + 1} = 1" for i in range(1000))))
    assert searched.count("main") == 1


def test_samples_count_beside_their_frames_where_a_page_has_many_graphs() -> None:
    flat = drawn("\n".join(f"f{i} a.go:{i + 1} = {'1 ' * 30}" for i in range(100)), *(f"t{i}/count" for i in range(30)))
    made = page(Request("html", None, ("p",), Options()), lambda _: flat, title="t", budget=Budget(frames_drawn=6000))
    graphs = made.data["graphs"]
    assert isinstance(graphs, list)
    assert 1 <= len(graphs) <= 10


def test_inlined_frames_count_as_others_do_where_a_page_has_many_graphs() -> None:
    def graphs(stack: str) -> int:
        made = page(Request("html", None, ("p",), Options()), lambda _: drawn(stack), title="t", budget=few)
        drawings = made.data["graphs"]
        assert isinstance(drawings, list)
        return len(drawings)

    few = Budget(frames_drawn=1000)
    assert graphs("f a.go:1 = 1") > 1
    assert graphs(" < ".join(f"f{i} a.go:{i + 1}" for i in range(600)) + "; main a.go:9 = 1") == 1


@pytest.mark.skipif(not engine.NATIVE, reason="no native fold was built here: its twin makes objects")
@pytest.mark.parametrize(("kind", "pattern"), [("top", None), ("list", "f1$"), ("dot", None), ("peek", "f1$")])
def test_of_the_tables_and_the_samples_of_a_profile_a_report_makes_few_objects(kind: Kind, pattern: str | None) -> None:
    def most(count: int) -> int:
        profile = drawn("\n".join(f"f{i} a.go:{i + 1} = 1" for i in range(count)))
        request = Request(kind, pattern, ("p",), Options())
        tracemalloc.start()
        for _ in report(request, load=lambda _: profile, read=lambda _: b"", directory="/w"):
            pass
        _, found = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return found

    most(10)  # what is made once
    assert most(4000) < 400 * 4000
