"""Sealed dossiers: kept as they came, given out as they are, and deleted.

Rule that stays true: nobody here can open one. A handoff that comes to nothing, or is to be sealed anew, loses its
dossier with the very command (the database's trigger on `handoff`); one that ended well some days later. Absent:
whether bytes look sealed at all (`sealed_form`), which the API asks before it decides anything.
"""

from datetime import datetime

import asyncpg

from nanduti_hub.ledger.statements import statement

SLICE = "nanduti_hub.handoffs"


async def keep_dossier(connection: asyncpg.Connection, handoff: str, ciphertext: bytes) -> None:
    """Keep what was sealed for a handoff, in the transaction of the command that says so, after it was handled.

    Raises:
        ValueError: the handoff's dossier is another one, by its SHA-256.

    """
    if not await connection.fetchval(statement(SLICE, "keep_dossier"), handoff, ciphertext):
        raise ValueError("the handoff tells of another dossier")


async def dossier_of(connection: asyncpg.Connection, handoff: str) -> bytes | None:
    """The sealed bytes, to the sender, and to the receiver that has taken the handoff; None where there are none."""
    ciphertext: bytes | None = await connection.fetchval(statement(SLICE, "dossier_of"), handoff)
    return ciphertext


async def delete_dossiers(connection: asyncpg.Connection, at: datetime) -> int:
    """Delete those whose time after the end has passed, as each case's procedure says; answers how many. The worker's.

    A handoff has ended when it is completed; a transfer at the latest when its track is closed or merged.
    """
    done = await connection.execute(statement(SLICE, "delete_dossiers"), at)
    return int(done.rpartition(" ")[2])


async def dossiers_lost(connection: asyncpg.Connection) -> list[str]:
    """Handoffs that wait or were taken, and whose dossier is not here: after a restore their senders seal anew. The
    worker's.
    """
    rows = await connection.fetch(statement(SLICE, "dossiers_lost"))
    return [row["id"] for row in rows]
