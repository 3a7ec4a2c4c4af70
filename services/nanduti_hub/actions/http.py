"""The register over HTTP: lists, one action, its history, and the commands on it."""

from collections.abc import Callable
from datetime import date
from typing import Annotated

import asyncpg
import msgspec
from litestar import Response, get, patch, post, put
from litestar.di import NamedDependency, Provide
from litestar.handlers import BaseRouteHandler
from litestar.params import FromQuery, JSONBody, QueryParameter
from msgspec.structs import asdict

from nanduti.directory import Department, Institution
from nanduti.vocabulary import Axis, Crime, Kind, Status
from nanduti_hub.access.audit import touches
from nanduti_hub.access.policy import Act, permit
from nanduti_hub.actions.commands import (
    ActionCommand,
    ChangeStatus,
    Correct,
    Correction,
    Facts,
    ReportProgress,
    SetMilestones,
)
from nanduti_hub.actions.moments import AsOf, day_of, moment_of
from nanduti_hub.actions.past import action_then, as_json_then, page_then, register_then
from nanduti_hub.actions.project import ACTIONS
from nanduti_hub.actions.queries import (
    Filters,
    RegisterState,
    as_json,
    check_filters,
    find_action,
    has_one_plan,
    page_of_actions,
    register_state,
)
from nanduti_hub.actions.views import ActionView, HistoryEntry
from nanduti_hub.directory.queries import entries
from nanduti_hub.documented import CHANGE, PageOf, Takes, answers
from nanduti_hub.ledger.answers import Answer
from nanduti_hub.ledger.database import transaction
from nanduti_hub.ledger.execute import execute
from nanduti_hub.ledger.statements import statement
from nanduti_hub.refusal import Refusal, Refused
from nanduti_hub.serving import (
    InPath,
    InQuery,
    Limit,
    RequestOf,
    caller_from,
    command,
    expected_version,
    hub_of,
    json_answer,
    next_link,
    not_modified,
    tag_of,
    today,
)

ONE_ACTION = "/v1/actions/{name}"
CHANGED = answers(200, ActionView, headers=("ETag",), takes=CHANGE, leads=[(ONE_ACTION, "/id")])
Cursor = Annotated[str | None, QueryParameter(pattern=r"^n[0-9]{1,18}\Z")]


From = Annotated[
    date | None,
    QueryParameter(name="from", description="The first day of a period that the action's own overlaps."),
]
To = Annotated[date | None, QueryParameter(description="Its last day.")]


def filters_from(
    platform: InQuery = None,
    institution: InQuery = None,
    crime: FromQuery[Crime | None] = None,
    axis: FromQuery[Axis | None] = None,
    kind: FromQuery[Kind | None] = None,
    department: InQuery = None,
    status: FromQuery[Status | None] = None,
    q: InQuery = None,
    plan: InQuery = None,
    overdue: FromQuery[bool | None] = None,
    due_soon: FromQuery[bool | None] = None,
    stale: FromQuery[bool | None] = None,
    reference: InQuery = None,
    from_: From = None,
    to: To = None,
    milestone_due: FromQuery[bool | None] = None,
) -> Filters:
    """The filters of a list, from its query.

    Raises:
        Refused: `dates_reversed`, the period ends before it starts.

    """
    if from_ and to and to < from_:
        raise Refused(Refusal("dates_reversed", {"start": from_.isoformat(), "end": to.isoformat()}))
    return Filters(
        platform=platform, institution=institution, crime=crime, axis=axis, kind=kind, department=department,
        status=status, q=q, plan=plan, overdue=overdue, due_soon=due_soon, stale=stale, reference=reference,
        since=from_, until=to, milestone_due=milestone_due,
    )  # fmt: skip


FILTERED = {"filters": Provide(filters_from, sync_to_thread=False)}


