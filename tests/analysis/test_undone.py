"""What the source leaves undone, by the line that waits: Go in, lines out. It ends in `// waits`."""

from functools import partial

import pytest

from pprof_lens.analysis.undone import Cancel, cancel_of, returns_locked
from pprof_lens.profile.stacks import Frame


def waiting(text: str) -> tuple[Frame, dict[int, str]]:
    lines = dict(enumerate(text.split("\n"), 1))
    return Frame("main.f", "main.go", next(n for n, line in lines.items() if line.endswith("// waits"))), lines


EARLY = """func (a *account) take(n int) error {
	a.mu.Lock()
	if a.left < n {
		return errEmpty
	}
	a.left -= n
	a.mu.Unlock()
	return nil
}
func (a *account) add(n int) {
	a.mu.Lock() // waits
	defer a.mu.Unlock()
}"""


def locked(text: str) -> int | None:
    frame, lines = waiting(text)
    left = returns_locked(frame, lambda _, number: lines.get(number))
    return left.line if left is not None else None


def test_a_return_that_keeps_the_lock_is_named() -> None:
    assert locked(EARLY) == 4
    assert locked(EARLY.replace("return errEmpty", 'panic("empty")')) == 4
    assert locked(EARLY.replace("a.mu.Lock()", "a.mu.RLock()").replace("a.mu.Unlock()", "a.mu.RUnlock()")) == 4


def test_a_return_in_another_file_is_named_where_the_function_is_of_the_type_whose_lock_it_is() -> None:
    take, add = EARLY.split("\nfunc ")
    for text, left in ((take, Frame("a.f", "a/take.go", 4)), (take.replace("*account", "*basket"), None)):
        files = {"a/": "add.go\ntake.go", "a/add.go": f"func {add}", "a/take.go": text}
        known = {path: content.split("\n") for path, content in files.items()}
        assert returns_locked(Frame("a.f", "a/add.go", 2), partial(line_of, known)) == left


@pytest.mark.parametrize("own", ["\tvar mu sync.Mutex", "\tmu := &sync.Mutex{}", "\tuse()"])
def test_a_return_that_keeps_another_lock_of_that_name_is_not_named(own: str) -> None:
    """Each function has its own, made there or handed to it."""
    takes = "\tmu.Lock()\n\tif full {\n\t\treturn errFull\n\t}\n\tmu.Unlock()"
    keeps = f"func keep(mu *sync.Mutex) error {{\n{own}\n{takes}\n}}"
    waits = f"func wait({'mu *sync.Mutex' if 'use' in own else ''}) {{\n{own}\n\tmu.Lock() // waits\n\tmu.Unlock()\n}}"
    assert locked(f"{keeps}\n{waits}") is None
    assert locked(f"var mu sync.Mutex\n\n{keeps}\n{waits}".replace(own, "").replace("(mu *sync.Mutex)", "()")) == 7


def line_of(files: dict[str, list[str]], path: str, line: int) -> str | None:
    return dict(enumerate(files.get(path, ()), 1)).get(line)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("\t\treturn errEmpty", "\t\ta.mu.Unlock()\n\t\treturn errEmpty"),
        ("\ta.mu.Lock()\n\tif", "\ta.mu.Lock()\n\tdefer a.mu.Unlock()\n\tif"),
        ("\ta.mu.Unlock()\n\treturn nil", "\treturn nil"),
        ("a.mu.Lock()\n\tif", "a.other.Lock()\n\tif"),
        ("return errEmpty", "a.left = n"),
    ],
)
def test_a_lock_that_is_unlocked_on_each_way_or_by_others_is_not(before: str, after: str) -> None:
    assert before in EARLY
    assert locked(EARLY.replace(before, after)) is None


def test_a_function_that_is_too_long_to_be_gone_through_for_each_of_its_locks_is_not() -> None:
    assert locked(EARLY.replace("\tif a.left", "\n" * 150 + "\tif a.left")) == 154
    assert locked(EARLY.replace("\tif a.left", "\n" * 250 + "\tif a.left")) is None


@pytest.mark.parametrize(
    ("made", "rest", "cancel"),
    [
        ("ctx, _ := context.WithCancel(parent)", "", Cancel(2, "_")),
        ("ctx, stop := context.WithCancel(parent)", "defer stop()", Cancel(2, "stop", 3)),
        ("ctx, stop := context.WithCancelCause(parent)", "keep(stop)", Cancel(2, "stop")),
        ("ctx, stop := context.WithTimeout(parent, time.Hour)", "defer stop()", Cancel(2, "")),
        ("ctx := context.WithoutCancel(parent)", "", None),
        ("other, _ := context.WithCancel(parent)", "", None),
    ],
)
def test_what_ends_a_context_is_known_where_it_is_made_in_the_same_function(
    made: str, rest: str, cancel: Cancel | None
) -> None:
    frame, lines = waiting(f"func f(parent context.Context) {{\n\t{made}\n\t{rest}\n\t<-ctx.Done() // waits\n}}")
    assert cancel_of(frame, lambda _, number: lines.get(number)) == cancel
    assert cancel_of(frame, lambda *_: None) is None
