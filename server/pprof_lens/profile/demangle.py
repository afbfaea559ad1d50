"""Function names as pprof rewrites them on load: what looks like C++ loses its parameters and template arguments.

The source is google/pprof, internal/symbolizer/symbolizer.go. It hits Go as well: `main.(*S).M[go.shape.int]` becomes
`main..M[go.shape.int]`. Reports that equal pprof's need it, the editor does not. Names that are still mangled stay
so: pprof has a whole demangler for them.
"""

import re
from dataclasses import replace
from functools import lru_cache

from pprof_lens.profile.model import Profile

_MOST_KEPT = 1 << 12
"""So many names are kept with what they become: one can be that of every function, or each that of one."""


def simplified(profile: Profile) -> Profile:
    """The profile with rewritten function names."""
    simple = lru_cache(_MOST_KEPT)(_simple)
    functions = profile.functions
    names = (
        name if name not in ("", system_name) else simple(system_name)  # else somebody has demangled it
        for name, system_name in zip(functions.names, functions.system_names, strict=True)
    )
    return replace(profile, functions=replace(functions, names=tuple(names)))


def _simple(name: str) -> str:
    return _without_pairs(_without_pairs(name, "(", ")"), "<", ">") if _looks_demangled(name) else name


def _looks_demangled(name: str) -> bool:
    # `.<` is a Java constructor, `]).` a method of Go.
    if ".<" in name or "])." in name:
        return False
    return "::" in name or any(char in name for char in "<>[]")


def _without_pairs(name: str, opening: str, closing: str) -> str:
    """The name without what stands in balanced pairs, up to the first closing one too many."""
    kept, since, depth, outermost = [], 0, 0, 0
    for found in re.finditer(f"[{opening}{closing}]", name):
        if found[0] == opening:
            depth += 1
            if depth == 1:
                outermost = found.start()
            continue
        depth -= 1
        if depth < 0:
            break
        if depth == 0:
            kept.append(name[since:outermost])
            since = found.end()
    return "".join(kept) + name[since:]
