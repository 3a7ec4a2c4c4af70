"""A row of a workbook against its action, cell by cell, three ways: as it was, as the register has it, as said.

What a cell was (its base) is what its workbook was last in step with. For a coordinator's own file that is the
last confirmed workbook, as the action's citation remembers it: the last before the upload, if one was confirmed
since. For a workbook that the hub wrote it is what the register said when it was written. One rule stays true:
a cell that says what it was never changes the register, whatever the register says by now, and a cell that both
changed, and not to the same, is a conflict that only a person decides, by a tick for that one cell.

A coordinator goes on working in the file that the hub wrote and uploads it again: then what it was last in step
with is not the register of that day any more but its own confirmed upload. The file tells it itself: it already
says what the last confirmed workbook changed (`Descent`).

A tick holds for what was seen: this action, and what its register said. After another change it is asked anew.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any

from msgspec import Struct

from nanduti.actions import Action, Change
from nanduti_hub.actions.cells import cells, cited, cited_only, json_values
from nanduti_hub.actions.stored import told_in
from nanduti_hub.plans.rows import Finding

Cells = dict[str, Any]


class Take(StrEnum):
    """Whose value a conflict is decided for."""

    WORKBOOK = "workbook"
    REGISTER = "register"


class Tick(Struct, frozen=True, kw_only=True):
    """A conflict decided: what is taken, and of which action and over which value of the register (JSON)."""

    take: Take
    action: str
    register: Any = None


#: By row (`<sheet>!<row>`) and by the action's name for the cell.
Ticks = Mapping[str, Mapping[str, Tick]]


class Conflict(Struct, frozen=True, kw_only=True):
    """A cell that the register and the workbook both changed: what it was and what each says (JSON), where it
    stands, and what was decided for it.
    """

    field: str
    base: Any
    register: Any
    workbook: Any
    cell: str = ""
    ticked: Take | None = None


class Bases(Struct, frozen=True, kw_only=True):
    """Actions as they once were, by id: in a workbook that the hub wrote, when it wrote it (`exported`); and at
    the plan's last revision before the upload, where another has been confirmed since (`uploaded`). None where
    there is no such thing; an action that is missing in one did not exist yet.
    """

    exported: Mapping[str, Action] | None = None
    #: The plan's last revision when the workbook was exported.
    revision: int = 0
    #: Whether the plan's last revision came from the same export, uploaded by the same caller.
    resumed: bool = False
    uploaded: Mapping[str, Action] | None = None
    findings: tuple[Finding, ...] = ()


class StoredBases(Struct, frozen=True, kw_only=True):
    """`Bases` with the actions' events as they are stored."""

    exported: list[bytes] | None = None
    revision: int = 0
    resumed: bool = False
    uploaded: list[bytes] | None = None
    findings: tuple[Finding, ...] = ()


def decoded(bases: StoredBases) -> Bases:
    """Bases, their events taken apart."""
    return Bases(
        exported=None if bases.exported is None else _actions(bases.exported),
        revision=bases.revision,
        resumed=bases.resumed,
        uploaded=None if bases.uploaded is None else _actions(bases.uploaded),
        findings=bases.findings,
    )


def _actions(events: Iterable[bytes]) -> dict[str, Action]:
    actions = (told_in(body).action for body in events)
    return {action.id: action for action in actions}


class Descent(StrEnum):
    """What a workbook that the hub wrote was last in step with."""

    #: The register as it was exported.
    EXPORT = "export"
    #: The workbook that was confirmed since: it is the same file, worked on.
    REVISION = "revision"
    #: Some cells say the one and some the other: nobody can tell a cell that was set back from one never touched.
    MIXED = "mixed"


class Stand(Struct, frozen=True):
    """An action's cells (JSON): now, as the last confirmed workbook has them, as it had them when this one was
    uploaded, and as they were exported. None: the action was not there; `exported` is also None where the hub
    did not write the workbook, and `later` says whether a workbook has cited the action since it did.
    """

    now: Cells
    cited: Cells
    last: Cells | None
    exported: Cells | None
    later: bool


