"""Programs that call the API: whose key it is, and whether it is meant for what they ask."""

from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.exceptions import HTTPException

from honnin.app.access import Right
from honnin.app.accounts import ApiKey
from honnin.app.passwords import digest
from honnin.web.limits import RateLimit, caller_of
from honnin.web.services import Services

BEARER = HTTPBearer(auto_error=False, description="A key made under Settings → API keys")
Given = Annotated[HTTPAuthorizationCredentials | None, Depends(BEARER)]


class Callers:
    """Knows the keys of one site and how often each may call. It stands in the application's state as ``callers``."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._limit = RateLimit(services.settings.calls_per_minute, services.now)

    def key(self, request: Request, token: str | None, right: Right) -> ApiKey:
        """Return the key of a call that may go on; that it was used is written down."""
        key = self._services.users.find_key(digest(token), at=self._services.now()) if token else None
        if key is None:
            raise HTTPException(401, headers={"www-authenticate": "Bearer"})
        if key.revoked_at is not None:
            raise HTTPException(403)
        if not self._limit.allows(key.id):
            raise HTTPException(429, headers={"retry-after": "60"})
        actor = key.actor(caller_of(request.client.host if request.client else None))
        self._services.access.permit(actor, right, f"{request.method} {request.url.path}"[:400])
        return key


class KeyGate:
    """Stands in front of a call: lets through keys whose scope includes the right."""

    def __init__(self, right: Right) -> None:
        self.right = right

    def __call__(self, request: Request, given: Given) -> ApiKey:
        callers: Callers = request.app.state.callers
        return callers.key(request, given.credentials if given else None, self.right)


def calls(right: Right) -> Any:
    """Say which right a call needs.

    A call takes it as ``by: Annotated[ApiKey, calls(Right.REPORTS_SEND)]``.
    """
    return Depends(KeyGate(right))
