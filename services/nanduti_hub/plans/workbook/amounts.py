"""Amounts of money in guaraníes, from numbers and from what people write.

Rule: only guaraníes are read, in whole guaraníes; another currency is an error and never converted. A dot is
the thousands' sign and a comma the decimals', as in Paraguay, unless the text can only be the other way round.
"""

import re
from datetime import date, datetime, time, timedelta

from msgspec import Struct

from nanduti_hub.plans.workbook.text import Cell, Note, clean, error, fold, info, shown, warning, words

_NUMBER = r"\d+(?:[.,' ]\d+)*"
_FOREIGN = re.compile(
    r"usd|us ?\$|u ?\$ ?[sd]|\$|dolar|€|\beur|r ?\$|\breal(?:es)?\b|\bbrl\b|\bars\b|pesos?\b"
)
_GUARANIES = re.compile(r"\bg(?:s|uaranies)?\b\.?|₲|\bpyg\b|guaranies?|\bgs\.?(?=\d)")
_AMOUNT = re.compile(
    rf"(?:aprox(?:imadamente)?\.?|[≈~±]|estimado|total|hasta|unos|alrededor de|monto|costo|presupuesto|de)?[: ]*(-|\()?\s*"
    rf"({_NUMBER})\)?\s*(?:(mil(?:es)? (?:de )?millon(?:es)?|mil m|millon(?:es)?|mills?|mm|m|mil(?:es)?|k)\b\.?)?"
    r"(?: de)?\s*[.,;\-=]*\s*(?:iva inc\w*\.?|\(?con iva\)?|aprox\.?|anual(?:es)?|(?:por|al|/) ?ano|f\.? ?f\.? ?\d\d?)?"
)
#: "Cinco millones", "quinientos mil": the few amounts that people write in words alone.
_IN_WORDS = re.compile(r"(?:son )?([a-z]+)(?: y ([a-z]+))? (mil millones|millon(?:es)?|mil)(?: de)?")
_NUMBER_WORDS = {
    "un": 1, "dos": 2, "tres": 3, "cuatro": 4, "cinco": 5, "seis": 6, "siete": 7, "ocho": 8, "nueve": 9,
    "diez": 10, "once": 11, "doce": 12, "trece": 13, "catorce": 14, "quince": 15, "veinte": 20,
    "veinticinco": 25, "treinta": 30, "cuarenta": 40, "cincuenta": 50, "sesenta": 60, "setenta": 70,
    "ochenta": 80, "noventa": 90, "cien": 100, "ciento": 100, "doscientos": 200, "trescientos": 300,
    "cuatrocientos": 400, "quinientos": 500, "seiscientos": 600, "setecientos": 700, "ochocientos": 800,
    "novecientos": 900,
}  # fmt: skip
_GUARANI_AMOUNT = re.compile(
    rf"(?:\bgs?\b\.?|₲|\bpyg\b|\bguaranies\b) ?:? ?({_NUMBER}(?: (?:millon(?:es)?|mil)\b)?)"
    rf"|({_NUMBER}(?: (?:millon(?:es)?|mil)\b)?)[ .-]*(?:\bgs?\b|₲|\bpyg\b|(?:de )?guaranies\b)"
)
_RANGE = re.compile(rf"(?:entre |de )?({_NUMBER}) (?:a|y|-|hasta) ({_NUMBER})")
_TIMES = re.compile(
    rf"({_NUMBER}) ?(?:x|por|\*|c/u|cada) ?({_NUMBER})?\b.*|(\d+) ?(?:x|por|\*|de) ({_NUMBER}).*"
)
_AND_A_HALF = re.compile(r"(\d+|[a-z]+) millon(?:es)? y medio")
_MONTHLY = re.compile(rf"({_NUMBER}) ?(?:mensual(?:es)?|(?:por|al|/) ?mes|x mes|cada mes)")
#: Figures that are no amounts: years, sources of funds, numbers of norms.
_NO_AMOUNT = re.compile(
    r"\b(?:19|20)\d\d\b|\bf\.? ?f\.? ?\d\d?\b|\bfuente \d\d?\b|\bn[°o]?\.? ?\d+(?:/\d+)?\b"
)
_SCALES = {"k": 1_000, "m": 1_000_000}
_FREE = re.compile(
    r"s/ ?c(?:osto)?\.?|sin costos?(?: adicional(?:es)?)?|no requiere(?: presupuesto| costo| recursos)?|gratuit[oa]|cero"
    r"|sin erogacion(?:es)?|no (?:implica|genera|tiene) (?:costo|gasto|erogacion)s?.*|costo (?:cero|0)"
)
_UNDEFINED = re.compile(
    r"(?:a|por|sin) (?:definir|confirmar|determinar|cuantificar|estimar|asignar|gestionar)(?:se)?.*|pendiente.*|n/?[ad]"
    r"|no (?:definido|aplica|corresponde|disponible|cuantificado|determinado)|tbd|s/?d|\?+|en gestion"
    r"|s/? ?p(?:resup(?:uesto|\.)?)?|sin presupuesto(?: asignado| definido)?"
)
#: 1200.000 and 1.200,000: no guaraní has three decimals, and nobody can say what was meant.
_THREE_DECIMALS = re.compile(r"\d{4,}[.,]\d{3}|[\d.]+\.\d{3},\d{3}|[\d,]+,\d{3}\.\d{3}")
_BLANK = re.compile(r"[-–—_.x*/ ]*")
#: A minus before the number, or the number in brackets; "5.000.000 - FF 10" and "(Gs.) 5.000.000" are neither.
_NEGATIVE = re.compile(r"\s*-|[^\d(]*-(?=\d)|\s*\(\s*(?:gs?\.?|₲)?\s*-?\d")
#: An amount in a remark.
_REMARKED = re.compile(r"\d{1,3}(?:[.,]\d{3})+(?!\d)")
#: The guaraní in a column that names currencies.
_GUARANI = re.compile(
    r"(?:en )?(?:gs?|g s|pyg|guarani(?:es)?|₲|(?:moneda )?(?:nacional|local|corriente))(?: paraguayos?)?"
)
_WRITE = "Escriba el monto en guaraníes, solo con números (por ejemplo 12500000)."


