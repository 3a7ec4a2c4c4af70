"""What time does to a case, years of it in seconds: reminders, expiry, the ladder, late and doubled ticks, outages."""

from datetime import UTC, datetime, timedelta

import pytest
from case_desk import PROCEDURE, CaseDesk, Event, kinds
from msgspec.structs import replace

from nanduti.cases import ClockEscalated, ClockExtended, ClockReminded, HandoffExpired
from nanduti.procedure import Limit, LimitKind, Procedure, Source
from nanduti.vocabulary import HandoffKind, HandoffState, Urgency
from nanduti_hub.handoffs.clocks import clock, next_at, waiting_of
from nanduti_hub.handoffs.commands import Ask, Outage, Tick


def about(events: tuple[Event, ...], handoff: str | None) -> tuple[Event, ...]:
    """Those of one handoff, or of the track's stage."""
    return tuple(event for event in events if getattr(event, "handoff", None) == handoff)


def offered(urgency: Urgency = Urgency.URGENT) -> tuple[CaseDesk, str]:
    """Given an offer that is to be answered in 24 hours, with reminders after 12 h and 19 h 12 min."""
    desk = CaseDesk().open("codeni")
    return desk, desk.offer("codeni", "minna", urgency=urgency)


def with_law(**changes: object) -> Procedure:
    """The starting procedure with a limit of protection's first stage that a law sets."""
    limit = Limit(amount=2, kind=LimitKind.WORKING_DAYS, source=Source.LAW, citation="Ley de prueba, art. 1")
    (track, *others) = PROCEDURE.tracks
    (stage, *later) = track.stages
    stages = (replace(stage, limit=replace(limit, **changes)), *later)
    return replace(PROCEDURE, tracks=(replace(track, stages=stages), *others))


def test_an_offer_is_reminded_of_twice_and_expires() -> None:
    """Each at its own moment, once; the holder is still the holder."""
    desk, handoff = offered()
    start = desk.at
    events = about(desk.ticks_until(start + timedelta(days=3)), handoff)
    assert kinds(events) == ["ClockReminded", "ClockReminded", "HandoffExpired"]
    assert [event.at - start for event in events] == [
        timedelta(hours=12),
        timedelta(hours=19, minutes=12),
        timedelta(hours=24),
    ]
    assert [event.number for event in events if isinstance(event, ClockReminded)] == [1, 2]
    assert desk.handoff(handoff).state is HandoffState.EXPIRED
    assert desk.track().holder == "codeni"
    assert desk.track().waiting_transfer is None


def test_what_expires_has_no_ladder_and_what_has_a_ladder_does_not_expire() -> None:
    """An offer that may be declined ends at its time; one that may not waits on."""
    desk, handoff = offered()
    assert desk.handoff(handoff).running.clock.rungs == ()
    desk = CaseDesk().open("codeni", "criminal")
    report = desk.offer("codeni", "mp", track="criminal")
    clock = desk.handoff(report).running.clock
    assert not clock.expires
    assert len(clock.rungs) == 3
    assert all(rung.at > clock.due for rung in clock.rungs)


def test_nothing_happens_before_its_time_or_a_second_time() -> None:
    """Two sentinels that tell the same time do it once."""
    desk, _ = offered()
    while (moment := desk.next_at()) is not None:
        desk.at = moment - timedelta(microseconds=1)
        assert desk.tick() == ()
        desk.at = moment
        assert desk.tick() != ()
        assert desk.tick() == ()


def test_a_tick_that_was_decided_twice_on_the_same_state_is_folded_once() -> None:
    """The second of two sentinels meets another version, and decides anew on it."""
    desk, _ = offered()
    desk.after(hours=13)
    first, second = desk.decide(Tick, "hub"), desk.decide(Tick, "hub")
    assert isinstance(first, tuple)
    assert isinstance(second, tuple)
    desk.fold(first)
    with pytest.raises(ValueError, match="out of its order"):
        desk.fold(second)


