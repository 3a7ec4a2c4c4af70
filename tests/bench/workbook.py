"""A workbook of 12,000 rows and 25 columns: read, previewed, previewed over HTTP, confirmed, and uploaded again.

In alternating rounds beside calamine's own read of the same bytes: our reader alone in this process; reading and
comparing in a process of its own, one kept ready as in a hub; and, at a hub that runs as a process of its own, the
time from the upload to its answer, for a plan that is empty and for one that has all the rows. While the workbook
is confirmed, another platform reports progress every 50 ms, on the clock; beside it, the same commands with nothing
else going on. Everything in the workbook is synthetic.
"""

import asyncio
import io
import itertools
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path
from typing import Any

import httpx
from bench.figures import Figure, figure, percentile
from hub_process import start_hub
from openpyxl import Workbook
from python_calamine import CalamineWorkbook

from nanduti_hub.access.tokens import create_token
from nanduti_hub.administration import installation_settings
from nanduti_hub.caller import Caller, Role
from nanduti_hub.directory import seed
from nanduti_hub.ledger.database import close_database, open_database, transaction
from nanduti_hub.offload import kept_ready, measured
from nanduti_hub.plans.offloaded import read_and_compare
from nanduti_hub.plans.rows import Known
from nanduti_hub.plans.workbook import read_workbook

ROWS = 12_000
MEGABYTE = 1_000_000
EVERY = 0.05
STEWARD = Caller(name="bench", role=Role.STEWARD, scope="*")
HEADINGS = (
    "N°", "Eje", "Objetivo", "Línea de acción", "Actividad", "Descripción", "Responsable", "Corresponsables",
    "Departamento", "Delito", "Tipo de actividad", "Inicio", "Fin", "Indicador", "Unidad de medida", "Línea de base",
    "Meta", "Medio de verificación", "Presupuesto (Gs.)", "Fuente de financiamiento", "Estado", "Avance",
    "Observaciones", "Riesgos", "Contacto institucional",
)  # fmt: skip
AXES = (
    "Fortalecimiento institucional", "Prevención", "Detección", "Atención y protección a víctimas",
    "Investigación y sanción",
)  # fmt: skip
VERBS = (
    "Capacitar", "Sensibilizar", "Acompañar", "Orientar", "Formar", "Convocar", "Visitar", "Apoyar", "Asesorar",
    "Entrevistar", "Registrar", "Evaluar", "Reunir", "Informar", "Encuestar", "Certificar", "Supervisar", "Instruir",
    "Movilizar", "Actualizar",
)  # fmt: skip
WHO = (
    "inspectores de trabajo", "docentes", "personal de salud", "funcionarios municipales", "empleadores rurales",
    "sindicatos", "transportistas", "agentes fiscales", "defensores públicos", "policías", "migrantes",
    "comunidades indígenas", "familias campesinas", "periodistas", "jueces", "promotores", "cooperativas",
    "operadores turísticos", "trabajadoras domésticas", "comités vecinales",
)  # fmt: skip
LEADS = ("MTESS", "MINNA", "Ministerio Público", "MEC", "Ministerio de la Mujer")
DEPARTMENTS = ("Boquerón", "Caaguazú", "Ñeembucú", "Itapúa", "Guairá", "Central", "Alto Paraná")


CRIMES = ("Trata de personas", "Trabajo forzoso", "Trabajo infantil")
STANDINGS = (("Planificada", 0), ("En ejecución", 0.5), ("Cumplida", 1))


async def measure(directory: Path, *, quick: bool) -> list[Figure]:
    """Reading and preview, confirmation and how the others fare meanwhile, and the second upload."""
    rounds = 1 if quick else 3
    content = await asyncio.to_thread(workbook, ROWS)
    home = directory / "hub"
    hub = await asyncio.to_thread(start_hub, home)
    try:
        tokens = await _tokens(home)
        async with (
            _client(hub.file["api"], tokens["conaeti"]) as api,
            _client(hub.file["api"], tokens["mesa"]) as other,
        ):
            first, draft = await _previewed(api, content, rounds)
            return [*first, *await _confirmed(api, other, draft), await _second(api, draft, content, rounds)]
    finally:
        await asyncio.to_thread(hub.stop)


