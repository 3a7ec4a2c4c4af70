"""Drills run on an installation of their own, which says so wherever one looks, and end with a report.

And a demo has its cases soon after it is ready. Desks act on both by the API, and on no other installation.
"""

import asyncio
import io
import tempfile
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import httpx
import msgspec
import openpyxl
import pytest
from click.testing import CliRunner

from nanduti import wire
from nanduti_hub.administration import OPERATOR
from nanduti_hub.caller import WORKER
from nanduti_hub.cli import main
from nanduti_hub.demo.after_action import (
    ABOUT,
    COLUMNS,
    AfterAction,
    Performance,
    after_action,
    as_text,
    lines,
)
from nanduti_hub.demo.desks import simulate
from nanduti_hub.exercising import is_exercise, new_source
from nanduti_hub.installation import OtherKind, Up, installed
from nanduti_hub.ledger.database import transaction
from nanduti_hub.sheets import workbook_of

CASE = {
    "facts": {
        "crimes": ["child_labor"], "age_band": "0-13", "sex": "female", "department": "PY-7", "channel": "147"
    },
    "tracks": ["protection"],
}  # fmt: skip


def client_of(up: Up, member: str) -> httpx.AsyncClient:
    """A member of the installation, calling."""
    headers = {"Authorization": f"Bearer {up.file.tokens[member]}"}
    return httpx.AsyncClient(base_url=up.file.api, headers=headers, timeout=30)


@pytest.fixture(scope="module")
async def drill() -> AsyncIterator[Up]:
    """An installation of drills."""
    with tempfile.TemporaryDirectory(prefix="nanduti-") as path:
        async with installed(Path(path) / "drill", host="127.0.0.1", port=0, demo=False, exercise=True) as up:
            yield up


def test_the_name_of_an_installation_says_whether_it_is_of_drills() -> None:
    assert is_exercise(new_source(exercise=True))
    assert not is_exercise(new_source(exercise=False))
    assert is_exercise(new_source(exercise=True).removeprefix("urn:nanduti:")), "as papers name it"
    assert not is_exercise("urn:nanduti:ministerio")


@pytest.mark.slow
async def test_a_drill_says_so_wherever_one_looks(drill: Up) -> None:
    """In every answer, on every page, in its status and in every event; also where one is refused."""
    assert drill.file.exercise
    async with client_of(drill, "minna") as minna:
        status = await minna.get("/v1/status")
        assert status.json()["exercise"] is True
        for answer in (status, await minna.get("/v1/nada"), await minna.get("/healthz")):
            assert answer.headers["nanduti-exercise"] == "1"
        for path, language in (("/entrar", "es"), ("/entrar?lang=en", "en")):
            page = await minna.get(path, headers={"Accept": "text/html"})
            said = {"es": "Todo lo que se ve aquí es inventado", "en": "Everything here is made up"}
            assert said[language] in page.text
        assert (await minna.get("/nada", headers={"Accept": "text/html"})).text.count('class="exercise"') == 1
    async with transaction(drill.running.ledger.database, WORKER) as connection:
        bodies = await connection.fetch("SELECT body FROM event LIMIT 20")
    assert all(wire.decode(row["body"])[0].source.startswith("urn:nanduti:exercise:") for row in bodies)


@pytest.mark.slow
async def test_every_case_of_a_drill_is_synthetic(drill: Up) -> None:
    """Whatever was said when it was opened; and its papers are of no value."""
    async with client_of(drill, "minna") as minna:
        made = await minna.post("/v1/cases", json={**CASE, "synthetic": False})
        assert made.status_code == 201, made.text
        assert made.json()["synthetic"] is True


@pytest.mark.slow
async def test_desks_act_on_a_drill_and_its_report_tells_how(drill: Up) -> None:
    """What was offered to whom, how soon it was answered, and which turns were wrong."""
    done = await simulate(
        drill.file.api, drill.file.tokens, per_minute=240, seconds=8, random=Random(3), haste=25
    )
    assert done["opened"] > 5
    assert done["offered"] > 5
    assert done["accept"] > 0
    assert done["failed"] == 0
    async with client_of(drill, "pn") as police:
        case = await police.post("/v1/cases", json={**CASE, "synthetic": True})
        reference, track = case.json()["reference"], case.json()["tracks"][0]
        path = f"/v1/cases/{reference}/tracks/protection"
        found = (await police.get(f"{path}/receivers", params={"kind": "transfer"})).json()
        wrong = await police.post(
            f"{path}/handoffs",
            json={
                "handoff": found["handoff"], "kind": "transfer", "receiver": "senatur", "urgency": "urgent",
                "share": "none",
            },
            headers={"If-Match": f'"{track["version"]}"'},
        )  # fmt: skip
        assert wrong.json()["code"] == "not_competent"
    ledger = drill.running.ledger
    report = await after_action(ledger.database, OPERATOR, ledger.source, datetime.now(UTC))
    found = {one.institution: one for one in report.institutions}
    assert sum(one.accepted for one in report.institutions) > 0
    assert found["pn"].wrong_turns >= 1
    assert all(
        one.median_seconds is None or one.median_seconds <= one.worst_seconds for one in found.values()
    )
    assert is_exercise(report.installation)
    book = openpyxl.load_workbook(io.BytesIO(workbook_of("Simulacro", COLUMNS, lines(report), ABOUT)))
    assert [cell.value for cell in book["Simulacro"][1]] == [column.name for column in COLUMNS]
    assert "pn" in as_text(report)


