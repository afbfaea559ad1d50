"""Whose line a stack is put on."""

import pytest

from pprof_lens.analysis.blame import blame, is_own_code, library, owned_by
from pprof_lens.profile.stacks import Frame

MODCACHE = "/home/me/go/pkg/mod/github.com/acme/queue@v1.2.3/queue.go"


def frames(*names: str) -> tuple[Frame, ...]:
    return tuple(Frame(name.split()[0], name.split()[1], 7) for name in names)


@pytest.mark.parametrize(
    ("frame", "whose"),
    [
        (Frame("strings.Repeat", "/usr/local/go/src/strings/strings.go", 1), "the standard library"),
        (Frame("github.com/acme/queue.Put", MODCACHE, 1), "github.com/acme/queue"),
        (Frame("github.com/acme/queue.Put", "github.com/acme/queue@v1.2.3/queue.go", 1), "github.com/acme/queue"),
        (Frame("github.com/acme/queue.Put", "/w/vendor/github.com/acme/queue/queue.go", 1), "github.com/acme/queue"),
        (Frame("github.com/acme/queue/internal/ring.New", MODCACHE, 1), "github.com/acme/queue/internal/ring"),
        (Frame("time.Sleep", "/opt/go/src/runtime/time.go", 1), "the standard library"),
        (Frame("net._C2func_getaddrinfo", "_cgo_gotypes.go", 1), "the standard library"),
        (Frame("strings.Repeat", "C:/Go/src/strings/strings.go", 1), "the standard library"),
        (Frame("log/shipper.Ship", "/home/me/shipper/ship.go", 1), ""),
        (Frame("github.com/acme/queue.Put", "external/com_github_acme_queue/queue.go", 1), "github.com/acme/queue"),
        (
            Frame("github.com/acme/queue/ring.New", "external/gazelle++go_deps+com_github_acme_queue/ring/ring.go", 1),
            "github.com/acme/queue/ring",
        ),
        (Frame("example.com/shop/external/cache.Put", "/w/external/cache/cache.go", 1), ""),
        (Frame("main.main", "/home/me@vm/main.go", 1), ""),
        (Frame("main.main", "/w/main.go", 1), ""),
        (Frame("example.com/shop/cache.Put", "example.com/shop/cache/cache.go", 1), ""),
    ],
)
def test_whose_code_a_frame_is(frame: Frame, whose: str) -> None:
    assert library(frame) == whose


@pytest.mark.parametrize(
    ("frame", "own"),
    [
        (Frame("log/shipper.Ship", "log/shipper/ship.go", 1), True),
        (Frame("log/shipper/queue.Put", "log/shipper/queue/queue.go", 1), True),
        (Frame("log.Print", "log/log.go", 1), False),
        (Frame("log/shipper.Ship", "/go/pkg/mod/log/shipper@v1.2.3/ship.go", 1), False),
        (Frame("example.com/other.Do", "example.com/other/do.go", 1), True),
    ],
)
def test_what_lies_in_a_module_of_the_workspace_is_own(frame: Frame, own: bool) -> None:  # noqa: FBT001
    assert owned_by(frozenset(("log/shipper",)))(frame) is own


def test_the_line_that_called_into_a_library_is_to_blame_and_the_library_is_named() -> None:
    stack = frames("strings.Repeat strings/strings.go", f"github.com/acme/queue.Put {MODCACHE}", "main.put main.go")
    whose = blame(stack, is_own_code)
    assert whose == (stack[2], 2, "github.com/acme/queue.Put", "github.com/acme/queue")


def test_own_code_at_the_leaf_needs_no_library() -> None:
    assert blame(frames("main.put main.go", "main.main main.go"), is_own_code) == (
        Frame("main.put", "main.go", 7),
        0,
        "",
        "",
    )


def test_a_stack_of_libraries_only_is_nobodys() -> None:
    assert blame(frames("net/http.(*conn).serve net/http/server.go"), is_own_code) is None


def test_the_caller_may_know_better_what_is_its_own() -> None:
    stack = frames(f"github.com/acme/queue.Put {MODCACHE}", "main.put main.go")
    assert blame(stack, lambda frame: "acme" in frame.file) == (stack[0], 0, "", "")
