"""Each fragment shows what it is given, in elements that assistive technology understands."""

from __future__ import annotations

from datetime import datetime

import pytest

from core.jobs.progress import Progress, seconds_left
from core.templatetags.furniture import duration, figure, words

AT = datetime(2026, 3, 4, 14, 5)


def component(name: str) -> str:
    return f"core/_components/_{name}.html"


def test_a_table_has_caption_column_and_row_headers(include) -> None:
    page = include(
        component("table"),
        caption="Households",
        columns=[{"label": "Reference"}, {"label": "Members", "numeric": True}, {"label": "State"}],
        rows=[[{"text": "HH-1", "url": "/h/1"}, 5, {"text": "Accepted", "tone": "good"}]],
        total=["Total", 5, ""],
    )
    assert page.xpath("//caption")[0].text_content() == "Households"
    assert [th.text_content() for th in page.xpath("//thead//th[@scope='col']")] == ["Reference", "Members", "State"]
    assert page.xpath("//tbody//th[@scope='row']//a/@href") == ["/h/1"]
    assert page.xpath("//tbody//td/@data-label") == ["Members", "State"]
    assert "govuk-table__cell--numeric" in page.xpath("//tbody//td")[0].get("class")
    assert page.xpath("//tfoot//td")[0].text_content().strip() == "5"


def test_what_is_empty_in_a_row_takes_no_line_on_a_phone(include) -> None:
    page = include(
        component("table"),
        caption="Households",
        columns=[{"label": "Reference"}, {"label": "Why"}, {"label": "Members"}, {"label": "Looked at by"}],
        rows=[["HH-1", "", 0, {"text": ""}]],
    )
    assert page.xpath("//tbody//td[contains(@class, 'app-cell--blank')]/@data-label") == ["Why", "Looked at by"]


def test_a_reference_stays_in_one_piece_and_nothing_typed_becomes_markup(include) -> None:
    page = include(
        component("table"),
        caption="Households",
        columns=[{"label": "Household"}, {"label": "Form"}],
        rows=[[{"text": "<b>Palesa</b>, HH-4TA4DTCVMM-C", "url": "/h/1"}, "PF-00000001-I to PF-00000030-8"]],
    )
    whole = [one.text_content() for one in page.xpath("//span[@class='app-unbroken']")]
    assert whole == ["HH-4TA4DTCVMM-C", "PF-00000001-I", "PF-00000030-8"]
    assert page.xpath("//a")[0].text_content() == "<b>Palesa</b>, HH-4TA4DTCVMM-C"
    assert not page.xpath("//b")


def test_a_table_without_rows_says_so(include) -> None:
    page = include(component("table"), caption="Households", columns=[], rows=[], empty_title="No households match")
    assert not page.xpath("//table")
    assert "No households match" in page.text_content()


def test_zero_is_shown_and_not_taken_for_nothing(include) -> None:
    page = include(component("table"), caption="C", columns=[{"label": "A"}, {"label": "B"}], rows=[["x", 0]])
    assert page.xpath("//tbody//td")[0].text_content().strip() == "0"
    page = include(component("summary_list"), rows=[{"key": "Rooms", "value": 0}])
    assert page.xpath("//dd")[0].text_content().strip() == "0"


def test_a_summary_list_says_what_is_not_recorded_and_names_each_change_link(include) -> None:
    page = include(
        component("summary_list"),
        rows=[{"key": "Phone", "value": None}, {"key": "Head", "value": "P. M.", "action_url": "/change"}],
    )
    assert page.xpath("//dd")[0].text_content().strip() == "Not recorded"
    assert " ".join(page.xpath("//a")[0].text_content().split()) == "Change Head"


@pytest.mark.parametrize("tone", ["neutral", "waiting", "progress", "good", "bad"])
def test_a_status_tag_carries_its_tone(render, tone: str) -> None:
    page = render("{% status_tag 'Accepted' tone %}", tone=tone)
    assert page.xpath("//strong")[0].get("class") == f"app-tag app-tag--{tone}"


def test_an_unknown_tone_is_neutral(render) -> None:
    assert "app-tag--neutral" in render("{% status_tag 'x' 'purple' %}").xpath("//strong")[0].get("class")


def test_pagination_offers_only_the_pages_there_are(include) -> None:
    page = include(component("pagination"), next_url="?after=7", position="Page 1 of 2")
    assert page.xpath("//a/@rel") == ["next"]
    assert not include(component("pagination")).xpath("//nav")


def test_a_masked_value_is_shown_only_for_a_reason(include) -> None:
    page = include(
        component("masked"), masked={"key": "7", "label": "national ID", "value": "•••• 0123", "url": "/show"}
    )
    form = page.xpath("//form")[0]
    assert (form.get("method"), form.get("action"), form.get("hx-post")) == ("post", "/show", "/show")
    assert page.xpath(f"//label[@for='{page.xpath('//input[@name=$n]', n='reason')[0].get('id')}']")
    assert page.xpath("//input[@name='csrfmiddlewaretoken']/@value")[0]


