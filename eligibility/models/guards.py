"""Guards of this package's tables, as database triggers."""

import pgtrigger


def released_never_changes() -> pgtrigger.Trigger:
    """Refuse changing or removing what was released: a new version says what changed and since when."""
    return pgtrigger.Trigger(
        name="released_never_changes",
        when=pgtrigger.Before,
        operation=pgtrigger.Update | pgtrigger.Delete,
        condition=pgtrigger.Q(old__status="released"),
        func=pgtrigger.Func(
            "RAISE EXCEPTION 'A released row of % never changes: release a new version', TG_TABLE_NAME "
            "USING ERRCODE = 'check_violation';"
        ),
    )


def findings_stay() -> pgtrigger.Trigger:
    """Refuse changing what a computed run was computed from and what it found; publishing adds a count alone."""
    return pgtrigger.Trigger(
        name="findings_stay",
        when=pgtrigger.Before,
        operation=pgtrigger.Update,
        condition=pgtrigger.Q(old__status__in=["computed", "published", "discarded"]),
        func=pgtrigger.Func(
            "IF (NEW.facts, NEW.digest, NEW.snapshot, NEW.counts - 'proposed') IS DISTINCT FROM "
            "(OLD.facts, OLD.digest, OLD.snapshot, OLD.counts - 'proposed') THEN "
            "RAISE EXCEPTION 'What a run found never changes' "
            "USING ERRCODE = 'check_violation', CONSTRAINT = 'eligibility_run_findings_stay'; END IF; RETURN NEW;"
        ),
    )
