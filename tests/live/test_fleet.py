"""Servers of a fleet, played by the loopback as their definitions say: what is asked, and what is made of answers."""

import base64
import gzip
import json
import time
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest

from counted import calls_for
from fleets import CPU, HEAP, Refused, Store, example, serving
from loopback import Loopback, Script, answers, says
from pprof_lens.live import fleet, query, selector
from pprof_lens.live.access import Access
from pprof_lens.live.asked import MOST_NAMES
from pprof_lens.live.errors import FetchError
from pprof_lens.live.named import Server, Servers
from pprof_lens.live.transfer import Progress
from pprof_lens.profile import decode
from pprof_lens.profile.encode import message as message_of
from pprof_lens.profile.encode import with_samples
from pprof_lens.profile.errors import Cancelled, ProfileError
from pprof_lens.profile.model import Profile
from pprof_lens.profile.origin import origin_of
from pprof_lens.profile.read import read

PROFILE = gzip.decompress(HEAP.read_bytes())
TYPE = "memory:inuse_space:bytes:space:bytes"
QUERY = f"query={TYPE}%7Bservice_name%3D%22shop%22%7D&from=1700000000&to=1700000060"


def varint(number: int) -> bytes:
    return bytes([number & 0x7F | 0x80]) + varint(number >> 7) if number >= 0x80 else bytes([number])


def message(field: int, body: bytes) -> bytes:
    return varint(field << 3 | 2) + varint(len(body)) + body


def fetched(name: str, **headers: str) -> bytes:
    return fleet.fetch(query.parse(name), limit=1 << 24, access=Access(headers))


def told(name: str) -> str:
    with pytest.raises(FetchError) as caught:
        fetched(name)
    return str(caught.value)


def test_the_newest_pyroscope_answers_with_a_profile_in_its_answer(serve: Loopback) -> None:
    answer = message(1, b"flame") + message(5, message(1, PROFILE))
    body = fetched(f"pyroscope://{serve(answers(answer))}?{QUERY}", **{"X-Scope-OrgID": "shop"})
    assert by_stack(read(body, limit=1 << 24)) == by_stack(read(PROFILE, limit=1 << 24))
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
    body = fetched(f"pyroscope://{serve(older, answers(PROFILE), answers(b''))}/prefix?{QUERY}")
    assert by_stack(read(body, limit=1 << 24)) == by_stack(read(PROFILE, limit=1 << 24))
    assert [request.split()[1] for request in serve.requests[:2]] == [
        "/prefix/querier.v1.QuerierService/SelectMergeStacktraces",
        "/prefix/querier.v1.QuerierService/SelectMergeProfile",
    ]


def test_parca_answers_in_base64(serve: Loopback) -> None:
    page = json.dumps({"total": "1", "pprof": base64.b64encode(HEAP.read_bytes()).decode()}).encode()
    body = fetched(f"parca://{serve(answers(page))}?{QUERY}")
    assert by_stack(read(body, limit=1 << 24)) == by_stack(read(PROFILE, limit=1 << 24))
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
    assert fleet.types(query.parse(f"pyroscope://{place}")) == (TYPE,)
    assert fleet.types(query.parse(f"parca://{place}")) == (f"{TYPE}:delta",)


