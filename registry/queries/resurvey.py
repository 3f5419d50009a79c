"""Households as the rows of a file for seeing them again. Numbers of persons and accounts stay at home."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from registry.files.prefilled import Rows
from registry.intake.told import answer_text, birth_text
from registry.intake.vocabulary import Level
from registry.models import Household, Membership, QuestionnaireVersion
from registry.queries import feed, questionnaires
from registry.questionnaire import Questionnaire
from registry.questionnaire.carrying import carry


def rows(*, households: Sequence[Household], version: QuestionnaireVersion) -> Rows:
    """One row a household and one a member, answers carried into ``version``; three statements and one a version.

    ``household_no`` is the household's reference, ``person_no`` the member's place in the list. What has to be asked
    anew is blank: interview, privacy notice, consent. Identity numbers, telephones, accounts and nominees are blank
    too, which leaves what is recorded. The caller has checked who may see the households, and logs the look.
    """
    into = questionnaires.content(version)
    mapping = version.content.get("mapping") or {}
    codes = dict(QuestionnaireVersion.objects.values_list("id", "code"))

    def carried(row: Any) -> dict[str, str]:
        declared = mapping if codes.get(row.questionnaire_id) == mapping.get("from") else {}
        found = carry(row.answers, mapping=declared, to=into).answers
        return {code: answer_text(value) for code, value in found.items()}

    members = feed.parts(of=households).members
    return {
        Level.HOUSEHOLD: [_household(one) | _of(into, Level.HOUSEHOLD, carried(one)) for one in households],
        Level.PERSON: [
            _member(number, row, one, members[one.pk]) | _of(into, Level.PERSON, carried(row.person))
            for one in households
            for number, row in enumerate(members[one.pk], start=1)
            if row.person.died_on is None
        ],
    }


def _of(version: Questionnaire, level: Level, answers: Mapping[str, str]) -> dict[str, str]:
    return {question.code: answers.get(question.code, "") for question in version.of(level)}


def _household(one: Household) -> dict[str, str]:
    return {
        "household_reference": one.reference,
        "based_on_version": str(one.row_version),
        "household_no": one.reference,
        "area_code": one.area.code,
        "legacy_number": one.legacy_number,
        "address": one.address,
        "latitude": "" if one.latitude is None else str(one.latitude),
        "longitude": "" if one.longitude is None else str(one.longitude),
        "legal_basis": one.legal_basis,
    }


def _member(number: int, row: Membership, household: Household, members: Sequence[Membership]) -> dict[str, str]:
    person = row.person
    numbers = {one.person_id: str(place) for place, one in enumerate(members, start=1)}
    return {
        "person_reference": person.reference,
        "household_no": household.reference,
        "person_no": str(number),
        "membership": "member" if row.counts or row.residence != Membership.Residence.USUAL else "linked",
        "relationship": row.relationship,
        "caregiver_no": numbers.get(row.caregiver_id or 0, ""),
        "given_names": person.given_names,
        "surname": person.surname,
        "sex": person.sex,
        "birth_date": birth_text(person.birth_date, person.birth_date_precision),
        "birth_date_precision": person.birth_date_precision,
        "birth_evidence": person.birth_evidence,
        "nationality": person.nationality,
        "residence_status": person.residence_status,
        "residence": row.residence,
        "marital_status": person.marital_status,
        "mother_status": person.mother_status,
        "father_status": person.father_status,
    }
