"""The rules of cases, tracks and handoffs, as one total function. No clock, no database, no logging here.

Rules that stay true: an open track has exactly one holder, whatever is asked; a command that changes nothing makes no
event; a command on what was seen in another version is refused; a refusal holds nothing of what was sent. Who is
told of an event is `notices`; two cases of one person are `joining`.
"""

from typing import assert_never

from nanduti_hub.handoffs.answering import accept, complete, decline, redirect
from nanduti_hub.handoffs.asking import answer, ask
from nanduti_hub.handoffs.closing import advance, close, reopen
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
    OpenCase,
    OpenTrack,
    RecordConsent,
    Redirect,
    Reopen,
    Tick,
    Withdraw,
)
from nanduti_hub.handoffs.offering import attach, offer, withdraw
from nanduti_hub.handoffs.opening import correct, open_case, open_track, record_consent
from nanduti_hub.handoffs.state import File
from nanduti_hub.handoffs.ticking import notice_revoked_keys, tick
from nanduti_hub.handoffs.unfolding import Events, Unfolding
from nanduti_hub.refusal import Refusal


def decide(file: File | None, command: CaseCommand) -> Events | Refusal:
    """What happens when a command meets a case: events, none of them, or a refusal with its code.

    Raises:
        ValueError: the command brought too few fresh references.

    """
    if file is None:
        return _begin(command)
    unfolding = Unfolding(file, command.known, command.at)
    refusal = _unfold(unfolding, command)
    return unfolding.events if refusal is None else refusal


def _begin(command: CaseCommand) -> Events | Refusal:
    """What happens where there is no case yet."""
    match command:
        case OpenCase():
            return open_case(command)
        case Tick() | NoticeRevokedKeys():
            return ()
        case _:
            return Refusal("case_unknown")


def _unfold(unfolding: Unfolding, command: CaseCommand) -> Refusal | None:
    match command:
        case OpenCase():
            return Refusal("case_exists")
        case Correct():
            return correct(unfolding, command)
        case RecordConsent():
            return record_consent(unfolding, command)
        case OpenTrack():
            return open_track(unfolding, command)
        case Advance():
            return advance(unfolding, command)
        case Close():
            return close(unfolding, command)
        case Reopen():
            return reopen(unfolding, command)
        case Offer():
            return offer(unfolding, command)
        case Accept():
            return accept(unfolding, command)
        case Decline():
            return decline(unfolding, command)
        case Redirect():
            return redirect(unfolding, command)
        case Withdraw():
            return withdraw(unfolding, command)
        case Attach():
            return attach(unfolding, command)
        case Ask():
            return ask(unfolding, command)
        case Answer():
            return answer(unfolding, command)
        case Complete():
            return complete(unfolding, command)
        case Tick():
            tick(unfolding, command)
            return None
        case NoticeRevokedKeys():
            notice_revoked_keys(unfolding, command)
            return None
        case _:
            assert_never(command)
