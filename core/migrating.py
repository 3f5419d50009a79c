"""Migrating without drawing models anew that have not changed.

After every operation Django draws the changed model and all that are related to it again, near and far. For triggers,
indexes and constraints, more than half of our operations, nothing in them has changed but one list: it is set where it
is. Where a model is new, or one of its own fields comes, changes or goes, that model alone is drawn; what refers to it
keeps what it needs of it, its table and its key. Django draws everything before a migration's Python runs, and we do
where a field changes by which others refer to it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from django.db.migrations.state import ProjectState
from django.db.migrations.utils import field_is_referenced
from pgtrigger.migrations import AddTrigger, RemoveTrigger

LISTS = ("triggers", "indexes", "constraints")
_STATE: Any = ProjectState  # what is set aside here is not for others to use


@contextmanager
def light_states() -> Iterator[None]:
    """While it lasts, an operation draws again what it has changed of a migration's state, and no more."""
    with (
        patch.object(_STATE, "add_model", _alone(_STATE.add_model)),
        patch.object(_STATE, "add_field", _alone(_STATE.add_field)),
        patch.object(_STATE, "remove_field", _alone(_STATE.remove_field)),
        patch.object(_STATE, "alter_field", _alone(_STATE.alter_field)),
        patch.object(_STATE, "_append_option", _lightly(_STATE._append_option)),
        patch.object(_STATE, "_remove_option", _lightly(_STATE._remove_option)),
        patch.object(AddTrigger, "state_forwards", _trigger_lightly(AddTrigger.state_forwards)),
        patch.object(RemoveTrigger, "state_forwards", _trigger_lightly(RemoveTrigger.state_forwards)),
    ):
        yield


def _lightly(change: Any) -> Any:
    def changed(state: ProjectState, app_label: str, model_name: str, *given: Any) -> None:
        with patch.object(state, "reload_model", lambda app, model, delay=False: _set(state, app, model)):
            change(state, app_label, model_name, *given)

    return changed


def _alone(change: Any) -> Any:
    def changed(state: ProjectState, *given: Any) -> None:
        with patch.object(state, "reload_model", lambda app, model, delay=False: _draw(state, app, model, given)):
            change(state, *given)

    return changed


def _draw(state: ProjectState, app_label: str, model_name: str, given: tuple[Any, ...]) -> None:
    """Draw the model alone, if any is drawn; all of them when next asked for, if others refer to what has changed."""
    if "apps" not in state.__dict__:
        return
    key = app_label, model_name.lower()
    is_base = any(".".join(key) in (str(base).lower() for base in one.bases) for one in state.models.values())
    if is_base or (len(given) > 3 and field_is_referenced(state, key, (given[2], given[3]))):
        del state.__dict__["apps"]
        return
    state.is_delayed = True  # what others know of this model is of before
    _STATE._reload(state, {key})


def _trigger_lightly(change: Any) -> Any:
    def changed(operation: Any, app_label: str, state: ProjectState) -> None:
        with patch.object(state, "reload_model", lambda app, model, delay=False: _set(state, app, model)):
            change(operation, app_label, state)

    return changed


def _set(state: ProjectState, app_label: str, model_name: str) -> None:
    """Give the drawn model, if there is one, the lists that its state now holds."""
    if "apps" not in state.__dict__:
        return  # nothing is drawn yet
    options = state.models[app_label, model_name.lower()].options
    drawn = state.apps.get_model(app_label, model_name)._meta
    for name in LISTS:
        if name in options:
            setattr(drawn, name, list(options[name]))
            drawn.original_attrs[name] = getattr(drawn, name)
