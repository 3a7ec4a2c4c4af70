"""Filling a new hub with the demo's plans and reports, by the same way in as any coordinator's.

What is there already is left alone, so that a demo goes on where it was. Everything is synthetic and marked.
"""

from collections.abc import Sequence
from datetime import date
from functools import partial
from importlib.resources import files

import asyncpg
import msgspec
import structlog
from msgspec import Struct

from nanduti.actions import Action, Report
from nanduti.plans import Plan
from nanduti_hub.actions.commands import ActionCommand, Facts, IndicatorSet, ReportIndicator, SetIndicators
from nanduti_hub.actions.http import facts_of
from nanduti_hub.actions.project import ACTIONS
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
    #: The file of what is reported of its actions, if anything is.
    reports: str = ""


class Measured(Struct, frozen=True):
    """An indicator, with its number where the workbook has it, and what is reported of it."""

    indicator: IndicatorSet
    reports: tuple[Report, ...]


class ReportedAction(Struct, frozen=True):
    """What is reported of the action that has this number in the workbook."""

    number: str
    indicators: tuple[Measured, ...]


class DemoReports(Struct, frozen=True):
    """The reports of a plan, and what had to be assumed to make them."""

    assumptions: tuple[str, ...]
    actions: tuple[ReportedAction, ...]


def demo_plans() -> list[DemoPlan]:
    """The demo's plans, as `plans.json` lists them."""
    return msgspec.json.decode(
        files("nanduti_hub.demo").joinpath("plans.json").read_bytes(), type=list[DemoPlan]
    )


def workbook(plan: DemoPlan) -> bytes:
    """The bytes of a plan's workbook."""
    return files("nanduti_hub.demo").joinpath("workbooks", plan.file).read_bytes()


def demo_reports(plan: DemoPlan) -> DemoReports:
    """What is reported of a plan's actions."""
    return msgspec.json.decode(
        files("nanduti_hub.demo").joinpath(plan.reports).read_bytes(), type=DemoReports
    )


async def found_demo(ledger: Ledger) -> None:
    """Open and import each plan of the demo that is not there yet, and report what it is said to have brought."""
    for demo_plan in demo_plans():
        await found_plan(ledger, demo_plan)


async def found_plan(ledger: Ledger, demo_plan: DemoPlan) -> Plan:
    """Open and import one plan, and report on it, where that has not been done; the plan."""
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
    if demo_plan.reports:
        await _reported(ledger, caller, plan.id, demo_reports(demo_plan))
    return plan


async def _reported(ledger: Ledger, caller: Caller, plan: str, told: DemoReports) -> None:
    """Report on the actions that nothing has happened to since they were imported: each of them in one transaction, so
    that a start that was broken off is taken up by the next one, and what people did since stays.
    """
    by_number = {reported.number: reported for reported in told.actions}
    async with transaction(ledger.database, caller) as connection:
        rows = await connection.fetch(statement("nanduti_hub.plans", "actions_of_plan"), plan)
        facts = await facts_of(connection)
    for row in rows:
        action = msgspec.json.decode(row["body"], type=Action)
        number = action.citations[0].number if action.citations else ""
        if row["version"] == 1 and number in by_number:
            commands = _commands(by_number[number], facts)
            await run(ledger, caller, partial(_carry_out, ledger, action.id, commands))


def _commands(reported: ReportedAction, facts: Facts) -> list[ActionCommand]:
    """What a coordinator would ask for: the indicators, then the reports on each."""
    wanted = SetIndicators(indicators=tuple(measured.indicator for measured in reported.indicators))
    return [
        wanted,
        *(
            ReportIndicator(number=number, report=report, facts=facts)
            for number, measured in enumerate(reported.indicators, 1)
            for report in measured.reports
        ),
    ]


async def _carry_out(
    ledger: Ledger, action: str, commands: Sequence[ActionCommand], connection: asyncpg.Connection
) -> None:
    for command in commands:
        await execute(connection, ledger, ACTIONS, action, command)


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
