"""A hub that is killed while it reads a workbook leaves no process behind, and the next one reads it to its end."""

import time
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
from hub_process import start_hub
from small_workbook import ROWS, workbook

PLAN = {
    "platform": "conaeti",
    "title": "Plan sintético de una lectura interrumpida",
    "term_from": "2026-01-01",
    "term_to": "2026-12-31",
}
COUNT = 6_000


def client_of(file: dict[str, Any]) -> httpx.Client:
    """CONAETI's coordinator at a hub."""
    token = file["tokens"]["conaeti"]
    return httpx.Client(base_url=file["api"], headers={"Authorization": f"Bearer {token}"}, timeout=60)


def work_processes(hub: int) -> list[psutil.Process]:
    """The processes in which a hub reads, or is going to."""
    children = psutil.Process(hub).children(recursive=True)
    return [child for child in children if "work_process" in " ".join(child.cmdline())]


@pytest.mark.slow
def test_what_a_killed_hub_was_reading_is_read_by_the_next_one(short_directory: Path) -> None:
    """At the first looks somebody may still be at it; when nothing was heard for a while, it is begun again."""
    home = short_directory / "killed"
    rows = [
        [f"{number}", ROWS[0][1], f"Capacitar al grupo sintético {number}", *ROWS[0][3:]]
        for number in range(COUNT)
    ]
    content = workbook(rows)
    hub = start_hub(home, "--demo")
    with client_of(hub.file) as api:
        plan = api.post("/v1/plans", json=PLAN).raise_for_status().json()
        answer = api.post(
            f"/v1/plans/{plan['id']}/imports", content=content, headers={"Prefer": "respond-async"}
        )
        assert answer.status_code == 202, answer.text
    processes = work_processes(hub.process.pid)
    assert processes
    hub.kill()
    until = time.monotonic() + 20
    while any(process.is_running() and process.status() != psutil.STATUS_ZOMBIE for process in processes):
        assert time.monotonic() < until
        time.sleep(0.02)
    hub = start_hub(home, "--demo")
    try:
        with client_of(hub.file) as api:
            path = answer.headers["location"]
            until = time.monotonic() + 120
            while (draft := api.get(path).raise_for_status().json())["state"] != "read":
                assert time.monotonic() < until
                time.sleep(0.2)
        assert draft["counts"]["new"] == COUNT
        assert len(draft["rows"]) == 500
    finally:
        hub.stop()
