"""A real hub as a process of its own, as an operator starts it: `nanduti-hub up --home DIR`."""

import contextlib
import json
import os
import selectors
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

#: Seconds until a hub that was started must be ready.
READY_WITHIN = 90.0


@dataclass
class HubProcess:
    """A hub's process and its home."""

    home: Path
    process: subprocess.Popen[str]
    ready_seconds: float

    @property
    def file(self) -> dict[str, Any]:
        """What hub.json says."""
        return json.loads((self.home / "hub.json").read_text())

    def stop(self) -> int:
        """Stop it as Ctrl-C does, and give its exit code."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(60)

    def kill(self) -> None:
        """Kill the hub alone; its servers run on."""
        self.process.kill()
        self.process.wait(10)


def start_hub(home: Path, *options: str, log_level: str = "info") -> HubProcess:
    """Start a hub and wait until it says READY. Tests ask it as fast as it answers."""
    begun = time.monotonic()
    log = (home.parent / f"{home.name}.log").open("a")
    process = subprocess.Popen(
        [
            *(str(Path(sys.executable).parent / "nanduti-hub"), "--log-level", log_level),
            *("up", "--home", str(home), *options),
        ],
        stdout=subprocess.PIPE,
        stderr=log,
        text=True,
        env={"NANDUTI_REQUESTS_PER_SECOND": "100000", **os.environ, "PYTHONUNBUFFERED": "1"},
    )
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        while time.monotonic() - begun < READY_WITHIN:
            if selector.select(0.2):
                line = process.stdout.readline()
                if line.startswith("READY"):
                    return HubProcess(home, process, time.monotonic() - begun)
                if not line:
                    break
    process.kill()
    raise AssertionError(
        f"the hub did not become ready; its log: {log.name}\n{Path(log.name).read_text()[-3000:]}"
    )


def server_of(home: Path, name: str) -> psutil.Process:
    """The embedded server of a home, `postgres` (the postmaster) or `nats-server`, once it is running."""
    pid_file = {"nats-server": home / "nats" / "nats.pid", "postgres": home / "postgres" / "postmaster.pid"}[
        name
    ]
    until = time.monotonic() + 30
    while True:
        try:
            server = psutil.Process(int(pid_file.read_text().splitlines()[0]))
            if server.name() == name and server.status() != psutil.STATUS_ZOMBIE:
                return server
        except (OSError, ValueError, IndexError, psutil.Error):
            if time.monotonic() > until:
                raise
        time.sleep(0.01)


def left_over(home: Path) -> list[psutil.Process]:
    """The servers that run on a home now."""
    found = []
    for process in psutil.process_iter(["name", "cmdline", "cwd"]):
        place = f"{process.info['cmdline']} {process.info['cwd']}"
        if process.info["name"] in ("postgres", "nats-server") and str(home) in place:
            found.append(process)
    return found


def stop_servers(home: Path) -> None:
    """Kill what a killed hub has left running."""
    for server in left_over(home):
        with contextlib.suppress(psutil.Error):
            server.kill()
