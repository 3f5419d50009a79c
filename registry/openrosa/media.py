"""The files beside a form, made for the person who asks. Another list is another entry of ``MAKERS``."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Mapping
from datetime import date

from core.access.actor import Actor
from core.access.permissions import Permission
from registry.openrosa.documents import MediaFile
from registry.queries import entities, fieldwork, households, places, questionnaires
from registry.xlsform.devices import DUE, NOTICES, SECOND, VILLAGES

Maker = Callable[[str, Actor, date], MediaFile]
_TOO_MANY = "More households are due in your areas than a phone carries: ask for a smaller area"


def files(*, actor: Actor, on: date) -> list[MediaFile]:
    """All of them."""
    return [make(name, actor, on) for name, make in MAKERS.items()]


def file(*, name: str, actor: Actor, on: date) -> MediaFile | None:
    """One of them, by its name."""
    make = MAKERS.get(name)
    return make(name, actor, on) if make else None


def _villages(name: str, actor: Actor, on: date) -> MediaFile:
    """Where this person registers."""
    found = places.all_villages(actor=actor, permission=Permission.REGISTRY_REGISTER)
    above = places.parents(areas=found)
    rows = (
        (one.code, f"{one.name} ({above.get(one.pk, '')})", one.district.code if one.district else "") for one in found
    )
    return MediaFile(name, _table(("name", "label", "district"), rows))


def _notices(name: str, actor: Actor, on: date) -> MediaFile:
    """The privacy notice that is to be read out now, with its text."""
    notice = questionnaires.notice_in_force(on=on)
    rows = [(notice.version, notice.version, questionnaires.in_words(notice.texts))] if notice else []
    return MediaFile(name, _table(("name", "label", "text"), rows))


def _due(name: str, actor: Actor, on: date) -> MediaFile:
    """Households that are due where this person registers, without those whose address is protected.

    Where they are too many the list says so in its only row: a form can still be filled in for a new household.
    """
    try:
        numbers = entities.due_ids(actor=actor, on=on)
    except entities.TooManyEntities:
        blank = ("",) * (len(entities.COLUMNS) - 2)
        return MediaFile(name, _table(entities.COLUMNS, [("too_many", _TOO_MANY, *blank)]))
    return MediaFile(name, b"".join(entities.csv_of(numbers, on=on)), tuple(numbers))


def _second(name: str, actor: Actor, on: date) -> MediaFile:
    """Second interviews that this person is to hold: where, and not a word of the first. No protected address."""
    found = [row for row in fieldwork.mine(actor=actor) if row.submission.household_id]
    found = [row for row in found if row.submission.household and not row.submission.household.is_protected]
    numbers = tuple(row.submission.household_id or 0 for row in found)
    heads = households.heads(household_ids=list(numbers))
    rows = (
        (
            str(row.uuid),
            f"{heads.get(household.pk, household.reference)} ({row.area.name})",
            row.area.code,
            household.address,
            row.do_by.isoformat() if row.do_by else "",
        )
        for row in found
        if (household := row.submission.household)
    )
    return MediaFile(name, _table(("name", "label", "village_code", "address", "visit_by"), rows), numbers)


def _table(header: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(header)
    writer.writerows(rows)
    return out.getvalue().encode()


MAKERS: Mapping[str, Maker] = {
    f"{VILLAGES}.csv": _villages,
    f"{NOTICES}.csv": _notices,
    f"{DUE}.csv": _due,
    f"{SECOND}.csv": _second,
}
