"""Second interviews as an actor may see them: samples, findings, what waits, and which interviews are in doubt."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Avg, Count, Exists, F, Func, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Abs, Lower, Trim

from core import pack
from core.access.actor import Actor
from core.access.permissions import Permission
from core.access.scoping import within
from core.hooks import RecertificationTerm
from core.models import Area, User
from registry.fieldwork import terms as terms_
from registry.fieldwork.members import Member, counted
from registry.models import (
    InterviewComparison,
    InterviewerFinding,
    InterviewSample,
    QuestionnaireVersion,
    Reinterview,
    Submission,
    SubmissionMember,
)
from registry.models.reinterview import BY_INTERVIEWERS
from registry.queries import questionnaires

REVIEW = Permission.REGISTRY_REVIEW
Finding, Status = InterviewerFinding.Status, Reinterview.Status


@lru_cache(maxsize=1)
def _all_terms() -> tuple[terms_.Terms, ...]:
    return terms_.all_terms(pack.read_yaml(settings.COUNTRY_PACK_DIR, "fieldwork.yaml"))


def terms(*, on: date) -> terms_.Terms:
    """What the country pack asks on a day.

    Raises:
        TermsWrong: it asks nothing, or cannot be read.
    """
    return terms_.in_force(_all_terms(), on)


def places(*, actor: Actor) -> list[Area]:
    """Where the actor may draw: districts and councils of their areas, by district and name."""
    below = Q(pk__in=[])
    for grant in actor.grants.get(REVIEW, ()):
        below |= Q(path__startswith=grant.area_path)
    found = Area.objects.filter(below, level__in=[Area.Level.DISTRICT, Area.Level.COUNCIL])
    return list(found.select_related("district").order_by("path"))


def samples(*, actor: Actor) -> QuerySet[InterviewSample]:
    """The samples of the actor's places, newest first, with how many of their interviews are done (``done``)."""
    held = Reinterview.objects.filter(finding__sample=OuterRef("pk"), status=Status.DONE).order_by()
    done = Subquery(held.annotate(n=Func(F("pk"), function="count")).values("n"), output_field=IntegerField())
    found = InterviewSample.objects.filter(within(actor, REVIEW)).select_related("area", "district", "drawn_by")
    return found.annotate(done=done).order_by("-id")


def sample(*, actor: Actor, uuid: UUID) -> InterviewSample | None:
    """One sample of the actor's places."""
    return samples(actor=actor).filter(uuid=uuid).first()


def findings(*, sample: InterviewSample) -> list[InterviewerFinding]:
    """What a sample says about each interviewer, by name. The caller has checked who may see the sample."""
    found = InterviewerFinding.objects.filter(sample=sample).select_related("interviewer")
    return list(found.order_by("interviewer__full_name", "id"))


def finding(*, actor: Actor, finding_id: int) -> InterviewerFinding | None:
    """What a sample of the actor's places says about one interviewer."""
    found = InterviewerFinding.objects.filter(within(actor, REVIEW), pk=finding_id)
    return found.select_related("sample__area", "interviewer", "area", "district", "looked_by", "settled_by").first()


def to_look_at(*, actor: Actor) -> QuerySet[InterviewerFinding]:
    """Findings on which the actor may act: beyond the bound, or to be confirmed; never about themselves."""
    waiting = Q(status=Finding.BEYOND) | Q(status=Finding.LOOKED) & ~Q(looked_by_id=actor.user_id)
    found = InterviewerFinding.objects.filter(within(actor, REVIEW), waiting).exclude(interviewer_id=actor.user_id)
    return found.select_related("interviewer", "sample__area").order_by("id")


@dataclass(frozen=True, slots=True)
class Tally:
    """Second interviews of a finding: how many, how many of them open, how many households deny the first; facts
    compared, and how many agree."""

    drawn: int = 0
    open: int = 0
    not_so: int = 0
    compared: int = 0
    agree: int = 0

    @property
    def percent(self) -> int | None:
        """Per cent of the facts compared that agree; nothing where none was compared."""
        return self.agree * 100 // self.compared if self.compared else None


