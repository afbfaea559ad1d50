"""What a real Go program prints, in all its ways of printing it: every way tells the same figures on every line."""

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from pprof_lens.profile import decode
from pprof_lens.profile.goroutine_dump import read_dump
from pprof_lens.profile.goroutines import goroutine_groups
from pprof_lens.profile.model import Profile
from pprof_lens.profile.read import read

PROGRAM = """
package main

import (
	"context"
	"os"
	"runtime"
	"runtime/debug"
	"runtime/pprof"
	"strconv"
	"sync"
	"time"
)

type Stack[T any] struct{ items []T }

func (s *Stack[T]) Push(v T) { s.items = append(s.items, v) }

func small(n int) []byte { return make([]byte, n) }

func middle(n int) []byte { return small(n + 1) }

var (
	keep [][]byte
	ints Stack[int]
	lock sync.Mutex
)

//go:noinline
func grow() {
	for i := 0; i < 20; i++ {
		keep = append(keep, middle(300000))
	}
	for i := 0; i < 300000; i++ {
		ints.Push(i)
	}
}

func receive(ch chan int) int { return <-ch }

//go:noinline
func waitForever(ch chan int) { receive(ch) }

func leak() {
	ch := make(chan int)
	go waitForever(ch)
}

func deep(n int) {
	if n == 0 {
		select {}
	}
	deep(n - 1)
}

func contend() {
	var done sync.WaitGroup
	lock.Lock()
	for range 3 {
		done.Add(1)
		go func() {
			defer done.Done()
			lock.Lock()
			defer lock.Unlock()
		}()
	}
	time.Sleep(20 * time.Millisecond)
	lock.Unlock()
	done.Wait()
}

func main() {
	debug.SetGCPercent(-1)
	runtime.MemProfileRate = 65536
	runtime.SetBlockProfileRate(1)
	runtime.SetMutexProfileFraction(1)
	grow()
	contend()
	for range 3 {
		leak()
	}
	pprof.Do(context.Background(), pprof.Labels("tenant", "blue \\"x\\""), func(context.Context) { go deep(150) })
	pprof.NewProfile("open files").Add(1, 0)
	time.Sleep(20 * time.Millisecond)
	runtime.GC()
	runtime.GC()
	runtime.SetBlockProfileRate(0)
	runtime.SetMutexProfileFraction(1000000)
	for _, profile := range pprof.Profiles() {
		for way := range 3 {
			file, _ := os.Create(os.Args[1] + "/" + profile.Name() + "." + strconv.Itoa(way))
			profile.WriteTo(file, way)
			file.Close()
		}
	}
}
"""

MAIN = "example.com/app/main.go"


def line_of(code: str) -> int:
    """The line of the program on which `code` stands."""
    return PROGRAM[: PROGRAM.index(code)].count("\n") + 1


OWN_LINES = {(MAIN, line) for line in range(1, line_of("func main()"))}
"""The lines of the program before its main function."""

Figures = dict[tuple[str, int], tuple[tuple[int, ...], tuple[int, ...]]]


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of what the program wrote: `heap.0` is profile.proto, `heap.1` its text.

    Nothing changes between the ways of printing one profile: nothing is collected, and what counts blocking is off.
    """
    folder = tmp_path_factory.mktemp("program")
    (folder / "main.go").write_text(PROGRAM, encoding="utf-8")
    (folder / "go.mod").write_text("module example.com/app\n\ngo 1.27\n", encoding="utf-8")
    go = Path(sys.executable).with_name("go")
    environment = os.environ | {"GOFLAGS": "-mod=mod", "GOTOOLCHAIN": "local", "GOPROXY": "off"}
    subprocess.run([go, "build", "-trimpath", "-o", "app", "."], cwd=folder, env=environment, check=True)
    subprocess.run([folder / "app", folder], check=True)
    return folder


def loaded(path: Path) -> Profile:
    return read(path.read_bytes(), limit=1 << 24)


def figures(profile: Profile) -> Figures:
    """flat and cum of each line outside of the runtime, in all columns."""
    flat: Counter[tuple[str, int, int]] = Counter()
    cum: Counter[tuple[str, int, int]] = Counter()
    for sample in decode.samples(profile):
        lines = [profile.locations[index].lines for index in sample.locations]
        stack = [(profile.functions[line.function].filename, line.line) for place in lines for line in place]
        for column, value in enumerate(sample.values):
            if lines and lines[0]:
                flat[stack[0][0], stack[0][1], column] += value
            for file, line in set(stack):
                cum[file, line, column] += value
    columns = range(len(profile.sample_types))
    return {
        (file, line): (
            tuple(flat[file, line, column] for column in columns),
            tuple(cum[file, line, column] for column in columns),
        )
        for file, line, _ in cum
        if any(cum[file, line, column] for column in columns) and file and not file.startswith("runtime/")
    }


@pytest.mark.parametrize("kind", ["heap", "allocs", "goroutineleak", "block", "mutex", "open files"])
def test_the_text_tells_what_the_proto_tells(printed: Path, kind: str) -> None:
    proto, text = loaded(printed / f"{kind}.0"), loaded(printed / f"{kind}.1")
    assert text.sample_types == proto.sample_types
    assert (text.period_type, text.period) == (proto.period_type, proto.period)
    assert figures(text) == figures(proto) != {}


def test_goroutines_are_the_same_in_all_ways_of_printing_them(printed: Path) -> None:
    """Only the program's own lines: the one that prints stands elsewhere each time, and a dump elides deep frames."""

    def told(way: int) -> dict[tuple[str, int], tuple[int, ...]]:
        profile = loaded(printed / f"goroutine.{way}")
        return {place: cum for place, (_, cum) in figures(profile).items() if place in OWN_LINES}

    assert told(1) == told(0)
    assert told(2) == told(0)


def test_the_dump_of_a_leak_names_the_line_that_started_it(printed: Path) -> None:
    by_line = {
        (group.frames[0].function, group.frames[0].line): group
        for group in goroutine_groups(loaded(printed / "goroutineleak.2"))
    }
    waiting = by_line["main.receive", line_of("return <-ch")]
    assert (waiting.count, waiting.state, waiting.leaked) == (3, "chan receive", True)
    assert waiting.created_by == ("main.leak", MAIN, line_of("go waitForever"))
    endless = by_line["main.deep", line_of("select {}")]
    assert (endless.state, endless.leaked, endless.labels) == (
        "select (no cases)",
        True,
        (("tenant", ('blue "x"',)),),
    )
    assert ("...51 frames elided...", "", 0) in endless.frames


def test_a_panic_of_a_real_program_is_read(printed: Path) -> None:
    """The folder to write to is not given, so that the program dies of an index out of range."""
    run = subprocess.run([printed / "app"], capture_output=True, check=False)
    assert run.returncode == 2
    first, *_ = read_dump(run.stderr.decode().splitlines())
    assert (first.id, first.state, first.frames[-1].function) == (1, "running", "main.main")
