"""A code, an id or a department is nothing but its characters."""

from typing import Any

import msgspec
import pytest

from nanduti.vocabulary import Code, DepartmentCode, Id

RIGHT = [(Code, "mtess"), (DepartmentCode, "PY-7"), (Id, "0190b7c4-0000-7000-8000-000000000001")]


@pytest.mark.parametrize(("kind", "text"), RIGHT)
@pytest.mark.parametrize("around", ["{}\n", "\n{}", "{} ", "{}\r\n", "{}\u2028"])
def test_a_line_end_after_a_code_is_no_part_of_it(kind: Any, text: str, around: str) -> None:
    """A code becomes a word of a subject: a line end in it could end up in what is sent to the bus."""
    assert msgspec.convert(text, kind) == text
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(around.format(text), kind)
