"""What else the sentinel sees to: dossiers that nobody can open any more, dossiers that are kept no longer, and the
week's counts.

Rules that stay true: each is found by a question to the database and not by having been told, so that whoever dies
loses nothing; each may be done twice and is done once.
"""

import functools
from datetime import datetime, timedelta

import asyncpg
import structlog

from nanduti_hub.caller import WORKER
from nanduti_hub.handoffs import dossiers
from nanduti_hub.handoffs.commands import CaseCommand, Known, NoticeRevokedKeys
from nanduti_hub.handoffs.handling import handle
from nanduti_hub.handoffs.state import File
from nanduti_hub.ledger.database import transaction
from nanduti_hub.ledger.execute import Ledger, run
from nanduti_hub.ledger.statements import statement
from nanduti_hub.sentinel.firing import HUB, attempt
from nanduti_hub.sentinel.setbacks import Setbacks
from nanduti_hub.sentinel.watch import Chore
from nanduti_hub.statistics.freezing import freeze_due

#: How long it can be that an offer is sealed to a key that was revoked while it was on its way.
ON_ITS_WAY = timedelta(minutes=3)
#: How often the waiting dossiers are compared with the keys although none has been changed.
COMPARED_EVERY = timedelta(minutes=10)

#: Cases that are told of revoked keys in one look.
MOST_TOLD = 2_000

log = structlog.get_logger(__name__)


def chores() -> tuple[Chore, ...]:
    """All of them, for one sentinel."""
    return (
        Chore("revoked_keys", timedelta(seconds=10), Resealing().look),
        Chore("old_dossiers", timedelta(minutes=10), delete_dossiers),
        Chore("weekly_counts", timedelta(minutes=10), freeze_week),
    )


class Resealing:
    """When the waiting dossiers were last compared with the keys, and at which change of these."""

    def __init__(self) -> None:
        self._changes = -1
        self._changed: datetime | None = None
        self._compared: datetime | None = None

    async def look(self, ledger: Ledger, at: datetime, setbacks: Setbacks) -> None:
        """Have dossiers sealed anew whose keys have all been revoked; at once after a change, else now and then."""
        async with transaction(ledger.database, WORKER) as connection:
            changes = await connection.fetchval(statement("nanduti_hub.sentinel", "key_changes"))
        if changes != self._changes:
            self._changed = at
        if (
            (self._changed is not None and at - self._changed <= ON_ITS_WAY)
            or self._compared is None
            or at - self._compared >= COMPARED_EVERY
        ):
            await notice_revoked(ledger, at, setbacks)
            self._compared = at
        # Only now: where it failed, it is done again.
        self._changes = changes


async def notice_revoked(ledger: Ledger, at: datetime, setbacks: Setbacks) -> int:
    """Tell the cases whose waiting dossier no key in force opens; answers how many were told."""
    async with transaction(ledger.database, WORKER) as connection:
        found = await connection.fetch(statement("nanduti_hub.sentinel", "unopenable"), MOST_TOLD)
    told = 0
    alone = set(setbacks.left_alone(at))
    for row in found:
        if row["case_id"] not in alone:
            work = functools.partial(_notice, ledger, row["case_id"], row["receiver"], at)
            told += await attempt(setbacks, row["case_id"], at, work)
    return told


async def _notice(ledger: Ledger, case: str, institution: str, at: datetime) -> bool:
    def build(_file: File | None, known: Known) -> CaseCommand:
        return NoticeRevokedKeys(by=HUB, at=at, known=known, institution=institution)

    async def work(connection: asyncpg.Connection) -> bool:
        await handle(connection, ledger, case, build)
        return True

    return await run(ledger, WORKER, work)


async def delete_dossiers(ledger: Ledger, at: datetime, _setbacks: Setbacks) -> None:
    """Delete the ciphertext that is kept no longer."""
    async with transaction(ledger.database, WORKER) as connection:
        deleted = await dossiers.delete_dossiers(connection, at)
    if deleted:
        log.info("dossiers_deleted", count=deleted)


async def freeze_week(ledger: Ledger, at: datetime, _setbacks: Setbacks) -> None:
    """Count the weeks that have ended."""
    await freeze_due(ledger, at)
