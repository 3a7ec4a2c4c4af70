"""The weekly counts of cases that pass: whose remit counts what, what of it is shown, and that a week is counted once.

Rules that stay true:

- A case is of one crime here, the first of its crimes in the order of the procedure, so that no case is counted for
  two platforms of the nation.
- What may be shown is decided once for each crime and measure, over tracks and departments (`suppression`); whatever a
  platform shows is made of those numbers and of nothing else. So two platforms whose remits overlap, such as the
  commission of a department and its national one, cannot be played off against each other.
- Between measures no equation holds: of what was offered in a week some was offered in another, some waits and some
  was withdrawn, and the latter two are nowhere published. One inequality could still tell of a hidden count: nobody
  accepts more than is offered. So a cell that is hidden in a measure is hidden in those that follow on it as well.
- A week is counted when it has ended, once, and what was counted never changes, whatever becomes of the cases: the
  difference between two publications of a week would be a count that was never judged. There is no running total.
- An event lists the sum of all in any case, and other cells only where they are shown: its length tells nothing that
  the shown cells do not.

Absent: municipal platforms, since a case says no municipality; and what one institution does, which would be its own.
"""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import date, datetime, timedelta

from msgspec import Struct

from nanduti.directory import Platform
from nanduti.flow import FlowCell, FlowCounted
from nanduti.procedure import Procedure
from nanduti.vocabulary import Crime, Level
from nanduti_hub.refusal import Refusal
from nanduti_hub.statistics.suppression import Cell, is_safe, shown, with_sums

#: What is counted, each after that on which it follows.
MEASURES: tuple[str, ...] = (
    "opened", "closed", "offered", "accepted", "declined", "redirected", "expired", "completed",
)  # fmt: skip
FOLLOWS = {
    "closed": "opened",
    "accepted": "offered",
    "declined": "offered",
    "redirected": "offered",
    "expired": "offered",
    "completed": "accepted",
}
WEEK = timedelta(days=7)


class Count(Struct, frozen=True, kw_only=True):
    """How often a measure happened to a track of the cases of a crime in a department, in one week."""

    measure: str
    crime: Crime
    track: str
    department: str
    count: int


class Remit(Struct, frozen=True, kw_only=True):
    """What a platform's counts are of: cases of some crimes, of all departments or of one."""

    platform: str
    crimes: tuple[Crime, ...]
    department: str | None = None


Shown = Mapping[tuple[str, Crime], Mapping[Cell, int]]


def last_ended(moment: datetime) -> date:
    """The Monday of the last whole week before a moment, which is in Paraguay's zone."""
    today = moment.date()
    return today - timedelta(days=today.weekday()) - WEEK


def week_of(moment: datetime) -> date:
    """The Monday of a moment's week, in the moment's own zone."""
    return moment.date() - timedelta(days=moment.weekday())


def remits(platforms: Iterable[Platform], procedure: Procedure) -> tuple[Remit, ...]:
    """What each platform counts: a national one what the procedure gives it, a departmental one its crimes there."""
    found = []
    for platform in platforms:
        match platform.level:
            case Level.NATIONAL:
                crimes = tuple(c for c, code in procedure.platform_of.items() if code == platform.code)
                found.append(Remit(platform=platform.code, crimes=crimes))
            case Level.DEPARTMENTAL if platform.department is not None:
                found.append(
                    Remit(platform=platform.code, crimes=platform.crimes, department=platform.department)
                )
            case _:
                continue
    return tuple(remit for remit in found if remit.crimes)


def to_show(counts: Iterable[Count], tracks: Sequence[str], departments: Sequence[str]) -> Shown:
    """What may be shown of a week, by measure and crime. `tracks` and `departments` are all that there can be."""
    counted: dict[tuple[str, Crime], dict[tuple[str, str], int]] = {}
    rows, columns = set(tracks), set(departments)
    for one in counts:
        counted.setdefault((one.measure, one.crime), {})[one.track, one.department] = one.count
        rows.add(one.track)
        columns.add(one.department)
    found: dict[tuple[str, Crime], dict[Cell, int]] = {}
    for measure in MEASURES:
        for crime in Crime:
            table = with_sums(sorted(rows), sorted(columns), counted.get((measure, crime), {}))
            before = FOLLOWS.get(measure)
            hidden: AbstractSet[Cell] = set() if before is None else set(table) - set(found[before, crime])
            chosen = shown(table, hidden)
            # The other hand's judgement is cheap, and what is published cannot be taken back.
            found[measure, crime] = chosen if is_safe(table, chosen) else {}
    return found


def cells_of(remit: Remit, may_be_shown: Shown) -> tuple[FlowCell, ...]:
    """The cells of a platform's week: sums of what may be shown of its crimes, and null where one of them may not."""
    cells = []
    for measure in MEASURES:
        parts = [may_be_shown[measure, crime] for crime in remit.crimes]
        known = set(parts[0]).intersection(*parts[1:])
        if remit.department is None:
            named = {(track, department): (track, department) for track, department in known}
            whole: Cell = (None, None)
        else:
            # All that such a platform has is of one department: it needs no name.
            named = {(t, None): (t, department) for t, department in known if department == remit.department}
            whole = (None, remit.department)
        total = sum(part[whole] for part in parts) if whole in known else None
        cells.append(FlowCell(measure=measure, count=total))
        cells += [
            FlowCell(
                measure=measure, track=cell[0], department=cell[1], count=sum(part[of] for part in parts)
            )
            for cell, of in sorted(named.items(), key=_order)
            if cell != (None, None)
        ]
    return tuple(cells)


def _order(named: tuple[Cell, Cell]) -> tuple[str, str]:
    return named[0][0] or "", named[0][1] or ""


class Week(Struct, frozen=True):
    """What was counted in a week."""

    week: date
    cells: tuple[FlowCell, ...]


class Flow(Struct, frozen=True, kw_only=True):
    """All weeks of a platform that were counted, the last of them last."""

    platform: str
    weeks: tuple[Week, ...]


class CountWeek(Struct, frozen=True, kw_only=True):
    """Publish what was counted in a week."""

    platform: str
    week: date
    cells: tuple[FlowCell, ...]


def decide(state: Flow | None, command: CountWeek) -> Sequence[FlowCounted] | Refusal:
    """A week is counted once, and none before one that was counted."""
    weeks = () if state is None else state.weeks
    if weeks and command.week <= weeks[-1].week:
        return ()
    counted = FlowCounted(
        version=len(weeks) + 1, platform=command.platform, week=command.week, cells=command.cells
    )
    return (counted,)


def evolve(state: Flow | None, event: FlowCounted) -> Flow:
    """The counted weeks after another."""
    weeks = () if state is None else state.weeks
    return Flow(platform=event.platform, weeks=(*weeks, Week(event.week, event.cells)))
