"""The API under /api/v1: who may ask, what comes in, what is read."""

import json
import threading
import time
from copy import deepcopy
from datetime import timedelta
from uuid import uuid4

import psycopg
import pytest
from django.core.management import call_command
from django.db import IntegrityError, connections
from django.test import Client
from drf_spectacular.validation import validate_schema

from core.access.actor import SYSTEM
from core.access.roles import Role
from core.acting import acting
from core.actions import api_clients, appointments, repeats
from core.models import ApiClient, AuditEntry, KeptAnswer, ReadEntry
from registry.models import Household, Submission
from tests import testdb
from tests.fixtures.people import AT

BUNDLES, HOUSEHOLDS = "/api/v1/bundles/", "/api/v1/households/"
PROBLEM = "application/problem+json"


def is_problem(response, status):
    assert (response.status_code, response.headers["Content-Type"]) == (status, PROBLEM), response.content
    body = response.json()
    assert body["status"] == status
    assert body["detail"]
    return body


# -- who may ask


def test_strangers_get_a_problem_that_names_the_way_in(client):
    response = client.get(HOUSEHOLDS)
    is_problem(response, 401)
    assert response.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize("how", ["wrong", "expired", "revoked", "closed"])
def test_a_token_that_is_wrong_expired_revoked_or_of_a_closed_account_opens_nothing(how, api, token, machine):
    with acting(actor=SYSTEM, at=AT):
        if how == "wrong":
            api.defaults["HTTP_AUTHORIZATION"] = f"Bearer {token}x"
        elif how == "expired":
            _, over = api_clients.create(
                name="Late", user_id=machine.pk, expires_at=AT - timedelta(1), actor=SYSTEM, at=AT - timedelta(2)
            )
            api.defaults["HTTP_AUTHORIZATION"] = f"Bearer {over}"
        elif how == "closed":
            machine.is_active = False
            machine.save()
    if how == "revoked":
        api_clients.revoke(public_id=token.partition(".")[0], reason="Lost", actor=SYSTEM, at=AT)
    is_problem(api.get(HOUSEHOLDS), 401)


def test_what_was_taken_away_opens_nothing_from_the_next_request_on(api, send, payload, token, machine):
    assert api.get(HOUSEHOLDS).status_code == 200
    held = machine.appointments.get()
    appointments.end(appointment_id=held.pk, actor=SYSTEM, at=AT, reason="Over")
    is_problem(api.get(HOUSEHOLDS), 403)
    is_problem(send(payload), 403)
    api_clients.revoke(public_id=token.partition(".")[0], reason="Lost", actor=SYSTEM, at=AT)
    is_problem(send(payload), 401)


def test_a_token_is_kept_as_a_digest_only(token):
    secret = token.partition(".")[2]
    assert secret.encode() not in bytes(ApiClient.objects.get().secret_sha256)
    assert not AuditEntry.objects.filter(details__icontains=secret).exists()


def test_a_token_does_not_act_as_a_person(make_user):
    with pytest.raises(api_clients.NotAMachine):
        api_clients.create(name="X", user_id=make_user().pk, expires_at=AT + timedelta(days=1), actor=SYSTEM, at=AT)


def test_the_command_makes_a_token_that_works_once_its_account_is_appointed(db, capsys, client):
    call_command("api_client", "create", "Civil registry", "civil@example.org")
    token = capsys.readouterr().out.strip()
    response = client.get(HOUSEHOLDS, headers={"Authorization": f"Bearer {token}"})
    is_problem(response, 403)


def test_who_may_not_register_sends_nothing(make_user, payload, client):
    client.force_login(make_user(Role.AUDITOR), backend="django.contrib.auth.backends.ModelBackend")
    response = client.post(BUNDLES, json.dumps({"households": [payload]}), content_type="application/json")
    is_problem(response, 403)
    assert not Submission.objects.exists()


def test_a_session_needs_the_protection_against_forged_requests(district_officer, payload):
    page = Client(enforce_csrf_checks=True)
    page.force_login(district_officer, backend="django.contrib.auth.backends.ModelBackend")
    is_problem(page.post(BUNDLES, "{}", content_type="application/json"), 403)
    assert page.get(HOUSEHOLDS).status_code == 200


