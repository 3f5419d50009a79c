"""The process beside a job's worker (``core.jobs.beside``); started by the worker, never by hand."""

import os
import pickle
import signal
import sys
import traceback
from argparse import ArgumentParser
from typing import Any, BinaryIO

from django.core.management.base import BaseCommand

from core.jobs import runner
from core.jobs.beside import get, put


class Command(BaseCommand):
    help = "Makes parts of a job ready beside its worker, which starts it and speaks to it by its pipes."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("job", type=int)
        parser.add_argument("token", type=int, help="of the lease that the worker holds")

    def handle(self, *args: Any, job: int, token: int, **options: Any) -> None:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # the terminal's Ctrl-C is for who started us; then we end too
        answers = os.fdopen(os.dup(1), "wb")
        os.dup2(2, 1)  # whatever prints does not spoil the answers
        _serve(job, token, sys.stdin.buffer, answers)


def _serve(job_id: int, token: int, asked: BinaryIO, answers: BinaryIO) -> None:
    """Do one part after the other, until nobody asks any more."""
    put(answers, "ready")
    while True:
        try:
            part, at = get(asked)
        except EOFError:
            return
        answer: tuple[dict[str, int], Exception | None]
        try:
            answer = runner.part_beside(job_id=job_id, token=token, part=part, at=at, turn=lambda: get(asked)), None
        except EOFError:  # nobody waits for it: the database has taken it back
            return
        except Exception as error:
            answer = {}, _told(error)
        put(answers, answer)


def _told(error: Exception) -> Exception:
    """The same, fit to travel, with where it was raised."""
    where = traceback.format_exc()
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:
        error = RuntimeError(str(error))
    error.add_note(where)
    return error
