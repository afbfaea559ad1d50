"""Which line is which: equal lines in order, never by chance, and in bounded time."""

from hypothesis import given
from hypothesis import strategies as st

from counted import calls_for
from pprof_lens.source.diff import align, carry, likeness, pair_edited, says_something
from pprof_lens.source.gofuncs import scan

LINES = st.lists(st.sampled_from(["a(b)", "c(d)", "e(f)", "}", "", "return x"]), max_size=25)


@given(LINES, LINES)
def test_aligned_lines_are_equal_and_in_order(old: list[str], new: list[str]) -> None:
    """Every pair is of one text, and both sides count up."""
    pairs = [(i, j) for i, j in enumerate(align(old, new)) if j >= 0]
    assert all(old[i] == new[j] for i, j in pairs)
    assert [j for _, j in pairs] == sorted({j for _, j in pairs})


@given(LINES, LINES)
def test_no_line_is_carried_twice_to_one_place(old: list[str], new: list[str]) -> None:
    """Nothing is doubled, and what did not change at all stays."""
    places = [j for j in carry(old, new) if j >= 0]
    assert len(places) == len(set(places))
    assert carry(old, old) == list(range(len(old)))


def test_braces_do_not_pair_across_statements() -> None:
    """Lines that occur once hold the others in their place."""
    old = ["if a {", "x()", "}", "if b {", "y()", "}"]
    new = ["if b {", "y()", "}"]
    assert align(old, new) == [-1, -1, -1, 0, 1, 2]


def test_edited_lines_pair_so_that_they_are_most_alike_in_all() -> None:
    """In order; a line that is like none stays alone."""
    old = ["call(one, 1)", "call(two, 2)", "unlike"]
    new = ["entirely different", "call(two, 22)", "call(three, 3)"]
    assert list(pair_edited(old, new)) == [(1, 1)]


def test_a_line_in_the_place_of_another_needs_less_in_common_with_it() -> None:
    """One came where one went."""
    assert list(pair_edited(["call(one)"], ["call(two, 2)"])) == [(0, 0)]
    assert list(pair_edited(["call(one)"], ["call(two, 2)", "more()"])) == []


def test_likeness_is_of_words() -> None:
    """Signs do not count, and neither does their order."""
    assert (likeness("a(b, c)", "a[b] + c"), likeness("a()", "b()"), likeness("", "")) == (1.0, 0.0, 0.0)
    assert [says_something(line) for line in ("}", "return", "return x", "x()")] == [False, False, True, False]


def carried(old: str, new: str) -> list[str]:
    """Each line of the old text that has a place in the new one, with its number there."""
    places = carry(old.split("\n"), new.split("\n"), scan(old).functions, scan(new).functions)
    return [f"{line.strip()} -> {at + 1}" for line, at in zip(old.split("\n"), places, strict=True) if at >= 0]


def test_lines_that_stand_in_their_function_under_an_if_now_are_not_those_of_another_function() -> None:
    """They read alike but for their indentation, so which of them was moved is not known."""
    old = "func Call() {\n\tbegin()\n\tx = &Node{\n\t\tof(y),\n\t}\n}\n"
    new = (
        "func Call() {\n\tbegin()\n\tif z {\n\t\tx = &Node{\n\t\t\tof(y),\n\t\t}\n\t}\n}\n\n"
        "func Pipe() {\n\tx = &Node{\n\t\tof(y),\n\t}\n}\n"
    )
    assert carried(old, new)[:2] == ["func Call() { -> 1", "begin() -> 2"]
    assert not {"x = &Node{ -> 11", "of(y), -> 12"} & set(carried(old, new))


def test_a_line_that_stands_unedited_in_another_function_is_not_the_one_that_resembles_it() -> None:
    """It was moved there or copied; nothing tells which."""
    old = "func A() {\n\tbegin(1)\n\tsend(to, all)\n\tend(1)\n}\n"
    new = "func A() {\n\tbegin(1)\n\tsend(to, one)\n\tend(1)\n}\n\nfunc B() {\n\tsend(to, all)\n}\n"
    alone = new[: new.index("\nfunc B")]
    assert carried(old, alone)[:4] == ["func A() { -> 1", "begin(1) -> 2", "send(to, all) -> 3", "end(1) -> 4"]
    assert carried(old, new)[:3] == ["func A() { -> 1", "begin(1) -> 2", "end(1) -> 4"]


