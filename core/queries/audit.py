"""Reading the logs: for auditors and the data protection officer."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db import connection
from django.db.models import Q, QuerySet
from django.utils import timezone

from core.access.actor import Actor, NotPermitted
from core.access.permissions import Permission
from core.models import AuditEntry, AuditSeal, Job, ReadEntry, User

VERIFY = "core.verify_audit"


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody looks for in a log; empty parts ask nothing. Days are in the time zone of the country."""

    who: str = ""
    actions: tuple[str, ...] = ()
    action_prefix: str = ""
    subject_type: str = ""
    subject_id: int | None = None
    reference: str = ""
    district_id: int | None = None
    since: date | None = None
    until: date | None = None


def entries(*, actor: Actor, asked: Asked | None = None) -> QuerySet[AuditEntry]:
    """The audit log, newest first: all of it over the whole country, else the acts in the actor's own districts.

    Raises:
        NotPermitted: the actor may not read the audit log.
    """
    actor.require(Permission.AUDIT_VIEW)
    rows = AuditEntry.objects.order_by("-id")
    if not actor.may_for_programme(Permission.AUDIT_VIEW, ""):
        rows = rows.filter(district_id__in=_districts(actor))
    if asked is None:
        return rows
    if asked.actions or asked.action_prefix:
        named = Q(action__in=asked.actions)
        rows = rows.filter(named | Q(action__startswith=asked.action_prefix) if asked.action_prefix else named)
    if asked.subject_type:
        rows = rows.filter(subject_type=asked.subject_type)
    if asked.subject_id is not None:
        rows = rows.filter(subject_id=asked.subject_id)
    if asked.reference:
        rows = rows.filter(subject_reference=asked.reference)
    if asked.district_id is not None:
        rows = rows.filter(district_id=asked.district_id)
    return rows.filter(_by_whom(asked.who), _on_days(asked))


def reads(*, actor: Actor, asked: Asked | None = None) -> QuerySet[ReadEntry]:
    """The log of reads of personal data, newest first.

    Raises:
        NotPermitted: the actor may not read it over the whole country: its rows name no place.
    """
    if not actor.may_for_programme(Permission.AUDIT_VIEW, ""):
        raise NotPermitted(Permission.AUDIT_VIEW if not actor.may(Permission.AUDIT_VIEW) else None, _WHOLE_COUNTRY)
    rows = ReadEntry.objects.order_by("-id")
    if asked is None:
        return rows
    if asked.action_prefix:
        rows = rows.filter(page__startswith=asked.action_prefix)
    if asked.subject_type:
        rows = rows.filter(subject_type=asked.subject_type)
    if asked.subject_id is not None:
        rows = rows.filter(subject_ids__contains=[asked.subject_id])
    return rows.filter(_by_whom(asked.who), _on_days(asked))


def seals(*, actor: Actor, limit: int = 30) -> list[AuditSeal]:
    """The last links of the chains over both logs, newest first.

    Raises:
        NotPermitted: the actor may not read the audit log.
    """
    actor.require(Permission.AUDIT_VIEW)
    return list(AuditSeal.objects.order_by("-id")[:limit])


def last_verification(*, actor: Actor) -> Job | None:
    """The last job that recomputed the seals, whatever became of it.

    Raises:
        NotPermitted: the actor may not read the audit log.
    """
    actor.require(Permission.AUDIT_VIEW)
    return Job.objects.filter(kind=VERIFY).order_by("-id").first()


def unsealed(*, actor: Actor, before: datetime) -> int:
    """How many rows of both logs were written before a moment and are not under a seal yet.

    Raises:
        NotPermitted: the actor may not read the audit log.
    """
    actor.require(Permission.AUDIT_VIEW)
    count = 0
    with connection.cursor() as cursor:
        for log in ("core_audit", "core_read_log"):
            cursor.execute(
                f"SELECT count(*) FROM {log} WHERE at < %s AND xid >= coalesce((SELECT horizon FROM core_audit_seal"
                " WHERE log = %s ORDER BY id DESC LIMIT 1), 0)::text::xid8",
                (before, log),
            )
            count += int(cursor.fetchone()[0])
    return count


_WHOLE_COUNTRY = "The log of reads names no places: only an appointment over the whole country may read it."


def _districts(actor: Actor) -> list[int]:
    """Districts that the actor holds whole, for all programmes: the audit log names no smaller place."""
    grants = actor.grants.get(Permission.AUDIT_VIEW, ())
    return sorted({grant.area_id for grant in grants if grant.is_district and not grant.programme_code})


def _by_whom(who: str) -> Q:
    if not who:
        return Q()
    people = User.objects.order_by("id")
    for word in who.split():
        people = people.filter(Q(full_name__icontains=word) | Q(email__icontains=word))
    return Q(actor_id__in=list(people.values_list("id", flat=True)[:200]))


def _on_days(asked: Asked) -> Q:
    zone = timezone.get_current_timezone()
    condition = Q()
    if asked.since:
        condition &= Q(at__gte=datetime.combine(asked.since, time.min, tzinfo=zone))
    if asked.until:
        condition &= Q(at__lt=datetime.combine(asked.until + timedelta(days=1), time.min, tzinfo=zone))
    return condition
