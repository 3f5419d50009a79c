"""Guards of tables that every package uses, as database triggers.

None of them can be switched off by a session variable: ``core.apps`` makes the library's switch a constant ``false``.
"""

from collections.abc import Mapping

import pgtrigger

# Up to so many rows that come together are looked up one by one, by a plan that the connection keeps.
FEW = 100


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
    """Refuse a move of the state ``field`` that is not drawn in the model's docstring.

    The condition is what the function finds again: only a row that is to be refused calls it, since a call for each
    row took longer than writing the row.
    """
    drawn = ",".join(f"{before}:{after}" for before, after in transitions)
    return pgtrigger.FSM(
        name=f"{field}_moves",
        field=field,
        transitions=transitions,
        condition=pgtrigger.Condition(
            f"OLD.{field} IS DISTINCT FROM NEW.{field} "
            f"AND CONCAT(OLD.{field}, ':', NEW.{field}) <> ALL ('{{{drawn}}}'::text[])"
        ),
    )


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


def counted_together(table: str) -> str:
    """Statement: how many of the keys ``named`` stand in ``table``, into ``there``; planned for as many as they are."""
    return f"EXECUTE 'SELECT count(*) FROM {table} WHERE id = ANY($1)' INTO there USING named; "


def first_from(key: str, table: str, alias: str = "") -> str:
    """Query: the first key of ``table`` from ``key`` on, which is ``key`` if it is there.

    The plan is kept as long as the connection, and may have been made while the table had one page. Only the index
    answers who comes first without reading all.
    """
    source, column = (f"{table} {alias}", f"{alias}.id") if alias else (table, "id")
    return f"SELECT {column} FROM {source} WHERE {column} >= {key} ORDER BY {column} LIMIT 1"


def is_absent(key: str, table: str, alias: str = "") -> str:
    """Condition: no row of ``table`` has this key, by one look into the index."""
    return f"({first_from(key, table, alias)}) IS DISTINCT FROM {key}"


def refers(*, large: Mapping[str, str] | None = None, **tables: str) -> list[pgtrigger.Trigger]:
    """Refuse rows whose columns name no row of their tables, as foreign keys do, once a statement and not once a row.

    Only towards tables that guard their rows with ``stays``: what is there stays there, so nothing is to be locked and
    a look when the row comes is enough. ``tables``: column to table, with ``WHERE`` if not every row may be named.
    ``large``: those that grow to millions, where every look must be one into the index of the key; many rows that come
    together are looked up together, by a plan made for as many as they are.
    """
    large = large or {}

    def absent(column: str, table: str) -> str:
        name, _, which = table.partition(" WHERE ")
        if column in large:
            return is_absent("told.id", name, "p")
        return f"NOT EXISTS (SELECT FROM {name} p WHERE p.id = told.id" + (f" AND p.{which}" if which else "") + ")"

    def one_by_one(column: str, table: str, told: str) -> str:
        return f"EXISTS (SELECT FROM ({told}) told WHERE told.id IS NOT NULL AND {absent(column, table)})"

    def refuse(column: str, table: str, missing: str) -> str:
        return (
            f"IF {missing} THEN "
            f"RAISE EXCEPTION 'A row of % names a row of {table.partition(' WHERE ')[0]} that is not there', "
            "TG_TABLE_NAME USING ERRCODE = 'foreign_key_violation', "
            f"CONSTRAINT = TG_TABLE_NAME || '_{column}_refers'; END IF; "
        )

    def come(column: str, table: str) -> str:
        looked_up = refuse(column, table, one_by_one(column, table, f"SELECT DISTINCT {column} AS id FROM entered"))
        if column not in large:
            return looked_up
        return (
            f"IF many THEN named := ARRAY(SELECT DISTINCT {column} FROM entered WHERE {column} IS NOT NULL); "
            f"{counted_together(table)}{refuse(column, table, 'there <> cardinality(named)')}ELSE {looked_up}END IF; "
        )

    named = {**tables, **large}
    counted = f"many := (SELECT count(*) FROM entered) > {FEW}; " if large else ""
    entered = "".join(come(column, table) for column, table in named.items())
    changed = "".join(refuse(c, t, one_by_one(c, t, f"SELECT NEW.{c} AS id")) for c, t in named.items())
    return [
        pgtrigger.Trigger(
            name="refers",
            level=pgtrigger.Statement,
            when=pgtrigger.After,
            operation=pgtrigger.Insert,
            referencing=pgtrigger.Referencing(new="entered"),
            declare=[("named", "bigint[]"), ("there", "bigint"), ("many", "boolean")] if large else None,
            func=pgtrigger.Func(f"{counted}{entered}RETURN NULL;"),
        ),
        pgtrigger.Trigger(
            name="refers_anew",
            when=pgtrigger.After,
            operation=pgtrigger.UpdateOf(*named),
            condition=pgtrigger.Condition(" OR ".join(f"OLD.{c} IS DISTINCT FROM NEW.{c}" for c in named)),
            func=pgtrigger.Func(f"{changed}RETURN NULL;"),
        ),
    ]
