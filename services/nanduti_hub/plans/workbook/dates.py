"""When an activity happens, from what people write: dates, months, quarters, and words.

Rule: a text is read only when the whole of it is understood; otherwise it is told, with its readings, and no
day is made up. Days come before months (Paraguay). A time without a year falls in the plan's year.
"""

import calendar
import re
from datetime import date, datetime, timedelta
from itertools import pairwise

from msgspec import Struct

from nanduti_hub.plans.workbook.date_notes import STATED, folded, not_understood, notes_of
from nanduti_hub.plans.workbook.date_parts import read_part, stretch_of_months, told_vague
from nanduti_hub.plans.workbook.moments import Moment, read_moment
from nanduti_hub.plans.workbook.text import Cell, Note, error, info, shown, warning

_WHOLE_YEAR = re.compile(
    r"(?:todo(?= \d{4})|(?:durante |en )?todo (?:el (?:ano|periodo)|el ano|el(?= \d{4}))|(?:durante |en )?el ano|anual(?:mente)?|anualizado|a lo largo del ano"
    r"|(?:12|doce) meses|todos los meses|(?:ene(?:ro)?\.?) ?(?:-|a) ?(?:dic(?:iembre)?\.?))(?: (?:de |del )?(\d{4}))?"
)
_RECURRENT = re.compile(
    r"(?:de forma |en forma |de manera |actividad |accion |proceso )?(?:permanente(?:mente)?|continu[oa](?:mente)?"
    r"|constante(?:mente)?|mensual(?:mente)?|bimestral(?:mente)?|trimestral(?:mente)?|semestral(?:mente)?|semanal(?:mente)?"
    r"|(?:(?:el|la|los|las) )?(?:primer[oa]?|segund[oa]|tercer[oa]?|cuart[oa]|ultim[oa])s?(?: \w+){1,2} de cada mes"
    r"|tod[oa]s (?:los|las) (?:lunes|martes|miercoles|jueves|viernes|sabados|domingos|semanas|quincenas|trimestres|semestres)"
    r"|cada (?:\d+ |dos |tres |cuatro |seis )?(?:dias?|semanas?|quincenas?|mes(?:es)?|bimestres?|trimestres?|semestres?)"
    r"|(?:una|dos|tres|cuatro|\d+) ve(?:z|ces) (?:al|por|en el|cada) (?:semana|mes|bimestre|trimestre|semestre|ano)"
    r"|(?:una?|dos|tres|cuatro|\d+) (?:por|al|cada) (?:semana|mes|bimestre|trimestre|cuatrimestre|semestre|ano)"
    r"|diari[oa]|periodic[oa](?:mente)?|quincenal(?:mente)?|cuatrimestral(?:mente)?|regular(?:mente)?)"
    r"(?: (?:y|e|/) (?:permanente|continu[oa]))?(?: (?:durante (?:todo )?el ano|todo el ano))?(?: (?:de |del )?(\d{4}))?"
)
_UNDEFINED = re.compile(
    r"(?:a|por|sin) (?:definir|confirmar|determinar|coordinar|establecer|programar|agendar)(?:se)?.*|s/?f|s/?d|n/?[ad]"
    r"|no definid[oa]|sin fecha|indefinid[oa]|tbd|pendiente.*|-+|\.+|\?+|no (?:aplica|corresponde)"
    r"|(?:a |en el )?(?:corto|mediano|largo)(?:(?:/| y | a )(?:corto|mediano|largo))? plazo|inmediat[oa](?:mente)?|urgente"
    r"|en (?:curso|proceso|marcha|ejecucion)|(?:primer|segundo|tercer|cuarto) ano|ano \d{1,2}|(?:fase|etapa) [\divx]+"
)
_ON_NEED = re.compile(
    r".*(?:segun|a demanda|cuando|conforme|de acuerdo|previa|sujeto|por demanda|una vez|firma|aprobacion"
    r"|desembols|\btras\b|luego de|despues de|posterior|depende).*"
)
_DURATION = re.compile(r"(\d+|[a-z]+) ?(?:dias?|semanas?|mes|meses|anos?)(?: (?:habiles|corridos))?")
_VAGUE = re.compile(
    r"(?:a |hacia |para )?(?:el |los |las )?(?:finales?|fines?|fin|mediados?|inicios?|principios?|comienzos?)"
    r"(?: (?:de|del) ?(?:el )?(.*))?"
)
_WEEKDAY = re.compile(r"^(?:lunes|martes|miercoles|jueves|viernes|sabado|domingo),? +")
_LEAD_IN = re.compile(
    r"^(?:del?|en|durante|entre|desde|el|los|las|la|semana|mes(?:es)? de|para|periodo|aprox\.?)\s+(?=\S)"
)
_MOST_LEAD_INS = 6
_UNTIL = re.compile(
    r"^(?:(?:como )?(?:hasta|al(?= \d{1,2}[/.-])|antes de|antes del|a mas tardar(?: en| el)?|plazo:?)) (?:el |fin(?:es)? de )?(.+)"
)
_YEAR_END = re.compile(r"(?:(?:fin|fines|final|finales) (?:de|del) )?(?:el )?ano")
_SINCE = re.compile(r"^(?:desde|a partir de|a partir del|inicia en) (?:el )?(.+)")
_TO = re.compile(r" +(?:a|al|hasta|hasta el) +| +- +| ?\.\.+ ?")
_HOUR = re.compile(
    r"(?<=\d)[ ,;-]*(?:a las )?\b\d{1,2}[:.]\d{2}(?::\d{2})? ?(?:h|hs|hrs|horas)\.?$|(?<=\d{4}) \d{1,2}:\d{2}(?::\d{2})?$"
)
#: What makes a date less sure adds nothing to it.
_ABOUT = re.compile(
    r",? ?\(?\b(?:aprox(?:imad(?:o|a|amente))?|tentativ[oa]|estimad[oa]|a confirmar)\b\.?\)?$"
)
#: "Último trimestre" by its number.
_LAST = re.compile(r"\bultim[oa] (bim|trim|cuatrim|sem(?=\.|es|$))")
_LAST_NUMBER = {"bim": 6, "trim": 4, "cuatrim": 3, "sem": 2}
_DASH = re.compile(r"-")
_DASHES = re.compile(r" *- *")
_BETWEEN = re.compile(r"^entre (?:el |los meses de )?(.+?) y (?:el )?(.+)$")
_LABELLED = re.compile(
    r"^(?:fecha (?:de )?)?(?:inicio|desde) ?: ?(.+?)[ ,;/-]+(?:fecha (?:de )?)?(?:fin|final|termino|hasta|cierre) ?: ?(.+)$"
)
#: A slash stands inside dates, too: lists with other signs are tried first.
_LIST_OF_DATES = re.compile(r" *[,;&+] *(?:y +)?| +(?:y|e|o) +|\n")
_LIST = re.compile(r" *[,;/&+] *(?:y +)?| +(?:y|e|o) +|\n")
_FIRST_SERIAL, _LAST_SERIAL = 20_000, 80_000


