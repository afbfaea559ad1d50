"""Why lines allocate, asked of the Go of the test environment: what is told of each line against its comments."""

import os
import shutil
import sys
from collections import defaultdict
from pathlib import Path

import pytest

from pprof_lens.annotate import reasons as words
from pprof_lens.bench.compiler import explain
from pprof_lens.profile.errors import Cancelled, ProfileError
from pprof_lens.source.gofuncs import functions
from pprof_lens.source.reasons import Place, Reason, reasons, source_of

HERE = Path(__file__).parent
GO = os.environ.get("EXPLAINED_BY", str(Path(sys.executable).with_name("go")))


def told(folder: Path, answers: Path) -> dict[int, list[str]]:
    """What is told of each line of the module that has a reason."""
    (path,) = folder.glob("*.go")
    declared = functions(path.read_text(encoding="utf-8"))

    def function_at(at: Place) -> str:
        return next((one.name for one in declared if one.line <= at.line <= one.end_line), "")

    found: dict[int, list[Reason]] = defaultdict(list)
    for reason in explain(GO, str(folder), answers, lambda: False)[str(path)]:
        found[reason.at.line].append(reason)
    return {line: list(words.of_line(of, "", function_at)) for line, of in sorted(found.items())}


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


def test_each_line_that_allocates_is_told_why_and_no_other_line_is(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(HERE / "explained", tmp_path / "explained"))
    answers = tmp_path / "answers"
    answers.mkdir()
    assert told(folder, answers) == wanted((folder / "explained.go").read_text(encoding="utf-8"))


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
    assert [reason.what for reason in reasons([*odd, good], "a.go")] == ["x", "x", "x"]
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
    assert words.of_line((), text, lambda _: "") == (f"The compiler gives no reason here: {why}.",)
