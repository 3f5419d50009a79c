"""Before the first count, and counts of a register in which nobody is."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from core.access.actor import SYSTEM
from core.access.roles import Role
from core.models import AuditEntry
from eligibility.models import Programme
from reporting.actions import figures
from reporting.models import Snapshot
from tests.fixtures.people import AT, ON
from tests.reporting.shown import download, drawing, kept, page

Open = Callable[..., Client]


def test_before_the_first_count_the_page_offers_one(signed_in: Open) -> None:
    client = signed_in(Role.SUPERVISOR)
    assert "No figures have been counted yet" in client.get(reverse("reporting:dashboard")).content.decode()
    assert client.get(reverse("reporting:chart", args=["stages"])).status_code == 404


def test_an_empty_register_shows_zeros(signed_in: Open, asked) -> None:
    figures.count(actor=SYSTEM, at=AT, on=ON)
    client = signed_in(Role.AUDITOR)
    for programme in ("", *Programme.objects.values_list("code", flat=True)):
        shown = page(client, programme=programme)
        cells = {text for rows in shown.values() for columns in rows.values() for text in columns.values()}
        assert cells == {"0", "–", "0.0"}
    for code in ("stages", "map-registered", "map-enrolled"):
        drawing(client, code)
    assert {row["value"] for row in download(client, "protected_file")} == {"0", "0.0"}


def test_an_empty_register_is_counted_without_a_figure(db_or_committed: None) -> None:
    snapshot = figures.count(actor=SYSTEM, at=AT, on=ON)
    assert kept(snapshot) == {}


def test_older_counts_go_but_the_last_stays_for_pages_that_are_being_read(db_or_committed: None) -> None:
    made = [figures.count(actor=SYSTEM, at=AT, on=ON).pk for _ in range(4)]
    assert list(Snapshot.objects.order_by("pk").values_list("pk", flat=True)) == made[-2:]


def test_a_count_is_written_into_the_audit_log_and_fails_with_it(
    db_or_committed: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    figures.count(actor=SYSTEM, at=AT, on=ON)
    assert AuditEntry.objects.filter(action="reporting.count").count() == 1

    def broken(*_args: object, **_values: object) -> None:
        raise IntegrityError("no audit")

    monkeypatch.setattr("core.audit.record", broken)
    with pytest.raises(IntegrityError), transaction.atomic():
        figures.count(actor=SYSTEM, at=AT, on=ON)
    assert Snapshot.objects.count() == 1
