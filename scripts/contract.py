"""Writes what clients know of the server from its declarations: `python scripts/contract.py`.

`client/src/protocol.ts` has the argument and the answer of each command and the status, package.json the settings.
A test fails where they are not what this writes.
"""

import inspect
import json
import re
import types
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from pprof_lens import contract, wire
from pprof_lens.live.named import KINDS, Servers
from pprof_lens.profile.model import ValueType
from pprof_lens.session.settings import SECTION, Between, Headers, Pairs, Settings
from pprof_lens.session.snapshot import Summary

ROOT = Path(__file__).parent.parent
PROTOCOL, MANIFEST = ROOT / "client" / "src" / "protocol.ts", ROOT / "package.json"

HEAD = """\
/**
 * The server's commands and notifications with their shapes. Written by `scripts/contract.py` from
 * `server/pprof_lens/contract.py`; a change here is lost. Lines count from 0, as in LSP, unless the name says
 * `profileLine`.
 */
"""

TEXTS = {"type": "string"}
SCHEMAS: dict[Any, dict[str, object]] = {
    str: TEXTS,
    bool: {"type": "boolean"},
    float: {"type": "number"},
    int: {"type": "integer"},
    tuple[str, ...]: {"type": "array", "items": TEXTS},
    Pairs: {"type": "object", "additionalProperties": TEXTS},
    Headers: {
        "type": "object",
        "additionalProperties": {"type": ["string", "object"], "additionalProperties": TEXTS},
    },
    Servers: {
        "type": "array",
        "items": {
            "type": "object",
            "required": ["name", "kind", "url"],
            "additionalProperties": False,
            "properties": {
                "name": {**TEXTS, "pattern": "^[\\w.-]{1,64}$"},
                "kind": {"enum": list(KINDS)},
                "url": TEXTS,
                "headers": {"type": "object", "additionalProperties": TEXTS},
                "tenant": TEXTS,
                "certificates": TEXTS,
            },
        },
    },
}


def protocol() -> str:
    """The text of protocol.ts."""
    choices = "".join(f"export type {name} = {options(of)};\n" for of, name in CHOICES.items())
    interfaces = "\n".join(interface(of) for of in (ValueType, Summary, *declared()))
    commands = "".join(
        f"  {name}: {{ readonly argument: {takes.__name__}; readonly answer: {answers.__name__} }};\n"
        for name, (takes, answers) in contract.COMMANDS.items()
    )
    return f"""{HEAD}
{choices}
{interfaces}
/** Argument and answer of each command. */
export interface ServerCommands {{
{commands}}}

export type ServerCommand = keyof ServerCommands;

export const serverCommandId = (name: ServerCommand): string => `{contract.PREFIX}${{name}}`;

/** Sent by the server with a Status after every change of what is shown. */
export const STATUS_NOTIFICATION = '{contract.STATUS}';

/** Asked by the server with a name; the answer has its value, null where none is kept. */
export const SECRET_REQUEST = '{contract.SECRET}';

/** Sent by the server with an Output while tests run. */
export const OUTPUT_NOTIFICATION = '{contract.OUTPUT}';

/** Sent by the server with RunRows after every change of them. */
export const RUNS_NOTIFICATION = '{contract.RUNS}';
"""


def manifest(text: str) -> str:
    """The text of package.json with the settings as they are declared."""
    read = json.loads(text)
    settings = {
        f"{SECTION}.{wire.setting(of).name}": of for of in get_type_hints(Settings, include_extras=True).values()
    }
    defaults = {field.name: getattr(Settings(), field.name) for field in fields(Settings)}
    read["contributes"]["configuration"]["properties"] = {
        name: schema(of, default) for (name, of), default in zip(settings.items(), defaults.values(), strict=True)
    }
    restricted = [name for name, of in settings.items() if wire.setting(of).is_restricted]
    read["capabilities"]["untrustedWorkspaces"]["restrictedConfigurations"] = restricted
    return json.dumps(read, indent=2, ensure_ascii=False) + "\n"


def schema(of: object, default: object) -> dict[str, object]:
    """A setting as VS Code describes one."""
    kind, *told = get_args(of)
    bounds = next((part for part in told if isinstance(part, Between)), None)
    limits = {} if bounds is None else {"minimum": bounds.least, "maximum": bounds.most}
    told = wire.setting(of)
    value = dict(default) if kind in (Pairs, Headers) else list(default) if isinstance(default, tuple) else default
    first, *rest = SCHEMAS[kind].items()
    return {
        **dict([first]),
        "default": int(value) if isinstance(value, float) and value.is_integer() else value,
        **limits,
        **dict(rest),
        "scope": told.scope,
        "markdownDescription": told.told,
    }


def declared() -> Iterator[type]:
    """The classes of the contract in their order."""
    for of in vars(contract).values():
        if is_dataclass(of) and isinstance(of, type) and of.__module__ == contract.__name__:
            yield of


def interface(of: type) -> str:
    """A class as an interface; what has a default may be left out."""
    base = of.__base__ if is_dataclass(of.__base__) else None
    extends = f" extends {base.__name__}" if base is not None else ""
    inherited = {field.name for field in fields(base)} if base is not None else set()
    hints = get_type_hints(of)
    name = wire.names_of(of)
    if of is ValueType:
        lines = [f"  readonly {part}: {typescript(hints[part])};\n" for part in ValueType._fields]
    else:
        lines = [member(field, name(field.name), hints) for field in fields(of) if field.name not in inherited]
    body = "".join(lines)
    told = "\n".join(f" * {line}".rstrip() for line in inspect.cleandoc(of.__doc__ or "").splitlines())
    comment = f"/** {told[3:]} */" if "\n" not in told else f"/**\n{told}\n */"
    comment = re.sub(r"`(\w+)`", lambda found: f"`{name(found[1])}`", comment)
    return (
        f"{comment}\nexport interface {of.__name__}{extends} {{\n{body}}}\n"
        if body
        else (f"{comment}\nexport type {of.__name__} = Record<string, never>;\n")
    )


def member(field: "Field[Any]", name: str, hints: Mapping[str, Any]) -> str:
    is_optional = field.default is not MISSING
    parts = [part for part in parts_of(hints[field.name]) if not (is_optional and part is type(None))]
    return f"  readonly {name}{'?' if is_optional else ''}: {' | '.join(map(typescript, parts))};\n"


def parts_of(of: Any) -> tuple[Any, ...]:  # noqa: ANN401 - a type
    return get_args(of) if get_origin(of) in (Union, types.UnionType) else (of,)


def options(of: Any) -> str:  # noqa: ANN401 - a type
    return " | ".join(f"'{option}'" for option in get_args(of))


def typescript(of: Any) -> str:  # noqa: ANN401 - a type
    """A type as TypeScript writes it."""
    if of in NAMED:
        return NAMED[of]
    if of in CHOICES:
        return CHOICES[of]
    if get_origin(of) is tuple:
        return f"readonly {typescript(get_args(of)[0])}[]"
    return str(of.__name__)


CHOICES: dict[Any, str] = {of: name for name, of in vars(contract).items() if get_origin(of) is Literal}
NAMED: dict[Any, str] = {
    str: "string",
    bool: "boolean",
    int: "number",
    float: "number",
    type(None): "null",
    contract.Name: "string",
    contract.Names: "string | readonly string[]",
    contract.Amount: "number",
}

if __name__ == "__main__":
    PROTOCOL.write_text(protocol(), encoding="utf-8")
    MANIFEST.write_text(manifest(MANIFEST.read_text(encoding="utf-8")), encoding="utf-8")
