"""A plan that is uploaded, changed and uploaded again, without a database: rows in, actions out. All synthetic."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import msgspec
from msgspec.structs import replace

from nanduti.actions import Action, Citation
from nanduti.vocabulary import Axis
from nanduti_hub.actions.cells import remember_cited
from nanduti_hub.plans.revision import NOT_VALID, Preview, preview
from nanduti_hub.plans.row_values import filled, planned, revised
from nanduti_hub.plans.rows import Base, Finding, Reading, Row, cells_at
from nanduti_hub.plans.three_way import Bases, Ticks

PLAN = "01900000-0000-7000-8000-000000000001"
GIVEN = frozenset(
    {
        "title", "axis", "lead", "departments", "start", "end", "indicator", "target", "budget_pyg", "progress",
        "status", "observations",
    }
)  # fmt: skip
TITLES = (
    "Capacitar a inspectores de trabajo en detección de trabajo infantil",
    "Elaborar un protocolo de derivación de casos entre instituciones",
    "Difundir la línea de denuncia 147 en radios comunitarias",
    "Monitorear estancias ganaderas del Chaco con equipos móviles",
    "Publicar un boletín semestral de estadísticas de trata",
    "Equipar tres albergues transitorios para víctimas",
)
LEADS = ("mtess", "minna", "mp")
DEPARTMENTS = ("PY-7", "PY-12", "PY-19", "PY-4")
LETTERS = dict(zip(("code", "title", "axis", "lead", "start", "end", "budget_pyg", "progress", "status", "id_accion"), "ABCDEFGHIJ", strict=True))  # fmt: skip


def row(place: int, title: str | None = None, **changes: Any) -> Row:
    """The row of a workbook at a place, from 1."""
    base = Row(
        sheet="POA", row=4 + place, code=f"1.{place}", title=TITLES[place - 1] if title is None else title,
        axis="Detección", axis_common=Axis.DETECTION, lead=LEADS[place % 3], departments=(DEPARTMENTS[place % 4],),
        start=date(2026, 1 + place % 12, 1), end=date(2026, 12, 1 + place % 28), indicator="Personas alcanzadas",
        target=10.0 * place, budget_pyg=1_000_000 * place, given=GIVEN,
    )  # fmt: skip
    changed = replace(base, **changes)
    return replace(
        changed, cells=cells_at({name: f"{letter}{changed.row}" for name, letter in LETTERS.items()})
    )


ROWS = [row(place) for place in range(1, 7)]


def renumbered(rows: Sequence[Row]) -> list[Row]:
    """The rows as a sheet that numbers them by their place."""
    return [
        replace(
            one,
            row=4 + place,
            code=f"1.{place}",
            cells=cells_at({name: f"{letter}{4 + place}" for name, letter in LETTERS.items()}),
        )
        for place, one in enumerate(rows, 1)
    ]


class Register:
    """A plan's actions in a register that has a number, and what a hub would write into a workbook."""

    def __init__(self) -> None:
        self.actions: list[Action] = []
        self.past: list[list[Action]] = [[]]
        self.revision = 0

    @property
    def number(self) -> int:
        """The register's number: one for each change."""
        return len(self.past) - 1

    def confirm(
        self,
        rows: Sequence[Row],
        *,
        decided: Mapping[str, str | None] | None = None,
        ticks: Ticks | None = None,
        base: Base | None = None,
        resumed: bool = False,
        only_valid: bool = False,
    ) -> Preview:
        """Confirm a workbook, as the hub would; answers what was shown before."""
        seen = self.preview(rows, decided=decided, ticks=ticks, base=base, resumed=resumed)
        if only_valid:
            assert not seen.file_errors, seen.findings
        else:
            assert not seen.rejected, seen.findings
        self.revision += 1
        by_id = {action.id: action for action in self.actions}
        for outcome in seen.rows:
            if outcome.outcome in NOT_VALID:
                continue
            one = rows[outcome.row]
            cited = Citation(plan=PLAN, revision=self.revision, sheet=one.sheet, row=one.row, number=one.code)
            if outcome.action is None:
                number = len(by_id) + 1
                blank = Action(
                    id=f"01900000-0000-7000-8000-{number:012d}", code=f"ACC-2026-{number:04d}", platform="conaeti",
                    plan=PLAN, title=one.title, axis=one.axis_common or Axis.CARE, lead=one.lead or "",
                    citations=(cited,),
                )  # fmt: skip
                by_id[blank.id] = _stored(planned(one, filled(one, outcome.taken, None), blank, "Acta"))
            elif outcome.changes or outcome.settled:
                before = by_id[outcome.action]
                values = filled(one, outcome.taken, before)
                by_id[before.id] = _stored(revised(before, one, values, cited, "Acta"))
        self._set(list(by_id.values()))
        return seen

    def preview(
        self,
        rows: Sequence[Row],
        *,
        decided: Mapping[str, str | None] | None = None,
        ticks: Ticks | None = None,
        base: Base | None = None,
        resumed: bool = False,
        uploaded_at: int | None = None,
        findings: tuple[Finding, ...] = (),
    ) -> Preview:
        """What confirming a workbook would do."""
        reading = Reading(rows=tuple(rows), findings=findings, base=base)
        bases = Bases(
            exported=None if base is None else self._at(base.register),
            revision=0 if base is None else base.revision,
            resumed=resumed,
            uploaded=None if uploaded_at is None else self._at(uploaded_at),
        )
        return preview(reading, self.actions, decided or {}, ticks or {}, bases)

    def correct(self, place: int, **changes: Any) -> None:
        """Somebody corrects an action (from 1) in the register."""
        actions = list(self.actions)
        before = actions[place - 1]
        actions[place - 1] = _stored(remember_cited(before, replace(before, **changes)))
        self._set(actions)

    def exported(self) -> tuple[list[Row], Base]:
        """The plan's workbook as the hub writes it now."""
        rows = [
            row(
                place,
                action.title,
                id_accion=action.code,
                code=action.citations[0].number if action.citations else "",
                axis=action.plan_axis,
                axis_common=action.axis,
                lead=action.lead,
                departments=action.departments,
                start=action.start,
                end=action.end,
                indicator=action.indicators[0].text if action.indicators else "",
                target=action.indicators[0].target if action.indicators else None,
                budget_pyg=action.budget,
                progress=action.progress,
                status=action.status,
                observations=action.observations,
                given=GIVEN | {"axis_common"},
                exact=True,
            )
            for place, action in enumerate(self.actions, 1)
        ]
        return rows, Base(plan=PLAN, revision=self.revision, register=self.number)

    def _at(self, number: int) -> dict[str, Action]:
        return {action.id: action for action in self.past[number]}

    def _set(self, actions: list[Action]) -> None:
        self.actions = actions
        self.past.append(actions)


def _stored(action: Action) -> Action:
    """As it comes back from the database."""
    return msgspec.json.decode(msgspec.json.encode(action), type=Action)


def registered(rows: Sequence[Row] = ROWS) -> Register:
    """A register that holds a plan's first workbook."""
    register = Register()
    register.confirm(rows)
    return register


def places(register: Register, seen: Preview) -> list[int | None]:
    """For each row the place of its action, from 1."""
    found = {action.id: place for place, action in enumerate(register.actions, 1)}
    return [found[one.action] if one.action else None for one in seen.rows]


def told(seen: Preview) -> list[tuple[str, str]]:
    """Cell and code of the findings."""
    return [(finding.cell, finding.code) for finding in seen.findings]