def test_a_masked_value_without_the_right_to_show_it_has_no_button(include) -> None:
    page = include(component("masked"), masked={"key": "7", "label": "national ID", "value": "•••• 0123"})
    assert not page.xpath("//form")
    assert "0123" in page.text_content()


def test_a_masked_value_asks_again_when_the_reason_is_missing(include) -> None:
    masked = {"key": "7", "label": "ID", "value": "••", "url": "/show", "error": "Say why."}
    page = include(component("masked"), masked=masked)
    reason = page.get_element_by_id("masked-7-reason")
    assert "masked-7-error" in reason.get("aria-describedby").split()
    assert page.get_element_by_id("masked-7-error").text_content().strip() == "Say why."


def test_a_shown_value_offers_no_second_look(include) -> None:
    page = include(component("masked"), masked={"key": "7", "label": "national ID", "shown": "012301230123"})
    assert "012301230123" in page.text_content()
    assert not page.xpath("//form")


def test_the_timeline_tells_who_when_and_what_changed(include) -> None:
    page = include(
        component("timeline"),
        events=[
            {"title": "Moved", "by": "Mpho", "at": AT, "changes": [{"label": "Village", "before": None, "after": "B"}]}
        ],
    )
    assert page.xpath("//time/@datetime")[0].startswith("2026-03-04T14:05")
    assert [cell.text_content() for cell in page.xpath("//tbody/tr/*")] == ["Village", "–", "B"]


def test_count_cards_read_as_label_and_number(include) -> None:
    tasks = [{"label": "To review", "count": 1204, "url": "/r", "urgent": True}]
    page = include(component("count_cards"), tasks=tasks)
    assert page.xpath("//li//a")[0].text_content() == "To review: 1204"
    assert "Urgent" in page.text_content()


def test_the_current_tab_says_so(include) -> None:
    tabs = [{"label": "Members", "url": "/m", "current": True}, {"label": "History", "url": "/h"}]
    page = include(component("tabs"), tabs=tabs)
    assert page.xpath("//a[@aria-current='page']/@href") == ["/m"]


def progress(status: str, **changes: object) -> Progress:
    fields: dict[str, object] = {
        "id": 5, "label": "Assessment", "status": status, "parts_done": 31, "parts_total": 50, "percent": 62,
        "eta_seconds": 95.0, "counts": {"not_assessable": 4100}, "error": "", "url": "/p", "page_url": "/j",
    }  # fmt: skip
    return Progress(**{**fields, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("status", "asks_again"),
    [("queued", True), ("running", True), ("done", False), ("failed", False), ("cancelled", False)],
)
def test_the_progress_box_asks_again_only_while_the_job_lives(include, status: str, asks_again: bool) -> None:
    page = include("core/jobs/_progress.html", job=progress(status))
    assert bool(page.xpath("//section[@hx-get='/p']")) is asks_again
    assert bool(page.xpath("//a[@href='/j']")) is asks_again


def test_the_progress_box_tells_parts_time_and_counts(include) -> None:
    page = include("core/jobs/_progress.html", job=progress("running"))
    text = " ".join(page.text_content().split())
    for part in ("62 %", "31 of 50 parts", "about 2 minutes left", "Not assessable", "4,100"):
        assert part in text
    assert page.xpath("//progress/@value") == ["62"]


def test_a_job_whose_parts_are_unknown_shows_a_bar_without_a_value(include) -> None:
    page = include("core/jobs/_progress.html", job=progress("queued", percent=None, parts_total=None))
    assert page.xpath("//progress") and not page.xpath("//progress/@value")


def test_a_stopped_job_says_why(include) -> None:
    page = include("core/jobs/_progress.html", job=progress("failed", error="The disk is full."))
    assert "The disk is full." in page.xpath("//*[@role='alert']")[0].text_content()


def test_time_left_is_reckoned_from_what_is_done() -> None:
    started = datetime(2026, 3, 4, 14, 4)
    assert seconds_left(started_at=started, at=AT, done=20, total=50) == 90
    assert seconds_left(started_at=started, at=AT, done=50, total=50) == 0
    assert seconds_left(started_at=started, at=AT, done=0, total=50) is None
    assert seconds_left(started_at=None, at=AT, done=5, total=50) is None


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "1 second"), (1, "1 second"), (59, "59 seconds"), (60, "1 minute"), (95, "2 minutes"), (7300, "2 hours")],
)
def test_a_duration_is_told_in_words(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_figures_and_codes_are_made_readable() -> None:
    assert figure(1234567) == "1,234,567"
    assert figure(12) == "12"
    assert words("not_assessable") == "Not assessable"
