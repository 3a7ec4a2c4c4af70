"""What desks do to a case and what comes of it: opened, offered, answered, asked about, closed, taken up again."""

from datetime import timedelta

import pytest
from case_desk import FACTS, INSTITUTIONS, KEYS, CaseDesk, dossier, fresh_id, happened, kinds, paper
from msgspec.structs import replace

from nanduti.cases import (
    CaseOpened,
    ConsentRecorded,
    DossierAttached,
    HandoffAccepted,
    HandoffOffered,
    HandoffRedirected,
    QuestionAsked,
    ReferenceGiven,
    ResealingNeeded,
    TrackReopened,
)
from nanduti.vocabulary import AgeBand, Consent, Crime, HandoffKind, HandoffState, Share, Urgency
from nanduti_hub.handoffs.clocks import WaitingKind, waiting_of
from nanduti_hub.handoffs.commands import (
    Accept,
    Answer,
    Ask,
    Attach,
    Complete,
    Correct,
    Decline,
    NoticeRevokedKeys,
    Offer,
    OpenTrack,
    RecordConsent,
    Redirect,
    Tick,
)
from nanduti_hub.handoffs.decide import decide
from nanduti_hub.handoffs.evolve import evolve
from nanduti_hub.handoffs.state import Standing


def waits(desk: CaseDesk, member: str, track: str = "protection") -> list[WaitingKind]:
    """What waits for a member on a track."""
    return [waiting.kind for waiting in waiting_of(desk.track(track)) if waiting.member == member]


# Opening


def test_whoever_opens_a_case_holds_its_tracks() -> None:
    """Competent or not: a case always has somebody. It finds it under a reference of its own."""
    desk = CaseDesk().open("dnm", "protection", "criminal")
    assert kinds(tuple(desk.events)) == ["CaseOpened", "TrackOpened", "TrackOpened"]
    for code in ("protection", "criminal"):
        track = desk.track(code)
        assert (track.holder, track.keeper, track.stage) == ("dnm", "dnm", "reception")
        assert [custody.holder for custody in track.custody] == ["dnm"]
        assert track.running is not None
    opened = happened(tuple(desk.events), CaseOpened)
    (pair,) = desk.standing.case.references
    assert (pair.first, pair.second, pair.reference) == ("dnm", "dnm", opened.reference)
    assert opened.procedure == desk.procedure.version


def test_a_case_is_opened_with_what_the_person_has_said() -> None:
    """A track that is named twice is one."""
    desk = CaseDesk().open("codeni", "protection", "protection", consent=Consent.GRANTED, synthetic=True)
    assert desk.standing.case.consent is Consent.GRANTED
    assert desk.standing.case.synthetic
    assert list(desk.standing.tracks) == ["protection"]


def test_facts_are_corrected_by_whoever_holds_a_track() -> None:
    """Saying the same again is no event."""
    desk = CaseDesk().open("codeni")
    facts = replace(FACTS, crimes=(Crime.CHILD_LABOR, Crime.TRAFFICKING))
    assert kinds(desk.do(Correct, "codeni", facts=facts)) == ["FactsCorrected"]
    assert desk.do(Correct, "codeni", facts=facts) == ()
    assert desk.standing.case.facts == facts


def test_a_holder_opens_another_track_and_holds_it() -> None:
    """Two tracks of a case then go their own ways."""
    desk = CaseDesk().open("codeni")
    desk.do(OpenTrack, "codeni", track="criminal")
    desk.accept("mp", desk.offer("codeni", "mp", track="criminal"))
    assert desk.track("criminal").holder == "mp"
    assert desk.track("protection").holder == "codeni"
    desk.do(OpenTrack, "mp", track="restitution")
    assert desk.track("restitution").holder == "mp"


# Consent


def test_withdrawn_consent_takes_back_what_stands_on_it() -> None:
    """What shares nothing, and what is shared for a listed reason without it, goes on waiting."""
    # given
    desk = CaseDesk().open("codeni")
    on_consent = desk.share("codeni", "minna")
    for_a_reason = desk.share("codeni", "mdp", kind=HandoffKind.REFERRAL, override="imminent_danger")
    bare = desk.offer("codeni", "minna", kind=HandoffKind.REFERRAL)
    # when
    events = desk.do(RecordConsent, "codeni", consent=Consent.WITHDRAWN)
    # then
    assert kinds(events) == ["ConsentRecorded", "HandoffWithdrawn"]
    assert desk.handoff(on_consent).code == "consent_withdrawn"
    assert desk.handoff(for_a_reason).waits
    assert desk.handoff(bare).waits


