"""Whoever walks from page to page, by every link, into every file, meets no number in full and no protected place."""

from __future__ import annotations

import io
import zipfile

import pytest
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import include, path, reverse
from django.utils import timezone
from typst import compile as typeset

from core.access.roles import Role
from core.models import KeptAnswer
from registry.api import showing
from registry.models import Submission
from registry.queries import feed
from tests.architecture.planted import ADDRESS, HIDDEN, HOMESTEAD, NUMBERS, PHONE
from tests.architecture.walking import leaks, walk

_OF_SUBMISSIONS = ("review_submission", "submission", "draft_print", "draft_check")
WALKERS = [
    Role.DISTRICT_OFFICER, Role.SUPERVISOR, Role.PROGRAMME_MANAGER, Role.GRIEVANCE_OFFICER, Role.AUDITOR,
    Role.FINANCE_PREPARER, Role.DATA_PROTECTION_OFFICER, None,
]  # fmt: skip


@pytest.mark.parametrize("role", WALKERS, ids=lambda role: role.value if role else "who registered it")
def test_no_page_or_file_shows_a_number_or_a_protected_place(
    role, household, village, make_user, district_officer, client: Client
):
    user = make_user(role) if role else district_officer
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    home = reverse("registry:household", args=[household.reference])
    day = (
        reverse("registry:household_on_day", args=[household.reference])
        + "?day_0={0.day}&day_1={0.month}&day_2={0.year}"
    )
    lists = [reverse("registry:due_list", args=[area.code]) for area in (village, village.district)]
    told = [one.uuid for one in Submission.objects.order_by("id")]
    pages = walk(
        client,
        "/",
        home,
        reverse("registry:household_history", args=[household.reference]),
        day.format(timezone.localdate()),
        reverse("registry:household_print", args=[household.reference]),
        reverse("registry:changes"),
        reverse("registry:village", args=[village.code]),
        reverse("registry:review"),
        reverse("registry:claims"),
        *lists,
        *(f"{one}?copy=chief" for one in lists),
        *(reverse("registry:due_prefilled", args=[village.district.code, form]) for form in ("xlsx", "zip")),
        *(reverse(f"registry:{page}", args=[one]) for one in told for page in _OF_SUBMISSIONS),
    )
    assert len(pages) > 10
    assert leaks(pages, village=village.name, name="Zzyzwicz") == []
    files = {address.partition("?")[0].rpartition(".")[2] for address, text in pages.items() if "<html" not in text}
    assert files >= {"pdf", "xlsx", "zip"} or role is not Role.DISTRICT_OFFICER


@pytest.mark.parametrize("role", [Role.DISTRICT_OFFICER, Role.AUDITOR], ids=lambda role: role.value)
def test_who_works_in_her_village_does_not_meet_her_at_all(role, household, village, make_user, client: Client):
    client.force_login(make_user(role, village), backend="django.contrib.auth.backends.ModelBackend")
    pages = walk(client, "/", reverse("registry:household", args=[household.reference]), reverse("registry:changes"))
    hers = (*NUMBERS, *HIDDEN, "Zzyzwicz", household.reference)
    assert [(address, value) for address, text in pages.items() for value in hers if value in text] == []


def test_the_search_shows_no_number_and_no_protected_place(household, village, make_user, client: Client):
    client.force_login(make_user(Role.SUPERVISOR), backend="django.contrib.auth.backends.ModelBackend")
    for text in ("Zzyzwicz", household.reference, "0088051400001", PHONE, village.name):
        shown = client.post(reverse("registry:search"), {"text": text}, follow=True).content.decode()
        results = shown.partition("<main")[2].replace(f'value="{text}"', "")
        assert [value for value in (*NUMBERS, *HIDDEN) if value in results] == []
        assert not (village.name in results and "Zzyzwicz" in results)


def test_the_api_tells_partners_no_number_and_no_protected_place(household, village, token, client: Client):
    address = f"/api/v1/households/{household.reference}/"
    told = client.get(address, headers={"Authorization": f"Bearer {token}"})
    assert told.status_code == 200
    text = told.content.decode()
    assert [value for value in (*NUMBERS, *HIDDEN, village.code, village.name) if value in text] == []
    full = client.get(address, headers={"Authorization": f"Bearer {token}", "Unmask-Reason": "Paying in the field"})
    assert [value for value in (*HIDDEN, village.code, village.name) if value in full.content.decode()] == []


def test_the_feed_and_what_a_bundle_was_answered_tell_no_protected_place(household, village):
    """What the feed says of her: its list itself shows only what no open transaction may still overtake."""
    text = str(showing.household(household, feed.parts(of=[household]), full=False))
    assert household.reference in text
    assert [value for value in (*NUMBERS, *HIDDEN, village.code, village.name) if value in text] == []
    kept = str(list(KeptAnswer.objects.values_list("answer", flat=True)))
    assert kept and [value for value in (*NUMBERS, *HIDDEN) if value in kept] == []


