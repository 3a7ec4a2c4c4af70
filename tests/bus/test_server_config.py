"""The generated configuration is one that nats-server takes, and the keys in it stay the same."""

import json
import os
import stat
import subprocess
from pathlib import Path

import pytest

from nanduti_hub.embedded.nats import nats_binary
from nanduti_hub.relay.admission import Roll, prepare
from nanduti_hub.relay.connection import Address
from nanduti_hub.relay.credentials import (
    Revoked,
    context_file,
    open_keyring,
    public_key_in,
    public_keys,
    retired,
    revoke,
    rotate,
    seed_file,
)
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


def test_a_revoked_member_has_no_key_until_it_is_rotated(tmp_path: Path) -> None:
    """Its account and the keeper's key in it stay; starting again gives it none."""
    keyring = open_keyring(tmp_path / "keys")
    before = public_keys(keyring, MEMBERS)
    context = context_file(keyring, MEMBERS[1], "nats://127.0.0.1:4222")

    assert (revoke(keyring, "mtess"), revoke(keyring, "mtess")) == (True, False)

    keyring = open_keyring(tmp_path / "keys")
    during = public_keys(keyring, MEMBERS)
    assert (during.keepers, sorted(during.members)) == (before.keepers, ["conaeti", "pddh"])
    assert not context.exists()
    with pytest.raises(Revoked):
        seed_file(keyring, "mtess")
    (old,) = retired(keyring, "mtess")
    assert public_key_in(old) == before.members["mtess"]

    rotate(keyring, "mtess")
    rotate(keyring, "mtess")
    after = public_keys(keyring, MEMBERS).members["mtess"]
    out = {public_key_in(path) for path in retired(keyring, "mtess")}
    assert (len(out), before.members["mtess"] in out, after in out) == (2, True, False)


def test_a_change_that_was_cut_short_leaves_the_member_shut_out(tmp_path: Path) -> None:
    """Between the mark of a revocation and the retiring of the key, and between the two steps of a rotation."""
    keyring = open_keyring(tmp_path / "keys")
    seed = seed_file(keyring, "mtess")
    (keyring.directory / "revoked" / "mtess").touch()
    assert "mtess" not in public_keys(keyring, MEMBERS).members
    assert retired(keyring, "mtess") == [seed]

    prepare(keyring, Roll(tuple(MEMBERS)), Address("nats://127.0.0.1:4222"))
    assert not seed.exists()
    (old,) = retired(keyring, "mtess")
    os.link(old, seed)
    (keyring.directory / "revoked" / "mtess").unlink()
    assert retired(keyring, "mtess") == []
    assert retired(keyring, "mtess", is_member=False) == [seed]


@pytest.mark.parametrize("code", ["sys", "keeper", "relay"])
def test_no_member_can_have_the_code_of_a_user_of_the_hubs_own(code: str, tmp_path: Path) -> None:
    """It would be given that user's key."""
    with pytest.raises(ValueError, match="cannot be a member's code"):
        public_keys(open_keyring(tmp_path / "keys"), [Member(code, is_platform=True)])
