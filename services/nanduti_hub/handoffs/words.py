"""What the words that everybody shares are called in the answers about cases: Spanish, English.

Rule that stays true: every member of these enumerations has its words, which a test sees to. Absent: the codes that a
procedure lists, whose words are in it.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from nanduti.vocabulary import AgeBand, Channel, Consent, Crime, HandoffState, Sex
from nanduti_hub.handoffs.state import Standing

CRIMES = {
    Crime.CHILD_LABOR: ("trabajo infantil", "child labor"),
    Crime.FORCED_LABOR: ("trabajo forzoso", "forced labor"),
    Crime.TRAFFICKING: ("trata de personas", "human trafficking"),
}
AGES = {
    AgeBand.UNDER_14: ("menos de 14 años", "under 14"),
    AgeBand.FROM_14_TO_17: ("de 14 a 17 años", "14 to 17"),
    AgeBand.ADULT: ("18 años o más", "18 or over"),
    AgeBand.UNKNOWN: ("edad desconocida", "age unknown"),
}
SEXES = {
    Sex.FEMALE: ("femenino", "female"),
    Sex.MALE: ("masculino", "male"),
    Sex.OTHER: ("otro", "other"),
    Sex.UNKNOWN: ("desconocido", "unknown"),
}
CHANNELS = {
    Channel.LINE_147: ("línea 147 (Fono Ayuda)", "line 147 (Fono Ayuda)"),
    Channel.LINE_137: ("línea 137 (SOS Mujer)", "line 137 (SOS Mujer)"),
    Channel.LINE_911: ("línea 911 (Policía)", "line 911 (police)"),
    Channel.LINE_133: ("línea 133 (Defensa Pública)", "line 133 (public defence)"),
    Channel.CODENI: ("CODENI", "CODENI"),
    Channel.INSPECTION: ("inspección del trabajo", "labor inspection"),
    Channel.SCHOOL: ("escuela o colegio", "school"),
    Channel.HEALTH: ("servicio de salud", "health service"),
    Channel.PROSECUTOR: ("fiscalía", "prosecutor"),
    Channel.POLICE: ("policía", "police"),
    Channel.BORDER: ("control de frontera", "border control"),
    Channel.CONSULATE: ("consulado", "consulate"),
    Channel.UNION: ("sindicato", "union"),
    Channel.COMMUNITY: ("comunidad", "community"),
    Channel.OTHER: ("otro", "other"),
}
CONSENTS = {
    Consent.NOT_ASKED: ("todavía no se preguntó", "not asked yet"),
    Consent.GRANTED: ("otorgado", "granted"),
    Consent.REFUSED: ("negado", "refused"),
    Consent.WITHDRAWN: ("retirado", "withdrawn"),
}
STATES = {
    HandoffState.OFFERED: ("ofrecida, espera respuesta", "offered, waiting for an answer"),
    HandoffState.AWAITING_RESEALING: ("espera que se selle el expediente", "waiting for its dossier to be sealed"),
    HandoffState.ACCEPTED: ("aceptada", "accepted"),
    HandoffState.DECLINED: ("no aceptada", "declined"),
    HandoffState.REDIRECTED: ("reencaminada a otra institución", "redirected to another institution"),
    HandoffState.WITHDRAWN: ("retirada", "withdrawn"),
    HandoffState.EXPIRED: ("vencida sin respuesta", "expired without an answer"),
    HandoffState.COMPLETED: ("concluida", "completed"),
}  # fmt: skip
STANDINGS = {
    Standing.OPEN: ("en curso", "open"),
    Standing.CLOSED: ("cerrada", "closed"),
    Standing.MERGED: ("unida a otro caso de la misma persona", "merged into another case of the same person"),
}
#: What waits for somebody.
WAITING = {
    "answer": ("responder: aceptar, no aceptar o reencaminar", "answer: accept, decline or redirect"),
    "seal": ("sellar el expediente para quien lo recibe", "seal the dossier for its receiver"),
    "question": ("responder una pregunta", "answer a question"),
    "stage": ("pasar la vía a su próxima etapa o cerrarla", "take the track to its next stage or close it"),
    "outcome": ("informar el resultado", "say what came of it"),
    "paper": ("registrar la respuesta en papel", "record the answer on paper"),
}
#: Why an institution may not receive a track.
UNFIT = {
    "track_not_of_institution": ("la vía no es de su competencia", "the track is not in its competence"),
    "crime": ("no es competente para este delito", "it is not competent for this crime"),
    "age": ("no es competente para esta edad", "it is not competent for this age"),
    "sex": ("no es competente para este sexo", "it is not competent for this sex"),
    "department": ("no es competente en este departamento", "it is not competent in this department"),
    "sender": ("es la institución que la tiene", "it is the institution that holds it"),
}
#: By the enumeration: members of two of them are the same text, and so equal.
_TABLES: dict[type[StrEnum], Mapping[Any, tuple[str, str]]] = {
    Crime: CRIMES,
    AgeBand: AGES,
    Sex: SEXES,
    Channel: CHANNELS,
    Consent: CONSENTS,
    HandoffState: STATES,
    Standing: STANDINGS,
}


def words_of(member: StrEnum, *, is_english: bool) -> str:
    """What a member of an enumeration is called."""
    return _TABLES[type(member)][member][is_english]
