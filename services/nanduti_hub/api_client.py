"""What the command line needs of the API: plain HTTP, by the standard library."""

import http.client
import json
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from nanduti.procedure import Procedure
from nanduti.terminal import why
from nanduti_hub.plans.notices import UNLIKE
from nanduti_hub.plans.rows import Finding, Reading, Row
from nanduti_hub.plans.workbook.bounds import MAX_FILE

#: Seconds that a hub may think about a workbook.
PATIENCE = 180
#: Seconds between two looks at a workbook that is being read.
LOOK_EVERY = 0.3
#: How often a request is sent where the hub says 429, and the longest wait (seconds) that is obeyed.
ATTEMPTS, LONGEST_WAIT = 5, 60


class ApiProblem(RuntimeError):
    """The hub said no, or could not be found: a stable code, and what happened and what to do, in Spanish."""

    def __init__(self, code: str, title: str, advice: str = "") -> None:
        self.code, self.title, self.advice = code, title, advice
        super().__init__(f"{title} {advice}".strip())


class HubFile(Struct, frozen=True):
    """What is read of hub.json."""

    api: str
    tokens: dict[str, str] = {}


class HubAddress(Struct, frozen=True):
    """Where a hub is and with which token it is called."""

    api: str
    token: str

    @classmethod
    def found(cls, home: Path, platform: str, api: str | None, token: str | None) -> "HubAddress":
        """The hub at an address, or the one that runs on a home.

        Raises:
            ApiProblem: there is none, or no token for the platform.

        """
        if api and not api.startswith(("http://", "https://")):
            raise ApiProblem(
                "hub_away",
                f"La dirección «{api}» no empieza con http:// o https://.",
                "Por ejemplo: http://centro:8000.",
            )
        file = HubFile(api) if api else _read_hub_file(home)
        chosen = (token or "").strip() or file.tokens.get(platform)
        if chosen is None:
            raise ApiProblem(
                "token_missing",
                f"Falta el token de «{platform}».",
                "Indíquelo con --token; quien administra el centro lo crea con `nanduti-hub token create`.",
            )
        return cls(file.api.rstrip("/"), chosen)


def _read_hub_file(home: Path) -> HubFile:
    path = home / "hub.json"
    try:
        return msgspec.json.decode(path.read_bytes(), type=HubFile)
    except FileNotFoundError as error:
        raise ApiProblem(
            "hub_missing",
            f"No hay ningún centro en {home}.",
            "Indique su directorio con --home, o su dirección con --api y --token.",
        ) from error
    except (OSError, msgspec.DecodeError) as error:
        raise ApiProblem("hub_missing", f"No se puede leer {path}: {why(error)}.") from error


class Published(Struct, frozen=True):
    """How the hub read a workbook, and what it did with it, in a sentence (nothing, if it did not publish it); the
    id of its borrador, and how many findings there are of which the reading has the first.
    """

    reading: Reading
    sentence: str
    draft: str
    findings_total: int


class Wishes(Struct, frozen=True, kw_only=True):
    """What is asked for where something stands in the way: only the valid rows; whose value all conflicts take
    ("workbook" or "register"); and a workbook that is like nothing in its plan.
    """

    only_valid: bool = False
    take: str | None = None
    anyway: bool = False


NO_WISHES = Wishes()
#: What the hub says where something stands in the way, which the findings say better.
_IN_THE_WAY = ("import_has_errors", "import_has_conflicts")


class _DraftRow(Struct, frozen=True):
    row: Row


class _Progress(Struct, frozen=True):
    done: int
    of: int | None


class _Draft(Struct, frozen=True):
    id: str
    version: int
    outcome: str
    counts: dict[str, int]
    rows: tuple[_DraftRow, ...]
    findings: tuple[Finding, ...]
    findings_total: int = 0
    state: str = "read"
    progress: _Progress | None = None
    next: str | None = None


