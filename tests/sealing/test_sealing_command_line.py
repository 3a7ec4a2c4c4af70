"""`nanduti keygen | seal | open`, as a desk uses them, each in a process of its own."""

import json
import stat
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner, Result
from dossiers import CONTENT, HANDOFF, OTHER_HANDOFF, pair

from nanduti.cli import main
from nanduti.directory import Recipient, Recipients
from nanduti.public_keys import fingerprint, spoken
from nanduti.sealed_form import SealedForm, looks_sealed
from nanduti.vocabulary import RecipientKind

KEYS = [pair()[1] for _ in range(3)]


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(each) for each in arguments])


def listed(path: Path, *keys: tuple[str, RecipientKind], institution: str = "mtess") -> Path:
    """The file that the API's answer is saved in."""
    recipients = tuple(
        Recipient(
            public_key=key, fingerprint=fingerprint(key), label=label, number=number, since=date(2026, 1, 1)
        )
        for number, (key, label) in enumerate(keys, 1)
    )
    path.write_bytes(msgspec.json.encode(Recipients(institution=institution, recipients=recipients)))
    return path


class Desk(msgspec.Struct, frozen=True):
    """A desk's directory."""

    path: Path

    def seal(self, name: str, *more: object, content: Any = CONTENT, share: str = "full") -> Result:
        (self.path / "content.json").write_bytes(msgspec.json.encode(content))
        return run(
            "seal", self.path / "content.json", "--handoff", HANDOFF, "--from", "minna", "--to", "mtess",
            "--share", share, "--pins", self.path / "pins" / "pins.json", "-o", self.path / name, *more,
        )  # fmt: skip

    def open(self, name: str, key: str, *more: object, handoff: str = HANDOFF) -> Result:
        return run("open", self.path / name, "--identity", self.path / key, "--handoff", handoff, *more)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def made(desk: Desk, name: str, *more: str) -> str:
    done = run("keygen", "-o", desk.path / name, *more)
    assert done.exit_code == 0, done.output
    return done.stdout.strip()


@pytest.mark.slow
def test_a_dossier_goes_from_one_desk_to_another_in_processes_of_their_own(desk: Desk) -> None:
    """As the how-to says it."""

    def nanduti(*arguments: object) -> subprocess.CompletedProcess[str]:
        program = [sys.executable, "-m", "nanduti", *(str(each) for each in arguments)]
        done = subprocess.run(program, capture_output=True, text=True, check=False, timeout=60)
        assert done.returncode == 0, done.stderr
        return done

    officer = nanduti("keygen", "-o", desk.path / "mi.key")
    recovery = nanduti("keygen", "--recovery", "-o", desk.path / "recuperacion.key")
    keys = [done.stdout.strip() for done in (officer, recovery)]
    assert spoken(keys[0]) in officer.stderr
    assert fingerprint(keys[0]) in officer.stderr
    assert "bajo llave" in recovery.stderr
    assert stat.S_IMODE((desk.path / "mi.key").stat().st_mode) == 0o600
    (desk.path / "contenido.json").write_bytes(msgspec.json.encode(CONTENT))
    kinds = (RecipientKind.OFFICER, RecipientKind.RECOVERY)
    told = listed(desk.path / "claves.json", *zip(keys, kinds, strict=True))
    done = nanduti(
        "seal", desk.path / "contenido.json", "--handoff", HANDOFF, "--from", "minna", "--to", "mtess",
        "--share", "full", "--recipients", told, "--pins", desk.path / "pins.json", "-o", desk.path / "x.age",
    )  # fmt: skip
    assert done.stdout == ""
    assert looks_sealed((desk.path / "x.age").read_bytes()) == SealedForm(2)
    for key in ("mi.key", "recuperacion.key"):
        shown = nanduti("open", desk.path / "x.age", "--identity", desk.path / key, "--handoff", HANDOFF)
        assert json.loads(shown.stdout)["content"] == CONTENT


def test_the_first_keys_are_told_in_words_and_a_change_is_refused_until_confirmed(desk: Desk) -> None:
    """A key more, a key less, and another in its place: with the words of each."""
    first = desk.seal("1.age", "--recipient", KEYS[0], "--recipient", KEYS[1])
    assert first.exit_code == 0, first.output
    assert spoken(KEYS[0]) in first.stderr
    assert spoken(KEYS[1]) in first.stderr
    pins = (desk.path / "pins" / "pins.json").read_bytes()
    again = desk.seal("2.age", "--recipient", KEYS[1], "--recipient", KEYS[0])
    assert again.exit_code == 0
    assert spoken(KEYS[0]) not in again.stderr
    for change in ((KEYS[0],), (KEYS[0], KEYS[2]), KEYS):
        sent = [part for key in change for part in ("--recipient", key)]
        refused = desk.seal("3.age", *sent)
        assert refused.exit_code == 1
        assert "No se selló nada" in refused.stderr
        changed = {*KEYS[:2]} ^ {*change}
        assert all((spoken(key) in refused.stderr) is (key in changed) for key in KEYS)
        assert not (desk.path / "3.age").exists()
        assert (desk.path / "pins" / "pins.json").read_bytes() == pins
    confirmed = desk.seal("3.age", "--recipient", KEYS[2], "--confirm-changed")
    assert confirmed.exit_code == 0, confirmed.output
    assert desk.seal("4.age", "--recipient", KEYS[2]).exit_code == 0
    assert stat.S_IMODE((desk.path / "pins" / "pins.json").stat().st_mode) == 0o600


