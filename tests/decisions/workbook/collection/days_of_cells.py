"""Deadlines as coordinators write them: in words, in figures that can be read two ways, and not at all. Synthetic."""

from collection_shelf import Collected, Sheet, act

DEADLINES = Collected(
    says="Deadlines in the words of an office",
    platform="mesa",
    sheets=[
        Sheet(
            name="POA",
            text=r"""
Eje | Actividad | Responsable | Plazo
2 | Actividad 02 | MRE | 1er semestre 2026
2 | Actividad 03 | MRE | hasta diciembre
2 | Actividad 04 | MRE | marzo a junio
2 | Actividad 05 | MRE | primer trimestre
2 | Actividad 06 | MRE | permanente
2 | Actividad 07 | MRE | 2026-2027
2 | Actividad 08 | MRE | mes 1 al 3
2 | Actividad 09 | MRE | 2da. quincena de mayo
2 | Actividad 10 | MRE | Semana Santa
2 | Actividad 11 | MRE | a partir de la firma del convenio
2 | Actividad 12 | MRE | 30/02/2026
2 | Actividad 13 | MRE | 31-4-26
2 | Actividad 14 | MRE | 03/04/2026
2 | Actividad 15 | MRE | jun-26
2 | Actividad 16 | MRE | #46096
2 | Actividad 17 | MRE | 15/03/2026 y 20/06/2026
2 | Actividad 18 | MRE | fines de agosto
2 | Actividad 19 | MRE | segundo cuatrimestre
2 | Actividad 20 | MRE | antes del 30 de junio
2 | Actividad 21 | MRE | desde julio
2 | Actividad 22 | MRE | cada mes
2 | Actividad 23 | MRE | última semana de octubre
2 | Actividad 24 | MRE | en el 2026
2 | Actividad 25 | MRE | a definir
2 | Actividad 26 | MRE | 1° al 15 de sept. de 2026
2 | Actividad 27 | MRE | 12 de junio (Día mundial contra el trabajo infantil)
2 | Actividad 28 | MRE | 6 meses
2 | Actividad 29 | MRE | @2026-08-14
2 | Actividad 30 | MRE | nov. 2026 a feb. 2027
2 | Actividad 31 | MRE | noviembre a febrero
2 | Actividad 32 | MRE | Reprogramado para el 15/09/2026 (antes 15/05/2026)
2 | Actividad 33 | MRE | primera semana de cada mes
2 | Actividad 34 | MRE | ene/mar
2 | Actividad 35 | MRE | 13/25/2026
2 | Actividad 36 | MRE | 04/15/2026
""",
            activities=[
                act(2, "Actividad 02", "PRE", "mre", "2026-01-01/2026-06-30"),
                act(3, "Actividad 03", "PRE", "mre", "/2026-12-31"),
                act(4, "Actividad 04", "PRE", "mre", "2026-03-01/2026-06-30"),
                act(5, "Actividad 05", "PRE", "mre", "2026-01-01/2026-03-31"),
                act(6, "Actividad 06", "PRE", "mre", "2026-01-01/2026-12-31"),
                act(7, "Actividad 07", "PRE", "mre", "2026-01-01/2027-12-31"),
                act(8, "Actividad 08", "PRE", "mre", "2026-01-01/2026-03-31"),
                act(9, "Actividad 09", "PRE", "mre", "2026-05-16/2026-05-31"),
                act(10, "Actividad 10", "PRE", "mre", "2026-03-29/2026-04-05"),
                act(11, "Actividad 11", "PRE", "mre"),
                act(12, "Actividad 12", "PRE", "mre"),
                act(13, "Actividad 13", "PRE", "mre"),
                act(14, "Actividad 14", "PRE", "mre", "/2026-04-03"),
                act(15, "Actividad 15", "PRE", "mre", "2026-06-01/2026-06-30"),
                act(16, "Actividad 16", "PRE", "mre", "/2026-03-15"),
                act(17, "Actividad 17", "PRE", "mre", "2026-03-15/2026-06-20"),
                act(18, "Actividad 18", "PRE", "mre"),
                act(19, "Actividad 19", "PRE", "mre", "2026-05-01/2026-08-31"),
                act(20, "Actividad 20", "PRE", "mre", "/2026-06-30"),
                act(21, "Actividad 21", "PRE", "mre", "2026-07-01/"),
                act(22, "Actividad 22", "PRE", "mre", "2026-01-01/2026-12-31"),
                act(23, "Actividad 23", "PRE", "mre", "2026-10-25/2026-10-31"),
                act(24, "Actividad 24", "PRE", "mre", "2026-01-01/2026-12-31"),
                act(25, "Actividad 25", "PRE", "mre"),
                act(26, "Actividad 26", "PRE", "mre", "2026-09-01/2026-09-15"),
                act(27, "Actividad 27", "PRE", "mre", "/2026-06-12"),
                act(28, "Actividad 28", "PRE", "mre"),
                act(29, "Actividad 29", "PRE", "mre", "/2026-08-14"),
                act(30, "Actividad 30", "PRE", "mre", "2026-11-01/2027-02-28"),
                act(31, "Actividad 31", "PRE", "mre", "2026-11-01/2027-02-28"),
                act(32, "Actividad 32", "PRE", "mre"),
                act(33, "Actividad 33", "PRE", "mre", "2026-01-01/2026-12-31"),
                act(34, "Actividad 34", "PRE", "mre", "2026-01-01/2026-03-31"),
                act(35, "Actividad 35", "PRE", "mre"),
                act(36, "Actividad 36", "PRE", "mre", "/2026-04-15"),
            ],
            told="D8:date_month_number D11:date_undefined D12:date_impossible! D13:date_impossible! D18:date_vague "
            "D21:date_end_missing D25:date_undefined D28:date_is_duration D31:date_crosses_year D32:date_several "
            "D35:date_impossible!",
            also="D2:date_read_as D3:date_read_as D4:date_read_as D5:date_read_as D6:date_whole_year D9:date_read_as "
            "D10:date_read_as D14:date_day_first D15:date_read_as D16:date_from_serial D17:dates_not_contiguous "
            "D19:date_read_as D20:date_read_as D21:date_read_as D22:date_whole_year D23:date_read_as D27:date_read_as "
            "D33:date_whole_year D34:dates_not_contiguous D36:date_month_first",
        )
    ],
)

