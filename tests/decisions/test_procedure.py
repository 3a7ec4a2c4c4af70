"""The procedure as data: what its file must hold, what is told of a wrong one, and what is read of a good one."""

import itertools
from collections.abc import Callable
from datetime import date
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from nanduti.cases import Facts
from nanduti.procedure import Limit, LimitKind, Procedure, Source
from nanduti.vocabulary import AgeBand, Channel, Crime, HandoffKind, Sex, Urgency
from nanduti_hub.directory import seed
from nanduti_hub.directory.commands import Codes, Found, Register
from nanduti_hub.directory.decide import decide, evolve
from nanduti_hub.handoffs.procedure import (
    competent,
    handoff_rule,
    in_force,
    informed,
    platform_of,
    starting,
    starting_text,
    track_rule,
    why_not,
)
from nanduti_hub.handoffs.soundness import (
    MOST_BYTES,
    Directory,
    ProcedureWrong,
    limits_of,
    load,
    problems_of,
)
from nanduti_hub.refusal import Refusal

PROCEDURE = starting()
DIRECTORY = Directory(
    institutions=frozenset(one.code for one in seed.load().institutions),
    platforms=frozenset(one.code for one in seed.load().platforms),
    departments=frozenset(one.code for one in seed.load().departments),
)
CODES = Codes(
    platforms=DIRECTORY.platforms, institutions=DIRECTORY.institutions, departments=DIRECTORY.departments
)


def facts(
    *crimes: Crime, age: AgeBand = AgeBand.FROM_14_TO_17, sex: Sex = Sex.FEMALE, department: str = "PY-11"
) -> Facts:
    return Facts(
        crimes=crimes or (Crime.TRAFFICKING,),
        age_band=age,
        sex=sex,
        department=department,
        channel=Channel.LINE_147,
    )


def changed(change: Callable[[dict[str, Any]], object]) -> list[str]:
    """What is found in the starting procedure after a change, which it is without."""
    value = msgspec.json.decode(msgspec.json.encode(PROCEDURE))
    change(value)
    try:
        return problems_of(load(msgspec.json.encode(value)), DIRECTORY)
    except ProcedureWrong as wrong:
        return list(wrong.findings)


# The starting procedure


def test_the_starting_procedure_is_sound_and_names_only_what_the_directory_has() -> None:
    """And it fits into an event."""
    assert problems_of(PROCEDURE, DIRECTORY) == []
    assert len(msgspec.json.encode(PROCEDURE)) < MOST_BYTES / 2


def test_the_starting_procedure_says_that_it_is_not_the_official_manual() -> None:
    """In its title, in its notice, and for programs."""
    assert not PROCEDURE.official
    assert "no es el manual oficial" in PROCEDURE.title.es
    assert "not the official manual" in PROCEDURE.title.en
    assert "no se encontró" in PROCEDURE.notice.es
    assert "not found" in PROCEDURE.notice.en


def test_no_limit_of_the_starting_procedure_is_called_legal() -> None:
    """The laws that were read say "at once", and give no hours; each limit says on what it stands."""
    for place, limit in limits_of(PROCEDURE):
        assert limit.source is Source.AGREEMENT, place
        assert limit.citation, place
        if "de inmediato" in limit.citation:
            assert "Ley" in limit.citation, place
            assert "sin horas" in limit.citation, place


def test_a_report_to_the_prosecutor_can_only_be_accepted_or_redirected() -> None:
    """Whether it is shared or handed over; everything else may be declined."""
    for rule in PROCEDURE.handoffs:
        assert rule.may_decline is (rule.track != "criminal"), (rule.track, rule.kind)


@pytest.mark.parametrize("age", [AgeBand.UNDER_14, AgeBand.FROM_14_TO_17, AgeBand.UNKNOWN])
def test_prosecutor_and_public_defender_tell_each_other_of_a_child(age: AgeBand) -> None:
    """Of an adult they do not."""
    told = []
    for track in ("criminal", "protection"):
        rule = handoff_rule(PROCEDURE, track, HandoffKind.TRANSFER)
        assert rule is not None
        told.append(informed(rule, facts(Crime.TRAFFICKING, age=age)))
        assert informed(rule, facts(Crime.TRAFFICKING, age=AgeBand.ADULT)) == ()
    assert told == [("mdp",), ("mp",)]