@pytest.mark.parametrize("consent", [Consent.WITHDRAWN, Consent.REFUSED])
def test_without_consent_a_case_is_still_handed_over_bare(consent: Consent) -> None:
    """Custody never waits for consent: it is what is told that needs it."""
    desk = CaseDesk().open("codeni")
    bare = desk.offer("codeni", "minna")
    assert kinds(desk.do(RecordConsent, "codeni", consent=consent)) == ["ConsentRecorded"]
    assert desk.do(RecordConsent, "codeni", consent=consent) == ()
    desk.accept("minna", bare)
    assert desk.track().holder == "minna"


def test_what_was_granted_is_withdrawn_and_can_be_granted_again() -> None:
    """It is not merely refused: whoever received the case on it has to be told."""
    desk = CaseDesk().open("codeni", consent=Consent.GRANTED)
    assert desk.refused(RecordConsent, "codeni", consent=Consent.REFUSED).code == "consent_step_refused"
    for consent in (Consent.WITHDRAWN, Consent.REFUSED, Consent.GRANTED, Consent.WITHDRAWN):
        desk.do(RecordConsent, "codeni", consent=consent)
    assert desk.standing.case.consent is Consent.WITHDRAWN


def test_whoever_holds_a_track_records_consent_for_all() -> None:
    """Also the one that has ended: every past recipient has to be told."""
    desk = CaseDesk().open("codeni")
    desk.accept("minna", desk.offer("codeni", "minna"))
    desk.close("minna")
    (event,) = desk.do(RecordConsent, "minna", consent=Consent.WITHDRAWN)
    assert isinstance(event, ConsentRecorded)
    assert event.by == "minna"


# Offering


def test_an_offer_leaves_custody_where_it_is() -> None:
    """The receiver owes an answer in the time that the procedure gives for the urgency."""
    desk = CaseDesk().open("codeni")
    handoff = desk.offer("codeni", "minna", urgency=Urgency.IMMEDIATE)
    offered = happened(tuple(desk.events), HandoffOffered)
    assert (offered.sender, offered.receiver) == ("codeni", "minna")
    assert offered.clock.owes == "minna"
    assert offered.clock.due == desk.at + timedelta(hours=2)
    assert offered.clock.expires
    assert not offered.clock.by_law
    assert desk.track().holder == "codeni"
    assert desk.track().waiting_transfer == desk.handoff(handoff)
    assert waits(desk, "minna") == [WaitingKind.ANSWER]
    assert waits(desk, "codeni") == [WaitingKind.STAGE]


def test_sender_and_receiver_have_a_reference_before_the_offer() -> None:
    """One for the pair, whatever passes between them afterwards."""
    desk = CaseDesk().open("minna")
    desk.decline("codeni", desk.offer("minna", "codeni"))
    desk.offer("minna", "codeni")
    given = [event for event in desk.events if isinstance(event, ReferenceGiven)]
    assert [(event.first, event.second) for event in given] == [("codeni", "minna")]


def test_who_is_informed_has_a_reference_with_the_sender() -> None:
    """The procedure wants the public defender to know of a report to the prosecutor about a child."""
    desk = CaseDesk().open("codeni", "criminal")
    desk.offer("codeni", "mp", track="criminal")
    assert happened(tuple(desk.events), HandoffOffered).informed == ("mdp",)
    pairs = {(pair.first, pair.second) for pair in desk.standing.case.references}
    assert pairs == {("codeni", "codeni"), ("codeni", "mp"), ("codeni", "mdp")}


def test_nobody_off_the_hub_is_informed() -> None:
    """A notice could not reach it, and a reference would be of no use."""
    desk = CaseDesk().open("codeni", "criminal")
    desk.institutions["mdp"] = False
    desk.offer("codeni", "mp", track="criminal")
    assert happened(tuple(desk.events), HandoffOffered).informed == ()


def test_a_dossier_is_sealed_to_all_the_keys_in_force() -> None:
    """And the reason for sharing without consent is kept with it."""
    desk = CaseDesk().open("codeni")
    handoff = desk.offer(
        "codeni", "minna", share=Share.FULL, dossier=dossier("minna"), override="child_best_interest"
    )
    assert desk.handoff(handoff).override == "child_best_interest"
    assert desk.handoff(handoff).dossier is not None