def test_a_late_tick_reminds_once_of_all_that_was_missed() -> None:
    """The latest reminder stands for those before it; then what has expired expires, in the order of time."""
    desk, handoff = offered()
    desk.after(hours=20)
    events = about(desk.tick(), handoff)
    assert kinds(events) == ["ClockReminded"]
    assert events[0].number == 2
    other, late = offered()
    other.after(days=30)
    events = about(other.tick(), late)
    assert kinds(events) == ["ClockReminded", "HandoffExpired"]
    assert events[0].number == 2


def test_what_may_not_be_declined_goes_up_the_ladder_and_on_waiting() -> None:
    """A report to the prosecutor does not lapse because nobody reads it: ever more are told."""
    desk = CaseDesk().open("codeni", "criminal")
    desk.advance("codeni", "investigation", track="criminal")
    start = desk.at
    handoff = desk.offer("codeni", "mp", track="criminal", urgency=Urgency.IMMEDIATE)
    events = about(desk.ticks_until(start + timedelta(days=7)), handoff)
    assert kinds(events) == ["ClockReminded"] * 2 + ["ClockEscalated"] * 3
    rungs = [
        (event.level, event.tell, event.at - start) for event in events if isinstance(event, ClockEscalated)
    ]
    assert rungs == [
        (1, ("mp",), timedelta(hours=6)),
        (2, ("codeni",), timedelta(hours=26)),
        (3, ("conaeti",), timedelta(hours=74)),
    ]
    assert desk.handoff(handoff).waits
    (waiting,) = [waiting for waiting in waiting_of(desk.track("criminal")) if waiting.handoff == handoff]
    assert waiting.level == 3
    desk.accept("mp", handoff)
    assert desk.track("criminal").holder == "mp"


def test_a_step_of_the_ladder_never_comes_before_the_one_below_it() -> None:
    """A working day over a weekend is longer than thirty hours: each step is still taken once, and in its order."""
    below, above, *others = PROCEDURE.ladder
    day = replace(below.after, amount=1, kind=LimitKind.WORKING_DAYS)
    hours = replace(above.after, amount=30, kind=LimitKind.RUNNING_HOURS)
    ladder = (replace(below, after=day), replace(above, after=hours), *others)
    friday = datetime(2026, 8, 7, 12, tzinfo=UTC)
    made = clock(
        replace(PROCEDURE, ladder=ladder),
        Limit(amount=1, kind=LimitKind.RUNNING_HOURS, source=Source.AGREEMENT),
        at=friday,
        owes="mp",
        asks="codeni",
        platform="conaeti",
    )
    moments = [rung.at for rung in made.rungs]
    assert [rung.level for rung in made.rungs] == [1, 2, 3]
    assert moments == sorted(moments)


def test_a_platform_that_is_told_has_a_reference_with_whoever_is_late() -> None:
    """Before it is told, and one for each that is late."""
    desk = CaseDesk().open("codeni")
    desk.ticks_until(desk.at + timedelta(days=30))
    pairs = {(pair.first, pair.second) for pair in desk.standing.case.references}
    assert pairs == {("codeni", "codeni"), ("codeni", "conaeti")}


def test_a_stage_is_reminded_of_and_goes_up_the_ladder() -> None:
    """Past its holder to whoever handed the track over, if somebody did, and the platform."""
    desk = CaseDesk().open("codeni")
    desk.accept("minna", desk.offer("codeni", "minna"))
    events = desk.ticks_until(desk.at + timedelta(days=30))
    assert [event.tell for event in events if isinstance(event, ClockEscalated)] == [
        ("minna",),
        ("codeni",),
        ("conaeti",),
    ]
    lone = CaseDesk().open("codeni")
    events = lone.ticks_until(lone.at + timedelta(days=30))
    assert [event.level for event in events if isinstance(event, ClockEscalated)] == [1, 3]


