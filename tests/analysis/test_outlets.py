"""Where the source takes out again what a line puts in, found by the container's name.

`>` marks the line that allocates. A local container is sought in its function, others in their file.
"""

import pytest

from pprof_lens.analysis.outlets import outlet
from pprof_lens.profile.stacks import Frame

PUTS = "func (c *C) put(k int, v T) {\n\tif len(c.m) >= c.most {\n\t\treturn\n\t}\n\tc.m[k] = v\n}"


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("func f() {\n> s := &session{}\n m.all[s] = struct{}{}\n}\nfunc G() {\n delete(m.all, old)\n}", 6),
        ("func f() {\n> c.entries[key] = make([]byte, n)\n}\nfunc (c *C) Drop() {\n delete(c.entries, key)\n}", 5),
        ("func f() {\n> all = append(all, T{})\n}\nfunc G() {\n all = all[1:]\n}", 5),
        ("func f() {\n> value := load()\n c.entries[key] = value\n if n > 9 {\n  delete(c.entries, old)\n }\n}", 5),
        ("func f() {\n order := list.New()\n> order.PushBack(key)\n order.Remove(order.Front())\n}", 4),
        ("func f() {\n> ring[at%len(ring)] = strings.Repeat(x, 9)\n}", 2),
        ("func f() {\n> b.pending = append(b.pending, make([]byte, 9))\n}\nfunc G() {\n b.pending = nil\n}", 5),
        ("func f() {\n> windows[k] = append(windows[k], 1)\n}\nfunc G() {\n clear(windows)\n}", 5),
        ("func f() {\n> heap.Push(&w.tasks, &task{})\n}\nfunc G() {\n heap.Pop(&w.tasks)\n}", 5),
        ("func f() {\n memo := m{}\n> memo[k] = v()\n if len(memo) > 9 {\n  memo = m{}\n }\n}", 5),
        ("func f() {\n var a, b [][]byte\n> a = append(a, v())\n a, b = b[:0], a\n}", 4),
        ("func f() {\n w := days[len(days)-1]\n> w[k] = append(w[k], 1)\n}\nfunc G() {\n days = days[1:]\n}", 6),
        (
            "func f() {\n> r.record(new(trace))\n}\nfunc (r *R) record(t T) {\n r.kept[i] = t\n i %= len(r.kept)\n}",
            6,
        ),
        (
            "func f() {\n> p := v()\n c.put(1, p)\n}\nfunc (c *C) put(k int, v T) {\n c.m[k] = v\n delete(c.m, 0)\n}",
            7,
        ),
        ("func f() {\n> s.all.Store(id, make([]byte, 9))\n}\nfunc G() {\n s.all.Delete(id)\n}", 5),
        ("func f() {\n\tif len(memo) < 900 {\n>\t\tmemo[k] = v()\n\t}\n}", 3),  # only so many are stored
        ("func f() {\n> v := new(T)\n\tif ok && len(p.free) < p.most {\n\t\tp.free = append(p.free, v)\n\t}\n}", 4),
        ("func f() {\n>\topen[n%64] = make([]byte, 9)\n}", 2),  # a remainder is one of so many
        (f"func f() {{\n>\tc.put(k, new(T))\n}}\n{PUTS}", 8),
    ],
)
def test_what_is_taken_out_is_found(source: str, found: int) -> None:
    assert at(source) == found


ADDS = "func (c *C) add(t T) {\n c.a[t] = 1\n}\nfunc (b *B) add(t T) {\n b.b[t] = 1\n clear(b.b)\n}"


