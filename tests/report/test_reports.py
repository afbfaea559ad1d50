"""What pprof prints, drawn: the places where a reasonable report would be another."""

import tracemalloc
from dataclasses import replace

import pytest

from pprof_lens.profile.errors import ProfileError
from pprof_lens.profile.model import Function, Functions, Mapping
from pprof_lens.report.options import Kind
from profiles import drawn
from report.reports import printed, rows

RECURSION = drawn("""
    walk tree.go:5; walk tree.go:7; main main.go:3 = 2
    walk tree.go:7; walk tree.go:7; main main.go:3 = 3
""")


def test_top_counts_recursion_once_and_leaves_out_what_is_light() -> None:
    profile = drawn("f a.go:3; main a.go:9 = 999\ng a.go:5; main a.go:9 = 1")
    assert printed("top", p=profile) == (
        "Type: samples\n"
        "Showing nodes accounting for 999, 99.90% of 1000 total\n"
        "Dropped 1 node (cum <= 5)\n"
        "      flat  flat%   sum%        cum   cum%\n"
        "       999 99.90% 99.90%        999 99.90%  f\n"
        "         0     0% 99.90%       1000   100%  main\n"
    )
    assert rows("top", p=RECURSION)[0] == "5 100% 100% 5 100% walk"


def test_top_says_what_was_inlined() -> None:
    profile = drawn(
        "leaf a.go:1 < mid a.go:5; main a.go:9 = 1\nleaf a.go:1 < other a.go:7 = 1\nmid a.go:6; main a.go:9 = 1"
    )
    assert rows("top", p=profile)[0] == "2 66.67% 66.67% 2 66.67% leaf (inline)"
    profile = drawn("leaf a.go:1 < mid a.go:5 = 1\nleaf a.go:2; other a.go:6 = 1")
    assert rows("top", p=profile)[0] == "2 100% 100% 2 100% leaf (partial-inline)"


def test_sums_wrap_at_64_bits_as_in_go() -> None:
    quarter = 1 << 62
    profile = drawn(f"f a.go:1 = {quarter}\ng a.go:2 = {quarter}\nh a.go:3 = {quarter}")
    assert rows("top", p=profile) == [
        f"{quarter} 100% 100% {quarter} 100% f",
        f"{quarter} 100% 200.00% {quarter} 100% g",
        f"{quarter} 100% 100% {quarter} 100% h",
    ]


def test_a_call_that_weighs_the_least_number_of_all_is_lighter_than_nothing() -> None:
    profile = drawn(f"leaf a.go:1; main a.go:9 = {-(1 << 63)}\nleaf a.go:1; other a.go:7 = 1\nmain a.go:9 = 1")
    assert rows("peek", "main", p=profile) == [
        "----------------------------------------------------------+-------------",
        "1 1.1e-17% 1.1e-17% -9223372036854775808 100% | main",
        "----------------------------------------------------------+-------------",
    ]
    assert [row for row in rows("peek", "leaf", p=profile) if "main" in row] == []


def test_the_caller_of_what_is_left_out_calls_what_that_called() -> None:
    profile = drawn("leaf a.go:1; mid a.go:5; main a.go:9 = 5")
    assert rows("peek", "leaf", "-hide=mid", p=profile) == [
        "----------------------------------------------------------+-------------",
        "5 100% | main",
        "5 100% 100% 5 100% | leaf",
        "----------------------------------------------------------+-------------",
    ]


def test_nodecount_keeps_the_heaviest_and_loses_the_flat_of_the_others() -> None:
    profile = drawn("leaf a.go:1; main a.go:9 = 5\nmain a.go:9 = 1")
    assert rows("top", "-cum", "-nodecount=1", p=profile) == ["1 16.67% 16.67% 6 100% main"]


def test_all_of_a_report_of_nodes_is_in_one_unit() -> None:
    profile = drawn("big a.go:1 = 5242880\nsmall a.go:2 = 104858", "space/bytes")
    assert rows("top", p=profile) == [
        "5120kB 98.04% 98.04% 5120kB 98.04% big",
        "102.40kB 1.96% 100% 102.40kB 1.96% small",
    ]
    assert "  102.40kB " in printed("list", "small", p=profile)
    assert "       5MB " in printed("list", "big", p=profile)


