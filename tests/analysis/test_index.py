"""flat and cum by line, by function and by declaration, on stacks that a reader can add up."""

from pprof_lens.analysis import index as indexes
from pprof_lens.profile.model import Profile
from pprof_lens.source.symbols import readings
from profiles import drawn


def lines_of(profile: Profile) -> str:
    """`FILE:LINE flat cum`, one a line, nonzero ones only."""
    index = indexes.build(profile)
    rows = []
    for file, numbers in sorted(index.lines.files.items()):
        for number in numbers:
            flat, cum = index.line_weight(number, 0)
            if flat or cum:
                rows.append(f"{file}:{index.lines.lines[number]} {flat} {cum}")
    return "\n".join(rows)


def declarations_of(profile: Profile) -> str:
    index = indexes.build(profile)
    names = index.declarations.names
    return "\n".join(
        f"{name} {flat} {cum}"
        for name, (flat, cum) in sorted((name, index.declaration_weight(i, 0)) for i, name in enumerate(names))
    )


def test_flat_is_the_leafs_and_cum_everyones() -> None:
    profile = drawn("""
        f a.go:3; main a.go:9 = 10
        main a.go:9 = 1
    """)
    assert lines_of(profile) == "a.go:3 10 10\na.go:9 1 11"


def test_a_line_that_recurs_counts_a_sample_once() -> None:
    profile = drawn("walk a.go:3; walk a.go:3; walk a.go:3; main a.go:9 = 5")
    assert lines_of(profile) == "a.go:3 5 5\na.go:9 0 5"


def test_an_inlined_call_gives_flat_to_the_callee_and_cum_to_the_line_that_calls() -> None:
    profile = drawn("inner a.go:3 < outer a.go:7; main a.go:9 = 4")
    assert lines_of(profile) == "a.go:3 4 4\na.go:7 0 4\na.go:9 0 4"


def test_two_functions_on_one_line_count_a_sample_once() -> None:
    profile = drawn("main.f.func1 a.go:3; main.f a.go:3; main a.go:9 = 4")
    assert lines_of(profile) == "a.go:3 4 4\na.go:9 0 4"


def test_a_frame_without_a_file_takes_its_flat_with_it() -> None:
    profile = drawn("lost :0; f a.go:3 = 4")
    assert lines_of(profile) == "a.go:3 0 4"


def test_values_that_cancel_leave_nothing() -> None:
    profile = drawn("f a.go:3 = 4\nf a.go:3 = -4")
    assert lines_of(profile) == ""
    assert indexes.build(profile).totals == (8,)


def test_a_declaration_holds_its_closures_and_instantiations() -> None:
    profile = drawn("""
        main.f.func1 a.go:4; main.f a.go:3; main.main a.go:30 = 1
        main.f.func1.2 a.go:5; other b.go:1; main.f a.go:3; main.main a.go:30 = 2
        main.Sum[go.shape.int] a.go:20; main.main a.go:31 = 4
        main.Sum[go.shape.float64] a.go:20; main.main a.go:31 = 8
    """)
    assert declarations_of(profile) == "main.Sum[...] 12 12\nmain.f 3 3\nmain.main 0 15\nother 0 2"


def test_a_closure_that_was_inlined_elsewhere_belongs_to_the_declaration_before_it_in_its_own_file() -> None:
    profile = drawn(
        """
        app.New.func1 lib/unwrap.go:12; lib.Unwrap lib/unwrap.go:10 < app.New app/new.go:5 = 1
        app.New.func2 app/new.go:7; app.New app/new.go:6 = 2
        """,
        starts={"app.New.func1": 11, "lib.Unwrap": 9, "app.New": 4, "app.New.func2": 6},
    )
    assert declarations_of(profile) == "app.New 2 3\nlib.Unwrap 1 1"


def test_names_of_the_linker_lead_to_the_declaration() -> None:
    for name, declared in (
        ("main.work", "main.work"),
        ("main.work.func1", "main.work"),
        ("main.work.func1.2.3", "main.work"),
        ("main.work.func1.func2", "main.work"),
        ("main.work.gowrap1", "main.work"),
        ("main.work.func2.deferwrap1", "main.work"),
        ("main.work-range1", "main.work"),
        ("main.(*T).M-fm", "main.(*T).M"),
        ("main.Sum[go.shape.int]", "main.Sum[...]"),
        ("main.Gen[go.shape.struct { F func(int) string }].func1", "main.Gen[...]"),
        ("main.(*Tree[go.shape.int]).Walk", "main.(*Tree[...]).Walk"),
        ("main.init.0", "main.init.0"),
    ):
        assert declarations_of(drawn(f"{name} a.go:3 = 1")) == f"{declared} 1 1"


def test_a_filter_leaves_the_total() -> None:
    profile = drawn("f a.go:3 = 4\ng a.go:5 = 6")
    index = indexes.filtered(indexes.build(profile), b"\x00\x01")
    assert index.totals == (10,)
    assert [tuple(index.line_weight(number, 0)) for number in index.lines.files["a.go"]] == [(0, 0), (6, 6)]


def test_the_file_and_what_is_declared_there_decide_whose_closure_it_is() -> None:
    """Go 1.21 to 1.26 write the functions that a closure was inlined into before its own."""
    profile = drawn(
        """
        main.fill.(*maker).each.func1 main.go:11; main.fill main.go:19 = 1
        main.fill.each.func2 main.go:12; main.fill main.go:19 = 2
        main.T.each.func3 main.go:31; main.T.each main.go:30 = 4
        main.fill.(*Lib).do.func4 lib.go:5; lib.(*Lib).do lib.go:4; main.fill main.go:20 = 8
        """,
        starts={"main.fill": 16, "main.T.each": 29, "lib.(*Lib).do": 3},
    )
    assert declarations_of(profile) == (
        "lib.(*Lib).do 8 8\nmain.(*maker).each 1 1\nmain.T.each 4 4\nmain.each 2 2\nmain.fill 0 11"
    )


def test_a_line_below_one_is_none() -> None:
    index = indexes.build(drawn("f a.go:0; main a.go:-5; main a.go:9 = 4"))
    assert [line for line, *_ in index.weighty_lines("a.go", 0)] == [9]


def test_without_start_lines_a_declaration_is_known_by_its_lowest_line() -> None:
    table = indexes.build(drawn("main.f a.go:7; main.f a.go:5; main.g a.go:0 = 1")).declarations
    assert dict(zip(table.names, table.start_lines, strict=True)) == {"main.f": 5, "main.g": 0}
    assert set(table.parts) == {0, 1}


MORE_THAN_ARE_KEPT = 20_000
"""Names that were read."""


def test_names_are_read_once_however_many_there_are() -> None:
    names = "; ".join(f"main.(*T{i}[int]).m{i}.func1.1 a.go:{i + 1}" for i in range(MORE_THAN_ARE_KEPT))
    readings.cache_clear()
    indexes.build(drawn(f"{names} = 1"))
    assert readings.cache_info().misses < 2 * len(names.split("; "))
