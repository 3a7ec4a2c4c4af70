"""The hub's own key: made once, readable by its owner alone, and what it seals opens for one purpose."""

import stat
from pathlib import Path

import httpx
import pytest
from browser import Browser, opened, somebody
from hub_api import Api, Journey, problem
from structlog.testing import capture_logs

from nanduti_hub.access.door import new_door
from nanduti_hub.access.sealing import NotSealed, open_sealing, passing_sealing, seal, unseal
from nanduti_hub.hub import web_application


def test_the_key_is_made_once_and_is_its_owners(tmp_path: Path) -> None:
    """Starting again, or twice at once, changes nothing."""
    first = open_sealing(tmp_path / "keys")
    path = tmp_path / "keys" / "totp.key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [file.name for file in path.parent.iterdir()] == ["totp.key"]
    assert (
        unseal(open_sealing(tmp_path / "keys"), "x", seal(first, "x", "texto sintético")) == "texto sintético"
    )


def test_what_is_sealed_opens_for_its_purpose_and_key_only() -> None:
    """One person's second factor is no other's, wherever the row has been put."""
    sealing = passing_sealing()
    sealed = seal(sealing, "totp:ana", "SECRETO")
    assert b"SECRETO" not in sealed
    for key, purpose, what in (
        (sealing, "totp:eva", sealed),
        (sealing, "totp", sealed),
        (passing_sealing(), "totp:ana", sealed),
        (sealing, "totp:ana", sealed[:-1] + bytes([sealed[-1] ^ 1])),
        (sealing, "totp:ana", b""),
    ):
        with pytest.raises(NotSealed):
            unseal(key, purpose, what)


async def test_a_hub_that_lost_its_key_lets_nobody_in_says_so_and_helps_with_a_new_link(
    hub: Journey, steward: Api, anyone: httpx.AsyncClient
) -> None:
    """No failure is shown to who signs in; the log names the person's id; a new link is good again."""
    account = await somebody(steward, anyone, ("observer", "mesa"))
    transport = httpx.ASGITransport(app=web_application(hub.running.ledger, door=new_door()))
    async with httpx.AsyncClient(transport=transport, base_url="https://hub.example") as client:
        with capture_logs() as logs:
            problem(await Browser(client).sign_in(account), 401, "sign_in_refused")
        told = [entry for entry in logs if entry["event"] == "second_factor_unreadable"]
        assert [entry["person"] for entry in told] == [account.person["id"]]
        headers = {"Authorization": f"Bearer {steward.token}"}
        path = f"/v1/people/{account.person['id']}/recovery"
        new = await client.post(path, headers=headers)
        again = await opened(client, new.json())
        assert (await Browser(client).sign_in(again)).status_code == 201
