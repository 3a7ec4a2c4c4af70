"""The cases of one operation over HTTP: opened, offered and answered together, all of them or none.

Rules that stay true: each case keeps its own tracks, holders and references; a group is its opener's alone; what was
offered together is answered by its bundle, in whole or in part, each handoff at the version that was seen. Absent: any
link between the cases that a receiver could see, but that they came together.
"""

import uuid
from collections.abc import Callable, Sequence

import asyncpg
from litestar import Response, get, post
from litestar.handlers import BaseRouteHandler
from litestar.params import JSONBody

from nanduti.cases import Dossier
from nanduti.procedure import Procedure
from nanduti_hub.access.audit import touches
from nanduti_hub.access.policy import Act
from nanduti_hub.caller import Caller
from nanduti_hub.documented import CHANGE, MAKE, Takes, answers
from nanduti_hub.handoffs.casework import (
    HANDOFF_UNKNOWN,
    SLICE,
    VARY,
    Asked,
    Found,
    Make,
    OneId,
    case_called,
    check_issued,
    desk_of,
    seen_by,
    tagged,
)
from nanduti_hub.handoffs.commands import Accept, CaseCommand, Decline, Known, Offer
from nanduti_hub.handoffs.desk import Desk
from nanduti_hub.handoffs.dossiers import keep_dossier
from nanduti_hub.handoffs.examples import BUNDLE_ACCEPT, BUNDLE_DECLINE, GROUP, GROUP_OFFER
from nanduti_hub.handoffs.groups import (
    Grouped,
    Opening,
    bundle_of,
    enlarge_group,
    group_of,
    handle_all,
    open_group,
)
from nanduti_hub.handoffs.handling import Build
from nanduti_hub.handoffs.requests import (
    MOST_GROUP_OFFER,
    BundleAccept,
    BundleDecline,
    CaseWanted,
    GroupOfferWanted,
    GroupWanted,
    OfferOfCase,
    Seen,
)
from nanduti_hub.handoffs.showing import handoff_view
from nanduti_hub.handoffs.state import File, Group
from nanduti_hub.handoffs.uploads import dossier_of
from nanduti_hub.handoffs.views import Answered, GroupView, HandoffView, Link, Offered
from nanduti_hub.ledger.answers import Answer
from nanduti_hub.ledger.database import transaction
from nanduti_hub.ledger.statements import statement
from nanduti_hub.refusal import Refusal, Refused
from nanduti_hub.serving import RequestOf, caller_from, command, expected_version, hub_of, json_answer, tag_of

ONE_GROUP = "/v1/groups/{group_id}"
READ, WORK = {"act": Act.READ_CASES}, {"act": Act.WORK_CASES}


@post(
    "/v1/groups",
    summary="Abrir juntos los casos de un operativo",
    opt=WORK | {"example": GROUP},
    responses=answers(201, GroupView, headers=("ETag", "Location"), takes=MAKE, leads=[(ONE_GROUP, "/id")]),
)
async def post_group(request: RequestOf, data: JSONBody[GroupWanted]) -> Response[bytes]:
    """Open a group with its cases in one command: all of them, or none. The caller's institution holds their tracks."""
    caller = caller_from(request)
    ledger = hub_of(request).ledger

    async def work(connection: asyncpg.Connection) -> Answer:
        desk = await desk_of(connection, request, caller)
        grouped = await open_group(connection, ledger, _openings(data.cases), by=caller.scope, at=desk.at)
        return await _grouped(connection, request, desk, grouped, 201)

    return await command(request, caller, work, one_plan=True)


@get(
    "/v1/groups/{group_id:str}",
    summary="Un grupo de casos",
    opt=READ,
    responses=answers(200, GroupView, headers=("ETag",), takes=Takes(known=True), leads=[(ONE_GROUP, "/id")]),
)
async def get_group(request: RequestOf, group_id: OneId) -> Response[bytes]:
    """The cases of a group that the caller's institution opened, by its own references."""
    caller = caller_from(request)
    async with transaction(hub_of(request).ledger.database, caller, one_plan=True) as connection:
        desk = await desk_of(connection, request, caller)
        group = await _own_group(connection, caller, group_id)
        touches(request, group.id)
        view = await _view(connection, desk, group)
    return tagged(request, view.version, view)


