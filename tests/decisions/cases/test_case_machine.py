"""Many desks at once, at random: right and wrong commands, stale versions, retries, keys that go, institutions that come
onto the hub and leave it, time that jumps, outages, cases joined and parted. After every step all that must stay true
is looked at.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random
from typing import Any, get_args

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
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
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
CODES = sorted(INSTITUTIONS)
CONSENTS = [*Consent, Consent.GRANTED, Consent.GRANTED]
OVERRIDES = [None] * 4 + ["imminent_danger"] * 2 + ["unlisted"]
#: Even chances: drawn one by one, choices come back to the same few.
dices = some.randoms(use_true_random=True)


def rarely(dice: Random) -> bool:
    """Whether something is not as it should be."""
    return dice.random() < 0.07


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

    @initialize(dice=dices)
    def two_cases_are_opened(self, dice: Random) -> None:
        for _ in range(2):
            self.open(dice, "codeni")

    @rule(dice=dices)
    def a_case_is_opened(self, dice: Random) -> None:
        if len(self.desks) < 4:
            self.open(dice, dice.choice(OPENERS))

    @rule(dice=dices)
    def a_track_is_offered(self, dice: Random) -> None:
        desk, track, by = self.a_track(dice)
        right = competent(PROCEDURE, track.track, desk.standing.case.facts)
        receiver = dice.choice(CODES if rarely(dice) else right)
        share, sealed = self.sealed(dice, receiver)
        fields = {"receiver": receiver, "share": share, "dossier": sealed, "override": dice.choice(OVERRIDES)}
        fields |= {"kind": dice.choice(list(HandoffKind)), "handoff": fresh_id()}
        urgency = dice.choice(list(Urgency))
        self.attempt(dice, desk, Offer, by, track=track.track, urgency=urgency, **fields)

    @precondition(lambda self: self.something_waits())
    @rule(dice=dices)
    def an_offer_is_answered(self, dice: Random) -> None:
        kind = dice.choice([Accept, Accept, Accept, Decline, Redirect, Redirect])
        desk, track, handoff, by = self.a_handoff(dice, acting_receiver, HandoffState.OFFERED)
        is_paper = by != handoff.receiver
        fields: dict[str, Any] = {"document": paper(self.at) if is_paper != rarely(dice) else None}
        if kind is Decline:
            fields["code"] = "no_capacity"
        if kind is Redirect:
            right = competent(PROCEDURE, track.track, desk.standing.case.facts)
            fields |= {"to": dice.choice(right), "following": fresh_id()}
        self.attempt(dice, desk, kind, by, handoff=handoff.id, **fields)

    @precondition(lambda self: self.something_waits())
    @rule(dice=dices)
    def a_dossier_is_attached(self, dice: Random) -> None:
        wanted = dice.choice([HandoffState.AWAITING_RESEALING, *HandoffState])
        desk, _, handoff, by = self.a_handoff(dice, acting_sender, wanted)
        share, sealed = self.sealed(dice, handoff.receiver)
        fields = {"share": share, "dossier": sealed, "override": dice.choice(OVERRIDES)}
        self.attempt(dice, desk, Attach, by, handoff=handoff.id, **fields)

    @precondition(lambda self: self.something_waits())
    @rule(dice=dices)
    def an_offer_is_taken_back(self, dice: Random) -> None:
        wanted = dice.choice([HandoffState.AWAITING_RESEALING, HandoffState.OFFERED])
        desk, _, handoff, by = self.a_handoff(dice, acting_sender, wanted)
        self.attempt(dice, desk, Withdraw, by, handoff=handoff.id, code="error")

    @precondition(lambda self: self.something_passed())
    @rule(dice=dices)
    def a_handoff_is_completed(self, dice: Random) -> None:
        desk, track, handoff, by = self.a_handoff(dice, acting_receiver, HandoffState.ACCEPTED)
        self.attempt(dice, desk, Complete, by, handoff=handoff.id, outcome=self.outcome(dice, track))

    @precondition(lambda self: self.something_passed())
    @rule(dice=dices)
    def a_question_is_asked_or_answered(self, dice: Random) -> None:
        asked = [(desk, t, h) for desk, t, h in self.handoffs() if any(q.running for q in h.questions)]
        if asked and dice.choice([True, False]):
            desk, track, handoff = dice.choice(asked)
            question = dice.choice([question for question in handoff.questions if question.running])
            acts = acting_receiver if question.by == handoff.sender else acting_sender
            said = {"number": question.number, "answer": self.answer(question)}
            by = acts(track, handoff, self.institutions)
            self.attempt(dice, desk, Answer, by, handoff=handoff.id, **said)
            return
        sends = dice.choice([True, False])
        wanted = dice.choice([HandoffState.OFFERED, HandoffState.ACCEPTED])
        desk, _, handoff, by = self.a_handoff(dice, acting_sender if sends else acting_receiver, wanted)
        question = dice.choice(PROCEDURE.questions).code
        self.attempt(dice, desk, Ask, by, handoff=handoff.id, question=question)

    @rule(dice=dices)
    def a_track_goes_its_way(self, dice: Random) -> None:
        desk, track, by = self.a_track(dice)
        stages = self.stages(track)
        if track.standing is Standing.CLOSED:
            self.attempt(dice, desk, Reopen, by, track=track.track, code="new_facts")
        elif stages and dice.choice([True, False]):
            stage = dice.choice(stages)
            self.attempt(dice, desk, Advance, by, track=track.track, stage=stage)
        else:
            self.attempt(dice, desk, Close, by, track=track.track, outcome=self.outcome(dice, track))

    @rule(dice=dices)
    def the_holder_says_something_of_the_case(self, dice: Random) -> None:
        desk, _, by = self.a_track(dice)
        match dice.randrange(3):
            case 0:
                self.attempt(dice, desk, RecordConsent, by, consent=dice.choice(CONSENTS))
            case 1:
                self.attempt(dice, desk, Correct, by, facts=self.facts(dice))
            case _:
                self.attempt(dice, desk, OpenTrack, by, track=dice.choice(TRACKS))

    @rule(dice=dices)
    def two_cases_are_joined_or_parted(self, dice: Random) -> None:
        into, joined = dice.choice(self.desks), dice.choice(self.desks)
        by = acting(dice.choice(list(joined.standing.tracks.values())), self.institutions)
        decides = decide_join
        apart = [desk for desk in self.desks if desk.standing.case.into is not None]
        if apart and dice.choice([True, False]):
            joined, decides = dice.choice(apart), decide_part
            into = self.where(joined)
        fields = {"by": by, "at": self.at, "known": self.known(), "seen": joined.standing.case.version}
        self.both(into, joined, decides(into.standing, joined.standing, **fields))

    @rule(dice=dices)
    def an_institution_comes_or_goes(self, dice: Random) -> None:
        institution = dice.choice(COMING_AND_GOING)
        going_on = [t for d in self.desks for t in d.standing.tracks.values() if t.standing is Standing.OPEN]
        if self.institutions[institution] and any(institution in (t.holder, t.keeper) for t in going_on):
            return  # the directory does not let it go
        self.institutions[institution] = not self.institutions[institution]

    @rule(dice=dices)
    def keys_come_and_go(self, dice: Random) -> None:
        sealed = [h.receiver for _, _, h in self.handoffs() if h.waits and h.dossier is not None]
        institution = dice.choice(sealed or sorted(KEYS))
        new = {fingerprint(institution, dice.choice(["new", "newer"]))}
        keys = dice.choice([new, self.keys[institution] | new, set()])
        self.keys[institution] = frozenset(keys)
        for desk in self.desks:
            self.system(desk, NoticeRevokedKeys, institution=institution)

    @rule(dice=dices)
    def time_passes(self, dice: Random) -> None:
        self.at += timedelta(hours=dice.choice([0.1, 1, 3, 13, 25, 80, 24 * 40]))
        if dice.random() < 0.3:
            return  # and nobody tells
        lost = dice.choice([0, 0, 0, 1, 30, 200])
        outage = Outage(self.at - timedelta(hours=lost), self.at) if lost else None
        for desk in self.desks:
            self.system(desk, Tick, outage=outage)

    @rule(dice=dices)
    def the_time_is_told_when_it_matters(self, dice: Random) -> None:
        desk = dice.choice(self.desks)
        moment = desk.next_at()
        if moment is not None:
            self.at = max(self.at, moment)
            assert self.system(desk, Tick), "a moment at which nothing happens"

    @rule(dice=dices)
    def it_is_a_busy_day(self, dice: Random) -> None:
        self.work(dice, 10)

    def work(self, dice: Random, deeds: int) -> None:
        """Much happens, as it comes: hypothesis by itself comes back to the same few deeds."""
        for _ in range(deeds):
            (deed,) = dice.choices(list(DEEDS), list(DEEDS.values()))
            if deed not in NEEDS or NEEDS[deed](self):
                deed(self, dice)
                self.look()

    # What must stay true

    @invariant()
    def look(self) -> None:
        self.a_track_has_one_holder()
        self.one_transfer_waits_at_a_time()
        self.nothing_waits_on_consent_that_is_gone()
        self.the_events_alone_give_the_state()
        self.no_reference_and_no_id_is_anothers()
        self.there_is_no_dead_end()

    def a_track_has_one_holder(self) -> None:
        for desk in self.desks:
            for track in desk.standing.tracks.values():
                assert track.holder == track.custody[-1].holder
                if track.standing is Standing.OPEN:
                    assert self.institutions[acting(track, self.institutions)]
                    assert track.into is None
                else:
                    assert track.running is None

    def one_transfer_waits_at_a_time(self) -> None:
        for desk in self.desks:
            for track in desk.standing.tracks.values():
                waiting = [handoff for handoff in track.handoffs if handoff.waits]
                transfers = [handoff for handoff in waiting if handoff.kind is HandoffKind.TRANSFER]
                assert len(transfers) <= 1
                assert not waiting or track.standing is Standing.OPEN
                assert all(handoff.running is not None for handoff in waiting)

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

    def the_events_alone_give_the_state(self) -> None:
        for desk in self.desks:
            file: File | None = None
            for event in desk.events:
                file = evolve(file, event)
            assert file == desk.file

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

    def may(self, desk: CaseDesk, kind: type[CaseCommand], by: str, /, **fields: Any) -> None:
        """A command that would not be refused; it is not given."""
        self.share_the_world(desk)
        decided = desk.decide(kind, by, **fields)
        assert not isinstance(decided, Refusal), (kind, by, decided)

    # How it is done

    def something_passed(self) -> bool:
        return any(t.handoffs for desk in self.desks for t in desk.standing.tracks.values())

    def something_waits(self) -> bool:
        tracks = [track for desk in self.desks for track in desk.standing.tracks.values()]
        return any(handoff.waits for track in tracks for handoff in track.handoffs)

    def open(self, dice: Random, by: str) -> None:
        desk = CaseDesk()
        self.share_the_world(desk)
        tracks = dice.choices(TRACKS, k=2)
        desk.open(by, *tracks, facts=self.facts(dice), consent=dice.choice(CONSENTS))
        self.desks.append(desk)

    def attempt(
        self, dice: Random, desk: CaseDesk, kind: type[CaseCommand], by: str, /, **fields: Any
    ) -> None:
        """A command of a desk: mostly of the right one, that has mostly seen what stands."""
        if rarely(dice):
            by = dice.choice(CODES)
        self.share_the_world(desk)
        command = desk.command(kind, by, **fields)
        is_stale = command.seen is not None and rarely(dice)
        if is_stale:
            assert command.seen is not None
            command = replace(command, seen=command.seen + dice.choice([-1, 1]))
        decided = decide(desk.file, command)
        if isinstance(decided, Refusal):
            return
        assert not is_stale, "decided on what nobody has seen"
        self.fold(desk, decided)
        # The same once more, as after a lost answer: nothing happens twice.
        again = decide(desk.file, command)
        assert isinstance(again, Refusal) or again == ()

    def system(self, desk: CaseDesk, kind: type[CaseCommand], /, **fields: Any) -> tuple[Event, ...]:
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

    def a_track(self, dice: Random) -> tuple[CaseDesk, Track, str]:
        desk = dice.choice(self.desks)
        track = dice.choice(list(desk.standing.tracks.values()))
        return desk, track, acting(track, self.institutions)

    def handoffs(self) -> list[tuple[CaseDesk, Track, Handoff]]:
        tracks = [(desk, track) for desk in self.desks for track in desk.standing.tracks.values()]
        return [(desk, track, handoff) for desk, track in tracks for handoff in track.handoffs]

    def a_handoff(
        self, dice: Random, acts: Any, wanted: HandoffState
    ) -> tuple[CaseDesk, Track, Handoff, str]:
        """A handoff, of the state wanted if there is one, and whoever acts for one of its two."""
        all_ = self.handoffs()
        right = [one for one in all_ if one[2].state is wanted]
        desk, track, handoff = dice.choice(right or all_)
        return desk, track, handoff, acts(track, handoff, self.institutions)

    def where(self, joined: CaseDesk) -> CaseDesk:
        into = joined.standing.case.into
        return next((desk for desk in self.desks if desk.standing.case.id == into), self.desks[0])

    def sealed(self, dice: Random, receiver: str) -> tuple[Share, Any]:
        """A share and its dossier: mostly sealed to the keys in force."""
        share = dice.choice(list(Share))
        keys = self.keys.get(receiver, frozenset())
        if rarely(dice):
            keys = keys ^ {fingerprint(receiver, "old")}
        if share is Share.NONE or not keys:
            return share, None
        return share, dossier(receiver, *sorted(keys))

    def facts(self, dice: Random) -> Any:
        return replace(
            FACTS,
            crimes=(dice.choice(list(Crime)),),
            age_band=dice.choice(list(AgeBand)),
            sex=dice.choice(list(Sex)),
        )

    def stages(self, track: Track) -> tuple[str, ...]:
        found = track_rule(PROCEDURE, track.track)
        stage = None if found is None else stage_of(found, track.stage)
        return () if stage is None else stage.next

    def outcomes(self, track: Track) -> list[str]:
        found = track_rule(PROCEDURE, track.track)
        return [] if found is None else [outcome.code for outcome in found.outcomes]

    def outcome(self, dice: Random, track: Track) -> str:
        return dice.choice(self.outcomes(track))

    def answer(self, question: Question) -> str:
        found = question_of(PROCEDURE, question.question)
        assert found is not None
        return found.answers[0].code


DEEDS: dict[Callable[[Desks, Random], None], int] = {
    Desks.a_track_is_offered: 6,
    Desks.an_offer_is_answered: 6,
    Desks.a_dossier_is_attached: 3,
    Desks.an_offer_is_taken_back: 1,
    Desks.a_handoff_is_completed: 1,
    Desks.a_question_is_asked_or_answered: 3,
    Desks.a_track_goes_its_way: 3,
    Desks.the_holder_says_something_of_the_case: 2,
    Desks.two_cases_are_joined_or_parted: 3,
    Desks.an_institution_comes_or_goes: 1,
    Desks.keys_come_and_go: 1,
    Desks.time_passes: 2,
    Desks.the_time_is_told_when_it_matters: 3,
}
NEEDS: dict[Callable[[Desks, Random], None], Callable[[Desks], bool]] = {
    Desks.an_offer_is_answered: Desks.something_waits,
    Desks.a_dossier_is_attached: Desks.something_waits,
    Desks.an_offer_is_taken_back: Desks.something_waits,
    Desks.a_handoff_is_completed: Desks.something_passed,
    Desks.a_question_is_asked_or_answered: Desks.something_passed,
}


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


def years(seed: int, deeds: int) -> Desks:
    """A history of so many deeds, the same for the same seed."""
    desks, dice = Desks(), Random(seed)
    desks.two_cases_are_opened(dice)
    desks.work(dice, deeds)
    return desks


def test_many_desks_do_as_they_like_and_no_case_is_lost() -> None:
    """A few histories, in every run of the quick tests."""
    run(examples=10, steps=15)
    for seed in range(6):
        years(seed, 60)


def test_everything_that_can_happen_to_a_case_does() -> None:
    """The histories are worth looking at: no kind of event is missing from them."""
    seen = {type(event) for seed in range(10, 18) for desk in years(seed, 60).desks for event in desk.events}
    assert seen == set(get_args(Event))


@pytest.mark.slow
def test_many_desks_do_as_they_like_for_long_and_no_case_is_lost() -> None:
    """Many histories, as hypothesis finds them: it shortens one in which something is wrong."""
    run(examples=40, steps=30)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 140))
def test_years_of_many_desks_lose_no_case(seed: int) -> None:
    """Long histories."""
    years(seed, 250)
