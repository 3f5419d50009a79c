"""Whom a survey made anew tells of: by reference, by members' numbers, by the number in an earlier file.

Where these point to different households a person decides. The caller holds the lock of ``pipeline.decide``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from django.db import connection

from core.models import Area
from core.references import normalise
from registry.intake.columns import Membership as Belonging
from registry.intake.hiding import hide
from registry.intake.known import Known, Told, compare, known_of, told_of
from registry.models import DeclaredInterest, Household, Membership, Person, SubmissionIssue, SubmissionMember

# An earlier file's number counts only in the same village, and with a member of the same names and birth date.
_BY_KEY = """
SELECT DISTINCT s.id, home.household_id
FROM registry_submission s
JOIN registry_submissionmember m ON m.submission_id = s.id AND m.submission_id = ANY(%(ids)s)
    AND m.name_date_key IS NOT NULL
CROSS JOIN LATERAL (
    SELECT k.person_id FROM registry_namekey k WHERE k.key = m.name_date_key OFFSET 0
) alike
CROSS JOIN LATERAL (
    SELECT b.household_id FROM registry_membership b
    WHERE b.person_id = alike.person_id AND b.until_on IS NULL AND b.counts OFFSET 0
) home
JOIN registry_submission earlier ON earlier.household_id = home.household_id AND earlier.status = 'accepted'
    AND earlier.batch_id <> s.batch_id AND earlier.source_key = s.source_key AND earlier.area_id = s.area_id
