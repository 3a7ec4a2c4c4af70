"""Groups in groups: fortnights under months, years over quarters, sources under money, sub-activities. Synthetic."""

from collection_shelf import Collected, Sheet, act

MONEY_BY_SOURCE = Collected(
    says="Money in two columns by source under one group, with a total calculated by formula, and dollars beside it",
    platform="contrafor",
    sheets=[
        Sheet(
            name="POA",
            text=r"""
Eje | Actividad | Responsable | Plazo | Presupuesto (Gs.) | | | Equivalente USD
 | | | | Tesoro | Cooperación | Total |
Prevención | Cartillas | MTESS | abril 2026 | #1000000 | #500000 | =E3+F3>1500000 | #200
Prevención | Radio | MTESS | mayo 2026 | #2000000 | | =E4+F4>2000000 | #270
""",
            merges=["A1:A2", "B1:B2", "C1:C2", "D1:D2", "E1:G1", "H1:H2"],
            activities=[
                act(3, "Cartillas", "PRE", "mtess", "2026-04-01/2026-04-30", budget=1_500_000),
                act(4, "Radio", "PRE", "mtess", "2026-05-01/2026-05-31", budget=2_000_000),
            ],
            told="E2:column_not_read F2:column_not_read H2:column_not_read",
        )
    ],
)

DEPARTMENT_COLUMNS = Collected(
    says="Departments as columns to mark, goals for three years and the budget in thousands",
    platform="contrafor",
    sheets=[
        Sheet(
            name="Territorial",
            text=r"""
Eje | Actividad | Responsable | Territorio | | | Meta 2025 | Meta 2026 | Meta 2027 | Período | Presupuesto (miles de Gs.)
 | | | Boquerón | Pte. Hayes | Alto Paraguay | | | | |
Detección | Recorridas | MTESS | X | X | | #4 | #6 | #8 | 2026 | #15.000
Prevención | Ferias | Gobernación | X | | X | #1 | #2 | #3 | 2° semestre 2026 | #2500
""",
            merges=[
                "A1:A2",
                "B1:B2",
                "C1:C2",
                "D1:F1",
                "G1:G2",
                "H1:H2",
                "I1:I2",
                "J1:J2",
                "K1:K2",
            ],
            activities=[
                act(
                    3,
                    "Recorridas",
                    "DET",
                    "mtess",
                    "2026-01-01/2026-12-31",
                    departments="PY-15 PY-19",
                    budget=15_000,
                    target=6,
                ),
                act(
                    4,
                    "Ferias",
                    "PRE",
                    "gobernaciones",
                    "2026-07-01/2026-12-31",
                    departments="PY-16 PY-19",
                    budget=2_500_000,
                    target=2,
                ),
            ],
            told="G2:column_not_read I2:column_not_read",
        )
    ],
)

FORTNIGHTS = Collected(
    says="Fortnights under the months, marked with signs of an old typeface: read as the month, which is told once",
    platform="mesa",
    sheets=[
        Sheet(
            name="Cronograma",
            text=r"""
Eje | Actividad | Responsable | Abril | | Mayo | | Junio |
 | | | 1Q | 2Q | 1Q | 2Q | 1Q | 2Q
Prevención | Preparar | MINNA | | X | X | | |
Prevención | Ejecutar | MINNA | | | | | ü | ü
""",
            merges=["D1:E1", "F1:G1", "H1:I1"],
            activities=[
                act(3, "Preparar", "PRE", "minna", "2026-04-01/2026-05-31"),
                act(4, "Ejecutar", "PRE", "minna", "2026-06-01/2026-06-30"),
            ],
            also="D2:weeks_as_months",
        )
    ],
)

TWO_YEARS = Collected(
    says="Quarters in Roman numbers under this year and the next: an activity may run over the turn of the year",
    platform="mesa",
    sheets=[
        Sheet(
            name="2026-2027",
            text=r"""
Eje | Actividad | Responsable | 2026 | | | | 2027 | | |
 | | | I | II | III | IV | I | II | III | IV
Prevención | Este año | MINNA | | X | X | | | | |
Prevención | De un año al otro | MINNA | | | | X | X | | |
""",
            merges=["D1:G1", "H1:K1"],
            activities=[
                act(3, "Este año", "PRE", "minna", "2026-04-01/2026-09-30"),
                act(4, "De un año al otro", "PRE", "minna", "2026-10-01/2027-03-31"),
            ],
        )
    ],
)

