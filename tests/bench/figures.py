"""What a measure answers: one figure with what it is compared to, and how all of them are shown.

Rule that stays true: a figure is compared only with what was measured in the same run, its rounds alternating
with those of the thing compared. Nothing here passes or fails: a table says what was asked, a person judges.
"""

import statistics
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import msgspec
from msgspec import Struct


class Figure(Struct, frozen=True, kw_only=True):
    """A figure: the median of `rounds` rounds; `spread` is (greatest - least) / median of them.

    `against` are the medians of what was measured beside it, by name, in the same unit. `asked` is what was
    asked for, in words, and `met` whether it was so; they are shown and not kept.
    """

    measure: str
    ours: float
    against: dict[str, float]
    unit: str
    rounds: int
    spread: float
    asked: str = ""
    met: bool | None = None


def figure(
    measure: str,
    ours: Sequence[float],
    against: Mapping[str, Sequence[float]],
    unit: str,
    asked: str = "",
    met: Callable[[float, dict[str, float]], bool] | None = None,
) -> Figure:
    """The figure of some rounds. `met` judges by the medians: ours, and the others by name."""
    median = statistics.median(ours)
    others = {name: statistics.median(values) for name, values in against.items()}
    return Figure(
        measure=measure,
        ours=median,
        against=others,
        unit=unit,
        rounds=len(ours),
        spread=(max(ours) - min(ours)) / median if median else 0.0,
        asked=asked,
        met=None if met is None else met(median, others),
    )


def percentile(values: Sequence[float], percent: float) -> float:
    """The value below which so many percent of the values lie (nearest rank)."""
    ranked = sorted(values)
    return ranked[min(len(ranked) - 1, max(0, round(percent / 100 * len(ranked)) - 1))]


def table(figures: Sequence[Figure]) -> str:
    """The figures for a person, as Markdown."""
    lines = [
        "| measure | ours | spread | beside it | ours / it | rounds | asked | met |",
        "|---|---:|---:|---|---:|---:|---|---|",
    ]
    for it in figures:
        others = "<br>".join(f"{name}: {shown(value)} {it.unit}" for name, value in it.against.items())
        ratios = "<br>".join(f"{it.ours / value:.2f}" if value else "" for value in it.against.values())
        met = {None: "", True: "yes", False: "**no**"}[it.met]
        lines.append(
            f"| {it.measure} | {shown(it.ours)} {it.unit} | {it.spread:.0%} | {others} | {ratios} "
            f"| {it.rounds} | {it.asked} | {met} |"
        )
    return "\n".join(lines)


def shown(value: float) -> str:
    """A number with three digits that mean something."""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def keep(figures: Sequence[Figure], path: Path) -> None:
    """Write the figures for programs."""
    kept = ("measure", "ours", "against", "unit", "rounds", "spread")
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = [{name: getattr(it, name) for name in kept} for it in figures]
    path.write_bytes(msgspec.json.format(msgspec.json.encode(rows), indent=1) + b"\n")
