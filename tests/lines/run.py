"""The matrix of every Go release in every shape of a build, as a table: `npm run lines`."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from lines.matrix import SHAPES, VERSIONS, go, judged


def main() -> int:
    """1 where a line is wrong."""
    wrong = 0
    say = sys.stdout.write
    say(f"{'Go':<10} {'built':<18} {'right':>6} {'wrong':>6}\n")
    for version in VERSIONS:
        program = go(version)
        for shape in SHAPES:
            result = judged(program, shape)
            say(f"{version:<10} {shape:<18} {result.right:>6} {len(result.wrong):>6}\n")
            say("".join(f"    {line}\n" for line in result.wrong))
            sys.stdout.flush()
            wrong += len(result.wrong)
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
