"""A page with one form: what is right is done once, and what is not is said where it is to be mended."""

import pytest
from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse

from core.forms.people import Reason
from core.views import deciding
from core.views.asking import fill_in


class Refused(Exception):
    pass


class TooLate(Exception):
    pass


class NameForm(forms.Form):
    name = forms.CharField()


@pytest.fixture
def sent(page_request):
    """Send a form to a page whose action does what it is told to; returns the answer and what the action was given."""

    def send(data, raises=None):
        given = []

        def act(told):
            given.append(told)
            if raises:
                raise raises
            return told["name"].upper()

        answer = fill_in(
            page_request,
            form=NameForm(data),
            act=act,
            then=lambda name: HttpResponse(f"done for {name}"),
            refusals=(Refused,),
            overtaken=(TooLate,),
            back_url="/people/",
            page_title="Who is it?",
            button="Go on",
        )
        return answer, given

    return send


def test_a_form_that_is_right_is_done_and_answered_by_what_came_of_it(sent):
    answer, given = sent({"name": "Mpho"})

    assert (answer.status_code, answer.content) == (200, b"done for MPHO")
    assert given == [{"name": "Mpho"}]


@pytest.mark.parametrize(("data", "status"), [(None, 200), ({"name": ""}, 422)])
def test_a_form_that_is_not_sent_or_not_right_is_shown_and_nothing_is_done(sent, data, status):
    answer, given = sent(data)

    assert answer.status_code == status
    assert "Who is it?" in answer.content.decode()
    assert 'href="/people/"' in answer.content.decode()
    assert given == []


@pytest.mark.parametrize("why", [Refused("Not this one."), ValidationError({"name": "Not this one."})])
def test_what_is_refused_is_said_with_the_form(sent, why):
    answer, _given = sent({"name": "Mpho"}, raises=why)

    assert answer.status_code == 422
    assert "Not this one." in answer.content.decode()
    assert 'value="Mpho"' in answer.content.decode()


def test_what_is_refused_for_one_field_is_said_beside_it(sent):
    answer, _given = sent({"name": "Mpho"}, raises=ValidationError({"name": "Not this one."}))

    assert 'href="#id_name"' in answer.content.decode()


def test_who_was_too_late_is_told_so(sent):
    answer, _given = sent({"name": "Mpho"}, raises=TooLate("Somebody else was faster."))

    assert answer.status_code == 409
    assert "Somebody else was faster." in answer.content.decode()


def test_what_nobody_foresaw_is_not_taken_for_a_refusal(sent):
    with pytest.raises(ZeroDivisionError):
        sent({"name": "Mpho"}, raises=ZeroDivisionError())


def shown(*, form, refusal="", status=200):
    return HttpResponse(f"{refusal}|{form.errors.get('reason', [''])[0]}", status=status)


def refuses(*_told):
    raise Refused("You asked for it yourself.")


def test_what_a_second_person_agrees_to_is_done():
    answer = deciding.agree(
        act=lambda: "the link", then=lambda done: HttpResponse(done), refusals=(Refused,), page=shown
    )

    assert (answer.status_code, answer.content) == (200, b"the link")


def test_who_may_not_agree_reads_why_on_the_page():
    answer = deciding.agree(act=refuses, then=HttpResponse, refusals=(Refused,), page=shown)

    assert (answer.status_code, answer.content) == (422, b"You asked for it yourself.|")


@pytest.fixture
def posted(page_request, monkeypatch):
    """Refuse something with this reason; returns the answer and what was said to the person."""
    said = []
    monkeypatch.setattr(messages, "success", lambda _request, text: said.append(text))

    def post(reason, act):
        page_request.POST = {"reason": reason}
        answer = deciding.refuse(
            page_request,
            act=act,
            refusals=(Refused,),
            done="It is refused.",
            back_url="/people/links/",
            page=shown,
        )
        return answer, said

    return post


def test_a_refusal_with_its_reason_is_done_said_and_left(posted):
    given = []
    answer, said = posted("She did not ask", given.append)

    assert (answer.status_code, answer["Location"]) == (302, "/people/links/")
    assert given == [{"reason": "She did not ask"}]
    assert said == ["It is refused."]


def test_a_refusal_without_a_reason_is_not_done(posted):
    given = []
    answer, said = posted("", given.append)

    sentence = Reason.base_fields["reason"].error_messages["required"]
    assert (answer.status_code, answer.content.decode()) == (422, f"|{sentence}")
    assert given == said == []


def test_a_refusal_that_comes_too_late_is_said_on_the_page(posted):
    answer, said = posted("She did not ask", refuses)

    assert (answer.status_code, answer.content) == (422, b"You asked for it yourself.|")
    assert said == []