def test_files_part_where_functions_begin() -> None:
    """A node without a name keeps its start line, so that one file has several rows."""
    profile = drawn("f a.go:3 = 2\ng a.go:5 = 1", starts={"f": 1, "g": 4})
    assert rows("top", "-files", p=profile) == ["2 66.67% 66.67% 2 66.67% a.go", "1 33.33% 100% 1 33.33% a.go"]


def test_a_listing_sums_the_cums_of_its_lines_above_and_not_on_them() -> None:
    source = "".join(f"line {number}\n" for number in range(1, 20))
    assert printed("list", "walk", p=RECURSION, sources={"/w/tree.go": source}) == (
        "Total: 5\n"
        "ROUTINE ======================== walk in tree.go\n"
        "         5          7 (flat, cum) 140.00% of Total\n"
        "         .          .      1:line 1\n"
        "         .          .      2:line 2\n"
        "         .          .      3:line 3\n"
        "         .          .      4:line 4\n"
        "         2          2      5:line 5\n"
        "         .          .      6:line 6\n"
        "         3          5      7:line 7\n"
        "         .          .      8:line 8\n"
        "         .          .      9:line 9\n"
        "         .          .     10:line 10\n"
        "         .          .     11:line 11\n"
        "         .          .     12:line 12\n"
    )


def test_a_listing_begins_where_the_function_does_and_ends_with_the_file() -> None:
    profile = drawn("f a.go:3 = 2", starts={"f": 2})
    text = printed("list", "f", p=profile, sources={"/w/a.go": "one\r\ntwo\nthree"})
    assert text.splitlines()[3:] == ["         .          .      2:two", "         2          2      3:three"]


def test_a_missing_source_is_told_in_pprofs_words() -> None:
    profile = drawn("f /src/a.go:3 = 2\ng b.go:3 = 2")
    errors = [line for line in printed("list", ".", p=profile).splitlines() if "Error" in line]
    assert errors == [
        " Error: open /src/a.go: no such file or directory",
        " Error: could not find file b.go on path /w",
    ]


def test_a_directory_of_the_same_name_hides_the_file_that_is_there() -> None:
    """pprof's guess: what follows the name of the working directory is the path below it."""
    profile = drawn("f /home/me/app/cmd/main.go:1 = 2")
    sources = {"/home/me/app/cmd/main.go": "package main"}
    assert "1:package main" in printed("list", "f", p=profile, sources=sources)
    assert "could not find file main.go on path /x/cmd" in printed(
        "list", "f", p=profile, sources=sources, directory="/x/cmd"
    )
    assert "1:package main" in printed(
        "list", "f", "-trim_path=/nowhere", p=profile, sources=sources, directory="/x/cmd"
    )


def test_a_relative_path_is_searched_from_the_directories_up() -> None:
    profile = drawn("f cmd/main.go:1 = 2")
    sources = {"/home/cmd/main.go": "package main"}
    assert "1:package main" in printed("list", "f", "-source_path=/nowhere:/home/me/deep", p=profile, sources=sources)


def test_a_line_of_64_kilobytes_ends_the_source() -> None:
    profile = drawn("f a.go:1 = 2")
    source = f"one\n{'x' * 65535}\n{'x' * 65536}\nfour\n"
    assert len(printed("list", "f", p=profile, sources={"/w/a.go": source}).splitlines()) == 5


def test_what_cancels_is_gone() -> None:
    assert rows("top", p=drawn("f a.go:3 = 5\nf a.go:3 = -5\ng a.go:4 = 1")) == ["1 9.09% 9.09% 1 9.09% g"]


def test_a_difference_is_measured_against_its_base() -> None:
    before, after = drawn("f a.go:3 = 10"), drawn("f a.go:3 = 15\ng a.go:4 = 5")
    assert rows("top", "-diff_base=base", p=after, base=before) == [
        "5 50.00% 50.00% 5 50.00% f",
        "5 50.00% 100% 5 50.00% g",
    ]
    assert rows("top", "-base=base", p=after, base=before)[0] == "5 50.00% 50.00% 5 50.00% f"
    assert rows("top", "-diff_base=base", "-normalize", p=after, base=before)[0] == "3 30.00% 30.00% 3 30.00% g"


def test_several_profiles_are_one() -> None:
    one, other = drawn("f a.go:3 = 10"), drawn("f a.go:3 = 5")
    assert rows("top", one=one, other=other) == ["15 100% 100% 15 100% f"]


