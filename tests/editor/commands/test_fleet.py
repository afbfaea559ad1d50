"""What a picker of a fleet is told, of however many names."""

from pprof_lens.editor.commands.fleet import types_of


def test_of_more_profiles_than_anyone_looks_through_the_first_are_told_and_that_there_are_more() -> None:
    found = types_of(f"memory:type-{i:06}:bytes:space:bytes" for i in reversed(range(50_001)))
    assert len(found.types) == 501
    assert [kind.label for kind in found.types[:2]] == ["memory", "memory type-000000"]
    assert found.more.startswith("The server has more than these 500 profiles")
    assert types_of(["cpu:cpu:nanoseconds"]).more == ""
