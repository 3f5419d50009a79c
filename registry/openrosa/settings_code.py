"""The settings of ODK Collect and KoboCollect as a QR code. Pure: no Django.

Source: ODK Collect, import and export of settings: JSON with ``general``, ``admin`` and ``project``, compressed by
zlib, as base64.
"""

from __future__ import annotations

import base64
import json
import zlib

import segno


def text(*, server_url: str, username: str, password: str, project: str) -> str:
    """What the code says."""
    general = {
        "protocol": "odk_default",
        "server_url": server_url,
        "username": username,
        "password": password,
        # The phone holds just the forms of the server, sends when it can, and keeps nothing that has been sent.
        "form_update_mode": "match_exactly",
        "autosend": "wifi_and_cellular",
        "delete_send": True,
    }
    settings = {"general": general, "admin": {}, "project": {"name": project}}
    return base64.b64encode(zlib.compress(json.dumps(settings, separators=(",", ":")).encode(), 9)).decode()


def picture(said: str) -> str:
    """The code as an address that a page's picture takes (``data:image/svg+xml``)."""
    return str(segno.make(said, error="l", micro=False).svg_data_uri(scale=4, border=4, dark="#000", light="#fff"))
