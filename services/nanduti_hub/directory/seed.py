"""The directory that a new installation starts with, read from the data files of this package.

Every record says where it comes from, or that it is an assumption ("supuesto"). It is only a start: the
directory changes by events, so nothing else may read these files to learn who coordinates what today.
Absent: any person, and any coordinator or seat whose dates are not known (their ends stay open).
"""

from importlib.resources import files

import msgspec
from msgspec import Struct

from nanduti.directory import Department, Institution, Platform, Seat


class Seed(Struct, frozen=True, kw_only=True):
    """The four lists of the starting directory, in the order of their files."""

    departments: tuple[Department, ...]
    institutions: tuple[Institution, ...]
    platforms: tuple[Platform, ...]
    seats: tuple[Seat, ...]


def load() -> Seed:
    """Read and check the data files; raises `msgspec.ValidationError` where one breaks the contract."""
    return Seed(
        departments=tuple(msgspec.json.decode(_read("departments"), type=list[Department])),
        institutions=tuple(msgspec.json.decode(_read("institutions"), type=list[Institution])),
        platforms=tuple(msgspec.json.decode(_read("platforms"), type=list[Platform])),
        seats=tuple(msgspec.json.decode(_read("seats"), type=list[Seat])),
    )


def _read(name: str) -> bytes:
    return files("nanduti_hub.directory").joinpath("data", f"{name}.json").read_bytes()
