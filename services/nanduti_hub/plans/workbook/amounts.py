"""Amounts of money in guaraníes, from numbers and from what people write.

Rule: only guaraníes are read, in whole guaraníes; another currency is an error and never converted. A dot is
the thousands' sign and a comma the decimals', as in Paraguay, unless the text can only be the other way round.
"""

import re
from datetime import date, datetime, time, timedelta

from msgspec import Struct

from nanduti_hub.plans.workbook.text import Cell, Note, error, fold, info, shown, warning

_NUMBER = r"\d+(?:[.,' ]\d+)*"
_FOREIGN = re.compile(
    r"usd|us ?\$|u ?\$ ?[sd]|\$|dolar|€|\beur|r ?\$|\breal(?:es)?\b|\bbrl\b|\bars\b|pesos?\b"
)
_GUARANIES = re.compile(r"\bg(?:s|uaranies)?\b\.?|₲|\bpyg\b|guaranies?|\bgs\.?(?=\d)")
_AMOUNT = re.compile(
    rf"(?:aprox(?:imadamente)?\.?|estimado|total|hasta|unos|alrededor de|monto|costo|presupuesto|de)?[: ]*(-|\()?\s*"
    rf"({_NUMBER})\)?\s*(?:(mil(?:es)? (?:de )?millon(?:es)?|mil m|millon(?:es)?|mills?|mm|m|mil(?:es)?|k)\b\.?)?"
    r"(?: de)?\s*[.,;\-=]*\s*(?:iva inc\w*\.?|\(?con iva\)?|aprox\.?)?"
)
_SCALES = {"k": 1_000, "m": 1_000_000}
_FREE = re.compile(
    r"s/ ?c(?:osto)?\.?|sin costos?(?: adicional(?:es)?)?|no requiere(?: presupuesto| costo| recursos)?|gratuit[oa]|cero"
    r"|sin (?:presupuesto|erogacion)|no (?:implica|genera|tiene) (?:costo|gasto|erogacion)s?.*|costo (?:cero|0)"
)
_UNDEFINED = re.compile(
    r"(?:a|por|sin) (?:definir|confirmar|determinar|cuantificar|estimar|asignar|gestionar)(?:se)?.*|pendiente.*|n/?[ad]"
    r"|no (?:definido|aplica|corresponde|disponible|cuantificado|determinado)|tbd|s/?d|\?+|en gestion|s/?p"
)
#: 1200.000 and 1.200,000: no guaraní has three decimals, and nobody can say what was meant.
_THREE_DECIMALS = re.compile(r"\d{4,}[.,]\d{3}|[\d.]+\.\d{3},\d{3}|[\d,]+,\d{3}\.\d{3}")
_BLANK = re.compile(r"[-–—_.x*/ ]*")
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
                return _foreign(f"{shown(value)} ({_visible(number_format).strip().upper()})")
            return _whole(float(value) * scale, value, was_scaled=scale != 1)
        case str():
            return _text(value, scale)


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
    if _FOREIGN.search(text) and not _GUARANIES.search(text):
        return _foreign(shown(value)) if re.search(r"\d", text) else _without_number(value)
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
    negative = value.strip().startswith(("-", "(")) or " -" in fold(value)
    amount = _AMOUNT.fullmatch(text)
    if amount is None:
        return _not_understood(value) if re.search(r"\d", text) else _without_number(value)
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
    return _whole(signed * times, value, was_scaled=times != 1)


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
            f"El guaraní no tiene decimales: «{shown(value)}» se redondea a "
            + f"{whole:,}.".replace(",", "."),
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


def _not_understood(value: Cell) -> Amount:
    return Amount(
        notes=(error("amount_not_understood", f"No se entiende el monto «{shown(value)}».", _WRITE),)
    )
