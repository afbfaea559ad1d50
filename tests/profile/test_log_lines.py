"""A dump as logs keep it, and what of each line is the dump's."""

import json

import pytest

from pprof_lens.profile.errors import NotAProfile
from pprof_lens.profile.goroutine_dump import read_dump
from pprof_lens.profile.log_lines import unprefixed
from pprof_lens.profile.read import read

DUMP = """fatal error: all goroutines are asleep - deadlock!

goroutine 1 [chan send]:
main.main()
\t/app/main.go:3 +0x1d

goroutine 2 [select, 5 minutes]:
main.wait(...)
\t/app/main.go:9
created by main.main in goroutine 1
\t/app/main.go:2 +0x4f
"""


@pytest.mark.parametrize(
    "prefix",
    [
        "{n}T12:00:01.{n}Z ",
        "api-1  | ",
        "Jan 05 12:{n}:01 host app[123]: ",
        "<14>1 2026-01-05T12:00:0{n}Z host app 7 - - ",
        "E0105 12:00:01.{n}       1 main.go:33] ",
        "    ",
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_behind_a_prefix_the_dump_is_the_same(prefix: str, end: str) -> None:
    log = end.join(prefix.format(n=n + 9) + line for n, line in enumerate(DUMP.split("\n")))
    assert read_dump(log.splitlines()) == read_dump(DUMP.splitlines())


def test_a_prefix_without_its_blank_on_empty_lines_and_lines_of_others_do_not_matter() -> None:
    log = "".join(f"{f'api | {line}'.rstrip()}\nweb | GET /\n" for line in DUMP.split("\n"))
    assert read_dump(log.splitlines()) == read_dump(DUMP.splitlines())


def test_of_lines_of_json_the_field_with_the_text_is_read() -> None:
    each = "\n".join(json.dumps({"time": str(n), "log": f"{line}\n"}) for n, line in enumerate(DUMP.split("\n")))
    whole = json.dumps({"level": "fatal", "msg": DUMP})
    right = read_dump(DUMP.splitlines())
    for log in (each, whole):
        assert [g.frames for g in read_dump(log.splitlines())] == [g.frames for g in right]


@pytest.mark.parametrize(
    "text", ["12:01 goroutine 7 is done\n12:02 all goroutines are done [ok]:\n", '{"log": "goroutine 1 ["}']
)
def test_a_log_that_only_speaks_of_goroutines_is_no_dump(text: str) -> None:
    with pytest.raises(NotAProfile):
        read(text.encode(), limit=1 << 20)


def test_lines_of_a_dump_alone_are_as_they_are() -> None:
    lines = ["x", "goroutine 1 [running]:", "main.main()", "\t/a.go:1"]
    assert list(unprefixed(lines)) == lines
