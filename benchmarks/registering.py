"""Registration of one household of five through the API, over HTTP: the site's own server, several clients at once.

Floor: the same rows in one SQL statement, over the same server with nothing else in it.
"""

from __future__ import annotations

import http.client
import json
import random
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.utils import timezone

from benchmarks.database import owner
from benchmarks.desk import times
from benchmarks.finding import an_officer
from benchmarks.imports import sample
from benchmarks.measuring import Figure, Server, percentile
from core.access.actor import SYSTEM
from core.actions import api_clients
from core.models import Area
from core.processes import running, web_command
from registry.models import Household, Person
from registry.sample import read

CLIENTS = 4
MOST = 400
WARM = 20
BOUND_MS = 80


def run(*, households: int, server: Server) -> list[Figure]:
    sent = times(households, most=MOST)
    before = Household.objects.count()
    told = list(_of_five(sent + WARM, seed=98 + before))
    _, token = _client()
    with site(web_command(host="127.0.0.1", port=(port := free_port())), port, "bench-web.log"):
        took, wall, cpu = _send(port, "/api/v1/bundles/", told, token, server)
    entered = Household.objects.count() - before
    with _bare_tables(), site(bare_command(port := free_port()), port, "bench-bare.log"):
        bare, bare_wall, bare_cpu = _send(port, "/", told, token, server)
    return [
        Figure(
            name="registration through the API",
            size=f"{Person.objects.count():,} persons",
            figure=sent / wall,
            unit="households/s",
            floor=sent / bare_wall,
            floor_is="the same rows in one SQL statement over the same server",
            ratio=wall / bare_wall,
            cpu_ratio=cpu / bare_cpu if bare_cpu else None,
            note=f"{CLIENTS} clients; median {1000 * percentile(took, 0.5):.0f} ms, 95 of 100 within"
            f" {1000 * percentile(took, 0.95):.0f} ms (floor {1000 * percentile(bare, 0.95):.0f}); {entered} entered at"
            f" once; processors {1000 * cpu / sent:.1f} ms a household (floor {1000 * bare_cpu / sent:.1f})",
        )
    ]


def _of_five(count: int, *, seed: int) -> Iterator[dict[str, Any]]:
    """Households of five that nobody told before: another seed for another register, or for one that has grown."""
    found = 0
    for payload in read.payloads(sample(households=14 * count, seed=seed)):
        if len(payload["members"]) == 5 and found < count:
            found += 1
            yield payload


def _client() -> tuple[Any, str]:
    user = an_officer("machine", Area.objects.get(level=Area.Level.COUNTRY)).user_id
    assert user is not None
    now = timezone.now()
    return api_clients.create(
        name=f"bench {random.random()}", user_id=user, expires_at=now + timedelta(days=1), actor=SYSTEM, at=now
    )


@contextmanager
def _bare_tables() -> Iterator[None]:
    """The register's tables with their indexes, empty, and no triggers or foreign keys."""
    tables = ("household", "person", "membership")
    with owner() as bare:
        for table in tables:
            bare.execute(f"DROP TABLE IF EXISTS bench_{table}")
            bare.execute(f"CREATE TABLE bench_{table} (LIKE registry_{table} INCLUDING ALL)")
            bare.execute(f"SELECT setval('registry_{table}_id_seq', (SELECT max(id) FROM registry_{table}))")
        yield
        for table in tables:
            bare.execute(f"DROP TABLE bench_{table}")


def bare_command(port: int) -> list[str]:
    """The same server with nothing but the floor in it."""
    return [*web_command(host="127.0.0.1", port=port)[:-1], "benchmarks.bare:application"]


def free_port() -> int:
    with closing(socket.socket()) as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@contextmanager
def site(command: list[str], port: int, log: str) -> Iterator[None]:
    with running(command, log=settings.VAR_DIR / "log" / log, WEB_PROCESS="1"):
        deadline = time.monotonic() + 60
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.2)
        yield


def _send(
    port: int, path: str, told: list[dict[str, Any]], token: str, server: Server
) -> tuple[list[float], float, float]:
    """Seconds of each, of all, and of processors: the clients share what is to be sent."""
    bodies = [json.dumps({"households": [one]}).encode() for one in told]
    _clients(port, path, bodies[:WARM], token)
    cpu = _all_cpu(server)
    began = time.perf_counter()
    took = _clients(port, path, bodies[WARM:], token)
    return took, time.perf_counter() - began, _all_cpu(server) - cpu


def _clients(port: int, path: str, bodies: list[bytes], token: str) -> list[float]:
    waiting, took, wrong = iter(bodies), [], []
    lock = threading.Lock()

    def one() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        while True:
            with lock:
                body = next(waiting, None)
            if body is None or wrong:
                return
            began = time.perf_counter()
            headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": str(uuid4())}
            connection.request("POST", path, body, headers | {"Content-Type": "application/json"})
            answer = connection.getresponse()
            text = answer.read()
            took.append(time.perf_counter() - began)
            if answer.status != 200:
                wrong.append(f"{answer.status}: {text[:500]!r}")

    threads = [threading.Thread(target=one) for _ in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if wrong:
        raise RuntimeError(wrong[0])
    return took


def _all_cpu(server: Server) -> float:
    """The database's seconds and those of the processes that serve: the clients here do not count."""
    import psutil

    ours = psutil.Process().children(recursive=True)
    total = server.cpu()
    for process in ours:
        try:
            times = process.cpu_times()
        except psutil.Error:
            continue
        if "postgres" not in process.name():
            total += times.user + times.system
    return total
