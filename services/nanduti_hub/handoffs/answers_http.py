"""What the receiver of a handoff does, over HTTP: accept, decline, redirect, complete; and what both ask and answer.

For a receiver off the hub the sender records its paper, with its number and day. Rule that stays true: each answers
at the version of the handoff that was seen. Absent: deciding who may (`decide`).
"""

import uuid
from collections.abc import Callable
from typing import Annotated, Any

from litestar import Response, post
from litestar.handlers import BaseRouteHandler
from litestar.params import JSONBody, PathParameter

from nanduti_hub.access.policy import Act
from nanduti_hub.documented import CHANGE, answers
from nanduti_hub.handoffs.casework import Asked, Found, OneId, act, case_with, handoff_answer
from nanduti_hub.handoffs.commands import (
    Accept,
    Answer,
    Ask,
    CaseCommand,
    Complete,
    Decline,
    Known,
    Redirect,
)
from nanduti_hub.handoffs.examples import ACCEPT, ANSWER, COMPLETE, DECLINE, QUESTION, REDIRECT
from nanduti_hub.handoffs.requests import (
    AcceptWanted,
    AnswerWanted,
    CompleteWanted,
    DeclineWanted,
    QuestionWanted,
    RedirectWanted,
)
from nanduti_hub.handoffs.views import HandoffView
from nanduti_hub.serving import RequestOf

CHANGED = answers(
    200, HandoffView, headers=("ETag",), takes=CHANGE, leads=[("/v1/handoffs/{handoff_id}", "/id")]
)
WORK = {"act": Act.WORK_CASES}
Number = Annotated[int, PathParameter(ge=1, le=999, description="The number of a question.")]
ON_THE_HUB = AcceptWanted()


async def _answer(
    request: RequestOf, handoff_id: str, make: Callable[[dict[str, Any]], CaseCommand]
) -> Response[bytes]:
    """A command on a handoff of the caller's, at the version of the handoff that it saw."""

    def build(found: Found, known: Known, asked: Asked) -> CaseCommand:
        found.handoff(handoff_id)
        return make(
            {"by": asked.by, "at": asked.at, "known": known, "seen": asked.seen, "handoff": handoff_id}
        )

    return await act(
        request,
        lambda connection: case_with(connection, handoff_id),
        build,
        handoff_answer(request, handoff_id),
    )


@post(
    "/v1/handoffs/{handoff_id:str}/accept",
    status_code=200,
    summary="Aceptar una derivación",
    opt=WORK | {"example": ACCEPT},
    responses=CHANGED,
)
async def accept(
    request: RequestOf, handoff_id: OneId, data: JSONBody[AcceptWanted] = ON_THE_HUB
) -> Response[bytes]:
    """Take what was offered. Of a transfer the receiver is the holder from this moment, and its dossier can be
    fetched. For a receiver off the hub the sender records it, with `document`.
    """
    return await _answer(request, handoff_id, lambda asked: Accept(document=data.document, **asked))


@post(
    "/v1/handoffs/{handoff_id:str}/decline",
    status_code=200,
    summary="No aceptar una derivación",
    opt=WORK | {"example": DECLINE},
    responses=CHANGED,
)
async def decline(request: RequestOf, handoff_id: OneId, data: JSONBody[DeclineWanted]) -> Response[bytes]:
    """Say no, for a listed reason, where the procedure lets the receiver. The holder is still the holder."""
    return await _answer(
        request, handoff_id, lambda asked: Decline(code=data.code, document=data.document, **asked)
    )


@post(
    "/v1/handoffs/{handoff_id:str}/redirect",
    status_code=200,
    summary="Reencaminar una derivación",
    opt=WORK | {"example": REDIRECT},
    responses=CHANGED,
)
async def redirect(request: RequestOf, handoff_id: OneId, data: JSONBody[RedirectWanted]) -> Response[bytes]:
    """Name the institution that is right. The sender seals a dossier for it, which begins its time; until then the
    holder is the holder.
    """
    following = str(uuid.uuid4())
    return await _answer(
        request,
        handoff_id,
        lambda asked: Redirect(to=data.to, following=following, document=data.document, **asked),
    )


@post(
    "/v1/handoffs/{handoff_id:str}/questions",
    status_code=200,
    summary="Hacer una pregunta",
    opt=WORK | {"example": QUESTION},
    responses=CHANGED,
)
async def ask(request: RequestOf, handoff_id: OneId, data: JSONBody[QuestionWanted]) -> Response[bytes]:
    """Ask the other of the two a listed question."""
    return await _answer(request, handoff_id, lambda asked: Ask(question=data.question, **asked))


@post(
    "/v1/handoffs/{handoff_id:str}/questions/{number:int}/answer",
    status_code=200,
    summary="Responder una pregunta",
    opt=WORK | {"example": ANSWER},
    responses=CHANGED,
)
async def answer(
    request: RequestOf, handoff_id: OneId, number: Number, data: JSONBody[AnswerWanted]
) -> Response[bytes]:
    """Give a listed answer to a question of the other's."""
    return await _answer(
        request, handoff_id, lambda asked: Answer(number=number, answer=data.answer, **asked)
    )


@post(
    "/v1/handoffs/{handoff_id:str}/complete",
    status_code=200,
    summary="Informar el resultado de una derivación",
    opt=WORK | {"example": COMPLETE},
    responses=CHANGED,
)
async def complete(request: RequestOf, handoff_id: OneId, data: JSONBody[CompleteWanted]) -> Response[bytes]:
    """Say what came of an accepted handoff: its sender is told."""
    return await _answer(request, handoff_id, lambda asked: Complete(outcome=data.outcome, **asked))


ROUTES: list[BaseRouteHandler] = [accept, decline, redirect, ask, answer, complete]
