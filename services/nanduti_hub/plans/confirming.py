"""A borrador becomes its plan's revision: all of it, or its valid rows if only they are asked for.

Confirming is one transaction over the plan and all the actions that it touches, and happens wholly or not at all;
its last event is the plan's and carries the counts. What it came to is kept with the borrador, as it was then.
Comparing runs in a process of its own.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import date
from functools import partial

import asyncpg
import msgspec
from msgspec import UNSET, Struct
from msgspec.structs import replace

from nanduti.actions import Action, ActionPlanned, ActionRevised, ActionStatusChanged, Change, Citation
from nanduti.plans import Line, Plan, Revision
from nanduti.vocabulary import Status
from nanduti_hub.actions.decide import STEPS
from nanduti_hub.actions.decide import changes as changes_between
from nanduti_hub.actions.project import ACTIONS
from nanduti_hub.actions.state import Current as CurrentAction
from nanduti_hub.caller import Caller
from nanduti_hub.ledger.append import LostRace, Write, append, read_streams
from nanduti_hub.ledger.database import transaction
from nanduti_hub.ledger.execute import Ledger, fold, run
from nanduti_hub.ledger.identifiers import new_id
from nanduti_hub.ledger.statements import statement
from nanduti_hub.offload import offload
from nanduti_hub.plans.commands import RevisePlan
from nanduti_hub.plans.kept import rows_of
from nanduti_hub.plans.notices import CONFLICT
from nanduti_hub.plans.offloaded import preview_bytes
from nanduti_hub.plans.project import PLANS
from nanduti_hub.plans.queries import plan_now
from nanduti_hub.plans.revision import NOT_VALID, Outcome, Preview
from nanduti_hub.plans.row_values import filled, planned, revised
from nanduti_hub.plans.rows import Row
from nanduti_hub.plans.state import Current
from nanduti_hub.plans.uploads import Draft, find_draft, standing
from nanduti_hub.plans.writing import code_of
from nanduti_hub.refusal import Refusal, Refused

#: Actions written between two turns of the event loop.
TURN = 50
#: How often a plan that is changed meanwhile is compared again.
COMPARISONS = 5
#: Writes the row of the record, in the transaction that it is given.
Noted = Callable[[asyncpg.Connection], Awaitable[None]]


class Confirmation(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The act that approved the plan, its day, and which absent actions it cancels (ids; none unless said).

    `only_valid` leaves out the rows in error and those with conflicts that nobody has decided, if there are any:
    their actions stay as they are. An error of the file as a whole is refused in any case.
    """

    act: Line
    act_date: date
    cancel: tuple[str, ...] = ()
    only_valid: bool = False


class Confirmed(Struct, frozen=True, kw_only=True):
    """A confirmed revision, or the one that the same file already is."""

    revision: Revision
    version: int
    already: bool = False


class Compared(Struct, frozen=True):
    """What confirming a borrador would do, the plan's actions as stored with the versions it was compared with, and
    what is kept of it: the report, and its fingerprint.
    """

    preview: Preview
    stored: dict[str, tuple[int, bytes]]
    report: bytes
    fingerprint: str

    def action(self, id_: str) -> CurrentAction:
        """An action as it was compared. Taken apart only here: most of a large plan is not changed."""
        version, body = self.stored[id_]
        return CurrentAction(version, _decoded(body))


_decoded = msgspec.json.Decoder(Action).decode


async def compare(ledger: Ledger, caller: Caller, draft: Draft) -> Compared:
    """What confirming a borrador would do now. No transaction is open while it is worked out."""
    async with transaction(ledger.database, caller, snapshot=True) as connection:
        now = await standing(connection, draft.plan, draft.decided, draft.reading, draft.plan_version)
    report, compared = await offload(preview_bytes, draft.reading, now.actions, draft.decided, now.bases)
    seen = msgspec.json.decode(compared, type=Preview)
    versions = zip(now.versions.values(), now.actions, strict=True)
    return Compared(seen, dict(zip(now.versions, versions, strict=True)), report, now.fingerprint)


