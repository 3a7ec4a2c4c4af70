"""Cells as coordinators fill them in: amounts, names, places and targets in words. Synthetic."""

from collection_shelf import Collected, Sheet, act

MONEY = Collected(
    says="Amounts in guaraníes as they are typed: with signs, dots, words, a dash for cents and no figure at all",
    platform="conaeti",
    sheets=[
        Sheet(
            name="POA",
            text=r"""
Eje | Actividad | Responsable | Plazo | Presupuesto
1 | Actividad 02 | MTESS | mayo 2026 | Gs. 12.500.000
1 | Actividad 03 | MTESS | mayo 2026 | ₲ 5 millones
1 | Actividad 04 | MTESS | mayo 2026 | 12,5 millones
1 | Actividad 05 | MTESS | mayo 2026 | 1.200.000.-
1 | Actividad 06 | MTESS | mayo 2026 | a definir
1 | Actividad 07 | MTESS | mayo 2026 | s/p
1 | Actividad 08 | MTESS | mayo 2026 | sin costo
1 | Actividad 09 | MTESS | mayo 2026 | recursos propios
1 | Actividad 10 | MTESS | mayo 2026 | G 3.000.000.- (IVA incluido)
1 | Actividad 11 | MTESS | mayo 2026 | PYG 4000000
1 | Actividad 12 | MTESS | mayo 2026 | 15.000.000 Gs.
1 | Actividad 13 | MTESS | mayo 2026 | Gs. 2.000.000 a 3.000.000
1 | Actividad 14 | MTESS | mayo 2026 | 1.500.000 x 4 talleres
1 | Actividad 15 | MTESS | mayo 2026 | Gs 20.000.000 (10.000.000 MEC + 10.000.000 MTESS)
1 | Actividad 16 | MTESS | mayo 2026 | #7500000.4
1 | Actividad 17 | MTESS | mayo 2026 | #-2000000
1 | Actividad 18 | MTESS | mayo 2026 | #12
1 | Actividad 19 | MTESS | mayo 2026 | =D2*2>30000000
1 | Actividad 20 | MTESS | mayo 2026 | cinco millones
1 | Actividad 21 | MTESS | mayo 2026 | 1,200,000
1 | Actividad 22 | MTESS | mayo 2026 | aprox. 8.000.000
1 | Actividad 23 | MTESS | mayo 2026 | -
1 | Actividad 24 | MTESS | mayo 2026 | Presupuesto institucional
1 | Actividad 25 | MTESS | mayo 2026 | 300 mil
1 | Actividad 26 | MTESS | mayo 2026 | Donación OIT
""",
            formats={"E19": '"Gs." #,##0'},
            activities=[
                act(n, f"Actividad {n:02}", "FOR", "mtess", "2026-05-01/2026-05-31", budget=budget)
                for n, budget in (
                    (2, 12_500_000),
                    (3, 5_000_000),
                    (4, 12_500_000),
                    (5, 1_200_000),
                    (6, None),
                    (7, None),
                    (8, 0),
                    (9, None),
                    (10, 3_000_000),
                    (11, 4_000_000),
                    (12, 15_000_000),
                    (13, None),
                    (14, None),
                    (15, 20_000_000),
                    (16, 7_500_000),
                    (17, None),
                    (18, 12),
                    (19, 30_000_000),
                    (20, 5_000_000),
                    (21, 1_200_000),
                    (22, 8_000_000),
                    (23, None),
                    (24, None),
                    (25, 300_000),
                    (26, None),
                )
            ],
            told="E9:amount_without_number E13:amount_not_understood! E14:amount_not_understood! E16:amount_decimals "
            "E17:amount_negative! E18:amount_small E24:amount_without_number E26:amount_without_number",
            also="E6:amount_undefined E7:amount_undefined E8:amount_free E20:amount_in_words",
        )
    ],
)

CURRENCIES = Collected(
    says="Amounts in other currencies, by word, by sign and by number format alone: flagged, never converted",
    platform="mesa",
    sheets=[
        Sheet(
            name="POA",
            text=r"""
Eje | Actividad | Responsable | Plazo | Costo
2 | Actividad 02 | MRE | mayo 2026 | USD 3,500
2 | Actividad 03 | MRE | mayo 2026 | US$ 1.000,50
2 | Actividad 04 | MRE | mayo 2026 | € 2.000
2 | Actividad 05 | MRE | mayo 2026 | R$ 5.000
2 | Actividad 06 | MRE | mayo 2026 | 5.000 dólares
2 | Actividad 07 | MRE | mayo 2026 | #3500
2 | Actividad 08 | MRE | mayo 2026 | #4500
2 | Actividad 09 | MRE | mayo 2026 | #12000000
2 | Actividad 10 | MRE | mayo 2026 | Gs. 7.300.000 (USD 1.000)
2 | Actividad 11 | MRE | mayo 2026 | $ 9.000.000
""",
            formats={"E7": '"US$" #,##0.00', "E8": "[$€-C0A] #,##0.00", "E9": '"₲" #,##0'},
            activities=[
                act(n, f"Actividad {n:02}", "PRE", "mre", "2026-05-01/2026-05-31", budget=budget)
                for n, budget in (
                    (2, None),
                    (3, None),
                    (4, None),
                    (5, None),
                    (6, None),
                    (7, None),
                    (8, None),
                    (9, 12_000_000),
                    (10, 7_300_000),
                    (11, None),
                )
            ],
            told=" ".join(f"E{n}:currency_not_guaranies!" for n in (2, 3, 4, 5, 6, 7, 8, 11))
            + " E10:currency_beside",
        )
    ],
)

