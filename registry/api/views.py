"""The registry's part of ``/api/v1``."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.http import parse_etags, urlencode
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from core import audit, reader
from core.access.actor import NotPermitted
from core.access.permissions import Permission
from core.actions.repeats import KeyUsedOtherwise
from core.api.problems import Problem
from core.api.views import ApiView, actor_of, body_of
from registry.actions import bundles
from registry.api import schema, showing
from registry.api.decoding import payloads_of
from registry.queries import feed
from registry.queries.paging import whole_number
from registry.queries.said import translator


class Bundles(ApiView):
    """Households come in, up to a hundred at once."""

    permissions = (Permission.REGISTRY_REGISTER,)

    @extend_schema(
        operation_id="send_bundle",
        summary="Send households",
        description="Each household is accepted, waits for review, or is refused for itself; the answer says which.",
        parameters=[schema.IDEMPOTENCY_KEY],
        request={"application/json": {"$ref": "#/components/schemas/Bundle"}},
        responses=schema.answers({200: "BundleAnswer"}, 400, 403, 413, 415, 422),
    )
    def post(self, request: Request) -> Response:
        key = _key(request)
        raw, body = body_of(request)
        payloads, faults = payloads_of(body)
        if faults:
            errors = [{"pointer": fault.pointer, "detail": fault.detail} for fault in faults[:100]]
            raise Problem(422, "The bundle is not shaped as it should be.", kind="shape", errors=errors)
        try:
            done = bundles.receive(key=key, body=raw, payloads=payloads, actor=actor_of(request), at=timezone.now())
        except KeyUsedOtherwise as error:
            raise Problem(422, str(error), kind="key-used-otherwise") from error
        headers = {"Content-Language": reader.language()} | ({"Idempotent-Replay": "true"} if done.repeat else {})
        return Response({"results": _in_readers_words(done.results)}, headers=headers)


def _in_readers_words(results: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The answer is kept in English, and told in the language of whoever asks."""
    said = translator()
    return [
        one | {"issues": [issue | {"message": said(issue["message"])} for issue in one["issues"]]} for one in results
    ]


def _key(request: Request) -> UUID:
    try:
        return UUID(request.headers.get("Idempotency-Key", ""))
    except ValueError:
        raise Problem(
            400, "Send a UUID as Idempotency-Key, a new one for each bundle.", kind="no-idempotency-key"
        ) from None


class Households(ApiView):
    """Households in the order in which they were last written."""

    permissions = (Permission.REGISTRY_VIEW,)

    @extend_schema(
        operation_id="list_households",
        summary="Households, or what changed since a cursor",
        parameters=schema.LIST_PARAMETERS,
        responses=schema.answers({200: "HouseholdPage"}, 400, 403),
    )
    def get(self, request: Request) -> Response:
        actor, asked = actor_of(request), request.query_params
        size = whole_number(asked.get("limit", "100"))
        if size is None or not 1 <= size <= 500:
            raise Problem(400, "limit is a whole number from 1 to 500.")
        filters = {name: asked.get(name, "") for name in ("district", "village")}
        try:
            found = feed.changed(actor=actor, after=asked.get("cursor", ""), size=size, **filters)
        except feed.NoCursor as error:
            raise Problem(400, str(error)) from error
        parts = feed.parts(of=found.households)
        audit.read(
            actor=actor,
            at=timezone.now(),
            page="api.households",
            subject_type="household",
            subject_ids=[one.pk for one in found.households],
        )
        onwards = {name: value for name, value in filters.items() if value}
        onwards |= {"limit": str(size), "cursor": found.cursor}
        address = f"{reverse('api:households')}?{urlencode(onwards)}"
        return Response(
            {
                "not_shared": found.not_shared,
                "results": [showing.household(one, parts, full=False) for one in found.households],
                "cursor": found.cursor,
                "next": request.build_absolute_uri(address) if found.more else None,
            }
        )


class OneHousehold(ApiView):
    """One household."""

    permissions = (Permission.REGISTRY_VIEW,)

    @extend_schema(
        operation_id="show_household",
        summary="One household",
        parameters=schema.ONE_PARAMETERS,
        responses=schema.answers({200: "Household", 304: None}, 403, 404),
    )
    def get(self, request: Request, reference: str) -> Response:
        actor = actor_of(request)
        found = feed.one(actor=actor, reference=reference)
        if found is None:
            raise Http404
        reason = request.headers.get("Unmask-Reason", "").strip()[:500]
        if reason and not actor.may_in(Permission.REGISTRY_UNMASK, area_path=found.area.path):
            raise NotPermitted(Permission.REGISTRY_UNMASK)
        shown = showing.household(found, feed.parts(of=[found]), full=bool(reason))
        tag = showing.tag(shown)
        headers = {"ETag": tag}
        if tag in parse_etags(request.headers.get("If-None-Match", "")):
            return Response(status=304, headers=headers)
        audit.read(
            actor=actor,
            at=timezone.now(),
            page="api.household.unmasked" if reason else "api.household",
            subject_type="household",
            subject_ids=[found.pk],
            reason=reason,
        )
        return Response(shown, headers=headers)


class Schema(ApiView):
    """The description of the API, with the columns of the questionnaire in force."""

    @extend_schema(exclude=True)
    def get(self, request: Request) -> Response:
        generator: Any = SchemaGenerator()
        return Response(generator.get_schema(request=None, public=True))


class Nothing(ApiView):
    """An address of the API that is none."""

    @extend_schema(exclude=True)
    def get(self, request: Request, rest: str) -> Response:
        raise Http404

    post = put = patch = delete = get