def publish_workbook(
    address: HubAddress,
    name: str,
    content: bytes,
    platform: str,
    plan: str | None,
    act: str,
    act_date: str,
    told: Callable[[int, int | None], None],
    wishes: Wishes = NO_WISHES,
) -> Published:
    """Upload a workbook to its plan and, unless something stands in the way, confirm it. `told` hears how far its
    reading is.

    Raises:
        ApiProblem: the hub refused, with its reason.

    """
    if len(content) > MAX_FILE:
        raise ApiProblem(
            "too_large",
            f"La planilla pasa de {MAX_FILE // 1_000_000} MB.",
            "Borre las imágenes y las hojas que sobran y guárdela de nuevo.",
        )
    plan_id = urllib.parse.quote(plan or _only_plan(address, platform), safe="")
    draft, rows = _drafted(address, plan_id, name, content, told)
    reading = Reading(rows=rows, findings=draft.findings)
    path = f"/v1/imports/{draft.id}"
    if wishes.take is not None and draft.counts.get("conflict"):
        body = json.dumps({"others": wishes.take}).encode()
        seen = {"If-Match": f'"{draft.version}"'}
        draft = _call(address, "PUT", f"{path}/ticks", body, "application/json", seen, _read_draft)
        reading = Reading(rows=rows, findings=draft.findings)
    is_foreign = any(finding.code == UNLIKE for finding in draft.findings) and not wishes.anyway
    if is_foreign or (draft.outcome == "rejected" and not wishes.only_valid):
        return Published(reading, "", draft.id, draft.findings_total)
    body = json.dumps({"act": act, "act_date": act_date, "only_valid": wishes.only_valid}).encode()
    try:
        done = _call(address, "POST", f"{path}/confirm", body, "application/json")
    except ApiProblem as problem:
        if problem.code not in _IN_THE_WAY:
            raise
        # Somebody may have corrected the register since: what stands in the way now is what is shown.
        draft = _call(address, "GET", path, read=_read_draft)
        again = Reading(rows=rows, findings=draft.findings)
        return Published(again, "", draft.id, draft.findings_total)
    told_ = _told(done, draft.counts.get("absent", 0))
    return Published(reading, told_, draft.id, draft.findings_total)


def _drafted(
    address: HubAddress, plan_id: str, name: str, content: bytes, told: Callable[[int, int | None], None]
) -> tuple[_Draft, tuple[Row, ...]]:
    """The borrador of a workbook, when it is read, and its rows, page after page."""
    query = urllib.parse.urlencode({"file_name": name})
    path = f"/v1/plans/{plan_id}/imports?{query}"
    later = {"Prefer": "respond-async"}
    draft = _call(address, "POST", path, content, "application/octet-stream", later, _read_draft)
    path = f"/v1/imports/{draft.id}"
    heard, until = draft.progress, time.monotonic() + PATIENCE
    while draft.state == "reading":
        if draft.progress is not None:
            told(draft.progress.done, draft.progress.of)
        if draft.progress != heard:
            heard, until = draft.progress, time.monotonic() + PATIENCE
        if time.monotonic() > until:
            raise ApiProblem(
                "hub_away", "El centro no termina de leer la planilla.", "Intente de nuevo más tarde."
            )
        time.sleep(LOOK_EVERY)
        draft = _call(address, "GET", path, read=_read_draft)
    rows, following = [one.row for one in draft.rows], draft.next
    while following is not None:
        page = _call(address, "GET", f"{path}?cursor={following}", read=_read_draft)
        rows += [one.row for one in page.rows]
        following = page.next
    return draft, tuple(rows)


def _read_draft(answer: Any) -> _Draft:
    return msgspec.json.decode(answer.read(), type=_Draft)


def fetch_template(address: HubAddress, platform: str, plan: str | None) -> bytes:
    """The workbook of a plan, filled with the plan as it stands.

    Raises:
        ApiProblem: the hub refused, with its reason.

    """
    plan_id = urllib.parse.quote(plan or _only_plan(address, platform), safe="")
    content: bytes = _call(
        address, "GET", f"/v1/plans/{plan_id}/template.xlsx", read=lambda answer: answer.read()
    )
    return content


