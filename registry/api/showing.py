"""Households as programs read them: the columns of the import format, numbers of persons masked. Pure of queries."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from registry.models import Household, Membership
from registry.queries.feed import Parts
from registry.queries.masking import masked


def household(one: Household, parts: Parts, *, full: bool) -> dict[str, Any]:
    """One household with its members; ``full``: numbers unmasked."""
    hide = (lambda number: number or "") if full else masked
    account, nominee = parts.accounts.get(one.pk), parts.nominees.get(one.pk)
    return {
        "reference": one.reference,
        "status": one.status,
        "version": one.row_version,
        "household": {
            "area_code": one.area.code,
            "district_code": one.district.code,
            "address": one.address,
            "phone": hide(one.phone),
            "latitude": None if one.latitude is None else str(one.latitude),
            "longitude": None if one.longitude is None else str(one.longitude),
            "legacy_number": one.legacy_number,
            "interview_date": one.interviewed_on.isoformat(),
            "legal_basis": one.legal_basis,
            "consent": one.consent,
            "account_kind": account.kind if account else "",
            "account_provider": account.provider if account else "",
            "account_number": hide(account.number) if account else "",
            "nominee_given_names": nominee.given_names if nominee else "",
            "nominee_surname": nominee.surname if nominee else "",
            "nominee_national_id": hide(nominee.national_id) if nominee else "",
            "nominee_phone": hide(nominee.phone) if nominee else "",
            "questionnaire": one.questionnaire.code,
            "answers": one.answers,
        },
        "members": [_member(row, hide) for row in parts.members[one.pk]],
    }


def _member(row: Membership, hide: Any) -> dict[str, Any]:
    person = row.person
    return {
        "reference": person.reference,
        "membership": "member" if row.counts or row.residence != "usual" else "linked",
        "counts": row.counts,
        "relationship": row.relationship,
        "residence": row.residence,
        "caregiver": row.caregiver.reference if row.caregiver else None,
        "given_names": person.given_names,
        "surname": person.surname,
        "sex": person.sex,
        "birth_date": person.birth_date.isoformat(),
        "birth_date_precision": person.birth_date_precision,
        "died_on": person.died_on.isoformat() if person.died_on else None,
        "national_id": hide(person.national_id),
        "interim_number": hide(person.interim_number),
        "nationality": person.nationality,
        "residence_status": person.residence_status,
        "marital_status": person.marital_status,
        "mother_status": person.mother_status,
        "father_status": person.father_status,
        "answers": person.answers,
    }


def tag(shown: dict[str, Any]) -> str:
    """The ETag of what is shown: another as soon as anything in it is, members and masks included."""
    text = json.dumps(shown, sort_keys=True, ensure_ascii=False, default=str)
    return f'"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'
