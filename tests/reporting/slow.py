"""Every figure counted again, one row at a time, without a word of the SQL that it is held against."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from typing import Any

from core.models import Area
from eligibility.models import Assessment, AssessmentRun, Enrolment
from grievances.models import Case
from payments.models import Instruction
from registry.models import Household, Membership, Person, Submission

GROUPS = [(0, 4, "0-4"), (5, 17, "5-17"), (18, 34, "18-34"), (35, 59, "35-59"), (60, 69, "60-69"), (70, 999, "70+")]
Cell = tuple[str, str, int | None, int | None, str, str, int | None, str]
"""Indicator, programme, district, council, sex, age group, class, currency."""


def age_group(born: date, on: date) -> str:
    age = on.year - born.year - ((on.month, on.day) < (born.month, born.day))
    return next(code for first, last, code in GROUPS if first <= age <= last)


def full_months(since: date, on: date) -> int:
    return max(0, (on.year - since.year) * 12 + on.month - since.month - (on.day < since.day))


class Recount:
    """``cells``: what every indicator must show for each combination that is not 0."""

    def __init__(self, on: date) -> None:
        self.on = on
        self.cells: dict[Cell, int] = defaultdict(int)
        self._registry()
        self._submissions()
        self._cases()
        self._programmes()
        self._payments()

    def council(self, area: Area) -> int:
        above = [*Area.objects.get_ancestors(area), area]
        return next((a.pk for a in above if a.level == "council"), area.district_id)

    def head(self, household: Household) -> tuple[str, str]:
        references = sorted(
            household.memberships.filter(is_reference=True), key=lambda m: (m.until_on or date.max, m.pk)
        )
        if not references:
            return "", ""
        person = references[-1].person
        return person.sex, age_group(person.birth_date, self.on)

    def household(self, code: str, programme: str, household: Household, *, bin_=None, currency="", value=1) -> None:
        cell = (code, programme, household.district_id, self.council(household.area), *self.head(household))
        self.cells[*cell, bin_, currency] += value

    def person(self, code: str, programme: str, person: Person, household: Household) -> None:
        cell = (code, programme, household.district_id, self.council(household.area))
        self.cells[*cell, person.sex, age_group(person.birth_date, self.on), None, ""] += 1

    def _registry(self) -> None:
        for household in Household.objects.all():
            if household.status != "active":
                continue
            self.household("households_registered", "", household)
            months = full_months(household.interviewed_on, self.on)
            self.household("months_since_interview", "", household, bin_=months)
        for membership in Membership.objects.all():
            here = membership.counts and membership.until_on is None and membership.household.status == "active"
            if here and membership.person.died_on is None:
                self.person("persons_registered", "", membership.person, membership.household)

    def _submissions(self) -> None:
        for submission in Submission.objects.all():
            if submission.status in ("in_review", "refused"):
                council = self.council(submission.area) if submission.area else None
                cell = (f"submissions_{submission.status}", "", submission.district_id, council, "", "", None, "")
                self.cells[cell] += 1

    def _cases(self) -> None:
        for case in Case.objects.all():
            if case.sensitive or case.status in ("decided", "closed", "withdrawn"):
                continue
            place = (case.district_id, self.council(case.area)) if case.district_id else (None, None)
            self.cells["cases_open", "", *place, "", "", None, ""] += 1
            if case.due_on < self.on:
                self.cells["cases_overdue", "", *place, "", "", None, ""] += 1

    def _found(self) -> Iterator[Assessment]:
        latest: dict[int, AssessmentRun] = {}
        for run in AssessmentRun.objects.all():
            if run.status == "published":
                known = latest.get(run.programme_id)
                if known is None or (run.published_at, run.pk) > (known.published_at, known.pk):
                    latest[run.programme_id] = run
        for run in latest.values():
            yield from run.assessments.all()

    def _programmes(self) -> None:
        households: dict[str, list[tuple[str, Household]]] = defaultdict(list)
        for finding in self._found():
            pair = (finding.run.programme.code, finding.household)
            households["households_assessed"].append(pair)
            if finding.outcome == "eligible":
                households["households_eligible"].append(pair)
            if finding.outcome == "not_assessable":
                households["households_not_assessable"].append(pair)
        persons: list[tuple[str, Person, Household]] = []
        for enrolment in Enrolment.objects.all():
            if enrolment.status == "enrolled":
                households["households_enrolled"].append((enrolment.programme.code, enrolment.household))
                if enrolment.person:
                    persons.append((enrolment.programme.code, enrolment.person, enrolment.household))
        self._once(households, {"persons_enrolled": persons})

    def _payments(self) -> None:
        households, persons = [], []
        for line in Instruction.objects.all():
            if line.status != "paid":
                continue
            programme = line.cycle.programme.code
            households.append((programme, line.household))
            if line.person:
                persons.append((programme, line.person, line.household))
            for named in (programme, ""):
                self.household("amount_paid", named, line.household, currency=line.currency, value=line.amount_minor)
        self._once({"households_paid": households}, {"persons_paid": persons})

    def _once(self, households: dict[str, Any], persons: dict[str, Any]) -> None:
        """Each household (and person) once in each programme, and once in all of them together."""
        for code, found in households.items():
            for programme, household in {*found, *(("", household) for _programme, household in found)}:
                self.household(code, programme, household)
        for code, listed in persons.items():
            for programme, person, household in {*listed, *(("", p, h) for _programme, p, h in listed)}:
                self.person(code, programme, person, household)
