"""Plans that an outsider made to see what gets lost: each failed once, and is kept small. Synthetic."""

import unicodedata

from collection_shelf import Collected, Sheet, act

MAY = "2026-05-01/2026-05-31"

HEADINGS_AS_TYPED = Collected(
    says="«N.º» with its ordinal sign, a geographic area, «Cuánto (Gs.)», words cut at the end of the line",
    platform="contrafor",
    sheets=[
        Sheet(
            name="Plan",
            text=r"""
N.º | Eje | ACTI-\nVIDADES | Respon-\nsable | COLABO-\nRADORES | Área geográfica | Plazo | Cuánto (Gs.)
#1 | Prevención | Spots en lengua nivaclé | INDI | MINNA | Pte. Hayes y Boquerón | mayo 2026 | 3.500.000
#2 | Sanción | Revisión de sumarios | MTESS | | Nacional | mayo 2026 | #40000000
""",
            activities=[
                act(
                    2,
                    "Spots en lengua nivaclé",
                    "PRE",
                    "indi",
                    MAY,
                    "minna",
                    "PY-15 PY-19",
                    3_500_000,
                    code="1",
                ),
                act(3, "Revisión de sumarios", "SAN", "mtess", MAY, budget=40_000_000, code="2"),
            ],
        ),
        Sheet(
            name="Gastos",
            text=r"""
Eje | Actividad | Responsable | Plazo | Estimado Gs. | Pagado Gs.
Prevención | Feria de derechos | MTESS | mayo 2026 | #900000 | #100000
""",
            activities=[act(2, "Feria de derechos", "PRE", "mtess", MAY, budget=900_000)],
            told="F1:column_not_read",
        ),
    ],
)

OBJECTIVES_OVER_TABLES = Collected(
    says="A table under each objective, with the heading again: the objective is no title of another table",
    platform="mesa",
    sheets=[
        Sheet(
            name="Matriz",
            text=r"""
Actividad | Eje | Responsable | Plazo
Plenarias | Prevención | MRE | mayo 2026
SUBTOTAL

OBJETIVO 2: Asistir a las víctimas
Actividad | Eje | Responsable | Plazo
Kits de higiene | Prevención | MDS | mayo 2026
""",
            activities=[
                act(2, "Plenarias", "PRE", "mre", MAY, objective=""),
                act(7, "Kits de higiene", "PRE", "mds", MAY, objective="Asistir a las víctimas"),
            ],
        )
    ],
)

AXES_OVER_TASKS = Collected(
    says="Tasks grouped by activity, with the axis and the objective on lines of their own in the activity's column",
    platform="mesa",
    sheets=[
        Sheet(
            name="POA",
            text=r"""
Actividad | Tareas | Responsable | Plazo
EJE II: PREVENCIÓN
Objetivo estratégico 2.1: Sensibilizar
Campaña contra el criadazgo | Diseñar las piezas | MINNA | mayo 2026
 | Difundir las piezas | MITIC | mayo 2026
EJE III: ATENCIÓN
Guía de atención | Redactar la guía | MSPBS | mayo 2026
""",
            activities=[
                act(
                    4,
                    "Diseñar las piezas",
                    "PRE",
                    "minna",
                    MAY,
                    objective="Sensibilizar",
                    line_of_action="Campaña contra el criadazgo",
                ),
                act(5, "Difundir las piezas", "PRE", "mitic", MAY, objective="Sensibilizar"),
                act(
                    7,
                    "Redactar la guía",
                    "ATE",
                    "mspbs",
                    MAY,
                    objective="",
                    line_of_action="Guía de atención",
                ),
            ],
            also="A1:column_read_as",
        )
    ],
)