@pytest.mark.parametrize(
    ("why", "source"),
    [
        (
            "nothing takes out",
            "func f() {\n> c.entries[key] = make([]byte, n)\n}\nfunc G() {\n delete(c.others, key)\n}",
        ),
        ("another function's own", "func f() {\n all := m{}\n> all[k] = v()\n}\nfunc G() {\n delete(all, k)\n}"),
        ("a comment", "func f() {\n> all[k] = v()\n}\n// delete(all, k)\n"),
        ("what is made is stored nowhere", "func f() {\n> value := load()\n c[k] = other\n delete(c, k)\n}"),
        ("it is made there", "func f() {\n> all[k] = v()\n}\nfunc G() {\n all = make(map[string]T)\n}"),
        ("it is handed to who keeps it", "func f() {\n> s.add(v())\n}\nfunc (s *S) add(t T) {\n s.all[k] = t\n}"),
        ("an index is no bound", "func f() {\n if at.next[n%64] == nil {\n>  at.next[n%64] = new(branch)\n }\n}"),
        ("another of its elements", "func f() {\n w := days[0]\n> w[k] = v()\n}\nfunc G() {\n delete(days[1], k)\n}"),
        ("each of few grows", "func f() {\n>\tof[n%9] = append(of[n%9], v())\n}"),
        ("each of few grows", "func f() {\n>\tall := append(of[n%9], v())\n\tof[n%9] = all\n}"),
        ("it is compared", "func f() {\n\tif shards[n%64] == nil {\n\t\tn++\n\t}\n>\tshards[n] = new(T)\n}"),
        ("it is only told", "func f() {\n\tif len(all) > 900 {\n\t\tlog()\n\t}\n>\tall[k] = v()\n}"),
        ("it is stored where there are more", "func f() {\n\tif len(all) > 9 {\n>\t\tall[k] = v()\n\t}\n}"),
        ("it is the first one", "func f() {\n\tif len(all) < 1 {\n\t\tall = m{}\n\t}\n>\tall[k] = v()\n}"),
        ("others are few", "func f() {\n\tif len(others) < 9 {\n>\t\tall[k] = v()\n\t}\n}"),
        ("no end", "func f() {\n\tif len(all) < math.MaxInt32 {\n>\t\tall[k] = v()\n\t}\n}"),
        ("no end", "func f() {\n\tif len(all) < 1<<40 {\n>\t\tall[k] = v()\n\t}\n}"),
        ("or something else", "func f() {\n\tif force || len(all) < 9 {\n>\t\tall[k] = v()\n\t}\n}"),
        ("another type's method", f"func f() {{\n c := &C{{}}\n> c.add(v())\n}}\n{ADDS}"),
        ("a name that ends alike", "func f() {\n> all[k] = v()\n}\nfunc G() {\n delete(overall, k)\n}"),
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

    found = outlet(Frame("main.f", "main.go", number), line)
    return found.frame.line if found is not None else None


def test_what_takes_out_comes_before_what_stores_only_so_many() -> None:
    put = "func f() {\n\tif len(c.m) < 9 {\n>\t\tc.m[k] = v()\n\t}\n}\n"
    assert at(put) == 3
    assert at(put + "func G() {\n\tdelete(c.m, k)\n}") == 7
    both = put + PUTS
    assert at(both) == 3  # the first of them


CACHE = """func (c *cache) put(key string, page []byte) {
	c.all[key] = page
}
func f(c *cache) {
	c.put("a", make([]byte, 9))
	c.all["b"] = make([]byte, 9)
}"""
SWEEP = "package a\n\nfunc (c *cache) Sweep() {\n\tdelete(c.all, old)\n}"


def of_package(line: int, **files: str) -> str:
    """What takes out, in a package of these files, what is put in on that line of `main`."""
    texts = {f"a/{name}.go": text.split("\n") for name, text in files.items()}
    texts["a/"] = [f"{name}.go" for name in files]
    known = {(path, number): text for path, lines in texts.items() for number, text in enumerate(lines, 1)}
    found = outlet(Frame("a.f", "a/main.go", line), lambda path, number: known.get((path, number)))
    return f"{found.frame.file}:{found.frame.line}" if found is not None else ""


@pytest.mark.parametrize("line", [2, 5, 6])
def test_another_file_of_the_package_may_take_out_what_is_in_a_field_of_its_type(line: int) -> None:
    assert of_package(line, main=CACHE, sweep=SWEEP) == "a/sweep.go:4"
    assert of_package(line, main=CACHE, sweep=SWEEP.replace("*cache", "*others")) == ""
    assert of_package(line, main=CACHE) == ""


def test_another_file_may_store_what_it_is_handed_if_it_is_the_only_one_of_that_name_and_type() -> None:
    store, main = CACHE.split("\nfunc f")
    assert of_package(2, main=f"func f{main}", store=store, sweep=SWEEP) == "a/sweep.go:4"
    other = "func (o *others) put(n int) {\n\to.all = n\n}"
    assert of_package(2, main=f"func f{main}", store=store, other=other, sweep=SWEEP) == "a/sweep.go:4"
    unknown = f"func f{main}".replace("c *cache", "c cacher")
    assert of_package(2, main=unknown, store=store, sweep=SWEEP) == "a/sweep.go:4"
    assert of_package(2, main=unknown, store=store, other=other, sweep=SWEEP) == ""


def test_another_file_may_take_out_of_a_variable_of_the_package() -> None:
    register = "func f() {\n\tplugins[name] = &plugin{}\n}"
    assert of_package(2, main=register, other="package a\n\nfunc G() {\n\tclear(plugins)\n}") == "a/other.go:4"


def test_what_a_map_keeps_is_not_taken_out_by_the_list_that_lets_it_go() -> None:
    put = "func f() {\n> c.items[key] = c.order.PushFront(&item{key, v()})\n c.order.Remove(c.order.Back())\n}"
    assert at(put) is None
    assert at(put.replace("\n}", "\n delete(c.items, last)\n}")) == 4
