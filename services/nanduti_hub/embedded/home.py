"""An installation's state directory: where each thing lies, which ports it has, and who is using it now.

Rules that stay true: everything in it is readable by its owner alone; two processes never run on one home.
Absent on purpose: any knowledge of what the servers put into their own directories.
"""

import fcntl
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec

from nanduti_hub import private_files


@dataclass(frozen=True)
class Home:
    path: Path

    @property
    def postgres(self) -> Path:
        """PostgreSQL's data directory."""
        return self.path / "postgres"

    @property
    def nats(self) -> Path:
        """nats-server's configuration, pid file and JetStream store."""
        return self.path / "nats"

    @property
    def jetstream(self) -> Path:
        return self.nats / "jetstream"

    @property
    def keys(self) -> Path:
        """Passwords, seeds and credentials: nothing in it may be copied into a log or an answer."""
        return self.path / "keys"

    @property
    def logs(self) -> Path:
        return self.path / "logs"

    @property
    def hub_json(self) -> Path:
        """What a client on this machine needs to find the running hub."""
        return self.path / "hub.json"

    @property
    def ports_json(self) -> Path:
        return self.path / "ports.json"

    @property
    def lock_file(self) -> Path:
        return self.path / "lock"


class HomeInUse(Exception):
    """Another process, `pid`, runs on this home (0 if it could not be read)."""

    def __init__(self, path: Path, pid: int) -> None:
        self.path = path
        self.pid = pid
        super().__init__(
            f"El directorio {path} ya está en uso por otro proceso de nanduti-hub "
            f"(pid {pid or 'desconocido'}). Deténgalo primero o indique otro directorio con --home."
        )


def open_home(path: Path) -> Home:
    """The home at `path`, made absolute; what is missing of it is created, for its owner alone."""
    home = Home(path.expanduser().resolve())
    for directory in (home.path, home.nats, home.keys, home.logs):
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        directory.chmod(0o700)
    return home


@contextmanager
def locked(home: Home) -> Iterator[None]:
    """Holds the home for this process; HomeInUse if another process has it.

    A record lock and not flock: a worker process that was forked from a hub that has since been killed must
    not keep the home locked. Such a lock goes when any descriptor of the file is closed in the process, so
    nothing else here opens it.
    """
    descriptor = os.open(home.lock_file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            holder = os.pread(descriptor, 32, 0).decode(errors="replace").strip()
            raise HomeInUse(home.path, int(holder) if holder.isdigit() else 0) from None
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        yield
        os.ftruncate(descriptor, 0)
    finally:
        os.close(descriptor)


def is_free(port: int) -> bool:
    """Whether a server of ours could listen on this port of 127.0.0.1 now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def kept_port(home: Home, name: str) -> int:
    """The port that this home uses for `name`: chosen once, chosen again only if somebody else has taken it.

    Ask after a left-over server of ours has been stopped, else it is that somebody.
    """
    try:
        ports = msgspec.json.decode(home.ports_json.read_bytes(), type=dict[str, int])
    except (FileNotFoundError, msgspec.DecodeError):
        ports = {}  # ports are worth nothing but their constancy: an unreadable file is written anew
    kept = ports.get(name)
    if kept is not None and is_free(kept):
        return kept
    chosen = free_port()
    while chosen in ports.values():
        chosen = free_port()
    private_files.replace(home.ports_json, msgspec.json.format(msgspec.json.encode(ports | {name: chosen})))
    return chosen
