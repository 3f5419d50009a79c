"""Core's pages in a real browser: accessible, within a phone's screen, obeying the policy."""

from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone

from core import audit
from core.access.actor import SYSTEM
from core.access.roles import Role
from core.actions import appointments, users
from core.jobs import kinds, queue, runner
from core.models import Appointment, Job
from core.queries.access import actor_of
from tests.core.test_audit import seal_everything
from tests.core_pages.conftest import SignedIn
from tests.looking import faults, page_of

ASSETS = Path(settings.BASE_DIR) / "static" / "build" / "app.css"
pytestmark = pytest.mark.skipif(not ASSETS.exists(), reason="the style sheet is not built (make assets)")


class Breaking(kinds.JobKind):
    name = "test.breaking"

    def plan(self, *, job: Job, actor: Any, at: Any) -> int:
        return 1

    def run_part(self, *, job: Job, part: int, actor: Any, at: Any) -> dict[str, int]:
        raise RuntimeError("Row 12 of households.csv has no village.")


@pytest.fixture
def work(make_user: Any, administrator: Any, second_administrator: Any, auditor: Any, country: Any) -> dict[str, int]:
    """People, an appointment that waits, a failed job, reads and a verified seal."""
    kinds.register(Breaking())
    at, ada = timezone.now(), actor_of(user_id=administrator.pk)
    person = users.create(email="lerato@example.org", full_name="Lerato Sample", password=None, actor=ada, at=at)
    scope = appointments.scope_for(area_id=country.pk)
    values = {"scope_id": scope.pk, "starts_on": timezone.localdate(), "actor": ada, "at": at, "reason": "Letter 12"}
    appointments.propose(user_id=person.pk, role=Role.SUPERVISOR, **values)
    waiting = appointments.propose(user_id=person.pk, role=Role.DATA_PROTECTION_OFFICER, **values)
    for number in range(12):
        users.create(email=f"p{number}@example.org", full_name=f"Person {number}", password=None, actor=ada, at=at)
    failed = queue.enqueue(kind=Breaking.name, identity="x", label="Import of households", actor=ada, at=at, send=False)
    runner.run(job_id=failed.pk, worker="one")
    officer = actor_of(user_id=make_user(Role.DISTRICT_OFFICER, name="Omar Officer").pk)
    ids = list(range(1, 30))
    audit.read(actor=officer, at=at, page="registry.search", subject_type="household", subject_ids=ids)
    seal_everything()
    check = queue.enqueue(kind="core.verify_audit", identity="v", actor=SYSTEM, at=at, label="Seals", send=False)
    runner.run(job_id=check.pk, worker="one")
    return {"person": person.pk, "waiting": waiting.pk, "failed": failed.pk, "omar": officer.user_id or 0}


def pages_of(work: dict[str, int]) -> dict[str, list[tuple[str, str]]]:
    in_force = Appointment.objects.get(user_id=work["person"], role="supervisor")
    return {
        "second": [
            ("home", "/"),
            ("people", "/people/"),
            ("add", "/people/add/"),
            ("person", f"/people/{work['person']}/"),
            ("appoint", f"/people/{work['person']}/appoint/"),
            ("link", f"/people/{work['person']}/password-link/"),
            ("deactivate", f"/people/{work['person']}/deactivate/"),
            ("waiting", "/people/appointments/"),
            ("appointment", f"/people/appointments/{work['waiting']}/"),
            ("end", f"/people/appointments/{in_force.pk}/end/"),
            ("jobs", "/jobs/"),
            ("job", f"/jobs/{work['failed']}/"),
            ("password", "/account/password/change/"),
        ],
        "auditor": [
            ("audit", "/audit/"),
            ("audit-filter", "/audit/?what=appointment&since_day=31&since_month=2&since_year=2026"),
            ("reads", "/audit/reads/"),
            ("seals", "/audit/seals/"),
        ],
    }


def test_cores_pages_are_accessible_fit_a_phone_and_obey_the_policy(
    live_site: str,
    chromium: Any,
    work: dict[str, int],
    second_administrator: Any,
    auditor: Any,
    signed_in: SignedIn,
) -> None:
    found, said = [], []
    people = {"second": second_administrator, "auditor": auditor}
    for who, pages in pages_of(work).items():
        page = page_of(chromium, live_site, signed_in(people[who]))
        page.on("console", lambda message: said.append(message.text))
        for name, address in pages:
            answer = page.goto(address)
            assert answer.status == 200, address
            found += faults(page, name)
        page.context.close()
    assert found == []
    assert [text for text in said if "Content Security Policy" in text] == []
