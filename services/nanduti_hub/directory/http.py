"""The directory over HTTP: who there is, and the steward's changes to it."""

from typing import Annotated, Any, TypeVar

import asyncpg
import msgspec
from litestar import Response, get, put
from litestar.handlers import BaseRouteHandler
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import JSONBody, PathParameter

from nanduti.directory import Department, Institution, Platform, Seat
from nanduti_hub.access.policy import Act
from nanduti_hub.directory.commands import Entity, Register
from nanduti_hub.directory.decide import id_of
from nanduti_hub.directory.project import DECIDERS, SEATS
from nanduti_hub.directory.queries import codes_of, entries
from nanduti_hub.documented import PageOf, Takes, answers
from nanduti_hub.ledger.answers import Answer
from nanduti_hub.ledger.append import read_streams
from nanduti_hub.ledger.database import transaction
from nanduti_hub.ledger.execute import execute
from nanduti_hub.ledger.statements import statement
from nanduti_hub.refusal import Refusal, Refused
from nanduti_hub.serving import (
    InQuery,
    RequestOf,
    caller_from,
    command,
    expected_version,
    hub_of,
    json_answer,
    tag_of,
)

ONE_INSTITUTION = "/v1/institutions/{code}"
ONE_PLATFORM = "/v1/platforms/{code}"


def entered(kind: type[Any]) -> dict[int, ResponseSpec]:
    """What entering (201) or changing (200) an entry answers."""
    takes = Takes(version=False, once=True)
    return {
        status: spec
        for code in (200, 201)
        for status, spec in answers(code, kind, headers=("ETag",), takes=takes).items()
    }


InPath = Annotated[str, PathParameter(max_length=40)]
T = TypeVar("T", Department, Institution, Platform, Seat)


async def _list(request: RequestOf, kind: type[T], key: str | None = None) -> Response[bytes]:
    caller = caller_from(request)
    async with transaction(hub_of(request).ledger.database, caller) as connection:
        found = await entries(connection, kind, key)
    return Response(msgspec.json.encode({"items": found, "next": None}), media_type="application/json")


@get(
    "/v1/departments",
    summary="Departamentos y capital",
    opt={"act": Act.READ_REGISTER},
    responses=answers(200, PageOf[Department]),
)
async def list_departments(request: RequestOf) -> Response[bytes]:
    """All departments, with their tiles on the grid map."""
    return await _list(request, Department)


@get(
    "/v1/institutions",
    summary="Instituciones del directorio",
    opt={"act": Act.READ_REGISTER},
    responses=answers(200, PageOf[Institution], leads=[(ONE_INSTITUTION, "/items/0/code")]),
)
async def list_institutions(request: RequestOf) -> Response[bytes]:
    """All institutions."""
    return await _list(request, Institution)


@get(
    "/v1/platforms",
    summary="Plataformas",
    opt={"act": Act.READ_REGISTER},
    responses=answers(200, PageOf[Platform], leads=[(ONE_PLATFORM, "/items/0/code")]),
)
async def list_platforms(request: RequestOf) -> Response[bytes]:
    """All platforms, with their axes and coordinators."""
    return await _list(request, Platform)


@get(
    "/v1/seats",
    summary="Quién integra cada plataforma",
    opt={"act": Act.READ_REGISTER},
    responses=answers(200, PageOf[Seat]),
)
async def list_seats(request: RequestOf, platform: InQuery = None) -> Response[bytes]:
    """The seats of one platform, or of all."""
    return await _list(request, Seat, platform)


async def _one(request: RequestOf, kind: type[T], code: str) -> Response[bytes]:
    caller = caller_from(request)
    stream = f"{DECIDERS[kind].kind}:{code}"
    async with transaction(hub_of(request).ledger.database, caller) as connection:
        stored = (await read_streams(connection, [stream]))[stream]
        found = await entries(connection, kind, code)
    if not found:
        raise Refused(Refusal("entry_unknown"))
    return Response(
        msgspec.json.encode(found[0]),
        media_type="application/json",
        headers={"ETag": tag_of(request, stored.version), "Vary": "Accept-Language"},
    )


