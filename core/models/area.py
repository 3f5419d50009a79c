"""The tree of places: country, districts, councils, villages."""

from django.db import models
from django.db.models import Q
from treebeard.mp_tree import MP_Node

from core.triggers import stays


class Area(MP_Node):
    """A place; a scope over an area covers everything below it.

    ``district`` is the district itself or the one above; null only for the country. ``path`` is treebeard's
    materialised path: everything below an area starts with its path.
    """

    class Level(models.TextChoices):
        COUNTRY = "country", "Country"
        DISTRICT = "district", "District"
        COUNCIL = "council", "Council"
        VILLAGE = "village", "Village"

    code = models.TextField(unique=True)
    name = models.TextField()
    level = models.TextField(choices=Level.choices)
    district = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")
    zone = models.TextField(blank=True, default="")
    is_urban = models.BooleanField(default=False)
    source = models.TextField(blank=True, default="")

    node_order_by: list[str] = []

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["level"], condition=Q(level="country"), name="core_area_one_country"),
            models.CheckConstraint(
                name="core_area_district_below_country",
                condition=Q(level="country", district__isnull=True) | ~Q(level="country") & Q(district__isnull=False),
            ),
        ]
        triggers = [stays()]

    def __str__(self) -> str:
        return self.name
