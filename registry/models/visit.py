"""Visits: somebody is sent to a registered household to see it again, and says what was found."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Func, Q

from core.triggers import acting_required, begins, identity_stays, moves, signs
from registry.models.guards import not_about_own_household
from registry.models.household import NewUuid7


class NewVisitReference(Func):
    template = "core_reference('VS')"
    arity = 0


def _not_to_relatives() -> pgtrigger.Trigger:
    return pgtrigger.Trigger(
        name="not_to_relatives",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert,
        func=pgtrigger.Func(
            "IF EXISTS (SELECT FROM registry_declaredinterest i WHERE i.user_id = NEW.assigned_to_id "
            "AND i.household_id = NEW.household_id) THEN "
            "RAISE EXCEPTION 'Nobody is sent to a household in which they declared an interest' "
            "USING ERRCODE = 'check_violation', CONSTRAINT = 'registry_visit_not_to_relatives'; END IF; RETURN NEW;"
        ),
    )


_ORDER = (
    "uuid", "reference", "household_id",
    "assigned_to_id", "assigned_by_id", "assigned_at", "assigned_on", "visit_by",
)  # fmt: skip


class Visit(models.Model):
    """Somebody is to see a household again, by a day.

        ASSIGNED -> REPORTED -> ACCEPTED      (who went says what was found; a supervisor, another person, accepts it)
        REPORTED -> ASSIGNED                  (sent back: go again)
        ASSIGNED | REPORTED -> DONE           (an interview on or after the day of assignment reached the register)
        ASSIGNED -> TAKEN_BACK

    An accepted outcome ``SEEN`` counts as seeing the household on ``visited_on``. Any other outcome is told to the
    packages above, which propose; the visit itself closes and exits nothing.
    """

    class Status(models.TextChoices):
        ASSIGNED = "assigned", "To be made"
        REPORTED = "reported", "Outcome waits for a supervisor"
        ACCEPTED = "accepted", "Outcome accepted"
        DONE = "done", "Done: interviewed"
        TAKEN_BACK = "taken_back", "Taken back"

    class Outcome(models.TextChoices):
        SEEN = "seen", "Found, and what is recorded is right"
        NOT_FOUND = "not_found", "Nobody was found"
        REFUSED = "refused", "The household refused to answer"
        MOVED = "moved", "The household moved away"
        DIED = "died", "Everybody of the household died"

    OPEN = ("assigned", "reported")

    uuid = models.UUIDField(unique=True, db_default=NewUuid7(), editable=False)
    reference = models.TextField(db_default=NewVisitReference(), editable=False)
    household = models.ForeignKey("registry.Household", on_delete=models.PROTECT, related_name="visits")
    area = models.ForeignKey("core.Area", on_delete=models.PROTECT, related_name="+", db_index=False)
    district = models.ForeignKey("core.Area", on_delete=models.PROTECT, related_name="+", db_index=False)
    status = models.TextField(choices=Status.choices, default=Status.ASSIGNED, db_default="assigned")
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    assigned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    assigned_at = models.DateTimeField()
    assigned_on = models.DateField()
    visit_by = models.DateField()
    outcome = models.TextField(choices=Outcome.choices, blank=True, default="", db_default="")
    visited_on = models.DateField(null=True)
    reported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    report = models.TextField(blank=True, default="", db_default="")
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    closed_at = models.DateTimeField(null=True)
    reason = models.TextField(blank=True, default="", db_default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["reference"], name="registry_visit_reference_once"),
            models.UniqueConstraint(
                fields=["household"],
                condition=Q(status__in=["assigned", "reported"]),
                name="registry_visit_one_open",
            ),
            models.CheckConstraint(
                name="registry_visit_four_eyes",
                condition=Q(decided_by__isnull=True)
                | ~Q(decided_by=F("reported_by")) & ~Q(decided_by=F("assigned_to")),
            ),
            models.CheckConstraint(
                name="registry_visit_report_is_whole",
                condition=Q(outcome="", visited_on__isnull=True, reported_by__isnull=True, report="")
                & ~Q(status__in=["reported", "accepted"])
                | ~Q(outcome="")
                & Q(visited_on__isnull=False, reported_by__isnull=False)
                & Q(status__in=["reported", "accepted", "done"])
                & (Q(outcome="seen") | Q(report__regex=r"\S")),
            ),
            models.CheckConstraint(
                name="registry_visit_accepted_by_somebody",
                condition=Q(status="accepted", decided_by__isnull=False)
                | ~Q(status="accepted") & Q(decided_by__isnull=True),
            ),
            models.CheckConstraint(
                name="registry_visit_closed_is_dated",
                condition=Q(status__in=["assigned", "reported"], closed_at__isnull=True)
                | Q(status__in=["accepted", "done", "taken_back"], closed_at__isnull=False),
            ),
            models.CheckConstraint(
                name="registry_visit_days_in_order",
                condition=Q(visit_by__gte=F("assigned_on"))
                & (Q(visited_on__isnull=True) | Q(visited_on__gte=F("assigned_on"))),
            ),
        ]
        indexes = [
            models.Index(fields=["assigned_to", "status", "visit_by", "id"], name="registry_visit_mine"),
            models.Index(
                fields=["district", "status", "visit_by", "id"],
                condition=Q(status__in=["assigned", "reported"]),
                name="registry_visit_open",
            ),
        ]
        triggers = [
            acting_required(),
            begins("status", "assigned"),
            moves(
                "status",
                [
                    ("assigned", "reported"),
                    ("assigned", "done"),
                    ("assigned", "taken_back"),
                    ("reported", "assigned"),
                    ("reported", "accepted"),
                    ("reported", "done"),
                ],
            ),
            signs("assigned_by_id"),
            signs("reported_by_id", once=False),
            signs("decided_by_id"),
            _not_to_relatives(),
            identity_stays(*_ORDER),
            not_about_own_household(
                constraint="registry_visit_not_ones_own",
                when=pgtrigger.Q(old__status__df=pgtrigger.F("new__status"), new__status__in=["reported", "accepted"]),
            ),
        ]

    def __str__(self) -> str:
        return self.reference
