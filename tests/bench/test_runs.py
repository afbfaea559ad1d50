"""Runs side by side and on the disk."""

import subprocess
from pathlib import Path

import pytest

from pprof_lens.bench.benchfmt import ALLOCS, BYTES, SEC, Result, parse, series
from pprof_lens.bench.history import History
from pprof_lens.bench.measuring import new_id
from pprof_lens.bench.runs import Line, Measured, Run, changes
from pprof_lens.bench.shown import change_labels, labels, title, verdict
from pprof_lens.workspace.checked_out import checked_out

BEFORE = "package p\n\nfunc f() {\n\ta := make([]byte, 100)\n\tgone(a)\n}\n"
AFTER = "package p\n\n// f is new.\nfunc f() {\n\ta := make([]byte, 50)\n}\n"


def results(*seconds: float, in_bytes: float = 100) -> tuple[Result, ...]:
    return tuple(
        Result("p", "BenchmarkF-8", 10, ((SEC, second), (BYTES, in_bytes), (ALLOCS, 2.0)), "-8") for second in seconds
    )


def measured(of: tuple[Result, ...], **bytes_of_lines: float) -> Measured:
    lines = (Line("/p.go", int(name[1:]), "p.f", in_bytes, 1) for name, in_bytes in bytes_of_lines.items())
    return Measured("p", "BenchmarkF", of, tuple(lines), is_steady=True, path="/p_test.go", line=3)


def drawn(old: Measured, new: Measured, threshold: float = 0) -> str:
    found = change_labels(new, changes(old, {"/p.go": BEFORE}, new, {"/p.go": AFTER}), threshold)
    return "\n".join(f"{label.line}: {label.text}" for label in found)


def test_a_line_is_compared_with_what_it_was_before_it_was_edited_and_moved() -> None:
    old, new = measured(results(1), L4=112, L5=16), measured(results(1), L5=64)
    assert drawn(old, new) == "5: -48B/op"


def test_a_line_that_did_not_change_says_so_and_a_new_one_has_all_of_it() -> None:
    old, new = measured(results(1), L4=112), measured(results(1), L5=112, L4=32)
    assert drawn(old, new) == "5: 112B/op 1 allocs/op ±0\n4: +32B/op +1 allocs/op"


def test_what_is_gone_is_told_without_a_place() -> None:
    old, new = measured(results(1), L5=16), measured(results(1))
    (change,) = changes(old, {"/p.go": BEFORE}, new, {"/p.go": AFTER})
    assert (change.now.line, change.bytes_per_op, change.allocs_per_op) == (0, -16, -1)


def test_lines_of_little_account_have_no_label() -> None:
    of = measured(results(1), L1=990, L2=10)
    assert [label.line for label in labels(of, 60)] == [1]


def test_the_verdict_is_in_benchstats_terms() -> None:
    old, new = measured(results(*range(10, 20))), measured(results(*range(20, 30)))
    assert verdict(old, new) == "24.50s/op +68.97% (p=0.000), 100B/op ~ (p=1.000), 2 allocs/op ~ (p=1.000), n=10"


def test_too_few_runs_are_said_to_be_too_few() -> None:
    old, new = measured(results(1, 2)), measured(results(3, 4, 5))
    few = "n=2+3; 4 runs or more can prove a difference"
    assert verdict(old, new) == f"4s/op ~ (p=0.200), 100B/op ~ (p=1.000), 2 allocs/op ~ (p=1.000), {few}"
    assert title(new) == "4s/op, 100B/op, 2 allocs/op (n=3; 6 runs or more give an interval)"


def run(name: str, commit: str = "") -> Run:
    of = measured(results(2, 3), L4=112)
    return Run(name, 1764183682.5, (of,), {"/p.go": BEFORE}, commit, is_dirty=bool(commit))


ID, LATER = "20261126-190122-0123abcd", "20261126-190123-0123abcd"


def test_what_is_kept_is_read_again_by_whoever_comes_next(tmp_path: Path) -> None:
    History(tmp_path).keep(run(ID, "c0ffee"))
    assert History(tmp_path).run(ID) == run(ID, "c0ffee")
    assert [one.id for one in History(tmp_path).all()] == [ID]