def test_a_reason_for_sharing_is_not_kept_where_nothing_is_shared() -> None:
    """Nothing needs none."""
    desk = CaseDesk().open("codeni")
    handoff = desk.offer("codeni", "minna", override="legal_duty")
    assert desk.handoff(handoff).override is None


def test_referrals_wait_side_by_side_and_with_a_transfer() -> None:
    """Only custody is one."""
    desk = CaseDesk().open("codeni")
    for receiver, kind in [
        ("minna", HandoffKind.REFERRAL),
        ("mdp", HandoffKind.REFERRAL),
        ("minna", HandoffKind.TRANSFER),
    ]:
        desk.offer("codeni", receiver, kind=kind)
    assert sum(handoff.waits for handoff in desk.track().handoffs) == 3


# Answering


def test_accepting_a_transfer_moves_custody_in_the_same_step() -> None:
    """The new holder has the track's stage to see to, in a time of its own."""
    desk = CaseDesk().open("codeni")
    handoff = desk.offer("codeni", "minna")
    desk.after(hours=3)
    accepted = happened(desk.accept("minna", handoff), HandoffAccepted)
    track = desk.track()
    assert (track.holder, track.keeper) == ("minna", "minna")
    assert track.custody[-1].handoff == handoff
    assert track.custody[-1].since == desk.at
    assert accepted.clock is not None
    assert accepted.clock.owes == "minna"
    assert accepted.clock.due == desk.at + timedelta(hours=4)
    assert waits(desk, "minna") == [WaitingKind.STAGE, WaitingKind.OUTCOME]
    assert waits(desk, "codeni") == []


def test_accepting_a_referral_moves_nothing() -> None:
    """The case is shared; the receiver says what came of it."""
    desk = CaseDesk().open("codeni")
    handoff = desk.offer("codeni", "mdp", kind=HandoffKind.REFERRAL)
    clock = desk.track().running
    assert happened(desk.accept("mdp", handoff), HandoffAccepted).clock is None
    assert desk.track().holder == "codeni"
    assert desk.track().running == clock
    desk.complete("mdp", handoff, outcome="services_declined")
    assert desk.handoff(handoff).state is HandoffState.COMPLETED


def test_the_other_offers_of_an_old_holder_stay_its_own() -> None:
    """It may take a referral back that it sent, though it no longer holds the track; the new holder may not."""
    desk = CaseDesk().open("codeni")
    referral = desk.offer("codeni", "mdp", kind=HandoffKind.REFERRAL)
    desk.accept("minna", desk.offer("codeni", "minna"))
    assert desk.refused(Attach, "minna", handoff=referral, share=Share.NONE).code == "handoff_unknown"
    desk.withdraw("codeni", referral)
    assert desk.handoff(referral).state is HandoffState.WITHDRAWN


def test_a_declined_transfer_leaves_the_way_free() -> None:
    """With its reason; another may be offered at once."""
    desk = CaseDesk().open("codeni")
    handoff = desk.offer("codeni", "minna")
    desk.decline("minna", handoff, code="not_competent")
    assert desk.handoff(handoff).code == "not_competent"
    desk.accept("mdp", desk.offer("codeni", "mdp"))
    assert desk.track().holder == "mdp"


