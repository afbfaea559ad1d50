"""What Go's own toolchains say of waiting goroutines, read alike in each form in which they say it."""

import os
import subprocess
from collections import Counter
from pathlib import Path

import pytest

from lines.matrix import VERSIONS, go
from pprof_lens.analysis.series import of_profiles
from pprof_lens.analysis.verdict import Finder
from pprof_lens.annotate.findings import in_words
from pprof_lens.profile.goroutines import GoroutineGroup, goroutine_groups
from pprof_lens.profile.read import read

MODULE = Path(__file__).parent / "module"
EACH = 3
LABELS = {"path": "/api/v1/users?id=3, or 4", "user name": 'say "hi" to {all}', "ünï": "zwölf: 12"}


@pytest.fixture(scope="module", params=[VERSIONS[0], *VERSIONS[-2:]])
def told(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """By its form what a program built by that Go says: proto, text, dump, and the panic that ends it."""
    return {**forms(request.param, tmp_path_factory.mktemp("dumps")), "go": request.param.encode()}


def forms(version: str, folder: Path) -> dict[str, bytes]:
    own = {name: value for name, value in os.environ.items() if not name.startswith("GO")}
    environ = {**own, "GOTOOLCHAIN": "local", "GOPROXY": "off", "GOFLAGS": "", "GOWORK": "off", "CGO_ENABLED": "0"}
    program = folder / "program"
    subprocess.run([str(go(version)), "build", "-o", str(program), "."], cwd=MODULE, env=environ, check=True)
    loud = {**environ, "GOTRACEBACK": "all", "GODEBUG": "tracebacklabels=1"}
    ended = subprocess.run([program, folder], env=loud, capture_output=True, timeout=60, check=False)
    assert ended.returncode == 2
    return {name: (folder / name).read_bytes() for name in ("proto", "text", "dump")} | {"panic": ended.stderr}


def groups(told: bytes) -> tuple[GoroutineGroup, ...]:
    return goroutine_groups(read(told, limit=1 << 30))


def is_own(frame_file: str) -> bool:
    return frame_file.endswith("/dumps/module/main.go")


def by_line(told: bytes) -> dict[int, int]:
    """By the innermost line of the program how many goroutines wait there; the main one is left out."""
    found: Counter[int] = Counter()
    for group in groups(told):
        own = [frame for frame in group.frames if is_own(frame.file)]
        if own and own[-1].function != "main.main":
            found[own[0].line] += group.count
    return dict(found)


def marked() -> dict[int, int]:
    lines = (MODULE / "main.go").read_text(encoding="utf-8").split("\n")
    return {number: EACH for number, line in enumerate(lines, 1) if line.endswith("// waits")}


@pytest.mark.parametrize("form", ["proto", "text", "dump", "panic"])
def test_each_form_has_the_goroutines_on_the_lines_where_they_wait(told: dict[str, bytes], form: str) -> None:
    assert {line: count for line, count in by_line(told[form]).items() if line in marked()} == marked()


def test_the_text_of_a_profile_gives_the_findings_of_the_proto(told: dict[str, bytes]) -> None:
    """But for a nil channel, which no line shows: the text has none of the runtime's frames that tell it."""
    text = (MODULE / "main.go").read_text(encoding="utf-8").split("\n")

    def source_line(_: str, line: int) -> str | None:
        return text[line - 1] if line <= len(text) else None

    def found(form: str) -> set[str]:
        evidence = of_profiles([read(told[form], limit=1 << 30)])
        verdicts = Finder().find(evidence, source_line, frozenset({"example.com/dumps"}))
        return {in_words(verdict).message for verdict in verdicts if verdict.accuses}

    many = {message for message in found("proto") if "nil channel" not in message}
    assert [message.split(";")[0] for message in many] == [
        "120 goroutines are stuck here, sending on a channel that nobody receives from"
    ]
    assert found("text") == many


@pytest.mark.parametrize("form", ["proto", "text"])
def test_labels_are_those_that_the_program_set(told: dict[str, bytes], form: str) -> None:
    of_waiting = [dict(group.labels) for group in groups(told[form]) if any(f.line in marked() for f in group.frames)]
    assert of_waiting
    assert all(labels == {key: (value,) for key, value in LABELS.items()} for labels in of_waiting)


def test_a_dump_has_the_labels_too_where_that_go_tells_them(told: dict[str, bytes]) -> None:
    waiting = (group for group in groups(told["panic"]) if any(f.line in marked() for f in group.frames))
    expected = {key: (value,) for key, value in LABELS.items()} if told["go"].decode() >= "1.26" else {}
    assert all(dict(group.labels) == expected for group in waiting)
