"""What a hostile patient name, a hostile page and a hostile client get."""

import asyncio
import re
from typing import Any

import pytest

from db.accounts import Role
from dicom_node.web.shield import SMALL_BODY
from tests.web.conftest import Site


@pytest.mark.parametrize("address", ["/", "/studies/1"])
def test_markup_in_patient_name_and_series_description_stays_text(address: str, site: Site) -> None:
    text = site.signed_in(Role.REVIEWER).get(address).text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
    assert "<script>alert" not in text
    assert "<img src=x" not in text
    assert "<b>x</b>" not in text


@pytest.mark.parametrize("address", ["/", "/studies/1", "/sign-in", "/static/page.js", "/nothing", "/health"])
def test_every_answer_carries_the_headers_that_bind_a_browser(address: str, site: Site) -> None:
    headers = site.signed_in(Role.VIEWER).get(address).headers
    policy = headers["content-security-policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cache-control"] == ("no-store" if "static" not in address else headers["cache-control"])


def test_a_browser_keeps_only_what_names_its_version_and_asks_again_for_modules_that_import_each_other(
    site: Site,
) -> None:
    browser = site.browser()
    (named,) = re.findall(r'href="(/static/l3node.css[^"]*)"', browser.get("/sign-in").text)
    assert "immutable" in browser.get(named).headers["cache-control"]
    assert browser.get("/static/page.js").headers["cache-control"] == "no-cache"


@pytest.mark.parametrize("address", ["/", "/studies/1", "/sign-in"])
def test_no_page_needs_an_inline_script_or_style(address: str, site: Site) -> None:
    text = site.signed_in(Role.ADMINISTRATOR).get(address).text
    assert not re.search(r"<script(?![^>]*\bsrc=)", text)
    assert not re.search(r"<style|\sstyle=|\son\w+=[\"']", text)


@pytest.mark.parametrize(
    "path", ["/static/../room.py", "/static/%2e%2e/room.py", "/static/..%2froom.py", "/static//etc/passwd"]
)
def test_no_path_leads_out_of_the_static_folder(path: str, site: Site) -> None:
    answer = site.browser().get(path)
    assert answer.status_code in (303, 404)
    assert "Room" not in answer.text


@pytest.mark.parametrize("headers", [{"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}])
def test_the_page_of_another_site_changes_nothing(headers: dict[str, str], site: Site) -> None:
    browser = site.signed_in(Role.ADMINISTRATOR)
    browser.get("/")
    assert browser.post("/sign-out", headers=headers).status_code == 403
    assert browser.get("/").status_code == 200


def test_a_body_that_says_it_is_too_large_is_not_read(site: Site) -> None:
    answer = site.browser().request("POST", "/sign-in", content=b"x", headers={"content-length": "2000000000"})
    assert answer.status_code == 413


def test_a_body_that_does_not_say_so_is_cut_off(site: Site) -> None:
    taken = 0

    async def receive() -> dict[str, Any]:
        nonlocal taken
        taken += 65536
        return {"type": "http.request", "body": b"x" * 65536, "more_body": taken < 2_000_000_000}

    told: list[dict[str, Any]] = []

    async def send(message: dict[str, Any]) -> None:
        told.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": "/sign-in",
        "raw_path": b"/sign-in",
        "query_string": b"",
        "headers": [(b"host", b"localhost"), (b"content-type", b"application/x-www-form-urlencoded")],
        "client": ("127.0.0.1", 1),
        "server": ("localhost", 80),
        "scheme": "http",
        "http_version": "1.1",
    }
    asyncio.run(site.application(scope, receive, send))
    assert told[0]["status"] in (400, 413)
    assert taken < SMALL_BODY + 2 * 65536
