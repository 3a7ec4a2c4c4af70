"""What a dossier's content may be: the fields of the Human Trafficking Case Data Standard, and a few of Paraguay's.

Content is one object of field names; what can come several times (`organizations`, `events`, `support_plans`,
`comments`) is a list of such objects. The fields, their types and values are data, in `htcds.json`: HTCDS 2.0 by the
International Organization for Migration (IOM, 2021), CC BY 4.0; those that begin with `py_`, for child and forced
labor, are this project's own and no part of the standard. Rules that stay true: a pseudonymous content has nothing
that tells who somebody is, free text least of all; no finding repeats a value. Absent: whether what it says is true.
"""

import math
import re
from collections.abc import Iterator
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any, Literal

import msgspec
from msgspec import Struct

from nanduti.vocabulary import Share

#: What can come several times, each with the fields that are `of` it.
SECTIONS = ("organizations", "events", "support_plans", "comments")
#: Without it nothing is shared: what the person has said, be it no.
REQUIRED = ("con_Consent",)
MOST_TEXT, MOST_LONG_TEXT, MOST_ITEMS = 300, 50_000, 200

Kind = Literal[
    "text", "long_text", "date", "number", "boolean", "choice", "choices", "language", "country", "countries",
    "phone", "email",
]  # fmt: skip

_WORDS_OF: dict[str, str] = {
    "text": f"tiene que ser un texto de hasta {MOST_TEXT} letras, en una línea",
    "long_text": f"tiene que ser un texto de hasta {MOST_LONG_TEXT} letras",
    "date": "tiene que ser una fecha AAAA-MM-DD",
    "number": "tiene que ser un número, sin comillas",
    "boolean": "tiene que ser true o false",
    "choice": "tiene que ser uno de los valores de la lista del campo",
    "choices": "tiene que ser una lista, sin repetir, de valores de la lista del campo",
    "language": "tiene que ser un código de idioma ISO 639 en minúsculas (es, gn)",
    "country": "tiene que ser un código de país ISO 3166 en mayúsculas (PY)",
    "countries": "tiene que ser una lista, sin repetir, de códigos de país ISO 3166 en mayúsculas",
    "phone": "tiene que ser un teléfono internacional, solo con cifras y el + (E.164)",
    "email": "tiene que ser una dirección de correo electrónico",
}
_LANGUAGE, _COUNTRY = re.compile(r"[a-z]{2,3}"), re.compile(r"[A-Z]{2,3}")
_PHONE, _EMAIL = re.compile(r"\+?[1-9][0-9]{1,14}"), re.compile(r"[^@\s]{1,64}@[^@\s]{1,190}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
#: A name that can be said again: anything else that was sent as one could be a value.
_NAME = re.compile(r"(?:[a-z]{2,3}_[A-Za-z]{1,40}|organizations|events|support_plans|comments)")


class Field(Struct, frozen=True, kw_only=True):
    """A field: its type, the section that it is `of`, its values where it has a list, and whether it `tells_who`."""

    field: str
    type: Kind
    of: str = ""
    values: tuple[str, ...] = ()
    tells_who: bool = False


class Finding(Struct, frozen=True):
    """What is wrong with a content: where, and a sentence in Spanish that does not repeat what stands there."""

    path: str
    words: str


class _Data(Struct, frozen=True):
    fields: tuple[Field, ...]


@cache
def fields() -> dict[str, Field]:
    """All fields by name, in the order of the standard."""
    read = msgspec.json.decode(files("nanduti").joinpath("htcds.json").read_bytes(), type=_Data)
    return {field.field: field for field in read.fields}


def check(content: Any, share: Share) -> list[Finding]:
    """Everything that is wrong with a content that is to be shared so; nothing where it is fit to be sealed."""
    if share is Share.NONE:
        return [Finding("$", "Sin compartir («none») no hay expediente que sellar.")]
    if not isinstance(content, dict):
        return [Finding("$", "El contenido tiene que ser un objeto JSON con los campos del estándar.")]
    found = list(_of_object(content, "", "", share))
    found += [Finding(name, "Falta, y es obligatorio.") for name in REQUIRED if name not in content]
    return found


def _of_object(content: dict[str, Any], section: str, path: str, share: Share) -> Iterator[Finding]:
    for place, (name, value) in enumerate(content.items(), 1):
        where = path + (name if _NAME.fullmatch(name) else f"(campo n.º {place})")
        if not section and name in SECTIONS:
            yield from _of_section(value, name, where, share)
            continue
        field = fields().get(name)
        if field is None or field.of != section:
            yield Finding(where, "No es un campo de esta parte del estándar ni de su ampliación (py_).")
        elif field.tells_who and share is Share.PSEUDONYMOUS:
            yield Finding(where, "Puede decir quién es la persona: no va en un expediente seudónimo.")
        elif not _fits(field, value):
            yield Finding(where, f"El valor {_WORDS_OF[field.type]}.")


def _of_section(items: Any, section: str, path: str, share: Share) -> Iterator[Finding]:
    if not isinstance(items, list) or len(items) > MOST_ITEMS:
        yield Finding(path, f"Tiene que ser una lista de hasta {MOST_ITEMS} objetos.")
        return
    for place, item in enumerate(items, 1):
        if isinstance(item, dict):
            yield from _of_object(item, section, f"{path}[{place}].", share)
        else:
            yield Finding(f"{path}[{place}]", "Tiene que ser un objeto.")


def _fits(field: Field, value: Any) -> bool:
    match field.type:
        case "boolean":
            return isinstance(value, bool)
        case "number":
            is_number = isinstance(value, int | float) and not isinstance(value, bool)
            return is_number and math.isfinite(value) and abs(value) < 2**53
        case "choices":
            return _is_set(value) and all(each in field.values for each in value)
        case "countries":
            return _is_set(value) and all(_COUNTRY.fullmatch(each) for each in value)
    return isinstance(value, str) and _is_written_so(field, value)


def _is_set(value: Any) -> bool:
    """Whether it is a list of texts, none of them twice."""
    return (
        isinstance(value, list)
        and all(isinstance(each, str) for each in value)
        and len(set(value)) == len(value)
    )


def _is_written_so(field: Field, text: str) -> bool:
    match field.type:
        case "choice":
            return text in field.values
        case "language":
            return _LANGUAGE.fullmatch(text) is not None
        case "country":
            return _COUNTRY.fullmatch(text) is not None
        case "phone":
            return _PHONE.fullmatch(text) is not None
        case "email":
            return _EMAIL.fullmatch(text) is not None
        case "date":
            return _DAY.fullmatch(text) is not None and _is_day(text)
        case "long_text":
            # JSON escapes whatever could move a terminal: a long text is looked at by its length alone.
            return len(text) <= MOST_LONG_TEXT
    return len(text) <= MOST_TEXT and text.isprintable()


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
