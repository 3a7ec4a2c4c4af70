"""Another program opens what we seal, and we open what it seals: age, as Debian ships it.

Skipped where there is no age; NANDUTI_AGE=required makes that a failure.
"""

import os
import shutil
import subprocess
from pathlib import Path

import msgspec
import pyrage
import pytest
from click.testing import CliRunner
from dossiers import CONTENT, HANDOFF, pair, sealed

from nanduti.cli import main
from nanduti.public_keys import is_public_key
from nanduti.seal import Dossier, open_sealed, public_key_of
from nanduti.sealed_form import Flaw, NotSealed, SealedForm, looks_sealed


@pytest.fixture(scope="module", autouse=True)
def _age() -> None:
    if shutil.which("age") is None or shutil.which("age-keygen") is None:
        if os.environ.get("NANDUTI_AGE") == "required":
            pytest.fail("NANDUTI_AGE=required, and there is no age")
        pytest.skip("age is not installed; NANDUTI_AGE=required makes this a failure")


def age(*arguments: str, sent: bytes = b"") -> bytes:
    return subprocess.run(["age", *arguments], input=sent, capture_output=True, check=True, timeout=30).stdout


def keygen(path: Path) -> tuple[str, str]:
    """A pair of age's own making: the secret key and the public one."""
    subprocess.run(["age-keygen", "-o", str(path)], capture_output=True, check=True, timeout=30)
    lines = path.read_text().splitlines()
    return lines[-1], lines[1].removeprefix("# public key: ")


def test_age_opens_what_we_seal(tmp_path: Path) -> None:
    """For its own key, and for one of ours."""
    theirs, public = keygen(tmp_path / "theirs.key")
    mine, other = pair()
    (tmp_path / "mine.key").write_text(mine + "\n")
    assert is_public_key(public)
    assert public_key_of(theirs) == public
    whole = sealed([public, other])
    for name in ("theirs.key", "mine.key"):
        dossier = msgspec.json.decode(age("-d", "-i", str(tmp_path / name), sent=whole), type=Dossier)
        assert dossier.content == CONTENT


def test_we_open_what_age_seals_and_the_hub_takes_it_in(tmp_path: Path) -> None:
    """Binary; as text it is opened, too, but not taken in."""
    theirs, public = keygen(tmp_path / "theirs.key")
    mine, other = pair()
    plain = pyrage.decrypt(sealed([public]), [pyrage.x25519.Identity.from_str(theirs)])
    for flags in ((), ("-a",)):
        whole = age(*flags, "-r", public, "-r", other, sent=plain)
        for identity in (theirs, mine):
            assert open_sealed(whole, identity, handoff=HANDOFF, receiver="mtess").content == CONTENT
        form = looks_sealed(whole)
        assert form == (NotSealed(Flaw.ARMORED) if flags else SealedForm(2))


def test_age_takes_the_file_that_our_keygen_writes(tmp_path: Path) -> None:
    """That of a recovery key, too: it may have to be opened in years, with what there is then."""
    made = CliRunner().invoke(main, ["keygen", "--recovery", "-o", str(tmp_path / "recovery.key")])
    whole = sealed([made.stdout.strip()])
    dossier = msgspec.json.decode(age("-d", "-i", str(tmp_path / "recovery.key"), sent=whole), type=Dossier)
    assert dossier.content == CONTENT


def test_both_know_the_same_keys(tmp_path: Path) -> None:
    """Fifty of age's are keys to us, with the public key that age says."""
    for number in range(50):
        secret, public = keygen(tmp_path / f"{number}.key")
        assert is_public_key(public)
        assert public_key_of(secret) == public
