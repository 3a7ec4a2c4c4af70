"""The sealed dossier of a handoff over HTTP: fetched by its receiver once it has accepted, by its sender at any time.

Rules that stay true: what leaves here is ciphertext; each fetching is recorded. Absent: any key. It is opened on the
receiver's own machine (`nanduti open`).
"""

from litestar import Response, get
from litestar.handlers import BaseRouteHandler

from nanduti_hub.access.policy import Act
from nanduti_hub.documented import answers
from nanduti_hub.handoffs.casework import OneId, case_with, found_case
from nanduti_hub.handoffs.dossiers import dossier_of
from nanduti_hub.handoffs.links import may_fetch
from nanduti_hub.ledger.database import transaction
from nanduti_hub.refusal import Refusal, Refused
from nanduti_hub.serving import RequestOf, caller_from, hub_of, saved_as

SEALED = "application/octet-stream"


@get(
    "/v1/handoffs/{handoff_id:str}/dossier",
    summary="El expediente sellado de una derivación",
    opt={"act": Act.WORK_CASES},
    responses=answers(200, media_type=SEALED, headers=("Content-Disposition",)),
)
async def get_dossier(request: RequestOf, handoff_id: OneId) -> Response[bytes]:
    """The ciphertext, as it was sealed: for the receiver once it has accepted, for the sender its own, as long as it is
    kept. `nanduti open` opens it on the receiver's machine; the view of the handoff has its SHA-256.
    """
    async with transaction(
        hub_of(request).ledger.database, caller_from(request), one_plan=True
    ) as connection:
        found = await found_case(connection, request, await case_with(connection, handoff_id))
        _, handoff = found.handoff(handoff_id)
        if handoff.dossier is None:
            raise Refused(Refusal("dossier_none"))
        if not may_fetch(handoff, found.desk):
            raise Refused(Refusal("dossier_unreleased"))
        sealed = await dossier_of(connection, handoff_id)
    if sealed is None:
        raise Refused(Refusal("dossier_gone"))
    headers = saved_as(f"expediente-{handoff_id}.age") | {"Cache-Control": "no-store"}
    return Response(sealed, media_type=SEALED, headers=headers)


ROUTES: list[BaseRouteHandler] = [get_dossier]
