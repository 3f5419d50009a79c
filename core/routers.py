"""Which connection may change the shape of the database."""

from typing import Any


class MigrateAsOwner:
    """Migrations run only on the ``owner`` alias: the application's role owns nothing."""

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool | None:
        return db == "owner"

    def allow_relation(self, obj1: Any, obj2: Any, **hints: Any) -> bool | None:
        return True
