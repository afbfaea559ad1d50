"""Functions' names as graphs show them: without the folders of a package path or the namespaces before a class.

The rules are pprof's (ShortenFunctionName in internal/graph/graph.go), and take time in proportion to the name.
"""

import re

_VERSION = re.compile(r"/v(?:[2-9]|[1-9][0-9]+)(?=[./])")
_FOLDER = re.compile(r"[\w.-]+", re.ASCII)
_JAVA = re.compile(r"(?:[a-z]\w*\.)*([A-Z][\w$]*\.(?:<init>|[a-z][\w$]*(?:\$\d+)?))(?:\(|\Z)", re.ASCII)
_CPP = re.compile(r"(?:[_a-zA-Z]\w*::)+(_*[A-Z]\w*::~?[_a-zA-Z]\w*(?:<.*>)?)", re.ASCII)


def shortened(name: str) -> str:
    """The name without what tells only where it is: `example.com/a/v2/b.F` becomes `b.F`."""
    name = name.removeprefix("(anonymous namespace)::")
    if "\n" not in name:
        name = _VERSION.sub("", name, count=1)
    short = _without_folders(name)
    if short is not None:
        return short
    found = _JAVA.match(name) or _CPP.match(name)
    return found[1] if found else name


def _without_folders(name: str) -> str | None:
    """What follows the last folder after which there still is a package and a name; None where there is none."""
    starts = []
    at = 0
    while (found := _FOLDER.match(name, at)) and name.startswith("/", found.end()):
        at = found.end() + 1
        starts.append(at)
    dot = len(name)
    end = len(name)
    for start in reversed(starts):
        nearer = name.find(".", start, end)
        dot = nearer if nearer >= 0 else dot
        end = start
        if start < dot and dot + 1 < len(name) and name[dot + 1] != "\n":
            return name[start : dot + 1] + name[dot + 1 :].partition("\n")[0]
    return None
