"""Desks of institutions, at work on synthetic cases in a real database, each through its own officer's transactions."""

import hashlib
import uuid
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import asyncpg

from nanduti import wire
from nanduti.cases import Dossier, Facts
from nanduti.directory import Recipient, Recipients, RecipientsChanged
from nanduti.public_keys import fingerprint
from nanduti.vocabulary import (
    AgeBand,
    Channel,
    Consent,
    Crime,
    HandoffKind,
    RecipientKind,
    Sex,
    Share,
    Urgency,
)
from nanduti_hub.caller import WORKER, Caller, Role
from nanduti_hub.directory.project import RECIPIENTS
from nanduti_hub.handoffs.commands import CaseCommand, Known, Offer, OpenCase, Tick
from nanduti_hub.handoffs.handling import Handled, handle
from nanduti_hub.handoffs.state import File
from nanduti_hub.hub import DECIDERS, found_directory
from nanduti_hub.ledger.append import append
from nanduti_hub.ledger.database import transaction
from nanduti_hub.ledger.execute import Ledger, fold, run
from nanduti_hub.ledger.rebuilding import check

CHILD = Facts(
    crimes=(Crime.TRAFFICKING,),
    age_band=AgeBand.FROM_14_TO_17,
    sex=Sex.FEMALE,
    department="PY-7",
    channel=Channel.LINE_147,
)
#: When the first thing happens, unless said: a Monday morning in Asunción.
MONDAY = datetime(2026, 11, 23, 13, 5, 17, tzinfo=UTC)
#: Public keys of no private key that anybody has.
_KEYS = "age1{:q>58}"


def officer(institution: str, role: Role = Role.CASE_OFFICER) -> Caller:
    """An officer of an institution, calling."""
    return Caller(
        name=f"test:{institution}", role=role, scope=institution, id=f"token:{institution.replace('_', '-')}"
    )


def keys_of(institution: str) -> tuple[str, ...]:
    """The fingerprints of an institution's synthetic keys."""
    return tuple(sorted(fingerprint(key) for key in _public_keys(institution)))


def _public_keys(institution: str) -> tuple[str, str]:
    letters = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
    digest = hashlib.sha256(institution.encode()).digest()
    body = "".join(letters[byte & 31] for byte in (digest * 2)[:57])
    return f"age1{body}q", f"age1{body}p"


async def give_keys(ledger: Ledger, *institutions: str) -> None:
    """Let institutions have a key of an officer and one for recovery, entered by the hub itself."""
    writes, states = [], []
    for institution in institutions:
        officers, recovery = _public_keys(institution)
        keys = tuple(
            Recipient(
                public_key=key, fingerprint=fingerprint(key), label=label, number=1, since=date(2026, 11, 1)
            )
            for key, label in ((officers, RecipientKind.OFFICER), (recovery, RecipientKind.RECOVERY))
        )
        event = RecipientsChanged(version=1, recipients=Recipients(institution=institution, recipients=keys))
        write, state = fold(ledger, RECIPIENTS, f"recipients:{institution}", 0, None, [event])
        writes.append(write)
        states.append((state, 1))

    async def work(connection: asyncpg.Connection) -> None:
        await RECIPIENTS.project(connection, states)
        await append(connection, ledger.gate, writes)

    await run(ledger, WORKER, work)


def sealed(ciphertext: bytes, receiver: str) -> Dossier:
    """What is known of a synthetic dossier from outside."""
    return Dossier(sha256=hashlib.sha256(ciphertext).hexdigest(), size=4096, recipients=keys_of(receiver))


class Desk:
    """An institution's desk: its commands go through its own officer's transactions."""

    def __init__(self, ledger: Ledger, institution: str) -> None:
        self.ledger = ledger
        self.code = institution
        self.caller = officer(institution)

    async def do(
        self, case: str, command: type[CaseCommand], at: datetime = MONDAY, /, **said: Any
    ) -> Handled:
        """Carry a command out on a case."""

        def build(_file: File | None, known: Known) -> CaseCommand:
            return command(by=self.code, at=at, known=known, **said)

        return await self.through(lambda c: handle(c, self.ledger, case, build))

    async def through(self, work: Callable[[asyncpg.Connection], Any]) -> Any:
        """Do something in a transaction of this desk's."""
        return await run(self.ledger, self.caller, work)

    async def open(
        self,
        *tracks: str,
        at: datetime = MONDAY,
        facts: Facts = CHILD,
        consent: Consent = Consent.GRANTED,
    ) -> str:
        """Open a synthetic case; its internal id."""
        case = str(uuid.uuid4())
        await self.do(
            case, OpenCase, at, case=case, facts=facts, tracks=tracks or ("protection",), consent=consent,
            synthetic=True,
        )  # fmt: skip
        return case

    async def offer(
        self,
        case: str,
        receiver: str,
        at: datetime = MONDAY,
        track: str = "protection",
        kind: HandoffKind = HandoffKind.TRANSFER,
        ciphertext: bytes | None = None,
        **said: Any,
    ) -> str:
        """Offer a track; the handoff's id. With a ciphertext all of it is shared."""
        handoff = str(uuid.uuid4())
        await self.do(
            case,
            Offer,
            at,
            track=track,
            handoff=handoff,
            kind=kind,
            receiver=receiver,
            urgency=Urgency.ORDINARY,
            share=Share.NONE if ciphertext is None else Share.FULL,
            dossier=None if ciphertext is None else sealed(ciphertext, receiver),
            **said,
        )
        return handoff


async def written(ledger: Ledger) -> list[asyncpg.Record]:
    """Everything in the ledger, numbered or not, in the order in which it was written."""
    async with transaction(ledger.database, WORKER) as connection:
        return list(
            await connection.fetch(
                "SELECT * FROM (SELECT seq, 0 AS pos, stream, version, type, subject, audience, body FROM event"
                " UNION ALL SELECT NULL, pos, stream, version, type, subject, audience, body FROM pending)"
                " AS written ORDER BY seq NULLS LAST, pos"
            )
        )


async def feed(ledger: Ledger, member: str) -> list[Any]:
    """What a member is told, in its order."""
    rows = [row for row in await written(ledger) if row["audience"] == member]
    return [wire.decode(row["body"])[1] for row in rows]


async def founded(ledger: Ledger) -> Ledger:
    """A ledger with the starting directory, and keys for whoever is sealed to."""
    await found_directory(ledger)
    await give_keys(ledger, "minna", "mdp", "mp", "mtess", "csj")
    return ledger


async def differences(ledger: Ledger) -> list[str]:
    """What `rebuild --check` finds."""
    async with transaction(ledger.database, WORKER, snapshot=True) as connection:
        return await check(connection, DECIDERS)


async def tick(ledger: Ledger, case: str, at: datetime) -> None:
    """Let time pass for a case."""

    def build(_file: File | None, known: Known) -> CaseCommand:
        return Tick(by="hub", at=at, known=known)

    await run(ledger, WORKER, lambda c: handle(c, ledger, case, build))


def kinds(notices: list[Any]) -> list[type[Any]]:
    """What the notices are."""
    return [type(notice) for notice in notices]
