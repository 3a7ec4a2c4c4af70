"""What every route about cases shares: finding what an address names, as the caller may see it, and acting on it.

Rules that stay true: an address that names nothing, and one that names what is not the caller's, are answered with
the same bytes; the record of a request names the caller's own reference of a case, whatever address was used, so
that nobody who reads the record can tell which institutions share a case; nothing that was sent is repeated. Absent:
what is decided (`decide`), and what is shown (`showing`).
"""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Annotated

import asyncpg
import msgspec
from litestar import Response
from litestar.params import PathParameter
from msgspec import Struct

from nanduti.procedure import Procedure
from nanduti_hub.access.audit import touches
from nanduti_hub.access.policy import TABLE, Act
from nanduti_hub.caller import Caller
from nanduti_hub.handoffs.commands import CaseCommand, Known
from nanduti_hub.handoffs.desk import Desk, has_part, sees
from nanduti_hub.handoffs.handling import file_of, handle
from nanduti_hub.handoffs.issued import is_issued
from nanduti_hub.handoffs.known import directory_of
from nanduti_hub.handoffs.parties import is_party
from nanduti_hub.handoffs.showing import case_view, handoff_view, own_reference, track_view
from nanduti_hub.handoffs.state import File, Handoff, Track
from nanduti_hub.ledger.answers import Answer
from nanduti_hub.ledger.statements import statement
from nanduti_hub.problems import language_of
from nanduti_hub.refusal import Refusal, Refused
from nanduti_hub.serving import (
    RequestOf,
    caller_from,
    command,
    expected_version,
    hub_of,
    json_answer,
    not_modified,
    tag_of,
)

SLICE = "nanduti_hub.handoffs"
OneReference = Annotated[
    str,
    PathParameter(
        pattern=r"^[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){3}\Z",
        description="A reference by which the caller calls the case: its own, or one that it shares.",
    ),
]
OneTrack = Annotated[str, PathParameter(pattern=r"^[a-z][a-z0-9_]{1,39}\Z", description="A track's code.")]
OneId = Annotated[
    str,
    PathParameter(pattern=r"^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\Z"),
]
CASE_UNKNOWN, HANDOFF_UNKNOWN = Refusal("case_unknown"), Refusal("handoff_unknown")
VARY = {"Vary": "Accept-Language"}


class Asked(Struct, frozen=True):
    """Who asks, when, and the version that it saw."""

    by: str
    at: datetime
    seen: int | None


class Found(Struct, frozen=True):
    """A case as it stands, with its procedure, and the eyes that it is seen with."""

    file: File
    procedure: Procedure
    desk: Desk

    def track(self, code: str) -> Track:
        """A track in which the caller has a part.

        Raises:
            Refused: `case_unknown`.

        """
        track = self.file.tracks.get(code)
        if track is None or not has_part(track, self.desk):
            raise Refused(CASE_UNKNOWN)
        return track

    def handoff(self, id_: str) -> tuple[Track, Handoff]:
        """A handoff to which the caller is a party.

        Raises:
            Refused: `handoff_unknown`.

        """
        found = self.file.of_handoff(id_)
        if found is None or not sees(*found, self.desk):
            raise Refused(HANDOFF_UNKNOWN)
        return found


Show = Callable[[Found], Answer]
Make = Callable[[Found, Known, Asked], CaseCommand]


async def desk_of(connection: asyncpg.Connection, request: RequestOf, caller: Caller) -> Desk:
    """The caller's desk."""
    directory = await directory_of(connection, hub_of(request).ledger)
    return Desk(
        scope=caller.scope,
        may_work=caller.role in TABLE[Act.WORK_CASES],
        is_english=language_of(request) == "en",
        at=datetime.now(UTC),
        institutions=directory.institutions,
        departments=directory.departments,
        procedures=directory.procedures,
    )


async def case_called(connection: asyncpg.Connection, scope: str, reference: str) -> str:
    """The internal id of the case that a reference of the caller's names.

    Raises:
        Refused: `case_unknown`.

    """
    case: str | None = await connection.fetchval(statement(SLICE, "case_called"), reference, scope)
    if case is None:
        raise Refused(CASE_UNKNOWN)
    return case


