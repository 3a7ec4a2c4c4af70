"""What a file is that is no workbook, from its bytes: each kind with its own finding and what to do about it.

Rule: the bytes decide; the name only helps where bytes could be anything (texts). Absent: reading any of them.
"""

import re
from collections.abc import Collection

from nanduti_hub.plans.rows import Finding
from nanduti_hub.plans.workbook.bounds import SAVE, encrypted, refused

OLE = bytes.fromhex("d0cf11e0a1b11ae1")

#: First bytes, code, what it is, what to do.
_MAGIC: tuple[tuple[bytes, str, str, str], ...] = (
    (b"%PDF", "file_is_pdf", "un PDF", "Suba la planilla original (.xlsx), no su impresión."),
    (b"\x89PNG", "file_is_image", "una imagen (PNG)", "Suba la planilla, no su foto o captura."),
    (b"\xff\xd8\xff", "file_is_image", "una imagen (JPEG)", "Suba la planilla, no su foto o captura."),
    (b"GIF8", "file_is_image", "una imagen (GIF)", "Suba la planilla, no su foto o captura."),
    (b"II*\0", "file_is_image", "una imagen (TIFF)", "Suba la planilla, no su foto o captura."),
    (b"MM\0*", "file_is_image", "una imagen (TIFF)", "Suba la planilla, no su foto o captura."),
    (b"BM", "file_is_image", "una imagen (BMP)", "Suba la planilla, no su foto o captura."),
    (b"RIFF", "file_is_image", "una imagen o un sonido", "Suba la planilla, no su foto o captura."),
    (b"{\\rtf", "file_is_document", "un documento de texto (RTF)", "Copie la matriz a una hoja de Excel y guárdela como .xlsx."),
    (b"Rar!", "file_is_archive", "un comprimido (RAR)", "Descomprímalo y suba la planilla que está adentro."),
    (b"7z\xbc\xaf\x27\x1c", "file_is_archive", "un comprimido (7z)", "Descomprímalo y suba la planilla que está adentro."),
    (b"\x1f\x8b", "file_is_archive", "un comprimido (gzip)", "Descomprímalo y suba la planilla que está adentro."),
    (b"BZh", "file_is_archive", "un comprimido (bzip2)", "Descomprímalo y suba la planilla que está adentro."),
    (b"\xfd7zXZ", "file_is_archive", "un comprimido (xz)", "Descomprímalo y suba la planilla que está adentro."),
    (b"MZ", "file_is_program", "un programa", "No lo abra si no sabe qué es; elija la planilla del plan."),
    (b"\x7fELF", "file_is_program", "un programa", "No lo abra si no sabe qué es; elija la planilla del plan."),
    (b"SQLite format 3", "file_is_database", "una base de datos", "Exporte la matriz como libro de Excel."),
    (b"\0\1\0\0Standard ", "file_is_database", "una base de datos de Access", "Exporte la matriz como libro de Excel."),
)  # fmt: skip
#: The first record of a workbook of Excel 2 to 4, before there were compound files.
_OLD_EXCEL = (b"\x09\x00\x04\x00", b"\x09\x02\x06\x00", b"\x09\x04\x06\x00")
#: Streams of a compound file, code, what it is.
_STREAMS: tuple[tuple[str, str, str], ...] = (
    ("WordDocument", "file_is_doc", "un documento de Word (.doc)"),
    ("PowerPoint Document", "file_is_ppt", "una presentación de PowerPoint (.ppt)"),
    ("VisioDocument", "file_is_document", "un dibujo de Visio"),
    ("__properties_version1.0", "file_is_mail", "un correo de Outlook (.msg)"),
    ("WksSSWorkBook", "file_is_works", "una planilla de Microsoft Works"),
)
_MARKED_UP = re.compile(rb"<(?:html|table|body|head|meta|div|!doctype html)\b")
_SEPARATORS = (b";", b"\t", b",", b"|")


def wrong_file(content: bytes, file_name: str) -> Finding:
    """The finding for bytes that are neither an archive nor a compound file."""
    for magic, code, what, suggestion in _MAGIC:
        if content.startswith(magic) and (len(magic) > 2 or b"\0" in content[:64]):
            return refused(code, f"Es {what}, no un libro de Excel.", suggestion)
    if content.startswith(_OLD_EXCEL):
        return refused("file_is_old_excel", "Es un libro de Excel anterior a 1995, que no se lee.", SAVE)
    if not content.strip(b"\0 \r\n\t"):
        return refused(
            "file_blank",
            "El archivo no tiene contenido: solo bytes en blanco.",
            "Suele ser una copia o descarga interrumpida. Vuelva a copiarlo del original y súbalo otra vez.",
        )
    name = file_name.lower().replace("\\", "/").rsplit("/", 1)[-1]
    if name.startswith(("~$", ".~lock")):
        return refused(
            "file_is_lock",
            "Es el archivo auxiliar que Excel o LibreOffice crea mientras el libro está abierto, no el libro.",
            "Elija el archivo del mismo nombre que no empieza con «~$» ni «.~lock».",
        )
    return _text(_decoded(content[:20_000]).lstrip().lower(), name)


def wrong_compound(content: bytes, names: Collection[str]) -> Finding | None:
    """The finding for a compound file (OLE) that is no workbook; None when nothing says what it is."""

    def has(name: str) -> bool:
        return name in names or (not names and name.encode("utf-16-le") in content)

    if has("EncryptedPackage") or has("EncryptionInfo"):
        return encrypted()
    for stream, code, what in _STREAMS:
        if has(stream):
            return refused(code, f"Es {what}, no un libro de Excel.", SAVE)
    return None


