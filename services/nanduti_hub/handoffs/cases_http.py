"""Cases over HTTP: open one, read one, say better what it is, record consent, open tracks, join two of one person.

Rules that stay true: a case is called by a reference of the caller's and by nothing else; a case that is not the
caller's is not there. Absent: any text about the person, which goes sealed, in a handoff's dossier.
"""

import uuid

import asyncpg
from litestar import Response, delete, get, patch, post, put
from litestar.handlers import BaseRouteHandler
from litestar.params import JSONBody
from msgspec import UNSET
from msgspec.structs import asdict, replace

from nanduti_hub.access.audit import touches
from nanduti_hub.access.policy import Act
from nanduti_hub.documented import CHANGE, MAKE, Takes, answers
from nanduti_hub.handoffs.casework import (
    VARY,
    Found,
    OneReference,
    act,
    case_answer,
    case_called,
    desk_of,
    found_case,
    tagged,
)
from nanduti_hub.handoffs.commands import CaseCommand, Correct, Known, OpenCase, OpenTrack, RecordConsent
from nanduti_hub.handoffs.desk import reference_of
from nanduti_hub.handoffs.examples import CASE, CONSENT, FACTS_CHANGE, SAME, TRACK
from nanduti_hub.handoffs.handling import file_of, handle, join, part
from nanduti_hub.handoffs.requests import CaseWanted, ConsentWanted, FactsChange, SamePerson, TrackWanted
from nanduti_hub.handoffs.showing import case_view
from nanduti_hub.handoffs.state import File
from nanduti_hub.handoffs.views import CaseView
from nanduti_hub.ledger.answers import Answer
from nanduti_hub.ledger.database import transaction
from nanduti_hub.serving import RequestOf, caller_from, command, expected_version, hub_of, json_answer, tag_of

ONE_CASE = "/v1/cases/{reference}"
CHANGED = answers(200, CaseView, headers=("ETag",), takes=CHANGE, leads=[(ONE_CASE, "/reference")])
READ, WORK = {"act": Act.READ_CASES}, {"act": Act.WORK_CASES}


@post(
    "/v1/cases",
    summary="Abrir un caso",
    opt=WORK | {"example": CASE},
    responses=answers(
        201, CaseView, headers=("ETag", "Location"), takes=MAKE, leads=[(ONE_CASE, "/reference")]
    ),
)
async def open_case(request: RequestOf, data: JSONBody[CaseWanted]) -> Response[bytes]:
    """Open a case, which is one person, with its first tracks: the caller's institution holds them. The answer has the
    reference by which it calls the case from now on.
    """
    caller = caller_from(request)
    ledger = hub_of(request).ledger

    async def work(connection: asyncpg.Connection) -> Answer:
        desk = await desk_of(connection, request, caller)
        case = str(uuid.uuid4())

        def build(_file: File | None, known: Known) -> CaseCommand:
            return OpenCase(
                by=caller.scope,
                at=desk.at,
                known=known,
                case=case,
                facts=data.facts,
                tracks=data.tracks,
                consent=data.consent,
                synthetic=data.synthetic,
            )

        handled = await handle(connection, ledger, case, build)
        view = case_view(handled.file, desk.procedures[handled.file.case.procedure], desk)
        touches(request, view.reference)
        headers = {"ETag": tag_of(request, view.version), "Location": f"/v1/cases/{view.reference}", **VARY}
        return json_answer(201, view, headers)

    return await command(request, caller, work, one_plan=True)


@get(
    "/v1/cases/{reference:str}",
    summary="Un caso",
    opt=READ,
    responses=answers(
        200, CaseView, headers=("ETag",), takes=Takes(known=True), leads=[(ONE_CASE, "/reference")]
    ),
)
async def get_case(request: RequestOf, reference: OneReference) -> Response[bytes]:
    """A case by any reference of the caller's: its facts, and the tracks in which the caller has a part."""
    caller = caller_from(request)
    async with transaction(hub_of(request).ledger.database, caller, one_plan=True) as connection:
        found = await found_case(
            connection, request, await case_called(connection, caller_from(request).scope, reference)
        )
        into = await _merged_into(connection, found)
    view = case_view(found.file, found.procedure, found.desk, merged_into=into)
    return tagged(request, view.version, view)