OLD_NAMES = Collected(
    says="Institutions by the names that they had before: understood as today's, and each is told",
    platform="mesa",
    sheets=[
        Sheet(
            name="POA",
            text=r"""
Eje | Actividad | Responsable | Plazo
2 | Actividad 02 | Ministerio de Justicia y Trabajo | mayo 2026
2 | Actividad 03 | SNNA | mayo 2026
2 | Actividad 04 | Secretaría Nacional de la Niñez y la Adolescencia | mayo 2026
2 | Actividad 05 | Secretaría de la Mujer | mayo 2026
2 | Actividad 06 | Secretaría de Acción Social | mayo 2026
2 | Actividad 07 | Ministerio de Educación y Cultura | mayo 2026
2 | Actividad 08 | SAS | mayo 2026
2 | Actividad 09 | Dirección General de Migraciones | mayo 2026
2 | Actividad 10 | DGEEC | mayo 2026
2 | Actividad 11 | SENATICS | mayo 2026
2 | Actividad 12 | SICOM | mayo 2026
2 | Actividad 13 | Viceministerio de Trabajo | mayo 2026
""",
            activities=[
                act(n, f"Actividad {n:02}", "PRE", lead, "2026-05-01/2026-05-31")
                for n, lead in (
                    (2, None),
                    (3, "minna"),
                    (4, "minna"),
                    (5, "minmujer"),
                    (6, None),
                    (7, "mec"),
                    (8, None),
                    (9, "dnm"),
                    (10, "ine"),
                    (11, "mitic"),
                    (12, "mitic"),
                    (13, "mtess"),
                )
            ],
            told="C2:institution_ambiguous C2:institution_unknown! C6:institution_unknown! C8:institution_unknown!",
            also=" ".join(f"C{n}:institution_old_name" for n in (3, 4, 5, 7, 9, 10, 11, 12)),
        )
    ],
)

SEVERAL_NAMES = Collected(
    says="Several institutions in a cell, misspelt, dotted, with units, with everybody, and some that nobody knows",
    platform="mesa",
    sheets=[
        Sheet(
            name="POA",
            text=r"""
Eje | Actividad | Institución responsable | Instituciones corresponsables | Plazo
2 | Actividad 02 | M.T.E.S.S. | M.I.N.N.A./M.E.C. | mayo 2026
2 | Actividad 03 | Minsterio de la Mujer | Policia Nacionl; Fiscalia General | mayo 2026
2 | Actividad 04 | MINNA | MEC\nMSPBS\nMDS | mayo 2026
2 | Actividad 05 | MRE | todas las instituciones | mayo 2026
2 | Actividad 06 | Fundación Sintética de Ejemplo | MEC | mayo 2026
2 | Actividad 07 | MINNA y MinMujer | | mayo 2026
2 | Actividad 08 | Ministerio de Trabajo, Empleo y Seguridad Social e Instituto Paraguayo del Indígena | | mayo 2026
2 | Actividad 09 | Dirección de Políticas (MINNA) | Ministerio de Salud Pública y Bienestar Social, Ministerio de Educación y Ciencias | mayo 2026
2 | Actividad 10 | MTES | MIMUJER | mayo 2026
2 | Actividad 11 | | MEC | mayo 2026
2 | Actividad 12 | Mesa Interinstitucional | Miembros de la Mesa | mayo 2026
2 | Actividad 13 | MEC (lidera), MINNA (apoya) | | mayo 2026
2 | Actividad 14 | A confirmar | N/A | mayo 2026
2 | Actividad 15 | MRE - DGAC | Gob. de Itapúa, Gob. Alto Paraná, Municipalidad de Encarnación | mayo 2026
""",
            activities=[
                act(2, "Actividad 02", "PRE", "mtess", "2026-05-01/2026-05-31", "minna mec"),
                act(3, "Actividad 03", "PRE", "minmujer", "2026-05-01/2026-05-31", "pn mp"),
                act(4, "Actividad 04", "PRE", "minna", "2026-05-01/2026-05-31", "mec mspbs mds"),
                act(5, "Actividad 05", "PRE", "mre", "2026-05-01/2026-05-31"),
                act(6, "Actividad 06", "PRE", None, "2026-05-01/2026-05-31", "mec"),
                act(7, "Actividad 07", "PRE", "minna", "2026-05-01/2026-05-31", "minmujer"),
                act(8, "Actividad 08", "PRE", "mtess", "2026-05-01/2026-05-31", "indi"),
                act(9, "Actividad 09", "PRE", "minna", "2026-05-01/2026-05-31", "mspbs mec"),
                act(10, "Actividad 10", "PRE", "mtess", "2026-05-01/2026-05-31", "minmujer"),
                act(11, "Actividad 11", "PRE", None, "2026-05-01/2026-05-31", "mec"),
                act(12, "Actividad 12", "PRE", "mre", "2026-05-01/2026-05-31"),
                act(13, "Actividad 13", "PRE", "mec", "2026-05-01/2026-05-31", "minna"),
                act(14, "Actividad 14", "PRE", None, "2026-05-01/2026-05-31"),
                act(
                    15,
                    "Actividad 15",
                    "PRE",
                    "mre",
                    "2026-05-01/2026-05-31",
                    "gob_itapua gob_altoparana municipios",
                ),
            ],
            told="C3:institution_read_as C6:institution_unknown! D10:institution_read_as C11:lead_missing! "
            "C12:institution_is_platform C14:lead_missing!",
            also="D5:institution_everyone D12:institution_everyone C7:lead_several C9:institution_part",
        )
    ],
)

