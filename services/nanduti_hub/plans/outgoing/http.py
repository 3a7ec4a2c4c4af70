"""A plan's workbooks on their way out: the plan to be changed, and an upload with what is said of its cells."""

import re

import asyncpg
import msgspec
from litestar import Response, get
from litestar.handlers import BaseRouteHandler
from msgspec import Struct

from nanduti.directory import Department, Institution
from nanduti_hub.access.audit import touches
from nanduti_hub.access.policy import Act, permit
from nanduti_hub.directory.queries import entries, platform_named
from nanduti_hub.documented import XLSX, answers
from nanduti_hub.ledger.database import transaction
from nanduti_hub.ledger.statements import statement
from nanduti_hub.offload import OffloadFailed, offload
from nanduti_hub.plans.drafts import Page, see
from nanduti_hub.plans.outgoing.annotated import Remarks, annotated_bytes, remarks_bytes
from nanduti_hub.plans.outgoing.lists import Around
from nanduti_hub.plans.outgoing.template import template_bytes
from nanduti_hub.plans.queries import plan_now
from nanduti_hub.plans.rows import Finding
from nanduti_hub.refusal import Refusal, Refused
from nanduti_hub.serving import InPath, RequestOf, caller_from, hub_of, saved_as

#: Of a borrador only what is said of it is asked for here.
_NO_ROWS = Page(most=1)


class _Findings(Struct, frozen=True):
    findings: tuple[Finding, ...]
    findings_total: int


@get(
    "/v1/plans/{plan_id:str}/template.xlsx",
    summary="La planilla del plan, para cambiarla y subirla",
    opt={"act": Act.READ_REGISTER},
    responses=answers(200, media_type=XLSX, headers=("Content-Disposition",)),
)
async def plan_template(request: RequestOf, plan_id: InPath) -> Response[bytes]:
    """The plan's actions as they stand, in a workbook with lists to choose from and instructions.

    Uploaded again it is compared with what the register said when it was made; unchanged, it changes nothing.
    """
    async with transaction(
        hub_of(request).ledger.database, caller_from(request), snapshot=True
    ) as connection:
        plan = (await plan_now(connection, plan_id)).plan
        touches(request, plan_id)
        register = await connection.fetchval(statement("nanduti_hub.plans", "ledger_number"))
        actions = await connection.fetch(statement("nanduti_hub.plans", "actions_of_plan"), plan_id)
        around = await _around(connection, plan.platform)
    bodies = [row["body"] for row in actions]
    body = await offload(template_bytes, msgspec.json.encode(plan), register, bodies, around)
    revision = plan.revision.number if plan.revision else 0
    return _file(body, f"plan_{plan.platform}_{plan.term_from.year}_revision_{revision}.xlsx")


@get(
    "/v1/imports/{import_id:str}/annotated.xlsx",
    summary="La planilla subida, con sus observaciones",
    opt={"act": Act.READ_IMPORT},
    responses=answers(200, media_type=XLSX, headers=("Content-Disposition",)),
)
async def annotated_workbook(request: RequestOf, import_id: InPath) -> Response[bytes]:
    """The uploaded workbook with a comment and a colour at each cell that something is said of, to be corrected and
    uploaded again. Where it could not be read, a workbook with what was found.
    """
    caller = caller_from(request)
    hub = hub_of(request)

    def check(row: asyncpg.Record) -> None:
        permit(caller, Act.READ_IMPORT, row["platform"], hidden=Refusal("import_unknown"))
        touches(request, row["id"])

    seen = await see(hub.ledger, caller, import_id, _NO_ROWS, check)
    if not seen.is_read:
        raise Refused(Refusal("import_reading"))
    async with transaction(hub.ledger.database, caller) as connection:
        kept = await connection.fetchrow(statement("nanduti_hub.plans", "content_of_import"), import_id)
        around = await _around(connection, kept["platform"])
    said = msgspec.json.decode(seen.body, type=_Findings)
    told = msgspec.json.encode(Remarks(said.findings, said.findings_total))
    name = kept["file_name"]
    try:
        body = await offload(annotated_bytes, kept["content"], name, told, around)
    except OffloadFailed:
        body = await offload(remarks_bytes, name, told)
    return _file(body, f"{_plain(name)}_observaciones.xlsx")


async def _around(connection: asyncpg.Connection, platform: str) -> Around:
    return Around(
        await platform_named(connection, platform),
        tuple(await entries(connection, Institution)),
        tuple(await entries(connection, Department)),
    )


def _plain(name: str) -> str:
    """A file's name without its ending, in letters that every header can carry."""
    return re.sub(r"[^A-Za-z0-9_-]+", "_", name.rpartition(".")[0] or name).strip("_")[:80] or "planilla"


def _file(body: bytes, name: str) -> Response[bytes]:
    return Response(body, media_type=XLSX, headers=saved_as(name))


ROUTES: list[BaseRouteHandler] = [plan_template, annotated_workbook]
