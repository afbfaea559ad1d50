"""Pyroscope and Parca themselves: what the editor shows, beside what `go tool pprof` says of what they hand out.

A running example is scraped for two minutes, by Parca itself and for Pyroscope as a collector does it.
"""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from pygls.exceptions import JsonRpcException

from editor import Start
from fleet_servers import EVERY_SECONDS, Parca, Pyroscope, Scrape, Server, collected, kept, leaky
from oracle import lines
from pprof_lens.profile.prune import remove_uninteresting
from pprof_lens.profile.read import read
from protocol.fleet.asked import Tell, by_pprof, column, started, url

SECONDS = 120
SELECTOR = '{service_name="leaky"}'
LABELS = {"service_name": "leaky", "region": "eu", "service_git_ref": "1a2b3c4d" * 5}
FILE = "internal/cache/cache.go"


class Fed(NamedTuple):
    """A server that has had a program's profiles for two minutes, and what that program handed out."""

    server: Server
    scrapes: list[Scrape]
    since: float
    until: float


@pytest.fixture(scope="module", params=["pyroscope", "parca"])
def fed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fed]:
    folder = tmp_path_factory.mktemp(request.param)
    since = time.time()
    with leaky(folder) as program, kept(program) as (place, scrapes):
        if request.param == "parca":
            with Parca.running(folder, scrapes=place, **LABELS) as parca:
                time.sleep(SECONDS)
                yield Fed(parca, scrapes, since, time.time())
        else:
            with Pyroscope.running(folder) as pyroscope, collected(place, pyroscope, **LABELS):
                time.sleep(SECONDS)
                yield Fed(pyroscope, scrapes, since, time.time())


async def test_a_picker_is_offered_what_it_has(start: Start, fed: Fed) -> None:
    editor = await started(start, fed.server)
    types = (await editor.run("fleetTypes", source="fleet://production"))["types"]
    of = types[0]["told"].split(", ")  # a Pyroscope has no type of which nothing was added in between
    assert types[0]["query"] == "memory"
    assert of == sorted(of)
    assert {"inuse_objects", "inuse_space"} <= set(of)
    assert any(row["query"].startswith("process_cpu:cpu:nanoseconds:cpu:nanoseconds") for row in types)
    found = (await editor.run("fleetOffers", source="fleet://production", type="memory", text="lea"))["offers"]
    assert SELECTOR in {offer["text"] for offer in found}
    regions = await editor.run("fleetOffers", source="fleet://production", type="memory", text='{region="')
    assert '{region="eu"}' in {offer["text"] for offer in regions["offers"]}


@pytest.mark.parametrize("name", ["memory", "process_cpu"])
async def test_each_figure_is_what_pprof_says_of_what_it_hands_out(
    start: Start, fed: Fed, name: str, tmp_path: Path, told: Tell
) -> None:
    editor = await started(start, fed.server)
    since, until = round(fed.since, 3), round(fed.until, 3)
    profile = (await editor.run("load", source=url(f"{name}{SELECTOR}", from_=since, to=until)))["profile"]
    loaded = read(Path((await editor.run("status"))["paths"][0]).read_bytes(), limit=1 << 28)
    ours = lines.ours(remove_uninteresting(loaded))
    period = "space:bytes" if name == "memory" else "cpu:nanoseconds"
    delta = ":delta" if fed.server.kind == "parca" and name == "process_cpu" else ""
    for i, of in enumerate(profile["sample_types"]):
        type_id = f"{name}:{of['type']}:{of['unit']}:{period}{delta}"
        theirs = column(by_pprof(fed.server.handed_out(type_id, SELECTOR, since, until), tmp_path), 0)
        assert theirs
        assert column(ours, i) == theirs
        told(f"{fed.server.kind} {type_id}: {len(theirs)} lines as pprof has them")


