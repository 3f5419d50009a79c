"""The real server: bodies in chunks, and a server that is killed while phones send."""

import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from copy import deepcopy
from http.client import HTTPException
from pathlib import Path

import pytest
from django.utils import timezone

from core.processes import web_command
from registry.actions import device_intake
from registry.models import DeviceAttachment, DeviceForm, Household, QuestionnaireVersion, Submission
from tests.openrosa.filled import MULTIPART, body_of, xml_of
from tests.openrosa.wire import WirePhone

ROOT = Path(__file__).resolve().parents[2]
PATH = "/openrosa/submission"
FORMS = 60
KILLS = 3


@contextmanager
def serving(port: int, log: Path, files: Path) -> Iterator[subprocess.Popen[bytes]]:
    """The web server as it is run for people."""
    with log.open("ab") as output:
        server = subprocess.Popen(
            web_command(host="127.0.0.1", port=port),
            cwd=ROOT,
            env={**os.environ, "WEB_PROCESS": "1", "FILES_DIR": str(files)},
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        deadline = time.monotonic() + 60
        while True:
            assert server.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                break
            time.sleep(0.1)
        yield server
    finally:
        with suppress(ProcessLookupError):
            os.killpg(server.pid, signal.SIGKILL)
        server.wait()


@pytest.fixture
def port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@pytest.fixture
def households(committed_db, payload, with_photo) -> list[tuple[bytes, str]]:
    """Households alike in nothing: each form as XML, and its number."""
    version = QuestionnaireVersion.objects.get(status="published")
    told = []
    for number in range(FORMS):
        one = deepcopy(payload)
        letters = chr(97 + number // 26) + chr(97 + number % 26)
        for member in one["members"]:
            member["given_names"] += f" {letters}"
        one["members"][0]["national_id"] = f"00880514{number:05}"
        one["household"]["dwelling_photo"] = "house.jpg"
        told.append((xml_of(one, version=version, instance_id=f"uuid:{number}"), f"uuid:{number}"))
    return told


def test_a_body_in_chunks_is_taken_whole_and_a_torn_one_not_at_all(
    committed_db, port, tmp_path, settings, sign_in, payload, with_photo, photo
):
    payload["household"]["dwelling_photo"] = "house.jpg"
    body = body_of(xml_of(payload), ("house.jpg", photo))
    with serving(port, tmp_path / "web.log", settings.FILES_DIR):
        phone = WirePhone(port, sign_in[0].username, sign_in[1])
        torn = phone.post(PATH, iter([body[:700], body[700:-900]]), MULTIPART)
        assert torn[0] == 400 and not DeviceForm.objects.exists()

        whole = phone.post(PATH, (body[at : at + 613] for at in range(0, len(body), 613)), MULTIPART)

        assert whole[0] == 201, whole
        with socket.create_connection(("127.0.0.1", port)) as line:  # and one that hangs up in the middle
            signed = phone._signed("POST", PATH)
            line.sendall(
                f"POST {PATH} HTTP/1.1\r\nHost: localhost\r\nAuthorization: {signed}\r\n"
                f"Content-Type: {MULTIPART}\r\nContent-Length: {len(body)}\r\n\r\n".encode()
                + body[: len(body) // 2]
            )
        assert phone.request("HEAD", PATH)[0] == 204
    assert DeviceForm.objects.get().status == "ready"
    assert DeviceAttachment.objects.get().file.size == len(photo)


def test_no_form_is_lost_and_none_enters_twice_when_the_server_is_killed_again_and_again(
    committed_db, port, tmp_path, settings, sign_in, households, photo
):
    answered: set[str] = set()
    guard = threading.Lock()
    waiting = list(reversed(households))
    over = threading.Event()

    def carry(phone: WirePhone) -> None:
        while not over.is_set():
            with guard:
                if not waiting:
                    return
                xml, number = waiting.pop()
            try:
                status, _ = phone.post(PATH, body_of(xml, ("house.jpg", photo)), MULTIPART)
                assert status == 201, status
                with guard:
                    answered.add(number)
            except (OSError, HTTPException):
                phone.again()
                with guard:
                    waiting.append((xml, number))  # as a phone does: it sends again what was not answered
                time.sleep(0.05)

    phones = [WirePhone(port, sign_in[0].username, sign_in[1]) for _ in range(3)]
    threads = [threading.Thread(target=carry, args=(phone,)) for phone in phones]
    for kill in range(KILLS + 1):
        with serving(port, tmp_path / "web.log", settings.FILES_DIR) as server:
            if kill == 0:
                for thread in threads:
                    thread.start()
            _until(lambda kill=kill: len(answered) >= FORMS * (kill + 1) // (KILLS + 1) - (kill < KILLS))
            os.killpg(server.pid, signal.SIGKILL)
            server.wait()
        kept = set(DeviceForm.objects.values_list("instance_id", flat=True))
        assert answered <= kept, answered - kept
    over.set()
    for thread in threads:
        thread.join()

    assert len(answered) == FORMS == DeviceForm.objects.count() == DeviceAttachment.objects.count()
    while device_intake.take_in_waiting(at=timezone.now()):
        pass
    assert Submission.objects.filter(status="accepted").count() == Household.objects.count() == FORMS


def _until(reached: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 120
    while not reached():
        assert time.monotonic() < deadline
        time.sleep(0.01)