async def confirm(
    ledger: Ledger, caller: Caller, import_id: str, confirmation: Confirmation, noted: Noted
) -> Confirmed:
    """Make a borrador the plan's new revision: all of it (or its valid rows, if only they are asked for), or nothing
    and a refusal. `noted` writes its row of the record.

    Idempotent: the same file, or the same borrador again, is the revision that it already is, unless something was
    decided since that changes anything. The comparison is made first, and made again where the plan or one of its
    actions has changed before it could be written.

    Raises:
        Refused: `import_unknown`, `import_confirmed`, `import_has_errors`, `import_has_conflicts`, `act_missing`,
            `absent_unknown`, `status_step_refused`.
        LostRace: the plan is being changed all the time.

    """
    for _ in range(COMPARISONS):
        async with transaction(ledger.database, caller) as connection:
            draft = await find_draft(connection, import_id)
            plan = await plan_now(connection, draft.plan)
            if (already := _already(draft, plan, confirmation)) is not None:
                await noted(connection)
                return already
        compared = await compare(ledger, caller, draft)
        done = await run(
            ledger, caller, partial(_write, ledger, caller, draft, compared, confirmation, noted)
        )
        if done is not None:
            return done
    raise LostRace


async def _write(
    ledger: Ledger,
    caller: Caller,
    draft: Draft,
    compared: Compared,
    confirmation: Confirmation,
    noted: Noted,
    connection: asyncpg.Connection,
) -> Confirmed | None:
    """Write what was compared, or answer None where it no longer holds."""
    now = await find_draft(connection, draft.id, lock=True)
    plan = await plan_now(connection, draft.plan, lock=True)
    if (already := _already(now, plan, confirmation)) is not None:
        await noted(connection)
        return already
    # Actions are added to a plan under its row, which we hold; those that it has are locked before they are compared.
    await read_streams(connection, [f"action:{id_}" for id_ in compared.stored], lock=True)
    versions = await connection.fetch(statement("nanduti_hub.plans", "versions_of_plan"), draft.plan)
    as_compared = {id_: version for id_, (version, _) in compared.stored.items()}
    if now.version != draft.version or {row["id"]: row["version"] for row in versions} != as_compared:
        return None
    revision = _revision(draft, plan, compared, confirmation)
    if (last := plan.plan.revision) is not None and _repeats(revision, last, compared.preview):
        await noted(connection)
        return Confirmed(revision=last, version=plan.version, already=True)
    decided = PLANS.decide(plan, RevisePlan(revision=revision))
    if isinstance(decided, Refusal):
        raise Refused(decided)
    correlation = new_id()
    cancel = tuple(dict.fromkeys(confirmation.cancel))
    await _write_actions(connection, ledger, draft, compared, plan.plan, revision, cancel, correlation)
    write, state = fold(ledger, PLANS, f"plan:{draft.plan}", plan.version, plan, decided, correlation)
    await append(connection, ledger.gate, [write])
    await PLANS.project(connection, [(state, state.version)])
    kept = (compared.report, compared.fingerprint, caller.name)
    await connection.execute(
        statement("nanduti_hub.plans", "confirm_import"), draft.id, revision.number, *kept
    )
    await noted(connection)
    return Confirmed(revision=revision, version=state.version)


def _already(draft: Draft, plan: Current, confirmation: Confirmation) -> Confirmed | None:
    """The revision that a borrador already is, if it is one; refused where a later one has come since."""
    last = plan.plan.revision
    if last is not None and _is_already(draft, last, confirmation):
        return Confirmed(revision=last, version=plan.version, already=True)
    if draft.confirmed_as is not None:
        # It was a revision before the last one: again, it would silently undo what came since.
        raise Refused(Refusal("import_confirmed"))
    return None


def _revision(draft: Draft, plan: Current, compared: Compared, confirmation: Confirmation) -> Revision:
    """The revision that a borrador becomes, if nothing stands in its way."""
    seen = compared.preview
    if seen.rejected:
        _refuse_errors(seen, only_valid=confirmation.only_valid)
    cancel = set(confirmation.cancel)
    if unknown := cancel - set(seen.absent):
        raise Refused(Refusal("absent_unknown", {"actions": len(unknown)}))
    for status in (compared.action(id_).action.status for id_ in cancel):
        if Status.CANCELLED not in STEPS[status]:
            raise Refused(Refusal("status_step_refused", {"from": status.value, "to": "cancelled"}))
    last = plan.plan.revision
    return Revision(
        number=(last.number if last else 0) + 1,
        act=confirmation.act.strip(),
        act_date=confirmation.act_date,
        file_name=draft.file_name,
        sha256=draft.sha256,
        added=seen.count(Outcome.NEW),
        changed=seen.count(Outcome.CHANGED),
        unchanged=seen.count(Outcome.UNCHANGED),
        cancelled=len(cancel),
        left_out=seen.left_out or UNSET,
    )


