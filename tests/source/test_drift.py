"""From the profile's lines to the buffer's: what is verified, what is carried, what is left out."""

from collections.abc import Collection, Iterator

import pytest

from pprof_lens.source.drift import Candidate, Drift, StaleFunction, State, place
from pprof_lens.source.lines import without_ends
from pprof_lens.source.profiled import DeclaredFunction, ProfileFile

TWO = """package x

func One() {
	first(1)
	second(2)
}

func Two() {
	third(3)
	fourth(4)
}
"""


def profiled(*functions: tuple[str, int, tuple[int, ...]], path: str = "/build/x.go") -> ProfileFile:
    return ProfileFile(path, tuple(DeclaredFunction(f"x.{name}", start, lines) for name, start, lines in functions))


BOTH = ProfileFile(
    "/build/x.go",
    (
        DeclaredFunction("x.One", 3, (4, 5), ((4, "x.first"), (5, "x.second"))),
        DeclaredFunction("x.Two", 8, (9,), ((9, "x.third"),)),
    ),
)


def carried(file: ProfileFile, text: str, buffer: str) -> Drift:
    """What becomes of a profile of `text` in a buffer, as the file's history has it."""
    return place(file, [Candidate(text, "commit 1a2b3c4"), Candidate(buffer, "this file as it is")], buffer)


def picture(drift: Drift, buffer: str) -> str:
    """The lines of the buffer that have a figure, each with its profile line and state."""
    lines = without_ends(buffer)
    placed = sorted((placement.line, line, placement.state.value) for line, placement in drift.placements.items())
    return "; ".join(f"{lines[at].strip()} <{line} {state}>" for at, line, state in placed)


@pytest.mark.parametrize(
    ("law", "buffer", "expected"),
    [
        (
            "nothing changed",
            TWO,
            (
                "func One() { <3 exact>; first(1) <4 exact>; second(2) <5 exact>; "
                "func Two() { <8 exact>; third(3) <9 exact>"
            ),
        ),
        (
            "line ends are no change",
            TWO.replace("\n", "\r\n"),
            (
                "func One() { <3 exact>; first(1) <4 exact>; second(2) <5 exact>; "
                "func Two() { <8 exact>; third(3) <9 exact>"
            ),
        ),
        (
            "a line more above moves all below",
            TWO.replace("func One", "// One.\nfunc One"),
            (
                "func One() { <3 moved>; first(1) <4 moved>; second(2) <5 moved>; "
                "func Two() { <8 moved>; third(3) <9 moved>"
            ),
        ),
        (
            "a line more inside moves those below it",
            TWO.replace("\tsecond", "\tnew(9)\n\tsecond"),
            (
                "func One() { <3 exact>; first(1) <4 exact>; second(2) <5 moved>; "
                "func Two() { <8 moved>; third(3) <9 moved>"
            ),
        ),
        (
            "a changed line is edited",
            TWO.replace("second(2)", "second(2, 2)"),
            (
                "func One() { <3 exact>; first(1) <4 exact>; second(2, 2) <5 edited>; "
                "func Two() { <8 exact>; third(3) <9 exact>"
            ),
        ),
        (
            "an indented line is edited and still itself",
            TWO.replace("\tsecond(2)", "\tif ok {\n\t\tsecond(2)\n\t}"),
            (
                "func One() { <3 exact>; first(1) <4 exact>; second(2) <5 edited>; "
                "func Two() { <8 moved>; third(3) <9 moved>"
            ),
        ),
        (
            "what was replaced by something else is gone",
            TWO.replace("second(2)", "unlike(all)"),
            "func One() { <3 exact>; first(1) <4 exact>; func Two() { <8 exact>; third(3) <9 exact>",
        ),
        (
            "functions that changed places take their lines along",
            TWO[:11] + TWO[TWO.index("func Two") :] + "\n" + TWO[11 : TWO.index("func Two")],
            (
                "func Two() { <8 moved>; third(3) <9 moved>; "
                "func One() { <3 moved>; first(1) <4 moved>; second(2) <5 moved>"
            ),
        ),
        (
            "a renamed function is followed by what it says",
            TWO.replace("One", "Uno"),
            (
                "func Uno() { <3 edited>; first(1) <4 exact>; second(2) <5 exact>; "
                "func Two() { <8 exact>; third(3) <9 exact>"
            ),
        ),
        (
            "a function that is gone leaves nothing",
            TWO[: TWO.index("func Two")],
            "func One() { <3 exact>; first(1) <4 exact>; second(2) <5 exact>",
        ),
        (
            "lines that were moved into a function of their own are followed",
            TWO.replace("\tfirst(1)\n\tsecond(2)\n", "\tnew()\n") + "\nfunc new() {\n\tfirst(1)\n\tsecond(2)\n}\n",
            (
                "func One() { <3 exact>; func Two() { <8 moved>; third(3) <9 moved>; "
                "first(1) <4 moved>; second(2) <5 moved>"
            ),
        ),
        (
            "one line that another function happens to have is not",
            TWO.replace("\tfirst(1)\n", "") + "\nfunc other() {\n\tfirst(1)\n}\n",
            "func One() { <3 exact>; second(2) <5 moved>; func Two() { <8 moved>; third(3) <9 moved>",
        ),
        (
            "two lines of one function that changed places are",
            TWO.replace("\tfirst(1)\n\tsecond(2)\n", "\tsecond(2)\n\tfirst(1)\n"),
            (
                "func One() { <3 exact>; second(2) <5 moved>; first(1) <4 moved>; "
                "func Two() { <8 exact>; third(3) <9 exact>"
            ),
        ),
    ],
)
def test_from_the_profiled_text_to_the_buffer(law: str, buffer: str, expected: str) -> None:
    """The profiled text is known; each law is one change since."""
    drift = carried(BOTH, TWO, buffer)
    assert drift.is_verified
    assert picture(drift, buffer) == expected, law