def test_names_are_rewritten_unless_symbols_are_let_alone() -> None:
    method = Function("main.(*S).M[int]", "main.(*S).M[int]", "a.go", 1)
    profile = replace(drawn("f a.go:3 = 1"), functions=Functions.of([method]))
    assert rows("top", p=profile) == ["1 100% 100% 1 100% main..M[int]"]
    assert rows("top", "-symbolize=none", p=profile) == ["1 100% 100% 1 100% main.(*S).M[int]"]


def test_names_that_are_not_utf8_are_printed_as_they_are() -> None:
    profile = replace(drawn("f a.go:3 = 1"), functions=Functions.of([Function("\udcff\udcfe", "", "a.go", 1)]))
    assert rows("top", "-focus=�", p=profile) == ["1 100% 100% 1 100% \udcff\udcfe"]


def test_headers_say_what_the_profile_is() -> None:
    profile = replace(
        drawn("f a.go:3 = 1500000000", "cpu/nanoseconds"),
        mappings=(Mapping(1, 0, 0, 0, "/bin/app", "abc", *(False,) * 4),),
        comments=("shown", "# not shown"),
        doc_url="http://doc",
        duration_nanos=3_000_000_000,
    )
    assert printed("traces", p=profile).splitlines()[:6] == [
        "File: app",
        "Build ID: abc",
        "shown",
        "Type: cpu",
        "Doc: http://doc",
        "Duration: 3s, Total samples = 1.50s (50.00%)",
    ]


def test_filters_that_are_on_stand_above_and_are_cut() -> None:
    text = printed("top", "-focus=" + "f|" * 50, "-tagignore=x", p=drawn("f a.go:3 = 1"))
    assert text.splitlines()[1:4] == ["Active filters:", "   focus=" + "f|" * 37 + "…", "   tagignore=x"]


@pytest.mark.parametrize("kind", ["list", "peek"])
def test_no_match_is_an_error(kind: str) -> None:
    with pytest.raises(ProfileError, match="no matches found for regexp: nothing"):
        printed(kind, "nothing", p=drawn("f a.go:3 = 1"))  # type: ignore[arg-type]


def test_a_sample_type_can_be_told_by_name_number_or_its_old_name() -> None:
    profile = drawn("f a.go:3 = 1 20", "objects/count", "space/bytes", default="objects")
    assert rows("top", p=profile) == ["1 100% 100% 1 100% f"]
    for index in ("space", "1", "inuse_space"):
        assert rows("top", f"-sample_index={index}", p=profile) == ["20B 100% 100% 20B 100% f"]
    with pytest.raises(ProfileError, match="has no sample type 'cpu'; it has objects, space"):
        rows("top", "-sample_index=cpu", p=profile)
    with pytest.raises(ProfileError, match="outside of 0 to 1"):
        rows("top", "-sample_index=2", p=profile)


def test_inlined_calls_that_are_repeated_out_of_all_proportion_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pprof_lens.report.decoded._AT_LEAST", 0)
    deep = " < ".join(f"f{i} a.go:{i + 1}" for i in range(100))
    assert len(rows("top", p=drawn(f"{deep} = 1\n" * 20))) == 100
    for kind in ("top", "traces", "dot"):
        with pytest.raises(ProfileError, match="repeats its inlined calls 10000 times"):
            printed(kind, p=drawn(f"{deep} = 1\n" * 100))


def test_a_long_path_of_many_functions_is_refused_before_it_fills_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pprof_lens.profile.proportion._TOLD_AT_LEAST", 0)
    monkeypatch.setattr("pprof_lens.profile.proportion._TOLD_TIMES", 20)
    shown = drawn("\n".join(f"f{number} /{'a' * 10**6}/a.go:1 = 1" for number in range(200)))
    tracemalloc.start()
    with pytest.raises(ProfileError, match="out of all proportion"):
        printed("list", "f", p=shown)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 50 * 10**6


@pytest.mark.parametrize("kind", ["top", "traces", "dot"])
def test_a_long_name_that_is_printed_again_and_again_is_refused(kind: Kind, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pprof_lens.profile.proportion._TOLD_AT_LEAST", 0)
    flags = ("-lines", "-nodecount=1000", "-nodefraction=0")
    for name, is_refused in (("x", False), ("x" * 50_000, True)):
        of_name = drawn("\n".join(f"{name} a.go:{line} = 1" for line in range(1, 300)))
        if is_refused:
            with pytest.raises(ProfileError, match="out of all proportion"):
                printed(kind, *flags, p=of_name)
        else:
            assert printed(kind, *flags, p=of_name).count("x") >= 299
