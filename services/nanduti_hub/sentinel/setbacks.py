"""Which cases are left alone for a while, because what was to be done to them failed.

Rule that stays true: a case that fails keeps no other from being done; it is tried again, ever more seldom. What is
remembered is this process's alone: after a restart every case is tried at once.
"""

from datetime import datetime, timedelta

#: How long a case is left alone after it has failed: first, and at most.
FIRST, MOST = timedelta(seconds=5), timedelta(hours=1)


class Setbacks:
    """The cases that have failed, how often, and until when they are left alone."""

    def __init__(self) -> None:
        self._failed: dict[str, tuple[int, datetime]] = {}

    def __len__(self) -> int:
        return len(self._failed)

    def lose(self, case: str, at: datetime) -> None:
        """It has failed, once more."""
        times = self._failed.get(case, (0, at))[0]
        self._failed[case] = (times + 1, at + min(FIRST * 2 ** min(times, 20), MOST))

    def regain(self, case: str) -> None:
        """It has been done."""
        self._failed.pop(case, None)

    def left_alone(self, at: datetime) -> list[str]:
        """The cases that are not to be tried yet."""
        return [case for case, (_, until) in self._failed.items() if until > at]
