"""The golden notices: synthetic ones, each with everything in it filled in, all to one member about one case.

Their envelopes are as the hub writes them: a random id, a time cut to the minute, neither correlation nor trace.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

from case_examples import BUNDLE, HANDOFF, REFERENCE

from nanduti.flow import FlowCell, FlowCounted
from nanduti.handoffs import (
    AcceptedNotice,
    AnsweredNotice,
    AskedNotice,
    CompletedNotice,
    ConsentWithdrawnNotice,
    DeclinedNotice,
    DossierAttachedNotice,
    EscalatedNotice,
    ExpiredNotice,
    ExtendedNotice,
    InformedNotice,
    MergedNotice,
    Notice,
    OfferedNotice,
    PartedNotice,
    RedirectedNotice,
    RemindedNotice,
    ReopenedNotice,
    ResealingNotice,
    Sealed,
    WithdrawnNotice,
)
from nanduti.vocabulary import HandoffKind, Share, Urgency
from nanduti.wire import Context

MEMBER = "inst_otra"
SENDER = "inst_sintetica"
INTO = "P4XA-0HJ9-W6ME-1TKB"
DUE = datetime(2026, 11, 25, 12, 5, tzinfo=UTC)
SEALED = Sealed(sha256="d0" * 32, size=131_072)


def context(number: int) -> Context:
    """The context of the notice of this number, from 0: the id is one that chance could have made."""
    return Context(
        id=f"9d4f2b7a-{number:04x}-4{number:03x}-8c31-5e0a7d9b16f2",
        source="urn:nanduti:ejemplo-sintetico",
        time=f"2026-11-24T14:{number:02}:00Z",
    )


def notices() -> Iterator[Notice]:
    """One notice of each type; their versions go on, as they do for one member and one reference."""
    for version, (kind, told) in enumerate(_notices(), 1):
        common: dict[str, Any] = {
            "version": version,
            "member": MEMBER,
            "reference": REFERENCE,
            "track": "protection",
        }
        yield kind(**common, **told)


def _notices() -> Iterator[tuple[type[Notice], dict[str, Any]]]:
    """What each says beside what all of them say."""
    of_handoff: dict[str, Any] = {"handoff": HANDOFF}
    yield (
        OfferedNotice,
        of_handoff
        | {
            "kind": HandoffKind.TRANSFER,
            "sender": SENDER,
            "receiver": MEMBER,
            "urgency": Urgency.URGENT,
            "share": Share.PSEUDONYMOUS,
            "answer_by": DUE,
            "dossier": SEALED,
            "bundle": BUNDLE,
        },
    )
    yield InformedNotice, {"sender": SENDER, "receiver": "inst_tercera"}
    yield AcceptedNotice, of_handoff | {"on_paper": True}
    yield DeclinedNotice, of_handoff | {"code": "not_competent", "on_paper": True}
    yield RedirectedNotice, of_handoff | {"to": "inst_tercera"}
    yield ResealingNotice, of_handoff | {"receiver": "inst_tercera", "reseal_by": DUE}
    yield DossierAttachedNotice, of_handoff | {"share": Share.FULL, "dossier": SEALED, "answer_by": DUE}
    yield WithdrawnNotice, of_handoff | {"code": "error"}
    yield ExpiredNotice, of_handoff
    yield AskedNotice, of_handoff | {"number": 1, "by": MEMBER, "question": "person_located"}
    yield AnsweredNotice, of_handoff | {"number": 1, "answer": "not_known"}
    yield CompletedNotice, of_handoff | {"outcome": "safe"}
    yield ReopenedNotice, {"code": "new_facts"}
    yield RemindedNotice, of_handoff | {"due": DUE, "question": 1}
    yield EscalatedNotice, of_handoff | {"late": SENDER, "due": DUE, "level": 2, "question": 1}
    yield ExtendedNotice, of_handoff | {"due": DUE, "question": 1}
    yield ConsentWithdrawnNotice, {}
    yield MergedNotice, {"into": INTO}
    yield PartedNotice, {"no_longer": INTO}


FLOW = FlowCounted(
    version=1,
    platform="com_sintetica",
    week=date(2026, 11, 16),
    cells=(
        FlowCell(measure="offered", count=41),
        FlowCell(measure="offered", track="protection", count=23),
        FlowCell(measure="offered", department="PY-12", count=12),
        FlowCell(measure="offered", track="protection", department="PY-12"),
        FlowCell(measure="declined"),
    ),
)