def tallies(*, finding_ids: Iterable[int]) -> dict[int, Tally]:
    """Counts by finding. Two statements. The caller has checked who may see them."""
    numbers = list(finding_ids)
    rows = Reinterview.objects.filter(finding_id__in=numbers).order_by().values_list("finding_id")
    held = rows.annotate(
        n=Count("id"),
        left=Count("id", filter=~Q(status=Status.DONE)),
        denied=Count("id", filter=Q(outcome__in=Reinterview.NOT_SO)),
    )
    compared = InterviewComparison.objects.filter(reinterview__finding_id__in=numbers).order_by()
    facts = {
        number: (n, agree)
        for number, n, agree in compared.values_list("reinterview__finding_id").annotate(
            n=Count("id"), agree=Count("id", filter=Q(agrees=True))
        )
    }
    return {number: Tally(n, left, denied, *facts.get(number, (0, 0))) for number, n, left, denied in held}


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact over several second interviews: how often compared, how often it agrees; of numbers the mean distance
    and the mean deviation (second less first)."""

    code: str
    compared: int
    agree: int
    distance: Any = None
    deviation: Any = None


def facts(*, sample: InterviewSample, finding: InterviewerFinding | None = None) -> list[Fact]:
    """Agreement by fact, of a sample or of one interviewer in it, in the order of the sample's terms. One statement."""
    found = InterviewComparison.objects.filter(reinterview__finding__sample=sample)
    if finding is not None:
        found = found.filter(reinterview__finding=finding)
    rows = found.order_by().values_list("code").annotate(
        n=Count("id"), agree=Count("id", filter=Q(agrees=True)), far=Avg(Abs("deviation")), off=Avg("deviation")
    )  # fmt: skip
    by_code = {code: Fact(code, n, agree, far, off) for code, n, agree, far, off in rows}
    return [by_code[code] for code in terms_.codes_of(sample.terms) if code in by_code]


def _told(rows: QuerySet[Reinterview]) -> QuerySet[Reinterview]:
    return rows.select_related(
        "submission__household__area", "submission__household__district", "submission__questionnaire", "area",
        "district", "assigned_to", "held_by", "first_by", "finding__sample",
    )  # fmt: skip


def of_finding(*, finding: InterviewerFinding) -> list[Reinterview]:
    """The second interviews of one interviewer, those with most differences first. The caller has checked."""
    found = _told(Reinterview.objects.filter(finding=finding)).annotate(
        compared=Count("comparisons"), agree=Count("comparisons", filter=Q(comparisons__agrees=True))
    )
    return list(found.order_by(F("agree") - F("compared"), "id"))


def to_assign(*, sample_id: int) -> QuerySet[Reinterview]:
    """Those of a sample to which nobody goes, by village. The caller has checked who may see the sample."""
    found = Reinterview.objects.filter(finding__sample_id=sample_id, status=Status.DRAWN)
    return _told(found).order_by("area__path", "id")


def mine(*, actor: Actor) -> QuerySet[Reinterview]:
    """Second interviews that the actor is to hold, by day."""
    found = Reinterview.objects.filter(assigned_to_id=actor.user_id or 0, status=Status.ASSIGNED)
    return _told(found).order_by("do_by", "id")


def reinterview(*, actor: Actor, uuid: UUID) -> Reinterview | None:
    """One that the actor is or was to hold, or of a place where the actor reviews."""
    own = Q(assigned_to_id=actor.user_id) if actor.user_id is not None else Q(pk__in=[])
    return _told(Reinterview.objects.filter(own | within(actor, REVIEW), uuid=uuid)).first()


def differences(*, reinterview: Reinterview) -> list[InterviewComparison]:
    """Which facts agree and which do not: of the household, then of each member, in the order of the sample's terms.

    The caller has checked.
    """
    order = {code: place for place, code in enumerate(terms_.codes_of(reinterview.finding.sample.terms))}
    rows = InterviewComparison.objects.filter(reinterview=reinterview)
    return sorted(rows, key=lambda row: (row.member, order[row.code]))


