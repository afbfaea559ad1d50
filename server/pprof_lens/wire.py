"""Reads arguments and settings as the contract declares them, and writes answers; any editor may send anything.

What is wrong is told in one sentence: of a command it is an error, of a setting the default is used.
"""

import operator
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from functools import partial
from typing import Annotated, Any, Literal, TypeVar, get_args, get_origin, get_type_hints

from cattrs import AttributeValidationNote, ClassValidationError, Converter
from cattrs.gen import make_dict_structure_fn, make_dict_unstructure_fn, override

from pprof_lens import contract
from pprof_lens.live.named import Servers, WrongServersError, servers
from pprof_lens.profile.errors import ProfileError
from pprof_lens.profile.model import ValueType
from pprof_lens.session.settings import SECTION, Between, Headers, Pairs, Setting, Settings
from pprof_lens.session.snapshot import Summary

T = TypeVar("T")


class WrongValueError(ValueError):
    """A value is not what it has to be; the message says what that is, as in "must be a text"."""


class EmptyError(WrongValueError):
    """A text is empty that must not be."""


def argument(command: str, of: type[T], given: Sequence[object]) -> T:
    """The one object that the command takes. Raises ProfileError in one sentence."""
    if len(given) > 1 or (given and given[0] is not None and not isinstance(given[0], Mapping)):
        raise ProfileError(f"{command} takes one object as its argument.")
    value = given[0] if given else None
    try:
        return _CONVERTER.structure(value or {}, of)
    except ClassValidationError as error:
        raise ProfileError(_told(command, error)) from None


def answer(value: object) -> Any:  # noqa: ANN401 - JSON
    """The answer as it is sent."""
    return _CONVERTER.unstructure(value)


def settings(section: object) -> tuple[Settings, tuple[str, ...]]:
    """The settings in an editor's `pprofLens` section, and a sentence for each wrong value.

    Names may be nested (`{"inlayHints": {"enabled": true}}`) or dotted, as editors send both.
    """
    if section is None:
        return Settings(), ()
    if not isinstance(section, Mapping):
        return Settings(), ("The settings of Pprof Lens are not an object; the defaults are used.",)
    values: dict[str, Any] = {}
    problems = []
    for field in fields(Settings):
        of = _SETTINGS[field.name]
        name = setting(of).name
        given = _look_up(section, name)
        if given is None:
            continue
        try:
            values[field.name] = _CONVERTER.structure(given, of)
        except WrongValueError as error:
            problems.append(f"The setting {SECTION}.{name} must be {error}; its default is used.")
    return Settings(**values), tuple(problems)


def setting(of: object) -> Setting:
    """How a setting of this annotation is called, and what is told of it."""
    return next(part for part in get_args(of) if isinstance(part, Setting))


def camel(name: str) -> str:
    """A field's name as it is on the wire."""
    return re.sub("_(.)", lambda found: found[1].upper(), name)


def names_of(of: type) -> Callable[[str], str]:
    """How the fields of a class of the contract are named on the wire."""
    return str if of is Summary else camel


def _look_up(section: Mapping[object, object], name: str) -> object:
    if name in section:
        return section[name]
    found: object = section
    for part in name.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found


def _told(command: str, error: ClassValidationError) -> str:
    """What is wrong first, as a sentence."""
    (cause, _), *_ = error.group_exceptions()[0]
    name = camel(_field(cause))
    match cause:
        case ClassValidationError():
            return _told(f"{command}: {name!r}", cause)
        case KeyError() | EmptyError():
            return f"{command} needs a text {name!r}."
    return f"{command}: {name!r} must be {cause}."


def _field(cause: Exception) -> str:
    """The field that an error of cattrs is about, which it has in a note."""
    notes: Sequence[object] = getattr(cause, "__notes__", ())
    return next((note.name for note in notes if isinstance(note, AttributeValidationNote)), "")


def _text(value: object, _: object) -> str:
    if not isinstance(value, str) or "\0" in value:
        raise WrongValueError("a text")
    return value


def _name(value: object, of: object) -> contract.Name:
    if value == "":
        raise EmptyError
    return contract.Name(_text(value, of))


