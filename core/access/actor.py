"""Who acts: passed to every query and action. Pure: no database."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from core.access.permissions import Permission


class ActorKind(Enum):
    """By what way somebody acts; kept in audit and history."""

    USER = "user"
    JOB = "job"
    COMMAND = "command"
    SYSTEM = "system"
    PUBLIC = "public"


class NotPermitted(Exception):
    """You do not hold the permission that this needs."""

    def __init__(self, permission: Permission | None = None, sentence: str | None = None) -> None:
        self.permission = permission
        needed = f": {permission.label.lower()}" if permission else ""
        super().__init__(sentence or f"Your role does not allow this{needed}.")


@dataclass(frozen=True, slots=True)
class Grant:
    """One permission on one scope: an area's path with everything below it, and a programme (empty: all)."""

    area_id: int
    area_path: str
    district_id: int | None
    programme_code: str = ""
    is_district: bool = False

    @property
    def is_national(self) -> bool:
        return self.district_id is None


@dataclass(frozen=True, slots=True)
class Actor:
    """A person (or the system, a job on a person's behalf, a citizen without account) who reads or changes.

    ``user_id`` is null for the system and the public. ``grants`` lists the scopes of each permission; a permission on
    an area and one on a programme never combine, because each grant names both.
    """

    kind: ActorKind
    user_id: int | None = None
    name: str = ""
    roles: frozenset[str] = frozenset()
    grants: Mapping[Permission, tuple[Grant, ...]] = field(default_factory=dict)
    request_id: str = ""

    @property
    def is_system(self) -> bool:
        """The system itself: loading a pack, scheduled upkeep. May do everything and decides nothing about people."""
        return self.kind is ActorKind.SYSTEM

    def may(self, permission: Permission) -> bool:
        """Whether the actor holds the permission anywhere."""
        return self.is_system or bool(self.grants.get(permission))

    def may_in(self, permission: Permission, *, area_path: str, programme_code: str | None = None) -> bool:
        """Whether the actor holds the permission over this place (and programme, when one is named)."""
        return self.is_system or any(
            area_path.startswith(grant.area_path)
            and (programme_code is None or grant.programme_code in ("", programme_code))
            for grant in self.grants.get(permission, ())
        )

    def may_for_programme(self, permission: Permission, programme_code: str) -> bool:
        """Whether the actor holds the permission over the whole country for this programme."""
        return self.is_system or any(
            grant.is_national and grant.programme_code in ("", programme_code)
            for grant in self.grants.get(permission, ())
        )

    def require(self, permission: Permission) -> None:
        """Raises: NotPermitted: the actor holds it nowhere."""
        if not self.may(permission):
            raise NotPermitted(permission)

    def require_in(self, permission: Permission, *, area_path: str, programme_code: str | None = None) -> None:
        """Raises: NotPermitted: the actor does not hold it over this place."""
        if not self.may_in(permission, area_path=area_path, programme_code=programme_code):
            raise NotPermitted(permission)

    def require_for_programme(self, permission: Permission, programme_code: str) -> None:
        """Raises: NotPermitted: the actor does not hold it over the whole country for this programme."""
        if not self.may_for_programme(permission, programme_code):
            raise NotPermitted(permission)


SYSTEM = Actor(kind=ActorKind.SYSTEM, name="The system")


def public(request_id: str = "") -> Actor:
    """A citizen without an account."""
    return Actor(kind=ActorKind.PUBLIC, name="A citizen", request_id=request_id)
