"""A plan's workbooks over HTTP: what is decided on a borrador, its confirmation, and the list of them."""

import asyncio

import asyncpg
import msgspec
from litestar import Response, get, post, put
from litestar.handlers import BaseRouteHandler
from litestar.params import JSONBody
from msgspec import Struct
from msgspec.structs import replace

from nanduti_hub.access.audit import record, recorded, touches
from nanduti_hub.access.policy import Act, permit
from nanduti_hub.caller import Caller
from nanduti_hub.documented import PageOf, Takes, answers
from nanduti_hub.ledger.database import transaction
from nanduti_hub.ledger.statements import statement
from nanduti_hub.offload import check_room
from nanduti_hub.plans import draft_http
from nanduti_hub.plans.confirming import Confirmation, Confirmed, confirm
from nanduti_hub.plans.draft_http import ONE_IMPORT, draft_answer, drafted
from nanduti_hub.plans.queries import plan_now
from nanduti_hub.plans.revision import Decided
from nanduti_hub.plans.ticking import TicksAsked, keys_of, ticked
from nanduti_hub.plans.uploads import Draft, compare, find_draft
from nanduti_hub.plans.views import ImportListed
from nanduti_hub.refusal import Refusal, Refused
from nanduti_hub.serving import (
    InPath,
    RequestOf,
    caller_from,
    expected_version,
    hub_of,
    recorded_transaction,
)


