"""How a form is put into Spanish words: a title, paragraphs, and rows of a label and a value. Pure.

Rules that stay true: a limit is called legal only where its source is a law; the person of the case is not named,
and there is no place to name them. Absent: the layout and the blanks to fill in, which are the templates'.
"""

from datetime import date, datetime, timedelta
from typing import assert_never

from msgspec import Struct

from nanduti.cases import Document
from nanduti.procedure import Source
from nanduti.vocabulary import Consent, DocumentKind, HandoffKind, Share, Urgency
from nanduti_hub.handoffs.calendar import ZONE
from nanduti_hub.handoffs.paper.forms import (
    AnswerBy,
    Constancia,
    Form,
    Oficio,
    Party,
    Proven,
    Sealed,
    check_code,
    scanned,
)

MONTHS = (
    *("enero", "febrero", "marzo", "abril", "mayo", "junio"),
    *("julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"),
)
KINDS = {
    HandoffKind.REFERRAL: "Derivación sin traspaso (se comparte el caso)",
    HandoffKind.TRANSFER: "Derivación con traspaso de la responsabilidad",
}
URGENCIES = {
    Urgency.IMMEDIATE: "Inmediata",
    Urgency.URGENT: "Urgente",
    Urgency.ORDINARY: "Ordinaria",
}
SHARES = {
    Share.NONE: "Nada de la persona, solo los datos de esta hoja",
    Share.PSEUDONYMOUS: "Contenido sin identidad, sellado",
    Share.FULL: "Contenido e identidad, sellados",
}
CONSENTS = {
    Consent.NOT_ASKED: "No consultado",
    Consent.GRANTED: "Otorgado",
    Consent.REFUSED: "Negado",
    Consent.WITHDRAWN: "Retirado",
}
DOCUMENTS = {
    DocumentKind.OFICIO: "Oficio",
    DocumentKind.NOTA: "Nota",
    DocumentKind.ACTA: "Acta",
    DocumentKind.PROVIDENCIA: "Providencia",
    DocumentKind.RESOLUCION: "Resolución",
}
EXERCISE = "EJERCICIO — sin valor"
SYNTHETIC = "Datos sintéticos: este caso es inventado y no corresponde a ninguna persona."
IDENTITY = (
    "La identidad de la persona no figura en esta hoja: viaja sellada o en el sobre cerrado de la propia institución. "
    "No escriba aquí nombres, números de cédula, direcciones ni relatos."
)
NO_SIGNATURE = (
    "El código de control sale de los datos impresos: si un dato cambia, el código es otro. "
    "No es una firma; ante una duda, la institución que figura como remitente lo confirma en el sistema."
)
TIMES = "Las horas son las de Asunción."


class Sheet(Struct, frozen=True, kw_only=True):
    """What is printed, in the order of the page; the names are those by which the templates take it."""

    title: str
    subject: str
    installation: str
    reference: str
    code: str
    scanned: str
    sender: str
    sender_acronym: str
    receiver: str
    receiver_acronym: str
    paragraphs: tuple[str, ...]
    rows: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]
    handoff: str
    documents: tuple[str, ...] = tuple(DOCUMENTS.values())
    may_decline: bool = True
    exercise: str = ""
    synthetic: str = ""


def oficio_sheet(form: Oficio) -> Sheet:
    """Put an oficio into words."""
    sender, receiver = form.sender.acronym, form.receiver.acronym
    asked = (
        f"La institución remitente ({sender}) solicita a la destinataria ({receiver}) que acepte {_thing(form.kind)} "
        "del caso que aquí se identifica solo por su referencia, y que devuelva completado y sellado el talón de abajo."
    )
    match form.kind:
        case HandoffKind.TRANSFER:
            custody = (
                f"Con la aceptación, la responsabilidad de esta vía del caso pasa a {receiver}. "
                f"Mientras la aceptación no conste, sigue siendo de {sender}."
            )
        case HandoffKind.REFERRAL:
            custody = (
                f"La responsabilidad de esta vía del caso es de {sender}, también después de la aceptación."
            )
        case never:
            assert_never(never)
    return _sheet(
        form,
        title="Oficio de derivación",
        paragraphs=(asked, custody, IDENTITY),
        rows=_offer_rows(form),
        may_decline=form.may_decline,
    )


def constancia_sheet(form: Constancia) -> Sheet:
    """Put a constancia into words."""
    match form.proves:
        case Proven.OFFER:
            title = "Constancia de ofrecimiento"
        case Proven.ACCEPTANCE:
            title = "Constancia de aceptación"
        case Proven.OUTCOME:
            title = "Constancia de resultado"
        case never:
            assert_never(never)
    rows = [*_offer_rows(form)]
    if form.answered_at is not None:
        rows.append(("Aceptado el", moment(form.answered_at)))
    if form.document is not None:
        rows.append(("Documento de la aceptación", document(form.document)))
    if form.outcome is not None:
        rows.append(("Resultado", f"{form.outcome.es} ({form.outcome.code})"))
    if form.completed_at is not None:
        rows.append(("Resultado informado el", moment(form.completed_at)))
    return _sheet(form, title=title, paragraphs=_attested(form), rows=tuple(rows))