PLACES = Collected(
    says="Places: departments shortened, joined and misspelt, regions, cities, districts, borders and everywhere",
    platform="mesa",
    sheets=[
        Sheet(
            name="POA",
            text=r"""
Eje | Actividad | Responsable | Departamento / lugar | Plazo
2 | Actividad 02 | MRE | Pdte. Hayes | mayo 2026
2 | Actividad 03 | MRE | Alto Paraná y Canindeyú | mayo 2026
2 | Actividad 04 | MRE | Región Oriental | mayo 2026
2 | Actividad 05 | MRE | frontera | mayo 2026
2 | Actividad 06 | MRE | todo el país | mayo 2026
2 | Actividad 07 | MRE | Ciudad del Este | mayo 2026
2 | Actividad 08 | MRE | Asunción y Central | mayo 2026
2 | Actividad 09 | MRE | Gran Asunción | mayo 2026
2 | Actividad 10 | MRE | Chaco | mayo 2026
2 | Actividad 11 | MRE | CAAGUAZU - SAN PEDRO - CONCEPCION | mayo 2026
2 | Actividad 12 | MRE | Dpto. de Ñeembucu | mayo 2026
2 | Actividad 13 | MRE | Curuguaty, Saltos del Guairá | mayo 2026
2 | Actividad 14 | MRE | Capital | mayo 2026
2 | Actividad 15 | MRE | Nivel nacional, con énfasis en Itapúa | mayo 2026
2 | Actividad 16 | MRE | 5 departamentos | mayo 2026
2 | Actividad 17 | MRE | Boqueron; Guaira; Itapua; Neembucu; Caaguazu | mayo 2026
2 | Actividad 18 | MRE | Virtual | mayo 2026
2 | Actividad 19 | MRE | Todos menos Alto Paraguay | mayo 2026
2 | Actividad 20 | MRE | San Lorenzo | mayo 2026
2 | Actividad 21 | MRE | San Juan Nepomuceno | mayo 2026
2 | Actividad 22 | MRE | Amambay (PJC) | mayo 2026
2 | Actividad 23 | MRE | Misones | mayo 2026
""",
            activities=[
                act(n, f"Actividad {n:02}", "PRE", "mre", "2026-05-01/2026-05-31", departments=places)
                for n, places in (
                    (2, "PY-15"),
                    (3, "PY-10 PY-14"),
                    (
                        4,
                        "PY-1 PY-2 PY-3 PY-4 PY-5 PY-6 PY-7 PY-8 PY-9 PY-10 PY-11 PY-12 PY-13 PY-14",
                    ),
                    (5, ""),
                    (6, ""),
                    (7, "PY-10"),
                    (8, "PY-ASU PY-11"),
                    (9, "PY-ASU PY-11"),
                    (10, "PY-15 PY-16 PY-19"),
                    (11, "PY-1 PY-2 PY-5"),
                    (12, "PY-12"),
                    (13, "PY-14"),
                    (14, "PY-ASU"),
                    (15, ""),
                    (16, "PY-4 PY-5 PY-7 PY-12 PY-19"),
                    (17, "PY-4 PY-5 PY-7 PY-12 PY-19"),
                    (18, ""),
                    (
                        19,
                        "PY-ASU PY-1 PY-2 PY-3 PY-4 PY-5 PY-6 PY-7 PY-8 PY-9 PY-10 PY-11 PY-12 PY-13 PY-14 PY-15 PY-19",
                    ),
                    (20, "PY-11"),
                    (21, "PY-6"),
                    (22, "PY-13"),
                    (23, "PY-8"),
                )
            ],
            told="D5:department_unknown! D15:department_and_national D16:department_set D23:department_read_as",
            also="D4:department_set D7:department_from_city D9:department_set D10:department_set D13:department_from_city "
            "D18:department_default D19:department_set D20:department_from_city",
        )
    ],
)

