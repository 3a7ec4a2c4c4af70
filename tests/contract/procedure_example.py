"""A small synthetic procedure in which every field is filled in; it is not sound, and need not be."""

from datetime import date

from nanduti.procedure import (
    Competence,
    HandoffRule,
    Informed,
    Limit,
    LimitKind,
    Listed,
    Procedure,
    Question,
    Rung,
    Source,
    Stage,
    Told,
    TrackRule,
    Words,
)
from nanduti.vocabulary import AgeBand, Crime, HandoffKind, Sex, Urgency

HOURS = Limit(
    amount=24,
    kind=LimitKind.RUNNING_HOURS,
    source=Source.AGREEMENT,
    citation="Acuerdo sintético; la ley dice «de inmediato», sin horas",
)
DAYS = Limit(
    amount=3, kind=LimitKind.WORKING_DAYS, source=Source.LAW, citation="Ley sintética 1/2026, art. 2"
)


def listed(code: str, es: str, en: str) -> tuple[Listed, ...]:
    """A list of one code."""
    return (Listed(code=code, name=Words(es=es, en=en)),)


PROCEDURE = Procedure(
    version="2026-9",
    title=Words(es="Procedimiento sintético", en="Synthetic procedure"),
    official=False,
    notice=Words(es="No es el manual oficial.", en="This is not the official manual."),
    in_force_from=date(2026, 1, 1),
    source="Ejemplo sintético",
    tracks=(
        TrackRule(
            code="protection",
            name=Words(es="Protección", en="Protection"),
            first="reception",
            stages=(
                Stage(
                    code="reception",
                    name=Words(es="Recepción", en="Reception"),
                    next=("follow_up",),
                    limit=HOURS,
                ),
                Stage(code="follow_up", name=Words(es="Seguimiento", en="Follow-up"), ends=True, limit=DAYS),
            ),
            outcomes=listed("safe", "A salvo", "Safe"),
        ),
    ),
    competences=(
        Competence(
            track="protection",
            institutions=("inst_sintetica",),
            crimes=(Crime.TRAFFICKING,),
            age_bands=(AgeBand.UNDER_14, AgeBand.FROM_14_TO_17),
            sexes=(Sex.FEMALE, Sex.UNKNOWN),
            departments=("PY-12",),
            citation="Ejemplo sintético",
            note="Supuesto sintético",
        ),
    ),
    handoffs=(
        HandoffRule(
            track="protection",
            kind=HandoffKind.TRANSFER,
            answer={Urgency.IMMEDIATE: HOURS, Urgency.URGENT: HOURS, Urgency.ORDINARY: DAYS},
            may_decline=False,
            informed=(
                Informed(
                    institutions=("inst_sintetica",),
                    crimes=(Crime.TRAFFICKING,),
                    age_bands=(AgeBand.UNDER_14,),
                    citation="Ejemplo sintético",
                ),
            ),
            citation="Ejemplo sintético",
        ),
    ),
    decline_codes=listed("not_competent", "No somos competentes", "Not competent"),
    withdrawal_codes=listed("error", "Enviado por error", "Sent by mistake"),
    questions=(
        Question(
            code="person_located",
            name=Words(es="¿Se sabe dónde está la persona?", en="Is it known where the person is?"),
            limit=HOURS,
            answers=listed("not_known", "No se sabe", "Not known"),
        ),
    ),
    overrides=listed("legal_duty", "La ley obliga a comunicarlo", "The law obliges to report it"),
    reopening_codes=listed("new_facts", "Hechos nuevos", "New facts"),
    reminders=(50, 80),
    ladder=(Rung(level=1, after=HOURS, to=Told.PLATFORM),),
    resealing=HOURS,
    keep_ciphertext_days=30,
    most_hops=3,
    platform_of={Crime.TRAFFICKING: "com_sintetica"},
)
