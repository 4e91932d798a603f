"""What stands in front of every request: limits on size, and headers that keep a browser from being misled."""

from __future__ import annotations

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MB = 1024 * 1024
PAGE_LIMIT = 3 * MB
API_LIMIT = 32 * MB
FILES_LIMIT = 80 * MB
WITH_FILES = frozenset({"/report/form", "/report/add"})
"""Where several files may be sent. What is a little too much still comes in, so that the page can say so kindly."""

POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; script-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=()",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}


class SafeHeaders:
    """Adds the headers to every answer; what is not a static file is never kept by a cache."""

    def __init__(self, app: ASGIApp, *, https: bool) -> None:
        self.app = app
        self.headers = HEADERS | ({"strict-transport-security": "max-age=31536000"} if https else {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                found = MutableHeaders(scope=message)
                for name, value in self.headers.items():
                    found[name] = value
                if "cache-control" not in found:
                    found["cache-control"] = "no-store"
            await send(message)

        await self.app(scope, receive, send_with_headers)


class LimitBody:
    """Refuses a body that is too large, by what it says of its length and by what really comes."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        most = _most(scope["path"])
        said = Headers(scope=scope).get("content-length", "")
        scope["honnin.too_large"] = said.isdigit() and (len(said) > 12 or int(said) > most)
        read = 0

        async def receive_up_to() -> Message:
            nonlocal read
            if scope["honnin.too_large"]:
                raise HTTPException(413)
            message = await receive()
            read += len(message.get("body", b""))
            if read > most:
                raise HTTPException(413)
            return message

        await self.app(scope, receive_up_to, send)


def _most(path: str) -> int:
    if path in WITH_FILES:
        return FILES_LIMIT
    return API_LIMIT if path.startswith("/api/") else PAGE_LIMIT
