"""Charts as images of their own: the page's security policy keeps them apart, and the browser keeps them."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.views.decorators.http import require_safe

from core.access.permissions import Permission
from core.access.web import actor_of_request, requires
from reporting.charts import svg
from reporting.charts.catalogue import CHARTS
from reporting.forms import SelectionForm
from reporting.queries import figures


@require_safe
@requires(Permission.REPORTING_VIEW)
def chart(request: HttpRequest, code: str) -> HttpResponse:
    """One chart of what the actor may see. The browser asks each time and is told when nothing changed."""
    actor, snapshot = actor_of_request(request), figures.newest()
    wanted = next((chart for chart in CHARTS if chart.code == code), None)
    if wanted is None or snapshot is None:
        raise Http404
    selection = SelectionForm(request.GET, actor=actor).selection()
    drawing = wanted.drawing(actor, snapshot, selection, request.GET.get("layout") == "narrow")
    etag = quote_etag(svg.key_of(drawing.specification, title=drawing.title, description=drawing.description))
    response = get_conditional_response(request, etag=etag)
    if not isinstance(response, HttpResponseNotModified):
        try:
            content = svg.draw(drawing.specification, title=drawing.title, description=drawing.description)
        except svg.ChartFailed as error:
            return HttpResponse(str(error), status=503, content_type="text/plain; charset=utf-8")
        response = HttpResponse(content, content_type="image/svg+xml")
    response["ETag"] = etag
    response["Cache-Control"] = "private, no-cache"
    return response