def test_a_redirection_waits_for_the_senders_seal() -> None:
    """Whoever it names is told of nothing until then, and has all its time from then on."""
    # given
    desk = CaseDesk().open("codeni")
    handoff = desk.share("codeni", "minna", bundle=fresh_id())
    # when
    following = desk.redirect("minna", handoff, "mdp")
    # then
    redirected = happened(tuple(desk.events), HandoffRedirected)
    assert redirected.clock.owes == "codeni"
    assert redirected.clock.due == desk.at + timedelta(hours=24)
    assert desk.handoff(handoff).state is HandoffState.REDIRECTED
    assert any((pair.first, pair.second) == ("codeni", "mdp") for pair in desk.standing.case.references)
    after = desk.handoff(following)
    assert (after.state, after.sender, after.receiver) == (
        HandoffState.AWAITING_RESEALING,
        "codeni",
        "mdp",
    )
    assert (after.before, after.tried, after.bundle) == (handoff, ("minna", "mdp"), None)
    assert after.dossier is None
    assert waits(desk, "codeni") == [WaitingKind.STAGE, WaitingKind.SEAL]
    assert desk.refused(Accept, "mdp", handoff=following).code == "handoff_unknown"
    assert desk.refused(Decline, "mdp", handoff=following, code="no_capacity").code == "handoff_unknown"
    assert desk.refused(Correct, "mdp", facts=FACTS).code == "case_unknown"
    # when
    desk.after(hours=5)
    desk.attach("codeni", following, share=Share.PSEUDONYMOUS, dossier=dossier("mdp"))
    # then
    assert desk.handoff(following).state is HandoffState.OFFERED
    assert desk.handoff(following).offered_at == desk.at
    assert waits(desk, "mdp") == [WaitingKind.ANSWER]
    desk.accept("mdp", following)
    assert desk.track().holder == "mdp"


def test_a_redirection_that_nobody_seals_expires() -> None:
    """And the holder is still the holder."""
    desk = CaseDesk().open("codeni")
    following = desk.redirect("minna", desk.offer("codeni", "minna"), "mdp")
    desk.ticks_until(desk.at + timedelta(days=2))
    assert desk.handoff(following).state is HandoffState.EXPIRED
    assert desk.track().waiting_transfer is None
    assert desk.track().holder == "codeni"


def test_the_sender_shares_less_with_whom_a_redirection_names() -> None:
    """Or nothing: it decides anew for each receiver."""
    desk = CaseDesk().open("codeni")
    following = desk.redirect("minna", desk.share("codeni", "minna", share=Share.FULL), "mdp")
    desk.attach("codeni", following)
    assert desk.handoff(following).share is Share.NONE
    assert desk.handoff(following).state is HandoffState.OFFERED


def test_an_offer_is_redirected_as_often_as_the_procedure_lets() -> None:
    """Each to another; after that it is accepted or declined."""
    desk = CaseDesk().open("pn")
    desk.institutions |= {"mspbs": True, "csj": True}
    handoff = desk.offer("pn", "minna")
    for by, to in [("minna", "mdp"), ("mdp", "codeni"), ("codeni", "csj")]:
        handoff = desk.redirect(by, handoff, to)
        desk.attach("pn", handoff)
    refusal = desk.refused(Redirect, "csj", handoff=handoff, to="mspbs", following="x")
    assert (refusal.code, refusal.values) == ("too_many_hops", {"most": 3})
    desk.accept("csj", handoff)
    assert desk.track().holder == "csj"


# Sealing anew


def test_revoking_the_last_key_of_a_waiting_dossier_has_it_sealed_anew() -> None:
    """The receiver's time stops, and starts whole when it can open what it is asked to take."""
    # given
    desk = CaseDesk().open("codeni")
    handoff = desk.share("codeni", "minna")
    officer, recovery = sorted(KEYS["minna"])
    # when one of two is revoked, nothing happens
    assert desk.revoke("minna", officer) == ()
    # when the other is too
    events = desk.revoke("minna", recovery)
    # then
    assert happened(events, ResealingNeeded).clock.owes == "codeni"
    assert desk.handoff(handoff).state is HandoffState.AWAITING_RESEALING
    assert desk.refused(Accept, "minna", handoff=handoff).code == "handoff_state_refused"
    assert desk.do(NoticeRevokedKeys, "hub", institution="minna") == ()
    # when
    desk.keys["minna"] = KEYS["mdp"]
    desk.after(hours=20)
    attached = happened(
        desk.attach("codeni", handoff, share=Share.PSEUDONYMOUS, dossier=dossier("mdp")), DossierAttached
    )
    # then
    assert attached.clock is not None
    assert attached.clock.due == desk.at + timedelta(hours=24)
    desk.accept("minna", handoff)


def test_keys_of_others_and_of_what_is_answered_change_nothing() -> None:
    """What was accepted has been opened, or can be asked for again."""
    desk = CaseDesk().open("codeni")
    desk.accept("minna", desk.share("codeni", "minna"))
    waiting = desk.share("minna", "mdp", kind=HandoffKind.REFERRAL)
    assert desk.revoke("minna") == ()
    assert desk.revoke("codeni") == ()
    assert desk.handoff(waiting).state is HandoffState.OFFERED


