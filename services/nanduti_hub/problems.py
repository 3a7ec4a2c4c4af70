"""Problems (RFC 9457): what a person is told when something cannot be done, in their language.

A refusal's code becomes `type` (stable, for programs), its sentence `title`, what to do next `detail`. A
failure of ours is told as such, without a word of what was being processed.
"""

import re
from typing import Any

import asyncpg
import msgspec
import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException

from nanduti_hub.case_problems import CASE_TEXTS
from nanduti_hub.ledger.append import LostRace
from nanduti_hub.ledger.database import DATABASE_AWAY
from nanduti_hub.ledger.gate import LedgerHeld
from nanduti_hub.offload import OffloadBusy, OffloadFailed
from nanduti_hub.reasons import english, spanish
from nanduti_hub.refusal import Refusal, Refused
from nanduti_hub.telemetry import where

log = structlog.get_logger(__name__)

#: code: status, Spanish title, Spanish advice, English title, English advice.
TEXTS: dict[str, tuple[int, str, str, str, str]] = {
    "token_missing": (401, "Falta la credencial.", "Envíe su token en el encabezado Authorization: Bearer, o inicie sesión y envíe su cookie.", "The credential is missing.", "Send your token in the header Authorization: Bearer, or sign in and send the session's cookie."),
    "token_invalid": (401, "El token no es válido o ya venció.", "Pida uno nuevo a quien administra su plataforma.", "The token is not valid or has expired.", "Ask your platform's administrator for a new one."),
    "sign_in_refused": (401, "No se pudo ingresar.", "Revise sus datos y vuelva a empezar; si no puede, pida ayuda a quien administra su institución.", "Signing in did not succeed.", "Check what you entered and start again; if you cannot, ask your institution's administrator."),
    "sign_in_provider_away": (503, "El servicio de identidad de su institución no responde.", "Intente de nuevo en unos segundos; si sigue así, avise a quien administra ese servicio.", "Your institution's identity provider does not answer.", "Try again in a few seconds; if it goes on, tell who runs it."),
    "session_ended": (401, "Su sesión terminó.", "Inicie sesión de nuevo.", "Your session has ended.", "Sign in again."),
    "sign_in_waits": (429, "Hubo varios intentos fallidos desde este lugar.", "Espere {seconds} segundos y vuelva a intentar.", "There were several failed attempts from this place.", "Wait {seconds} seconds and try again."),
    "session_missing": (404, "Quien llama usa un token, no una sesión.", "Las sesiones son de quien ingresa con el navegador.", "The caller uses a token, not a session.", "Sessions are for who signs in with a browser."),
    "csrf_refused": (403, "Falta el código de la sesión contra pedidos ajenos, o no es el suyo.", "Envíe en X-CSRF-Token el valor «csrf» de GET /v1/session.", "The session's token against forged requests is missing or not its own.", 'Send the "csrf" of GET /v1/session as X-CSRF-Token.'),
    "cross_site": (403, "El pedido viene de otro sitio.", "Abra la página de este centro y repita la operación allí.", "The request comes from another site.", "Open this hub's own page and repeat it there."),
    "role_not_held": (403, "Usted no tiene ese rol.", "Elija uno de los que muestra GET /v1/session.", "You do not have that role.", "Choose one of those that GET /v1/session shows."),
    "role_unchosen": (403, "Usted tiene varios roles y no eligió uno de ellos ({roles}).", "Envíe uno en el encabezado Nanduti-Role.", "You have several roles and have not chosen one of them ({roles}).", "Send one in the header Nanduti-Role."),
    "invitation_invalid": (404, "El enlace ya se usó, venció o no existe.", "Pida uno nuevo a quien administra su institución.", "The link has been used, has expired, or does not exist.", "Ask your institution's administrator for a new one."),
    "code_refused": (422, "El código de seis cifras no es el que corresponde ahora.", "Revise que el teléfono tenga la hora correcta y escriba el código que muestra.", "The six digits are not those of this moment.", "See that the telephone's clock is right, and type what it shows."),
    "enrolment_invalid": (422, "La clave para el teléfono que se le mostró ya no vale.", "Abra de nuevo el enlace, agregue a su teléfono la clave que muestra ahora y escriba su código.", "The key for the telephone that was shown to you is no longer good.", "Open the link again, add the key that it shows now to your telephone, and type its code."),
    "passphrase_short": (422, "La frase de acceso debe tener entre {fewest} y {most} caracteres.", "Use varias palabras que recuerde; los espacios cuentan.", "The passphrase must have between {fewest} and {most} characters.", "Use several words that you remember; spaces count."),
    "passphrase_obvious": (422, "La frase de acceso es demasiado fácil de adivinar.", "No use su nombre, su usuario ni la misma letra repetida.", "The passphrase is too easy to guess.", "Do not use your name, your login or one letter over and over."),
    "person_unknown": (404, "No existe esa persona.", "Consulte la lista en /v1/people.", "There is no such person.", "See the list at /v1/people."),
    "person_shared": (403, "Esta persona también tiene un rol fuera de su institución; usted no puede cambiar su cuenta.", "Pida el cambio a quien administra el sistema.", "This person has a role outside your institution too, so the account is not yours to change.", "Ask the steward for the change."),
    "person_from_provider": (409, "La cuenta de esta persona está en el servicio de identidad de su institución.", "Cambie sus roles o su acceso allí.", "This person's account is at the institution's identity provider.", "Change roles and access there."),
    "login_taken": (409, "La cuenta {account} ya existe.", "Elija otro nombre de usuario.", "The account {account} exists already.", "Choose another login."),
    "scope_unfit": (422, "El rol «{role}» no se puede tener en «{scope}».", "coordinator: una plataforma; focal_point y case_officer: una institución; administrator y observer: cualquiera de las dos; steward: *.", 'The role "{role}" cannot be had for "{scope}".', "coordinator: a platform; focal_point and case_officer: an institution; administrator and observer: either; steward: *."),
    "home_unknown": (422, "El directorio no tiene «{home}».", "Use un código de /v1/platforms o /v1/institutions.", 'The directory has no "{home}".', "Use a code of /v1/platforms or /v1/institutions."),
    "steward_elsewhere": (422, "Un steward es del centro, no de «{home}».", "Invite a la persona con una cuenta del centro (usuario@hub).", 'A steward belongs to the hub, not to "{home}".', "Invite the person with an account of the hub (user@hub)."),
    "last_steward": (409, "Es el último steward y siempre tiene que haber uno.", "Invite antes a otro.", "This is the last steward, and there must always be one.", "Invite another one first."),
    "token_name_unfit": (422, "El nombre de un token tiene de 1 a {most} caracteres, sin arroba.", "Con arroba se escriben las cuentas de las personas; elija otro nombre.", "A token's name has 1 to {most} characters, and no at sign.", "With an at sign people's accounts are written; choose another name."),
    "token_unknown": (404, "No existe ese token.", "Consulte la lista en /v1/tokens.", "There is no such token.", "See the list at /v1/tokens."),
    "token_ended": (409, "El token ya fue anulado o venció.", "Cree uno nuevo.", "The token has been revoked or has expired.", "Make a new one."),
    "token_rotated": (409, "El token ya fue renovado.", "Renueve el que lo reemplaza.", "The token has been rotated already.", "Rotate its successor."),
    "expiry_past": (422, "El vencimiento ya pasó.", "Indique una fecha futura.", "The expiry is in the past.", "Name a time to come."),
    "role_missing": (403, "Usted ingresó, pero no tiene ningún rol en este sistema.", "Pida a quien administra su institución que lo agregue al grupo que corresponde a su rol.", "You are signed in, but you have no role in this system.", "Ask your institution's administrator to add you to the group of your role."),
    "too_many": (429, "Demasiados pedidos en poco tiempo.", "Repita dentro de {seconds} s.", "Too many requests in a short time.", "Repeat in {seconds} s."),
    "too_slow": (408, "El pedido no llegó entero.", "Repítalo con una conexión más estable.", "The request did not arrive whole.", "Repeat it over a steadier connection."),
    "encoding_refused": (415, "No se aceptan cuerpos comprimidos.", "Envíe el cuerpo sin Content-Encoding.", "Compressed bodies are not taken.", "Send the body without Content-Encoding."),
    "record_away": (503, "No se pudo registrar el pedido; por eso no se responde.", "Repita la operación en unos segundos.", "The request could not be recorded; so it is not answered.", "Repeat in a few seconds."),
    "not_allowed": (403, "Su rol no permite esta operación ({act}).", "Si le corresponde, pida el rol a quien administra el sistema.", "Your role does not allow this ({act}).", "If it should, ask the steward for the role."),
    "not_yours": (403, "Solo puede cambiar lo de su propia plataforma o institución ({act}).", "Coordine el cambio con quien es responsable.", "You can change only what is your own platform's or institution's ({act}).", "Agree on the change with who is responsible."),
    "not_found": (404, "No existe esa dirección.", "Revise la dirección o consulte /v1/docs.", "There is no such address.", "Check the address, or see /v1/docs."),
    "method_not_allowed": (405, "Esta dirección no admite ese método.", "Consulte /v1/docs.", "This address does not take that method.", "See /v1/docs."),
    "action_unknown": (404, "No existe esa acción.", "Revise el identificador o el código (ACC-AAAA-NNNN).", "There is no such action.", "Check the id or the code (ACC-YYYY-NNNN)."),
    "plan_unknown": (404, "No existe ese plan.", "Consulte la lista en /v1/plans.", "There is no such plan.", "See the list at /v1/plans."),
    "query_unknown": (404, "No existe esa consulta guardada.", "Consulte sus consultas en /v1/queries.", "There is no such saved query.", "See your queries at /v1/queries."),
    "queries_many": (409, "Ya tiene {most} consultas guardadas, que es el máximo.", "Borre una que no use.", "You keep {most} queries already, as many as one may.", "Delete one that you do not use."),
    "calendar_unknown": (404, "Esta dirección de calendario no existe o ya no vale.", "Pida una nueva para su consulta guardada.", "This calendar address does not exist or is no longer good.", "Ask for a new one for your saved query."),
    "import_unknown": (404, "No existe esa importación.", "Suba la planilla de nuevo.", "There is no such import.", "Upload the workbook again."),
    "platform_unknown": (404, "No existe la plataforma «{platform}».", "Consulte la lista en /v1/platforms.", 'There is no platform "{platform}".', "See the list at /v1/platforms."),
    "entry_unknown": (404, "El directorio no tiene esa entrada.", "Consulte la lista correspondiente.", "The directory has no such entry.", "See the list."),
    "key_secret": (422, "Lo enviado es una clave secreta, no una pública.", "No se guardó, pero dela por perdida: cree otro par con «nanduti keygen» y registre la pública (age1...).", "What was sent is a secret key, not a public one.", 'It was not kept, but take it for lost: make another pair with "nanduti keygen" and register the public one (age1...).'),
    "key_unfit": (422, "Lo enviado no es una clave pública de age (X25519).", "Copie entera la que muestra «nanduti keygen»: empieza con age1 y va en minúsculas.", "What was sent is no age public key (X25519).", 'Copy the whole of what "nanduti keygen" shows: it begins with age1, in lower case.'),
    "key_repeated": (409, "Esa clave ya está registrada.", "Una clave revocada no vuelve a usarse: cree otra.", "That key is registered already.", "A revoked key is not used again: make another."),
    "key_unknown": (404, "La institución no tiene esa clave.", "Consulte sus claves y use la huella de una de ellas.", "The institution has no such key.", "See its keys, and use the fingerprint of one of them."),
    "keys_many": (409, "La institución ya tiene todas las claves que puede tener: {active} en uso y {most} en total.", "Revoque las que no se usan; si llegó al total, avise a quien administra el sistema.", "The institution has as many keys as it may: {active} in use and {most} in all.", "Revoke those that are not used; at the total, tell the steward."),
    "action_exists": (409, "La acción {code} ya existe.", "Para cambiarla, use PATCH.", "Action {code} exists already.", "To change it, use PATCH."),
    "status_step_refused": (409, "Una acción en estado «{from}» no puede pasar a «{to}».", "Consulte los pasos permitidos en la documentación.", 'An action that is "{from}" cannot become "{to}".', "See the documentation for the steps."),
    "status_reason_missing": (422, "Para pasar a «{to}» hace falta un motivo.", "Agregue «reason» con el motivo.", 'Becoming "{to}" needs a reason.', 'Add "reason".'),
    "title_missing": (422, "Falta el título.", "Escriba qué se va a hacer.", "The title is missing.", "Write what will be done."),
    "dates_reversed": (422, "La fecha de fin ({end}) es anterior a la de inicio ({start}).", "Corrija una de las dos fechas.", "The end ({end}) is before the start ({start}).", "Correct one of the dates."),
    "term_reversed": (422, "La vigencia termina ({to}) antes de empezar ({from}).", "Corrija una de las dos fechas.", "The term ends ({to}) before it starts ({from}).", "Correct one of the dates."),
    "institution_unknown": (422, "El directorio no tiene la institución «{institution}».", "Use un código de /v1/institutions.", 'The directory has no institution "{institution}".', "Use a code of /v1/institutions."),
    "department_unknown": (422, "El directorio no tiene el departamento «{department}».", "Use un código de /v1/departments (por ejemplo PY-7).", 'The directory has no department "{department}".', "Use a code of /v1/departments (such as PY-7)."),
    "indicator_unknown": (404, "La acción no tiene el indicador {number}.", "Consulte sus indicadores en la acción.", "The action has no indicator {number}.", "See its indicators in the action."),
    "indicator_repeated": (422, "El indicador {number} figura dos veces.", "Cada número va una sola vez; un indicador nuevo va sin número.", "Indicator {number} is there twice.", "Each number comes once; a new indicator has none."),
    "indicator_text_missing": (422, "Falta el texto del indicador {number}.", "Escriba qué se mide.", "The text of indicator {number} is missing.", "Write what is measured."),
    "indicator_has_reports": (409, "El indicador {number} tiene {reports} informes y no se puede quitar.", "Déjelo en la lista con su número; si los informes están mal, retírelos primero uno por uno.", "Indicator {number} has {reports} reports and cannot be dropped.", "Keep it in the list with its number; if the reports are wrong, withdraw them one by one first."),
    "report_ahead": (422, "La fecha del informe ({on}) todavía no llegó: hoy es {today}.", "Informe lo alcanzado hasta hoy o antes.", "The day of the report ({on}) is yet to come: today is {today}.", "Report what has been reached up to today or before."),
    "report_not_a_count": (422, "El indicador {number} cuenta «{measure}»: cada valor debe ser un número entero, sin signo menos y de hasta un billón.", "Corrija el valor, o cambie qué mide el indicador a «other».", 'Indicator {number} counts "{measure}": each value is a whole number, not negative, up to 10^12.', 'Correct the value, or set the indicator\'s measure to "other".'),
    "report_repeated": (422, "El indicador {number} tiene dos informes del {on} para el mismo departamento y categoría.", "Deje uno solo.", "Indicator {number} has two reports of {on} for the same department and category.", "Keep one of them."),
    "report_unknown": (404, "El indicador {number} no tiene un informe del {on} con ese departamento y esa categoría.", "Consulte los informes en la acción.", "Indicator {number} has no report of {on} with that department and category.", "See the reports in the action."),
    "plan_platform_fixed": (409, "El plan es de «{platform}» y no puede cambiar de plataforma.", "Abra un plan nuevo para la otra plataforma.", "The plan is \"{platform}\"'s and cannot move to another platform.", "Open a new plan for the other platform."),
    "act_missing": (422, "Falta el acto que aprueba el plan.", "Indique el acta o resolución y su fecha.", "The approving act is missing.", "Name the act and its date."),
    "absent_unknown": (422, "{actions} de las acciones por cancelar no figuran entre las ausentes.", "Vuelva a mirar el borrador: cambió desde entonces.", "{actions} of the actions to cancel are not among the absent ones.", "Look at the draft again: it has changed."),
    "import_has_errors": (422, "La planilla tiene {errors} errores y no se importó nada.", "Corrija las celdas señaladas en el borrador y súbala de nuevo, o confirme solo las filas válidas si los errores son de filas.", "The workbook has {errors} errors and nothing was imported.", "Correct the cells shown in the draft and upload it again, or confirm the valid rows only if the errors are of rows."),
    "import_has_conflicts": (409, "Celdas que la planilla y el registro cambiaron a la vez, cada uno a otra cosa: {conflicts}. No se importó nada.", "Decida en el borrador cuál vale en cada una, o confirme solo las filas válidas.", "Cells that the workbook and the register both changed, each to something else: {conflicts}. Nothing was imported.", "Decide in the draft which value each takes, or confirm the valid rows only."),
    "tick_unknown": (422, "La celda «{name}» no está en conflicto.", "Decida solo sobre los conflictos que muestra el borrador.", 'The cell "{name}" is not in conflict.', "Decide only on the conflicts that the draft shows."),
    "draft_outdated": (412, "El registro cambió desde que usted miró el borrador.", "Mírelo de nuevo y decida sobre lo que muestra ahora.", "The register has changed since you looked at the draft.", "Look at it again, and decide on what it shows now."),
    "import_confirmed": (409, "El borrador ya fue confirmado.", "Suba la planilla de nuevo para otra revisión.", "The draft has been confirmed already.", "Upload the workbook again for another revision."),
    "import_reading": (409, "La planilla todavía se está leyendo.", "Consulte el borrador hasta que su «state» sea «read» y repita la operación.", "The workbook is still being read.", 'Ask for the draft until its "state" is "read", and repeat.'),
    "pair_unknown": (422, "La fila o la acción «{name}» no está en este borrador.", "Use las filas y acciones que muestra el borrador.", 'The row or action "{name}" is not in this draft.', "Use the rows and actions that the draft shows."),
    "pair_repeated": (422, "La misma acción quedó en dos filas.", "Cada fila necesita una acción distinta, o ninguna.", "The same action stands at two rows.", "Each row needs another action, or none."),
    "procedure_fixed": (409, "La versión {version} del procedimiento ya está registrada, con otro contenido.", "No se cambia: hay casos que se abrieron con ella. Registre otra versión.", "Version {version} of the procedure is registered already, with other content.", "It never changes: cases were opened under it. Register another version."),
    "procedure_wrong": (422, "El procedimiento tiene problemas ({count}). {first}", "Véalos todos con: nanduti-hub procedure check ARCHIVO", "The procedure has problems ({count}). {first}", "See them all with: nanduti-hub procedure check FILE"),
    "institution_holds_cases": (409, "La institución tiene casos a su cargo y no puede salir del centro.", "Pídale que antes los derive o los cierre.", "The institution holds cases, and cannot leave the hub.", "Ask it to hand them over or to close them first."),
    "code_taken": (409, "El código «{code}» ya es de otra entrada o está reservado.", "Elija otro código: es único entre plataformas e instituciones.", 'The code "{code}" is another entry\'s or reserved.', "Choose another: it is unique over platforms and institutions."),
    "file_missing": (422, "Falta el archivo.", "Envíe la planilla .xlsx como cuerpo, o como formulario con el campo «file».", "The file is missing.", 'Send the .xlsx workbook as the body, or as a form with the field "file".'),
    "event_too_large": (413, "La acción ocuparía más de {most} bytes.", "Abrevie los textos o quite informes.", "The action would take more than {most} bytes.", "Shorten its texts or its reports."),
    "too_large": (413, "Lo enviado es demasiado grande.", "El límite es de 20 MB por planilla y 1 MB para lo demás.", "What was sent is too large.", "The limit is 20 MB for a workbook and 1 MB for the rest."),
    "version_missing": (428, "Falta If-Match con la versión que usted vio.", "Lea lo que quiere cambiar, tome su ETag y envíelo en If-Match.", "If-Match with the version that you saw is missing.", "Read what you want to change, take its ETag, and send it in If-Match."),
    "version_conflict": (412, "Alguien hizo un cambio mientras tanto: ahora es la versión {current}, no la {expected}.", "Lea de nuevo lo que quiere cambiar, revise el cambio y repita la operación.", "Somebody changed it meanwhile: it is at version {current}, not {expected}.", "Read it again, look at the change, and repeat."),
    "idempotency_key_reused": (422, "La misma Idempotency-Key llegó antes con otro pedido.", "Use una clave nueva para cada pedido distinto.", "The same Idempotency-Key came before with another request.", "Use a new key for each different request."),
    "moment_ahead": (422, "El registro todavía no llegó a ese número: va por el {head}.", "Pida un número hasta {head}, o un instante.", "The register has not come to that number yet: it is at {head}.", "Ask for a number up to {head}, or for an instant."),
    "moment_future": (422, "Ese instante todavía no llegó.", "Pida uno que ya pasó; para lo de ahora, no indique ninguno.", "That instant has not come yet.", "Ask for one that is past; for now, name none."),
    "moment_before": (422, "En ese momento el registro todavía no existía.", "Pida el número 1 o uno posterior, o un instante posterior.", "At that moment there was no register yet.", "Ask for number 1 or a later one, or for a later instant."),
    "moments_reversed": (422, "El segundo momento ({to}) es anterior al primero ({from}).", "Indique primero el más antiguo.", "The second moment ({to}) is before the first ({from}).", "Name the older one first."),
    "filter_not_then": (422, "El filtro «{filter}» no se puede usar junto con «as_of».", "De un momento pasado se puede pedir todo, una plataforma («platform») o un plan («plan»).", 'The filter "{filter}" cannot be used with "as_of".', 'Of a past moment you can ask for everything, one platform ("platform") or one plan ("plan").'),
    "action_unknown_then": (404, "La acción todavía no existía en el número {number} del registro.", "Pida un momento posterior; su historia dice desde cuándo existe.", "The action did not exist yet at number {number} of the register.", "Ask for a later moment; its history says since when it exists."),
    "revision_unknown": (404, "El plan no tiene la revisión {number}.", "Consulte la última en el plan; 0 es antes de la primera.", "The plan has no revision {number}.", "See its latest in the plan; 0 is before the first."),
    "invalid": (400, "El pedido no se entiende: {reason}.", "Compare con los ejemplos de /v1/docs.", "The request is not understood: {reason}.", "Compare with the examples in /v1/docs."),
    "busy": (503, "El centro está ocupado.", "Repita la operación en unos segundos.", "The hub is busy.", "Repeat in a few seconds."),
    "ledger_held": (503, "El registro está en pausa mientras se compara con el bus.", "Repita la operación en unos segundos; si sigue así, avise a quien administra el sistema.", "Writing is held while the ledger is compared with the bus.", "Repeat in a few seconds; if it goes on, tell the operator."),
    "database_away": (503, "La base de datos no responde.", "Repita la operación en unos segundos.", "The database does not answer.", "Repeat in a few seconds."),
    "failed": (500, "Falló algo en el sistema; no se guardó nada.", "Repita la operación; si vuelve a fallar, avise con la hora exacta.", "Something failed in the system; nothing was stored.", "Repeat; if it fails again, report it with the exact time."),
} | CASE_TEXTS  # fmt: skip
#: The advice where another fits what was tried: Spanish, English.
ADVICE: dict[tuple[str, str], tuple[str, str]] = {
    ("not_yours", "people.manage"): ("Pídalo a quien administra las cuentas de allá, o a un steward, que administra todo el sistema y es quien da su propio rol.", "Ask who administers the accounts there, or a steward, who administers all of the system and alone gives that role."),
    ("not_yours", "tokens.manage"): ("Pídalo a quien administra los tokens de allá, o a un steward, que administra todo el sistema.", "Ask who administers the tokens there, or a steward, who administers all of the system."),
}  # fmt: skip

