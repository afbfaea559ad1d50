"""Names that cmd/compile and the linker write, taken apart; nearly all are of real programs."""

import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pprof_lens.source.symbols import Held, argument_spans, package_of, parse, readings, taken_apart, without_arguments


def drawn(name: str) -> str:
    """Kind, owner and the parts that lead from it to what the name speaks of."""
    symbol = parse(name)
    return " ".join((symbol.kind.value, symbol.owner, *symbol.parts))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        # what a file declares
        ("main.F", "declared main.F"),
        ("main.func1", "declared main.func1"),
        ("main.(*T).func1", "declared main.(*T).func1"),
        ("net/http.(*conn).serve", "declared net/http.(*conn).serve"),
        ("gopkg.in/yaml%2ev3.T.M", "declared gopkg.in/yaml%2ev3.T.M"),
        ("example.com/a_test.TestF", "declared example.com/a_test.TestF"),
        ("main.größe", "declared main.größe"),
        ("main.init.0", "declared main.init.0"),
        ("main.(*T).init", "declared main.(*T).init"),
        ("main.T.init", "declared main.T.init"),
        ("main._Cfunc_sum", "declared main._Cfunc_sum"),
        ("runtime.memmove.abi0", "declared runtime.memmove"),
        # instantiations
        ("main.F[go.shape.int]", "declared main.F[...]"),
        ("main.F[...]", "declared main.F[...]"),
        ("main.F[go.shape.struct { X example.com/a/b.T }]", "declared main.F[...]"),
        ('main.F[go.shape.struct { X int "json:\\"x]\\"" }].func1', "literal main.F[...] func1"),
        ("main.(*T[go.shape.map[string]int]).M", "declared main.(*T[...]).M"),
        ("main.T.M[go.shape.int]", "declared main.T.M[...]"),
        ("main.(*local.1).M", "declared main.(*local.1).M"),
        ("main.F[main.local·1]", "declared main.F[...]"),
        # literals
        ("main.F.func1", "literal main.F func1"),
        ("main.F.func2.1.1", "literal main.F func2 1 1"),
        ("main.(*T).M.func1", "literal main.(*T).M func1"),
        ("main.(*T).func1.func2", "literal main.(*T).func1 func2"),
        ("main.init.1.func2", "literal main.init.1 func2"),
        ("main.init.func1", "literal main.init func1"),
        ("main.glob..func1", "literal main.glob. func1"),
        # literals of functions that were inlined, Go 1.21 to 1.26
        ("main.fill.(*maker).each.func1", "literal main.(*maker).each func1"),
        ("main.(*maker).each-fm.(*maker).each.func1", "literal main.(*maker).each func1"),
        ("main.deep.deep.func1.func2.1", "literal main.deep func1 func2 1"),
        ("main.Test.func1.F.1", "literal main.F 1"),
        ("main.init.OnceFunc.func1", "literal main.OnceFunc func1"),
        ("main.init.0.F.func1", "literal main.F func1"),
        ("main.map.init.0.F.func1", "literal main.F func1"),
        ("main.glob..F.func1", "literal main.F func1"),
        ("crypto/tls.keysFromMasterSecret.prfForVersion.prf12.func2", "literal crypto/tls.prf12 func2"),
        ("net/http.(*conn).serve.OnceFunc.func1", "literal net/http.OnceFunc func1"),
        ("slices.Sorted[go.shape.string].Collect[go.shape.string]-range1", "loop slices.Collect[...] -range1"),
        # and of Go 1.27
        ("main.deep.func1.func1", "literal main.deep func1 func1"),
        ("main.F.1", "literal main.F 1"),
        # loops over functions, and what is in them
        ("main.F-range1", "loop main.F -range1"),
        ("main.F-range1-range1", "loop main.F -range1 -range1"),
        ("main.F.func1-range2.3", "literal main.F func1 -range2 3"),
        ("main.(*T[...]).Walk-range1.func1", "literal main.(*T[...]).Walk -range1 func1"),
        # statements, and what no line begins
        ("main.F.gowrap1", "statement main.F gowrap1"),
        ("main.F.func1.deferwrap2", "statement main.F func1 deferwrap2"),
        ("main.T.M-fm", "made main.T.M -fm"),
        ("main.init", "variables main.init"),
        ("main.map.init.0", "map main.map.init.0"),
        ("type:.eq.main.T", "made type:.eq.main.T"),
        ("go.(*struct { sync.Mutex; n int }).Lock", "made go.(*struct { sync.Mutex; n int }).Lock"),
        # pprof itself drops the receiver of a generic method when it saves a profile
        ("main..M[go.shape.int]", "declared main..M[...]"),
        # what is none of Go's
        ("memcpy", "foreign memcpy"),
        ("std::vector<int>::push_back", "foreign std::vector<int>::push_back"),
        ("java.util.HashMap.put.x", "foreign java.util.HashMap.put.x"),
        ("main.F.", "foreign main.F."),
        ("main.F[", "foreign main.F["),
        ("[kernel.kallsyms]", "foreign [kernel.kallsyms]"),
        ("0x1234", "foreign 0x1234"),
        ("", "foreign "),
    ],
)
def test_a_name_taken_apart(name: str, expected: str) -> None:
    """Whose it is, and what it stands for."""
    assert drawn(name) == expected
    read, held = taken_apart([name])
    found = held.get(read[name], Held(name))
    assert (found.owner, found.is_part) == (parse(name).owner, bool(parse(name).parts))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("main.A.B.func1", "A.B, B in A"),
        ("main.A.A.func1", "A in A, A.A"),
        ("main.A.B.C.func1", "C in A.B, B.C in A"),
        ("main.A.func1.B.C.1", "C in A.func1.B, B.C in A.func1"),
        ("main.(*T).A.B.func1", "B in (*T).A"),
        ("main.A.B", "A.B"),
        ("main.A.B-fm", "A.B"),
    ],
)
def test_what_reads_in_two_ways_has_both_readings(name: str, expected: str) -> None:
    """A method of a value, and a function that was inlined into another one."""
    found = [f"{s.declared} in {s.within.removeprefix('main.')}" if s.within else s.declared for s in readings(name)]
    assert ", ".join(found) == expected