def test_the_first_verified_text_is_the_baseline() -> None:
    """Texts that do not have the functions at their lines are passed over, and no more are drawn than needed."""

    def texts() -> "list[Candidate]":
        return [Candidate("\n" + TWO, "an older one"), Candidate(TWO, "commit 1a2b3c4")]

    def drawn() -> object:
        yield from texts()
        raise AssertionError("one too many")

    assert place(BOTH, drawn(), "\n\n" + TWO).matched == "matched with commit 1a2b3c4"  # type: ignore[arg-type]


GENERIC = """package x

var table = func() int {
	return fill(1)
}()

func (t *Tree[K]) Walk(f func(K)) {
	for key := range t.all {
		go func() {
			f(key)
		}()
	}
}

func init() {
	setup(2)
}
"""


def test_all_kinds_of_functions_verify() -> None:
    """Methods of generic types, closures, loop bodies, init functions; what the compiler made is not asked for."""
    file = ProfileFile(
        "/build/x.go",
        (
            DeclaredFunction("x.init.func1", 3, (4,)),
            DeclaredFunction("x.(*Tree[go.shape.int]).Walk", 7, (8,)),
            DeclaredFunction("x.(*Tree[...]).Walk-range1", 8, (9,)),
            DeclaredFunction("x.(*Tree[go.shape.int]).Walk-range1.func1", 9, (10,)),
            DeclaredFunction("y.(*Other).Inliner.(*Tree[go.shape.int]).Walk.func2", 9, (10,)),
            DeclaredFunction("x.(*Tree[go.shape.int]).Walk.gowrap1", 9, (9,)),
            DeclaredFunction("x.init.3", 15, (16,)),
        ),
    )
    drift = place(file, [Candidate(GENERIC, "this file as it is")], GENERIC)
    assert drift.is_verified
    assert sorted(drift.placements) == [3, 4, 7, 8, 9, 10, 15, 16]


@pytest.mark.parametrize(
    ("law", "function"),
    [
        ("its start line is another", ("One", 4, (4,))),
        ("it is not declared", ("Three", 3, (4,))),
        ("a sampled line is not in it", ("One", 3, (9,))),
        ("a sampled line is blank", ("One", 3, (7,))),
        ("a closure is not there", ("One.func1", 4, (4,))),
        ("a loop is not there", ("One-range1", 4, (4,))),
        ("the receiver is another", ("(*T).One", 3, (4,))),
        ("a line is past the end", ("One", 3, (4000,))),
    ],
)
def test_what_verifies_no_text(law: str, function: tuple[str, int, tuple[int, ...]]) -> None:
    """One function out of place is enough."""
    assert not place(profiled(("Two", 8, (9,)), function), [Candidate(TWO, "this file as it is")], TWO).is_verified, law


def with_more(file: ProfileFile, *functions: DeclaredFunction) -> ProfileFile:
    return file._replace(functions=file.functions + functions)


def left(file: ProfileFile, buffer: str) -> Drift:
    """With nothing to go by but the buffer."""
    return place(file, [Candidate(buffer, "this file as it is")], buffer)


def test_without_the_profiled_text_functions_that_moved_together_keep_their_figures() -> None:
    """By their own offset; how it was matched says so."""
    buffer = TWO.replace("package x", "// Package x.\npackage x")
    drift = left(BOTH, buffer)
    assert picture(drift, buffer) == (
        "func One() { <3 moved>; first(1) <4 moved>; second(2) <5 moved>; func Two() { <8 moved>; third(3) <9 moved>"
    )
    assert (drift.is_verified, drift.stale) == (False, ())
    assert drift.matched == (
        "matched with this file as it is by the function's own offset, as no version is the one profiled"
    )


def test_a_function_that_may_have_changed_inside_is_left_out() -> None:
    """The next one moved further than it did, so a line may have come between its own.

    Since something changed, nobody knows whether the next one reads as it did.
    """
    buffer = TWO.replace("\tfirst(1)\n", "\tnew(9)\n\tfirst(1)\n")
    drift = left(BOTH, buffer)
    assert picture(drift, buffer) == "func Two() { <8 unknown>; third(3) <9 unknown>"
    assert drift.stale == (StaleFunction("x.One", 3, 2),)


def test_a_function_that_is_gone_is_reported_and_the_others_stay() -> None:
    """Its absence explains why what follows moved."""
    buffer = TWO.replace("func Two", "func Three").replace("x\n", "x\n\n")
    drift = left(BOTH, buffer)
    assert picture(drift, buffer) == "func One() { <3 unknown>; first(1) <4 unknown>; second(2) <5 unknown>"
    assert drift.stale == (StaleFunction("x.Two", 8, None),)


