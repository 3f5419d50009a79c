"""Loading the country pack's categories, service standards and holidays."""

from datetime import date
from pathlib import Path
from typing import Any

from django.utils import timezone

from core import audit
from core.access.actor import SYSTEM
from core.acting import acting
from core.pack import PackError, read_yaml
from grievances.models import CaseCategory, NonWorkingDay, ServiceStandard


def load(folder: Path) -> dict[str, int]:
    """Make or rename categories, add new standards and holidays. A second run changes nothing.

    A category that the pack no longer names is offered no more; its cases stay.

    Raises:
        PackError: a standard changed without a new ``standards_valid_from``: cases were promised the old one.
    """
    content = read_yaml(folder, "grievances.yaml")
    with acting(actor=SYSTEM, at=timezone.now(), reason="Country pack"):
        changed = sum(_category(row, position, content) for position, row in enumerate(content["categories"]))
        codes = [row["code"] for row in content["categories"]]
        changed += CaseCategory.objects.exclude(code__in=codes).filter(is_offered=True).update(is_offered=False)
        for holiday in content.get("holidays", []):
            changed += NonWorkingDay.objects.get_or_create(
                on=holiday["on"], defaults={"name": holiday["name"], "source": holiday.get("source", "")}
            )[1]
        if changed:
            audit.record("pack.grievances", subject_type="case_category", details={"changed": changed})
    return {"case_categories": len(codes)}


def _category(row: dict[str, Any], position: int, content: dict[str, Any]) -> int:
    values = {
        "labels": row["label"],
        "sensitive": row["sensitive"],
        "is_appeal": row.get("appeal", False),
        "handler": row["handler"],
        "position": position,
        "is_offered": True,
        "source": row.get("source", ""),
    }
    category, made = CaseCategory.objects.get_or_create(code=row["code"], defaults=values)
    changed = int(made)
    if any(getattr(category, name) != value for name, value in values.items()):
        changed = CaseCategory.objects.filter(pk=category.pk).update(**values)
    return changed + _standard(category, row, content)


def _standard(category: CaseCategory, row: dict[str, Any], content: dict[str, Any]) -> int:
    valid_from: date = content["standards_valid_from"]
    values = {
        "acknowledge_days": row["acknowledge_days"],
        "decide_days": row["resolve_days"],
        "appeal_days": content["appeal_days"],
        "weekdays": content["working_week"],
    }
    standard, made = ServiceStandard.objects.get_or_create(
        category=category, valid_from=valid_from, defaults={**values, "source": content["standards_source"]}
    )
    if any(getattr(standard, name) != value for name, value in values.items()):
        raise PackError(
            f"The service standard of {category.code} changed. Give the new one its own standards_valid_from: "
            "cases keep the standard that was promised when they were lodged."
        )
    return int(made)
