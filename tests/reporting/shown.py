"""What the figures' pages, files and drawings show, taken apart."""

from __future__ import annotations

import csv
import io

from django.test import Client
from django.urls import reverse
from lxml import etree, html

from reporting.models import Figure, Snapshot


def page(client: Client, **query: str) -> dict[str, dict[str, dict[str, str]]]:
    """The page's tables: caption, row, column."""
    response = client.get(reverse("reporting:dashboard"), query)
    assert response.status_code == 200
    found: dict[str, dict[str, dict[str, str]]] = {}
    for table in html.document_fromstring(response.content.decode()).iter("table"):
        columns = [th.text_content().strip() for th in table.xpath(".//thead//th")]
        rows = table.xpath(".//tbody/tr|.//tfoot/tr")
        found[table.find("caption").text_content().strip()] = {
            row[0].text_content().strip(): dict(
                zip(columns[1:], [cell.text_content().strip() for cell in row[1:]], strict=True)
            )
            for row in rows
        }
    return found


def download(client: Client, name: str, **query: str) -> list[dict[str, str]]:
    response = client.get(reverse(f"reporting:{name}"), query)
    assert response.status_code == 200, response.content
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def drawing(client: Client, code: str, **query: str) -> etree._Element:
    response = client.get(reverse("reporting:chart", args=[code]), query)
    assert response.status_code == 200
    assert response["Content-Type"] == "image/svg+xml"
    return etree.fromstring(response.content)


def words(root: etree._Element) -> list[str]:
    return [element.text for element in root.iter("{*}text") if element.text]


def kept(snapshot: Snapshot) -> dict[tuple, int]:
    rows = Figure.objects.filter(snapshot=snapshot).values_list(
        "indicator", "programme__code", "district_id", "area_id", "sex", "age_group", "bin", "currency", "value"
    )
    return {(row[0], row[1] or "", *row[2:8]): row[8] for row in rows}