def test_a_line_that_came_from_elsewhere_is_not_what_a_line_was_edited_to() -> None:
    old = "func A() {\n\tsend(to, all)\n}\n\nfunc B() {\n\tbegin(2)\n\tsend(to, one)\n\tend(2)\n}\n"
    new = "func A() {\n}\n\nfunc B() {\n\tbegin(2)\n\tsend(to, all)\n\tend(2)\n}\n"
    assert "send(to, one) -> 6" in carried(old.replace("all", "nobody"), new)
    assert [line for line in carried(old, new) if "send" in line] == []


def test_what_two_lines_of_a_function_say_crosses_over_to_no_line_that_resembles_it() -> None:
    """One of two alike was moved above what stood before it: it is not what a line below was edited to."""
    alike = "\tlog(w.String())\n\tcheck(a, b)\n"
    old = f"func A() {{\n{alike}\tbegin(1)\n\tsend(2)\n\tlog(w.String())\n\tend(w, 4)\n}}\n"
    new = f"func A() {{\n{alike}\tlog(w.String())\n\tbegin(1)\n\tsend(2)\n\tlast(w.String())\n\tend(w, 4)\n}}\n"
    assert [line for line in carried(old, new) if "String" in line] == ["log(w.String()) -> 2"]
    assert "log(w.String()) -> 6" in carried(old, new.replace("check(a, b)\n\tlog(w.String())", "check(a, b)"))


def test_what_several_lines_of_a_function_say_stays_in_its_own_block() -> None:
    """Two checks change places, with a `return` in each; what one returns is not what the other returned."""
    old = "func A() {\n\tif e = early(1, 2); e != nil {\n\t\treturn e\n\t}\n"
    old += "\tif e = late(3, 4); e != nil {\n\t\treturn e\n\t}\n\tif e = last(5, 6); e != nil {\n\t\treturn e\n\t}\n}\n"
    new = "func A() {\n\tif e = come(7, 8); e != nil {\n\t\treturn e\n\t}\n"
    new += "\tif e = last(5, 6); e != nil {\n\t\treturn e\n\t}\n\tif e = late(3, 4); e != nil {\n\t\treturn e\n\t}\n}\n"
    places = carry(old.split("\n"), new.split("\n"), scan(old).functions, scan(new).functions)
    assert (places[4:7], places[7:10]) == ([7, 8, 9], [4, 5, 6])


def test_several_lines_that_went_into_another_block_as_they_stood_are_followed_into_it() -> None:
    """Not one line alone, which can as well have come, nor one of several that were left."""
    end = "\t} else {\n\t\tbegin(a, 2)\n\t\tsort(a)\n\t\treturn a, 1\n\t}\n}\n"
    old = f"func A() {{\n\tif is(1) {{\n\t\tbegin(a, 1)\n\t\tsort(a)\n\t\treturn a, 1\n{end}"
    new = (
        f"func A() {{\n\tif is(1) {{\n\t\ts = b\n\t}}\n\tif s {{\n\t\tbegin(a, 1)\n\t\tsort(a)\n\t\treturn a, 1\n{end}"
    )
    where = [line for line in carried(old, new) if "sort" in line or "return" in line]
    assert where == ["sort(a) -> 7", "return a, 1 -> 8", "sort(a) -> 11", "return a, 1 -> 12"]
    alone = [line for line in carried(old.replace("sort(a)", ""), new.replace("sort(a)", "")) if "return" in line]
    assert alone == ["return a, 1 -> 12"]
    two = "\t\tsort(a)\n\t\treturn a, 1\n\t}\n"
    old = f"func A() {{\n\tif is(1) {{\n{two}\tif is(2) {{\n{two}}}\n"
    new = f"func A() {{\n\tif is(1) {{\n\t\tb()\n\t}}\n\tif is(2) {{\n\t}}\n\tif s {{\n{two}\tif t {{\n{two}}}\n"
    assert not [line for line in carried(old, new) if "sort" in line]