class Amount(Struct, frozen=True):
    """Whole guaraníes, or None where no amount is stated."""

    guaranies: int | None = None
    notes: tuple[Note, ...] = ()


def read_amount(value: Cell, scale: int = 1, number_format: str = "") -> Amount:
    """The amount that a cell states; `scale` is what its heading says ("en millones"), `number_format` its style."""
    match value:
        case bool() | date() | datetime() | time() | timedelta():
            return _not_understood(value)
        case int() | float():
            if number_format and _FOREIGN.search(_visible(number_format)):
                sign = re.sub(r"[#0?.,_*()\s-]+", " ", _visible(number_format)).strip().upper()
                return _foreign(f"{sign} {shown(value)}")
            return _whole(float(value) * scale, value, was_scaled=scale != 1)
        case str():
            return _text(value, scale)


def in_other_money(currency: Cell, value: Cell) -> Amount | None:
    """An amount beside a cell that names its currency ("USD"); None where that is the guaraní, or there is nothing."""
    named = words(clean(currency))
    if not named or value in {"", 0} or _GUARANI.fullmatch(named):
        return None
    return _foreign(f"{shown(currency)} {shown(value)}")


def read_number(text: str) -> float | None:
    """A number as it is written in Spanish ("1.500.000,50", "12,5"), or None when its signs contradict."""
    text = text.replace(" ", "")
    if "'" in text:
        text = re.sub(r"[',.](?=\d{3}(?:\D|$))", "", text).replace("'", "")  # 1'200.000
    dots, commas = text.count("."), text.count(",")
    if dots and commas:
        decimal = "," if text.rfind(",") > text.rfind(".") else "."
        thousands = "." if decimal == "," else ","
        if text.count(decimal) > 1 or not _grouped(text.split(decimal)[0], thousands):
            return None
        text = text.replace(thousands, "").replace(decimal, ".")
    elif dots + commas > 1:
        sign = "." if dots else ","
        if not _grouped(text, sign):
            return None
        text = text.replace(sign, "")
    elif dots + commas == 1:
        sign = "." if dots else ","
        if sign == "." and _grouped(text, ".") and not text.startswith("0"):
            text = text.replace(".", "")
        else:
            text = text.replace(sign, ".")
    try:
        return float(text)
    except ValueError:
        return None


