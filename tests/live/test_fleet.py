"""Servers of a fleet, played by the loopback as their definitions say: what is asked, and what is made of answers."""

import base64
import gzip
import json
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from loopback import Loopback, Script, answers, says
from pprof_lens.live import fleet
from pprof_lens.live.access import Access
from pprof_lens.live.errors import FetchError
from pprof_lens.profile import decode
from pprof_lens.profile.encode import message as message_of
from pprof_lens.profile.encode import with_samples
from pprof_lens.profile.model import Profile
from pprof_lens.profile.read import read

HEAP = Path(__file__).parent.parent.parent / "examples" / "leaky" / "profiles" / "heap.pprof"
PROFILE = gzip.decompress(HEAP.read_bytes())
TYPE = "memory:inuse_space:bytes:space:bytes"
QUERY = f"query={TYPE}%7Bservice_name%3D%22shop%22%7D&from=1700000000&to=1700000060"


def varint(number: int) -> bytes:
    return bytes([number & 0x7F | 0x80]) + varint(number >> 7) if number >= 0x80 else bytes([number])


def message(field: int, body: bytes) -> bytes:
    return varint(field << 3 | 2) + varint(len(body)) + body


def fetched(name: str, **headers: str) -> bytes:
    return fleet.fetch(fleet.parse(name), limit=1 << 24, access=Access(headers))


def told(name: str) -> str:
    with pytest.raises(FetchError) as caught:
        fetched(name)
    return str(caught.value)


def test_the_newest_pyroscope_answers_with_a_profile_in_its_answer(serve: Loopback) -> None:
    answer = message(1, b"flame") + message(5, message(1, PROFILE))
    body = fetched(f"pyroscope://{serve(answers(answer))}?{QUERY}", **{"X-Scope-OrgID": "shop"})
    assert read(body, limit=1 << 24).raw == PROFILE
    head, _, asked = serve.requests[0].partition("\r\n\r\n")
    assert head.startswith("POST /querier.v1.QuerierService/SelectMergeStacktraces HTTP/1.1\r\n")
    assert "content-type: application/proto\r\n" in head.lower()
    assert "x-scope-orgid: shop" in head.lower().split("\r\n")
    assert asked.encode("latin-1") == (
        message(1, TYPE.encode())
        + message(2, b'{service_name="shop"}')
        + b"\x18" + varint(1_700_000_000_000) + b"\x20" + varint(1_700_000_060_000) + b"\x30\x04"
    )  # fmt: skip


@pytest.mark.parametrize(
    "older",
    [
        answers(message(1, b"a flame graph, since the format is not known")),
        answers(b"", status="404 Not Found"),
        answers(b"{}", status="501 Not Implemented"),
    ],
)
def test_an_older_pyroscope_is_asked_as_it_understands(serve: Loopback, older: Script) -> None:
    assert fetched(f"pyroscope://{serve(older, answers(PROFILE))}/prefix?{QUERY}") == PROFILE
    assert [request.split()[1] for request in serve.requests] == [
        "/prefix/querier.v1.QuerierService/SelectMergeStacktraces",
        "/prefix/querier.v1.QuerierService/SelectMergeProfile",
    ]


def test_parca_answers_in_base64(serve: Loopback) -> None:
    page = json.dumps({"total": "1", "pprof": base64.b64encode(HEAP.read_bytes()).decode()}).encode()
    assert fetched(f"parca://{serve(answers(page))}?{QUERY}") == HEAP.read_bytes()
    asked = urlsplit(serve.requests[0].split()[1])
    assert asked.path == "/api/profiles/query"
    assert parse_qs(asked.query) == {
        "mode": ["MODE_MERGE"],
        "report_type": ["REPORT_TYPE_PPROF"],
        "merge.query": [f'{TYPE}{{service_name="shop"}}'],
        "merge.start": ["2023-11-14T22:13:20.000000Z"],
        "merge.end": ["2023-11-14T22:14:20.000000Z"],
    }


def test_the_profile_types_of_each_kind_are_what_queries_begin_with(serve: Loopback) -> None:
    both = {
        "profileTypes": [{"ID": TYPE, "name": "memory"}],
        "types": [
            {"name": "memory", "sampleType": "inuse_space", "sampleUnit": "bytes", "periodType": "space",
             "periodUnit": "bytes", "delta": True},
        ],
    }  # fmt: skip
    place = serve(answers(json.dumps(both).encode()))
    assert fleet.types(fleet.parse(f"pyroscope://{place}")) == (TYPE,)
    assert fleet.types(fleet.parse(f"parca://{place}")) == (f"{TYPE}:delta",)


def test_a_heap_comes_with_all_of_its_sample_types_as_one_profile(serve: Loopback) -> None:
    whole = read(HEAP.read_bytes(), limit=1 << 24)
    samples = list(decode.samples(whole))

    def column(i: int) -> bytes:
        one = with_samples(whole, (sample._replace(values=sample.values[i : i + 1]) for sample in samples))
        return message_of(replace(one, sample_types=whole.sample_types[i : i + 1], default_sample_type=""))

    names = [f"memory:{one.type}:{one.unit}:space:bytes" for one in whole.sample_types]
    listed = json.dumps({"profileTypes": [{"ID": name} for name in [*names, "process_cpu:cpu:nanoseconds:cpu:x"]]})
    columns = [answers(message(5, message(1, column(i)))) for i in range(len(names))]
    place = serve(answers(listed.encode()), *columns)
    found = read(fetched(f"pyroscope://{place}?query=memory"), limit=1 << 24)
    assert found.sample_types == whole.sample_types
    assert found.default_sample_type == "inuse_space"
    assert by_stack(found) == by_stack(whole)


