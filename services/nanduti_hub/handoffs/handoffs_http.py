"""Handoffs over HTTP, from their sender's side: offer, look, take back, seal anew.

Rules that stay true: a sealed dossier is stored in the transaction that offers it, or not at all; a handoff that is
neither from nor to the caller is not there. Absent: what the receiver does (`answers_http`), lists
(`lists_http`), and whatever a dossier says.
"""

import asyncpg
from litestar import Response, get, post
from litestar.handlers import BaseRouteHandler
from litestar.params import JSONBody

from nanduti_hub.access.policy import Act
from nanduti_hub.documented import CHANGE, Takes, answers
from nanduti_hub.handoffs.casework import (
    Asked,
    Found,
    OneId,
    OneReference,
    OneTrack,
    act,
    case_called,
    case_with,
    check_issued,
    found_case,
    handoff_answer,
    tagged,
)
from nanduti_hub.handoffs.commands import Attach, CaseCommand, Known, Offer, Withdraw
from nanduti_hub.handoffs.dossiers import keep_dossier
from nanduti_hub.handoffs.examples import ATTACH, OFFER, WITHDRAW
from nanduti_hub.handoffs.requests import MOST_OFFER, DossierWanted, OfferWanted, WithdrawWanted
from nanduti_hub.handoffs.showing import handoff_view
from nanduti_hub.handoffs.uploads import dossier_of
from nanduti_hub.handoffs.views import HandoffView
from nanduti_hub.ledger.database import transaction
from nanduti_hub.serving import RequestOf, caller_from, expected_version, hub_of

ONE_HANDOFF = "/v1/handoffs/{handoff_id}"
CHANGED = answers(200, HandoffView, headers=("ETag",), takes=CHANGE, leads=[(ONE_HANDOFF, "/id")])
READ, WORK = {"act": Act.READ_CASES}, {"act": Act.WORK_CASES}


@post(
    "/v1/cases/{reference:str}/tracks/{track:str}/handoffs",
    summary="Derivar una vía a otra institución",
    opt=WORK | {"example": OFFER},
    request_max_body_size=MOST_OFFER,
    responses=answers(
        201, HandoffView, headers=("ETag", "Location"), takes=CHANGE, leads=[(ONE_HANDOFF, "/id")]
    ),
)
async def offer(
    request: RequestOf, reference: OneReference, track: OneTrack, data: JSONBody[OfferWanted]
) -> Response[bytes]:
    """Offer a track, for custody (`transfer`) or to share (`referral`), with the dossier sealed to the receiver's keys.
    `receivers` says to whom, to which keys, and gives the id. The caller holds the track until the offer is accepted.
    If-Match is the track's version.
    """
    expected_version(request)
    check_issued(request, data.handoff)
    dossier = dossier_of(data.dossier)

    def build(found: Found, known: Known, asked: Asked) -> CaseCommand:
        found.track(track)
        return Offer(
            by=asked.by,
            at=asked.at,
            known=known,
            seen=asked.seen,
            track=track,
            handoff=data.handoff,
            kind=data.kind,
            receiver=data.receiver,
            urgency=data.urgency,
            share=data.share,
            dossier=dossier,
            override=data.override,
        )

    async def keep(connection: asyncpg.Connection) -> None:
        if data.dossier is not None:
            await keep_dossier(connection, data.handoff, data.dossier.ciphertext)

    return await act(
        request,
        lambda connection: case_called(connection, caller_from(request).scope, reference),
        build,
        handoff_answer(request, data.handoff, 201),
        keep,
    )


@get(
    "/v1/handoffs/{handoff_id:str}",
    summary="Una derivación",
    opt=READ,
    responses=answers(
        200, HandoffView, headers=("ETag",), takes=Takes(known=True), leads=[(ONE_HANDOFF, "/id")]
    ),
)
async def get_handoff(request: RequestOf, handoff_id: OneId) -> Response[bytes]:
    """A handoff from or to the caller: where it stands, until when an answer is owed, what may be done next."""
    async with transaction(
        hub_of(request).ledger.database, caller_from(request), one_plan=True
    ) as connection:
        found = await found_case(connection, request, await case_with(connection, handoff_id))
    view = handoff_view(found.file, *found.handoff(handoff_id), found.procedure, found.desk)
    return tagged(request, view.version, view)


@post(
    "/v1/handoffs/{handoff_id:str}/withdraw",
    status_code=200,
    summary="Retirar una derivación",
    opt=WORK | {"example": WITHDRAW},
    responses=CHANGED,
)
async def withdraw(request: RequestOf, handoff_id: OneId, data: JSONBody[WithdrawWanted]) -> Response[bytes]:
    """Take an offer back that is not answered yet."""

    def build(found: Found, known: Known, asked: Asked) -> CaseCommand:
        found.handoff(handoff_id)
        return Withdraw(
            by=asked.by, at=asked.at, known=known, seen=asked.seen, handoff=handoff_id, code=data.code
        )

    return await act(
        request,
        lambda connection: case_with(connection, handoff_id),
        build,
        handoff_answer(request, handoff_id),
    )


@post(
    "/v1/handoffs/{handoff_id:str}/dossier",
    status_code=200,
    summary="Sellar de nuevo el expediente",
    opt=WORK | {"example": ATTACH},
    request_max_body_size=MOST_OFFER,
    responses=CHANGED,
)
async def attach(request: RequestOf, handoff_id: OneId, data: JSONBody[DossierWanted]) -> Response[bytes]:
    """Attach a dossier that was sealed anew: for the receiver that a redirection named, to keys in force after one was
    revoked, or with more in it. A handoff that waited for it is offered by this, and its time begins.
    """
    expected_version(request)
    dossier = dossier_of(data.dossier)

    def build(found: Found, known: Known, asked: Asked) -> CaseCommand:
        found.handoff(handoff_id)
        return Attach(
            by=asked.by,
            at=asked.at,
            known=known,
            seen=asked.seen,
            handoff=handoff_id,
            share=data.share,
            dossier=dossier,
            override=data.override,
        )

    async def keep(connection: asyncpg.Connection) -> None:
        if data.dossier is not None:
            await keep_dossier(connection, handoff_id, data.dossier.ciphertext)

    return await act(
        request,
        lambda connection: case_with(connection, handoff_id),
        build,
        handoff_answer(request, handoff_id),
        keep,
    )


ROUTES: list[BaseRouteHandler] = [offer, get_handoff, withdraw, attach]
