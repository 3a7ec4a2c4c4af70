"""Who reads the contract without the bus needs msgspec and nothing else."""

import pkgutil
import subprocess
import sys

import nanduti

#: What the extras [nats] and [cli] are for.
WITH_EXTRAS = {"subscribe", "feed", "addresses", "cli", "terminal", "sealing_cli", "__main__"}

PROGRAM = """
import importlib, sys

class Blocked:
    def find_spec(self, name, path=None, target=None):
        top = name.partition(".")[0]
        if top not in sys.stdlib_module_names and top not in ("nanduti", "msgspec"):
            raise ModuleNotFoundError(f"{name} is not installed here", name=name)

sys.meta_path.insert(0, Blocked())
for name in sys.argv[1:]:
    importlib.import_module(name)
"""


def importing(*names: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", PROGRAM, *names], capture_output=True, text=True, check=False
    )


def test_every_module_of_the_contract_is_imported_with_msgspec_only() -> None:
    """But for those of the subscriber and the command line."""
    found = {module.name for module in pkgutil.iter_modules(nanduti.__path__)}
    assert found >= WITH_EXTRAS
    done = importing(*(f"nanduti.{name}" for name in sorted(found - WITH_EXTRAS)))
    assert done.returncode == 0, done.stderr


def test_the_subscriber_says_what_is_missing() -> None:
    """Which shows that the block above blocks."""
    done = importing("nanduti.subscribe")
    assert done.returncode != 0
    assert "nats is not installed here" in done.stderr
