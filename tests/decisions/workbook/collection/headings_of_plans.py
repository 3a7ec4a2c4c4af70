"""Headings as they are met: in other languages, misspelt, missing, on their side, of three rows. All of it synthetic."""

from collection_shelf import Collected, Sheet, act

TRANSPOSED = Collected(
    says="A sheet on its side, one field per row and one activity per column: told clearly, nothing is invented",
    platform="mesa",
    sheets=[
        Sheet(
            name="Fichas",
            text="""
Eje | Prevención | Atención integral y protección a víctimas
Actividad | Taller con transportistas | Reunión de la subcomisión
Responsable | SENATUR | Ministerio de la Mujer
Plazo | marzo 2026 | junio 2026
Presupuesto | 5.000.000 | 0
""",
            told="A2:sheet_transposed!",
        )
    ],
)

ENGLISH = Collected(
    says="A work plan with English headings, as an international project hands it over",
    platform="mesa",
    sheets=[
        Sheet(
            name="Work plan",
            text="""
No. | Axis | Objective | Activity | Indicator | Target | Lead institution | Partners | Start date | End date | Budget (PYG) | Comments
1 | Prevención | Aware population | Radio spots in Guaraní | spots aired | 300 | MITIC | MINNA; MEC | @2026-03-01 | @2026-05-31 | #40000000 | draft
2 | Prevención | Aware population | School visits | schools visited | 25 | MEC | | @2026-04-01 | @2026-10-31 | #12500000 |
""",
            activities=[
                act(
                    2,
                    "Radio spots in Guaraní",
                    "PRE",
                    "mitic",
                    "2026-03-01/2026-05-31",
                    "minna mec",
                    budget=40_000_000,
                    target=300,
                    observations="draft",
                ),
                act(3, "School visits", "PRE", "mec", "2026-04-01/2026-10-31", budget=12_500_000),
            ],
        )
    ],
)

PORTUGUESE = Collected(
    says="Portuguese headings, as they come from the border commissions with Brazil",
    platform="mesa",
    sheets=[
        Sheet(
            name="Plano",
            text="""
Nº | Eixo | Objetivo | Atividade | Responsável | Parceiros | Prazo | Orçamento (Gs.) | Observações
1 | Prevención | Fronteira segura | Operativo educativo en el Puente de la Amistad | Migraciones | PN | maio a julho 2026 | 7.000.000 | con Foz do Iguaçu
2 | Investigación y sanción | Fronteira segura | Intercambio de información policial | Policía Nacional | Interpol | setembro de 2026 | 0 |
""",
            activities=[
                act(
                    2,
                    "Operativo educativo en el Puente de la Amistad",
                    "PRE",
                    "dnm",
                    "2026-05-01/2026-07-31",
                    "pn",
                    budget=7_000_000,
                ),
                act(
                    3,
                    "Intercambio de información policial",
                    "SAN",
                    "pn",
                    "2026-09-01/2026-09-30",
                    "interpol",
                    budget=0,
                ),
            ],
        )
    ],
)

TYPOS_IN_HEADINGS = Collected(
    says="Headings typed in a hurry, broken over two lines, with doubled and unbreakable spaces",
    platform="contrafor",
    sheets=[
        Sheet(
            name="Hoja 1",
            text=r"""
Nº\nOrden | Eje\sestrategico | Activdad  | Indcador | Responsabel\nprincipal | Co-responsables | Palzo | Presupueto\n(en\sGs.) | Fuente de financ. | Observacion
1 | Detección | Visitar aserraderos | N° de visitas | MTESS | INDI | T2 2026 | 6.000.000 | BID | con\s\scamioneta
""",
            activities=[
                act(
                    2,
                    "Visitar aserraderos",
                    "DET",
                    "mtess",
                    "2026-04-01/2026-06-30",
                    "indi",
                    budget=6_000_000,
                    indicator="N° de visitas",
                    budget_source="BID",
                    observations="con camioneta",
                )
            ],
        )
    ],
)

NO_RESPONSIBLE = Collected(
    says="A plan that never says who does what: every activity is read, and the missing column is told once",
    platform="contrafor",
    sheets=[
        Sheet(
            name="Plan",
            text="""
Eje | Actividad | Plazo | Presupuesto
Prevención | Imprimir cartillas | abril 2026 | 4.000.000
Sanción | Publicar sentencias | T4 2026 | 0
""",
            activities=[
                act(2, "Imprimir cartillas", "PRE", None, "2026-04-01/2026-04-30", budget=4_000_000),
                act(3, "Publicar sentencias", "SAN", None, "2026-10-01/2026-12-31", budget=0),
            ],
            told="B1:column_missing!",
        )
    ],
)

