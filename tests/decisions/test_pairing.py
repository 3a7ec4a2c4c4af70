"""Which row is taken for which action: numbers, texts, similarity, and what a person said."""

import pytest
from samples import action

from nanduti.actions import Action, Citation
from nanduti.vocabulary import Axis
from nanduti_hub.plans.pairing import Basis, Pair, pair, row_key
from nanduti_hub.plans.recognition import normalized
from nanduti_hub.plans.rows import Row

PLAN = "01900000-0000-7000-8000-000000000001"
TITLES = (
    "Capacitar a inspectores de trabajo en detección de trabajo infantil",
    "Elaborar un protocolo de derivación de casos entre instituciones",
    "Difundir la línea de denuncia 147 en radios comunitarias",
    "Monitorear estancias ganaderas del Chaco con equipos móviles",
    "Publicar un boletín semestral de estadísticas de trata",
    "Equipar tres albergues transitorios para víctimas",
)


def stored(
    place: int, title: str | None = None, *, number: str | None = None, axis: Axis = Axis.DETECTION
) -> Action:
    """An action of the plan with the number that its row had."""
    said = number if number is not None else f"1.{place}"
    cited = Citation(plan=PLAN, revision=1, sheet="POA", row=4 + place, number=said)
    return action(place, title=title or TITLES[place - 1], axis=axis, citations=(cited,))


def row(place: int, title: str, code: str = "", axis: Axis = Axis.DETECTION) -> Row:
    return Row(sheet="POA", row=4 + place, title=title, code=code, axis_common=axis, lead="mtess")


PLANNED = [stored(place) for place in range(1, 7)]
ROWS = [row(place, TITLES[place - 1], f"1.{place}") for place in range(1, 7)]


def found(pairs: list[Pair], actions: list[Action] = PLANNED) -> list[int | None]:
    """For each row the place of its action, from 1."""
    places = {one.id: place for place, one in enumerate(actions, 1)}
    return [places[one.action] if one.action else None for one in pairs]


def test_an_unchanged_workbook_pairs_every_row_by_its_number() -> None:
    """In the order of the rows."""
    pairs = pair(ROWS, PLANNED, {})
    assert found(pairs) == [1, 2, 3, 4, 5, 6]
    assert {one.basis for one in pairs} == {Basis.NUMBER}
    assert [one.row for one in pairs] == list(range(6))


def test_sorted_rows_keep_their_actions() -> None:
    """A sheet that was sorted says nothing new."""
    order = [5, 2, 4, 1, 6, 3]
    assert found(pair([ROWS[place - 1] for place in order], PLANNED, {})) == order


def test_an_inserted_row_renumbers_the_rest_and_takes_nobodys_action() -> None:
    """Every row below it has its neighbour's number, and its own text."""
    new = "Firmar un convenio con la Gobernación para campañas"
    titles = [TITLES[0], new, *TITLES[1:]]
    rows = [row(place, title, f"1.{place}") for place, title in enumerate(titles, 1)]
    pairs = pair(rows, PLANNED, {})
    assert found(pairs) == [1, None, 2, 3, 4, 5, 6]
    assert pairs[1].basis is Basis.NEW


def test_a_deleted_row_renumbers_the_rest_and_leaves_its_action_alone() -> None:
    """Nobody takes its place."""
    titles = [*TITLES[:2], *TITLES[3:]]
    rows = [row(place, title, f"1.{place}") for place, title in enumerate(titles, 1)]
    assert found(pair(rows, PLANNED, {})) == [1, 2, 4, 5, 6]


@pytest.mark.parametrize("code", ["", "1.1"])
def test_a_copied_row_is_one_pair_and_one_new_action(code: str) -> None:
    """One to one, whatever the sheet repeats."""
    rows = [ROWS[0], row(2, TITLES[0], code)]
    pairs = pair(rows, PLANNED[:1], {})
    assert sorted(found(pairs, PLANNED[:1]), key=str) == [1, None]


MENDED = [
    "Capacitar a inspectores de trabajo en deteccion de trabajo infantil",
    "CAPACITAR A INSPECTORES DE TRABAJO EN DETECCIÓN DE TRABAJO INFANTIL.",
    "Capacitar  a   inspectores de trabajo, en detección de trabajo infantil",
    "Capacitar a inspectores del trabajo en la detección de trabajo infantil",
    "Capasitar a inspetores de trabajo en detección de trabajo infantil",
]