@post(
    "/v1/groups/{group_id:str}/cases",
    status_code=200,
    summary="Agregar casos a un grupo",
    opt=WORK | {"example": GROUP},
    responses=answers(200, GroupView, headers=("ETag",), takes=CHANGE, leads=[(ONE_GROUP, "/id")]),
)
async def post_cases(request: RequestOf, group_id: OneId, data: JSONBody[GroupWanted]) -> Response[bytes]:
    """Open more cases of the same operation."""
    caller = caller_from(request)
    seen = expected_version(request)
    ledger = hub_of(request).ledger

    async def work(connection: asyncpg.Connection) -> Answer:
        desk = await desk_of(connection, request, caller)
        await _own_group(connection, caller, group_id)
        touches(request, group_id)
        grouped = await enlarge_group(
            connection, ledger, group_id, _openings(data.cases), by=caller.scope, at=desk.at, seen=seen
        )
        return await _grouped(connection, request, desk, grouped, 200)

    return await command(request, caller, work, one_plan=True)


@post(
    "/v1/groups/{group_id:str}/handoffs",
    summary="Derivar juntos casos de un grupo",
    opt=WORK | {"example": GROUP_OFFER},
    request_max_body_size=MOST_GROUP_OFFER,
    responses=answers(201, Offered, takes=MAKE, headers=("Location",)),
)
async def offer_group(
    request: RequestOf, group_id: OneId, data: JSONBody[GroupOfferWanted]
) -> Response[bytes]:
    """Offer a track of several cases of a group to one institution in one command: all of them, or none. Each is named
    by the caller's reference with the version of its track that was seen, and has a handoff and a dossier of its own.
    """
    caller = caller_from(request)
    ledger = hub_of(request).ledger
    for one in data.offers:
        check_issued(request, one.handoff)
    dossiers = [dossier_of(one.dossier) for one in data.offers]
    bundle = str(uuid.uuid4())

    async def work(connection: asyncpg.Connection) -> Answer:
        desk = await desk_of(connection, request, caller)
        group = await _own_group(connection, caller, group_id)
        procedures: dict[str, Procedure] = {}
        builds: dict[str, Build] = {}
        for one, dossier in zip(data.offers, dossiers, strict=True):
            case = await case_called(connection, caller.scope, one.reference)
            if case not in group.cases or case in builds:
                raise Refused(Refusal("case_unknown"))
            make = _offer_of(data, one, dossier, bundle)
            builds[case] = _build(request, desk, procedures, one.track_version, make)
        handled = await handle_all(connection, ledger, builds)
        for one in data.offers:
            if one.dossier is not None:
                await keep_dossier(connection, one.handoff, one.dossier.ciphertext)
        touches(request, group.id)
        files = {case: done.file for case, done in handled.items()}
        views = _views(files, [one.handoff for one in data.offers], procedures, desk)
        body = Offered(bundle=bundle, receiver=data.receiver, handoffs=views)
        return json_answer(201, body, {"Location": f"/v1/handoffs?bundle={bundle}", **VARY})

    return await command(request, caller, work, one_plan=True)


@post(
    "/v1/bundles/{bundle_id:str}/accept",
    status_code=200,
    summary="Aceptar juntas derivaciones que llegaron juntas",
    opt=WORK | {"example": BUNDLE_ACCEPT},
    responses=answers(200, Answered, takes=MAKE),
)
async def accept_bundle(
    request: RequestOf, bundle_id: OneId, data: JSONBody[BundleAccept]
) -> Response[bytes]:
    """Take handoffs of a bundle, each at the version that is named: all of them, or none."""
    return await _answer(
        request,
        bundle_id,
        data.handoffs,
        lambda handoff, known, asked: Accept(
            by=asked.by, at=asked.at, known=known, seen=asked.seen, handoff=handoff, document=data.document
        ),
    )


@post(
    "/v1/bundles/{bundle_id:str}/decline",
    status_code=200,
    summary="No aceptar derivaciones que llegaron juntas",
    opt=WORK | {"example": BUNDLE_DECLINE},
    responses=answers(200, Answered, takes=MAKE),
)
async def decline_bundle(
    request: RequestOf, bundle_id: OneId, data: JSONBody[BundleDecline]
) -> Response[bytes]:
    """Say no to handoffs of a bundle, for one listed reason: to all that are named, or to none."""
    return await _answer(
        request,
        bundle_id,
        data.handoffs,
        lambda handoff, known, asked: Decline(
            by=asked.by,
            at=asked.at,
            known=known,
            seen=asked.seen,
            handoff=handoff,
            code=data.code,
            document=data.document,
        ),
    )


