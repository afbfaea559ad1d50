"""A dump as logs keep it, and what of each line is the dump's."""

import csv
import io
import json
import re
from itertools import chain

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
        "[thread-{n}] ",
        "\x1b[36mapi_1  |\x1b[0m ",
        "@4000000067a1b2c3{n:08x} ",
        "    ",
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_behind_a_prefix_the_dump_is_the_same(prefix: str, end: str) -> None:
    log = end.join(prefix.format(n=n + 9) + line for n, line in enumerate(DUMP.split("\n")))
    assert read_dump(log.splitlines()) == read_dump(DUMP.splitlines())


def test_while_a_dump_is_written_the_day_ends_and_numbers_lose_their_zeros() -> None:
    """Logs pad days and cut fractions of seconds."""
    for times in (
        ("Jan  9 23:59:59", "Jan 10 00:00:00"),
        ("Sat Jan 31 9:00:01.5Z", "Sun Feb 1 10:00:02Z"),
        ("1/5/2026 11:59:59 AM", "1/5/2026 12:00:00 PM"),
        ("[ 9999.998877]", "[10000.001122]"),
    ):
        log = "\n".join(f"{times[n > 6]} host app: {line}" for n, line in enumerate(DUMP.split("\n")))
        assert read_dump(log.splitlines()) == read_dump(DUMP.splitlines())


@pytest.mark.parametrize(("prefix", "indentation"), [("host app[7]: ", "#011"), ("api | ", ""), ("", ""), ("", "    ")])
def test_the_indentation_of_a_dump_may_be_another_or_gone(prefix: str, indentation: str) -> None:
    log = [prefix + line.replace("\t", indentation) for line in DUMP.split("\n")]
    assert read_dump(log) == read_dump(DUMP.splitlines())


def test_a_dump_that_powershell_wrote_is_read() -> None:
    read_as_utf8 = read(DUMP.encode(), limit=1 << 20)
    for encoding in ("utf-16", "utf-8-sig"):
        assert read(DUMP.encode(encoding), limit=1 << 20).strings == read_as_utf8.strings


def test_a_prefix_without_its_blank_on_empty_lines_and_lines_of_others_do_not_matter() -> None:
    log = "".join(f"{f'api | {line}'.rstrip()}\nweb | GET /\n" for line in DUMP.split("\n"))
    assert read_dump(log.splitlines()) == read_dump(DUMP.splitlines())


def test_of_lines_of_json_the_field_with_the_text_is_read() -> None:
    each = "\n".join(json.dumps({"time": str(n), "log": f"{line}\n"}) for n, line in enumerate(DUMP.split("\n")))
    whole = json.dumps({"level": "fatal", "msg": DUMP})
    nested = "\n".join(json.dumps({"labels": {"a": "b"}, "p": {"m": line}, "n": [1]}) for line in DUMP.split("\n"))
    behind = "\n".join(f"api-1  | {json.dumps({'msg': line})}" for line in DUMP.split("\n"))
    indented = json.dumps([{"n": n, "text": line} for n, line in enumerate(DUMP.split("\n"))], indent=1)
    right = read_dump(DUMP.splitlines())
    for log in (each, whole, nested, behind, indented):
        assert [g.frames for g in read_dump(log.splitlines())] == [g.frames for g in right]


def test_of_lines_of_logfmt_the_field_with_the_text_is_read() -> None:
    """What needs no quotes has none."""
    words = [json.dumps(line) if re.search(r'[\s"=]', line) else line for line in DUMP.split("\n")]
    each = "\n".join(f"time=12:0{n}Z level=ERROR msg={word}" for n, word in enumerate(words))
    whole = f'time=12:00Z msg=crashed stack={json.dumps(DUMP)[:-1]}\\x1b[0m" app=a'
    right = read_dump(DUMP.splitlines())
    for log in (each, whole):
        assert [g.frames for g in read_dump(log.splitlines())] == [g.frames for g in right]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_of_a_table_the_column_with_the_text_is_read(separator: str) -> None:
    """Servers of logs and spreadsheets give them so."""
    log = io.StringIO()
    rows = ((f"12:0{n}, today", "api", line, n) for n, line in enumerate(DUMP.replace("...", '"x"').split("\n")))
    csv.writer(log, delimiter=separator, quoting=csv.QUOTE_ALL).writerows(rows)
    assert [g.frames for g in read_dump(log.getvalue().splitlines())] == [
        g.frames for g in read_dump(DUMP.splitlines())
    ]


def test_colours_are_none_of_a_dump() -> None:
    """Of the whole line, and within a field."""
    coloured = [f"\x1b[31m{line}\x1b[0m\x1b[K" for line in DUMP.split("\n")]
    assert read_dump(coloured) == read_dump(DUMP.splitlines())
    fields = [json.dumps({"msg": line}) for line in coloured]
    assert [g.frames for g in read_dump(fields)] == [g.frames for g in read_dump(DUMP.splitlines())]


