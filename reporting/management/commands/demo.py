import json
import os
import sys
import time
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from reporting.actions import figures
from reporting.demo import complaining, deciding, fieldwork, leaving, paying, people, registering, summary
from reporting.demo.screen import Screen
from reporting.demo.work import JobFailed, wait, worker


class Command(BaseCommand):
    help = (
        "Take a sample register the whole way, from registration to reconciled payment, then serve it. A second run "
        "starts from what is there. SERVE=0 in the environment ends it after the summary."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--households", type=int, default=5000, help="size of the sample (default: 5000)")
        parser.add_argument("--seed", type=int, default=1, help="another seed, other people")
        parser.add_argument("--port", type=int, default=8000, help="port of the site afterwards")

    def handle(self, *args: Any, households: int, seed: int, port: int, **options: Any) -> None:
        settings.VAR_DIR.mkdir(exist_ok=True)
        began = time.monotonic()
        screen = Screen(sys.stdout)
        try:
            with worker(log=settings.VAR_DIR / "log" / "demo-worker.log"):
                who = self._walk(households=households, seed=seed, screen=screen)
        except JobFailed as error:
            raise CommandError(str(error)) from error
        self._sum_up(who, began=began, screen=screen)
        if os.environ.get("SERVE", "1") != "0":
            os.environ["DEMO"] = "1"
            call_command("run_site", port=port)

    def _walk(self, *, households: int, seed: int, screen: Screen) -> people.People:
        at = timezone.now
        screen.step("People and their appointments")
        who = people.appoint(at=at(), keep=settings.VAR_DIR / "demo-sign-ins.json")
        screen.finished({"people": len(who.sign_ins)})
        screen.step("Sample register")
        folder = registering.sample(households=households, seed=seed, screen=screen)
        screen.step("Import, checks and acceptance")
        registering.bring_in(folder=folder, people=who, at=at(), screen=screen)
        screen.step("Reviews")
        registering.review(people=who, at=at(), screen=screen)
        screen.step("Assessment, published by a second person")
        deciding.assess(people=who, at=at(), screen=screen)
        screen.step("Community validation")
        deciding.validate(people=who, at=at(), screen=screen)
        screen.step("Enrolment")
        deciding.enrol(people=who, at=at(), screen=screen)
        screen.step("Payrolls: prepared, approved and released by three persons, reconciled")
        paying.pay(people=who, at=at(), seed=seed, screen=screen)
        screen.step("Cases")
        complaining.complain(people=who, at=at(), screen=screen)
        screen.step("Field work: forms from a phone, changes, visits, second interviews, paper forms")
        fieldwork.work(folder=folder, people=who, at=at(), screen=screen)
        screen.step("Work left for you to try")
        leaving.leave(folder=folder, people=who, at=at(), screen=screen)
        screen.step("Indicators")
        job = figures.refresh(actor=who["manager"], at=at())
        screen.finished(wait(job, screen=screen).counts)
        return who

    def _sum_up(self, who: people.People, *, began: float, screen: Screen) -> None:
        told = summary.counts(who)
        checks = summary.sums(told)
        screen.step(f"What happened ({time.monotonic() - began:.0f} seconds)")
        for title, part in told.items():
            screen.say(title.capitalize())
            screen.table([(f"  {name.replace('_', ' ')}", f"{count:>12,}") for name, count in part.items()])
        screen.step("Does it add up?")
        screen.table(
            [(check.words, "yes" if check.holds else f"NO: {check.left:,} and {check.right:,}") for check in checks]
        )
        (settings.VAR_DIR / "demo-summary.json").write_text(
            json.dumps(told | {"sums": {check.words: check.holds for check in checks}}, indent=1)
        )
        screen.step("Sign in")
        screen.table([(f"{s.role} ({s.place})", f"{s.email}  {s.password}") for s in who.sign_ins])
        if not all(check.holds for check in checks):
            raise CommandError("The counts do not add up.")
