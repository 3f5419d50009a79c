"""The demonstration's first steps: a sample register through the import door, and some reviews."""

import time
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db.models import Count

from registry.actions import imports, reviews
from registry.models import IdentityClaim, Membership, Submission
from reporting.demo.people import People
from reporting.demo.screen import Screen
from reporting.demo.work import wait

SPOILT = 25
"""Households of the sample that are spoilt on purpose, so that the checks have something to refuse."""

REVIEWED = 40
"""How many submissions the supervisor decides; the rest wait for whoever tries the system."""


def sample(*, households: int, seed: int, screen: Screen) -> Path:
    """Write the sample register's files, unless they are there."""
    folder = settings.VAR_DIR / "sample" / f"{households}-{seed}"
    if not (folder / "persons.csv").exists():
        call_command("sample_register", households=households, seed=seed, errors=SPOILT, out=folder, verbosity=0)
    rows = sum(1 for _ in (folder / "households.csv").open(encoding="utf-8")) - 1
    screen.finished({"households in the files": rows})
    return folder


def bring_in(*, folder: Path, people: People, at: datetime, screen: Screen) -> None:
    """The import door: the same pipeline as a registration at the desk."""
    batch = imports.receive(
        households=folder / "households.csv", persons=folder / "persons.csv", actor=people["importer"], at=at
    )
    if batch.created_at != at:
        screen.say("These files were brought in before: nothing changes.")
    began = time.monotonic()
    wait(batch.job, screen=screen)
    batch.refresh_from_db()
    screen.finished({name: count for name, count in batch.counts.items() if isinstance(count, int)})
    if batch.created_at == at:
        persons = Membership.objects.count()
        screen.say(f"{persons / (time.monotonic() - began):,.0f} persons a second, checks and duplicates included.")


def review(*, people: People, at: datetime, screen: Screen) -> None:
    """A supervisor decides the oldest submissions that wait: a possible duplicate is somebody else, or is not."""
    actor = people["supervisor-national"]
    decided = Submission.objects.filter(decided_by_id=actor.user_id).count()
    waiting = Submission.objects.filter(status=Submission.Status.IN_REVIEW).order_by("id")
    counts = {"accepted as new": 0, "rejected as known": 0}
    for submission in waiting.annotate(candidates_found=Count("candidates"))[: max(0, REVIEWED - decided)]:
        if submission.candidates_found > 1:
            reviews.reject(
                submission_id=submission.pk, actor=actor, at=at, reason="Already registered: the same persons."
            )
            counts["rejected as known"] += 1
        else:
            reviews.accept(
                submission_id=submission.pk, actor=actor, at=at, reason="Checked with the village.", as_new=True
            )
            counts["accepted as new"] += 1
    screen.finished(counts)


def registered() -> dict[str, int]:
    """What became of every household of the imported files: the parts add up to the whole."""
    imported = Submission.objects.filter(batch__dry_run=False)
    by_status = dict(imported.order_by("status").values_list("status").annotate(Count("id")))
    households = imported.filter(household__isnull=False).values("household")
    return {
        "registered": sum(by_status.values()),
        "accepted": by_status.get("accepted", 0),
        "in_review": by_status.get("in_review", 0),
        "refused": sum(by_status.get(status, 0) for status in ("refused", "rejected", "returned")),
        "households": households.distinct().count(),
        "persons": Membership.objects.filter(counts=True, household__in=households).count(),
        "identity_claims_open": IdentityClaim.objects.filter(status="open").count(),
    }
