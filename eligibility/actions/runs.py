"""Assessment runs: starting, publishing by a second person, discarding."""

import uuid
from dataclasses import asdict
from datetime import date, datetime

from django.db import connection
from django.utils import timezone

from core import audit, pack
from core.access.actor import Actor
from core.access.permissions import Permission
from core.acting import acting
from core.jobs import queue
from core.models import Job
from eligibility.actions import computing, proposing
from eligibility.models import AssessmentRun, Programme
from eligibility.queries import rules as rules_
from registry.queries import fieldwork

JOB_KIND = "eligibility.assess"


class ProgrammeNotOpen(Exception):
    """Only an open programme is assessed."""


class DayInTheFuture(Exception):
    """An assessment looks at the register as it is: its day cannot lie in the future."""


class IllegalMove(Exception):
    """The run is not in a state that allows this."""


class SameOfficer(Exception):
    """Whoever prepared an assessment does not publish it: another person must look at it."""


class NobodyDecides(Exception):
    """A person publishes an assessment, never the system by itself."""


class RunChanged(Exception):
    """These are not the findings that you looked at: open the page again."""


class InterviewsInDoubt(Exception):
    """Second interviews put some of the field's work in doubt. Say why the assessment is started all the same."""


class Superseded(Exception):
    """A later assessment of this programme is already published."""


def start(
    *,
    programme_code: str,
    as_of: date,
    actor: Actor,
    at: datetime,
    reason: str = "",
    one_shot: uuid.UUID | None = None,
    send: bool = True,
) -> AssessmentRun:
    """Queue an assessment of everybody whom a programme might serve.

    Locks the programme. While one is being computed, that one is returned; so is the one of the same ``one_shot``.
    ``send=False``: the caller runs the job (``run.job_id``) itself.

    Raises:
        NotPermitted: the actor does not run assessments of this programme for the whole country.
        ProgrammeNotOpen, DayInTheFuture, NoRules, RuleError: as they say.
        InterviewsInDoubt: they are, and no reason is given. Nobody is left out for that: a household is not to blame.
    """
    actor.require_for_programme(Permission.ELIGIBILITY_RUN, programme_code)
    with acting(actor=actor, at=at, reason=reason):
        programme = Programme.objects.select_for_update(of=("self",)).get(code=programme_code)
        known = AssessmentRun.objects.filter(programme=programme, status=AssessmentRun.Status.QUEUED).first()
        if one_shot is not None:
            known = AssessmentRun.objects.filter(one_shot=one_shot, programme=programme).first() or known
        if known is not None:
            return known
        if programme.status != Programme.Status.OPEN:
            raise ProgrammeNotOpen(f"{programme.name} is not open: only an open programme is assessed.")
        if as_of > timezone.localdate(at):
            raise DayInTheFuture(DayInTheFuture.__doc__)
        doubts = fieldwork.doubts()
        if doubts and not reason.strip():
            raise InterviewsInDoubt(InterviewsInDoubt.__doc__)
        rules = rules_.in_force(programme_id=programme.pk, on=as_of)
        plan = rules_.plan_of(rules, as_of=as_of)
        run = AssessmentRun.objects.create(
            programme=programme,
            rules=rules,
            formula=rules.formula,
            as_of=as_of,
            prepared_by_id=actor.user_id,
            reason=reason,
            facts=plan.facts(),
            one_shot=one_shot,
            created_at=at,
        )
        run.job = queue.enqueue(
            kind=JOB_KIND,
            identity=f"{JOB_KIND}:{run.pk}",
            actor=actor,
            at=at,
            label=f"Assessment for {programme.name}",
            parameters={"run_id": run.pk},
            reason=reason,
            send=send,
        )
        run.save(update_fields=["job"])
        audit.record(
            "assessment.start",
            subject_type="assessment_run",
            subject_id=run.pk,
            details={
                "programme": programme.code,
                "as_of": as_of,
                "rules": rules.pk,
                **({"interviews_in_doubt": asdict(doubts)} if doubts else {}),
            },
        )
    return run


