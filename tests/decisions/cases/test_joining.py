"""Two cases of one person: joined by whoever holds both, parted if it was not so, and custody moves by neither."""

from datetime import timedelta

from case_desk import CaseDesk, dossier, known, paper

from nanduti.cases import CaseJoined, CaseParted, ReferenceGiven, TrackMerged, TrackOpened, TrackParted
from nanduti.vocabulary import Consent, HandoffKind, HandoffState, Share
from nanduti_hub.handoffs.commands import Advance, Correct, OpenTrack, RecordConsent, Reopen
from nanduti_hub.handoffs.evolve import evolve
from nanduti_hub.handoffs.joining import decide_join, decide_part
from nanduti_hub.handoffs.state import Standing
from nanduti_hub.refusal import Refusal


def two_cases() -> tuple[CaseDesk, CaseDesk]:
    """Given two cases that the CODENI opened, of the same person."""
    return CaseDesk().open("codeni"), CaseDesk().open("codeni")


def join(into: CaseDesk, joined: CaseDesk, by: str, seen: int | None = None) -> Refusal:
    """A joining that must be refused."""
    decided = _join(into, joined, by, seen)
    assert isinstance(decided, Refusal), decided
    return decided


def _join(into: CaseDesk, joined: CaseDesk, by: str, seen: int | None = None):  # noqa: ANN202  a decision
    facts = known(institutions=into.institutions)
    return decide_join(into.standing, joined.standing, by=by, at=into.at, known=facts, seen=seen)


def fold(into: CaseDesk, joined: CaseDesk, decided: object) -> list[object]:
    """Let what was decided happen to both."""
    assert isinstance(decided, tuple), decided
    for event in decided:
        (into if event.case == into.standing.case.id else joined).fold((event,))
    return list(decided)


def do_join(into: CaseDesk, joined: CaseDesk, by: str = "codeni") -> list[object]:
    """A joining that must not be refused; what came of it."""
    return fold(into, joined, _join(into, joined, by))


def part(into: CaseDesk, joined: CaseDesk, by: str, seen: int | None = None):  # noqa: ANN201  a decision
    """A parting."""
    facts = known(institutions=joined.institutions)
    return decide_part(into.standing, joined.standing, by=by, at=joined.at, known=facts, seen=seen)


def test_the_tracks_of_a_joined_case_go_on_in_the_other() -> None:
    """The same track merges into the same; what only the joined case has goes on as a new track, at its stage."""
    # given
    into, joined = two_cases()
    joined.do(OpenTrack, "codeni", track="labor")
    joined.do(Advance, "codeni", track="labor", stage="inspection")
    # when
    events = do_join(into, joined)
    # then
    assert [type(event) for event in events] == [TrackOpened, CaseJoined, TrackMerged, TrackMerged]
    assert joined.standing.case.into == into.standing.case.id
    assert {track.standing for track in joined.standing.tracks.values()} == {Standing.MERGED}
    assert into.track("labor").stage == "inspection"
    assert into.track("labor").holder == into.track().holder == "codeni"
    assert joined.next_at() is None


def test_every_pair_finds_the_case_that_another_was_joined_to() -> None:
    """Whoever has a reference for the joined case gets one for the other, if it has none; no two are the same."""
    into, joined = two_cases()
    handoff = joined.offer("codeni", "mdp", kind=HandoffKind.REFERRAL)
    joined.accept("mdp", handoff)
    events = do_join(into, joined)
    given = [event for event in events if isinstance(event, ReferenceGiven)]
    assert {(event.first, event.second) for event in given} == {("codeni", "mdp"), ("mdp", "mdp")}
    assert all(event.case == into.standing.case.id for event in given)
    both = [pair.reference for desk in (into, joined) for pair in desk.standing.case.references]
    assert len(both) == len(set(both))


def test_what_was_accepted_before_goes_on_in_the_joined_case() -> None:
    """The receiver of a referral says what came of it, and its sender answers for it."""
    into, joined = two_cases()
    handoff = joined.share("codeni", "mdp", kind=HandoffKind.REFERRAL)
    joined.accept("mdp", handoff)
    do_join(into, joined)
    joined.attach("codeni", handoff, share=Share.FULL, dossier=dossier("mdp"))
    joined.complete("mdp", handoff)
    assert joined.handoff(handoff).state is HandoffState.COMPLETED


def test_nothing_else_is_done_to_a_joined_case() -> None:
    """Its facts, tracks and custody are the other's now; only consent, which its recipients must hear of, is recorded."""
    into, joined = two_cases()
    joined.do(OpenTrack, "codeni", track="labor")
    joined.close("codeni", "no_infringement", track="labor")
    do_join(into, joined)
    changed = joined.standing.case.facts
    assert joined.refused(Correct, "codeni", facts=changed).code == "case_joined"
    assert joined.refused(OpenTrack, "codeni", track="criminal").code == "case_joined"
    assert joined.refused(Reopen, "codeni", track="labor", code="new_facts").code == "case_joined"
    refusal = joined.refused(Advance, "codeni", track="protection", stage="attention")
    assert (refusal.code, refusal.values) == ("track_not_open", {"standing": "merged"})
    joined.do(RecordConsent, "codeni", consent=Consent.WITHDRAWN)


def test_a_case_that_takes_in_a_withdrawn_consent_has_none() -> None:
    """It is one person's: what the other case still stood on is gone, and what waits on it is taken back."""
    # given
    into, joined = two_cases()
    into.do(RecordConsent, "codeni", consent=Consent.GRANTED)
    waiting = into.offer("codeni", "minna", share=Share.FULL, dossier=dossier("minna"))
    joined.do(RecordConsent, "codeni", consent=Consent.WITHDRAWN)
    # when
    do_join(into, joined)
    # then
    assert into.standing.case.consent is Consent.WITHDRAWN
    assert into.handoff(waiting).state is HandoffState.WITHDRAWN


