"""What goes wrong in the systems that others use for cases, issue by issue, and cannot here."""

from datetime import timedelta

from case_desk import FACTS, CaseDesk, dossier, kinds, paper
from msgspec.structs import replace

from nanduti.cases import HandoffAccepted, TrackOpened
from nanduti.handoffs import CompletedNotice
from nanduti.vocabulary import AgeBand, Consent, HandoffKind, HandoffState, Share
from nanduti_hub.handoffs.commands import (
    Accept,
    Advance,
    Attach,
    Close,
    Complete,
    Correct,
    Decline,
    Offer,
    OpenTrack,
    RecordConsent,
    Redirect,
    Reopen,
    Withdraw,
)
from nanduti_hub.handoffs.decide import decide
from nanduti_hub.handoffs.notices import notices_of
from nanduti_hub.handoffs.state import Standing
from nanduti_hub.refusal import Refusal


def transferred() -> CaseDesk:
    """Given a case that the CODENI has handed to the MINNA."""
    desk = CaseDesk().open("codeni")
    desk.accept("minna", desk.offer("codeni", "minna"))
    return desk


def test_sormas_6941_custody_is_not_taken_back_by_an_edit() -> None:
    """Whoever handed a case over cannot get it back by saving a form: no command of its own gives custody."""
    # given
    desk = transferred()
    # when its former holder edits what it still sees
    for kind, fields in [
        (Correct, {"facts": replace(FACTS, age_band=AgeBand.FROM_14_TO_17)}),
        (RecordConsent, {"consent": Consent.GRANTED}),
        (Advance, {"track": "protection", "stage": "attention"}),
        (Close, {"track": "protection", "outcome": "not_located"}),
        (OpenTrack, {"track": "criminal"}),
        (Offer, desk.offering("codeni")),
        (Offer, desk.offering("mdp")),
    ]:
        assert desk.refused(kind, "codeni", **fields).code == "not_holder"
    # then
    assert desk.track().holder == "minna"


def test_sormas_6941_an_edit_by_the_holder_moves_nothing() -> None:
    """Facts that would make another institution competent change nobody's custody."""
    desk = transferred()
    desk.do(Correct, "minna", facts=replace(FACTS, age_band=AgeBand.ADULT))
    assert desk.track().holder == "minna"
    assert len(desk.track().custody) == 2


def test_sormas_6642_a_return_does_not_bypass_acceptance() -> None:
    """Giving a case back is an offer like any other: the one it came from has to take it."""
    # given
    desk = transferred()
    # when
    back = desk.offer("minna", "codeni")
    # then
    assert desk.track().holder == "minna"
    # when
    desk.decline("codeni", back)
    # then it stays where it is
    assert desk.track().holder == "minna"
    desk.accept("codeni", desk.offer("minna", "codeni"))
    assert desk.track().holder == "codeni"
    assert [custody.holder for custody in desk.track().custody] == ["codeni", "minna", "codeni"]


def test_sormas_6642_declining_and_redirecting_move_no_custody() -> None:
    """Whatever a receiver answers but yes, the holder is the holder."""
    desk = CaseDesk().open("codeni")
    desk.decline("minna", desk.offer("codeni", "minna"))
    following = desk.redirect("minna", desk.offer("codeni", "minna"), "mdp")
    assert desk.track().holder == "codeni"
    desk.attach("codeni", following)
    assert desk.track().holder == "codeni"


def test_sormas_4107_a_case_is_always_read_by_its_holder() -> None:
    """At every moment of a transfer the holder has a reference of its own by which it finds the case."""
    desk = CaseDesk().open("codeni")
    handoff = desk.share("codeni", "minna")
    events = desk.accept("minna", handoff)
    # the receiver's reference comes before custody does
    assert kinds(events) == ["ReferenceGiven", "HandoffAccepted"]
    for code in ("codeni", "minna"):
        assert any(pair.first == pair.second == code for pair in desk.standing.case.references)
    # and it works on at once, while the sender still sees what it sent
    desk.advance("minna", "attention")
    assert desk.refused(Advance, "codeni", track="protection", stage="follow_up").code == "not_holder"


def test_sormas_4107_a_holder_off_the_hub_has_somebody_who_acts_for_it() -> None:
    """A court that took a case on paper cannot read it here: the institution that brought it keeps it going."""
    desk = CaseDesk().open("codeni")
    handoff = desk.offer("codeni", "csj")
    desk.accept("codeni", handoff, document=paper(desk.at))
    assert (desk.track().holder, desk.track().keeper) == ("csj", "codeni")
    desk.advance("codeni", "attention")