def test_a_part_that_is_called_as_if_it_told_processors_is_read_again(tmp_path: Path) -> None:
    result = Result("p", "BenchmarkF/size-16", 10, ((SEC, 1.0), (BYTES, 2.0), (ALLOCS, 3.0)))
    of = Measured("p", "BenchmarkF/size-16", (result,), (), is_steady=True, path="/p_test.go", line=3)
    History(tmp_path).keep(Run(ID, 1.0, (of, measured(results(1))), {}))
    kept = History(tmp_path).run(ID)
    assert kept is not None
    assert kept.measured == (of, measured(results(1)))


def test_a_run_is_kept_in_gos_benchmark_format(tmp_path: Path) -> None:
    History(tmp_path).keep(run(ID))
    text = (tmp_path / "runs" / f"{ID}.txt").read_text(encoding="utf-8")
    (found,) = series(parse(text))
    assert (found.package, found.benchmark, found.values(SEC)) == ("p", "BenchmarkF", (2, 3))
    ours = [line for line in text.splitlines() if not line.startswith(("Benchmark", "pkg: "))]
    assert all(line.startswith("#") for line in ours)


def test_the_baseline_is_remembered_until_it_is_removed(tmp_path: Path) -> None:
    history = History(tmp_path)
    history.keep(run(ID))
    history.keep(run(LATER))
    history.keep_baseline(ID)
    assert History(tmp_path).baseline() == ID
    history.remove(ID)
    assert (history.baseline(), [one.id for one in history.all()]) == ("", [LATER])
    assert history.run(LATER) == run(LATER)
    history.remove(LATER)
    assert not list((tmp_path / "texts").iterdir())


def test_which_runs_are_hidden_is_remembered_of_each(tmp_path: Path) -> None:
    history = History(tmp_path)
    history.keep(run(ID))
    history.hide()
    history.keep(run(LATER))
    assert History(tmp_path).hidden() == {ID}
    history.unhide(ID)
    assert not history.hidden()
    (tmp_path / "runs" / "hidden").write_bytes(b"\xff\n" + ID.encode())
    assert not history.hidden()


@pytest.mark.parametrize("name", ["../secret", f"{ID}/../../secret", ""])
def test_no_other_file_is_read_for_a_run(tmp_path: Path, name: str) -> None:
    (tmp_path / "secret.txt").write_text("#run\t1\t-\t0\n")
    (tmp_path / "runs" / ID).mkdir(parents=True)
    (tmp_path / "runs" / ".txt").write_text("#run\t1\t-\t0\n")
    assert History(tmp_path).run(name) is None


@pytest.mark.parametrize(
    "text", ["", "#run\n", "#run\tsoon\t-\t0\n", "#run\t1\t-\t0\n#line\t1\t1\t0\t4\t/p.go\tf\n", "\0"]
)
def test_a_file_that_is_damaged_is_no_run(tmp_path: Path, text: str) -> None:
    (tmp_path / "runs").mkdir()
    (tmp_path / "runs" / f"{ID}.txt").write_text(text)
    assert History(tmp_path).all() == ()


def test_the_commit_of_the_files_is_known_and_whether_one_is_another(tmp_path: Path) -> None:
    file = tmp_path / "p.go"
    file.write_text(BEFORE)
    assert checked_out("git", {str(file): BEFORE}) == ("", False)
    identity = ("-c", "user.name=a", "-c", "user.email=a@example.com")
    for command in (("init", "-q"), ("add", "."), (*identity, "commit", "-qm", "Begin")):
        subprocess.run(["git", *command], cwd=tmp_path, check=True)
    head = subprocess.run(["git", "rev-parse", "HEAD"], cwd=tmp_path, check=True, capture_output=True, text=True)
    commit = head.stdout.strip()
    assert checked_out("git", {str(file): BEFORE}) == (commit, False)
    assert checked_out("git", {str(file): AFTER}) == (commit, True)
    assert checked_out("git", {str(file): BEFORE, str(tmp_path / "new.go"): ""}) == (commit, True)
    assert checked_out(None, {str(file): BEFORE}) == ("", False)


def test_runs_of_one_second_are_in_their_order() -> None:
    ids = [new_id(1_700_000_000 + part / 100) for part in range(0, 300, 7)]
    assert ids == sorted(ids)