def test_a_question_that_nobody_answers_goes_up_the_ladder() -> None:
    """To whoever was asked, whoever asks, and the platform."""
    desk, handoff = offered()
    desk.accept("minna", handoff)
    desk.do(Ask, "codeni", handoff=handoff, question="person_located")
    events = about(desk.ticks_until(desk.at + timedelta(days=30)), handoff)
    assert {event.question for event in events} == {1}
    assert [event.tell for event in events if isinstance(event, ClockEscalated)] == [
        ("minna",),
        ("codeni",),
        ("conaeti",),
    ]


def test_expiry_ends_the_questions_that_were_to_be_reminded_of_after_it() -> None:
    """Even when one late tick comes to both."""
    desk, handoff = offered()
    desk.do(Ask, "minna", handoff=handoff, question="interpreter_needed")
    desk.after(days=60)
    events = about(desk.tick(), handoff)
    assert isinstance(events[-1], HandoffExpired)
    assert about(desk.after(days=60).tick(), handoff) == ()


def test_only_what_a_law_limits_is_called_legal() -> None:
    """The starting procedure has no such limit; one that a law sets says so on every clock made of it."""
    ours = CaseDesk().open("codeni")
    assert ours.track().running is not None
    assert not ours.track().running.clock.by_law
    desk = CaseDesk()
    desk.procedure = with_law()
    desk.open("codeni")
    assert desk.track().running is not None
    assert desk.track().running.clock.by_law
    for source in (Source.PROCEDURE, Source.AGREEMENT):
        desk = CaseDesk()
        desk.procedure = with_law(source=source)
        desk.open("codeni")
        assert desk.track().running is not None
        assert not desk.track().running.clock.by_law


def test_working_days_skip_holy_week() -> None:
    """Two working days from Wednesday the first of April of 2026 end on Tuesday at midnight in Asunción."""
    desk = CaseDesk(at=datetime(2026, 4, 1, 14, tzinfo=UTC))
    desk.procedure = with_law()
    desk.open("codeni")
    assert desk.track().running is not None
    assert desk.track().running.clock.due == datetime(2026, 4, 8, 3, tzinfo=UTC)


def test_a_case_runs_for_years_in_seconds() -> None:
    """Ten years of offers that nobody answers: each is reminded of, expires, and nothing is left over."""
    desk = CaseDesk().open("codeni")
    for week in range(520):
        handoff = desk.offer("codeni", "minna" if week % 2 else "mdp", urgency=Urgency.ORDINARY)
        desk.ticks_until(desk.at + timedelta(days=14))
        assert desk.handoff(handoff).state is HandoffState.EXPIRED
    assert kinds(tuple(desk.events)).count("ClockReminded") == 2 * 520 + 2
    assert desk.at.year == 2046
    assert desk.next_at() is None


# Outages


def test_after_an_outage_it_reminds_and_gives_the_time_back() -> None:
    """An offer whose time ran out while the hub was away does not expire: nobody could have answered it."""
    # given
    desk, handoff = offered()
    due = desk.handoff(handoff).running.clock.due
    desk.after(hours=13).tick()
    # when the hub is away from the 14th to the 34th hour
    desk.after(hours=21)
    events = about(desk.tick(lost=timedelta(hours=20)), handoff)
    # then
    assert kinds(events) == ["ClockExtended", "ClockReminded"]
    extended = events[0]
    assert isinstance(extended, ClockExtended)
    assert extended.outage == desk.at - timedelta(hours=20)
    assert extended.clock.due == due + timedelta(hours=20)
    assert events[1].number == 2
    # and the time that it gave back runs out in its turn
    events = about(desk.ticks_until(desk.at + timedelta(days=3)), handoff)
    assert kinds(events) == ["HandoffExpired"]
    assert events[0].at == due + timedelta(hours=20)