def test_what_begins_as_another_statement_does_is_told_from_it_by_what_stands_in_it() -> None:
    """The first of two calls is gone, which have their first lines in common; what is around them is as it was."""
    old = 'func A() {\n\tlog.With(Fields{\n\t\t"a": "b",\n\t\t"n": 0,\n\t}).Trace("went")\n\n'
    old += '\tlog.With(Fields{\n\t\t"a": "b",\n\t\t"n": 8,\n\t}).Debug("began")\n}\n'
    new = 'func A() {\n\tlog.With(Fields{\n\t\t"a": "b",\n\t\t"n": 8,\n\t}).Debug("began")\n}\n'
    places = carry(old.split("\n"), new.split("\n"), scan(old).functions, scan(new).functions)
    assert places[:11] == [0, -1, -1, -1, -1, -1, 1, 2, 3, 4, 5]


def test_a_body_is_followed_into_a_new_function_out_of_one_whose_parameters_stand_on_several_lines() -> None:
    """The line that ends them opens the body, and stays."""
    body = "\tset(w, key)\n\tif same(w) {\n\t\tmark(w, 1)\n\t}\n\tput(w, value)\n}\n"
    old = f"func Add(\n\tw *W,\n) {{\n{body}"
    new = f"func Add(\n\tw *W,\n) {{\n\tadd(w)\n}}\n\nfunc add(\n\tw *W,\n) {{\n{body}"
    said = [line for line in carried(old, new) if "(w, " in line]
    assert said == ["set(w, key) -> 10", "mark(w, 1) -> 12", "put(w, value) -> 14"]


def test_what_a_variable_of_the_package_holds_is_told_apart_by_its_blocks_too() -> None:
    """A table of functions, of which each says the same in the end; one came in between."""
    row = '\t{{\n\t\tName: "{0}",\n\t\tFunc: func(a int) error {{\n\t\t\tfor range {1} {{\n'
    row += '\t\t\t\tcheck("{0}")\n\t\t\t}}\n\t\t\treturn last(a)\n\t\t}},\n\t}},\n'
    first, last = row.format("first", "deref(a)"), row.format("last", "a")
    old = f"var all = []T{{\n{first}{last}}}\n"
    new = f"var all = []T{{\n{first.replace('deref(a)', 'a')}{row.format('between', 'a')}{last}}}\n"
    assert [line for line in carried(old, new) if "return" in line] == ["return last(a) -> 8", "return last(a) -> 26"]


def test_what_is_found_in_a_block_that_is_known_is_known_as_well() -> None:
    """Two loops change places, with the same check in each."""
    loop = "\tfor range {0}(a) {{\n\t\tif done(a) {{\n\t\t\treturn last(a)\n\t\t}}\n\t}}\n"
    old = f"func A() {{\n{loop.format('one')}{loop.format('two')}{loop.format('three')}}}\n"
    new = f"func A() {{\n{loop.format('come')}{loop.format('three')}{loop.format('two')}}}\n"
    assert [line.partition(" -> ")[2] for line in carried(old, new) if "return" in line] == ["4", "14", "9"]


def test_what_an_if_does_is_not_what_its_else_does() -> None:
    """An `else` came that says the same, and the rest is as it was."""
    old = "func A() {\n\tv, ok := one(a)\n\tif ok {\n\t\treturn v, nil\n\t}\n\tend(a)\n}\n"
    new = "func A() {\n\tcome(a)\n\tv, ok := one(a)\n\tif ok {\n\t\treturn v, nil\n"
    new += "\t} else if two(a) {\n\t\treturn v, nil\n\t}\n\tend(a)\n}\n"
    assert "return v, nil -> 5" in carried(old, new)
    assert "return v, nil -> 4" in carried(new, old)


