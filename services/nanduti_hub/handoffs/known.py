"""What a decision about a case looks up: its procedure, who is on the hub, who has which keys.

Rule that stays true: what is given is what the transaction sees. A procedure never changes once it is there, so it is
read once; the directory is read again whenever any of its entries has another version. Both are kept for each
database by itself, in this process.
"""

from collections.abc import Mapping
from datetime import date, datetime
from weakref import WeakKeyDictionary

import asyncpg
import msgspec
from msgspec import Struct

from nanduti.directory import Recipients
from nanduti.procedure import Procedure
from nanduti.recipients import active, can_receive
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


class _Directory(Struct, frozen=True):
    """Who is on the hub and who has which keys, as of the versions in `stamp`."""

    stamp: tuple[int, ...]
    institutions: Mapping[str, bool]
    keys: Mapping[str, frozenset[str]]


class _Kept(Struct):
    procedures: dict[str, Procedure]
    directory: _Directory | None = None


#: A process has one gate for each database.
_kept: WeakKeyDictionary[Gate, _Kept] = WeakKeyDictionary()


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
    kept = _kept.setdefault(ledger.gate, _Kept({}))
    directory = await _directory(connection, kept)
    return Known(
        procedure=await _procedure(connection, kept, procedure, at.astimezone(ZONE).date()),
        institutions=directory.institutions,
        keys=directory.keys,
        fresh=fresh(references),
    )


async def _procedure(
    connection: asyncpg.Connection, kept: _Kept, version: str | None, day: date
) -> Procedure:
    if version is not None and version in kept.procedures:
        return kept.procedures[version]
    if version is not None:
        versions = [version]
    else:
        versions = [row["code"] for row in await connection.fetch(statement(SLICE, "procedure_codes"))]
    if missing := [one for one in versions if one not in kept.procedures]:
        for row in await connection.fetch(statement(SLICE, "procedure_bodies"), missing):
            kept.procedures[row["code"]] = msgspec.json.decode(row["body"], type=Procedure)
    if version is not None:
        return kept.procedures[version]
    found = in_force([kept.procedures[one] for one in versions], day)
    if found is None:
        raise Refused(Refusal("procedure_missing"))
    return found


async def _directory(connection: asyncpg.Connection, kept: _Kept) -> _Directory:
    row = await connection.fetchrow(statement(SLICE, "directory_stamp"))
    stamp = (row["institutions"], row["institution_versions"], row["recipients"], row["recipient_versions"])
    if kept.directory is None or kept.directory.stamp != stamp:
        institutions = await connection.fetch(statement(SLICE, "institutions_on_hub"))
        bodies = await connection.fetch(statement(SLICE, "keys_of_all"))
        recipients = [msgspec.json.decode(found["body"], type=Recipients) for found in bodies]
        kept.directory = _Directory(
            stamp,
            {found["code"]: found["on_hub"] for found in institutions},
            {
                one.institution: frozenset(key.fingerprint for key in active(one))
                for one in recipients
                if can_receive(one)
            },
        )
    return kept.directory
