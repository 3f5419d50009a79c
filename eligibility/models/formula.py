"""Variables and formulas as versioned data."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from core.triggers import acting_required, moves
from eligibility.models.guards import released_never_changes


class ReleaseStatus(models.TextChoices):
    DRAFT = "draft", "Draft"
    RELEASED = "released", "Released"


class VariableSet(models.Model):
    """A version of the variables that formulas read: household expressions, or person expressions with an aggregate.

    DRAFT -> RELEASED        (by a second person; a released version never changes)

    ``content`` is the version as data: ``{"variables": [{code, level, expression, aggregate, where, when_empty, type,
    label}]}``; ``digest`` the SHA-256 of its canonical text.
    """

    Status = ReleaseStatus

    code = models.TextField()
    version = models.TextField()
    status = models.TextField(choices=ReleaseStatus.choices, default=ReleaseStatus.DRAFT)
    illustrative = models.BooleanField(default=False)
    content = models.JSONField()
    digest = models.CharField(max_length=64)
    source = models.TextField(blank=True, default="")
    prepared_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    released_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    released_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["code", "version"], name="eligibility_variables_version_once"),
            models.CheckConstraint(name="eligibility_variables_four_eyes", condition=~Q(released_by=F("prepared_by"))),
            models.CheckConstraint(
                name="eligibility_variables_released_at",
                condition=Q(status="draft", released_at__isnull=True) | Q(status="released", released_at__isnull=False),
            ),
        ]
        triggers = [acting_required(), moves("status", [("draft", "released")]), released_never_changes()]

    def __str__(self) -> str:
        return f"{self.code} {self.version}"


class Formula(models.Model):
    """A version of a scoring formula: scaled integer terms that are rounded before they are summed.

    DRAFT -> RELEASED        (by a second person; a released version never changes)

    ``content``::

        {"label": {...}, "scale": 1000, "intercept": 5318,
         "terms": [{"code", "when": rule | "value": rule, "coefficient": -469, "label": {...}}],
         "rescale": {"subtract": 3866, "multiply": "1000", "divide": "3.792", "decimals": 2},
         "range": {"min": "0", "max": "1000"}, "cut_off": {"value": "361", ...}}

    Coefficients, intercept and ``subtract`` are whole ``1/scale``. A score is stored as a whole number of
    ``10 ** -decimals`` points. ``illustrative`` formulas say so wherever they are shown.
    """

    Status = ReleaseStatus

    code = models.TextField()
    version = models.TextField()
    status = models.TextField(choices=ReleaseStatus.choices, default=ReleaseStatus.DRAFT)
    illustrative = models.BooleanField(default=False)
    valid_from = models.DateField()
    variable_set = models.ForeignKey(VariableSet, on_delete=models.PROTECT, related_name="formulas")
    content = models.JSONField()
    digest = models.CharField(max_length=64)
    source = models.TextField(blank=True, default="")
    prepared_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    released_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    released_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["code", "version"], name="eligibility_formula_version_once"),
            models.CheckConstraint(name="eligibility_formula_four_eyes", condition=~Q(released_by=F("prepared_by"))),
            models.CheckConstraint(
                name="eligibility_formula_released_at",
                condition=Q(status="draft", released_at__isnull=True) | Q(status="released", released_at__isnull=False),
            ),
        ]
        triggers = [acting_required(), moves("status", [("draft", "released")]), released_never_changes()]

    def __str__(self) -> str:
        return f"{self.code} {self.version}"

    @property
    def label(self) -> str:
        return str(self.content.get("label", {}).get("en", self.code))

    @property
    def decimals(self) -> int:
        """Digits after the point of a score."""
        return int(self.content["rescale"]["decimals"])