def test_parted_a_case_is_as_it_was() -> None:
    """With the holder, stage and custody that it had, and a clock that starts now."""
    # given
    into, joined = two_cases()
    before = joined.track()
    do_join(into, joined)
    joined.after(days=30)
    # when
    events = fold(into, joined, part(into, joined, "codeni"))
    # then
    assert [type(event) for event in events] == [CaseParted, TrackParted]
    after = joined.track()
    assert (after.holder, after.stage, after.custody) == (before.holder, before.stage, before.custody)
    assert after.standing is Standing.OPEN
    assert after.running is not None
    assert after.running.clock.started == joined.at
    assert joined.standing.case.into is None


def test_parting_takes_custody_from_nobody_and_gives_it_to_nobody_else() -> None:
    """The other case may have passed on: it stays where it is, and the one whose track comes back asks for it."""
    # given
    into, joined = two_cases()
    do_join(into, joined)
    into.accept("minna", into.offer("codeni", "minna"))
    # then whoever holds the other case cannot put one back on somebody's desk
    refusal = part(into, joined, "minna")
    assert isinstance(refusal, Refusal)
    assert refusal.code in ("case_unknown", "not_holder")
    # when
    fold(into, joined, part(into, joined, "codeni"))
    # then
    assert joined.track().holder == "codeni"
    assert into.track().holder == "minna"


def test_cases_that_joined_into_one_another_in_turn_are_parted_one_by_one() -> None:
    """A chain unwinds from any of its links."""
    first, second = two_cases()
    third = CaseDesk().open("codeni")
    do_join(second, first)
    do_join(third, second)
    fold(second, first, part(second, first, "codeni"))
    assert first.track().standing is Standing.OPEN
    fold(third, second, part(third, second, "codeni"))
    assert second.track().standing is Standing.OPEN


def test_who_does_not_hold_both_joins_nothing() -> None:
    """Who has no part in one of them is not told that there is such a case."""
    into, joined = CaseDesk().open("codeni"), CaseDesk().open("minna")
    assert join(into, joined, "codeni").code == "case_unknown"
    assert join(into, joined, "mdp").code == "case_unknown"
    joined.offer("minna", "codeni", kind=HandoffKind.REFERRAL)
    assert join(into, joined, "codeni").code == "not_holder"


def test_a_track_with_another_holder_does_not_merge() -> None:
    """In either case: joining would move custody, which only acceptance does."""
    into, joined = two_cases()
    into.do(OpenTrack, "codeni", track="criminal")
    joined.do(OpenTrack, "codeni", track="criminal")
    joined.accept("mp", joined.offer("codeni", "mp", track="criminal"))
    assert join(into, joined, "codeni").code == "not_holder"
    assert join(joined, into, "codeni").code == "not_holder"


def test_a_court_s_track_does_not_merge_into_its_keepers() -> None:
    """Who acts for a holder off the hub is not the holder."""
    into, joined = two_cases()
    joined.accept("codeni", joined.offer("codeni", "csj"), document=paper(joined.at))
    assert join(into, joined, "codeni").code == "not_holder"
    into.accept("codeni", into.offer("codeni", "csj"), document=paper(into.at))
    do_join(into, joined)
    assert into.track().holder == joined.track().holder == "csj"


def test_sormas_11204_a_case_that_waits_is_not_joined_away() -> None:
    """While somebody is being asked to take it, it does not go into another."""
    into, joined = two_cases()
    handoff = joined.offer("codeni", "minna")
    assert join(into, joined, "codeni").code == "handoffs_wait"
    joined.accept("minna", handoff)
    assert joined.track().holder == "minna"


def test_what_cannot_be_joined() -> None:
    """A case with itself, one that is joined already, one that waits for an answer, one whose track has ended there."""
    into, joined = two_cases()
    assert join(into, into, "codeni").code == "join_itself"
    refusal = join(into, joined, "codeni", seen=99)
    assert (refusal.code, refusal.values["expected"]) == ("version_conflict", 99)
    waiting = joined.offer("codeni", "minna")
    assert join(into, joined, "codeni").code == "handoffs_wait"
    joined.withdraw("codeni", waiting)
    into.close("codeni")
    refusal = join(into, joined, "codeni")
    assert (refusal.code, refusal.values) == ("track_not_open", {"standing": "closed"})
    into.reopen("codeni")
    do_join(into, joined)
    assert join(into, joined, "codeni").code == "case_joined"
    assert join(joined, into, "codeni").code == "case_joined"


def test_what_is_not_joined_is_not_parted() -> None:
    """Nor by whom it is none of the business of, nor on another version than there is."""
    into, joined = two_cases()
    for by, seen, code in [
        ("codeni", None, "not_joined"),
        ("codeni", 99, "version_conflict"),
        ("minna", None, "case_unknown"),
    ]:
        refusal = part(into, joined, by, seen)
        assert isinstance(refusal, Refusal)
        assert refusal.code == code


def test_a_joined_case_is_folded_from_its_events_alone() -> None:
    """Each of the two by itself."""
    into, joined = two_cases()
    joined.after(hours=1)
    do_join(into, joined)
    fold(into, joined, part(into, joined, "codeni"))
    for desk in (into, joined):
        file = None
        for event in desk.events:
            file = evolve(file, event)
        assert file == desk.file
    assert joined.track().running is not None
    assert joined.track().running.clock.due == joined.at + timedelta(hours=4)