def stand_of(action: Action, bases: Bases) -> Stand:
    """How an action stands, and stood."""
    now = json_values(cells(action))
    said = now | cited_only(action)
    last: Cells | None = said
    before = action
    if bases.uploaded is not None:
        earlier = bases.uploaded.get(action.id)
        last = None if earlier is None else cited(earlier)
        before = earlier or action
    exported = None
    if bases.exported is not None:
        once = bases.exported.get(action.id)
        exported = None if once is None else json_values(cells(once))
    later = bool(before.citations) and before.citations[0].revision > bases.revision
    return Stand(now, said, last, exported, later)


def agrees(values: Cells, action: Action) -> bool:
    """Whether an action has all that a row says, in the register and as the last confirmed workbook has it: then
    there is nothing to weigh.
    """
    return values.items() <= cells(action).items() and not cited_only(action)


def descent_of(told: Iterable[tuple[Cells, Stand]], *, resumed: bool) -> Descent:
    """What a workbook that the hub wrote is in step with: `told` are what its rows say and how each stands;
    `resumed` is what to think where no cell tells.
    """
    follows = exported = False
    for said, stand in told:
        if not stand.later or stand.last is None:
            continue
        if stand.exported is None:
            # Planned by a later workbook: whoever has much the same row has that workbook.
            same = sum(value == stand.last[name] for name, value in said.items())
            follows |= same * 2 > len(said)
            continue
        for name, value in said.items():
            if stand.last[name] != stand.exported[name]:
                follows |= value == stand.last[name]
                exported |= value == stand.exported[name]
    if follows:
        return Descent.MIXED if exported else Descent.REVISION
    return Descent.REVISION if resumed and not exported else Descent.EXPORT


class Verdict(StrEnum):
    """What a cell means."""

    UNTOUCHED = "untouched"
    CHANGED = "changed"
    CONFLICT = "conflict"


def judge(name: str, said: Any, stand: Stand, descent: Descent | None) -> tuple[Verdict, Any]:
    """What a cell that says otherwise than the register means, and what it was; `descent` is None for a
    workbook that the hub did not write.
    """
    base = stand.exported
    if descent is None or (descent is Descent.REVISION and stand.later):
        base = stand.last
    elif descent is Descent.MIXED and stand.later and stand.last is not None:
        if said == stand.last[name]:
            return Verdict.UNTOUCHED, said
        if stand.exported is not None and said == stand.exported[name] != stand.last[name]:
            return Verdict.CONFLICT, stand.last[name]
    if base is None:
        return Verdict.CONFLICT, None
    if said == base[name]:
        return Verdict.UNTOUCHED, said
    return (Verdict.CHANGED if stand.now[name] == base[name] else Verdict.CONFLICT), base[name]


class Weighed(Struct, frozen=True):
    """A row weighed against its action: the cells that it fills, what changes, the conflicts, decided or not, and
    whether the workbook now says what it did not say before (`settled`): then at least the citation moves.
    """

    taken: dict[str, Any]
    changes: tuple[Change, ...]
    conflicts: tuple[Conflict, ...]
    settled: bool

    @property
    def undecided(self) -> bool:
        """Whether a person still has to decide on a cell."""
        return any(conflict.ticked is None for conflict in self.conflicts)


def weigh(
    values: Cells,
    said: Cells,
    stand: Stand,
    action: str,
    ticks: Mapping[str, Tick],
    descent: Descent | None,
) -> Weighed:
    """Weigh a row's `values` (`said`: the same as JSON) against the action with the id `action`."""
    taken: dict[str, Any] = {}
    changes: list[Change] = []
    conflicts: list[Conflict] = []
    settled = False
    for name, value in values.items():
        says, now = said[name], stand.now[name]
        if says == now:
            settled |= says != stand.cited[name]
            continue
        verdict, base = judge(name, says, stand, descent)
        take = verdict is Verdict.CHANGED
        if verdict is Verdict.CONFLICT:
            tick = ticks.get(name)
            holds = tick is not None and tick.action == action and tick.register == now
            ticked = tick.take if tick is not None and holds else None
            conflicts.append(Conflict(field=name, base=base, register=now, workbook=says, ticked=ticked))
            take = ticked is Take.WORKBOOK
        if take:
            taken[name] = value
            changes.append(Change(field=name, before=now))
        else:
            settled |= says != stand.cited[name]
    return Weighed(taken, tuple(changes), tuple(conflicts), settled)
