"""Column types that Django does not bring."""

import json
from typing import Any

from django.db import models
from django.db.models import Func


class XidField(models.Field):
    """The number of the transaction that wrote the row (``xid8``), filled by the database.

    Time and serial numbers do not give commit order; transaction numbers with a snapshot do.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("db_default", CurrentTransaction())
        kwargs.setdefault("editable", False)
        super().__init__(*args, **kwargs)

    def db_type(self, connection: Any) -> str:
        return "xid8"

    def get_internal_type(self) -> str:
        return "XidField"

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> int | None:
        return None if value is None else int(value)


class JsonAsText(models.Field):
    """A document that is kept whole and read with its row: JSON as text, to the letter as it was written.

    ``jsonb`` takes a document apart and puts it together; where nobody asks the database for a part of it, that is
    work for nothing.
    """

    def get_internal_type(self) -> str:
        return "TextField"

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        return None if value is None else json.loads(value)

    def get_prep_value(self, value: Any) -> Any:
        return value if value is None or hasattr(value, "resolve_expression") else json.dumps(value, ensure_ascii=False)

    def to_python(self, value: Any) -> Any:
        return value

    def value_to_string(self, obj: models.Model) -> Any:
        return self.value_from_object(obj)  # as with Django's own: what is read back is not taken for a text


class CurrentTransaction(Func):
    function = "pg_current_xact_id"
    arity = 0


class CurrentActorId(Func):
    """Who acts in this transaction, as ``core.acting`` has set it; null for the system and the public."""

    template = "nullif(current_setting('core.actor_id', true), '')::bigint"
    arity = 0


class CurrentActorKind(Func):
    template = "coalesce(nullif(current_setting('core.actor_kind', true), ''), 'none')"
    arity = 0


class CurrentReason(Func):
    template = "coalesce(current_setting('core.reason', true), '')"
    arity = 0


class CurrentRequest(Func):
    template = "coalesce(current_setting('core.request_id', true), '')"
    arity = 0