@get(
    "/v1/institutions/{code:str}",
    summary="Una institución",
    opt={"act": Act.READ_REGISTER},
    responses=answers(200, Institution, headers=("ETag",), leads=[(ONE_INSTITUTION, "/code")]),
)
async def get_institution(request: RequestOf, code: InPath) -> Response[bytes]:
    """One institution with its version."""
    return await _one(request, Institution, code)


@get(
    "/v1/platforms/{code:str}",
    summary="Una plataforma",
    opt={"act": Act.READ_REGISTER},
    responses=answers(200, Platform, headers=("ETag",), leads=[(ONE_PLATFORM, "/code")]),
)
async def get_platform(request: RequestOf, code: InPath) -> Response[bytes]:
    """One platform with its version."""
    return await _one(request, Platform, code)


@get(
    "/v1/seats/{name:str}",
    summary="Un asiento",
    opt={"act": Act.READ_REGISTER},
    responses=answers(200, Seat, headers=("ETag",)),
)
async def get_seat(request: RequestOf, name: InPath) -> Response[bytes]:
    """One seat, named `<platform>-<institution>`, with its version."""
    caller = caller_from(request)
    stream = f"{SEATS.kind}:{name}"
    async with transaction(hub_of(request).ledger.database, caller) as connection:
        stored = (await read_streams(connection, [stream]))[stream]
        found = await entries(connection, Seat, name.partition("-")[0])
    for seat in found:
        if id_of(seat) == name:
            headers = {"ETag": tag_of(request, stored.version), "Vary": "Accept-Language"}
            return Response(msgspec.json.encode(seat), media_type="application/json", headers=headers)
    raise Refused(Refusal("entry_unknown"))


async def _register(request: RequestOf, id_: str, entity: Entity) -> Response[bytes]:
    """Enter or replace an entry. A new one needs no If-Match, a change does."""
    caller = caller_from(request)
    if id_of(entity) != id_:
        raise Refused(Refusal("invalid", {"reason": "code"}))
    decider = DECIDERS[type(entity)]
    ledger = hub_of(request).ledger

    async def work(connection: asyncpg.Connection) -> Answer:
        stream = f"{decider.kind}:{id_}"
        exists = (await read_streams(connection, [stream]))[stream].version > 0
        expected = expected_version(request) if exists else 0
        leaves = exists and isinstance(entity, Institution) and not entity.on_hub
        if leaves and await connection.fetchval(statement("nanduti_hub.directory", "acts_for_cases"), id_):
            raise Refused(Refusal("institution_holds_cases"))
        wanted = Register(entity, await codes_of(connection))
        done = await execute(connection, ledger, decider, id_, wanted, expected=expected)
        return json_answer(200 if exists else 201, entity, {"ETag": tag_of(request, done.version)})

    return await command(request, caller, work)


@put(
    "/v1/institutions/{code:str}",
    summary="Registrar o cambiar una institución",
    opt={"act": Act.CHANGE_DIRECTORY},
    responses=entered(Institution),
)
async def put_institution(request: RequestOf, code: InPath, data: JSONBody[Institution]) -> Response[bytes]:
    """Enter or replace an institution. Stewards only; a change needs If-Match."""
    return await _register(request, code, data)


@put(
    "/v1/platforms/{code:str}",
    summary="Registrar o cambiar una plataforma",
    opt={"act": Act.CHANGE_DIRECTORY},
    responses=entered(Platform),
)
async def put_platform(request: RequestOf, code: InPath, data: JSONBody[Platform]) -> Response[bytes]:
    """Enter or replace a platform, its coordinators too. Stewards only; a change needs If-Match."""
    return await _register(request, code, data)


@put(
    "/v1/seats/{name:str}",
    summary="Registrar o cambiar un asiento",
    opt={"act": Act.CHANGE_DIRECTORY},
    responses=entered(Seat),
)
async def put_seat(request: RequestOf, name: InPath, data: JSONBody[Seat]) -> Response[bytes]:
    """Enter or change a seat, named `<platform>-<institution>`. Stewards only; a change needs If-Match."""
    return await _register(request, name, data)


ROUTES: list[BaseRouteHandler] = [
    list_departments,
    list_institutions,
    list_platforms,
    list_seats,
    get_institution,
    get_platform,
    get_seat,
    put_institution,
    put_platform,
    put_seat,
]