class Period(Struct, frozen=True):
    """From the day `start` to the day `end`, both inclusive; None where the text does not say."""

    start: date | None = None
    end: date | None = None
    notes: tuple[Note, ...] = ()
    #: Whether it was a single day.
    day: bool = False


def read_period(value: Cell, year: int, hint: int | None = None, *, since_1904: bool = False) -> Period:
    """The time that a cell states. `hint` is the length in months that its heading speaks of ("Trimestre")."""
    return _plausible(_read(value, year, hint, since_1904=since_1904), year)


def read_and_told(value: Cell, year: int, hint: int | None = None, *, since_1904: bool = False) -> Period:
    """The same, and beside it how the text was understood where it does not say its days itself."""
    period = read_period(value, year, hint, since_1904=since_1904)
    if isinstance(value, (date, bool, timedelta)) or any(note.code in STATED for note in period.notes):
        return period
    notes = notes_of(value, folded(value), period.start, period.end, by_month=hint == 1)
    return Period(period.start, period.end, (*period.notes, *notes), day=period.day) if notes else period


def _read(value: Cell, year: int, hint: int | None, *, since_1904: bool) -> Period:
    match value:
        case datetime():
            return Period(value.date(), value.date(), day=True)
        case date():
            return Period(value, value, day=True)
        case bool() | timedelta():
            return _unclear(shown(value))
        case int() | float():
            return _number(float(value), year, hint, since_1904=since_1904)
        case str():
            return _text(value, year, hint)
        case _:
            return _unclear(shown(value))


def _number(value: float, year: int, hint: int | None, *, since_1904: bool) -> Period:
    if value == int(value) and 1990 <= value <= 2100:
        return Period(date(int(value), 1, 1), date(int(value), 12, 31))
    if hint and value == int(value) and 1 <= value <= 12 // hint:
        return _months(year, int(value - 1) * hint + 1, hint)
    if _FIRST_SERIAL <= value <= _LAST_SERIAL:
        epoch = date(1904, 1, 1) if since_1904 else date(1899, 12, 30)
        day = epoch + timedelta(days=int(value))
        return Period(day, day, day=True)
    return _unclear(shown(value))


