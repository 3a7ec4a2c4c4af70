"""What time does: reminders, expiry, the ladder; more time after an outage; and what a revoked key does.

Rules that stay true: each moment of a clock fires once, however late and however often time is told; what was missed
is reminded of once, not many times over; nothing ends because the hub was away. Absent: when to tell the time, which
is the sentinel's (`clocks.next_at` says when it matters).
"""

from collections.abc import Iterator
from datetime import datetime
from enum import IntEnum

from msgspec import Struct
from msgspec.structs import replace

from nanduti.cases import (
    Clock,
    ClockEscalated,
    ClockExtended,
    ClockReminded,
    HandoffExpired,
    ResealingNeeded,
    Rung,
)
from nanduti.vocabulary import HandoffState
from nanduti_hub.handoffs.answering import may_decline
from nanduti_hub.handoffs.clocks import clocks_of
from nanduti_hub.handoffs.commands import NoticeRevokedKeys, Outage, Tick
from nanduti_hub.handoffs.evolve import running_of
from nanduti_hub.handoffs.parties import acting_sender
from nanduti_hub.handoffs.state import Running
from nanduti_hub.handoffs.unfolding import Unfolding


class _Deed(IntEnum):
    """What a clock does, in the order in which it would at one and the same moment."""

    REMIND = 1
    EXPIRE = 2
    ESCALATE = 3


class _Clocked(Struct, frozen=True, order=True):
    """Which clock: of a track's stage, of a handoff in it, or of a question in that."""

    track: str
    handoff: str = ""
    question: int = 0

    @property
    def said(self) -> dict[str, str | int | None]:
        """The same as events say it."""
        return {"handoff": self.handoff or None, "question": self.question or None}


class _Moment(Struct, frozen=True, order=True):
    """A moment of a clock that has come."""

    at: datetime
    deed: _Deed
    clocked: _Clocked
    number: int = 0


def tick(unfolding: Unfolding, command: Tick) -> None:
    """Do all that is due by now, in the order in which it fell due."""
    if command.outage is not None:
        _extend(unfolding, command.outage)
    due = [
        moment for clocked, running in _running(unfolding) for moment in _due(clocked, running, command.at)
    ]
    for moment in sorted(due):
        _fire(unfolding, moment)


def notice_revoked_keys(unfolding: Unfolding, command: NoticeRevokedKeys) -> None:
    """Have each waiting dossier sealed anew to which none of the receiver's keys fits any more."""
    known = command.known
    keys = known.keys.get(command.institution, frozenset())
    for track in unfolding.file.tracks.values():
        for handoff in track.handoffs:
            if handoff.state is not HandoffState.OFFERED or handoff.receiver != command.institution:
                continue
            if handoff.dossier is None or not keys.isdisjoint(handoff.dossier.recipients):
                continue
            clock = unfolding.clock(
                known.procedure.resealing,
                owes=acting_sender(track, handoff, known.institutions),
                expires=may_decline(known, track, handoff),
            )
            unfolding.on_track(track.track, ResealingNeeded, handoff=handoff.id, clock=clock)


def _running(unfolding: Unfolding) -> Iterator[tuple[_Clocked, Running]]:
    """Every clock of the case that runs."""
    for track in unfolding.file.tracks.values():
        for handoff, question, running in clocks_of(track):
            yield _Clocked(track.track, handoff or "", question or 0), running


def _due(clocked: _Clocked, running: Running, at: datetime) -> Iterator[_Moment]:
    """What of a clock has come and is not done: the latest of the reminders missed, expiry, each step of the ladder."""
    clock = running.clock
    passed = sum(moment <= at for moment in clock.reminders)
    if passed > running.reminded:
        yield _Moment(clock.reminders[passed - 1], _Deed.REMIND, clocked, passed)
    if clock.expires and clock.due <= at:
        yield _Moment(clock.due, _Deed.EXPIRE, clocked)
    for rung in clock.rungs[running.escalated :]:
        if rung.at <= at:
            yield _Moment(rung.at, _Deed.ESCALATE, clocked, rung.level)


def _fire(unfolding: Unfolding, moment: _Moment) -> None:
    """Let a clock do what has come, unless something before it in this tick has stopped it."""
    clocked = moment.clocked
    track = unfolding.file.tracks[clocked.track]
    running = running_of(track, clocked.handoff or None, clocked.question or None)
    if running is None:
        return
    match moment.deed:
        case _Deed.REMIND:
            unfolding.on_track(clocked.track, ClockReminded, number=moment.number, **clocked.said)
        case _Deed.EXPIRE:
            unfolding.on_track(clocked.track, HandoffExpired, handoff=clocked.handoff)
        case _Deed.ESCALATE:
            rung = next(each for each in running.clock.rungs if each.level == moment.number)
            for told in rung.tell:
                unfolding.introduce(told, running.clock.owes)
            unfolding.on_track(
                clocked.track, ClockEscalated, level=rung.level, tell=rung.tell, **clocked.said
            )


def _extend(unfolding: Unfolding, outage: Outage) -> None:
    """Give each clock that ran while the hub was away that much more time, once for each outage."""
    for clocked, running in list(_running(unfolding)):
        clock = _later(running, outage)
        if clock is not None:
            unfolding.on_track(clocked.track, ClockExtended, clock=clock, outage=outage.since, **clocked.said)


def _later(running: Running, outage: Outage) -> Clock | None:
    """A clock with the time that an outage took from it; None where it took none.

    What had come before the outage is as it was. Of what would have come in it, the reminder comes now.
    """
    clock = running.clock
    since, until = max(outage.since, clock.started), outage.until
    ahead = clock.rungs[running.escalated :]
    moments = [clock.due, *clock.reminders[running.reminded :], *(rung.at for rung in ahead)]
    if since >= until or outage.since in running.outages or max(moments) <= since:
        return None
    if clock.expires and clock.due <= since:
        return None

    def moved(moment: datetime) -> datetime:
        return moment + (until - since) if moment > since else moment

    def stepped(rung: Rung) -> Rung:
        return replace(rung, at=moved(rung.at))

    return replace(
        clock,
        due=moved(clock.due),
        reminders=(*clock.reminders[: running.reminded], *_reminders(running, since, until, moments)),
        rungs=(*clock.rungs[: running.escalated], *map(stepped, ahead)),
    )


def _reminders(
    running: Running, since: datetime, until: datetime, moments: list[datetime]
) -> tuple[datetime, ...]:
    """The reminders still to come after an outage: one at its end if anything was to come in it, then the others."""
    unfired = running.clock.reminders[running.reminded :]
    lost = until - since
    if any(since < moment <= until for moment in moments):
        return (until, *(moment + lost for moment in unfired if moment > until))
    return tuple(moment + lost if moment > since else moment for moment in unfired)
