"""What a cell of an OpenDocument spreadsheet says: its stored value in the type that the file gives it, or that it is broken.

Rule: a formula is never computed; an error that it ended in, or a result that was not stored, makes its cell broken.
"""

import re
from datetime import date, datetime, time, timedelta

from nanduti_hub.plans.workbook.bounds import MAX_CELL_TEXT
from nanduti_hub.plans.workbook.ods_styles import TABLE
from nanduti_hub.plans.workbook.text import Cell

OFFICE = "urn:oasis:names:tc:opendocument:xmlns:office:1.0 "
_CALC = "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0 "
_DURATION = re.compile(r"-?PT(?:(\d{1,6})H)?(?:(\d{1,6})M)?(?:(\d{1,6})(?:[.,]\d+)?S)?")
_TRUTHS = ("TRUE", "VERDADERO", "FALSE", "FALSO")
_BROKEN = re.compile(r"#[^\s]{2,30}|Err:\d{3}|Error:\d{3}|Fehler:\d{3}")


def value_of(cell: dict[str, str], text: str) -> tuple[Cell, str]:
    """A cell's value, and why it is broken ("" when it is not)."""
    kind = cell.get(f"{OFFICE}value-type", "")
    formula = f"{TABLE}formula" in cell
    if cell.get(f"{_CALC}value-type") == "error" or (formula and _BROKEN.fullmatch(text.strip())):
        return "", text.strip() if text.strip().startswith("#") else f"#{text.strip() or 'ERROR!'}"
    match kind:
        case "float" if text in _TRUTHS:
            return text in _TRUTHS[:2], ""  # how LibreOffice keeps a truth value of an Excel file
        case "float" | "currency" | "percentage":
            return _number(cell.get(f"{OFFICE}value", ""), text), ""
        case "date":
            return _date(cell.get(f"{OFFICE}date-value", ""), text), ""
        case "time":
            return _time(cell.get(f"{OFFICE}time-value", ""), text), ""
        case "boolean":
            return cell.get(f"{OFFICE}boolean-value") == "true", ""
        case "" if formula and not text:
            return "", "fórmula sin resultado guardado"
        case _:
            return text or cell.get(f"{OFFICE}string-value", "")[:MAX_CELL_TEXT], ""


def _number(said: str, text: str) -> Cell:
    try:
        number = float(said[:40])
    except ValueError:
        return text
    return number if number - number == 0 else text  # neither infinite nor no number


def _date(said: str, text: str) -> Cell:
    try:
        if "T" not in said:
            return date.fromisoformat(said[:10])
        moment = datetime.fromisoformat(said[:19])
    except ValueError:
        return text
    return moment.date() if moment.time() == time() else moment


def _time(said: str, text: str) -> Cell:
    match = _DURATION.fullmatch(said)
    if match is None:
        return text
    hours, minutes, seconds = (int(part or 0) for part in match.groups())
    whole = timedelta(hours=hours, minutes=minutes, seconds=seconds)
    if whole >= timedelta(days=1):
        return whole
    return time(whole.seconds // 3_600, whole.seconds // 60 % 60, whole.seconds % 60)
