import json
import os
import time
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from reporting.demo import deciding, people, registering
from reporting.demo.screen import Screen
from reporting.demo.work import JobFailed, worker


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
        screen = Screen(self.stdout._out)
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
        return who

    def _sum_up(self, who: people.People, *, began: float, screen: Screen) -> None:
        summary = {
            "register": registering.registered(),
            "assessment": deciding.assessed(),
            "lists": deciding.enrolled(),
        }
        (settings.VAR_DIR / "demo-summary.json").write_text(json.dumps(summary, indent=1))
        screen.step(f"What happened ({time.monotonic() - began:.0f} seconds)")
        screen.table(
            [(name.replace("_", " "), f"{count:,}") for part in summary.values() for name, count in part.items()]
        )
        screen.step("Sign in")
        screen.table([(f"{s.role} ({s.place})", f"{s.email}  {s.password}") for s in who.sign_ins])
