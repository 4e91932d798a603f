"""Where this site is, as the browser sees it: for passkeys, and for links that are handed on."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.requests import Request

from honnin.app.factors import Place
from honnin.web.site import Site


def url_here(site: Site, request: Request, path: str) -> str:
    """Return the full address of a page of ours."""
    return f"{site.services.settings.public_url or f'{request.url.scheme}://{request.url.netloc}'}{path}"


def place_of(site: Site, request: Request) -> Place:
    """Return the host that passkeys of this site belong to, and the origin of its pages."""
    parts = urlsplit(url_here(site, request, ""))
    return Place(parts.hostname or "localhost", f"{parts.scheme}://{parts.netloc}")
