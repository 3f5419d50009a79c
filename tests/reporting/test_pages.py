"""The figures page, its charts and its files say the same, and each person sees only their places."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from urllib.parse import urlencode

import pytest
from django.core.cache import cache
from django.test import Client, override_settings
from django.urls import reverse
from lxml import etree, html

from core.access.roles import Role
from core.models import Area, Job, ReadEntry
from reporting.actions import figures as counting
from reporting.charts import svg
from reporting.indicators import get, listed
from reporting.models import Snapshot
from reporting.presenting import text_of
from tests.reporting.conftest import Register
from tests.reporting.shown import download, drawing, page, words

Open = Callable[..., Client]


@pytest.fixture
def register(kept_register: Register) -> Register:
    """Every test here reads the same one."""
    return kept_register


SCOPES = [{}, {"programme": "CGP"}, {"programme": "OAP"}]


@pytest.mark.parametrize("query", SCOPES)
def test_the_rows_of_every_table_add_up_to_its_last(register: Register, signed_in: Open, query: dict) -> None:
    counts = {i.title for i in listed() if i.unit.counts_people}
    for caption, rows in page(signed_in(Role.AUDITOR), **query).items():
        *parts, total = rows.values()
        for column in counts & set(total):
            assert sum(number(row[column]) for row in parts) == number(total[column]), (caption, column)


def number(text: str) -> int:
    return int(text.replace(",", "").replace("\u202f", ""))


@pytest.mark.parametrize("query", SCOPES)
def test_the_working_file_says_what_the_page_says(register: Register, signed_in: Open, query: dict) -> None:
    client = signed_in(Role.AUDITOR)
    shown = page(client, **query)
    cells = {(row, column): text for rows in shown.values() for row, cs in rows.items() for column, text in cs.items()}

    rows = download(client, "working_file", **query)

    assert rows
    for row in rows:
        text = cells[row["label"], row["title"]]
        indicator = get(row["indicator"])
        if indicator.unit.value == "money":
            assert row["value"].replace(",", "") in text.replace(",", "")
        elif indicator.unit.counts_people:
            assert text == text_of(int(row["value"]), indicator)
        else:
            assert text == text_of(Decimal(row["value"]), indicator)
    without = {"–", "0"}
    told = {(row["label"], row["title"]) for row in rows}
    assert {key for key, text in cells.items() if text not in without} <= told


def test_an_officer_sees_their_own_district_alone_everywhere(
    register: Register, signed_in: Open, district: Area, other_district: Area
) -> None:
    client = signed_in(Role.DISTRICT_OFFICER, district)
    everywhere = page(signed_in(Role.AUDITOR))["Registration by place"]
    column = "Households registered"

    for query in ({}, {"district": other_district.code}, {"programme": "CGP", "district": other_district.code}):
        shown = page(client, **query)
        assert shown["Registration by place"]["All"][column] == everywhere[district.name][column]
        assert other_district.name not in shown["Registration by place"]
        assert set(shown["Programmes by place"]) == set(shown["Registration by place"])
        bars = words(drawing(client, "stages", **query))
        councils = set(Area.objects.filter(district=other_district, level="council").values_list("name", flat=True))
        assert not councils & set(bars)
        plotted = drawing(client, "map-registered", **query)
        description = plotted.find("{*}desc").text
        assert district.name in description
        assert other_district.name not in description


def test_a_file_holds_only_the_places_that_its_reader_may_take_away(
    register: Register, signed_in: Open, district: Area, other_district: Area
) -> None:
    client = signed_in(Role.AUDITOR, district)
    for name in ("working_file", "protected_file"):
        rows = download(client, name, district=other_district.code)
        councils = {row["code"] for row in rows if row["breakdown"] == "council"}
        assert councils
        assert councils == set(Area.objects.filter(district=district, level="council").values_list("code", flat=True))
        assert not [row for row in rows if row["breakdown"] == "district"]


def test_an_officer_of_one_programme_sees_nothing_of_the_other(register: Register, signed_in: Open) -> None:
    client = signed_in(Role.AUDITOR, programme_code="CGP")
    whole = page(signed_in(Role.AUDITOR), programme="CGP")["Programmes by place"]
    for query in ({}, {"programme": "OAP"}, {"programme": "CGP"}):
        assert page(client, **query)["Programmes by place"] == whole
    assert {row["programme"] for row in download(client, "working_file", programme="OAP")} == {"", "CGP"}


def test_every_download_is_in_the_log_of_reads(register: Register, signed_in: Open) -> None:
    client = signed_in(Role.AUDITOR)
    for name in ("working_file", "protected_file"):
        before = ReadEntry.objects.using("reads").filter(page="reporting.export").count()
        download(client, name)
        assert ReadEntry.objects.using("reads").filter(page="reporting.export").count() == before + 1


@pytest.mark.parametrize("name", ["working_file", "protected_file", "definitions_file"])
def test_who_may_not_take_figures_away_downloads_nothing(register: Register, signed_in: Open, name: str) -> None:
    client = signed_in(Role.DISTRICT_OFFICER)
    assert client.get(reverse(f"reporting:{name}")).status_code == 403
    assert reverse(f"reporting:{name}") not in client.get(reverse("reporting:dashboard")).content.decode()


def test_the_file_to_pass_on_shows_no_small_count(register: Register, signed_in: Open) -> None:
    rows = download(signed_in(Role.AUDITOR), "protected_file")
    counts = [row for row in rows if get(row["indicator"]).unit.counts_people]
    assert not [row for row in counts if row["value"] in {"1", "2", "3", "4"}]
    assert [row for row in counts if row["note"].startswith("hidden")]
    assert [row for row in counts if row["value"] and int(row["value"]) >= 5]


def test_the_meanings_are_a_page_and_a_file(register: Register, signed_in: Open) -> None:
    client = signed_in(Role.AUDITOR)
    text = html.document_fromstring(client.get(reverse("reporting:meanings")).content.decode()).text_content().strip()
    rows = {row["indicator"]: row for row in download(client, "definitions_file")}
    for indicator in listed():
        assert indicator.definition in text
        assert rows[indicator.code]["definition"] == indicator.definition


@pytest.mark.parametrize("layout", ["wide", "narrow"])
@pytest.mark.parametrize("code", ["stages", "map-registered", "map-enrolled"])
def test_a_chart_stands_alone_and_can_be_read_without_being_seen(
    register: Register, signed_in: Open, code: str, layout: str
) -> None:
    root = drawing(signed_in(Role.AUDITOR), code, layout=layout)
    assert root.get("role") == "img"
    named = [root.xpath(f"//*[@id='{key}']")[0].text for key in root.get("aria-labelledby").split()]
    assert all(named) and len(named) == 2
    for element in root.iter(etree.Element):
        assert etree.QName(element).localname not in {"script", "style", "image", "foreignObject", "a", "use"}
        for key, value in element.attrib.items():
            assert not key.startswith("on")
            assert "://" not in value and not key.endswith("href"), (key, value)
            assert "url(" not in value or "url(#" in value


def test_the_bars_carry_the_figures_of_the_page(register: Register, signed_in: Open) -> None:
    client = signed_in(Role.AUDITOR)
    shown = page(client)
    written = words(drawing(client, "stages"))
    description = drawing(client, "stages").find("{*}desc").text
    for stage in ("registered", "assessed", "enrolled", "paid"):
        assert stage.capitalize() in written
        for table in (shown["Registration by place"], shown["Programmes by place"]):
            for place, columns in table.items():
                empty = place == "Place not known" and columns.get(f"Households {stage}") == "0"
                if place != "All" and not empty and f"Households {stage}" in columns:
                    assert place in written
                    assert f"{place}, {stage}: {columns[f'Households {stage}']}" in description


def test_the_map_carries_the_figures_of_the_page(register: Register, signed_in: Open) -> None:
    client = signed_in(Role.AUDITOR)
    written = words(drawing(client, "map-registered"))
    for place, columns in page(client)["Registration by place"].items():
        if place not in ("All", "Place not known"):
            assert place in written
            assert columns["Persons registered per 1,000 inhabitants"] in written


def test_a_chart_is_not_sent_twice_but_a_new_count_sends_it(register: Register, signed_in: Open) -> None:
    client = signed_in(Role.AUDITOR)
    address = reverse("reporting:chart", args=["stages"])
    first = client.get(address)
    assert "private" in first["Cache-Control"]
    again = client.get(address, headers={"if-none-match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    other = client.get(f"{address}?{urlencode({'programme': 'CGP'})}", headers={"if-none-match": first["ETag"]})
    assert other.status_code == 200


def test_charts_are_drawn_without_a_cache(register: Register, signed_in: Open) -> None:
    nobody = {
        "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": "redis://127.0.0.1:9/0"}
    }
    with override_settings(CACHES=nobody):
        assert words(drawing(signed_in(Role.AUDITOR), "stages"))


@pytest.mark.parametrize(
    "drawn",
    [
        "<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>",
        "<svg xmlns='http://www.w3.org/2000/svg'><rect onclick='x()'/></svg>",
        "<svg xmlns='http://www.w3.org/2000/svg'><image href='http://example.org/a.png'/></svg>",
        "<svg xmlns='http://www.w3.org/2000/svg'><rect fill='url(http://example.org/a)'/></svg>",
    ],
)
def test_a_drawing_that_runs_or_fetches_something_is_refused(drawn: str) -> None:
    with pytest.raises(svg.ChartFailed):
        svg.accessible(drawn, title="T", description="D")


def test_a_specification_that_would_fetch_something_is_not_drawn() -> None:
    with pytest.raises(svg.ChartFailed):
        svg.draw({"mark": "bar", "data": {"url": "http://127.0.0.1:9/a.json"}}, title="T", description="D")


def test_a_chart_that_takes_too_long_is_an_error_of_its_own(
    register: Register, signed_in: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache.clear()
    monkeypatch.setattr(svg, "SECONDS", 0.0)
    client = signed_in(Role.AUDITOR)
    assert client.get(reverse("reporting:chart", args=["map-enrolled"]), {"programme": "OAP"}).status_code == 503
    assert client.get(reverse("reporting:dashboard")).status_code == 200


def test_the_button_has_the_figures_counted_once(register: Register, signed_in: Open) -> None:
    client = signed_in(Role.SUPERVISOR)
    document = html.document_fromstring(client.get(reverse("reporting:dashboard")).content.decode())
    key = document.xpath("//form[contains(@action, 'refresh')]//input[@name='one_shot']/@value")[0]
    for _ in range(2):
        response = client.post(reverse("reporting:refresh"), {"one_shot": key}, follow=True)
        assert "being counted" in response.content.decode()
    assert Job.objects.filter(kind=counting.JOB_KIND).count() == 1
    assert client.post(reverse("reporting:refresh"), {}).status_code == 302
    assert Job.objects.filter(kind=counting.JOB_KIND).count() == 1
    assert Snapshot.objects.count() == 1


def test_somebody_without_the_permission_sees_no_figures(register: Register, signed_in: Open) -> None:
    for client in (signed_in(Role.ADMINISTRATOR), signed_in()):
        for name, args in (("dashboard", []), ("meanings", []), ("chart", ["stages"]), ("working_file", [])):
            assert client.get(reverse(f"reporting:{name}", args=args)).status_code == 403
    assert Client().get(reverse("reporting:dashboard")).status_code == 302
