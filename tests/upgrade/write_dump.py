"""Write the database dump of a release, from which `migrate` is tested ever after.

    python tests/upgrade/write_dump.py 0.1.0

Small and synthetic: the starting directory, one plan with two revisions, a few actions with their changes and
reports, a borrador, a person, a token, a saved query, two cases (one handed over, one waiting). Beside the dump stands
what the register was, so that the upgraded database can be held to it, and the golden messages of the release.
"""

import asyncio
import gzip
import json
import subprocess
import sys
import tempfile
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

TESTS = Path(__file__).parent.parent
sys.path.insert(0, str(TESTS))

import case_work  # noqa: E402
import msgspec  # noqa: E402
from databases import PASSWORDS, Database  # noqa: E402  # found beside this script's folder
from msgspec.structs import replace  # noqa: E402
from samples import COORDINATOR, action, plan  # noqa: E402
from small_workbook import BUDGET, ROWS, workbook  # noqa: E402

from nanduti.actions import Report  # noqa: E402
from nanduti.vocabulary import Status  # noqa: E402
from nanduti_hub import migrations  # noqa: E402
from nanduti_hub.access.invitations import invite  # noqa: E402
from nanduti_hub.access.sessions import Held  # noqa: E402
from nanduti_hub.access.tokens import create_token  # noqa: E402
from nanduti_hub.actions.commands import (  # noqa: E402
    ChangeStatus,
    Facts,
    PlanAction,
    ReportIndicator,
    ReportProgress,
)
from nanduti_hub.actions.project import ACTIONS  # noqa: E402
from nanduti_hub.actions.queries import register_state  # noqa: E402
from nanduti_hub.administration import OPERATOR, record_command  # noqa: E402
from nanduti_hub.caller import WORKER, Role  # noqa: E402
from nanduti_hub.embedded import postgres  # noqa: E402
from nanduti_hub.embedded.home import free_port, open_home  # noqa: E402
from nanduti_hub.hub import found_directory  # noqa: E402
from nanduti_hub.ledger.database import close_database, open_database, transaction  # noqa: E402
from nanduti_hub.ledger.execute import Ledger, execute, run  # noqa: E402
from nanduti_hub.ledger.gate import Gate  # noqa: E402
from nanduti_hub.ledger.identifiers import new_id  # noqa: E402
from nanduti_hub.ledger.sequencer import number_events  # noqa: E402
from nanduti_hub.plans.commands import RegisterPlan  # noqa: E402
from nanduti_hub.plans.confirming import Confirmation, confirm  # noqa: E402
from nanduti_hub.plans.project import PLANS  # noqa: E402
from nanduti_hub.plans.uploads import unrecorded, upload  # noqa: E402
from nanduti_hub.saved.queries import keep_query  # noqa: E402

FACTS = Facts(institutions=frozenset({"mtess"}), departments=frozenset({"PY-7"}), today=date(2026, 11, 24))


async def revise(ledger: Ledger, plan_id: str) -> None:
    """Two workbooks become revisions of the plan, and a third is only looked at."""
    for number, budget in enumerate((1_000_000, 2_000_000, 3_000_000), 1):
        rows = [[*row[:BUDGET], budget] for row in ROWS]
        made = await upload(ledger, COORDINATOR, plan_id, f"poa-{number}.xlsx", workbook(rows), unrecorded)
        if number < 3:
            act = Confirmation(act=f"Acta sintética {number}", act_date=FACTS.today)
            await confirm(ledger, COORDINATOR, made, act, unrecorded)


async def hand_over(ledger: Ledger) -> None:
    """A case passes from one institution to another; a second one waits to be answered."""
    at = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
    for answered in (True, False):
        case = await case_work.open_case(ledger, at)
        handoff = await case_work.offer(ledger, case, at + timedelta(minutes=5))
        if answered:
            await case_work.accept(ledger, case, handoff, at + timedelta(hours=1))


