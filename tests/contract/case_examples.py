"""The golden events of cases: synthetic ones, each with everything in it filled in. Private to the hub.

Their envelopes are as the hub writes them: a UUIDv7, milliseconds, and the hub's own trace where there is one.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from nanduti.cases import (
    CaseJoined,
    CaseOpened,
    CaseParted,
    Clock,
    ClockEscalated,
    ClockExtended,
    ClockReminded,
    ConsentRecorded,
    Document,
    Dossier,
    DossierAttached,
    Facts,
    FactsCorrected,
    GroupJoined,
    GroupOpened,
    HandoffAccepted,
    HandoffCompleted,
    HandoffDeclined,
    HandoffExpired,
    HandoffOffered,
    HandoffRedirected,
    HandoffWithdrawn,
    PrivateEvent,
    QuestionAnswered,
    QuestionAsked,
    ReferenceGiven,
    ResealingNeeded,
    Rung,
    StageAdvanced,
    TrackClosed,
    TrackMerged,
    TrackOpened,
    TrackParted,
    TrackReopened,
)
from nanduti.vocabulary import (
    AgeBand,
    Channel,
    Consent,
    Crime,
    DocumentKind,
    HandoffKind,
    Sex,
    Share,
    Urgency,
)
from nanduti.wire import Context

CASE = "5b7c1f0e-3f5a-4c1e-9a41-0c8f2a6d7e10"
OTHER_CASE = "e2a94d36-71b8-4f0d-8c25-94b1f3d6a7c8"
GROUP = "a4d0c7b2-9e63-4b7f-a1d8-3c5e7f902b46"
BUNDLE = "0f6d3a91-c8e4-4a25-b7f0-62d19c8e5b73"
HANDOFF = "c1b8f5d2-6e07-4d39-9f4a-8b2e0d7c6a15"
FOLLOWING = "7d3e9a60-25cb-4e81-b6f7-1a09d4c8e2f3"
REFERENCE = "K7M2-9QXP-4TRB-H3WC"
TRACK = "protection"
AT = datetime(2026, 11, 24, 12, 5, 17, 250_000, tzinfo=UTC)


def context(number: int, *, trace: str | None = None) -> Context:
    """The context of the private event of this number, from 0."""
    return Context(
        id=f"019afc00-0000-7000-8000-0000000001{number:02}",
        source="urn:nanduti:ejemplo-sintetico",
        time=f"2026-11-24T13:{number:02}:17.250Z",
        traceparent=trace,
    )


def clock(owes: str, hours: int, *, expires: bool = False) -> Clock:
    """A synthetic clock of so many hours: reminded at half and at four fifths, and then up the ladder if it stays."""
    due = AT + timedelta(hours=hours)
    return Clock(
        owes=owes,
        started=AT,
        due=due,
        expires=expires,
        by_law=False,
        reminders=(AT + timedelta(hours=hours / 2), AT + timedelta(hours=hours * 4 / 5)),
        rungs=()
        if expires
        else (
            Rung(level=1, at=due + timedelta(hours=24), tell=("inst_sintetica",)),
            Rung(level=2, at=due + timedelta(hours=72), tell=("inst_sintetica", "com_sintetica")),
        ),
    )


FACTS = Facts(
    crimes=(Crime.TRAFFICKING, Crime.FORCED_LABOR),
    age_band=AgeBand.FROM_14_TO_17,
    sex=Sex.FEMALE,
    department="PY-12",
    channel=Channel.LINE_147,
)
DOSSIER = Dossier(
    sha256="d0" * 32,
    size=131_072,
    recipients=("b2a9-8316-11ea-9711", "0a2d-4676-4765-d722"),
)
DOCUMENT = Document(kind=DocumentKind.OFICIO, number=417, year=2026, day=date(2026, 11, 25))


def private_events() -> Iterator[PrivateEvent]:
    """One event of each type that the hub keeps to itself."""
    yield CaseOpened(
        version=1,
        case=CASE,
        at=AT,
        facts=FACTS,
        procedure="2026-9",
        by="inst_sintetica",
        reference="3V8N-YD0E-Q5GZ-72SF",
        group=GROUP,
        synthetic=True,
    )
    yield FactsCorrected(
        version=2,
        case=CASE,
        at=AT,
        facts=Facts(
            crimes=(Crime.TRAFFICKING,),
            age_band=AgeBand.UNKNOWN,
            sex=Sex.UNKNOWN,
            department="PY-ASU",
            channel=Channel.LINE_147,
        ),
        by="inst_sintetica",
    )
    yield ReferenceGiven(
        version=3, case=CASE, at=AT, first="inst_otra", second="inst_sintetica", reference=REFERENCE
    )
    yield ConsentRecorded(version=4, case=CASE, at=AT, consent=Consent.GRANTED, by="inst_sintetica")
    yield CaseJoined(version=5, case=CASE, at=AT, into=OTHER_CASE, by="inst_sintetica")
    yield CaseParted(version=6, case=CASE, at=AT, into=OTHER_CASE, by="inst_sintetica")
    yield from _of_the_track()
    yield from _of_the_handoff()
    yield from _of_the_clocks()
    yield GroupOpened(version=1, group=GROUP, at=AT, by="inst_sintetica", cases=(CASE,))
    yield GroupJoined(version=2, group=GROUP, at=AT, cases=(OTHER_CASE,))


def _of_the_track() -> Iterator[PrivateEvent]:
    holds = clock("inst_sintetica", 72)
    yield TrackOpened(
        version=1, case=CASE, at=AT, track=TRACK, holder="inst_sintetica", stage="reception", clock=holds
    )
    yield StageAdvanced(version=2, case=CASE, at=AT, track=TRACK, stage="follow_up", clock=holds)
    yield TrackClosed(version=3, case=CASE, at=AT, track=TRACK, outcome="safe")
    yield TrackReopened(
        version=4, case=CASE, at=AT, track=TRACK, code="new_facts", stage="reception", clock=holds
    )
    yield TrackMerged(version=5, case=CASE, at=AT, track=TRACK, into=OTHER_CASE)
    yield TrackParted(version=6, case=CASE, at=AT, track=TRACK, clock=holds)


def _of_the_handoff() -> Iterator[PrivateEvent]:
    answers, seals = clock("inst_otra", 24, expires=True), clock("inst_sintetica", 24)
    yield HandoffOffered(
        version=7,
        case=CASE,
        at=AT,
        track=TRACK,
        handoff=HANDOFF,
        kind=HandoffKind.TRANSFER,
        sender="inst_sintetica",
        receiver="inst_otra",
        urgency=Urgency.URGENT,
        share=Share.PSEUDONYMOUS,
        clock=answers,
        dossier=DOSSIER,
        override="legal_duty",
        informed=("inst_tercera",),
        bundle=BUNDLE,
    )
    yield HandoffAccepted(
        version=8,
        case=CASE,
        at=AT,
        track=TRACK,
        handoff=HANDOFF,
        keeper="inst_sintetica",
        clock=clock("inst_sintetica", 72),
        document=DOCUMENT,
    )
    yield HandoffDeclined(
        version=9, case=CASE, at=AT, track=TRACK, handoff=HANDOFF, code="not_competent", document=DOCUMENT
    )
    yield HandoffRedirected(
        version=10,
        case=CASE,
        at=AT,
        track=TRACK,
        handoff=HANDOFF,
        to="inst_tercera",
        following=FOLLOWING,
        clock=seals,
        document=DOCUMENT,
    )
    yield HandoffWithdrawn(version=11, case=CASE, at=AT, track=TRACK, handoff=HANDOFF, code="error")
    yield HandoffExpired(version=12, case=CASE, at=AT, track=TRACK, handoff=HANDOFF)
    yield ResealingNeeded(version=13, case=CASE, at=AT, track=TRACK, handoff=HANDOFF, clock=seals)
    yield DossierAttached(
        version=14,
        case=CASE,
        at=AT,
        track=TRACK,
        handoff=FOLLOWING,
        share=Share.FULL,
        dossier=DOSSIER,
        override="legal_duty",
        informed=("inst_otra",),
        clock=clock("inst_tercera", 24, expires=True),
    )
    yield QuestionAsked(
        version=15,
        case=CASE,
        at=AT,
        track=TRACK,
        handoff=HANDOFF,
        number=1,
        by="inst_otra",
        question="person_located",
        clock=seals,
    )
    yield QuestionAnswered(
        version=16, case=CASE, at=AT, track=TRACK, handoff=HANDOFF, number=1, answer="not_known"
    )
    yield HandoffCompleted(version=17, case=CASE, at=AT, track=TRACK, handoff=HANDOFF, outcome="safe")


def _of_the_clocks() -> Iterator[PrivateEvent]:
    yield ClockReminded(version=18, case=CASE, at=AT, track=TRACK, number=2, handoff=HANDOFF, question=1)
    yield ClockEscalated(
        version=19,
        case=CASE,
        at=AT,
        track=TRACK,
        level=1,
        tell=("inst_sintetica", "com_sintetica"),
        handoff=HANDOFF,
        question=1,
    )
    yield ClockExtended(
        version=20,
        case=CASE,
        at=AT,
        track=TRACK,
        clock=clock("inst_sintetica", 30),
        outage=AT - timedelta(hours=6),
        handoff=HANDOFF,
        question=1,
    )
