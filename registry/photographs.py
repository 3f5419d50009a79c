"""Photographs that came in: held to be photographs, and written anew before anybody is shown them."""

from __future__ import annotations

import io
import warnings
from pathlib import Path

from PIL import Image, ImageOps

from core.files import sniff

KINDS = ("image/jpeg", "image/png")
LONGEST_SIDE = 1600
MOST_PIXELS = 60_000_000


class NotAPhotograph(Exception):
    """This file is not a photograph of a kind that is taken."""


def require_photograph(name: str, content: bytes | Path) -> None:
    """Raises: NotAPhotograph: its first bytes are not those of a JPEG or PNG, whatever it is called."""
    if isinstance(content, bytes):
        head = content[:4096]
    else:
        with content.open("rb") as file:
            head = file.read(4096)
    if sniff(head) not in KINDS:
        shown = "".join(c for c in name if c.isprintable())[:60]
        raise NotAPhotograph(f"The file “{shown}” is not a photograph (JPEG or PNG), so it was not taken.")


def rewritten(content: bytes | Path) -> bytes | None:
    """The picture as a new JPEG at screen size, upright, without anything else that the file held; nothing where it
    cannot be decoded or would be enormous."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            source = io.BytesIO(content) if isinstance(content, bytes) else content
            with Image.open(source, formats=("JPEG", "PNG")) as picture:
                if picture.width * picture.height > MOST_PIXELS:
                    return None
                picture.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
                upright = ImageOps.exif_transpose(picture).convert("RGB")
    except Exception:  # whatever a decoder makes of a stranger's bytes, it is no picture
        return None
    upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    out = io.BytesIO()
    Image.frombytes("RGB", upright.size, upright.tobytes()).save(out, "JPEG", quality=82)
    return out.getvalue()
