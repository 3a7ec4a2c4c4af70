"""How a handoff goes from state to state: the table that the decider obeys and the reference page is drawn from.

Rules that stay true: an event that is not in a state's row cannot happen in it; a state without a row of its own
events is an end. The holder of a transferred track changes at `accepted` and at nothing else. Absent: who may do
what, and in what time, which the procedure says.
"""

from nanduti.vocabulary import HandoffState as State

#: The state before, and the state after each event that can happen in it.
TRANSITIONS: dict[State, dict[str, State]] = {
    State.OFFERED: {
        "accepted": State.ACCEPTED,
        "declined": State.DECLINED,
        "redirected": State.REDIRECTED,
        "withdrawn": State.WITHDRAWN,
        "expired": State.EXPIRED,
        "dossier_attached": State.OFFERED,
        "resealing_needed": State.AWAITING_RESEALING,
    },
    State.AWAITING_RESEALING: {
        "dossier_attached": State.OFFERED,
        "withdrawn": State.WITHDRAWN,
        "expired": State.EXPIRED,
    },
    State.ACCEPTED: {"dossier_attached": State.ACCEPTED, "completed": State.COMPLETED},
    State.DECLINED: {},
    State.REDIRECTED: {},
    State.WITHDRAWN: {},
    State.EXPIRED: {},
    State.COMPLETED: {},
}
#: What a handoff begins as: a new one waits for its answer, the one that follows a redirection for its resealing.
BEGINNINGS: dict[str, State] = {"offered": State.OFFERED, "following": State.AWAITING_RESEALING}
ENDS = frozenset(state for state, events in TRANSITIONS.items() if not events)