def first_members(*, submission: Submission) -> list[Member]:
    """Who was said to live there the first time, in that order. For the comparison alone."""
    return [
        Member(
            given_names=one.given_names,
            surname=one.surname,
            national_id=one.national_id or "",
            birth_date=one.birth_date,
            precision=one.birth_date_precision,
            facts={**one.answers, "sex": one.sex, "relationship": one.relationship},
        )
        for one in SubmissionMember.objects.filter(submission=submission, counts=True).order_by("position")
    ]


def first_answers(*, submission: Submission, members: Sequence[Member]) -> Mapping[str, Any]:
    """What was answered the first time, with the facts counted from its members. For the comparison alone."""
    counted_ = counted(members, on=submission.interviewed_on) if submission.interviewed_on else {}
    return {**submission.answers, **counted_}


# Which interviews are in doubt


def questions_compared(*, version: QuestionnaireVersion) -> dict[str, questionnaires.Question]:
    """A version's questions by the codes of comparisons: those asked of a person stand under the mark of persons."""
    of_persons = questionnaires.questions(version, level="person")
    return questionnaires.questions(version, level="household") | {
        f"{terms_.PERSON}{code}": one for code, one in of_persons.items()
    }


def _held_by(user_id: int, email: str) -> Q:
    """Submissions that somebody interviewed for: ``models.reinterview.INTERVIEWER`` as a condition."""
    named = Lower(Trim(OuterRef("interviewer")))
    of_somebody = Exists(User.objects.annotate(signs_in=Lower("email")).filter(signs_in=named))
    in_a_file = Q(door=Submission.Door.IMPORT)
    return Q(submitted_by_id=user_id) & ~(in_a_file & of_somebody) | in_a_file & Q(
        interviewer__iregex=rf"^\s*{re.escape(email)}\s*$"
    )


def in_doubt(*, findings: QuerySet[InterviewerFinding]) -> Q:
    """The condition on submissions: interviews of these findings' interviewers, places and days, whose household nobody
    has seen since."""
    condition = Q(pk__in=[])
    rows = findings.values_list(
        "interviewer_id",
        "interviewer__email",
        "district_id",
        "sample__area__path",
        "sample__from_on",
        "sample__until_on",
    )
    for interviewer, email, district, path, from_on, until_on in rows.order_by("id"):
        condition |= _held_by(interviewer, email) & Q(
            district_id=district, area__path__startswith=path, interviewed_on__range=(from_on, until_on)
        )
    return condition & Q(
        status=Submission.Status.ACCEPTED,
        door__in=BY_INTERVIEWERS,
        household__status="active",
        household__interviewed_on__lte=F("interviewed_on"),
    )


@dataclass(frozen=True, slots=True)
class Doubts:
    """What an assessment is to be started in knowledge of.

    ``open``: interviewers whose second interviews are not done. ``beyond``: those about whom supervisors have not
    settled, and ``households`` they interviewed. ``again``: households that are to be interviewed again and were not.
    """

    open: int
    beyond: int
    households: int
    again: int

    def __bool__(self) -> bool:
        return bool(self.open or self.beyond or self.again)


def doubts() -> Doubts:
    """Counts of the whole country, without names: for who assesses. A few statements, by the index of senders."""
    unsettled = InterviewerFinding.objects.filter(status__in=[Finding.BEYOND, Finding.LOOKED])
    return Doubts(
        open=InterviewerFinding.objects.filter(status=Finding.OPEN).values("interviewer_id").distinct().count(),
        beyond=unsettled.values("interviewer_id").distinct().count(),
        households=_households(unsettled),
        again=_households(_again()),
    )


def _again() -> QuerySet[InterviewerFinding]:
    return InterviewerFinding.objects.filter(status=Finding.SETTLED, verdict=InterviewerFinding.Verdict.AGAIN)


def _households(findings: QuerySet[InterviewerFinding]) -> int:
    if not findings.exists():
        return 0
    found = Submission.objects.filter(in_doubt(findings=findings))
    return found.values("household_id").distinct().count()


def recertification_terms(label: str) -> list[RecertificationTerm]:
    """Households that are to be interviewed again are due at once. No term where there are none."""
    again = _again()
    if not again.exists():
        return []
    found = Submission.objects.filter(in_doubt(findings=again), household_id__isnull=False)
    return [RecertificationTerm(label, 0, found.values("household_id"))]
