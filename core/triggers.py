"""Guards of tables that every package uses, as database triggers.

None of them can be switched off by a session variable: ``core.apps`` makes the library's switch a constant ``false``.
"""

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