def test_a_function_that_came_in_between_explains_what_moved() -> None:
    """It is exactly as long as the distance grew, so the function before it is whole."""
    buffer = TWO.replace("func Two", "// New is new.\nfunc New() {\n\tnew(9)\n}\n\nfunc Two")
    drift = left(BOTH, "\n" + buffer)
    assert picture(drift, "\n" + buffer) == (
        "func One() { <3 moved>; first(1) <4 moved>; second(2) <5 moved>; func Two() { <8 moved>; third(3) <9 moved>"
    )
    buffer = buffer.replace("\tfirst(1)\n", "\tfirst(1)\n\tnew(10)\n")
    assert picture(left(BOTH, buffer), buffer) == "func Two() { <8 unknown>; third(3) <9 unknown>"


def test_a_call_that_a_function_makes_twice_says_of_none_of_them_that_it_is_the_one() -> None:
    """A line came in, and by its number the figure would stand on the other call; what is called once is itself."""
    text = "package x\n\nfunc One() {\n\twhere()\n\tagain(1)\n\tagain(2)\n}\n"
    one = ProfileFile("/build/x.go", (DeclaredFunction("x.One", 3, (4, 5), ((4, "x.where"), (5, "x.again"))),))
    changed = "package x\n\nvar y = 1\n\nfunc One() {\n\twhere()\n\tagain(0)\n\tagain(1)\n\tagain(2)\n}\n"
    assert picture(left(one, text), text) == "func One() { <3 exact>; where() <4 exact>; again(1) <5 exact>"
    assert picture(left(one, changed), changed) == "func One() { <3 moved>; where() <4 moved>"


def test_a_function_is_reported_once_with_the_closures_in_it() -> None:
    """A closure that is not there tells that its function changed."""
    two = DeclaredFunction("x.Two", 8, (9,), ((9, "x.third"),))
    drift = left(with_more(profiled(("One", 3, (4,)), ("One.func1", 4, (5,))), two), TWO)
    assert picture(drift, TWO) == "func Two() { <8 unknown>; third(3) <9 unknown>"
    assert drift.stale == (StaleFunction("x.One", 3, 2),)


def test_the_baseline_can_be_used_again_when_it_is_nowhere_else() -> None:
    """An edited file was saved and there is no git: what was known before still holds."""
    before = left(BOTH, TWO)
    saved = TWO.replace("\tfirst(1)\n", "\tnew(9)\n\tfirst(1)\n")
    assert before.baseline is not None
    after = place(BOTH, [before.baseline, Candidate(saved, "this file as it is")], saved)
    assert picture(after, saved) == (
        "func One() { <3 exact>; first(1) <4 moved>; second(2) <5 moved>; func Two() { <8 moved>; third(3) <9 moved>"
    )


def test_without_any_text_nothing_is_placed() -> None:
    """There is nothing to verify."""
    assert place(BOTH, [], TWO).placements == {}


@pytest.mark.parametrize(
    ("law", "functions", "expected"),
    [
        (
            "two lines that name what they call, and what is between them, is where it was",
            [("One", (4, 5), ((4, "x.first"),)), ("Two", (9,), ((9, "x.third"),))],
            "first(1) <4 exact>; second(2) <5 exact>; third(3) <9 exact>",
        ),
        (
            "below the last such line nothing is known",
            [("One", (4, 5), ((4, "x.first"),)), ("Two", (9,), ())],
            "first(1) <4 exact>",
        ),
        ("without any nothing is", [("One", (4, 5), ()), ("Two.func1", (9,), ())], ""),
        ("a call that is not written on its line is another text's", [("One", (4,), ((4, "x.second"),))], ""),
    ],
)
def test_without_start_lines_the_calls_on_the_lines_are_the_evidence(
    law: str, functions: list[tuple[str, tuple[int, ...], tuple[tuple[int, str], ...]]], expected: str
) -> None:
    """Go before 1.20, text profiles and stack dumps have none."""
    named = (DeclaredFunction(f"x.{name}", 0, lines, calls) for name, lines, calls in functions)
    drift = left(ProfileFile("/build/x.go", tuple(named)), TWO + "\nfunc first(n int) {\n}\n")
    assert picture(drift, TWO) == expected, law
    assert drift.is_verified == bool(expected), law


def test_a_line_that_may_be_of_another_file_is_left_out() -> None:
    """pprof records one file a function: under //line, line 9 of it may be the template's."""
    text = "package x\n\nfunc One() {\n\tfirst(1)\n//line page.tmpl:9\n\tsecond(2)\n//line x.go:20\n\tthird(3)\n}\n"
    drift = left(profiled(("One", 3, (4, 9, 20))), text)
    assert drift.is_verified
    assert picture(drift, text) == "func One() { <3 exact>; first(1) <4 exact>; third(3) <20 moved>"


def test_a_function_that_begins_in_another_file_by_a_directive_says_nothing_against_this_one() -> None:
    """Its lines are of a file that is not known, and one that has the number of a function's first line is no line."""
    text = "package x\n\nfunc One() {\n\tfirst(1)\n}\n\n//line page.tmpl:2\nfunc Page() {\n\tsecond(2)\n}\n"
    drift = left(profiled(("One", 3, (4,)), ("Page", 2, (3,))), text)
    assert drift.is_verified
    assert picture(drift, text) == "first(1) <4 exact>"