async def test_a_line_in_the_editor_has_the_figure_of_pprof(start: Start, fed: Fed, tmp_path: Path, told: Tell) -> None:
    editor = await started(start, fed.server)
    since, until = round(fed.since, 3), round(fed.until, 3)
    type_id = "memory:inuse_space:bytes:space:bytes"
    await editor.run("load", source=url(f"{type_id}{SELECTOR}", from_=since, to=until))
    await editor.open(FILE)
    rows = (await editor.run("lines", uri=editor.uri(FILE)))["lines"]
    theirs = by_pprof(fed.server.handed_out(type_id, SELECTOR, since, until), tmp_path)
    of_file = {line: both for (file, line), both in column(theirs, 0).items() if file.endswith(FILE)}
    assert of_file
    assert {row["profileLine"]: (row["flat"], row["cum"]) for row in rows} == of_file
    told(f"{fed.server.kind} {FILE}: lines {sorted(of_file)} in the editor as pprof has them")


async def test_a_moment_is_the_one_scrape_before_it(start: Start, fed: Fed, tmp_path: Path, told: Tell) -> None:
    editor = await started(start, fed.server)
    heaps = [scrape for scrape in fed.scrapes if scrape.path == "/debug/pprof/allocs"]
    before, scrape = heaps[-3:-1]
    assert scrape.moment - before.moment < EVERY_SECONDS * 1.5
    at = round(scrape.moment + 2, 3)
    type_id = "memory:inuse_space:bytes:space:bytes"
    await editor.run("load", source=url(f"{type_id}{SELECTOR}", at=at))
    loaded = read(Path((await editor.run("status"))["paths"][0]).read_bytes(), limit=1 << 28)
    program = by_pprof(scrape.body, tmp_path)
    assert column(lines.ours(remove_uninteresting(loaded)), 0) == column(program, 3)
    told(
        f"{fed.server.kind} at one moment: {len(column(program, 3))} lines as pprof has them of the program's own heap"
    )


async def test_a_range_is_compared_with_another(start: Start, fed: Fed, told: Tell) -> None:
    editor = await started(start, fed.server)
    since, until, middle = (round(at, 3) for at in (fed.since, fed.until, (fed.since + fed.until) / 2))
    query = f"memory:inuse_space:bytes:space:bytes{SELECTOR}"
    totals = [
        (await editor.run("load", source=url(query, from_=a, to=b)))["profile"]["total"]
        for a, b in ((since, until), (since, middle))
    ]
    await editor.run("load", source=url(query, from_=since, to=until), base=url(query, from_=since, to=middle))
    status = await editor.run("status")
    assert status["comparing"]
    assert status["total"].startswith(f"+{(totals[0] - totals[1]) / (1 << 20):.2f}MB")
    told(f"{fed.server.kind} compared: {status['total']}")


async def test_it_is_refreshed_as_the_program_goes_on(start: Start, fed: Fed, told: Tell) -> None:
    editor = await started(start, fed.server)
    query = url(f"memory:inuse_space:bytes:space:bytes{SELECTOR}", from_="now-1h")
    first = (await editor.run("load", source=query, refreshSeconds=5))["profile"]["total"]

    async def grew() -> bool:
        return bool((await editor.run("status"))["profile"]["total"] > first)

    await editor.eventually(grew)
    told(f"{fed.server.kind} refreshed: more than {first} bytes")
    await editor.run("unwatch")


async def test_the_commit_of_its_labels_is_told(start: Start, fed: Fed) -> None:
    editor = await started(start, fed.server)
    await editor.run("load", source=url(f"memory:inuse_space:bytes:space:bytes{SELECTOR}", from_="now-1h"))
    loaded = Path((await editor.run("status"))["paths"][0]).read_bytes()
    assert '"commits": ["' + LABELS["service_git_ref"] + '"]' in "".join(read(loaded, limit=1 << 28).comments)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ('memory{service_name="other"}', "production: no profile matches the query in this time range."),
        ("nothing{}", "production has no profile nothing in this time range."),
        ("memory:inuse_space:bytes:space:bytes{a=}", "production answers with an error (400): "),
    ],
)
async def test_what_it_has_not_is_one_sentence(start: Start, fed: Fed, query: str, said: str) -> None:
    editor = await started(start, fed.server)
    with pytest.raises(JsonRpcException) as caught:
        await editor.run("load", source=url(query, from_="now-1h"))
    assert str(caught.value).startswith(said)
