"""Where the source takes out again what a line puts in, found by the container's name.

`>` marks the line that allocates. A local container is sought in its function, others in their file.
"""

import pytest

from pprof_lens.analysis.outlets import outlet
from pprof_lens.profile.stacks import Frame


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("func f() {\n> c.entries[key] = make([]byte, n)\n}\nfunc (c *C) drop() {\n delete(c.entries, key)\n}", 5),
        ("func f() {\n> all = append(all, T{})\n}\nfunc g() {\n all = all[1:]\n}", 5),
        ("func f() {\n> value := load()\n c.entries[key] = value\n if n > 9 {\n  delete(c.entries, old)\n }\n}", 5),
        ("func f() {\n order := list.New()\n> order.PushBack(key)\n order.Remove(order.Front())\n}", 4),
        ("func f() {\n> ring[at%len(ring)] = strings.Repeat(x, 9)\n}", 2),
        ("func f() {\n> b.pending = append(b.pending, make([]byte, 9))\n}\nfunc g() {\n b.pending = nil\n}", 5),
        ("func f() {\n> windows[k] = append(windows[k], 1)\n}\nfunc g() {\n clear(windows)\n}", 5),
        ("func f() {\n> heap.Push(&w.tasks, &task{})\n}\nfunc g() {\n heap.Pop(&w.tasks)\n}", 5),
        ("func f() {\n memo := m{}\n> memo[k] = v()\n if len(memo) > 9 {\n  memo = m{}\n }\n}", 5),
        ("func f() {\n var a, b [][]byte\n> a = append(a, v())\n a, b = b[:0], a\n}", 4),
        ("func f() {\n w := days[len(days)-1]\n> w[k] = append(w[k], 1)\n}\nfunc g() {\n days = days[1:]\n}", 6),
        (
            "func f() {\n> r.record(new(trace))\n}\nfunc (r *R) record(t T) {\n r.kept[i] = t\n i %= len(r.kept)\n}",
            6,
        ),
        (
            "func f() {\n> p := v()\n c.put(1, p)\n}\nfunc (c *C) put(k int, v T) {\n c.m[k] = v\n delete(c.m, 0)\n}",
            7,
        ),
        ("func f() {\n> s.all.Store(id, make([]byte, 9))\n}\nfunc g() {\n s.all.Delete(id)\n}", 5),
    ],
)
def test_what_is_taken_out_is_found(source: str, found: int) -> None:
    assert at(source) == found


@pytest.mark.parametrize(
    ("why", "source"),
    [
        (
            "nothing takes out",
            "func f() {\n> c.entries[key] = make([]byte, n)\n}\nfunc g() {\n delete(c.others, key)\n}",
        ),
        ("another function's own", "func f() {\n all := m{}\n> all[k] = v()\n}\nfunc g() {\n delete(all, k)\n}"),
        ("a comment", "func f() {\n> all[k] = v()\n}\n// delete(all, k)\n"),
        ("what is made is stored nowhere", "func f() {\n> value := load()\n c[k] = other\n delete(c, k)\n}"),
        ("it is made there", "func f() {\n> all[k] = v()\n}\nfunc g() {\n all = make(map[string]T)\n}"),
        ("it is handed to who keeps it", "func f() {\n> s.add(v())\n}\nfunc (s *S) add(t T) {\n s.all[k] = t\n}"),
        ("an index is no bound", "func f() {\n if at.next[n%64] == nil {\n>  at.next[n%64] = new(branch)\n }\n}"),
        ("another of its elements", "func f() {\n w := days[0]\n> w[k] = v()\n}\nfunc g() {\n delete(days[1], k)\n}"),
        ("a name that ends alike", "func f() {\n> all[k] = v()\n}\nfunc g() {\n delete(overall, k)\n}"),
    ],
)
def test_what_is_not_taken_out_has_no_such_line(why: str, source: str) -> None:
    assert at(source) is None, why


def test_a_text_that_is_not_known_says_nothing() -> None:
    assert outlet(Frame("main.f", "main.go", 7), lambda _path, _line: None) is None


def at(source: str) -> int | None:
    lines = source.split("\n")
    number = next(n for n, text in enumerate(lines, 1) if text.startswith(">"))
    texts = [text.removeprefix(">") for text in lines]

    def line(_: str, wanted: int) -> str | None:
        return texts[wanted - 1] if 0 < wanted <= len(texts) else None

    return outlet(Frame("main.f", "main.go", number), line)
