"""Readings one after the other in a process of their own, so that its peak of memory can be told."""

from collections.abc import Sequence
from pathlib import Path

import msgspec

from nanduti_hub.plans.offloaded import read_bytes
from nanduti_hub.plans.rows import Known, Reading

#: What the peak of the reading process must stay under, in bytes.
MOST = 500_000_000


def errors_of(files: Sequence[str], known: Known) -> list[list[str]]:
    """The codes of the errors in each file. Called through `offload`."""
    return [
        [
            one.code
            for one in msgspec.json.decode(
                read_bytes(Path(file).read_bytes(), "plan.xlsx", known), type=Reading
            ).findings
            if one.severity == "error"
        ]
        for file in files
    ]
