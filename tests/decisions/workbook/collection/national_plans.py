"""Plans of the three national platforms, in the layouts that their coordinators keep. All of it synthetic."""

from collection_shelf import Collected, Sheet, act

STRATEGIC = Collected(
    says="A strategic plan: three lines of letterhead and an act, the heading at row 9, axes merged downwards",
    platform="contrafor",
    sheets=[
        Sheet(
            name="PLAN OPERATIVO 2026",
            text=r"""
 | REPÚBLICA DEL PARAGUAY
 | MINISTERIO DE TRABAJO, EMPLEO Y SEGURIDAD SOCIAL
 | COMISIÓN NACIONAL DE DERECHOS FUNDAMENTALES EN EL TRABAJO Y PREVENCIÓN DEL TRABAJO FORZOSO

 | MATRIZ DE PLANIFICACIÓN - EJERCICIO FISCAL 2026
 | Aprobado por Acta N° 14 (muestra sintética)


 | EJE | OBJETIVO ESTRATÉGICO | LÍNEA DE ACCIÓN | ACTIVIDAD | INDICADOR | MEDIO DE VERIFICACIÓN | RESPONSABLE | CORRESPONSABLE | PLAZO | PRESUPUESTO | FUENTE
 | Eje 1. Fortalecimiento institucional | OE1. Contar con instituciones que articulan | 1.1 Formación de funcionarios | Formar a 30 inspectores en indicadores de trabajo forzoso | N° de inspectores formados | Planillas de asistencia | MTESS | MP; MDP | 1er semestre 2026 | Gs. 45.000.000 | FF 10
 | | | | Aprobar el reglamento interno de la Comisión | Reglamento aprobado | Resolución | MTESS | | Marzo 2026 | Sin costo |
 | Eje 2. Prevención | OE2. Población informada | 2.1 Campañas | Emitir microprogramas en radios comunitarias del Chaco | N° de emisiones | Certificados de emisión | MITIC | INDI y Gobernación de Boquerón | abril a octubre 2026 | ₲ 18.500.000 | FF 10
 | Eje 3. Detección | OE3. Casos detectados | 3.1 Inspección | Fiscalizar estancias del Chaco con equipos móviles | N° de estancias fiscalizadas | Actas | MTESS | PN, MP | 01/02/2026 al 30/11/2026 | 120.000.000 | FF 30
""",
            merges=["B10:B11", "C10:C11", "D10:D11"],
            activities=[
                act(
                    10,
                    "Formar a 30 inspectores en indicadores de trabajo forzoso",
                    "FOR",
                    "mtess",
                    "2026-01-01/2026-06-30",
                    "mp mdp",
                    budget=45_000_000,
                    objective="OE1. Contar con instituciones que articulan",
                    indicator="N° de inspectores formados",
                    budget_source="FF 10",
                ),
                act(
                    11,
                    "Aprobar el reglamento interno de la Comisión",
                    "FOR",
                    "mtess",
                    "2026-03-01/2026-03-31",
                    budget=0,
                ),
                act(
                    12,
                    "Emitir microprogramas en radios comunitarias del Chaco",
                    "PRE",
                    "mitic",
                    "2026-04-01/2026-10-31",
                    "indi gob_boqueron",
                    budget=18_500_000,
                ),
                act(
                    13,
                    "Fiscalizar estancias del Chaco con equipos móviles",
                    "DET",
                    "mtess",
                    "2026-02-01/2026-11-30",
                    "pn mp",
                    budget=120_000_000,
                    means_of_verification="Actas",
                ),
            ],
        )
    ],
)