def test_a_profile_that_unfolds_out_of_all_proportion_is_not_read(
    serve: Loopback, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pprof_lens.live.transfer._UNFOLDED", 1000)
    bomb = gzip.compress(bytes(1 << 20))
    place = serve(answers(json.dumps({"pprof": base64.b64encode(bomb).decode()}).encode()))
    with pytest.raises(FetchError) as refused:
        fetched(f"parca://{place}?{QUERY}")
    assert str(refused.value) == f"{place} answers with {len(bomb)} bytes that unfold to more than {200 * len(bomb)}."


def test_names_of_a_server_are_harmless_text(serve: Loopback) -> None:
    names = ["a\nb", "a\x1b[31m", "a\u202e", "a\u115f", "a\ud800", "", "a" * 241]
    source = query.parse(f"parca://{serve(answers(json.dumps({'labelNames': names, 'labelValues': names}).encode()))}")
    told = ("a�b", "a�[31m", "a�", f"{'a' * 239}…")
    assert fleet.label_names(source) == told
    assert fleet.label_values(source, "pod") == told


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
    fetched(f"parca://{place}?query=process_cpu")
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
            says("HTTP/1.1 429 Too Many Requests\nRetry-After: Wed, 21 Oct 2026 07:28:00 GMT\nContent-Length: 0\n\n"),
            "HOST is asked too often (429); try again after Wed, 21 Oct 2026 07:28:00 GMT.",
        ),
        (
            says("HTTP/1.1 429 Too Many Requests\nRetry-After: 3\x1b[31m\nContent-Length: 0\n\n"),
            "HOST is asked too often (429); try again after 3�[31m.",
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
    if answer:
        with pytest.raises(ProfileError):
            fetched(f"pyroscope://{place}?{QUERY}")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("fleet://nowhere?query=memory", "No source is called nowhere; the setting pprofLens.sources lists them."),
        (f"pyroscope://h?query={TYPE}&at=now&from=now-1h", "A profile is of a range (from, to) or of a moment (at)"),
        ("pyroscope://h?query=cpu:", "A query is a profile type and a selector"),
        (f"pyroscope://h?query={TYPE}&from=yesterday", "yesterday is no time"),
        (f"pyroscope://h?query={TYPE}&from=now&to=now-1h", "The time range ends before it begins."),
        ("parca://h?token=s3cret", "The address of a fleet takes query, from, to and at; not token."),
        ("parca+https://", "This address names no host."),
        *(
            (f"parca://h?query=memory&at={at}", f"{at} is no time; give now-1h")
            for at in ("now-999999999w", "0001-01-01", "9999-12-31T23:59:59-01:00")
        ),
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
    assert query.moment(text, now=1000) == seconds


def test_a_range_that_would_begin_before_1970_begins_there() -> None:
    for when in ("at=1", "to=1"):
        assert query.range_of(query.parse(f"pyroscope://h?{when}")) == (0, 1)


def test_half_a_character_is_asked_for_as_a_question_mark() -> None:
    assert query.parse('parca://h?query=memory{a="\ud800"}').query == 'memory{a="?"}'


def test_a_source_is_shown_without_its_password_and_names_itself() -> None:
    source = query.parse(f"parca+https://me:s3cret@parca.example/x?{QUERY}")
    assert "s3cret" not in source.url + repr(source)
    assert query.parse(source.url) == query.parse(f"parca+https://parca.example/x?{QUERY}")


NOW = 1_800_000_000.0


def served(kind: str, store: Store, asked: str, servers: Servers = ()) -> Profile:
    """What a server with that store hands out to a query."""
    with serving(kind, store) as place:
        until = "" if "&at=" in asked else f"&to={NOW}"
        name = asked if asked.startswith("fleet:") else f"{kind}://{place}?query={asked}{until}"
        named = tuple(replace(server, url=f"http://{place}") for server in servers)
        access = Access(servers=named, secrets={"TOKEN": "s3cret"})
        return read(fleet.fetch(query.parse(name, named), limit=1 << 24, access=access), limit=1 << 24)


def total(profile: Profile, name: str) -> int:
    column = [of.type for of in profile.sample_types].index(name)
    return sum(sample.values[column] for sample in decode.samples(profile))


ONE = total(read(HEAP.read_bytes(), limit=1 << 24), "inuse_space")
KINDS = pytest.mark.parametrize("kind", ["pyroscope", "parca"])


@KINDS
def test_a_heap_over_a_range_is_the_sum_of_its_scrapes_and_says_where_it_is_from_and_of_which_time(kind: str) -> None:
    store = example([NOW - 50, NOW - 20, NOW - 4000], service_git_ref="1a2b3c4", service_repository="https://x/y")
    store.lookback = 0
    found = served(kind, store, 'memory{service_name="leaky"}')
    assert [of.type for of in found.sample_types] == ["alloc_objects", "alloc_space", "inuse_objects", "inuse_space"]
    assert total(found, "inuse_space") == 2 * ONE
    assert (found.time_nanos, found.duration_nanos) == (NOW * 1e9, 3600 * 1e9)
    origin = origin_of(found)
    assert origin is not None
    assert origin.source.startswith("127.0.0.1:")
    assert (origin.query, origin.since, origin.until) == ('memory{service_name="leaky"}', NOW - 3600, NOW)
    assert (origin.commits, origin.repository, origin.root) == (("1a2b3c4",), "https://x/y", "")


def test_a_cpu_profile_of_parca_is_not_shown_twice_for_its_number_of_samples() -> None:
    found = served("parca", example([NOW - 5]), "process_cpu")
    assert [tuple(of) for of in found.sample_types] == [("cpu", "nanoseconds")]
    assert total(found, "cpu") == total(read(CPU.read_bytes(), limit=1 << 24), "cpu")


@KINDS
def test_a_merge_of_nothing_is_no_profile(kind: str) -> None:
    with pytest.raises(FetchError, match="no profile matches the query in this time range"):
        served(kind, example([NOW - 5]), f'{TYPE}{{service_name="other"}}')


@pytest.mark.parametrize("nothing", [b"", b"\x0a\x00\x32\x00\x5a\x00"], ids=["newer storage", "older storage"])
def test_a_merge_of_nothing_by_a_pyroscope_is_no_profile_whatever_it_stores_by(serve: Loopback, nothing: bytes) -> None:
    place = serve(answers(message(5, message(1, nothing))))
    assert told(f"pyroscope://{place}?{QUERY}") == f"{place}: no profile matches the query in this time range."


def test_a_range_of_many_pieces_is_whole() -> None:
    store = example([NOW - 3600 * i - 5 for i in range(30)])
    store.lookback, store.longest = 0, 7200
    found = served("pyroscope", store, f"{TYPE}&from={NOW - 30 * 3600}")
    assert total(found, "inuse_space") == 30 * ONE


@pytest.mark.parametrize("is_old", [True, False])
def test_a_range_that_is_longer_than_a_tenant_may_ask_for_is_asked_for_in_pieces(is_old: bool) -> None:  # noqa: FBT001
    store = example([NOW - 5, NOW - 90_000, NOW - 86_400, NOW - 200_000])
    store.lookback, store.is_old = 0, is_old
    found = served("pyroscope", store, f"{TYPE}&from={NOW - 259_200}")
    assert total(found, "inuse_space") == 4 * ONE
    assert found.duration_nanos == 259_200 * 1e9


def test_each_piece_of_a_range_is_told_as_it_comes_and_no_time_that_a_server_may_take() -> None:
    store = example([NOW - 5, NOW - 200_000])
    store.lookback = 0
    told: list[Progress] = []
    with serving("pyroscope", store) as place:
        source = query.parse(f"pyroscope://{place}?query={TYPE}&from={NOW - 259_200}&to={NOW}")
        fleet.fetch(source, limit=1 << 24, progress=told.append)
    pieces = list(dict.fromkeys((now.piece, now.pieces) for now in told))
    assert pieces == [(1, 1), (1, 3), (2, 3), (3, 3)]
    assert {now.seconds_left for now in told} == {0}


@pytest.mark.parametrize(("lookback", "scrapes", "days"), [(7 * 86_400, 2, 7), (0, 3, 9)])
def test_from_when_on_a_server_has_something_of_a_range_in_pieces_is_kept(
    lookback: float, scrapes: int, days: int
) -> None:
    now = time.time()
    store = example([now - 5, now - 6.5 * 86_400, now - 8.5 * 86_400])
    store.lookback = lookback
    with serving("pyroscope", store) as place:
        found = read(fetched(f"pyroscope://{place}?query={TYPE}&from={now - 10 * 86_400}&to={now}"), limit=1 << 24)
    assert total(found, "inuse_space") == scrapes * ONE
    origin = origin_of(found)
    assert origin is not None
    assert now - origin.first == pytest.approx(days * 86_400, abs=0.01)


def test_lists_are_of_the_newest_part_of_a_range_that_is_too_long() -> None:
    store = example([NOW - 5])
    store.lookback = 0
    with serving("pyroscope", store) as place:
        source = query.parse(f"pyroscope://{place}?query=memory&from={NOW - 864_000}&to={NOW}")
        assert fleet.label_names(source) == ("__profile_type__", "region", "service_name")
        assert fleet.label_values(source, "region") == ("eu",)
        assert TYPE in fleet.types(source)


@KINDS
def test_a_moment_is_the_last_scrape_before_it(kind: str) -> None:
    store = example([NOW - 5, NOW - 100, NOW - 20_000])
    store.lookback = 0
    with serving(kind, store) as place:
        for at, scrapes in ((NOW, 1), (NOW - 30, 1), (NOW - 19_990, 1)):
            name = f"{kind}://{place}?query={TYPE}&at={at}"
            assert total(read(fetched(name), limit=1 << 24), "inuse_space") == scrapes * ONE
        with pytest.raises(FetchError, match="no profile"):
            fetched(f"{kind}://{place}?query={TYPE}&at={NOW - 1000}")


@KINDS
@pytest.mark.parametrize("interval", [5, 10, 15, 60])
def test_a_moment_has_the_last_scrape_of_each_program_once_however_often_they_are_scraped(
    kind: str, interval: float
) -> None:
    store = Store(lookback=0)
    for pod, late in enumerate((0.2, 0.45, 0.9)):
        pods = example([NOW - interval * (i + late) for i in range(4)], pod=str(pod))
        store.kept += pods.kept
    store.kept += example([NOW - 290], pod="ended").kept
    found = served(kind, store, f"{TYPE}&at={NOW}")
    assert total(found, "inuse_space") == 3 * ONE
    origin = origin_of(found)
    assert origin is not None
    assert origin.until - origin.since < interval + 2


def test_a_server_under_a_name_is_sent_its_own_headers_and_is_told_of_by_its_name() -> None:
    store = example([NOW - 5])
    store.lookback, store.token = 0, "s3cret"
    server = Server("production", "pyroscope", "", (("Authorization", "Bearer ${secret:TOKEN}"),), tenant="shop")
    url = f"fleet://production?query={TYPE}&to={NOW}"
    found = served("pyroscope", store, url, (server,))
    assert total(found, "inuse_space") == ONE
    assert {headers["x-scope-orgid"] for _, headers, _ in store.asked} == {"shop"}
    store.token = "expired"
    with pytest.raises(FetchError) as caught:
        served("pyroscope", store, url, (server,))
    assert str(caught.value) == "production does not let us in (401); set the headers that it wants."
    assert "s3cret" not in f"{server!r}{query.parse(url, (replace(server, url='http://h'),))!r}"


def test_a_token_that_expires_in_the_midst_of_the_pieces_is_told() -> None:
    store = example([NOW - 5, NOW - 200_000])
    store.lookback = 0

    def expire(_: str) -> None:
        if len(store.asked) > 2:
            raise Refused(401, "unauthenticated", "token expired")

    store.before = expire
    with pytest.raises(FetchError, match=r"does not let us in \(401\)"):
        served("pyroscope", store, f"{TYPE}&from={NOW - 259_200}")


def test_an_answer_that_is_larger_than_allowed_is_refused_with_the_setting_to_raise() -> None:
    with serving("pyroscope", example([NOW - 5])) as place:
        source = query.parse(f"pyroscope://{place}?query={TYPE}&from={NOW - 60}&to={NOW}")
        with pytest.raises(ProfileError, match=r"raise the setting pprofLens\.limits\.profileBytes"):
            fleet.fetch(source, limit=1000)


def test_what_is_cancelled_between_two_pieces_asks_for_no_more() -> None:
    store = example([NOW - 5, NOW - 200_000])
    store.lookback = 0
    with serving("pyroscope", store) as place:
        source = query.parse(f"pyroscope://{place}?query={TYPE}&from={NOW - 259_200}&to={NOW}")
        with pytest.raises(Cancelled):
            fleet.fetch(source, limit=1 << 24, cancelled=lambda: len(store.asked) > 1)
    assert len(store.asked) <= 3


def test_a_server_with_many_services_is_listed_faster_than_anyone_notices() -> None:
    store = Store(lookback=0)
    one = example([NOW - 5]).kept[0]
    labels = [{"service_name": f"service-{i}", "region": "eu", "pod": f"pod-{i}"} for i in range(200)]
    store.kept = [one._replace(labels=of, moment=NOW - 60 * j) for of in labels for j in range(24 * 60)]
    with serving("pyroscope", store) as place:
        source = query.parse(f"pyroscope://{place}?query=memory&from={NOW - 3600}&to={NOW}")
        names, labels_there = fleet.label_values(source, "service_name"), fleet.label_names(source)
    began = time.perf_counter()
    found = selector.offers(selector.typed("service-1"), labels_there, names, "service_name").offers
    assert time.perf_counter() - began < 0.3
    assert len(found) == 111
    assert (found[0].text, found[0].told) == ('{service_name="service-1"}', "service_name")


@pytest.mark.parametrize(
    ("text", "matchers", "begun"),
    [
        ("", (), ("", "", "")),
        ("sho", (), ("", "", "sho")),
        ('{a="b"}', ('a="b"',), ("", "", "")),
        ('{a="b", c=~"d.*|e,f", g', ('a="b"', 'c=~"d.*|e,f"'), ("", "", "g")),
        ('a!="b\\"c", d!~"x', ('a!="b\\"c"',), ("d", "!~", "x")),
        ("{a=", (), ("a", "=", "")),
        ('{"', (), ("", "", "")),
    ],
)
def test_a_selector_is_read_as_far_as_it_is_typed(text: str, matchers: tuple[str, ...], begun: tuple[str, ...]) -> None:
    assert selector.typed(text) == (matchers, *begun)


def test_of_more_names_than_anyone_looks_through_some_are_told_and_that_there_are_more(serve: Loopback) -> None:
    names = json.dumps({"names": [f"name-{i:05}" for i in range(100_000)]}).encode()
    labels = values = fleet.label_names(query.parse(f"pyroscope://{serve(answers(names))}"))
    assert len(labels) == MOST_NAMES + 1
    assert calls_for(lambda: selector.offers(selector.typed("1"), labels, values, "service")) < 20_000
    found = selector.offers(selector.typed(""), labels, values, "service")
    assert len(found.offers) == 401
    assert found.more == "There are more than these 200: type more of the one that is meant."
    assert "select by another label" in selector.offers(selector.typed("99999"), labels, values, "service").more


def test_a_pattern_is_taken_though_the_server_has_no_such_value() -> None:
    found = selector.offers(selector.typed('{region=~"eu|u'), ("region",), ("eu", "us"), "service_name").offers
    assert [offer.text for offer in found] == ['{region=~"eu|u"}']
    whole = selector.offers(selector.typed('{region=~"eu|us"}'), ("region", "pod"), ("shop",), "service_name").offers
    assert [offer.text for offer in whole] == [
        '{region=~"eu|us"}',
        '{region=~"eu|us", service_name="shop"}',
        '{region=~"eu|us", pod="',
    ]
