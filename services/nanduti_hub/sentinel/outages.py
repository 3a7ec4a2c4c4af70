"""What an outage means for the clocks: those that ran in it go on by as much later, and are reminded first.

Rules that stay true: until every clock has been told of an outage nothing of its case is fired; the decider knows which
clocks it has extended, so that a case may be told again, and whoever is killed in the middle begins anew. A case
that cannot be told is left alone, unticked, and keeps the outage open; the others go on.
"""

import functools
from datetime import datetime

from nanduti_hub.caller import WORKER
from nanduti_hub.handoffs.commands import Outage
from nanduti_hub.ledger.database import transaction
from nanduti_hub.ledger.execute import Ledger
from nanduti_hub.ledger.statements import statement
from nanduti_hub.sentinel.firing import attempt, tick_outage
from nanduti_hub.sentinel.setbacks import Setbacks


class Telling:
    """How far this process is with telling the cases of the outages that are not done."""

    def __init__(self) -> None:
        self._left: dict[datetime, set[str]] = {}

    async def tell(self, ledger: Ledger, at: datetime, setbacks: Setbacks) -> int:
        """Tell every case with a running clock of every outage, the oldest first; answers how many were told.

        Raises:
            LedgerHeld: LEDGER is not compared: nothing can be written now.

        """
        told = 0
        async with transaction(ledger.database, WORKER) as connection:
            undone = await connection.fetch(statement("nanduti_hub.sentinel", "undone_outages"))
            is_new = any(row["since"] not in self._left for row in undone)
            running = (
                await connection.fetch(statement("nanduti_hub.sentinel", "running_cases")) if is_new else []
            )
        cases = {row["case_id"] for row in running}
        self._left = {row["since"]: self._left.get(row["since"], set(cases)) for row in undone}
        for place, row in enumerate(undone, 1):
            outage, left = Outage(row["since"], row["until"]), self._left[row["since"]]
            # What is due now may be due no longer once all are told: till then it is the moment at which each ended.
            then = at if place == len(undone) else outage.until
            for case in sorted(left.difference(setbacks.left_alone(at))):
                work = functools.partial(tick_outage, ledger, case, then, outage)
                if await attempt(setbacks, case, at, work):
                    left.discard(case)
                    told += 1
            if not left:
                async with transaction(ledger.database, WORKER) as connection:
                    await connection.execute(
                        statement("nanduti_hub.sentinel", "end_outage"), outage.since, at
                    )
        return told