SHEET_PER_AXIS = Collected(
    says="One sheet per axis, the axis only in the sheet's name; cover, index, catalogues and charts beside them",
    platform="conaeti",
    sheets=[
        Sheet(
            name="Portada",
            text="""
Estrategia Nacional de Prevención y Erradicación del Trabajo Infantil
Plan operativo 2026
Elaborado por la Secretaría Técnica
""",
        ),
        Sheet(
            name="Índice",
            text="""
Hoja | Contenido
Eje 1 Gestión | Actividades del eje 1
Eje 2 Escuela | Actividades del eje 2
""",
        ),
        Sheet(
            name="Eje 1 Gestión y coordinación",
            text="""
Nro. | Actividad | Responsable | Inicio | Fin | Costo estimado (Gs.)
1 | Reunión plenaria trimestral de la Comisión | MTESS | @2026-03-01 | @2026-12-15 | #0
2 | Actualizar el mapa de actores | MTESS | @2026-02-02 | @2026-04-30 | #15000000
""",
            activities=[
                act(
                    2,
                    "Reunión plenaria trimestral de la Comisión",
                    "FOR",
                    "mtess",
                    "2026-03-01/2026-12-15",
                    budget=0,
                ),
                act(
                    3,
                    "Actualizar el mapa de actores",
                    "FOR",
                    "mtess",
                    "2026-02-02/2026-04-30",
                    budget=15_000_000,
                ),
            ],
        ),
        Sheet(
            name="Eje 2 Escuela",
            text="""
Nro. | Actividad | Responsable | Inicio | Fin | Costo estimado (Gs.)
1 | Becas para adolescentes que vuelven a la escuela | MEC | @2026-02-01 | @2026-11-30 | #250000000
""",
            activities=[
                act(
                    2,
                    "Becas para adolescentes que vuelven a la escuela",
                    "PRE",
                    "mec",
                    "2026-02-01/2026-11-30",
                    budget=250_000_000,
                )
            ],
        ),
        Sheet(
            name="Catálogos",
            text="""
Instituciones | Departamentos
MTESS | Central
MINNA | Itapúa
""",
        ),
        Sheet(
            name="Gráficos",
            text="""
Eje | Cantidad de actividades
1 | #2
2 | #1
""",
        ),
    ],
)

AXIS_IN_A_BAND = Collected(
    says="Each axis is a table of its own in one sheet, under a merged band, with subtotals and a general total",
    platform="mesa",
    sheets=[
        Sheet(
            name="Hoja1",
            text="""
PLAN DE TRABAJO DE LA MESA INTERINSTITUCIONAL 2026

EJE ESTRATÉGICO II: PREVENCIÓN DE LA TRATA DE PERSONAS
Nº | Acciones | Institución responsable | Instituciones de apoyo | Fecha prevista | Monto en Gs.
1 | Campaña en la terminal de ómnibus | Ministerio de la Mujer | SENATUR | julio 2026 | 8.000.000
2 | Charlas en colegios de frontera | MEC | MINNA / MinMujer | mayo - septiembre 2026 | 12.000.000
 | SUBTOTAL EJE II | | | | 20.000.000

EJE ESTRATÉGICO IV: INVESTIGACIÓN Y SANCIÓN
Nº | Acciones | Institución responsable | Instituciones de apoyo | Fecha prevista | Monto en Gs.
1 | Curso para fiscales y policías | Ministerio Público | Policía Nacional | agosto 2026 | 30.000.000
 | SUBTOTAL EJE IV | | | | 30.000.000
 | TOTAL GENERAL | | | | 50.000.000

Firma: ______________________
Coordinador de la Mesa
""",
            merges=["A1:F1", "A3:F3", "A9:F9"],
            activities=[
                act(
                    5,
                    "Campaña en la terminal de ómnibus",
                    "PRE",
                    "minmujer",
                    "2026-07-01/2026-07-31",
                    "senatur",
                    budget=8_000_000,
                    code="1",
                ),
                act(
                    6,
                    "Charlas en colegios de frontera",
                    "PRE",
                    "mec",
                    "2026-05-01/2026-09-30",
                    "minna minmujer",
                    budget=12_000_000,
                ),
                act(
                    11,
                    "Curso para fiscales y policías",
                    "SAN",
                    "mp",
                    "2026-08-01/2026-08-31",
                    "pn",
                    budget=30_000_000,
                    code="1",
                ),
            ],
        )
    ],
)

MONTHS_AS_MARKS = Collected(
    says="Twelve months under a merged CRONOGRAMA, marked with X, x, ✓ and numbers; a gap between two runs is told",
    platform="mesa",
    sheets=[
        Sheet(
            name="Cronograma",
            text="""
Componente | Actividad | Resp. | CRONOGRAMA 2026 | | | | | | | | | | | | Presupuesto G.
 | | | E | F | M | A | M | J | J | A | S | O | N | D |
Prevención | Difundir la línea 147 en escuelas | MINNA | | | X | X | X | | | | | | | | 5.000.000
Atención integral y protección a víctimas | Equipar el albergue transitorio | Min. Mujer | | | | | | x | x | | | | | | 90.000.000
Investigación y sanción | Mesa de trabajo con fiscales | M.P. | | | ✓ | | | | | | ✓ | | | |
Prevención | Ferias departamentales | SENATUR | | | | #1 | #2 | #1 | | | | | | | 3.000.000
""",
            merges=["A1:A2", "B1:B2", "C1:C2", "D1:O1", "P1:P2"],
            activities=[
                act(
                    3,
                    "Difundir la línea 147 en escuelas",
                    "PRE",
                    "minna",
                    "2026-03-01/2026-05-31",
                    budget=5_000_000,
                ),
                act(
                    4,
                    "Equipar el albergue transitorio",
                    "ATE",
                    "minmujer",
                    "2026-06-01/2026-07-31",
                    budget=90_000_000,
                ),
                act(5, "Mesa de trabajo con fiscales", "SAN", "mp", "2026-03-01/2026-09-30"),
                act(6, "Ferias departamentales", "PRE", "senatur", "2026-04-01/2026-06-30", budget=3_000_000),
            ],
            also="D5:dates_not_contiguous",
        )
    ],
)

