"""A second interview that was held with a phone: its form is compared, and becomes no submission.

One that can never enter is set aside with the reason: it is not tried again by itself, and stays as it came.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone

from core import audit
from core.access.actor import Actor
from core.access.permissions import Permission
from registry.actions.fieldwork import comparing
from registry.actions.reviews import DeclaredInterestInTheWay
from registry.actions.visits import DayImpossible
from registry.fieldwork.members import Member
from registry.fieldwork.terms import COUNTED, compared_of, members_of
from registry.intake import surroundings
from registry.intake.reading import Reader, Told
from registry.models import DeviceForm, QuestionnaireVersion, Reinterview


class NotASecondInterview(Exception):
    """There is no second interview of this number."""


# Why a form can never enter by itself, as its supervisor reads it.
_NEVER: Mapping[type[Exception], str] = {
    NotASecondInterview: "The form names a second interview that is not known here.",
    comparing.NotYours: "Who sent the form was not sent to this second interview, or it was taken back from them.",
    comparing.AlreadyDone: "This second interview was entered before. What was entered first stands.",
    comparing.NobodyNamed: "The form names nobody who lives in the household.",
    DeclaredInterestInTheWay: "Who sent the form declared an interest in the household, so somebody else holds it.",
    DayImpossible: "The interview cannot have been held on the day that the form says: that is before the first "
    "interview, or after the form arrived.",
}
# The clock of a phone may run ahead by hours, and over midnight.
_AHEAD = timedelta(days=1)


def take_in(
    *, form: DeviceForm, payload: Mapping[str, Any], version: QuestionnaireVersion, actor: Actor, at: datetime
) -> bool:
    """Enter the second interview that a form names, by the person whose phone it is. In the caller's act.

    The whole form was filled in; only what the sample compares is kept beside the form as it came. What cannot be read
    counts as not answered. A phone tells of households that answered: what else was found is told at the desk.
    Returns whether it entered. If nothing but a person's decision can ever let it in, the form is set aside.

    Raises:
        DayImpossible: the day that is told has not come yet, and may: phones' clocks run ahead.
    """
    number = _number(payload["second"])
    row = Reinterview.objects.select_related("finding__sample").filter(uuid=number).first() if number else None
    around = surroundings.load(
        version=version, actor=actor, permission=Permission.REGISTRY_REGISTER, at=at, area_codes=()
    )
    told = Reader(around).read({key: payload[key] for key in ("household", "members")})
    arrived = timezone.localdate(form.received_at)
    held_on = told.household.get("interview_date") or arrived
    try:
        if row is None:
            raise NotASecondInterview(NotASecondInterview.__doc__)
        if held_on > arrived + _AHEAD:
            raise DayImpossible(_NEVER[DayImpossible])
        entered = _enter(row, told, held_on=held_on, actor=actor, at=at)
        if DeviceForm.objects.filter(reinterview=entered, status=DeviceForm.Status.TAKEN_IN).exists():
            raise comparing.AlreadyDone(comparing.AlreadyDone.__doc__)  # the same form, sent under another number
    except tuple(_NEVER) as error:
        if isinstance(error, DayImpossible) and timezone.localdate(at) < held_on <= arrived + _AHEAD:
            raise
        _set_aside(form, row, _NEVER[type(error)])
        return False
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
    return True


def _enter(row: Reinterview, told: Told, *, held_on: date, actor: Actor, at: datetime) -> Reinterview:
    """As the desk's form does; locks the interview."""
    terms = row.finding.sample.terms
    people = [one for one in told.members if one["counts"]]
    asked = [one.code for one in compared_of(terms) if one.code not in COUNTED]
    return comparing.enter(
        reinterview_id=row.pk,
        outcome=Reinterview.Outcome.ANSWERED,
        held_on=held_on,
        answers={code: told.household["answers"][code] for code in asked if code in told.household["answers"]},
        remark="",
        members=[_member(one, [code.code for code in members_of(terms)]) for one in people],
        actor=actor,
        at=at,
    )


def _set_aside(form: DeviceForm, row: Reinterview | None, why: str) -> None:
    """Keep the form out for good, as it came: only a person has it tried again."""
    form.reinterview, form.status = row, DeviceForm.Status.SET_ASIDE
    form.error, form.try_after = why, None
    form.save(update_fields=["reinterview", "status", "error", "try_after"])
    audit.record(
        "device_form.set_aside",
        subject_type="device_form",
        subject_id=form.pk,
        district_id=form.district_id,
        details={"reinterview": row.pk if row else None},
        digest=bytes(form.digest),
    )


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
