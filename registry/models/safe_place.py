"""Where a household lives that must not be found."""

from django.db import models
from django.db.models import Q

from core.triggers import acting_required, identity_stays


class SafePlace(models.Model):
    """The whereabouts of a household whose address is protected, from one day to another. One is current.

    They stand here *instead of* in the household's row, which then names the district alone: whatever lists, prints,
    exports or sends a household's place cannot tell what it never reads. Only ``queries.whereabouts`` shows them, one
    household at a time, for a reason that is kept; ``district`` is the key by which that is scoped. ``answers`` are
    those that tell a place: the household's under an empty key, members' under the numbers of the persons.
    """

    household = models.ForeignKey("registry.Household", on_delete=models.PROTECT, related_name="safe_places")
    district = models.ForeignKey("core.Area", on_delete=models.PROTECT, related_name="+", db_index=False)
    village = models.ForeignKey("core.Area", on_delete=models.PROTECT, related_name="+", db_index=False)
    address = models.TextField(blank=True, default="", db_default="")
    latitude = models.DecimalField(max_digits=9, decimal_places=6, null=True)
    longitude = models.DecimalField(max_digits=9, decimal_places=6, null=True)
    answers = models.JSONField(default=dict, db_default={})
    from_on = models.DateField()
    until_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["household"], condition=Q(until_on__isnull=True), name="registry_safe_place_one_current"
            ),
        ]
        triggers = [
            acting_required(),
            identity_stays("household_id", "village_id", "address", "latitude", "longitude", "answers", "from_on"),
        ]

    def __str__(self) -> str:
        return f"Safe place of {self.household_id}"
