"""The status page: what it shows, that it shows nothing else, and that nobody can put anything into it."""

import re
from base64 import b64encode
from hashlib import sha256
from html.parser import HTMLParser
from typing import Any

import httpx2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from unit.emulator.harness import Api, MakeApi, error_of

from reconciler.emulator.page.html import text

START = 1_790_000_000
HOSTILE = "</td><script>alert(1)</script><img src=x onerror=alert(1)>\"'&\x1b[31m\u202e"
VOID = {"meta"}


class _Page(HTMLParser):
    """The text and the tags of a page; fails where tags do not match."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.shown = ""
        self._open: list[str] = []
        self.feed(page)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1] != "style":
            self.shown += data + " "


def _get(client: httpx2.Client, api: Api, query: str = "", **arguments: Any) -> httpx2.Response:
    return client.request(arguments.pop("method", "GET"), f"{api.emulator.root_url}/{query}", **arguments)


def _page(client: httpx2.Client, api: Api) -> _Page:
    response = _get(client, api)
    assert response.status_code == 200
    return _Page(response.text)


def test_an_empty_emulator_says_so(client: httpx2.Client, api: Api) -> None:
    shown = _page(client, api).shown
    assert "none yet" in shown
    assert "OPENAI_BASE_URL=" + api.emulator.base_url in shown


def test_containers_files_faults_and_requests_are_shown(client: httpx2.Client, make_api: MakeApi) -> None:
    api = make_api(faults=("GET *: 503 25% skip 9",), seed=7, rate_limit="100/min", delete_lag=60.0)
    api.freeze(START)
    row = api.create("ci-analysis", memory_limit="4g")
    for name in ("a.csv", "b.csv", "c.csv", "d.csv"):
        api.upload(row["id"], name)
    api.advance(125)
    api.request("DELETE", "/containers/nope")
    shown = _page(client, api).shown
    for part in ("ci-analysis", row["id"], "4g", "disabled", "in 17:55", "a.csv", "5 B", "and 1 more"):
        assert part in shown
    for part in ("GET *", "status 503 before commit", "25 %, skip 9", "seed 7", "rate-limit 100/min"):
        assert part in shown
    assert "deleted ones for 60 s" in shown
    for part in ("DELETE /v1/containers/nope", "404", "the clock stands still", "2026-09-21 14:15:25 UTC"):
        assert part in shown
    assert "d.csv" not in shown


def test_a_lost_answer_is_shown_with_what_it_met(client: httpx2.Client, api: Api) -> None:
    api.fault(kind="drop", when="after", endpoint="POST /containers")
    with pytest.raises(httpx2.TransportError):
        api.create("gone")
    shown = _page(client, api).shown
    assert "no answer" in shown
    assert "drop after" in shown


def test_nothing_can_be_put_into_it(client: httpx2.Client, api: Api) -> None:
    plain = _page(client, api)
    row = api.plant(name=HOSTILE, id=f"cntr_{HOSTILE}", status=HOSTILE, memory_limit=HOSTILE)
    api.control("POST", "/containers", {"containers": [{"files": [{"path": HOSTILE, "source": HOSTILE}]}]})
    api.fault(kind="hide", endpoint=HOSTILE, without_header=HOSTILE)
    api.request("GET", "/containers", params={"name": HOSTILE})
    api.request("GET", "/<script>alert(2)</script>")
    response = _get(client, api, headers={"host": "<script>evil</script>"})
    page = _Page(response.text)
    assert row["name"] == HOSTILE
    assert "<script>alert(1)</script>" in page.shown
    assert "\x1b" not in response.text
    assert "\u202e" not in response.text
    assert page.tags - plain.tags <= {"ul", "li", "td", "th", "thead", "meter", "code", "span"}
    assert not page.tags & {"script", "img", "link", "iframe", "form", "object"}
    assert not {name for name in page.attributes if name.startswith("on") or name in {"src", "style"}}


@settings(max_examples=200)
@given(value=st.text())
def test_any_text_is_shown_as_text(value: str) -> None:
    shown = text(value, 1000)
    assert not set("<>\"'") & set(shown)
    assert all(character.isprintable() for character in shown)
    if value.isprintable() and len(value) < 1000:
        assert _Page(f"<p>{shown}</p>").shown.removesuffix(" ") == value


def test_no_key_is_on_it(client: httpx2.Client, make_api: MakeApi) -> None:
    api = make_api(api_keys=("sk-secret-1",), control_key="control-secret")
    api.headers = {"authorization": "Bearer sk-secret-1"}
    api.create()
    api.get("/containers", params={"limit": 5, "api_key": "sk-secret-1"})
    client.get(f"{api.emulator.root_url}/_emulator/faults", headers={"x-emulator-key": "control-secret"})
    body = _get(client, api).text
    assert "limit=5" in body
    assert "secret" not in body


def test_its_policy_allows_its_own_style_and_nothing_else(client: httpx2.Client, api: Api) -> None:
    response = _get(client, api)
    policy = dict(
        part.strip().split(" ", 1) for part in response.headers["content-security-policy"].split(";")
    )
    (style,) = re.findall("<style>(.*?)</style>", response.text, re.DOTALL)
    digest = b64encode(sha256(style.encode()).digest()).decode()
    assert policy["default-src"] == "'none'"
    assert policy["style-src"] == f"'sha256-{digest}'"
    assert policy.keys() == {"default-src", "style-src", "base-uri", "form-action", "frame-ancestors"}
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert response.headers["cache-control"] == "no-store"
    assert not re.search("https?://(?!127.0.0.1)|url[(]|@import", response.text)


def test_it_comes_again_by_itself_unless_paused(client: httpx2.Client, api: Api) -> None:
    refresh = '<meta http-equiv="refresh"'
    assert refresh in _get(client, api).text
    assert refresh not in _get(client, api, "?refresh=0").text


def test_of_many_rows_the_newest_hundred_are_shown(client: httpx2.Client, api: Api) -> None:
    rows = [{"name": f"fleet-{number}", "created_at": 1000 + number} for number in range(5000)]
    api.control("POST", "/containers", {"containers": rows})
    response = _get(client, api)
    names = re.findall("fleet-[0-9]+", response.text)
    assert names == [f"fleet-{number}" for number in range(4999, 4899, -1)]
    assert "the newest 100 of 5,000" in response.text
    assert len(response.content) < 200_000


def test_looking_touches_nothing_and_is_not_logged(client: httpx2.Client, api: Api) -> None:
    api.freeze(START)
    api.create()
    api.advance(60)
    _page(client, api)
    assert api.control("GET", "/containers")["data"][0]["last_active_at"] == START
    assert api.control("GET", "/log")["total"] == 1


def test_what_has_expired_meanwhile_is_shown_expired(client: httpx2.Client, api: Api) -> None:
    api.freeze(START)
    api.create()
    api.advance(1200)
    assert re.search("1 +expired", _page(client, api).shown)


def test_other_methods_and_an_emulator_without_a_page(client: httpx2.Client, make_api: MakeApi) -> None:
    api = make_api()
    response = _get(client, api, method="POST")
    error_of(response, 405)
    assert response.headers["allow"] == "GET, HEAD"
    head = _get(client, api, method="HEAD")
    assert (head.status_code, head.content) == (200, b"")
    error_of(_get(client, make_api(status_page=False)), 404)
