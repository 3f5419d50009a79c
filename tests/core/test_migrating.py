"""Migrating draws again what has changed of a migration's state, and what is drawn says what its state says."""

from typing import Any

import pytest
from django.db import models
from django.db.migrations import operations
from django.db.migrations.state import ProjectState

from core.migrating import light_states


@pytest.fixture
def state() -> ProjectState:
    """A village, a household in it and a visit to the household, all drawn."""
    found = ProjectState()
    key = {"fields": [("id", models.AutoField(primary_key=True)), ("code", models.CharField(max_length=9))]}
    operations.CreateModel("Village", **key).state_forwards("land", found)
    village = models.ForeignKey("land.Village", models.CASCADE)
    operations.CreateModel(
        "Household", [("id", models.AutoField(primary_key=True)), ("village", village)]
    ).state_forwards("land", found)
    household = models.ForeignKey("land.Household", models.CASCADE)
    operations.CreateModel(
        "Visit", [("id", models.AutoField(primary_key=True)), ("household", household)]
    ).state_forwards("land", found)
    assert found.apps.get_model("land", "Visit")
    return found


def changed(state: ProjectState, operation: Any) -> ProjectState:
    after = state.clone()
    with light_states():
        operation.state_forwards("land", after)
    return after


def fields(state: ProjectState, name: str) -> set[str]:
    return {field.name for field in state.apps.get_model("land", name)._meta.local_fields}


def test_a_new_field_draws_its_model_alone_and_leaves_the_state_before_as_it_was(state: ProjectState) -> None:
    after = changed(state, operations.AddField("Household", "seen_on", models.DateField(null=True)))

    assert fields(after, "Household") == {"id", "village", "seen_on"}
    assert fields(state, "Household") == {"id", "village"}
    for name in ("Village", "Visit"):
        assert after.apps.get_model("land", name) is state.apps.get_model("land", name)


def test_a_new_model_knows_the_table_that_it_leads_to(state: ProjectState) -> None:
    lead = models.ForeignKey("land.Visit", models.CASCADE)
    after = changed(
        state, operations.CreateModel("Outcome", [("id", models.AutoField(primary_key=True)), ("visit", lead)])
    )

    field = after.apps.get_model("land", "Outcome")._meta.get_field("visit")
    assert (field.remote_field.model._meta.db_table, field.target_field.column) == ("land_visit", "id")


@pytest.mark.parametrize(
    ("operation", "left"),
    [
        (operations.RemoveField("Household", "village"), {"id"}),
        (operations.AlterField("Household", "village", models.IntegerField()), {"id", "village"}),
    ],
    ids=["removed", "altered"],
)
def test_a_field_that_goes_or_changes_is_drawn_so(state: ProjectState, operation: Any, left: set[str]) -> None:
    assert fields(changed(state, operation), "Household") == left


def test_what_others_refer_to_is_drawn_anew_with_all_of_them(state: ProjectState) -> None:
    after = changed(state, operations.AlterField("Village", "id", models.CharField(max_length=9, primary_key=True)))

    lead = after.apps.get_model("land", "Household")._meta.get_field("village")
    assert lead.remote_field.model is after.apps.get_model("land", "Village")
    assert isinstance(lead.target_field, models.CharField)


def test_pythons_of_migrations_are_shown_every_model_drawn_anew_together(state: ProjectState) -> None:
    after = changed(state, operations.AddField("Village", "name", models.CharField(max_length=9, default="")))
    seen = []
    operations.RunPython(lambda apps, editor: seen.append(apps)).database_forwards("land", _Editor(), after, after)

    lead = seen[0].get_model("land", "Household")._meta.get_field("village")
    assert lead.remote_field.model is seen[0].get_model("land", "Village")
    assert [one.name for one in seen[0].get_model("land", "Village")._meta.related_objects] == ["household"]


class _Editor:
    class connection:
        alias = "owner"