async def _merged_into(connection: asyncpg.Connection, found: Found) -> str | None:
    """The caller's reference for the case into which this one has gone."""
    if found.file.case.into is None:
        return None
    into = await file_of(connection, found.file.case.into)
    return None if into is None else reference_of(into.case, found.desk.scope)


@patch(
    "/v1/cases/{reference:str}/facts",
    summary="Corregir los datos de un caso",
    opt=WORK | {"example": FACTS_CHANGE},
    responses=CHANGED,
)
async def correct_facts(
    request: RequestOf, reference: OneReference, data: JSONBody[FactsChange]
) -> Response[bytes]:
    """Say better what a case is; what is not named stays. Custody is never touched by it."""
    changes = {name: value for name, value in asdict(data).items() if value is not UNSET}
    return await act(
        request,
        lambda connection: case_called(connection, caller_from(request).scope, reference),
        lambda found, known, asked: Correct(
            by=asked.by,
            at=asked.at,
            known=known,
            seen=asked.seen,
            facts=replace(found.file.case.facts, **changes),
        ),
        case_answer(request),
    )


@put(
    "/v1/cases/{reference:str}/consent",
    summary="Registrar el consentimiento",
    opt=WORK | {"example": CONSENT},
    responses=CHANGED,
)
async def record_consent(
    request: RequestOf, reference: OneReference, data: JSONBody[ConsentWanted]
) -> Response[bytes]:
    """Record what the person says to sharing. A withdrawal takes waiting offers back and reaches every past receiver."""
    return await act(
        request,
        lambda connection: case_called(connection, caller_from(request).scope, reference),
        lambda _found, known, asked: RecordConsent(
            by=asked.by, at=asked.at, known=known, seen=asked.seen, consent=data.consent
        ),
        case_answer(request),
    )


@post(
    "/v1/cases/{reference:str}/tracks",
    status_code=200,
    summary="Abrir otra vía de un caso",
    opt=WORK | {"example": TRACK},
    responses=CHANGED,
)
async def open_track(
    request: RequestOf, reference: OneReference, data: JSONBody[TrackWanted]
) -> Response[bytes]:
    """Open another track, which the caller holds; it holds one of the case already."""
    return await act(
        request,
        lambda connection: case_called(connection, caller_from(request).scope, reference),
        lambda _found, known, asked: OpenTrack(
            by=asked.by, at=asked.at, known=known, seen=asked.seen, track=data.track
        ),
        case_answer(request),
    )


@post(
    "/v1/cases/{reference:str}/same-as",
    status_code=200,
    summary="Decir que dos casos son de la misma persona",
    opt=WORK | {"example": SAME},
    responses=CHANGED,
)
async def say_same(
    request: RequestOf, reference: OneReference, data: JSONBody[SamePerson]
) -> Response[bytes]:
    """Join a case into another of the same person: its tracks go on there. The caller holds tracks of both; If-Match is
    the version of the case that is joined. `DELETE` takes it back.
    """
    return await _two(request, reference, data.into)


@delete(
    "/v1/cases/{reference:str}/same-as",
    status_code=200,
    summary="Decir que no era la misma persona",
    opt=WORK,
    responses=CHANGED,
)
async def say_not_same(request: RequestOf, reference: OneReference) -> Response[bytes]:
    """Part a case from the one that it was joined into: its tracks are its own again, with the holders that they had."""
    return await _two(request, reference, None)


async def _two(request: RequestOf, reference: str, into: str | None) -> Response[bytes]:
    caller = caller_from(request)
    seen = expected_version(request)
    ledger = hub_of(request).ledger

    async def work(connection: asyncpg.Connection) -> Answer:
        case = await case_called(connection, caller_from(request).scope, reference)
        found = await found_case(connection, request, case)
        if into is None:
            file = await part(connection, ledger, case, by=caller.scope, at=found.desk.at, seen=seen)
        else:
            other = await case_called(connection, caller_from(request).scope, into)
            file = await join(connection, ledger, other, case, by=caller.scope, at=found.desk.at, seen=seen)
        after = Found(file, found.procedure, found.desk)
        merged = await _merged_into(connection, after)
        view = case_view(file, found.procedure, found.desk, merged_into=merged)
        return json_answer(200, view, {"ETag": tag_of(request, view.version), **VARY})

    return await command(request, caller, work, one_plan=True)


ROUTES: list[BaseRouteHandler] = [
    open_case,
    get_case,
    correct_facts,
    record_consent,
    open_track,
    say_same,
    say_not_same,
]