TARGETS = Collected(
    says="Targets with words around the number, percentages, sums, and baselines as text",
    platform="contrafor",
    sheets=[
        Sheet(
            name="POA",
            text=r"""
Eje | Actividad | Responsable | Plazo | Indicador | Línea base | Meta
2 | Actividad 02 | MTESS | mayo 2026 | Talleres | 0 | 3 talleres
2 | Actividad 03 | MTESS | mayo 2026 | Cobertura | 50% | 80%
2 | Actividad 04 | MTESS | mayo 2026 | Personas | s/d | al menos 200
2 | Actividad 05 | MTESS | mayo 2026 | Personas | - | >=50
2 | Actividad 06 | MTESS | mayo 2026 | Personas | | 100 (50 H y 50 M)
2 | Actividad 07 | MTESS | mayo 2026 | Cobertura | | #0.8
2 | Actividad 08 | MTESS | mayo 2026 | Personas | '120 | 1.500 personas
2 | Actividad 09 | MTESS | mayo 2026 | Personas | | mil
2 | Actividad 10 | MTESS | mayo 2026 | Personas | | entre 20 y 30
2 | Actividad 11 | MTESS | mayo 2026 | Protocolo aprobado | No existe | Protocolo aprobado y difundido
2 | Actividad 12 | MTESS | mayo 2026 | Talleres\nPersonas | | 3 talleres\n60 personas
2 | Actividad 13 | MTESS | mayo 2026 | Personas | | 2,5
""",
            formats={"G7": "0%"},
            activities=[
                act(n, f"Actividad {n:02}", "PRE", "mtess", "2026-05-01/2026-05-31", target=target)
                for n, target in (
                    (2, 3),
                    (3, 80),
                    (4, 200),
                    (5, 50),
                    (6, 100),
                    (7, 80),
                    (8, 1500),
                    (9, None),
                    (10, None),
                    (11, None),
                    (12, 3),
                    (13, 2.5),
                )
            ],
            told="G12:target_several",
            also="G9:target_in_words G10:target_in_words G11:target_in_words",
        )
    ],
)

BROKEN = Collected(
    says="Broken cells and formulas that were never calculated, told at the cell: none of them becomes an empty value",
    platform="contrafor",
    sheets=[
        Sheet(
            name="POA",
            text=r"""
Eje | Actividad | Responsable | Inicio | Fin | Presupuesto | Meta
2 | Actividad 02 | MTESS | @2026-05-01 | @2026-05-31 | !#REF! | 3
2 | Actividad 03 | !#N/A | @2026-05-01 | @2026-05-31 | 1.000.000 | 3
2 | Actividad 04 | MTESS | !#VALUE! | @2026-05-31 | 1.000.000 | !#DIV/0!
2 | !#NAME? | MTESS | @2026-05-01 | @2026-05-31 | 1.000.000 | 3
!#REF! | Actividad 06 | MTESS | @2026-05-01 | @2026-05-31 | =SUM(A1:A2)> | 3
2 | Actividad 07 | MTESS | @2026-05-01 | @2026-05-31 | #¡DIV/0! | #N/D
""",
            activities=[
                act(2, "Actividad 02", "PRE", "mtess", "2026-05-01/2026-05-31", target=3),
                act(3, "Actividad 03", "PRE", None, "2026-05-01/2026-05-31", budget=1_000_000),
                act(4, "Actividad 04", "PRE", "mtess", "/2026-05-31", budget=1_000_000),
                act(6, "Actividad 06", None, "mtess", "2026-05-01/2026-05-31"),
                act(7, "Actividad 07", "PRE", "mtess", "2026-05-01/2026-05-31"),
            ],
            told="F2:broken_cell! C3:broken_cell! D4:broken_cell! G4:broken_cell! B5:broken_cell! "
            "A6:broken_cell! F6:broken_cell! F7:broken_cell! G7:broken_cell!",
        )
    ],
)
