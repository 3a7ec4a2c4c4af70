"""A workbook handed in from the command line: read here for a preview, or by a running hub to be published.

Rule that stays true: whatever happens, it ends as a `Submitted`: rows, findings and an outcome that mean the
same for a person, for a program and for the exit code. Absent: any way to publish but the API's.
"""

import json
import os
import re
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from nanduti.terminal import why
from nanduti_hub.api_client import (
    NO_WISHES,
    ApiProblem,
    HubAddress,
    Wishes,
    fetch_template,
    publish_workbook,
)
from nanduti_hub.directory import seed
from nanduti_hub.offload import OffloadFailed, offload
from nanduti_hub.plans.notices import CONFLICT, UNLIKE
from nanduti_hub.plans.outgoing.annotated import Remarks, annotated_bytes, remarks_bytes
from nanduti_hub.plans.outgoing.remarks import SEVERITIES
from nanduti_hub.plans.rows import Finding, Known, Reading, Severity
from nanduti_hub.plans.uploads import read_safely
from nanduti_hub.plans.workbook.bounds import MAX_FILE

#: Seconds after which a person is told how far it is.
SHOWN_AFTER = 1.0
IMPORTED, REJECTED, MISUSED = 0, 1, 2
ROW_FIELDS = (
    "sheet", "row", "code", "title", "axis", "axis_common", "lead", "collaborators", "departments",
    "start", "end", "indicator", "unit", "target", "budget_pyg",
)  # fmt: skip
FINDING_FIELDS = ("sheet", "cell", "column", "value", "severity", "code", "message", "suggestion")


class Submitted(Struct, frozen=True, kw_only=True):
    """What became of a workbook: how it was read, the exit code, and what happened, in a sentence. There can be more
    findings than a hub shows.
    """

    reading: Reading
    exit_code: int
    verdict: str
    findings_total: int = 0


class Where(Struct, frozen=True, kw_only=True):
    """The hub to publish to, as the command line names it."""

    home: Path
    api: str | None
    token: str | None


def misused(code: str, message: str, suggestion: str = "") -> Submitted:
    """What the command line itself has wrong: nothing was read."""
    return _failed(code, message, suggestion, MISUSED)


def _failed(code: str, message: str, suggestion: str, exit_code: int) -> Submitted:
    finding = Finding(severity=Severity.ERROR, code=code, message=message, suggestion=suggestion)
    return Submitted(reading=Reading(findings=(finding,)), exit_code=exit_code, verdict="No se importó nada.")


def content_of(file: Path) -> bytes | Submitted:
    """A file's bytes, as many as are read of any workbook, or why there are none."""
    try:
        with file.open("rb") as opened:
            return opened.read(MAX_FILE + 1)  # one more says that it is too large
    except FileNotFoundError:
        return misused("file_missing", f"No existe el archivo «{file}».", "Revise el nombre y la carpeta.")
    except IsADirectoryError:
        return misused("file_missing", f"«{file}» es una carpeta.", "Indique la planilla .xlsx.")
    except OSError as error:
        return misused("file_unreadable", f"No se puede leer «{file}»: {why(error)}.", "Revise sus permisos.")


async def previewed(file: Path, platform: str, year: int | None) -> Submitted:
    """Read a workbook with the starting directory: needs no running hub and changes nothing."""
    content = content_of(file)
    if isinstance(content, Submitted):
        return content
    known = known_offline(platform, year, file.name)
    if isinstance(known, Submitted):
        return known
    with progress_shown() as told:
        read = await read_safely(content, file.name, known, told)
    reading = msgspec.json.decode(read, type=Reading)
    return _judged(reading, "Se puede publicar; nada cambió todavía.")


@contextmanager
def progress_shown() -> Iterator[Callable[[int, int | None], None]]:
    """Tells on a line of the terminal how far a workbook is, once that takes more than a second; else nowhere."""
    begun, is_shown = time.monotonic(), False

    def told(done: int, of: int | None) -> None:
        nonlocal is_shown
        if not sys.stderr.isatty() or time.monotonic() - begun < SHOWN_AFTER:
            return
        is_shown = True
        far = f"{done} de {of} filas" if of else "abriendo el archivo"
        sys.stderr.write(f"\r\x1b[KLeyendo la planilla: {far}…")
        sys.stderr.flush()

    try:
        yield told
    finally:
        if is_shown:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()


def known_offline(platform: str, year: int | None, file_name: str) -> Known | Submitted:
    """What a reader must know, from the starting directory."""
    start = seed.load()
    found = [entry for entry in start.platforms if entry.code == platform]
    if not found:
        codes = ", ".join(entry.code for entry in start.platforms)
        return misused("platform_unknown", f"No existe la plataforma «{platform}».", f"Son: {codes}.")
    named = re.search(r"(?<!\d)20[2-4]\d(?!\d)", file_name)
    return Known(
        platform=found[0],
        institutions=start.institutions,
        departments=start.departments,
        year=year or (int(named[0]) if named else datetime.now(UTC).year),
    )


def published(
    where: Where,
    file: Path,
    platform: str,
    plan: str | None,
    act: str | None,
    act_date: str | None,
    wishes: Wishes = NO_WISHES,
) -> Submitted:
    """Have a running hub read a workbook, and publish it with its act."""
    if not (act or "").strip() or act_date is None:
        return misused(
            "act_missing", "Para publicar hacen falta --act y --act-date.", "Para solo mirar, use --preview."
        )
    try:
        date.fromisoformat(act_date)
    except ValueError:
        return misused(
            "act_date_invalid",
            f"La fecha del acto, «{act_date}», no existe o no tiene la forma AAAA-MM-DD.",
            "Por ejemplo: --act-date 2026-03-12.",
        )
    content = content_of(file)
    if isinstance(content, Submitted):
        return content
    try:
        address = HubAddress.found(where.home, platform, where.api, where.token)
        with progress_shown() as told:
            done = publish_workbook(
                address, file.name, content, platform, plan, str(act), act_date, told, wishes
            )
    except ApiProblem as problem:
        return _failed(problem.code, problem.title, problem.advice, REJECTED)
    if done.sentence:
        submitted = Submitted(reading=done.reading, exit_code=IMPORTED, verdict=done.sentence)
    else:
        submitted = _judged(done.reading, "", done.draft)
    return replace(submitted, findings_total=done.findings_total)