@pytest.mark.parametrize(
    ("track", "of", "first"),
    [
        ("protection", facts(Crime.CHILD_LABOR, age=AgeBand.UNDER_14), "minna"),
        ("protection", facts(Crime.TRAFFICKING, age=AgeBand.FROM_14_TO_17, sex=Sex.MALE), "minna"),
        ("protection", facts(Crime.FORCED_LABOR, age=AgeBand.UNKNOWN), "minna"),
        ("protection", facts(Crime.TRAFFICKING, age=AgeBand.ADULT), "minmujer"),
        ("protection", facts(Crime.FORCED_LABOR, age=AgeBand.ADULT, sex=Sex.MALE), "mdp"),
        ("protection", facts(Crime.CHILD_LABOR, age=AgeBand.ADULT), "mdp"),
        ("criminal", facts(Crime.CHILD_LABOR), "mp"),
        ("criminal", facts(Crime.TRAFFICKING, age=AgeBand.ADULT), "mp"),
        ("labor", facts(Crime.FORCED_LABOR, age=AgeBand.ADULT, sex=Sex.MALE), "mtess"),
        ("restitution", facts(Crime.CHILD_LABOR), "mtess"),
    ],
)
def test_who_is_proposed_first_is_who_does_it_by_the_crime_and_the_person(
    track: str, of: Facts, first: str
) -> None:
    """As the table of who does what says."""
    assert competent(PROCEDURE, track, of)[0] == first


def test_there_is_somebody_competent_for_every_person_on_every_track_and_it_is_never_said_twice() -> None:
    """Who is competent has no reason against it, and everybody else has one."""
    reasons = {"track_not_of_institution", "crime", "age", "sex", "department"}
    for rule, crime, age, sex in itertools.product(PROCEDURE.tracks, Crime, AgeBand, Sex):
        of = facts(crime, age=age, sex=sex)
        found = competent(PROCEDURE, rule.code, of)
        assert found
        assert len(set(found)) == len(found)
        for institution in DIRECTORY.institutions:
            why = why_not(PROCEDURE, rule.code, institution, of)
            assert (why is None) == (institution in found)
            assert why is None or why in reasons


def test_why_an_institution_is_not_competent_is_the_condition_at_which_it_comes_furthest() -> None:
    """Not the one that the first of its rows happens to fail."""
    adult_man = facts(Crime.TRAFFICKING, age=AgeBand.ADULT, sex=Sex.MALE)
    assert why_not(PROCEDURE, "protection", "minmujer", adult_man) == "sex"
    assert why_not(PROCEDURE, "protection", "minmujer", facts(Crime.CHILD_LABOR)) == "crime"
    assert why_not(PROCEDURE, "protection", "minmujer", facts(Crime.TRAFFICKING)) == "age"
    assert why_not(PROCEDURE, "labor", "minmujer", adult_man) == "track_not_of_institution"
    rows = tuple(replace(row, departments=("PY-1",)) for row in PROCEDURE.competences if row.track == "labor")
    near = replace(PROCEDURE, competences=rows)
    assert why_not(near, "labor", "mtess", adult_man) == "department"


def test_a_case_of_several_crimes_is_of_the_platform_that_the_procedure_names_first() -> None:
    """In whichever order the case says them."""
    both = (Crime.CHILD_LABOR, Crime.TRAFFICKING)
    assert platform_of(PROCEDURE, facts(*both)) == platform_of(PROCEDURE, facts(*reversed(both))) == "mesa"
    assert platform_of(PROCEDURE, facts(Crime.FORCED_LABOR)) == "contrafor"


def test_a_case_takes_the_version_in_force_on_its_day() -> None:
    """2026-10 comes after 2026-9, though its text does not."""
    ninth = replace(PROCEDURE, version="2026-9", in_force_from=date(2026, 5, 1))
    tenth = replace(PROCEDURE, version="2026-10", in_force_from=date(2026, 5, 1))
    every = [tenth, PROCEDURE, ninth]
    assert in_force(every, date(2024, 12, 31)) is None
    assert in_force(every, date(2026, 4, 30)) is PROCEDURE
    assert in_force(every, date(2026, 5, 1)) is tenth


# A wrong one


def track(value: dict[str, Any], code: str = "protection") -> dict[str, Any]:
    found: dict[str, Any] = next(one for one in value["tracks"] if one["code"] == code)
    return found


