"""Problems (RFC 9457): what a person is told when something cannot be done, in their language.

A refusal's code becomes `type` (stable, for programs), its sentence `title`, what to do next `detail`. A
failure of ours is told as such, without a word of what was being processed.
"""

from typing import Any

import asyncpg
import msgspec
import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException

from nanduti_hub.ledger.append import LostRace
from nanduti_hub.ledger.database import DATABASE_AWAY
from nanduti_hub.ledger.gate import LedgerHeld
from nanduti_hub.offload import OffloadFailed
from nanduti_hub.reasons import english, spanish
from nanduti_hub.refusal import Refusal, Refused
from nanduti_hub.telemetry import where

log = structlog.get_logger(__name__)

#: code: status, Spanish title, Spanish advice, English title, English advice.
TEXTS: dict[str, tuple[int, str, str, str, str]] = {
    "token_missing": (401, "Falta la credencial.", "Envíe su token en el encabezado Authorization: Bearer.", "The credential is missing.", "Send your token in the header Authorization: Bearer."),
    "token_invalid": (401, "El token no es válido o ya venció.", "Pida uno nuevo a quien administra su plataforma.", "The token is not valid or has expired.", "Ask your platform's administrator for a new one."),
    "not_allowed": (403, "Su rol no permite esta operación ({act}).", "Si le corresponde, pida el rol a quien administra el sistema.", "Your role does not allow this ({act}).", "If it should, ask the steward for the role."),
    "not_yours": (403, "Solo puede cambiar lo de su propia plataforma ({act}).", "Coordine el cambio con la plataforma responsable.", "You can change only what is your own platform's ({act}).", "Agree on the change with the platform responsible."),
    "not_found": (404, "No existe esa dirección.", "Revise la dirección o consulte /v1/docs.", "There is no such address.", "Check the address, or see /v1/docs."),
    "method_not_allowed": (405, "Esta dirección no admite ese método.", "Consulte /v1/docs.", "This address does not take that method.", "See /v1/docs."),
    "action_unknown": (404, "No existe esa acción.", "Revise el identificador o el código (ACC-AAAA-NNNN).", "There is no such action.", "Check the id or the code (ACC-YYYY-NNNN)."),
    "plan_unknown": (404, "No existe ese plan.", "Consulte la lista en /v1/plans.", "There is no such plan.", "See the list at /v1/plans."),
    "import_unknown": (404, "No existe esa importación.", "Suba la planilla de nuevo.", "There is no such import.", "Upload the workbook again."),
    "platform_unknown": (404, "No existe la plataforma «{platform}».", "Consulte la lista en /v1/platforms.", 'There is no platform "{platform}".', "See the list at /v1/platforms."),
    "entry_unknown": (404, "El directorio no tiene esa entrada.", "Consulte la lista correspondiente.", "The directory has no such entry.", "See the list."),
    "action_exists": (409, "La acción {code} ya existe.", "Para cambiarla, use PATCH.", "Action {code} exists already.", "To change it, use PATCH."),
    "status_step_refused": (409, "Una acción en estado «{from}» no puede pasar a «{to}».", "Consulte los pasos permitidos en la documentación.", 'An action that is "{from}" cannot become "{to}".', "See the documentation for the steps."),
    "status_reason_missing": (422, "Para pasar a «{to}» hace falta un motivo.", "Agregue «reason» con el motivo.", 'Becoming "{to}" needs a reason.', 'Add "reason".'),
    "title_missing": (422, "Falta el título.", "Escriba qué se va a hacer.", "The title is missing.", "Write what will be done."),
    "dates_reversed": (422, "La fecha de fin ({end}) es anterior a la de inicio ({start}).", "Corrija una de las dos fechas.", "The end ({end}) is before the start ({start}).", "Correct one of the dates."),
    "term_reversed": (422, "La vigencia termina ({to}) antes de empezar ({from}).", "Corrija una de las dos fechas.", "The term ends ({to}) before it starts ({from}).", "Correct one of the dates."),
    "institution_unknown": (422, "El directorio no tiene la institución «{institution}».", "Use un código de /v1/institutions.", 'The directory has no institution "{institution}".', "Use a code of /v1/institutions."),
    "department_unknown": (422, "El directorio no tiene el departamento «{department}».", "Use un código de /v1/departments (por ejemplo PY-7).", 'The directory has no department "{department}".', "Use a code of /v1/departments (such as PY-7)."),
    "indicator_unknown": (404, "La acción no tiene el indicador {number}.", "Consulte sus indicadores en la acción.", "The action has no indicator {number}.", "See its indicators in the action."),
    "plan_platform_fixed": (409, "El plan es de «{platform}» y no puede cambiar de plataforma.", "Abra un plan nuevo para la otra plataforma.", "The plan is \"{platform}\"'s and cannot move to another platform.", "Open a new plan for the other platform."),
    "act_missing": (422, "Falta el acto que aprueba el plan.", "Indique el acta o resolución y su fecha.", "The approving act is missing.", "Name the act and its date."),
    "absent_unknown": (422, "{actions} de las acciones por cancelar no figuran entre las ausentes.", "Vuelva a mirar el borrador: cambió desde entonces.", "{actions} of the actions to cancel are not among the absent ones.", "Look at the draft again: it has changed."),
    "import_has_errors": (422, "La planilla tiene {errors} errores y no se importó nada.", "Corrija las celdas señaladas en el borrador y súbala de nuevo.", "The workbook has {errors} errors and nothing was imported.", "Correct the cells shown in the draft and upload it again."),
    "import_confirmed": (409, "El borrador ya fue confirmado.", "Suba la planilla de nuevo para otra revisión.", "The draft has been confirmed already.", "Upload the workbook again for another revision."),
    "pair_unknown": (422, "La fila o la acción «{name}» no está en este borrador.", "Use las filas y acciones que muestra el borrador.", 'The row or action "{name}" is not in this draft.', "Use the rows and actions that the draft shows."),
    "pair_repeated": (422, "La misma acción quedó en dos filas.", "Cada fila necesita una acción distinta, o ninguna.", "The same action stands at two rows.", "Each row needs another action, or none."),
    "code_taken": (409, "El código «{code}» ya es de otra entrada o está reservado.", "Elija otro código: es único entre plataformas e instituciones.", 'The code "{code}" is another entry\'s or reserved.', "Choose another: it is unique over platforms and institutions."),
    "file_missing": (422, "Falta el archivo.", "Envíe la planilla .xlsx como cuerpo, o como formulario con el campo «file».", "The file is missing.", 'Send the .xlsx workbook as the body, or as a form with the field "file".'),
    "event_too_large": (413, "La acción ocuparía más de {most} bytes.", "Abrevie los textos o quite informes.", "The action would take more than {most} bytes.", "Shorten its texts or its reports."),
    "too_large": (413, "Lo enviado es demasiado grande.", "El límite es de 20 MB por planilla y 1 MB para lo demás.", "What was sent is too large.", "The limit is 20 MB for a workbook and 1 MB for the rest."),
    "version_missing": (428, "Falta If-Match con la versión que usted vio.", "Lea la acción, tome su ETag y envíelo en If-Match.", "If-Match with the version that you saw is missing.", "Read the resource, take its ETag, and send it in If-Match."),
    "version_conflict": (412, "Alguien la cambió mientras tanto: está en la versión {current}, no en la {expected}.", "Léala de nuevo, revise el cambio y repita la operación.", "Somebody changed it meanwhile: it is at version {current}, not {expected}.", "Read it again, look at the change, and repeat."),
    "idempotency_key_reused": (422, "La misma Idempotency-Key llegó antes con otro pedido.", "Use una clave nueva para cada pedido distinto.", "The same Idempotency-Key came before with another request.", "Use a new key for each different request."),
    "invalid": (400, "El pedido no se entiende: {reason}.", "Compare con los ejemplos de /v1/docs.", "The request is not understood: {reason}.", "Compare with the examples in /v1/docs."),
    "busy": (503, "Otros cambios fueron más rápidos.", "Repita la operación en unos segundos.", "Other changes were faster.", "Repeat in a few seconds."),
    "ledger_held": (503, "El registro está en pausa mientras se compara con el bus.", "Repita la operación en unos segundos; si sigue así, avise a quien administra el sistema.", "Writing is held while the ledger is compared with the bus.", "Repeat in a few seconds; if it goes on, tell the operator."),
    "database_away": (503, "La base de datos no responde.", "Repita la operación en unos segundos.", "The database does not answer.", "Repeat in a few seconds."),
    "failed": (500, "Falló algo en el sistema; no se guardó nada.", "Repita la operación; si vuelve a fallar, avise con la hora exacta.", "Something failed in the system; nothing was stored.", "Repeat; if it fails again, report it with the exact time."),
}  # fmt: skip

