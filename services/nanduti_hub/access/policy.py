"""What each role may do, and to whose things, as one table. What is not in it is refused.

Everything goes through it: `reception` asks for every route whether the caller's role may do the route's act at
all, and a route that touches somebody's things asks `permit` again when it knows whose they are.
"""

from enum import StrEnum

from nanduti.subjects import JOINT
from nanduti_hub.caller import Caller, Role
from nanduti_hub.refusal import Refusal, Refused


class Act(StrEnum):
    """What can be done, in the granularity in which it is allowed."""

    READ_SELF = "self.read"
    KEEP_QUERY = "query.keep"
    READ_REGISTER = "register.read"
    CHANGE_ACTION = "action.change"
    CHANGE_PLAN = "plan.change"
    READ_IMPORT = "import.read"
    CHANGE_DIRECTORY = "directory.change"
    MANAGE_KEYS = "keys.manage"
    MANAGE_PEOPLE = "people.manage"
    MANAGE_TOKENS = "tokens.manage"
    READ_AUDIT = "audit.read"
    READ_CASES = "case.read"
    WORK_CASES = "case.work"
    COUNT_NOTICES = "notice.count"


class Whose(StrEnum):
    """Whose a thing is, for one caller: of its own platform or institution, of several together, or another's."""

    OWN = "own"
    SHARED = "shared"
    OTHER = "other"


_OWN = frozenset({Whose.OWN})
_ALL = frozenset(Whose)
_EVERYBODY = (
    Role.STEWARD,
    Role.ADMINISTRATOR,
    Role.COORDINATOR,
    Role.FOCAL_POINT,
    Role.CASE_OFFICER,
    Role.OBSERVER,
)

TABLE: dict[Act, dict[Role, frozenset[Whose]]] = {
    Act.READ_SELF: dict.fromkeys(_EVERYBODY, _OWN),
    Act.KEEP_QUERY: dict.fromkeys(_EVERYBODY, _OWN),
    Act.READ_REGISTER: dict.fromkeys(_EVERYBODY, _ALL),
    Act.CHANGE_ACTION: {Role.COORDINATOR: _OWN},
    Act.CHANGE_PLAN: {Role.COORDINATOR: _OWN},
    Act.READ_IMPORT: {Role.COORDINATOR: _OWN},
    Act.CHANGE_DIRECTORY: {Role.STEWARD: _ALL},
    Act.MANAGE_KEYS: {Role.ADMINISTRATOR: _OWN},
    Act.MANAGE_PEOPLE: {Role.STEWARD: _ALL, Role.ADMINISTRATOR: _OWN},
    Act.MANAGE_TOKENS: {Role.STEWARD: _ALL, Role.ADMINISTRATOR: _OWN},
    Act.READ_AUDIT: {Role.STEWARD: _ALL},
    Act.READ_CASES: {Role.CASE_OFFICER: _OWN, Role.FOCAL_POINT: _OWN},
    Act.WORK_CASES: {Role.CASE_OFFICER: _OWN},
    Act.COUNT_NOTICES: dict.fromkeys((Role.COORDINATOR, Role.FOCAL_POINT, Role.CASE_OFFICER), _OWN),
}
#: What every member may read: the record does not list who has read it.
PUBLIC_TO_MEMBERS = frozenset({Act.READ_SELF, Act.READ_REGISTER})
#: What is about people: nothing that was sent, not even a name or a key, is repeated or kept but what was understood.
ABOUT_PEOPLE = frozenset({Act.READ_CASES, Act.WORK_CASES})


def permit(caller: Caller, act: Act, owner: str | None = None, *, hidden: Refusal | None = None) -> None:
    """Let the caller pass; without an owner, where its role may do the act to anything at all.

    Raises:
        Refused: `not_allowed` where the role may not at all, `not_yours` where it may, but not to this owner's
            things; where the caller must not learn that there is such a thing, `hidden` is said instead.

    """
    reach = TABLE[act].get(caller.role)
    if reach is None:
        raise Refused(Refusal("not_allowed", {"act": act.value}))
    if owner is not None and whose(caller, owner) not in reach:
        raise Refused(hidden or Refusal("not_yours", {"act": act.value}))


def whose(caller: Caller, owner: str) -> Whose:
    """Whose a thing of this owner is, for this caller."""
    if owner == caller.scope:
        return Whose.OWN
    return Whose.SHARED if owner == JOINT else Whose.OTHER


def allowed(caller: Caller) -> dict[str, list[str]]:
    """What the caller may do, for `GET /v1/me`: act to whose things."""
    return {
        act.value: [each.value for each in Whose if each in roles[caller.role]]
        for act, roles in TABLE.items()
        if caller.role in roles
    }
