"""A form as PDF: tagged (PDF/UA-1) and to be kept (PDF/A-2a), on one sheet of A4. Pure; run it through `offload`.

Rules that stay true: the same form gives the same bytes, whatever machine and day it is (another release of typst may
give others: then the check code is what stays); no font, package or file but our own is looked for; values reach the
templates as data and never as their source, so that nothing in them is markup. Absent: the words (`wording`), and
the blanks, which the templates have.
"""

import io
import unicodedata
from datetime import UTC
from pathlib import Path
from typing import Any

import msgspec
import segno
import typst

from nanduti_hub.handoffs.paper.forms import Constancia, Oficio, dated
from nanduti_hub.handoffs.paper.wording import Sheet, constancia_sheet, oficio_sheet

_HERE = Path(__file__).parent
#: What the font has: Latin with its marks (Spanish, Guaraní), and the punctuation of texts, by code point.
_PRINTABLE = (
    *(
        range(0x20, 0x7F),
        range(0xA0, 0xAD),
        range(0xAE, 0x180),
        (0x1E7C, 0x1E7D, 0x1EBC, 0x1EBD, 0x1EF8, 0x1EF9),
    ),
    *(
        (0x2BC, 0x303, 0x301, 0x308),
        (0x2010, *range(0x2012, 0x2016), *range(0x2018, 0x201F)),
        (0x2026, 0x20AC, 0x20B2),
    ),
)
_CHARACTERS = frozenset(chr(point) for points in _PRINTABLE for point in points)


def oficio_pdf(form: Oficio) -> bytes:
    """Print an oficio, with the talón by which its receiver answers."""
    return _pdf("oficio.typ", oficio_sheet(form), form)


def constancia_pdf(form: Constancia) -> bytes:
    """Print a constancia."""
    return _pdf("constancia.typ", constancia_sheet(form), form)


def printable(text: str) -> str:
    """The text with what the font lacks, or what would change the order of reading, as its number: `[U+202E]`."""
    composed = unicodedata.normalize("NFC", text)
    return "".join(
        character if character in _CHARACTERS else f"[U+{ord(character):04X}]" for character in composed
    )


def _pdf(template: str, sheet: Sheet, form: Oficio | Constancia) -> bytes:
    values = _printable(msgspec.to_builtins(sheet))
    return typst.compile(
        str(_HERE / template),
        root=str(_HERE),
        format="pdf",
        ignore_system_fonts=True,
        sys_inputs={"sheet": msgspec.json.encode(values).decode(), "square": _square(sheet.scanned)},
        pdf_standards=["a-2a", "ua-1"],
        timestamp=dated(form).astimezone(UTC).replace(microsecond=0),
    )


def _printable(values: Any) -> Any:
    match values:
        case str():
            return printable(values)
        case dict():
            return {name: _printable(value) for name, value in values.items()}
        case list() | tuple():
            return [_printable(value) for value in values]
        case _:
            return values


def _square(text: str) -> str:
    """A QR code as SVG."""
    out = io.BytesIO()
    segno.make(text, error="m", micro=False).save(out, kind="svg", border=2, xmldecl=False, nl=False)
    return out.getvalue().decode()