def wrong_archive(names: Collection[str]) -> Finding:
    """The finding for an archive whose names are not those of a workbook that is read."""
    lowered = {name.lower() for name in names}
    if "word/document.xml" in lowered:
        return refused(
            "file_is_docx",
            "Es un documento de Word (.docx), no un libro de Excel.",
            "Copie la matriz a una hoja de Excel y guárdela como .xlsx.",
        )
    if "ppt/presentation.xml" in lowered:
        return refused("file_is_pptx", "Es una presentación (.pptx), no un libro de Excel.", SAVE)
    if "xl/workbook.bin" in lowered:
        return refused("file_is_xlsb", "Es un libro binario de Excel (.xlsb), que no se lee.", SAVE)
    if any(name.startswith("index/") or name.endswith(".iwa") or name == "index.zip" for name in lowered):
        return refused(
            "file_is_numbers",
            "Es un documento de Apple (Numbers, Pages o Keynote), que no se lee.",
            "En Numbers: Archivo, Exportar a, Excel; y suba el .xlsx.",
        )
    if "visio/document.xml" in lowered:
        return refused("file_is_document", "Es un dibujo de Visio, no un libro de Excel.", SAVE)
    if "[content_types].xml" in lowered and any(name.startswith("xl/") for name in lowered):
        return refused(
            "workbook_missing",
            "Al libro de Excel le falta su parte principal: está dañado o lo armó un programa defectuoso.",
            "Ábralo en Excel, deje que lo repare, guárdelo como .xlsx y súbalo otra vez.",
        )
    inside = sorted(name for name in names if name.lower().endswith((".xlsx", ".xlsm", ".xls", ".ods")))
    if inside:
        shown = ", ".join(f"«{name.rsplit('/', 1)[-1][:80]}»" for name in inside[:3])
        return refused(
            "file_is_zip",
            f"Es un comprimido (.zip) con {len(inside)} planilla{'s' if len(inside) > 1 else ''} adentro: {shown}.",
            "Descomprímalo y suba la planilla del plan.",
        )
    return refused(
        "file_not_workbook",
        "El archivo es un comprimido (.zip) sin un libro de Excel adentro.",
        f"Compruebe que eligió el archivo correcto. {SAVE}",
    )


def _decoded(head: bytes) -> bytes:
    """The beginning of a text in one byte a sign, so that it can be looked through."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return head.decode("utf-16", "replace").encode("utf-8", "replace")
    return head.removeprefix(b"\xef\xbb\xbf")


def _text(head: bytes, name: str) -> Finding:
    if b"urn:schemas-microsoft-com:office:spreadsheet" in head and b"<html" not in head:
        return refused(
            "file_is_xml_2003",
            "Es una planilla en «Hoja de cálculo XML 2003», que no se lee.",
            SAVE,
        )
    if b"office:document" in head:
        return refused("file_is_flat_ods", "Es un documento de LibreOffice en un solo XML (.fods).", SAVE)
    if head.startswith(b"<?xml") and b'progid="word.document"' in head:
        return refused("file_is_document", "Es un documento de Word en XML, no un libro de Excel.", SAVE)
    if _MARKED_UP.search(head):
        return refused(
            "file_is_html",
            "Es una página web con nombre de planilla, como las que exportan algunos sistemas.",
            SAVE,
        )
    if head.startswith((b"mime-version:", b"content-type:", b"from:", b"received:")):
        return refused("file_is_mail", "Es un correo o una página archivada, no un libro de Excel.", SAVE)
    if head.startswith((b"<?xml", b"<!doctype", b"<")):
        return refused("file_is_xml", "Es un archivo XML que no es una planilla.", SAVE)
    if head.startswith(b"id;p"):
        return refused("file_is_csv", "Es una planilla de texto (SYLK), que no se lee.", SAVE)
    if head.startswith((b"{", b"[{", b"[internetshortcut]")):
        return refused(
            "file_is_link",
            "Es un acceso directo o un archivo de datos (JSON), no la planilla misma.",
            "Abra la planilla en línea, elija Archivo, Descargar, «Microsoft Excel (.xlsx)» y súbala.",
        )
    lines = [line for line in head.splitlines()[:10] if line.strip()]
    columns = (
        max((min(line.count(sign) for line in lines) for sign in _SEPARATORS), default=0) if lines else 0
    )
    if name.endswith((".csv", ".tsv", ".tab")) or (columns >= 2 and b"\0" not in head):
        return refused(
            "file_is_csv",
            "Es una tabla de texto (CSV), sin hojas ni tipos de dato: no se lee.",
            "Ábrala en Excel, compruebe fechas, números y acentos, y guárdela como «Libro de Excel (.xlsx)».",
        )
    if head and (name.endswith(".txt") or all(byte >= 32 or byte in b"\r\n\t" for byte in head[:2_000])):
        return refused(
            "file_is_text",
            "Es un archivo de texto, no un libro de Excel.",
            f"Compruebe que eligió el archivo correcto. {SAVE}",
        )
    return refused(
        "file_not_workbook",
        "El archivo no es un libro de Excel (.xlsx, .xls) ni de LibreOffice (.ods).",
        f"Compruebe que eligió el archivo correcto. {SAVE}",
    )
