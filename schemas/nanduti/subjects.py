"""The grammar of the subjects: version of the grammar first, id last.

    nanduti.v1.plan.<platform>.<event>.<plan_id>
    nanduti.v1.action.<platform|joint>.<event>.<action_id>
    nanduti.v1.agreement.joint.<event>.<agreement_id>
    nanduti.v1.directory.hub.<event>.<id>
    nanduti.v1.handoff.<member>.<event>
    nanduti.v1.flow.<platform>.counted
    nanduti.v1.case.<event>

Rules that stay true: a token is safe in NATS (no space, dot, `*` or `>`), and a subject carries no case
reference and no crime, since logs keep subjects. Absent: what an event says; that is in its bytes.
"""

import re

from msgspec import Struct

PREFIX = "nanduti.v1"
#: The scope of what belongs to several platforms at once.
JOINT = "joint"
#: The scope of the directory.
HUB = "hub"

_TOKEN = re.compile(r"[A-Za-z0-9_=-]+")


class Subject(Struct, frozen=True):
    """A subject taken apart. `scope` is a platform, `joint`, `hub` or a member; empty for `case`."""

    entity: str
    scope: str
    event: str
    id: str | None = None


def plan(platform: str, event: str, plan_id: str) -> str:
    """Where a platform's plan is told of."""
    return _build("plan", platform, event, plan_id)


def action(platform: str, event: str, action_id: str) -> str:
    """Where an action is told of; `platform` is `joint` for a joint action."""
    return _build("action", platform, event, action_id)


def agreement(event: str, agreement_id: str) -> str:
    """Where joining, amending and leaving are agreed."""
    return _build("agreement", JOINT, event, agreement_id)


def directory(event: str, entry_id: str) -> str:
    """Where an entry of the directory is told of."""
    return _build("directory", HUB, event, entry_id)


def handoff(member: str, event: str) -> str:
    """Where a notice goes: `member` is the one reader."""
    return _build("handoff", member, event)


def flow(platform: str) -> str:
    """Where a platform's weekly, suppressed counts go."""
    return _build("flow", platform, "counted")


def case(event: str) -> str:
    """Where the hub tells itself of cases; no member can read it."""
    return _build("case", event)


def everything_of(entity: str, scope: str | None = None) -> str:
    """The filter for all subjects of an entity, or for those of one of its scopes."""
    return f"{PREFIX}.{entity}.>" if scope is None else f"{PREFIX}.{entity}.{_checked(scope)}.>"


def parse(subject: str) -> Subject:
    """Take a subject apart by the number of its tokens, so that one of an unknown entity is read as well.

    Raises:
        ValueError: it is not a subject of this version of the grammar.

    """
    head, _, rest = subject.partition(f"{PREFIX}.")
    entity, *details = rest.split(".")
    if not head and entity and all(details):
        match details:
            case [event]:
                return Subject(entity, "", event)
            case [scope, event]:
                return Subject(entity, scope, event)
            case [scope, event, *_, last]:
                return Subject(entity, scope, event, last)
    raise ValueError(f"not a subject of {PREFIX}: {subject!r}")


def _build(*tokens: str) -> str:
    return ".".join((PREFIX, *map(_checked, tokens)))


def _checked(token: str) -> str:
    if _TOKEN.fullmatch(token) is None:
        raise ValueError(f"not safe as a token of a subject: {token!r}")
    return token
