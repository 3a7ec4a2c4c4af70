"""How large a workbook may be, in one place, and how what is larger is refused.

Rule: whatever a file holds within these bounds is read in under 500 MB of memory, and a plan of 12,000 rows by 25
columns is well within them. docs/howto/importar-una-planilla.md states them for coordinators (a test holds it).
"""

from nanduti_hub.plans.rows import Finding, Severity
from nanduti_hub.plans.workbook.text import letters

#: Bytes of the file, as uploaded.
MAX_FILE = 20_000_000
#: Bytes of all parts that are read, unfolded.
MAX_UNFOLDED = 60_000_000
#: The same of a spreadsheet of LibreOffice, whose XML is longer and never held.
MAX_UNFOLDED_ODS = 180_000_000
#: How many times its size a part of over `RATIO_FROM` bytes may unfold to.
MAX_RATIO = 400
RATIO_FROM = 20_000_000
#: Parts of an archive, whatever they are.
MAX_ENTRIES = 5_000
MAX_SHEETS = 100
#: Rows of titles, sections and notes come on top of the activities.
MAX_ROWS = 20_000
LAST_ROW = 21_000
MAX_COLUMNS = 200
#: Cells with a value, and letters in them, of all sheets together.
MAX_CELLS = 600_000
MAX_TEXT = 30_000_000
#: Cells from the first to the last of each sheet, blank ones too, of all sheets together.
MAX_AREA = 6_000_000
#: Letters of one cell that are read.
MAX_CELL_TEXT = 5_000
#: Letters of one cell that are searched for names, days and amounts, and of all such cells that differ.
MAX_SEARCHED_CELL = 2_000
MAX_SEARCHED = 8_000_000
MAX_FINDINGS = 120_000
#: Merged ranges of a sheet, and cells inside them.
MAX_MERGES = 50_000
MAX_COVERED = 300_000

SAVE = "Ábralo en Excel o LibreOffice y guárdelo con «Guardar como» en formato «Libro de Excel (.xlsx)»."
AGAIN = "Copie la matriz a un libro nuevo, guárdelo como .xlsx y súbalo otra vez."


class Unreadable(Exception):
    """A file cannot be read, or part of it; `finding` says why."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.code)
        self.finding = finding


def refused(code: str, message: str, suggestion: str, *, sheet: str = "", cell: str = "") -> Finding:
    """An error about the file or a sheet as a whole."""
    return Finding(
        sheet=sheet[:200],
        cell=cell,
        severity=Severity.ERROR,
        code=code,
        message=message,
        suggestion=suggestion,
    )


def thousands(number: int) -> str:
    """A number as Spanish writes it: 20.000."""
    return f"{number:,}".replace(",", ".")


def corrupt() -> Finding:
    return refused(
        "file_corrupt",
        "El archivo está dañado o incompleto: no se puede abrir como libro de planilla.",
        "Ábralo en Excel o LibreOffice, deje que lo repare, guárdelo como .xlsx y súbalo otra vez.",
    )


def encrypted() -> Finding:
    return refused(
        "file_encrypted",
        "El archivo está protegido con contraseña y no se puede leer.",
        "En Excel: Archivo, Información, Proteger libro, Cifrar con contraseña; en LibreOffice: Guardar como,"
        " sin «Guardar con contraseña». Borre la contraseña, guarde y súbalo otra vez.",
    )


def unfolds_too_far() -> Finding:
    return refused(
        "file_too_large",
        f"El contenido del archivo, descomprimido, pasa de {MAX_UNFOLDED // 1_000_000} MB o de"
        f" {MAX_RATIO} veces su tamaño: no es el de una planilla.",
        "Suele ser formato en miles de filas vacías. Copie solo las filas del plan a un libro nuevo, guárdelo"
        " como .xlsx y súbalo otra vez.",
    )


def too_many_cells() -> Finding:
    return refused(
        "file_too_large",
        f"El libro tiene más de {thousands(MAX_CELLS)} celdas con datos.",
        "Quite las hojas que no son del plan, o divídalo en varios archivos.",
    )


def too_much_text() -> Finding:
    return refused(
        "file_too_large",
        f"Los textos del libro suman más de {MAX_TEXT // 1_000_000} millones de letras.",
        "Quite las hojas y los textos que no son del plan, o divídalo en varios archivos.",
    )


def too_many_findings() -> Finding:
    return refused(
        "findings_too_many",
        f"El libro dio más de {thousands(MAX_FINDINGS)} observaciones: casi nada de él se entiende como un plan.",
        "Compruebe que eligió el archivo correcto y que cada columna está bajo su encabezado; pruebe primero con"
        " unas pocas filas.",
    )


def too_many_sheets(count: int) -> Finding:
    return refused(
        "sheets_too_many",
        f"El libro tiene {thousands(count)} hojas; se admiten hasta {MAX_SHEETS}.",
        "Deje solo las hojas del plan y súbalo otra vez.",
    )


def too_wide(sheet: str, cell: str = "") -> Finding:
    """The finding for a sheet with something beyond the last column or row that is read."""
    where = f"llega hasta la celda {cell}: tiene" if cell else "tiene"
    digits = "".join(sign for sign in cell if sign.isdigit())
    if digits and int(digits) >= LAST_ROW:
        what = f"más de {thousands(MAX_ROWS)} filas"
    else:
        what = f"más de {MAX_COLUMNS} columnas"
    stray = (
        f"Si en {cell} quedó algo por error, borre esas filas o columnas enteras y guarde; " if cell else ""
    )
    return refused(
        "sheet_too_large",
        f"La hoja «{sheet[:200]}» {where} {what}.",
        f"{stray}{'si' if stray else 'Si'} el plan es tan grande, divídalo."
        f" Se leen hasta la columna {letters(MAX_COLUMNS - 1)}.",
        sheet=sheet,
        cell=cell,
    )


def too_spread(sheet: str, cell: str) -> Finding:
    """The finding for a sheet that is too much to lay out beside the others, up to its last cell."""
    where = f" hasta su última celda {cell}" if cell else ""
    stray = f"en {cell} o cerca" if cell else "lejos de la matriz, en esta hoja o en otras,"
    return refused(
        "sheet_too_large",
        f"Las hojas del libro, con la hoja «{sheet[:200]}»{where}, abarcan más de"
        f" {MAX_AREA // 1_000_000} millones de celdas, casi todas vacías.",
        f"Si {stray} quedó algo por error, borre esas filas o columnas enteras y guarde.",
        sheet=sheet,
        cell=cell,
    )


def damaged_sheet(sheet: str) -> Finding:
    return refused(
        "sheet_unreadable",
        f"La hoja «{sheet[:200]}» está dañada y no se puede leer.",
        "Copie su contenido a una hoja nueva, guarde y suba el archivo otra vez.",
        sheet=sheet,
    )
