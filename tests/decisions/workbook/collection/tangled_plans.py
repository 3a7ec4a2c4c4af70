"""Plans that went through many hands: pasted parts, helper sheets that look like plans, a long day. Synthetic."""

from collection_shelf import Collected, Sheet, act

AXIS_IN_A_TITLE = Collected(
    says="Sheets called only «Eje 1» and «Eje 2», the axis' name in a merged title, headings at rows 12 and 5",
    platform="conaeti",
    sheets=[
        Sheet(
            name="Eje 1",
            text=r"""


 | COMISIÓN NACIONAL PARA LA PREVENCIÓN Y ERRADICACIÓN DEL TRABAJO INFANTIL
 | PLAN OPERATIVO ANUAL 2026

 | EJE 1: MECANISMOS DE CONTROL Y GESTIÓN ENTRE SECTORES Y NIVELES
 | Objetivo: Consolidar la gestión de la Comisión

 | Fecha de actualización: 10/02/2026


 | N° | ACTIVIDADES | RESPONSABLE | APOYO | ENE | FEB | MAR | ABR | MAY | JUN | JUL | AGO | SEP | OCT | NOV | DIC | MONTO (GS)
 | 1 | Sesiones plenarias | MTESS | Todas las instituciones | | X | | | | | | | | | | | 2.000.000
 | 2 | Informe semestral de avances | MTESS | INE | | | | | | X | X | | | | | | 0
""",
            merges=["B3:S3", "B4:S4", "B6:S6", "B7:S7"],
            activities=[
                act(13, "Sesiones plenarias", "FOR", "mtess", "2026-02-01/2026-02-28", budget=2_000_000),
                act(
                    14,
                    "Informe semestral de avances",
                    "FOR",
                    "mtess",
                    "2026-06-01/2026-07-31",
                    "ine",
                    budget=0,
                    objective="Consolidar la gestión de la Comisión",
                ),
            ],
            also="E13:institution_everyone",
        ),
        Sheet(
            name="Eje 2",
            text=r"""
EJE 2: ACCESO Y PERMANENCIA EN LA ESCUELA



N° | ACTIVIDADES | RESPONSABLE | APOYO | PLAZO | MONTO (GS)
1 | Entrega de kits escolares | MEC | Gobernaciones | febrero de 2026 | 350.000.000
""",
            merges=["A1:F1"],
            activities=[
                act(
                    6,
                    "Entrega de kits escolares",
                    "PRE",
                    "mec",
                    "2026-02-01/2026-02-28",
                    "gobernaciones",
                    budget=350_000_000,
                )
            ],
        ),
    ],
)

MERGED_DOWN = Collected(
    says="Axis by number, objective and line merged downwards, several lines in one cell, a bullet before each activity",
    platform="contrafor",
    sheets=[
        Sheet(
            name="Matriz",
            text=r"""
Eje | Objetivo específico | Líneas de acción | Acciones | Indicadores | Medios de verificación | Responsables | Tiempo | Recursos (Gs.)
1 | Contar con un sistema de datos | Registro único | • Diseñar la ficha única | Ficha diseñada | Documento | MTESS\nINE | ene-mar 2026 | 5.000.000
 | | | • Cargar los casos de 2025 | Casos cargados | Sistema | MTESS | abr-jun 2026 | 3.000.000
 | | Observatorio | - Publicar el boletín | 2 boletines | Web | MTESS - Observatorio Laboral | 2do semestre | 1.500.000
3 | Detectar a tiempo | Inspección móvil | • Recorridas por obrajes | 6 recorridas | Actas | MTESS\nPN\nMP | abr-nov 2026 | 60.000.000
""",
            merges=["A2:A4", "B2:B4", "C2:C3"],
            activities=[
                act(
                    2,
                    "Diseñar la ficha única",
                    "FOR",
                    "mtess",
                    "2026-01-01/2026-03-31",
                    "ine",
                    budget=5_000_000,
                    line_of_action="Registro único",
                ),
                act(3, "Cargar los casos de 2025", "FOR", "mtess", "2026-04-01/2026-06-30", budget=3_000_000),
                act(
                    4,
                    "Publicar el boletín",
                    "FOR",
                    "mtess",
                    "2026-07-01/2026-12-31",
                    budget=1_500_000,
                    objective="Contar con un sistema de datos",
                    line_of_action="Observatorio",
                ),
                act(
                    5,
                    "Recorridas por obrajes",
                    "DET",
                    "mtess",
                    "2026-04-01/2026-11-30",
                    "pn mp",
                    budget=60_000_000,
                ),
            ],
            also="H4:date_read_as G2:lead_several",
        )
    ],
)

TWO_PLANS_IN_A_SHEET = Collected(
    says="Two tables of activities one under the other with different columns: quarters above, dates below",
    platform="mesa",
    sheets=[
        Sheet(
            name="Plan 2026",
            text=r"""
ACTIVIDADES DE LA SUBCOMISIÓN DE PREVENCIÓN
Eje | Actividad | Responsable | T1 | T2 | T3 | T4 | Gs.
Prevención | Charlas en terminales | SENATUR | | x | x | | 4.000.000
Prevención | Material en guaraní | MITIC | x | | | | 6.000.000

ACTIVIDADES DE LA SUBCOMISIÓN DE ATENCIÓN
Nro | Eje | Actividad | Institución responsable | Desde | Hasta | Presupuesto
1 | Atención | Protocolo de derivación | MinMujer | 02/03/2026 | 30/04/2026 | 1.000.000
2 | Atención | Acompañamiento jurídico | MDP | 15/03/2026 | 15/12/2026 | 9.000.000
""",
            activities=[
                act(3, "Charlas en terminales", "PRE", "senatur", "2026-04-01/2026-09-30", budget=4_000_000),
                act(4, "Material en guaraní", "PRE", "mitic", "2026-01-01/2026-03-31", budget=6_000_000),
                act(
                    8,
                    "Protocolo de derivación",
                    "ATE",
                    "minmujer",
                    "2026-03-02/2026-04-30",
                    budget=1_000_000,
                ),
                act(
                    9,
                    "Acompañamiento jurídico",
                    "ATE",
                    "mdp",
                    "2026-03-15/2026-12-15",
                    budget=9_000_000,
                ),
            ],
            also="E8:date_day_first",
        )
    ],
)

