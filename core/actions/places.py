"""Loading the tree of places."""

from pathlib import Path

from django.utils import timezone

from core import audit
from core.access.actor import SYSTEM
from core.acting import acting
from core.models import Area
from core.pack import PackError, about, read_csv


def load(folder: Path) -> dict[str, int]:
    """Make the pack's places; those known by their code keep their place in the tree and take the pack's name.

    Raises:
        PackError: a place names a parent that is not there, or stands before it.
    """
    rows = read_csv(folder, about()["places"]["file"])
    with acting(actor=SYSTEM, at=timezone.now(), reason="Country pack"):
        known = {area.code: area for area in Area.objects.all()}
        made = 0
        for row in rows:
            made += _place(row, known)
        if made:
            audit.record("pack.places", subject_type="area", details={"made": made})
    return {"places": len(rows), "places_made": made}


def _place(row: dict[str, str], known: dict[str, Area]) -> int:
    values = {
        "name": row["name"],
        "level": row["level"],
        "zone": row.get("zone") or "",
        "is_urban": (row.get("setting") or "").lower() == "urban",
        "source": row.get("source") or "",
    }
    if area := known.get(row["code"]):
        if any(getattr(area, name) != value for name, value in values.items()):
            Area.objects.filter(pk=area.pk).update(**values)
        return 0
    if row["level"] == Area.Level.COUNTRY:
        known[row["code"]] = Area.objects.add_root({"code": row["code"], **values})
        return 1
    parent = known.get(row["parent_code"])
    if parent is None:
        raise PackError(
            f"The place {row['code']} names the parent {row['parent_code']!r}, which does not stand before it."
        )
    district_id = parent.district_id or (parent.pk if parent.level == Area.Level.DISTRICT else None)
    if row["level"] == Area.Level.DISTRICT:
        known[row["code"]] = _add_district(parent, row["code"], values)
    else:
        known[row["code"]] = Area.objects.add_child(parent, {"code": row["code"], "district_id": district_id, **values})
    return 1


def _add_district(parent: Area, code: str, values: dict[str, object]) -> Area:
    """A district is its own district: it needs its number before it is written."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('core_area', 'id'))")
        number = cursor.fetchone()[0]
    return Area.objects.add_child(parent, {"id": number, "code": code, "district_id": number, **values})
