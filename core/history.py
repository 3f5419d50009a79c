"""Field history: the OLD row of every UPDATE and DELETE, written by statement-level triggers.

The live row is the newest version. Each version names who replaced it, why, in which request and in which transaction.
"""

from typing import Any

import pghistory
import pghistory.models
from django.db import models

from core.fields import CurrentActorId, CurrentActorKind, CurrentReason, CurrentRequest, XidField
from core.triggers import append_only


class HistoryRow(pghistory.models.Event):
    """One earlier version of a row, with the act that replaced it."""

    pgh_id = models.BigAutoField(primary_key=True)
    pgh_created_at = models.DateTimeField(db_index=False)
    pgh_actor_id = models.BigIntegerField(null=True, db_default=CurrentActorId(), editable=False)
    pgh_actor_kind = models.TextField(db_default=CurrentActorKind(), editable=False)
    pgh_reason = models.TextField(db_default=CurrentReason(), editable=False)
    pgh_request = models.TextField(db_default=CurrentRequest(), editable=False)
    pgh_xid = XidField()

    class Meta:
        abstract = True


def tracked(*, exclude: list[str] | None = None) -> Any:
    """Class decorator: keep the field history of a model in ``<Model>History``.

    The migration that creates the event model uses ``core.partitions.CreatePartitionedModel`` by month
    (``partition_by=("range", "pgh_created_at")``) and takes UPDATE and DELETE from the application's role.
    """

    def decorate(model: type[models.Model]) -> type[models.Model]:
        return pghistory.track(
            pghistory.UpdateEvent(row=pghistory.Old, level=pghistory.Statement),
            pghistory.DeleteEvent(row=pghistory.Old, level=pghistory.Statement),
            base_model=HistoryRow,
            model_name=f"{model.__name__}History",
            exclude=exclude,
            obj_field=None,
            context_field=None,  # type: ignore[arg-type]
            context_id_field=None,  # type: ignore[arg-type]
            append_only=False,
            meta={
                "triggers": [append_only()],
                "indexes": [models.Index(fields=["id", "pgh_id"], name=f"{model._meta.db_table[:20]}_hist")],
            },
        )(model)

    return decorate
