"""Every refusal of a case command, met once; and none holds what was sent."""

import ast
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from case_desk import FACTS, INSTITUTIONS, PROCEDURE, CaseDesk, dossier, fingerprint, fresh_id, paper
from msgspec.structs import replace
from test_joining import join, part, two_cases

import nanduti_hub.handoffs
from nanduti.vocabulary import Consent, HandoffKind, Share, Urgency
from nanduti_hub.handoffs.commands import (
    Accept,
    Advance,
    Answer,
    Ask,
    Attach,
    Close,
    Complete,
    Correct,
    Decline,
    Offer,
    OpenCase,
    OpenTrack,
    RecordConsent,
    Redirect,
    Reopen,
    Withdraw,
)
from nanduti_hub.problems import TEXTS, told
from nanduti_hub.refusal import Refusal

#: What a desk might try to say in a code; no refusal may say it again.
SECRET = "maria_gonzalez_4123456"
MODULES = (
    "decide", "checks", "opening", "offering", "answering", "asking", "closing", "ticking", "joining",
)  # fmt: skip
STORIES: dict[str, list[Callable[[], Refusal]]] = {}


def meets(code: str) -> Callable[[Callable[[], Refusal]], Callable[[], Refusal]]:
    """A story that ends in a refusal of this code."""

    def register(story: Callable[[], Refusal]) -> Callable[[], Refusal]:
        STORIES.setdefault(code, []).append(story)
        return story

    return register


def opened(*tracks: str) -> CaseDesk:
    """Given a case that the CODENI holds."""
    return CaseDesk().open("codeni", *tracks)


def offered(receiver: str = "minna", **fields: Any) -> tuple[CaseDesk, str]:
    """Given one that it offers."""
    desk = opened()
    return desk, desk.offer("codeni", receiver, **fields)


def accepted() -> tuple[CaseDesk, str]:
    """Given one that was accepted."""
    desk, handoff = offered()
    desk.accept("minna", handoff)
    return desk, handoff


@meets("case_unknown")
def no_case_yet() -> Refusal:
    """Nothing is done to a case that is not open."""
    return CaseDesk().refused(Correct, "codeni", facts=FACTS)


@meets("case_unknown")
def a_stranger() -> Refusal:
    """Who has no part in a case is told that there is none."""
    return opened().refused(Advance, "mtess", track="protection", stage="attention")


@meets("case_unknown")
def a_stranger_to_the_case_itself() -> Refusal:
    """As the same."""
    return opened().refused(RecordConsent, "mtess", consent=Consent.GRANTED)


@meets("case_unknown")
def whoever_a_redirection_names() -> Refusal:
    """Is a stranger until the sender has sealed for it."""
    desk, handoff = offered()
    desk.redirect("minna", handoff, "mdp")
    return desk.refused(Advance, "mdp", track="protection", stage="attention")


@meets("case_exists")
def the_same_case_twice() -> Refusal:
    """A case is opened once."""
    return opened().refused(OpenCase, "codeni", case=fresh_id(), facts=FACTS, tracks=("protection",))


@meets("case_joined")
def a_joined_case() -> Refusal:
    """Its work goes on in the other."""
    into, joined = two_cases()
    from test_joining import do_join

    do_join(into, joined)
    return joined.refused(OpenTrack, "codeni", track="labor")


@meets("tracks_missing")
def no_track() -> Refusal:
    """A case has somebody who sees to it."""
    return CaseDesk().refused(OpenCase, "codeni", case=fresh_id(), facts=FACTS, tracks=())


@meets("track_unlisted")
def a_track_that_is_none() -> Refusal:
    """The procedure lists them."""
    tracks = ("protection", SECRET)
    return CaseDesk().refused(OpenCase, "codeni", case=fresh_id(), facts=FACTS, tracks=tracks)


@meets("track_unlisted")
def another_track_that_is_none() -> Refusal:
    """Also later."""
    return opened().refused(OpenTrack, "codeni", track=SECRET)


@meets("track_unlisted")
def a_track_that_the_other_case_s_procedure_lacks() -> Refusal:
    """It could not go on there."""
    into, joined = two_cases()
    joined.do(OpenTrack, "codeni", track="labor")
    from case_desk import known

    from nanduti_hub.handoffs.joining import decide_join

    fewer = replace(PROCEDURE, tracks=PROCEDURE.tracks[:1])
    decided = decide_join(
        into.standing, joined.standing, by="codeni", at=into.at, known=known(procedure=fewer), seen=None
    )
    assert isinstance(decided, Refusal)
    return decided


