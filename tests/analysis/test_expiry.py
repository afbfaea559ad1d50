"""After how long what is stored is taken out again, by the text: `>` marks the line that stores, `<` that which takes.

Nothing is read where no age is compared.
"""

import pytest

from pprof_lens.analysis.expiry import seconds_until_taken
from pprof_lens.profile.stacks import Frame

SWEEP = "func F() {\n> all[k] = &session{seen: time.Now()}\n}\nfunc sweep() {\n if %s {\n<  delete(all, k)\n }\n}\n%s"


def seconds(source: str) -> float:
    lines = source.split("\n")
    texts = [line.removeprefix(">").removeprefix("<") for line in lines]
    out, stored = (
        Frame("main.f", "f.go", next(n for n, line in enumerate(lines, 1) if line.startswith(mark))) for mark in "<>"
    )
    return seconds_until_taken(
        out, stored, lambda path, n: texts[n - 1] if path == "f.go" and n <= len(texts) else None
    )


@pytest.mark.parametrize(
    ("condition", "rest", "found"),
    [
        ("time.Since(s.seen) > 10*time.Minute", "", 600),
        ("time.Since(s.seen) > time.Hour", "", 3600),
        ("now.Sub(s.seen) > time.Minute*3", "", 180),
        ("time.Since(s.seen) > ttl", "const ttl = 30 * time.Minute", 1800),
        ("time.Since(s.seen) > c.ttl", "\treturn &C{ttl: 5 * time.Minute}", 300),
        ("s.seen.Add(maxAge).Before(now)", "var maxAge time.Duration = 2 * time.Hour", 7200),
        ("time.Since(s.seen) > 72*time.Hour", "", 86400),  # no watch takes longer than a day
        ("time.Since(s.seen) > ttl", "const other = 30 * time.Minute", 0),
        ("time.Since(s.seen) > ttl", "// ttl = 30 * time.Minute", 0),
        ("len(all) > 9 // time.Since(s.seen) > time.Hour", "", 0),
        ("wait(time.Hour)", "", 0),  # no age is compared
    ],
)
def test_the_age_at_which_something_goes_is_read(condition: str, rest: str, found: float) -> None:
    assert seconds(SWEEP % (condition, rest)) == found


def test_a_time_that_is_set_where_it_is_stored_is_its_age() -> None:
    storing = "func F() {\n> all[k] = &session{until: time.Now().Add(15 * time.Minute)}\n}\n"
    assert seconds(storing + "func sweep() {\n if now.After(s.until) {\n<  delete(all, k)\n }\n}") == 900


def test_what_comes_after_the_line_says_nothing_of_it() -> None:
    assert seconds("func F() {\n> all[k] = 1\n}\nfunc G() {\n< delete(all, k)\n time.AfterFunc(time.Hour, g)\n}") == 0


def test_who_takes_out_later_may_say_so_on_the_line_above() -> None:
    assert seconds("func F() {\n> all[k] = 1\n time.AfterFunc(time.Hour, func() {\n< delete(all, k)\n })\n}") == 3600
