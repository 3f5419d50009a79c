"""What a run found about one household or person."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from core.triggers import append_only


class Assessment(models.Model):
    """The finding about one household (or person, where the programme's unit is the person) in one run.

    Partitioned by run; a partition is filled bare, checked, then attached, and never changes. ``id`` counts from 1 in
    the order of household and person. ``score`` is a whole number of ``10 ** -decimals`` points of the run's formula;
    ``contributions`` are its terms in the formula's order, each a whole ``1/scale`` and rounded before it is summed
    (null: undetermined). ``inputs`` keeps every value that formula, criteria and amount read. ``reasons``:
    ``not_met:<number of the criterion, from 1>``, ``missing:<name>``, ``nobody_counts``.
    """

    class Outcome(models.TextChoices):
        ELIGIBLE = "eligible", "Eligible"
        NOT_ELIGIBLE = "not_eligible", "Not eligible"
        NOT_ASSESSABLE = "not_assessable", "Not assessable"

    pk = models.CompositePrimaryKey("id", "run_id")
    id = models.BigIntegerField()
    run = models.ForeignKey(
        "eligibility.AssessmentRun", on_delete=models.PROTECT, related_name="assessments", db_index=False
    )
    household = models.ForeignKey("registry.Household", on_delete=models.PROTECT, related_name="+", db_index=False)
    person = models.ForeignKey("registry.Person", null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    district = models.ForeignKey("core.Area", on_delete=models.PROTECT, related_name="+", db_index=False)
    area = models.ForeignKey("core.Area", on_delete=models.PROTECT, related_name="+", db_index=False)
    score = models.IntegerField(null=True)
    contributions = ArrayField(models.IntegerField(null=True), null=True)
    inputs = models.JSONField(default=dict)
    outcome = models.TextField(choices=Outcome.choices)
    reasons = ArrayField(models.TextField(), default=list)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="eligibility_assessment_outcome",
                condition=models.Q(outcome__in=["eligible", "not_eligible", "not_assessable"]),
            ),
            models.CheckConstraint(
                name="eligibility_assessment_says_why",
                condition=models.Q(outcome="eligible", reasons=[])
                | ~models.Q(outcome="eligible") & ~models.Q(reasons=[]),
            ),
        ]
        indexes = [
            models.Index(fields=["household"], name="eligibility_assessment_hh"),
            models.Index(fields=["district", "outcome", "id"], name="eligibility_assessment_list"),
        ]
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"Assessment {self.id} of run {self.run_id}"
