"""Why a value was not understood, in Spanish: msgspec says it in English, field path last.

What was sent is never repeated. A reason that is not in the tables stays in English, rather than be lost.
"""

import re

#: Control characters that are no part of a text; tabs and line ends are.
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")

_TYPES = {
    "str": "texto", "int": "un número entero", "float": "un número", "bool": "verdadero o falso",
    "date": "una fecha (AAAA-MM-DD)", "object": "un objeto", "array": "una lista", "null": "nada (null)",
}  # fmt: skip
#: English pattern to Spanish sentence; `{0}` is the first group, types among them in Spanish.
_SENTENCES: tuple[tuple[str, str], ...] = (
    (r"Expected `(.+?)`, got `(.+?)`", "se esperaba {0} y llegó {1}"),
    (r"Expected `(.+?)` of length (<=|>=) (\d+)", "se esperaba {0} de largo {1} {2}"),
    (r"Expected `(.+?)` (<=|>=|<|>) (\S+)", "se esperaba {0} {1} {2}"),
    (r"Expected `str` matching regex .*", "no tiene la forma de un código"),
    (r"Object contains unknown field `(.+)`", "campo desconocido: {0}"),
    (r"Object missing required field `(.+)`", "falta el campo {0}"),
    (r"Invalid enum value .*", "valor fuera de la lista"),
    (r"Invalid RFC3339 encoded date", "fecha no válida (AAAA-MM-DD)"),
    (r"Invalid RFC3339 encoded datetime", "fecha y hora no válidas (AAAA-MM-DDTHH:MM:SS-03:00)"),
    (r"(?:Number|Integer value) out of range", "número fuera de rango"),
    (r"JSON is malformed: .*\((byte \d+)\)", "el JSON está mal escrito ({0})"),
    (r"Input data was truncated", "el JSON está incompleto"),
    (r"Not UTF-8", "el texto no está en UTF-8"),
    (r"Too deep", "el JSON tiene demasiados niveles"),
    (r"Control character", "tiene caracteres de control"),
    (r"Given twice", "parámetro repetido"),
    (r"Not as the documentation says", "no es como dice la documentación"),
)
_RULES = tuple((re.compile(pattern), sentence) for pattern, sentence in _SENTENCES)


def english(message: str) -> str:
    """`<field>: <why>`, without the value that was sent."""
    field, why = _parted(message)
    why = re.sub(r"^Invalid enum value .*", "Not one of the listed values", why)
    return f"{field}: {why}" if field else why


def spanish(message: str) -> str:
    """The same in Spanish."""
    field, why = _parted(message)
    for pattern, sentence in _RULES:
        if (found := pattern.fullmatch(why)) is not None:
            why = sentence.format(*(_named(group) for group in found.groups()))
            break
    return f"{field}: {why}" if field else why


def _parted(message: str) -> tuple[str, str]:
    why, at, path = message.rpartition(" - at `")
    if not at:
        return "", message
    return path.rstrip("`").removeprefix("$").removeprefix("."), why


def _named(words: str) -> str:
    """Types in Spanish (`int | null`); anything else as it is."""
    parts = words.split(" | ")
    return " o ".join(_TYPES.get(part, part) for part in parts if part != "null" or len(parts) == 1)
