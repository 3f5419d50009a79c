"""Cases in the country pack, and the task by the clock."""

from datetime import date

import pytest
import yaml
from django.conf import settings

from core.hooks import load_pack
from core.pack import PackError
from grievances.actions import pack
from grievances.models import CaseCategory, ServiceStandard
from grievances.tasks import name_where_nobody_is


def pack_with(tmp_path, **changes):
    content = yaml.safe_load((settings.COUNTRY_PACK_DIR / "grievances.yaml").read_text()) | changes
    (tmp_path / "grievances.yaml").write_text(yaml.safe_dump(content))
    return tmp_path


def test_loading_the_pack_again_changes_nothing(db_or_committed):
    before = list(ServiceStandard.objects.order_by("id").values())
    pack.load(settings.COUNTRY_PACK_DIR)

    assert list(ServiceStandard.objects.order_by("id").values()) == before
    assert pack.load in load_pack.functions


def test_a_standard_is_not_changed_behind_the_back_of_those_it_was_promised_to(db_or_committed, tmp_path):
    with pytest.raises(PackError, match="standards_valid_from"):
        pack.load(pack_with(tmp_path, appeal_days=1))


def test_a_new_standard_has_its_own_day_and_old_cases_keep_theirs(received, lodge, tmp_path):
    pack.load(pack_with(tmp_path, appeal_days=1, standards_valid_from=date(2026, 4, 1)))
    later = lodge(at=received.lodged_at.replace(month=5)).case

    received.refresh_from_db()
    assert (received.standard.appeal_days, later.standard.appeal_days) == (20, 1)


def test_a_category_that_the_pack_drops_is_offered_no_more(db_or_committed, tmp_path):
    content = yaml.safe_load((settings.COUNTRY_PACK_DIR / "grievances.yaml").read_text())
    pack.load(pack_with(tmp_path, categories=content["categories"][:-1]))

    assert not CaseCategory.objects.get(code=content["categories"][-1]["code"]).is_offered


def test_the_clock_finds_nothing_to_do_where_everybody_is_in_post(national_officer, lodge):
    lodge(category="misconduct")

    assert name_where_nobody_is() == 0
