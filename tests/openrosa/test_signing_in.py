"""Who reaches the device door: a phone with its own name and password, by Basic over TLS or by Digest, once each."""

from datetime import timedelta

import pytest
import redis
from django.test import Client
from django.utils import timezone

from core.access import devices as door
from core.access import http_digest
from core.access.actor import SYSTEM
from core.access.roles import Role
from core.actions import appointments, devices, users
from core.models import Appointment
from tests.openrosa.conftest import Phone, basic, message

LIST = "/openrosa/formList"


def challenges(answer) -> list[str]:
    return [value for name, value in answer.items() if name == "WWW-Authenticate"]


def test_the_reckoning_is_that_of_the_standards():
    # RFC 7616, 3.9.1: the example that both algorithms share.
    told = {
        "uri": "/dir/index.html",
        "nonce": "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v",
        "nc": "00000001",
        "cnonce": "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
        "qop": "auth",
    }
    for algorithm, ha1, expected in (
        ("MD5", "3d78807defe7de2157e2b0b6573a855f", "8ca523f5e9506fed4657c9700eebdbec"),
        (
            "SHA-256",
            "7987c64c30e25f1b74be53f966b49b90f2808aa92faf9a00262392d7b4794232",
            "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1",
        ),
    ):
        assert http_digest.answer(algorithm, ha1=ha1, method="GET", told=told) == expected


def test_a_stranger_is_asked_by_digest_and_over_tls_by_basic_too():
    plain, secure = Client().get(LIST), Client().get(LIST, secure=True)

    assert plain.status_code == secure.status_code == 401
    assert [one.partition(" ")[0] for one in challenges(plain)] == ["Digest", "Digest"]
    assert [one.partition(" ")[0] for one in challenges(secure)] == ["Digest", "Digest", "Basic"]
    assert "algorithm=MD5" in challenges(plain)[0] and 'domain="/"' in challenges(plain)[0]
    assert plain["X-OpenRosa-Version"] == "1.0"


@pytest.mark.parametrize("algorithm", ["MD5", "SHA-256"])
def test_a_phone_signs_in_by_digest_and_uses_its_nonce_again(sign_in, algorithm):
    phone = Phone(sign_in[0].username, sign_in[1], algorithm=algorithm)

    assert [phone.get(LIST).status_code for _ in range(3)] == [200, 200, 200]


def test_an_old_client_without_quality_of_protection_signs_in_once_a_nonce(phone):
    told = phone.challenged().authorization("GET", LIST, qop="")

    assert phone.client.get(LIST, headers={"authorization": told}).status_code == 200
    assert phone.client.get(LIST, headers={"authorization": told}).status_code == 401


def test_what_was_sent_once_does_not_sign_in_again(phone):
    told = phone.challenged().authorization("GET", LIST)
    assert phone.client.get(LIST, headers={"authorization": told}).status_code == 200

    again = phone.client.get(LIST, headers={"authorization": told})

    assert again.status_code == 401
    assert "stale=true" in challenges(again)[0]


def test_counts_may_come_in_any_order(phone):
    phone.challenged()
    for count in ("00000005", "00000002"):
        told = phone.authorization("GET", LIST, nc=count)
        assert phone.client.get(LIST, headers={"authorization": told}).status_code == 200


def test_an_old_nonce_is_called_stale_only_to_who_knows_the_password(phone, sign_in, monkeypatch):
    told = phone.challenged().authorization("GET", LIST)
    stranger = Phone(phone.username, "guessed")
    stranger._nonce = phone._nonce
    guessed = stranger.authorization("GET", LIST)
    later = door.time.time() + door.NONCE_SECONDS + 5
    monkeypatch.setattr(door.time, "time", lambda: later)

    assert "stale=true" in challenges(phone.client.get(LIST, headers={"authorization": told}))[0]
    assert "stale" not in challenges(phone.client.get(LIST, headers={"authorization": guessed}))[0]


def test_a_nonce_of_another_server_is_not_taken(phone):
    phone._nonce = http_digest.new_nonce(key=b"another", now=int(door.time.time()))
    told = phone.authorization("GET", LIST)

    assert phone.client.get(LIST, headers={"authorization": told}).status_code == 401