def test_sormas_6639_a_share_is_upgraded_on_the_same_case() -> None:
    """What went without a name can be followed by all of it: before it is answered, and after."""
    # given
    desk = CaseDesk().open("codeni")
    handoff = desk.share("codeni", "minna", share=Share.PSEUDONYMOUS)
    # when
    desk.attach("codeni", handoff, share=Share.FULL, dossier=dossier("minna"))
    # then
    assert desk.handoff(handoff).share is Share.FULL
    assert desk.handoff(handoff).state is HandoffState.OFFERED
    # given another, which was accepted
    accepted = desk.share("codeni", "mdp", kind=HandoffKind.REFERRAL)
    desk.accept("mdp", accepted)
    # when
    desk.attach("codeni", accepted, share=Share.FULL, dossier=dossier("mdp"))
    # then
    assert desk.handoff(accepted).share is Share.FULL
    assert desk.handoff(accepted).state is HandoffState.ACCEPTED
    # and less than was given is not taken back by an edit
    refusal = desk.refused(
        Attach, "codeni", handoff=accepted, share=Share.PSEUDONYMOUS, dossier=dossier("mdp")
    )
    assert refusal.code == "share_lowered"


def test_sormas_6639_a_share_is_upgraded_after_custody_has_passed() -> None:
    """The one who has the name is the sender, also when it no longer holds the case."""
    desk = CaseDesk().open("codeni")
    handoff = desk.share("codeni", "minna")
    desk.accept("minna", handoff)
    desk.attach("codeni", handoff, share=Share.FULL, dossier=dossier("minna"))
    assert desk.handoff(handoff).share is Share.FULL
    assert desk.track().holder == "minna"


def test_sormas_11204_a_source_does_not_vanish_before_acceptance() -> None:
    """There is no deleting; a track that ends takes back what waits of it, and says so to whoever it waited for."""
    # given
    desk = CaseDesk().open("codeni")
    handoff = desk.offer("codeni", "minna")
    # when
    events = desk.close("codeni", "not_confirmed")
    # then
    assert kinds(events) == ["HandoffWithdrawn", "TrackClosed"]
    assert desk.handoff(handoff).code == "track_closed"
    refusal = desk.refused(Accept, "minna", handoff=handoff)
    assert (refusal.code, refusal.values) == ("handoff_state_refused", {"state": "withdrawn"})
    assert desk.track().standing is Standing.CLOSED


def test_sormas_9945_a_sender_is_told_every_outcome() -> None:
    """Whatever ends a handoff is an event of it, which names it: every sender along the way learns what came of it."""
    # given a case that passed through three desks
    desk = CaseDesk().open("codeni")
    first = desk.offer("codeni", "minna")
    desk.accept("minna", first)
    second = desk.offer("minna", "mdp")
    desk.accept("mdp", second)
    # when the last of them closes it
    events = desk.close("mdp")
    # then both handoffs are completed with the outcome, before the track ends
    assert kinds(events) == ["HandoffCompleted", "HandoffCompleted", "TrackClosed"]
    assert desk.handoff(first).outcome == desk.handoff(second).outcome == "safe_with_family"
    assert desk.handoff(first).state is desk.handoff(second).state is HandoffState.COMPLETED


def test_sormas_9945_a_sender_is_told_the_outcome_of_a_track_that_ends_again() -> None:
    """What it was told first no longer holds: its handoff keeps it, and the later one is told under the same id."""
    # given a sender that was told an outcome, and that the track was taken up again
    desk = CaseDesk().open("codeni")
    handoff = desk.offer("codeni", "minna")
    desk.accept("minna", handoff)
    desk.close("minna")
    desk.after(days=10)
    desk.reopen("minna")
    before = desk.standing
    # when it ends with another
    (closed,) = desk.do(Close, "minna", track="protection", outcome="not_located")
    # then both are told
    notices = notices_of(before, closed, desk.standing)
    assert [
        (notice.member, notice.handoff, notice.outcome)
        for notice in notices
        if isinstance(notice, CompletedNotice)
    ] == [("codeni", handoff, "not_located"), ("minna", handoff, "not_located")]


