"""The generated configuration is one that nats-server takes, and the keys in it stay the same."""

import json
import stat
import subprocess
from pathlib import Path

import pytest

from nanduti_hub.embedded.nats import nats_binary
from nanduti_hub.relay.credentials import context_file, open_keyring, public_keys, seed_file
from nanduti_hub.relay.server_config import server_config
from nanduti_hub.relay.streams import Member

MEMBERS = [
    Member("conaeti", is_platform=True),
    Member("mtess", is_platform=False),
    Member("pddh", is_platform=True),
]


@pytest.mark.parametrize("count", [0, 1, 3])
def test_nats_server_takes_the_configuration(count: int, tmp_path: Path) -> None:
    """With no member yet, with one, with several."""
    members = MEMBERS[:count]
    keys = public_keys(open_keyring(tmp_path / "keys"), members)
    text = server_config(
        listen_host="127.0.0.1", listen_port=4222, store_dir=str(tmp_path / "js"), members=members, keys=keys
    )
    (tmp_path / "nats.conf").write_text(text)
    done = subprocess.run(
        [str(nats_binary()), "-t", "-c", str(tmp_path / "nats.conf")],
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr


def test_keys_are_made_once_and_are_their_owners_alone(tmp_path: Path) -> None:
    """Starting again gives the same keys; nobody else can read a seed."""
    keyring = open_keyring(tmp_path / "keys")
    first = public_keys(keyring, MEMBERS)
    assert public_keys(open_keyring(tmp_path / "keys"), MEMBERS) == first
    everybody = [first.sys, first.keeper, first.relay, *first.keepers.values(), *first.members.values()]
    assert len(set(everybody)) == len(everybody) == 9
    for path in (tmp_path / "keys").rglob("*"):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600)


def test_a_members_context_names_its_seed_and_the_server(tmp_path: Path) -> None:
    """As the `nats` command line reads it."""
    keyring = open_keyring(tmp_path / "keys")
    context = json.loads(context_file(keyring, MEMBERS[1], "nats://127.0.0.1:4222").read_text())
    assert context["url"] == "nats://127.0.0.1:4222"
    assert Path(context["nkey"]) == seed_file(keyring, "mtess").resolve()


@pytest.mark.parametrize("code", ["sys", "keeper", "relay"])
def test_no_member_can_have_the_code_of_a_user_of_the_hubs_own(code: str, tmp_path: Path) -> None:
    """It would be given that user's key."""
    with pytest.raises(ValueError, match="cannot be a member's code"):
        public_keys(open_keyring(tmp_path / "keys"), [Member(code, is_platform=True)])