@pytest.mark.parametrize(
    ("one", "other"), [("api-1  | ", "api-2  | "), ("h app[7]: ", "h app[8]: "), ("web1: ", "web2: ")]
)
def test_processes_that_dump_into_one_log_are_not_one(one: str, other: str) -> None:
    """At once or one after the other; goroutines of the same number are two, and each has its own stack."""
    said = DUMP.split("\n")
    lines = [f"12:00:01 {one}{line}" for line in said]
    others = [f"12:00:02 {other}{line.replace('main.', 'wait.')}" for line in said]
    two = [*read_dump(said), *read_dump(DUMP.replace("main.", "wait.").splitlines())]
    for log in (chain.from_iterable(zip(lines, others, strict=True)), chain(lines, others)):
        assert [g.frames for g in read_dump(log)] == [g.frames for g in two]


def test_packages_that_are_tested_at_once_are_told_apart_with_how_each_ended() -> None:
    """`go test -json ./...` mixes what they print."""
    deadlock = DUMP.split("\n")
    stopped = ["SIGQUIT: quit", "", *DUMP.replace("main.", "wait.").split("\n")[2:]]
    log = [
        json.dumps({"Action": "output", "Package": package, "Output": f"{line}\n"})
        for both in zip(deadlock, stopped, strict=True)
        for package, line in zip(("ex.com/a", "ex.com/b"), both, strict=True)
    ]
    told = [(g.frames[0].function, g.deadlocked) for g in read_dump(log)]
    assert told == [("main.main", True), ("main.wait", True), ("wait.main", False), ("wait.wait", False)]


def test_blanks_that_a_terminal_copied_along_are_none_of_a_dump() -> None:
    """It pads each line to its own width."""
    assert read_dump([f"{line:80}" for line in DUMP.split("\n")]) == read_dump(DUMP.splitlines())


@pytest.mark.parametrize(
    "text", ["12:01 goroutine 7 is done\n12:02 all goroutines are done [ok]:\n", '{"log": "goroutine 1 ["}']
)
def test_a_log_that_only_speaks_of_goroutines_is_no_dump(text: str) -> None:
    with pytest.raises(NotAProfile):
        read(text.encode(), limit=1 << 20)


def test_lines_of_a_dump_alone_are_as_they_are() -> None:
    lines = ["x", "goroutine 1 [running]:", "main.main()", "\t/a.go:1"]
    assert list(unprefixed(lines)) == lines


@pytest.mark.parametrize("indent", [None, 2])
def test_of_lists_of_times_and_texts_the_texts_are_read(indent: int | None) -> None:
    values = [[str(1_700_000_000 + n), line] for n, line in enumerate(DUMP.split("\n"))]
    loki = json.dumps({"data": {"result": [{"stream": {"app": "api"}, "values": values}]}}, indent=indent)
    assert read_dump(loki.split("\n")) == read_dump(DUMP.splitlines())
    yaml = "\n".join(f"- {json.dumps(line)}" for line in DUMP.split("\n"))
    assert read_dump(yaml.split("\n")) == read_dump(DUMP.splitlines())


def test_of_a_table_with_quotes_only_where_they_are_needed_no_goroutine_is_lost() -> None:
    table = io.StringIO()
    csv.writer(table).writerows([str(2026 + n), line] for n, line in enumerate(DUMP.split("\n")))
    assert read_dump(table.getvalue().splitlines()) == read_dump(DUMP.splitlines())


def test_a_line_that_was_made_of_many_is_many_again() -> None:
    escaped = json.dumps(DUMP)[1:-1]
    for line in (f"recovered, stack: {escaped}", json.dumps({"log": json.dumps({"msg": DUMP})})):
        assert read_dump(["2026 started", line]) == read_dump(DUMP.splitlines())


def test_a_line_of_quotes_that_never_end_is_looked_at_once() -> None:
    assert read_dump(["goroutine " + '\\"' * 200_000]) == ()


def test_a_header_is_not_sought_in_what_is_longer_than_any() -> None:
    header, frame, place = f"goroutine 1 [{'x' * 10_000}]:", "main.f()", "\t/a.go:1"
    fields = [json.dumps({"log": line}) for line in (header, frame, place)]
    one = json.dumps(f"{header}\n{frame}\n{place}")[1:-1]
    for lines in ([f"a.go:1: {header}", f"    {frame}", f"    {place}"], fields, [f"stack: {one}"]):
        assert read_dump(lines) == ()
        assert len(read_dump("\n".join(lines).replace("x" * 10_000, "x").split("\n"))) == 1
