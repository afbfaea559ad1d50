"""Which samples a filter lets pass, by pprof's meaning of focus, ignore and labels."""

import pytest

from pprof_lens.analysis import tags
from pprof_lens.analysis.filter import Filter, mask
from pprof_lens.profile import decode
from pprof_lens.profile.automaton import TooComplex
from pprof_lens.profile.encode import with_samples
from pprof_lens.profile.errors import ProfileError
from pprof_lens.profile.model import NumericLabel, Profile
from profiles import drawn

PROGRAM = drawn("""
    alloc lib/a.go:1; parse app/p.go:5 = 10
    alloc lib/a.go:1; render app/r.go:6 = 30
    idle lib/i.go:1 = 2
""")


def labelled() -> Profile:
    first, second, third = decode.samples(PROGRAM)
    return with_samples(
        PROGRAM,
        (
            first._replace(labels=(("tenant", ("blue", "green")),)),
            second._replace(num_labels=(("bytes", (NumericLabel(512, "bytes"),)),)),
            third,
        ),
    )


@pytest.mark.parametrize(
    ("wanted", "passing"),
    [
        (Filter(focus="parse"), "1.."),
        (Filter(focus="lib/a"), "11."),
        (Filter(ignore="render|idle"), "1.."),
        (Filter(focus="alloc", ignore="parse"), ".1."),
        (Filter(focus="nothing"), "..."),
        (Filter(through=b"\x00\x01\x01"), ".11"),
        (Filter(focus="alloc", through=b"\x00\x01\x01"), ".1."),
        (Filter(tag_focus="tenant=gre"), "1.."),
        (Filter(tag_focus="tenant:blue"), "1.."),
        (Filter(tag_ignore="bytes=512b"), "1.1"),
        (Filter(tag_focus="bytes=256b:1kb"), ".1."),
        (Filter(tag_focus=":1kb"), ".1."),
    ],
    ids=str,
)
def test_a_filter_lets_pass(wanted: Filter, passing: str) -> None:
    found = mask(labelled(), wanted)
    assert found is not None
    assert "".join(".1"[flag] for flag in found) == passing


NAMED = drawn("""
    a.com/x/lru.(*Cache[go.shape.string,go.shape.int]).Put lru/c.go:4; main.main m.go:1 = 1
    a.com/x/lru.(*Cache[go.shape.string,go.shape.int]).Put.func1 lru/c.go:5; main.main m.go:1 = 1
    a.com/x/lru.(*Cache[go.shape.string,go.shape.int]).Puts lru/c.go:9; main.main m.go:1 = 1
    main.(*Cache).Put m.go:7 = 1
""")


@pytest.mark.parametrize(
    ("name", "passing"),
    [
        ("lru.(*Cache[string, int]).Put", "11.."),
        ("a.com/x/lru.(*Cache[go.shape.string,go.shape.int]).Put", "11.."),
        ("lru.(*Cache[string, int]).Put.func1", ".1.."),
        ("main.(*Cache).Put", "...1"),
    ],
)
def test_a_name_as_it_is_shown_means_its_function_and_the_closures_in_it(name: str, passing: str) -> None:
    found = mask(NAMED, Filter(focus=name))
    assert found is not None
    assert "".join(".1"[flag] for flag in found) == passing


def test_no_filter_is_no_mask() -> None:
    assert mask(PROGRAM, Filter()) is None


def test_a_wrong_pattern_is_told_in_one_sentence() -> None:
    with pytest.raises(ProfileError, match=r"^'\(' is not a regular expression"):
        mask(PROGRAM, Filter(focus="("))


@pytest.mark.parametrize("wanted", ["blue", "tenant=blue"])
def test_a_label_of_many_samples_is_searched_once(wanted: str, monkeypatch: pytest.MonkeyPatch) -> None:
    searched: list[str] = []

    def search(text: str) -> bool:
        searched.append(text)
        return "blue" in text

    monkeypatch.setattr(tags, "searcher", lambda _: search)
    first, *_ = decode.samples(labelled())
    matches = tags.matcher(wanted, {})
    assert all(matches(first._replace(labels=(("tenant", ("blue",)), ("id", (f"{i}",))))) for i in range(100))
    assert sum("blue" in text for text in searched) == 1


def test_labels_whose_keys_are_long_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tags, "_MOST_LETTERS", 10_000)
    first, *_ = decode.samples(labelled())
    matches = tags.matcher("blue", {})
    long = [first._replace(labels=(("x" * 1000, (f"{i}",)),)) for i in range(100)]
    with pytest.raises(TooComplex, match=r"^The labels are too long to be searched\.$"):
        list(map(matches, long))
