"""The people of the demonstration: one for each role, two where a second person is needed."""

import json
import os
import secrets
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from core.access.actor import SYSTEM, Actor
from core.access.roles import Role
from core.actions import appointments, users
from core.models import Area, User
from core.queries.access import actor_of

SINCE = date(2024, 1, 1)


@dataclass(frozen=True, slots=True)
class Post:
    """Somebody of the demonstration: who, in which role, for the country or for the ``district``-th district."""

    key: str
    name: str
    role: Role
    district: int | None = None

    @property
    def email(self) -> str:
        return f"{self.key}@demo.example"


POSTS = (
    Post("officer", "Thabo Demo", Role.DISTRICT_OFFICER, 0),
    Post("officer2", "Lerato Demo", Role.DISTRICT_OFFICER, 1),
    Post("importer", "Mpho Demo", Role.DISTRICT_OFFICER),
    Post("supervisor", "Palesa Demo", Role.SUPERVISOR, 0),
    Post("supervisor-national", "Khotso Demo", Role.SUPERVISOR),
    Post("manager", "Nthabiseng Demo", Role.PROGRAMME_MANAGER),
    Post("manager2", "Teboho Demo", Role.PROGRAMME_MANAGER),
    Post("preparer", "Lineo Demo", Role.FINANCE_PREPARER),
    Post("approver", "Tumelo Demo", Role.FINANCE_APPROVER),
    Post("releaser", "Refiloe Demo", Role.FINANCE_RELEASER),
    Post("grievances", "Neo Demo", Role.GRIEVANCE_OFFICER),
    Post("auditor", "Mamello Demo", Role.AUDITOR),
    Post("protection", "Katleho Demo", Role.DATA_PROTECTION_OFFICER),
    Post("administrator", "Bokang Demo", Role.ADMINISTRATOR),
    Post("administrator2", "Rethabile Demo", Role.ADMINISTRATOR),
)


@dataclass(frozen=True, slots=True)
class SignIn:
    """How to sign in as one of them; the password is made at random on this machine."""

    role: str
    place: str
    name: str
    email: str
    password: str


class People:
    """The demonstration's people, as actors by their key."""

    def __init__(self, sign_ins: list[SignIn]) -> None:
        self.sign_ins = sign_ins

    def __getitem__(self, key: str) -> Actor:
        return actor_of(user_id=User.objects.get(email=f"{key}@demo.example").pk, request_id=f"demo-{key}")


def appoint(*, at: datetime, keep: Path) -> People:
    """Make the people and their appointments; passwords are kept in ``keep`` (0600) for later runs."""
    districts = list(Area.objects.filter(level=Area.Level.DISTRICT).order_by("path"))
    country = Area.objects.get(level=Area.Level.COUNTRY)
    known = json.loads(keep.read_text()) if keep.exists() else {}
    sign_ins = []
    for post in POSTS:
        area = country if post.district is None else districts[post.district]
        password = known.setdefault(post.email, f"demo-{secrets.token_hex(5)}")
        user = users.create(email=post.email, full_name=post.name, password=password, actor=SYSTEM, at=at)
        appointments.propose(
            user_id=user.pk,
            role=post.role,
            scope_id=appointments.scope_for(area_id=area.pk).pk,
            starts_on=SINCE,
            actor=SYSTEM,
            at=at,
            reason="Demonstration",
        )
        sign_ins.append(SignIn(post.role.label, area.name, post.name, post.email, password))
    with os.fdopen(os.open(keep, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w") as file:
        json.dump(known, file, indent=1)
    return People(sign_ins)
