"""Approving a submitted payroll, sending it back, and closing a reconciled one."""

from datetime import datetime, timedelta

from django.utils import timezone

from core import audit
from core.access.actor import Actor, NotPermitted
from core.access.permissions import Permission
from core.acting import acting
from core.models import Job, StoredFile
from payments.actions import ledger, steps
from payments.actions.payrolls.checking import digest_now
from payments.actions.payrolls.errors import (
    IllegalMove,
    PayrollChanged,
    ReasonNeeded,
    SameOfficer,
    locked,
    require_state,
)
from payments.kinds import RELEASE
from payments.models import Payroll, ProviderFile, Transfer

Status = Payroll.Status


def approve(*, payroll_id: int, seen_digest: str, actor: Actor, at: datetime) -> Payroll:
    """Approve a submitted payroll, so that it can be released to the providers.

    Locks the payroll until commit. ``seen_digest`` is the seal on the page that the approver read, in hexadecimal.
    A repeat by the same approver writes nothing.

    Raises:
        NotPermitted: the actor does not approve payrolls of this programme.
        IllegalMove: the payroll is not SUBMITTED.
        SameOfficer: the approver prepared or submitted it.
        PayrollChanged: its lines are not those the approver saw.

    Source: programme manuals, separation of duties.
    """
    with acting(actor=actor, at=at):
        payroll = locked(payroll_id=payroll_id, permission=Permission.PAYMENTS_APPROVE, actor=actor)
        if payroll.status == Status.APPROVED and payroll.approved_by_id == actor.user_id:
            return payroll
        require_state(payroll, Status.SUBMITTED)
        if actor.user_id in (payroll.prepared_by_id, payroll.submitted_by_id):
            raise SameOfficer("You prepared or submitted this payroll: another person approves it.")
        require_unchanged(payroll, seen_digest=seen_digest)
        payroll.status = Status.APPROVED
        payroll.approved_by_id = actor.user_id
        payroll.approved_digest = payroll.digest
        payroll.approved_at = at
        payroll.save(update_fields=["status", "approved_by", "approved_digest", "approved_at"])
        audit.record(
            "payroll.approve",
            subject_type="payroll",
            subject_id=payroll.pk,
            reference=payroll.reference,
            details={"total_minor": payroll.total_minor, "seal": payroll.seal},
            digest=bytes(payroll.digest or b""),
        )
    return payroll


def send_back(*, payroll_id: int, reason: str, actor: Actor, at: datetime) -> Payroll:
    """Send a submitted or approved payroll back to its preparer; its money becomes available again. Locks it.

    One whose release stopped with an error may go back as well: nothing of it has left. A repeat finds a draft and
    writes nothing.

    Raises:
        NotPermitted: the actor neither approves nor releases payrolls of this programme.
        ReasonNeeded: no reason was given.
        IllegalMove: it is neither SUBMITTED nor APPROVED, nor RELEASING without a job at work.
    """
    with acting(actor=actor, at=at, reason=reason):
        payroll = locked(payroll_id=payroll_id, permission=Permission.PAYMENTS_VIEW, actor=actor)
        code = payroll.cycle.programme.code
        if not any(
            actor.may_for_programme(permission, code)
            for permission in (Permission.PAYMENTS_APPROVE, Permission.PAYMENTS_RELEASE)
        ):
            raise NotPermitted(Permission.PAYMENTS_APPROVE)
        if not reason.strip():
            raise ReasonNeeded("Say why the payroll goes back.")
        if payroll.status == Status.DRAFT and payroll.reason == reason:
            return payroll
        require_state(payroll, Status.SUBMITTED, Status.APPROVED, Status.RELEASING)
        if Job.objects.filter(identity=f"{RELEASE}:{payroll.pk}", status__in=["queued", "running"]).exists():
            raise IllegalMove("The payroll is being released: its files are being made.")
        seal = payroll.seal
        if payroll.status == Status.RELEASING:
            _give_files_up(payroll, at=at)
        _uncommit(payroll, at=at)
        payroll.status = Status.DRAFT
        payroll.digest = payroll.approved_digest = None
        payroll.submitted_by = payroll.approved_by = payroll.released_by = None
        payroll.submitted_at = payroll.approved_at = payroll.released_at = payroll.checked_at = None
        payroll.withheld_count = payroll.withheld_minor = 0
        payroll.reason = reason
        payroll.controls = []
        payroll.round += 1
        payroll.save()
        audit.record(
            "payroll.send_back",
            subject_type="payroll",
            subject_id=payroll.pk,
            reference=payroll.reference,
            details={"seal": seal},
        )
    return payroll


def _give_files_up(payroll: Payroll, *, at: datetime) -> None:
    """Files of a release that never left belong to nobody: the next sweep of what is past its last day erases them."""
    states = Job.objects.filter(identity=f"{RELEASE}:{payroll.pk}").order_by("id").values_list("state", flat=True)
    made = {file["stored"] for state in states for file in (state or {}).get("files", ())}
    owned = ProviderFile.objects.filter(stored__in=made).values("stored")
    left = StoredFile.objects.filter(pk__in=made, erased_at__isnull=True).exclude(pk__in=owned)
    left.update(retain_until=timezone.localdate(at) - timedelta(days=1))


def close(*, payroll_id: int, actor: Actor, at: datetime) -> Payroll:
    """Close a reconciled payroll. Locks it; a repeat writes nothing.

    Raises:
        NotPermitted: the actor does not reconcile payments of this programme.
        IllegalMove: it is not RECONCILED.
    """
    with acting(actor=actor, at=at):
        payroll = locked(payroll_id=payroll_id, permission=Permission.PAYMENTS_RECONCILE, actor=actor)
        if payroll.status == Status.CLOSED:
            return payroll
        require_state(payroll, Status.RECONCILED)
        payroll.status = Status.CLOSED
        payroll.closed_at = at
        payroll.save(update_fields=["status", "closed_at"])
        audit.record("payroll.close", subject_type="payroll", subject_id=payroll.pk, reference=payroll.reference)
    return payroll


def require_unchanged(payroll: Payroll, *, seen_digest: str | None = None) -> None:
    """Compare seal, count and sum with the lines as they are now.

    Raises:
        PayrollChanged: they differ from one another, or from what was seen.
    """
    same = payroll.digest is not None and bytes(payroll.digest) == digest_now(payroll)
    if seen_digest is not None and seen_digest != payroll.seal:
        raise PayrollChanged("The payroll changed after you opened the page: read it again before you approve it.")
    if not same or steps.totals(payroll) != (payroll.line_count, payroll.total_minor):
        raise PayrollChanged("The payroll's lines are not those that were sealed. Send it back.")


def _uncommit(payroll: Payroll, *, at: datetime) -> None:
    committed = Transfer.objects.filter(payroll=payroll, kind="commit", reversed_by__isnull=True).first()
    if committed:
        ledger.transfer(
            budget=payroll.budget,
            giver="committed",
            taker="funds",
            amount_minor=committed.amount_minor,
            kind="uncommit",
            reference=f"{committed.reference}:back",
            at=at,
            payroll=payroll,
            reverses=committed,
        )
