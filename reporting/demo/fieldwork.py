"""The demonstration's field work in the first district: a phone, changes, visits, second interviews, paper forms."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

from django.core.management import call_command
from django.db.models import Count, Q
from django.utils import timezone

from core.actions import devices
from core.models import Area, DeviceSignIn
from registry.actions import changes, device_forms, device_intake, visits
from registry.actions.fieldwork import paper, sampling
from registry.fieldwork import serials
from registry.models import ChangeRequest, DeviceForm, Household, InterviewSample, PaperIssue, Person, Submission, Visit
from registry.queries import fieldwork, questionnaires
from registry.sample import phone, read
from reporting.demo.people import People
from reporting.demo.screen import Screen

_KEYS = UUID("3f9c0b52-8a0e-4f0d-9a55-2f5a6f1c7d20")
_IN_A_MONTH = timedelta(days=30)
FORMS = 6
PAPER_FORMS = 30
NEW_HOUSEHOLDS = 60
"""Households of a further sample, of which the phone tells of those in its district."""

Choose = Callable[[Household, Person, Person, datetime], Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class _Change:
    """One change that the officer reports: its details, why, and what the supervisor says to it (nothing: it waits)."""

    kind: str
    texts: Choose
    reason: str
    about_member: bool = False
    accepted: bool | None = None


def _day(at: datetime, days: int) -> str:
    return (timezone.localdate(at) - timedelta(days=days)).isoformat()


def _born(home: Household, head: Person, member: Person, at: datetime) -> dict[str, str]:
    return {
        "how": "born", "from_on": _day(at, 9), "given_names": "Karabo", "surname": head.surname, "sex": "F",
        "birth_date": _day(at, 9), "relationship": "grandchild", "residence": "usual", "birth_evidence": "clinic_card",
    }  # fmt: skip


def _corrected(home: Household, head: Person, member: Person, at: datetime) -> dict[str, str]:
    born = member.birth_date
    return {
        "given_names": member.given_names, "surname": f"{member.surname}-Demo", "sex": member.sex,
        "birth_date": born.isoformat() if born else "", "birth_evidence": "id_card",
    }  # fmt: skip


def _wallet(home: Household, head: Person, member: Person, at: datetime) -> dict[str, str]:
    return {"kind": "mobile", "provider": "mpesa", "number": "58000114", "holder": head.reference}


_CHANGES = (
    _Change("add_member", _born, "The clinic's card was shown."),
    _Change("left", lambda home, head, member, at: {"left_on": _day(at, 20), "why": "work"},
            "Works in the mines since the new year, says the mother.", about_member=True),
    _Change("move", lambda home, head, member, at: {"moved_on": _day(at, 12), "address": "The last house"},
            "The old house fell in during the storm."),
    _Change("died", lambda home, head, member, at: {"died_on": _day(at, 15), "proof": "chief"},
            "The family brought the chief's letter.", about_member=True, accepted=True),
    _Change("close", lambda home, head, member, at: {"why": "not_found"}, "Nobody was at home on two visits.",
            accepted=False),
    _Change("change_account", _wallet, "The pay point is a day's walk away."),
    _Change("correct_identity", _corrected, "The card has the married name.", about_member=True),
    _Change("died", lambda home, head, member, at: {"died_on": _day(at, 4), "proof": "declared"},
            "Told by a neighbour; the letter follows.", about_member=True),
)  # fmt: skip


def work(*, folder: Path, people: People, at: datetime, screen: Screen) -> None:
    """What officers and their supervisor do in a month: part of it done, part of it waiting for whoever tries it."""
    district = Area.objects.filter(level=Area.Level.DISTRICT).order_by("path")[0]
    _forms(district, folder=folder, people=people, at=at)
    _changes(district, people=people, at=at)
    _visits(district, people=people, at=at)
    _second_interviews(district, people=people, at=at)
    _paper(district, people=people, at=at)
    screen.finished(done())


def done() -> dict[str, int]:
    """Changes by what became of them, and the rest of the field's work: asked for = done + refused + waiting."""
    asked = ChangeRequest.objects.aggregate(
        changes_asked_for=Count("id"),
        carried_out=Count("id", filter=Q(status="applied")),
        refused=Count("id", filter=Q(status__in=["refused", "withdrawn"])),
        waiting=Count("id", filter=Q(status="requested")),
    )
    return asked | {
        "forms_from_phones": DeviceForm.objects.count(),
        "visits": Visit.objects.count(),
        "second_interviews": sum(sample.counts["drawn"] for sample in InterviewSample.objects.all()),
        "paper_forms": sum(issue.last - issue.first + 1 for issue in PaperIssue.objects.all()),
    }


def _forms(district: Area, *, folder: Path, people: People, at: datetime) -> None:
    """A phone of the officer brings households of a further sample, and one that is registered already."""
    officer, key = people["officer"], uuid5(_KEYS, "phone")
    if DeviceSignIn.objects.filter(uuid=key).exists() or officer.user_id is None:
        return
    device, _password = devices.give(
        uuid=key,
        name="Tablet 1",
        user_id=officer.user_id,
        expires_at=at + 3 * _IN_A_MONTH,
        actor=people["supervisor"],
        at=at,
    )
    version = questionnaires.published()
    for number, payload in enumerate(_told(district, folder)):
        device_forms.receive(
            xml=phone.filled_in(
                payload,
                questionnaire=questionnaires.content(version),
                version=version.code,
                instance_id=f"uuid:{uuid5(_KEYS, f'form {number}')}",
            ),
            attached=(),
            device=device,
            tell=lambda: None,
            actor=officer,
            at=at,
        )
    while device_intake.take_in_waiting(at=timezone.now()):
        pass


