"""The servers that `up` starts by itself: what they keep, what they survive, and whom they shut out."""

import asyncio
import os
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import asyncpg
import msgspec
import nats as nats_client
import psutil
import pytest
from embedded_children import nats_config, start_servers

from nanduti_hub import private_files
from nanduti_hub.embedded import nats, postgres, supervisor
from nanduti_hub.embedded.child import ServerFailed, ended
from nanduti_hub.embedded.home import Home, HomeInUse, kept_port, locked, open_home

#: Servers are started, killed and waited for.
pytestmark = pytest.mark.slow

WRONG = "guessed"
SYNTHETIC = "synthetic"
WORKING = """
SELECT count(*) FROM pg_stat_activity
WHERE state = 'active' AND query LIKE '%generate_series%' AND pid <> pg_backend_pid()
"""


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home under a directory that only its owner, here often root, can enter."""
    tmp_path.chmod(0o700)
    return open_home(tmp_path / "home")


@asynccontextmanager
async def running(home: Home) -> AsyncIterator[tuple[postgres.Postgres, nats.Nats]]:
    database, broker = await start_servers(home)
    try:
        yield database, broker
    finally:
        await broker.stop()
        await database.stop()


@contextmanager
def another_process(what: str, home: Home) -> Iterator[subprocess.Popen[str]]:
    """A Python process of its own that runs embedded_children.py; killed at the end if it still lives."""
    script = Path(__file__).with_name("embedded_children.py")
    with subprocess.Popen(
        [sys.executable, str(script), what, str(home.path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    ) as process:
        try:
            yield process
        finally:
            process.kill()


async def first_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    async with asyncio.timeout(60):
        return await asyncio.to_thread(process.stdout.readline)


async def soon(condition: Callable[[], Awaitable[bool]], seconds: float = 30) -> None:
    """Returns when the condition holds; fails if it does not within the time."""
    async with asyncio.timeout(seconds):
        while not await condition():
            await asyncio.sleep(0.02)


async def query(database: postgres.Postgres, sql: str) -> object:
    connection = await asyncpg.connect(database.dsn())
    try:
        return await connection.fetchval(sql)
    finally:
        await connection.close()


async def test_a_second_start_on_the_same_home_finds_the_data_and_the_ports_of_the_first(home: Home) -> None:
    async with running(home) as (database, broker):
        await query(database, "CREATE TABLE kept AS SELECT 'ñandutí' AS word")
        client = await nats_client.connect(broker.url)
        await client.jetstream().add_stream(name="KEPT", subjects=["kept"])
        await client.jetstream().publish("kept", b"lace")
        await client.close()
        ports = (database.port, broker.port)
    async with running(home) as (database, broker):
        assert (database.port, broker.port) == ports
        assert await query(database, "SELECT upper(word) FROM kept") == "ÑANDUTÍ"
        client = await nats_client.connect(broker.url)
        assert (await client.jetstream().get_msg("KEPT", 1)).data == b"lace"
        await client.close()


async def test_a_port_that_somebody_else_has_taken_is_chosen_anew_and_then_kept(home: Home) -> None:
    first = kept_port(home, "postgres")
    assert kept_port(home, "postgres") == first
    with socket.create_server(("127.0.0.1", first)):
        second = kept_port(home, "postgres")
        assert second != first
    assert kept_port(home, "postgres") == second


async def test_servers_that_are_killed_are_brought_back_under_the_same_handle(home: Home) -> None:
    async with running(home) as servers, supervisor.supervised(*servers):
        database, broker = servers
        await query(database, "CREATE TABLE before_the_kill ()")
        for server in servers:
            killed = server.pid
            assert killed is not None
            os.kill(killed, signal.SIGKILL)

            async def back(server: postgres.Postgres | nats.Nats = server, killed: int = killed) -> bool:
                return server.pid not in {None, killed}

            await soon(back)
        await soon(lambda: nats.greets(broker.port))

        async def answers() -> bool:
            try:
                return await query(database, "SELECT count(*) FROM before_the_kill") == 0
            except (OSError, asyncpg.PostgresError):
                return False

        await soon(answers)
    assert database.pid is None
    assert broker.pid is None
    assert not await nats.greets(broker.port)


async def test_what_a_killed_hub_leaves_running_is_stopped_by_the_next_start(home: Home) -> None:
    with another_process("servers", home) as process:
        line = await first_line(process)
        assert line.startswith("READY "), line
        facts = msgspec.json.decode(line.removeprefix("READY "), type=dict[str, dict[str, int]])
        process.kill()
        await asyncio.to_thread(process.wait)
    left = [psutil.Process(facts[name]["pid"]) for name in ("postgres", "nats")]
    assert all(server.is_running() for server in left)
    async with running(home) as (database, broker):
        assert [ended(server) for server in left] == [True, True]
        assert [database.port, broker.port] == [facts["postgres"]["port"], facts["nats"]["port"]]
        assert await query(database, "SELECT 1") == 1


async def test_orphaned_backends_of_a_killed_postmaster_do_not_keep_the_next_one_out(home: Home) -> None:
    database = await postgres.start(home, kept_port(home, "postgres"))
    try:
        connection = await asyncpg.connect(database.dsn())
        busy = asyncio.create_task(connection.execute("SELECT count(*) FROM generate_series(1, 10000000000)"))

        async def at_work() -> bool:
            return await query(database, WORKING) == 1

        await soon(at_work)
        assert database.pid is not None
        os.kill(database.pid, signal.SIGKILL)
        await database.exited()
        await database.launch()
        assert await query(database, "SELECT 1") == 1
        with pytest.raises((OSError, asyncpg.PostgresError)):
            await busy
        connection.terminate()
    finally:
        await database.stop()


async def test_a_process_that_has_got_the_pid_of_a_dead_server_is_left_alone(home: Home) -> None:
    async with running(home):
        pass
    stranger = os.getpid()
    lines = [str(stranger), str(home.postgres), "0", "1", "", "127.0.0.1", "", "ready"]
    (home.postgres / "postmaster.pid").write_text("\n".join(lines) + "\n")
    nats.pid_file(home).write_text(str(stranger))
    async with running(home) as (database, broker):
        assert await query(database, "SELECT 1") == 1
        assert await nats.greets(broker.port)


async def test_a_home_in_use_names_the_process_that_has_it(home: Home) -> None:
    with another_process("lock", home) as process:
        assert await first_line(process) == "READY\n"
        with pytest.raises(HomeInUse, match=rf"ya está en uso .*pid {process.pid}") as caught, locked(home):
            pass
        assert caught.value.pid == process.pid
        process.kill()
        await asyncio.to_thread(process.wait)
        with locked(home):
            pass


@pytest.mark.skipif(
    os.geteuid() != 0, reason="only root has directories that PostgreSQL's account cannot enter"
)
async def test_root_can_run_it_in_a_directory_closed_to_others_without_opening_it(home: Home) -> None:
    async with running(home) as (database, _):
        assert database.pid is not None
        assert psutil.Process(database.pid).uids().effective != 0
        assert await query(database, "SELECT 1") == 1
        await query(database, "CHECKPOINT")
    assert stat.S_IMODE(home.path.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE(home.path.stat().st_mode) == 0o700


@pytest.mark.skipif(
    os.geteuid() != 0, reason="only root has an environment that PostgreSQL's account cannot enter"
)
async def test_root_can_run_it_from_an_environment_closed_to_others(
    home: Home, short_directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed = postgres.program("postgres", None).parents[2]
    closed = short_directory / "closed" / installed.name
    closed.parent.mkdir(mode=0o700)
    for directory in (installed, postgres.libraries(installed)):
        (closed.parent / directory.name).symlink_to(directory)
    assert not postgres.others_can_use(closed)

    os.chmod(short_directory, 0o755)  # noqa: PTH101, S103 - its account has to reach the copy
    monkeypatch.setattr(postgres, "PROGRAMS_FOR_OTHERS", short_directory / "programs")
    monkeypatch.setattr(postgres, "others_can_use", lambda _: False)
    async with running(home) as (database, _):
        assert database.pid is not None
        assert Path(psutil.Process(database.pid).exe()).is_relative_to(short_directory / "programs")
        await query(database, "CREATE EXTENSION unaccent")
    assert len(list((short_directory / "programs").iterdir())) == 1  # one copy for initdb and for the server
    assert stat.S_IMODE(closed.parent.stat().st_mode) == 0o700


async def test_private_files_and_directories_are_for_their_owner_alone(home: Home) -> None:
    async with running(home) as (database, _):
        private_files.replace(home.hub_json, "{}")
        assert database.superuser_password
        for path in home.path.rglob("*"):
            if path.is_relative_to(home.jetstream):
                continue  # nats-server's own business, under a closed directory
            others = stat.S_IMODE(path.lstat().st_mode) & 0o077
            assert others == 0 or path.is_socket(), path
        files = (home.hub_json, home.ports_json, nats.config_file(home), home.keys / "postgres_superuser")
        assert [stat.S_IMODE(path.stat().st_mode) for path in files] == [0o600] * 4


async def test_nobody_gets_in_without_the_password(home: Home) -> None:
    async with running(home) as (database, _):
        with pytest.raises(asyncpg.InvalidPasswordError):
            await asyncpg.connect(database.dsn(password=WRONG))
        if database.socket_directory is not None:
            with pytest.raises(asyncpg.InvalidPasswordError):
                await asyncpg.connect(
                    host=str(database.socket_directory),
                    port=database.port,
                    user="nanduti_super",
                    password=WRONG,
                )


async def test_a_configuration_that_does_not_parse_changes_nothing(home: Home) -> None:
    async with running(home) as (_, broker):
        before = nats.config_file(home).read_text()
        with pytest.raises(ServerFailed, match="no es válida"):
            await broker.reload("jetstream {")
        assert nats.config_file(home).read_text() == before
        assert await nats.greets(broker.port)


async def test_a_reload_lets_in_whom_the_new_configuration_names_and_shuts_out_the_others(home: Home) -> None:
    async with running(home) as (_, broker):
        users = 'authorization { users: [ { user: "synthetic", password: "synthetic" } ] }\n'
        await broker.reload(nats_config(home, broker.port) + users)

        async def let_in(**options: str) -> bool:
            try:
                client = await nats_client.connect(
                    broker.url, allow_reconnect=False, max_reconnect_attempts=1, connect_timeout=1, **options
                )
            except (nats_client.errors.Error, OSError):
                return False
            await client.close()
            return True

        await soon(lambda: let_in(user="synthetic", password=SYNTHETIC))
        assert not await let_in()


async def test_a_server_that_was_killed_while_it_began_can_begin_again(home: Home) -> None:
    """PostgreSQL refuses to start over a lock file that it was killed before writing into."""
    database, broker = await start_servers(home)
    await broker.stop()
    await database.stop()
    for name in (f".s.PGSQL.{database.port}.lock", "postmaster.pid"):
        (home.postgres / name).touch()
    await database.launch()
    connection = await asyncpg.connect(database.dsn())
    assert await connection.fetchval("SELECT 1") == 1
    await connection.close()
    await database.stop()
