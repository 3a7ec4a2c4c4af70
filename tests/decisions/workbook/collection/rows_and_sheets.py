"""Rows that are no activities, activities over several rows, and what else stands in a sheet. Synthetic."""

from collection_shelf import Collected, Sheet, act

FOOTERS = Collected(
    says="Totals, subtotals, notes, sources, signatures and page footers between and under the activities",
    platform="contrafor",
    sheets=[
        Sheet(
            name="POA",
            text=r"""
Eje | Actividad | Responsable | Plazo | Presupuesto
Prevención | Imprimir material | MTESS | abril 2026 | 10.000.000
 | Total Prevención | | | 10.000.000

Detección | Inspecciones | MTESS | mayo 2026 | 20.000.000
 | Total Detección | | | 20.000.000
TOTAL | | | | 30.000.000
Total en letras: treinta millones de guaraníes

Fuente: elaboración propia en base a la Estrategia Nacional
(*) Sujeto a disponibilidad presupuestaria
Observaciones: el plan se revisa cada semestre
Elaborado por: Secretaría Técnica | | Aprobado por: Plenaria
Asunción, 12 de marzo de 2026
Página 1 de 1
""",
            activities=[
                act(2, "Imprimir material", "PRE", "mtess", "2026-04-01/2026-04-30", budget=10_000_000),
                act(5, "Inspecciones", "DET", "mtess", "2026-05-01/2026-05-31", budget=20_000_000),
            ],
            also="B3:row_is_total A7:row_is_total",
        )
    ],
)

REPEATED = Collected(
    says="The same number on two activities, and one activity pasted twice",
    platform="contrafor",
    sheets=[
        Sheet(
            name="POA",
            text=r"""
N° | Eje | Actividad | Responsable | Plazo
1 | Prevención | Imprimir material | MTESS | abril 2026
2 | Prevención | Repartir material | MTESS | mayo 2026
2 | Prevención | Evaluar el material | MTESS | junio 2026
3 | Prevención | Repartir material | MTESS | mayo 2026
""",
            activities=[
                act(2, "Imprimir material", "PRE", "mtess", "2026-04-01/2026-04-30"),
                act(3, "Repartir material", "PRE", "mtess", "2026-05-01/2026-05-31"),
                act(4, "Evaluar el material", "PRE", "mtess", "2026-06-01/2026-06-30"),
                act(5, "Repartir material", "PRE", "mtess", "2026-05-01/2026-05-31"),
            ],
            told="A4:code_repeated C5:activity_repeated",
        )
    ],
)

STRUCK = Collected(
    says="A row struck through and another with one cell struck through; a comment on a cell is told",
    platform="contrafor",
    sheets=[
        Sheet(
            name="POA",
            text=r"""
Eje | Actividad | Responsable | Plazo | Presupuesto
Prevención | Imprimir material | MTESS | abril 2026 | 10.000.000
~Prevención~ | ~Pintar murales~ | ~MTESS~ | ~mayo 2026~ | ~1.000.000~
Prevención | Grabar cuñas | MTESS | ~junio 2026~ | 2.000.000
""",
            comments={"E2": "Pedir ampliación"},
            activities=[
                act(2, "Imprimir material", "PRE", "mtess", "2026-04-01/2026-04-30", budget=10_000_000),
                act(3, "Pintar murales", "PRE", "mtess", "2026-05-01/2026-05-31", budget=1_000_000),
                act(4, "Grabar cuñas", "PRE", "mtess", "2026-06-01/2026-06-30", budget=2_000_000),
            ],
            told="B3:row_struck D4:cell_struck",
        )
    ],
)

MERGED_ACTIVITIES = Collected(
    says="An activity merged over three indicators, and a budget merged over two activities, which is nobody's share",
    platform="contrafor",
    sheets=[
        Sheet(
            name="POA",
            text=r"""
Eje | Actividad | Indicador | Meta | Responsable | Plazo | Presupuesto
Prevención | Campaña nacional | Afiches impresos | 500 | MTESS | abril 2026 | 10.000.000
 | | Cuñas emitidas | 90 | | |
 | | Personas alcanzadas | 4000 | | |
Detección | Inspecciones en el este | Inspecciones | 10 | MTESS | mayo 2026 | 20.000.000
Detección | Inspecciones en el norte | Inspecciones | 12 | MTESS | junio 2026 |
""",
            merges=["A2:A4", "B2:B4", "E2:E4", "F2:F4", "G2:G4", "G5:G6"],
            activities=[
                act(
                    2,
                    "Campaña nacional",
                    "PRE",
                    "mtess",
                    "2026-04-01/2026-04-30",
                    budget=10_000_000,
                    indicator="Afiches impresos",
                    target=500,
                ),
                act(5, "Inspecciones en el este", "DET", "mtess", "2026-05-01/2026-05-31", budget=20_000_000),
                act(6, "Inspecciones en el norte", "DET", "mtess", "2026-06-01/2026-06-30"),
            ],
            told="C3:indicator_extra C4:indicator_extra G5:merged_cells! G6:merged_cells!",
        )
    ],
)

