"""Who holds what a line allocates: which lines tell a type, and the rows of the hover."""

import pytest

from pprof_lens.analysis.holders import Holder
from pprof_lens.annotate.findings import Finding
from pprof_lens.annotate.held import allocated_type, by_holders, rows


@pytest.mark.parametrize(
    ("text", "of_type"),
    [
        ("\treturn &Session{", "example.com/shop/cache.Session"),
        ("\ts := new(Session)", "example.com/shop/cache.Session"),
        ("\treturn &other.Session{}", ""),
        ("\treturn &List[int]{}", ""),
        ("\ta, b := &A{}, &B{}", ""),
        ("\treturn make([]byte, 9)", ""),
        ("\tif ready &&Session{} == s {", ""),
    ],
)
def test_a_line_tells_the_type_that_it_makes(text: str, of_type: str) -> None:
    assert allocated_type(text, "example.com/shop/cache.(*Sessions).Open") == of_type


def test_holders_are_told_by_their_chain_from_the_root() -> None:
    deep = ("example.com/shop/server.shop", *"abcdef")
    held = {"a.b/cache.S": (Holder(22_572_564, 14033, ("main.shop", "byToken", "$mapval")), Holder(1, 1, deep))}
    assert rows("a.b/cache.S", held) == [
        "",
        "cache.S held by",
        "                  21.53MB   14033  main.shop → byToken → $mapval",
        "                       1B       1  server.shop → … → c → d → e → f",
    ]
    assert rows("a.b/cache.Other", held) == []


def test_a_finding_names_who_holds_most_of_what_its_line_makes() -> None:
    finding = Finding("heap-growth", "cache.go", 5, "main.(*Sessions).Open", "in use here grew.")
    held = {"main.Session": (Holder(2048, 9, ("shop.sessions", "byToken")), Holder(8, 1, ("shop.old",)))}
    told = by_holders(finding, "\treturn &Session{", held).message
    assert told == "in use here grew; 2kB of it held by shop.sessions → byToken."
    assert by_holders(finding, "\treturn &Other{", held) is finding