WHERE s.id = ANY(%(ids)s) ORDER BY s.id, home.household_id
"""

_REMEMBER = """
UPDATE registry_submission s SET renews_id = known.household, based_on_version = known.version
FROM unnest(%(ids)s::bigint[], %(households)s::bigint[], %(versions)s::int[]) AS known(id, household, version)
WHERE s.id = known.id
"""

_WHO = """
UPDATE registry_submissionmember m SET person_id = who.person
FROM unnest(%(members)s::bigint[], %(persons)s::bigint[]) AS who(member, person)
WHERE m.id = who.member AND m.person_id IS DISTINCT FROM who.person
"""


class Recognising:
    """One part's submissions, recognised together."""

    def __init__(self, *, sender: int | None, allowed: Callable[[Area], bool], households: str) -> None:
        self._sender, self._allowed, self._file = sender, allowed, households
        self._issues: list[SubmissionIssue] = []

    def recognise(self, ids: Sequence[int]) -> set[int]:
        """Note on each submission which household it tells of, if it is a registered one; returns these submissions.

        What speaks against taking it over becomes an issue: a person decides, or the row is wrong.
        """
        told = [one for one in told_of(ids) if one.submission.interviewed_on and one.submission.area_id]
        meant = self._meant(told)
        known = known_of(meant.values())
        own = self._own(known)
        found: dict[int, Told] = {}
        for one in told:
            here = known.get(meant.get(one.submission.pk, 0))
            if here is not None and self._may(one, here, own):
                self._match(one, here)
                self._hide(one, here)
                self._judge(one, here)
                found[one.submission.pk] = one
        self._write(list(found.values()), meant)
        return set(found)

    def _meant(self, told: Sequence[Told]) -> dict[int, int]:
        """The household that each submission means, where its signs agree."""
        references = {normalise(one.reference) for one in told if one.reference}
        by_reference = dict(Household.objects.filter(reference__in=references).values_list("reference", "id"))
        signs = self._by_persons(told)
        unnamed = [one.submission.pk for one in told if not one.reference and not signs[one.submission.pk]]
        with connection.cursor() as cursor:
            cursor.execute(_BY_KEY, {"ids": unnamed})
            for number, household in cursor.fetchall():
                signs[number].add(household)
        meant = {}
        for one in told:
            number, pointed = one.submission.pk, signs[one.submission.pk]
            if one.reference:
                named = by_reference.get(normalise(one.reference))
                if named is None:
                    self._issue(
                        one,
                        "error",
                        "household_unknown",
                        "household_reference",
                        "No registered household has this reference.",
                    )
                    continue
                pointed = pointed | {named}
            if len(pointed) > 1:
                self._issue(
                    one,
                    "warning",
                    "known_conflict",
                    "household_no",
                    "The reference and the members' numbers point to different registered households.",
                )
            elif pointed:
                meant[number] = pointed.pop()
        return self._once(told, meant)

    def _once(self, told: Sequence[Told], meant: dict[int, int]) -> dict[int, int]:
        """One row for each household: another one of the same part is looked at by a person."""
        taken: set[int] = set()
        for one in told:
            household = meant.get(one.submission.pk)
            if household in taken:
                del meant[one.submission.pk]
                self._issue(
                    one, "warning", "known_twice", "household_no", "Another row tells of the same registered household."
                )
            elif household is not None:
                taken.add(household)
        return meant

    def _by_persons(self, told: Sequence[Told]) -> dict[int, set[int]]:
        """The households in which the told members count, by their references and national IDs."""
        references = {normalise(text) for one in told for text in one.persons.values()}
        numbers = {row.national_id for one in told for row in one.members if row.national_id}
        by_reference = dict(Person.objects.filter(reference__in=references).values_list("reference", "id"))
        by_number = dict(Person.objects.filter(national_id__in=numbers).values_list("national_id", "id"))
        persons: dict[int, dict[int, int]] = defaultdict(dict)
        for one in told:
            for row in one.members:
                if (text := one.persons.get(row.position)) and normalise(text) not in by_reference:
                    self._issue(
                        one,
                        "error",
                        "person_unknown",
                        "household_no",
                        f"Nobody registered has the reference of person {row.person_no}.",
                    )
                person = by_reference.get(normalise(text)) if text else by_number.get(row.national_id or "")
                if person is not None:
                    persons[one.submission.pk][row.position] = person
        wanted = {person for found in persons.values() for person in found.values()}
        homes = dict(
            Membership.objects.filter(person_id__in=wanted, until_on__isnull=True, counts=True).values_list(
                "person_id", "household_id"
            )
        )
        signs: dict[int, set[int]] = defaultdict(set)
        self._persons = persons
        for one in told:
            for row in one.members:
                person = persons[one.submission.pk].get(row.position)
                if person in homes and row.membership == Belonging.MEMBER:
                    signs[one.submission.pk].add(homes[person])
        return signs

    def _own(self, known: Iterable[int]) -> set[int]:
        if self._sender is None:
            return set()
        rows = DeclaredInterest.objects.filter(user_id=self._sender, household_id__in=list(known))
        return set(rows.values_list("household_id", flat=True))

    def _may(self, one: Told, known: Known, own: set[int]) -> bool:
        household = known.household
        if not self._allowed(household.area):
            self._issue(
                one,
                "error",
                "household_elsewhere",
                "household_no",
                "This household is registered outside the area that you register in.",
            )
            return False
        if household.pk in own:
            self._issue(
                one,
                "error",
                "household_own",
                "household_no",
                "You declared an interest in this household, so somebody else has to send it.",
            )
            return False
        if household.status != Household.Status.ACTIVE:
            self._issue(
                one,
                "warning",
                "household_over",
                "household_no",
                "This household is closed, or part of another one by now.",
            )
            return False
        return True

    def _match(self, one: Told, known: Known) -> None:
        """Say which registered member each told one is: by reference or number, then by names and birth date."""
        here = {row.person_id: row.person for row in known.belonging}
        said = self._persons[one.submission.pk]
        for row in one.members:
            person = said.get(row.position)
            row.person_id = person if person in here else None
        left = {
            number: person for number, person in here.items() if number not in {row.person_id for row in one.members}
        }
        for row in one.members:
            if row.person_id is not None or one.persons.get(row.position):
                continue
            alike = [number for number, person in left.items() if _alike(row, person)]
            if len(alike) == 1:
                row.person_id = alike[0]
                del left[alike[0]]

    def _hide(self, one: Told, known: Known) -> None:
        """What is told of a household whose address is protected names no place; a person looks whether it moved."""
        household, told = known.household, one.submission
        if not household.is_protected:
            return
        hide(ids=[told.pk], district_id=household.district_id)
        told.refresh_from_db(fields=["area", "district", "address", "latitude", "longitude", "answers"])
        for row in one.members:
            row.refresh_from_db(fields=["answers"])
        self._issue(
            one,
            "warning",
            "place_protected",
            "area_code",
            "The address of this household is protected, so no place is taken from a file: if it moved, report that.",
        )

    def _judge(self, one: Told, known: Known) -> None:
        """Whether a person has to look before it is taken over; what differs in nothing needs nobody."""
        found = compare(one, known)
        if found.is_nothing and not found.unclear:
            return
        for code, sentence in found.unclear:
            self._issue(one, "warning", code, "household_no", sentence)
        told_on = one.submission.interviewed_on
        version = int(one.version) if one.version.isdigit() and len(one.version) < 10 else None
        one.submission.based_on_version = version
        if one.version and version is None:
            self._issue(one, "error", "not_a_number", "based_on_version", "This is no version of a household.")
        elif version is not None and version != known.household.row_version:
            self._issue(
                one,
                "warning",
                "changed_since",
                "based_on_version",
                "The household was changed in the register since this row was written for the visit.",
            )
        elif version is None and told_on and told_on < known.household.interviewed_on:
            self._issue(
                one,
                "warning",
                "older_interview",
                "interview_date",
                "The register holds a later interview of this household.",
            )

    def _issue(self, one: Told, severity: str, code: str, column: str, sentence: str) -> None:
        line = one.submission.source_line
        self._issues.append(
            SubmissionIssue(
                submission=one.submission,
                code=code,
                severity=severity,
                path=f"household/{column}",
                message=sentence,
                location=f"{self._file}, row {line}, column {column}" if line else "",
            )
        )

    def _write(self, found: Sequence[Told], meant: Mapping[int, int]) -> None:
        values: dict[str, Any] = {
            "ids": [one.submission.pk for one in found],
            "households": [meant[one.submission.pk] for one in found],
            "versions": [one.submission.based_on_version for one in found],
            "members": [row.pk for one in found for row in one.members],
            "persons": [row.person_id for one in found for row in one.members],
        }
        with connection.cursor() as cursor:
            cursor.execute(_REMEMBER, values)
            cursor.execute(_WHO, values)
        SubmissionIssue.objects.bulk_create(self._issues)


def _alike(row: SubmissionMember, person: Person) -> bool:
    """The same names, and the same birth date as far as it was told."""
    names = (row.given_names.casefold(), row.surname.casefold()) == (
        person.given_names.casefold(),
        person.surname.casefold(),
    )
    return names and row.sex == person.sex and (row.birth_date is None or row.birth_date == person.birth_date)
