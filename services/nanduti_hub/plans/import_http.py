"""A plan's workbooks over HTTP: upload, look at the borrador, pair, confirm."""

import asyncpg
import msgspec
from litestar import Response, get, post, put
from litestar.datastructures import UploadFile
from litestar.handlers import BaseRouteHandler
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import JSONBody
from msgspec import Struct

from nanduti_hub.access.audit import record, recorded, touches
from nanduti_hub.access.policy import Act, permit
from nanduti_hub.caller import Caller
from nanduti_hub.documented import PageOf, Takes, answers
from nanduti_hub.ledger.database import transaction
from nanduti_hub.ledger.statements import statement
from nanduti_hub.plans.confirming import Confirmation, Confirmed, confirm
from nanduti_hub.plans.pairing import row_key
from nanduti_hub.plans.queries import plan_now
from nanduti_hub.plans.rows import Reading
from nanduti_hub.plans.uploads import find_draft, upload, view
from nanduti_hub.plans.views import DraftView, ImportListed
from nanduti_hub.refusal import Refusal, Refused
from nanduti_hub.serving import (
    InPath,
    InQuery,
    RequestOf,
    caller_from,
    expected_version,
    hub_of,
    recorded_transaction,
    tag_of,
)

ONE_IMPORT = "/v1/imports/{import_id}"


def drafted(status: int, takes: Takes = Takes()) -> dict[int, ResponseSpec]:  # noqa: B008  # frozen
    """What a route answers that answers a borrador."""
    headers = ("ETag", "Location")
    return answers(status, DraftView, headers=headers, takes=takes, leads=[(ONE_IMPORT, "/id")])


#: Bytes of a workbook.
MOST_BYTES = 20_000_000


class Pairs(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a person decides on a borrador's pairs: `<sheet>!<row>` to an action's id, or to null for a new one."""

    pairs: dict[str, str | None]


@post(
    "/v1/plans/{plan_id:str}/imports",
    summary="Subir una planilla",
    request_max_body_size=MOST_BYTES,
    opt={"act": Act.CHANGE_PLAN, "uploads": True},
    responses=drafted(201, Takes(workbook=True)),
)
async def upload_workbook(request: RequestOf, plan_id: InPath, file_name: InQuery = None) -> Response[bytes]:
    """Upload a workbook as the body, or as a form's `file`; the answer is its borrador. Nothing is changed yet.

    Not idempotent: each upload is a borrador of its own; confirming the same file twice is one revision.
    """
    caller = caller_from(request)
    ledger = hub_of(request).ledger
    async with transaction(ledger.database, caller) as connection:
        plan = (await plan_now(connection, plan_id)).plan
    touches(request, plan_id)
    permit(caller, Act.CHANGE_PLAN, plan.platform)
    name, content = await _file_of(request, file_name)

    async def noted(connection: asyncpg.Connection, made: str) -> None:
        touches(request, made)
        await record(connection, request, caller, 201)

    import_id = await upload(ledger, caller, plan_id, name, content, noted)
    recorded(request)
    return await _draft(request, caller, import_id, status=201)


async def _file_of(request: RequestOf, file_name: str | None) -> tuple[str, bytes]:
    if request.content_type[0].startswith("multipart/"):
        try:
            file = (await request.form()).get("file")
        except (LookupError, ValueError) as error:
            # A part names a charset that is none, or is not in it.
            raise Refused(Refusal("invalid", {"reason": "Not UTF-8"})) from error
        if not isinstance(file, UploadFile):
            raise Refused(Refusal("file_missing"))
        return _plain_name(file_name or file.filename), await file.read()
    content = await request.body()
    if not content:
        raise Refused(Refusal("file_missing"))
    return _plain_name(file_name), content


def _plain_name(name: str | None) -> str:
    """A file's name without folders and control characters."""
    last = (name or "").replace("\\", "/").rpartition("/")[2]
    return "".join(character for character in last if character.isprintable())[:200] or "planilla.xlsx"


@get(
    "/v1/imports/{import_id:str}",
    summary="El borrador de una planilla",
    opt={"act": Act.READ_IMPORT},
    responses=drafted(200),
)
async def get_import(request: RequestOf, import_id: InPath) -> Response[bytes]:
    """What a workbook says and what confirming it would do now."""
    return await _draft(request, caller_from(request), import_id)


async def _draft(request: RequestOf, caller: Caller, import_id: str, status: int = 200) -> Response[bytes]:
    async with transaction(hub_of(request).ledger.database, caller) as connection:
        draft = await find_draft(connection, import_id)
        permit(caller, Act.READ_IMPORT, draft.platform, hidden=Refusal("import_unknown"))
        touches(request, draft.id)
        last = (await plan_now(connection, draft.plan)).plan.revision
    seen = await view(hub_of(request).ledger, caller, draft)
    same_as = last.number if last is not None and last.sha256 == draft.sha256 else None
    head = msgspec.json.encode(
        {
            "id": draft.id,
            "plan": draft.plan,
            "file_name": draft.file_name,
            "same_as_revision": same_as,
            "sha256": draft.sha256,
            "version": draft.version,
            "confirmed_as": draft.confirmed_as,
        }
    )
    headers = {"ETag": tag_of(request, draft.version), "Location": f"/v1/imports/{import_id}"}
    # Two objects made one: what the process has written can be megabytes, and is not taken apart here.
    body = head[:-1] + b"," + seen[1:]
    return Response(body, status_code=status, media_type="application/json", headers=headers)


@put(
    "/v1/imports/{import_id:str}/pairs",
    summary="Corregir a qué acción corresponde cada fila",
    opt={"act": Act.CHANGE_PLAN},
    responses=drafted(200, Takes(version=True)),
)
async def pair_rows(request: RequestOf, import_id: InPath, data: JSONBody[Pairs]) -> Response[bytes]:
    """Say which action each named row is, or that it is new; rows not named are paired by the hub. Needs If-Match."""
    caller = caller_from(request)
    expected = expected_version(request)
    async with recorded_transaction(request, caller, 200) as connection:
        draft = await find_draft(connection, import_id, lock=True)
        permit(caller, Act.CHANGE_PLAN, draft.platform, hidden=Refusal("import_unknown"))
        touches(request, draft.id)
        known = {
            row["id"]
            for row in await connection.fetch(statement("nanduti_hub.plans", "actions_of_plan"), draft.plan)
        }
        keys = {row_key(row) for row in msgspec.json.decode(draft.reading, type=Reading).rows}
        chosen = [action for action in data.pairs.values() if action is not None]
        if len(chosen) != len(set(chosen)):
            raise Refused(Refusal("pair_repeated"))
        for key, action in data.pairs.items():
            if key not in keys or (action is not None and action not in known):
                raise Refused(Refusal("pair_unknown", {"name": key if key not in keys else str(action)}))
        if draft.confirmed_as is not None:
            raise Refused(Refusal("import_confirmed"))
        kept = await connection.fetchval(
            statement("nanduti_hub.plans", "pair_import"),
            import_id,
            expected,
            msgspec.json.encode(data.pairs).decode(),
        )
        if kept is None:
            raise Refused(Refusal("version_conflict", {"expected": expected, "current": draft.version}))
    return await _draft(request, caller, import_id)


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
    """Publish a borrador as the plan's new revision: all of it or nothing. The same one twice is one revision."""
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
    upload_workbook,
    get_import,
    pair_rows,
    confirm_import,
    list_imports,
]
