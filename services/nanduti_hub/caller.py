"""Who is calling. Every transaction and every decision is on behalf of one caller."""

from enum import StrEnum

from msgspec import Struct


class Role(StrEnum):
    """What a caller may be; what a role may do stands in `access.policy`."""

    STEWARD = "steward"
    ADMINISTRATOR = "administrator"
    COORDINATOR = "coordinator"
    FOCAL_POINT = "focal_point"
    CASE_OFFICER = "case_officer"
    OBSERVER = "observer"
    WORKER = "worker"


class Caller(Struct, frozen=True, kw_only=True):
    """A caller: the name that records show, its role, and the code of its platform or institution.

    `scope` is `*` for the hub's own callers and for stewards, who act for no platform. `id` is what records and
    the database know it by: `person:<uuid>`, `token:<uuid>`, or `hub` for the hub's own programs.
    """

    name: str
    role: Role
    scope: str
    id: str = "hub"


#: Codes that are no platform's or institution's: the bus's own users and the scopes of its subjects, of which `joint`
#: owns what several platforms have agreed on.
RESERVED = frozenset({"sys", "keeper", "relay", "joint", "hub"})
#: The hub itself: sequencer, relay, clocks. Never comes from outside.
WORKER = Caller(name="hub", role=Role.WORKER, scope="*")
