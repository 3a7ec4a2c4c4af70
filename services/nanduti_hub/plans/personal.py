"""What looks like a person's own datum in the text of a plan: it does not belong in a public register.

Only what can be told by its form: telephones, identity numbers, mailboxes of persons, and names behind a title
("Lic.", "Abg."). A name without a title cannot; the coordinator's own eye, and the approving act, stand for that.
Streets, schools, districts and hospitals bear such names too, and are none. What was found is never repeated.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator
from functools import lru_cache
from operator import attrgetter

from nanduti_hub.plans.rows import Finding, Row, Severity

TEXTS = (
    "title",
    "description",
    "objective",
    "line_of_action",
    "indicator",
    "means_of_verification",
    "budget_source",
    "observations",
)
_texts: Callable[[Row], tuple[str, ...]] = attrgetter(*TEXTS)
#: What stands in the place of a personal datum.
VEIL = "[dato personal]"
#: A mobile or a land line of Paraguay, as people write them: 0981 123 456, +595 981-123456, (021) 123-456.
_TELEPHONE = re.compile(
    r"(?<!\d)(?:\+?595[ .-]?9|09)\d{2}[ .-]?\d{3}[ .-]?\d{3}(?!\d)|\(0\d{2,3}\) ?\d{3}[ .-]?\d{3}"
)
#: A cédula is only told by the words before it: bare numbers are amounts and counts.
_IDENTITY = re.compile(
    r"\b(?:c\.? ?i\.?|cédula(?: de identidad)?)(?: ?(?:n\.?[°ºo]|nro|núm)\.?)? ?:? ?\d[\d.]{5,}",
    re.IGNORECASE,
)
_MAILBOX = re.compile(r"\b([A-Za-z0-9][\w.+-]*)@([\w-]+(?:\.[\w-]+)+)")
#: Mailboxes that any office may have, whoever reads them.
_OFFICE = re.compile(
    r"(?:info|contacto|mesa|secretaria|recepcion|prensa|comunicacion|direccion|denuncia|consulta|atencion|gabinete"
    r"|administracion|rrhh|talento|soporte|webmaster|correo|oficina|coordinacion|asesoria|juridica|planificacion|trata"
    r"|codeni|conaeti|contrafor|inspeccion|ninez|mujer|genero|sumario|fono|ayuda|dg|dir)[\w.-]*",
    re.IGNORECASE,
)
_FREE_MAIL = re.compile(r"(?:gmail|hotmail|outlook|yahoo|live|icloud|proton)\b", re.IGNORECASE)
_NAME = r"[A-ZÁÉÍÓÚÑÜ][\w'’-]+"
_TITLED = re.compile(
    r"(?<![\w.])((?:Lic(?:da|do)?|LIC(?:DA|DO)?|Abg|ABG|Abog|ABOG|Dra?|DRA?|Sr(?:a|ta)?|SR(?:A|TA)?|Ing|ING|Arq|ARQ"
    r"|Prof|PROF|Psic|PSIC|Econ|ECON|Mg(?:tr)?|MG(?:TR)?|Mag|MAG|MSc|Esc|ESC)\.a?|Licenciad[oa]|Abogad[oa]|Doctora?"
    r"|Ingenier[oa]|Profesora?|Señora?|Don|Doña) ?(?:(?:Agr|Com|Civ|Mag|Esp|Abg|Psic|Ind|Sist|Dra?)\. ?)?"
    rf"((?:{_NAME}|[A-Z]\.)(?: (?:(?:de|del|la|los|las|y|DE|DEL|LA)\s)*(?:{_NAME}|[A-Z]\.)){{0,4}})"
)
#: Words of a post or an institution behind a title ("Dra. Defensora", "Sr. Ministro"): no name.
_POST = re.compile(
    r"(?:ministr|viceministr|defensor|fiscal|juez|jueza|director|coordinador|secretari|gobernador|intendent|comisari"
    r"|jef[ea]|presidente|representante|embajador|consul|inspector|senador|diputad|concejal|asesor|responsable|ambiental|sanitari|social|docente|educacion)"
)
#: What bears the name of a person: what stands right before it may be only more of what it is called.
_PLACE_BEFORE = re.compile(
    r"\b(?:escuelas?|esc\.|colegios?|col\.|liceo|instituto|universidad|centro|hospital|puesto|policlinico|sanatorio|clinica|usf"
    r"|calles?|avda?\.?|avenida|ruta|autopista|puente|plaza|plazoleta|parque|paseo|barrios?|b°|bo\.|villa|ciudad|distritos?"
    r"|municipios?|municipalidad|muni\.|localidad|compania|colonia|asentamiento|comunidad|aeropuerto|estadio|club|salon|auditorio"
    r"|biblioteca|teatro|casa|fundacion|edificio|terminal|penitenciaria|comisaria|juzgado|premio|programa)"
    r"(?:\s|de|del|la|el|los|las|y|,|n[°ºro.]*|\d|\"|'|\(|basica|nacional|privad[oa]|tecnic[oa]|agricola|regional|distrital|general"
    r"|municipal|public[oa]|graduada|medi[oa]|superior|salud|educativ[oa]|infantil|materno|indigena|central|[ivx]+\b)*$"
)
#: Districts, towns and neighbourhoods whose name opens with a title.
_PLACES = (
    "francia", "juan eulogio estigarribia", "j. eulogio estigarribia", "j eulogio estigarribia",
    "eulogio estigarribia", "botrell", "juan manuel frutos", "moises bertoni", "moises s. bertoni",
    "pedro p. pena", "pedro pena", "raul pena", "cecilio baez", "fernando de la mora", "eusebio ayala",
    "jose gaspar rodriguez de francia", "jose gaspar", "gaspar rodriguez de francia", "rodriguez de francia",
    "eligio ayala", "manuel gondra", "raul oviedo", "bosco", "j. augusto saldivar", "andres barbero",
)  # fmt: skip


#: Who wrote a line that was copied from a conversation: "[12/3/26 09:14] Ana: ...", "12/3/26, 9:14 a. m. - Ana: ...".
_SPOKEN = re.compile(
    r"\d{1,2}[/.-]\d{1,2}(?:[/.-]\d{2,4})?,? \d{1,2}:\d{2}(?::\d{2})?(?:\s?[ap]\.?\s?m\.?)?(?:\]\s?|\s-\s)(?:~\s?)?"
    r"([^\W\d_][^:\n\d]{1,40}):"
)
_CLOCK = re.compile(r"\d:\d\d")


def _folded(text: str) -> str:
    lowered = unicodedata.normalize("NFD", text.lower().replace("“", '"').replace("«", '"'))
    return "".join(sign for sign in lowered if not unicodedata.combining(sign))


def found_in(text: str) -> list[tuple[int, int, str]]:
    """Where a text has a personal datum, and of which kind: first, after, kind."""
    found = [(match.start(), match.end(), "un teléfono") for match in _TELEPHONE.finditer(text)]
    found += [(match.start(), match.end(), "un número de cédula") for match in _IDENTITY.finditer(text)]
    if "@" in text:
        found += [
            (match.start(), match.end(), "el correo electrónico de una persona")
            for match in _MAILBOX.finditer(text)
            if _FREE_MAIL.match(match[2]) or not _OFFICE.fullmatch(match[1])
        ]
    spoken = [match.span(1) for match in _SPOKEN.finditer(text)]
    found += [(first, after, "el nombre de una persona") for first, after in spoken]
    place_ended = -1
    for match in _TITLED.finditer(text):
        if _is_place(text, match, place_ended):
            place_ended = match.end()
        elif not _POST.match(_folded(match[2])) and not any(
            first < match.end() and match.start() < after for first, after in spoken
        ):
            found.append((match.start(), match.end(), "el nombre de una persona"))
    return sorted(found)


def _is_place(text: str, match: re.Match[str], place_ended: int) -> bool:
    name = _folded(match[2])
    if name.startswith(_PLACES):
        return True
    before = _folded(text[max(0, match.start() - 70) : match.start()])
    if _PLACE_BEFORE.search(before):
        return True
    if re.search(r"\ben $", before) and match[1].lower().startswith(("dr", "prof", "ing")):
        return True  # nobody works "en" a person: it is a place
    return (
        place_ended >= 0
        and re.fullmatch(r"\s*(?:,|y|e|/|;)\s*", text[place_ended : match.start()]) is not None
    )


@lru_cache(maxsize=4_096)
def veiled(text: str) -> str:
    """The text without the personal data that it has."""
    if not _might_have(text):
        return text
    for first, after, _ in reversed(found_in(text)):
        text = f"{text[:first]}{VEIL}{text[after:]}"
    return text


_SHORTENED = re.compile(r"[A-Za-z]\.")
_LONG_NUMBER = re.compile(r"[0-9][0-9.]{5}")


def _might_have(text: str) -> bool:
    """Whether it is worth looking for personal data in a text: it has a title, an @ or the makings of a number.

    Nearly always it has none, and this is quick to tell.
    """
    return (
        ("." in text and _SHORTENED.search(text) is not None)
        or "@" in text
        or "09" in text
        or "595" in text
        or "(0" in text
        or "Don" in text
        or "Doña" in text
        or "Señor" in text
        or "Doctor" in text
        or "Abogad" in text
        or "Profesor" in text
        or "Ingenier" in text
        or "Licenciad" in text
        or _LONG_NUMBER.search(text) is not None
        or (":" in text and _CLOCK.search(text) is not None)
    )


def without_personal(text: str) -> tuple[str, bool]:
    """The text with its personal data taken out, and whether it had any."""
    found = found_in(text) if _might_have(text) else []
    for first, after, _ in reversed(found):
        text = f"{text[:first]} {text[after:]}"
    return text, bool(found)


def look(row: Row) -> Iterator[Finding]:
    """A warning for each text of a row that looks as if it had a personal datum in it."""
    texts = _texts(row)
    if not _might_have("\n".join(texts)):
        return
    for name, text in zip(TEXTS, texts, strict=True):
        if not text or not _might_have(text):
            continue
        for kind in dict.fromkeys(kind for _, _, kind in found_in(text)):
            yield Finding(
                sheet=row.sheet,
                cell=row.cell(name),
                severity=Severity.WARNING,
                code="looks_personal",
                message=f"El texto parece contener {kind}. El registro lo leen todas las instituciones.",
                suggestion="Quite el dato personal: un plan nombra instituciones y cargos, no personas.",
            )
