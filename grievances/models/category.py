"""What people complain about, and how soon the service promises to answer."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from core.triggers import acting_required, append_only


class CaseCategory(models.Model):
    """A kind of case, from the country pack.

    Cases of a ``sensitive`` category are seen only by officers named on them. ``is_appeal`` marks the category that
    contests a decision about a programme. ``handler`` is the role that usually answers.
    """

    code = models.TextField(unique=True)
    labels = models.JSONField()
    sensitive = models.BooleanField()
    is_appeal = models.BooleanField(default=False)
    handler = models.TextField()
    position = models.IntegerField()
    is_offered = models.BooleanField(default=True)
    source = models.TextField(blank=True, default="")

    class Meta:
        ordering = ["position", "id"]
        triggers = [acting_required()]

    def __str__(self) -> str:
        return str(self.labels.get("en", self.code))


class ServiceStandard(models.Model):
    """How soon a category's cases are answered, since a day. In force: the latest ``valid_from`` up to the day.

    Days are working days: the ISO weekdays of ``weekdays`` (1 is Monday) that are no ``NonWorkingDay``. A case keeps
    the standard that was in force when it was lodged.
    """

    category = models.ForeignKey(CaseCategory, on_delete=models.PROTECT, related_name="standards")
    valid_from = models.DateField()
    acknowledge_days = models.PositiveSmallIntegerField()
    decide_days = models.PositiveSmallIntegerField()
    appeal_days = models.PositiveSmallIntegerField()
    weekdays = ArrayField(models.PositiveSmallIntegerField())
    source = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["category", "valid_from"], name="grievances_standard_one_a_day"),
            models.CheckConstraint(
                name="grievances_standard_decides_after_acknowledging",
                condition=Q(decide_days__gte=F("acknowledge_days")),
            ),
            models.CheckConstraint(name="grievances_standard_names_its_source", condition=~Q(source="")),
            models.CheckConstraint(
                name="grievances_standard_has_weekdays",
                condition=Q(weekdays__len__gte=1) & Q(weekdays__contained_by=[1, 2, 3, 4, 5, 6, 7]),
            ),
        ]
        triggers = [acting_required(), append_only()]

    def __str__(self) -> str:
        return f"{self.category_id} since {self.valid_from}"


class NonWorkingDay(models.Model):
    """A public holiday, from the country pack: no due date falls on it and none is counted."""

    on = models.DateField(unique=True)
    name = models.TextField()
    source = models.TextField(blank=True, default="")

    class Meta:
        ordering = ["on"]
        triggers = [acting_required()]

    def __str__(self) -> str:
        return self.name
