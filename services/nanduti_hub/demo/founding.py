"""Filling a new hub with the demo's plans, by the same way in as any coordinator's workbook.

What is there already is left alone, so that a demo goes on where it was. Everything is synthetic and marked.
"""

from datetime import date
from importlib.resources import files

import msgspec
import structlog
from msgspec import Struct

from nanduti.plans import Plan
from nanduti_hub.caller import Caller, Role
from nanduti_hub.ledger.database import transaction
from nanduti_hub.ledger.execute import Ledger, execute, run
from nanduti_hub.ledger.identifiers import new_id
from nanduti_hub.ledger.statements import statement
from nanduti_hub.plans.commands import RegisterPlan
from nanduti_hub.plans.confirming import Confirmation, confirm
from nanduti_hub.plans.project import PLANS
from nanduti_hub.plans.uploads import unrecorded, upload

log = structlog.get_logger(__name__)


class DemoPlan(Struct, frozen=True):
    """A plan of the demo and the workbook that is its first revision."""

    file: str
    platform: str
    title: str
    term_from: date
    term_to: date
    act: str
    act_date: date


def demo_plans() -> list[DemoPlan]:
    """The demo's plans, as `plans.json` lists them."""
    return msgspec.json.decode(
        files("nanduti_hub.demo").joinpath("plans.json").read_bytes(), type=list[DemoPlan]
    )


def workbook(plan: DemoPlan) -> bytes:
    """The bytes of a plan's workbook."""
    return files("nanduti_hub.demo").joinpath("workbooks", plan.file).read_bytes()


async def found_demo(ledger: Ledger) -> None:
    """Open and import each plan of the demo that is not there yet."""
    for demo_plan in demo_plans():
        caller = Caller(name=f"demo:{demo_plan.platform}", role=Role.COORDINATOR, scope=demo_plan.platform)
        plan = await _opened(ledger, caller, demo_plan)
        if plan.revision is None:
            content = workbook(demo_plan)
            import_id = await upload(ledger, caller, plan.id, demo_plan.file, content, unrecorded)
            done = await confirm(
                ledger,
                caller,
                import_id,
                Confirmation(act=demo_plan.act, act_date=demo_plan.act_date),
                unrecorded,
            )
            log.info("demo_plan_imported", platform=demo_plan.platform, actions=done.revision.added)


async def _opened(ledger: Ledger, caller: Caller, demo_plan: DemoPlan) -> Plan:
    async with transaction(ledger.database, caller) as connection:
        rows = await connection.fetch(statement("nanduti_hub.plans", "list_plans"), demo_plan.platform, None)
    for row in rows:
        found = msgspec.json.decode(row["body"], type=Plan)
        if found.title == demo_plan.title:
            return found
    plan = Plan(
        id=new_id(),
        platform=demo_plan.platform,
        title=demo_plan.title,
        term_from=demo_plan.term_from,
        term_to=demo_plan.term_to,
        source_document=demo_plan.file,
        synthetic=True,
    )
    done = await run(
        ledger,
        caller,
        lambda connection: execute(connection, ledger, PLANS, plan.id, RegisterPlan(plan=plan)),
    )
    return done.state.plan