def test_what_reads_as_its_block_does_is_not_taken_for_it_by_what_stands_in_both() -> None:
    """What was said in an inner `else` is said in the outer one by now, which is still the outer one."""
    inner = "\t\tif many(a) {{\n\t\t\t{}\n\t\t}} else {{\n\t\t\t{}\n\t\t}}\n"
    old = f"func A() {{\n\tif strict(s) {{\n{inner.format('one(1)', 'two(2)')}\t}} else {{\n"
    old += f"{inner.format('three(3)', 'four(4)')}\t}}\n}}\n"
    new = "func A() {\n\tif strict(s) {\n\t\ttwo(2)\n\t} else {\n\t\tfour(4)\n\t}\n}\n"
    lines = ["two(2) -> 3", "} else { -> 4", "four(4) -> 5", "} -> 6", "} -> 7"]
    assert carried(old, new)[2:-1] == lines
    places = carry(old.split("\n"), new.split("\n"), scan(old).functions, scan(new).functions)
    assert (places[7], places[13]) == (3, 5)


def test_of_the_same_statements_after_one_another_one_less_leaves_none_of_them_a_place() -> None:
    """Nor does one more; what stands around them, and what says the same elsewhere, is not in doubt."""
    three = "func A() {\n\tstart(1)\n\tadd(a, 1)\n\tadd(a, 1)\n\tadd(a, 1)\n\tend(2)\n\tadd(a, 1)\n}\n"
    two = three.replace("\tadd(a, 1)\n", "", 1)
    around = ["start(1) -> 2", "end(2) -> 5", "add(a, 1) -> 6"]
    assert [line for line in carried(three, two) if "(" in line][1:] == around
    assert [line for line in carried(two, three) if "(" in line][1:] == [
        "start(1) -> 2",
        "end(2) -> 6",
        "add(a, 1) -> 7",
    ]
    other = three.replace("add(a, 1)\n\tend(2)", "sub(b, 2)\n\tend(2)")
    assert [line for line in carried(other, other.replace("start(1)", "first(1)")) if "add" in line] == [
        "add(a, 1) -> 3",
        "add(a, 1) -> 4",
        "add(a, 1) -> 7",
    ]


def test_of_the_same_statements_of_which_one_was_replaced_the_other_stays() -> None:
    old = "func Call() {\n\tbegin()\n\twrite(a, b)\n\twrite(a, b)\n\tend()\n}\n"
    new = "func Call() {\n\tbegin()\n\twrite(a, b)\n\tother(c, d, e)\n\tend()\n}\n"
    assert [line for line in carried(old, new) if "(" in line][1:] == ["begin() -> 2", "write(a, b) -> 3", "end() -> 5"]


def test_a_statement_of_several_lines_that_stands_twice_and_then_once_has_no_place() -> None:
    """With the empty line between the two."""
    one = "\tadd(\n\t\ta, 1,\n\t)\n"
    old = f"func A() {{\n\tstart(1)\n{one}\n{one}\n\tend(2)\n}}\n"
    new = f"func A() {{\n\tstart(1)\n{one}\n\tend(2)\n}}\n"
    assert [line for line in carried(old, new) if "(" in line or "," in line] == [
        "func A() { -> 1",
        "start(1) -> 2",
        "end(2) -> 7",
    ]


def test_a_brace_closes_what_it_closed() -> None:
    """Under one block less all are further out by one, where each reads as the next one did."""
    old = "func A() {\n\tif a(1) {\n\t\tif b(2) {\n\t\t\tif c(3) {\n\t\t\t\td(4)\n\t\t\t}\n\t\t}\n\t}\n}\n"
    new = "func A() {\n\tif b(2) {\n\t\tif c(3) {\n\t\t\td(4)\n\t\t}\n\t}\n}\n"
    places = carry(old.split("\n"), new.split("\n"), scan(old).functions, scan(new).functions)
    assert places[:9] == [0, -1, 1, 2, 3, 4, 5, -1, 6]


