"""What a decision about a case, and whoever is shown one, looks up: its procedure, the directory, who has which keys.

Rule that stays true: what is given is what the transaction sees. A procedure never changes once it is there, so it is
read once; the directory is read again whenever any of its entries has another version. Both are kept for each
database by itself, in this process.
"""

from collections.abc import Collection, Mapping
from datetime import date, datetime
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
    """The institutions and departments, who is on the hub and who has which keys, as of the versions in `stamp`."""

    stamp: tuple[int, ...]
    institutions: Mapping[str, Institution]
    departments: Mapping[str, Department]
    recipients: Mapping[str, Recipients]
    on_hub: Mapping[str, bool]
    #: Fingerprints of the keys in force, of whoever can receive.
    keys: Mapping[str, frozenset[str]]


class _Kept(Struct):
    procedures: dict[str, Procedure]
    directory: Directory | None = None


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
    directory = await directory_of(connection, ledger)
    if procedure is None:
        applies = await _procedure_on(connection, ledger, at.astimezone(ZONE).date())
    else:
        applies = (await procedures_of(connection, ledger, {procedure}))[procedure]
    return Known(
        procedure=applies, institutions=directory.on_hub, keys=directory.keys, fresh=fresh(references)
    )


async def procedures_of(
    connection: asyncpg.Connection, ledger: Ledger, versions: Collection[str]
) -> Mapping[str, Procedure]:
    """Versions of the procedure that cases have, and so are there, each by its code; perhaps others beside them."""
    kept = _kept_of(ledger)
    if missing := [version for version in versions if version not in kept.procedures]:
        for row in await connection.fetch(statement(SLICE, "procedure_bodies"), missing):
            kept.procedures[row["code"]] = msgspec.json.decode(row["body"], type=Procedure)
    return kept.procedures


async def directory_of(connection: asyncpg.Connection, ledger: Ledger) -> Directory:
    """The directory as the transaction sees it."""
    kept = _kept_of(ledger)
    stamp = tuple(await connection.fetchrow(statement(SLICE, "directory_stamp")))
    if kept.directory is None or kept.directory.stamp != stamp:
        institutions = {one.code: one for one in await entries(connection, Institution)}
        departments = {one.code: one for one in await entries(connection, Department)}
        bodies = await connection.fetch(statement(SLICE, "keys_of_all"))
        recipients = [msgspec.json.decode(found["body"], type=Recipients) for found in bodies]
        kept.directory = Directory(
            stamp=stamp,
            institutions=institutions,
            departments=departments,
            recipients={one.institution: one for one in recipients},
            on_hub={code: one.on_hub for code, one in institutions.items()},
            keys={
                one.institution: frozenset(key.fingerprint for key in active(one))
                for one in recipients
                if can_receive(one)
            },
        )
    return kept.directory


async def _procedure_on(connection: asyncpg.Connection, ledger: Ledger, day: date) -> Procedure:
    rows = await connection.fetch(statement(SLICE, "procedure_codes"))
    versions = [row["code"] for row in rows]
    procedures = await procedures_of(connection, ledger, versions)
    found = in_force([procedures[version] for version in versions], day)
    if found is None:
        raise Refused(Refusal("procedure_missing"))
    return found


def _kept_of(ledger: Ledger) -> _Kept:
    return _kept.setdefault(ledger.gate, _Kept({}))
