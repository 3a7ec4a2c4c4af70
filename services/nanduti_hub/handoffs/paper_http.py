"""What is printed of a handoff, over HTTP: the oficio for an institution off the hub, and constancias.

Printing is heavy, so it happens in a process of its own. Absent: what the sheets say (`printing`) and their look
(`paper`).
"""

from litestar import Response, get
from litestar.handlers import BaseRouteHandler
from litestar.params import FromQuery
from msgspec.structs import replace

from nanduti_hub.access.policy import Act
from nanduti_hub.documented import answers
from nanduti_hub.handoffs.casework import Found, OneId, case_with, found_case
from nanduti_hub.handoffs.paper.forms import Proven
from nanduti_hub.handoffs.paper.print import constancia_pdf, oficio_pdf
from nanduti_hub.handoffs.past import file_then
from nanduti_hub.handoffs.printing import STEPS, constancia, oficio, reached
from nanduti_hub.handoffs.state import Handoff, Track
from nanduti_hub.ledger.database import transaction
from nanduti_hub.offload import offload
from nanduti_hub.refusal import Refusal, Refused
from nanduti_hub.serving import RequestOf, caller_from, hub_of, saved_as

PDF = "application/pdf"
PRINTED = answers(200, media_type=PDF, headers=("Content-Disposition",))
READ = {"act": Act.READ_CASES}


async def _found(
    request: RequestOf, handoff_id: str, proves: Proven | None
) -> tuple[Found, Track, Handoff, Proven]:
    """A handoff as it stood at a step, the last one that it has come to where none is named; sheets are in Spanish.

    Raises:
        Refused: `constancia_unready`, it has not come to that step.

    """
    async with transaction(
        hub_of(request).ledger.database, caller_from(request), one_plan=True
    ) as connection:
        now = await found_case(connection, request, await case_with(connection, handoff_id))
        track, handoff = now.handoff(handoff_id)
        step = proves or reached(handoff)
        file = await file_then(connection, now.file.case.id, track.track, handoff_id, STEPS[step])
    if file is None:
        raise Refused(Refusal("constancia_unready"))
    found = Found(file, now.procedure, replace(now.desk, is_english=False))
    return (found, *found.handoff(handoff_id), step)


def _installation(request: RequestOf) -> str:
    return hub_of(request).ledger.source.removeprefix("urn:nanduti:")


@get(
    "/v1/handoffs/{handoff_id:str}/oficio.pdf",
    summary="El oficio para una institución que no está en el centro",
    opt=READ,
    responses=PRINTED,
)
async def get_oficio(request: RequestOf, handoff_id: OneId) -> Response[bytes]:
    """The oficio that asks an institution off the hub for an answer on paper, with the reference and a check code."""
    found, track, handoff, _ = await _found(request, handoff_id, Proven.OFFER)
    form = oficio(found.file, track, handoff, found.procedure, found.desk, _installation(request))
    return Response(
        await offload(oficio_pdf, form), media_type=PDF, headers=saved_as(f"oficio-{form.reference}.pdf")
    )


@get(
    "/v1/handoffs/{handoff_id:str}/constancia.pdf",
    summary="La constancia de una derivación",
    opt=READ,
    responses=PRINTED,
)
async def get_constancia(
    request: RequestOf, handoff_id: OneId, proves: FromQuery[Proven | None] = None
) -> Response[bytes]:
    """A sheet that proves that a handoff was offered, accepted, or had its outcome: the last step that it has come to,
    or the one that is asked for.
    """
    found, track, handoff, wanted = await _found(request, handoff_id, proves)
    form = constancia(found.file, track, handoff, found.procedure, found.desk, _installation(request), wanted)
    return Response(
        await offload(constancia_pdf, form),
        media_type=PDF,
        headers=saved_as(f"constancia-{wanted}-{form.reference}.pdf"),
    )


ROUTES: list[BaseRouteHandler] = [get_oficio, get_constancia]