class Pairs(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a person decides on a borrador's pairs: `<sheet>!<row>` to an action's id, or to null for a new one."""

    pairs: dict[str, str | None]


@put(
    "/v1/imports/{import_id:str}/pairs",
    summary="Corregir a qué acción corresponde cada fila",
    opt={"act": Act.CHANGE_PLAN},
    responses=drafted(200, Takes(version=True)),
)
async def pair_rows(request: RequestOf, import_id: InPath, data: JSONBody[Pairs]) -> Response[bytes]:
    """Say which action each named row is, or that it is new; rows not named are paired by the hub. Needs If-Match.

    The same once more at the same version, as by who did not hear the answer, is answered as it was.
    """
    caller = caller_from(request)
    expected = expected_version(request)
    async with transaction(hub_of(request).ledger.database, caller) as connection:
        draft = await _draft_at(request, connection, caller, import_id, expected)
        rows = await connection.fetch(statement("nanduti_hub.plans", "versions_of_plan"), draft.plan)
    check_room()
    # Neither a reading nor a plan ever loses a row.
    known = {row["id"] for row in rows}
    keys = await asyncio.to_thread(keys_of, draft.reading)
    chosen = [action for action in data.pairs.values() if action is not None]
    if len(chosen) != len(set(chosen)):
        raise Refused(Refusal("pair_repeated"))
    for key, action in data.pairs.items():
        if key not in keys or (action is not None and action not in known):
            raise Refused(Refusal("pair_unknown", {"name": key if key not in keys else str(action)}))
    await _decide(request, caller, import_id, expected, replace(draft.decided, pairs=data.pairs))
    return await draft_answer(request, caller, import_id)


@put(
    "/v1/imports/{import_id:str}/ticks",
    summary="Decidir los conflictos celda por celda",
    opt={"act": Act.CHANGE_PLAN},
    responses=drafted(200, Takes(version=True)),
)
async def tick_conflicts(
    request: RequestOf, import_id: InPath, data: JSONBody[TicksAsked]
) -> Response[bytes]:
    """Say for each cell that the register and the workbook both changed whose value is taken. Needs If-Match.

    With the borrador's whole ETag it is refused (412) if the register has changed since that was seen; with its
    version alone a conflict that has changed meanwhile is asked again before the borrador can be confirmed. The
    same once more at the same version, as by who did not hear the answer, is answered as it was.
    """
    caller = caller_from(request)
    ledger = hub_of(request).ledger
    expected, seen = expected_version(request), _state_seen(request)
    async with transaction(ledger.database, caller) as connection:
        draft = await _draft_at(request, connection, caller, import_id, expected)
    now = await compare(ledger, caller, draft.plan, draft.reading, draft.decided, draft.plan_version)
    if seen is not None and seen != now.fingerprint and draft.version == expected:
        raise Refused(Refusal("draft_outdated", {"current": draft.version}))
    ticks = await asyncio.to_thread(ticked, data, now.compared)
    check_room()
    await _decide(request, caller, import_id, expected, replace(draft.decided, ticks=ticks))
    return await draft_answer(request, caller, import_id)


async def _draft_at(
    request: RequestOf, connection: asyncpg.Connection, caller: Caller, import_id: str, expected: int
) -> Draft:
    """The borrador that a decision is made on at a version, or one version later: it may be made already."""
    draft = await find_draft(connection, import_id)
    permit(caller, Act.CHANGE_PLAN, draft.platform, hidden=Refusal("import_unknown"))
    touches(request, draft.id)
    if draft.confirmed_as is not None or draft.version not in (expected, expected + 1):
        raise Refused(_stale(draft, expected))
    return draft


async def _decide(
    request: RequestOf, caller: Caller, import_id: str, expected: int, decided: Decided
) -> None:
    """Keep what was decided at a version; nothing is to be done where it is what was just decided already."""
    made = [msgspec.json.encode(part).decode() for part in (decided.pairs, decided.ticks)]
    async with recorded_transaction(request, caller, 200) as connection:
        keep = statement("nanduti_hub.plans", "decide_import")
        if await connection.fetchval(keep, import_id, expected, *made) is None:
            draft = await find_draft(connection, import_id)
            if draft.confirmed_as is not None or (draft.version, draft.decided) != (expected + 1, decided):
                raise Refused(_stale(draft, expected))


def _stale(draft: Draft, expected: int) -> Refusal:
    """Why nothing can be decided on a borrador as it was seen."""
    if draft.confirmed_as is not None:
        return Refusal("import_confirmed")
    return Refusal("version_conflict", {"expected": expected, "current": draft.version})


def _state_seen(request: RequestOf) -> str | None:
    """What the caller's tag says of the comparison that was seen, if it is the whole tag."""
    parts = request.headers["if-match"].strip().strip('"').split(".")
    return parts[1] if len(parts) == 3 else None


@post(
    "/v1/imports/{import_id:str}/confirm",
    status_code=200,
    summary="Confirmar una planilla con su acto",
    opt={"act": Act.CHANGE_PLAN},
    responses=answers(200, Confirmed),
)
async def confirm_import(
    request: RequestOf, import_id: InPath, data: JSONBody[Confirmation]
) -> Response[bytes]:
    """Publish a borrador as the plan's new revision: all of it or nothing, or only its valid rows if asked. The same
    one twice is one revision.
    """
    caller = caller_from(request)
    ledger = hub_of(request).ledger
    async with transaction(ledger.database, caller) as connection:
        platform = await connection.fetchval(statement("nanduti_hub.plans", "platform_of_import"), import_id)
    if platform is None:
        raise Refused(Refusal("import_unknown"))
    permit(caller, Act.CHANGE_PLAN, platform, hidden=Refusal("import_unknown"))
    touches(request, import_id)

    async def noted(connection: asyncpg.Connection) -> None:
        await record(connection, request, caller, 200)

    done = await confirm(ledger, caller, import_id, data, noted)
    recorded(request)
    return Response(msgspec.json.encode(done), media_type="application/json")


@get(
    "/v1/plans/{plan_id:str}/imports",
    summary="Las planillas subidas de un plan",
    opt={"act": Act.READ_IMPORT},
    responses=answers(200, PageOf[ImportListed], leads=[(ONE_IMPORT, "/items/0/id")]),
)
async def list_imports(request: RequestOf, plan_id: InPath) -> Response[bytes]:
    """The uploads of a plan, the latest first, confirmed or not."""
    caller = caller_from(request)
    async with transaction(hub_of(request).ledger.database, caller) as connection:
        plan = (await plan_now(connection, plan_id)).plan
        touches(request, plan_id)
        permit(caller, Act.READ_IMPORT, plan.platform)
        rows = await connection.fetch(statement("nanduti_hub.plans", "list_imports"), plan_id)
    return Response(
        msgspec.json.encode({"items": [dict(row) for row in rows], "next": None}),
        media_type="application/json",
    )


ROUTES: list[BaseRouteHandler] = [
    *draft_http.ROUTES,
    pair_rows,
    tick_conflicts,
    confirm_import,
    list_imports,
]