EMPTY_ROWS = Collected(
    says="Empty rows between activities, the heading repeated at each printed page, and a table that starts at D6",
    platform="contrafor",
    sheets=[
        Sheet(
            name="POA",
            text=r"""





 | | | Eje | Actividad | Responsable | Plazo
 | | | Prevención | Imprimir material | MTESS | abril 2026



 | | | Prevención | Repartir material | MTESS | mayo 2026
 | | | Eje | Actividad | Responsable | Plazo
 | | | Detección | Inspecciones | MTESS | junio 2026
""",
            activities=[
                act(7, "Imprimir material", "PRE", "mtess", "2026-04-01/2026-04-30"),
                act(11, "Repartir material", "PRE", "mtess", "2026-05-01/2026-05-31"),
                act(13, "Inspecciones", "DET", "mtess", "2026-06-01/2026-06-30"),
            ],
        )
    ],
)

SIDE_BY_SIDE = Collected(
    says="A second list stands to the right of the table, after an empty column: it is no part of the activities",
    platform="contrafor",
    sheets=[
        Sheet(
            name="POA",
            text=r"""
Eje | Actividad | Responsable | Plazo | | Referencias | Significado
Prevención | Imprimir material | MTESS | abril 2026 | | MTESS | Ministerio de Trabajo, Empleo y Seguridad Social
Prevención | Repartir material | MTESS | mayo 2026 | | FF 10 | Tesoro
""",
            activities=[
                act(2, "Imprimir material", "PRE", "mtess", "2026-04-01/2026-04-30"),
                act(3, "Repartir material", "PRE", "mtess", "2026-05-01/2026-05-31"),
            ],
            told="F1:column_not_read G1:column_not_read",
        )
    ],
)

LONG_ROWS = Collected(
    says="One activity runs over two rows because the text did not fit: the second row is told as its continuation",
    platform="mesa",
    sheets=[
        Sheet(
            name="POA",
            text=r"""
N° | Eje | Actividad | Responsable | Plazo | Presupuesto
1 | Prevención | Capacitar a conductores de transporte | SENATUR | abril 2026 | 1.000.000
 | | de media y larga distancia | | |
2 | Prevención | Reunión de cierre | MRE | diciembre 2026 | 0
""",
            activities=[
                act(
                    2,
                    "Capacitar a conductores de transporte",
                    "PRE",
                    "senatur",
                    "2026-04-01/2026-04-30",
                    budget=1_000_000,
                ),
                act(4, "Reunión de cierre", "PRE", "mre", "2026-12-01/2026-12-31", budget=0),
            ],
            told="C3:row_continues",
        )
    ],
)

AXIS_TYPED_ONCE = Collected(
    says="The axis typed once and left empty below, without a merge, and one that the platform does not have",
    platform="mesa",
    sheets=[
        Sheet(
            name="POA",
            text=r"""
Eje | Actividad | Responsable | Plazo
Prevención | Primera | MINNA | abril 2026
 | Segunda | MINNA | mayo 2026
Eje 7: Cooperación espacial | Tercera | MINNA | junio 2026
Invesigación y sansión | Cuarta | MP | julio 2026
""",
            activities=[
                act(2, "Primera", "PRE", "minna", "2026-04-01/2026-04-30"),
                act(3, "Segunda", "PRE", "minna", "2026-05-01/2026-05-31"),
                act(4, "Tercera", None, "minna", "2026-06-01/2026-06-30"),
                act(5, "Cuarta", "SAN", "mp", "2026-07-01/2026-07-31"),
            ],
            told="A4:axis_unknown!",
            also="A1:axis_filled_down A5:axis_read_as",
        )
    ],
)