async def _previewed(
    api: httpx.AsyncClient, content: bytes, rounds: int
) -> tuple[list[Figure], dict[str, Any]]:
    """The ways to a preview, each beside calamine's own read, and the last draft."""
    known = _known()
    calamine, reader, worker, preview, peaks = [], [], [], [], []
    draft: dict[str, Any] = {}
    for number in range(rounds):
        calamine.append(await asyncio.to_thread(_timed, _calamine, content))
        reader.append(await asyncio.to_thread(_timed, read_workbook, content, "sintetica.xlsx", known))
        async with kept_ready("nanduti_hub.plans.offloaded"):
            await asyncio.sleep(2)  # as a hub's, which has had the time
            begun = time.perf_counter()
            done = await measured(None, read_and_compare, content, "sintetica.xlsx", known, [])
            worker.append(time.perf_counter() - begun)
            peaks.append(done.peak / MEGABYTE)
        plan = await _made(api, "/v1/plans", _plan("conaeti", f"Plan sintético {number}"))
        await asyncio.sleep(2)
        begun = time.perf_counter()
        draft = await _made(api, f"/v1/plans/{plan['id']}/imports", content)
        preview.append(draft["answered_at"] - begun)
        if draft["outcome"] != "ready" or draft["counts"]["new"] != ROWS:
            raise RuntimeError(f"{draft['outcome']} {draft['counts']} {draft['findings'][:3]}")
    beside = {"calamine's own read": calamine}
    what = f"workbook of {ROWS:,} rows x {len(HEADINGS)} columns, {len(content) / MEGABYTE:.1f} MB"
    return [
        figure(f"{what}: our reader alone", reader, beside, "s"),
        figure("the same, read and compared in a process", worker, beside, "s", AT_MOST, _at_most),
        figure("the same, from upload to answer (HTTP)", preview, beside, "s", AT_MOST, _at_most),
        figure(
            "peak memory of that process", peaks, {}, "MB", "under 500 MB", lambda mine, _others: mine < 500
        ),
    ], draft


async def _confirmed(api: httpx.AsyncClient, other: httpx.AsyncClient, draft: dict[str, Any]) -> list[Figure]:
    actions = await _actions(other)
    alone = [percentile(await _commands(other, actions, asyncio.sleep(5)), 99)]
    begun = time.perf_counter()
    act = {"act": "Resolución sintética 1/2026", "act_date": "2026-01-15"}
    confirming = asyncio.create_task(_made(api, f"/v1/imports/{draft['id']}/confirm", act))
    meanwhile = [percentile(await _commands(other, actions, confirming), 99)]
    confirmed = [confirming.result()["answered_at"] - begun]
    await asyncio.sleep(10)  # what was confirmed reaches every member's copy
    return [
        figure("the same, confirmed (HTTP)", confirmed, {}, "s", "under 15 s", lambda mine, _: mine < 15),
        figure(
            "other commands meanwhile, every 50 ms, p99 (HTTP)",
            meanwhile,
            {"with nothing else going on": alone},
            "s",
            "under 1 s",
            lambda mine, _: mine < 1,
        ),
    ]


async def _second(api: httpx.AsyncClient, draft: dict[str, Any], content: bytes, rounds: int) -> Figure:
    """The same workbook again, against the 12,000 actions that it has become."""
    calamine, again = [], []
    for _ in range(rounds):
        calamine.append(await asyncio.to_thread(_timed, _calamine, content))
        begun = time.perf_counter()
        second = await _made(api, f"/v1/plans/{draft['plan']}/imports", content)
        again.append(second["answered_at"] - begun)
        if second["counts"]["unchanged"] != ROWS:
            raise RuntimeError(f"{second['outcome']} {second['counts']} {second['findings'][:3]}")
        await asyncio.sleep(2)
    beside = {"calamine's own read": calamine}
    return figure("the same, uploaded again unchanged (HTTP)", again, beside, "s")


AT_MOST = "at most 4 x calamine"


def _at_most(mine: float, others: Mapping[str, float]) -> bool:
    return mine <= 4 * others["calamine's own read"]


