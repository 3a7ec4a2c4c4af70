"""A file's bytes into the sheets of a workbook, whatever program wrote it; or the finding that says what is wrong.

Rule: the bytes decide what a file is, never its name; no bytes raise anything else than `Unreadable`.
"""

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager

from msgspec import Struct
from python_calamine import CalamineError

from nanduti_hub.plans.rows import Finding
from nanduti_hub.plans.workbook.bounds import (
    AGAIN,
    MAX_ENTRIES,
    MAX_FILE,
    Unreadable,
    corrupt,
    encrypted,
    refused,
    thousands,
)
from nanduti_hub.plans.workbook.container import Package, open_excel, unfolding
from nanduti_hub.plans.workbook.grid import Grid, Hidden, grids
from nanduti_hub.plans.workbook.ods import is_ods, open_ods
from nanduti_hub.plans.workbook.wrong_files import OLE, wrong_file
from nanduti_hub.plans.workbook.xls import is_bare_xls, open_xls

_ENTRY = b"PK\x01\x02"
_DAMAGED = (
    zipfile.BadZipFile, zlib.error, EOFError, LookupError, ValueError, OSError, RuntimeError, OverflowError,
    ArithmeticError, struct.error, CalamineError, RecursionError,
)  # fmt: skip


class Opened(Struct):
    """A workbook that can be read, sheet by sheet."""

    package: Package
    sheets: Iterator[Grid | Hidden | Finding]


@contextmanager
def readable() -> Iterator[None]:
    """What is done within raises `Unreadable` and nothing else because of what a file contains.

    Raises:
        Unreadable: with the finding.

    """
    try:
        yield
    except Unreadable:
        raise
    except MemoryError as error:
        raise Unreadable(
            refused("file_too_large", "El archivo exige más memoria que la de una planilla.", AGAIN)
        ) from error
    except NotImplementedError as error:
        raise Unreadable(
            refused("file_unsafe", "El archivo usa una compresión que no se admite.", AGAIN)
        ) from error
    except _DAMAGED as error:
        raise Unreadable(corrupt()) from error
    except BaseException as error:
        # calamine's own panics come as an exception that is no Exception and that no module exports.
        if type(error).__name__ != "PanicException":
            raise
        raise Unreadable(corrupt()) from error


def open_workbook(content: bytes, file_name: str) -> Opened:
    """The workbook in these bytes.

    Raises:
        Unreadable: there is none to read; its finding says why.

    """
    if not content:
        raise Unreadable(
            refused("file_empty", "El archivo está vacío.", "Vuelva a exportarlo y súbalo otra vez.")
        )
    if len(content) > MAX_FILE:
        raise Unreadable(
            refused(
                "file_too_large",
                f"El archivo pesa más de {MAX_FILE // 1_000_000} MB.",
                "Quite imágenes y hojas que no sean del plan, y guárdelo de nuevo.",
            )
        )
    if content.startswith(OLE) or is_bare_xls(content):
        package, sheets = open_xls(content)
        return Opened(package, iter(sheets))
    if content.startswith(b"PK"):
        return _archived(content)
    raise Unreadable(wrong_file(content, file_name))


def _archived(content: bytes) -> Opened:
    entries = content.count(_ENTRY)
    if entries > MAX_ENTRIES:
        raise Unreadable(
            refused(
                "file_unsafe",
                f"El archivo trae {thousands(entries)} partes adentro: no es el de una planilla; no se abre.",
                AGAIN,
            )
        )
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if any(info.flag_bits & 1 for info in archive.infolist()):
            raise Unreadable(encrypted())
        inside = unfolding(archive)
        if is_ods(inside):
            package, sheets = open_ods(inside)
            return Opened(package, iter(sheets))
        excel = open_excel(inside)
    return Opened(excel.package, grids(excel))
