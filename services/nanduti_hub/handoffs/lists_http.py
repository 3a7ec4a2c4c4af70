"""The lists of cases over HTTP, by pages: the caller's cases, what it has sent and received, and what waits for it.

The handoffs that were sent say where each case is now: the state of the offer, who holds the track, its outcome.
Absent: the same as files (`export_http`).
"""

from collections.abc import Callable
from typing import Annotated

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency, Provide
from litestar.handlers import BaseRouteHandler
from litestar.params import FromQuery, QueryParameter

from nanduti.vocabulary import Crime, HandoffKind, HandoffState
from nanduti_hub.access.policy import Act
from nanduti_hub.documented import PageOf, answers
from nanduti_hub.handoffs.casework import VARY, desk_of
from nanduti_hub.handoffs.clocks import WaitingKind
from nanduti_hub.handoffs.desk import Desk
from nanduti_hub.handoffs.queries import (
    CaseFilters,
    CaseRole,
    HandoffFilters,
    HandoffRole,
    InboxFilters,
    Page,
    PageOfList,
    cases_page,
    handoffs_page,
    inbox_page,
)
from nanduti_hub.handoffs.state import Standing
from nanduti_hub.handoffs.views import CaseItem, HandoffItem, InboxItem
from nanduti_hub.ledger.database import transaction
from nanduti_hub.serving import Limit, RequestOf, caller_from, hub_of, next_link

READ = {"act": Act.READ_CASES}
_REFERENCE = r"[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){3}"
_ID = r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
_TRACK = r"[a-z][a-z0-9_]{1,39}"
InTrack = Annotated[str | None, QueryParameter(pattern=rf"^{_TRACK}\Z", description="A track's code.")]
InDepartment = Annotated[str | None, QueryParameter(pattern=r"^PY-(ASU|[0-9]{1,2})\Z")]
OfInstitution = Annotated[
    str | None, QueryParameter(pattern=r"^[a-z0-9_]{2,16}\Z", description="The other of the two.")
]
OfBundle = Annotated[
    str | None, QueryParameter(pattern=rf"^{_ID}\Z", description="What was offered in one command.")
]
OfCase = Annotated[
    str | None, QueryParameter(pattern=rf"^{_REFERENCE}\Z", description="A reference of the caller's.")
]
InState = Annotated[HandoffState | None, QueryParameter(name="state")]
CasesCursor = Annotated[str | None, QueryParameter(pattern=rf"^[0-9]{{1,17}}\.{_REFERENCE}\.{_TRACK}\Z")]
HandoffsCursor = Annotated[str | None, QueryParameter(pattern=rf"^[0-9]{{1,17}}\.{_ID}\Z")]
InboxCursor = Annotated[
    str | None, QueryParameter(pattern=rf"^[0-9]{{0,17}}\.{_REFERENCE}\.{_TRACK}\.[0-9]{{1,6}}\Z")
]


def cases_from(
    standing: FromQuery[Standing | None] = None,
    track: InTrack = None,
    role: FromQuery[CaseRole | None] = None,
    crime: FromQuery[Crime | None] = None,
    department: InDepartment = None,
) -> CaseFilters:
    """The filters of the list of cases, from its query."""
    return CaseFilters(standing=standing, track=track, role=role, crime=crime, department=department)


def handoffs_from(
    role: FromQuery[HandoffRole | None] = None,
    stands: InState = None,
    track: InTrack = None,
    kind: FromQuery[HandoffKind | None] = None,
    institution: OfInstitution = None,
    bundle: OfBundle = None,
    reference: OfCase = None,
    overdue: FromQuery[bool | None] = None,
) -> HandoffFilters:
    """The filters of the list of handoffs, from its query."""
    return HandoffFilters(
        role=role,
        state=stands,
        track=track,
        kind=kind,
        institution=institution,
        bundle=bundle,
        reference=reference,
        overdue=overdue,
    )


