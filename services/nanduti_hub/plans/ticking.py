"""What a person decides on a borrador's conflicts: for each cell the workbook's value or the register's.

A tick is kept with what it was chosen over, so that it does not outlive it: who ticks a cell has seen these two
values. Only a cell that is in conflict can be ticked, decided before or not.
"""

from collections.abc import Mapping
from functools import partial

import msgspec
from msgspec import Struct

from nanduti_hub.plans.kept import lines_of, marks_of, unpack_reading
from nanduti_hub.plans.pairing import row_key
from nanduti_hub.plans.three_way import Conflict, Take, Tick
from nanduti_hub.refusal import Refusal, Refused


class TicksAsked(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a person decides on a borrador's conflicts: by row (`<sheet>!<row>`) and the field's name whose value
    is taken; `others` says it for all conflicts that are not named. What was decided before is replaced.
    """

    ticks: dict[str, dict[str, Take]] = {}
    others: Take | None = None


class _Row(Struct, frozen=True):
    key: str
    action: str | None = None
    conflicts: tuple[Conflict, ...] = ()


def keys_of(reading: bytes) -> set[str]:
    """The names of the rows of a reading that is kept."""
    return {row_key(row) for row in unpack_reading(reading).rows}


def conflicts_of(compared: bytes) -> dict[str, tuple[str, dict[str, Conflict]]]:
    """The rows of a kept comparison that have conflicts: their action, and the conflicts by field."""
    decode = msgspec.json.Decoder(_Row).decode
    rows = map(decode, lines_of(compared, range(len(marks_of(compared)))))
    return {
        row.key: (row.action, {one.field: one for one in row.conflicts})
        for row in rows
        if row.conflicts and row.action is not None
    }


def ticked(asked: TicksAsked, compared: bytes) -> dict[str, dict[str, Tick]]:
    """The ticks to keep, each with what it was chosen over.

    Raises:
        Refused: `tick_unknown`, where a cell is not in conflict.

    """
    found = conflicts_of(compared)
    for key, cells in asked.ticks.items():
        for name in cells:
            if key not in found or name not in found[key][1]:
                raise Refused(Refusal("tick_unknown", {"name": f"{key} {name}"[:200]}))
    ticks = {}
    for key, (action, conflicts) in found.items():
        tick = partial(_tick, asked.ticks.get(key, {}), asked.others, action)
        if made := {name: one for name, conflict in conflicts.items() if (one := tick(conflict)) is not None}:
            ticks[key] = made
    return ticks


def _tick(asked: Mapping[str, Take], others: Take | None, action: str, conflict: Conflict) -> Tick | None:
    take = asked.get(conflict.field, others)
    return None if take is None else Tick(take=take, action=action, register=conflict.register)
