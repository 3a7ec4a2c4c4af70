"""What was reported before there were rows of it gets the rows that reporting it now would make."""

from datetime import date

import asyncpg
from databases import Database
from samples import COORDINATOR, planned

from nanduti.actions import Indicator, Report
from nanduti.vocabulary import Measure
from nanduti_hub import migrations
from nanduti_hub.actions.project import ACTIONS
from nanduti_hub.ledger.execute import Ledger, execute, run

REPORTS = (
    Report(on=date(2026, 3, 31), value=12.0, evidence="Planilla sintética ñ"),
    Report(on=date(2026, 6, 30), value=1 / 3, department="PY-12"),
    Report(on=date(2026, 6, 30), value=-1e-300, category="quienes «dicen» algo"),
)


async def test_the_migration_makes_the_rows_that_a_command_makes(database: Database, ledger: Ledger) -> None:
    """To the last digit; of national actions and of those with one department or more."""
    for number, departments in enumerate(((), ("PY-7",), ("PY-7", "PY-12"), ("PY-7", "PY-7")), 1):
        indicators = (
            Indicator(number=1, text="Uno", reports=REPORTS),
            Indicator(number=2, text="Dos", measure=Measure.PEOPLE, reports=REPORTS[:1]),
            Indicator(number=3, text="Tres"),
        )
        command = planned(
            number, indicators=indicators, departments=departments, collaborators=("minna", "mtess")
        )
        await run(
            ledger,
            COORDINATOR,
            lambda connection, c=command: execute(connection, ledger, ACTIONS, c.action.id, c),
        )
    script = migrations.scripts()["0011_reports.sql"]
    fill = script[script.index("INSERT INTO report") :].partition(";")[0]
    rows = "SELECT * FROM report ORDER BY action, indicator, place"
    owner = await asyncpg.connect(database.dsn("superuser"))
    try:
        made = await owner.fetch(rows)
        await owner.execute("TRUNCATE report")
        await owner.execute(fill)
        assert await owner.fetch(rows) == made
        assert len(made) == 16
    finally:
        await owner.close()
