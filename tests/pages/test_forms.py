"""Fields are labelled, hints and errors are tied to them, and the summary leads to them."""

from __future__ import annotations

import uuid

import pytest
from django import forms
from lxml import html

from core.forms.fields import PartialDateField, WholeDateField
from core.forms.one_shot import OneShotForm, OneShotMissing, one_shot_key


class Registration(OneShotForm):
    name = forms.CharField(label="Full name", help_text="As on the card")
    notes = forms.CharField(label="Notes", widget=forms.Textarea, required=False)
    rooms = forms.IntegerField(label="Rooms", help_text="For sleeping")
    amount = forms.DecimalField(label="Amount", required=False)
    born = PartialDateField(label="Date of birth", help_text="As far as known")
    visited = WholeDateField(label="Visited", required=False)
    sex = forms.ChoiceField(label="Sex", choices=[("f", "Female"), ("m", "Male")], widget=forms.RadioSelect)
    roof = forms.ChoiceField(label="Roof", choices=[("", "Choose"), ("t", "Thatch")])
    owns = forms.MultipleChoiceField(
        label="Owns", choices=[("r", "Radio"), ("c", "Cattle")], widget=forms.CheckboxSelectMultiple, required=False
    )
    informed = forms.BooleanField(label="The notice was read")
    paper = forms.FileField(label="Paper", required=False)


def inputs(page: html.HtmlElement) -> list[html.HtmlElement]:
    return page.xpath("//input[not(@type='hidden')] | //select | //textarea")


@pytest.fixture
def empty(render):
    return render("{% govuk_form form %}", form=Registration())


@pytest.fixture
def wrong(render):
    form = Registration({"born_day": "31", "born_month": "2", "born_year": "2001", "rooms": "x"})
    return render("{% error_summary form %}{% govuk_form form %}", form=form)


def test_every_control_has_exactly_one_label(empty) -> None:
    assert len(inputs(empty)) > 12
    for control in inputs(empty):
        assert len(empty.xpath("//label[@for=$id]", id=control.get("id"))) == 1, html.tostring(control)


def test_ids_are_unique(wrong) -> None:
    ids = wrong.xpath("//@id")
    assert len(ids) == len(set(ids))


def test_groups_of_controls_have_a_legend(empty) -> None:
    legends = [legend.text_content().strip() for legend in empty.xpath("//fieldset/legend")]
    assert legends == ["Date of birth", "Visited (optional)", "Sex", "Owns (optional)"]


def test_hints_and_errors_describe_their_field(wrong) -> None:
    for target in wrong.xpath("//*[@aria-describedby]"):
        for described_by in target.get("aria-describedby").split():
            assert wrong.xpath("//*[@id=$id]", id=described_by), described_by
    name = wrong.get_element_by_id("id_name")
    assert name.get("aria-describedby") == "id_name_helptext id_name_error"
    assert name.get("aria-invalid") == "true"
    born = wrong.xpath("//fieldset[.//input[@id='id_born_day']]")[0]
    assert born.get("aria-describedby") == "id_born_helptext id_born_error"
    assert wrong.get_element_by_id("id_informed").get("aria-describedby") == "id_informed_error"


def test_the_summary_names_each_wrong_field_and_leads_to_it(wrong) -> None:
    links = wrong.xpath("//div[contains(@class, 'govuk-error-summary')]//a")
    assert [link.text_content().split(":")[0] for link in links] == [
        "Full name", "Rooms", "Date of birth", "Sex", "Roof", "The notice was read",
    ]  # fmt: skip
    for link in links:
        target = wrong.get_element_by_id(link.get("href")[1:])
        assert target.tag in ("input", "select", "textarea")


def test_a_damaged_hidden_key_is_told_in_the_summary(render) -> None:
    page = render("{% error_summary form %}", form=OneShotForm({"one_shot": "x"}))
    assert "Open the page again" in page.text_content()


def test_a_form_that_was_not_sent_has_no_summary(render) -> None:
    page = render("{% error_summary form %}", form=Registration())
    assert not page.xpath("//div[contains(@class, 'govuk-error-summary')]")


def test_the_summary_takes_formsets_too(render) -> None:
    formset = forms.formset_factory(Registration)(
        {"form-TOTAL_FORMS": "1", "form-INITIAL_FORMS": "0", "form-0-name": "A"}, prefix="form"
    )
    page = render("{% error_summary nothing formset %}{% govuk_form formset.forms.0 %}", formset=formset)
    hrefs = page.xpath("//div[contains(@class, 'govuk-error-summary')]//a/@href")
    assert "#id_form-0-born_day" in hrefs
    assert all(page.xpath("//*[@id=$id]", id=href[1:]) for href in hrefs)


def test_what_was_typed_is_shown_again(wrong) -> None:
    assert wrong.get_element_by_id("id_born_day").get("value") == "31"
    assert wrong.get_element_by_id("id_rooms").get("value") == "x"


def test_numbers_are_typed_as_text_with_the_number_keyboard(empty) -> None:
    rooms, amount = empty.get_element_by_id("id_rooms"), empty.get_element_by_id("id_amount")
    assert (rooms.get("type"), rooms.get("inputmode")) == ("text", "numeric")
    assert (amount.get("type"), amount.get("inputmode")) == ("text", "decimal")


def test_text_from_people_is_escaped(render) -> None:
    page = render("{% error_summary form %}{% govuk_form form %}", form=Registration({"rooms": '"><b id="evil">'}))
    assert not page.xpath("//*[@id='evil']")


def test_optional_fields_say_so_unless_the_form_says_otherwise(render) -> None:
    form = Registration()
    assert "Notes (optional)" in render("{% govuk_field form.notes %}", form=form).text_content()
    form.mark_optional = False
    assert "(optional)" not in render("{% govuk_form form %}", form=form).text_content()


def test_a_label_can_be_the_heading_of_the_page(render) -> None:
    page = render("{% govuk_field form.sex heading=True label_size='l' %}", form=Registration())
    assert page.xpath("//legend/h1")[0].text_content() == "Sex"


def test_each_form_carries_its_own_key_and_keeps_it_when_shown_again(render) -> None:
    keys = [
        render("{% govuk_form form %}", form=OneShotForm()).get_element_by_id("id_one_shot").get("value") for _ in "12"
    ]
    assert uuid.UUID(keys[0]) != uuid.UUID(keys[1])
    again = render("{% govuk_form form %}", form=OneShotForm({"one_shot": keys[0]}))
    assert again.get_element_by_id("id_one_shot").get("value") == keys[0]


def test_a_form_of_one_button_gets_a_key_by_the_tag(render) -> None:
    page = render("{% one_shot %}")
    assert uuid.UUID(page.xpath("//input[@type='hidden' and @name='one_shot']/@value")[0])


def test_the_key_is_read_from_a_post_and_its_absence_refused(rf) -> None:
    key = uuid.uuid4()
    assert one_shot_key(rf.post("/", {"one_shot": str(key)})) == key
    with pytest.raises(OneShotMissing, match="one-time key"):
        one_shot_key(rf.post("/", {}))
