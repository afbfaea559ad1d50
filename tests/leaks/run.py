"""Runs every program with many seeds and says how often its leak was found at its line, and what else was."""

import argparse
import sys
import tempfile
from pathlib import Path

import lab


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("cases", nargs="*", default=lab.cases())
    options = parser.parse_args()
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        program = lab.build(Path(folder))
        for case in options.cases:
            wrong = [(seed, text) for seed in range(options.seeds) for text in lab.observed(program, case, seed)]
            right = options.seeds - len({seed for seed, _ in wrong})
            kind = "found" if lab.wanted(case) else "sound, nothing found"
            sys.stdout.write(f"{case}: {kind} in {right} of {options.seeds}\n")
            sys.stdout.writelines(f"  seed {seed}: {text}\n" for seed, text in wrong)
            sys.stdout.flush()
            failed += options.seeds - right
    return min(failed, 1)


if __name__ == "__main__":
    sys.exit(main())
