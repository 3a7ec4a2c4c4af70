"""A workbook's borrador over HTTP: uploaded, and looked at a page at a time, also while it is being read."""

import hashlib
from collections.abc import Sequence
from typing import Annotated

import asyncpg
from litestar import Response, get, post
from litestar.datastructures import UploadFile
from litestar.handlers import BaseRouteHandler
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromQuery, QueryParameter

from nanduti_hub.access.audit import record, recorded, touches
from nanduti_hub.access.policy import Act, permit
from nanduti_hub.caller import Caller
from nanduti_hub.documented import Takes, answers
from nanduti_hub.ledger.database import transaction
from nanduti_hub.plans.background import read_later
from nanduti_hub.plans.drafts import FIRST, PAGE, Page, Seen, see
from nanduti_hub.plans.queries import plan_now
from nanduti_hub.plans.revision import Outcome
from nanduti_hub.plans.uploads import upload, upload_unread
from nanduti_hub.plans.views import DraftView
from nanduti_hub.plans.workbook.bounds import MAX_FILE
from nanduti_hub.problems import language_of
from nanduti_hub.refusal import Refusal, Refused
from nanduti_hub.serving import (
    InPath,
    InQuery,
    Limit,
    RequestOf,
    caller_from,
    hub_of,
    next_link,
    not_modified,
)

ONE_IMPORT = "/v1/imports/{import_id}"
#: Asks for an answer before the workbook is read (RFC 7240).
LATER = "respond-async"
Cursor = Annotated[str | None, QueryParameter(pattern=r"^f[0-9]{1,9}\Z")]


def drafted(
    status: int,
    takes: Takes = Takes(),  # noqa: B008  # frozen
    headers: Sequence[str] = ("ETag", "Location", "Link"),
) -> dict[int, ResponseSpec]:
    """What a route answers that answers a borrador."""
    return answers(status, DraftView, headers=headers, takes=takes, leads=[(ONE_IMPORT, "/id")])


@post(
    "/v1/plans/{plan_id:str}/imports",
    summary="Subir una planilla",
    request_max_body_size=MAX_FILE,
    opt={"act": Act.CHANGE_PLAN, "uploads": True},
    responses=drafted(201, Takes(workbook=True, later=True))
    | drafted(202, headers=("ETag", "Location", "Preference-Applied")),
)
async def upload_workbook(request: RequestOf, plan_id: InPath, file_name: InQuery = None) -> Response[bytes]:
    """Upload a workbook as the body, or as a form's `file`; the answer is its borrador. Nothing is changed yet.

    With `Prefer: respond-async` the answer is 202 at once, and the borrador, in state `reading`, tells how far
    it is until it is `read`. Not idempotent: each upload is a borrador of its own; confirming the same file twice
    is one revision.
    """
    caller = caller_from(request)
    hub = hub_of(request)
    async with transaction(hub.ledger.database, caller) as connection:
        plan = (await plan_now(connection, plan_id)).plan
    touches(request, plan_id)
    permit(caller, Act.CHANGE_PLAN, plan.platform)
    name, content = await _file_of(request, file_name)
    is_later = LATER in _preferences(request)
    status = 202 if is_later else 201

    async def noted(connection: asyncpg.Connection, made: str) -> None:
        touches(request, made)
        await record(connection, request, caller, status)

    keep = upload_unread if is_later else upload
    import_id = await keep(hub.ledger, caller, plan_id, name, content, noted)
    recorded(request)
    return await draft_answer(request, caller, import_id, status=status)


def _preferences(request: RequestOf) -> set[str]:
    wishes = ",".join(request.headers.getall("prefer", [])).split(",")
    return {wish.partition(";")[0].strip().lower() for wish in wishes}


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
    responses=drafted(200, Takes(known=True)),
)
async def get_import(
    request: RequestOf,
    import_id: InPath,
    cursor: Cursor = None,
    limit: Limit = PAGE,
    outcome: FromQuery[Outcome | None] = None,
) -> Response[bytes]:
    """What a workbook says and what confirming it would do now, with a page of its rows: all, or of one outcome.

    While it is still being read, `state` is `reading` and `progress` says how far it is.
    """
    page = Page(int(cursor.removeprefix("f")) if cursor else 0, limit, outcome)
    return await draft_answer(request, caller_from(request), import_id, page)


async def draft_answer(
    request: RequestOf, caller: Caller, import_id: str, page: Page = FIRST, status: int = 200
) -> Response[bytes]:
    """A borrador as an answer. One that nobody is reading is read from here on."""

    def check(row: asyncpg.Record) -> None:
        permit(caller, Act.READ_IMPORT, row["platform"], hidden=Refusal("import_unknown"))
        touches(request, row["id"])

    hub = hub_of(request)
    seen = await see(hub.ledger, caller, import_id, page, check)
    if not seen.is_read:
        read_later(hub, caller, import_id)
    # What is found is told in the caller's language, which is part of the tag.
    tagged = {"ETag": tag_of_draft(request, seen), "Vary": "Accept-Language"}
    headers = {**tagged, "Location": f"/v1/imports/{import_id}"}
    if status == 202:
        headers["Preference-Applied"] = LATER
    if status == 200 and request.method == "GET":
        if not_modified(request, headers["ETag"]):
            return Response(b"", status_code=304, headers=tagged)
        headers |= next_link(request, seen.following)
    return Response(seen.body, status_code=status, media_type="application/json", headers=headers)


def tag_of_draft(request: RequestOf, seen: Seen) -> str:
    """The strong tag of a borrador: what it was compared with is part of it, and the language."""
    state = seen.state if seen.is_read else hashlib.sha256(seen.state.encode()).hexdigest()[:16]
    return f'"{seen.version}.{state}.{language_of(request)}"'


ROUTES: list[BaseRouteHandler] = [upload_workbook, get_import]