def _grouped(text: str, sign: str) -> bool:
    first, *groups = text.split(sign)
    return 1 <= len(first) <= 3 and all(len(group) == 3 for group in groups)


def _text(value: str, scale: int) -> Amount:
    text = fold(value)
    if _BLANK.fullmatch(text):
        return Amount()
    if _FOREIGN.search(text):
        if not _GUARANIES.search(text):
            return _foreign(shown(value)) if re.search(r"\d", text) else _without_number(value)
        return _both(value, text)
    text = _GUARANIES.sub(" ", text).strip()
    outside = re.sub(r"\([^)]*\)\.?", " ", text)
    if re.search(r"\d", outside):
        text = outside  # a remark: "(FF 10)", "(doce millones)"
    text = text.replace("guaranies", " ").strip(" .:-=") or text
    if text == "" or _BLANK.fullmatch(text):
        return Amount()
    if _FREE.fullmatch(text):
        return Amount(0, (info("amount_free", f"«{shown(value)}» se entiende como 0 guaraníes."),))
    if _UNDEFINED.fullmatch(text):
        return Amount(
            notes=(
                info(
                    "amount_undefined",
                    f"El presupuesto no está definido: «{shown(value)}».",
                    "Cuando se sepa, escriba el monto en guaraníes.",
                ),
            )
        )
    negative = _NEGATIVE.match(fold(value)) is not None
    amount = _AMOUNT.fullmatch(text)
    if amount is None:
        return _unread(value, text)
    word = amount[3]
    number = read_number(amount[2])
    if word and number is not None and re.fullmatch(r"\d+\.\d{3}", amount[2]) and amount[2].startswith("0"):
        number = float(amount[2])
    if word and word.startswith("mil") and "million" not in word and "," in amount[2]:
        number = float(amount[2].replace(".", "").replace(",", "."))
    if number is None or (not word and _THREE_DECIMALS.fullmatch(amount[2])):
        return _not_understood(value)
    if not word and "," in amount[2] and "." not in amount[2] and _grouped(amount[2], ","):
        number = float(amount[2].replace(",", ""))  # 12,500,000 and 12,500: no guaraní has three decimals
    times = _times(word) if word else scale
    signed = -number if amount[1] or negative else number
    read = _whole(signed * times, value, was_scaled=times != 1)
    remarks = " ".join(re.findall(r"\([^)]*\)", fold(value))) if "(" in value else ""
    others = [read_number(other) for other in _REMARKED.findall(remarks)]
    if read.guaranies is None or all(other in {number, float(read.guaranies)} for other in others):
        return read
    note = info(
        "amount_beside",
        f"«{shown(value)}» dice también otro monto: se toman {_dotted(read.guaranies)} guaraníes.",
        "Deje en la celda solo el total y pase el detalle a las observaciones.",
    )
    return Amount(read.guaranies, (*read.notes, note))


def _both(value: str, text: str) -> Amount:
    """The guaraníes of a cell that also states another currency: "Gs. 7.300.000 (USD 1.000)"."""
    found = [match[1] or match[2] for match in _GUARANI_AMOUNT.finditer(text)]
    read = _text(found[0], 1) if len(found) == 1 else Amount()
    if read.guaranies is None:
        return _foreign(shown(value))
    note = warning(
        "currency_beside",
        f"«{shown(value)}» dice también un monto en otra moneda: se toman {_dotted(read.guaranies)} guaraníes"
        " y el otro no se lee.",
        "Deje solo el monto en guaraníes.",
    )
    return Amount(read.guaranies, (*read.notes, note))