def _refuse_errors(seen: Preview, *, only_valid: bool) -> None:
    """Refuse what stands in the way: all of it, or where only the valid rows are asked for what is no row's."""
    valid = len(seen.rows) - sum(seen.count(outcome) for outcome in NOT_VALID)
    if only_valid and valid and not seen.file_errors:
        return
    conflicts = sum(1 for finding in seen.findings if finding.code == CONFLICT)
    if conflicts and conflicts == seen.errors and not (only_valid and not valid):
        raise Refused(Refusal("import_has_conflicts", {"conflicts": conflicts}))
    raise Refused(Refusal("import_has_errors", {"errors": max(seen.errors, 1)}))


def _repeats(revision: Revision, last: Revision, seen: Preview) -> bool:
    """Whether a revision would be the same file as the last one, with nothing to write."""
    nothing = not (revision.added or revision.changed or revision.cancelled or seen.cited_anew)
    return nothing and revision.sha256 == last.sha256


def _is_already(draft: Draft, last: Revision, confirmation: Confirmation) -> bool:
    """Whether a borrador is the plan's revision: itself, or the same file with nothing decided anew."""
    if draft.confirmed_as == last.number:
        return True
    decided = draft.decided.pairs or draft.decided.ticks or confirmation.cancel
    # What was left out last time may be valid by now.
    decides = draft.confirmed_as is not None or bool(decided) or bool(last.left_out)
    return draft.sha256 == last.sha256 and not decides


async def _write_actions(
    connection: asyncpg.Connection,
    ledger: Ledger,
    draft: Draft,
    compared: Compared,
    plan: Plan,
    revision: Revision,
    cancel: Sequence[str],
    correlation: str,
) -> None:
    numbers = await connection.fetch(
        statement("nanduti_hub.actions", "take_numbers"), compared.preview.count(Outcome.NEW)
    )
    codes = iter(code_of(plan, row["number"]) for row in numbers)
    writes: list[Write] = []
    states: list[tuple[CurrentAction, int]] = []

    def put(
        id_: str, before: CurrentAction | None, event: ActionPlanned | ActionRevised | ActionStatusChanged
    ) -> None:
        version = before.version if before else 0
        write, state = fold(ledger, ACTIONS, f"action:{id_}", version, before, [event], correlation)
        writes.append(write)
        states.append((state, state.version))

    why = f"Según la revisión {revision.number} del plan ({revision.act})."[:1_000]
    rows: list[Row] = []
    for leaf in rows_of(draft.reading):
        rows += leaf
        await asyncio.sleep(0)
    for place, outcome in enumerate(compared.preview.rows):
        if place % TURN == TURN - 1:
            await asyncio.sleep(0)
        if outcome.outcome in NOT_VALID:
            continue
        row = rows[outcome.row]
        citation = Citation(
            plan=plan.id, revision=revision.number, sheet=row.sheet, row=row.row, number=row.code
        )
        if outcome.action is None:
            if row.axis_common is None or row.lead is None:
                raise ValueError("a row without axis or lead is in error and never gets here")
            id_ = new_id()
            blank = Action(
                id=id_, code=next(codes), platform=plan.platform, plan=plan.id, title=row.title,
                axis=row.axis_common, lead=row.lead, citations=(citation,),
            )  # fmt: skip
            values = filled(row, outcome.taken, None)
            put(id_, None, ActionPlanned(version=1, action=planned(row, values, blank, why)))
        elif outcome.changes or outcome.settled:
            stood = compared.action(outcome.action)
            before = stood.action
            after = revised(before, row, filled(row, outcome.taken, before), citation, why)
            changed = changes_between(before, after) or (Change(field="citations"),)
            event = ActionRevised(version=stood.version + 1, action=after, changes=changed)
            put(outcome.action, stood, event)
    for id_ in cancel:
        stood = compared.action(id_)
        reason = f"No figura en la revisión {revision.number} del plan ({revision.act})."
        after = replace(stood.action, status=Status.CANCELLED, status_reason=reason[:1_000])
        changed = changes_between(stood.action, after)
        put(id_, stood, ActionStatusChanged(version=stood.version + 1, action=after, changes=changed))
    if writes:
        await append(connection, ledger.gate, writes)
        for first in range(0, len(states), TURN):
            await ACTIONS.project(connection, states[first : first + TURN])
