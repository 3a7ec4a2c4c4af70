"""Writes docs/reference/state-machines.md: `python tests/decisions/state_machine_page.py`.

From the table of transitions that the decider obeys, and from the file of the procedure that a hub starts with.
"""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from nanduti.procedure import Competence, Limit, LimitKind, Listed, Procedure, Source, TrackRule
from nanduti.vocabulary import HandoffKind, Urgency
from nanduti_hub.handoffs.procedure import STARTING, starting
from nanduti_hub.handoffs.transitions import BEGINNINGS, ENDS, TRANSITIONS

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "state-machines.md"
HEAD = """# Cómo avanza un caso / How a case moves

Generada de `nanduti_hub/handoffs/transitions.py` y de `nanduti_hub/handoffs/data/{file}`; una prueba la mantiene al día.
*Generated from the code's table of transitions and from the procedure that a hub starts with; a test keeps it current.*
Los diagramas son texto Mermaid. *The diagrams are Mermaid text.*

"""
HANDOFFS = """## Una derivación / A handoff

Quien tiene la vía la sigue teniendo hasta que la derivación con traspaso (`transfer`) pasa a `accepted`; ningún otro
paso mueve la custodia, y una derivación sin traspaso (`referral`) no la mueve nunca. Una redirección termina la
derivación; la que sigue es otra, que espera que quien la envió vuelva a sellar.
*The holder stays the holder until `accepted`; nothing else moves custody, and a referral never does. A redirection ends
the handoff; the one that follows is another, and waits for the sender to seal anew.*

"""
UNITS = {LimitKind.RUNNING_HOURS: "horas corridas / h", LimitKind.WORKING_DAYS: "días hábiles / working days"}
SOURCES = {
    Source.LAW: "ley / law",
    Source.PROCEDURE: "MAUEP",
    Source.AGREEMENT: "acuerdo / agreement",
}
KINDS = {HandoffKind.TRANSFER: "con traspaso / transfer", HandoffKind.REFERRAL: "sin traspaso / referral"}


def page() -> str:
    """The page's text."""
    procedure = starting()
    return "\n".join(
        [
            HEAD.format(file=STARTING) + HANDOFFS + _handoff_diagram(),
            *_procedure(procedure),
            *(line for track in procedure.tracks for line in _track(procedure, track)),
            *_times(procedure),
            *_codes(procedure),
        ]
    )


def _handoff_diagram() -> str:
    lines = ["```mermaid", "stateDiagram-v2"]
    lines += [f"    [*] --> {state}: {event}" for event, state in BEGINNINGS.items()]
    lines += [
        f"    {state} --> {after}: {event}"
        for state, events in TRANSITIONS.items()
        for event, after in events.items()
    ]
    lines += [f"    {state} --> [*]" for state in TRANSITIONS if state in ENDS]
    return "\n".join([*lines, "```", ""])


def _procedure(procedure: Procedure) -> Iterator[str]:
    yield f"## Procedimiento {procedure.version} / Procedure {procedure.version}\n"
    yield f"**{procedure.title.es}.** {procedure.notice.es}\n"
    yield f"*{procedure.title.en}. {procedure.notice.en}*\n"
    yield f"Fuentes / sources: {procedure.source}\n"
    remits = ", ".join(f"`{crime}` → `{code}`" for crime, code in procedure.platform_of.items())
    yield f"- En vigor desde / in force from: {procedure.in_force_from.isoformat()}"
    yield f"- Plataforma por delito, la primera que corresponda / platform by crime, the first that fits: {remits}"
    yield f"- Recordatorios / reminders: {', '.join(f'{one} %' for one in procedure.reminders)} del plazo / of the limit"
    yield f"- Redirecciones como máximo / redirections at most: {procedure.most_hops}"
    yield f"- Volver a sellar / sealing anew: {_limit(procedure.resealing)}"
    yield f"- Lo cifrado se borra / ciphertext is deleted: {procedure.keep_ciphertext_days} días tras cerrar / days after closing\n"


