"""Every SQL file is a statement that the migrated database can prepare, and says what its binds are."""

import re
from pathlib import Path

import asyncpg
import pytest
from databases import Database

import nanduti_hub

ROOT = Path(nanduti_hub.__file__).parent
FILES = sorted(ROOT.glob("*/sql/*.sql"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.parent.name}/{file.stem}")
async def test_each_statement_prepares_and_names_its_binds(journeys_database: Database, file: Path) -> None:
    text = file.read_text("utf-8")
    head, body = text[: text.index("\n", text.rindex("--"))], re.sub(r"--.*", "", text)
    assert text.startswith("-- ")
    used = set(re.findall(r"\$\d+", body))
    assert used <= set(re.findall(r"\$\d+", head)), "each bind is told in the first lines"
    connection = await asyncpg.connect(journeys_database.dsn("owner"))
    try:
        await connection.prepare(body)
    finally:
        await connection.close()