async def fill(database: Database) -> dict[str, object]:
    """Do what a small installation does, and give what its register is then."""
    pools = await open_database(database.dsn("app"), database.dsn("worker"))
    gate = Gate()
    async with transaction(pools, WORKER) as connection:
        gate.open(await connection.fetchval("SELECT pg_postmaster_start_time()"))
    ledger = Ledger(pools, gate, "urn:nanduti:upgrade", lambda: None)
    await found_directory(ledger)
    synthetic = plan()
    await run(
        ledger,
        COORDINATOR,
        lambda c: execute(c, ledger, PLANS, synthetic.id, RegisterPlan(plan=synthetic)),
    )
    for number in range(1, 6):
        entered = PlanAction(action=action(number, plan=synthetic.id), facts=FACTS)
        id_ = entered.action.id
        for command in (
            entered,
            ChangeStatus(status=Status.IN_PROGRESS),
            ReportProgress(progress=number * 10),
            ReportIndicator(
                number=1,
                report=Report(on=FACTS.today, value=number, department="PY-7", category="inspectores"),
                facts=FACTS,
            ),
        ):
            await run(ledger, COORDINATOR, lambda c, i=id_, m=command: execute(c, ledger, ACTIONS, i, m))
    await revise(ledger, synthetic.id)
    await hand_over(ledger)
    while await number_events(pools, gate):
        pass
    async with transaction(pools, OPERATOR) as connection:
        await create_token(connection, "Sistema sintético", Role.OBSERVER, "mtess")
        roles = [Held(Role.FOCAL_POINT, "mtess")]
        person, _ = await invite(connection, OPERATOR, "mtess", "ana", "Ana Sintética", roles)
        await record_command(connection, "person invite", None, person.id)
    keeper = replace(COORDINATOR, id=f"token:{new_id()}")
    async with transaction(pools, keeper) as connection:
        await keep_query(connection, keeper, "Vencidas", "overdue=true")
    async with transaction(pools, WORKER, snapshot=True) as connection:
        state = await register_state(connection)
    await close_database(pools)
    rows = dict.fromkeys(("token", "person", "person_role", "invitation", "audit", "saved_query"), 1)
    rows |= {"import": 3, "report": 5, "case_file": 2, "track": 2, "handoff": 2}
    return {"number": state.number, "digest": state.digest, "actions": state.actions, "rows": rows}


async def write(release: str) -> None:
    """Start a PostgreSQL, fill a database, and dump it."""
    with tempfile.TemporaryDirectory() as directory:
        server = await postgres.start(open_home(Path(directory) / "home"), free_port(), durable=False)
        await migrations.bootstrap(server.dsn(), "upgrade", PASSWORDS)
        database = Database(server, "upgrade")
        await migrations.migrate(database.dsn("owner"))
        register = await fill(database)
        pg_dump = postgres.program("pg_dump", None)
        dumped = subprocess.run(  # nothing else runs here
            [str(pg_dump), "--no-owner", "--inserts", "--rows-per-insert=100", database.dsn("superuser")],
            check=True,
            capture_output=True,
        ).stdout
        await server.stop()
    lines = [line for line in dumped.splitlines(keepends=True) if not line.startswith(b"\\")]
    folder = TESTS / "fixtures" / "upgrade"
    (folder / f"{release}.sql.gz").write_bytes(gzip.compress(b"".join(lines), mtime=0))
    (folder / f"{release}.json").write_text(json.dumps(register, indent=1) + "\n")
    examples = sorted((TESTS.parent / "schemas" / "nanduti" / "examples").glob("*.json"))
    messages = (msgspec.json.format(example.read_bytes(), indent=-1) for example in examples)
    (folder / f"{release}.messages.jsonl").write_bytes(b"".join(line + b"\n" for line in messages))


if __name__ == "__main__":
    asyncio.run(write(sys.argv[1]))