async def _answer(
    request: RequestOf,
    bundle: str,
    answered: Sequence[Seen],
    make: Callable[[str, Known, Asked], CaseCommand],
) -> Response[bytes]:
    caller = caller_from(request)
    ledger = hub_of(request).ledger

    async def work(connection: asyncpg.Connection) -> Answer:
        desk = await desk_of(connection, request, caller)
        cases = await bundle_of(connection, bundle)
        procedures: dict[str, Procedure] = {}
        builds: dict[str, Build] = {}
        for one in answered:
            case = cases.get(one.handoff)
            if case is None or case in builds:
                raise Refused(HANDOFF_UNKNOWN)

            def of_one(found: Found, known: Known, asked: Asked, handoff: str = one.handoff) -> CaseCommand:
                found.handoff(handoff)
                return make(handoff, known, asked)

            builds[case] = _build(request, desk, procedures, one.version, of_one)
        handled = await handle_all(connection, ledger, builds)
        touches(request, bundle)
        files = {case: done.file for case, done in handled.items()}
        views = _views(files, [one.handoff for one in answered], procedures, desk)
        return json_answer(200, Answered(bundle=bundle, handoffs=views), VARY)

    return await command(request, caller, work, one_plan=True)


def _offer_of(data: GroupOfferWanted, one: OfferOfCase, dossier: Dossier | None, bundle: str) -> Make:
    """The offer of one case of a group."""

    def make(found: Found, known: Known, asked: Asked) -> CaseCommand:
        found.track(data.track)
        return Offer(
            by=asked.by,
            at=asked.at,
            known=known,
            seen=asked.seen,
            track=data.track,
            handoff=one.handoff,
            kind=data.kind,
            receiver=data.receiver,
            urgency=data.urgency,
            share=data.share,
            dossier=dossier,
            override=data.override,
            bundle=bundle,
        )

    return make


def _build(
    request: RequestOf,
    desk: Desk,
    procedures: dict[str, Procedure],
    seen: int,
    make: Make,
) -> Build:
    """A command on a case of which the caller saw a version; its procedure is noted for the answer."""

    def build(file: File | None, known: Known) -> CaseCommand:
        found = Found(seen_by(request, file), known.procedure, desk)
        procedures[known.procedure.version] = known.procedure
        return make(found, known, Asked(desk.scope, desk.at, seen))

    return build


def _views(
    files: dict[str, File], handoffs: Sequence[str], procedures: dict[str, Procedure], desk: Desk
) -> tuple[HandoffView, ...]:
    """Handoffs after a command on several cases, in the order in which they were named."""
    found = {
        handoff.id: handoff_view(file, track, handoff, procedures[file.case.procedure], desk)
        for file in files.values()
        for track in file.tracks.values()
        for handoff in track.handoffs
        if handoff.id in handoffs
    }
    return tuple(found[handoff] for handoff in handoffs)


def _openings(cases: Sequence[CaseWanted]) -> list[Opening]:
    return [
        Opening(facts=one.facts, tracks=one.tracks, consent=one.consent, synthetic=one.synthetic)
        for one in cases
    ]


async def _own_group(connection: asyncpg.Connection, caller: Caller, group_id: str) -> Group:
    group = await group_of(connection, group_id)
    if group.opened_by != caller.scope:
        raise Refused(Refusal("group_unknown"))
    return group


async def _grouped(
    connection: asyncpg.Connection, request: RequestOf, desk: Desk, grouped: Grouped, status: int
) -> Answer:
    view = await _view(connection, desk, grouped.group)
    touches(request, view.id)
    headers = {"ETag": tag_of(request, view.version), **VARY}
    if status == 201:
        headers["Location"] = f"/v1/groups/{view.id}"
    return json_answer(status, view, headers)


async def _view(connection: asyncpg.Connection, desk: Desk, group: Group) -> GroupView:
    rows = await connection.fetch(statement(SLICE, "references_of"), list(group.cases), desk.scope)
    called = {row["case_id"]: row["reference"] for row in rows}
    here = f"/v1/groups/{group.id}"
    links = (
        Link(command="add_cases", method="POST", href=f"{here}/cases", version=group.version),
        Link(command="offer", method="POST", href=f"{here}/handoffs"),
    )
    return GroupView(
        id=group.id,
        version=group.version,
        opened_at=group.opened_at,
        cases=tuple(called[case] for case in group.cases if case in called),
        can=links if desk.may_work else (),
    )


ROUTES: list[BaseRouteHandler] = [
    post_group,
    get_group,
    post_cases,
    offer_group,
    accept_bundle,
    decline_bundle,
]