def test_of_renamed_functions_that_say_the_same_the_order_and_then_the_name_tell_which_is_which() -> None:
    """One tries numbers first, the other one texts; then both do the same."""
    old = "func number() {\n\ttry(1, 2)\n\ttext(a)\n}\n\nfunc text() {\n\ttext(a)\n\ttry(1, 2)\n}"
    new = old.replace("number()", "wholeNumber()").replace("func text()", "func plainText()")
    new = f"func before() {{\n}}\n\n{new}"
    assert [line for line in carried(old, new) if "(" in line] == [
        "func number() { -> 4",
        "try(1, 2) -> 5",
        "text(a) -> 6",
        "func text() { -> 9",
        "text(a) -> 10",
        "try(1, 2) -> 11",
    ]
    alike = "func number() {\n\ttry(1, 2)\n}\n\nfunc text() {\n\ttry(1, 2)\n}"
    renamed = "func plainText() {\n\ttry(1, 2)\n}\n\nfunc wholeNumber() {\n\ttry(1, 2)\n}"
    assert [line for line in carried(alike, renamed) if "try" in line] == ["try(1, 2) -> 6", "try(1, 2) -> 2"]


def test_the_methods_of_a_type_that_was_renamed_are_followed_however_many_there_are() -> None:
    """Too many to compare each with each; by name there is one for each, and one that does something else now."""
    old = "\n\n".join(f"func (c *context) M{i}() {{\n\ttry(1, 2)\n\tlast{i % 2}(3, 4)\n}}" for i in range(60))
    new = old.replace("(c *context)", "(c *Context)").replace(
        "M7() {\n\ttry(1, 2)\n\tlast1", "M7() {\n\tother(5)\n\tnext"
    )
    found = [line for line in carried(old, f"// above\n{new}") if "try" in line]
    assert found == [f"try(1, 2) -> {5 * i + 3}" for i in range(60) if i != 7]


def test_the_methods_of_a_type_go_with_it_where_its_fields_and_its_name_tell_that_it_was_renamed() -> None:
    """Most of what they say may have changed; not where few fields stayed, or the name is quite another."""
    old = "type goWorker struct {\n\tpool *Pool\n\ttask chan func()\n\tused time.Time // last\n}\n\n"
    old += "func (w *goWorker) run() {\n\tw.count(1)\n\tdefer w.end(2)\n\tw.log(3)\n\tgo w.loop(4)\n}\n"
    new = "type Worker struct {\n\tpool  *Pool\n\ttasks chan f\n\tused  time.Time\n}\n\n"
    new += "func (w *Worker) run() {\n\tgo w.loop(4)\n}\n"
    assert "go w.loop(4) -> 8" in carried(old, new)
    assert "go w.loop(4) -> 8" not in carried(old, new.replace("used  time.Time", "other int"))
    assert "go w.loop(4) -> 8" not in carried(old, new.replace("Worker", "Runner"))
    twice = new.replace("Worker", "goWorkers") + new
    assert not [line for line in carried(old, twice) if "loop" in line]


def test_what_a_function_hands_on_to_a_new_one_is_followed_into_it() -> None:
    """It is still there, and calls it; what another one says by chance, or less than half, stays where it is."""
    old = "func value() {\n\tfirst(1, 2)\n\tlast(3, 4)\n\treturn obj\n}\n\nfunc other() {\n\treturn obj\n}"
    new = "func value() {\n\tplain(1)\n}\n\nfunc plain() {\n\tfirst(1, 2)\n\tlast(3, 4)\n\treturn obj\n}"
    assert [line for line in carried(old, f"{new}\n\nfunc other() {{\n\treturn obj\n}}") if "obj" in line] == [
        "return obj -> 8",
        "return obj -> 12",
    ]
    twice = f"{new}\n\nfunc plainer() {{\n\tfirst(1, 2)\n\tlast(3, 4)\n\treturn obj\n}}"
    assert [line for line in carried(old, twice) if "obj" in line] == []