@pytest.mark.slow
async def test_a_home_is_of_drills_or_never() -> None:
    """A live register can hold no drill: the one is not started as the other."""
    with tempfile.TemporaryDirectory(prefix="nanduti-") as path:
        for source, asked, said in (
            ("urn:nanduti:exercise:00", False, "es de simulacros"),
            ("urn:nanduti:00", True, "no es de simulacros"),
        ):
            home = Path(path) / str(asked)
            home.mkdir()
            (home / "source").write_text(source)
            with pytest.raises(OtherKind, match=said):
                async with installed(home, host="127.0.0.1", port=0, demo=False, exercise=asked):
                    pass


@pytest.mark.slow
async def test_a_demo_has_its_cases_soon_after_it_is_ready() -> None:
    """About 300, all synthetic, that its institutions read with their tokens; a live one is without a banner."""
    with tempfile.TemporaryDirectory(prefix="nanduti-") as path:
        async with installed(Path(path) / "demo", host="127.0.0.1", port=0, demo=True) as up:
            assert (up.file.demo, up.file.exercise) == (True, False)
            async with client_of(up, "minna") as minna, asyncio.timeout(60):
                while not (inbox := (await minna.get("/v1/inbox")).json()["items"]):
                    await asyncio.sleep(0.2)
                assert any(item["overdue"] for item in inbox)
                cases = (await minna.get("/v1/cases", params={"limit": "200"})).json()["items"]
                assert len(cases) > 60
                assert all(case["synthetic"] for case in cases)
                status = await minna.get("/v1/status")
            assert status.json()["exercise"] is False
            assert "nanduti-exercise" not in status.headers
            async with transaction(up.running.ledger.database, WORKER) as connection:
                assert 280 < await connection.fetchval("SELECT count(*) FROM case_file") < 330


def test_no_cases_are_made_up_on_a_live_installation(tmp_path: Path) -> None:
    file = {"api": "http://127.0.0.1:9", "tokens": {"minna": "x"}, "nats": "", "credentials": {}}
    (tmp_path / "hub.json").write_bytes(msgspec.json.encode(file))
    told = CliRunner().invoke(main, ["demo", "simulate", "--home", str(tmp_path)])
    assert told.exit_code == 1
    assert "no es una demostración ni un simulacro" in told.output
    nowhere = CliRunner().invoke(main, ["demo", "simulate", "--home", str(tmp_path / "no")])
    assert (nowhere.exit_code, "No hay ningún centro" in nowhere.output) == (1, True)


def test_a_live_installation_is_not_judged(tmp_path: Path) -> None:
    settings = {
        "app_dsn": "a", "worker_dsn": "w", "nats_url": "n", "keys": "k", "state": "s", "source": "urn:nanduti:00"
    }  # fmt: skip
    (tmp_path / "settings.json").write_bytes(msgspec.json.encode(settings))
    told = CliRunner().invoke(main, ["exercise", "report", "--home", str(tmp_path)])
    assert told.exit_code == 1
    assert "se hace solo de un simulacro" in told.output


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(None, "-"), (9, "9 s"), (300, "5 min"), (7_500, "2 h 05 min"), (200_000, "2 d 7 h")],
)
def test_times_are_told_as_people_say_them(seconds: float | None, words: str) -> None:
    one = Performance(
        institution="mp", opened=0, received=1, accepted=1, declined=0, redirected=0, expired=0, waiting=0,
        median_seconds=seconds, worst_seconds=seconds, sent=0, wrong_turns=0, late_stages=0, late_answers=0,
    )  # fmt: skip
    report = AfterAction(installation="urn:nanduti:exercise:00", at=datetime.now(UTC), institutions=(one,))
    assert words in as_text(report)
