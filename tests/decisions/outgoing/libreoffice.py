"""LibreOffice, run without a screen, as the other hand that opens and saves the hub's workbooks."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

PROGRAM = shutil.which("soffice") or shutil.which("libreoffice")
REQUIRED = os.environ.get("NANDUTI_LIBREOFFICE") == "required"
#: Seconds for one run, its start included.
DEADLINE = 180


def saved_again(folder: Path, kind: str, workbooks: dict[str, bytes]) -> dict[str, bytes]:
    """The workbooks (name without ending to .xlsx bytes) after LibreOffice opened and saved them as `kind`."""
    if PROGRAM is None:
        if REQUIRED:
            pytest.fail("NANDUTI_LIBREOFFICE=required, and there is no soffice")
        pytest.skip(
            "LibreOffice (soffice) is not installed; NANDUTI_LIBREOFFICE=required makes this a failure"
        )
    source, target = folder / "source", folder / kind
    source.mkdir(exist_ok=True)
    paths = []
    for name, content in workbooks.items():
        path = source / f"{name}.xlsx"
        path.write_bytes(content)
        paths.append(str(path))
    subprocess.run(
        [PROGRAM, f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless", "--norestore",
         "--convert-to", kind, "--outdir", str(target), *paths],
        check=True, capture_output=True, timeout=DEADLINE,
    )  # fmt: skip
    return {name: (target / f"{name}.{kind}").read_bytes() for name in workbooks}
