"""The rules of indicators and their reports. Pure.

Reports stay with their indicator's number, and an indicator that has any is not dropped: the last one must have been
withdrawn first, each by itself, so that no figure goes without somebody having meant it. A value may be lower than
the one before: that is a correction, and what a period brought can then be negative. Absent: adding anything up,
which is `statistics`.
"""

from collections.abc import Sequence
from datetime import date

from msgspec import UNSET
from msgspec.structs import replace

from nanduti.actions import Indicator, Report
from nanduti.vocabulary import DepartmentCode, Measure
from nanduti_hub.actions.commands import Facts, IndicatorSet
from nanduti_hub.refusal import Refusal

#: The largest count: sums of as many as there can be stay exact.
MOST = 1_000_000_000_000


def measure_of(indicator: Indicator) -> Measure:
    """What an indicator counts."""
    return Measure.OTHER if indicator.measure is UNSET else indicator.measure


def tidy_report(report: Report) -> Report:
    """A report with what says nothing left out, so that the same report is always the same bytes."""
    category = "" if report.category is UNSET else " ".join(report.category.split())
    return replace(report, value=float(report.value), category=category or UNSET)


def tidy(indicator: Indicator) -> Indicator:
    """An indicator with what says nothing left out, its reports in the order of their days."""
    measure = UNSET if measure_of(indicator) is Measure.OTHER else indicator.measure
    reports = sorted(map(tidy_report, indicator.reports), key=_place)
    return replace(indicator, measure=measure, reports=tuple(reports))


def check_indicators(indicators: Sequence[Indicator], facts: Facts) -> Refusal | None:
    """What must be true of indicators that come with their reports."""
    for indicator in indicators:
        places = [_place(report) for report in indicator.reports]
        if repeated := [
            report.on
            for report, place in zip(indicator.reports, places, strict=True)
            if places.count(place) > 1
        ]:
            return Refusal("report_repeated", {"number": indicator.number, "on": repeated[0].isoformat()})
        for report in indicator.reports:
            if (refusal := _check_report(indicator, report, facts)) is not None:
                return refusal
    return None


def reported(
    indicators: Sequence[Indicator], number: int, report: Report, facts: Facts
) -> tuple[Indicator, ...] | Refusal:
    """The indicators with a report on one of them; one of the same day, department and category is replaced."""
    indicator = _find(indicators, number)
    if indicator is None:
        return Refusal("indicator_unknown", {"number": number})
    made = tidy_report(report)
    if (refusal := _check_report(indicator, made, facts)) is not None:
        return refusal
    others = [other for other in indicator.reports if _place(other) != _place(made)]
    return _with(indicators, replace(indicator, reports=tuple(sorted((*others, made), key=_place))))


def withdrawn(
    indicators: Sequence[Indicator], number: int, on: date, department: DepartmentCode | None, category: str
) -> tuple[Indicator, ...] | Refusal:
    """The indicators without a report that should never have been made."""
    indicator = _find(indicators, number)
    if indicator is None:
        return Refusal("indicator_unknown", {"number": number})
    wrong = (on, department or "", " ".join(category.split()))
    left = tuple(report for report in indicator.reports if _place(report) != wrong)
    if len(left) == len(indicator.reports):
        return Refusal("report_unknown", {"number": number, "on": on.isoformat()})
    return _with(indicators, replace(indicator, reports=left))


def revised(
    indicators: Sequence[Indicator], wanted: Sequence[IndicatorSet]
) -> tuple[Indicator, ...] | Refusal:
    """The indicators as they are wanted, in the order of their numbers; those without one follow the last."""
    now = {indicator.number: indicator for indicator in indicators}
    named = [one.number for one in wanted if one.number is not None]
    for number in named:
        if number not in now:
            return Refusal("indicator_unknown", {"number": number})
        if named.count(number) > 1:
            return Refusal("indicator_repeated", {"number": number})
    for number, indicator in now.items():
        if indicator.reports and number not in named:
            return Refusal("indicator_has_reports", {"number": number, "reports": len(indicator.reports)})
    following = max(now, default=0)
    made: list[Indicator] = []
    for one in wanted:
        following += one.number is None
        number = following if one.number is None else one.number
        if not one.text.strip():
            return Refusal("indicator_text_missing", {"number": number})
        indicator = tidy(
            Indicator(
                number=number,
                text=one.text,
                unit=one.unit,
                baseline=one.baseline,
                target=one.target,
                means_of_verification=one.means_of_verification,
                reports=now[number].reports if number in now else (),
                measure=one.measure,
            )
        )
        for report in indicator.reports:
            if (refusal := _check_count(indicator, report)) is not None:
                return refusal
        made.append(indicator)
    return tuple(sorted(made, key=lambda indicator: indicator.number))


def _check_report(indicator: Indicator, report: Report, facts: Facts) -> Refusal | None:
    if report.on > facts.today:
        return Refusal("report_ahead", {"on": report.on.isoformat(), "today": facts.today.isoformat()})
    if report.department is not UNSET and report.department not in facts.departments:
        return Refusal("department_unknown", {"department": report.department})
    return _check_count(indicator, report)


def _check_count(indicator: Indicator, report: Report) -> Refusal | None:
    measure = measure_of(indicator)
    if measure is Measure.OTHER or (float(report.value).is_integer() and 0 <= report.value <= MOST):
        return None
    return Refusal("report_not_a_count", {"number": indicator.number, "measure": measure.value})


def _place(report: Report) -> tuple[date, str, str]:
    """What a report is of: there is one for each."""
    department = "" if report.department is UNSET else report.department
    return report.on, department, "" if report.category is UNSET else report.category


def _find(indicators: Sequence[Indicator], number: int) -> Indicator | None:
    return next((indicator for indicator in indicators if indicator.number == number), None)


def _with(indicators: Sequence[Indicator], changed: Indicator) -> tuple[Indicator, ...]:
    return tuple(changed if one.number == changed.number else one for one in indicators)
