"""What holds the functions of a profile, and how much work that is."""

from counted import calls_for
from pprof_lens.analysis import declared
from pprof_lens.profile.model import Function, Functions


def inlined(many: int) -> Functions:
    """So many declarations in one file, and as many closures there, of what was inlined and is in no stack itself."""
    names = [f"main.f{number}of{many}" for number in range(many)]
    names += [f"main.main.(*T{number}of{many}).do.func1" for number in range(many)]
    return Functions.of(Function(name, name, "main.go", line) for line, name in enumerate(names, 1))


def work_for(functions: Functions) -> int:
    named = declared.numbered(functions)
    return calls_for(lambda: declared.holders(functions, named))


def test_what_holds_twice_as_many_functions_is_found_by_no_more_than_twice_the_work() -> None:
    assert work_for(inlined(400)) < 2.5 * work_for(inlined(200))
