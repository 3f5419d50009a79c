"""Jobs are listed for those who may see them; failed ones are tried again, waiting ones cancelled."""

import pytest
from django.test import Client
from django.utils import timezone

from core.access.actor import SYSTEM
from core.access.permissions import Permission
from core.access.roles import Role
from core.jobs import kinds, queue, runner
from core.models import Job
from core.queries.access import actor_of
from tests.core_pages.conftest import parse, words


class Breaking(kinds.JobKind):
    name = "test.breaking"

    def plan(self, *, job, actor, at):
        return 1

    def run_part(self, *, job, part, actor, at):
        raise RuntimeError("The third household has two heads.")


@pytest.fixture(autouse=True)
def known_kind():
    kinds.register(Breaking())


def enqueued(user=None, identity: str = "a", label: str = "Importing") -> Job:
    actor = actor_of(user_id=user.pk) if user else SYSTEM
    return queue.enqueue(
        kind="test.breaking", identity=identity, label=label, actor=actor, at=timezone.now(), send=False
    )


def failed(user=None, **values) -> Job:
    return runner.run(job_id=enqueued(user, **values).pk, worker="one")


@pytest.fixture
def manager(make_user):
    return make_user(Role.PROGRAMME_MANAGER)


@pytest.fixture
def client(signed_in, manager) -> Client:
    return signed_in(manager)


def test_the_list_tells_state_and_error_and_is_filtered(client, manager):
    failed(manager, label="Importing Thaba")
    enqueued(identity="b", label="Sealing")
    page = words(client.get("/jobs/"))
    assert "The third household has two heads." in page and "Sealing" in page
    assert "Sealing" not in words(client.get("/jobs/", {"status": "failed"}))
    assert "Sealing" not in words(client.get("/jobs/", {"mine": "on"}))


def test_without_the_permission_one_sees_ones_own_jobs_alone(signed_in, make_user, manager):
    officer = make_user(Role.GRIEVANCE_OFFICER)
    enqueued(officer, identity="a", label="Mine")
    enqueued(manager, identity="b", label="Somebody elses")
    page = words(signed_in(officer).get("/jobs/"))
    assert "Mine" in page and "Somebody elses" not in page


def test_jobs_of_other_peoples_work_are_not_listed(signed_in, make_user):
    class OfPayments(Breaking):
        name = "test.payments"
        seen_with = Permission.PAYMENTS_VIEW

    kinds.register(OfPayments())
    manager = make_user(Role.PROGRAMME_MANAGER)
    queue.enqueue(
        kind="test.payments",
        identity="p",
        label="Preparing a payroll",
        actor=actor_of(user_id=manager.pk),
        at=timezone.now(),
        send=False,
    )
    seeing = [
        role
        for role in (Role.DISTRICT_OFFICER, Role.FINANCE_PREPARER, Role.PROGRAMME_MANAGER, Role.ADMINISTRATOR)
        if "Preparing a payroll" in words(signed_in(make_user(role)).get("/jobs/"))
    ]
    assert seeing == [Role.FINANCE_PREPARER, Role.PROGRAMME_MANAGER, Role.ADMINISTRATOR]


def test_the_owner_tries_a_failed_job_again(client, manager):
    job = failed(manager)
    assert parse(client.get(f"/jobs/{job.pk}/")).xpath("//form[contains(@action, '/retry/')]")
    page = client.post(f"/jobs/{job.pk}/retry/", follow=True)
    assert "goes on where it stopped" in words(page)
    assert Job.objects.get(pk=job.pk).status == "queued"


def test_what_cannot_be_tried_again_is_said(client, manager):
    job = failed(manager)
    enqueued(manager)
    page = client.post(f"/jobs/{job.pk}/retry/")
    assert page.status_code == 409 and "The same work is under way" in words(page)


def test_the_owner_cancels_a_waiting_job(client, manager):
    job = enqueued(manager)
    assert "The job is cancelled." in words(client.post(f"/jobs/{job.pk}/cancel/", follow=True))


def test_who_only_sees_a_job_gets_no_button_and_is_refused(signed_in, make_user, manager):
    job = failed(manager)
    other = signed_in(make_user(Role.SUPERVISOR))
    page = other.get(f"/jobs/{job.pk}/")
    assert page.status_code == 200 and not parse(page).xpath("//form[contains(@action, '/retry/')]")
    assert other.post(f"/jobs/{job.pk}/retry/").status_code == 403


def test_the_start_page_tells_ones_own_failed_jobs_and_administrators_all(
    client, signed_in, manager, make_user, administrator
):
    failed(manager)
    assert "Your jobs that stopped with an error" in words(client.get("/"))
    assert "stopped with an error" not in words(signed_in(make_user(Role.SUPERVISOR)).get("/"))
    assert "Jobs that stopped with an error" in words(signed_in(administrator).get("/"))
