"""What requests about cases can look like, for the documentation. All of it is synthetic."""

from typing import Any

_HANDOFF, _OTHER = "5b0d2f64-3c5a-4f0e-9a51-0d4f6f3c7e21", "9e4c1a70-6b1d-4c55-8f0a-2b7d9c3e5f10"
FACTS: dict[str, Any] = {
    "crimes": ["child_labor"],
    "age_band": "14-17",
    "sex": "female",
    "department": "PY-7",
    "channel": "inspection",
}
CASE: dict[str, Any] = {
    "facts": FACTS,
    "tracks": ["protection", "labor"],
    "consent": "granted",
    "synthetic": True,
}
FACTS_CHANGE = {"age_band": "0-13"}
CONSENT = {"consent": "withdrawn"}
TRACK = {"track": "criminal"}
SAME = {"into": "K7M2-9QXP-4TRB-H3WC"}
STAGE = {"stage": "attention"}
CLOSE = {"outcome": "safe_with_family"}
REOPEN = {"code": "new_facts"}
OFFER: dict[str, Any] = {
    "handoff": _HANDOFF,
    "kind": "transfer",
    "receiver": "minna",
    "urgency": "urgent",
    "share": "none",
}
DOCUMENT = {"kind": "nota", "number": 152, "year": 2026, "day": "2026-11-25"}
ACCEPT: dict[str, Any] = {"document": DOCUMENT}
DECLINE = {"code": "no_capacity"}
REDIRECT = {"to": "mdp"}
WITHDRAW = {"code": "error"}
ATTACH = {"share": "none"}
QUESTION = {"question": "immediate_risk"}
ANSWER = {"answer": "yes"}
COMPLETE = {"outcome": "safe_with_family"}
GROUP: dict[str, Any] = {"cases": [CASE, CASE | {"facts": FACTS | {"sex": "male"}}]}
GROUP_OFFER: dict[str, Any] = {
    "track": "protection",
    "kind": "transfer",
    "receiver": "minna",
    "urgency": "urgent",
    "share": "none",
    "offers": [{"reference": "K7M2-9QXP-4TRB-H3WC", "track_version": 1, "handoff": _HANDOFF}],
}
BUNDLE_ACCEPT: dict[str, Any] = {
    "handoffs": [{"handoff": _HANDOFF, "version": 1}, {"handoff": _OTHER, "version": 1}]
}
BUNDLE_DECLINE: dict[str, Any] = BUNDLE_ACCEPT | DECLINE