def test_a_waiting_dossier_is_sealed_anew_to_new_keys_in_the_same_time() -> None:
    """The receiver's clock goes on; the same again is no event."""
    desk = CaseDesk().open("codeni")
    handoff = desk.share("codeni", "minna")
    running = desk.handoff(handoff).running
    again = dossier("minna")
    desk.after(hours=1)
    assert desk.attach("codeni", handoff, share=Share.PSEUDONYMOUS, dossier=again)
    assert desk.handoff(handoff).running == running
    assert desk.attach("codeni", handoff, share=Share.PSEUDONYMOUS, dossier=again) == ()


# Off the hub


def test_the_sender_records_what_an_institution_off_the_hub_has_answered() -> None:
    """With the paper's kind, number and date; it is the sender that owes the record."""
    # given
    desk = CaseDesk().open("codeni")
    handoff = desk.offer("codeni", "csj")
    assert desk.handoff(handoff).running.clock.owes == "codeni"
    assert waits(desk, "codeni") == [WaitingKind.STAGE, WaitingKind.PAPER]
    # when
    desk.after(hours=20)
    desk.accept("codeni", handoff, document=paper(desk.at))
    # then
    track = desk.track()
    assert (track.holder, track.keeper) == ("csj", "codeni")
    assert track.custody[-1].holder == "csj"
    assert waits(desk, "codeni") == [WaitingKind.STAGE, WaitingKind.OUTCOME]
    # and it keeps the case going for the court
    desk.advance("codeni", "protection_measures", "follow_up")
    desk.complete("codeni", handoff)


def test_paper_declines_and_redirects_too() -> None:
    """A redirection on paper goes on like any other."""
    desk = CaseDesk().open("codeni")
    handoff = desk.offer("codeni", "csj")
    desk.decline("codeni", handoff, document=paper(desk.at))
    following = desk.redirect("codeni", desk.offer("codeni", "mspbs"), "minna", document=paper(desk.at))
    desk.attach("codeni", following)
    desk.accept("minna", following)
    assert desk.track().holder == "minna"


def test_a_keeper_hands_on_what_a_court_holds() -> None:
    """It is the sender; the court's custody lasts until the acceptance."""
    desk = CaseDesk().open("codeni")
    desk.accept("codeni", desk.offer("codeni", "csj"), document=paper(desk.at))
    handoff = desk.offer("codeni", "minna")
    assert desk.handoff(handoff).sender == "codeni"
    assert desk.track().holder == "csj"
    desk.accept("minna", handoff)
    assert (desk.track().holder, desk.track().keeper) == ("minna", "minna")


def test_a_court_gives_a_case_back_to_whoever_keeps_it() -> None:
    """By an offer of which the court is the sender: custody is taken, not edited."""
    desk = CaseDesk().open("codeni")
    desk.accept("codeni", desk.offer("codeni", "csj"), document=paper(desk.at))
    back = desk.offer("codeni", "codeni")
    assert (desk.handoff(back).sender, desk.handoff(back).receiver) == ("csj", "codeni")
    assert desk.track().holder == "csj"
    assert desk.refused(Redirect, "codeni", handoff=back, to="minna", following="x").code == "redirect_loops"
    desk.accept("codeni", back)
    assert (desk.track().holder, desk.track().keeper) == ("codeni", "codeni")


def test_an_institution_that_comes_onto_the_hub_takes_over_itself() -> None:
    """From then on nobody acts for it; what it answered on paper before can still be recorded."""
    desk = CaseDesk().open("codeni")
    desk.accept("codeni", desk.offer("codeni", "csj"), document=paper(desk.at))
    waiting = desk.offer("codeni", "mspbs", kind=HandoffKind.REFERRAL)
    desk.institutions |= {"csj": True, "mspbs": True}
    desk.advance("csj", "attention")
    assert desk.refused(Offer, "codeni", **desk.offering("minna")).code == "not_holder"
    desk.accept("codeni", waiting, document=paper(desk.at))
    assert desk.handoff(waiting).state is HandoffState.ACCEPTED


def test_what_an_institution_took_on_paper_it_keeps_itself_once_it_is_on_the_hub() -> None:
    """Its paper may be recorded after it came: nobody acts for it even so."""
    desk = CaseDesk().open("codeni")
    handoff = desk.offer("codeni", "csj")
    desk.institutions["csj"] = True
    desk.accept("codeni", handoff, document=paper(desk.at))
    assert (desk.track().holder, desk.track().keeper) == ("csj", "csj")
    assert desk.track().running.clock.owes == "csj"


