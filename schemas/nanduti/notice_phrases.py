"""What a notice says to a person, in Spanish: what happened, and between whom where it says so.

Rule that stays true: every notice has its words; a new one without them is a type error. Codes that the procedure
lists are shown as they are: only the procedure has their words.
"""

from typing import assert_never

from nanduti.handoffs import (
    AcceptedNotice,
    AnsweredNotice,
    AskedNotice,
    CompletedNotice,
    ConsentWithdrawnNotice,
    DeclinedNotice,
    DossierAttachedNotice,
    EscalatedNotice,
    ExpiredNotice,
    ExtendedNotice,
    InformedNotice,
    MergedNotice,
    Notice,
    OfferedNotice,
    PartedNotice,
    RedirectedNotice,
    RemindedNotice,
    ReopenedNotice,
    ResealingNotice,
    WithdrawnNotice,
)


def notice_in_words(notice: Notice) -> str:
    """What happened."""
    match notice:
        case OfferedNotice():
            return f"{notice.sender} deriva a {notice.receiver}; responder hasta {notice.answer_by:%Y-%m-%d %H:%M} UTC"
        case InformedNotice():
            return f"{notice.sender} derivó a {notice.receiver}; se le informa, no debe hacer nada"
        case AcceptedNotice():
            return "derivación aceptada" + (" por escrito" if notice.on_paper else "")
        case DeclinedNotice():
            return f"derivación no aceptada ({notice.code})" + (" por escrito" if notice.on_paper else "")
        case RedirectedNotice():
            return f"derivación reencaminada a {notice.to}"
        case ResealingNotice():
            return f"falta sellar el expediente para {notice.receiver}, hasta {notice.reseal_by:%Y-%m-%d %H:%M} UTC"
        case DossierAttachedNotice():
            return "expediente sellado de nuevo"
        case WithdrawnNotice():
            return f"derivación retirada ({notice.code})"
        case ExpiredNotice():
            return "derivación vencida sin respuesta"
        case AskedNotice():
            return f"{notice.by} pregunta ({notice.question})"
        case AnsweredNotice():
            return f"respuesta a la pregunta {notice.number} ({notice.answer})"
        case CompletedNotice():
            return f"derivación concluida ({notice.outcome})"
        case ReopenedNotice():
            return f"vía reabierta ({notice.code})"
        case RemindedNotice():
            return f"recordatorio: vence {notice.due:%Y-%m-%d %H:%M} UTC"
        case EscalatedNotice():
            return f"{notice.late} no respondió en plazo (aviso de nivel {notice.level})"
        case ExtendedNotice():
            return f"plazo prorrogado hasta {notice.due:%Y-%m-%d %H:%M} UTC"
        case ConsentWithdrawnNotice():
            return "la persona retiró su consentimiento"
        case MergedNotice():
            return f"el caso ahora se llama {notice.into}"
        case PartedNotice():
            return f"el caso ya no se llama {notice.no_longer}"
        case _:
            assert_never(notice)