def test_sormas_9945_silence_is_told_too() -> None:
    """An offer that nobody answers ends, and says so; one that may not be declined goes up the ladder."""
    desk = CaseDesk().open("codeni", "protection", "criminal")
    ordinary = desk.offer("codeni", "minna")
    report = desk.offer("codeni", "mp", track="criminal")
    events = desk.ticks_until(desk.at + timedelta(days=30))
    assert kinds(events).count("HandoffExpired") == 1
    assert desk.handoff(ordinary).state is HandoffState.EXPIRED
    assert desk.handoff(report).state is HandoffState.OFFERED
    told = [
        event.tell for event in events if getattr(event, "handoff", None) == report and hasattr(event, "tell")
    ]
    assert told == [("mp",), ("codeni",), ("conaeti",)]


def test_opencrvs_12878_nothing_is_run_after_a_case_was_reassigned() -> None:
    """What a desk began when it held the case, and sends when it no longer does, is refused."""
    # given
    desk = CaseDesk().open("codeni")
    handoff = desk.offer("codeni", "minna")
    begun = desk.command(Advance, "codeni", track="protection", stage="attention")
    referral = desk.command(Offer, "codeni", **desk.offering("mdp", kind=HandoffKind.REFERRAL))
    # when
    desk.accept("minna", handoff)
    # then
    for command in (begun, referral):
        decided = decide(desk.file, command)
        assert isinstance(decided, Refusal)
        assert decided.code == "not_holder"


def test_opencrvs_12878_an_answer_to_what_is_no_longer_asked_is_refused() -> None:
    """An acceptance that comes after the offer was taken back takes nothing."""
    desk = CaseDesk().open("codeni")
    handoff = desk.offer("codeni", "minna")
    seen = desk.handoff(handoff).version
    desk.withdraw("codeni", handoff)
    assert desk.refused(Accept, "minna", handoff=handoff, seen=seen).code == "version_conflict"
    for kind, fields in [
        (Accept, {}),
        (Decline, {"code": "no_capacity"}),
        (Redirect, {"to": "mdp", "following": "x"}),
        (Withdraw, {"code": "error"}),
        (Complete, {"outcome": "safe_with_family"}),
    ]:
        by = "codeni" if kind is Withdraw else "minna"
        assert desk.refused(kind, by, handoff=handoff, **fields).code == "handoff_state_refused"
    assert desk.track().holder == "codeni"


def test_primero_508_the_last_of_two_edits_does_not_silently_win() -> None:
    """Of two desks that read the same version the second is told that there is another, of cases, tracks, handoffs."""
    # given
    desk = CaseDesk().open("codeni")
    handoff = desk.offer("codeni", "minna")
    case, track, seen = desk.standing.case.version, desk.track().version, desk.handoff(handoff).version
    # when somebody else was quicker
    desk.do(Correct, "codeni", facts=replace(FACTS, age_band=AgeBand.FROM_14_TO_17))
    desk.advance("codeni", "attention")
    desk.do(Attach, "codeni", **shared(desk, handoff))
    # then
    stale = [
        (Correct, "codeni", {"facts": FACTS}, case),
        (RecordConsent, "codeni", {"consent": Consent.REFUSED}, case),
        (OpenTrack, "codeni", {"track": "criminal"}, case),
        (Advance, "codeni", {"track": "protection", "stage": "follow_up"}, track),
        (Close, "codeni", {"track": "protection", "outcome": "not_located"}, track),
        (Reopen, "codeni", {"track": "protection", "code": "new_facts"}, track),
        (Offer, "codeni", desk.offering("mdp", kind=HandoffKind.REFERRAL), track),
        (Accept, "minna", {"handoff": handoff}, seen),
        (Decline, "minna", {"handoff": handoff, "code": "no_capacity"}, seen),
        (Redirect, "minna", {"handoff": handoff, "to": "mdp", "following": "x"}, seen),
        (Withdraw, "codeni", {"handoff": handoff, "code": "error"}, seen),
        (Attach, "codeni", {"handoff": handoff, "share": Share.FULL}, seen),
    ]
    for kind, by, fields, version in stale:
        refusal = desk.refused(kind, by, **fields, seen=version)
        assert refusal.code == "version_conflict", kind
        assert refusal.values["expected"] == version
        assert refusal.values["current"] > version


def shared(desk: CaseDesk, handoff: str) -> dict[str, object]:
    """The fields of sharing more of a handoff."""
    desk.do(RecordConsent, "codeni", consent=Consent.GRANTED)
    return {"handoff": handoff, "share": Share.PSEUDONYMOUS, "dossier": dossier("minna")}


def test_only_opening_and_accepting_give_custody() -> None:
    """The two events that say who holds a track are the only ones that can."""
    desk = transferred()
    holders = [event for event in desk.events if isinstance(event, TrackOpened | HandoffAccepted)]
    assert len(holders) == len(desk.track().custody)
