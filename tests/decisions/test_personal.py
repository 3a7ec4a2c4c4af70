"""A telephone or an identity number in a plan's text is told, and never repeated."""

import pytest

from nanduti_hub.plans.personal import look
from nanduti_hub.plans.rows import Row, Severity


@pytest.mark.parametrize(
    "text",
    [
        "Coordinar con la referente (0981 123 456)",
        "Llamar al +595 981-123456",
        "Línea baja (021) 123-456",
        "Entregar el informe a la persona con C.I. N° 1.234.567",
        "cédula de identidad 1234567",
    ],
)
def test_what_looks_personal_is_a_warning_without_the_datum(text: str) -> None:
    (finding,) = look(
        Row(sheet="POA", row=7, title="Capacitar", observations=text, cells={"observations": "R7"})
    )
    assert (finding.code, finding.severity, finding.cell) == ("looks_personal", Severity.WARNING, "R7")
    assert not any(c.isdigit() for c in finding.message + finding.suggestion + finding.value)


@pytest.mark.parametrize(
    "text",
    [
        "Difundir las líneas 147, 137 y 911",
        "Presupuesto de 12.500.000 guaraníes para 1.200 familias",
        "Ley 4788/2012 y Decreto 4473/2020",
        "Reunir a 40 inspectores entre el 01/03/2026 y el 30/06/2026",
        "Resolución MTESS 672/2024, ci 5 talleres",
    ],
)
def test_numbers_of_the_work_itself_are_not(text: str) -> None:
    assert list(look(Row(sheet="POA", row=7, title=text))) == []