def test_an_outage_in_which_nothing_was_to_come_moves_what_is_to_come() -> None:
    """And reminds of nothing: nothing was missed."""
    desk, handoff = offered()
    before = desk.handoff(handoff).running.clock
    desk.after(hours=3)
    events = about(desk.tick(lost=timedelta(hours=2)), handoff)
    assert kinds(events) == ["ClockExtended"]
    after = desk.handoff(handoff).running.clock
    assert [later - moment for moment, later in zip(before.reminders, after.reminders, strict=True)] == [
        timedelta(hours=2)
    ] * 2
    assert after.due - before.due == timedelta(hours=2)


def test_an_outage_is_given_back_once() -> None:
    """However often it is told, by however many sentinels."""
    desk, handoff = offered()
    desk.after(hours=30)
    assert kinds(about(desk.tick(lost=timedelta(hours=20)), handoff))[0] == "ClockExtended"
    again = desk.decide(Tick, "hub", outage=Outage(desk.at - timedelta(hours=20), desk.at))
    assert again == ()


def test_two_outages_are_both_given_back() -> None:
    """Each by its own length."""
    desk, handoff = offered()
    due = desk.handoff(handoff).running.clock.due
    for hours in (2, 5):
        desk.after(hours=6).tick(lost=timedelta(hours=hours))
    assert desk.handoff(handoff).running.clock.due == due + timedelta(hours=7)


def test_what_began_in_an_outage_gets_only_what_was_left_of_it() -> None:
    """An offer made while the clocks alone stood still has lost no more than since it was made."""
    desk, handoff = offered()
    due = desk.handoff(handoff).running.clock.due
    desk.after(hours=5).tick(lost=timedelta(hours=9))
    assert desk.handoff(handoff).running.clock.due == due + timedelta(hours=5)


def test_what_had_run_out_before_the_outage_has_run_out() -> None:
    """The outage took nothing from it; only the telling is late."""
    desk, handoff = offered()
    desk.after(hours=40)
    events = about(desk.tick(lost=timedelta(hours=10)), handoff)
    assert kinds(events) == ["ClockReminded", "HandoffExpired"]


def test_nothing_is_extended_that_did_not_run() -> None:
    """What was answered before, and what starts after, have lost no time."""
    desk, handoff = offered()
    desk.accept("minna", handoff)
    desk.close("minna")
    desk.after(hours=50)
    assert desk.tick(lost=timedelta(hours=40)) == ()
    later, _ = offered()
    outage = Outage(later.at - timedelta(hours=9), later.at)
    assert later.do(Tick, "hub", outage=outage) == ()


def test_a_ladder_goes_on_later_by_the_outage() -> None:
    """Steps that were taken stay taken."""
    desk = CaseDesk().open("codeni")
    due = desk.track().running.clock.due
    desk.ticks_until(due + timedelta(hours=5))
    before = desk.track().running.clock.rungs
    desk.after(hours=10).tick(lost=timedelta(hours=10))
    after = desk.track().running.clock
    assert after.due == due
    assert after.rungs[0] == before[0]
    assert [rung.at for rung in after.rungs[1:]] == [rung.at + timedelta(hours=10) for rung in before[1:]]
    (event,) = desk.ticks_until(after.rungs[-1].at)[-1:]
    assert isinstance(event, ClockEscalated)
    assert event.level == 3


def test_the_next_moment_of_a_track_is_one_at_which_something_happens() -> None:
    """None where nothing will."""
    desk, handoff = offered()
    assert next_at(desk.track()) == desk.track().running.clock.reminders[0]
    desk.withdraw("codeni", handoff)
    desk.ticks_until(desk.at + timedelta(days=365))
    assert next_at(desk.track()) is None


def test_a_referral_that_waits_is_told_of_beside_a_track_that_has_passed_on() -> None:
    """Its clock is its own."""
    desk = CaseDesk().open("codeni")
    referral = desk.offer("codeni", "mdp", kind=HandoffKind.REFERRAL)
    desk.accept("minna", desk.offer("codeni", "minna"))
    desk.ticks_until(desk.at + timedelta(days=3))
    assert desk.handoff(referral).state is HandoffState.EXPIRED