RequestOf = Request[Any, Any, Any]


def language_of(request: RequestOf) -> str:
    """`es`, unless the caller asks for English first."""
    wanted = request.headers.get("accept-language", "es").strip().lower()
    return "en" if wanted.startswith("en") else "es"


def problem(request: RequestOf, refusal: Refusal, headers: dict[str, str] | None = None) -> Response[bytes]:
    """A refusal as a problem document."""
    status, title_es, detail_es, title_en, detail_en = TEXTS[refusal.code]
    is_english = language_of(request) == "en"
    title, detail = (title_en, detail_en) if is_english else (title_es, detail_es)
    values = dict(refusal.values)
    if "reason" in values:
        values["reason"] = (english if is_english else spanish)(values["reason"])
    # The standard's own members come last: a value may have the name of one.
    body = values | {
        "type": f"urn:nanduti:problem:{refusal.code}",
        "title": title.format_map(values),
        "status": status,
        "detail": detail.format_map(values),
        "code": refusal.code,
    }
    headers = {"Content-Language": "en" if is_english else "es", **(headers or {})}
    if status == 503:
        headers["Retry-After"] = "2"
    if status == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="nanduti"'
    return Response(
        msgspec.json.encode(body), status_code=status, media_type="application/problem+json", headers=headers
    )


