"""What an event says to a person, in Spanish.

Rule that stays true: every event type has its words; a new one without them is a type error. Absent: who
reads, and where.
"""

from typing import assert_never

from nanduti.actions import (
    ActionEvent,
    ActionIndicatorReported,
    ActionMilestonesChanged,
    ActionPlanned,
    ActionProgressReported,
    ActionRevised,
    ActionStatusChanged,
)
from nanduti.cases import PrivateEvent
from nanduti.directory import (
    DepartmentRegistered,
    InstitutionRegistered,
    PlatformRegistered,
    RecipientsChanged,
    SeatRegistered,
)
from nanduti.flow import FlowCounted
from nanduti.handoffs import Notice
from nanduti.notice_phrases import notice_in_words
from nanduti.plans import PlanRegistered, PlanRevised
from nanduti.procedure import ProcedureRegistered
from nanduti.vocabulary import Status
from nanduti.wire import Event, type_of

STATUS_WORDS = {
    Status.PLANNED: "planificada",
    Status.IN_PROGRESS: "en ejecución",
    Status.COMPLETED: "concluida",
    Status.SUSPENDED: "suspendida",
    Status.CANCELLED: "cancelada",
    Status.JOINED: "unida a una acción conjunta",
}


def in_words(event: Event) -> tuple[str, str]:
    """What happened and to what, in Spanish."""
    if isinstance(event, Notice):
        return notice_in_words(event), f"[{event.track}] {event.reference}"
    if isinstance(event, PrivateEvent):
        # The hub's alone: whatever it is, no name of a case is told.
        return "caso", type_of(event)
    match event:
        case ActionPlanned():
            return "acción incorporada", _of_action(event)
        case ActionRevised():
            count = len(event.changes)
            return f"acción modificada ({count} {'campo' if count == 1 else 'campos'})", _of_action(event)
        case ActionStatusChanged():
            return f"acción {STATUS_WORDS[event.action.status]}", _of_action(event)
        case ActionProgressReported():
            return f"avance {event.action.progress} %", _of_action(event)
        case ActionMilestonesChanged():
            steps = event.action.milestones
            done = sum(step.done is not None for step in steps)
            return f"hitos: {done} de {len(steps)} alcanzados", _of_action(event)
        case ActionIndicatorReported():
            return "indicador informado", _of_action(event)
        case PlanRegistered():
            return "plan registrado", f"[{event.plan.platform}] {event.plan.title}"
        case PlanRevised():
            number = event.plan.revision.number if event.plan.revision else "?"
            return f"plan publicado, revisión {number}", f"[{event.plan.platform}] {event.plan.title}"
        case DepartmentRegistered():
            return "departamento registrado", f"{event.department.code} {event.department.name}"
        case InstitutionRegistered():
            return "institución registrada", f"{event.institution.code} {event.institution.name}"
        case PlatformRegistered():
            return "plataforma registrada", f"{event.platform.code} {event.platform.name}"
        case SeatRegistered():
            return "lugar en plataforma registrado", f"{event.seat.institution} en {event.seat.platform}"
        case ProcedureRegistered():
            return "procedimiento registrado", f"{event.procedure.version} {event.procedure.title.es}"
        case RecipientsChanged():
            keys = event.recipients.recipients
            now = sum(key.revoked is None for key in keys)
            return f"claves para sellar: {now} de {len(keys)} en uso", event.recipients.institution
        case FlowCounted():
            return "derivaciones de la semana contadas", f"[{event.platform}] {event.week.isoformat()}"
        case _:
            assert_never(event)


def _of_action(
    event: ActionEvent,
) -> str:
    return f"{event.action.code} [{event.action.platform}] {event.action.title}"
