"""`make bench`: every measure beside its floor or peer, in one run; a table, and var/bench.json.

Servers are durable (fsync on, `sync_interval: always`) and lie in a directory of their own under `var/`, which
is on the disk that an installation would use: /tmp may be memory. Nothing else should run meanwhile.

    python tests/bench/run.py [--quick] [MEASURE ...]
"""

import argparse
import asyncio
import importlib
import os
import platform
import shutil
import sys
import tempfile
import time
import traceback
from pathlib import Path

import psutil
import structlog
import uvloop

TESTS = Path(__file__).resolve().parent.parent
VAR = TESTS.parent / "var"
MEASURES = ("latency", "drain", "isolation", "page", "reading", "workbook", "cases", "sealing", "start")


def main() -> int:
    """Run the measures that are named, or all; answers how many could not be taken."""
    parser = argparse.ArgumentParser(description="Speeds, side by side with their floors.")
    parser.add_argument("measures", nargs="*", metavar="MEASURE", help=", ".join(MEASURES))
    parser.add_argument("--quick", action="store_true", help="short rounds: to try the bench, not to quote")
    arguments = parser.parse_args()
    if unknown := set(arguments.measures) - set(MEASURES):
        parser.error(f"no measure {', '.join(sorted(unknown))}: there are {', '.join(MEASURES)}")
    # `bench` and the tests' own modules are found from here, in the processes that are started too.
    sys.path.insert(0, str(TESTS))
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, (str(TESTS), os.environ.get("PYTHONPATH"))))
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(30))  # warnings and worse
    from bench.figures import Figure, keep, table

    figures: list[Figure] = []
    failed = 0
    for name in arguments.measures or MEASURES:
        begun = time.monotonic()
        VAR.mkdir(exist_ok=True)
        directory = Path(tempfile.mkdtemp(prefix=f"bench-{name}-", dir=VAR))
        directory.chmod(0o755)  # PostgreSQL may have to run as another user, who must get through
        try:
            measure = importlib.import_module(f"bench.{name}").measure
            with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
                figures += runner.run(measure(directory, quick=arguments.quick))
        except Exception:  # noqa: BLE001  # the other measures are still worth taking
            traceback.print_exc()
            failed += 1
        finally:
            shutil.rmtree(directory, ignore_errors=True)
        print(f"{name}: {time.monotonic() - begun:.0f} s", file=sys.stderr, flush=True)
    # What was tried, or taken in part, does not overwrite what can be quoted.
    is_whole = not arguments.quick and not arguments.measures
    keep(figures, VAR / ("bench.json" if is_whole else "bench-tried.json"))
    memory = psutil.virtual_memory().total / 2**30
    print(
        f"\n{psutil.cpu_count()} cores, {memory:.0f} GB, {platform.system()}, Python {platform.python_version()}"
    )
    print(table(figures))
    return failed


if __name__ == "__main__":
    sys.exit(main())
