"""Why lines allocate, asked of the Go of the test environment: what is told of each line against its comments."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from pprof_lens.annotate import reasons as words
from pprof_lens.bench.compiler import explain
from pprof_lens.bench.run import Go
from pprof_lens.profile.errors import Cancelled, ProfileError
from pprof_lens.source.reasons import NotInlined, Place, Reason, decisions, explained, source_of

HERE = Path(__file__).parent
GO = Go(str(Path(sys.executable).with_name("go")), dict(os.environ))


def toolchain(version: str) -> Go:
    """The Go of that release, in the user's cache."""
    command = ["node", str(HERE.parents[1] / "scripts" / "toolchain.mjs"), version]
    program = subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
    return Go(program, dict(os.environ))


def told(go: Go, folder: Path, answers: Path) -> dict[int, list[str]]:
    """What is told of each line of the module that has a reason."""
    (path,) = folder.glob("*.go")
    of = explained(str(path), path.read_text("utf-8"), explain(go, str(folder), answers, lambda: False)[str(path)])
    return {line: list(words.of_line(of, line, "")) for line in sorted(of.by_line)}


def wanted(text: str) -> dict[int, list[str]]:
    """The sentences of the comments above each line."""
    found: dict[int, list[str]] = {}
    waiting: list[str] = []
    for number, line in enumerate(text.split("\n"), 1):
        if "// why " in line:
            waiting.append(line.partition("// why ")[2])
        elif waiting:
            found[number], waiting = waiting, []
    return found


@pytest.mark.parametrize("release", ["1.24.11", "1.27.3"])
def test_each_line_that_allocates_is_told_why_and_no_other_line_is(tmp_path: Path, release: str) -> None:
    folder = Path(shutil.copytree(HERE / "explained", tmp_path / "explained"))
    answers = tmp_path / "answers"
    answers.mkdir()
    assert told(toolchain(release), folder, answers) == wanted((folder / "explained.go").read_text(encoding="utf-8"))


def test_a_package_that_does_not_build_is_told_with_its_first_error(tmp_path: Path) -> None:
    (tmp_path / "go.mod").write_text("module m\n\ngo 1.24\n", encoding="utf-8")
    (tmp_path / "m.go").write_text("package m\n\nvar x = y\n", encoding="utf-8")
    answers = tmp_path / "answers"
    answers.mkdir()
    with pytest.raises(ProfileError, match=r"m\.go:3:9: undefined: y$"):
        explain(GO, str(tmp_path), answers, lambda: False)
    with pytest.raises(Cancelled):
        explain(GO, str(tmp_path), answers, lambda: True)


def test_rows_that_cannot_be_understood_are_left_out() -> None:
    good = b'{"range":{"start":{"line":3}},"code":"escape","message":"x escapes to heap"}'
    odd = [b"", b"{", b"[]", b'"escape"', good.replace(b"x esc", b"x does not esc").replace(b" to heap", b"")]
    odd += [good.replace(b'"line":3', b'"line":"three"'), good[:-1] + b',"relatedInformation":[1,{"message":2}]}']
    assert [of.what for of in decisions([*odd, good], "a.go") if isinstance(of, Reason)] == ["x", "x", "x"]
    assert source_of(b'{"version":0,"file":"a.go"}') == "a.go"
    assert [source_of(row) for row in (b"", b"{}", b'{"version":1,"file":"a.go"}')] == ["", "", ""]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("c := make(chan int)", "a channel is always on the heap"),
        ("m[key] = value", "a map that takes a new key may have to grow"),
        ("counts[word]++", "a map that takes a new key may have to grow"),
        ("xs = append(xs, x)", "append makes a larger array once the capacity is used up"),
        ("b := make([]byte, n)", "what make returns is made at run time where its size is only known there"),
        ("text += `", "putting strings together makes a new one"),
        ("go serve(c)", "starting a goroutine allocates what it is given"),
        ("return s.parse(text)", "what allocates is in a call on this line, compiled into it or made by the runtime"),
    ],
)
def test_where_the_compiler_is_silent_the_line_itself_is_looked_at(text: str, why: str) -> None:
    assert words.of_line(explained("m.go", text, ()), 1, text) == (f"The compiler gives no reason here: {why}.",)


GROWN = """package m

func f(n int) [][]int {
\tvar s, kept, t []int
\tfor i := range n {
\t\ts = append(s, i)
\t\tt = append(t, s[0])
\t}
\tfor range t {
\t}
\tkept = s
\treturn [][]int{kept, t}
}

func g(s []int) []int {
\tif len(s) == 0 {
\t\treturn nil
\t}
\treturn s
}
"""


def test_a_slice_that_grew_on_the_stack_is_told_where_it_leaves_it() -> None:
    of = explained("m.go", GROWN, ())
    told = {
        line: words.of_line(of, line, text)[0].partition("begun ")[2].partition(" on")[0]
        for line, text in enumerate(GROWN.split("\n"), 1)
    }
    assert {line: name for line, name in told.items() if name} == {9: "`t`", 11: "`s`", 12: "`t`"}


@pytest.mark.parametrize(
    ("why", "told"),
    [
        (
            "cost 72 of m/cells.fill exceeds max caller cost 20",
            "`cells.fill` is not inlined here: it costs 72, and here what costs more than 20 is not.",
        ),
        ("recursive call to fill", "`fill` is not inlined here once more: it calls itself."),
        ("what no compiler said yet", "what no compiler said yet."),
    ],
)
def test_a_call_on_the_line_that_is_not_inlined_is_told_with_its_reason(why: str, told: str) -> None:
    call = NotInlined(Place("m.go", 1), "call", why)
    assert words.of_line(explained("m.go", "", (call, call)), 1, "")[1:] == (told,)