def register_procedure(address: HubAddress, procedure: Procedure) -> bool:
    """Register a version of the procedure; whether it was not there before.

    Raises:
        ApiProblem: the hub refused, with its reason.

    """
    path = f"/v1/procedures/{urllib.parse.quote(procedure.version, safe='')}"
    body = msgspec.json.encode(procedure)
    status: int = _call(address, "PUT", path, body, "application/json", read=lambda answer: answer.status)
    return status == http.HTTPStatus.CREATED


def _told(done: dict[str, Any], absent: int) -> str:
    revision = done["revision"]
    if done["already"]:
        return f"Sin cambios: este mismo archivo ya es la revisión {revision['number']} del plan."
    sentence = (
        f"Publicada como revisión {revision['number']} del plan: nuevas {revision['added']}, "
        f"cambiadas {revision['changed']}, sin cambios {revision['unchanged']}."
    )
    if revision.get("left_out"):
        sentence += f" Filas que quedaron fuera, con error o en conflicto: {revision['left_out']}."
    if absent:
        sentence += f" Acciones del plan que no están en la planilla: {absent}; quedan como estaban."
    return sentence


def _only_plan(address: HubAddress, platform: str) -> str:
    plans = _call(address, "GET", f"/v1/plans?platform={urllib.parse.quote(platform, safe='')}")["items"]
    if not plans:
        raise ApiProblem(
            "plan_unknown",
            f"La plataforma «{platform}» no existe o no tiene ningún plan.",
            "Revise el código; el plan se abre una vez, con POST /v1/plans.",
        )
    if len(plans) > 1:
        listed = "; ".join(f"{plan['id']} ({plan['title']})" for plan in plans)
        raise ApiProblem(
            "plan_ambiguous",
            f"La plataforma «{platform}» tiene {len(plans)} planes.",
            f"Use --plan: {listed}.",
        )
    found: str = plans[0]["id"]
    return found


def _call(
    address: HubAddress,
    method: str,
    path: str,
    body: bytes | None = None,
    content_type: str | None = None,
    more: Mapping[str, str] | None = None,
    read: Callable[[Any], Any] = json.load,
) -> Any:
    headers = {"Authorization": f"Bearer {address.token}", **(more or {})}
    if content_type is not None:
        headers["Content-Type"] = content_type
    away = f"El centro no responde en {address.api}"
    try:
        request = urllib.request.Request(  # noqa: S310  # the address is the operator's own
            address.api + path, data=body, method=method, headers=headers
        )
        with _opened(request) as answer:
            return read(answer)
    except urllib.error.HTTPError as error:
        raise _problem_of(error) from error
    except (OSError, http.client.HTTPException) as error:
        # urllib wraps what the system said; the inner error says more.
        inner = getattr(error, "reason", error)
        reason = why(inner) if isinstance(inner, BaseException) else str(inner)
        raise ApiProblem("hub_away", f"{away}: {reason}.", "¿Está en marcha?") from error
    except (ValueError, msgspec.MsgspecError) as error:
        # A header that is no header, an address that is none, or an answer that is not the hub's.
        raise ApiProblem("hub_away", f"{away} como un centro Ñandutí, o el token no es un token.") from error


def _opened(request: urllib.request.Request) -> Any:
    """The answer; where the hub says that we ask too often, after the time that it names."""
    for attempt in range(1, ATTEMPTS + 1):
        try:
            return urllib.request.urlopen(request, timeout=PATIENCE)  # noqa: S310
        except urllib.error.HTTPError as error:
            wait = error.headers.get("Retry-After", "")
            if error.code != 429 or attempt == ATTEMPTS or not wait.isdigit() or int(wait) > LONGEST_WAIT:
                raise
            error.close()
            time.sleep(int(wait))
    raise AssertionError("the last attempt answers or raises")


def _problem_of(error: urllib.error.HTTPError) -> ApiProblem:
    try:
        problem = json.load(error)
        return ApiProblem(problem["code"], problem["title"], problem.get("detail", ""))
    except (ValueError, KeyError, TypeError, OSError):
        return ApiProblem("hub_away", f"Respuesta inesperada ({error.code}) de {error.url}.")
