"""Which line of a Go text opens the brackets that a line stands in: its block, its clause, its call.

Lines are handed in as they are; what stands in comments and strings opens nothing. They count from 0.
"""

import re
from collections.abc import Sequence

from pprof_lens.source.gofuncs import bare

_BRACKET = re.compile(r"[(\[{]|[)\]}]")
_CLAUSE = re.compile(r"\s*(?:case\b|default\s*:)")


def openers(lines: Sequence[str]) -> list[int]:
    """For each line the one that opens what it stands in, or what it closes first; -1 outside of all brackets.

    A clause of a `switch` or `select` opens what follows it down to the next one.
    """
    found: list[int] = []
    stack: list[list[int]] = []  # of each open bracket its line, and the clause in it
    for number, code in enumerate(bare("\n".join(lines)).split("\n")):
        within = -1
        if stack:
            opened, clause = stack[-1]
            is_clause = _CLAUSE.match(code) is not None
            within = opened if is_clause or clause < 0 else clause
            stack[-1][1] = number if is_clause else clause
        is_first = True
        for match in _BRACKET.finditer(code):
            if match[0] in "([{":
                stack.append([number, -1])
                is_first = False
            elif stack:
                opened, _ = stack.pop()
                if is_first and not code[: match.start()].strip(")]} \t"):
                    within = opened
        found.append(within)
    return found
