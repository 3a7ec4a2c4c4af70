"""`nanduti-hub` as people and programs run it: processes of their own, a real hub, output and exit codes."""

import io
import json
import os
import shlex
import subprocess
import sys
import time
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import httpx
import openpyxl
import pytest
from hub_process import HubProcess, start_hub, stop_servers
from msgspec import Struct

#: A hub with its servers is started.
pytestmark = pytest.mark.slow

WORKBOOK = Path(str(files("nanduti_hub.demo"))) / "workbooks" / "neembucu_plan_departamental_2026.xlsx"
PROCEDURE = Path(str(files("nanduti_hub.handoffs"))) / "data" / "procedure_2026_1.toml"
PLATFORM = "mesa_neembucu"
ACT = ("--act", "Acta sintética N° 3/2026", "--act-date", "2026-03-12")
#: Nothing of whoever runs the tests.
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("NANDUTI_")}


def command(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run `nanduti-hub` to its end; whatever happens, no traceback."""
    done = subprocess.run(
        [str(Path(sys.executable).parent / "nanduti-hub"), *map(str, arguments)],
        capture_output=True,
        text=True,
        env=ENVIRONMENT,
        timeout=60,
        check=False,
    )
    assert "Traceback" not in done.stderr, done.stderr
    return done


def object_of(done: subprocess.CompletedProcess[str], code: int) -> dict[str, Any]:
    """The one JSON object that is all of standard output."""
    assert done.returncode == code, (done.stdout, done.stderr)
    value: dict[str, Any] = json.loads(done.stdout)
    assert list(value) == ["outcome", "rows", "findings"]
    assert value["outcome"] == ("imported" if code == 0 else "rejected")
    for finding in value["findings"]:
        assert set(finding) >= {"sheet", "cell", "severity", "code", "message", "suggestion"}
    return value


class Started(Struct, frozen=True):
    """A hub with an empty plan of one platform, and a token of its coordinator."""

    process: HubProcess
    token: str

    @property
    def home(self) -> Path:
        """Its state directory."""
        return self.process.home

    @property
    def api(self) -> str:
        """Where its API is."""
        return str(self.process.file["api"])


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Started]:
    """A hub as an operator starts it and a coordinator is let in."""
    home = tmp_path_factory.mktemp("hub") / "home"
    try:
        process = start_hub(home)
        made = command(
            "token",
            "create",
            "--name",
            "Prueba sintética",
            "--role",
            "coordinator",
            "--scope",
            PLATFORM,
            "--home",
            home,
        )
        started = Started(process, made.stdout.strip())
        plan = {
            "platform": PLATFORM,
            "title": "Plan sintético",
            "term_from": "2026-01-01",
            "term_to": "2026-12-31",
        }
        headers = {"Authorization": f"Bearer {started.token}"}
        assert (
            httpx.post(f"{started.api}/v1/plans", json=plan, headers=headers, timeout=30).status_code == 201
        )
        yield started
        assert process.stop() == 0
    finally:
        stop_servers(home)


@pytest.fixture
def corrected(tmp_path: Path) -> Path:
    """The demo's workbook with one activity's text changed by its coordinator."""
    book = openpyxl.load_workbook(io.BytesIO(WORKBOOK.read_bytes()))
    preview = object_of(command("import", WORKBOOK, "--platform", PLATFORM, "--preview", "--json"), 0)
    row = preview["rows"][0]
    for cell in book[row["sheet"]][row["row"]]:
        if isinstance(cell.value, str) and " ".join(cell.value.split()) == row["title"]:
            cell.value = f"{row['title']} (texto sintético corregido)"
    file = tmp_path / WORKBOOK.name
    book.save(file)
    return file


def test_a_preview_needs_no_hub_and_says_where_each_remark_stands() -> None:
    """For a person in Spanish, for a program as one JSON object."""
    shown = command("import", WORKBOOK, "--platform", PLATFORM, "--preview")
    assert (shown.returncode, shown.stderr) == (0, "")
    assert "15 actividades leídas. Se puede publicar; nada cambió todavía." in shown.stdout
    read = object_of(command("import", WORKBOOK, "--platform", PLATFORM, "--preview", "--json"), 0)
    assert len(read["rows"]) == 15


def test_a_file_that_cannot_be_read_is_the_same_json_object(tmp_path: Path) -> None:
    """A text by another name is rejected (1); a file that is not there is a wrong command (2)."""
    text = tmp_path / "plan.xlsx"
    text.write_text("esto no es una planilla")
    for file, code in ((text, 1), (tmp_path / "no_existe.xlsx", 2), (tmp_path, 2)):
        read = object_of(command("import", file, "--platform", "conaeti", "--preview", "--json"), code)
        assert [finding["severity"] for finding in read["findings"]] == ["error"]
        assert read["rows"] == []
        assert file.name in read["findings"][0]["message"] or code == 1
    read = object_of(command("import", WORKBOOK, "--platform", "nadie", "--preview", "--json"), 2)
    assert read["findings"][0]["code"] == "platform_unknown"


def test_publishing_without_its_act_or_on_a_day_that_is_none_is_a_wrong_command(tmp_path: Path) -> None:
    """Exit code 2, before any hub is asked."""
    start = ("import", WORKBOOK, "--platform", PLATFORM, "--home", tmp_path)
    for options, code in (
        ((), "act_missing"),
        (("--act", "Acta", "--act-date", "2026-02-30"), "act_date_invalid"),
    ):
        assert object_of(command(*start, *options, "--json"), 2)["findings"][0]["code"] == code
    told = command(*start)
    assert (told.returncode, told.stdout) == (2, "")
    assert object_of(command(*start, *ACT, "--json"), 1)["findings"][0]["code"] == "hub_missing"


def test_a_workbook_is_published_once_and_a_corrected_one_after_it(hub: Started, corrected: Path) -> None:
    """The same file again changes nothing and says so; the corrected one changes the one activity."""
    start = ("--platform", PLATFORM, "--home", hub.home, "--token", hub.token, *ACT)
    first = command("import", WORKBOOK, *start)
    assert (first.returncode, first.stderr) == (0, "")
    assert "Publicada como revisión 1 del plan: nuevas 15, cambiadas 0, sin cambios 0." in first.stdout
    assert (
        "Sin cambios: este mismo archivo ya es la revisión 1 del plan."
        in command("import", WORKBOOK, *start).stdout
    )
    assert len(object_of(command("import", corrected, *start, "--json"), 0)["rows"]) == 15
    headers = {"Authorization": f"Bearer {hub.token}"}
    (plan,) = httpx.get(f"{hub.api}/v1/plans?platform={PLATFORM}", headers=headers, timeout=30).json()[
        "items"
    ]
    assert [plan["revision"][key] for key in ("number", "added", "changed", "unchanged")] == [2, 0, 1, 14]
    checked = command("rebuild", "--check", "--home", hub.home)
    assert (checked.returncode, checked.stdout) == (0, "Igual: cada estado es lo que dicen los eventos.\n")


def test_a_plans_workbook_is_saved_and_an_annotated_copy_of_one(hub: Started, tmp_path: Path) -> None:
    """Nothing that is there is written over; uploaded as it is, the plan's workbook changes nothing."""
    here = ("--platform", PLATFORM, "--home", hub.home, "--token", hub.token)
    saved, copy = tmp_path / "plan.xlsx", tmp_path / "copia.xlsx"
    done = command("template", *here, "-o", saved)
    assert (done.returncode, done.stdout) == (0, f"Guardada en {saved}.\n")
    assert openpyxl.load_workbook(saved).worksheets[0]["A1"].value == "id_accion"
    again = command("template", *here, "-o", saved)
    assert (again.returncode, again.stdout) == (1, "")
    assert "Ya existe" in again.stderr
    read = object_of(
        command("import", saved, "--platform", PLATFORM, "--preview", "--json", "--annotated", copy), 0
    )
    assert [one for one in read["findings"] if one["severity"] != "info"] == []
    assert openpyxl.load_workbook(copy).sheetnames[0] == "Observaciones del centro"
    assert (
        command("template", "--platform", "nadie", "--home", hub.home, "-o", tmp_path / "x.xlsx").returncode
        == 1
    )
    assert not (tmp_path / "x.xlsx").exists()


def test_a_copy_that_cannot_be_saved_is_told_before_anything_is_published(
    hub: Started, tmp_path: Path
) -> None:
    """A wrong command (2), whichever way it is told; the plan stays as it is."""
    there = tmp_path / "copia.xlsx"
    there.write_text("de otra persona")
    headers = {"Authorization": f"Bearer {hub.token}"}
    plans = f"{hub.api}/v1/plans?platform={PLATFORM}"
    before = httpx.get(plans, headers=headers, timeout=30).json()["items"]
    start = ("import", WORKBOOK, "--platform", PLATFORM, "--home", hub.home, "--token", hub.token, *ACT)
    for target, code in ((there, "file_exists"), (tmp_path / "no_hay" / "copia.xlsx", "file_unwritable")):
        read = object_of(command(*start, "--annotated", target, "--json"), 2)
        assert [finding["code"] for finding in read["findings"]] == [code]
        told = command(*start, "--annotated", target)
        assert (told.returncode, told.stdout) == (2, "")
    assert there.read_text() == "de otra persona"
    assert httpx.get(plans, headers=headers, timeout=30).json()["items"] == before


def test_a_copy_that_fails_at_the_end_does_not_make_a_published_workbook_a_rejected_one(
    hub: Started, tmp_path: Path
) -> None:
    """What is done is done: the exit code is the workbook's, and the copy's trouble is told beside it."""
    start = ("import", WORKBOOK, "--platform", PLATFORM, "--home", hub.home, "--token", hub.token, *ACT)
    done = command(*start, "--json", "--annotated", tmp_path / f"{'x' * 300}.xlsx")
    object_of(done, 0)
    assert "No se puede escribir" in done.stderr


def test_a_copy_that_does_not_fit_on_the_disk_leaves_nothing_behind(tmp_path: Path) -> None:
    """Half a workbook would look like one, and would be in the way of the next."""
    copy = tmp_path / "copia.xlsx"
    words = ("import", WORKBOOK, "--platform", PLATFORM, "--preview", "--annotated", copy)
    line = shlex.join([str(Path(sys.executable).parent / "nanduti-hub"), *map(str, words)])
    done = subprocess.run(
        ["/bin/sh", "-c", f"ulimit -f 16; exec {line}"],
        capture_output=True,
        text=True,
        env=ENVIRONMENT | {"PYTHONDONTWRITEBYTECODE": "1"},
        timeout=60,
        check=False,
    )
    assert (done.returncode, f"No se puede escribir «{copy}»" in done.stderr) == (1, True), done.stderr
    assert not copy.exists()


def test_what_the_hub_refuses_is_told_in_the_same_shape(hub: Started, tmp_path: Path) -> None:
    """A plan that is not one's own, a token that is none, a hub that is away, a file that is no workbook."""
    start = ("import", WORKBOOK, *ACT, "--json")
    text = tmp_path / "plan.xlsx"
    text.write_text("esto no es una planilla")
    mine = ("--home", hub.home, "--platform", PLATFORM, "--token", hub.token)
    for arguments, code in (
        ((*start, "--home", hub.home, "--platform", PLATFORM, "--token", "nan_nada"), "token_invalid"),
        ((*start, "--home", hub.home, "--platform", PLATFORM), "token_missing"),
        ((*start, *mine, "--plan", "nada"), "plan_unknown"),
        ((*start, "--platform", PLATFORM, "--api", "http://127.0.0.1:1", "--token", "x"), "hub_away"),
        ((*start, "--platform", PLATFORM, "--api", "nada", "--token", "x"), "hub_away"),
    ):
        read = object_of(command(*arguments), 1)
        assert [finding["code"] for finding in read["findings"]] == [code]
    nameless = command(*start, "--platform", PLATFORM, "--api", "centro:8000", "--token", "x")
    assert "no empieza con http" in object_of(nameless, 1)["findings"][0]["message"]
    read = object_of(command("import", text, *ACT, "--json", *mine), 1)
    assert "libro de Excel" in read["findings"][0]["message"]


def test_a_token_works_until_it_is_revoked(hub: Started) -> None:
    """It is printed alone, for a script to take; revoking takes effect within seconds."""
    name = ("--name", "Sistema sintético", "--home", hub.home)
    made = command("token", "create", "--role", "coordinator", "--scope", "conaeti", *name)
    assert made.returncode == 0, made.stderr
    token = made.stdout.strip()
    assert status_of(hub, token) == 200
    revoked = command("token", "revoke", *name)
    assert (revoked.returncode, revoked.stdout) == (0, "1 token anulado.\n")
    until = time.monotonic() + 30
    while status_of(hub, token) != 401:
        assert time.monotonic() < until
        time.sleep(0.2)
    assert command("token", "revoke", *name).returncode == 1
    for options in (
        ("--role", "coordinator", "--scope", "mtess"),
        ("--role", "coordinator"),
        ("--role", "steward", "--scope", "conaeti"),
    ):
        refused = command("token", "create", *options, *name)
        assert (refused.returncode, refused.stdout) == (2, "")


def status_of(hub: Started, token: str) -> int:
    """How the API answers a token."""
    headers = {"Authorization": f"Bearer {token}"}
    return httpx.get(f"{hub.api}/v1/register", headers=headers, timeout=10).status_code


def test_commands_that_find_no_hub_say_how_to_name_one(tmp_path: Path) -> None:
    """In Spanish, with exit code 1, and at once."""
    for arguments in (
        ("rebuild", "--check"), ("ledger", "adopt"), ("token", "revoke", "--name", "x"),
    ):  # fmt: skip
        done = command(*arguments, "--home", tmp_path)
        assert (done.returncode, done.stdout) == (1, "")
        assert "--home" in done.stderr
    assert "NANDUTI_APP_DSN" in command("serve").stderr
    assert command("migrate", "--dsn", "postgresql://127.0.0.1:1/x").returncode == 1


def test_a_second_hub_on_a_home_or_on_a_port_is_refused(hub: Started, tmp_path: Path) -> None:
    """It says what is in the way."""
    assert "ya está en uso" in command("up", "--home", hub.home).stderr
    port = hub.api.rpartition(":")[2]
    assert "ya lo usa otro programa" in command("up", "--home", tmp_path / "other", "--port", port).stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("nada",), "No existe el comando 'nada'."),
        (("import",), "Falta el argumento 'PLANILLA.xlsx'."),
        (("import", "x.xlsx"), "Falta la opción '--platform'."),
        (("up", "--port", "99999"), "Valor no válido para '--port'"),
        (("serve", "todo"), "'todo' no está entre 'api', 'sequencer', 'relay', 'sentinel'."),
        (("bus", "config", "--listen", "4222"), "DIRECCIÓN:PUERTO"),
    ],
)
def test_a_wrong_command_is_told_in_spanish(arguments: tuple[str, ...], words: str) -> None:
    """With exit code 2, on standard error."""
    done = command(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert words in done.stderr
    assert done.stderr.startswith("Uso: ")


def test_help_is_in_spanish_first() -> None:
    """Every command's, with no option left without a word."""
    for arguments in (
        (), ("up",), ("import",), ("bus", "config"), ("token", "create"),
    ):  # fmt: skip
        shown = command(*arguments, "--help").stdout
        assert shown.startswith("Uso: nanduti-hub")
        assert "Mostrar esta ayuda." in shown
        assert "\nOptions:" not in shown


def test_a_procedures_file_is_looked_at_without_a_hub(tmp_path: Path) -> None:
    """All that is wrong with it at once, each with its place; what only the starting directory lacks is a notice."""
    good = command("procedure", "check", PROCEDURE)
    assert (good.returncode, good.stderr) == (0, "")
    assert "2026-1 (de trabajo, no es el manual oficial)" in good.stdout
    assert "(0 de ley)" in good.stdout
    text = PROCEDURE.read_text()
    other = tmp_path / "otro.toml"
    other.write_text(text.replace('institutions = ["mtess"]', 'institutions = ["sintetica"]'))
    noted = command("procedure", "check", other)
    assert noted.returncode == 0
    assert "[aviso] competences[7].institutions: el directorio no tiene" in noted.stdout
    other.write_text(
        text.replace("most_hops = 3", "most_hop = 3").replace('source = "agreement"', 'source = "ley"')
    )
    wrong = command("procedure", "check", other)
    assert wrong.returncode == 1
    assert "[error] most_hop: campo desconocido." in wrong.stdout
    assert "[error] most_hops: falta." in wrong.stdout
    assert "[error] resealing.source: es uno de: law, procedure, agreement." in wrong.stdout
    assert "errores por corregir" in wrong.stderr
    assert command("procedure", "check", tmp_path / "no_existe.toml").returncode == 1


def test_a_procedures_file_is_registered_in_a_running_hub_by_a_steward(hub: Started, tmp_path: Path) -> None:
    """Once; who is none is told so, and what is registered is not changed."""
    made = command(
        "token",
        "create",
        "--name",
        "Steward sintético",
        "--role",
        "steward",
        "--scope",
        "*",
        "--home",
        hub.home,
    )
    to_hub = ("--home", hub.home, "--token", made.stdout.strip())
    file = tmp_path / "otra.toml"
    text = PROCEDURE.read_text().replace('version = "2026-1"', 'version = "2026-2"')
    file.write_text(text)
    refused = command("procedure", "register", file, "--home", hub.home, "--token", hub.token)
    assert refused.returncode == 1
    for said in ("Registrado", "Ya estaba registrado"):
        done = command("procedure", "register", file, *to_hub)
        assert done.returncode == 0, done.stderr
        assert done.stdout.startswith(f"{said}: procedimiento 2026-2 ")
    file.write_text(text.replace("most_hops = 3", "most_hops = 4"))
    other = command("procedure", "register", file, *to_hub)
    assert other.returncode == 1
    assert "La versión 2026-2 del procedimiento ya está registrada" in other.stderr
    missing = command("procedure", "register", file, "--home", hub.home)
    assert "Falta el token de «steward»" in missing.stderr
