"""A small directory made by hand, and workbooks made as coordinators make them. All of it synthetic."""

import io
from collections.abc import Iterable, Sequence
from typing import Any

from openpyxl import Workbook

from nanduti.directory import AxisName, Coordinator, Department, Institution, Platform
from nanduti.vocabulary import Axis, Crime, Level
from nanduti_hub.plans.rows import Finding, Known, Reading, Row
from nanduti_hub.plans.workbook import read_workbook

_DEPARTMENTS = (
    ("PY-ASU", "Asunción (Distrito Capital)", "Asunción"),
    ("PY-1", "Concepción", "Concepción"),
    ("PY-2", "San Pedro", "San Pedro de Ycuamandiyú"),
    ("PY-3", "Cordillera", "Caacupé"),
    ("PY-4", "Guairá", "Villarrica"),
    ("PY-5", "Caaguazú", "Coronel Oviedo"),
    ("PY-6", "Caazapá", "Caazapá"),
    ("PY-7", "Itapúa", "Encarnación"),
    ("PY-8", "Misiones", "San Juan Bautista"),
    ("PY-9", "Paraguarí", "Paraguarí"),
    ("PY-10", "Alto Paraná", "Ciudad del Este"),
    ("PY-11", "Central", "Areguá"),
    ("PY-12", "Ñeembucú", "Pilar"),
    ("PY-13", "Amambay", "Pedro Juan Caballero"),
    ("PY-14", "Canindeyú", "Salto del Guairá"),
    ("PY-15", "Presidente Hayes", "Villa Hayes"),
    ("PY-16", "Alto Paraguay", "Fuerte Olimpo"),
    ("PY-19", "Boquerón", "Filadelfia"),
)
DEPARTMENTS = tuple(
    Department(code=code, name=name, short=name[:2], capital=capital, column=0, row=0)
    for code, name, capital in _DEPARTMENTS
)


def _institution(code: str, acronym: str, name: str, *aliases: str, at: tuple[str, ...] = ()) -> Institution:
    return Institution(code=code, acronym=acronym, name=name, aliases=aliases, departments=at, synthetic=True)


INSTITUTIONS = (
    _institution(
        "mtess", "MTESS", "Ministerio de Trabajo, Empleo y Seguridad Social", "Ministerio de Trabajo", "DGIF"
    ),
    _institution(
        "minna", "MINNA", "Ministerio de la Niñez y la Adolescencia", "SNNA", "Ministerio de la Niñez"
    ),
    _institution("mp", "MP", "Ministerio Público", "Fiscalía", "Fiscalía General del Estado"),
    _institution("mdp", "MDP", "Ministerio de la Defensa Pública", "Defensoría de la Niñez"),
    _institution("pn", "PN", "Policía Nacional", "Departamento de Trata"),
    _institution("minmujer", "MinMujer", "Ministerio de la Mujer"),
    _institution("mre", "MRE", "Ministerio de Relaciones Exteriores", "Cancillería"),
    _institution("dnm", "DNM", "Dirección Nacional de Migraciones", "Migraciones"),
    _institution("mec", "MEC", "Ministerio de Educación y Ciencias", "Ministerio de Educación"),
    _institution("mspbs", "MSPBS", "Ministerio de Salud Pública y Bienestar Social", "Ministerio de Salud"),
    _institution("indi", "INDI", "Instituto Paraguayo del Indígena"),
    _institution("senatur", "SENATUR", "Secretaría Nacional de Turismo", "Turismo"),
    _institution("codeni", "CODENI", "Consejería Municipal por los Derechos del Niño, Niña y Adolescente"),
    _institution("gobernaciones", "GOB", "Gobernaciones departamentales", "Gobernación", "Gobernaciones"),
    _institution("gob_itapua", "GOB-IT", "Gobernación de Itapúa", at=("PY-7",)),
)
AXES = (
    AxisName(axis=Axis.STRENGTHENING, own="Fortalecimiento institucional"),
    AxisName(axis=Axis.PREVENTION, own="Prevención", aliases=("Promoción y prevención",)),
    AxisName(axis=Axis.DETECTION, own="Detección"),
    AxisName(axis=Axis.CARE, own="Atención a víctimas"),
    AxisName(axis=Axis.PUNISHMENT, own="Sanción"),
)
NATIONAL = Platform(
    code="contrafor",
    acronym="CONTRAFOR",
    name="Comisión Nacional de Derechos Fundamentales en el Trabajo y Prevención del Trabajo Forzoso",
    crimes=(Crime.FORCED_LABOR,),
    axes=AXES,
    coordinators=(Coordinator(institution="mtess"),),
    synthetic=True,
)
ITAPUA = Platform(
    code="mesa_itapua",
    acronym="CID Itapúa",
    name="Comisión Interinstitucional Departamental de Itapúa",
    level=Level.DEPARTMENTAL,
    department="PY-7",
    crimes=(Crime.TRAFFICKING,),
    axes=AXES,
    coordinators=(Coordinator(institution="gob_itapua"),),
    synthetic=True,
)
KNOWN = Known(platform=NATIONAL, institutions=INSTITUTIONS, departments=DEPARTMENTS, year=2026)
KNOWN_ITAPUA = Known(platform=ITAPUA, institutions=INSTITUTIONS, departments=DEPARTMENTS, year=2026)

Cells = Sequence[Sequence[Any]]


def fill(sheet: Any, rows: Cells, merges: Iterable[str] = (), formats: dict[str, str] | None = None) -> None:
    """Write rows from A1 on, then merge ranges and set number formats."""
    for index, values in enumerate(rows, start=1):
        for column, value in enumerate(values, start=1):
            if value is not None:
                sheet.cell(index, column, value)
    for cell, code in (formats or {}).items():
        sheet[cell].number_format = code
    for merge in merges:
        sheet.merge_cells(merge)


def saved(workbook: Workbook) -> bytes:
    """A workbook's bytes."""
    content = io.BytesIO()
    workbook.save(content)
    return content.getvalue()


def book(
    rows: Cells, merges: Iterable[str] = (), formats: dict[str, str] | None = None, title: str = "POA"
) -> bytes:
    """A workbook of one sheet."""
    workbook = Workbook()
    workbook.active.title = title
    fill(workbook.active, rows, merges, formats)
    return saved(workbook)


def books(sheets: dict[str, Cells]) -> bytes:
    """A workbook of several sheets."""
    workbook = Workbook()
    workbook.remove(workbook.active)
    for title, rows in sheets.items():
        fill(workbook.create_sheet(title), rows)
    return saved(workbook)


def read(content: bytes, known: Known = KNOWN, file_name: str = "poa.xlsx") -> Reading:
    """A reading against the small directory."""
    return read_workbook(content, file_name, known)


def only(content: bytes, known: Known = KNOWN) -> Row:
    """The one row of a workbook."""
    rows = read(content, known).rows
    assert len(rows) == 1, read(content, known)
    return rows[0]


def told(reading: Reading, severity: str | None = None) -> list[tuple[str, str]]:
    """Cell and code of the findings (of one severity)."""
    return [(one.cell, one.code) for one in reading.findings if severity in {None, one.severity.value}]


def finding(reading: Reading, code: str) -> Finding:
    """The first finding with a code."""
    return next(one for one in reading.findings if one.code == code)
