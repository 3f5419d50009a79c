"""Downloads of the figures, each written into the log of reads."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from django.http import Http404, HttpRequest, StreamingHttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core import audit
from core.access.actor import Actor, NotPermitted
from core.access.permissions import Permission
from core.access.web import actor_of_request, requires
from reporting import exports, parameters
from reporting.forms import SelectionForm
from reporting.indicators import listed
from reporting.protect import protected
from reporting.queries import figures
from reporting.queries.scope import VIEW, Selection
from reporting.queries.tables import tables


@require_safe
@requires(Permission.REPORTING_EXPORT)
def working_file(request: HttpRequest) -> StreamingHttpResponse:
    """The page's figures, exact, for those who may see the households that they are about."""
    actor = _exporter(actor_of_request(request))
    for grant in actor.grants.get(VIEW, ()):
        if not actor.may_in(Permission.REGISTRY_VIEW, area_path=grant.area_path):
            raise NotPermitted(
                sentence=_("Exact figures are for those who may see these households: download the file to pass on.")
            )
    selection = SelectionForm(request.GET, actor=actor).selection()
    return _figures(actor, selection, name="figures-working.csv", protect=False)


@require_safe
@requires(Permission.REPORTING_EXPORT)
def protected_file(request: HttpRequest) -> StreamingHttpResponse:
    """All of the actor's places, small figures hidden. No choice of district: two cuts would tell what is hidden."""
    actor = _exporter(actor_of_request(request))
    chosen = {"programme": request.GET.get("programme", "")}
    return _figures(actor, SelectionForm(chosen, actor=actor).selection(), name="figures-to-pass-on.csv", protect=True)


@require_safe
@requires(Permission.REPORTING_EXPORT)
def definitions_file(request: HttpRequest) -> StreamingHttpResponse:
    """What each figure means."""
    rows = exports.lines(exports.DEFINITION_COLUMNS, exports.definition_rows(listed()))
    return _stream(rows, name="figures-meanings.csv")


def _exporter(actor: Actor) -> Actor:
    """The same person, seeing only the places that they may take figures away from."""
    return replace(actor, grants={**actor.grants, VIEW: actor.grants.get(Permission.REPORTING_EXPORT, ())})


def _figures(actor: Actor, selection: Selection, *, name: str, protect: bool) -> StreamingHttpResponse:
    snapshot = figures.newest()
    if snapshot is None:
        raise Http404
    shown = tables(actor=actor, snapshot=snapshot, selection=selection)
    if protect:
        shown = protected(shown, threshold=parameters.small_cell_threshold())
    audit.read(
        actor=actor,
        at=timezone.now(),
        page="reporting.export",
        subject_type="snapshot",
        subject_ids=[snapshot.pk],
        reason="File to pass on" if protect else "Working file",
    )
    programme = selection.programme.code if selection.programme else ""
    rows = exports.figure_rows(shown, as_of=timezone.localtime(snapshot.computed_at), programme=programme)
    return _stream(exports.lines(exports.COLUMNS, rows), name=name)


def _stream(lines: Iterator[str], *, name: str) -> StreamingHttpResponse:
    response = StreamingHttpResponse((line.encode() for line in lines), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    return response