def workbook(count: int) -> bytes:
    """A plan's workbook with so many activities, as openpyxl writes it: all of it invented."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("POA 2026")
    sheet.append(["Plan operativo sintético 2026: datos inventados para medir"])
    sheet.append([])
    sheet.append(list(HEADINGS))
    places = [f"zona sintética {number}" for number in range(1, count // (len(VERBS) * len(WHO)) + 2)]
    texts = itertools.product(places, VERBS, WHO)
    for number, (place, verb, who) in enumerate(itertools.islice(texts, count), 1):
        month = number % 6 + 1
        sheet.append([
            number,
            AXES[number % len(AXES)],
            "Coordinar la respuesta entre instituciones (sintético)",
            "Fortalecer el trabajo de la mesa (sintético)",
            f"{verb} a {who} de la {place}",
            f"Jornada número {number} con {who} (sintética)",
            LEADS[number % len(LEADS)],
            LEADS[(number + 1) % len(LEADS)],
            DEPARTMENTS[number % len(DEPARTMENTS)],
            CRIMES[number % len(CRIMES)],
            "Capacitación",
            date(2026, month, 1),
            date(2026, month + 5, 28),
            "Cantidad de personas alcanzadas",
            "personas",
            number % 7,
            number % 90 + 10,
            "Listas de asistencia",
            1_000_000 + number * 1_000,
            "Presupuesto institucional",
            *STANDINGS[number % len(STANDINGS)],
            f"Sin observaciones {number}",
            "Ninguno",
            "Mesa de entrada",
        ])  # fmt: skip
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def _calamine(content: bytes) -> None:
    with CalamineWorkbook.from_filelike(io.BytesIO(content)) as book:
        for name in book.sheet_names:
            book.get_sheet_by_name(name).to_python(skip_empty_area=False)


def _timed(work: Any, *arguments: Any) -> float:
    begun = time.perf_counter()
    work(*arguments)
    return time.perf_counter() - begun


def _known() -> Known:
    start = seed.load()
    platform = next(entry for entry in start.platforms if entry.code == "conaeti")
    return Known(platform=platform, institutions=start.institutions, departments=start.departments, year=2026)


async def _commands(other: httpx.AsyncClient, actions: Sequence[dict[str, Any]], work: Any) -> list[float]:
    """Report progress every 50 ms on the clock until `work` is done: seconds of each command."""
    loop = asyncio.get_running_loop()
    taken: list[float] = []

    async def report(action: dict[str, Any]) -> None:
        begun = time.perf_counter()
        answer = await other.post(
            f"/v1/actions/{action['id']}/progress",
            json={"progress": (action["progress"] + 1) % 101},
            headers={"If-Match": f'"{action["version"]}"'},
        )
        answer.raise_for_status()
        taken.append(time.perf_counter() - begun)
        action |= answer.json()

    done = asyncio.ensure_future(work)
    start, turn = loop.time(), 0
    async with asyncio.TaskGroup() as tasks:
        while not done.done():
            tasks.create_task(report(actions[turn % len(actions)]))
            turn += 1
            await asyncio.sleep(max(0, start + turn * EVERY - loop.time()))
    await done
    return taken


async def _actions(other: httpx.AsyncClient) -> list[dict[str, Any]]:
    """Actions of another platform's plan: so many that none is changed again before a slow answer."""
    plan = await _made(other, "/v1/plans", _plan("mesa", "Plan sintético de otra plataforma"))
    action = {"title": "Acción sintética", "axis": "PRE", "lead": "mre", "kind": "training"}
    return [
        await _made(
            other, f"/v1/plans/{plan['id']}/actions", action | {"title": f"Acción sintética {number}"}
        )
        for number in range(300)
    ]


def _plan(platform: str, title: str) -> dict[str, str]:
    return {"platform": platform, "title": title, "term_from": "2026-01-01", "term_to": "2026-12-31"}


async def _made(client: httpx.AsyncClient, path: str, body: Any) -> dict[str, Any]:
    """The answer of a POST, with the instant at which it was whole."""
    if isinstance(body, bytes):
        answer = await client.post(path, content=body, headers={"Content-Type": "application/octet-stream"})
    else:
        answer = await client.post(path, json=body)
    answered_at = time.perf_counter()
    if answer.is_error:
        raise RuntimeError(answer.text[:500])
    return {**answer.json(), "answered_at": answered_at}


@asynccontextmanager
async def _client(api: str, token: str) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(
        base_url=api, headers={"Authorization": f"Bearer {token}"}, timeout=120
    ) as client:
        yield client


async def _tokens(home: Path) -> dict[str, str]:
    settings = installation_settings(home)
    database = await open_database(settings.app_dsn, settings.worker_dsn)
    try:
        async with transaction(database, STEWARD) as connection:
            return {
                code: await create_token(connection, f"bench:{code}", Role.COORDINATOR, code)
                for code in ("conaeti", "mesa")
            }
    finally:
        await close_database(database)
