"""Callers and callees, one step at a time, with the figures of pprof's peek at the first one."""

from pprof_lens.analysis import index as indexes
from pprof_lens.analysis.call_tree import (
    DeclarationRoot,
    Direction,
    FunctionRoot,
    LineRoot,
    children,
    heaviest_callers,
    through,
)
from pprof_lens.analysis.index import Index
from profiles import drawn

PROGRAM = """
    alloc a.go:1; parse p.go:5; main m.go:3 = 10
    alloc a.go:1; render r.go:6; main m.go:4 = 30
    alloc a.go:1; render r.go:6; render r.go:7; main m.go:4 = 2
    render r.go:9; main m.go:4 = 5
"""


def tree(index: Index, root: FunctionRoot | DeclarationRoot | LineRoot, direction: Direction, *path: str) -> str:
    """`NAME flat cum`, the heaviest first; `+` where a step further exists."""
    numbers = tuple(index.functions.numbers[name] for name in path)
    return "\n".join(
        f"{index.functions.names[node.function]} {node.weight.flat} {node.weight.cum}{' +' * node.has_children}"
        for node in children(index, root, numbers, direction, 0)
    )


def function(index: Index, name: str) -> FunctionRoot:
    return FunctionRoot(index.functions.numbers[name])


def test_callers_part_the_roots_figures() -> None:
    index = indexes.build(drawn(PROGRAM))
    assert tree(index, function(index, "alloc"), "callers") == "render 32 32 +\nparse 10 10 +"


def test_a_callers_flat_is_what_the_root_has_as_a_leaf_below_it() -> None:
    index = indexes.build(drawn(PROGRAM))
    assert tree(index, function(index, "render"), "callers") == "main 5 37"


def test_callees_have_their_own_flat_and_the_cum_below_the_path() -> None:
    index = indexes.build(drawn(PROGRAM))
    main = function(index, "main")
    assert tree(index, main, "callees") == "render 5 37 +\nparse 0 10 +"
    assert tree(index, main, "callees", "render") == "alloc 32 32"


def test_a_function_that_calls_itself_is_one_node() -> None:
    index = indexes.build(drawn(PROGRAM))
    assert tree(index, function(index, "alloc"), "callers", "render") == "main 32 32"


def test_a_lines_tree_knows_only_what_passes_through_the_line() -> None:
    index = indexes.build(drawn(PROGRAM))
    line = index.lines.number("r.go", 7)
    assert line is not None
    assert tree(index, LineRoot(line), "callers") == "main 0 2"


def test_a_declarations_tree_holds_its_closures() -> None:
    index = indexes.build(drawn("main.f.func1 a.go:2; lib.Do l.go:1; main.f a.go:1; main.main m.go:1 = 3"))
    root = DeclarationRoot(index.declarations.numbers["main.f"])
    assert tree(index, root, "callers") == "lib.Do 3 3 +\nmain.main 0 3"


def test_the_heaviest_path_leads_to_the_top() -> None:
    index = indexes.build(drawn(PROGRAM))
    path = heaviest_callers(index, function(index, "alloc"), 0, depth=5)
    assert [index.functions.names[node.function] for node in path] == ["render", "main"]


def calls(index: Index, root: FunctionRoot | LineRoot, *path: str) -> dict[str, str]:
    """The line of the heaviest call of each caller."""
    numbers, table = tuple(index.functions.numbers[name] for name in path), index.lines
    return {
        index.functions.names[node.function]: ""
        if node.call is None
        else f"{table.file(node.call)}:{table.lines[node.call]}"
        for node in children(index, root, numbers, "callers", 0)
    }


def test_a_caller_is_told_with_the_line_of_its_heaviest_call() -> None:
    index = indexes.build(
        drawn("""
        alloc a.go:1; parse p.go:5; main m.go:3 = 10
        alloc a.go:1; parse p.go:6; main m.go:4 = 30
        alloc a.go:1 < parse p.go:6; main m.go:4 = 1
        """)
    )
    assert calls(index, function(index, "alloc")) == {"parse": "p.go:6"}
    assert calls(index, function(index, "alloc"), "parse") == {"main": "m.go:4"}


def test_the_call_of_a_function_that_calls_itself_is_the_one_that_leads_out() -> None:
    index = indexes.build(drawn(PROGRAM))
    assert calls(index, function(index, "alloc")) == {"render": "r.go:6", "parse": "p.go:5"}
    assert calls(index, function(index, "alloc"), "render") == {"main": "m.go:4"}


def test_a_node_is_a_filter() -> None:
    index = indexes.build(drawn(PROGRAM))
    mask = through(index, function(index, "alloc"), (index.functions.numbers["parse"],), "callers")
    assert mask == b"\x01\x00\x00\x00"