@meets("track_unknown")
def a_track_that_the_case_lacks() -> Refusal:
    """Listed or not."""
    return opened().refused(Advance, "codeni", track=SECRET, stage="attention")


@meets("track_exists")
def a_track_twice() -> Refusal:
    """One of a kind for each case."""
    return opened().refused(OpenTrack, "codeni", track="protection")


@meets("track_not_open")
def an_offer_of_a_closed_track() -> Refusal:
    """It is reopened first."""
    desk = opened()
    desk.close("codeni")
    return desk.refused(Offer, "codeni", **desk.offering("minna"))


@meets("track_not_closed")
def reopening_an_open_track() -> Refusal:
    """There is nothing to reopen."""
    return opened().refused(Reopen, "codeni", track="protection", code="new_facts")


@meets("not_holder")
def a_former_holder() -> Refusal:
    """What it held is another's."""
    desk, _ = accepted()
    return desk.refused(Close, "codeni", track="protection", outcome="returned")


@meets("not_holder")
def a_receiver_that_has_not_accepted() -> Refusal:
    """Being asked is no custody."""
    desk, _ = offered()
    return desk.refused(RecordConsent, "minna", consent=Consent.GRANTED)


@meets("not_holder")
def whoever_was_informed() -> Refusal:
    """It has a reference, and nothing to say."""
    desk = opened("criminal")
    desk.offer("codeni", "mp", track="criminal")
    return desk.refused(Advance, "mdp", track="criminal", stage="investigation")


@meets("not_receiver")
def a_sender_that_answers_itself() -> Refusal:
    """Only for a receiver off the hub."""
    desk, handoff = offered()
    return desk.refused(Accept, "codeni", handoff=handoff)


@meets("not_receiver")
def a_sender_that_says_what_came_of_it() -> Refusal:
    """The receiver does."""
    desk, handoff = accepted()
    return desk.refused(Complete, "codeni", handoff=handoff, outcome="returned")


@meets("not_sender")
def a_receiver_that_takes_an_offer_back() -> Refusal:
    """It declines."""
    desk, handoff = offered()
    return desk.refused(Withdraw, "minna", handoff=handoff, code="error")


@meets("version_conflict")
def another_version() -> Refusal:
    """Than there is."""
    desk, handoff = accepted()
    return desk.refused(Complete, "minna", handoff=handoff, outcome="returned", seen=1)


@meets("version_conflict")
def another_version_of_a_question() -> Refusal:
    """Asking and answering too."""
    desk, handoff = offered()
    desk.do(Ask, "minna", handoff=handoff, question="immediate_risk")
    assert (
        desk.refused(Ask, "minna", handoff=handoff, question="can_take_by", seen=1).code == "version_conflict"
    )
    return desk.refused(Answer, "codeni", handoff=handoff, number=1, answer="no", seen=1)


@meets("consent_step_refused")
def consent_that_was_never_asked_for() -> Refusal:
    """Once it was, it was."""
    desk = opened()
    desk.do(RecordConsent, "codeni", consent=Consent.GRANTED)
    return desk.refused(RecordConsent, "codeni", consent=Consent.NOT_ASKED)


@meets("consent_missing")
def sharing_without_consent() -> Refusal:
    """Or a listed reason."""
    desk = opened()
    desk.do(RecordConsent, "codeni", consent=Consent.REFUSED)
    offering = desk.offering("minna", share=Share.FULL, dossier=dossier("minna"))
    return desk.refused(Offer, "codeni", **offering)


@meets("consent_missing")
def sharing_more_after_consent_was_withdrawn() -> Refusal:
    """Also with whom it was shared before."""
    desk = opened()
    handoff = desk.share("codeni", "minna")
    desk.accept("minna", handoff)
    desk.do(RecordConsent, "minna", consent=Consent.WITHDRAWN)
    return desk.refused(Attach, "codeni", handoff=handoff, share=Share.FULL, dossier=dossier("minna"))


@meets("override_unlisted")
def sharing_for_a_reason_that_is_none() -> Refusal:
    """The procedure lists them."""
    desk = opened()
    offering = desk.offering("minna", share=Share.FULL, dossier=dossier("minna"), override=SECRET)
    return desk.refused(Offer, "codeni", **offering)


