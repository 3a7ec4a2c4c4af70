"""A telephone or an identity number in a plan's text is told, and never repeated."""

import pytest

from nanduti_hub.plans.personal import look
from nanduti_hub.plans.rows import Row, Severity, cells_at


@pytest.mark.parametrize(
    "text",
    [
        "Coordinar con la referente (0981 123 456)",
        "Llamar al +595 981-123456",
        "Línea baja (021) 123-456",
        "Entregar el informe a la persona con C.I. N° 1.234.567",
        "cédula de identidad 1234567",
        "Coordina la Lic. Marta Sintética Ejemplo",
        "ABG. JUAN SINTETICO",
        "Acompañar a la Sra. Juana Sintética",
        "escribir a nadie.sintetico@example.org",
        "enviar a codeni.pilar@gmail.com",
        "Escuela N° 12 «Prof. Ana Ficticia», a cargo de la Lic. Rosa Inventada",
    ],
)
def test_what_looks_personal_is_a_warning_without_the_datum(text: str) -> None:
    (finding,) = look(
        Row(sheet="POA", row=7, title="Capacitar", observations=text, cells=cells_at({"observations": "R7"}))
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


@pytest.mark.parametrize(
    "text",
    [
        "Charla en el barrio Dr. Francia de Encarnación",
        "Talleres en Mcal. Estigarribia, Dr. Botrell y Dr. Juan Manuel Frutos",
        "Jornada en Dr. Juan Eulogio Estigarribia",
        "Mural en la Escuela Básica N° 123 Prof. Ana Ficticia",
        "Difundir en calle Dr. Pedro Peña y Hospital Dr. Jorge Inventado",
        "Invitar a la Sra. Ministra y al Dr. Defensor General",
        "La Dra. de turno atiende; ver Lic. ambiental y Res. N° 5",
        "Mesa de entrada: mesa@example.gov.py",
    ],
)
def test_places_posts_and_mailboxes_of_an_office_are_nobody(text: str) -> None:
    assert list(look(Row(sheet="POA", row=7, title=text))) == []