def publish(*, run_id: int, seen_digest: str, actor: Actor, at: datetime, reason: str = "") -> AssessmentRun:
    """Publish the findings of a run that somebody else prepared, and propose those it found eligible.

    Locks the run and its programme; the findings are counted over once more. Households (persons) with a live
    enrolment in the programme are left as they are, whatever their state. A repeat by the same person writes nothing.

    Raises:
        NotPermitted: the actor does not publish for this programme and the whole country.
        NobodyDecides, IllegalMove, SameOfficer, RunChanged, Superseded: as they say.

    Source: data protection law forbids decisions by automated means alone; separation of duties.
    """
    with acting(actor=actor, at=at, reason=reason):
        run, programme = _locked(run_id)
        actor.require_for_programme(Permission.ELIGIBILITY_PUBLISH, programme.code)
        if actor.user_id is None:
            raise NobodyDecides(NobodyDecides.__doc__)
        if run.status == AssessmentRun.Status.PUBLISHED and run.published_by_id == actor.user_id:
            return run
        _check_publishable(run, programme, seen_digest=seen_digest, actor=actor)
        run.status = AssessmentRun.Status.PUBLISHED
        run.published_by_id, run.published_at = actor.user_id, at
        run.save(update_fields=["status", "published_by", "published_at"])
        proposed = proposing.propose(
            run=run, programme=programme, adult_from=int(pack.about()["ages"]["adult_from"]), at=at
        )
        run.counts = {**run.counts, "proposed": proposed}
        run.save(update_fields=["counts"])
        audit.record(
            "assessment.publish",
            subject_type="assessment_run",
            subject_id=run.pk,
            details={"programme": programme.code, "proposed": proposed, "digest": run.digest},
            digest=bytes.fromhex(run.digest),
        )
    return run


def _check_publishable(run: AssessmentRun, programme: Programme, *, seen_digest: str, actor: Actor) -> None:
    if run.status != AssessmentRun.Status.COMPUTED:
        raise IllegalMove(f"This assessment is {run.get_status_display().lower()}: it cannot be published.")
    if run.prepared_by_id == actor.user_id:
        raise SameOfficer(SameOfficer.__doc__)
    if seen_digest != run.digest or computing.digest(table="eligibility_assessment", run_id=run.pk) != run.digest:
        raise RunChanged(RunChanged.__doc__)
    later = AssessmentRun.objects.filter(programme=programme, status=AssessmentRun.Status.PUBLISHED, pk__gt=run.pk)
    if later.exists():
        raise Superseded(Superseded.__doc__)
    if programme.status != Programme.Status.OPEN:
        raise ProgrammeNotOpen(f"{programme.name} is not open: nobody can be proposed.")


def discard(*, run_id: int, reason: str, actor: Actor, at: datetime) -> AssessmentRun:
    """Set a computed run aside; its findings stay readable. A repeat writes nothing.

    Raises:
        NotPermitted: the actor neither runs nor publishes assessments of this programme.
        IllegalMove: it is not a computed run, or no reason is given.
    """
    with acting(actor=actor, at=at, reason=reason):
        run, programme = _locked(run_id)
        if not actor.may_for_programme(Permission.ELIGIBILITY_PUBLISH, programme.code):
            actor.require_for_programme(Permission.ELIGIBILITY_RUN, programme.code)
        if run.status == AssessmentRun.Status.DISCARDED:
            return run
        if run.status != AssessmentRun.Status.COMPUTED:
            raise IllegalMove(f"This assessment is {run.get_status_display().lower()}: it cannot be discarded.")
        if not reason.strip():
            raise IllegalMove("Say why the assessment is discarded.")
        run.status, run.reason, run.discarded_by_id = AssessmentRun.Status.DISCARDED, reason, actor.user_id
        run.save(update_fields=["status", "reason", "discarded_by"])
        audit.record(
            "assessment.discard",
            subject_type="assessment_run",
            subject_id=run.pk,
            details={"programme": programme.code},
        )
    return run


def fail(*, run_id: int, job: Job) -> None:
    """Mark the run of a failed or cancelled job failed, and throw away what it had loaded. Inside the job's act."""
    run = AssessmentRun.objects.select_for_update(of=("self",)).get(pk=run_id)
    if run.status != AssessmentRun.Status.QUEUED:
        return
    run.status = AssessmentRun.Status.FAILED
    run.error = Job.objects.get(pk=job.pk).error or "It was cancelled before it began."
    run.save(update_fields=["status", "error"])
    with connection.cursor() as cursor:
        cursor.execute("SELECT eligibility_drop_unsealed_run(%s)", (run_id,))
    audit.record("assessment.fail", subject_type="assessment_run", subject_id=run_id)


def _locked(run_id: int) -> tuple[AssessmentRun, Programme]:
    """The run and its programme, the programme locked first, as ``start`` does."""
    found = AssessmentRun.objects.only("programme_id").get(pk=run_id)
    programme = Programme.objects.select_for_update(of=("self",)).get(pk=found.programme_id)
    return AssessmentRun.objects.select_for_update(of=("self",)).get(pk=run_id), programme