async def case_with(connection: asyncpg.Connection, handoff: str) -> str:
    """The internal id of the case in which a handoff of the caller's is.

    Raises:
        Refused: `handoff_unknown`.

    """
    case: str | None = await connection.fetchval(statement(SLICE, "case_with"), handoff)
    if case is None:
        raise Refused(HANDOFF_UNKNOWN)
    return case


async def found_case(connection: asyncpg.Connection, request: RequestOf, case: str) -> Found:
    """A case for reading, noted in the record by the caller's own reference.

    Raises:
        Refused: `case_unknown`.

    """
    caller = caller_from(request)
    file = seen_by(request, await file_of(connection, case))
    desk = await desk_of(connection, request, caller)
    return Found(file, desk.procedures[file.case.procedure], desk)


def seen_by(request: RequestOf, file: File | None) -> File:
    """A case, noted in the record by the caller's own reference.

    Raises:
        Refused: `case_unknown`, there is none, or the caller has no part in it.

    """
    scope = caller_from(request).scope
    if file is None or not is_party(file, scope):
        raise Refused(CASE_UNKNOWN)
    touches(request, own_reference(file.case, scope))
    return file


def tagged(request: RequestOf, version: int, body: object) -> Response[bytes]:
    """An answer to a reading, with its tag; 304 where the caller has it."""
    raw = msgspec.json.encode(body)
    headers = {"ETag": tag_of(request, version), **VARY}
    if not_modified(request, headers["ETag"]):
        return Response(b"", status_code=304, headers=headers)
    return Response(raw, media_type="application/json", headers=headers)


def check_issued(request: RequestOf, handoff: str) -> None:
    """See that the hub has given a handoff's id to the caller's institution.

    Raises:
        Refused: `handoff_unissued`.

    """
    if not is_issued(hub_of(request).door.sealing, caller_from(request).scope, handoff):
        raise Refused(Refusal("handoff_unissued"))


async def act(
    request: RequestOf,
    find: Callable[[asyncpg.Connection], Awaitable[str]],
    make: Make,
    show: Show,
    then: Callable[[asyncpg.Connection], Awaitable[None]] | None = None,
) -> Response[bytes]:
    """One command on one case at the version that If-Match says, once for each Idempotency-Key; `then` writes what
    belongs to it in the same transaction.
    """
    caller = caller_from(request)
    seen = expected_version(request)
    ledger = hub_of(request).ledger

    async def work(connection: asyncpg.Connection) -> Answer:
        desk = await desk_of(connection, request, caller)
        decided_by: list[Procedure] = []

        def build(file: File | None, known: Known) -> CaseCommand:
            found = Found(seen_by(request, file), known.procedure, desk)
            decided_by.append(known.procedure)
            return make(found, known, Asked(caller.scope, desk.at, seen))

        handled = await handle(connection, ledger, await find(connection), build)
        if then is not None:
            await then(connection)
        return show(Found(handled.file, decided_by[-1], desk))

    return await command(request, caller, work, one_plan=True)


def case_answer(request: RequestOf) -> Show:
    """The case after a command."""

    def show(found: Found) -> Answer:
        view = case_view(found.file, found.procedure, found.desk)
        return json_answer(200, view, {"ETag": tag_of(request, view.version), **VARY})

    return show


def track_answer(request: RequestOf, code: str) -> Show:
    """A track after a command."""

    def show(found: Found) -> Answer:
        view = track_view(found.file, found.track(code), found.procedure, found.desk)
        return json_answer(200, view, {"ETag": tag_of(request, view.version), **VARY})

    return show


def handoff_answer(request: RequestOf, id_: str, status: int = 200) -> Show:
    """A handoff after a command."""

    def show(found: Found) -> Answer:
        track, handoff = found.handoff(id_)
        view = handoff_view(found.file, track, handoff, found.procedure, found.desk)
        headers = {"ETag": tag_of(request, view.version), **VARY}
        if status == 201:
            headers["Location"] = f"/v1/handoffs/{id_}"
        return json_answer(status, view, headers)

    return show