IN_ENGLISH = Collected(
    says="A project's plan in English: axes, «National» and «Nationwide»",
    platform="contrafor",
    sheets=[
        Sheet(
            name="Work plan",
            text=r"""
No. | Axis | Activity | Lead institution | Department | Start date | End date
#1 | Support for victims | Return fund | MDS | National | @2026-05-01 | @2026-05-31
#2 | Punishment | Case review | MP | Nationwide | @2026-05-01 | @2026-05-31
#3 | Institutional strengthening | Registry | MTESS | Boquerón | @2026-05-01 | @2026-05-31
""",
            activities=[
                act(2, "Return fund", "ATE", "mds", MAY),
                act(3, "Case review", "SAN", "mp", MAY),
                act(4, "Registry", "FOR", "mtess", MAY, departments="PY-19"),
            ],
        )
    ],
)

WAITING_TO_BE_FILLED = Collected(
    says="A form with its rows numbered and only the first one filled in: the others are told once",
    platform="mesa",
    sheets=[
        Sheet(
            name="POA",
            text=r"""
N° | Eje | Actividad | Responsable | Plazo
#1 | Prevención | Ferias | MRE | mayo 2026
#2
#3
#4
""",
            activities=[act(2, "Ferias", "PRE", "mre", MAY)],
            also="A3:row_unfilled",
        )
    ],
)

FROM_A_CONVERSATION = Collected(
    says="Lines copied from a conversation, with who wrote them and when",
    platform="mesa",
    sheets=[
        Sheet(
            name="POA",
            text=r"""
Eje | Actividad | Responsable | Plazo | Observaciones
Prevención | 12/3/26, 09:14 - Persona Sintética: hacer la feria | MRE | mayo 2026 |
Prevención | Feria de las 14:00 | MRE | mayo 2026 | Pegado: [12/3/26 9:14 a. m.] Lic. Persona Sintética: de acuerdo
Prevención | Reunión 12/3/26, 09:14 horas: plenaria | MRE | mayo 2026 |
""",
            activities=[
                act(2, "12/3/26, 09:14 - Persona Sintética: hacer la feria", "PRE", "mre", MAY),
                act(3, "Feria de las 14:00", "PRE", "mre", MAY),
                act(4, "Reunión 12/3/26, 09:14 horas: plenaria", "PRE", "mre", MAY),
            ],
            told="B2:looks_personal E3:looks_personal",
        )
    ],
)

WHO_HELPS_WHOM = Collected(
    says="«MTESS (con apoyo del MEC)» says that the MEC helps; «y/o»; a ministry by its minister",
    platform="conaeti",
    sheets=[
        Sheet(
            name="POA",
            text=r"""
Eje | Actividad | Responsable | Plazo
Prevención | Una | MTESS (con apoyo del MEC) | mayo 2026
Prevención | Dos | MINNA y/o CODENI | mayo 2026
Prevención | Tres | Ministra de la Mujer | mayo 2026
Prevención | Cuatro | MEC (apoyo), MINNA | mayo 2026
""",
            activities=[
                act(2, "Una", "PRE", "mtess", MAY, "mec"),
                act(3, "Dos", "PRE", "minna", MAY, "codeni"),
                act(4, "Tres", "PRE", "minmujer", MAY),
                act(5, "Cuatro", "PRE", "mec", MAY, "minna"),
            ],
            told="C5:lead_doubtful",
        )
    ],
)

PASTED_IN_CAPITALS = Collected(
    says="The same activity twice, the second time in capitals, with a full stop and another number",
    platform="contrafor",
    sheets=[
        Sheet(
            name="POA",
            text=r"""
N° | Eje | Actividad | Responsable | Plazo | Departamento
1.1 | Detección | Inspección nocturna | MTESS | mayo 2026 | Guairá
1.2 | Detección | INSPECCIÓN NOCTURNA. | MTESS | mayo 2026 | Guairá
""",
            activities=[
                act(2, "Inspección nocturna", "DET", "mtess", MAY, departments="PY-4"),
                act(3, "INSPECCIÓN NOCTURNA.", "DET", "mtess", MAY, departments="PY-4"),
            ],
            told="C3:activity_repeated",
        )
    ],
)

