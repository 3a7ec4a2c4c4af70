"""What is done with a workbook in a process of its own: bytes in, bytes out. Pure, and quick to import."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from nanduti.actions import Action, Change
from nanduti_hub.plans.kept import pack, pack_reading, unpack_reading
from nanduti_hub.plans.pairing import Basis
from nanduti_hub.plans.personal import look
from nanduti_hub.plans.revision import Decided, Outcome, Preview, preview
from nanduti_hub.plans.rows import Finding, Known, Reading, Severity
from nanduti_hub.plans.three_way import Conflict, StoredBases, decoded
from nanduti_hub.plans.workbook import read_workbook
from nanduti_hub.plans.workbook.progress import Progress
from nanduti_hub.work_process import tell

#: Findings that a borrador shows; how many there are is told beside them.
MOST_FINDINGS = 1_000
#: The letter of each outcome among the marks of what is kept.
LETTERS = {outcome: place for place, outcome in enumerate(Outcome)}


class _Row(Struct, frozen=True):
    """A row's comparison, as it is answered, but for the row itself."""

    key: str
    outcome: Outcome
    action: str | None
    action_code: str | None
    basis: Basis
    similarity: float
    changes: tuple[Change, ...]
    conflicts: tuple[Conflict, ...]
    settled: bool


def read_bytes(content: bytes, file_name: str, known: Known) -> bytes:
    """Read a workbook; the answer is a `Reading` as JSON."""
    return msgspec.json.encode(_read(content, file_name, known))


def read_and_compare(
    content: bytes, file_name: str, known: Known, actions: Sequence[bytes]
) -> tuple[bytes, bytes | None]:
    """Read a workbook and compare it with the plan's actions; what is kept of both.

    A workbook that the hub wrote is not compared: what the register said then has to be looked up first.
    """
    reading = _read(content, file_name, known)
    with ThreadPoolExecutor(max_workers=1) as beside:
        # Compressing holds no lock of the interpreter: it takes no time where there is a second core.
        packed = beside.submit(pack_reading, reading)
        compared = None if reading.base else _compared(reading, actions, Decided(), StoredBases())[0]
        return packed.result(), compared


def compare_again(reading: bytes, actions: Sequence[bytes], decided: Decided, bases: StoredBases) -> bytes:
    """Compare what was read and kept with the plan's actions as they are now; what is kept of it."""
    return _compared(unpack_reading(reading), actions, decided, bases)[0]


def preview_bytes(
    reading: bytes, actions: Sequence[bytes], decided: Decided, bases: StoredBases
) -> tuple[bytes, bytes]:
    """The same; the answer is also the `Preview`, as JSON."""
    kept, compared = _compared(unpack_reading(reading), actions, decided, bases)
    return kept, msgspec.json.encode(compared)


def _read(content: bytes, file_name: str, known: Known) -> Reading:
    reading = read_workbook(content, file_name, known, Progress(tell))
    personal = tuple(finding for row in reading.rows for finding in look(row))
    return replace(reading, findings=reading.findings + personal)


def _compared(
    reading: Reading, actions: Sequence[bytes], decided: Decided, bases: StoredBases
) -> tuple[bytes, Preview]:
    decode = msgspec.json.Decoder(Action).decode
    by_id = {action.id: action for action in map(decode, actions)}
    compared = preview(reading, list(by_id.values()), decided.pairs, decided.ticks, decoded(bases))
    rows = [
        _Row(
            outcome.key,
            outcome.outcome,
            outcome.action,
            by_id[outcome.action].code if outcome.action else None,
            outcome.basis,
            outcome.similarity,
            outcome.changes,
            outcome.conflicts,
            outcome.settled,
        )
        for outcome in compared.rows
    ]
    absent = [{"id": id_, "code": by_id[id_].code, "title": by_id[id_].title} for id_ in compared.absent]
    counts: dict[str, Any] = {outcome.value: compared.count(outcome) for outcome in Outcome}
    head = {
        "outcome": "rejected" if compared.rejected else "ready",
        "counts": counts | {"absent": len(absent)},
        "absent": absent,
        "findings": _told_first(compared.findings),
        "findings_total": len(compared.findings),
    }
    return pack(head, rows, marks=bytes(LETTERS[row.outcome] for row in rows)), compared


def _told_first(findings: Sequence[Finding]) -> Sequence[Finding]:
    """As many as a borrador shows: where there are more, what stands in the way of confirming before the rest."""
    if len(findings) <= MOST_FINDINGS:
        return findings
    return sorted(findings, key=lambda finding: finding.severity is not Severity.ERROR)[:MOST_FINDINGS]