def test_a_figure_of_the_initialisation_is_not_where_a_function_begins() -> None:
    """It can be of that line of another file; nor is it where the text changed."""
    init = DeclaredFunction("x.init", 1, (8, 90), ((8, "x.other"), (90, "x.other")))
    for text in (TWO, TWO.replace("func One", "\nfunc One")):
        drift = left(with_more(BOTH, init), text)
        assert drift.place(9) is not None
        assert drift.place(8) is None


def test_templates_and_grammars_are_matched_by_number() -> None:
    """They declare nothing that could be verified, and the hover says so."""
    template = "{{ each }}\n\tfirst(1)\n{{ end }}\n"
    drift = left(profiled(("Page", 1, (2,)), path="/build/page.tmpl"), template)
    assert picture(drift, template) == "first(1) <2 exact>"
    assert drift.matched == "matched with this file as it is, by line number alone"


def test_of_a_template_no_other_text_counts_than_the_likeliest() -> None:
    """Its lines would fit into many."""
    profiled_text, longer = "// a comment\n{{ a }}\n", "{{ a }}\n{{ b }}\n"
    assert not carried(profiled(("Page", 1, (1,)), path="/build/page.tmpl"), profiled_text, longer).placements


def test_of_a_grammar_only_what_says_so_has_a_place_where_lines_are_of_the_parser_that_was_made() -> None:
    """goyacc's own code has a file of its own in the same function."""
    grammar = "%%\n\nlist:\n  { $$ = keep($1) }\n| list\n  { $$ = append($1, $2) }\n| other\n"
    of_parser = (DeclaredFunction("x.(*yy).Parse", 1, (3, 4, 5, 6, 80), ((4, "x.keep"), (5, "x.lex")), (6,)),)
    assert picture(left(ProfileFile("/build/x.y", of_parser), grammar), grammar) == (
        "{ $$ = keep($1) } <4 exact>; { $$ = append($1, $2) } <6 exact>"
    )
    literal = (of_parser[0]._replace(calls=((3, "x.f.func1"), (4, "x.f.func1")), allocates=()),)
    assert picture(left(ProfileFile("/build/x.y", literal), grammar), grammar) == "{ $$ = keep($1) } <4 exact>"
    unproven = (of_parser[0]._replace(calls=(), allocates=()),)
    assert not left(ProfileFile("/build/x.y", unproven), grammar).placements


def test_the_lines_of_a_doubtful_text_may_have_been_edited() -> None:
    """Nothing of it is exact, and it is no less the text that fits."""
    drift = place(BOTH, [Candidate(TWO, "commit 1a2b3c4", is_guess=True, is_doubtful=True)], TWO)
    assert drift.is_verified
    assert {placed.state for placed in drift.placements.values()} == {State.UNKNOWN}
    assert drift.stale == ()
    moved = TWO.replace("func One", "// One.\nfunc One")
    for is_doubtful, state in ((False, State.MOVED), (True, State.UNKNOWN)):
        drift = place(BOTH, [Candidate(moved, "this file as it is", is_doubtful=is_doubtful)], moved)
        assert not drift.is_verified
        assert {placed.state for placed in drift.placements.values()} == {state}


def test_what_a_grammar_declares_may_be_numbered_wrong_where_the_text_is_known_otherwise() -> None:
    """gofmt moves a `//line` behind the comment of the function that it stands above."""
    grammar = (
        "%{\npackage x\n\n// Parse parses.\nfunc Parse() int {\n\treturn 1\n}\n%}\n%%\n\nlist:\n  { $$ = keep($1) }\n"
    )
    functions = (
        DeclaredFunction("x.Parse", 2, (3,)),
        DeclaredFunction("x.(*yy).Parse", 80, (12, 99), ((12, "x.keep"),)),
    )
    file = ProfileFile("/build/x.y", functions)
    known = Candidate(grammar, "this file as it is")
    assert picture(place(file, [known], grammar), grammar) == "{ $$ = keep($1) } <12 exact>"
    assert not place(file, [known._replace(is_guess=True)], grammar).placements


def test_a_rule_of_a_grammar_runs_nothing() -> None:
    """A line of that number is one of the generator's own code, and so others may be."""
    grammar = (
        "%{\nvar a = 1\n%}\n%union {\n\tn int\n}\n%%\nlist:\n\tlist other\n\t{\n\t\t$$ = keep($1)\n\t}\n%%\nvar b = 2\n"
    )
    parse = DeclaredFunction("x.(*yy).Parse", 80, (2, 9, 11, 14), ((11, "x.keep"),))
    assert picture(left(ProfileFile("/build/x.y", (parse,)), grammar), grammar) == "$$ = keep($1) <11 exact>"
    parse = parse._replace(lines=(2, 11, 14))
    assert sorted(left(ProfileFile("/build/x.y", (parse,)), grammar).placements) == [2, 11, 14]


def test_a_function_is_known_by_the_name_it_is_linked_under() -> None:
    """runtime declares time.Sleep as timeSleep."""
    text = "package runtime\n\n//go:linkname timeSleep time.Sleep\nfunc timeSleep(ns int64) {\n\tpark()\n}\n"
    file = ProfileFile("/go/src/runtime/time.go", (DeclaredFunction("time.Sleep", 4, (5,)),))
    assert place(file, [Candidate(text, "this file as it is")], text).is_verified


