"""Guards of tables that every package uses, as database triggers.

None of them can be switched off by a session variable: ``core.apps`` makes the library's switch a constant ``false``.
"""

from collections.abc import Mapping

import pgtrigger


def acting_required() -> pgtrigger.Trigger:
    """Refuse every write outside ``core.acting``: history would not know who did it."""
    return pgtrigger.Trigger(
        name="acting_required",
        level=pgtrigger.Statement,
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        func=pgtrigger.Func(
            "IF coalesce(current_setting('core.actor_kind', true), '') = '' THEN "
            "RAISE EXCEPTION 'Nobody is acting: % of % needs core.acting', TG_OP, TG_TABLE_NAME "
            "USING ERRCODE = 'insufficient_privilege'; END IF; RETURN NULL;"
        ),
    )


def append_only() -> pgtrigger.Trigger:
    """Refuse changing or removing a row: corrections are new rows."""
    return pgtrigger.Trigger(
        name="append_only",
        level=pgtrigger.Statement,
        when=pgtrigger.Before,
        operation=pgtrigger.Update | pgtrigger.Delete,
        func=pgtrigger.Func(
            "RAISE EXCEPTION 'Rows of % are never changed or removed', TG_TABLE_NAME "
            "USING ERRCODE = 'insufficient_privilege';"
        ),
    )


def moves(field: str, transitions: list[tuple[str, str]]) -> pgtrigger.Trigger:
    """Refuse a move of the state ``field`` that is not drawn in the model's docstring."""
    return pgtrigger.FSM(name=f"{field}_moves", field=field, transitions=transitions)


def begins(field: str, *states: str) -> pgtrigger.Trigger:
    """Refuse a row that is entered in a later state than ``states``: it would have passed nobody's step."""
    allowed = ", ".join(f"'{state}'" for state in states)
    return pgtrigger.Trigger(
        name=f"{field}_begins",
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=pgtrigger.Insert,
        referencing=pgtrigger.Referencing(new="entered"),
        func=pgtrigger.Func(
            f"IF EXISTS (SELECT FROM entered WHERE {field} NOT IN ({allowed})) THEN "
            f"RAISE EXCEPTION 'A row of % begins with its first state', TG_TABLE_NAME "
            f"USING ERRCODE = 'check_violation', CONSTRAINT = TG_TABLE_NAME || '_{field}_begins'; END IF; RETURN NULL;"
        ),
    )


def identity_stays(*columns: str) -> pgtrigger.Trigger:
    """Refuse changing what a row is about once it is written."""
    changed = " OR ".join(f"NEW.{column} IS DISTINCT FROM OLD.{column}" for column in columns)
    return pgtrigger.Trigger(
        name="identity_stays",
        when=pgtrigger.Before,
        operation=pgtrigger.Update,
        func=pgtrigger.Func(
            f"IF {changed} THEN RAISE EXCEPTION 'What a row of % is about never changes', TG_TABLE_NAME "
            "USING ERRCODE = 'check_violation'; END IF; RETURN NEW;"
        ),
    )


def signs(column: str, *, once: bool = True) -> pgtrigger.Trigger:
    """Refuse a signature that is not of whoever acts, and (``once``) changing or removing one that is given."""
    kept = (
        f"IF TG_OP = 'UPDATE' AND OLD.{column} IS NOT NULL AND NEW.{column} IS DISTINCT FROM OLD.{column} THEN "
        f"RAISE EXCEPTION 'A signature on % stays', TG_TABLE_NAME "
        f"USING ERRCODE = 'check_violation', CONSTRAINT = TG_TABLE_NAME || '_{column}_stays'; END IF; "
    )
    return pgtrigger.Trigger(
        name=f"{column.removesuffix('_id')}_signs",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update,
        func=pgtrigger.Func(
            f"IF NEW.{column} IS NOT NULL AND (TG_OP = 'INSERT' OR NEW.{column} IS DISTINCT FROM OLD.{column}) "
            f"AND NEW.{column} IS DISTINCT FROM nullif(current_setting('core.actor_id', true), '')::bigint THEN "
            "RAISE EXCEPTION 'Nobody signs for another on %', TG_TABLE_NAME "
            f"USING ERRCODE = 'check_violation', CONSTRAINT = TG_TABLE_NAME || '_{column}_signs'; END IF; "
            f"{kept if once else ''}RETURN NEW;"
        ),
    )


def stays() -> pgtrigger.Trigger:
    """Refuse removing a row and giving it another number: others name it, and ``refers`` looks only when they come."""
    return pgtrigger.Trigger(
        name="stays",
        level=pgtrigger.Statement,
        when=pgtrigger.Before,
        operation=pgtrigger.Delete | pgtrigger.Truncate | pgtrigger.UpdateOf("id"),
        func=pgtrigger.Func(
            "RAISE EXCEPTION 'Rows of % are never removed: others name them', TG_TABLE_NAME "
            "USING ERRCODE = 'foreign_key_violation', CONSTRAINT = TG_TABLE_NAME || '_stays';"
        ),
    )


def refers(*, large: Mapping[str, str] | None = None, **tables: str) -> list[pgtrigger.Trigger]:
    """Refuse rows whose columns name no row of their tables, as foreign keys do, once a statement and not once a row.

    Only towards tables that guard their rows with ``stays``: what is there stays there, so nothing is to be locked and
    a look when the row comes is enough. ``tables``: column to table, with ``WHERE`` if not every row may be named.
    ``large``: those that grow to millions, where every look must be one into the index of the key.
    """
    large = large or {}

    def missing(column: str, table: str, told: str) -> str:
        name, _, which = table.partition(" WHERE ")
        there = f"SELECT FROM {name} p WHERE p.id = told.id" + (f" AND p.{which}" if which else "")
        absent = f"NOT EXISTS ({there})"
        if column in large:
            # The plan is kept as long as the connection, and may have been made while the table had one page. Only the
            # index answers who comes first without reading all.
            there = f"SELECT p.id FROM {name} p WHERE p.id >= told.id ORDER BY p.id LIMIT 1"
            absent = f"({there}) IS DISTINCT FROM told.id"
        return (
            f"IF EXISTS (SELECT FROM ({told}) told WHERE told.id IS NOT NULL AND {absent}) THEN "
            f"RAISE EXCEPTION 'A row of % names a row of {name} that is not there', TG_TABLE_NAME "
            f"USING ERRCODE = 'foreign_key_violation', CONSTRAINT = TG_TABLE_NAME || '_{column}_refers'; END IF; "
        )

    named = {**tables, **large}
    come = "".join(missing(c, t, f"SELECT DISTINCT {c} AS id FROM entered") for c, t in named.items())
    changed = "".join(missing(c, t, f"SELECT NEW.{c} AS id") for c, t in named.items())
    return [
        pgtrigger.Trigger(
            name="refers",
            level=pgtrigger.Statement,
            when=pgtrigger.After,
            operation=pgtrigger.Insert,
            referencing=pgtrigger.Referencing(new="entered"),
            func=pgtrigger.Func(f"{come}RETURN NULL;"),
        ),
        pgtrigger.Trigger(
            name="refers_anew",
            when=pgtrigger.After,
            operation=pgtrigger.UpdateOf(*named),
            condition=pgtrigger.Condition(" OR ".join(f"OLD.{c} IS DISTINCT FROM NEW.{c}" for c in named)),
            func=pgtrigger.Func(f"{changed}RETURN NULL;"),
        ),
    ]