def test_a_profile_of_what_was_done_in_between_is_found_by_its_name_where_there_is_no_other(serve: Loopback) -> None:
    listed = {"types": [{"name": "process_cpu", "sampleType": "cpu", "sampleUnit": "nanoseconds", "periodType": "cpu",
                         "periodUnit": "nanoseconds", "delta": True}]}  # fmt: skip
    page = json.dumps({"pprof": base64.b64encode(HEAP.read_bytes()).decode()}).encode()
    place = serve(answers(json.dumps(listed).encode()), answers(page))
    assert fetched(f"parca://{place}?query=process_cpu") == HEAP.read_bytes()
    assert parse_qs(urlsplit(serve.requests[1].split()[1]).query)["merge.query"] == [
        "process_cpu:cpu:nanoseconds:cpu:nanoseconds:delta{}"
    ]


def by_stack(profile: Profile) -> dict[tuple[str, ...], list[int]]:
    """The values of each stack, by its functions and lines."""
    sums: dict[tuple[str, ...], list[int]] = {}
    for sample in decode.samples(profile):
        lines = (line for at in sample.locations for line in profile.locations[at].lines)
        stack = tuple(f"{profile.functions[line.function].name}:{line.line}" for line in lines)
        before = sums.get(stack, [0] * len(sample.values))
        sums[stack] = [a + b for a, b in zip(before, sample.values, strict=True)]
    return {stack: values for stack, values in sums.items() if any(values)}


@pytest.mark.parametrize(
    ("script", "said"),
    [
        (answers(b"", status="401 Unauthorized"), "HOST does not let us in (401)"),
        (
            says("HTTP/1.1 429 Too Many Requests\nRetry-After: 30\nContent-Length: 0\n\n"),
            "HOST is asked too often (429); try again in 30 seconds.",
        ),
        (
            answers(b'{"code":"invalid_argument","message":"bad selector\\u001b"}', status="400 Bad Request"),
            "HOST answers with an error (400): bad selector�.",
        ),
        (answers(b"<html>", status="502 Bad Gateway"), "HOST answers with an error (502)."),
        (
            answers(b'{"code":5,"message":"could not find profile"}', status="404 Not Found"),
            "HOST: no profile matches the query in this time range.",
        ),
        (answers(b"", status="404 Not Found"), "HOST does not answer as a parca server does (404)."),
        (answers(b"[]"), "HOST: its answer is not one of Parca's."),
        (answers(b'{"pprof":"!"}'), "HOST: its answer is not one of Parca's."),
        (answers(b'{"pprof":' + b"[" * 100_000), "HOST: its answer is not one of Parca's."),
        (answers(b'{"pprof":""}'), "HOST: no profile matches the query in this time range."),
        (says("HTTP/1.1 200 OK\nContent-Length: 900\n\n{"), "The connection to HOST broke off"),
        (says("HTTP/1.1 302 Found\nLocation: http://evil.example/\n\n"), "HOST redirects to http://evil.example"),
    ],
)
def test_each_failure_is_one_sentence(serve: Loopback, script: Script, said: str) -> None:
    place = serve(script)
    assert told(f"parca://{place}?{QUERY}").replace(place, "HOST").startswith(said)


@pytest.mark.parametrize(
    "answer", [b"", b"\x0a", b"\x0a\xff\xff\xff\xff\x0f", b"\x0b", b"\xff" * 30, message(5, b"\x0a\x09")]
)
def test_no_answer_of_a_pyroscope_is_taken_for_what_it_is_not(serve: Loopback, answer: bytes) -> None:
    place = serve(answers(answer))
    sentence = told(f"pyroscope://{place}?{QUERY}") if not answer else ""
    assert sentence.replace(place, "HOST") in ("", "HOST: no profile matches the query in this time range.")
    if answer:  # of SelectMergeProfile the answer is the profile itself, which whoever reads it judges
        assert fetched(f"pyroscope://{place}?{QUERY}") == answer


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("pyroscope://h?query=cpu:", "A query is a profile type and a selector"),
        (f"pyroscope://h?query={TYPE}&from=yesterday", "yesterday is no time"),
        (f"pyroscope://h?query={TYPE}&from=now&to=now-1h", "The time range ends before it begins."),
        ("parca://h?token=s3cret", "The address of a fleet takes query, from and to; not token."),
        ("parca+https://", "This address names no host."),
    ],
)
def test_what_cannot_be_asked_is_told_before_it_is(name: str, said: str) -> None:
    assert told(name).startswith(said)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("now", 1000.0),
        ("now-15m", 100.0),
        ("-1s", 999.0),
        ("12.5", 12.5),
        ("1970-01-01T00:10:00Z", 600.0),
        ("1970-01-01T01:10:00+01:00", 600.0),
    ],
)
def test_a_moment_is_relative_or_absolute(text: str, seconds: float) -> None:
    assert fleet.moment(text, now=1000) == seconds


def test_a_source_is_shown_without_its_password_and_names_itself() -> None:
    source = fleet.parse(f"parca+https://me:s3cret@parca.example/x?{QUERY}")
    assert "s3cret" not in source.url + repr(source)
    assert fleet.parse(source.url) == fleet.parse(f"parca+https://parca.example/x?{QUERY}")
