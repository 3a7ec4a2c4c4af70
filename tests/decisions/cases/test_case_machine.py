"""Many desks at once, at random: right and wrong commands, stale versions, retries, keys that go, institutions that come
onto the hub and leave it, time that jumps, outages, cases joined and parted. After every step all that must stay true
is looked at.
"""

from datetime import datetime, timedelta
from typing import Any

import pytest
from case_desk import (
    FACTS,
    INSTITUTIONS,
    KEYS,
    PROCEDURE,
    START,
    CaseDesk,
    Event,
    dossier,
    fingerprint,
    fresh_id,
    known,
    paper,
)
from hypothesis import HealthCheck, settings
from hypothesis import strategies as some
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from msgspec.structs import replace

from nanduti.cases import (
    DossierAttached,
    HandoffAccepted,
    HandoffCompleted,
    HandoffDeclined,
    HandoffExpired,
    HandoffOffered,
    HandoffRedirected,
    HandoffWithdrawn,
    ResealingNeeded,
    TrackOpened,
)
from nanduti.vocabulary import (
    AgeBand,
    Consent,
    Crime,
    HandoffKind,
    HandoffState,
    Sex,
    Share,
    Urgency,
)
from nanduti_hub.handoffs.clocks import Waiting, next_of, waiting_of
from nanduti_hub.handoffs.commands import (
    Accept,
    Advance,
    Answer,
    Ask,
    Attach,
    CaseCommand,
    Close,
    Complete,
    Correct,
    Decline,
    NoticeRevokedKeys,
    Offer,
    OpenTrack,
    Outage,
    RecordConsent,
    Redirect,
    Reopen,
    Tick,
    Withdraw,
)
from nanduti_hub.handoffs.decide import decide
from nanduti_hub.handoffs.evolve import evolve
from nanduti_hub.handoffs.joining import decide_join, decide_part
from nanduti_hub.handoffs.notices import notices_of
from nanduti_hub.handoffs.parties import acting, acting_receiver, acting_sender
from nanduti_hub.handoffs.procedure import competent, question_of, stage_of, track_rule
from nanduti_hub.handoffs.state import File, Handoff, Question, Standing, Track
from nanduti_hub.refusal import Refusal

#: Who opens cases here, and never leaves the hub; and who comes and goes.
OPENERS = ("codeni", "pn", "dnm")
COMING_AND_GOING = ("minna", "mdp", "csj", "mspbs", "mp")
TRACKS = tuple(rule.code for rule in PROCEDURE.tracks)
CHANGES = (
    HandoffOffered | HandoffAccepted | HandoffDeclined | HandoffRedirected | HandoffWithdrawn | HandoffExpired
    | HandoffCompleted | DossierAttached | ResealingNeeded
)  # fmt: skip
codes = some.sampled_from(sorted(INSTITUTIONS))
#: Mostly as it should be.
rarely = some.integers(0, 9).map(lambda number: number == 0)