@get(
    "/v1/actions",
    dependencies=FILTERED,
    summary="Acciones del registro, por páginas",
    opt={"act": Act.READ_REGISTER},
    responses=answers(
        200, PageOf[ActionView], headers=("Link", "Nanduti-Register"), leads=[(ONE_ACTION, "/items/0/id")]
    ),
)
async def list_actions(
    request: RequestOf,
    filters: NamedDependency[Filters],
    as_of: AsOf = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Response[bytes]:
    """A page of actions in the order of their codes; `next` is the cursor of the following page, or null.

    With `as_of` as they were then, of one platform or plan or of all: no other filter knows the past.
    """
    caller = caller_from(request)
    after = number_of(cursor)
    headers: dict[str, str] = {}
    one_plan = as_of is not None or has_one_plan(filters)
    async with transaction(hub_of(request).ledger.database, caller, one_plan=one_plan) as connection:
        if as_of is None:
            rows = await page_of_actions(connection, filters, today(), after, limit + 1)
            # A code that is none finds nothing, but for a department: there the national ones are found.
            if not rows or filters.department is not None:
                await check_filters(connection, filters)
            items = [as_json(row) for row in rows[:limit]]
        else:
            _only_plain(filters)
            moment = await moment_of(connection, as_of, "as_of")
            rows = await page_then(connection, filters.platform, filters.plan, moment, after, limit + 1)
            if not rows:
                await check_filters(connection, filters)
            items = [as_json_then(row, day_of(moment)) for row in rows[:limit]]
            headers["Nanduti-Register"] = str(moment.number)
    following = cursor_of(rows[limit - 1]["number"]) if len(rows) > limit else None
    body = b'{"items":[%b],"next":%b}' % (b",".join(items), msgspec.json.encode(following))
    # What comes next is of the same moment, also where an instant is so late that more may still come before it.
    pinned = {"as_of": headers["Nanduti-Register"]} if headers else None
    headers |= next_link(request, following, pinned)
    return Response(body, media_type="application/json", headers=headers)


def _only_plain(filters: Filters) -> None:
    """Refuse filters that the register of a past moment has no columns for."""
    for name, value in asdict(filters).items():
        if value is not None and name not in ("platform", "plan"):
            named = {"since": "from", "until": "to"}.get(name, name)
            raise Refused(Refusal("filter_not_then", {"filter": named}))


def cursor_of(number: int) -> str:
    """A cursor: go on after this number."""
    return f"n{number}"


def number_of(cursor: str | None) -> int:
    """The number to go on after."""
    return 0 if cursor is None else int(cursor.removeprefix("n"))


@get(
    "/v1/actions/{name:str}",
    summary="Una acción, por su id o su código",
    opt={"act": Act.READ_REGISTER},
    responses=answers(
        200,
        ActionView,
        headers=("ETag", "Nanduti-Register"),
        takes=Takes(known=True),
        leads=[(ONE_ACTION, "/id")],
    ),
)
async def get_action(request: RequestOf, name: InPath, as_of: AsOf = None) -> Response[bytes]:
    """One action with its version, which If-Match wants back; with `as_of` as it was then."""
    caller = caller_from(request)
    headers = {"Vary": "Accept-Language"}
    async with transaction(hub_of(request).ledger.database, caller, one_plan=True) as connection:
        if as_of is None:
            row = await find_action(connection, name, today())
            day, body = today(), as_json(row)
        else:
            moment = await moment_of(connection, as_of, "as_of")
            row = await action_then(connection, name, moment)
            day = day_of(moment)
            body = as_json_then(row, day)
            headers["Nanduti-Register"] = str(moment.number)
    headers["ETag"] = tag_of(request, row["version"], day)
    if not_modified(request, headers["ETag"]):
        return Response(b"", status_code=304, headers=headers)
    return Response(body, media_type="application/json", headers=headers)


@get(
    "/v1/actions/{name:str}/history",
    summary="La historia de una acción",
    opt={"act": Act.READ_REGISTER},
    responses=answers(200, PageOf[HistoryEntry], headers=("Link",)),
)
async def get_history(
    request: RequestOf, name: InPath, cursor: Cursor = None, limit: Limit = 50
) -> Response[bytes]:
    """The events of an action, the latest first, each with its number in the ledger."""
    caller = caller_from(request)
    before = number_of(cursor) or 2**31 - 1
    async with transaction(hub_of(request).ledger.database, caller) as connection:
        row = await find_action(connection, name, today())
        id_ = msgspec.json.decode(row["body"], type=_Identified).id
        events = await connection.fetch(
            statement("nanduti_hub.actions", "history"), f"action:{id_}", min(before, 2**31 - 1), limit + 1
        )
    shown = events[:limit]
    items = b",".join(
        b'{"seq":%d,"recorded_at":"%b","event":%b}'
        % (event["seq"], event["recorded_at"].isoformat().encode(), event["body"])
        for event in shown
    )
    following = cursor_of(shown[-1]["version"]) if len(events) > limit else None
    body = b'{"items":[%b],"next":%b}' % (items, msgspec.json.encode(following))
    return Response(body, media_type="application/json", headers=next_link(request, following))


class _Identified(msgspec.Struct):
    id: str
    platform: str
    version: int = 0


@get(
    "/v1/register",
    summary="El número y la huella del registro publicado",
    opt={"act": Act.READ_REGISTER},
    responses=answers(200, RegisterState, headers=("Nanduti-Register",)),
)
async def get_register(request: RequestOf, as_of: AsOf = None) -> Response[bytes]:
    """The register's number, its digest and how many actions it has: what every subscriber can compare with.

    With `as_of` what was answered then.
    """
    caller = caller_from(request)
    headers: dict[str, str] = {}
    async with transaction(hub_of(request).ledger.database, caller, snapshot=True) as connection:
        if as_of is None:
            state = await register_state(connection)
        else:
            moment = await moment_of(connection, as_of, "as_of")
            state = await register_then(connection, moment)
            headers["Nanduti-Register"] = str(moment.number)
    return Response(msgspec.json.encode(state), media_type="application/json", headers=headers)


async def facts_of(connection: asyncpg.Connection) -> Facts:
    """The codes that the directory has, and the day."""
    return Facts(
        institutions=frozenset(entry.code for entry in await entries(connection, Institution)),
        departments=frozenset(entry.code for entry in await entries(connection, Department)),
        today=today(),
    )


async def change_action(
    request: RequestOf, name: str, make: ActionCommand | Callable[[Facts], ActionCommand]
) -> Response[bytes]:
    """One command on one action: If-Match says which version is meant, the answer is the action after it."""
    caller = caller_from(request)
    expected = expected_version(request)
    ledger = hub_of(request).ledger

    async def work(connection: asyncpg.Connection) -> Answer:
        row = await find_action(connection, name, today())
        found = msgspec.json.decode(row["body"], type=_Identified)
        touches(request, found.id)
        permit(caller, Act.CHANGE_ACTION, found.platform)
        wanted = make(await facts_of(connection)) if callable(make) else make
        done = await execute(connection, ledger, ACTIONS, found.id, wanted, expected=expected)
        changed = await find_action(connection, found.id, today())
        return json_answer(200, as_json(changed), {"ETag": tag_of(request, done.version)})

    return await command(request, caller, work)


@patch(
    "/v1/actions/{name:str}",
    summary="Corregir campos de una acción (RFC 7396)",
    opt={"act": Act.CHANGE_ACTION},
    responses=CHANGED,
)
async def correct_action(request: RequestOf, name: InPath, data: JSONBody[Correction]) -> Response[bytes]:
    """Correct fields; what is not named stays, null empties. Needs If-Match."""
    return await change_action(request, name, lambda facts: Correct(correction=data, facts=facts))


@post(
    "/v1/actions/{name:str}/status",
    status_code=200,
    summary="Cambiar el estado de una acción",
    opt={"act": Act.CHANGE_ACTION},
    responses=CHANGED,
)
async def change_status(request: RequestOf, name: InPath, data: JSONBody[ChangeStatus]) -> Response[bytes]:
    """Move an action to another status. Needs If-Match."""
    return await change_action(request, name, data)


@post(
    "/v1/actions/{name:str}/progress",
    status_code=200,
    summary="Informar el avance de una acción",
    opt={"act": Act.CHANGE_ACTION},
    responses=CHANGED,
)
async def report_progress(
    request: RequestOf, name: InPath, data: JSONBody[ReportProgress]
) -> Response[bytes]:
    """Report progress in percent. Needs If-Match."""
    return await change_action(request, name, data)


@put(
    "/v1/actions/{name:str}/milestones",
    summary="Fijar los hitos de una acción",
    opt={"act": Act.CHANGE_ACTION},
    responses=CHANGED,
)
async def set_milestones(request: RequestOf, name: InPath, data: JSONBody[SetMilestones]) -> Response[bytes]:
    """Replace all milestones. Needs If-Match."""
    return await change_action(request, name, data)


ROUTES: list[BaseRouteHandler] = [
    list_actions,
    get_action,
    get_history,
    get_register,
    correct_action,
    change_status,
    report_progress,
    set_milestones,
]
