"""Whoever starts an assessment is told which interviews are in doubt, and says why it is started all the same."""

from __future__ import annotations

import pytest
from django.urls import reverse

from core.models import AuditEntry, User
from eligibility.actions import runs
from tests.fixtures.fieldwork import FIELD_AT

WHY = "Payment is due next week; the two households are seen meanwhile."


def start(actor, programme, **more):
    return runs.start(
        programme_code=programme.code, as_of=FIELD_AT.date(), actor=actor, at=FIELD_AT, send=False, **more
    )


def test_an_assessment_in_doubt_needs_a_reason_which_is_kept(a_reinterview, manager, child_grants):
    with pytest.raises(runs.InterviewsInDoubt):
        start(manager, child_grants)
    run = start(manager, child_grants, reason=WHY)
    assert run.reason == WHY
    told = AuditEntry.objects.get(action="assessment.start").details
    assert told["interviews_in_doubt"] == {"open": 1, "beyond": 0, "households": 0, "again": 0}


def test_without_doubts_nothing_is_asked(manager, child_grants):
    assert start(manager, child_grants).reason == ""
    assert "interviews_in_doubt" not in AuditEntry.objects.get(action="assessment.start").details


def test_the_page_says_what_is_in_doubt_and_asks_why(a_reinterview, manager, child_grants, client):
    user = User.objects.get(pk=manager.user_id)
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    page = client.get(reverse("eligibility:run_start", args=[child_grants.code])).content.decode()
    assert "Second interviews of 1 interviewer&#x27;s work are not done." in page
    assert "Their households are assessed like all others." in page
    assert "Why is it started all the same?" in page
