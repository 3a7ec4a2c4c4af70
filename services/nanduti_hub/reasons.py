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
    (r"Expected `str` matching regex .*", "no tiene la forma que se espera"),
    (r"Object contains unknown field `(.+)`", "campo desconocido: {0}"),
    (r"Object contains unknown field", "tiene un campo desconocido"),
    (r"Unknown parameter", "tiene un parámetro desconocido"),
    (r"Invalid base64 encoded string", "no está en base64"),
    (r"Object missing required field `(.+)`", "falta el campo {0}"),
    (r"Invalid enum value .*", "valor fuera de la lista"),
    (r"Invalid RFC3339 encoded date", "fecha no válida (AAAA-MM-DD)"),
    (r"Invalid RFC3339 encoded datetime", "fecha y hora no válidas (AAAA-MM-DDTHH:MM:SS-03:00)"),
    (
        r"Invalid RFC3339 encoded date or datetime",
        "no es una fecha (AAAA-MM-DD) ni una fecha y hora (AAAA-MM-DDTHH:MM:SS-03:00)",
    ),
    (
        r"Neither a number nor an RFC3339 instant",
        "no es un número del registro ni un instante con su zona (AAAA-MM-DDTHH:MM:SS-03:00)",
    ),
    (r"(?:Number|Integer value) out of range", "número fuera de rango"),
    (r"JSON is malformed: .*\((byte \d+)\)", "el JSON está mal escrito ({0})"),
    (r"Input data was truncated", "el JSON está incompleto"),
    (r"Not UTF-8", "el texto no está en UTF-8"),
    (r"Too deep", "el JSON tiene demasiados niveles"),
    (r"Control character", "tiene caracteres de control"),
    (r"Given twice", "parámetro repetido"),
    (r"Unknown parameter `(.+)`", "parámetro desconocido: {0}"),
    (r"Missing parameter `(.+)`", "falta el parámetro {0}"),
    (r"Not as the documentation says", "no es como dice la documentación"),
)
#: What a text must look like, by its pattern: Spanish, English.
_FORMS: dict[str, tuple[str, str]] = {
    r"^[a-z0-9][a-z0-9._-]{1,39}\Z": (
        "de 2 a 40 letras minúsculas sin acento, cifras, puntos y guiones, y empieza con una letra o una cifra (ana.benitez)",
        "2 to 40 lower-case letters without accents, digits, dots, dashes and underscores, a letter or digit first (ana.benitez)",
    ),
    r"^[a-z0-9_]{2,16}\Z": (
        "un código: de 2 a 16 letras minúsculas, cifras y guiones bajos (mtess)",
        "a code: 2 to 16 lower-case letters, digits and underscores (mtess)",
    ),
    r"^PY-(ASU|[0-9]{1,2})\Z": (
        "el código de un departamento (PY-7; la capital, PY-ASU)",
        "a department's code (PY-7; the capital, PY-ASU)",
    ),
    r"^[0-9]{6}\Z": ("un código de seis cifras", "a six-digit code"),
    r"^[a-z][a-z0-9_]{1,39}\Z": (
        "un código de los que lista el procedimiento (GET /v1/procedures)",
        "a code that the procedure lists (GET /v1/procedures)",
    ),
    r"^[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){3}\Z": (
        "la referencia de un caso (K7M2-9QXP-4TRB-H3WC)",
        "a case's reference (K7M2-9QXP-4TRB-H3WC)",
    ),
    r"^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\Z": (
        "un identificador al azar, como lo da el centro",
        "a random id, as the hub gives it",
    ),
    r"^[0-9a-f]{4}(-[0-9a-f]{4}){3}\Z": (
        "la huella de una clave (3f1c-09ab-77d0-52e4)",
        "a key's fingerprint (3f1c-09ab-77d0-52e4)",
    ),
    r"\S": ("un texto que no esté en blanco", "a text that is not blank"),
}
_FORMS_AS_WRITTEN = {repr(pattern): form for pattern, form in _FORMS.items()}
_RULES = tuple((re.compile(pattern), sentence) for pattern, sentence in _SENTENCES)


def english(message: str) -> str:
    """`<field>: <why>`, without the value that was sent."""
    field, why = _parted(message)
    why = re.sub(r"^Invalid enum value .*", "Not one of the listed values", why)
    if (form := _form(why)) is not None:
        why = f"expected {form[1]}"
    return f"{field}: {why}" if field else why


def spanish(message: str) -> str:
    """The same in Spanish."""
    field, why = _parted(message)
    if (form := _form(why)) is not None:
        why = f"se espera {form[0]}"
    for pattern, sentence in _RULES:
        if (found := pattern.fullmatch(why)) is not None:
            why = sentence.format(*(_named(group) for group in found.groups()))
            break
    return f"{field}: {why}" if field else why


def _form(why: str) -> tuple[str, str] | None:
    """What a text that does not fit its pattern must look like, where it is told in words."""
    return _FORMS_AS_WRITTEN.get(why.removeprefix("Expected `str` matching regex "))


def _parted(message: str) -> tuple[str, str]:
    why, at, path = message.rpartition(" - at `")
    if not at:
        return "", message
    # Of a map, whose name is wrong and not its value: "key` in `$.answer`".
    path = path.removeprefix("key` in `")
    return path.rstrip("`").removeprefix("$").removeprefix("."), why


def _named(words: str) -> str:
    """Types in Spanish (`int | null`); anything else as it is."""
    parts = words.split(" | ")
    return " o ".join(_TYPES.get(part, part) for part in parts if part != "null" or len(parts) == 1)
