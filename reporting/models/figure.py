"""Figures, counted in one statement and kept until the next count."""

from django.db import models
from django.db.models import Q

from core.triggers import acting_required


class Snapshot(models.Model):
    """All figures, counted by one statement: they are of one state of the register and agree with one another.

    ``on`` is the business day that ages were reckoned for.
    Pages read the newest; the one before stays until the next, for pages that are being read.
    """

    computed_at = models.DateTimeField()
    on = models.DateField()
    job = models.ForeignKey("core.Job", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        triggers = [acting_required()]

    def __str__(self) -> str:
        return f"Figures of {self.computed_at:%Y-%m-%d %H:%M}"


class Figure(models.Model):
    """One cell: what an indicator counts in one council for one programme, sex and age group.

    Cells add up over places, sexes and age groups. They do not add up over programmes, because one household may be in
    several: ``programme`` null counts it once (and is the only one where programmes play no part). ``area`` is the
    council, or the place itself where none is above it; null where the place is not known. ``bin`` is the class of a
    distribution (whole months), ``value`` a count, or minor units of ``currency``.
    """

    snapshot = models.ForeignKey(Snapshot, on_delete=models.CASCADE, related_name="figures", db_index=False)
    indicator = models.TextField()
    programme = models.ForeignKey("eligibility.Programme", null=True, on_delete=models.PROTECT, related_name="+")
    district = models.ForeignKey("core.Area", null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    area = models.ForeignKey("core.Area", null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    sex = models.CharField(max_length=1, blank=True)
    age_group = models.TextField(blank=True)
    bin = models.IntegerField(null=True)
    currency = models.CharField(max_length=3, blank=True)
    value = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["snapshot", "indicator", "programme", "area", "sex", "age_group", "bin", "currency"],
                nulls_distinct=False,
                name="reporting_figure_once",
            ),
            models.CheckConstraint(name="reporting_figure_not_negative", condition=Q(value__gte=0)),
            models.CheckConstraint(
                name="reporting_figure_place_is_whole",
                condition=Q(area__isnull=True, district__isnull=True) | Q(area__isnull=False, district__isnull=False),
            ),
        ]
        triggers = [acting_required()]

    def __str__(self) -> str:
        return f"{self.indicator}: {self.value}"
