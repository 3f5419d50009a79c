"""What a field team waits for in the evening: many phones that send the day's forms at once, over HTTP."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from benchmarks.database import owner
from benchmarks.imports import sample
from benchmarks.measuring import Figure, Server, Took, percentile, timed
from core.access.actor import SYSTEM
from core.actions import devices
from core.processes import running, web_command
from registry.actions import device_intake
from registry.models import DeviceForm
from registry.sample import read
from reporting.demo import people
from tests.openrosa.filled import MULTIPART, body_of, xml_of
from tests.openrosa.wire import WirePhone

MOST_FORMS = 600
PHONES = 4
PATH = "/openrosa/submission"


def run(*, households: int, server: Server) -> list[Figure]:
    """Forms without photographs, each a post of its own by Digest, kept when it is answered; then taken in."""
    forms = min(MOST_FORMS, max(40, households // 10))
    told = [xml_of(one) for one in read.payloads(sample(households=forms + PHONES, seed=77))]
    with _served() as port:
        phones = [WirePhone(port, *_sign_in(number)) for number in range(PHONES)]
        for phone, xml in zip(phones, told[forms:], strict=True):  # a nonce each, and what is warm in a running system
            _post(phone, xml)
        each, took = _send(phones, told[:forms], server)
    floor = _rows(told[:forms], server)
    kept = DeviceForm.objects.count()
    if kept != forms + PHONES:
        raise RuntimeError(f"{kept} forms are kept of {forms + PHONES} that were answered.")
    figures = [
        Figure(
            name="forms of phones, kept",
            size=f"{forms:,} forms, {PHONES} phones",
            figure=forms / took.wall,
            unit="forms/s",
            floor=forms / floor.wall,
            floor_is="the form's bytes as a row, committed, one connection, without HTTP",
            ratio=took.wall / floor.wall,
            note=f"over HTTP with Digest; 95 of 100 answered within {1000 * percentile(each, 0.95):.0f} ms",
        )
    ]
    with timed(server) as took:
        done = 0
        while part := device_intake.take_in_waiting(at=timezone.now()):
            done += part
    if done != forms + PHONES:
        raise RuntimeError(f"{done} forms were taken in of {forms + PHONES}.")
    figures.append(
        Figure.of(
            "forms of phones, taken in",
            f"{done:,} forms",
            done,
            "forms/s",
            took,
            floor,
            "the form's bytes as a row, committed",
            note="read, checked, searched for duplicates, entered; one worker",
        )
    )
    return figures


def _sign_in(number: int) -> tuple[str, str]:
    """A phone for the demonstration's importer, who may register everywhere."""
    now = timezone.now()
    device, password = devices.give(
        uuid=uuid4(),
        name=f"Phone {number}",
        user_id=people.People([])["importer"].user_id or 0,
        expires_at=now + timedelta(days=1),
        actor=SYSTEM,
        at=now,
    )
    return device.username, password


def _post(phone: WirePhone, xml: bytes) -> float:
    began = time.perf_counter()
    status, content = phone.post(PATH, body_of(xml), MULTIPART)
    if status != 201:
        raise RuntimeError(f"A form was answered {status}: {content!r}")
    return time.perf_counter() - began


def _send(phones: list[WirePhone], told: list[bytes], server: Server) -> tuple[list[float], Took]:
    each: list[float] = []
    failed: list[BaseException] = []

    def carry(phone: WirePhone, share: list[bytes]) -> None:
        try:
            each.extend([_post(phone, xml) for xml in share])
        except BaseException as error:
            failed.append(error)

    threads = [
        threading.Thread(target=carry, args=(phone, told[number :: len(phones)])) for number, phone in enumerate(phones)
    ]
    with timed(server) as took:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    if failed:
        raise failed[0]
    return each, took


def _rows(told: list[bytes], server: Server) -> Took:
    with owner() as bare:
        bare.execute("DROP TABLE IF EXISTS bench_form")
        bare.execute("CREATE TABLE bench_form (id bigserial PRIMARY KEY, instance text UNIQUE, xml bytea)")
        bare.execute(f"GRANT INSERT, SELECT ON bench_form TO {settings.DATABASE_APP_ROLE}")
        bare.execute(f"GRANT USAGE ON SEQUENCE bench_form_id_seq TO {settings.DATABASE_APP_ROLE}")
        with timed(server) as took, connection.cursor() as cursor:
            for number, xml in enumerate(told):
                with transaction.atomic():
                    cursor.execute("INSERT INTO bench_form (instance, xml) VALUES (%s, %s)", [str(number), xml])
        bare.execute("DROP TABLE bench_form")
    return took


class _served:
    """The web server on a free port, as it is run for people."""

    def __enter__(self) -> int:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = int(free.getsockname()[1])
        log = Path(settings.VAR_DIR) / "log" / "bench-web.log"
        self._process = running(web_command(host="127.0.0.1", port=port), log=log, WEB_PROCESS="1", **_environment())
        self._process.__enter__()
        for _ in _patience(60):
            with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                return port
        raise RuntimeError(f"The web server does not answer: see {log}")

    def __exit__(self, *_: object) -> None:
        self._process.__exit__(None, None, None)


def _environment() -> dict[str, str]:
    return {name: os.environ[name] for name in ("DATABASE_URL", "REDIS_URL", "CACHE_URL", "FILES_DIR")}


def _patience(seconds: float) -> Iterator[None]:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        yield
        time.sleep(0.1)
