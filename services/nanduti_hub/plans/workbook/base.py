"""What a workbook that the hub wrote says of itself, in its document properties.

Rule: it is looked up in a bounded piece of the file and taken only where it has the form that the hub writes; no
XML parser, so no entities. Whoever may upload may also write these properties: they say what to compare a
workbook with and how to read it, and never what its caller may do.
"""

import html
import io
import re
import zipfile
import zlib

from msgspec import Struct

from nanduti_hub.plans.rows import Base

#: Names of the properties, as the hub writes them.
PLAN, REVISION, REGISTER, ANNOTATED = (
    "nanduti_plan",
    "nanduti_revision",
    "nanduti_register",
    "nanduti_annotated",
)
_PARTS = ("docProps/custom.xml", "meta.xml")
_MOST = 1_000_000
#: Bounded within one tag, so that a part full of tags that never end is looked through but once.
_OOXML = re.compile(
    rb"""<(?:\w+:)?property\s[^<>]{0,400}?\bname=["'](nanduti_\w+)["'][^<>]{0,400}>\s*<vt:\w+>([^<]{0,400})</vt:"""
)
_ODF = re.compile(
    rb"""<meta:user-defined\s[^<>]{0,400}?\bmeta:name=["'](nanduti_\w+)["'][^<>]{0,400}>([^<]{0,400})</meta:"""
)
_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_NUMBER = re.compile(r"\d{1,15}")


class Marks(Struct, frozen=True):
    """What the hub left in a workbook: its base, and the name of the sheet of remarks that it put in front."""

    base: Base | None = None
    annotated: str = ""


def marks_of(content: bytes) -> Marks:
    """The hub's marks in a workbook (.xlsx or .ods); none in any other bytes."""
    said = _properties(content)
    plan, revision, register = (said.get(name, "") for name in (PLAN, REVISION, REGISTER))
    base = None
    if _ID.fullmatch(plan) and _NUMBER.fullmatch(revision) and _NUMBER.fullmatch(register):
        base = Base(plan=plan, revision=int(revision), register=int(register))
    return Marks(base, said.get(ANNOTATED, ""))


def base_of(content: bytes) -> Base | None:
    """Of which plan, and after what, the hub wrote this workbook; None where it did not."""
    return marks_of(content).base


def _properties(content: bytes) -> dict[str, str]:
    if not content.startswith(b"PK"):
        return {}
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = set(archive.namelist())
            found: dict[str, str] = {}
            for name, pattern in zip(_PARTS, (_OOXML, _ODF), strict=True):
                if name in names and archive.getinfo(name).file_size <= _MOST:
                    with archive.open(name) as part:
                        piece = part.read(_MOST)
                    for key, value in pattern.findall(piece):
                        text = html.unescape(value.decode("utf-8", "replace")).strip()
                        found.setdefault(key.decode(), text)
            return found
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        KeyError,
        ValueError,
        OSError,
        RuntimeError,
        NotImplementedError,
    ):
        return {}
