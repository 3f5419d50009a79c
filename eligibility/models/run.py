"""An assessment of everybody whom a programme might serve, on one day."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from core.triggers import acting_required, begins, identity_stays, moves, signs
from eligibility.models.guards import findings_stay


class AssessmentRun(models.Model):
    """One assessment run: rules, day and register's state frozen; published by a second person.

        QUEUED -> COMPUTED -> PUBLISHED
        QUEUED -> FAILED
        COMPUTED -> DISCARDED

    ``snapshot`` is PostgreSQL's snapshot under which the register was read. ``facts`` holds what the rules were
    compiled with (parameters on the day, questionnaire, names of the kept inputs). ``counts`` has the outcomes, in all
    and by district. ``digest`` covers every assessment but not the run's number: the same register gives it again.
    """

    class Status(models.TextChoices):
        QUEUED = "queued", "Being computed"
        COMPUTED = "computed", "Computed"
        PUBLISHED = "published", "Published"
        DISCARDED = "discarded", "Discarded"
        FAILED = "failed", "Failed"

    programme = models.ForeignKey("eligibility.Programme", on_delete=models.PROTECT, related_name="runs")
    rules = models.ForeignKey("eligibility.ProgrammeRules", on_delete=models.PROTECT, related_name="+")
    formula = models.ForeignKey("eligibility.Formula", null=True, on_delete=models.PROTECT, related_name="+")
    as_of = models.DateField()
    status = models.TextField(choices=Status.choices, default=Status.QUEUED)
    prepared_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    discarded_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField(blank=True, default="")
    snapshot = models.TextField(blank=True, default="")
    facts = models.JSONField(default=dict)
    counts = models.JSONField(default=dict)
    digest = models.CharField(max_length=64, blank=True, default="")
    error = models.TextField(blank=True, default="")
    job = models.ForeignKey("core.Job", null=True, on_delete=models.PROTECT, related_name="+")
    one_shot = models.UUIDField(null=True, unique=True)
    created_at = models.DateTimeField()
    computed_at = models.DateTimeField(null=True)
    published_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["programme"], condition=Q(status="queued"), name="eligibility_run_one_queued"
            ),
            models.CheckConstraint(name="eligibility_run_four_eyes", condition=~Q(published_by=F("prepared_by"))),
            models.CheckConstraint(
                name="eligibility_run_published_by_somebody",
                condition=Q(status="published", published_by__isnull=False, published_at__isnull=False)
                | ~Q(status="published") & Q(published_by__isnull=True, published_at__isnull=True),
            ),
            models.CheckConstraint(
                name="eligibility_run_computed_is_sealed",
                condition=~Q(status__in=["computed", "published"]) | ~Q(digest="") & ~Q(snapshot=""),
            ),
        ]
        indexes = [models.Index(fields=["programme", "status", "id"], name="eligibility_run_newest")]
        triggers = [
            acting_required(),
            begins("status", "queued"),
            signs("prepared_by_id"),
            signs("published_by_id"),
            signs("discarded_by_id"),
            findings_stay(),
            moves(
                "status",
                [("queued", "computed"), ("queued", "failed"), ("computed", "published"), ("computed", "discarded")],
            ),
            identity_stays("programme_id", "rules_id", "formula_id", "as_of", "prepared_by_id"),
        ]

    def __str__(self) -> str:
        return f"Run {self.pk}"
