"""What the linter of imports cannot see: foreign keys by string, rows written outside actions, workflow in models."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.db import connection, models

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ["core", "registry", "eligibility", "payments", "grievances", "reporting"]
WRITERS = {
    "create",
    "update",
    "save",
    "delete",
    "bulk_create",
    "bulk_update",
    "get_or_create",
    "update_or_create",
    "adelete",
}
# "intake" and "preparing" are the stages of one action each, and run inside its act.
MAY_WRITE = ("actions", "jobs", "intake", "preparing", "migrations")
MAY_WRITE_FILES = {"core/audit.py", "core/seals.py", "core/files.py", "core/outbox.py"}
NOT_ROWS = {"hashlib", "hmac", "digest", "hash", "request.session", "counts", "seen"}


def sources(package: str) -> Iterator[Path]:
    yield from sorted((ROOT / package).rglob("*.py"))


def test_every_foreign_key_points_to_the_same_package_or_below():
    upward = [
        f"{model.__name__}.{field.name} -> {field.related_model.__name__}"
        for model in apps.get_models()
        if model._meta.app_label in PACKAGES
        for field in model._meta.get_fields()
        if isinstance(field, models.ForeignKey | models.OneToOneField | models.ManyToManyField)
        and field.related_model._meta.app_label in PACKAGES
        and PACKAGES.index(field.related_model._meta.app_label) > PACKAGES.index(model._meta.app_label)
    ]
    assert upward == []


@pytest.mark.parametrize("package", PACKAGES)
def test_rows_change_only_in_actions(package):
    found = []
    for path in sources(package):
        relative = path.relative_to(ROOT)
        if any(part in MAY_WRITE for part in relative.with_suffix("").parts) or str(relative) in MAY_WRITE_FILES:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in WRITERS:
                target = ast.unparse(node.func.value)
                if ".objects" in target or node.func.attr in {"bulk_create", "bulk_update", "get_or_create"}:
                    found.append(f"{relative}:{node.lineno} {ast.unparse(node)[:60]}")
    assert found == []


@pytest.mark.parametrize("package", PACKAGES)
def test_models_have_no_save_of_their_own_and_no_signals(package):
    for path in sources(package):
        if "models" not in path.relative_to(ROOT).with_suffix("").parts:
            continue
        tree = ast.parse(path.read_text())
        names = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
        imported = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
        assert not names & {"save", "delete", "clean"}, path
        assert "django.db.models.signals" not in imported, path


def test_every_package_table_with_a_district_sees_it_indexed_or_is_small():
    """A table that is scoped by area carries its district key, so that scoping needs no join."""
    scoped = [model for model in apps.get_models() if any(f.name == "area" for f in model._meta.get_fields())]
    lacking = [
        model.__name__
        for model in scoped
        if model._meta.app_label in PACKAGES
        and model.__name__ not in ("Scope", "Area")
        and not any(f.name == "district" for f in model._meta.get_fields())
    ]
    assert lacking == []


def test_every_constraint_of_our_tables_is_named_for_its_package_and_subject():
    unnamed = [
        constraint.name
        for model in apps.get_models()
        if model._meta.app_label in PACKAGES
        for constraint in model._meta.constraints
        if not constraint.name.startswith(f"{model._meta.app_label}_")
    ]
    assert unnamed == []


def test_definer_functions_fix_their_search_path():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT proname FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE prosecdef"
            " AND nspname = 'public' AND NOT coalesce(proconfig::text, '') LIKE '%search_path=%'"
        )
        assert [row[0] for row in cursor.fetchall()] == []


def test_nothing_outside_the_country_pack_names_a_country():
    named = [
        str(path.relative_to(ROOT))
        for package in [*PACKAGES, "config"]
        for path in (ROOT / package).rglob("*")
        if path.suffix in {".py", ".html", ".sql", ".txt"}
        and "countries" not in path.parts
        and any(word in path.read_text().lower() for word in ("lesotho", "maseru", "sesotho"))
        and path.name != "settings.py"
    ]
    assert named == []


def test_advisory_locks_are_taken_by_their_names_alone():
    named = ROOT / "core" / "locks.py"
    bare = [
        f"{path.relative_to(ROOT)}:{number}"
        for package in PACKAGES
        for path in sources(package)
        if path != named and "migrations" not in path.parts
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if "pg_advisory" in line and "{Lock." not in line
    ]
    assert bare == []