QUARTERS_PAINTED = Collected(
    says="Quarters shown by colour alone, a Gantt: told, and nobody's dates are guessed from an empty cell",
    platform="contrafor",
    sheets=[
        Sheet(
            name="Gantt",
            text="""
Eje | Actividad | Responsable | 1° Trim. | 2° Trim. | 3° Trim. | 4° Trim.
2 | Producir afiches bilingües | MTESS | [x] | [x] | |
2 | Distribuir afiches en paradas de ómnibus | MTESS | | X | X |
""",
            activities=[
                act(2, "Producir afiches bilingües", "PRE", "mtess"),
                act(3, "Distribuir afiches en paradas de ómnibus", "PRE", "mtess", "2026-04-01/2026-09-30"),
            ],
            told="D2:schedule_painted",
        )
    ],
)

QUARTERS_AS_GOALS = Collected(
    says="Goals by quarter as numbers under a merged group, their total, and money by quarter beside them",
    platform="contrafor",
    sheets=[
        Sheet(
            name="POA",
            text="""
Cód. | Eje | Actividades | Unidad de medida | METAS FÍSICAS | | | | | METAS FINANCIERAS (Gs.) | | | | | Unidad ejecutora
 | | | | T1 | T2 | T3 | T4 | Total | T1 | T2 | T3 | T4 | Total |
A1 | Detección | Inspecciones conjuntas | inspección | #0 | #5 | #5 | #2 | #12 | #0 | #10000000 | #10000000 | #4000000 | #24000000 | MTESS
A2 | Atención a víctimas | Asistencia jurídica | persona | #10 | #10 | #0 | #0 | #20 | #2000000 | #2000000 | #0 | #0 | #4000000 | MDP
""",
            merges=["A1:A2", "B1:B2", "C1:C2", "D1:D2", "E1:I1", "J1:N1", "O1:O2"],
            activities=[
                act(
                    3,
                    "Inspecciones conjuntas",
                    "DET",
                    "mtess",
                    "2026-04-01/2026-12-31",
                    budget=24_000_000,
                    target=12,
                    unit="inspección",
                ),
                act(
                    4,
                    "Asistencia jurídica",
                    "ATE",
                    "mdp",
                    "2026-01-01/2026-06-30",
                    budget=4_000_000,
                    target=20,
                ),
            ],
        )
    ],
)

OBJECTIVES_AS_ROWS = Collected(
    says="Axis, objective and activity are rows of one numbered outline, in capitals, with no column of their own",
    platform="mesa",
    sheets=[
        Sheet(
            name="MATRIZ",
            text="""
ITEM | DESCRIPCIÓN | RESPONSABLE/S | PLAZO DE EJECUCIÓN | RECURSOS (Gs)
1 | EJE: FORTALECIMIENTO INSTITUCIONAL Y COORDINACIÓN
1.1 | OBJETIVO: CONSOLIDAR LA MESA
1.1.1 | REALIZAR CUATRO PLENARIAS | MRE | FEBRERO A NOVIEMBRE | 2.000.000
1.1.2 | ACTUALIZAR EL REGLAMENTO | MRE, MP | II TRIMESTRE | S/C
2 | EJE: PREVENCIÓN
2.1 | OBJETIVO: SENSIBILIZAR A LA POBLACIÓN
2.1.1 | CAMPAÑA "NO ESTÁS SOLA" | MINMUJER | 2DO. SEMESTRE | 55.000.000
""",
            activities=[
                act(
                    4,
                    "REALIZAR CUATRO PLENARIAS",
                    "FOR",
                    "mre",
                    "2026-02-01/2026-11-30",
                    budget=2_000_000,
                    code="1.1.1",
                    objective="CONSOLIDAR LA MESA",
                ),
                act(5, "ACTUALIZAR EL REGLAMENTO", "FOR", "mre", "2026-04-01/2026-06-30", "mp", budget=0),
                act(
                    8,
                    'CAMPAÑA "NO ESTÁS SOLA"',
                    "PRE",
                    "minmujer",
                    "2026-07-01/2026-12-31",
                    budget=55_000_000,
                    objective="SENSIBILIZAR A LA POBLACIÓN",
                ),
            ],
            also="D4:date_read_as D5:date_read_as D8:date_read_as C5:lead_several E5:amount_free",
        )
    ],
)
