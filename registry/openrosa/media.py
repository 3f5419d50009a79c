"""The files beside a form, made for the person who asks. Another list is another entry of ``MAKERS``."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Mapping
from datetime import date

from core.access.actor import Actor
from core.access.permissions import Permission
from registry.openrosa.documents import MediaFile
from registry.queries import places, questionnaires
from registry.xlsform.devices import NOTICES, VILLAGES

Maker = Callable[[Actor, date], bytes]


def files(*, actor: Actor, on: date) -> list[MediaFile]:
    """All of them."""
    return [MediaFile(name, make(actor, on)) for name, make in MAKERS.items()]


def file(*, name: str, actor: Actor, on: date) -> MediaFile | None:
    """One of them, by its name."""
    make = MAKERS.get(name)
    return MediaFile(name, make(actor, on)) if make else None


def _villages(actor: Actor, on: date) -> bytes:
    """Where this person registers."""
    found = places.all_villages(actor=actor, permission=Permission.REGISTRY_REGISTER)
    above = places.parents(areas=found)
    return _table(
        ("name", "label", "district"),
        (
            (one.code, f"{one.name} ({above.get(one.pk, '')})", one.district.code if one.district else "")
            for one in found
        ),
    )


def _notices(actor: Actor, on: date) -> bytes:
    """The privacy notice that is to be read out now, with its text."""
    notice = questionnaires.notice_in_force(on=on)
    rows = [(notice.version, notice.version, questionnaires.in_words(notice.texts))] if notice else []
    return _table(("name", "label", "text"), rows)


def _table(header: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(header)
    writer.writerows(rows)
    return out.getvalue().encode()


MAKERS: Mapping[str, Maker] = {f"{VILLAGES}.csv": _villages, f"{NOTICES}.csv": _notices}