def test_an_institution_that_leaves_the_hub_leaves_nothing_stuck() -> None:
    """The last holder that is still there acts for it."""
    desk = CaseDesk().open("codeni")
    desk.accept("minna", desk.offer("codeni", "minna"))
    desk.institutions["minna"] = False
    desk.advance("codeni", "attention")
    desk.accept("mdp", desk.offer("codeni", "mdp"))
    assert desk.track().holder == "mdp"


# Questions


def test_the_two_of_a_handoff_ask_each_other() -> None:
    """In listed words, each in the time that the procedure gives."""
    desk = CaseDesk().open("codeni")
    handoff = desk.offer("codeni", "minna")
    asked = happened(desk.do(Ask, "minna", handoff=handoff, question="immediate_risk"), QuestionAsked)
    assert (asked.number, asked.by, asked.clock.owes) == (1, "minna", "codeni")
    assert WaitingKind.QUESTION in waits(desk, "codeni")
    desk.do(Ask, "codeni", handoff=handoff, question="can_take_by")
    desk.do(Answer, "codeni", handoff=handoff, number=1, answer="no")
    desk.do(Answer, "minna", handoff=handoff, number=2, answer="today")
    assert [question.answer for question in desk.handoff(handoff).questions] == ["no", "today"]
    # the same may be asked again once it is answered
    desk.do(Ask, "minna", handoff=handoff, question="immediate_risk")
    desk.accept("minna", handoff)
    assert WaitingKind.QUESTION in waits(desk, "codeni")


def test_what_ends_a_handoff_ends_its_questions() -> None:
    """Nobody owes an answer about what is over."""
    desk = CaseDesk().open("codeni")
    handoff = desk.offer("codeni", "minna")
    desk.do(Ask, "minna", handoff=handoff, question="immediate_risk")
    desk.withdraw("codeni", handoff)
    assert WaitingKind.QUESTION not in waits(desk, "codeni")
    refusal = desk.refused(Answer, "codeni", handoff=handoff, number=1, answer="no")
    assert refusal.code == "question_over"


# The way of a track


def test_a_track_goes_from_stage_to_stage() -> None:
    """Each with its own time; the stage that it is at is no step."""
    desk = CaseDesk().open("codeni")
    first = desk.track().running
    desk.advance("codeni", "referral")
    assert desk.track().running != first
    assert desk.track().running.clock.due == desk.at + timedelta(hours=24)
    desk.advance("codeni", "referral")
    assert kinds(tuple(desk.events)).count("StageAdvanced") == 1


def test_a_stage_without_a_limit_waits_for_nobody() -> None:
    """Its holder still has it, and nobody is late."""
    desk = CaseDesk().open("mp", "criminal")
    for stage in ("investigation", "prosecution", "sentencing"):
        desk.advance("mp", stage, track="criminal")
    assert desk.track("criminal").running is None
    assert desk.next_at() is None
    desk.close("mp", "convicted", track="criminal")


def test_a_track_that_ends_completes_its_transfers_and_nothing_else() -> None:
    """An accepted referral goes on: its receiver has its own to say, then or later."""
    desk = CaseDesk().open("codeni")
    referral = desk.offer("codeni", "mdp", kind=HandoffKind.REFERRAL)
    desk.accept("mdp", referral)
    transfer = desk.offer("codeni", "minna")
    desk.accept("minna", transfer)
    desk.close("minna", "alternative_care")
    assert desk.handoff(transfer).outcome == "alternative_care"
    assert desk.handoff(referral).state is HandoffState.ACCEPTED
    assert desk.track().standing is Standing.CLOSED
    assert waits(desk, "mdp") == [WaitingKind.OUTCOME]
    desk.complete("mdp", referral, outcome="independent")


def test_what_was_completed_before_keeps_its_own_outcome() -> None:
    """The end of the track does not overwrite it."""
    desk = CaseDesk().open("codeni")
    transfer = desk.offer("codeni", "minna")
    desk.accept("minna", transfer)
    desk.complete("minna", transfer, outcome="returned")
    assert kinds(desk.close("minna")) == ["TrackClosed"]
    assert desk.handoff(transfer).outcome == "returned"


