"""What each role may do, as one table. What is not in it is refused; everything goes through `permit`."""

from enum import StrEnum

from nanduti_hub.caller import Caller, Role
from nanduti_hub.refusal import Refusal, Refused


class Act(StrEnum):
    """What can be done, in the granularity in which it is allowed."""

    READ_REGISTER = "register.read"
    CHANGE_ACTION = "action.change"
    CHANGE_PLAN = "plan.change"
    READ_IMPORT = "import.read"
    CHANGE_DIRECTORY = "directory.change"


class Reach(StrEnum):
    """Whose things an act may touch: one's own platform's, or anybody's."""

    OWN = "own"
    ANY = "any"


TABLE: dict[tuple[Role, Act], Reach] = {
    (Role.STEWARD, Act.READ_REGISTER): Reach.ANY,
    (Role.STEWARD, Act.CHANGE_DIRECTORY): Reach.ANY,
    (Role.COORDINATOR, Act.READ_REGISTER): Reach.ANY,
    (Role.COORDINATOR, Act.CHANGE_ACTION): Reach.OWN,
    (Role.COORDINATOR, Act.CHANGE_PLAN): Reach.OWN,
    (Role.COORDINATOR, Act.READ_IMPORT): Reach.OWN,
    (Role.MEMBER, Act.READ_REGISTER): Reach.ANY,
}


def permit(caller: Caller, act: Act, owner: str | None = None) -> None:
    """Let the caller pass.

    Raises:
        Refused: `not_allowed` where the role may not at all, `not_yours` where it may only on its own.

    """
    match TABLE.get((caller.role, act)):
        case Reach.ANY:
            return
        case Reach.OWN if owner == caller.scope:
            return
        case Reach.OWN:
            raise Refused(Refusal("not_yours", {"act": act.value}))
    raise Refused(Refusal("not_allowed", {"act": act.value}))


def allowed(caller: Caller) -> dict[str, str]:
    """What the caller may do, for `GET /v1/me`: act to reach."""
    return {act.value: reach.value for (role, act), reach in TABLE.items() if role is caller.role}
