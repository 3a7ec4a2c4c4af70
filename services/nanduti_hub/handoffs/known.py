"""What a decision about a case, and whoever is shown one, looks up: its procedure, the directory, who has which keys.

Rule that stays true: what is given is what the transaction sees. It is read again whenever any entry of the directory
has another version, or there is another procedure, and kept in between, for each database by itself, in this process.
"""

from collections.abc import Mapping
from datetime import datetime
from weakref import WeakKeyDictionary

import asyncpg
import msgspec
from msgspec import Struct

from nanduti.directory import Department, Institution, Recipients
from nanduti.procedure import Procedure
from nanduti.recipients import active, can_receive
from nanduti_hub.directory.queries import entries
from nanduti_hub.handoffs.calendar import ZONE
from nanduti_hub.handoffs.commands import Known
from nanduti_hub.handoffs.procedure import in_force
from nanduti_hub.handoffs.references import fresh
from nanduti_hub.ledger.execute import Ledger
from nanduti_hub.ledger.gate import Gate
from nanduti_hub.ledger.statements import statement
from nanduti_hub.refusal import Refusal, Refused

SLICE = "nanduti_hub.handoffs"
#: References for the pairs of any one command, but for two cases that are joined.
ENOUGH = 40


class Directory(Struct, frozen=True):
    """The institutions and departments, who is on the hub, who has which keys, and all versions of the procedure, as of
    what `stamp` tells.
    """

    stamp: tuple[int, ...]
    institutions: Mapping[str, Institution]
    departments: Mapping[str, Department]
    recipients: Mapping[str, Recipients]
    procedures: Mapping[str, Procedure]
    on_hub: Mapping[str, bool]
    #: Fingerprints of the keys in force, of whoever can receive.
    keys: Mapping[str, frozenset[str]]


#: A process has one gate for each database.
_kept: WeakKeyDictionary[Gate, Directory] = WeakKeyDictionary()


async def known_for(
    connection: asyncpg.Connection,
    ledger: Ledger,
    procedure: str | None,
    at: datetime,
    references: int = ENOUGH,
) -> Known:
    """What a command on a case of this procedure looks up; None: on one that is opened at this moment.

    Raises:
        Refused: `procedure_missing`, none is in force yet.

    """
    directory = await directory_of(connection, ledger)
    if procedure is None:
        applies = in_force(directory.procedures.values(), at.astimezone(ZONE).date())
        if applies is None:
            raise Refused(Refusal("procedure_missing"))
    else:
        applies = directory.procedures[procedure]
    return Known(
        procedure=applies, institutions=directory.on_hub, keys=directory.keys, fresh=fresh(references)
    )


async def directory_of(connection: asyncpg.Connection, ledger: Ledger) -> Directory:
    """The directory as the transaction sees it."""
    kept = _kept.get(ledger.gate)
    stamp = tuple(await connection.fetchrow(statement(SLICE, "directory_stamp")))
    if kept is None or kept.stamp != stamp:
        institutions = {one.code: one for one in await entries(connection, Institution)}
        departments = {one.code: one for one in await entries(connection, Department)}
        bodies = await connection.fetch(statement(SLICE, "keys_of_all"))
        recipients = [msgspec.json.decode(found["body"], type=Recipients) for found in bodies]
        procedures = {one.version: one for one in await entries(connection, Procedure)}
        kept = _kept[ledger.gate] = Directory(
            stamp=stamp,
            institutions=institutions,
            departments=departments,
            recipients={one.institution: one for one in recipients},
            procedures=procedures,
            on_hub={code: one.on_hub for code, one in institutions.items()},
            keys={
                one.institution: frozenset(key.fingerprint for key in active(one))
                for one in recipients
                if can_receive(one)
            },
        )
    return kept