def _names(value: object, of: object) -> contract.Names:
    if isinstance(value, list | tuple):
        if not all(isinstance(item, str) and item and "\0" not in item for item in value):
            raise WrongValueError("a list of texts")
        return contract.Names(tuple(value))
    text = _text(value, of)
    return contract.Names((text,) if text else ())


def _amount(value: object, _: object) -> contract.Amount:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= contract.MOST:
        raise WrongValueError(f"a number of at least 0 and at most {contract.MOST}")
    return contract.Amount(value)


def _choice(value: object, of: object) -> object:
    options = get_args(of)
    if value not in options:
        raise WrongValueError(f"one of {', '.join(options)}")
    return value


def _flag(value: object, _: object) -> bool:
    if not isinstance(value, bool):
        raise WrongValueError("true or false")
    return value


def _number(value: object, of: object) -> float:
    kind, (least, most) = get_args(of)[:2]
    if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
        told = f"a whole number from {least} to {most}" if kind is int else f"a number from {least:g} to {most:g}"
        raise WrongValueError(told)
    return int(value) if kind is int else float(value)


def _texts(value: object, _: object) -> tuple[str, ...]:
    if not isinstance(value, list | tuple) or not all(isinstance(item, str) for item in value):
        raise WrongValueError("a list of texts")
    return tuple(value)


def _text_map(value: object, _: object) -> dict[str, str]:
    if not isinstance(value, Mapping) or not all(isinstance(part, str) for pair in value.items() for part in pair):
        raise WrongValueError("an object of texts")
    return dict(value)


def _headers(value: object, of: object) -> Headers:
    """Texts by name, and such maps by host."""
    if not isinstance(value, Mapping):
        return _text_map(value, of)
    by_host = {name: _text_map(item, of) for name, item in value.items() if isinstance(item, Mapping)}
    return {**_text_map({name: item for name, item in value.items() if name not in by_host}, of), **by_host}


def _servers(value: object, _: object) -> Servers:
    try:
        return servers(value)
    except WrongServersError as error:
        raise WrongValueError(str(error)) from None


def _pairs(value: object, of: object) -> Pairs:
    return tuple(_text_map(value, of).items())


def _is_choice(of: Any) -> bool:  # noqa: ANN401 - a type
    return get_origin(of) is Literal


def _is_number(of: object) -> bool:
    return get_origin(of) is Annotated and isinstance(get_args(of)[1], Between)


def _is_ours(of: object) -> bool:
    return of is Summary or (getattr(of, "__module__", "") == contract.__name__ and is_dataclass(of))


def _reading(of: type[Any]) -> Callable[[object, object], object]:
    """How an object of the contract is read; null is as if it were left out."""
    read = make_dict_structure_fn(of, _CONVERTER, **_renamed(of))

    def structure(value: object, _: object) -> object:
        if not isinstance(value, Mapping):
            raise WrongValueError("an object")
        return read({key: item for key, item in value.items() if item is not None}, of)

    return structure


def _writing(of: type[Any]) -> Callable[[object], object]:
    return make_dict_unstructure_fn(of, _CONVERTER, **_renamed(of))


def _renamed(of: type[Any]) -> dict[str, Any]:
    name = names_of(of)
    return {
        field.name: override(rename=name(field.name), omit_if_default=field.default is None) for field in fields(of)
    }


def _converter() -> Converter:
    converter = Converter()
    converter.register_structure_hook(str, _text)
    converter.register_structure_hook(bool, _flag)
    for of, read in (
        (contract.Name, _name),
        (contract.Names, _names),
        (contract.Amount, _amount),
        (tuple[str, ...], _texts),
        (Pairs, _pairs),
        (Headers, _headers),
        (Servers, _servers),
    ):
        converter.register_structure_hook_func(partial(operator.eq, of), read)
    converter.register_structure_hook_func(_is_choice, _choice)
    converter.register_structure_hook_func(_is_number, _number)
    converter.register_structure_hook_factory(_is_ours, _reading)
    converter.register_unstructure_hook_factory(_is_ours, _writing)
    converter.register_unstructure_hook(ValueType, ValueType._asdict)
    return converter


_CONVERTER = _converter()
_SETTINGS = get_type_hints(Settings, include_extras=True)
"""The annotation of each setting by its field."""
