"""What is done with a workbook in a process of its own: bytes in, JSON out. Pure, and quick to import."""

from collections.abc import Mapping, Sequence

import msgspec
from msgspec.structs import replace

from nanduti.actions import Action
from nanduti_hub.plans.personal import look
from nanduti_hub.plans.revision import Outcome, preview
from nanduti_hub.plans.rows import Known, Reading
from nanduti_hub.plans.workbook import read_workbook


def read_bytes(content: bytes, file_name: str, known: Known) -> bytes:
    """Read a workbook; the answer is a `Reading` as JSON."""
    reading = read_workbook(content, file_name, known)
    personal = tuple(finding for row in reading.rows for finding in look(row))
    return msgspec.json.encode(replace(reading, findings=reading.findings + personal))


def preview_bytes(reading: bytes, actions: Sequence[bytes], pairs: Mapping[str, str | None]) -> bytes:
    """Compare a reading with the plan's actions; all JSON."""
    decode = msgspec.json.Decoder(Action).decode
    compared = preview(
        msgspec.json.decode(reading, type=Reading), [decode(action) for action in actions], pairs
    )
    return msgspec.json.encode(compared)


def view_bytes(reading: bytes, actions: Sequence[bytes], pairs: Mapping[str, str | None]) -> bytes:
    """What a borrador says and would do, as it is answered; all JSON."""
    read = msgspec.json.decode(reading, type=Reading)
    decode = msgspec.json.Decoder(Action).decode
    by_id = {action.id: action for action in map(decode, actions)}
    compared = preview(read, list(by_id.values()), pairs)
    counts = {outcome.value: compared.count(outcome) for outcome in Outcome}
    rows = [
        {
            "key": outcome.key,
            "outcome": outcome.outcome,
            "action": outcome.action,
            "action_code": by_id[outcome.action].code if outcome.action else None,
            "basis": outcome.basis,
            "similarity": outcome.similarity,
            "changes": outcome.changes,
            "row": read.rows[outcome.row],
        }
        for outcome in compared.rows
    ]
    absent = [{"id": id_, "code": by_id[id_].code, "title": by_id[id_].title} for id_ in compared.absent]
    return msgspec.json.encode(
        {
            "outcome": "rejected" if compared.rejected else "ready",
            "counts": counts | {"absent": len(absent)},
            "rows": rows,
            "absent": absent,
            "findings": compared.findings,
        }
    )