@pytest.mark.parametrize("title", MENDED)
@pytest.mark.parametrize("code", ["", "1.1", "9.9"])
def test_a_mended_text_is_the_same_activity(title: str, code: str) -> None:
    """With its number, without it, and with another."""
    assert found(pair([row(1, title, code)], PLANNED, {})) == [1]


def test_a_number_is_enough_for_a_text_that_was_rewritten() -> None:
    """As long as it is much the same text."""
    rewritten = row(1, "Capacitar inspectores de trabajo y fiscales en trabajo infantil peligroso", "1.1")
    (one,) = pair([rewritten], PLANNED, {})
    assert (found([one]), one.basis) == ([1], Basis.NUMBER)


def test_a_number_is_not_enough_for_another_text_altogether() -> None:
    """Inserting a row renumbers those that follow."""
    (one,) = pair([row(1, "Construir un parque", "1.1")], PLANNED, {})
    assert (one.action, one.basis) == (None, Basis.NEW)


def test_the_same_number_in_two_axes_is_two_numbers() -> None:
    """Plans number their activities anew under each axis."""
    actions = [
        stored(1, "Capacitar a funcionarios municipales", number="1", axis=Axis.PREVENTION),
        stored(2, "Capacitar a funcionarios judiciales", number="1", axis=Axis.PUNISHMENT),
    ]
    rows = [
        row(1, "Capacitar a funcionarios judiciales y fiscales", "1", Axis.PUNISHMENT),
        row(2, "Capacitar a funcionarios municipales y de CODENI", "1", Axis.PREVENTION),
    ]
    assert found(pair(rows, actions, {}), actions) == [2, 1]


def test_without_numbers_the_same_texts_are_paired_and_the_nearest_of_the_rest() -> None:
    """One to one, the most similar first."""
    actions = [
        stored(1, "Realizar una campaña de difusión en escuelas", number=""),
        stored(2, "Realizar una campaña de difusión en escuelas rurales", number=""),
    ]
    rows = [
        row(1, "Realizar una campaña de difusión en escuelas rurales e indígenas"),
        row(2, "Realizar una campaña de difusión en escuelas"),
    ]
    pairs = pair(rows, actions, {})
    assert found(pairs, actions) == [2, 1]
    assert [one.basis for one in pairs] == [Basis.SIMILARITY, Basis.TEXT]


def test_what_a_person_decided_comes_before_numbers_and_texts() -> None:
    """Another action, or none."""
    decided = {row_key(ROWS[0]): PLANNED[3].id, row_key(ROWS[1]): None}
    pairs = pair(ROWS[:2], PLANNED, decided)
    assert found(pairs) == [4, None]
    assert [one.basis for one in pairs] == [Basis.PERSON, Basis.PERSON]


def test_a_row_whose_action_a_person_gave_away_finds_no_other_by_force() -> None:
    """The action that is taken is taken."""
    pairs = pair(ROWS, PLANNED, {row_key(ROWS[0]): PLANNED[1].id})
    assert found(pairs)[0] == 2
    assert found(pairs)[1] != 2
    assert len({one for one in found(pairs) if one}) == len([one for one in found(pairs) if one])


def test_every_row_has_exactly_one_answer_and_no_action_two_rows() -> None:
    """Whatever stands in the sheet: twenty copies of each row too."""
    rows = [
        Row(
            sheet="POA",
            row=number,
            title=TITLES[number % 6],
            code=f"1.{number % 7}",
            axis_common=Axis.DETECTION,
        )
        for number in range(120)
    ]
    pairs = pair(rows, PLANNED, {})
    assert [one.row for one in pairs] == list(range(120))
    taken = [one.action for one in pairs if one.action]
    assert sorted(taken) == sorted(one.id for one in PLANNED)


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("  Niñez,  ADOLESCENCIA. ", "ninez adolescencia"),
        ("", ""),
        ("— • ...", ""),
        ("2.º semestre", "2o semestre"),
    ],
)
def test_normalizing_keeps_what_is_said_and_not_how(text: str, same: str) -> None:
    """Accents, case, spaces and punctuation go."""
    assert normalized(text) == same


def test_nothing_pairs_with_nothing() -> None:
    """An empty sheet, an empty plan."""
    assert pair([], PLANNED, {}) == []
    assert found(pair(ROWS, [], {})) == [None] * 6