def test_a_digest_of_one_address_or_method_opens_no_other(phone):
    told = phone.challenged().authorization("GET", LIST)
    other = phone.client.get(f"{LIST}?verbose=true", headers={"authorization": told})
    assert other.status_code == 401

    told = phone.authorization("HEAD", "/openrosa/submission")
    assert phone.client.get("/openrosa/submission", headers={"authorization": told}).status_code in (401, 405)


@pytest.mark.parametrize(
    "changes",
    [
        {"username": "nobody"},
        {"response": "0" * 32},
        {"algorithm": "SHA-512-256"},
        {"qop": "auth-int"},
        {"realm": "Elsewhere"},
        {"nonce": "x.y.z"},
        {"nonce": "\u00e9.1.2"},
        {"username": "a\\\\"},
    ],
)
def test_a_wrong_digest_is_a_new_challenge(phone, changes):
    told = phone.challenged().authorization("GET", LIST, **changes)

    assert phone.client.get(LIST, headers={"authorization": told}).status_code == 401


@pytest.mark.parametrize(
    "told", ["Digest", "Digest x", 'Digest a="', "Basic", "Basic ***", "Basic gA==", "Bearer x", "\x80"]
)
def test_a_damaged_authorization_is_a_new_challenge(told):
    assert Client().get(LIST, headers={"authorization": told}, secure=True).status_code == 401


def test_basic_signs_in_over_tls_and_never_without(sign_in):
    told = basic(sign_in[0].username, sign_in[1])

    assert Client().get(LIST, headers=told, secure=True).status_code == 200
    assert Client().get(LIST, headers=told).status_code == 401
    assert Client().get(LIST, headers=basic(sign_in[0].username, "wrong"), secure=True).status_code == 401
    assert Client().get(LIST, headers=basic("nobody", sign_in[1]), secure=True).status_code == 401
    assert Client().get(LIST, headers=basic("no\0body", sign_in[1]), secure=True).status_code == 401


def test_without_the_memory_of_what_was_sent_digest_waits_and_basic_goes_on(phone, sign_in, monkeypatch):
    phone.challenged()

    def broken(*_, **__):
        raise redis.ConnectionError

    monkeypatch.setattr(door.cache, "add", broken)
    told = phone.authorization("GET", LIST)

    assert phone.client.get(LIST, headers={"authorization": told}).status_code == 503
    assert Client().get(LIST, headers=basic(sign_in[0].username, sign_in[1]), secure=True).status_code == 200


def test_a_revoked_sign_in_is_told_so_and_a_stranger_is_not(phone, sign_in):
    devices.revoke(device_id=sign_in[0].pk, reason="Lost on the way", actor=SYSTEM, at=timezone.now())

    answer = phone.get(LIST)

    assert answer.status_code == 403
    assert "ended" in message(answer)
    assert Phone(sign_in[0].username, "guessed").get(LIST).status_code == 401


def test_a_sign_in_that_has_run_out_is_told_so(enumerator, give):
    long_ago = timezone.now() - timedelta(days=10)
    device, password = give(enumerator, at=long_ago, expires_at=long_ago + timedelta(days=1))

    answer = Phone(device.username, password).get(LIST)

    assert answer.status_code == 403
    assert "run out" in message(answer)


def test_who_is_deactivated_collects_nothing(phone, enumerator):
    users.deactivate(user_id=enumerator.pk, actor=SYSTEM, at=timezone.now(), reason="Left")

    assert phone.get(LIST).status_code == 403


def test_without_an_appointment_in_force_a_phone_loads_nothing(phone, enumerator):
    for one in Appointment.objects.filter(user=enumerator):
        appointments.end(appointment_id=one.pk, reason="Over", actor=SYSTEM, at=timezone.now() - timedelta(days=2))

    answer = phone.get(LIST)

    assert answer.status_code == 403
    assert "Register" in message(answer) or "register" in message(answer)


def test_a_session_of_the_pages_opens_nothing_here_and_a_phone_opens_no_page(make_user, phone, sign_in):
    officer = Client()
    officer.force_login(make_user(Role.DISTRICT_OFFICER), backend="django.contrib.auth.backends.ModelBackend")
    assert officer.get(LIST).status_code == 401

    page = Client().get("/registry/", headers=basic(sign_in[0].username, sign_in[1]), secure=True)
    assert page.status_code == 302 and "/account/login/" in page["Location"]
