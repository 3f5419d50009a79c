"""What is staged by COPY, and whose number is whose while a household waits."""

import pytest
from django.db import connection
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from registry.intake import staging
from registry.models import Person

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(texts=["\\N", "\\.", "\t\n\r\\"])
@given(texts=st.lists(texts | st.none(), min_size=3, max_size=3))
def test_whatever_is_written_reaches_the_database_unchanged(db, texts):
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE IF NOT EXISTS told (a text, b text, c text)")
        cursor.execute("TRUNCATE told")
        staging._copy("told", ("a", "b", "c"), [staging._line(texts)])
        cursor.execute("SELECT a, b, c FROM told")
        assert cursor.fetchall() == [tuple(texts)]


def test_who_waits_for_a_reviewer_or_was_refused_is_nobody_yet(a_submission_in_review, tell, other_payload):
    other_payload["household"]["rooms"] = "99"
    refused = tell(other_payload)

    assert (a_submission_in_review.status, refused.status) == ("in_review", "refused")
    for submission in (a_submission_in_review, refused):
        assert not submission.members.filter(person__isnull=False).exists()


@pytest.mark.parametrize("answer", [{"marital_status": "married"}, {}])
def test_each_accepted_member_has_the_number_of_the_person_it_became(answer, payload, tell):
    payload["members"][1] |= answer
    submission = tell(payload)

    became = dict(submission.members.filter(person__isnull=False).values_list("person_id", "person__given_names"))
    assert became == dict(Person.objects.values_list("id", "given_names"))
    assert len(became) == (2 if submission.status == "accepted" else 0)


@pytest.mark.parametrize("parts", [[], [5], [0, 7, 1 << 62]])
@pytest.mark.parametrize("whole", [[], [-1]])
def test_the_key_of_a_head_is_the_same_from_the_keys_as_a_member_has_them(db, parts, whole):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT registry_head_key_of_member(3, %(keys)s::bigint[]), registry_head_key(3, %(keys)s::bigint[])",
            {"keys": [*parts, *whole]},
        )
        one, other = cursor.fetchone()
    assert one == other
    assert (one is None) == (not parts)
