"""What is paid: the rule and the rates in force on the day, the same by SQL and one by one."""

from datetime import date

import pytest
from django.db import connection

from core.money import Money
from core.rules import RuleError
from eligibility.models import Assessment, Programme
from eligibility.queries import rules
from tests.fixtures.eligibility import Member
from tests.fixtures.people import ON


@pytest.mark.parametrize(
    ("children", "minor"), [(0, None), (1, 36000), (2, 36000), (3, 60000), (4, 60000), (5, 75000), (9, 75000)]
)
def test_the_child_grant_follows_its_published_bands(make_household, assess, child_grants, children, minor):
    make_household([Member(), *[Member(age=7)] * children])
    run = assess("CGP")
    rule = rules.amount_rule(programme_id=child_grants.pk, on=ON)

    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {rule.sql('a.inputs')} FROM eligibility_assessment a WHERE run_id = %s", (run.pk,))
        assert cursor.fetchone()[0] == minor
    found = rule.of(Assessment.objects.get(run=run).inputs)
    assert found == (None if minor is None else Money("LSL", minor))
    assert (rule.currency, rule.frequency_months) == ("LSL", 3)


def test_a_rate_holds_from_its_day_and_is_not_guessed_before(asked):
    pension = Programme.objects.get(code="OAP")

    assert rules.amount_rule(programme_id=pension.pk, on=date(2025, 4, 1)).of({}) == Money("LSL", 95000)
    with pytest.raises(RuleError):
        rules.amount_rule(programme_id=pension.pk, on=date(2025, 3, 31))
    with pytest.raises(rules.NoRules):
        rules.amount_rule(programme_id=pension.pk, on=date(2013, 1, 1))


def test_loading_the_pack_twice_changes_nothing(asked, settings):
    from eligibility.actions import pack
    from eligibility.models import Formula, ProgrammeRules

    before = list(ProgrammeRules.objects.order_by("id").values()), list(Formula.objects.values())
    assert pack.load(settings.COUNTRY_PACK_DIR)["programme_rules_made"] == 0
    assert (list(ProgrammeRules.objects.order_by("id").values()), list(Formula.objects.values())) == before


def test_a_changed_formula_under_the_same_version_is_refused(asked, settings, tmp_path):
    import shutil

    from core.pack import PackError
    from eligibility.actions import pack

    folder = shutil.copytree(settings.COUNTRY_PACK_DIR, tmp_path / "pack")
    text = (folder / "formula.yaml").read_text()
    (folder / "formula.yaml").write_text(text.replace('"0.371"', '"0.372"'))
    with pytest.raises(PackError, match="released versions never change"):
        pack.load(folder)
    (folder / "formula.yaml").write_text(text.replace('"0.371"', '"0.3715"'))
    with pytest.raises(PackError, match="not a whole number"):
        pack.load(folder)
