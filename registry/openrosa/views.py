"""Addresses of the device door: the list of forms, a form, the files beside it, and where filled-in forms go."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from core import audit
from core.access.devices import for_devices
from core.access.permissions import Permission
from core.access.web import actor_of_request as actor_of
from core.models import DeviceSignIn
from registry.actions import device_forms
from registry.models import QuestionnaireVersion
from registry.openrosa import blank_forms, documents, media
from registry.openrosa.body import parts_of
from registry.openrosa.door import XML, Refused, open_rosa, said
from registry.openrosa.instance import LARGEST
from registry.tasks import tell_worker

REGISTER = Permission.REGISTRY_REGISTER


@require_safe
@open_rosa
@for_devices(REGISTER)
def form_list(request: HttpRequest) -> HttpResponse:
    """The form in force; with ``listAllVersions`` also those that were."""
    retired = request.GET.get("listAllVersions", "").lower() in ("true", "1")
    versions = blank_forms.published(retired=retired)
    if request.GET.get("formID", blank_forms.FORM_ID) != blank_forms.FORM_ID:
        versions = []
    verbose = request.GET.get("verbose", "").lower() == "true"
    return _xml(documents.form_list(_listed(request, version, verbose=verbose) for version in versions))


def _listed(request: HttpRequest, version: QuestionnaireVersion, *, verbose: bool) -> documents.Listed:
    form = blank_forms.blank_form(version)
    return documents.Listed(
        form_id=blank_forms.FORM_ID,
        name=form.name,
        version=form.version,
        md5=form.md5,
        download_url=_address(request, "form", version.code),
        manifest_url=_address(request, "manifest", version.code),
        description=f"Version {version.code}" if verbose else "",
    )


@require_safe
@open_rosa
@for_devices(REGISTER)
def form(request: HttpRequest, code: str) -> HttpResponse:
    """A version that is or was in force, as XForm."""
    return _xml(blank_forms.blank_form(_published(code)).xml)


@require_safe
@open_rosa
@for_devices(REGISTER)
def manifest(request: HttpRequest, code: str) -> HttpResponse:
    """The lists that the form draws on, as they are for this person today."""
    version = _published(code)
    files = media.files(actor=actor_of(request), on=timezone.localdate())
    return _xml(documents.manifest((one, _address(request, "media", version.code, one.name)) for one in files))


@require_safe
@open_rosa
@for_devices(REGISTER)
def media_file(request: HttpRequest, code: str, name: str) -> HttpResponse:
    """One of those lists. Which households it told of, and to whom, is logged."""
    _published(code)
    actor = actor_of(request)
    found = media.file(name=name, actor=actor, on=timezone.localdate())
    if found is None:
        raise Http404
    if found.households:
        at = timezone.now()
        audit.read(actor=actor, at=at, page="openrosa:media", subject_type="household", subject_ids=found.households)
    return HttpResponse(found.content, content_type="text/csv; charset=utf-8")


@require_http_methods(["HEAD", "POST"])
@open_rosa
@for_devices(REGISTER)
def submission(request: HttpRequest) -> HttpResponseBase:
    """Where filled-in forms go; HEAD tells how much to send at once. What is answered 201 or 202 is kept."""
    if request.method == "HEAD":
        return HttpResponse(status=204)
    device: DeviceSignIn = request.device  # type: ignore[attr-defined]
    with parts_of(request, largest_xml=LARGEST) as parts:
        try:
            came = device_forms.receive(
                xml=parts.xml,
                attached=parts.files,
                device=device,
                device_id=request.GET.get("deviceID", ""),
                tell=tell_worker,
                actor=actor_of(request),
                at=timezone.now(),
            )
        except device_forms.UnknownForm as error:
            raise Refused(404, str(error)) from error
        except (device_forms.UnreadableForm, device_forms.NotAPhotograph, device_forms.TooMuch) as error:
            raise Refused(400, str(error)) from error
    if came.missing:
        sentence = f"Kept. {came.missing} of its photographs are still to come."
        return said(202, sentence, nature="submit_incomplete")
    sentence = "Kept already: nothing was changed." if came.repeat else "Kept. Thank you."
    return said(201, sentence, nature="submit_success")


def _published(code: str) -> QuestionnaireVersion:
    version = blank_forms.by_code(code)
    if version is None:
        raise Http404
    return version


def _address(request: HttpRequest, name: str, *args: Any) -> str:
    return request.build_absolute_uri(reverse(f"openrosa:{name}", args=args))


def _xml(content: bytes) -> HttpResponse:
    return HttpResponse(content, content_type=XML)
