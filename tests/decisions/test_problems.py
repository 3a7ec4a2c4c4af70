"""Every refusal has its texts, in both languages, and what they need to be filled."""

import ast
import string
from pathlib import Path

import pytest

import nanduti_hub
from nanduti_hub.problems import TEXTS
from nanduti_hub.reasons import english, spanish

SOURCES = sorted(Path(nanduti_hub.__file__).parent.rglob("*.py"))


def refusals() -> list[tuple[str, str, set[str]]]:
    """Where a refusal is made, its code, and the names of its values."""
    found = []
    for source in SOURCES:
        for node in ast.walk(ast.parse(source.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Refusal":
                code = ast.literal_eval(node.args[0]) if isinstance(node.args[0], ast.Constant) else ""
                values = node.args[1] if len(node.args) > 1 else ast.Dict([], [])
                names = (
                    {ast.literal_eval(key) for key in values.keys if key}
                    if isinstance(values, ast.Dict)
                    else set()
                )
                found.append((f"{source.name}:{node.lineno}", code, names))
    return found


@pytest.mark.parametrize(("place", "code", "names"), refusals())
def test_a_refusal_fills_its_sentences(place: str, code: str, names: set[str]) -> None:
    """Or telling of it would itself fail."""
    assert code in TEXTS, place
    _, *sentences = TEXTS[code]
    wanted = {name for text in sentences for _, name, _, _ in string.Formatter().parse(text) if name}
    assert wanted <= names, place


def test_no_text_is_without_a_refusal() -> None:
    """What nobody says is not in the table."""
    made = {code for _, code, _ in refusals()}
    assert set(TEXTS) == made


REASONS = [
    (
        "Expected `int | null`, got `str` - at `$.budget`",
        "budget: se esperaba un número entero y llegó texto",
    ),
    ("Expected `str` of length <= 1000 - at `$.title`", "title: se esperaba texto de largo <= 1000"),
    ("Expected `object`, got `array`", "se esperaba un objeto y llegó una lista"),
    ("Invalid enum value 'x' - at `$.crimes[0]`", "crimes[0]: valor fuera de la lista"),
    ("Object missing required field `value`", "falta el campo value"),
    ("JSON is malformed: expected ':' (byte 5)", "el JSON está mal escrito (byte 5)"),
    ("Number out of range - at `$.x`", "x: número fuera de rango"),
    ("cursor", "cursor"),
]


@pytest.mark.parametrize(("message", "said"), REASONS)
def test_a_reason_is_told_in_spanish(message: str, said: str) -> None:
    """Field first; a reason that is not known stays as it is."""
    assert spanish(message) == said


def test_the_value_that_was_sent_is_in_no_reason() -> None:
    """A child's name can be typed into any field."""
    for tell in (spanish, english):
        assert "Juan" not in tell("Invalid enum value 'Juan - at `x`' - at `$.axis`")
        assert "Juan" not in tell("Invalid enum value 'Juan'")