def test_nothing_is_written_over(desk: Desk) -> None:
    """A secret key least of all."""
    made(desk, "mi.key")
    before = (desk.path / "mi.key").read_bytes()
    assert run("keygen", "-o", desk.path / "mi.key").exit_code == 1
    assert desk.seal("mi.key", "--recipient", KEYS[0]).exit_code == 1
    assert (desk.path / "mi.key").read_bytes() == before
    assert not (desk.path / "pins").exists()


def test_what_is_opened_into_a_file_is_its_owners_alone(desk: Desk) -> None:
    """And what is of another handoff or for another institution is not shown at all."""
    key = made(desk, "mi.key")
    made(desk, "otra.key")
    assert desk.seal("x.age", "--recipient", key).exit_code == 0
    done = desk.open("x.age", "mi.key", "--to", "mtess", "-o", desk.path / "abierto.json")
    assert (done.exit_code, done.stdout) == (0, "")
    assert stat.S_IMODE((desk.path / "abierto.json").stat().st_mode) == 0o600
    assert "Sintética" in (desk.path / "abierto.json").read_text()
    (desk.path / "cortado.age").write_bytes((desk.path / "x.age").read_bytes()[:-1])
    for refused, words in (
        (desk.open("x.age", "mi.key", handoff=OTHER_HANDOFF), "otra derivación"),
        (desk.open("x.age", "mi.key", "--to", "mp"), "otra institución"),
        (desk.open("x.age", "otra.key"), "Ninguna de estas claves"),
        (desk.open("cortado.age", "mi.key"), "dañado"),
        (desk.open("content.json", "mi.key"), "no está sellado"),
        (desk.open("x.age", "content.json"), "clave secreta"),
    ):
        assert refused.exit_code == 1
        assert words in refused.stderr
        assert "Sintética" not in refused.output
    both = run(
        "open", desk.path / "x.age", "--identity", desk.path / "otra.key", "--identity", desk.path / "mi.key",
        "--handoff", HANDOFF,
    )  # fmt: skip
    assert both.exit_code == 0


def test_a_content_that_is_not_fit_is_told_without_what_it_says(desk: Desk) -> None:
    """Nothing is sealed and nothing pinned."""
    for share, content, field in (
        ("pseudonymous", CONTENT, "prs_FirstName"),
        ("full", {"prs_FirstName": "Sintética"}, "con_Consent"),
        ("full", CONTENT | {"prs_Gender": "Sintética"}, "prs_Gender"),
    ):
        refused = desk.seal("x.age", "--recipient", KEYS[0], content=content, share=share)
        assert refused.exit_code == 1
        assert field in refused.stderr
        assert "Sintética" not in refused.output
    assert not (desk.path / "x.age").exists()
    assert not (desk.path / "pins").exists()


def test_keys_that_are_not_the_receivers_or_not_enough_are_refused(desk: Desk) -> None:
    """The file of another institution, without a recovery key, one that is no list, and a key that is none."""
    officer, recovery = (KEYS[0], RecipientKind.OFFICER), (KEYS[1], RecipientKind.RECOVERY)
    path = desk.path / "claves.json"
    for keys, institution, words in (
        ((officer, recovery), "mp", "no las de mtess"),
        ((officer,), "mtess", "todavía no puede recibir"),
        ((recovery,), "mtess", "todavía no puede recibir"),
    ):
        refused = desk.seal("x.age", "--recipients", listed(path, *keys, institution=institution))
        assert (refused.exit_code, words in refused.stderr) == (1, True), refused.output
    path.write_text("[]")
    assert "no es la lista" in desk.seal("x.age", "--recipients", path).stderr
    assert "no es una clave pública" in desk.seal("x.age", "--recipient", "age1nada").stderr
    assert desk.seal("x.age").exit_code == 2
    assert not (desk.path / "x.age").exists()


@pytest.mark.parametrize("command", ["keygen", "seal", "open"])
def test_the_help_is_in_spanish_with_english_beside(command: str) -> None:
    """Each option of it."""
    shown = run(command, "--help")
    assert shown.exit_code == 0
    assert shown.stdout.startswith("Uso: ")
    assert " / " in shown.stdout


def test_without_the_package_that_seals_one_is_told_what_to_install(desk: Desk) -> None:
    """The rest of the contract is read without it."""
    program = (
        "import sys; sys.modules['pyrage'] = None\n"
        "from nanduti.cli import main; main(['keygen', '-o', sys.argv[1]])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(desk.path / "x.key")],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == 1
    assert "pip install 'nanduti[seal]'" in done.stderr
    assert not (desk.path / "x.key").exists()
