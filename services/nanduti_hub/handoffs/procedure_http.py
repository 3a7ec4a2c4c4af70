"""The procedure over HTTP: every member reads its versions, a steward registers another.

Rule that stays true: what cannot be worked with is not registered. Absent: changing a version, which cannot be.
"""

from typing import Annotated

import asyncpg
import msgspec
from litestar import Response, get, put
from litestar.handlers import BaseRouteHandler
from litestar.params import JSONBody, PathParameter

from nanduti.procedure import Procedure
from nanduti_hub.access.policy import Act
from nanduti_hub.directory.commands import Register
from nanduti_hub.directory.project import PROCEDURES
from nanduti_hub.directory.queries import codes_of, entries
from nanduti_hub.documented import MAKE, PageOf, answers
from nanduti_hub.handoffs.procedure import ordinal
from nanduti_hub.handoffs.soundness import problems_of
from nanduti_hub.ledger.answers import Answer
from nanduti_hub.ledger.append import read_streams
from nanduti_hub.ledger.database import transaction
from nanduti_hub.ledger.execute import execute
from nanduti_hub.refusal import Refusal, Refused
from nanduti_hub.serving import RequestOf, caller_from, command, hub_of, json_answer, respond, tag_of

ONE_PROCEDURE = "/v1/procedures/{version}"
InPath = Annotated[str, PathParameter(max_length=40)]


@get(
    "/v1/procedures",
    summary="Versiones del procedimiento",
    opt={"act": Act.READ_REGISTER},
    responses=answers(200, PageOf[Procedure], leads=[(ONE_PROCEDURE, "/items/0/version")]),
)
async def list_procedures(request: RequestOf) -> Response[bytes]:
    """All versions, whole, in the order in which they come into force. A case keeps that of the day it was opened."""
    async with transaction(hub_of(request).ledger.database, caller_from(request)) as connection:
        found = list(await entries(connection, Procedure))
    found.sort(key=lambda one: (one.in_force_from, ordinal(one.version)))
    return Response(msgspec.json.encode({"items": found, "next": None}), media_type="application/json")


@get(
    "/v1/procedures/{version:str}",
    summary="Una versión del procedimiento",
    opt={"act": Act.READ_REGISTER},
    responses=answers(200, Procedure, headers=("ETag",), leads=[(ONE_PROCEDURE, "/version")]),
)
async def get_procedure(request: RequestOf, version: InPath) -> Response[bytes]:
    """One version: tracks and stages, competences, times with their sources, and every code that may be said."""
    async with transaction(hub_of(request).ledger.database, caller_from(request)) as connection:
        found = await entries(connection, Procedure, version)
    if not found:
        raise Refused(Refusal("entry_unknown"))
    headers = {"ETag": tag_of(request, 1), "Vary": "Accept-Language"}
    return respond(json_answer(200, found[0], headers))


@put(
    "/v1/procedures/{version:str}",
    summary="Registrar una versión del procedimiento",
    opt={"act": Act.CHANGE_DIRECTORY},
    responses={
        **answers(201, Procedure, headers=("ETag",), takes=MAKE),
        **answers(200, Procedure, headers=("ETag",), takes=MAKE),
    },
)
async def put_procedure(request: RequestOf, version: InPath, data: JSONBody[Procedure]) -> Response[bytes]:
    """Register a version. Stewards only. It never changes after that: the same content again is 200, another 409."""
    caller = caller_from(request)
    if data.version != version:
        raise Refused(Refusal("invalid", {"reason": "version"}))
    if findings := problems_of(data):
        raise Refused(Refusal("procedure_wrong", {"count": len(findings), "first": findings[0]}))
    ledger = hub_of(request).ledger

    async def work(connection: asyncpg.Connection) -> Answer:
        stream = f"{PROCEDURES.kind}:{version}"
        exists = (await read_streams(connection, [stream]))[stream].version > 0
        wanted = Register(data, await codes_of(connection))
        done = await execute(connection, ledger, PROCEDURES, version, wanted)
        return json_answer(200 if exists else 201, data, {"ETag": tag_of(request, done.version)})

    return await command(request, caller, work)


ROUTES: list[BaseRouteHandler] = [list_procedures, get_procedure, put_procedure]
