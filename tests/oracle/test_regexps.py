"""Regular expressions beside Go's own, on patterns thrown together from all that they are made of."""

import os
import subprocess
import sys
from pathlib import Path
from random import Random

from oracle import pprof
from pprof_lens.profile.regexps import BadPattern, searcher

PIECES = (
    *("a", "b", "B", "é", "\u017f", "k", ".", "-", "_", "main", r"\.", "runtime/"),
    *("(", ")", "(?:", "(?i)", "(?i:", "(?s)", "(?-s:", "(?m)", "(?m:", "(?U)", "(?", "|"),
    *("(?P<n>", "(?P<m>", "(?<o>", "(?="),
    *("*", "+", "?", "{2}", "{1,2}", "{,2}", "{0,}", "{2,1}", "{1001}", "{", "}", "*?", "+?"),
    *("[", "]", "[^", "[a-c]", "[^a]", "[]a]", "[a-", r"[\d_]", r"[\W]", "[.-]"),
    *("[[:alpha:]]", "[[:^digit:]]", "[[:nope:]]"),
    *("^", "$", r"\b", r"\B", r"\A", r"\z", r"\Z"),
    *(r"\d", r"\D", r"\w", r"\W", r"\s", r"\S", r"\pL", r"\p{Lu}", r"\PN", r"\p{^Ll}", r"\pX", r"\p{Any}"),
    *(r"\n", r"\x41", r"\x{e9}", r"\x{}", r"\x4", r"\101", r"\1", r"\8", r"\0"),
    *(r"(?i)^\W$", "(?i)^[[:^word:]]$", r"(?i)^\P{Lu}$", r"\pl", r"\p{L-u}", r"\p{LC}", r"\p{ascii}", r"\P{Any}"),
    *(r"\p{}", r"\p{^^L}", "{100000000}", f"{{1,{'9' * 30}}}", "{01}", "\u00b5", "\u1e9e"),
    *(r"\Q", r"\E", r"\Qa.", r"\y", r"\_", r"\é", "\\"),
)
LETTERS = "aabBkK\u212a\u017fsé.-_ \n\t\vA1٣\ufffd\u00b5\u039c\u00df"
COUNT = 20_000


def test_patterns_are_found_and_refused_as_in_go(tmp_path: Path) -> None:
    random = Random(3)
    pairs = [
        (
            "".join(random.choices(PIECES, k=random.randint(1, 6))),
            "".join(random.choices(LETTERS, k=random.randint(0, 6))),
        )
        for _ in range(COUNT)
    ]
    differing = [
        (pattern, text, ours, theirs)
        for (pattern, text), theirs in zip(pairs, in_go(pairs, tmp_path), strict=True)
        if (ours := in_python(pattern, text)) != theirs
    ]
    assert differing == []


def in_python(pattern: str, text: str) -> str:
    try:
        return "01"[searcher(pattern)(text)]
    except BadPattern:
        return "E"


def in_go(pairs: list[tuple[str, str]], folder: Path) -> list[str]:
    program = folder / ("program.exe" if sys.platform == "win32" else "program")
    environment = {**os.environ, **pprof.ENVIRONMENT}
    source = Path(__file__).parent / "regexps" / "main.go"
    subprocess.run([pprof.go(), "build", "-o", program, source], env=environment, check=True)
    asked = "\n".join(f"{pattern.encode().hex()} {text.encode().hex()}" for pattern, text in pairs)
    return subprocess.run([program], input=asked, capture_output=True, text=True, check=True).stdout.split()
