"""Plans over HTTP: list, open, change, and add an action to one."""

import asyncpg
from litestar import Response, get, post, put
from litestar.handlers import BaseRouteHandler
from litestar.params import JSONBody

from nanduti.plans import Plan
from nanduti_hub.access.audit import touches
from nanduti_hub.access.policy import Act, permit
from nanduti_hub.actions.commands import PlanAction
from nanduti_hub.actions.http import facts_of
from nanduti_hub.actions.project import ACTIONS
from nanduti_hub.actions.queries import as_json, find_action
from nanduti_hub.actions.views import ActionView
from nanduti_hub.directory.queries import platform_named
from nanduti_hub.documented import CHANGE, MAKE, PageOf, answers
from nanduti_hub.ledger.answers import Answer
from nanduti_hub.ledger.database import transaction
from nanduti_hub.ledger.execute import execute
from nanduti_hub.ledger.identifiers import new_id
from nanduti_hub.ledger.statements import statement
from nanduti_hub.plans.commands import RegisterPlan
from nanduti_hub.plans.project import PLANS
from nanduti_hub.plans.queries import plan_now
from nanduti_hub.plans.views import ListedPlan, PlanView
from nanduti_hub.plans.writing import NewAction, NewPlan, action_from, code_of, plan_from
from nanduti_hub.refusal import Refusal, Refused
from nanduti_hub.serving import (
    InPath,
    InQuery,
    RequestOf,
    caller_from,
    command,
    expected_version,
    hub_of,
    json_answer,
    tag_of,
    today,
)

ONE_PLAN = "/v1/plans/{plan_id}"


def _versioned(row: asyncpg.Record) -> bytes:
    body: bytes = row["body"]
    return body[:-1] + b',"version":%d}' % row["version"]


def _listed(row: asyncpg.Record) -> bytes:
    """A plan as a list shows it: with the number of its actions, which no version of the plan covers."""
    return _versioned(row)[:-1] + b',"actions":%d}' % row["actions"]


@get(
    "/v1/plans",
    summary="Planes operativos",
    opt={"act": Act.READ_REGISTER},
    responses=answers(200, PageOf[ListedPlan], leads=[(ONE_PLAN, "/items/0/id")]),
)
async def list_plans(request: RequestOf, platform: InQuery = None) -> Response[bytes]:
    """The plans of one platform, or of all, each with its latest revision."""
    caller = caller_from(request)
    async with transaction(hub_of(request).ledger.database, caller) as connection:
        rows = await connection.fetch(statement("nanduti_hub.plans", "list_plans"), platform, None)
    body = b'{"items":[%b],"next":null}' % b",".join(_listed(row) for row in rows)
    return Response(body, media_type="application/json")


@get(
    "/v1/plans/{plan_id:str}",
    summary="Un plan operativo",
    opt={"act": Act.READ_REGISTER},
    responses=answers(200, PlanView, headers=("ETag",), leads=[(ONE_PLAN, "/id")]),
)
async def get_plan(request: RequestOf, plan_id: InPath) -> Response[bytes]:
    """One plan with its version and its latest revision."""
    caller = caller_from(request)
    async with transaction(hub_of(request).ledger.database, caller) as connection:
        row = await connection.fetchrow(statement("nanduti_hub.plans", "list_plans"), None, plan_id)
    if row is None:
        raise Refused(Refusal("plan_unknown"))
    headers = {"ETag": tag_of(request, row["version"]), "Vary": "Accept-Language"}
    return Response(_versioned(row), media_type="application/json", headers=headers)


async def _register(request: RequestOf, plan: Plan, expected: int | None = None) -> Response[bytes]:
    """Open a plan, or change the one that stands at a version."""
    caller = caller_from(request)
    permit(caller, Act.CHANGE_PLAN, plan.platform)
    ledger = hub_of(request).ledger

    async def work(connection: asyncpg.Connection) -> Answer:
        await platform_named(connection, plan.platform)
        if expected is not None:
            owner = (await plan_now(connection, plan.id)).plan.platform
            touches(request, plan.id)
            permit(caller, Act.CHANGE_PLAN, owner)
        done = await execute(
            connection, ledger, PLANS, plan.id, RegisterPlan(plan=plan), expected=expected or 0
        )
        tag = tag_of(request, done.version)
        return json_answer(
            201 if expected is None else 200,
            done.state.plan,
            {"ETag": tag, "Location": f"/v1/plans/{plan.id}"},
        )

    return await command(request, caller, work)


@post(
    "/v1/plans",
    summary="Abrir un plan operativo",
    opt={"act": Act.CHANGE_PLAN},
    responses=answers(201, Plan, headers=("ETag", "Location"), takes=MAKE, leads=[(ONE_PLAN, "/id")]),
)
async def open_plan(request: RequestOf, data: JSONBody[NewPlan]) -> Response[bytes]:
    """Open a plan of one's platform, as yet without actions."""
    return await _register(request, plan_from(data, new_id()))


@put(
    "/v1/plans/{plan_id:str}",
    summary="Cambiar título, vigencia o documento de un plan",
    opt={"act": Act.CHANGE_PLAN},
    responses=answers(200, Plan, headers=("ETag", "Location"), takes=CHANGE, leads=[(ONE_PLAN, "/id")]),
)
async def change_plan(request: RequestOf, plan_id: InPath, data: JSONBody[NewPlan]) -> Response[bytes]:
    """Change a plan's title, term, extension or source document. Needs If-Match."""
    return await _register(request, plan_from(data, plan_id), expected_version(request))


@post(
    "/v1/plans/{plan_id:str}/actions",
    summary="Agregar una acción a un plan",
    opt={"act": Act.CHANGE_ACTION},
    responses=answers(
        201, ActionView, headers=("ETag", "Location"), takes=MAKE, leads=[("/v1/actions/{name}", "/id")]
    ),
)
async def add_action(request: RequestOf, plan_id: InPath, data: JSONBody[NewAction]) -> Response[bytes]:
    """Plan an action that is in no workbook (yet): the next workbook can take it up."""
    caller = caller_from(request)
    ledger = hub_of(request).ledger

    async def work(connection: asyncpg.Connection) -> Answer:
        # A workbook that is being confirmed holds the plan: it must see this action, or come before it.
        owner = (await plan_now(connection, plan_id)).plan.platform
        touches(request, plan_id)
        permit(caller, Act.CHANGE_ACTION, owner)
        plan = (await plan_now(connection, plan_id, lock=True)).plan
        platform = await platform_named(connection, plan.platform)
        number = await connection.fetchval(statement("nanduti_hub.actions", "take_numbers"), 1)
        code = code_of(plan, number)
        action = action_from(data, id_=new_id(), code=code, plan=plan, crimes=platform.crimes)
        wanted = PlanAction(action=action, facts=await facts_of(connection))
        done = await execute(connection, ledger, ACTIONS, action.id, wanted, expected=0)
        row = await find_action(connection, action.id, today())
        headers = {"ETag": tag_of(request, done.version), "Location": f"/v1/actions/{action.id}"}
        return json_answer(201, as_json(row), headers)

    return await command(request, caller, work)


ROUTES: list[BaseRouteHandler] = [
    list_plans,
    get_plan,
    open_plan,
    change_plan,
    add_action,
]