@pytest.mark.parametrize(
    ("above", "others", "is_it"),
    [
        ("type hidden = Thing", (), True),
        ("type hidden = *Thing", (), True),
        ("type (\n\thidden = Thing\n)", (), True),
        ("// what hidden is, another file says", (), True),
        ("type hidden struct{ n int }", (), False),
        ("type (\n\thidden struct{ n int }\n)", (), False),
        ("type hidden = Other", ("x.(*hidden).Do",), False),
    ],
)
def test_a_method_may_be_declared_by_another_name_of_its_type(
    above: str, others: tuple[str, ...], *, is_it: bool
) -> None:
    """`type hidden = Thing`: the linker writes Thing."""
    text = f"package x\n\n{above}\n\nfunc (t *hidden) Do() {{\n\tfirst(1)\n}}\n"
    start = text[: text.index("func")].count("\n") + 1
    file = profiled(("(*Thing).Do", start, (start + 1,)))._replace(profiled=("x.(*Thing).Do", *others))
    assert carried(file, text, text).is_verified is is_it


class Counted(Collection[str]):
    """Names, and how often somebody went through them."""

    def __init__(self, *names: str) -> None:
        self.names, self.times = names, 0

    def __contains__(self, name: object) -> bool:
        return name in self.names

    def __iter__(self) -> Iterator[str]:
        self.times += 1
        return iter(self.names)

    def __len__(self) -> int:
        return len(self.names)


@pytest.mark.parametrize("many", [1, 20])
def test_the_names_of_a_profile_are_gone_through_once_however_many_methods_are_declared_by_another_name(
    many: int,
) -> None:
    methods = [f"func (t *hidden{number}) Do() {{\n\tfirst(1)\n}}\n" for number in range(many)]
    text = "package x\n\n" + "".join(methods)
    names = Counted("x.Other.Do", *(f"x.(*Thing{number}).Do" for number in range(many)))
    starts = ((f"(*Thing{number}).Do", 3 * number + 3, (3 * number + 4,)) for number in range(many))
    assert place(profiled(*starts)._replace(profiled=names), [Candidate(text, "this file as it is")], text).is_verified
    assert names.times == 1


def test_a_variable_that_leaves_its_function_is_allocated_where_it_is_declared() -> None:
    """An assignment of the same words allocates nothing, so that text is another one."""
    text = 'package x\n\nfunc F() {\n\tvar (\n\t\tempty = ""\n\t)\n\tuse(&empty)\n}\n'
    file = ProfileFile("/build/x.go", (DeclaredFunction("x.F", 3, (5,), allocates=(5,)),))
    assert left(file, text).is_verified
    assert not left(file, text.replace("var (", "if b {").replace("\t)", "\t}")).is_verified


@pytest.mark.parametrize(
    "declared",
    ["new := func(n int) {", "h, new := 1, func(n int) {", "new, h := func(n int) {", "var new = func(n int) {"],
)
def test_a_variable_may_have_the_name_of_one_of_gos_own_functions(declared: str) -> None:
    """`new(1)` then calls what it is; where none has, it makes a value."""
    text = f"package x\n\nfunc F() {{\n\t{declared}\n\t\twork(n)\n\t}}\n\tg = func() {{\n\t\tnew(1)\n\t}}\n}}\n"
    file = ProfileFile("/build/x.go", (DeclaredFunction("x.F.func2", 7, (8,), ((8, "x.F.func1"),)),))
    assert left(file, text).is_verified
    assert not left(file, text.replace("new", "h", 1)).is_verified


def test_a_parameter_may_have_the_name_of_one_of_gos_own_functions() -> None:
    text = "package x\n\nfunc F(new func(int)) {\n\tnew(1)\n}\n"
    file = ProfileFile("/build/x.go", (DeclaredFunction("x.F", 3, (4,), ((4, "x.G.func1"),)),))
    assert left(file, text).is_verified
    assert not left(file, text.replace("new", "h", 1)).is_verified


def test_where_a_method_moved_only_the_text_tells_the_other_name_of_its_type() -> None:
    """What has the same name further down may be another type's, unless the text says that it is none."""
    text = "package x\n\n// above\n\nfunc (t *hidden) Do() {\n\tfirst(1)\n}\n\nfunc last() {\n}\n"
    file = profiled(("(*Thing).Do", 4, (5,)), ("last", 8, ()))
    assert picture(left(file, text), text) == ""
    text = text.replace("// above", "type hidden = Thing")
    assert "first(1) <5 " in picture(left(file, text), text)


def test_assembly_is_verified_by_its_text_lines() -> None:
    """TEXT begins a function as `func` does."""
    text = "TEXT ·fill(SB), NOSPLIT, $0\n\tMOVQ AX, BX\n\tRET\n"
    assert left(profiled(("fill", 1, (2,)), path="/go/src/x/fill.s"), text).is_verified
    assert not left(profiled(("fill", 2, (2,)), path="/go/src/x/fill.s"), text).is_verified


TREE = """package tree

func search(n int) int {
	low := 0
	return low
}

func set(n int) int {
	return at(n)
}

func at(n int) int {
	return search(n)
}

func other(n int) {
	work(n)
}
"""