@pytest.mark.parametrize(
    ("method", "address", "options", "status"),
    [
        ("get", "/api/v1/nowhere/at/all", {}, 404),
        ("get", f"{HOUSEHOLDS}HH-NOTHING/", {}, 404),
        ("delete", HOUSEHOLDS, {}, 405),
        ("get", f"{HOUSEHOLDS}?limit=0", {}, 400),
        ("get", f"{HOUSEHOLDS}?cursor=x", {}, 400),
        ("post", BUNDLES, {"data": "{", "content_type": "application/json"}, 400),
        ("post", BUNDLES, {"data": "[" * 100_000, "content_type": "application/json"}, 400),
        ("post", BUNDLES, {"data": '{"a": NaN}', "content_type": "application/json"}, 400),
        ("post", BUNDLES, {"data": b"\xff\xfe{}", "content_type": "application/json"}, 400),
        ("post", BUNDLES, {"data": "a,b", "content_type": "text/csv"}, 415),
        ("post", BUNDLES, {"data": "x" * (2 * 1024 * 1024 + 1), "content_type": "application/json"}, 413),
    ],
)
def test_whatever_cannot_be_answered_is_a_problem_in_words(method, address, options, status, api):
    is_problem(getattr(api, method)(address, headers={"Idempotency-Key": str(uuid4())}, **options), status)


def test_too_many_requests_are_told_when_to_come_again(api, settings):
    settings.API_REQUESTS_PER_MINUTE = 1
    response = [api.get(HOUSEHOLDS) for _ in range(3)][-1]
    is_problem(response, 429)
    assert 0 < int(response.headers["Retry-After"]) <= 61


# -- what comes in


def test_each_household_of_a_bundle_is_answered_for_itself(send, payload, other_payload):
    bad = deepcopy(other_payload)
    bad["members"][1]["sex"] = "X"
    bad["household"]["rooms"] = 99
    response = send(payload, bad)
    first, second = response.json()["results"]
    assert response.status_code == 200
    assert (first["status"], first["issues"]) == ("accepted", [])
    assert Household.objects.get().reference == first["reference"]
    assert (second["status"], second["reference"]) == ("refused", None)
    assert {issue["pointer"] for issue in second["issues"]} == {
        "/households/1/members/1/sex",
        "/households/1/household/rooms",
    }
    assert set(Submission.objects.values_list("door", flat=True)) == {"api"}


def test_numbers_and_truth_values_are_read_as_written(send, payload):
    payload["household"] |= {"rooms": 2, "radio": True, "stove": False, "legacy_number": None}
    assert send(payload).json()["results"][0]["status"] == "accepted"
    assert Household.objects.get().answers["rooms"] == 2


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ([], ""),
        ({"households": []}, "/households"),
        ({"households": [{}] * 101}, "/households"),
        ({"households": ["x"]}, "/households/0"),
        ({"households": [{"members": "x"}]}, "/households/0/members"),
        ({"households": [{"members": [3]}]}, "/households/0/members/0"),
        ({"households": [{"household": {"a/b~c": {}}}]}, "/households/0/household/a~1b~0c"),
    ],
)
def test_a_bundle_of_another_shape_is_refused_where_it_differs(body, pointer, api):
    response = api.post(
        BUNDLES, json.dumps(body), content_type="application/json", headers={"Idempotency-Key": str(uuid4())}
    )
    assert pointer in [error["pointer"] for error in is_problem(response, 422)["errors"]]
    assert not Submission.objects.exists()


def test_a_village_of_another_district_is_not_the_partners(send, payload, other_village):
    payload["household"]["area_code"] = other_village.code
    result = send(payload).json()["results"][0]
    assert ("area_not_yours", "/households/0/household/area_code") in [
        (issue["code"], issue["pointer"]) for issue in result["issues"]
    ]


def test_one_household_takes_no_more_statements_than_were_counted(send, payload, other_payload, monkeypatch):
    send(payload)
    told = []
    execute = psycopg.Cursor.execute
    monkeypatch.setattr(
        psycopg.Cursor,
        "execute",
        lambda self, query, *rest, **named: told.append(query) or execute(self, query, *rest, **named),
    )
    assert send(other_payload).json()["results"][0]["status"] == "accepted"
    assert len(told) <= 23, told


def test_the_same_key_and_body_are_answered_the_same_and_done_once(send, payload):
    key = uuid4()
    first, again = send(payload, key=key), send(payload, key=key)
    assert again.json() == first.json()
    assert (first.headers.get("Idempotent-Replay"), again.headers.get("Idempotent-Replay")) == (None, "true")
    assert (Household.objects.count(), KeptAnswer.objects.count()) == (1, 1)
    assert AuditEntry.objects.filter(action="bundle.receive").count() == 1