@meets("stage_step_refused")
def a_step_that_the_procedure_has_not() -> Refusal:
    """It says which ones there are."""
    refusal = opened().refused(Advance, "codeni", track="protection", stage=SECRET)
    assert refusal.values == {
        "stage": "reception",
        "next": ["referral", "protection_measures", "attention"],
    }
    return refusal


@meets("stage_not_last")
def closing_where_a_track_cannot_end() -> Refusal:
    """It says where it can."""
    desk = opened()
    desk.advance("codeni", "attention")
    refusal = desk.refused(Close, "codeni", track="protection", outcome="returned")
    assert "follow_up" in refusal.values["ending"]
    return refusal


@meets("outcome_unlisted")
def an_outcome_of_another_track() -> Refusal:
    """A care track ends in no conviction."""
    return opened().refused(Close, "codeni", track="protection", outcome="convicted")


@meets("outcome_unlisted")
def an_outcome_that_is_none() -> Refusal:
    """For a handoff neither."""
    desk, handoff = accepted()
    return desk.refused(Complete, "minna", handoff=handoff, outcome=SECRET)


@meets("code_unlisted")
def a_reason_to_decline_that_is_none() -> Refusal:
    """No free text."""
    desk, handoff = offered()
    return desk.refused(Decline, "minna", handoff=handoff, code=SECRET)


@meets("code_unlisted")
def a_reason_to_withdraw_that_is_none() -> Refusal:
    """Nor here."""
    desk, handoff = offered()
    return desk.refused(Withdraw, "codeni", handoff=handoff, code=SECRET)


@meets("code_unlisted")
def a_reason_to_reopen_that_is_none() -> Refusal:
    """Nor here."""
    desk = opened()
    desk.close("codeni")
    return desk.refused(Reopen, "codeni", track="protection", code=SECRET)


@meets("handoff_unknown")
def a_handoff_that_is_none() -> Refusal:
    """The case has no such."""
    return opened().refused(Accept, "minna", handoff=fresh_id())


@meets("handoff_unknown")
def a_handoff_of_two_others() -> Refusal:
    """Who is not one of its two is told that there is none, the holder of the track too."""
    desk = opened()
    referral = desk.offer("codeni", "mdp", kind=HandoffKind.REFERRAL)
    desk.accept("minna", desk.offer("codeni", "minna"))
    for kind, fields in [
        (Complete, {"outcome": "returned"}),
        (Ask, {"question": "can_take_by"}),
        (Answer, {"number": 1, "answer": "yes"}),
        (Withdraw, {"code": "error"}),
    ]:
        assert desk.refused(kind, "minna", handoff=referral, **fields).code == "handoff_unknown"
    return desk.refused(Accept, "minna", handoff=referral)


@meets("handoff_exists")
def an_id_that_was_used() -> Refusal:
    """Each offer has its own."""
    desk, handoff = offered()
    again = desk.offering("mdp", kind=HandoffKind.REFERRAL, handoff=handoff)
    return desk.refused(Offer, "codeni", **again)


@meets("handoff_exists")
def a_following_id_that_was_used() -> Refusal:
    """And each redirection."""
    desk, handoff = offered()
    return desk.refused(Redirect, "minna", handoff=handoff, to="mdp", following=handoff)


@meets("handoff_unlisted")
def a_track_that_is_not_handed_off_so() -> Refusal:
    """The procedure says how."""
    desk = opened()
    desk.procedure = replace(PROCEDURE, handoffs=PROCEDURE.handoffs[1:])
    return desk.refused(Offer, "codeni", **desk.offering("minna"))


@meets("handoff_unlisted")
def an_urgency_whose_time_is_gone_from_a_waiting_redirection() -> Refusal:
    """A procedure does not change under a case; if it did, nobody would be given no time."""
    desk, handoff = offered()
    following = desk.redirect("minna", handoff, "mdp")
    desk.procedure = replace(PROCEDURE, handoffs=PROCEDURE.handoffs[1:])
    return desk.refused(Attach, "codeni", handoff=following, share=Share.NONE)


