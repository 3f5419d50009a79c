"""Migrating without drawing models anew for what changes none of their fields.

After every operation Django draws the changed model and all that are related to it again; for triggers, indexes and
constraints, more than half of our operations, nothing in them has changed but one list. That list is set where it is.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from django.db.migrations.state import ProjectState
from pgtrigger.migrations import AddTrigger, RemoveTrigger

LISTS = ("triggers", "indexes", "constraints")
_STATE: Any = ProjectState  # what is set aside here is not for others to use


@contextmanager
def light_states() -> Iterator[None]:
    """While it lasts, operations on triggers, indexes and constraints leave the models of a migration's state drawn."""
    with (
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
