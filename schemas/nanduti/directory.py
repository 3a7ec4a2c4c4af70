"""Who there is: departments, institutions, platforms and their seats.

Coordinators and seats are dated records, because they change: who coordinated on a day is a question
that has an answer. `source` says where a fact comes from; `synthetic` marks what was made up for a demo.
"""

from datetime import date
from typing import Annotated

from msgspec import Meta, Struct

from nanduti.procedure import ProcedureRegistered
from nanduti.vocabulary import Axis, Code, Crime, DepartmentCode, Level, RecipientKind

#: The text of an age X25519 public key, in lower case; whether it is one, `public_keys` tells.
PublicKey = Annotated[str, Meta(pattern=r"^age1[02-9ac-hj-np-z]{58}\Z")]
#: What a key is known by: the first 64 bits of its SHA-256, four by four.
Fingerprint = Annotated[str, Meta(pattern=r"^[0-9a-f]{4}(-[0-9a-f]{4}){3}\Z")]


class Department(Struct, frozen=True, kw_only=True):
    """A department of Paraguay or its capital, with its tile on the grid map (column, row from 0)."""

    code: DepartmentCode
    name: str
    short: str
    capital: str
    column: int
    row: int
    neighbours: tuple[DepartmentCode, ...] = ()
    source: str = ""


class Institution(Struct, frozen=True, kw_only=True):
    """A body that leads or helps with work. `names` are all the ways people write it, the official first."""

    code: Code
    acronym: str
    name: str
    aliases: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    departments: tuple[DepartmentCode, ...] = ()
    on_hub: bool = False
    source: str = ""
    synthetic: bool = False


class Coordinator(Struct, frozen=True, kw_only=True):
    """Who coordinates a platform, from (inclusive) and until (exclusive); an open end is None."""

    institution: Code
    since: date | None = None
    until: date | None = None
    source: str = ""


class AxisName(Struct, frozen=True, kw_only=True):
    """A plan's own axis as its documents write it, and the common axis that it is crosswalked to."""

    axis: Axis
    own: str
    aliases: tuple[str, ...] = ()


class Platform(Struct, frozen=True, kw_only=True):
    """A coordination platform: a national commission or round table, or a departmental one."""

    code: Code
    acronym: str
    name: str
    aliases: tuple[str, ...] = ()
    level: Level = Level.NATIONAL
    department: DepartmentCode | None = None
    crimes: tuple[Crime, ...] = ()
    axes: tuple[AxisName, ...] = ()
    coordinators: tuple[Coordinator, ...] = ()
    source: str = ""
    synthetic: bool = False


class Seat(Struct, frozen=True, kw_only=True):
    """An institution's seat on a platform, from (inclusive) and until (exclusive)."""

    platform: Code
    institution: Code
    since: date | None = None
    until: date | None = None
    source: str = ""
    synthetic: bool = False


class Recipient(Struct, frozen=True, kw_only=True):
    """A public key to which dossiers for an institution are sealed. It says no person's name: whose it is, the
    institution knows by `label` and `number`, which never come twice.

    `since` is the day of its registration, `revoked` that from which nothing is sealed to it any more.
    """

    public_key: PublicKey
    fingerprint: Fingerprint
    label: RecipientKind
    number: Annotated[int, Meta(ge=1)]
    since: date
    revoked: date | None = None


class Recipients(Struct, frozen=True, kw_only=True):
    """All keys that an institution has registered, in the order in which it did; a revoked one stays."""

    institution: Code
    recipients: tuple[Recipient, ...] = ()


class _DirectoryEvent(Struct, frozen=True, kw_only=True):
    version: int


class DepartmentRegistered(_DirectoryEvent, frozen=True, kw_only=True):
    """A department entered the directory, or its facts changed."""

    department: Department


class InstitutionRegistered(_DirectoryEvent, frozen=True, kw_only=True):
    """An institution entered the directory, or its facts changed."""

    institution: Institution


class PlatformRegistered(_DirectoryEvent, frozen=True, kw_only=True):
    """A platform entered the directory, or its facts (its coordinator too) changed."""

    platform: Platform


class SeatRegistered(_DirectoryEvent, frozen=True, kw_only=True):
    """A seat was taken, or its dates changed."""

    seat: Seat


class RecipientsChanged(_DirectoryEvent, frozen=True, kw_only=True):
    """An institution has registered or revoked a key; `recipients` are all of its keys after that."""

    recipients: Recipients


#: Those of the directory's entries: recipients are the institutions' own, and have rules of their own.
DirectoryEvent = (
    DepartmentRegistered | InstitutionRegistered | PlatformRegistered | SeatRegistered | ProcedureRegistered
)
