"""Every address of the house, with a sample of each, as the resolver knows them."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import RoutePattern

from core.access.permissions import Permission

SAMPLES = {
    "int": "999999999",
    "uuid": "01890000-0000-7000-8000-000000000000",
    "str": "nothing",
    "slug": "nothing",
    "path": "nothing",
}
OURS = ("core", "registry", "eligibility", "payments", "grievances", "reporting")


@dataclass(frozen=True)
class Route:
    """One address: its name (``core:person``), a sample of it, and the view that answers."""

    name: str
    address: str
    view: Callable[..., Any]

    @property
    def package(self) -> str:
        return self.view.__module__.split(".")[0]

    @property
    def declared(self) -> bool:
        return hasattr(self._declaring, "permissions") or hasattr(self._declaring, "permission")

    @property
    def permissions(self) -> tuple[Permission, ...]:
        """What the view declares; empty: who is signed in."""
        several = getattr(self._declaring, "permissions", None)
        if several is not None:
            return tuple(several)
        one = getattr(self._declaring, "permission", None)
        return (one,) if one else ()

    @property
    def _declaring(self) -> Any:
        return getattr(self.view, "view_class", getattr(self.view, "cls", self.view))


def every_route() -> list[Route]:
    """In the order of the resolver."""
    return list(_walk(get_resolver(), "/", ""))


def _walk(resolver: URLResolver, before: str, namespace: str) -> Iterator[Route]:
    for entry in resolver.url_patterns:
        address = before + _sample(entry.pattern)
        if isinstance(entry, URLResolver):
            inner = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
            yield from _walk(entry, address, inner)
        elif isinstance(entry, URLPattern):
            yield Route(name=f"{namespace}{entry.name}", address=address, view=entry.callback)


def _sample(pattern: Any) -> str:
    if isinstance(pattern, RoutePattern):
        return re.sub(r"<(?:(\w+):)?\w+>", lambda found: SAMPLES.get(found[1] or "str", "nothing"), str(pattern))
    text = re.sub(r"\(\?P<\w+>[^)]*\)", "1", str(pattern))
    return text.strip("^$").replace("\\Z", "").replace("\\", "")
