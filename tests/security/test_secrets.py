"""What is secret is not shown by being printed, and lies on disk for its owner alone; nobody's passphrase costs
as much as anybody's.
"""

import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest

from nanduti_hub import private_files
from nanduti_hub.access import passphrases
from nanduti_hub.access.invitations import Enrolment, NewLink
from nanduti_hub.access.oidc import Begun
from nanduti_hub.access.sealing import NotSealed, opened, passing_sealing, seal, sealed_until
from nanduti_hub.access.sessions import Held, Session
from nanduti_hub.access.signing_in import SignedIn
from nanduti_hub.access.tokens import NewToken
from nanduti_hub.caller import Role

NOW = datetime(2026, 11, 1, tzinfo=UTC)
OBSERVER = Held(Role.OBSERVER, "mtess")


@pytest.mark.parametrize(
    "holder",
    [
        NewToken("id", "SECRETO"),
        NewLink("SECRETO", NOW),
        Enrolment("SECRETO", "SECRETO"),
        SignedIn("SECRETO", "galleta", "SECRETO"),
        Begun("https://login.example/?state=SECRETO", "SECRETO", "SECRETO", "SECRETO"),
        passing_sealing(),
        Session(
            digest=b"SECRETO",
            person="id",
            account="ana@mtess",
            home="mtess",
            name="Ana Sintética",
            acts=OBSERVER,
            roles=[OBSERVER],
            csrf="SECRETO",
            expires_at=NOW,
        ),
    ],
    ids=lambda holder: type(holder).__name__,
)
def test_what_holds_a_secret_does_not_show_it(holder: object) -> None:
    """Neither in a log nor in a traceback that shows values."""
    for shown in (repr(holder), str(holder), f"{[holder]}"):
        assert shown.strip("[]") == f"{type(holder).__name__}(...)"


def test_nobodys_passphrase_takes_as_long_as_anybodys() -> None:
    """What is compared with where there is no account has the cost of every hash that is made."""
    cost = f"m={passphrases.MEMORY // 1024},t={passphrases.OPERATIONS},p=1"
    assert cost in passphrases._NOBODYS


def test_what_a_browser_keeps_is_good_until_then_for_its_purpose_and_of_its_kind() -> None:
    """Whatever else comes back is one and the same: not sealed."""
    sealing = passing_sealing()
    text = sealed_until(sealing, "ida", OBSERVER, 1_000.0)
    assert opened(sealing, "ida", text, Held, 1_000.0) == OBSERVER
    bare = seal(sealing, "ida", "no es JSON").hex()
    for key, purpose, sent, kind, now in (
        (sealing, "ida", text, Held, 1_000.1),
        (sealing, "vuelta", text, Held, 999.0),
        (sealing, "ida", text, str, 999.0),
        (passing_sealing(), "ida", text, Held, 999.0),
        (sealing, "ida", text[:-8], Held, 999.0),
        (sealing, "ida", bare, Held, 999.0),
        (sealing, "ida", "ñ", Held, 999.0),
        (sealing, "ida", "", Held, 999.0),
    ):
        with pytest.raises(NotSealed):
            opened(key, purpose, sent, kind, now)


def test_a_private_file_is_its_owners_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    """Replaced it is another; written once it stays, whoever comes second."""
    path = tmp_path / "clave"
    private_files.write_once(path, "primera")
    private_files.write_once(path, b"segunda")
    assert path.read_text() == "primera"
    private_files.replace(path, "tercera")
    assert path.read_text() == "tercera"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    directory = tmp_path / "carpeta"
    directory.mkdir()
    with pytest.raises(IsADirectoryError):
        private_files.replace(directory, "nada")
    assert sorted(tmp_path.iterdir()) == [directory, path]
    for _ in range(2):
        private_files.remove(path)
    assert list(tmp_path.iterdir()) == [directory]
