"""The comment by which a profile of a fleet says where it comes from; any profile may have any comment."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from pprof_lens.profile.encode import message
from pprof_lens.profile.origin import Origin, origin_of, with_origin
from pprof_lens.profile.read import read
from pprof_lens.session.maker import load

HEAP = Path(__file__).parent.parent.parent / "examples" / "leaky" / "profiles" / "heap.pprof"
ORIGIN = Origin("production", 'memory{service_name="shop"}', 1000.0, 1060.5, ("1a2b3c4",), "https://x/y", "cmd", 1030.0)
FIELDS = {"source": "s", "query": "q", "since": 1, "until": 2, "commits": [], "repository": "", "root": "", "first": 1}


def test_an_origin_is_read_as_it_was_written_and_gives_the_profile_its_time() -> None:
    profile = with_origin(read(HEAP.read_bytes(), limit=1 << 24), ORIGIN)
    assert origin_of(profile) == ORIGIN
    assert (profile.time_nanos, profile.duration_nanos) == (1_060_500_000_000, 60_500_000_000)


def test_the_fields_of_these_tests_are_those_of_an_origin() -> None:
    profile = read(HEAP.read_bytes(), limit=1 << 24)
    assert origin_of(replace(profile, comments=(f"pprof-lens fleet: {json.dumps(FIELDS)}",))) is not None


@pytest.mark.parametrize(
    "comment",
    [
        "",
        "[]",
        "{}",
        "[" * 50_000,
        json.dumps({**FIELDS, "since": float("nan")}),
        json.dumps({**FIELDS, "since": -1}),
        json.dumps({**FIELDS, "until": 1e300}),
        json.dumps({**FIELDS, "since": 3}),
        json.dumps({**FIELDS, "first": float("inf")}),
        json.dumps({**FIELDS, "source": 1}),
        json.dumps({**FIELDS, "commits": 1}),
    ],
)
def test_a_comment_that_says_nothing_of_an_origin_is_a_comment(comment: str) -> None:
    profile = read(HEAP.read_bytes(), limit=1 << 24)
    assert origin_of(replace(profile, comments=(f"pprof-lens fleet: {comment}",))) is None


def test_what_a_profile_says_of_its_place_is_no_markup(tmp_path: Path) -> None:
    profile = with_origin(read(HEAP.read_bytes(), limit=1 << 24), replace(ORIGIN, source="[x](command:y)\n# z"))
    file = tmp_path / "heap.pprof"
    file.write_bytes(message(profile))
    deployment = load(str(file), "", limit=1 << 24, folder=str(tmp_path)).files.build.deployment
    assert deployment is not None
    assert deployment.place == "_x__command:y____z"
