"""What can be asked of the directory."""

from msgspec import Struct

from nanduti.directory import Department, Institution, Platform, Seat
from nanduti.procedure import Procedure

Entity = Department | Institution | Platform | Seat | Procedure


class Codes(Struct, frozen=True, kw_only=True):
    """The codes that the directory has."""

    platforms: frozenset[str]
    institutions: frozenset[str]
    departments: frozenset[str]


class Register(Struct, frozen=True):
    """Enter an entity, or replace what the directory says of it; what it names must be among `codes`."""

    entity: Entity
    codes: Codes


class Found(Struct, frozen=True):
    """Enter an entity of the starting directory, unless the directory has it already."""

    entity: Entity


DirectoryCommand = Register | Found