def _text(value: str, year: int, hint: int | None) -> Period:
    text = folded(value)
    if re.fullmatch(r"[2-7]\d{4}", text):
        return _number(float(text), year, hint, since_1904=False)
    if not text or not text.strip("-_/ "):
        return Period()
    text = _ABOUT.sub("", _HOUR.sub("", text)).strip(" .:;,")
    text = _LAST.sub(lambda match: f"{_LAST_NUMBER[match[1]]} {match[1]}", text)
    whole = _WHOLE_YEAR.fullmatch(text)
    if whole:
        stated = int(whole[1]) if whole[1] else year
        return Period(date(stated, 1, 1), date(stated, 12, 31))
    recurrent = _RECURRENT.fullmatch(text)
    if recurrent:
        stated = int(recurrent[1]) if recurrent[1] else year
        note = info(
            "date_whole_year",
            f"«{shown(value)}» se entiende como todo el año {stated}.",
            "Si tiene otro plazo, escriba las fechas de inicio y fin.",
        )
        return Period(date(stated, 1, 1), date(stated, 12, 31), (note,))
    if _UNDEFINED.fullmatch(text):
        return Period(
            notes=(
                warning(
                    "date_undefined",
                    f"La fecha no está definida: «{shown(value)}».",
                    "Cuando se sepa, escriba el mes o las fechas de inicio y fin.",
                ),
            )
        )
    part = read_part(text, year)
    if part is not None:
        return Period(part.start, part.end)
    if _VAGUE.fullmatch(text):
        return Period(notes=(told_vague(value, text, year),))
    read = _span(text, year, hint)
    if read is not None:
        return read
    remark = re.search(r"\(([^)]*)\)", text)
    if remark:
        # "T1 (enero a marzo)": the same thing twice, or a remark.
        for candidate in (re.sub(r"\s*\([^)]*\)\s*", " ", text).strip(), remark[1].strip()):
            read = _span(candidate, year, hint)
            if read is not None:
                return read
    if _DURATION.fullmatch(text):
        return Period(
            notes=(
                warning(
                    "date_is_duration",
                    f"«{shown(value)}» dice cuánto dura, no cuándo.",
                    "Escriba las fechas de inicio y fin.",
                ),
            )
        )
    if _ON_NEED.fullmatch(text) and not re.search(r"\d{4}", text):
        return Period(
            notes=(
                warning(
                    "date_undefined",
                    f"«{shown(value)}» no dice una fecha.",
                    "Escriba el mes o las fechas de inicio y fin; si dura todo el año, escriba «todo el año».",
                ),
            )
        )
    return Period(notes=(not_understood(value, text),))


def _span(text: str, year: int, hint: int | None) -> Period | None:
    text = _WEEKDAY.sub("", text)
    for shape in (_LABELLED, _BETWEEN):
        text = shape.sub(r"\1 a \2", text)
    until = _UNTIL.match(text)
    if until:
        if _YEAR_END.fullmatch(until[1]):
            return Period(None, date(year, 12, 31))
        part = read_part(until[1], year)
        read = Period(part.start, part.end) if part is not None else _span(until[1], year, hint)
        if read is None:
            return None
        if text.startswith("antes") and not read.day and read.start is not None:
            return Period(None, read.start - timedelta(days=1), read.notes)
        return Period(None, read.end, read.notes, day=read.day)
    since = _SINCE.match(text)
    if since:
        read = _range(since[1], year, hint)
        if read is not None and read_moment(since[1], hint) is None:
            return read  # "desde marzo hasta junio"
        if read is not None:
            return Period(read.start, None, read.notes, day=read.day)
    for _ in range(_MOST_LEAD_INS):
        shorter = _LEAD_IN.sub("", text, count=1)
        read = _range(text, year, hint)
        if read is not None or shorter == text:
            return read
        text = shorter
    return None


def _range(text: str, year: int, hint: int | None) -> Period | None:
    point = read_moment(text, hint)
    if point is not None and point.bare is None:
        return _resolved([point], year, listed=False)
    for separator, listed in (
        (_TO, False),
        (_DASH, False),
        (_DASHES, True),
        (_LIST_OF_DATES, True),
        (_LIST, True),
    ):
        pieces = [piece.strip() for piece in separator.split(text) if piece.strip()]
        if len(pieces) < 2 or (not listed and len(pieces) != 2):
            continue
        points = [read_moment(_LEAD_IN.sub("", _WEEKDAY.sub("", piece)), hint) for piece in pieces]
        if listed and any(point is None for point in points):
            # "T1 y T3 a T4": a list of ranges is not guessed; "marzo / abril" is a list.
            continue
        read = _joined(points, year, listed=listed)
        if read is not None:
            return read
    return None


