"""Plans of departmental commissions: fewer columns, more words, and the people who filled them in. Synthetic."""

from collection_shelf import Collected, Sheet, act

NEEMBUCU = Collected(
    says="A short plan of Ñeembucú, with Guaraní words and emojis, districts, notes and signatures under the table",
    platform="mesa_neembucu",
    sheets=[
        Sheet(
            name="Plan Dptal.",
            text=r"""
 | COMISIÓN INTERINSTITUCIONAL DEPARTAMENTAL
 | DE PREVENCIÓN Y COMBATE A LA TRATA DE PERSONAS - ÑEEMBUCÚ
 | Plan de trabajo 2026
 |
 | Línea | ¿Qué haremos? | ¿Quién? | ¿Con quién? | ¿Cuándo? | ¿Dónde? | ¿Cuánto cuesta?
 | Prevención | Ñomongeta “Mitãkuña'i ha mitãpyahu” 🎒 en escuelas, con g̃ y ỹ | MEC | Gobernación | abril a junio | Pilar, Humaitá | 1.500.000
 | Detección | Capacitar al personal del puerto | Prefectura Naval | Migraciones | 2do. trimestre | Puerto de Pilar | sin costo
 | Atención y protección | Sala de espera amigable en la CODENI | CODENI de Pilar | | todo el año | Pilar | a gestionar
 |
 | * Las fechas pueden variar según disponibilidad de vehículo.
 | Nota: plan sujeto a aprobación de la plenaria.

 | ______________ | ______________
 | Presidente | Secretaria
""",
            activities=[
                act(
                    6,
                    "Ñomongeta “Mitãkuña'i ha mitãpyahu” 🎒 en escuelas, con g̃ y ỹ",
                    "PRE",
                    "mec",
                    "2026-04-01/2026-06-30",
                    "gob_neembucu",
                    "PY-12",
                    1_500_000,
                ),
                act(
                    7,
                    "Capacitar al personal del puerto",
                    "DET",
                    None,
                    "2026-04-01/2026-06-30",
                    "dnm",
                    "PY-12",
                    0,
                ),
                act(
                    8,
                    "Sala de espera amigable en la CODENI",
                    "ATE",
                    "codeni",
                    "2026-01-01/2026-12-31",
                    departments="PY-12",
                ),
            ],
            told="D7:institution_unknown!",
            also="B5:column_read_as H8:amount_undefined F6:date_read_as",
        )
    ],
)

BOQUERON = Collected(
    says="The Chaco: districts, colonies and three departments at once in the column of places",
    platform="mesa_boqueron",
    sheets=[
        Sheet(
            name="Actividades",
            text="""
N | Eje | Actividad | Lugar | Institución a cargo | Periodo | Costo Gs
1 | Prevención | Charla en la cooperativa | Loma Plata | Gobernación de Boquerón | mayo de 2026 | 2.000.000
2 | Prevención | Charla con transportistas de la ruta | Mcal. Estigarribia y Filadelfia | Policía Nacional | junio de 2026 | 2.500.000
3 | Detección | Control conjunto en la ruta bioceánica | Boquerón, Alto Paraguay y Pdte. Hayes | Migraciones | julio a septiembre de 2026 | 9.000.000
4 | Detección | Mesa chaqueña | Chaco | MTESS | octubre de 2026 |
""",
            activities=[
                act(
                    2,
                    "Charla en la cooperativa",
                    "PRE",
                    "gob_boqueron",
                    "2026-05-01/2026-05-31",
                    departments="PY-19",
                    budget=2_000_000,
                ),
                act(
                    3,
                    "Charla con transportistas de la ruta",
                    "PRE",
                    "pn",
                    "2026-06-01/2026-06-30",
                    departments="PY-19",
                    budget=2_500_000,
                ),
                act(
                    4,
                    "Control conjunto en la ruta bioceánica",
                    "DET",
                    "dnm",
                    "2026-07-01/2026-09-30",
                    departments="PY-15 PY-16 PY-19",
                    budget=9_000_000,
                ),
                act(
                    5,
                    "Mesa chaqueña",
                    "DET",
                    "mtess",
                    "2026-10-01/2026-10-31",
                    departments="PY-15 PY-16 PY-19",
                ),
            ],
            also="D2:department_from_city D3:department_from_city",
        )
    ],
)