STATUS_AND_PROGRESS = Collected(
    says="A follow-up matrix: state and progress in words and numbers, and next year's column",
    platform="mesa",
    sheets=[
        Sheet(
            name="Seguimiento",
            text=r"""
Eje | Actividad | Responsable | Fecha de inicio | Fecha de finalización | Estado | % de avance | Observaciones
Prevención | Primera | MINNA | @2026-02-01 | @2026-04-30 | Finalizada | #1 |
Prevención | Segunda | MINNA | @2026-03-01 | @2026-06-30 | En ejecución | 45 % | faltan dos talleres
Prevención | Tercera | MINNA | @2026-07-01 | @2026-08-31 | No iniciada | 0 |
Prevención | Cuarta | MINNA | @2026-07-01 | @2026-08-31 | Trabado | 150% |
""",
            formats={"G2": "0%"},
            activities=[
                act(2, "Primera", "PRE", "minna", "2026-02-01/2026-04-30", status="completed", progress=100),
                act(3, "Segunda", "PRE", "minna", "2026-03-01/2026-06-30", progress=45),
                act(4, "Tercera", "PRE", "minna", "2026-07-01/2026-08-31", status="planned", progress=0),
                act(5, "Cuarta", "PRE", "minna", "2026-07-01/2026-08-31", status=None, progress=None),
            ],
            told="F5:status_unknown G5:progress_out_of_range!",
        )
    ],
)

AMOUNTS_SCALED = Collected(
    says="The heading says that amounts are in millions of guaraníes, another that they are in dollars",
    platform="contrafor",
    sheets=[
        Sheet(
            name="En millones",
            text=r"""
Eje | Actividad | Responsable | Plazo | Presupuesto (en millones de Gs.)
Prevención | Imprimir material | MTESS | abril 2026 | #12.5
""",
            activities=[
                act(2, "Imprimir material", "PRE", "mtess", "2026-04-01/2026-04-30", budget=12_500_000)
            ],
        ),
        Sheet(
            name="En dólares",
            text=r"""
Eje | Actividad | Responsable | Plazo | Presupuesto (USD)
Prevención | Traducir material | MTESS | mayo 2026 | #1500
""",
            activities=[act(2, "Traducir material", "PRE", "mtess", "2026-05-01/2026-05-31")],
            told="E2:currency_not_guaranies!",
        ),
    ],
)

WEEKS = Collected(
    says="A chronogram by weeks of three months, with a two-row heading, and X in the weeks",
    platform="mesa",
    sheets=[
        Sheet(
            name="Plan trimestral",
            text=r"""
Eje | Actividad | Responsable | Abril | | | | Mayo | | | | Junio | | |
 | | | S1 | S2 | S3 | S4 | S1 | S2 | S3 | S4 | S1 | S2 | S3 | S4
Prevención | Preparar el curso | MINNA | X | X | | | | | | | | | |
Prevención | Dictar el curso | MINNA | | | | | X | X | X | X | X | | |
""",
            merges=["A1:A2", "B1:B2", "C1:C2", "D1:G1", "H1:K1", "L1:O1"],
            activities=[
                act(3, "Preparar el curso", "PRE", "minna", "2026-04-01/2026-04-30"),
                act(4, "Dictar el curso", "PRE", "minna", "2026-05-01/2026-06-30"),
            ],
        )
    ],
)

PERSONAL = Collected(
    says="Personal data inside texts is warned of and never repeated; places and schools named after people are not",
    platform="mesa",
    sheets=[
        Sheet(
            name="POA",
            text=r"""
Eje | Actividad | Responsable | Plazo | Observaciones
Prevención | Charla en el barrio Dr. Francia de Encarnación | MINNA | abril 2026 | coordina la Lic. Marta Sintética Ejemplo
Prevención | Taller en Mcal. Estigarribia y Dr. Botrell | MINNA | mayo 2026 | llamar al 0981-000-000
Prevención | Jornada en Dr. Juan Eulogio Estigarribia | MINNA | junio 2026 | escribir a nadie.sintetico@example.org
Prevención | Acompañar a la Sra. Juana Sintética en su denuncia | MINNA | julio 2026 |
Prevención | Difundir en calle Dr. Pedro Peña | MINNA | julio 2026 | mesa de entrada: mesa@example.gov.py
""",
            activities=[
                act(
                    2,
                    "Charla en el barrio Dr. Francia de Encarnación",
                    "PRE",
                    "minna",
                    "2026-04-01/2026-04-30",
                ),
                act(3, "Taller en Mcal. Estigarribia y Dr. Botrell", "PRE", "minna", "2026-05-01/2026-05-31"),
                act(4, "Jornada en Dr. Juan Eulogio Estigarribia", "PRE", "minna", "2026-06-01/2026-06-30"),
                act(
                    5,
                    "Acompañar a la Sra. Juana Sintética en su denuncia",
                    "PRE",
                    "minna",
                    "2026-07-01/2026-07-31",
                ),
                act(6, "Difundir en calle Dr. Pedro Peña", "PRE", "minna", "2026-07-01/2026-07-31"),
            ],
            told="E2:looks_personal E3:looks_personal E4:looks_personal B5:looks_personal",
        )
    ],
)