class Desks(RuleBasedStateMachine):
    """Cases, and everybody who works on them."""

    def __init__(self) -> None:
        super().__init__()
        self.at: datetime = START
        self.institutions = dict(INSTITUTIONS)
        self.keys = dict(KEYS)
        self.desks: list[CaseDesk] = []
        self.passed: dict[str, str] = {}  # every handoff id and reference that was told, and between whom

    # What happens

    @initialize(data=some.data())
    def two_cases_are_opened(self, data: some.DataObject) -> None:
        for _ in range(2):
            self.open(data, "codeni")

    @rule(data=some.data())
    def a_case_is_opened(self, data: some.DataObject) -> None:
        if len(self.desks) < 4:
            self.open(data, data.draw(some.sampled_from(OPENERS)))

    @rule(data=some.data())
    def a_track_is_offered(self, data: some.DataObject) -> None:
        desk, track, by = self.a_track(data)
        facts = desk.standing.case.facts
        right = competent(PROCEDURE, track.track, facts)
        receiver = data.draw(codes if data.draw(rarely) else some.sampled_from(right))
        share, sealed = self.sealed(data, receiver)
        self.attempt(
            data,
            desk,
            Offer,
            by,
            track=track.track,
            handoff=fresh_id(),
            kind=data.draw(some.sampled_from(HandoffKind)),
            receiver=receiver,
            urgency=data.draw(some.sampled_from(Urgency)),
            share=share,
            dossier=sealed,
            override=data.draw(some.sampled_from([None, None, "imminent_danger", "unlisted"])),
        )

    @rule(data=some.data())
    def an_offer_is_accepted(self, data: some.DataObject) -> None:
        desk, handoff, by, document = self.an_answer(data)
        if handoff is not None:
            self.attempt(data, desk, Accept, by, handoff=handoff.id, document=document)

    @rule(data=some.data())
    def an_offer_is_declined(self, data: some.DataObject) -> None:
        desk, handoff, by, document = self.an_answer(data)
        if handoff is not None:
            code = "no_capacity"
            self.attempt(data, desk, Decline, by, handoff=handoff.id, code=code, document=document)

    @rule(data=some.data())
    def an_offer_is_redirected(self, data: some.DataObject) -> None:
        desk, handoff, by, document = self.an_answer(data)
        if handoff is None:
            return
        track, _ = self.found(desk, handoff)
        right = competent(PROCEDURE, track.track, desk.standing.case.facts)
        to = data.draw(some.sampled_from(right))
        fields = {"handoff": handoff.id, "to": to, "following": fresh_id(), "document": document}
        self.attempt(data, desk, Redirect, by, **fields)

    @rule(data=some.data())
    def an_offer_is_taken_back(self, data: some.DataObject) -> None:
        desk, handoff, by = self.a_handoff(data, acting_sender)
        if handoff is not None:
            self.attempt(data, desk, Withdraw, by, handoff=handoff.id, code="error")

    @rule(data=some.data())
    def a_dossier_is_attached(self, data: some.DataObject) -> None:
        desk, handoff, by = self.a_handoff(data, acting_sender)
        if handoff is not None:
            share, sealed = self.sealed(data, handoff.receiver)
            override = data.draw(some.sampled_from([None, "legal_duty"]))
            fields = {"handoff": handoff.id, "share": share, "dossier": sealed, "override": override}
            self.attempt(data, desk, Attach, by, **fields)

    @rule(data=some.data())
    def a_handoff_is_completed(self, data: some.DataObject) -> None:
        desk, handoff, by = self.a_handoff(data, acting_receiver)
        if handoff is not None:
            track, _ = self.found(desk, handoff)
            self.attempt(data, desk, Complete, by, handoff=handoff.id, outcome=self.outcome(data, track))

    @rule(data=some.data(), sends=some.booleans())
    def a_question_is_asked(self, data: some.DataObject, sends: bool) -> None:
        desk, handoff, by = self.a_handoff(data, acting_sender if sends else acting_receiver)
        if handoff is not None:
            question = data.draw(some.sampled_from(PROCEDURE.questions)).code
            self.attempt(data, desk, Ask, by, handoff=handoff.id, question=question)

    @rule(data=some.data(), sends=some.booleans())
    def a_question_is_answered(self, data: some.DataObject, sends: bool) -> None:
        desk, handoff, by = self.a_handoff(data, acting_sender if sends else acting_receiver)
        if handoff is not None and handoff.questions:
            question = data.draw(some.sampled_from(handoff.questions))
            said = {"number": question.number, "answer": self.answer(question)}
            self.attempt(data, desk, Answer, by, handoff=handoff.id, **said)

    @rule(data=some.data())
    def a_track_is_advanced(self, data: some.DataObject) -> None:
        desk, track, by = self.a_track(data)
        stages = self.stages(track)
        if stages:
            stage = data.draw(some.sampled_from(stages))
            self.attempt(data, desk, Advance, by, track=track.track, stage=stage)

    @rule(data=some.data())
    def a_track_is_closed(self, data: some.DataObject) -> None:
        desk, track, by = self.a_track(data)
        self.attempt(data, desk, Close, by, track=track.track, outcome=self.outcome(data, track))

    @rule(data=some.data())
    def a_track_is_taken_up_again(self, data: some.DataObject) -> None:
        desk, track, by = self.a_track(data)
        self.attempt(data, desk, Reopen, by, track=track.track, code="new_facts")

    @rule(data=some.data())
    def another_track_is_opened(self, data: some.DataObject) -> None:
        desk, _, by = self.a_track(data)
        self.attempt(data, desk, OpenTrack, by, track=data.draw(some.sampled_from(TRACKS)))

    @rule(data=some.data(), consent=some.sampled_from(Consent))
    def the_person_says_something(self, data: some.DataObject, consent: Consent) -> None:
        desk, _, by = self.a_track(data)
        self.attempt(data, desk, RecordConsent, by, consent=consent)

    @rule(data=some.data())
    def the_facts_are_corrected(self, data: some.DataObject) -> None:
        desk, _, by = self.a_track(data)
        self.attempt(data, desk, Correct, by, facts=self.facts(data))

    @rule(data=some.data())
    def two_cases_are_joined(self, data: some.DataObject) -> None:
        into, joined = (data.draw(some.sampled_from(self.desks)) for _ in range(2))
        by = data.draw(some.sampled_from(OPENERS))
        fields = {"by": by, "at": self.at, "known": self.known(), "seen": joined.standing.case.version}
        self.both(into, joined, decide_join(into.standing, joined.standing, **fields))

    @rule(data=some.data())
    def two_cases_are_parted(self, data: some.DataObject) -> None:
        joined = data.draw(some.sampled_from(self.desks))
        into = self.where(joined)
        by = acting(data.draw(some.sampled_from(list(joined.standing.tracks.values()))), self.institutions)
        fields = {"by": by, "at": self.at, "known": self.known(), "seen": joined.standing.case.version}
        self.both(into, joined, decide_part(into.standing, joined.standing, **fields))

    @rule(institution=some.sampled_from(COMING_AND_GOING))
    def an_institution_comes_or_goes(self, institution: str) -> None:
        self.institutions[institution] = not self.institutions[institution]

    @rule(
        institution=some.sampled_from(sorted(KEYS)), label=some.sampled_from(["officer", "recovery", "new"])
    )
    def a_key_comes_or_goes(self, institution: str, label: str) -> None:
        self.keys[institution] ^= {fingerprint(institution, label)}
        for desk in self.desks:
            self.system(desk, NoticeRevokedKeys, institution=institution)

    @rule(hours=some.sampled_from([0.1, 1, 3, 13, 25, 80, 24 * 40]))
    def time_passes(self, hours: float) -> None:
        self.at += timedelta(hours=hours)

    @rule(lost=some.sampled_from([0, 0, 0, 1, 30, 200]))
    def the_time_is_told(self, lost: int) -> None:
        outage = Outage(self.at - timedelta(hours=lost), self.at) if lost else None
        for desk in self.desks:
            self.system(desk, Tick, outage=outage)

    @rule(data=some.data())
    def the_time_is_told_when_it_matters(self, data: some.DataObject) -> None:
        desk = data.draw(some.sampled_from(self.desks))
        moment = desk.next_at()
        if moment is not None:
            self.at = max(self.at, moment)
            assert self.system(desk, Tick), "a moment at which nothing happens"

    # What must stay true

    @invariant()
    def a_track_has_one_holder(self) -> None:
        for desk in self.desks:
            for track in desk.standing.tracks.values():
                assert track.holder == track.custody[-1].holder
                if track.standing is Standing.OPEN:
                    assert self.institutions[acting(track, self.institutions)]
                    assert track.into is None
                else:
                    assert track.running is None

    @invariant()
    def one_transfer_waits_at_a_time(self) -> None:
        for desk in self.desks:
            for track in desk.standing.tracks.values():
                waiting = [handoff for handoff in track.handoffs if handoff.waits]
                transfers = [handoff for handoff in waiting if handoff.kind is HandoffKind.TRANSFER]
                assert len(transfers) <= 1
                assert not waiting or track.standing is Standing.OPEN
                assert all(handoff.running is not None for handoff in waiting)

    @invariant()
    def nothing_waits_on_consent_that_is_gone(self) -> None:
        for desk in self.desks:
            if desk.standing.case.consent is Consent.GRANTED:
                continue
            for track in desk.standing.tracks.values():
                for handoff in track.handoffs:
                    assert (
                        not handoff.waits
                        or handoff.share is Share.NONE
                        or handoff.override is not None
                        or (handoff.is_unoffered)
                    )

    @invariant()
    def the_events_alone_give_the_state(self) -> None:
        for desk in self.desks:
            file: File | None = None
            for event in desk.events:
                file = evolve(file, event)
            assert file == desk.file

    @invariant()
    def no_reference_and_no_id_is_anothers(self) -> None:
        references, ids = [], []
        for desk in self.desks:
            pairs = [(pair.first, pair.second) for pair in desk.standing.case.references]
            assert len(set(pairs)) == len(pairs)
            assert all(first <= second for first, second in pairs)
            references += [pair.reference for pair in desk.standing.case.references]
            ids += [handoff.id for track in desk.standing.tracks.values() for handoff in track.handoffs]
        assert len(set(references)) == len(references)
        assert len(set(ids)) == len(ids)

    @invariant()
    def there_is_no_dead_end(self) -> None:
        for desk in self.desks:
            for track in desk.standing.tracks.values():
                self.goes_on(desk, track)
                for handoff in track.handoffs:
                    self.is_answerable(desk, track, handoff)
                for waiting in waiting_of(track):
                    self.is_waited_for(track, waiting)

    # How it is looked at

    def goes_on(self, desk: CaseDesk, track: Track) -> None:
        """Somebody on the hub can take a track a step further."""
        by = acting(track, self.institutions)
        match track.standing:
            case Standing.OPEN if stages := self.stages(track):
                self.may(desk, Advance, by, track=track.track, stage=stages[0])
            case Standing.OPEN:
                self.may(desk, Close, by, track=track.track, outcome=self.outcomes(track)[0])
            case Standing.CLOSED if desk.standing.case.into is None:
                self.may(desk, Reopen, by, track=track.track, code="new_facts")
            case Standing.MERGED:
                into = self.where(desk)
                fields = {"by": by, "at": self.at, "known": self.known(), "seen": None}
                parted = decide_part(into.standing, desk.standing, **fields)
                assert not isinstance(parted, Refusal), parted

    def is_answerable(self, desk: CaseDesk, track: Track, handoff: Handoff) -> None:
        """Whoever a handoff waits for can do what is waited for, and its sender can end the waiting."""
        receiver = acting_receiver(track, handoff, self.institutions)
        sender = acting_sender(track, handoff, self.institutions)
        is_paper = receiver != handoff.receiver
        match handoff.state:
            case HandoffState.OFFERED:
                document = paper(self.at) if is_paper else None
                self.may(desk, Accept, receiver, handoff=handoff.id, document=document)
                self.may(desk, Withdraw, sender, handoff=handoff.id, code="error")
            case HandoffState.AWAITING_RESEALING:
                self.may(desk, Attach, sender, handoff=handoff.id, share=Share.NONE)
                self.may(desk, Withdraw, sender, handoff=handoff.id, code="error")
            case HandoffState.ACCEPTED:
                self.may(desk, Complete, receiver, handoff=handoff.id, outcome=self.outcomes(track)[0])
        for question in handoff.questions:
            if question.running is not None:
                by = receiver if question.by == handoff.sender else sender
                said = {"number": question.number, "answer": self.answer(question)}
                self.may(desk, Answer, by, handoff=handoff.id, **said)

    def is_waited_for(self, track: Track, waiting: Waiting) -> None:
        """A clock will say so, until all who are to know have been told."""
        running = track.running
        if waiting.handoff is not None:
            handoff = track.handoff(waiting.handoff)
            assert handoff is not None
            running = handoff.running
            if waiting.question is not None:
                running = next(q.running for q in handoff.questions if q.number == waiting.question)
        if waiting.due is None:
            return
        assert running is not None
        assert next_of(running) is not None or running.escalated == len(running.clock.rungs)
        assert next_of(running) is not None or not running.clock.expires

    def may(self, desk: CaseDesk, kind: type[CaseCommand], by: str, **fields: Any) -> None:
        """A command that would not be refused; it is not given."""
        self.share_the_world(desk)
        decided = desk.decide(kind, by, **fields)
        assert not isinstance(decided, Refusal), (kind, by, decided)

    # How it is done

    def open(self, data: some.DataObject, by: str) -> None:
        desk = CaseDesk()
        self.share_the_world(desk)
        tracks = data.draw(some.lists(some.sampled_from(TRACKS), min_size=1, max_size=2))
        desk.open(by, *tracks, facts=self.facts(data), consent=data.draw(some.sampled_from(Consent)))
        self.desks.append(desk)

    def attempt(
        self, data: some.DataObject, desk: CaseDesk, kind: type[CaseCommand], by: str, **fields: Any
    ) -> None:
        """A command of a desk: mostly of the right one, that has mostly seen what stands."""
        if data.draw(rarely):
            by = data.draw(codes)
        self.share_the_world(desk)
        command = desk.command(kind, by, **fields)
        is_stale = command.seen is not None and data.draw(rarely)
        if is_stale:
            assert command.seen is not None
            command = replace(command, seen=command.seen + data.draw(some.sampled_from([-1, 1])))
        decided = decide(desk.file, command)
        if isinstance(decided, Refusal):
            return
        assert not is_stale, "decided on what nobody has seen"
        self.fold(desk, decided)
        # The same once more, as after a lost answer: nothing happens twice.
        again = decide(desk.file, command)
        assert isinstance(again, Refusal) or again == ()

    def system(self, desk: CaseDesk, kind: type[CaseCommand], **fields: Any) -> tuple[Event, ...]:
        """What the hub itself does; told twice, it is done once."""
        self.share_the_world(desk)
        decided = desk.decide(kind, "hub", **fields)
        assert not isinstance(decided, Refusal)
        self.fold(desk, decided)
        assert desk.decide(kind, "hub", **fields) == ()
        return decided

    def both(self, into: CaseDesk, joined: CaseDesk, decided: tuple[Event, ...] | Refusal) -> None:
        """Joining and parting: no custody moves in either."""
        if isinstance(decided, Refusal):
            return
        held = {
            (desk.standing.case.id, t.track): t.holder
            for desk in (into, joined)
            for t in desk.standing.tracks.values()
        }
        for event in decided:
            desk, other = (into, joined) if event.case == into.standing.case.id else (joined, into)
            self.fold(desk, (event,), other)
        for desk in (into, joined):
            for track in desk.standing.tracks.values():
                assert held.get((desk.standing.case.id, track.track), track.holder) == track.holder

    def fold(self, desk: CaseDesk, events: tuple[Event, ...], other: CaseDesk | None = None) -> None:
        """Let events happen one by one, and look at who is told."""
        for event in events:
            before = desk.file
            desk.fold((event,))
            self.custody_moves_only_by_acceptance(before, event, desk.standing)
            self.who_is_told(before, event, desk.standing, None if other is None else other.standing)

    def custody_moves_only_by_acceptance(self, before: File | None, event: Event, after: File) -> None:
        code = getattr(event, "track", None)
        if before is None or code is None or code not in before.tracks:
            assert code is None or isinstance(event, TrackOpened)
            return
        if not isinstance(event, HandoffAccepted):
            assert before.tracks[code].custody == after.tracks[code].custody
            return
        found = after.of_handoff(event.handoff)
        assert found is not None
        moved = before.tracks[code].custody != after.tracks[code].custody
        assert moved == (found[1].kind is HandoffKind.TRANSFER)
        assert not moved or after.tracks[code].holder == found[1].receiver

    def who_is_told(self, before: File | None, event: Event, after: File, other: File | None) -> None:
        """The sender of every change of a handoff; nobody under another's reference, or with another's handoff."""
        notices = notices_of(before, event, after, other)
        if isinstance(event, CHANGES):
            found = after.of_handoff(event.handoff)
            assert found is not None
            told = {notice.member for notice in notices if getattr(notice, "handoff", None) == event.handoff}
            assert found[1].sender in told
            assert found[1].told == (found[1].receiver in told)
        pairs = {pair.reference: (pair.first, pair.second) for pair in after.case.references}
        for notice in notices:
            assert notice.member in pairs[notice.reference]
            handoff = getattr(notice, "handoff", None)
            if handoff is not None:
                found = after.of_handoff(handoff)
                assert found is not None
                assert notice.member in (found[1].sender, found[1].receiver)
                assert self.passed.setdefault(handoff, notice.reference) == notice.reference

    def share_the_world(self, desk: CaseDesk) -> None:
        desk.at, desk.institutions, desk.keys = self.at, self.institutions, self.keys

    def known(self) -> Any:
        return known(institutions=self.institutions, keys=self.keys)

    # What is drawn

    def a_track(self, data: some.DataObject) -> tuple[CaseDesk, Track, str]:
        desk = data.draw(some.sampled_from(self.desks))
        track = data.draw(some.sampled_from(list(desk.standing.tracks.values())))
        return desk, track, acting(track, self.institutions)

    def a_handoff(self, data: some.DataObject, acts: Any) -> tuple[CaseDesk, Handoff | None, str]:
        """A handoff of some case, later ones first, and whoever acts for one of its two."""
        having = [desk for desk in self.desks if any(t.handoffs for t in desk.standing.tracks.values())]
        if not having:
            return self.desks[0], None, ""
        desk = data.draw(some.sampled_from(having))
        all_ = [handoff for track in desk.standing.tracks.values() for handoff in track.handoffs]
        going = [handoff for handoff in all_ if handoff.waits or handoff.state is HandoffState.ACCEPTED]
        handoff = data.draw(some.sampled_from(all_ if data.draw(rarely) or not going else going))
        return desk, handoff, acts(*self.found(desk, handoff), self.institutions)

    def an_answer(self, data: some.DataObject) -> tuple[CaseDesk, Handoff | None, str, Any]:
        desk, handoff, by = self.a_handoff(data, acting_receiver)
        is_paper = handoff is not None and by != handoff.receiver
        return desk, handoff, by, paper(self.at) if is_paper != data.draw(rarely) else None

    def found(self, desk: CaseDesk, handoff: Handoff) -> tuple[Track, Handoff]:
        found = desk.standing.of_handoff(handoff.id)
        assert found is not None
        return found

    def where(self, joined: CaseDesk) -> CaseDesk:
        into = joined.standing.case.into
        return next((desk for desk in self.desks if desk.standing.case.id == into), self.desks[0])

    def sealed(self, data: some.DataObject, receiver: str) -> tuple[Share, Any]:
        """A share and its dossier: mostly sealed to the keys in force."""
        share = data.draw(some.sampled_from(Share))
        keys = self.keys.get(receiver, frozenset())
        if data.draw(rarely):
            keys = keys ^ {fingerprint(receiver, "old")}
        if share is Share.NONE or not keys:
            return share, None
        return share, dossier(receiver, *sorted(keys))

    def facts(self, data: some.DataObject) -> Any:
        return replace(
            FACTS,
            crimes=(data.draw(some.sampled_from(Crime)),),
            age_band=data.draw(some.sampled_from(AgeBand)),
            sex=data.draw(some.sampled_from(Sex)),
        )

    def stages(self, track: Track) -> tuple[str, ...]:
        found = track_rule(PROCEDURE, track.track)
        stage = None if found is None else stage_of(found, track.stage)
        return () if stage is None else stage.next

    def outcomes(self, track: Track) -> list[str]:
        found = track_rule(PROCEDURE, track.track)
        return [] if found is None else [outcome.code for outcome in found.outcomes]

    def outcome(self, data: some.DataObject, track: Track) -> str:
        return data.draw(some.sampled_from(self.outcomes(track)))

    def answer(self, question: Question) -> str:
        found = question_of(PROCEDURE, question.question)
        assert found is not None
        return found.answers[0].code


def run(examples: int, steps: int) -> None:
    """Drive so many histories of so many steps."""
    run_state_machine_as_test(
        Desks,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_many_desks_do_as_they_like_and_no_case_is_lost() -> None:
    """A few short histories, in every run of the quick tests."""
    run(examples=15, steps=25)


@pytest.mark.slow
def test_many_desks_do_as_they_like_for_long_and_no_case_is_lost() -> None:
    """Many long ones."""
    run(examples=300, steps=60)