PLACES_AS_ADDRESSES = Collected(
    says="Places as in an address, towns misspelt, and what is no place of a department",
    platform="mesa",
    sheets=[
        Sheet(
            name="POA",
            text=r"""
Eje | Actividad | Responsable | Lugar | Plazo
Prevención | Una | MEC | Bañado Sur, Asunción | mayo 2026
Prevención | Dos | MEC | San Pedro del Ycuamandyyú | mayo 2026
Prevención | Tres | MEC | San Pedro del Ycuamandyjú | mayo 2026
Prevención | Cuatro | MEC | P. J. Caballero | mayo 2026
Prevención | Cinco | MEC | Frontera con Brasil | mayo 2026
Prevención | Seis | MEC | Bañado Sur y Asunción | mayo 2026
""",
            activities=[
                act(2, "Una", "PRE", "mec", MAY, departments="PY-ASU"),
                act(3, "Dos", "PRE", "mec", MAY, departments="PY-2"),
                act(4, "Tres", "PRE", "mec", MAY, departments="PY-2"),
                act(5, "Cuatro", "PRE", "mec", MAY, departments="PY-13"),
                act(6, "Cinco", "PRE", "mec", MAY),
                act(7, "Seis", "PRE", "mec", MAY),
            ],
            told="D2:department_of_place D4:department_read_as D6:department_unknown! D7:department_unknown!",
        )
    ],
)

STATE_BESIDE_PERCENTAGE = Collected(
    says="«Estado de avance» in words beside «% de ejecución»: both are read",
    platform="contrafor",
    sheets=[
        Sheet(
            name="POA",
            text=r"""
Eje | Actividad | Responsable | Plazo | Estado de avance | % de ejecución
Prevención | Curso virtual | SNPP | mayo 2026 | Finalizado | 100%
Detección | Encuesta | INE | mayo 2026 | En proceso | 35%
""",
            activities=[
                act(2, "Curso virtual", "PRE", "snpp", MAY, status="completed", progress=100),
                act(3, "Encuesta", "DET", "ine", MAY, status="in_progress", progress=35),
            ],
        )
    ],
)

MONEY_OF_EACH_ROW = Collected(
    says="A column that names the currency of each amount: dollars are no guaraníes",
    platform="mesa",
    sheets=[
        Sheet(
            name="POA",
            text=r"""
Eje | Actividad | Responsable | Plazo | Moneda | Monto
Prevención | Una | MEC | mayo 2026 | PYG | #5000000
Prevención | Dos | MEC | mayo 2026 | USD | #1500
Prevención | Tres | MEC | mayo 2026 | | #700000
Prevención | Cuatro | MEC | mayo 2026 | Pesos argentinos | 90.000
Prevención | Cinco | MEC | mayo 2026 | Guaraníes | 90.000
""",
            activities=[
                act(2, "Una", "PRE", "mec", MAY, budget=5_000_000),
                act(3, "Dos", "PRE", "mec", MAY),
                act(4, "Tres", "PRE", "mec", MAY, budget=700_000),
                act(5, "Cuatro", "PRE", "mec", MAY),
                act(6, "Cinco", "PRE", "mec", MAY, budget=90_000),
            ],
            told="F3:currency_not_guaranies! F5:currency_not_guaranies!",
        )
    ],
)

SEVERAL_IN_A_CELL = Collected(
    says="A cell that numbers three activities is told; details under one activity are not; accents as a Mac has them",
    platform="mesa",
    sheets=[
        Sheet(
            name="POA",
            text=(
                r"""
Eje | Actividad | Responsable | Plazo
Prevención | 1. Diseñar guía\n2. Imprimir guía\n3. Distribuir guía | MEC | mayo 2026
Prevención | Ferias:\n- en Pilar\n- en Alberdi | MEC | mayo 2026
"""
                + unicodedata.normalize("NFD", "Prevención | Acción con ñandutí | MEC | mayo 2026\n")
            ),
            activities=[
                act(2, "Diseñar guía 2. Imprimir guía 3. Distribuir guía", "PRE", "mec", MAY),
                act(3, "Ferias: - en Pilar - en Alberdi", "PRE", "mec", MAY),
                act(4, "Acción con ñandutí", "PRE", "mec", MAY),
            ],
            told="B2:title_lists_several",
        )
    ],
)