AMBIGUOUS_DAYS = Collected(
    says="Days and months that can be read both ways, in columns of start and end, beside real dates",
    platform="contrafor",
    sheets=[
        Sheet(
            name="POA",
            text=r"""
Eje | Actividad | Responsable | Desde | Hasta
2 | Actividad 02 | MTESS | 03/04/2026 | 05/06/2026
2 | Actividad 03 | MTESS | 1/2/26 | 28/2/26
2 | Actividad 04 | MTESS | @2026-03-04 | @2026-05-06
2 | Actividad 05 | MTESS | 12-05-2026 | 13-05-2026
2 | Actividad 06 | MTESS | 2026-03-04 | 2026/05/06
2 | Actividad 07 | MTESS | 3 de abril | 4 de mayo del 2026
2 | Actividad 08 | MTESS | 30/06/2026 | 01/03/2026
2 | Actividad 09 | MTESS | 05/05/2026 | 05/05/2026
2 | Actividad 10 | MTESS | 01.03.2026 | 30.4.2026
2 | Actividad 11 | MTESS | 45000 | 46200
2 | Actividad 12 | MTESS | 1/3/2062 | 1/4/2026
""",
            activities=[
                act(2, "Actividad 02", "PRE", "mtess", "2026-04-03/2026-06-05"),
                act(3, "Actividad 03", "PRE", "mtess", "2026-02-01/2026-02-28"),
                act(4, "Actividad 04", "PRE", "mtess", "2026-03-04/2026-05-06"),
                act(5, "Actividad 05", "PRE", "mtess", "2026-05-12/2026-05-13"),
                act(6, "Actividad 06", "PRE", "mtess", "2026-03-04/2026-05-06"),
                act(7, "Actividad 07", "PRE", "mtess", "2026-04-03/2026-05-04"),
                act(8, "Actividad 08", "PRE", "mtess", "2026-06-30/2026-03-01"),
                act(9, "Actividad 09", "PRE", "mtess", "2026-05-05/2026-05-05"),
                act(10, "Actividad 10", "PRE", "mtess", "2026-03-01/2026-04-30"),
                act(11, "Actividad 11", "PRE", "mtess", "2023-03-15/2026-06-27"),
                act(12, "Actividad 12", "PRE", "mtess", "/2026-04-01"),
            ],
            told="E8:dates_reversed! D12:date_out_of_range!",
            also="D2:date_day_first E2:date_day_first D5:date_day_first D7:date_read_as D11:date_from_serial",
        )
    ],
)
