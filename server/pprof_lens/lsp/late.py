"""Imports lsprotocol's classes without the methods that attrs writes for them; each class gets its own when it is used.

There are 550, and to write and compile all of their methods takes half of the time that a server takes to start; a
session uses some sixty. Only while they are imported here is another `define` in attrs. Where they were imported
before, or are defined in another way than today, they are as they always were.
"""

import sys
from threading import RLock
from typing import Any

import attrs

_WRITTEN = ("__init__", "__repr__", "__eq__", "__lt__", "__hash__")
"""What attrs writes unless the class has it itself."""

_define = attrs.define
_finishing = RLock()


class _Later:
    """Stands in a class for its attributes as attrs has them, until someone asks for them."""

    def __init__(self, of: type) -> None:
        self._of = of

    def __get__(self, instance: object, owner: type) -> Any:  # noqa: ANN401 - attrs's own
        _finish(self._of)
        return attrs.fields(self._of)


def import_types() -> None:
    """Import `lsprotocol.types`, unless it is imported."""
    if "lsprotocol.types" in sys.modules:
        return
    attrs.define = _later  # type: ignore[assignment]
    try:
        from lsprotocol import types  # noqa: F401, PLC0415 - only now
    finally:
        attrs.define = _define
    from lsprotocol import _hooks  # noqa: PLC0415

    _hooks._resolved_forward_references = True  # noqa: SLF001 - to resolve those of all classes would finish them


def is_late(of: type) -> bool:
    """Whether nobody has used the class yet."""
    return isinstance(vars(of).get("__attrs_attrs__"), _Later)


def _later(of: type) -> type:
    if any(method in vars(of) for method in _WRITTEN):
        return _define(of)

    def __init__(self: object, *arguments: object, **named: object) -> None:  # noqa: N807
        _finish(of)
        of.__init__(self, *arguments, **named)  # type: ignore[misc]

    of.__init__ = __init__  # type: ignore[misc]
    of.__attrs_attrs__ = _Later(of)  # type: ignore[attr-defined]
    return of


def _finish(of: type) -> None:
    """Have attrs write the methods of the class, in place, once."""
    from lsprotocol import types  # noqa: PLC0415

    with _finishing:
        if is_late(of):
            _define(of, slots=False, auto_detect=False)
            attrs.resolve_types(of, vars(types))