@pytest.mark.parametrize(
    ("law", "name", "lines", "verified"),
    [
        ("of what it calls", "set", (9, 13), True),
        ("of what that calls in turn", "set", (9, 5), True),
        ("of what nothing in it calls, beside lines of its own", "at", (12, 13, 17), True),
        ("of what nothing in it calls, alone", "at", (17,), False),
        ("that is no code", "at", (7,), False),
    ],
)
def test_a_line_of_inlined_code_may_stand_in_the_frame_of_its_caller(
    law: str,
    name: str,
    lines: tuple[int, ...],
    *,
    verified: bool,
) -> None:
    """The compiler gives some instructions so; what can be of no function here has no place, and speaks for itself."""
    start = TREE[: TREE.index(f"func {name}(")].count("\n") + 1
    drift = left(profiled((name, start, lines), path="/build/tree.go"), TREE)
    assert drift.is_verified == verified, law
    placed = {line for line in lines if verified and line != 17}
    assert {line for line in drift.placements if line in lines} == placed, law


@pytest.mark.parametrize(
    ("name", "start", "lines", "text"),
    [
        ("main.gowrap1", 4, (4,), "\tgo work(1)"),
        ("main.(*T).run.func1.deferwrap2", 4, (4,), "\tdefer work(1)"),
        ("main.func1", 4, (4,), "\tgo work(1)"),
        ("main.Sum.func1", 4, (4, 5), "\treturn int(C.sum(\n\t\tn))"),
        ("main.Work-range1", 4, (5,), "\tfor i := range each {\n\t\twork(i)\n\t}"),
    ],
)
def test_what_begins_inside_a_function_begins_with_its_statement(
    name: str, start: int, lines: tuple[int, ...], text: str
) -> None:
    """Wrappers of go and defer statements, what Go before 1.22 called literals, those of cgo, and loop bodies."""
    file = ProfileFile("/build/x.go", (DeclaredFunction(f"x.{name}", start, lines),))
    whole = f"package x\n\nfunc F(n int) {{\n{text}\n}}\n"
    drift = left(file, whole)
    assert drift.is_verified
    assert set(lines) <= set(drift.placements)
    other = whole.replace(text, "\tn++\n\twork(n)\n\tn++")
    assert not left(file, other).is_verified


@pytest.mark.parametrize(
    ("law", "profiled", "head", "verified"),
    [
        ("the profile has that function, which is another", ["x.One", "x.first"], "func One() {", False),
        ("what is in no stack may be a variable", ["x.One"], "func One() {", True),
        ("another package's says nothing", ["x.One", "y.first"], "func One() {", True),
        ("a parameter has that name", ["x.One", "x.first"], "func One(first func(int)) {", True),
    ],
)
def test_a_call_of_a_function_that_another_file_declares_leads_nowhere_else(
    law: str, profiled: list[str], head: str, *, verified: bool
) -> None:
    """It is of the same package."""
    file = ProfileFile("/build/x.go", (DeclaredFunction("x.One", 3, (4,), ((4, "x.second"),)),), profiled)
    assert left(file, f"package x\n\n{head}\n\tfirst(1)\n}}\n").is_verified == verified, law


def test_a_call_of_c_over_several_lines_is_made_on_its_last() -> None:
    """cgo makes a literal of it, whose arguments are lines of their own."""
    text = (
        "package x\n\nfunc Sum(n int) {\n\tC.sum(\n\t\tC.int(size(n)),\n\t)\n\tother(n)\n}\n\nfunc other(n int) {\n}\n"
    )
    literal = DeclaredFunction("x.Sum.func1", 4, (5, 6), ((5, "x.size"), (6, "x._Cfunc_sum")))
    file = ProfileFile("/build/x.go", (DeclaredFunction("x.Sum", 3, (6,), ((6, "x.Sum.func1"),)), literal))
    assert sorted(left(file, text).placements) == [3, 4, 5, 6]
    assert not left(file, text.replace("C.sum", "other").replace("C.int", "int")).is_verified


def test_an_unknown_name_drags_nothing_along() -> None:
    """Nor does what the compiler made."""
    file = with_more(
        BOTH,
        DeclaredFunction("std::vector<int>::push_back", 77, (4,)),
        DeclaredFunction("type:.eq.x.T", 1, (1,)),
        DeclaredFunction("x.map.init.0", 90, (91,)),
    )
    assert left(file, TWO).is_verified
    assert not left(profiled(), TWO).is_verified
    assert not left(ProfileFile("/build/x.go", file.functions[2:]), TWO).is_verified


VARIABLES = """package x

var table = map[string][]byte{
	"a": make([]byte, 8),
	"b": make([]byte, 9),
}

var one = first(1)

func Two() {
	third(3)
}
"""


@pytest.mark.parametrize(
    ("law", "lines", "calls", "expected"),
    [
        ("a lone line is of the file that is named", (3,), (), [3]),
        ("all lines can be of this file", (4, 5, 8), ((8, "x.first"),), [4, 5, 8]),
        ("one is of another file", (4, 8, 200), ((8, "x.first"),), [8]),
        ("one lies in a function", (4, 8, 11), ((8, "x.first"),), [8]),
        ("one does not call what was called", (4, 8), ((8, "x.second"),), []),
    ],
)
def test_the_initialisation_of_variables_is_of_several_files(
    law: str, lines: tuple[int, ...], calls: tuple[tuple[int, str], ...], expected: list[int]
) -> None:
    """It says nothing against a text, and its lines have to be proven."""
    file = with_more(profiled(("Two", 10, (11,))), DeclaredFunction("x.init", 1, lines, calls))
    text = VARIABLES + "\nfunc first(n int) int {\n\treturn n\n}\n"
    drift = left(file, text)
    assert drift.is_verified, law
    assert sorted({*drift.placements} - {1, 10, 11}) == expected, law


