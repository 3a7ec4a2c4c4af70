"""`nanduti-hub person` and `token`, as an operator runs them beside a hub that is up."""

import os
import pwd
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from browser import PASSPHRASE, code_of
from hub_process import HubProcess, start_hub, stop_servers

#: A hub with its servers is started.
pytestmark = pytest.mark.slow

ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("NANDUTI_")}


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HubProcess]:
    """A hub without data, as an operator starts it."""
    home = tmp_path_factory.mktemp("hub") / "home"
    try:
        process = start_hub(home)
        yield process
        assert process.stop() == 0
    finally:
        stop_servers(home)


def command(hub: HubProcess, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command on the hub to its end; whatever happens, no traceback."""
    done = subprocess.run(
        [str(Path(sys.executable).parent / "nanduti-hub"), *arguments, "--home", str(hub.home)],
        capture_output=True,
        text=True,
        env=ENVIRONMENT,
        timeout=60,
        check=False,
    )
    assert "Traceback" not in done.stderr, done.stderr
    return done


def accepted(hub: HubProcess, link: str) -> httpx.Response:
    """What a person does with a link."""
    sent = {"invitation": link.strip().rpartition("/")[2]}
    shown = httpx.post(f"{hub.file['api']}/v1/invitations/open", json=sent, timeout=30)
    assert shown.status_code == 200, shown.text
    sent |= {"enrolment": shown.json()["enrolment"]}
    sent |= {"passphrase": PASSPHRASE, "code": code_of(shown.json()["totp_secret"])}
    return httpx.post(f"{hub.file['api']}/v1/invitations/accept", json=sent, timeout=30)


def test_a_new_hub_says_how_to_let_in_the_first_person(hub: HubProcess) -> None:
    """A command that can be copied; and it works."""
    assert hub.process.stdout is not None
    said = "".join(hub.process.stdout.readline() for _ in range(4))
    assert "person invite usuario@hub" in said
    assert "--role steward" in said
    done = command(hub, "person", "invite", "primera@hub", "--name", "Persona Sintética", "--role", "steward")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"{hub.file['api']}/invitacion/inv_")
    session = accepted(hub, done.stdout).json()
    assert (session["account"], session["role"]) == ("primera@hub", "steward")
    gone = command(hub, "person", "remove", "primera@hub")
    assert (gone.returncode, gone.stdout) == (1, "")
    assert "último steward" in gone.stderr
    assert "nanduti-hub person invite" in gone.stderr
    made = command(
        hub, "token", "create", "--name", "Operación sintética", "--role", "steward"
    ).stdout.strip()
    headers = {"Authorization": f"Bearer {made}"}
    path = f"{hub.file['api']}/v1/people/{session['id'].removeprefix('person:')}"
    assert httpx.delete(path, headers=headers, timeout=30).json()["code"] == "last_steward"


def test_a_person_is_invited_listed_helped_and_removed(hub: HubProcess) -> None:
    """Each with what a script can take on standard output."""
    who = "ana@mtess"
    url = ("--url", "https://hub.example/")
    name = ("--name", "Ana Sintética")
    done = command(
        hub, "person", "invite", who, *name, "--role", "focal_point", "--role", "coordinator:mesa", *url
    )
    assert done.stdout.startswith("https://hub.example/invitacion/inv_")
    listed = command(hub, "person", "list").stdout
    assert listed.startswith("CUENTA\tESTADO\tROLES\tNOMBRE\n")
    assert f"{who}\tinvitada\tcoordinator:mesa, focal_point:mtess\tAna Sintética\n" in listed
    taken = command(hub, "person", "invite", who, *name, "--role", "observer")
    assert (taken.returncode, taken.stdout) == (1, "")
    assert f"La cuenta {who} ya existe." in taken.stderr
    assert accepted(hub, done.stdout).status_code == 200
    assert f"{who}\tactiva" in command(hub, "person", "list").stdout
    helped = command(hub, "person", "recover", who)
    assert accepted(hub, helped.stdout).status_code == 200
    assert command(hub, "person", "remove", who).stdout == "1 persona dada de baja.\n"
    assert who not in command(hub, "person", "list").stdout
    assert command(hub, "person", "remove", who).returncode == 1


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("ana", "--role", "observer"), 2, "usuario@institución"),
        (("ana@nadie", "--role", "observer"), 1, "El directorio no tiene «nadie»"),
        (("ana@mtess", "--role", "coordinator"), 1, "no se puede tener en «mtess»"),
        (("ana@mtess", "--role", "jefe"), 2, "«jefe» no es un rol"),
        (("ana@mtess", "--role", "steward"), 1, "usuario@hub"),
    ],
)
def test_what_cannot_be_is_told_in_spanish(
    hub: HubProcess, arguments: tuple[str, ...], code: int, words: str
) -> None:
    """With nothing on standard output."""
    done = command(hub, "person", "invite", *arguments, "--name", "Persona Sintética")
    assert (done.returncode, done.stdout) == (code, "")
    assert words in done.stderr


def status_of(hub: HubProcess, token: str) -> int:
    """How the API answers a token."""
    headers = {"Authorization": f"Bearer {token}"}
    return httpx.get(f"{hub.file['api']}/v1/me", headers=headers, timeout=10).status_code


def test_a_token_is_made_listed_rotated_and_revoked(hub: HubProcess) -> None:
    """The new one works at once; without an overlap the old one ends within seconds."""
    made = command(
        hub,
        "token",
        "create",
        "--name",
        "Sistema sintético",
        "--role",
        "observer",
        "--scope",
        "mtess",
        "--days",
        "30",
    )
    old = made.stdout.strip()
    assert status_of(hub, old) == 200
    heading, *lines = command(hub, "token", "list").stdout.splitlines()
    assert heading.split("\t") == ["ID", "ESTADO", "ÚLTIMO USO", "ROL", "CREADO POR", "NOMBRE"]
    line = next(line for line in lines if "Sistema sintético" in line)
    id_, state, used, role, by, _ = line.split("\t")
    assert (state, role, by) == ("vigente", "observer:mtess", "cli")
    assert used != "sin uso"
    new = command(hub, "token", "rotate", id_, "--overlap-hours", "0").stdout.strip()
    assert status_of(hub, new) == 200
    until = time.monotonic() + 30
    while status_of(hub, old) != 401:
        assert time.monotonic() < until
        time.sleep(0.2)
    assert "ya fue" in command(hub, "token", "rotate", id_).stderr
    listed = command(hub, "token", "list").stdout
    assert old not in listed
    assert new not in listed
    successor = next(
        line for line in listed.splitlines() if "Sistema sintético" in line and "vigente" in line
    )
    revoked = command(hub, "token", "revoke", successor.partition("\t")[0])
    assert (revoked.returncode, revoked.stdout) == (0, "1 token anulado.\n")
    assert command(hub, "token", "revoke").returncode == 2
    for verb in ("rotate", "revoke"):
        unknown = command(hub, "token", verb, "abc")
        assert (unknown.returncode, unknown.stdout) == (1, "")
        assert "nanduti-hub token list" in unknown.stderr


@pytest.mark.parametrize("name", ["ana@mtess", "", " \t", "s" * 101, "s" * 10_000])
def test_a_token_needs_a_name_that_can_be_shown(hub: HubProcess, name: str) -> None:
    """As in the API: not empty, not endless, and not what a person's account looks like."""
    named = command(hub, "token", "create", "--name", name, "--role", "steward")
    assert (named.returncode, named.stdout) == (1, "")
    assert "de 1 a 100 caracteres, sin arroba" in named.stderr


def test_what_the_operator_does_is_in_the_record(hub: HubProcess) -> None:
    """As the operator's, with the id of whom or what it was about."""
    made = command(hub, "token", "create", "--name", "Lectura sintética", "--role", "steward")
    headers = {"Authorization": f"Bearer {made.stdout.strip()}"}
    answer = httpx.get(f"{hub.file['api']}/v1/audit", headers=headers, timeout=30)
    rows = [row for row in answer.json()["items"] if row["method"] == "CLI"]
    assert rows[0]["route"] == "token create"
    assert {(row["actor"], row["name"]) for row in rows} == {
        ("hub", f"cli:{pwd.getpwuid(os.getuid()).pw_name}")
    }
    assert all(row["target"] for row in rows)


def test_links_begin_with_the_address_that_the_hub_was_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By `up` too: people come by a reverse proxy, and not by the address on which it listens."""
    monkeypatch.setenv("NANDUTI_URL", "https://nanduti.ejemplo.example/")
    home = tmp_path / "home"
    try:
        hub = start_hub(home)
        said = command(hub, "person", "invite", "ana@hub", "--name", "Ana Sintética", "--role", "steward")
        assert "https://nanduti.ejemplo.example/invitacion/inv_" in said.stdout, said
        token = command(hub, "token", "create", "--name", "Sistema sintético", "--role", "steward").stdout
        person = {
            "login": "bea",
            "name": "Bea Sintética",
            "roles": [{"role": "observer", "scope": "mtess"}],
        }
        made = httpx.post(
            f"{hub.file['api']}/v1/people", json=person, headers={"Authorization": f"Bearer {token.strip()}"}
        )
        assert made.json()["invitation"].startswith("https://nanduti.ejemplo.example/invitacion/inv_"), made
        assert hub.stop() == 0
    finally:
        stop_servers(home)
