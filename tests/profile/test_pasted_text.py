"""Profiles as text that somebody pasted among other words, or a program logged, whole or in part."""

import json
from itertools import chain

import pytest

from pictures import pictured
from pprof_lens.profile.errors import Malformed, NotAProfile
from pprof_lens.profile.goroutines import goroutine_groups
from pprof_lens.profile.model import Profile
from pprof_lens.profile.read import read
from pprof_lens.profile.stacks import Frame

TITLE = "goroutine profile: total 19\n"
RECORDS = """\
12 @ 0x43cb96 0x44c532 0x9b1171 0x9b1191 0x46c701
#\t0x9b1170\tmain.(*Hub).wait+0x130\t/my app/hub.go:24
#\t0x9b1190\tmain.(*Hub).run+0x30\t/my app/hub.go:47

7 @ 0x43cb96 0x44d532 0x9c1171 0x46c701
#\t0x9c1170\tmain.serve+0x130\t/my app/serve.go:9
"""
WAIT, RUN = Frame("main.(*Hub).wait", "/my app/hub.go", 24), Frame("main.(*Hub).run", "/my app/hub.go", 47)
EXPECTED = [(12, (WAIT, RUN)), (7, (Frame("main.serve", "/my app/serve.go", 9),))]


def profiled(text: str) -> Profile:
    return read(text.encode(), limit=1 << 20)


def counted(text: str) -> list[tuple[int, tuple[Frame, ...]]]:
    return [(group.count, group.frames) for group in goroutine_groups(profiled(text))]


def prefixed(prefix: str, text: str = TITLE + RECORDS) -> str:
    return "\n".join(prefix.format(n=10 + n) + line for n, line in enumerate(text.split("\n")))


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(RECORDS, id="without its header"),
        pytest.param(f"It leaks:\n\n```\n{TITLE}{RECORDS}```\n\nSee above @ 5 pm.\n", id="in a fence among words"),
        pytest.param(f"{TITLE}{RECORDS}```\nthat is all of it", id="before a fence"),
        pytest.param(RECORDS.replace("#\t", ""), id="without the sign of a heading"),
        pytest.param((TITLE + RECORDS).replace("\t", "  "), id="with blanks for tabs"),
        pytest.param(
            "It leaks:\n" + (TITLE + RECORDS).replace("(*Hub)", "(_Hub)"), id="with a pointer taken for emphasis"
        ),
        pytest.param(prefixed("> "), id="in a quote"),
        pytest.param(prefixed("    "), id="indented"),
        pytest.param(prefixed("2026-01-05T12:00:{n}.5Z api-1 app: "), id="in a log"),
        pytest.param(prefixed("Jan 05 12:00:{n} host app[7]: ").replace("\t", "#011"), id="in a log without tabs"),
        pytest.param(
            "\n".join(json.dumps({"n": n, "msg": line}) for n, line in enumerate((TITLE + RECORDS).split("\n"))),
            id="in lines of JSON",
        ),
        pytest.param(json.dumps({"level": "warn", "stack": TITLE + RECORDS}), id="in one field of JSON"),
        pytest.param(f"{RECORDS}\n3 @ 0x43cb96 0x9d1171 ...\n...\n".replace("3 @", "...\n3 @"), id="with a cut record"),
    ],
)
def test_a_profile_as_text_is_read_out_of_what_surrounds_it(text: str) -> None:
    assert [each for each in counted(text) if each[0] != 3] == EXPECTED


def test_of_records_without_symbols_nothing_is_made() -> None:
    for text in ("7 @ 0x43cb96 0x44d532\n", "mail 7 @ 0x43 to me"):
        with pytest.raises(NotAProfile):
            profiled(f"words\n{text}")


def test_a_line_that_begins_as_a_record_and_is_none_is_an_error_and_no_word() -> None:
    with pytest.raises(Malformed):
        profiled(f"{TITLE}{RECORDS}\n5 @ here\n```\n")


