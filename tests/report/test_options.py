"""Flags are read by Go's rules."""

import pytest

from pprof_lens.report.options import Options, Request, UsageError, parse, usage


@pytest.mark.parametrize(
    "words",
    [
        ["-cum", "-focus=main", "-nodecount=7", "heap.pprof"],
        ["--cum", "--focus", "main", "--nodecount", "7", "heap.pprof"],
        ["heap.pprof", "-nodecount=0x7", "-focus=other", "-cum=true", "-focus", "main"],
        ["-nodecount=7", "-focus=main", "-cum", "--", "heap.pprof"],
    ],
)
def test_one_dash_or_two_before_or_after(words: list[str]) -> None:
    options = Options(cum=True, focus="main", nodecount=7)
    assert parse("top", words) == Request("top", None, ("heap.pprof",), options)


def test_a_value_may_begin_with_a_dash() -> None:
    assert parse("top", ["-focus", "-x", "-nodecount", "-1", "p"]).options.focus == "-x"


def test_what_follows_two_dashes_is_no_flag() -> None:
    assert parse("top", ["--", "-cum"]).profiles == ("-cum",)


def test_of_several_bases_the_last_one_counts() -> None:
    assert parse("top", ["-base=a", "-base", "b", "c"]).options.base == "b"


def test_a_pattern_comes_first() -> None:
    request = parse("list", ["-lines", "main", "a", "b"])
    assert (request.pattern, request.profiles) == ("main", ("a", "b"))


@pytest.mark.parametrize(
    ("word", "options"),
    [
        ("-inuse_space", Options(sample_index="inuse_space")),
        ("-total_delay", Options(sample_index="delay")),
        ("-mean_delay", Options(sample_index="delay", mean=True)),
        ("-files", Options(granularity="files")),
        ("-trim=false", Options(trim=False)),
        ("-flat", Options()),
        ("-call_tree", Options(call_tree=True)),
        ("-symbolize=None", Options(symbolize="none")),
    ],
)
def test_switches_say(word: str, options: Options) -> None:
    assert parse("top", [word, "p"]).options == options


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "usage: pprof-lens top"),
        (["-cum"], "usage: pprof-lens top"),
        (["-nonsense", "p"], "there is no flag -nonsense"),
        (["-web", "p"], "there is no flag -web"),
        (["p", "-focus"], "the flag -focus needs a value"),
        (["-cum=maybe", "p"], "-cum is true or false, not 'maybe'"),
        (["-nodecount=many", "p"], "-nodecount takes a whole number, not 'many'"),
        (["-nodefraction=x", "p"], "-nodefraction takes a number, not 'x'"),
        (["-cum", "-flat", "p"], "-flat and -cum cannot all be given"),
        (["-lines", "-files", "p"], "-files and -lines cannot all be given"),
        (["-base=a", "-diff_base=b", "p"], "-base and -diff_base cannot both be given"),
        (["-normalize", "p"], "-normalize needs a -base or a -diff_base"),
        (["-divide_by=0", "p"], "-divide_by cannot be 0"),
        (["-symbolize=force", "p"], "-symbolize=force is not for these reports"),
    ],
)
def test_wrong_usage_is_one_sentence(words: list[str], said: str) -> None:
    with pytest.raises(UsageError) as raised:
        parse("top", words)
    assert str(raised.value).startswith(said)


def test_usage_names_every_flag() -> None:
    assert "-diff_base=…" in usage("peek")
    assert "REGEX PROFILE…" in usage("peek")
