"""What becomes of a synthetic case: the institutions of the demo act on it by chance, as people at desks would.

Every step is a command that the rules themselves decide (`decide`), at a moment of its own, with the hub's ticks in
between: so a story can hold nothing that could not have happened, and one that the rules refuse raises. Whoever owes
something plans when to do it, once; some do not do it at all, so that a demo has what is late, and what has expired.
Pure: chance and time are arguments; the same ones tell the same story, but for its references, which are nobody's to
guess even in a demo.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from random import Random

from msgspec.structs import replace

from nanduti.cases import CaseEvent, Document, TrackEvent
from nanduti.procedure import Stage
from nanduti.vocabulary import DocumentKind, HandoffKind, HandoffState, Share, Urgency
from nanduti_hub.demo.arrivals import Arrival, drawn, either
from nanduti_hub.demo.intentions import DAY, HOUR, NEVER, Intention, Make, StepRefused, in_office, random_id
from nanduti_hub.handoffs.calendar import ZONE
from nanduti_hub.handoffs.clocks import next_at
from nanduti_hub.handoffs.commands import (
    Accept,
    Advance,
    Answer,
    Ask,
    Attach,
    CaseCommand,
    Close,
    Complete,
    Decline,
    Known,
    Offer,
    OpenCase,
    OpenTrack,
    Redirect,
    Tick,
    Withdraw,
)
from nanduti_hub.handoffs.decide import decide
from nanduti_hub.handoffs.evolve import evolve
from nanduti_hub.handoffs.parties import acting, acting_receiver, acting_sender, is_on_hub
from nanduti_hub.handoffs.procedure import competent, handoff_rule, stage_of, track_rule
from nanduti_hub.handoffs.references import fresh
from nanduti_hub.handoffs.state import File, Handoff, Question, Standing, Track
from nanduti_hub.refusal import Refusal

#: New references that a command may need: its two, those who are informed, and the platform.
REFERENCES = 12
#: Who an offer goes to before others, where the procedure lets it.
PREFERRED = {"minna": 9, "minmujer": 9, "mp": 14, "mtess": 9, "codeni": 4, "mdp": 4, "mec": 3, "sederrec": 2}
#: Of 100 offers: taken, not taken, sent on, asked about first, left lying, taken back.
ANSWERS = {"accept": 70, "decline": 8, "redirect": 7, "ask": 9, "silent": 4, "withdraw": 2}
ON_PAPER = {"accept": 84, "decline": 6, "silent": 10}
#: How often somebody who holds a track never comes to the next step.
NEGLECT = 0.015
#: After so many offers that came to nothing, nobody tries again.
MOST_TRIES = 4

Key = tuple[str | int, ...]


class Story:
    """A case and what has happened to it so far; `events` are all of it, in order."""

    def __init__(self, random: Random, known: Known) -> None:
        self.random = random
        self.known = replace(known, fresh=())
        self.events: list[CaseEvent | TrackEvent] = []
        self.now = datetime.min.replace(tzinfo=UTC)
        self._file: File | None = None
        self._intentions: dict[Key, Intention] = {}

    @property
    def file(self) -> File:
        """The case as it stands; there is one once it has been opened."""
        if self._file is None:
            raise ValueError("the story has not begun")
        return self._file

    def adopt(self, file: File, at: datetime) -> None:
        """Go on from a moment with a case that something else has opened or changed."""
        self._file, self.now = file, at
        self.events = []

    def open(self, arrival: Arrival, at: datetime, case: str, group: str | None = None) -> None:
        """The case comes in."""
        self._do(
            OpenCase(
                by=arrival.opener, at=at, known=self._with_references(), case=case, facts=arrival.facts,
                tracks=arrival.tracks, consent=arrival.consent, group=group, synthetic=True,
            )
        )  # fmt: skip

    def go_on(self, until: datetime) -> None:
        """Everybody does what they do, until a moment."""
        while True:
            self._plan()
            due = min((at for track in self.file.tracks.values() if (at := next_at(track))), default=None)
            planned = [(one.at, key) for key, one in self._intentions.items() if one.at is not None]
            at, key = min(planned, key=lambda pair: pair[0], default=(until, None))
            if due is not None and due <= min(at, until):
                self._do(Tick(by="hub", at=due, known=self._with_references()))
                continue
            if key is None or at >= until:
                return
            self.now = max(at, self.now)
            command = self._intentions.pop(key).make()
            if command is not None:
                self._do(command)
            if key in dict(self._duties()):
                # It was done without an end to it: nobody comes back to it.
                self._intentions[key] = NEVER

    def _do(self, command: CaseCommand) -> None:
        decided = decide(self._file, command)
        if isinstance(decided, Refusal):
            raise StepRefused(decided.code)
        for event in decided:
            self._file = evolve(self._file, event)
            self.events.append(event)
        self.now = max(self.now, command.at)

    def _with_references(self) -> Known:
        return replace(self.known, fresh=fresh(REFERENCES))

    def _plan(self) -> None:
        """Whoever owes something that nobody has thought of yet thinks of it now."""
        duties = dict(self._duties())
        self._intentions = {key: one for key, one in self._intentions.items() if key in duties}
        for key, intend in duties.items():
            if key not in self._intentions:
                self._intentions[key] = intend()

    def _duties(self) -> Iterator[tuple[Key, Callable[[], Intention]]]:
        """What somebody owes now; whatever makes it another duty is in its key."""
        for track in self.file.tracks.values():
            yield from self._duties_of(track)

    def _duties_of(self, track: Track) -> Iterator[tuple[Key, Callable[[], Intention]]]:
        name = track.track
        if track.standing is Standing.OPEN and track.waiting_transfer is None:
            tries = sum(handoff.kind is HandoffKind.TRANSFER for handoff in track.handoffs)
            key: Key = ("track", name, track.stage, len(track.custody), tries, track.closed_at is None)
            yield key, lambda: self._hold(track)
            if self._is_settled(track):
                yield ("refer", name, len(track.custody)), lambda: self._refer(track)
                if name == "labor" and "restitution" not in self.file.tracks:
                    yield ("restore",), lambda: self._restore(track)
        for handoff in track.handoffs:
            asked = [question for question in handoff.questions if question.running is not None]
            if handoff.state is HandoffState.OFFERED and not asked:
                yield ("answer", handoff.id, len(handoff.questions)), partial(self._answer, track, handoff)
            if handoff.state is HandoffState.AWAITING_RESEALING:
                yield ("seal", handoff.id), partial(self._seal, track, handoff)
            if handoff.state is HandoffState.ACCEPTED and handoff.kind is HandoffKind.REFERRAL:
                yield ("outcome", handoff.id), partial(self._complete, track, handoff)
            for question in asked:
                key = ("question", handoff.id, question.number)
                yield key, partial(self._reply, track, handoff, question)

    # What whoever holds a track does next ---------------------------------------------------------------------

    def _hold(self, track: Track) -> Intention:
        random, rule = self.random, track_rule(self.known.procedure, track.track)
        stage = None if rule is None else stage_of(rule, track.stage)
        if stage is None:
            return NEVER
        tries = sum(handoff.kind is HandoffKind.TRANSFER for handoff in track.handoffs)
        if not self._is_settled(track) and tries < MOST_TRIES:
            to = self._receiver(track)
            if to is not None:
                wait = (
                    random.uniform(0.2, 3.6) * HOUR * (random.uniform(2, 9) if random.random() < 0.1 else 1)
                )
                return self._later(wait, lambda: self._offer(track.track, to, HandoffKind.TRANSFER))
        if random.random() < NEGLECT:
            return NEVER
        wait = self._in_time(track)
        return self._later(wait, lambda: self._step(track.track, stage))

    def _refer(self, track: Track) -> Intention:
        """Whether to share the track with another while one works on it."""
        to = self._receiver(track) if self.random.random() < 0.16 else None
        if to is None:
            return NEVER
        wait = self.random.uniform(0.1, 0.4) * self._in_time(track)
        return self._later(wait, lambda: self._offer(track.track, to, HandoffKind.REFERRAL))

    def _restore(self, track: Track) -> Intention:
        """Whether to open what the person may be owed."""
        if self.random.random() < 0.7:
            return NEVER
        by = acting(track, self.known.institutions)
        return self._later(
            self.random.uniform(10, 40) * DAY,
            lambda: OpenTrack(by=by, at=self.now, known=self._with_references(), track="restitution"),
        )

    def _is_settled(self, track: Track) -> bool:
        """Whether the track is where it belongs."""
        right = competent(self.known.procedure, track.track, self.file.case.facts)
        return track.holder in right and (track.track, track.holder) != ("criminal", "pn")

    def _step(self, track: str, stage: Stage) -> CaseCommand:
        """To the next stage, or to the end of the track where it may end."""
        held = self.file.tracks[track]
        by = acting(held, self.known.institutions)
        rule = track_rule(self.known.procedure, track)
        ending = stage.ends and (not stage.next or self.random.random() < 0.6)
        if rule is not None and ending:
            outcome = either(self.random, rule.outcomes).code
            return Close(by=by, at=self.now, known=self._with_references(), track=track, outcome=outcome)
        to = drawn(self.random, {code: len(stage.next) - place for place, code in enumerate(stage.next)})
        return Advance(by=by, at=self.now, known=self._with_references(), track=track, stage=to)

    def _offer(self, track: str, to: str, kind: HandoffKind) -> CaseCommand | None:
        held = self.file.tracks[track]
        urgency = drawn(
            self.random,
            {Urgency.IMMEDIATE: 12, Urgency.URGENT: 55, Urgency.ORDINARY: 33}
            if kind is HandoffKind.TRANSFER
            else {Urgency.URGENT: 25, Urgency.ORDINARY: 75},
        )
        return Offer(
            by=acting(held, self.known.institutions), at=self.now, known=self._with_references(), track=track,
            handoff=self._id(), kind=kind, receiver=to, urgency=urgency, share=Share.NONE,
        )  # fmt: skip

    def _receiver(self, track: Track) -> str | None:
        """Whom to ask: one that the procedure names, and that was not asked yet where there is another."""
        sender = acting(track, self.known.institutions)
        named = [
            code
            for code in competent(self.known.procedure, track.track, self.file.case.facts)
            if code not in (track.holder, sender) and (track.track, code) != ("criminal", "pn")
        ]
        tried = {handoff.receiver for handoff in track.handoffs}
        named = [code for code in named if code not in tried] or named
        return drawn(self.random, {code: PREFERRED.get(code, 1) for code in named}) if named else None

    # What whoever was asked does ------------------------------------------------------------------------------

    def _answer(self, track: Track, handoff: Handoff) -> Intention:
        random = self.random
        is_paper = not is_on_hub(self.known.institutions, handoff.receiver)
        rule = handoff_rule(self.known.procedure, track.track, handoff.kind)
        limit = handoff.running.clock.due - handoff.running.clock.started if handoff.running else DAY
        choice = drawn(random, ON_PAPER if is_paper else ANSWERS)
        if choice == "decline" and rule is not None and not rule.may_decline:
            choice = "redirect"
        if choice == "redirect" and (is_paper or self._other(track, handoff) is None):
            choice = "accept"
        if choice == "silent":
            # What may not be declined does not expire: sooner or later somebody takes it.
            late = handoff.running is not None and not handoff.running.clock.expires and random.random() < 0.7
            wait = random.uniform(1.2, 6) * limit
            return self._later(wait, lambda: self._take(handoff.id)) if late else NEVER
        wait = random.betavariate(1.5, 3.5) * limit
        make: dict[str, Make] = {
            "accept": lambda: self._take(handoff.id),
            "decline": lambda: self._refuse(handoff.id),
            "redirect": lambda: self._send_on(handoff.id),
            "ask": lambda: self._ask(handoff.id),
            "withdraw": lambda: self._take_back(handoff.id),
        }
        return self._later(wait, make[choice], office=handoff.urgency is Urgency.ORDINARY)

    def _take(self, id_: str) -> CaseCommand | None:
        by, paper = self._answering(id_)
        return Accept(by=by, at=self.now, known=self._with_references(), handoff=id_, document=paper)

    def _refuse(self, id_: str) -> CaseCommand | None:
        by, paper = self._answering(id_)
        codes = {"no_capacity": 4, "insufficient_information": 3, "person_elsewhere": 2, "already_with_us": 1}
        code = drawn(self.random, codes)
        return Decline(
            by=by, at=self.now, known=self._with_references(), handoff=id_, code=code, document=paper
        )

    def _send_on(self, id_: str) -> CaseCommand | None:
        track, handoff = self._found(id_)
        to = self._other(track, handoff)
        if to is None:
            return self._take(id_)
        return Redirect(
            by=handoff.receiver, at=self.now, known=self._with_references(), handoff=id_, to=to,
            following=self._id(),
        )  # fmt: skip

    def _ask(self, id_: str) -> CaseCommand | None:
        _, handoff = self._found(id_)
        asked = {question.question for question in handoff.questions}
        open_ = [question.code for question in self.known.procedure.questions if question.code not in asked]
        sender_is_there = is_on_hub(self.known.institutions, handoff.sender)
        if not open_ or not sender_is_there:
            return self._take(id_)
        return Ask(
            by=handoff.receiver, at=self.now, known=self._with_references(), handoff=id_,
            question=either(self.random, open_),
        )  # fmt: skip

    def _take_back(self, id_: str) -> CaseCommand | None:
        track, handoff = self._found(id_)
        by = acting_sender(track, handoff, self.known.institutions)
        code = either(self.random, ("error", "facts_changed", "no_longer_needed"))
        return Withdraw(by=by, at=self.now, known=self._with_references(), handoff=id_, code=code)

    def _seal(self, track: Track, handoff: Handoff) -> Intention:
        limit = handoff.running.clock.due - handoff.running.clock.started if handoff.running else DAY
        if self.random.random() < 0.06:
            return NEVER
        by = acting_sender(track, handoff, self.known.institutions)
        return self._later(
            self.random.uniform(0.05, 0.7) * limit,
            lambda: Attach(
                by=by, at=self.now, known=self._with_references(), handoff=handoff.id, share=Share.NONE
            ),
        )

    def _complete(self, track: Track, handoff: Handoff) -> Intention:
        rule = track_rule(self.known.procedure, track.track)
        if rule is None or self.random.random() < 0.15:
            return NEVER
        outcome = either(self.random, rule.outcomes).code
        by = acting_receiver(track, handoff, self.known.institutions)
        return self._later(
            self.random.uniform(2, 45) * DAY,
            lambda: Complete(
                by=by, at=self.now, known=self._with_references(), handoff=handoff.id, outcome=outcome
            ),
        )

    def _reply(self, track: Track, handoff: Handoff, question: Question) -> Intention:
        asked = next(one for one in self.known.procedure.questions if one.code == question.question)
        who = acting_receiver if question.by == handoff.sender else acting_sender
        if self.random.random() < 0.07:
            return NEVER
        by, answer = who(track, handoff, self.known.institutions), either(self.random, asked.answers).code
        limit = question.running.clock.due - question.running.clock.started if question.running else DAY
        return self._later(
            self.random.betavariate(1.5, 3) * limit,
            lambda: Answer(
                by=by, at=self.now, known=self._with_references(), handoff=handoff.id, number=question.number,
                answer=answer,
            ),
        )  # fmt: skip

    # ----------------------------------------------------------------------------------------------------------

    def _found(self, id_: str) -> tuple[Track, Handoff]:
        found = self.file.of_handoff(id_)
        if found is None:
            raise ValueError("a handoff has gone")
        return found

    def _other(self, track: Track, handoff: Handoff) -> str | None:
        """Who else could take it."""
        sender = acting_sender(track, handoff, self.known.institutions)
        if len(handoff.tried) > self.known.procedure.most_hops or handoff.receiver == sender:
            return None
        no = {*handoff.tried, handoff.sender, sender, track.holder}
        named = [
            code
            for code in competent(self.known.procedure, track.track, self.file.case.facts)
            if code not in no
        ]
        return drawn(self.random, {code: PREFERRED.get(code, 1) for code in named}) if named else None

    def _answering(self, id_: str) -> tuple[str, Document | None]:
        """Who answers an offer, and with which paper where its receiver is off the hub."""
        track, handoff = self._found(id_)
        by = acting_receiver(track, handoff, self.known.institutions)
        if by == handoff.receiver:
            return by, None
        day = self.now.astimezone(ZONE).date()
        paper = Document(
            kind=either(self.random, (DocumentKind.NOTA, DocumentKind.OFICIO, DocumentKind.PROVIDENCIA)),
            number=1 + int(self.random.random() * 900),
            year=day.year,
            day=day,
        )
        return by, paper

    def _in_time(self, track: Track) -> timedelta:
        """How long whoever holds a track takes for its stage: mostly less than there is, sometimes more."""
        clock = track.running and track.running.clock
        limit = min(clock.due - clock.started, 40 * DAY) if clock else 12 * DAY
        if self.random.random() < 0.05:
            return limit * self.random.uniform(1.05, 1.5)
        return limit * self.random.uniform(0.15, 0.9)

    def _later(self, wait: timedelta, make: Make, *, office: bool = False) -> Intention:
        at = self.now + max(wait, timedelta(minutes=4))
        return Intention(in_office(at, self.random) if office else at, make)

    def _id(self) -> str:
        return random_id(self.random)