def test_a_closed_track_is_taken_up_by_its_last_holder() -> None:
    """Where it stopped, with its time running again; its history is as it was."""
    desk = CaseDesk().open("codeni")
    desk.accept("minna", desk.offer("codeni", "minna"))
    desk.close("minna")
    assert desk.next_at() is None
    desk.after(days=100)
    reopened = happened(desk.reopen("minna"), TrackReopened)
    assert (desk.track().standing, desk.track().stage) == (Standing.OPEN, "follow_up")
    assert desk.track().outcome is None
    assert desk.track().holder == "minna"
    assert reopened.clock is not None
    assert len(desk.track().custody) == 2


def test_a_track_that_ended_where_no_way_goes_on_is_taken_up_from_its_beginning() -> None:
    """A sentence has no next stage."""
    desk = CaseDesk().open("mp", "criminal")
    for stage in ("investigation", "prosecution", "sentencing"):
        desk.advance("mp", stage, track="criminal")
    desk.close("mp", "acquitted", track="criminal")
    desk.reopen("mp", track="criminal")
    assert desk.track("criminal").stage == "reception"


# The hub itself


def test_the_hub_has_nothing_to_do_to_what_is_not_there() -> None:
    """Nor is it an error."""
    desk = CaseDesk()
    assert desk.do(Tick, "hub") == ()
    assert desk.do(NoticeRevokedKeys, "hub", institution="minna") == ()


def test_too_few_references_are_a_mistake_of_ours() -> None:
    """It raises: no answer could be right."""
    desk = CaseDesk().open("codeni")
    command = desk.command(Offer, "codeni", **desk.offering("minna"))
    command = replace(command, known=replace(command.known, fresh=()))
    with pytest.raises(ValueError, match="fresh"):
        decide(desk.file, command)


def test_a_reference_that_a_pair_has_is_not_given_again() -> None:
    """Should a fresh one ever be one that the case knows, the next is taken."""
    desk = CaseDesk().open("codeni")
    (own,) = desk.standing.case.references
    command = desk.command(Offer, "codeni", **desk.offering("minna"))
    fresh = (own.reference, *command.known.fresh)
    decided = decide(desk.file, replace(command, known=replace(command.known, fresh=fresh)))
    assert isinstance(decided, tuple)
    assert happened(decided, ReferenceGiven).reference == fresh[1]


def test_an_event_that_cannot_follow_is_nonsense() -> None:
    """A fold that shrugs would hide what went wrong: twice the same, of another case, of a handoff that is over."""
    desk = CaseDesk().open("codeni")
    handoff = desk.offer("codeni", "minna")
    accepted = desk.accept("minna", handoff)
    other = CaseDesk().open("codeni").events[0]
    for event in (*accepted, desk.events[0], other):
        with pytest.raises(ValueError, match="event"):
            evolve(desk.file, event)
    again = replace(accepted[-1], version=desk.track().version + 1)
    with pytest.raises(ValueError, match="cannot follow"):
        evolve(desk.file, again)


def test_an_adult_in_the_same_place_has_other_institutions() -> None:
    """Competence is by the facts as they are now, and the answer says who is competent."""
    desk = CaseDesk().open("pn")
    assert desk.refused(Offer, "pn", **desk.offering("minmujer")).code == "not_competent"
    desk.do(Correct, "pn", facts=replace(FACTS, age_band=AgeBand.ADULT, crimes=(Crime.TRAFFICKING,)))
    refusal = desk.refused(Offer, "pn", **desk.offering("minna"))
    assert refusal.values["reason"] == "age"
    assert "minmujer" in refusal.values["competent"]
    assert set(refusal.values["competent"]) <= set(INSTITUTIONS)
    desk.accept("minmujer", desk.offer("pn", "minmujer"))


def test_an_outcome_is_said_at_any_time_after_acceptance() -> None:
    """Also of a transfer, by one that has handed the track on since."""
    desk = CaseDesk().open("codeni")
    first = desk.offer("codeni", "minna")
    desk.accept("minna", first)
    desk.accept("mdp", desk.offer("minna", "mdp"))
    desk.do(Complete, "minna", handoff=first, outcome="safe_with_family")
    assert desk.handoff(first).state is HandoffState.COMPLETED
    assert desk.track().holder == "mdp"
