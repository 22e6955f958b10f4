"""A browser without a screen: keeps cookies, sends the token of the page, follows nothing."""

import asyncio
import re
from typing import Any

import httpx


class Browser:
    """Calls an ASGI application without a socket."""

    def __init__(self, application: Any, base: str, headers: dict[str, str]) -> None:
        self._client = httpx.AsyncClient(
            transport=httpx.ASGITransport(application), base_url=base, headers=headers, follow_redirects=False
        )
        self.csrf = ""

    @property
    def cookies(self) -> httpx.Cookies:
        """Cookies kept."""
        return self._client.cookies

    def request(self, method: str, address: str, **given: Any) -> httpx.Response:
        """One request with the token of the last page."""
        headers = {"accept": "text/html"} | ({"x-csrf-token": self.csrf} if self.csrf else {})
        given["headers"] = headers | given.get("headers", {})
        return asyncio.run(self._client.request(method, address, **given))

    def get(self, address: str, **given: Any) -> httpx.Response:
        """A page; its token is remembered."""
        answer = self.request("GET", address, **given)
        if found := re.search(r'<meta name="csrf" content="(\w+)">', answer.text):
            self.csrf = found[1]
        return answer

    def post(self, address: str, **given: Any) -> httpx.Response:
        """A change, after a look at the worklist for its token."""
        if not self.csrf and self.cookies:
            self.get("/")
        return self.request("POST", address, **given)
