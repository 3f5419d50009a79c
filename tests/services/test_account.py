"""Root's servers run as an ordinary user, who may be kept out of the project's folder."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from core.services import hold
from core.services.layout import Account, resolve
from core.services.postgres import Postgres, reachable
from tests.services.conftest import NOTHING_GIVEN, stop_and_remove

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root runs servers as another user")


@pytest.fixture
def private_project() -> Iterator[Path]:
    """A project in a home that nobody else may enter."""
    home = Path(tempfile.mkdtemp(prefix="services-home-", dir="/var/tmp")).resolve()
    project = home / "project"
    project.mkdir()
    yield project
    stop_and_remove(project)
    shutil.rmtree(home)


def test_a_private_folder_stays_private_and_the_data_lie_elsewhere(private_project: Path) -> None:
    with hold(private_project, environment=NOTHING_GIVEN) as endpoints:
        with psycopg.connect(endpoints.database_url or "") as connection:
            assert connection.execute("select 1").fetchone() == (1,)
        layout = resolve(private_project)
        postmaster = Postgres(layout).postmaster()
        assert postmaster and postmaster.uids().real != 0
        assert private_project not in layout.state.parents
        assert layout.postgres.stat().st_mode & 0o777 == 0o700

    assert private_project.parent.stat().st_mode & 0o777 == 0o700
    assert (private_project / "var" / "services").is_symlink()


def test_programs_out_of_reach_are_copied(private_project: Path, project: Path) -> None:
    programs = private_project / "package" / "programs"
    programs.mkdir(parents=True)
    (programs / "hello").write_text("#!/bin/sh\necho hello\n")
    (programs / "hello").chmod(0o700)
    layout = resolve(project)

    found = reachable(layout, private_project / "package", "programs")

    assert isinstance(layout.account, Account)
    answer = layout.account.run([str(found / "hello")], cwd=Path("/"), timeout=10)
    assert answer.stdout == "hello\n"


def test_an_owner_of_the_project_gets_servers_of_their_own(project: Path) -> None:
    os.chown(project, 65534, 65534)

    with hold(project, redis=False, environment=NOTHING_GIVEN):
        layout = resolve(project)
        assert layout.state.stat().st_uid == layout.passwords.stat().st_uid == 65534
        assert layout.mutex.stat().st_uid == layout.clients.stat().st_uid == 65534
