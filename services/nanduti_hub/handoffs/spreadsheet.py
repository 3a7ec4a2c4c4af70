"""Lists of cases as an officer opens them in Excel, in Spanish words, times in Paraguay's. Pure.

Rule that stays true: what is in a file is what is in the list. Absent: facts finer than crime and department.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import assert_never

from msgspec import Struct

from nanduti.vocabulary import HandoffKind, Share, Urgency
from nanduti_hub.handoffs.views import CaseItem, HandoffItem, InboxItem, Named
from nanduti_hub.handoffs.words import STANDINGS
from nanduti_hub.serving import ZONE
from nanduti_hub.sheets import Column, workbook_of

Item = CaseItem | HandoffItem | InboxItem
Cells = tuple[str | int | None, ...]
KINDS = {HandoffKind.REFERRAL: "se comparte", HandoffKind.TRANSFER: "con traspaso"}
URGENCIES = {Urgency.IMMEDIATE: "inmediata", Urgency.URGENT: "urgente", Urgency.ORDINARY: "ordinaria"}
SHARES = {Share.NONE: "nada", Share.PSEUDONYMOUS: "sin identidad", Share.FULL: "todo"}


class Sheet(Struct, frozen=True, kw_only=True):
    """How a list looks as a file: its title, the file's name, and its columns."""

    title: str
    name: str
    columns: tuple[Column, ...]


CASES = Sheet(
    title="Casos",
    name="casos",
    columns=(
        Column(name="Referencia", width=22),
        Column(name="Vía", width=26),
        Column(name="Situación", width=14),
        Column(name="Etapa", width=28),
        Column(name="La tiene", width=12),
        Column(name="Desde", width=17),
        Column(name="Delitos", width=28),
        Column(name="Departamento", width=18),
        Column(name="Pendientes", width=11, form="number"),
        Column(name="Resultado", width=28),
        Column(name="Cerrada", width=17),
        Column(name="Sintético", width=10),
    ),
)
HANDOFFS = Sheet(
    title="Derivaciones",
    name="derivaciones",
    columns=(
        Column(name="Derivación", width=38),
        Column(name="Referencia", width=22),
        Column(name="Mi referencia", width=22),
        Column(name="Vía", width=26),
        Column(name="Clase", width=14),
        Column(name="Estado", width=26),
        Column(name="De", width=12),
        Column(name="A", width=12),
        Column(name="Urgencia", width=12),
        Column(name="Comparte", width=14),
        Column(name="Enviada", width=17),
        Column(name="Responder hasta", width=17),
        Column(name="Vencida", width=9),
        Column(name="Plazo de ley", width=9),
        Column(name="Respondida", width=17),
        Column(name="Motivo", width=30),
        Column(name="Reencaminada a", width=14),
        Column(name="Resultado", width=28),
        Column(name="La tiene ahora", width=14),
        Column(name="Etapa ahora", width=26),
    ),
)
INBOX = Sheet(
    title="Pendientes",
    name="pendientes",
    columns=(
        Column(name="Qué", width=40),
        Column(name="Hasta", width=17),
        Column(name="Vencido", width=9),
        Column(name="Avisos dados", width=10, form="number"),
        Column(name="Referencia", width=22),
        Column(name="Mi referencia", width=22),
        Column(name="Vía", width=26),
        Column(name="Con quién", width=12),
        Column(name="Urgencia", width=12),
        Column(name="Derivación", width=38),
        Column(name="Pregunta", width=9, form="number"),
    ),
)


def cells(item: Item) -> Cells:
    """An item's cells, in the order of its sheet's columns."""
    match item:
        case CaseItem():
            return (
                item.reference,
                item.track.name,
                STANDINGS[item.standing][0],
                item.stage.name,
                item.holder.name,
                _time(item.opened_at),
                ", ".join(crime.name for crime in item.crimes),
                item.department.name,
                item.waiting,
                _name(item.outcome),
                _time(item.closed_at),
                _yes(item.synthetic),
            )
        case HandoffItem():
            return (
                item.id,
                item.reference,
                item.my_reference,
                item.track.name,
                KINDS[item.kind],
                item.state_name,
                item.sender.name,
                item.receiver.name,
                URGENCIES[item.urgency],
                SHARES[item.share],
                _time(item.offered_at),
                _time(item.answer_by),
                _yes(item.overdue),
                _yes(item.by_law),
                _time(item.answered_at),
                _name(item.code),
                _name(item.redirected_to),
                _name(item.outcome),
                item.now.holder.name if item.now else None,
                item.now.stage.name if item.now else None,
            )
        case InboxItem():
            return (
                item.kind_name,
                _time(item.due),
                _yes(item.overdue),
                item.level,
                item.reference,
                item.my_reference,
                item.track.name,
                _name(item.other),
                URGENCIES[item.urgency] if item.urgency else None,
                item.handoff,
                item.question,
            )
        case _:
            assert_never(item)


def workbook_bytes(sheet: Sheet, rows: Sequence[Cells], about: Sequence[str]) -> bytes:
    """The list as a workbook; for `offload`."""
    return workbook_of(sheet.title, sheet.columns, rows, about)


def _time(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(ZONE).strftime("%d/%m/%Y %H:%M")


def _yes(is_so: bool) -> str:  # a cell's value
    return "sí" if is_so else "no"


def _name(named: Named | None) -> str | None:
    return None if named is None else named.name