CAAGUAZU = Collected(
    says="Persons stand in the responsible cell, with titles, telephones, an identity number and an e-mail address",
    platform="codeti_caaguazu",
    sheets=[
        Sheet(
            name="CODETI",
            text=r"""
N° | Eje | Actividad | Responsable | Contacto | Plazo | Costo
1 | Control efectivo del trabajo adolescente | Registro de adolescentes trabajadores | Lic. María Sintética (CODENI) | 0981 000 000 | marzo a mayo 2026 | 1.000.000
2 | Cambio cultural | Feria de derechos en la plaza | MTESS - Abg. Juan Sintético | persona.sintetica@example.org | agosto 2026 | 3.500.000
3 | Ingresos de las familias | Curso de panadería | Prof. Ana Sintética Ficticia | C.I. 1.234.567 | T3 2026 | 6.000.000
4 | Cambio cultural | Mural en la escuela Dr. Juan Eulogio Estigarribia | MEC | | 10/2026 | 500.000
""",
            activities=[
                act(
                    2,
                    "Registro de adolescentes trabajadores",
                    "DET",
                    "codeni",
                    "2026-03-01/2026-05-31",
                    departments="PY-5",
                    budget=1_000_000,
                ),
                act(
                    3,
                    "Feria de derechos en la plaza",
                    "PRE",
                    "mtess",
                    "2026-08-01/2026-08-31",
                    departments="PY-5",
                    budget=3_500_000,
                ),
                act(
                    4,
                    "Curso de panadería",
                    "PRE",
                    None,
                    "2026-07-01/2026-09-30",
                    departments="PY-5",
                    budget=6_000_000,
                ),
                act(
                    5,
                    "Mural en la escuela Dr. Juan Eulogio Estigarribia",
                    "PRE",
                    "mec",
                    "2026-10-01/2026-10-31",
                    departments="PY-5",
                    budget=500_000,
                ),
            ],
            told="D2:institution_is_person D3:institution_is_person D4:institution_is_person D4:lead_missing!",
            also="E1:column_not_read",
        )
    ],
)

ITAPUA = Collected(
    says="Two tables in a sheet: the activities, and under them a budget by object of expense that is no activity",
    platform="mesa_itapua",
    sheets=[
        Sheet(
            name="Plan y presupuesto",
            text="""
Plan de la Comisión de Itapúa

Eje | Actividades | Resp. | Meta | Mes | Gs.
Prevención | Stand en la expo | Gobernación de Itapúa | 1 stand | Septiembre | 2.000.000
Sanción | Reunión con fiscales de la zona | Ministerio Público | 4 reuniones | Marzo, junio, septiembre y noviembre | 0

Detalle del presupuesto
Objeto del gasto | Descripción | Cantidad | Precio unitario | Total
230 | Pasajes y viáticos | #10 | #100000 | #1000000
340 | Útiles de oficina | #20 | #50000 | #1000000
 | | | TOTAL | #2000000
""",
            activities=[
                act(
                    4,
                    "Stand en la expo",
                    "PRE",
                    "gob_itapua",
                    "2026-09-01/2026-09-30",
                    departments="PY-7",
                    budget=2_000_000,
                    target=1,
                ),
                act(
                    5,
                    "Reunión con fiscales de la zona",
                    "SAN",
                    "mp",
                    "2026-03-01/2026-11-30",
                    departments="PY-7",
                    budget=0,
                    target=4,
                ),
            ],
            told="A8:table_ignored",
            also="A7:row_ignored E5:dates_not_contiguous",
        )
    ],
)

