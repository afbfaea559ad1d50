"""The command line: what it prints, and how it fails."""

import json
import os
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from fleets import Store, example, serving
from loopback import Loopback, Script, answers, says
from messages import bytes_field, number_field, sample
from pprof_lens.cli import main
from pprof_lens.profile.encode import message
from profiles import drawn

EXAMPLE = Path(__file__).parent.parent / "examples" / "leaky"
HEAP = str(EXAMPLE / "profiles" / "heap.pprof")


def _sources() -> str:
    return (Path(os.environ["XDG_CONFIG_HOME"]) / "pprof-lens" / "sources.json").read_text()


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    """Exit status, standard output and standard error of a run."""
    with pytest.raises(SystemExit) as ended:
        main(words)
    out, err = capsys.readouterr()
    assert isinstance(ended.value.code, int)
    return ended.value.code, out, err


def test_lines_are_sorted_and_nonzero_and_found(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, err = run(capsys, "lines", HEAP, "--root", str(EXAMPLE), "--json")
    assert (status, err) == (0, "")
    answer = json.loads(out)
    assert answer["profile"]["kind"] == "heap"
    assert answer["profile"]["sample_type"] == {"type": "inuse_space", "unit": "bytes"}
    assert sum(row["flat"] for file in answer["files"] for row in file["lines"]) == answer["profile"]["total"]
    assert [file["profile_path"] for file in answer["files"]] == sorted(f["profile_path"] for f in answer["files"])
    for file in answer["files"]:
        assert file["how"] == "unresolved" or file["path"] is not None
        assert [row["line"] for row in file["lines"]] == sorted({row["line"] for row in file["lines"]})
        assert all(row["flat"] or row["cum"] for row in file["lines"])
        assert all(row["functions"] for row in file["lines"])


def test_lines_of_another_sample_type(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = run(capsys, "lines", HEAP, "--root", str(EXAMPLE), "--sample-type", "alloc_objects")
    assert status == 0
    assert out.splitlines()[0].split() == ["flat", "cum", "alloc_objects"]


@pytest.mark.parametrize("words", [(), ("--json",)], ids=["text", "json"])
def test_lines_that_repeat_a_long_name_out_of_all_proportion_are_refused(
    words: tuple[str, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pprof_lens.profile.proportion._TOLD_AT_LEAST", 0)
    path = tmp_path / "long.pprof"
    path.write_bytes(message(drawn("\n".join(f"{'f' * 240} a.go:{line} = 1" for line in range(1, 1000)))))
    monkeypatch.setattr("pprof_lens.profile.proportion._TOLD_TIMES", 20)
    assert run(capsys, "lines", *words, str(path))[0] == 0
    monkeypatch.setattr("pprof_lens.profile.proportion._TOLD_TIMES", 2)
    status, out, err = run(capsys, "lines", *words, str(path))
    assert (status, out) == (1, "")
    assert err == "pprof-lens: The report would be out of all proportion to the profile, so it is not made.\n"


@pytest.mark.parametrize(("length", "expected"), [(10, 0), (1000, 1)])
def test_leaks_that_repeat_a_long_name_out_of_all_proportion_are_refused(
    length: int, expected: int, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    wait = "runtime.gopark /go/src/runtime/proc.go:1; runtime.chansend1 /go/src/runtime/chan.go:2"
    path = tmp_path / "long.pprof"
    waiting = (f"{wait}; main.{'x' * length} /w/a.go:{line}; main.main /w/b.go:1 = 9" for line in range(1, 200))
    path.write_bytes(message(drawn("\n".join(waiting), "goroutine/count")))
    monkeypatch.setattr("pprof_lens.profile.proportion._TOLD_AT_LEAST", 100_000)
    monkeypatch.setattr("pprof_lens.profile.proportion._TOLD_TIMES", 2)
    status, out, err = run(capsys, "leaks", "--json", str(path))
    assert status == expected
    assert ("out of all proportion" in err) == (not out) == bool(expected)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("lines", "absent.pprof"), "There is no file absent.pprof."),
        (("lines", str(EXAMPLE)), f"{EXAMPLE} is a folder, not a profile."),
        (("lines", HEAP, "--sample-type", "cpu"), "This profile has no sample type 'cpu'"),
        (("lines", HEAP, "--root", "absent"), "There is no folder absent."),
        (("leaks", HEAP, "--root", "absent"), "There is no folder absent."),
    ],
)
def test_an_error_is_one_line_and_status_1(
    capsys: pytest.CaptureFixture[str], words: tuple[str, ...], said: str
) -> None:
    status, out, err = run(capsys, *words)
    assert (status, out) == (1, "")
    assert err.startswith(f"pprof-lens: {said}")
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("lines",),
        ("nonsense",),
        ("lsp", "--tcp", "nowhere"),
        ("leaks",),
        ("leaks", "--url", "localhost:6060", "--seconds", "-1"),
        ("leaks", "--url", "localhost:6060", "--interval", "nan"),
    ],
)
def test_wrong_usage_is_status_2(capsys: pytest.CaptureFixture[str], words: tuple[str, ...]) -> None:
    assert run(capsys, *words)[0] == 2