SUB_ACTIVITIES = Collected(
    says="Main activities group sub-activities, which have the lead, the months and the money; a total stands on top",
    platform="conaeti",
    sheets=[
        Sheet(
            name="POA",
            text=r"""
Presupuesto total: Gs. 10.000.000
N° | Eje | Actividad principal | Sub-actividad | Resp. | Inicio | Término | Presup.
 | TOTAL | | | | | | 10.000.000
1 | 1 | Mesa técnica | Convocar | MTESS | febrero | marzo | 4.000.000
 | | | Sesionar | MTESS | abril | diciembre | 6.000.000
2 | 4 | Campaña | Diseñar | MITIC | enero | febrero |
""",
            activities=[
                act(
                    4,
                    "Convocar",
                    "FOR",
                    "mtess",
                    "2026-02-01/2026-03-31",
                    budget=4_000_000,
                    line_of_action="Mesa técnica",
                ),
                act(
                    5,
                    "Sesionar",
                    "FOR",
                    "mtess",
                    "2026-04-01/2026-12-31",
                    budget=6_000_000,
                    line_of_action="Mesa técnica",
                ),
                act(6, "Diseñar", "PRE", "mitic", "2026-01-01/2026-02-28", line_of_action="Campaña"),
            ],
            also="C2:column_read_as B3:row_is_total F5:date_read_as",
        )
    ],
)

DETAILS_BELOW = Collected(
    says="The axis cell holds the objective on its second line; details of an activity stand below it without a number",
    platform="mesa",
    sheets=[
        Sheet(
            name="POA",
            text=r"""
Cód. | Eje | Actividad | Responsable | Plazo
1.1 | Eje 2: Prevención\nObjetivo 2.1: Informar | Realizar talleres | MINNA | abril 2026
 | | Para docentes | |
 | | Para familias | |
1.2 | Eje 2: Prevención\nObjetivo 2.1: Informar | Emitir cuñas | MITIC | mayo 2026
""",
            activities=[
                act(
                    2,
                    "Realizar talleres",
                    "PRE",
                    "minna",
                    "2026-04-01/2026-04-30",
                    objective="Informar",
                ),
                act(5, "Emitir cuñas", "PRE", "mitic", "2026-05-01/2026-05-31", objective="Informar"),
            ],
            told="C3:row_continues C4:row_continues",
        )
    ],
)

GOALS_IN_ONE_ROW = Collected(
    says="«Meta T1» to «Meta T4» and «Avance T1» in a heading of one row, weights that add up to a whole, no deadline",
    platform="mesa",
    sheets=[
        Sheet(
            name="Metas",
            text=r"""
Eje | Peso % | Actividad | Peso de la actividad | Responsable | Meta T1 | Meta T2 | Meta T3 | Meta T4 | Meta anual | Avance T1 | Avance T2
Prevención | #0.5 | Talleres | #0.25 | MINNA | #0 | #2 | #3 | #0 | #5 | #0 | #1
Prevención | #0.5 | Ferias | #0.75 | SENATUR | #0 | #0 | #1 | #1 | #2 | |
""",
            activities=[
                act(2, "Talleres", "PRE", "minna", "2026-04-01/2026-09-30", target=5, progress=None),
                act(3, "Ferias", "PRE", "senatur", "2026-07-01/2026-12-31", target=2),
            ],
            also="B1:column_not_read K1:column_not_read",
        )
    ],
)

BANDS_OVER_EACH_TABLE = Collected(
    says="Axis and numbered objective stand in merged bands over each table's heading, which is repeated below them",
    platform="conaeti",
    sheets=[
        Sheet(
            name="PLAN",
            text=r"""
PLAN 2026
Eje 2. Acceso y permanencia en la escuela
Objetivo 2.1. Que vuelvan a la escuela
Actividad | Responsable | Cronograma | Presupuesto
Becas | MEC | 1er. Sem. | 100.000.000
Eje 4. Cambio cultural
Objetivo 4.1. Que cambie la mirada
Actividad | Responsable | Cronograma | Presupuesto
Campaña | MITIC | 2do. Sem. | 50.000.000
""",
            merges=["A2:D2", "A3:D3", "A6:D6", "A7:D7"],
            activities=[
                act(
                    5,
                    "Becas",
                    "PRE",
                    "mec",
                    "2026-01-01/2026-06-30",
                    budget=100_000_000,
                    objective="Que vuelvan a la escuela",
                ),
                act(
                    9,
                    "Campaña",
                    "PRE",
                    "mitic",
                    "2026-07-01/2026-12-31",
                    budget=50_000_000,
                    objective="Que cambie la mirada",
                ),
            ],
            also="C5:date_read_as C9:date_read_as",
        )
    ],
)

STATE_BY_COLOUR = Collected(
    says="A follow-up where the state is a colour in one row, a tick in another and words in a third",
    platform="mesa",
    sheets=[
        Sheet(
            name="Seguimiento",
            text=r"""
Eje | Actividad | Responsable | Plazo | Estado
Prevención | Uno | MINNA | abril 2026 | [x]
Prevención | Dos | MINNA | mayo 2026 | ✔
Prevención | Tres | MINNA | mayo 2026 | En ejecución (60%)
""",
            activities=[
                act(2, "Uno", "PRE", "minna", "2026-04-01/2026-04-30", status=None),
                act(3, "Dos", "PRE", "minna", "2026-05-01/2026-05-31", status=None),
                act(4, "Tres", "PRE", "minna", "2026-05-01/2026-05-31", status="in_progress", progress=60),
            ],
            told="E2:status_painted E3:status_unknown",
        )
    ],
)
