"""What a workbook's cells are compared with: the plan's actions as they once were, looked up in the ledger.

A workbook that the hub wrote says at which number of the register it did. Of any other, what counts is the last
workbook that was confirmed before it was uploaded; where another has been since, the actions are looked up as
they were then, so that a borrador that was left open does not undo what came in between.
"""

import asyncpg

from nanduti import wire
from nanduti.plans import PlanEvent
from nanduti_hub.ledger.statements import statement
from nanduti_hub.plans.kept import base_of
from nanduti_hub.plans.queries import plan_now
from nanduti_hub.plans.rows import Base, Finding, Severity
from nanduti_hub.plans.state import Current
from nanduti_hub.plans.three_way import StoredBases
from nanduti_hub.refusal import Refusal, Refused

_OTHER_PLAN = Finding(
    severity=Severity.ERROR,
    code="workbook_of_other_plan",
    message="La planilla la hizo el centro para otro plan, y lleva los ids de sus acciones.",
    suggestion="Súbala en su plan; si la usó como modelo para este, descargue la planilla de este plan y copie en "
    "ella las filas, sin la columna id_accion.",
)
_UNKNOWN = Finding(
    severity=Severity.WARNING,
    code="base_unknown",
    message="La planilla dice que se hizo con un estado del registro que este centro no tiene: se compara con la "
    "última planilla confirmada.",
    suggestion="Revise los cambios con más cuidado, o descargue la planilla de nuevo y vuelva a escribirlos.",
)


async def find_bases(
    connection: asyncpg.Connection, plan_id: str, reading: bytes, uploaded_at: int | None
) -> StoredBases:
    """What a reading that is kept is compared with; `uploaded_at` is the plan's version when it was uploaded, None
    where that is now or was not noted. In a snapshot transaction, with the actions that it is compared with.

    Raises:
        Refused: `plan_unknown`; `busy` where the plan's event of that version has not got its number yet.

    """
    plan = await plan_now(connection, plan_id)
    uploaded = None
    since = await _revision_before(connection, plan, uploaded_at)
    if since is not None:
        uploaded = await _actions_at(connection, plan_id, since)
    base = base_of(reading)
    if base is None:
        return StoredBases(uploaded=uploaded)
    if base.plan != plan_id:
        return StoredBases(uploaded=uploaded, findings=(_OTHER_PLAN,))
    head = await connection.fetchval(statement("nanduti_hub.plans", "ledger_number"))
    last = plan.plan.revision.number if plan.plan.revision else 0
    if not 0 <= base.register <= head or not 0 <= base.revision <= last:
        return StoredBases(uploaded=uploaded, findings=(_UNKNOWN,))
    return StoredBases(
        exported=await _actions_at(connection, plan_id, base.register),
        revision=base.revision,
        resumed=await _is_resumed(connection, plan_id, last, base),
        uploaded=uploaded,
    )


async def _revision_before(
    connection: asyncpg.Connection, plan: Current, uploaded_at: int | None
) -> int | None:
    """The number in the ledger of the plan as it was at its version `uploaded_at`, if a revision came since."""
    if uploaded_at is None or uploaded_at >= plan.version:
        return None
    row = await connection.fetchrow(
        statement("nanduti_hub.plans", "plan_event"), f"plan:{plan.plan.id}", uploaded_at
    )
    if row is None:
        # Whether a revision came since is not known yet; taking it that none did would let old cells win.
        raise Refused(Refusal("busy"))
    event: PlanEvent = wire.decode(row["body"])[1]  # type: ignore[assignment]  # of a plan's stream
    same = event.plan.revision == plan.plan.revision
    number: int = row["seq"]
    return None if same else number


async def _actions_at(connection: asyncpg.Connection, plan_id: str, number: int) -> list[bytes]:
    rows = await connection.fetch(statement("nanduti_hub.plans", "actions_of_plan_at"), plan_id, number)
    return [row["body"] for row in rows]


async def _is_resumed(connection: asyncpg.Connection, plan_id: str, last: int, base: Base) -> bool:
    """Whether the plan's last revision came from the same export: then this is most likely that file, worked on."""
    if last <= base.revision:
        return False
    reading = await connection.fetchval(statement("nanduti_hub.plans", "reading_of_revision"), plan_id, last)
    return reading is not None and base_of(reading) == base