LONG_TERM = Collected(
    says="Deadlines as three columns to mark: short, medium and long term; none of them is a date and this is told",
    platform="mesa",
    sheets=[
        Sheet(
            name="Plan estratégico",
            text=r"""
Eje | Actividad | Responsable | Plazo | | | Presupuesto estimado
 | | | Corto | Mediano | Largo |
Prevención | Estrategia de comunicación | MITIC | X | | | 10.000.000
Sanción | Reforma legal | MP | | | X |
""",
            merges=["A1:A2", "B1:B2", "C1:C2", "D1:F1", "G1:G2"],
            activities=[
                act(3, "Estrategia de comunicación", "PRE", "mitic", budget=10_000_000),
                act(4, "Reforma legal", "SAN", "mp"),
            ],
            told="D2:term_columns B3:dates_missing B4:dates_missing",
        )
    ],
)

HELPER_SHEETS = Collected(
    says="An example and a list of activities to choose from have the plan's headings: they are told and not read",
    platform="mesa",
    sheets=[
        Sheet(
            name="Ejemplo",
            text=r"""
Eje | Actividad | Responsable | Plazo
Prevención | Taller de ejemplo | MINNA | marzo 2026
""",
            told=":sheet_ignored",
        ),
        Sheet(
            name="Plan",
            text=r"""
Eje | Actividad | Responsable | Plazo
(número) | (verbo en infinitivo) | (sigla) | (mes y año)
Prevención | Taller verdadero | MINNA | abril 2026
""",
            activities=[act(3, "Taller verdadero", "PRE", "minna", "2026-04-01/2026-04-30")],
        ),
        Sheet(
            name="Lista de actividades",
            text=r"""
Eje | Actividad | Responsable | Plazo
Prevención | Otra posible | MEC | sin definir
""",
            told=":sheet_ignored",
        ),
        Sheet(name="Hoja3", text=""),
    ],
)

NO_TABLE = Collected(
    says="A plan written as running text, with one line for each activity: told, and nothing is made up",
    platform="mesa",
    sheets=[
        Sheet(
            name="Plan",
            text=r"""
Plan de trabajo 2026
1. Realizar talleres en marzo (responsable: MINNA)
2. Hacer campañas en abril (responsable: MinMujer)
""",
        )
    ],
    told=":header_missing!",
)

TIRED = Collected(
    says="All in small letters and shortened, questions instead of headings, one word for an axis, doubts in every row",
    platform="contrafor",
    sheets=[
        Sheet(
            name="plan operat",
            text=r"""
ministerio de trabajo
plan 2026 contrafor version final final 2
n | eje | accion | quien | con quien | cuando | cuanto | obs
1 | forta | reunion | mtess | mp y pn | fin de mes | 1 millon |
2 | prev | taller en caaguazú | DGPNA | codeni | marzo aprox | 2 millones y medio | ver con la ministra
3 | detec. | fiscalizar | dgif | . | todos los lunes | 500.000 x mes |
4 | atencion a victimas | asistir | defensoría | minmujer? | enero-feb y julio | ??? |
5 | sanción / prevención | juicio | fiscalia | | 2do trim 26 | nada |
""",
            activities=[
                act(4, "reunion", "FOR", "mtess", partners="mp pn", budget=1_000_000),
                act(
                    5,
                    "taller en caaguazú",
                    "PRE",
                    "mtess",
                    "2026-03-01/2026-03-31",
                    "codeni",
                    budget=2_500_000,
                    observations="ver con la ministra",
                ),
                act(6, "fiscalizar", "DET", "mtess", "2026-01-01/2026-12-31"),
                act(7, "asistir", "ATE", "defensoria", partners="minmujer"),
                act(8, "juicio", "SAN", "mp", "2026-04-01/2026-06-30"),
            ],
            told="F4:date_vague G6:amount_not_understood! F7:date_not_understood B8:axis_doubtful "
            "G8:amount_without_number",
            also="B4:axis_read_as B5:axis_read_as F5:date_read_as G5:amount_in_words F6:date_whole_year "
            "F8:date_read_as G7:amount_undefined",
        )
    ],
)

ENGLISH_AND_MONEY = Collected(
    says="A project's English plan of two axes with dollars and guaraníes side by side and an institution in English",
    platform="mesa",
    sheets=[
        Sheet(
            name="Workplan",
            text=r"""
Axis | Activity | Responsible institution | Timeline | Budget (USD) | Budget (PYG)
Axis 2: Prevention | Radio spots | Ministry of Women | January - March 2026 | #1000 | #7300000
Prevention | School visits | MINNA | Q2 2026 | #500 | #3650000
""",
            activities=[
                act(2, "Radio spots", "PRE", None, "2026-01-01/2026-03-31", budget=7_300_000),
                act(3, "School visits", "PRE", "minna", "2026-04-01/2026-06-30", budget=3_650_000),
            ],
            told="C2:institution_unknown! E1:column_not_read",
            also="A2:axis_read_as",
        )
    ],
)