@pytest.mark.parametrize(
    ("name", "declared"),
    [
        ("main.init.0", "init"),
        ("main.(*T[go.shape.int]).M.func1", "(*T[...]).M"),
        ("main.T.M[go.shape.int]", "T.M[...]"),
        ("main..M[...]", ".M[...]"),
        ("runtime.memmove", "memmove"),
    ],
)
def test_the_declaration_is_named_as_its_file_does(name: str, declared: str) -> None:
    """As the scan of a file has it."""
    assert parse(name).declared == declared


@pytest.mark.parametrize(
    ("name", "package"),
    [
        ("net/http.(*conn).serve", "net/http"),
        ("gopkg.in/yaml%2ev3.T.M", "gopkg.in/yaml.v3"),
        ("example.com/gr%c3%b6%c3%9fe.F", "example.com/größe"),
        ("main.F[example.com/a/b.T]", "main"),
        ("main.(*T[example.com/a/b.T]).M", "main"),
        ("main.main", "main"),
        ("memcpy", "memcpy"),
    ],
)
def test_the_import_path_in_a_name(name: str, package: str) -> None:
    """Dots and slashes in a receiver or in type arguments belong to those."""
    assert package_of(name) == package


def test_type_arguments_are_found_whole() -> None:
    """Brackets nest, and those in a struct's tag are none."""
    name = 'main.(*T[go.shape.[]int,map[string]int]).M[go.shape.struct { X int "]" }].func1'
    spans = [name[start:end] for start, end in argument_spans(name)]
    assert spans == ["[go.shape.[]int,map[string]int]", '[go.shape.struct { X int "]" }]']
    assert without_arguments(name) == "main.(*T[...]).M[...].func1"


@pytest.mark.parametrize(
    ("name", "read"),
    [
        ("main.f.func22", "main.f.func1"),
        ("main.f.func2.7", "main.f.func2.1"),
        ("main.f.gowrap30", "main.f.gowrap1"),
        ("main.f-range20", "main.f-range1"),
        ("main.init.0.func22", "main.init.0.func1"),
        ("main.deep.deep.func1.func22", "main.deep.deep.func1.func1"),
        ("main.func22", "main.func22"),
        ("main.(*T).func22", "main.(*T).func22"),
        ("main.init.22", "main.init.22"),
        ("main.map.init.22", "main.map.init.22"),
        ("main.F22", "main.F22"),
        ("runtime.memmove.abi0", "runtime.memmove.abi0"),
        ("main.f.func", "main.f.func"),
        ("22", "22"),
    ],
)
def test_parts_that_differ_in_their_number_are_read_as_one(name: str, read: str) -> None:
    assert taken_apart([name])[0] == {name: read}


def test_a_long_name_of_many_functions_is_read_once() -> None:
    """As many stems of it would be made of a small profile as fill the memory."""
    tracemalloc.start()
    taken_apart([f"main.{'f' * 100_000}1"] * 1_000)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 10_000_000


PIECES = ("main", ".", ".f", ".func", ".func1", ".gowrap", "-range", ".init", ".init.0", ".(*T)", ".glob.", "1", "22")


@given(st.lists(st.sampled_from(PIECES), max_size=7).map("".join))
def test_what_a_name_is_read_as_says_the_same_of_it(name: str) -> None:
    read = taken_apart([name])[0][name]
    told = [(*symbol[:5], len(symbol.parts), symbol.parts[:-1], symbol.within) for symbol in readings(name)]
    if read != name:
        assert told == [(*s[:5], len(s.parts), s.parts[:-1], s.within) for s in readings(read)]