A_CODE = "un código: de 2 a 40 letras minúsculas sin acento, cifras y guiones bajos, y empieza con una letra (follow_up)"
LAW = {"amount": 6, "kind": "running_hours", "source": "law", "citation": " "}
WRONG: list[tuple[Callable[[dict[str, Any]], object], list[str]]] = [
    (
        lambda value: track(value)["stages"][4]["next"].append("nowhere"),
        ["tracks[protection].stages[follow_up].next: la vía no tiene ninguna etapa «nowhere»."],
    ),
    (
        lambda value: track(value).update(first="nowhere"),
        ["tracks[protection].first: la vía no tiene ninguna etapa «nowhere»."],
    ),
    (
        lambda value: track(value, "labor")["stages"][6].update(next=["enforcement"]),
        ["tracks[labor].stages[appeal]: desde «reception» no se llega a esta etapa."],
    ),
    (
        lambda value: track(value, "criminal")["stages"][4].update(ends=False),
        ["tracks[criminal].stages[sentencing]: no tiene etapa siguiente ni es final (`ends = true`)."],
    ),
    (
        lambda value: track(value)["stages"][4].update(ends=False),
        [
            f"tracks[protection].stages[{code}]: de aquí no se llega a ninguna etapa final."
            for code in ("reception", "referral", "protection_measures", "attention", "follow_up")
        ],
    ),
    (
        lambda value: track(value)["stages"][4]["next"].append("follow_up"),
        ["tracks[protection].stages[follow_up].next: la etapa lleva a sí misma."],
    ),
    (
        lambda value: value["decline_codes"].append(value["decline_codes"][0]),
        ["decline_codes: «not_competent» está 2 veces."],
    ),
    (
        lambda value: value["questions"][0]["answers"].append(value["questions"][0]["answers"][0]),
        ["questions[immediate_risk].answers: «yes» está 2 veces."],
    ),
    (
        lambda value: value["withdrawal_codes"].pop(1),
        ["withdrawal_codes: falta «consent_withdrawn», que el propio centro usa."],
    ),
    (
        # Without the public defender, those who help to return, and health.
        lambda value: value["competences"].__delitem__(slice(2, 5)),
        [
            "competences: en la vía «protection» nadie es competente para child_labor, edad 18+, cualquier sexo.",
            "competences: en la vía «protection» nadie es competente para forced_labor, edad 18+, sexo male.",
            "competences: en la vía «protection» nadie es competente para trafficking, edad 18+, sexo male.",
        ],
    ),
    (
        lambda value: value["competences"][7].update(departments=["PY-11"]),
        [
            f"competences: en la vía «labor» nadie es competente para {crime}, edad {age}, cualquier sexo."
            for crime in Crime
            for age in AgeBand
        ],
    ),
    (
        lambda value: value["competences"][7]["institutions"].append("mtesss"),
        ["competences[7].institutions: el directorio no tiene ningún código de institución «mtesss»."],
    ),
    (
        lambda value: value["competences"][0].update(track="nothing"),
        ["competences[0].track: no hay ninguna vía «nothing»."],
    ),
    (
        lambda value: value["platform_of"].update(trafficking="nadie"),
        ["platform_of: el directorio no tiene ningún código de plataforma «nadie»."],
    ),
    (
        lambda value: value["platform_of"].pop("trafficking"),
        ["platform_of: falta la plataforma de «trafficking»."],
    ),
    (
        lambda value: value["handoffs"].pop(2),
        ["handoffs: falta la regla de «criminal/transfer»."],
    ),
    (
        lambda value: value["handoffs"].append(value["handoffs"][2]),
        ["handoffs: «criminal/transfer» está 2 veces."],
    ),
    (
        lambda value: value["handoffs"][2]["answer"].pop("urgent"),
        ["handoffs[criminal/transfer].answer: falta el plazo de «urgent»."],
    ),
    (
        lambda value: value["handoffs"][2]["answer"].update(urgent=LAW),
        [
            "handoffs[criminal/transfer].answer.urgent: dice que el plazo es de ley y no cita cuál (`citation`)."
        ],
    ),
    (
        lambda value: value.update(resealing=LAW),
        ["resealing: dice que el plazo es de ley y no cita cuál (`citation`)."],
    ),
    (
        lambda value: value.update(reminders=[0, 50, 100]),
        [
            "reminders: 0 no está entre 1 y 99 por ciento.",
            "reminders: 100 no está entre 1 y 99 por ciento.",
        ],
    ),
    (lambda value: value.update(reminders=[80, 50]), ["reminders: van de menor a mayor, sin repetir."]),
    (lambda value: value["ladder"].pop(1), ["ladder: los niveles van 1, 2, 3…, en orden."]),
    (
        lambda value: value["ladder"][2].update(after=value["ladder"][0]["after"]),
        ["ladder: cada nivel espera más que el anterior."],
    ),
    # What the shape alone tells.
    (lambda value: value.update(zz=1), ["zz: campo desconocido."]),
    (lambda value: value.pop("title"), ["title: falta."]),
    (
        lambda value: (value.update(version="v1", most_hops=0), track(value)["stages"][0].update(limt={})),
        [
            "version: se espera el año y un número, con un guion (2026-1).",
            "tracks[0].stages[0].limt: campo desconocido.",
            "most_hops: se esperaba un número entero >= 1.",
        ],
    ),
    (
        lambda value: value["handoffs"][0].update(kind="gift"),
        ["handoffs[0].kind: es uno de: referral, transfer."],
    ),
    (
        lambda value: value["overrides"][0].update(code="Deber Legal"),
        [f"overrides[0].code: se espera {A_CODE}."],
    ),
    (
        lambda value: value["platform_of"].update(theft="mesa"),
        ["platform_of.theft: es uno de: child_labor, forced_labor, trafficking."],
    ),
]