FOLLOWED_UP = Collected(
    says="A sheet that follows up the activities of the plan, without axes: no second activity is made of them",
    platform="mesa",
    sheets=[
        Sheet(
            name="Matriz POA",
            text=r"""
N° | Eje | Actividad | Responsable | Plazo | Costo
#1 | Prevención | Guía escolar | MEC | agosto (2da. quincena) | ≈ 3.000.000
#2 | Prevención | Refugio temporal | MinMujer | mayo, 1ra semana | #90000000
""",
            activities=[
                act(2, "Guía escolar", "PRE", "mec", "2026-08-16/2026-08-31", budget=3_000_000),
                act(3, "Refugio temporal", "PRE", "minmujer", "2026-05-01/2026-05-07", budget=90_000_000),
            ],
        ),
        Sheet(
            name="Seguimiento trimestral",
            text=r"""
N° | Actividad | Responsable | Avance T1 | Avance T2 | Observaciones
#1 | Guía escolar | MEC | 50% | | en imprenta
#2 | Refugio temporal | MinMujer | 0% | |
""",
            told=":sheet_ignored",
        ),
        Sheet(
            name="Otras",
            text=r"""
N° | Eje | Actividad | Responsable | Plazo
#3 | Prevención | Feria | MRE | mayo 2026
""",
            activities=[act(2, "Feria", "PRE", "mre", MAY)],
        ),
    ],
)

DASHES_BESIDE_MONEY = Collected(
    says="A dash beside an amount is no minus; a second amount in a remark is told",
    platform="mesa",
    sheets=[
        Sheet(
            name="POA",
            text=r"""
Eje | Actividad | Responsable | Plazo | Costo
Prevención | Una | MEC | mayo 2026 | 5.000.000 - FF 10
Prevención | Dos | MEC | mayo 2026 | (Gs.) 5.000.000
Prevención | Tres | MEC | mayo 2026 | 5.000.000 (OIT - MTESS)
Prevención | Cuatro | MEC | mayo 2026 | Gs. -500.000
Prevención | Cinco | MEC | mayo 2026 | 3.000.000 (OIT: 1.000.000)
""",
            activities=[
                act(2, "Una", "PRE", "mec", MAY, budget=5_000_000),
                act(3, "Dos", "PRE", "mec", MAY, budget=5_000_000),
                act(4, "Tres", "PRE", "mec", MAY, budget=5_000_000),
                act(5, "Cuatro", "PRE", "mec", MAY),
                act(6, "Cinco", "PRE", "mec", MAY, budget=3_000_000),
            ],
            told="E5:amount_negative!",
            also="E6:amount_beside",
        )
    ],
)

TABLES_SIDE_BY_SIDE = Collected(
    says="Two tables of activities side by side: the right one is not lost in silence, the file is refused",
    platform="mesa",
    sheets=[
        Sheet(
            name="Dos ejes",
            text=r"""
Actividad | Eje | Responsable | Plazo | | Actividad | Eje | Responsable | Plazo
Plenarias | Prevención | MRE | mayo 2026 | | Kits de higiene | Atención | MDS | mayo 2026
Volantes | Prevención | MRE | mayo 2026 | | Albergue transitorio | Atención | MDS | mayo 2026
""",
            activities=[
                act(2, "Plenarias", "PRE", "mre", MAY),
                act(3, "Volantes", "PRE", "mre", MAY),
            ],
            told="F1:tables_side_by_side!",
        )
    ],
)