def on_refused(request: RequestOf, error: Refused) -> Response[bytes]:
    """Answer a refusal."""
    return problem(request, error.refusal)


def on_http_exception(request: RequestOf, error: HTTPException) -> Response[bytes]:
    """Answer what Litestar itself refuses: unknown addresses, bodies that do not fit."""
    match error.status_code:
        case 404:
            return problem(request, Refusal("not_found"))
        case 405:
            return problem(request, Refusal("method_not_allowed"), error.headers)
        case 413:
            return problem(request, Refusal("too_large"))
        case status if 400 <= status < 500:
            return problem(request, Refusal("invalid", {"reason": _reason(error)}))
    return on_failure(request, error)


def on_failure(request: RequestOf, error: Exception) -> Response[bytes]:
    """Answer a failure, and log what failed: the exception's type and where, never the request's content."""
    if isinstance(error, DATABASE_AWAY):
        log.warning("database_away", method=request.method, error=type(error).__name__)
        return problem(request, Refusal("database_away"))
    match error:
        case LedgerHeld():
            return problem(request, Refusal("ledger_held"))
        case (
            LostRace()
            | asyncpg.DeadlockDetectedError()
            | asyncpg.SerializationError()
            | asyncpg.UniqueViolationError()
            | asyncpg.QueryCanceledError()
            | OffloadFailed()
        ):
            log.warning("request_gave_up", method=request.method, error=type(error).__name__)
            return problem(request, Refusal("busy"))
    log.error("request_failed", method=request.method, error=type(error).__name__, at=where(error))
    return problem(request, Refusal("failed"))


def _reason(error: HTTPException) -> str:
    """Which parameter does not fit and why; the value that was sent is not repeated."""
    for item in error.extra if isinstance(error.extra, list) else ():
        if isinstance(item, dict):
            why = str(item.get("message", "")).partition(" - at `")[0]
            return f"{why} - at `{item.get('key', '')}`"
    return "Not as the documentation says"
