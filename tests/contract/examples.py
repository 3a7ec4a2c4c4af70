"""The golden messages: one synthetic event of each type, with everything in it filled in. Those about cases are in
`case_examples` (private to the hub) and `notice_examples` (what members are told).

Rule that stays true: nothing here depends on a clock or on chance. From contract 1.0 on they are only added
to; until then a change of theirs is a line in the contract's changelog.

    python tests/contract/examples.py      writes them again
"""

import sys
from datetime import date
from pathlib import Path

import case_examples
import notice_examples
from procedure_example import PROCEDURE

import nanduti
from nanduti.actions import (
    Action,
    ActionIndicatorReported,
    ActionMilestonesChanged,
    ActionPlanned,
    ActionProgressReported,
    ActionRevised,
    ActionStatusChanged,
    Change,
    Citation,
    CitedCell,
    ExternalReference,
    Indicator,
    Milestone,
    Report,
)
from nanduti.directory import (
    AxisName,
    Coordinator,
    Department,
    DepartmentRegistered,
    Institution,
    InstitutionRegistered,
    Platform,
    PlatformRegistered,
    Recipient,
    Recipients,
    RecipientsChanged,
    Seat,
    SeatRegistered,
)
from nanduti.plans import Plan, PlanRegistered, PlanRevised, Revision
from nanduti.procedure import ProcedureRegistered
from nanduti.vocabulary import Axis, Crime, Kind, Level, Measure, RecipientKind, Status
from nanduti.wire import Context, Event, Message, encode, type_of

DIRECTORY = Path(nanduti.__file__).parent / "examples"

SOURCE = "urn:nanduti:ejemplo-sintetico"
CORRELATION = "019afc00-0000-7000-8000-0000000000c0"
TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
PLAN = "019afc00-0000-7000-8000-00000000a001"
ACTION = "019afc00-0000-7000-8000-00000000b001"


def contexts() -> list[Context]:
    """As many contexts as events of the register; the first has every attribute, the others no more than they must."""
    first = Context(
        id="019afc00-0000-7000-8000-000000000001",
        source=SOURCE,
        time="2026-11-24T12:00:00Z",
        correlationid=CORRELATION,
        traceparent=TRACE,
    )
    rest = [
        Context(
            id=f"019afc00-0000-7000-8000-{number:012}",
            source=SOURCE,
            time=f"2026-11-24T12:{number:02}:00.250000Z",
        )
        for number in range(2, len(events()) + 1)
    ]
    return [first, *rest]


def examples() -> dict[str, tuple[Event, Context]]:
    """Each event type's event and its context."""
    told: list[tuple[Event, Context]] = [*zip(events(), contexts(), strict=True)]
    for number, event in enumerate(case_examples.private_events()):
        trace = TRACE if number == 0 else None
        told.append((event, case_examples.context(number, trace=trace)))
    told += [
        (event, notice_examples.context(number)) for number, event in enumerate(notice_examples.notices())
    ]
    counted = Context(id="019afc00-0000-7000-8000-000000000200", source=SOURCE, time="2026-11-24T15:00:00Z")
    told.append((notice_examples.FLOW, counted))
    return {type_of(event): (event, context) for event, context in told}


def messages() -> dict[str, Message]:
    """Each event type's message."""
    return {name: encode(event, context) for name, (event, context) in examples().items()}


def action(**fields: object) -> Action:
    """A synthetic action with every field filled in, but for some that are said."""
    whole: dict[str, object] = {
        "id": ACTION,
        "code": "ACC-2026-0042",
        "platform": "mesa",
        "plan": PLAN,
        "title": "Capacitación sintética sobre señales de trata para agentes de Ñeembucú",
        "description": (
            "Ejemplo sintético. Tres jornadas, con materiales en castellano y en guaraní (avañe'ẽ). "
            "Letras que deben llegar enteras: ñ Ñ g̃ G̃ ỹ Ỹ ã ẽ ĩ õ ũ."
        ),
        "crimes": (Crime.TRAFFICKING, Crime.FORCED_LABOR),
        "axis": Axis.STRENGTHENING,
        "plan_axis": "Fortalecimiento de las capacidades institucionales",
        "objective": "Objetivo sintético: que las instituciones reconozcan y deriven los casos a tiempo",
        "line_of_action": "Formación continua",
        "kind": Kind.TRAINING,
        "departments": ("PY-12",),
        "lead": "mtess",
        "collaborators": ("minna", "mp"),
        "other_institutions": ("Organización Sintética de la Ribera",),
        "start": date(2026, 3, 2),
        "end": date(2026, 11, 27),
        "milestones": (
            Milestone(number=1, title="Materiales listos", due=date(2026, 4, 30), done=date(2026, 4, 28)),
            Milestone(number=2, title="Tercera jornada realizada", due=date(2026, 10, 30)),
        ),
        "indicators": (
            Indicator(
                number=1,
                text="Agentes que aprobaron la capacitación",
                unit="personas",
                baseline=0.0,
                target=120.0,
                means_of_verification="Planillas de asistencia",
                reports=(
                    Report(on=date(2026, 3, 31), value=12.0),
                    Report(
                        on=date(2026, 6, 30),
                        value=37.0,
                        evidence="Informe sintético n.º 1",
                        department="PY-12",
                        category="agentes de la Policía",
                    ),
                ),
                measure=Measure.PEOPLE,
            ),
        ),
        "budget": 48_500_000,
        "budget_source": "Presupuesto General de la Nación (sintético)",
        "status": Status.IN_PROGRESS,
        "status_reason": "Comenzó la primera jornada",
        "progress": 35,
        "observations": "Dato sintético, sin relación con ninguna actividad real.",
        "external_references": (ExternalReference(kind="budget_line", value="SINTETICO-290"),),
        "citations": (
            Citation(
                plan=PLAN,
                revision=1,
                sheet="POA 2026",
                row=17,
                number="2.1.3",
                differs=(CitedCell(field="end", value="2026-10-30"),),
            ),
        ),
    }
    return Action(**(whole | fields))  # type: ignore[arg-type]