def test_what_a_function_takes_back_from_one_that_is_gone_is_followed_into_it() -> None:
    """It called that one. What two take back, less than half, or one that did not call it or still does is nowhere."""
    gone = "func plain() {\n\tfirst(1, 2)\n\tlast(3, 4)\n\treturn obj\n}"
    old = f"func value() {{\n\tplain(1)\n\tmore(5, 6)\n}}\n\n{gone}"
    inside = "\tif is(7) {\n\t\tfirst(1, 2)\n\t\tlast(3, 4)\n\t\treturn obj\n\t}\n\tmore(5, 6)\n}"
    new = f"func value() {{\n{inside}"
    taken_back = ["first(1, 2) -> 3", "last(3, 4) -> 4", "return obj -> 5"]
    assert [line for line in carried(old, new) if line.split()[0] in {"first(1,", "last(3,", "return"}] == taken_back
    other = "func other() {\n\tplain(2)\n\tmany(7)\n}"
    twice = f"{new}\n\nfunc other() {{\n\tfirst(1, 2)\n\tlast(3, 4)\n\treturn obj\n\tmany(7)\n}}"
    assert not [line for line in carried(f"{old}\n\n{other}", twice) if "obj" in line]
    assert not [line for line in carried(old.replace("plain(1)", "other(1)"), new) if "obj" in line]
    assert not [line for line in carried(old, new.replace("is(7)", "plain(7)")) if "obj" in line]
    less = new.replace("\t\tlast(3, 4)\n\t\treturn obj\n", "")
    assert not [line for line in carried(old, less) if "first" in line]


def test_a_line_that_a_new_function_says_is_no_other_one_edited() -> None:
    """Whether it went there or became what stands in its place is not known, so it is nowhere."""
    same = "\n\nfunc other() {\n\ta, err := g.parse(s)\n}"
    old = "func group() {\n\tbegin(1)\n\ta, err := g.parse(s)\n\tend(2)\n\tlast(3)\n}"
    new = "func group() {\n\tbegin(1)\n\tp, err := s.peek()\n\tend(2)\n\tlast(3)\n}"
    assert "a, err := g.parse(s) -> 3" in carried(old + same, new + same)
    come = "\n\nfunc inner() {\n\ta, err := g.parse(s)\n}"
    assert "a, err := g.parse(s) -> 3" not in carried(old + same, new + same + come)


def test_a_function_that_is_as_like_two_new_ones_is_neither() -> None:
    """Its lines are left out rather than put into one by chance."""
    old = "func one() {\n\ttry(1, 2)\n\tlast(3, 4)\n}"
    new = "func oneA() {\n\ttry(1, 2)\n\tlast(3, 4)\n}\n\nfunc oneB() {\n\ttry(1, 2)\n\tlast(3, 4)\n}"
    assert [line for line in carried(old, new) if "(" in line] == []


def test_ten_thousand_lines_that_are_nearly_all_alike_are_given_up_rather_than_waited_for() -> None:
    """A gap without a line that occurs once is diffed up to a size; here it is far beyond it."""
    old = ["}" if i % 2 else "" for i in range(10_000)]
    new = ["" if i % 3 else "}" for i in range(10_000)]
    assert align(old, new).count(-1) > 9_000


def work_for(parts: int) -> int:
    """What it is to follow the steps of a function into so many new ones that it was parted into."""
    steps = [
        [f"\terr = step{part}_{at}()\n\tif err != nil {{\n\t\treturn err\n\t}}\n" for at in range(5)]
        for part in range(parts)
    ]
    old = "package x\n\nfunc all() {\n" + "".join(map("".join, steps)) + "}\n"
    new = "package x\n\n" + "".join(f"func part{part}() {{\n{''.join(of)}}}\n" for part, of in enumerate(steps))
    before, after = (text.splitlines() for text in (old, new))
    functions = scan(old).functions, scan(new).functions
    return calls_for(lambda: carry(before, after, *functions))


def test_a_function_of_twice_as_many_lines_that_became_twice_as_many_is_no_more_than_twice_the_work() -> None:
    assert work_for(80) < 2.5 * work_for(40)