RequestOf = Request[Any, Any, Any]


def language_of(request: RequestOf) -> str:
    """`es`, unless the caller asks for English first."""
    wanted = request.headers.get("accept-language", "es").strip().lower()
    return "en" if wanted.startswith("en") else "es"


def told(code: str, values: dict[str, Any], *, is_english: bool) -> tuple[int, str, str]:
    """The status of a refusal, its sentence, and what to do next."""
    status, title_es, detail_es, title_en, detail_en = TEXTS[code]
    detail_es, detail_en = ADVICE.get((code, values.get("act", "")), (detail_es, detail_en))
    title, detail = (title_en, detail_en) if is_english else (title_es, detail_es)
    return status, title.format_map(values), detail.format_map(values)


def problem(request: RequestOf, refusal: Refusal, headers: dict[str, str] | None = None) -> Response[bytes]:
    """A refusal as a problem document."""
    # For the record, which is written before the answer leaves.
    request.scope["state"]["problem"] = refusal.code
    is_english = language_of(request) == "en"
    values = dict(refusal.values)
    if "reason" in values:
        values["reason"] = (english if is_english else spanish)(values["reason"])
    status, title, detail = told(refusal.code, values, is_english=is_english)
    # The standard's own members come last: a value may have the name of one.
    body = values | {
        "type": f"urn:nanduti:problem:{refusal.code}",
        "title": title,
        "status": status,
        "detail": detail,
        "code": refusal.code,
    }
    headers = {"Content-Language": "en" if is_english else "es", **(headers or {})}
    if status == 503:
        headers["Retry-After"] = "2"
    if status == 429:
        headers["Retry-After"] = str(values["seconds"])
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
        case asyncpg.InsufficientPrivilegeError():
            # The database said no where the code should have: nothing is told, and somebody must look.
            act = request.route_handler.opt.get("act", "?")
            log.error("row_refused", method=request.method, act=str(act), at=where(error))
            return problem(request, Refusal("not_allowed", {"act": str(act)}))
        case (
            LostRace()
            | asyncpg.DeadlockDetectedError()
            | asyncpg.SerializationError()
            | asyncpg.UniqueViolationError()
            | asyncpg.QueryCanceledError()
            | OffloadFailed()
            | OffloadBusy()
        ):
            log.warning("request_gave_up", method=request.method, error=type(error).__name__)
            return problem(request, Refusal("busy"))
    log.error("request_failed", method=request.method, error=type(error).__name__, at=where(error))
    return problem(request, Refusal("failed"))


#: How Litestar tells of a parameter that an address must have.
_MISSING = re.compile(r"Missing required query parameter '(\w+)'")


def _reason(error: HTTPException) -> str:
    """Which parameter does not fit and why; the value that was sent is not repeated."""
    for item in error.extra if isinstance(error.extra, list) else ():
        if isinstance(item, dict):
            why = str(item.get("message", "")).partition(" - at `")[0]
            # A parameter whose name is a word of Python's has an underscore after it there.
            return f"{why} - at `{str(item.get('key', '')).removesuffix('_')}`"
    if (missing := _MISSING.match(error.detail)) is not None:
        return f"Missing parameter `{missing[1].removesuffix('_')}`"
    return "Not as the documentation says"