GUAIRA = Collected(
    says="Everything in capitals without accents, axes by number and Roman number, cells with trailing spaces",
    platform="contrafor_guaira",
    sheets=[
        Sheet(
            name="GUAIRA",
            text=r"""
EJE | ACTIVIDAD | RESPONSABLE | PARTICIPANTES | FECHA INICIO | FECHA FIN | PRESUPUESTO
EJE I | TALLER\s\sCON CANEROS DE ITURBE\s | M.T.E.S.S. | MUNICIPALIDADES Y GOBERNACION | MARZO 2026 | MAYO 2026 | 3000000
EJE 2 | CAMPANA "TRABAJO DIGNO" EN LA AZUCARERA | MINISTERIO DE TRABAJO, EMPLEO Y SEGURIDAD SOCIAL | C.U.T.-A.; C.N.T. | JUNIO 2026 | JULIO 2026 | 4000000.-
5 | JORNADA CON JUECES DE PAZ | CORTE SUPREMA DE JUSTICIA | MINISTERIO PUBLICO | AGOSTO 2026 | AGOSTO 2026 | 2.500.000
""",
            activities=[
                act(
                    2,
                    "TALLER CON CANEROS DE ITURBE",
                    "FOR",
                    "mtess",
                    "2026-03-01/2026-05-31",
                    "municipios gob_guaira",
                    "PY-4",
                    3_000_000,
                ),
                act(
                    3,
                    'CAMPANA "TRABAJO DIGNO" EN LA AZUCARERA',
                    "PRE",
                    "mtess",
                    "2026-06-01/2026-07-31",
                    "cut_a cnt",
                    "PY-4",
                    4_000_000,
                ),
                act(
                    4,
                    "JORNADA CON JUECES DE PAZ",
                    "SAN",
                    "csj",
                    "2026-08-01/2026-08-31",
                    "mp",
                    "PY-4",
                    2_500_000,
                ),
            ],
        )
    ],
)

DEPARTMENT_SHEETS = Collected(
    says="A national plan carried to the departments, one sheet per department, which only the sheet's name says",
    platform="mesa",
    sheets=[
        Sheet(
            name="Alto Paraná",
            text="""
Eje | Actividad | Responsable | Plazo
Prevención | Jornada en la frontera | Migraciones | mayo 2026
""",
            activities=[
                act(
                    2,
                    "Jornada en la frontera",
                    "PRE",
                    "dnm",
                    "2026-05-01/2026-05-31",
                    departments="PY-10",
                )
            ],
            also="B1:department_from_sheet",
        ),
        Sheet(
            name="Itapúa",
            text="""
Eje | Actividad | Responsable | Plazo
Prevención | Jornada en la costanera | SENATUR | junio 2026
""",
            activities=[
                act(
                    2,
                    "Jornada en la costanera",
                    "PRE",
                    "senatur",
                    "2026-06-01/2026-06-30",
                    departments="PY-7",
                )
            ],
            also="B1:department_from_sheet",
        ),
    ],
)

SUMMARY_BESIDE = Collected(
    says="A summary and a dashboard repeat the activities of the plan: they are no second copy of them",
    platform="mesa",
    sheets=[
        Sheet(
            name="Instrucciones",
            text="""
1. Complete una fila por actividad
2. No modifique los encabezados
3. Actividad: qué se hará. Responsable: una sola institución
""",
        ),
        Sheet(
            name="Plan",
            text="""
Eje | Actividad | Responsable | Plazo
Prevención | Semana de la no violencia | MinMujer | 23 al 27 de noviembre de 2026
""",
            activities=[act(2, "Semana de la no violencia", "PRE", "minmujer", "2026-11-23/2026-11-27")],
        ),
        Sheet(
            name="Resumen",
            text="""
Eje | Actividad | Responsable | Plazo
Prevención | Semana de la no violencia | MinMujer | 23 al 27 de noviembre de 2026
""",
        ),
        Sheet(
            name="Tablero",
            text="""
Eje | N° de actividades | % de avance
Prevención | #1 | #0
""",
        ),
    ],
)
