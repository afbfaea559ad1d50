"""Whether what takes out is ever reached: `>` marks the line in question."""

import pytest

from pprof_lens.analysis.reached import is_reached
from pprof_lens.profile.stacks import Frame

RUNNING = Frame("main.put", "put.go", 1)


@pytest.mark.parametrize(
    ("why", "source"),
    [
        ("no map has so many", "func F() {\n\tif len(c.m) > 1<<40 {\n>\t\tdelete(c.m, k)\n\t}\n}"),
        ("nor so many bytes", "func F() {\n\tfor c.bytes >= 64*1e12 {\n>\t\tdelete(c.m, k)\n\t}\n}"),
        ("the largest number", "func F() {\n\tif len(c.m) > math.MaxInt {\n>\t\tclear(c.m)\n\t}\n}"),
        ("a constant", "const most = 1 << 40\n\nfunc F() {\n\tif len(c.m) >= most {\n>\t\tclear(c.m)\n\t}\n}"),
        ("a field", "var c = &C{m: M{}, most: 1 << 50}\n\nfunc F() {\n\tif len(m) > c.most {\n>\t\tclear(m)\n\t}\n}"),
        ("one that returns", "func F() {\n\tif len(c.m) < 9_000_000_000 {\n\t\treturn\n\t}\n>\tclear(c.m)\n}"),
        ("nothing calls it", "func (c *C) drop() {\n>\tclear(c.m)\n}\n\n// drop is not called.\nfunc main() {}"),
    ],
)
def test_what_no_program_comes_to_is_not_reached(why: str, source: str) -> None:
    assert not reached(source), why


@pytest.mark.parametrize(
    ("why", "source"),
    [
        ("a gigabyte", "func F() {\n\tif c.bytes > 1<<30 {\n>\t\tdelete(c.m, k)\n\t}\n}"),
        ("a thousand", "func F() {\n\tif len(c.m) > 1_000 {\n>\t\tdelete(c.m, k)\n\t}\n}"),
        ("not known", "func F() {\n\tif len(c.m) > c.most {\n>\t\tdelete(c.m, k)\n\t}\n}"),
        ("it is told", "func New(n int) {\n\tc.most = n\n}\n\nfunc F() {\n\tif n > c.most {\n>\t\tclear(c.m)\n\t}\n}"),
        (
            "one is small",
            "var a, b = C{most: 1 << 50}, C{most: 9}\n\nfunc F() {\n\tif n > c.most {\n>\t\tclear(c.m)\n\t}\n}",
        ),
        ("either will do", "func F() {\n\tif len(c.m) > 1<<40 || old {\n>\t\tclear(c.m)\n\t}\n}"),
        ("the other way", "func F() {\n\tif len(c.m) < 1<<40 {\n>\t\tclear(c.m)\n\t}\n}"),
        ("beside it", "func F() {\n\tif len(c.m) > 1<<40 {\n\t\tpanic(1)\n\t}\n\tif old {\n>\t\tclear(c.m)\n\t}\n}"),
        ("it is handed on", "func (c *C) drop() {\n>\tclear(c.m)\n}\nfunc main() {\n\ttime.AfterFunc(9, c.drop)\n}"),
        ("main is called", "func main() {\n>\tclear(m)\n}"),
    ],
)
def test_what_may_come_is_reached(why: str, source: str) -> None:
    assert reached(source), why


def test_what_is_not_known_is_reached() -> None:
    assert is_reached(Frame("main.f", "main.go", 3), RUNNING, lambda _path, _line: None)


def test_a_function_that_is_known_to_run_is_called_by_someone() -> None:
    source = "func (c *C) put() {\n\tc.m[k] = v\n>\tdelete(c.m, old)\n}"
    assert not reached(source)
    assert reached(source, Frame("main.(*C).put", "main.go", 2))


def test_names_that_mean_each_other_are_followed_to_no_end() -> None:
    assert reached("var a = b\nvar b = a\n\nfunc F() {\n\tif n > a {\n>\t\tclear(c.m)\n\t}\n}")


def reached(source: str, running: Frame = RUNNING) -> bool:
    lines = source.split("\n")
    at = next(n for n, text in enumerate(lines, 1) if text.startswith(">"))
    known = dict(enumerate((text.removeprefix(">") for text in lines), 1))
    return is_reached(Frame("main.F", "main.go", at), running, lambda _, number: known.get(number))
