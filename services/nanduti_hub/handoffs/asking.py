"""Listed questions and answers between the two of a handoff.

Rules that stay true: the one asks and the other answers, each once; who is asked is on the hub, or nobody could
answer. Absent: free text.
"""

from nanduti.cases import QuestionAnswered, QuestionAsked
from nanduti.vocabulary import HandoffState
from nanduti_hub.handoffs.checks import met, not_in, stale
from nanduti_hub.handoffs.commands import Answer, Ask
from nanduti_hub.handoffs.parties import acting_receiver, acting_sender, is_on_hub
from nanduti_hub.handoffs.procedure import is_listed, question_of
from nanduti_hub.handoffs.unfolding import Unfolding
from nanduti_hub.refusal import Refusal

_OPEN = (HandoffState.OFFERED, HandoffState.AWAITING_RESEALING, HandoffState.ACCEPTED)


def ask(unfolding: Unfolding, command: Ask) -> Refusal | None:
    """Ask the other of the two."""
    known = command.known
    found = met(unfolding.file, command.handoff, command.by, known)
    if isinstance(found, Refusal):
        return found
    track, handoff = found
    refusal = stale(command.seen, handoff.version) or not_in(handoff.state, *_OPEN)
    if refusal is not None:
        return refusal
    by, other = handoff.sender, handoff.receiver
    if command.by == other:
        by, other = other, by
    if handoff.is_unoffered or not is_on_hub(known.institutions, other):
        return Refusal("question_nobody")
    question = question_of(known.procedure, command.question)
    if question is None:
        return Refusal("question_unlisted")
    waiting = (each for each in handoff.questions if each.running is not None)
    if any((each.by, each.question) == (by, question.code) for each in waiting):
        return Refusal("question_waits")
    unfolding.on_track(
        track.track,
        QuestionAsked,
        handoff=handoff.id,
        number=len(handoff.questions) + 1,
        by=by,
        question=question.code,
        clock=unfolding.clock(question.limit, owes=other, asks=command.by),
    )
    return None


def answer(unfolding: Unfolding, command: Answer) -> Refusal | None:
    """Answer what the other has asked."""
    known = command.known
    found = met(unfolding.file, command.handoff, command.by, known)
    if isinstance(found, Refusal):
        return found
    track, handoff = found
    asked = next((each for each in handoff.questions if each.number == command.number), None)
    if asked is None:
        return Refusal("question_unknown")
    acting = acting_receiver if asked.by == handoff.sender else acting_sender
    if command.by != acting(track, handoff, known.institutions):
        return Refusal("question_not_yours")
    if (refusal := stale(command.seen, handoff.version)) is not None:
        return refusal
    if asked.running is None:
        return Refusal("question_over")
    question = question_of(known.procedure, asked.question)
    if question is None or not is_listed(question.answers, command.answer):
        return Refusal("answer_unlisted")
    unfolding.on_track(
        track.track, QuestionAnswered, handoff=handoff.id, number=asked.number, answer=command.answer
    )
    return None