@pytest.mark.parametrize(
    ("lines", "placed"),
    [
        ({3: "regexp.MustCompile"}, [3]),
        ({3: "regexp.MustCompile", 7: "fmt.Sprint"}, [3, 7]),
        ({6: "errors.New"}, []),  # as the line above it does
        ({3: "regexp.MustCompile", 6: "errors.New"}, []),
    ],
)
def test_where_a_file_has_nothing_else_the_initialisation_speaks_for_a_text_by_what_no_other_line_calls(
    lines: dict[int, str], placed: list[int]
) -> None:
    """Of one that others could be nobody knows whether it was this one, and nothing says that it changed."""
    text = 'package x\n\nvar a = regexp.MustCompile("a")\n\nvar b = errors.New("b")\nvar c = errors.New("c")\n'
    text += "var d = fmt.Sprint(1)\n"
    init = DeclaredFunction("x.init", 1, tuple(lines), tuple(lines.items()))
    drift = left(ProfileFile("/build/x.go", (init,)), text)
    assert (sorted(drift.placements), drift.is_verified, drift.stale) == (placed, bool(placed), ())


def test_a_literal_of_this_file_that_a_variable_is_made_by_is_called_where_it_ends() -> None:
    """The initialisation has lines of other files, too."""
    text = VARIABLES + "\nvar made = func() []byte {\n\treturn make([]byte, 8)\n}()\n"
    literal = DeclaredFunction("x.init.func1", 14, (15,))
    init = DeclaredFunction("x.init", 1, (4, 16, 200), ((16, "x.init.func1"), (200, "x.other")))
    file = with_more(profiled(("Two", 10, (11,))), literal, init)
    assert sorted({*left(file, text).placements} - {1, 10, 11, 14}) == [15, 16]


def test_the_initialisation_of_a_map_stands_at_its_variable() -> None:
    """A large one has a function of its own."""
    file = with_more(profiled(("Two", 10, (11,))), DeclaredFunction("x.map.init.0", 3, (4, 5)))
    assert sorted(left(file, VARIABLES).placements) == [3, 4, 5, 10, 11]


def test_calls_on_the_lines_choose_between_texts_in_which_all_functions_stand() -> None:
    """An edit inside one function moves no other, and only its lines show it."""
    calling = ProfileFile("/build/x.go", (DeclaredFunction("x.Two", 8, (9,), ((9, "x.third"),)),))
    edited = TWO.replace("\tthird(3)\n\tfourth(4)\n", "\tn := 0\n\tthird(n)\n")
    drift = place(calling, [Candidate(edited, "this file as it is"), Candidate(TWO, "commit 1a2b3c4")], edited)
    assert drift.matched == "matched with commit 1a2b3c4"


@pytest.mark.parametrize("last", ["", "\n\nfunc Four() {\n}\n"])
def test_what_is_inside_a_function_is_not_proven_by_what_is_gone_or_by_nothing(last: str) -> None:
    """The next function is another, or there is none."""
    buffer = TWO.replace("func Two", "func Three").replace("x\n", "x\n\n") + last
    drift = left(profiled(("One", 3, (4, 5)), ("Two", 8, (9,))), buffer)
    assert picture(drift, buffer) == ""
    assert [stale.name for stale in drift.stale] == ["x.One", "x.Two"]


def test_a_text_that_contradicts_an_allocation_is_not_the_one_profiled() -> None:
    """Nothing on the line could allocate."""
    file = ProfileFile("/build/x.go", (DeclaredFunction("x.One", 3, (4,), (), (4,)),))
    for line, verified in (("return nil", False), ("n = nil", False), ("n := 1", True), ("n = make(T)", True)):
        text = TWO.replace("first(1)", line)
        assert left(file, text).is_verified == verified, line


@pytest.mark.parametrize(
    ("deferred", "end", "verified"),
    [
        ('since([]string{"a"})', "}", True),
        ("since(x)", "\treturn\n}", True),
        ("since(x)", "\tn = nil\n}", False),
        ("func(t *T) { since(t) }(&T{})", "}", True),
        ("func() { since(x) }()", "}", False),
    ],
)
def test_what_a_deferred_call_is_given_can_be_allocated_where_the_function_ends(
    deferred: str, end: str, *, verified: bool
) -> None:
    """Go evaluates it in a wrapper that stacks do not show; what a literal makes has a frame of its own."""
    text = f"package x\n\nfunc One() {{\n\tdefer {deferred}\n\tb()\n{end}\n"
    file = ProfileFile("/build/x.go", (DeclaredFunction("x.One", 3, (6,), (), (6,)),))
    assert left(file, text).is_verified == verified


def test_a_line_before_the_start_of_its_function_says_nothing_against_the_text() -> None:
    """It is of code that was inlined; one behind the end may be the function's own, in another text."""
    before, behind = profiled(("Two", 8, (4, 9))), profiled(("One", 3, (4, 9)))
    assert picture(left(before, TWO), TWO) == "func Two() { <8 exact>; third(3) <9 exact>"
    assert (left(before, TWO).is_verified, left(behind, TWO).is_verified) == (True, False)


