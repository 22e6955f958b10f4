"""What stands before every route: hosts that are meant, bodies that are bounded, headers that browsers obey."""

from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from config.web import LOOPBACK_NAMES, WebSettings

SMALL_BODY = 2_000_000
"""Bytes of a form or a painted mask (a 1024 x 1024 one, compressed, is less than 0.1 MB)."""
UPLOADS = "/uploads"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; "
    "font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=()",
}
NO_STORE, ASK_AGAIN, FOR_A_YEAR = "no-store", "no-cache", "public, max-age=31536000, immutable"


class TooLarge(Exception):
    """More bytes than the route takes."""


class Shield:
    """An ASGI application around another."""

    def __init__(self, inner: ASGIApp, web: WebSettings) -> None:
        self._inner, self._web = inner, web

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse, or let through with a bounded body and more headers."""
        if scope["type"] != "http":
            await self._inner(scope, receive, send)
            return
        answer = self._dressed(scope, send)
        if refusal := self._refusal(scope):
            await refusal(scope, receive, answer)
            return
        await self._inner(scope, _bounded(receive, self._limit(scope["path"])), answer)

    def _limit(self, path: str) -> int:
        return self._web.max_upload_bytes if path.startswith(UPLOADS) else SMALL_BODY

    def _refusal(self, scope: Scope) -> PlainTextResponse | None:
        """Another site's page in the visitor's browser, a name that is not ours, a body that is too large."""
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        if not self._web.sign_in and _name(host) not in LOOPBACK_NAMES:
            return PlainTextResponse("without sign-in this host is called localhost", 421)
        if scope["method"] not in ("GET", "HEAD") and _foreign(headers, host):
            return PlainTextResponse("this came from the page of another site", 403)
        length = headers.get("content-length", "0")
        if not length.isdecimal() or int(length) > self._limit(scope["path"]):
            return PlainTextResponse("too large", 413, {"connection": "close"})
        return None

    def _dressed(self, scope: Scope, send: Send) -> Send:
        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                headers.setdefault("cache-control", _kept(scope) if message["status"] == 200 else NO_STORE)
                if self._web.secure:
                    headers.setdefault("strict-transport-security", "max-age=31536000")
            await send(message)

        return answer


def _kept(scope: Scope) -> str:
    """How long a browser keeps an answer: a module that another one imports is not named with its version."""
    if not scope["path"].startswith("/static/"):
        return NO_STORE
    return FOR_A_YEAR if scope["query_string"].startswith(b"v=") else ASK_AGAIN


def _name(host: str) -> str:
    """The name without its port."""
    return host if host.endswith("]") else host.rsplit(":", 1)[0]


def _foreign(headers: Headers, host: str) -> bool:
    """Whether a browser says that another site asks."""
    if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return True
    origin = headers.get("origin")
    return origin is not None and urlsplit(origin).netloc != host


def _bounded(receive: Receive, most: int) -> Receive:
    """A body that ends with `TooLarge` as soon as it is longer than `most`."""
    seen = 0

    async def bounded() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > most:
            raise TooLarge
        return message

    return bounded