@meets("urgency_unlisted")
def an_urgency_without_a_time() -> Refusal:
    """The procedure gives one for each that it knows."""
    desk = opened()
    rule = PROCEDURE.handoffs[0]
    answer = {Urgency.URGENT: rule.answer[Urgency.URGENT]}
    desk.procedure = replace(PROCEDURE, handoffs=(replace(rule, answer=answer), *PROCEDURE.handoffs[1:]))
    return desk.refused(Offer, "codeni", **desk.offering("minna", urgency=Urgency.IMMEDIATE))


@meets("handoff_state_refused")
def an_answer_to_what_was_answered() -> Refusal:
    """Once is enough."""
    desk, handoff = accepted()
    return desk.refused(Accept, "minna", handoff=handoff)


@meets("handoff_state_refused")
def an_outcome_of_what_was_not_accepted() -> Refusal:
    """Nothing can have come of it."""
    desk, handoff = offered()
    return desk.refused(Complete, "minna", handoff=handoff, outcome="returned")


@meets("handoff_state_refused")
def a_question_about_what_is_over() -> Refusal:
    """Nor are there questions."""
    desk, handoff = offered()
    desk.withdraw("codeni", handoff)
    return desk.refused(Ask, "codeni", handoff=handoff, question="can_take_by")


@meets("handoff_state_refused")
def sealing_for_what_is_over() -> Refusal:
    """Nor is anything sealed."""
    desk, handoff = offered()
    desk.decline("minna", handoff)
    return desk.refused(Attach, "codeni", handoff=handoff, share=Share.FULL, dossier=dossier("minna"))


@meets("handoffs_wait")
def joining_while_somebody_is_asked() -> Refusal:
    """It waits for the answer."""
    into, joined = two_cases()
    joined.offer("codeni", "mdp", kind=HandoffKind.REFERRAL)
    return join(into, joined, "codeni")


@meets("transfer_waits")
def two_transfers_at_a_time() -> Refusal:
    """Custody is one."""
    desk, _ = offered()
    return desk.refused(Offer, "codeni", **desk.offering("mdp"))


@meets("transfer_waits")
def a_transfer_beside_a_redirection_to_be_sealed() -> Refusal:
    """It waits too."""
    desk, handoff = offered()
    desk.redirect("minna", handoff, "mdp")
    return desk.refused(Offer, "codeni", **desk.offering("minna"))


@meets("receiver_unknown")
def an_institution_that_is_none() -> Refusal:
    """The directory has them."""
    desk = opened()
    return desk.refused(Offer, "codeni", **desk.offering(SECRET))


@meets("receiver_unknown")
def a_redirection_to_one_that_is_none() -> Refusal:
    """Also here."""
    desk, handoff = offered()
    return desk.refused(Redirect, "minna", handoff=handoff, to=SECRET, following=fresh_id())


@meets("receiver_is_holder")
def an_offer_to_itself() -> Refusal:
    """It holds the track."""
    desk = opened()
    return desk.refused(Offer, "codeni", **desk.offering("codeni"))


@meets("receiver_is_holder")
def an_offer_to_the_court_that_holds_it() -> Refusal:
    """The same, by its keeper."""
    desk, handoff = offered("csj")
    desk.accept("codeni", handoff, document=paper(desk.at))
    return desk.refused(Offer, "codeni", **desk.offering("csj"))


@meets("not_competent")
def an_institution_that_is_not_competent() -> Refusal:
    """It says why, and who is."""
    refusal = opened().refused(Offer, "codeni", **CaseDesk().offering("mtess"))
    assert refusal.values["institution"] == "mtess"
    assert refusal.values["reason"] == "track_not_of_institution"
    assert refusal.values["competent"][0] == "minna"
    return refusal


@meets("not_competent")
def a_redirection_to_one_that_is_not_competent() -> Refusal:
    """A wrong turn is not followed by another."""
    desk, handoff = offered()
    return desk.refused(Redirect, "minna", handoff=handoff, to="mtess", following=fresh_id())


@meets("receiver_without_keys")
def a_dossier_for_one_without_keys() -> Refusal:
    """It could not be opened."""
    desk = opened("labor")
    offering = desk.offering("mtess", track="labor", share=Share.FULL, override="legal_duty")
    return desk.refused(Offer, "codeni", **offering, dossier=dossier("minna"))


