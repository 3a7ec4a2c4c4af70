"""The keys to which an institution's dossiers are sealed: every member reads them, its administrator keeps them.

Rule that stays true: a key that was registered is never taken out of the answer; who seals looks at `revoked`.
Absent: secret keys, which never leave the machine that made them.
"""

from typing import Annotated

import asyncpg
from litestar import Response, get, post
from litestar.handlers import BaseRouteHandler
from litestar.params import JSONBody, PathParameter
from msgspec import Meta, Struct

from nanduti.directory import Institution, Recipients
from nanduti.vocabulary import RecipientKind
from nanduti_hub.access.policy import Act, permit
from nanduti_hub.directory.project import RECIPIENTS
from nanduti_hub.directory.queries import entries, recipients_of
from nanduti_hub.directory.recipients import RecipientsCommand, RegisterKey, RevokeKey
from nanduti_hub.documented import CHANGE, answers
from nanduti_hub.ledger.answers import Answer
from nanduti_hub.ledger.append import read_streams
from nanduti_hub.ledger.database import transaction
from nanduti_hub.ledger.execute import execute
from nanduti_hub.refusal import Refusal, Refused
from nanduti_hub.serving import (
    RequestOf,
    caller_from,
    command,
    expected_version,
    hub_of,
    json_answer,
    respond,
    tag_of,
    today,
)

InPath = Annotated[str, PathParameter(max_length=40)]


class NewKey(Struct, frozen=True, kw_only=True):
    """A public key to register, as `nanduti keygen` prints it, and what it is for."""

    public_key: Annotated[str, Meta(max_length=200)]
    kind: RecipientKind


@get(
    "/v1/institutions/{code:str}/recipients",
    summary="Claves para sellar a una institución",
    opt={"act": Act.READ_REGISTER},
    responses=answers(200, Recipients, headers=("ETag",)),
)
async def get_recipients(request: RequestOf, code: InPath) -> Response[bytes]:
    """All keys that an institution has registered, revoked ones too; none yet is version 0."""
    caller = caller_from(request)
    stream = f"{RECIPIENTS.kind}:{code}"
    async with transaction(hub_of(request).ledger.database, caller) as connection:
        await _institution(connection, code)
        stored = (await read_streams(connection, [stream]))[stream]
        found = await recipients_of(connection, code)
    headers = {"ETag": tag_of(request, stored.version), "Vary": "Accept-Language"}
    return respond(json_answer(200, found, headers))


async def _changed(request: RequestOf, code: str, wanted: RecipientsCommand) -> Response[bytes]:
    caller = caller_from(request)
    permit(caller, Act.MANAGE_KEYS, code)
    ledger, expected = hub_of(request).ledger, expected_version(request)

    async def work(connection: asyncpg.Connection) -> Answer:
        await _institution(connection, code)
        done = await execute(connection, ledger, RECIPIENTS, code, wanted, expected=expected)
        return json_answer(200, done.state.recipients, {"ETag": tag_of(request, done.version)})

    return await command(request, caller, work)


async def _institution(connection: asyncpg.Connection, code: str) -> None:
    if not await entries(connection, Institution, code):
        raise Refused(Refusal("entry_unknown"))


@post(
    "/v1/institutions/{code:str}/recipients",
    summary="Registrar una clave pública",
    opt={"act": Act.MANAGE_KEYS},
    responses=answers(200, Recipients, headers=("ETag",), takes=CHANGE),
    status_code=200,
)
async def register_key(request: RequestOf, code: InPath, data: JSONBody[NewKey]) -> Response[bytes]:
    """Register a public key: dossiers are sealed to it from now on. The institution's administrator only."""
    wanted = RegisterKey(institution=code, public_key=data.public_key, label=data.kind, on=today())
    return await _changed(request, code, wanted)


@post(
    "/v1/institutions/{code:str}/recipients/{fingerprint:str}/revoke",
    summary="Revocar una clave pública",
    opt={"act": Act.MANAGE_KEYS},
    responses=answers(200, Recipients, headers=("ETag",), takes=CHANGE),
    status_code=200,
)
async def revoke_key(request: RequestOf, code: InPath, fingerprint: InPath) -> Response[bytes]:
    """Revoke a key: nothing is sealed to it any more. Twice is once. The institution's administrator only."""
    return await _changed(request, code, RevokeKey(fingerprint=fingerprint, on=today()))


ROUTES: list[BaseRouteHandler] = [get_recipients, register_key, revoke_key]
