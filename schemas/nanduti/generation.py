"""The JSON Schemas of the contract, made from its structs: what other languages read it with.

Rules that stay true: the same structs give the same bytes; `$id` is the `dataschema` that an event's envelope
carries; what the hub keeps to itself says so in its first words. Absent on purpose: closed objects; a later contract
may add fields, and words to the enumerations.

`python -m nanduti.generation` writes them into `nanduti/jsonschema/`, where a test compares them.
"""

import inspect
import re
import sys
from pathlib import Path
from typing import Any, get_args

import msgspec

from nanduti.cases import PrivateEvent
from nanduti.envelope import TYPE_PREFIX, Envelope
from nanduti.wire import EVENT_TYPES

DIRECTORY = Path(__file__).parent / "jsonschema"
DIALECT = "https://json-schema.org/draft/2020-12/schema"
#: What no schema can say of itself: it is for checking what is written, not for refusing what is read.
COMMENT = "A reader tolerates fields and words that are not listed: a later contract may add them."
#: They are in the contract so that the ledger can be read again from LEDGER, and for nothing else.
PRIVATE = "Private to the hub: no member is ever sent this event. Members are told by `nanduti.handoff.*`."


def schemas() -> dict[str, bytes]:
    """File name to bytes: `<type>.json` for the data of each event type, and `envelope.json`."""
    made = {
        f"{name}.json": _schema(struct, f"urn:{TYPE_PREFIX}:schema:{name}")
        for name, struct in EVENT_TYPES.items()
    }
    made["envelope.json"] = _schema(Envelope, f"urn:{TYPE_PREFIX}:schema:envelope")
    return made


def write(directory: Path = DIRECTORY) -> list[str]:
    """Make a directory hold these schemas, and none of a type that is no more; what files changed."""
    directory.mkdir(parents=True, exist_ok=True)
    wanted = schemas()
    changed = []
    for path in directory.glob(f"{TYPE_PREFIX}.*.json"):
        if path.name not in wanted:
            path.unlink()
            changed.append(path.name)
    for name, body in wanted.items():
        path = directory / name
        if not path.exists() or path.read_bytes() != body:
            path.write_bytes(body)
            changed.append(name)
    return sorted(changed)


def _schema(struct: type[msgspec.Struct], identifier: str) -> bytes:
    made = msgspec.json.schema(struct)
    definitions: dict[str, Any] = made["$defs"]
    # The struct itself stands at the top, where a reader looks first.
    top = definitions.pop(struct.__name__)
    if struct in get_args(PrivateEvent):
        top["description"] = f"{PRIVATE}\n\n{inspect.cleandoc(top['description'])}"
    whole: dict[str, Any] = {"$schema": DIALECT, "$id": identifier, "$comment": COMMENT, **top}
    if definitions:
        whole["$defs"] = {name: definitions[name] for name in sorted(definitions)}
    return msgspec.json.format(msgspec.json.encode(portable(whole)), indent=2) + b"\n"


def portable(value: Any) -> Any:
    """A schema as other languages read it: descriptions without the indentation of their docstrings, and patterns
    that end with `$` where Python has to say `\\Z`.
    """
    match value:
        case dict():
            return {key: _portable_member(key, inner) for key, inner in value.items()}
        case list():
            return [portable(inner) for inner in value]
    return value


def _portable_member(key: str, value: Any) -> Any:
    match key, value:
        case "description", str():
            return inspect.cleandoc(value)
        case "pattern", str():
            return re.sub(r"\\Z$", "$", value)
    return portable(value)


if __name__ == "__main__":
    for file_name in write():
        sys.stdout.write(f"{file_name}\n")