def _track(procedure: Procedure, track: TrackRule) -> Iterator[str]:
    yield f"## Vía / Track: {track.name.es} / {track.name.en} (`{track.code}`)\n"
    yield "```mermaid\nstateDiagram-v2"
    yield f"    [*] --> {track.first}"
    for stage in track.stages:
        yield f"    {stage.code}: {stage.name.es}"
    for stage in track.stages:
        yield from (f"    {stage.code} --> {following}" for following in stage.next)
        if stage.ends:
            yield f"    {stage.code} --> [*]"
    yield "```\n"
    yield _table(
        ("etapa / stage", "", "plazo / limit", "fuente / source", "cita / citation"),
        (
            (f"`{stage.code}`", f"{stage.name.es} / {stage.name.en}", *_cells(stage.limit))
            for stage in track.stages
        ),
    )
    yield f"Resultados / outcomes: {_listed(track.outcomes)}\n"
    yield "Competentes, en orden / competent, in this order:\n"
    yield _table(
        (
            "instituciones / institutions",
            "delitos / crimes",
            "edad / age",
            "sexo / sex",
            "depto.",
            "por qué / why",
        ),
        (_competence(row) for row in procedure.competences if row.track == track.code),
    )


def _competence(row: Competence) -> tuple[str, ...]:
    conditions = (row.crimes, row.age_bands, row.sexes, row.departments)
    return (
        ", ".join(f"`{code}`" for code in row.institutions),
        *(", ".join(condition) or "—" for condition in conditions),
        f"{row.citation} {row.note}".strip(),
    )


def _times(procedure: Procedure) -> Iterator[str]:
    yield "## Derivaciones: en qué tiempo se responden / Handoffs: in what time they are answered\n"
    yield _table(
        ("vía / track", "", "urgencia / urgency", "plazo / limit", "fuente / source", "cita / citation"),
        (
            (f"`{rule.track}`", KINDS[rule.kind], f"`{urgency}`", *_cells(rule.answer[urgency]))
            for rule in procedure.handoffs
            for urgency in Urgency
        ),
    )
    yield _table(
        (
            "vía / track",
            "",
            "¿se puede rechazar? / may be declined?",
            "también se avisa / also told",
            "cita / citation",
        ),
        (
            (
                f"`{rule.track}`",
                KINDS[rule.kind],
                "sí / yes" if rule.may_decline else "no: aceptar o reencaminar / no: accept or redirect",
                "; ".join(
                    f"{', '.join(row.institutions)} ({', '.join((*row.crimes, *row.age_bands)) or '—'})"
                    for row in rule.informed
                )
                or "—",
                " ".join((rule.citation, *(row.citation for row in rule.informed))).strip(),
            )
            for rule in procedure.handoffs
        ),
    )
    yield "### Si nadie responde / If nobody answers\n"
    yield _table(
        ("nivel / level", "desde el vencimiento / after the due time", "a quién / to whom"),
        ((str(rung.level), _limit(rung.after), f"`{rung.to}`") for rung in procedure.ladder),
    )


def _codes(procedure: Procedure) -> Iterator[str]:
    yield "## Códigos / Codes\n"
    lists: dict[str, Sequence[Listed]] = {
        "Por qué se rechaza / why declined": procedure.decline_codes,
        "Por qué se retira / why withdrawn": procedure.withdrawal_codes,
        "Por qué sin consentimiento / why without consent": procedure.overrides,
        "Por qué se reabre / why reopened": procedure.reopening_codes,
    }
    for name, listed in lists.items():
        yield f"- **{name}**: {_listed(listed)}"
    yield ""
    yield (
        _table(
            ("pregunta / question", "", "plazo / limit", "respuestas / answers"),
            (
                (
                    f"`{question.code}`",
                    f"{question.name.es} / {question.name.en}",
                    _limit(question.limit),
                    _listed(question.answers),
                )
                for question in procedure.questions
            ),
        ).rstrip("\n")
        + "\n"
    )


def _listed(listed: Iterable[Listed]) -> str:
    return "; ".join(f"`{one.code}` {one.name.es} / {one.name.en}" for one in listed)


def _cells(limit: Limit | None) -> tuple[str, str, str]:
    return ("—", "—", "—") if limit is None else (_limit(limit), SOURCES[limit.source], limit.citation or "—")


def _limit(limit: Limit) -> str:
    return f"{limit.amount} {UNITS[limit.kind]}"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join("| " + " | ".join(line) + " |\n" for line in lines)


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