def _joined(points: list[Moment | None], year: int, *, listed: bool) -> Period | None:
    known = [point for point in points if point is not None]
    if len(known) != len(points):
        return None
    last = known[-1]
    for point in known:
        if point.bare is not None:
            unit = next((other.unit for other in known if other.unit), None)
            day_of = next((other for other in known if other.day is not None), None)
            if unit:
                point.first, point.months, point.unit = (point.bare - 1) * unit + 1, unit, unit
                if not 1 <= point.first <= 12:
                    return None
            elif day_of is not None and 1 <= point.bare <= 31:
                point.first, point.months, point.day, point.year = day_of.first, 1, point.bare, day_of.year
            else:
                return None
            point.bare = None
    if last.year is None and known[0].year is not None and (known[0].day is None or last.day is not None):
        for point in known[1:]:
            point.year = known[0].year
            if point.first < known[0].first and not listed and point is last:
                point.year += 1
    for point in known[:-1]:
        if point.year is None and last.year is not None:
            point.year = last.year - (1 if not listed and point.first > last.first else 0)
    return _resolved(known, year, listed=listed)


def _resolved(points: list[Moment], year: int, *, listed: bool) -> Period:
    spans: list[tuple[date, date]] = []
    notes: list[Note] = []
    for point in points:
        stated = point.year if point.year is not None else year
        if not 1 <= stated <= 9998:
            return _unclear(str(stated))
        if point.day is not None:
            last_day = point.last_day or point.day
            try:
                spans.append((date(stated, point.first, point.day), date(stated, point.first, last_day)))
            except ValueError:
                return Period(
                    notes=(
                        error(
                            "date_impossible",
                            f"La fecha {point.day:02}/{point.first:02}/{stated} no existe.",
                            "Corrija el día o el mes (se lee día/mes/año).",
                        ),
                    )
                )
            if point.american:
                notes.append(
                    info(
                        "date_month_first",
                        f"La fecha se entiende como {spans[-1][0]:%d/%m/%Y}: el mes está delante del día.",
                        "Escriba día/mes/año.",
                    )
                )
        else:
            months = _months(stated, point.first, point.months)
            if months.start is None or months.end is None:
                return months
            spans.append((months.start, months.end))
    start, end = spans[0][0], spans[-1][1]
    if listed:
        start, end = min(span[0] for span in spans), max(span[1] for span in spans)
        ordered = sorted(spans)
        if any(after[0] > before[1] + timedelta(days=1) for before, after in pairwise(ordered)):
            notes.append(
                info(
                    "dates_not_contiguous",
                    f"Los períodos no son seguidos: se toma del {start:%d/%m/%Y} al {end:%d/%m/%Y}.",
                    "Si son actividades separadas, póngalas en filas distintas.",
                )
            )
    if end < start and not listed and all(point.year is None for point in points):
        end = _year_later(end)
        notes.append(
            warning(
                "date_crosses_year",
                f"El plazo pasa al año siguiente: se entiende del {start:%d/%m/%Y} al {end:%d/%m/%Y}.",
                "Escriba los años para que no haya duda.",
            )
        )
    single = len(points) == 1 and points[0].day is not None and start == end
    return Period(start, end, tuple(notes), day=single)


def _year_later(day: date) -> date:
    return date(day.year + 1, day.month, min(day.day, calendar.monthrange(day.year + 1, day.month)[1]))


def _months(year: int, first: int, months: int) -> Period:
    whole = stretch_of_months(year, first, months)
    return Period(whole.start, whole.end)


def _unclear(text: str) -> Period:
    return Period(notes=(not_understood(text, ""),))


def _plausible(period: Period, year: int) -> Period:
    days = [day for day in (period.start, period.end) if day is not None]
    far = max((abs(day.year - year) for day in days), default=0)
    if far <= 3:
        return period
    odd = max(days, key=lambda day: abs(day.year - year))
    if far > 10:
        note = error(
            "date_out_of_range",
            f"El año {odd.year} está muy lejos del plan ({year}).",
            "Corrija el año.",
        )
        return Period(notes=(*period.notes, note))
    note = warning(
        "date_far_from_plan",
        f"El año {odd.year} está lejos del año del plan ({year}).",
        "Compruebe que el año es el que quiso escribir.",
    )
    return Period(period.start, period.end, (*period.notes, note), day=period.day)
