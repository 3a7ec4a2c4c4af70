"""Synthetic events, as the hub would publish them."""

import uuid

from nanduti import subjects
from nanduti.actions import Action, ActionPlanned, ActionProgressReported
from nanduti.vocabulary import Axis
from nanduti.wire import Context, encode

PLAN = "00000000-0000-7000-8000-00000000beef"


def action_id(number: int) -> str:
    """The id of a synthetic action."""
    return str(uuid.UUID(int=number))


def action_event(number: int, version: int) -> tuple[str, bytes]:
    """Subject and bytes of an event of a synthetic action: planned first, then progress."""
    action = Action(
        id=action_id(number),
        code=f"ACC-2026-{number:04}",
        platform="conaeti",
        plan=PLAN,
        title=f"Acción sintética número {number}",
        description="Texto sintético. " * 20,
        axis=Axis.PREVENTION,
        lead="mtess",
        progress=version % 101,
    )
    kind = ActionPlanned if version == 1 else ActionProgressReported
    context = Context(
        id=str(uuid.UUID(int=number * 1_000_000 + version)),
        source="urn:sintetico",
        time="2026-11-24T12:00:00Z",
    )
    message = encode(kind(version=version, action=action), context)
    return message.subject, message.body


def envelope(kind: str, subject: str, data: str) -> tuple[str, bytes]:
    """Subject and bytes of an event of any type; `data` is JSON."""
    body = (
        f'{{"specversion":"1.0","id":"{uuid.UUID(int=1)}","source":"urn:sintetico","type":"{kind}",'
        f'"subject":"{subject}","time":"2026-11-24T12:00:00Z","data":{data}}}'
    )
    return subject, body.encode()


def notice(member: str) -> tuple[str, bytes]:
    """A synthetic notice to a member, of a later contract: this version cannot read it."""
    return envelope("nanduti.handoff.offered.v1", subjects.handoff(member, "offered"), '{"version":1}')
