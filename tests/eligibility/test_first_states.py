"""Nobody gets onto a list, and no run is published, behind the steps: rows begin with their first state."""

import pytest
from django.db import IntegrityError, connection

from core.access.actor import SYSTEM
from core.access.roles import Role
from core.acting import acting
from eligibility.models import AssessmentRun, Enrolment
from tests.fixtures.eligibility import Member
from tests.fixtures.people import AT


@pytest.fixture
def proposed(make_household, manager, second_manager, assess):
    from eligibility.actions import runs

    make_household([Member(age=75)])
    run = assess("OAP")
    runs.publish(run_id=run.pk, seen_digest=run.digest, actor=second_manager, at=AT)
    return Enrolment.objects.get()


def test_an_enrolment_begins_as_a_proposal(proposed, make_household):
    with pytest.raises(IntegrityError, match="begins with its first state"), acting(actor=SYSTEM, at=AT):
        Enrolment.objects.create(
            programme=proposed.programme, household=make_household([Member(age=80)]), area=proposed.area,
            district=proposed.district, status="rejected", reason="x", status_on=AT.date(), validation_required=False,
            proposed_at=AT,
        )  # fmt: skip


@pytest.mark.parametrize("column", ["validated_by", "enrolled_by"])
def test_nobody_signs_an_enrolment_for_another(proposed, make_user, as_actor, column):
    somebody, another = make_user(Role.SUPERVISOR), make_user(Role.SUPERVISOR)
    with pytest.raises(IntegrityError, match="Nobody signs for another"), acting(actor=as_actor(somebody), at=AT):
        Enrolment.objects.filter(pk=proposed.pk).update(**{column: another.pk})


def test_a_run_begins_unpublished(proposed):
    with (
        pytest.raises(IntegrityError, match=r"begins with its first state|signs for another"),
        acting(actor=SYSTEM, at=AT),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            "INSERT INTO eligibility_assessmentrun SELECT (jsonb_populate_record(r, to_jsonb(r) || "
            """'{"id": 9001, "one_shot": null, "status": "discarded", "prepared_by_id": null, "published_at": null, """
            """"published_by_id": null}')).* FROM eligibility_assessmentrun r"""
        )


@pytest.mark.parametrize("changes", [{"digest": "0" * 64}, {"facts": {}}, {"counts": {}}, {"snapshot": "1:1:"}])
def test_what_a_published_run_found_stays(proposed, changes):
    with pytest.raises(IntegrityError, match="What a run found never changes"), acting(actor=SYSTEM, at=AT):
        AssessmentRun.objects.filter(pk=proposed.run_id).update(**changes)