@pytest.mark.parametrize(
    "words", [("top",), ("list", "main"), ("top", "--nonsense", HEAP), ("top", "-cum=maybe", HEAP)]
)
def test_wrong_usage_of_a_report_is_one_line_and_status_2(
    capsys: pytest.CaptureFixture[str], words: tuple[str, ...]
) -> None:
    status, out, err = run(capsys, *words)
    assert (status, out) == (2, "")
    assert err.startswith("pprof-lens: ")
    assert err.count("\n") == 1


def test_a_report_without_a_match_is_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "list", "nothing.like.it", HEAP) == (
        1,
        "",
        "pprof-lens: no matches found for regexp: nothing.like.it\n",
    )


def test_a_report_prints_bytes(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["top", "--cum", HEAP, "-nodecount=1"])
    assert ended.value.code == 0
    assert b"      flat  flat%   sum%        cum   cum%\n" in capfdbinary.readouterr().out


def test_the_module_is_the_command() -> None:
    done = subprocess.run([sys.executable, "-m", "pprof_lens", "--version"], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("pprof-lens ")


def test_leaks_are_told_at_their_lines_with_status_3(capsys: pytest.CaptureFixture[str]) -> None:
    series = sorted(map(str, (EXAMPLE / "profiles" / "series").glob("heap-*.pprof")))
    status, out, err = run(capsys, "leaks", *series, "--root", str(EXAMPLE), "--json")
    assert (status, err) == (3, "")
    places = {(Path(found["path"]).name, found["code"]) for found in json.loads(out)["findings"]}
    assert places == {("cache.go", "heap-growth"), ("report.go", "heap-growth")}


def test_a_heap_profile_as_text_tells_what_the_process_has_beside_it(capsys: pytest.CaptureFixture[str]) -> None:
    text = str(EXAMPLE / "profiles" / "heap.debug1.txt")
    told = re.compile(r"^The process: \S+ in use, .*Go holds 107\.21MB of the system\.", re.MULTILINE)
    assert told.search(run(capsys, "leaks", text)[1])


GONE = says("")


class TestWatch:
    """`leaks --url` on a program that the loopback plays."""

    @staticmethod
    def played(serve: Loopback, heaps: Sequence[str], then: Script = GONE) -> str:
        """A program that answers for its heap with these captures of the example, and then no more, or as is said."""
        left = list(heaps)

        def script(connection: socket.socket) -> None:
            path = serve.requests[-1].split()[1]
            if path.startswith("/debug/pprof/goroutineleak"):
                answers(b"Unknown profile", status="404 Not Found")(connection)
            elif path.startswith("/debug/pprof/goroutine"):
                answers((EXAMPLE / "profiles" / "goroutine.pprof").read_bytes())(connection)
            elif left:
                answers((EXAMPLE / "profiles" / "series" / f"{left.pop(0)}.pprof").read_bytes())(connection)
            else:
                then(connection)

        return serve(script)

    def test_a_program_that_dies_is_told_when(self, serve: Loopback, capsys: pytest.CaptureFixture[str]) -> None:
        url = self.played(serve, ["heap-1"])
        _, out, err = run(capsys, "leaks", "--url", url, "--seconds", "0.1", "--root", str(EXAMPLE))
        told = rf"The program stopped answering at \d\d:\d\d:\d\d: {url} closed the connection without an answer\."
        assert re.search(rf"^pprof-lens: {told}$", err, re.MULTILINE)
        assert re.search(rf"^{told}$", out, re.MULTILINE)
        assert f"not to be had: {url} has no profile goroutineleak (404)" in out

    def test_a_program_that_answers_with_a_page_is_not_said_to_be_gone(
        self, serve: Loopback, capsys: pytest.CaptureFixture[str]
    ) -> None:
        url = self.played(serve, ["heap-1"], then=answers(b"<html>Welcome</html>"))
        _, out, err = run(capsys, "leaks", "--url", url, "--seconds", "0.1", "--root", str(EXAMPLE))
        told = r"What the program answers is of no use since \d\d:\d\d:\d\d: .*page"
        assert re.search(rf"^pprof-lens: {told}", err, re.MULTILINE)
        assert re.search(rf"^{told}", out, re.MULTILINE)
        assert "stopped answering" not in err + out

    def test_headers_are_sent_and_not_printed(
        self, serve: Loopback, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("TOKEN", "s3cret")
        words = ("leaks", "--url", self.played(serve, []), "-H", "Authorization: Bearer ${env:TOKEN}")
        status, out, err = run(capsys, *words, "--root", str(EXAMPLE))
        assert (status, out) == (1, "")
        assert "authorization: Bearer s3cret\r\n" in serve.requests[0]
        assert "s3cret" not in err


class TestFetch:
    """`fetch`, and addresses where a profile is named."""

    def test_a_profile_of_a_program_is_written_into_a_file(
        self, serve: Loopback, capsys: pytest.CaptureFixture[str], tmp_path: Path
    ) -> None:
        file, body = tmp_path / "heap.pprof", Path(HEAP).read_bytes()
        assert run(capsys, "fetch", serve(answers(body)), "-o", str(file)) == (0, "", "")
        assert file.read_bytes() == body
        assert serve.requests[0].startswith("GET /debug/pprof/heap?gc=1 ")

    @pytest.mark.parametrize(
        ("body", "told"),
        [
            (b'{"error": "no such profile"}', "this is JSON, not a pprof profile."),
            (b"go 1.26 trace\0\0\0", "this is an execution trace; open it with go tool trace."),
            (b"\x1b[31mwell\n", "this is not a pprof profile."),
            (Path(HEAP).read_bytes()[:-200], "the profile is cut short: its gzip data ends too early."),
        ],
        ids=["json", "trace", "words", "cut"],
    )
    def test_what_is_no_profile_is_told_and_not_written(
        self, serve: Loopback, capsys: pytest.CaptureFixture[str], tmp_path: Path, body: bytes, told: str
    ) -> None:
        """What was in the file before stays there."""
        place = serve(answers(body))
        said = f"pprof-lens: http://{place}/debug/pprof/ answers with no profile: {told}\n"
        assert run(capsys, "fetch", place, "-o", str(tmp_path / "heap.pprof")) == (1, "", said)
        assert not list(tmp_path.iterdir())
        (tmp_path / "heap.pprof").write_bytes(b"before")
        assert run(capsys, "fetch", place, "-o", str(tmp_path / "heap.pprof")) == (1, "", said)
        assert (tmp_path / "heap.pprof").read_bytes() == b"before"

    def test_a_profile_that_is_too_large_to_be_loaded_here_is_written(
        self, serve: Loopback, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        file, body = tmp_path / "heap.pprof", Path(HEAP).read_bytes()
        monkeypatch.setattr("pprof_lens.cli._PROFILE_LIMIT", len(body))
        assert run(capsys, "fetch", serve(answers(body)), "-o", str(file)) == (0, "", "")
        assert file.read_bytes() == body

    @pytest.mark.parametrize("words", [("fetch", "-o", os.devnull), ("lines",), ("leaks",)], ids=lambda words: words[0])
    def test_an_answer_that_unfolds_out_of_all_proportion_is_refused_and_a_file_of_the_users_own_is_not(
        self, serve: Loopback, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, words: Sequence[str]
    ) -> None:
        monkeypatch.setattr("pprof_lens.live.transfer._UNFOLDED", 1)
        monkeypatch.setattr("pprof_lens.live.transfer._TIMES", 1)
        url = f"http://{serve(answers(Path(HEAP).read_bytes()))}/debug/pprof/heap"
        status, out, err = run(capsys, words[0], url, *words[1:])
        assert (status, out) == (1, "")
        assert re.fullmatch(rf"pprof-lens: {url}(\?gc=1)? answers with \d+ bytes that unfold to more than \d+\.\n", err)
        if words[0] != "fetch":
            assert run(capsys, words[0], HEAP)[0] == 0

    @pytest.mark.parametrize(
        ("query", "text"),
        [
            ("?debug=1", "goroutine profile: total 1\n1 @ 0x1 0x2\n#\t0x1\tmain.f+0x1\t/a.go:3\n"),
            ("?debug=2", "goroutine 1 [running]:\nmain.main()\n\t/a.go:3 +0x1\n"),
            ("?debug=1", "heap profile: 1: 8 [1: 8] @ heap/1048576\n1: 8 [1: 8] @ 0x1\n"),
        ],
        ids=["counted goroutines", "goroutines", "heap"],
    )
    def test_a_text_that_is_a_profile_is_written_as_it_came(
        self, serve: Loopback, capsys: pytest.CaptureFixture[str], tmp_path: Path, query: str, text: str
    ) -> None:
        url, file = f"http://{serve(answers(text.encode(), content_type='text/plain'))}/debug/pprof/any", tmp_path / "f"
        assert run(capsys, "fetch", url + query, "-o", str(file)) == (0, "", "")
        assert file.read_text() == text

    def test_a_profile_of_a_fleet_is_written_into_a_file(
        self, capsys: pytest.CaptureFixture[str], tmp_path: Path
    ) -> None:
        file = tmp_path / "heap.pprof"
        with serving("parca", example([time.time() - 5])) as place:
            words = ("fetch", f"parca://{place}", "--query", "memory", "--from", "now-24h", "-o", str(file))
            assert run(capsys, *words) == (0, "", "")
        table = [
            run(capsys, "top", "-inuse_space", name)[1].split("\n\n")[0].splitlines() for name in (str(file), HEAP)
        ]
        assert table[0][-20:] == table[1][-20:]

    @pytest.fixture
    def named(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
        """A server that a file of the user's names `production`, and that wants a token."""
        store = example([time.time() - 5])
        store.token = "s3cret"
        with serving("pyroscope", store) as place:
            headers = {"Authorization": "Bearer ${env:FLEET_TOKEN}"}
            server = {"name": "production", "kind": "pyroscope", "url": f"http://{place}", "headers": headers}
            file = tmp_path / "pprof-lens" / "sources.json"
            file.parent.mkdir()
            file.write_text(json.dumps([server]))
            monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
            monkeypatch.setenv("APPDATA", str(tmp_path))
            monkeypatch.setenv("FLEET_TOKEN", "s3cret")
            yield store

    def test_a_source_is_fetched_from_by_its_name(
        self, named: Store, capsys: pytest.CaptureFixture[str], tmp_path: Path
    ) -> None:
        file = tmp_path / "heap.pprof"
        assert "memory:inuse_space:bytes:space:bytes\n" in run(capsys, "fetch", "production")[1]
        assert run(capsys, "fetch", "production", "--query", "memory", "-o", str(file)) == (0, "", "")
        assert b"s3cret" not in file.read_bytes()
        at = (str(int(time.time())), "--query", "memory", "-o", str(file))
        assert run(capsys, "fetch", "production", "--at", *at) == (0, "", "")
        named.token = "another"
        said = "pprof-lens: production does not let us in (401); set the headers that it wants.\n"
        assert run(capsys, "fetch", "production", "--query", "memory", "-o", str(file)) == (1, "", said)

    def test_a_command_that_takes_a_profile_takes_a_name_and_fetches_once(
        self, named: Store, capsys: pytest.CaptureFixture[str], tmp_path: Path
    ) -> None:
        url = "fleet://production?query=memory:inuse_space:bytes:space:bytes"
        for words in (("lines", url), ("leaks", url), ("top", url), ("html", url, "-o", str(tmp_path / "page.html"))):
            named.asked.clear()
            assert run(capsys, *words)[0] == 0, words
            assert [path.rpartition("/")[2] for path, _, _ in named.asked] == ["SelectMergeStacktraces", "Series"], (
                words
            )

    @pytest.mark.parametrize("command", ["lines", "leaks", "top", "html"])
    def test_headers_and_certificates_are_given_where_a_profile_is(
        self, named: Store, capsys: pytest.CaptureFixture[str], command: str
    ) -> None:
        named.token = "other"
        url = "fleet://production?query=memory:inuse_space:bytes:space:bytes".replace(
            "fleet://production", "pyroscope://" + json.loads(_sources())[0]["url"].removeprefix("http://")
        )
        assert run(capsys, command, url)[0] == 1
        assert run(capsys, command, "-H", "Authorization: Bearer other", url)[0] == 0
        status, _, err = run(capsys, command, "--ca", "/nowhere.pem", url.replace("pyroscope://", "pyroscope+https://"))
        assert (status, err) == (1, "pprof-lens: /nowhere.pem is not a file of certificates in PEM form.\n")

    def test_a_list_of_sources_that_cannot_be_read_is_told(
        self, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        file = tmp_path / "mine.json"
        monkeypatch.setenv("PPROF_LENS_SOURCES", str(file))
        told = [f"There is no file {file}, which PPROF_LENS_SOURCES names."]
        for text, must in (
            ("{", "JSON"),
            ("{}", "a list of objects with name, kind and url"),
            ('[{"name": "a b", "kind": "parca", "url": "http://h"}]', "a list of servers whose names have letters"),
            (
                '[{"name": "a", "kind": "tempo", "url": "http://h"}]',
                "a list of servers of the kinds pyroscope and parca",
            ),
            ('[{"name": "a", "kind": "parca", "url": "http://h", "tenant": "x"}]', "a list of servers of which only"),
            (
                '[{"name": "a", "kind": "parca", "url": "http://h", "headers": {"A": 1}}]',
                "a list of servers whose headers",
            ),
        ):
            assert run(capsys, "fetch", "fleet://a")[2].startswith(f"pprof-lens: {told[-1]}")
            file.write_text(text)
            told.append(f"{file} must be {must}")
        assert run(capsys, "fetch", "fleet://a")[2].startswith(f"pprof-lens: {told[-1]}")

    def test_a_fleet_without_a_query_tells_its_profile_types(
        self, serve: Loopback, capsys: pytest.CaptureFixture[str]
    ) -> None:
        page = b'{"profileTypes": [{"ID": "memory:inuse_space:bytes:space:bytes"}]}'
        place = serve(answers(page))
        assert run(capsys, "fetch", f"pyroscope://{place}") == (0, "memory:inuse_space:bytes:space:bytes\n", "")

    @pytest.mark.parametrize(
        "words", [("fetch", "6060"), ("fetch", "6060", "--query", "x", "-o", "f"), ("fetch", "6060", "-H", "x")]
    )
    def test_wrong_usage_is_status_2_and_asks_nobody(
        self, capsys: pytest.CaptureFixture[str], words: tuple[str, ...]
    ) -> None:
        assert run(capsys, *words)[0] == 2


def test_a_header_that_cannot_be_read_is_not_shown_as_it_may_be_a_secret(capsys: pytest.CaptureFixture[str]) -> None:
    status, _, err = run(capsys, "leaks", "--url", "localhost:6060", "-H", "Bearer s3cr3t")
    assert (status, "s3cr3t" in err, "NAME: VALUE" in err) == (2, False, True)


def test_a_file_that_cannot_be_written_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    missing = tmp_path / "none" / "page.html"
    status, _, err = run(capsys, "html", HEAP, "-o", str(missing))
    assert (status, err) == (1, f"pprof-lens: {missing} cannot be written: No such file or directory.\n")


def test_profiles_without_a_time_show_no_growth_and_that_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    text = str(EXAMPLE / "profiles" / "goroutine.debug2.txt")
    status, out, err = run(capsys, "leaks", text, text, "--root", str(EXAMPLE))
    assert status == 0
    assert "Growth shows over 4 captures or more." in out
    assert err.startswith("pprof-lens: 2 of 2 profiles do not say when they were taken")


def test_text_that_has_no_time_has_that_of_its_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As `curl .../goroutine?debug=1` writes it again and again; files that were copied are closer together."""
    (tmp_path / "main.go").write_text("package main\n\nfunc ask() { answer <- 1 }\n", encoding="utf-8")
    files = [tmp_path / f"goroutine.{n}.txt" for n in range(8)]
    for n, file in enumerate(files):
        text = (
            f"goroutine profile: total {9 * n + 9}\n{9 * n + 9} @ 0x1 0x2\n#\t0x1\tmain.ask+0x1\t{tmp_path}/main.go:3\n"
        )
        file.write_text(text, encoding="utf-8")
    for seconds, found in ((10, 3), (0.1, 0)):
        for n, file in enumerate(files):
            os.utime(file, (1e9 + n * seconds,) * 2)
        status, out, err = run(capsys, "leaks", *map(str, reversed(files)), "--root", str(tmp_path))
        assert (status, "54 more each minute" in out) == (found, bool(found))
        assert ("the times of their files" in err) is bool(found)


def test_bench_prints_gos_format_that_it_compares_with_and_exits_3_over_budget(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "go.mod").write_text("module example.com/x\n\ngo 1.24\n", encoding="utf-8")
    test = tmp_path / "x_test.go"
    test.write_text(
        'package x\n\nimport "testing"\n\nvar kept []byte\n\n//pprof:max 1 allocs/op\nfunc BenchmarkX(b *testing.B) {\n'
        "\tfor b.Loop() {\n\t\tkept = make([]byte, 512)\n\t}\n}\n",
        encoding="utf-8",
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GOTOOLCHAIN", "local")
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent), prepend=os.pathsep)
    quickly = ("bench", "-count", "5", "-benchtime", "50x")
    assert run(capsys, *quickly, "-o", "old.txt")[0] == 0
    changed = test.read_text(encoding="utf-8").replace("512", "1024").replace("max 1", "max 0")
    test.write_text(changed, encoding="utf-8")
    status, out, _ = run(capsys, *quickly, "-against", "old.txt", "--json")
    assert status == 3
    answer = json.loads(out)
    (benchmark,) = answer["benchmarks"]
    assert [(row["line"], round(row["allocs_per_op"], 2)) for row in benchmark["lines"]] == [(10, 1.0)]
    assert {finding["code"] for finding in answer["findings"]} == {"budget", "regression"}


def test_names_do_not_write_to_the_terminal_and_are_escaped_where_it_has_no_character_for_them(tmp_path: Path) -> None:
    strings = ["", "\x1b]0;title\x07", "bytes", "main.\x1b[2J世界", "a.go"]
    (tmp_path / "strange.pprof").write_bytes(
        bytes_field(1, number_field(1, 1) + number_field(2, 2))
        + bytes_field(2, sample([1], [8]))
        + bytes_field(4, number_field(1, 1) + bytes_field(4, number_field(1, 1) + number_field(2, 1)))
        + bytes_field(5, number_field(1, 1) + number_field(2, 3) + number_field(4, 4))
        + b"".join(bytes_field(6, string.encode()) for string in strings)
    )
    command = [sys.executable, "-m", "pprof_lens", "lines", "strange.pprof"]
    environ = {**os.environ, "PYTHONIOENCODING": "ascii"}
    done = subprocess.run(command, cwd=tmp_path, env=environ, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[2].endswith("1: main.\\ufffd[2J\\u4e16\\u754c")
    assert done.stdout.isascii()
    assert "\x1b" not in done.stdout


def test_no_path_of_a_profile_is_a_command_to_who_reads_the_log(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """GitHub obeys a line that begins with two colons, whatever printed it."""
    path = tmp_path / "a.pprof"
    path.write_bytes(message(drawn("main.f ::stop-commands::x.go:3 = 1")))
    assert run(capsys, "lines", str(path))[1].splitlines()[1] == "./::stop-commands::x.go (unresolved)"


@pytest.mark.skipif(os.name != "posix", reason="the system has no limit of files")
def test_on_a_full_disk_what_was_there_stays(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text("before")
    words = [sys.executable, "-m", "pprof_lens", "html", str(EXAMPLE / "profiles/cpu.pprof"), "-o", str(page)]
    limited = ["sh", "-c", 'ulimit -f 8; exec "$@"', "sh", *words]
    assert subprocess.run(limited, cwd=tmp_path, capture_output=True, check=False).returncode == 1
    assert {file.name: file.read_text() for file in tmp_path.iterdir()} == {"page.html": "before"}


@pytest.mark.skipif(os.name != "posix", reason="there are no pipes that are files")
def test_what_is_written_to_a_pipe_leaves_it_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    threading.Thread(target=pipe.read_bytes, daemon=True).start()
    assert run(capsys, "html", str(EXAMPLE / "profiles/cpu.pprof"), "-o", str(pipe))[0] == 0
    assert pipe.is_fifo()


@pytest.mark.parametrize("words", [["lines", "\x1b[2J.pprof"], ["top", "-\x1b]0;title\x07"], ["leaks", "--\x1b[2J"]])
def test_an_error_is_one_line_that_does_not_write_to_the_terminal(
    capsys: pytest.CaptureFixture[str], words: list[str]
) -> None:
    status, _, err = run(capsys, *words)
    assert status in (1, 2)
    assert err.startswith("pprof-lens: ")
    assert err.count("\n") == 1
    assert "\x1b" not in err


@pytest.mark.parametrize(
    "words",
    [
        ("top", "CPU"),
        ("dot", "CPU"),
        ("html", "CPU"),
        ("html", "-o=full/page", "CPU"),
        ("web", "CPU"),
        ("lines", "CPU"),
        ("lines", "--json", "CPU"),
        ("leaks", "CPU"),
        ("--help",),
        ("top", "--help"),
        ("--version",),
    ],
)
def test_what_cannot_be_written_to_a_full_disk_is_told_in_one_line(tmp_path: Path, words: tuple[str, ...]) -> None:
    (tmp_path / "full").mkdir()
    given = [str(EXAMPLE / "profiles/cpu.pprof") if word == "CPU" else word for word in words]
    command = ["sh", "-c", 'ulimit -f 0; exec "$@" >full/output', "sh", sys.executable, "-m", "pprof_lens", *given]
    environ = {**os.environ, "PYTHONUNBUFFERED": ""}
    done = subprocess.run(command, cwd=tmp_path, env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert re.fullmatch(r"pprof-lens: .*(cannot be written: |temporary folder: )[^.]+\.", line)


@pytest.mark.skipif(os.name != "posix", reason="there are no pipes that are files")
@pytest.mark.parametrize(
    ("words", "environ", "told"),
    [
        (("fetch", "https://127.0.0.1:1/", "--ca", "pipe", "-o", "o"), {}, "pipe is not a file of certificates"),
        (("fetch", "fleet", "-o", "o"), {"PPROF_LENS_SOURCES": "pipe"}, "pipe, the list of sources, cannot be read."),
        (("top", "pipe"), {}, "pipe is a device or a pipe and no file"),
        (("html", "pipe"), {}, "pipe is a device or a pipe and no file"),
        (("lines", "pipe"), {}, "pipe is a device or a pipe and no file"),
        (("leaks", "pipe"), {}, "pipe is a device or a pipe and no file"),
        (("top", "-base=pipe", HEAP), {}, "pipe is a device or a pipe and no file"),
        (("bench", "-against", "pipe"), {}, "pipe is a device or a pipe and no file"),
    ],
)
def test_nothing_waits_for_a_pipe(tmp_path: Path, words: tuple[str, ...], environ: dict[str, str], told: str) -> None:
    os.mkfifo(tmp_path / "pipe")
    command = [sys.executable, "-m", "pprof_lens", *words]
    environ = {**os.environ, **environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(command, cwd=tmp_path, env=environ, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 1
    assert done.stderr.startswith(f"pprof-lens: {told}")
    assert len(done.stderr.splitlines()) == 1