def test_the_same_key_with_another_body_is_refused(send, payload, other_payload):
    key = uuid4()
    send(payload, key=key)
    assert is_problem(send(other_payload, key=key), 422)["type"] == "urn:problem:key-used-otherwise"
    assert Household.objects.count() == 1


def test_a_bundle_without_a_key_is_refused(send, payload):
    is_problem(send(payload, key="none"), 400)


def test_a_bundle_sent_twice_at_once_is_done_once(committed_db, token, payload):
    body, key = json.dumps({"households": [payload]}), str(uuid4())
    answers = []

    def post():
        api = Client(headers={"Authorization": f"Bearer {token}", "Idempotency-Key": key})
        answers.append(api.post(BUNDLES, body, content_type="application/json"))
        connections.close_all()

    threads = [threading.Thread(target=post) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [answer.status_code for answer in answers] == [200] * 3
    assert answers[0].json() == answers[1].json() == answers[2].json()
    assert Household.objects.count() == 1


# -- what is read


def test_a_household_is_shown_masked_and_the_read_is_logged(send, api, payload):
    reference = send(payload).json()["results"][0]["reference"]
    shown = api.get(f"{HOUSEHOLDS}{reference}/").json()
    assert shown["members"][0]["national_id"] == "••••••••••001"
    assert [member["given_names"] for member in shown["members"]] == ["Palesa", "Thabo"]
    assert shown["members"][1]["caregiver"] == shown["members"][0]["reference"]
    assert ReadEntry.objects.using("reads").filter(page="api.household").exists()


def test_numbers_in_full_need_a_reason_which_is_logged(send, api, payload):
    reference = send(payload).json()["results"][0]["reference"]
    shown = api.get(f"{HOUSEHOLDS}{reference}/", headers={"Unmask-Reason": "Payment bounced"}).json()
    assert shown["members"][0]["national_id"] == "0088051400001"
    assert ReadEntry.objects.using("reads").get(page="api.household.unmasked").reason == "Payment bounced"


def test_a_role_that_may_not_see_numbers_in_full_is_refused_them(send, payload, make_user, district, client):
    reference = send(payload).json()["results"][0]["reference"]
    user = make_user(Role.PROGRAMME_MANAGER)
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    is_problem(client.get(f"{HOUSEHOLDS}{reference}/", headers={"Unmask-Reason": "Curious"}), 403)
    assert client.get(f"{HOUSEHOLDS}{reference}/").status_code == 200


def test_what_is_known_already_is_not_sent_again_until_it_changes(send, api, payload):
    reference = send(payload).json()["results"][0]["reference"]
    address = f"{HOUSEHOLDS}{reference}/"
    tag = api.get(address).headers["ETag"]
    assert api.get(address, headers={"If-None-Match": tag}).status_code == 304
    with acting(actor=SYSTEM, at=AT):
        person = Household.objects.get().memberships.order_by("position")[0].person
        person.surname = "Other"
        person.save()
    changed = api.get(address, headers={"If-None-Match": tag})
    assert (changed.status_code, changed.headers["ETag"] != tag) == (200, True)


def test_a_household_elsewhere_is_not_there(send, api, payload, make_user, other_district, client):
    reference = send(payload).json()["results"][0]["reference"]
    user = make_user(Role.DISTRICT_OFFICER, other_district)
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    is_problem(client.get(f"{HOUSEHOLDS}{reference}/"), 404)
    assert client.get(HOUSEHOLDS).json()["results"] == []


def listed(api, number, **asked):
    """The list once it shows so many. It waits for older transactions, those of other databases of the server too."""
    for _ in range(300):
        page = api.get(HOUSEHOLDS, asked).json()
        if len(page["results"]) >= number:
            break
        time.sleep(0.2)
    return page


def many(send, payload, number):
    told = []
    for n in range(number):
        one = deepcopy(payload)
        one["members"][0] |= {"given_names": f"A{chr(97 + n)}", "national_id": f"00880514000{n:02}"}
        one["members"][1]["given_names"] = f"B{chr(97 + n)}"
        told.append(one)
    return [result["reference"] for result in send(*told).json()["results"]]


def test_pages_miss_nothing_and_repeat_nothing_while_households_come_in(committed_db, send, api, payload):
    first = many(send, payload, 5)
    listed(api, 5)
    page = api.get(HOUSEHOLDS, {"limit": 2}).json()
    payload["members"][0]["surname"] = payload["members"][1]["surname"] = "Later"
    late = many(send, payload, 2)
    listed(api, 7)
    seen = [one["reference"] for one in page["results"]]
    while page["next"]:
        page = api.get(page["next"]).json()
        seen += [one["reference"] for one in page["results"]]
    assert seen == [*first, *late]
    assert api.get(HOUSEHOLDS, {"cursor": page["cursor"]}).json() == {
        "results": [], "not_shared": [], "cursor": page["cursor"], "next": None,
    }  # fmt: skip


def test_a_cursor_never_passes_what_a_slower_transaction_commits_later(committed_db, send, api, payload):
    [first] = many(send, payload, 1)
    listed(api, 1)
    with psycopg.connect(testdb.app_url()) as slow:
        slow.execute("SELECT set_config('core.actor_kind', 'system', true)")
        slow.execute("UPDATE registry_household SET address = 'By the mill' WHERE reference = %s", [first])
        payload["members"][0]["surname"] = payload["members"][1]["surname"] = "Later"
        [second] = many(send, payload, 1)
        meanwhile = listed(api, 1)
        slow.commit()
    after = listed(api, 2, cursor=meanwhile["cursor"])
    seen = [one["reference"] for one in meanwhile["results"]], [one["reference"] for one in after["results"]]
    assert seen == ([first], [first, second])


def test_a_list_is_narrowed_by_district_and_village(committed_db, send, api, payload, village, district, other_village):
    [reference] = many(send, payload, 1)
    listed(api, 1)
    for asked, expected in [
        ({"village": village.code, "district": district.code}, [reference]),
        ({"village": other_village.code}, []),
        ({"district": "nowhere"}, []),
    ]:
        assert [one["reference"] for one in api.get(HOUSEHOLDS, asked).json()["results"]] == expected


# -- the description


def test_the_description_is_valid_openapi_and_names_every_column(api):
    schema = api.get("/api/v1/schema/").json()
    validate_schema(schema)
    assert schema["openapi"].startswith("3.1")
    assert set(schema["paths"]) == {BUNDLES, HOUSEHOLDS, "/api/v1/households/{reference}/"}
    columns = schema["components"]["schemas"]["HouseholdColumns"]["properties"]
    assert {"area_code", "rooms"} <= set(columns)


def test_a_bundle_that_the_pipeline_accepts_fits_the_description(api, send, payload):
    import jsonschema

    schema = api.get("/api/v1/schema/").json()
    body = {"households": [payload]}
    jsonschema.validate(body, {"$ref": "#/components/schemas/Bundle", "components": schema["components"]})
    answer = send(payload).json()
    jsonschema.validate(answer, {"$ref": "#/components/schemas/BundleAnswer", "components": schema["components"]})


def test_nothing_is_kept_when_the_audit_record_fails(committed_db, broken_audit, send, payload):
    with broken_audit():
        is_problem(send(payload), 500)
    assert not Submission.objects.exists()
    assert not KeptAnswer.objects.exists()


def test_answers_are_kept_for_ninety_days_and_then_swept(send, payload):
    send(payload, key=uuid4())
    made = KeptAnswer.objects.get().created_at
    assert repeats.sweep(actor=SYSTEM, at=made + timedelta(days=89)) == 0
    assert KeptAnswer.objects.exists()
    assert repeats.sweep(actor=SYSTEM, at=made + timedelta(days=91)) == 1
    assert not KeptAnswer.objects.exists()
    assert AuditEntry.objects.get(action="repeats.sweep").details == {"removed": 1}
    assert repeats.sweep(actor=SYSTEM, at=made + timedelta(days=91)) == 0


def test_no_answer_is_swept_when_the_audit_record_fails(committed_db, send, payload, broken_audit):
    send(payload, key=uuid4())
    made = KeptAnswer.objects.get().created_at
    with broken_audit(), pytest.raises(IntegrityError):
        repeats.sweep(actor=SYSTEM, at=made + timedelta(days=91))
    assert KeptAnswer.objects.exists()


def test_messages_come_in_the_language_that_the_program_accepts_repeats_too(send, payload):
    payload["members"][1]["relationship"] = "spouse"
    key = uuid4()

    def told(language: str) -> tuple[str, str]:
        answer = send(payload, key=key, **{"Accept-Language": language})
        (message,) = (one["message"] for one in answer.json()["results"][0]["issues"] if one["code"] == "spouse_young")
        return answer["Content-Language"], message

    assert told("fr, st;q=0.5") == ("st", "Molekane enoa o ka tlase ho lilemo tse 15.")
    assert told("fr") == ("en", "This spouse is younger than 15.")