def inbox_from(
    kind: FromQuery[WaitingKind | None] = None,
    track: InTrack = None,
    overdue: FromQuery[bool | None] = None,
) -> InboxFilters:
    """The filters of the inbox, from its query."""
    return InboxFilters(kind=kind, track=track, overdue=overdue)


OF_CASES = {"filters": Provide(cases_from, sync_to_thread=False)}
OF_HANDOFFS = {"filters": Provide(handoffs_from, sync_to_thread=False)}
OF_INBOX = {"filters": Provide(inbox_from, sync_to_thread=False)}


def of_cases(desk: Desk, filters: CaseFilters) -> PageOfList:
    """The pages of the list of cases."""
    return lambda connection, cursor, most: cases_page(connection, desk, filters, cursor, most)


def of_handoffs(desk: Desk, filters: HandoffFilters) -> PageOfList:
    """The pages of the list of handoffs."""
    return lambda connection, cursor, most: handoffs_page(connection, desk, filters, cursor, most)


def of_inbox(desk: Desk, filters: InboxFilters) -> PageOfList:
    """The pages of the inbox."""
    return lambda connection, cursor, most: inbox_page(connection, desk, filters, cursor, most)


async def _listed(
    request: RequestOf, page: Callable[[Desk], PageOfList], cursor: str | None, limit: int
) -> Response[bytes]:
    caller = caller_from(request)
    async with transaction(hub_of(request).ledger.database, caller) as connection:
        desk = await desk_of(connection, request, caller)
        found: Page = await page(desk)(connection, cursor, limit)
    body = {"items": [item for item, _ in found.items], "next": found.following}
    headers = {**VARY, **next_link(request, found.following)}
    return Response(msgspec.json.encode(body), media_type="application/json", headers=headers)


@get(
    "/v1/cases",
    dependencies=OF_CASES,
    summary="Los casos de la institución, por páginas",
    opt=READ,
    responses=answers(
        200, PageOf[CaseItem], headers=("Link",), leads=[("/v1/cases/{reference}", "/items/0/reference")]
    ),
)
async def list_cases(
    request: RequestOf, filters: NamedDependency[CaseFilters], cursor: CasesCursor = None, limit: Limit = 50
) -> Response[bytes]:
    """The tracks of cases in which the caller's institution has a part, the latest first: by when the track was
    opened.
    """
    return await _listed(request, lambda desk: of_cases(desk, filters), cursor, limit)


@get(
    "/v1/handoffs",
    dependencies=OF_HANDOFFS,
    summary="Derivaciones enviadas y recibidas, por páginas",
    opt=READ,
    responses=answers(
        200, PageOf[HandoffItem], headers=("Link",), leads=[("/v1/handoffs/{handoff_id}", "/items/0/id")]
    ),
)
async def list_handoffs(
    request: RequestOf,
    filters: NamedDependency[HandoffFilters],
    cursor: HandoffsCursor = None,
    limit: Limit = 50,
) -> Response[bytes]:
    """What was sent and received, the latest first. With `role=sent`, where each case is: how its handoff stands, who
    holds the track now, and what came of it.
    """
    return await _listed(request, lambda desk: of_handoffs(desk, filters), cursor, limit)


@get(
    "/v1/inbox",
    dependencies=OF_INBOX,
    summary="Qué espera a la institución, por páginas",
    opt=READ,
    responses=answers(200, PageOf[InboxItem], headers=("Link",)),
)
async def list_inbox(
    request: RequestOf, filters: NamedDependency[InboxFilters], cursor: InboxCursor = None, limit: Limit = 50
) -> Response[bytes]:
    """All that waits for the caller's institution, what is due first; what has no time comes last."""
    return await _listed(request, lambda desk: of_inbox(desk, filters), cursor, limit)


ROUTES: list[BaseRouteHandler] = [list_cases, list_handoffs, list_inbox]
