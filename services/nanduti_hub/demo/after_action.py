"""What a drill has shown: how soon each institution answered, what went the wrong way, and what was left lying.

Rule that stays true: it is made of a drill's installation alone; of a live one it would be a judgement on colleagues,
and tell of cases. A wrong turn is an offer that its receiver sent on or declined as not competent, or that the hub
refused for that: it counts for whoever sent it. Absent: who the people at the desks were.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

import msgspec
from msgspec import Struct

from nanduti.directory import Institution
from nanduti_hub.caller import WORKER, Caller
from nanduti_hub.directory.queries import entries
from nanduti_hub.ledger.database import Database, transaction
from nanduti_hub.ledger.statements import statement
from nanduti_hub.sheets import Column, Value

COLUMNS = (
    Column(name="Institución", width=18),
    Column(name="Casos abiertos", width=10, form="number"),
    Column(name="Ofrecimientos recibidos", width=14, form="number"),
    Column(name="Aceptó", width=10, form="number"),
    Column(name="Rechazó", width=10, form="number"),
    Column(name="Reorientó", width=11, form="number"),
    Column(name="Se vencieron", width=11, form="number"),
    Column(name="Esperan", width=10, form="number"),
    Column(name="Respuesta, mediana (min)", width=14, form="number"),
    Column(name="Respuesta, la peor (min)", width=14, form="number"),
    Column(name="Ofrecimientos enviados", width=14, form="number"),
    Column(name="Mal dirigidos", width=11, form="number"),
    Column(name="Etapas atrasadas", width=11, form="number"),
    Column(name="Otras deudas atrasadas", width=13, form="number"),
)
#: The headings of the table on a terminal, where there is little room.
SHORT = (
    "institución", "abrió", "recibió", "aceptó", "rechazó", "reorientó", "venció", "espera", "mediana", "peor",
    "envió", "mal dirig.", "etapas atr.", "otras atr.",
)  # fmt: skip
ABOUT = (
    "Informe posterior a un simulacro: todos los casos son inventados.",
    "El tiempo de respuesta va del ofrecimiento a su aceptación, rechazo o reorientación.",
    "Mal dirigido: el receptor lo reorientó, o lo rechazó por no ser competente, o el centro no lo dejó enviar por eso.",
    "Lo mal dirigido cuenta para quien lo envió.",
    "Etapas y otras deudas atrasadas: las que ahora están vencidas y siguen esperando.",
)


class Performance(Struct, frozen=True, kw_only=True):
    """How one institution has done. Times are in seconds, null where nothing was answered."""

    institution: str
    name: str = ""
    opened: int
    received: int
    accepted: int
    declined: int
    redirected: int
    expired: int
    waiting: int
    median_seconds: float | None
    worst_seconds: float | None
    sent: int
    wrong_turns: int
    late_stages: int
    late_answers: int


class AfterAction(Struct, frozen=True, kw_only=True):
    """The report of a drill, as of a moment."""

    installation: str
    at: datetime
    institutions: tuple[Performance, ...]


async def after_action(database: Database, operator: Caller, source: str, now: datetime) -> AfterAction:
    """What the drill of an installation has shown by now; `operator` is a steward, who reads the record."""
    async with transaction(database, WORKER) as connection:
        rows = await connection.fetch(statement("nanduti_hub.demo", "after_action"), now)
        names = {one.code: one.acronym for one in await entries(connection, Institution)}
    async with transaction(database, operator) as connection:
        found = await connection.fetch(statement("nanduti_hub.demo", "refused_turns"))
    refused = {row["institution"]: row["refused"] for row in found}
    return AfterAction(
        installation=source,
        at=now,
        institutions=tuple(_performances([dict(row) for row in rows], refused, names)),
    )


def _performances(
    rows: Sequence[Mapping[str, object]], refused: Mapping[str, int], names: Mapping[str, str]
) -> Iterator[Performance]:
    """The institutions by what they received, the most first."""
    found = [
        msgspec.convert(
            {
                **row,
                "name": names.get(str(row["institution"]), ""),
                "wrong_turns": int(str(row["sent_wrong"])) + refused.get(str(row["institution"]), 0),
            },
            Performance,
        )
        for row in rows
    ]
    yield from sorted(found, key=lambda one: (-one.received, one.institution))


def lines(report: AfterAction) -> Iterator[tuple[Value, ...]]:
    """The lines of a workbook; times in minutes."""
    for one in report.institutions:
        yield (
            one.name or one.institution,
            *(one.opened, one.received, one.accepted, one.declined, one.redirected, one.expired, one.waiting),
            *(_minutes(one.median_seconds), _minutes(one.worst_seconds)),
            *(one.sent, one.wrong_turns, one.late_stages, one.late_answers),
        )


def as_text(report: AfterAction) -> str:
    """The report as a table for a terminal."""
    rows: list[tuple[str, ...]] = [SHORT, *map(_row, report.institutions)]
    widths = [max(len(row[at]) for row in rows) for at in range(len(SHORT))]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if at == 0 else cell.rjust(width)
            for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )


def _row(one: Performance) -> tuple[str, ...]:
    return (
        one.institution,
        *map(str, (one.opened, one.received, one.accepted, one.declined, one.redirected)),
        *map(str, (one.expired, one.waiting)),
        *(_in_words(one.median_seconds), _in_words(one.worst_seconds)),
        *map(str, (one.sent, one.wrong_turns, one.late_stages, one.late_answers)),
    )


def _minutes(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds / 60, 1)


def _in_words(seconds: float | None) -> str:
    if seconds is None:
        return "-"
    minutes = round(seconds / 60)
    if minutes < 60:
        return f"{minutes} min" if minutes else f"{round(seconds)} s"
    if minutes < 48 * 60:
        return f"{minutes // 60} h {minutes % 60:02} min"
    return f"{minutes // 1440} d {minutes % 1440 // 60} h"
