"""Filters by name and by label, each by the samples that it leaves."""

from collections.abc import Iterator

import pytest

from pprof_lens.profile.encode import with_samples
from pprof_lens.profile.model import NumericLabel, Profile, Sample
from profiles import drawn
from report.reports import printed

STACKS = drawn("""
    leaf leaf.go:1; mid mid.go:5; main main.go:9 = 1
    leaf leaf.go:1; other other.go:5; main main.go:9 = 2
    inner in.go:1 < outer out.go:4; main main.go:9 = 4
""")


def stacks(*words: str, profile: Profile = STACKS) -> list[str]:
    """What `traces` shows: `VALUE FRAME FRAME …`, the leaf first."""
    blocks = printed("traces", *words, p=profile).split(
        "-----------+-------------------------------------------------------\n"
    )
    return [" ".join(block.replace("(inline)", "").split()) for block in blocks[1:-1]]


@pytest.mark.parametrize(
    ("flags", "left"),
    [
        ("-focus=mid", ["1 leaf mid main"]),
        ("-focus=mid|outer", ["1 leaf mid main", "4 inner outer main"]),
        ("-focus=leaf.go -ignore=other", ["1 leaf mid main"]),
        ("-ignore=leaf", ["4 inner outer main"]),
        ("-hide=mid|inner", ["1 leaf main", "2 leaf other main", "4 outer main"]),
        ("-hide=leaf|mid|main", ["2 other", "4 inner outer"]),
        ("-show=leaf|outer", ["1 leaf", "2 leaf", "4 outer"]),
        ("-show=mid", ["1 mid"]),
        ("-show_from=mid|inner|other", ["1 leaf mid", "2 leaf other", "4 inner"]),
        ("-prune_from=mid|outer", ["1 mid main", "2 leaf other main", "4 outer main"]),
        ("-focus=absent", []),
    ],
)
def test_by_name(flags: str, left: list[str]) -> None:
    assert stacks(*flags.split()) == left


def test_a_sample_without_frames_goes_as_soon_as_there_is_a_filter() -> None:
    profile = with_samples(STACKS, [Sample((), (8,)), Sample((0,), (1,))])
    assert printed("top", "-focus=.", p=profile).splitlines()[3] == (
        "Showing nodes accounting for 1, 11.11% of 9 total"
    )


LABELS: tuple[tuple[dict[str, tuple[str, ...]], dict[str, tuple[NumericLabel, ...]]], ...] = (
    ({"worker": ("w1", "w2")}, {}),
    ({"worker": ("w3",), "zone": ("eu",)}, {"bytes": (NumericLabel(16, ""),)}),
    ({}, {"bytes": (NumericLabel(4096, ""),), "latency": (NumericLabel(7, "ms"),)}),
)


def labelled() -> Profile:
    """Three samples of values 1, 2 and 4 with the labels above."""

    def samples() -> Iterator[Sample]:
        for i, (texts, numbers) in enumerate(LABELS):
            yield Sample((0,), (1 << i,), tuple(sorted(texts.items())), tuple(sorted(numbers.items())))

    return with_samples(STACKS, samples())


@pytest.mark.parametrize(
    ("flag", "left"),
    [
        ("-tagfocus=worker=w[23]", "3"),
        ("-tagfocus=worker=w1,w3", "3"),
        ("-tagfocus=w[13]$", "3"),
        ("-tagfocus=worker:w3,zone:eu", "2"),
        ("-tagfocus=worker:w3,zone:us", "0"),
        ("-tagignore=zone=.", "5"),
        ("-tagfocus=16b", "2"),
        ("-tagfocus=16b:", "6"),
        ("-tagfocus=:1kb", "2"),
        ("-tagfocus=bytes=1kb:1mb", "4"),
        ("-tagfocus=latency=1ms:1s", "4"),
        ("-tagfocus=latency=1kb:1mb", "0"),
        ("-tagfocus=1ms:7kb", "0"),
        ("-tagignore=16b:", "1"),
    ],
)
def test_by_label(flag: str, left: str) -> None:
    """The sum of the values that are left."""
    assert f"Showing nodes accounting for {left}, " in printed("top", "-nodefraction=0", flag, p=labelled())


def test_traces_show_labels_texts_first_and_the_short_ones_of_these() -> None:
    block = printed("traces", p=labelled()).split("+-------------------------------------------------------\n")[2]
    assert block.splitlines()[:4] == [
        "      zone:  eu",
        "    worker:  w3",
        "     bytes:  16B",
        "         2   leaf",
    ]


@pytest.mark.parametrize(
    ("flag", "keys"),
    [("-tagshow=zone", {"zone"}), ("-taghide=w|b", {"zone", "latency"}), ("", {"worker", "zone", "bytes", "latency"})],
)
def test_labels_are_shown_and_hidden_by_key(flag: str, keys: set[str]) -> None:
    lines = printed("traces", *filter(None, [flag]), p=labelled()).splitlines()[1:]
    assert {line.partition(":")[0].strip() for line in lines if ":  " in line and "filters" not in line} == keys


def test_percentages_are_of_all_samples_unless_they_are_to_be_relative() -> None:
    assert "100% of 1 total" in printed("top", "-focus=mid", "-relative_percentages", p=STACKS)
    assert "14.29% of 7 total" in printed("top", "-focus=mid", p=STACKS)
