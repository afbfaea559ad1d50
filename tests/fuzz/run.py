"""The long run of the fuzzer: `python tests/fuzz/run.py --minutes N [--seed S] [--sanitize]`.

It spoils profiles until the time is over or one of them breaks the law, and then says with which seed to see that
again. With --sanitize it builds the native fold for the address and undefined-behaviour sanitizers and runs against
that.
"""

# ruff: noqa: PLC0415, T201 - only the process that fuzzes imports the server, which may be a sanitized one

import argparse
import faulthandler
import os
import random
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
SANITIZED = ROOT / "build" / "fuzz" / "sanitized"
SEED = ROOT / "build" / "fuzz" / "seed"
"""What is tried now; a finding of a sanitizer is repeated with it."""

LONGEST_SECONDS = 10
MESSAGES_EACH = 20_000
"""Small messages for each profile, which takes as long as so many."""


def main() -> None:
    parser = argparse.ArgumentParser(description="Spoil profiles and see that each is read or refused.")
    parser.add_argument("--minutes", type=float, default=1)
    parser.add_argument("--seed", type=int, default=time.time_ns(), help="the first one, to repeat a finding")
    parser.add_argument("--sanitize", action="store_true", help="run against a build with sanitizers")
    arguments = parser.parse_args()
    if arguments.sanitize:
        run_sanitized(arguments.minutes, arguments.seed)
    else:
        fuzz(arguments.minutes, arguments.seed)


def fuzz(minutes: float, seed: int) -> None:
    from fuzz.law import attempt, attempt_in_bounds, seeds
    from fuzz.mutations import spoiled
    from pprof_lens.profile import engine

    profiles = seeds()
    sanitized = Path(engine.__file__).is_relative_to(SANITIZED)
    if sanitized:
        from fuzz.native import attempt as attempt_native
    obey = attempt if sanitized else attempt_in_bounds  # a sanitizer takes memory of its own
    kind = "native" if engine.NATIVE else "plain"
    print(f"{len(profiles)} profiles, the {kind} fold of {Path(engine.__file__).parent}", flush=True)
    until, count, parted = time.monotonic() + 60 * minutes, 0, 0
    while time.monotonic() < until:
        if sanitized:
            SEED.write_text(str(seed + count), encoding="ascii")  # a sanitizer ends the process
            parted += attempt_native(seed + count, MESSAGES_EACH)
        choose = random.Random(seed + count)
        data = spoiled(choose.choice(profiles), choose.choice(profiles), choose)
        faulthandler.dump_traceback_later(LONGEST_SECONDS, exit=True)
        try:
            obey(data)
        except BaseException:
            print(f"--seed {seed + count} breaks the law with {len(data)} bytes", flush=True)
            raise
        faulthandler.cancel_dump_traceback_later()
        count += 1
    print(f"{count} spoiled profiles from seed {seed} on: each was read or refused")
    if sanitized:
        print(f"{count * MESSAGES_EACH} small messages through the native part alone, {parted} of them whole enough")


def run_sanitized(minutes: float, seed: int) -> None:
    """Build a copy of the server with the sanitizers, and fuzz that in a process that has their library loaded."""
    shutil.rmtree(SANITIZED, ignore_errors=True)
    ignored = shutil.ignore_patterns("__pycache__", "_fold.*.so", "_fold.c", "*.egg-info", "libs")
    shutil.copytree(ROOT / "server", SANITIZED / "server", ignore=ignored)
    for name in ("setup.py", "pyproject.toml"):
        shutil.copy(ROOT / name, SANITIZED)
    flags = "-fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer -g"
    build = {"CFLAGS": f"{flags} -O1", "LDFLAGS": flags}
    command = [sys.executable, "setup.py", "-q", "build_ext", "--inplace"]
    subprocess.run(command, cwd=SANITIZED, env=os.environ | build, check=True, capture_output=True)
    if not list(SANITIZED.glob("server/pprof_lens/profile/_fold.*.so")):
        sys.exit("The sanitized fold could not be built.")
    libraries = [_library(name) for name in ("libasan.so", "libubsan.so")]
    run = {
        "LD_PRELOAD": " ".join(libraries),
        "ASAN_OPTIONS": "detect_leaks=0",
        "UBSAN_OPTIONS": "print_stacktrace=1",
        "PYTHONMALLOC": "malloc",
        "PYTHONPATH": str(SANITIZED / "server"),
    }
    again = [sys.executable, __file__, "--minutes", str(minutes), "--seed", str(seed)]
    sys.exit(subprocess.run(again, env=os.environ | run, check=False).returncode)


def _library(name: str) -> str:
    found = subprocess.run(["gcc", f"-print-file-name={name}"], check=True, capture_output=True, text=True)
    return str(Path(found.stdout.strip()).resolve())


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT / "tests"))
    sys.path.append(str(ROOT / "server"))
    main()
