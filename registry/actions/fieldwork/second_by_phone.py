"""A second interview that was held with a phone: its form is compared, and becomes no submission."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils import timezone

from core import audit
from core.access.actor import Actor
from core.access.permissions import Permission
from registry.actions.fieldwork import comparing
from registry.fieldwork.members import Member
from registry.fieldwork.terms import COUNTED, compared_of, members_of
from registry.intake import surroundings
from registry.intake.reading import Reader
from registry.models import DeviceForm, QuestionnaireVersion, Reinterview


class NotASecondInterview(Exception):
    """This second interview was given to nobody, or is not known here."""


def take_in(
    *, form: DeviceForm, payload: Mapping[str, Any], version: QuestionnaireVersion, actor: Actor, at: datetime
) -> Reinterview:
    """Enter the second interview that a form names, by the person whose phone it is. In the caller's act.

    The whole form was filled in; only what the sample compares is kept beside the form as it came. What cannot be read
    counts as not answered. A phone tells of households that answered: what else was found is told at the desk.

    Raises:
        NotASecondInterview: there is none of this number.
        comparing.NotYours, AlreadyDone, DayImpossible, NobodyNamed, DeclaredInterestInTheWay: as ``comparing.enter``.
    """
    number = _number(payload["second"])
    row = Reinterview.objects.select_related("finding__sample").filter(uuid=number).first() if number else None
    if row is None:
        raise NotASecondInterview(NotASecondInterview.__doc__)
    around = surroundings.load(
        version=version, actor=actor, permission=Permission.REGISTRY_REGISTER, at=at, area_codes=()
    )
    told = Reader(around).read({key: payload[key] for key in ("household", "members")})
    terms = row.finding.sample.terms
    people = [one for one in told.members if one["counts"]]
    asked = [one.code for one in compared_of(terms) if one.code not in COUNTED]
    entered = comparing.enter(
        reinterview_id=row.pk,
        outcome=Reinterview.Outcome.ANSWERED,
        held_on=told.household.get("interview_date") or timezone.localdate(form.received_at),
        answers={code: told.household["answers"][code] for code in asked if code in told.household["answers"]},
        remark="",
        members=[_member(one, [code.code for code in members_of(terms)]) for one in people],
        actor=actor,
        at=at,
    )
    form.reinterview_id, form.status, form.taken_in_at = entered.pk, DeviceForm.Status.TAKEN_IN, at
    form.error, form.try_after = "", None
    form.save(update_fields=["reinterview", "status", "taken_in_at", "error", "try_after"])
    audit.record(
        "device_form.take_in",
        subject_type="reinterview",
        subject_id=entered.pk,
        district_id=form.district_id,
        details={"forms": 1},
        digest=bytes(form.digest),
    )
    return entered


def _number(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _member(told: Mapping[str, Any], codes: list[str]) -> Member:
    known = {"sex": told.get("sex"), "relationship": told.get("relationship"), **told["answers"]}
    return Member(
        given_names=told.get("given_names", ""),
        surname=told.get("surname", ""),
        national_id=told.get("national_id") or "",
        birth_date=told.get("birth_date"),
        precision=told.get("birth_date_precision", ""),
        facts={code: known[code] for code in codes if known.get(code) not in (None, "")},
    )
