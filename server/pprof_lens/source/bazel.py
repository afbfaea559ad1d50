"""How Bazel names the files of other modules: below `external`, in a folder called after the module.

Such is the name of Gazelle's repository rule, with what Bzlmod puts in front: gazelle++go_deps+com_github_pkg_errors.
"""

import re

_EXTERNAL = re.compile(r"(?:\A|/)external/(?:[^/]*[~+])?([^/~+]+)/(.*)")


def external(path: str) -> tuple[str, str] | None:
    """The name of the repository that the file is of, and its path in there; None of other files."""
    found = _EXTERNAL.search(path)
    return (found[1], found[2]) if found is not None else None


def repository(module: str) -> str:
    """The name of a module's repository: com_github_pkg_errors."""
    host, _, rest = module.partition("/")
    parts = [*reversed(host.split(".")), *rest.split("/")]
    return re.sub(r"[^a-z0-9]", "_", "_".join(filter(None, parts)).lower())


def is_external(path: str, package: str) -> bool:
    """Whether the file is of another module that this package may be of, by the names of both."""
    found = external(path)
    parts = package.split("/")
    return found is not None and any(
        repository("/".join(parts[:count])) == found[0] for count in range(1, len(parts) + 1)
    )