def _unread(value: str, text: str) -> Amount:
    """An amount in words, or why a text states none; of several readings all are named."""
    worded = _IN_WORDS.fullmatch(text)
    if worded and worded[1] in _NUMBER_WORDS and (not worded[2] or worded[2] in _NUMBER_WORDS):
        number = _NUMBER_WORDS[worded[1]] + _NUMBER_WORDS.get(worded[2] or "", 0)
        whole = number * _times(worded[3])
        note = info(
            "amount_in_words", f"«{shown(value)}» se entiende como {_dotted(whole)} guaraníes.", _WRITE
        )
        return Amount(whole, (note,))
    half = _AND_A_HALF.fullmatch(text)
    if half and (millions := read_number(half[1]) or _NUMBER_WORDS.get(half[1])):
        whole = int((millions + 0.5) * 1_000_000)
        note = info(
            "amount_in_words", f"«{shown(value)}» se entiende como {_dotted(whole)} guaraníes.", _WRITE
        )
        return Amount(whole, (note,))
    if not re.search(r"\d", _NO_AMOUNT.sub("", text)):
        return _without_number(value)
    between = _RANGE.fullmatch(text)
    if between:
        return _not_understood(value, f" Puede ser {between[1]} o {between[2]}: no se tomó ninguno.")
    times = _TIMES.fullmatch(text)
    if times:
        one, count = read_number(times[1] or times[4]), read_number(times[2] or times[3] or "")
        if one is not None and count is not None:
            one, count = max(one, count), min(one, count)
            both = f"{_dotted(int(one))} por cada uno, o {_dotted(int(one * count))} en total"
            return _not_understood(value, f" Puede ser {both}: no se tomó ninguno.")
    parts = [read_number(part) for part in re.split(r" ?\+ ?", text)]
    if len(parts) > 1 and all(part is not None for part in parts):
        added = _dotted(int(sum(part or 0 for part in parts)))
        return _not_understood(value, f" Puede ser la suma, {added}: no se tomó.")
    monthly = _MONTHLY.fullmatch(text)
    if monthly and (one := read_number(monthly[1])) is not None:
        year = _dotted(int(one * 12))
        return _not_understood(
            value, f" Puede ser {monthly[1]} en total, o {year} por doce meses: no se tomó ninguno."
        )
    return _not_understood(value)


def _dotted(whole: int) -> str:
    return f"{whole:,}".replace(",", ".")


def _times(word: str) -> int:
    if "mil" in word and "millon" in word and word.startswith("mil "):
        return 1_000_000_000
    if word.startswith(("miles de millon", "mil m")):
        return 1_000_000_000
    if word.startswith(("millon", "mill", "mm")):
        return 1_000_000
    if word.startswith("mil"):
        return 1_000
    return _SCALES[word]


def _whole(number: float, value: Cell, *, was_scaled: bool) -> Amount:
    if number != number or abs(number) >= 1e15:  # noqa: PLR0124 - the only value unequal to itself is NaN
        return _not_understood(value)
    if number < 0:
        return Amount(
            notes=(
                error(
                    "amount_negative",
                    f"El monto «{shown(value)}» es negativo.",
                    f"Corrija el monto. {_WRITE}",
                ),
            )
        )
    whole = int(number + 0.5)
    if abs(number - whole) > 1e-6:
        note = warning(
            "amount_decimals",
            f"El guaraní no tiene decimales: «{shown(value)}» se redondea a {_dotted(whole)}.",
            _WRITE,
        )
        return Amount(whole, (note,))
    if 0 < whole < 1_000 and not was_scaled:
        note = warning(
            "amount_small",
            f"Un presupuesto de {whole} guaraníes es muy bajo: quizá está en miles o en millones.",
            _WRITE,
        )
        return Amount(whole, (note,))
    return Amount(whole)


def _visible(number_format: str) -> str:
    """The words of a number format: `[$USD] #,##0` shows USD; `[$₲-474]` shows ₲."""
    first = number_format.split(";", maxsplit=1)[0]
    first = re.sub(r"\[\$([^\]-]*)(?:-[^\]]*)?\]", r"\1", first)
    return re.sub(r"\[[^\]]*\]", "", first).replace('"', "").replace("\\", "").lower()


def _foreign(text: str) -> Amount:
    return Amount(
        notes=(
            error(
                "currency_not_guaranies",
                f"El monto «{text}» no está en guaraníes.",
                "Escriba el monto en guaraníes; no se convierten monedas.",
            ),
        )
    )


def _without_number(value: Cell) -> Amount:
    return Amount(
        notes=(
            warning(
                "amount_without_number",
                f"«{shown(value)}» no dice un monto; el presupuesto queda sin cargar.",
                f"{_WRITE} Si es la fuente de financiamiento, use esa columna.",
            ),
        )
    )


def _not_understood(value: Cell, readings: str = "") -> Amount:
    message = f"No se entiende el monto «{shown(value)}».{readings}"
    return Amount(notes=(error("amount_not_understood", message, _WRITE),))