def plan(revision: Revision | None) -> Plan:
    """A synthetic plan."""
    return Plan(
        id=PLAN,
        platform="mesa",
        title="Plan operativo sintético contra la trata de personas 2026",
        term_from=date(2026, 1, 1),
        term_to=date(2026, 12, 31),
        extended_to=date(2027, 3, 31),
        source_document="Documento sintético",
        revision=revision,
        synthetic=True,
    )


def events() -> list[Event]:
    """One event of each type that everybody may read."""
    return [
        ActionPlanned(version=1, action=action(status=Status.PLANNED, status_reason="", progress=0)),
        ActionRevised(
            version=2,
            action=action(status=Status.PLANNED, progress=0),
            changes=(
                Change(field="end", before="2026-10-30"),
                Change(field="budget"),
                Change(field="departments", before=["PY-12", "PY-8"]),
            ),
        ),
        ActionStatusChanged(
            version=3, action=action(progress=0), changes=(Change(field="status", before="planned"),)
        ),
        ActionProgressReported(version=4, action=action(), changes=(Change(field="progress", before=0),)),
        ActionMilestonesChanged(version=5, action=action(), changes=(Change(field="milestones", before=[]),)),
        ActionIndicatorReported(version=6, action=action(), changes=(Change(field="indicators", before=[]),)),
        PlanRegistered(version=1, plan=plan(None)),
        PlanRevised(
            version=2,
            plan=plan(
                Revision(
                    number=1,
                    act="Resolución sintética n.º 1/2026",
                    act_date=date(2026, 2, 16),
                    file_name="plan_operativo_sintético.xlsx",
                    sha256="5e" * 32,
                    added=58,
                    changed=1,
                    unchanged=2,
                    cancelled=3,
                    left_out=4,
                )
            ),
        ),
        DepartmentRegistered(
            version=1,
            department=Department(
                code="PY-12",
                name="Ñeembucú",
                short="Ñee.",
                capital="Pilar",
                column=1,
                row=5,
                neighbours=("PY-8", "PY-9", "PY-11"),
                source="Ejemplo sintético",
            ),
        ),
        InstitutionRegistered(
            version=1,
            institution=Institution(
                code="inst_sintetica",
                acronym="ISE",
                name="Institución Sintética de Ejemplo",
                aliases=("Inst. Sintética", "ISE - Dirección General"),
                roles=("receives",),
                departments=("PY-ASU", "PY-12"),
                on_hub=True,
                source="Ejemplo sintético",
                synthetic=True,
            ),
        ),
        PlatformRegistered(
            version=1,
            platform=Platform(
                code="com_sintetica",
                acronym="CSE",
                name="Comisión Sintética de Ejemplo de Ñeembucú",
                aliases=("Comisión de Ejemplo",),
                level=Level.DEPARTMENTAL,
                department="PY-12",
                crimes=(Crime.CHILD_LABOR,),
                axes=(AxisName(axis=Axis.PREVENTION, own="Prevención", aliases=("Prevenir",)),),
                coordinators=(
                    Coordinator(
                        institution="inst_sintetica",
                        since=date(2026, 1, 1),
                        until=date(2027, 1, 1),
                        source="Ejemplo sintético",
                    ),
                ),
                source="Ejemplo sintético",
                synthetic=True,
            ),
        ),
        SeatRegistered(
            version=1,
            seat=Seat(
                platform="com_sintetica",
                institution="inst_sintetica",
                since=date(2026, 1, 1),
                source="Ejemplo sintético",
                synthetic=True,
            ),
        ),
        RecipientsChanged(
            version=3,
            recipients=Recipients(
                institution="inst_sintetica",
                recipients=(
                    Recipient(
                        public_key="age1dvyh4gkgz3fm4qwlnqr25z4l0gs7djxgmav795dpqagfzcmneplq5748r2",
                        fingerprint="b2a9-8316-11ea-9711",
                        label=RecipientKind.OFFICER,
                        number=1,
                        since=date(2026, 1, 5),
                        revoked=date(2026, 6, 1),
                    ),
                    Recipient(
                        public_key="age1mgnhmxnx26zppkkxk5wlpt4aea5vja3jkgcswh7gpjca5nnxsvxqh0makn",
                        fingerprint="0a2d-4676-4765-d722",
                        label=RecipientKind.RECOVERY,
                        number=1,
                        since=date(2026, 1, 5),
                    ),
                ),
            ),
        ),
        ProcedureRegistered(version=1, procedure=PROCEDURE),
    ]


def write() -> None:
    """Write every example's file."""
    DIRECTORY.mkdir(exist_ok=True)
    for name, message in messages().items():
        (DIRECTORY / f"{name}.json").write_bytes(message.body)
        sys.stdout.write(f"{name}.json\n")


if __name__ == "__main__":
    write()
