"""Choices that the forms share: kinds of cases and places, as they are in the database now."""

from typing import Any

from core.models import Area
from core.reader import in_language
from grievances.models import CaseCategory


def categories() -> list[tuple[str, str]]:
    """The kinds of cases on offer, in the country pack's order and words."""
    return [(category.code, in_language(category.labels)) for category in CaseCategory.objects.filter(is_offered=True)]


def places() -> list[tuple[str, Any]]:
    """Councils grouped by district, each district itself first; with an empty choice on top."""
    districts: dict[int, tuple[str, list[tuple[str, str]]]] = {}
    levels = [Area.Level.DISTRICT, Area.Level.COUNCIL]
    for area in Area.objects.filter(level__in=levels).order_by("path"):
        if area.level == Area.Level.DISTRICT:
            districts[area.pk] = (area.name, [(str(area.pk), area.name)])
        elif area.district_id in districts:
            districts[area.district_id][1].append((str(area.pk), f"{districts[area.district_id][0]}: {area.name}"))
    return [("", ""), *districts.values()]
