"""What can be asked of the directory."""

from msgspec import Struct

from nanduti.directory import Department, Institution, Platform, Seat

Entity = Department | Institution | Platform | Seat


class Register(Struct, frozen=True):
    """Enter an entity, or replace what the directory says of it."""

    entity: Entity


class Found(Struct, frozen=True):
    """Enter an entity of the starting directory, unless the directory has it already."""

    entity: Entity


DirectoryCommand = Register | Found