def _told(district: Area, folder: Path) -> list[dict[str, Any]]:
    new = folder.with_name(f"{folder.name}-phone")
    if not (new / "persons.csv").exists():
        call_command("sample_register", households=NEW_HOUSEHOLDS, seed=900_001, out=new, verbosity=0)
    known = Submission.objects.filter(status=Submission.Status.ACCEPTED, district=district, batch__isnull=False)
    keys = known.order_by("-id").values_list("source_key", flat=True)[:1]
    here = set(Area.objects.filter(district=district).values_list("code", flat=True))
    told = [one for one in read.payloads(new) if one["household"]["area_code"] in here]
    return told[:FORMS] + list(read.payloads(folder, numbers=set(keys)))


def _changes(district: Area, *, people: People, at: datetime) -> None:
    """Each change about another household of four or more, the reference person's apart."""
    homes = (
        Household.objects.filter(district=district, status="active")
        .annotate(here=Count("memberships", filter=Q(memberships__until_on__isnull=True)))
        .filter(here__gte=4)
        .order_by("id")[: len(_CHANGES)]
    )
    for number, (change, home) in enumerate(zip(_CHANGES, homes, strict=False)):
        key = uuid5(_KEYS, f"change {number}")
        if ChangeRequest.objects.filter(uuid=key).exists():
            continue
        here = home.memberships.filter(until_on__isnull=True).select_related("person").order_by("-is_reference", "id")
        head, member = here[0].person, here[1].person
        asked = changes.request(
            uuid=key,
            kind=change.kind,
            household_id=home.pk,
            person_reference=member.reference if change.about_member else "",
            texts=change.texts(home, head, member, at),
            seen_versions=None,
            reason=change.reason,
            actor=people["officer"],
            at=at,
        )
        if asked.status == ChangeRequest.Status.REQUESTED and change.accepted is not None:
            decide = changes.accept if change.accepted else changes.refuse
            reason = "The papers are in order." if change.accepted else "The chief says they live there still."
            decide(change_id=asked.pk, reason=reason, actor=people["supervisor"], at=at)


def _visits(district: Area, *, people: People, at: datetime) -> None:
    """The officer is sent to all that is due, and has been to four."""
    officer, today = people["officer"], timezone.localdate(at)
    if officer.user_id is None or Visit.objects.exists():
        return
    visits.assign(
        area_id=district.pk, household_ids=None, to_id=officer.user_id, visit_by=today + _IN_A_MONTH,
        actor=people["supervisor"], at=at,
    )  # fmt: skip
    found = (("seen", ""), ("seen", ""), ("moved", "Moved to the lowlands, says a neighbour."), ("not_found", "Empty."))
    made = list(Visit.objects.order_by("id")[: len(found)])
    for visit, (outcome, words) in zip(made, found, strict=False):
        visits.report(visit_id=visit.pk, outcome=outcome, visited_on=today, report=words, actor=officer, at=at)
    for visit in made[:1]:
        visits.accept(visit_id=visit.pk, reason="As agreed.", actor=people["supervisor"], at=at)


def _second_interviews(district: Area, *, people: People, at: datetime) -> None:
    """Some interviews of the imported files are held once more, by the officer."""
    officer, today = people["officer"], timezone.localdate(at)
    if officer.user_id is None or InterviewSample.objects.exists():
        return
    first = Submission.objects.filter(district=district, status="accepted").order_by("interviewed_on").first()
    if first is None or first.interviewed_on is None:
        return
    sample = sampling.draw(
        area_id=district.pk,
        from_on=first.interviewed_on,
        until_on=min(today, first.interviewed_on + timedelta(days=6)),
        terms=fieldwork.terms(on=today),
        seed=_KEYS.hex,
        actor=people["supervisor"],
        at=at,
    )
    sampling.assign(
        sample_id=sample.pk, ids=None, to_id=officer.user_id, do_by=today + _IN_A_MONTH, actor=people["supervisor"],
        at=at,
    )  # fmt: skip


def _paper(district: Area, *, people: People, at: datetime) -> None:
    """Serial numbers for a district without a signal: some handed out, one spoilt, one lost."""
    officer, supervisor = people["officer"], people["supervisor"]
    if officer.user_id is None or PaperIssue.objects.exists():
        return
    issued = paper.issue(area_id=district.pk, count=PAPER_FORMS, actor=supervisor, at=at)
    numbers = [serials.serial(number) for number in range(issued.first, issued.last + 1)]
    paper.hand_out(
        first=numbers[0], last=numbers[19], to_id=officer.user_id, due_on=timezone.localdate(at) + _IN_A_MONTH,
        actor=supervisor, at=at,
    )  # fmt: skip
    for serial, outcome, reason in (
        (numbers[0], "spoilt", "Wet from the river."),
        (numbers[1], "lost", "Left on the bus."),
    ):
        paper.write_off(first=serial, last="", outcome=outcome, reason=reason, actor=supervisor, at=at)