#: Where what tells her place may stand: apart, for who may see it; as it came, which pages look at last; as it was
#: before, in the history of fields, and in requests, whose pages hide it. Nothing else of the database tells it.
_MAY_STAND = {
    "registry_safeplace": {"address", "answers", "latitude", "longitude"},
    "registry_submission": {"payload"},
    "registry_householdhistory": {"address", "answers", "latitude", "longitude"},
    "registry_personhistory": {"answers"},
    "grievances_casehistory": {"place"},
    "registry_changerequest": {"details"},
}


def _tables() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            " WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND n.nspname = 'public'"
            " AND has_table_privilege(c.oid, 'SELECT') ORDER BY 1"
        )
        return [name for (name,) in cursor.fetchall()]


def test_no_table_but_those_made_for_it_keeps_where_she_lives(household):
    """Jobs' parameters and results, messages that wait to leave, audit, notices, frozen lists: all of them at once."""
    found: dict[str, set[str]] = {}
    wanted = [*HIDDEN, *(value.encode().hex() for value in HIDDEN)]  # bytes are told in hexadecimal digits
    with connection.cursor() as cursor:
        for table in _tables():
            statement = (
                f"SELECT DISTINCT k FROM {table} t, jsonb_each_text(to_jsonb(t)) e(k, v), unnest(%s::text[]) h"
                " WHERE strpos(v, h) > 0"
            )
            cursor.execute(statement, [wanted])
            for (column,) in cursor.fetchall():
                found.setdefault(table, set()).add(column)
    assert {"address", "answers"} <= found["registry_safeplace"]  # it finds what there is to find
    elsewhere = {table: columns - _MAY_STAND.get(table, set()) for table, columns in found.items()}
    assert {table: columns for table, columns in elsewhere.items() if columns} == {}


# A walk that never complains proves nothing: these pages and files tell on purpose, and it has to find each of them.


def _bundle() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as bundle:
        bundle.writestr("households.csv", f"address\n{ADDRESS}\n")
    return out.getvalue()


_LEAKS = {
    "page": ("text/html", lambda: f"<html><main>Zzyzwicz lives {ADDRESS}</main></html>".encode()),
    "csv": ("text/csv", lambda: f"telephone\n{PHONE}\n".encode()),
    "json": ("application/json", lambda: f'{{"address": "{ADDRESS}"}}'.encode()),
    "pdf": ("application/pdf", lambda: typeset(f"She lives {ADDRESS}.".encode())),
    "zip": ("application/zip", _bundle),
    "xml": ("text/xml", lambda: f"<form><address>{ADDRESS}</address></form>".encode()),
}


def _leaking(request: HttpRequest, kind: str) -> HttpResponse:
    media_type, content = _LEAKS[kind]
    return HttpResponse(content(), content_type=media_type)


def _beginning(request: HttpRequest) -> HttpResponse:
    links = "".join(f'<a href="/planted/{kind}/">{kind}</a>' for kind in _LEAKS)
    return HttpResponse(f"<html><main>{links}</main></html>", content_type="text/html")


def _village(request: HttpRequest) -> HttpResponse:
    name = request.GET["name"]
    return HttpResponse(f"<html><main>Zzyzwicz, {name}</main></html>", content_type="text/html")


urlpatterns = [
    path("planted/", _beginning),
    path("planted/village/", _village),
    path("planted/<str:kind>/", _leaking),
    path("", include("config.urls")),
]


@pytest.mark.urls(__name__)
def test_the_walk_complains_of_every_planted_leak(make_user, village, client: Client):
    client.force_login(make_user(Role.DISTRICT_OFFICER), backend="django.contrib.auth.backends.ModelBackend")
    pages = walk(client, "/planted/")
    found = leaks(pages, village=village.name, name="Zzyzwicz")
    assert {address.strip("/").rpartition("/")[2] for address, _value in found} == {*_LEAKS}
    pages = walk(client, f"/planted/village/?name={village.name}")
    assert {value for _address, value in leaks(pages, village=village.name, name="Zzyzwicz")} == {village.name}


def test_the_walk_complains_when_a_guard_is_undone(monkeypatch, request, village, district_officer, client: Client):
    """Protecting without hiding what told the place before: who registered her meets it on their submissions."""
    monkeypatch.setattr("registry.intake.hiding.hide_all_of", lambda **_told: None)
    request.getfixturevalue("household")
    client.force_login(district_officer, backend="django.contrib.auth.backends.ModelBackend")
    told = Submission.objects.order_by("id").values_list("uuid", flat=True)
    pages = walk(client, *(reverse("registry:submission", args=[one]) for one in told))
    assert {ADDRESS, HOMESTEAD} <= {value for _address, value in leaks(pages, village=village.name, name="Zzyzwicz")}