def save_template(where: Where, platform: str, plan: str | None, target: Path) -> None:
    """Save the workbook of a plan, filled with the plan as it stands.

    Raises:
        ApiProblem: the hub refused, or the file cannot be written.

    """
    address = HubAddress.found(where.home, platform, where.api, where.token)
    _save(target, fetch_template(address, platform, plan))


async def annotate(file: Path, done: Submitted, target: Path) -> None:
    """Save a workbook again with what was found at each of its cells.

    Raises:
        ApiProblem: the copy cannot be made, or not written.

    """
    findings = done.reading.findings
    remarks = msgspec.json.encode(Remarks(findings, max(done.findings_total, len(findings))))
    content = content_of(file)
    if isinstance(content, Submitted):
        raise ApiProblem("file_missing", f"No se puede leer «{file}».")
    try:
        made = await offload(annotated_bytes, content, file.name, remarks)
    except OffloadFailed:
        made = await _listed(file, remarks)
    _save(target, made)


async def _listed(file: Path, remarks: bytes) -> bytes:
    """Only the list of what was found, where the workbook cannot be written again."""
    try:
        return await offload(remarks_bytes, file.name, remarks)
    except OffloadFailed as error:
        raise ApiProblem("copy_failed", f"No se pudo hacer la copia de «{file.name}».") from error


def in_the_way_of(target: Path) -> Submitted | None:
    """Why a copy cannot be saved there, as far as that can be known before anything is done; None: it can."""
    if os.path.lexists(target):
        return misused("file_exists", f"Ya existe «{target}».", "Indique otro nombre, o bórrelo.")
    folder = target.parent
    if not folder.is_dir() or not os.access(folder, os.W_OK | os.X_OK):
        return misused("file_unwritable", f"No se puede escribir en la carpeta «{folder}».", "Indique otra.")
    return None


def _save(target: Path, content: bytes) -> None:
    """Write a file that is not there yet: nobody's corrections are written over, and none is left half-written."""
    is_ours = False
    try:
        with target.open("xb") as file:
            is_ours = True
            file.write(content)
    except FileExistsError as error:
        raise ApiProblem(
            "file_exists", f"Ya existe «{target}».", "Indique otro nombre, o bórrelo."
        ) from error
    except OSError as error:
        if is_ours:
            target.unlink(missing_ok=True)
        raise ApiProblem("file_unwritable", f"No se puede escribir «{target}»: {why(error)}.") from error


def _judged(reading: Reading, verdict: str, draft: str = "") -> Submitted:
    if not reading.rejected and not draft:
        return Submitted(reading=reading, exit_code=IMPORTED, verdict=verdict)
    conflicts = sum(1 for finding in reading.findings if finding.code == CONFLICT)
    errors = sum(1 for finding in reading.findings if finding.severity is Severity.ERROR) - conflicts
    is_foreign = any(finding.code == UNLIKE for finding in reading.findings)
    parts = []
    if errors or not (conflicts or is_foreign):
        parts.append("1 error por corregir" if errors == 1 else f"{errors} errores por corregir")
    if conflicts:
        parts.append("1 conflicto por decidir" if conflicts == 1 else f"{conflicts} conflictos por decidir")
    if is_foreign:
        parts.append("ninguna fila se parece a una acción de este plan")
    verdict = f"No se importó nada: {' y '.join(parts)}."
    if is_foreign:
        verdict += " Si es de verdad la planilla de este plan: --anyway."
    if conflicts:
        verdict += (
            " Todos de una vez: --take planilla o --take registro; uno por uno: en el borrador "
            f"{draft} (PUT /v1/imports/{draft}/ticks); sin esas filas: --only-valid."
        )
    return Submitted(reading=reading, exit_code=REJECTED, verdict=verdict)


def as_json(submitted: Submitted) -> str:
    """One JSON object, for programs."""
    rows = [
        {name: msgspec.to_builtins(getattr(row, name)) for name in ROW_FIELDS}
        for row in submitted.reading.rows
    ]
    findings = [
        {name: msgspec.to_builtins(getattr(finding, name)) for name in FINDING_FIELDS}
        for finding in submitted.reading.findings
    ]
    outcome = "imported" if submitted.exit_code == IMPORTED else "rejected"
    return json.dumps({"outcome": outcome, "rows": rows, "findings": findings}, ensure_ascii=False, indent=1)


def as_text(submitted: Submitted) -> str:
    """The same for a person: each finding, then what happened."""
    lines = []
    for finding in submitted.reading.findings:
        place = "!".join(part for part in (finding.sheet, finding.cell) if part)
        sentences = f"{finding.message} {finding.suggestion}".rstrip()
        word = "conflicto" if finding.code == CONFLICT else SEVERITIES[finding.severity][0]
        lines.append(f"[{word}] {f'{place}: ' if place else ''}{sentences}")
    count = len(submitted.reading.rows)
    read = "1 actividad leída" if count == 1 else f"{count} actividades leídas"
    lines.append(f"{read}. {submitted.verdict}" if count else submitted.verdict)
    return "\n".join(lines)
