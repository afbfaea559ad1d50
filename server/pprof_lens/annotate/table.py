"""All functions of a profile that have a figure, in columns, for a table that sorts and filters them by itself."""

from pprof_lens.analysis.index import Index
from pprof_lens.profile.plain import plain

Json = dict[str, object]


def table(index: Index, column: int, total: int) -> Json:
    """Names and files as they are shown, with flat and cum as whole numbers."""
    functions = index.functions
    weights = ((number, index.function_weight(number, column)) for number in range(len(functions.names)))
    found = [(number, weight) for number, weight in weights if any(weight)]
    return {
        "names": [plain(functions.names[number]) for number, _ in found],
        "files": [plain(functions.files[number]) for number, _ in found],
        "flat": [weight.flat for _, weight in found],
        "cum": [weight.cum for _, weight in found],
        "unit": plain(index.profile.sample_types[column].unit),
        "total": total,
    }