NO_AXIS = Collected(
    says="A plan without axes at all: told, and no axis is guessed from the words of an activity",
    platform="contrafor",
    sheets=[
        Sheet(
            name="Plan",
            text="""
Actividad | Responsable | Mes
Prevención en ferias | MTESS | mayo
Sanción de infractores | MTESS | junio
""",
            activities=[
                act(2, "Prevención en ferias", None, "mtess", "2026-05-01/2026-05-31"),
                act(3, "Sanción de infractores", None, "mtess", "2026-06-01/2026-06-30"),
            ],
            told="A1:axis_missing!",
        )
    ],
)

NO_ACTIVITY = Collected(
    says="A follow-up of indicators: there is no column of activities, so nothing is read as one, and this is told",
    platform="contrafor",
    sheets=[
        Sheet(
            name="Indicadores",
            text="""
Eje | Indicador | Línea de base | Meta | Responsable
Prevención | Personas informadas | 0 | 500 | MTESS
""",
        )
    ],
    told=":header_missing!",
)

LAST_YEAR = Collected(
    says="Last year's sheet left in the book, a hidden draft and a very hidden list: told, never read",
    platform="mesa",
    sheets=[
        Sheet(
            name="POA 2025",
            text="""
Eje | Actividad | Responsable | Plazo
Prevención | Campaña del año pasado | MINNA | junio 2025
""",
            told=":sheet_other_year",
        ),
        Sheet(
            name="POA 2026",
            text="""
Eje | Actividad | Responsable | Plazo
Prevención | Campaña de este año | MINNA | junio 2026
""",
            activities=[act(2, "Campaña de este año", "PRE", "minna", "2026-06-01/2026-06-30")],
        ),
        Sheet(
            name="borrador",
            hidden="hidden",
            text="""
Eje | Actividad | Responsable | Plazo
Prevención | Idea vieja | MINNA | julio 2026
""",
            told=":sheet_hidden",
        ),
        Sheet(
            name="listas",
            hidden="very_hidden",
            text="""
MINNA
MEC
""",
            told=":sheet_hidden",
        ),
    ],
)

HIDDEN_ROWS = Collected(
    says="Two rows and a column are hidden: what is shown is read, what is hidden is told with its numbers",
    platform="mesa",
    sheets=[
        Sheet(
            name="POA",
            text="""
Eje | Actividad | Responsable | Plazo | Presupuesto | Obs. internas
Prevención | Jornada en Pilar | MINNA | junio 2026 | 1.000.000 | revisar
Prevención | Jornada anulada | MINNA | julio 2026 | 2.000.000 |
Prevención | Otra anulada | MINNA | agosto 2026 | 2.000.000 |
Prevención | Jornada en Ayolas | MINNA | septiembre 2026 | 3.000.000 |
""",
            hidden_rows=[3, 4],
            hidden_columns="F:F",
            activities=[
                act(2, "Jornada en Pilar", "PRE", "minna", "2026-06-01/2026-06-30", budget=1_000_000),
                act(3, "Jornada anulada", "PRE", "minna", "2026-07-01/2026-07-31", budget=2_000_000),
                act(4, "Otra anulada", "PRE", "minna", "2026-08-01/2026-08-31", budget=2_000_000),
                act(5, "Jornada en Ayolas", "PRE", "minna", "2026-09-01/2026-09-30", budget=3_000_000),
            ],
            told="B3:rows_hidden F1:column_hidden",
        )
    ],
)

THREE_ROWS_OF_HEADING = Collected(
    says="A heading of three rows with groups inside groups: periods, and this year's money beside next year's",
    platform="conaeti",
    sheets=[
        Sheet(
            name="Matriz",
            text="""
Nº | ACTIVIDAD | RESPONSABLES | | PERÍODO | | PRESUPUESTO | |
 | | Principal | Apoyo | Desde | Hasta | Año 2026 | | Año 2027
 | | | | | | Monto | Fuente | Monto
Eje: Acceso y permanencia en la escuela
1 | Tutorías a la tarde | MEC | MINNA | @2026-03-02 | @2026-11-20 | #80000000 | FF 10 | #90000000
""",
            merges=["A1:A3", "B1:B3", "C1:D1", "E1:F1", "G1:I1", "G2:H2", "A4:I4"],
            activities=[
                act(
                    5,
                    "Tutorías a la tarde",
                    "PRE",
                    "mec",
                    "2026-03-02/2026-11-20",
                    "minna",
                    budget=80_000_000,
                    budget_source="FF 10",
                )
            ],
            told="I3:column_not_read",
        )
    ],
)
