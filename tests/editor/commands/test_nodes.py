"""Ids of call tree nodes: a path out and back, and anything else refused."""

from dataclasses import replace

import pytest

from pprof_lens.analysis import index as indexes
from pprof_lens.analysis.call_tree import DeclarationRoot, FunctionRoot, LineRoot, Root
from pprof_lens.analysis.filter import Filter
from pprof_lens.analysis.series import Evidence
from pprof_lens.editor.commands.nodes import NodeId, read, root_of_function, write
from pprof_lens.profile.errors import ProfileError
from pprof_lens.session.goal import Source
from pprof_lens.session.snapshot import Files, Snapshot
from pprof_lens.source.versions import Build
from profiles import drawn

INDEX = indexes.build(drawn("f a.go:1; g a.go:2; h a.go:3 = 1"))
SNAPSHOT = Snapshot(
    generation=7,
    source=Source("x", ()),
    stamps=(),
    whole=INDEX,
    index=INDEX,
    column=0,
    note="",
    filter=Filter(),
    files=Files((), (), {}, {}, Build((), 0)),
    evidence=Evidence(),
    holders={},
)


@pytest.mark.parametrize("root", [FunctionRoot(0), DeclarationRoot(1), LineRoot(2)])
def test_an_id_is_the_path_from_the_root(root: Root) -> None:
    parent = NodeId(root, (1,), "callers")
    assert read(SNAPSHOT, write(SNAPSHOT, parent, 2)) == NodeId(root, (1, 2), "callers")


@pytest.mark.parametrize(
    "text",
    [
        "", "7", "7/callers/f0", "7/callers/f0/", "7/callers/f0/3", "7/callers/f0/-1", "7/callers/f3/1", "7/up/f0/1",
        "7/callers/x0/1", "7/callers/f0/1/2", "7/callers/f0/1..2", "7/callers/f/1", "7/callers/f0/" + "9" * 40,
        "7/callers/f0/\u0661",
    ],
)  # fmt: skip
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ProfileError, match=r"^That is not a node of a call tree\.$"):
        read(SNAPSHOT, text)


def test_an_id_of_an_older_profile_says_so() -> None:
    with pytest.raises(ProfileError, match="The profile has changed since"):
        read(SNAPSHOT, "6/callers/f0/1")


def test_a_function_is_known_by_its_name_and_as_it_is_shown_unless_several_are_shown_so() -> None:
    index = indexes.build(drawn("a.com/x/tree.Walk a.go:1; b.com/y/tree.Walk b.go:2; a.com/x/tree.Grow a.go:3 = 1"))
    snapshot = replace(SNAPSHOT, whole=index, index=index)
    for name in ("a.com/x/tree.Grow", "tree.Grow"):
        assert root_of_function(snapshot, name) in (FunctionRoot(2), DeclarationRoot(2))
    with pytest.raises(ProfileError, match=r"^2 functions of the profile are shown as tree\.Walk; give the whole name"):
        root_of_function(snapshot, "tree.Walk")
    generic = indexes.build(
        drawn("a.com/x.Map[go.shape.int_0].Get a.go:1; a.com/x.Map[go.shape.string_0].Get a.go:1 = 1")
    )
    assert root_of_function(replace(SNAPSHOT, whole=generic, index=generic), "x.Map[string].Get") == FunctionRoot(1)
    with pytest.raises(ProfileError, match=r"^The profile has no function of that name\.$"):
        root_of_function(snapshot, "Walk")
