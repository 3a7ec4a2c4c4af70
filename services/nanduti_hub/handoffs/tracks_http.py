"""The tracks of a case over HTTP: where one stands, who has held it, to whom it may go, and its holder's commands.

Rule that stays true: a track in which the caller has no part is not there. Absent: offers (`handoffs_http`).
"""

from collections.abc import Callable
from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.handlers import BaseRouteHandler
from litestar.params import FromQuery, JSONBody

from nanduti.vocabulary import HandoffKind
from nanduti_hub.access.policy import Act
from nanduti_hub.documented import CHANGE, PageOf, Takes, answers
from nanduti_hub.handoffs.casework import (
    VARY,
    Asked,
    Found,
    OneReference,
    OneTrack,
    act,
    case_called,
    found_case,
    tagged,
    track_answer,
)
from nanduti_hub.handoffs.commands import Advance, CaseCommand, Close, Known, Reopen
from nanduti_hub.handoffs.examples import CLOSE, REOPEN, STAGE
from nanduti_hub.handoffs.issued import fresh_id
from nanduti_hub.handoffs.known import directory_of
from nanduti_hub.handoffs.receivers import receivers_view
from nanduti_hub.handoffs.requests import CloseWanted, ReopenWanted, StageWanted
from nanduti_hub.handoffs.showing import custody_view, track_view
from nanduti_hub.handoffs.views import CustodyView, ReceiversView, TrackView
from nanduti_hub.ledger.database import transaction
from nanduti_hub.serving import RequestOf, caller_from, hub_of

CHANGED = answers(200, TrackView, headers=("ETag",), takes=CHANGE)
READ, WORK = {"act": Act.READ_CASES}, {"act": Act.WORK_CASES}


async def _read(request: RequestOf, reference: str) -> Found:
    async with transaction(
        hub_of(request).ledger.database, caller_from(request), one_plan=True
    ) as connection:
        return await found_case(
            connection, request, await case_called(connection, caller_from(request).scope, reference)
        )


@get(
    "/v1/cases/{reference:str}/tracks/{track:str}",
    summary="Una vía de un caso",
    opt=READ,
    responses=answers(200, TrackView, headers=("ETag",), takes=Takes(known=True)),
)
async def get_track(request: RequestOf, reference: OneReference, track: OneTrack) -> Response[bytes]:
    """A track: its stage, its holder, the caller's handoffs of it, and what the caller may do next."""
    found = await _read(request, reference)
    view = track_view(found.file, found.track(track), found.procedure, found.desk)
    return tagged(request, view.version, view)


@get(
    "/v1/cases/{reference:str}/tracks/{track:str}/custody",
    summary="Quién tuvo la vía, desde cuándo y hasta cuándo",
    opt=READ,
    responses=answers(200, PageOf[CustodyView], headers=("ETag",), takes=Takes(known=True)),
)
async def get_custody(request: RequestOf, reference: OneReference, track: OneTrack) -> Response[bytes]:
    """Every holder of a track, the first one first; the last one holds it now."""
    found = await _read(request, reference)
    known = found.track(track)
    return tagged(request, known.version, {"items": custody_view(known, found.desk), "next": None})


@get(
    "/v1/cases/{reference:str}/tracks/{track:str}/receivers",
    summary="A quién puede derivarse una vía",
    opt=READ,
    responses=answers(200, ReceiversView),
)
async def get_receivers(
    request: RequestOf, reference: OneReference, track: OneTrack, kind: FromQuery[HandoffKind]
) -> Response[bytes]:
    """The institutions that may receive a track, in the order in which the procedure proposes them, with the keys to
    seal to; why the others may not; in what time an answer comes; and a fresh id for the handoff.
    """
    async with transaction(
        hub_of(request).ledger.database, caller_from(request), one_plan=True
    ) as connection:
        found = await found_case(
            connection, request, await case_called(connection, caller_from(request).scope, reference)
        )
        known = found.track(track)
        recipients = (await directory_of(connection, hub_of(request).ledger)).recipients
    keys = {code: its for code, its in recipients.items() if found.desk.is_on_hub(code)}
    fresh = fresh_id(hub_of(request).door.sealing, caller_from(request).scope)
    view = receivers_view(found.file, known, kind, found.procedure, found.desk, keys, fresh)
    return Response(msgspec.json.encode(view), media_type="application/json", headers=VARY)


async def _change(
    request: RequestOf, reference: str, track: str, make: Callable[[dict[str, Any]], CaseCommand]
) -> Response[bytes]:
    """A command on a track in which the caller has a part, at the version of the track that it saw."""

    def build(found: Found, known: Known, asked: Asked) -> CaseCommand:
        found.track(track)
        return make({"by": asked.by, "at": asked.at, "known": known, "seen": asked.seen, "track": track})

    return await act(
        request,
        lambda connection: case_called(connection, caller_from(request).scope, reference),
        build,
        track_answer(request, track),
    )


@post(
    "/v1/cases/{reference:str}/tracks/{track:str}/stage",
    status_code=200,
    summary="Pasar la vía a otra etapa",
    opt=WORK | {"example": STAGE},
    responses=CHANGED,
)
async def advance(
    request: RequestOf, reference: OneReference, track: OneTrack, data: JSONBody[StageWanted]
) -> Response[bytes]:
    """Take a track to one of the stages that follow."""
    return await _change(request, reference, track, lambda asked: Advance(stage=data.stage, **asked))


@post(
    "/v1/cases/{reference:str}/tracks/{track:str}/close",
    status_code=200,
    summary="Cerrar la vía con su resultado",
    opt=WORK | {"example": CLOSE},
    responses=CHANGED,
)
async def close(
    request: RequestOf, reference: OneReference, track: OneTrack, data: JSONBody[CloseWanted]
) -> Response[bytes]:
    """End a track. Its accepted transfers get the same outcome, of which their senders are told."""
    return await _change(request, reference, track, lambda asked: Close(outcome=data.outcome, **asked))


@post(
    "/v1/cases/{reference:str}/tracks/{track:str}/reopen",
    status_code=200,
    summary="Reabrir la vía",
    opt=WORK | {"example": REOPEN},
    responses=CHANGED,
)
async def reopen(
    request: RequestOf, reference: OneReference, track: OneTrack, data: JSONBody[ReopenWanted]
) -> Response[bytes]:
    """Take a closed track up again, for a listed reason; its last holder does."""
    return await _change(request, reference, track, lambda asked: Reopen(code=data.code, **asked))


ROUTES: list[BaseRouteHandler] = [get_track, get_custody, get_receivers, advance, close, reopen]