def test_a_function_of_another_file_that_code_of_this_one_was_inlined_into_says_nothing_against_the_text() -> None:
    """A profile knows one file of a function; the lines of its own are in a file that is not known."""
    foreign = DeclaredFunction("x.Put", 40, (4, 44, 45), ((44, "x.One"),))
    drift = left(ProfileFile("/build/x.go", (*BOTH.functions, foreign)), TWO)
    assert (drift.is_verified, drift.stale) == (True, ())
    assert picture(drift, TWO) == picture(left(BOTH, TWO), TWO)
    unrelated = foreign._replace(calls=((44, "x.Two"),))
    assert not left(ProfileFile("/build/x.go", (*BOTH.functions, unrelated)), TWO).is_verified


def test_a_function_of_another_package_says_nothing_against_the_text_whatever_it_calls() -> None:
    """Of inlined code only the line may be left, without its frame."""
    foreign = DeclaredFunction("y.Put", 40, (4, 44))
    drift = left(ProfileFile("/build/x.go", (*BOTH.functions, foreign)), TWO)
    assert (drift.is_verified, picture(drift, TWO)) == (True, picture(left(BOTH, TWO), TWO))
    assert not left(ProfileFile("/build/x.go", (*BOTH.functions, foreign._replace(name="x.Put"))), TWO).is_verified


def test_what_is_done_within_a_literal_is_not_done_by_the_function_around_it() -> None:
    """It has a name of its own, inlined or not; where one begins or ends both are on the line."""
    text = "package x\n\nfunc Each() {\n\tkeep(func() {\n\t\ta := make([]T, 1)\n\t\twork(a)\n\t})\n}\n"

    def fits(name: str, start: int, *, calls: tuple[int, ...] = (), allocates: tuple[int, ...] = ()) -> bool:
        function = DeclaredFunction(name, start, (5, 6), tuple((line, "x.work") for line in calls), allocates)
        return left(ProfileFile("/build/x.go", (function,)), text).is_verified

    assert fits("x.Each.func1", 4, allocates=(5,), calls=(6,))
    assert not fits("x.Each", 3, allocates=(5,))
    assert not fits("x.Each", 3, calls=(6,))
    assert fits("x.Each", 3)  # the compiler may have given these lines to the caller
    around = DeclaredFunction("x.Each", 3, (4, 7), ((4, "x.keep"),), (4,))
    assert left(ProfileFile("/build/x.go", (around,)), text).is_verified


def test_what_nothing_tells_of_is_no_sign_that_its_neighbours_changed() -> None:
    """Nothing shows that the last function is whole, and nothing that it is not: the one above only moved."""
    file = ProfileFile("/build/x.go", (DeclaredFunction("x.One", 3, (5,)), DeclaredFunction("x.Two", 8, (9,))))
    one, two = "func One() {\n\tn++\n\twhere()\n}\n\n", "func Two() {\n\tthere()\n}\n"
    moved = f"package x\n\n// new\n\n{one}{two}"
    assert picture(left(file, moved), moved) == "func One() { <3 moved>; where() <5 moved>"


def test_a_function_that_became_longer_is_a_sign_that_others_changed() -> None:
    one = DeclaredFunction("x.One", 3, (4, 5), ((4, "x.where"),))
    file = ProfileFile("/build/x.go", (one, DeclaredFunction("x.Two", 8, (9,))))
    longer = "package x\n\nfunc One() {\n\twhere()\n\tn++\n\tn++\n}\n\nfunc Two() {\n\tthere()\n}\n"
    assert picture(left(file, longer), longer) == "func One() { <3 unknown>; where() <4 unknown>"


def test_of_texts_that_fit_the_one_that_names_more_of_what_was_called_was_profiled() -> None:
    """A loop over anything can call anything; where more is known of the other one than that it fits, both count."""
    named = "package x\n\nfunc Run() {\n\trun(1)\n\tkeep(2)\n}\n"
    looped = "package x\n\nfunc Run() {\n\tfor range all {\n\trun(1)\n\tkeep(2)\n}\n}\n"
    file = ProfileFile("/build/x.go", (DeclaredFunction("x.Run", 3, (4,), ((4, "x.run"),)),))
    guessed = [
        Candidate(looped, "commit 1", (named,), is_guess=True),
        Candidate(named, "commit 2", (looped,), is_guess=True),
    ]
    for candidates in (guessed, guessed[::-1]):
        drift = place(file, candidates, looped)
        assert (drift.matched, picture(drift, looped)) == (
            "matched with commit 2",
            "func Run() { <3 exact>; run(1) <4 moved>",
        )
    assert picture(place(file, guessed[:1], looped), looped) == "func Run() { <3 exact>"
    known = guessed[0]._replace(is_guess=False)
    assert picture(place(file, [known, guessed[1]], looped), looped) == "func Run() { <3 exact>"


def test_where_a_panic_was_recovered_from_its_line_runs_what_else_was_deferred() -> None:
    """Only what the function defers beside the call that recovers."""
    text = "package x\n\nfunc Run() {\n\tdefer done()\n\tdefer func() {\n\t\trecover()\n\t}()\n\tpanic(1)\n}\n"
    alone = text.replace("\tdefer done()\n", "\tdone()\n")

    def fits(callee: str, source: str) -> bool:
        function = DeclaredFunction("x.Run", 3, (8,), ((8, callee),))
        return left(ProfileFile("/build/x.go", (function,)), source).is_verified

    assert fits("x.done", text)
    assert fits("x.Run.func1", text)
    assert not fits("x.work", text)
    assert not fits("x.done", alone)