@meets("recipients_unfit")
def a_dossier_that_lacks_a_key() -> Refusal:
    """All in force, the recovery key among them: or somebody cannot open it."""
    desk = opened()
    sealed = dossier("minna", fingerprint("minna", "officer"), fingerprint("minna", "old"))
    offering = desk.offering("minna", share=Share.FULL, override="legal_duty", dossier=sealed)
    refusal = desk.refused(Offer, "codeni", **offering)
    assert refusal.values == {"missing": 1, "revoked": 1}
    return refusal


@meets("share_off_hub")
def a_dossier_for_one_off_the_hub() -> Refusal:
    """What it gets goes on paper."""
    desk = opened()
    offering = desk.offering("csj", share=Share.FULL, override="legal_duty", dossier=dossier("minna"))
    return desk.refused(Offer, "codeni", **offering)


@meets("share_lowered")
def sharing_less_than_was_offered() -> Refusal:
    """What was said cannot be unsaid by an edit."""
    desk = opened()
    handoff = desk.share("codeni", "minna", share=Share.FULL)
    less = {"share": Share.PSEUDONYMOUS, "dossier": dossier("minna")}
    return desk.refused(Attach, "codeni", handoff=handoff, **less)


@meets("dossier_missing")
def sharing_with_nothing_to_share() -> Refusal:
    """A share needs its dossier."""
    desk = opened()
    offering = desk.offering("minna", share=Share.FULL, override="legal_duty")
    return desk.refused(Offer, "codeni", **offering)


@meets("dossier_missing")
def attaching_nothing_to_what_was_offered() -> Refusal:
    """There is nothing to do."""
    desk, handoff = offered()
    return desk.refused(Attach, "codeni", handoff=handoff, share=Share.NONE)


@meets("dossier_unfit")
def a_dossier_that_is_not_shared() -> Refusal:
    """One of the two is a mistake."""
    desk = opened()
    return desk.refused(Offer, "codeni", **desk.offering("minna", dossier=dossier("minna")))


@meets("not_declinable")
def declining_a_report() -> Refusal:
    """It is accepted, or goes to whoever is right."""
    desk = opened("criminal")
    handoff = desk.offer("codeni", "mp", track="criminal")
    return desk.refused(Decline, "mp", handoff=handoff, code="no_capacity")


@meets("redirect_loops")
def a_redirection_to_the_sender() -> Refusal:
    """It sent it."""
    desk, handoff = offered()
    return desk.refused(Redirect, "minna", handoff=handoff, to="codeni", following=fresh_id())


@meets("redirect_loops")
def a_redirection_to_one_that_was_asked() -> Refusal:
    """Once along a chain."""
    desk, handoff = offered()
    following = desk.redirect("minna", handoff, "mdp")
    desk.attach("codeni", following)
    assert (
        desk.refused(Redirect, "mdp", handoff=following, to="mdp", following=fresh_id()).code
        == "redirect_loops"
    )
    return desk.refused(Redirect, "mdp", handoff=following, to="minna", following=fresh_id())


@meets("redirect_loops")
def a_redirection_of_a_referral_to_the_holder() -> Refusal:
    """It has it."""
    desk = opened()
    referral = desk.offer("codeni", "mdp", kind=HandoffKind.REFERRAL)
    desk.accept("minna", desk.offer("codeni", "minna"))
    return desk.refused(Redirect, "mdp", handoff=referral, to="minna", following=fresh_id())


@meets("too_many_hops")
def a_redirection_too_many() -> Refusal:
    """Somebody has to take it."""
    desk, handoff = offered()
    desk.procedure = replace(PROCEDURE, most_hops=1)
    following = desk.redirect("minna", handoff, "mdp")
    desk.attach("codeni", following)
    return desk.refused(Redirect, "mdp", handoff=following, to="mspbs", following=fresh_id())


@meets("document_missing")
def an_answer_from_off_the_hub_without_its_paper() -> Refusal:
    """What was not said is not recorded."""
    desk, handoff = offered("csj")
    return desk.refused(Accept, "codeni", handoff=handoff)


@meets("document_unfit")
def a_paper_from_one_on_the_hub() -> Refusal:
    """It answers here."""
    desk, handoff = offered()
    return desk.refused(Accept, "minna", handoff=handoff, document=paper(desk.at))