def moment(at: datetime, *, ends_day: bool = False) -> str:
    """A time as it is read in Asunción; the end of a limit at midnight belongs to the day that ends."""
    local = at.astimezone(ZONE)
    if ends_day and (local.hour, local.minute) == (0, 0):
        return f"{day(local.date() - timedelta(days=1))}, 24:00"
    return f"{day(local.date())}, {local:%H:%M}"


def day(on: date) -> str:
    """A day in Spanish."""
    return f"{on.day} de {MONTHS[on.month - 1]} de {on.year}"


def document(paper: Document) -> str:
    """A paper by its kind, number, year and day."""
    return f"{DOCUMENTS[paper.kind]} n.º {paper.number}/{paper.year}, del {day(paper.day)}"


def limit(answer_by: AnswerBy) -> str:
    """Until when, and on what that stands."""
    match answer_by.source:
        case Source.LAW:
            source = "plazo legal"
        case Source.PROCEDURE:
            source = "plazo del procedimiento, no legal"
        case Source.AGREEMENT:
            source = "plazo de acuerdo, no legal"
        case never:
            assert_never(never)
    cited = f": {answer_by.citation}" if answer_by.citation else ""
    return f"{moment(answer_by.at, ends_day=True)} ({source}{cited})"


def grouped(digest: str, of: int = 4) -> str:
    """A digest in groups, so that it can be read aloud and compared."""
    return " ".join(digest[start : start + of] for start in range(0, len(digest), of))


def _attested(form: Constancia) -> tuple[str, ...]:
    sender, receiver = form.sender.acronym, form.receiver.acronym
    thing = f"{_thing(form.kind)} del caso que aquí se identifica solo por su referencia"
    is_transfer = form.kind is HandoffKind.TRANSFER
    stays = f"La responsabilidad de esta vía del caso sigue siendo de {sender}."
    match form.proves:
        case Proven.OFFER:
            said = f"la institución remitente ({sender}) ofreció a la destinataria ({receiver}) {thing}."
            custody = (
                f"El ofrecimiento no mueve la responsabilidad: mientras no conste la aceptación, es de {sender}."
                if is_transfer
                else stays
            )
        case Proven.ACCEPTANCE:
            said = f"la institución destinataria ({receiver}) aceptó {thing}, que le ofreció la remitente ({sender})."
            custody = (
                f"Con esta aceptación, la responsabilidad de esta vía del caso pasó de {sender} a {receiver}."
                if is_transfer
                else stays
            )
        case Proven.OUTCOME:
            said = (
                f"la institución destinataria ({receiver}), que había aceptado {thing}, informó el resultado a la "
                f"remitente ({sender})."
            )
            custody = "El resultado queda registrado y a la vista de quien derivó el caso."
        case never:
            assert_never(never)
    return f"Se hace constar que {said}", custody


def _offer_rows(form: Form) -> tuple[tuple[str, str], ...]:
    rows = [
        ("De", _named(form.sender)),
        ("Para", _named(form.receiver)),
        ("Vía y etapa", f"{form.track.es}; {form.stage.es}"),
        ("Urgencia", URGENCIES[form.urgency]),
        ("Ofrecido el", moment(form.offered_at)),
    ]
    if form.answer_by is not None:
        rows.append(("Responder hasta", limit(form.answer_by)))
    consent = CONSENTS[form.consent]
    if form.override is not None:
        consent += f"; se comparte sin él por: {form.override.es} ({form.override.code})"
    rows += [
        ("Se comparte", SHARES[form.share]),
        ("Consentimiento", consent),
        ("Expediente sellado", _dossier(form.dossier)),
    ]
    return tuple(rows)


def _dossier(sealed: Sealed | None) -> str:
    if sealed is None:
        return "Ninguno"
    return f"SHA-256 {grouped(sealed.sha256, 8)} (hasta {_size(sealed.size)})"


def _size(size: int) -> str:
    if size < 1024:
        return f"{size} bytes"
    return f"{size // 1024} KiB" if size < 1024 * 1024 else f"{size // (1024 * 1024)} MiB"


def _named(party: Party) -> str:
    return f"{party.name} ({party.acronym})"


def _thing(kind: HandoffKind) -> str:
    return "el traspaso" if kind is HandoffKind.TRANSFER else "la derivación"


def _sheet(
    form: Oficio | Constancia,
    *,
    title: str,
    paragraphs: tuple[str, ...],
    rows: tuple[tuple[str, str], ...],
    may_decline: bool = True,
) -> Sheet:
    procedure = form.procedure
    return Sheet(
        title=title,
        subject=KINDS[form.kind],
        installation=form.installation,
        reference=form.reference,
        code=grouped(check_code(form)),
        scanned=scanned(form),
        sender=_named(form.sender),
        sender_acronym=form.sender.acronym,
        receiver=_named(form.receiver),
        receiver_acronym=form.receiver.acronym,
        paragraphs=paragraphs,
        rows=rows,
        notes=(
            f"Procedimiento {procedure.version}: {procedure.title}. {procedure.notice}",
            f"{NO_SIGNATURE} {TIMES}",
        ),
        handoff=form.handoff,
        may_decline=may_decline,
        exercise=EXERCISE if form.exercise else "",
        synthetic=SYNTHETIC if form.synthetic else "",
    )
