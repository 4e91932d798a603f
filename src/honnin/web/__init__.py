"""The pages and the HTTP API."""

from __future__ import annotations

from honnin.web.application import create_app
from honnin.web.services import Desk, Services

__all__ = ["Desk", "Services", "create_app"]