@meets("document_unfit")
def a_paper_from_before_the_offer() -> Refusal:
    """It cannot be its answer; nor can one of a day to come, or of another year."""
    desk, handoff = offered("csj")
    desk.after(days=5)
    early, ahead = (paper(desk.at.replace(day=day)) for day in (1, 8))
    odd = replace(paper(desk.at), year=2019)
    for document in (ahead, odd):
        assert desk.refused(Accept, "codeni", handoff=handoff, document=document).code == "document_unfit"
    return desk.refused(Accept, "codeni", handoff=handoff, document=early)


@meets("question_unlisted")
def a_question_that_is_none() -> Refusal:
    """No free text."""
    desk, handoff = offered()
    return desk.refused(Ask, "minna", handoff=handoff, question=SECRET)


@meets("question_nobody")
def a_question_to_one_off_the_hub() -> Refusal:
    """It could not answer."""
    desk, handoff = offered("csj")
    return desk.refused(Ask, "codeni", handoff=handoff, question="can_take_by")


@meets("question_nobody")
def a_question_to_one_that_has_not_been_told() -> Refusal:
    """Of a redirection that is still to be sealed."""
    desk, handoff = offered()
    following = desk.redirect("minna", handoff, "mdp")
    return desk.refused(Ask, "codeni", handoff=following, question="can_take_by")


@meets("question_waits")
def a_question_twice() -> Refusal:
    """While it waits."""
    desk, handoff = offered()
    desk.do(Ask, "minna", handoff=handoff, question="immediate_risk")
    return desk.refused(Ask, "minna", handoff=handoff, question="immediate_risk")


@meets("question_unknown")
def an_answer_to_no_question() -> Refusal:
    """Its number is none."""
    desk, handoff = offered()
    return desk.refused(Answer, "minna", handoff=handoff, number=1, answer="yes")


@meets("question_not_yours")
def an_answer_to_ones_own_question() -> Refusal:
    """The other answers."""
    desk, handoff = offered()
    desk.do(Ask, "minna", handoff=handoff, question="immediate_risk")
    return desk.refused(Answer, "minna", handoff=handoff, number=1, answer="yes")


@meets("question_over")
def an_answer_twice() -> Refusal:
    """One is enough."""
    desk, handoff = offered()
    desk.do(Ask, "minna", handoff=handoff, question="immediate_risk")
    desk.do(Answer, "codeni", handoff=handoff, number=1, answer="no")
    return desk.refused(Answer, "codeni", handoff=handoff, number=1, answer="yes")


@meets("answer_unlisted")
def an_answer_that_is_none() -> Refusal:
    """Each question has its own."""
    desk, handoff = offered()
    desk.do(Ask, "minna", handoff=handoff, question="immediate_risk")
    return desk.refused(Answer, "codeni", handoff=handoff, number=1, answer=SECRET)


@meets("join_itself")
def a_case_with_itself() -> Refusal:
    """It is already."""
    desk = opened()
    return join(desk, desk, "codeni")


@meets("not_joined")
def parting_what_is_not_joined() -> Refusal:
    """It is already."""
    into, joined = two_cases()
    decided = part(into, joined, "codeni")
    assert isinstance(decided, Refusal)
    return decided


@pytest.mark.parametrize(
    ("code", "story"),
    [pytest.param(code, story, id=story.__name__) for code, stories in STORIES.items() for story in stories],
)
def test_it_is_refused(code: str, story: Callable[[], Refusal]) -> None:
    """By its code, in both languages, and without a word of what was sent."""
    refusal = story()
    assert refusal.code == code
    said = msgspec.json.encode(refusal.values).decode()
    for is_english in (False, True):
        status, title, detail = told(refusal.code, refusal.values, is_english=is_english)
        assert status == TEXTS[code][0]
        assert title
        assert detail
        said += title + detail
    assert SECRET not in said
    assert all(id_ not in said for id_ in ("-0000-4000-8000-",))


def test_every_refusal_of_a_decider_is_met() -> None:
    """A code that no story meets is a rule that nobody tries."""
    folder = Path(nanduti_hub.handoffs.__path__[0])
    made = {
        node.args[0].value
        for module in MODULES
        for node in ast.walk(ast.parse((folder / f"{module}.py").read_text("utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "Refusal"
        and isinstance(node.args[0], ast.Constant)
    }
    assert made == set(STORIES)


def test_the_samples_name_no_institution_that_the_directory_lacks() -> None:
    """Or the stories would tell of another country."""
    named = {code for row in PROCEDURE.competences for code in row.institutions}
    assert named <= set(INSTITUTIONS)
