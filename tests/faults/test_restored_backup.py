"""A database restored from an older backup: nothing is written until the stream's events are taken back."""

import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from hub_process import start_hub, stop_servers

NANDUTI_HUB = str(Path(sys.executable).parent / "nanduti-hub")


@pytest.fixture
def home() -> Iterator[Path]:
    """A directory for one installation."""
    directory = Path(tempfile.mkdtemp(prefix="nanduti-restore-"))
    yield directory / "hub"
    stop_servers(directory / "hub")
    shutil.rmtree(directory, ignore_errors=True)


class Coordinator:
    """A coordinator of CONAETI, calling the API of the hub that runs on a home."""

    def __init__(self, home: Path, token: str) -> None:
        self.home, self.token = home, token

    def call(self, method: str, path: str, **more: Any) -> httpx.Response:
        """One request, as it is answered."""
        api = json.loads((self.home / "hub.json").read_text())["api"]
        headers = {"Authorization": f"Bearer {self.token}", **more.pop("headers", {})}
        return httpx.request(method, api + path, headers=headers, timeout=30, **more)

    def plan_action(self, plan: str, title: str) -> httpx.Response:
        """Add an action."""
        return self.call(
            "POST", f"/v1/plans/{plan}/actions", json={"title": title, "axis": "PRE", "lead": "mtess"}
        )

    def register(self, number: int) -> dict[str, Any]:
        """The register, once it has come to a number."""
        until = time.monotonic() + 30
        while time.monotonic() < until:
            found = self.call("GET", "/v1/register").json()
            if found["number"] >= number:
                return dict(found)
            time.sleep(0.05)
        raise AssertionError(f"the register did not come to {number}")


def command(*arguments: str) -> str:
    """Run a command of the hub, and give what it prints."""
    return subprocess.run(
        [NANDUTI_HUB, *arguments], check=True, capture_output=True, text=True
    ).stdout.strip()


@pytest.mark.slow
def test_events_that_a_restored_database_lost_come_back_from_the_stream(home: Path) -> None:
    hub = start_hub(home)
    token = command(
        "token",
        "create",
        "--name",
        "test",
        "--role",
        "coordinator",
        "--scope",
        "conaeti",
        "--home",
        str(home),
    )
    coordinator = Coordinator(home, token)
    new_plan = {
        "platform": "conaeti",
        "title": "Plan sintético de prueba",
        "term_from": "2026-01-01",
        "term_to": "2026-12-31",
    }
    plan = coordinator.call("POST", "/v1/plans", json=new_plan).json()["id"]
    first = coordinator.plan_action(plan, "Antes del respaldo (sintética)").json()
    before = coordinator.register(1)
    assert hub.stop() == 0

    shutil.copytree(home / "postgres", home.parent / "backup", symlinks=True)
    hub = start_hub(home)
    second = coordinator.plan_action(plan, "Después del respaldo (sintética)").json()
    reported = coordinator.call(
        "POST",
        f"/v1/actions/{first['id']}/progress",
        json={"progress": 40},
        headers={"If-Match": '"1"'},
    )
    assert reported.status_code == 200
    lost = coordinator.register(before["number"] + 2)
    assert hub.stop() == 0

    shutil.rmtree(home / "postgres")
    shutil.copytree(home.parent / "backup", home / "postgres", symlinks=True)
    hub = start_hub(home)
    refused = coordinator.plan_action(plan, "Mientras está en pausa (sintética)")
    assert refused.status_code == 503
    assert refused.json()["code"] == "ledger_held"
    assert coordinator.call("GET", f"/v1/actions/{second['id']}").status_code == 404, "the backup is older"

    assert command("ledger", "adopt", "--home", str(home)).startswith("2 eventos")
    assert coordinator.register(lost["number"]) == lost
    assert coordinator.call("GET", f"/v1/actions/{second['id']}").json()["code"] == second["code"]
    until = time.monotonic() + 60
    while coordinator.call("GET", "/readyz").status_code != 200:
        assert time.monotonic() < until, "the gate opens once the events are back"
        time.sleep(0.05)
    third = coordinator.plan_action(plan, "Después de recuperar (sintética)").json()
    assert third["code"] > second["code"], "no code is given twice"
    assert coordinator.register(lost["number"] + 1)["actions"] == 3
    command("rebuild", "--check", "--home", str(home))
    assert hub.stop() == 0