@pytest.mark.parametrize(("change", "findings"), WRONG)
def test_what_is_wrong_with_a_procedure_is_told_with_its_place(
    change: Callable[[dict[str, Any]], object], findings: list[str]
) -> None:
    """All of it at once, and nothing but it."""
    assert sorted(changed(change)) == sorted(findings)


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        (b"a = 1\nb = = 2", "El archivo no es TOML bien escrito: línea 2, columna 5."),
        (b"version = ", "El archivo no es TOML bien escrito: al final."),
        (b"\xff\xfe", "El archivo no está en UTF-8."),
        (b'{"version": ', "El archivo no es JSON bien escrito: el JSON está incompleto."),
        (b"", "title: falta."),
    ],
)
def test_a_file_that_cannot_be_read_says_why(text: bytes, finding: str) -> None:
    """In Spanish, whatever it is."""
    with pytest.raises(ProcedureWrong) as wrong:
        load(text)
    assert finding in wrong.value.findings


def test_a_procedure_that_would_not_fit_into_an_event_is_refused() -> None:
    """Its texts are what is long."""
    long = tuple(replace(row, note="ñ" * 600, citation="ñ" * 600) for row in PROCEDURE.competences) * 5
    assert problems_of(replace(PROCEDURE, competences=long))[-1].startswith("El procedimiento pasa de 60 kB")


def test_a_procedure_is_the_same_from_its_file_and_from_the_bytes_of_its_event() -> None:
    """The order of the platforms too, since the first counts."""
    again = load(msgspec.json.encode(PROCEDURE))
    assert again == load(starting_text()) == PROCEDURE
    assert list(again.platform_of) == [Crime.TRAFFICKING, Crime.FORCED_LABOR, Crime.CHILD_LABOR]


def test_what_is_called_legal_is_only_what_a_law_gives() -> None:
    """A limit of a law with its citation is sound."""
    law = Limit(
        amount=6, kind=LimitKind.RUNNING_HOURS, source=Source.LAW, citation="Ley sintética 1/2026, art. 2"
    )
    rules = tuple(replace(rule, answer={**rule.answer, Urgency.URGENT: law}) for rule in PROCEDURE.handoffs)
    with_law: Procedure = replace(PROCEDURE, handoffs=rules)
    assert problems_of(with_law, DIRECTORY) == []
    assert track_rule(with_law, "nothing") is None


# In the directory


def test_a_version_is_registered_once_and_never_changes() -> None:
    """The same content again is nothing; other content under the same version is refused."""
    decided = decide(None, Register(PROCEDURE, CODES))
    assert not isinstance(decided, Refusal)
    state = evolve(None, decided[0])
    assert decide(state, Register(PROCEDURE, CODES)) == decide(state, Found(PROCEDURE)) == ()
    other = replace(PROCEDURE, most_hops=5)
    refused = decide(state, Register(other, CODES))
    assert refused == Refusal("procedure_fixed", {"version": "2026-1"})
    assert decide(state, Found(other)) == ()


@pytest.mark.parametrize("missing", ["minna", "mdp", "mp"])
def test_a_version_that_names_whom_the_directory_does_not_have_is_refused(missing: str) -> None:
    """Among the competent as among the informed."""
    codes = Codes(
        platforms=CODES.platforms,
        institutions=CODES.institutions - {missing},
        departments=CODES.departments,
    )
    refused = decide(None, Register(PROCEDURE, codes))
    assert refused == Refusal("institution_unknown", {"institution": missing})