def test_what_was_taken_later_is_not_added_to_what_was_taken_first() -> None:
    assert counted(f"Before:\n{RECORDS}After:\n{RECORDS.replace('12 @', '90 @')}") == EXPECTED
    assert counted(f"Before:\n{TITLE}{RECORDS}After:\n{TITLE}1 @ 0x1\n") == EXPECTED


def test_labels_tell_apart_who_has_the_same_stack() -> None:
    record = '5 @ 0x43cb96 0x9c1171\n# labels: {{"job":"{}"}}\n#\t0x9c1170\tmain.serve+0x130\t/app/serve.go:9\n\n'
    text = f"```\n{record.format('a')}{record.format('b')}```"
    for given in (text, text.replace("# labels", "labels")):
        assert [group.labels for group in goroutine_groups(profiled(given))] == [(("job", (job,)),) for job in "ab"]
    bare = "9 @ 0x43cb96 0x9c1171\n#\t0x9c1170\tmain.serve+0x130\t/app/serve.go:9\n\n"
    every = f"{bare}{record.format('a')}{record.format('b')}"
    assert [count for count, _ in counted(f"It leaks:\n{every}")] == [9, 5, 5]
    assert [count for count, _ in counted(f"Before:\n{every}After:\n{every}")] == [9, 5, 5]


def test_half_a_character_that_json_escapes_alone_is_none() -> None:
    halves = json.dumps(
        {"log": TITLE + RECORDS.replace("\n#", '\n# labels: {"job":"\ud801"}\n#', 1).replace("serve", "\ud800")}
    )
    assert [frames[-1].function for _, frames in counted(halves)] == ["main.(*Hub).run", "main.\ufffd"]
    assert [group.labels for group in goroutine_groups(profiled(halves))] == [(("job", ("\ufffd",)),), ()]


def test_a_heap_is_read_with_its_header_alone_which_has_the_rate_of_its_samples() -> None:
    record = "2: 96 [2: 96] @ 0x4570f9 0x42f470\n#\t0x4570f8\tmain.keep+0x78\t/app/keep.go:5\n"
    text = f"```\nheap profile: 2: 96 [2: 96] @ heap/2\n{record}"
    assert pictured(profiled(text))[0].startswith("main.keep /app/keep.go:5")
    with pytest.raises(NotAProfile):
        profiled(f"```\n{record}")


def test_a_stack_of_a_heap_comes_again_for_objects_of_another_size() -> None:
    symbol = "#\t0x4570f8\tmain.keep+0x78\t/app/keep.go:5\n"
    heap = (
        f"heap profile: 3: 112 [3: 112] @ heap/2\n2: 96 [2: 96] @ 0x4570f9\n{symbol}1: 16 [1: 16] @ 0x4570f9\n{symbol}"
    )
    assert pictured(profiled(f"```\n{heap}```\n{heap}")) == pictured(profiled(heap))


def test_the_addresses_of_go_before_1_7_are_those_of_the_calls_return() -> None:
    text = TITLE + RECORDS.replace("9b1170", "9b1171").replace("9b1190", "9b1191").replace("9c1170", "9c1171")
    assert counted(text) == EXPECTED


def test_of_two_programs_that_log_theirs_that_of_the_first_is_read() -> None:
    lines = ((f"api-1 | {line}", f"api-2 | {line.replace('0x9', '0x8')}") for line in RECORDS.split("\n"))
    assert counted("\n".join(chain.from_iterable(lines))) == EXPECTED


def test_of_a_record_whose_addresses_were_cut_the_frames_are_those_that_are_told() -> None:
    assert counted(RECORDS.replace(" 0x44d532 0x9c1171 0x46c701", " ...")) == EXPECTED


def test_how_many_a_profile_says_that_it_has_is_known_where_some_of_them_were_cut() -> None:
    assert [profiled(text).announced for text in (TITLE + RECORDS, f"```\n{TITLE}{RECORDS}", RECORDS)] == [19, 19, 0]
