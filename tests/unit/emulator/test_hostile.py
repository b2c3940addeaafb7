"""Ids, paths, queries and bodies nobody should send: always the envelope, and always the same answer."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from unit.emulator.bundles import bundle
from unit.emulator.harness import Api, MakeApi, error_of, exchange

IMPOSSIBLE = [
    "x" * 10_000,
    "%00",
    "a%00b",
    "a%2Fb",
    "%2F",
    "..%2F..%2Fetc%2Fpasswd",
    "%2e%2e",
    "%E6%97%A5",
    "%25",
    "%",
    "%zz",
    "a%b",
    "%u0041",
    "+",
    "'%20OR%201=1--",
    "*",
    "{container_id}",
    "%0d%0aX-Injected:%20yes",
    "%F0%9F%90%8D" * 200,
]
TEMPLATES = [
    ("GET", "/containers/{}"),
    ("DELETE", "/containers/{}"),
    ("GET", "/containers/{}/files"),
    ("GET", "/containers/{}/files/x"),
    ("GET", "/files/{}"),
    ("DELETE", "/files/{}"),
    ("GET", "/files/{}/content"),
    ("GET", "/skills/{}"),
    ("DELETE", "/skills/{}"),
    ("GET", "/skills/{}/versions/1"),
]


def _raw(api: Api, method: str, path: str) -> tuple[bytes, Any]:
    request = (
        f"{method} /v1{path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer k\r\nConnection: close\r\n\r\n"
    )
    head, _, body = exchange(api.emulator, request.encode()).partition(b"\r\n\r\n")
    assert b"\r\ncontent-type: application/json" in head
    assert b"x-injected" not in head.lower()
    return head.partition(b"\r\n")[0], json.loads(body)


@pytest.mark.parametrize("identifier", IMPOSSIBLE, ids=range(len(IMPOSSIBLE)))
def test_an_impossible_id_is_404_each_time(api: Api, identifier: str) -> None:
    for method, template in TEMPLATES:
        path = template.format(identifier)
        first, again = _raw(api, method, path), _raw(api, method, path)
        assert first[0] == b"HTTP/1.1 404 Not Found", (method, path, first)
        assert first == again
        assert sorted(first[1]["error"]) == ["code", "message", "param", "type"]


@pytest.mark.parametrize("identifier", IMPOSSIBLE[:10], ids=range(10))
def test_an_impossible_file_of_a_real_container_is_404(api: Api, identifier: str) -> None:
    container = api.create()["id"]
    for method, path in (("GET", ""), ("DELETE", ""), ("GET", "/content")):
        status, _ = _raw(api, method, f"/containers/{container}/files/{identifier}{path}")
        assert status == b"HTTP/1.1 404 Not Found"


@pytest.mark.parametrize("suffix", ["%ff", "%c3%28", "%ed%a0%80"])
def test_a_path_that_is_no_text_is_404(api: Api, suffix: str) -> None:
    for method, template in TEMPLATES:
        assert _raw(api, method, template.format(suffix))[0] == b"HTTP/1.1 404 Not Found"


@pytest.mark.parametrize(
    ("query", "param", "code"),
    [
        ("limit=0", "limit", "integer_below_min_value"),
        ("limit=-1", "limit", "integer_below_min_value"),
        ("limit=101", "limit", "integer_above_max_value"),
        ("limit=", "limit", "invalid_type"),
        ("limit=1.0", "limit", "invalid_type"),
        ("limit=1e1", "limit", "invalid_type"),
        ("limit=%D9%A1", "limit", "invalid_type"),
        ("limit=" + "9" * 5000, "limit", "invalid_type"),
        ("limit=5&limit=5", "limit", "duplicate_parameter"),
        ("order=", "order", "invalid_value"),
        ("order=ASC", "order", "invalid_value"),
        ("order=newest", "order", "invalid_value"),
        ("name=%ff", "name", "invalid_value"),
        ("after=%ff", "after", "invalid_value"),
        ("after=a&after=b", "after", "duplicate_parameter"),
    ],
)
def test_a_bad_query_is_400_wherever_there_is_a_list(api: Api, query: str, param: str, code: str) -> None:
    container = api.create()["id"]
    for path in ("/containers", f"/containers/{container}/files"):
        if param == "name" and path != "/containers":
            continue
        error = error_of(api.request("GET", f"{path}?{query}"), 400)
        assert (error["param"], error["code"]) == (param, code)


@pytest.mark.parametrize("query", ["", "&&", "=", "%ff=%ff", "x=1&x=2", "limit=05", "name=", "a" * 50_000])
def test_what_a_query_says_besides_does_not_matter(api: Api, query: str) -> None:
    assert api.get(f"/containers?{query}")["object"] == "list"


@pytest.mark.parametrize(
    ("path", "allow"),
    [
        ("/files", "GET, POST"),
        ("/files/x", "DELETE, GET"),
        ("/files/x/content", "GET"),
        ("/skills", "GET, POST"),
        ("/skills/x", "DELETE, GET, POST"),
        ("/skills/x/content", "GET"),
        ("/skills/x/versions", "GET, POST"),
        ("/skills/x/versions/1", "DELETE, GET"),
        ("/skills/x/versions/1/content", "GET"),
    ],
)
def test_a_wrong_method_is_405_and_says_which_are_right(api: Api, path: str, allow: str) -> None:
    for method in {"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "HEAD"} - set(
        allow.split(", ")
    ):
        response = api.request(method, path)
        assert (response.status_code, response.headers["allow"]) == (405, allow)


def test_large_bodies_are_413_everywhere(make_api: MakeApi) -> None:
    api = make_api(max_json_bytes=1000, max_upload_bytes=2000)
    big = b"x" * 3000
    error_of(api.request("POST", "/files", data={"purpose": "vision"}, files={"file": ("a", big)}), 413)
    error_of(api.request("POST", "/skills", files={"files": ("a.zip", bundle() + big)}), 413)
    assert api.get("/files")["data"] == api.get("/skills")["data"] == []


def test_the_document_has_its_methods_too(api: Api) -> None:
    raw = exchange(api.emulator, b"POST /openapi.json HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert raw.startswith(b"HTTP/1.1 405 ")
    assert b"\r\nallow: GET\r\n" in raw


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
FIELDS = ("name", "expires_after", "file_ids", "memory_limit", "network_policy", "skills")
BODIES = st.fixed_dictionaries({}, optional=dict.fromkeys(FIELDS, ANYTHING)) | ANYTHING


@given(body=BODIES)
@settings(max_examples=150, deadline=None, derandomize=True)
def test_a_create_of_anything_is_200_or_a_refusal_and_the_same_again(shared_api: Api, body: Any) -> None:
    shared_api.control("POST", "/reset")
    first = shared_api.request("POST", "/containers", json=body)
    again = shared_api.request("POST", "/containers", json=body)
    assert first.status_code == again.status_code
    made = len(shared_api.get("/containers")["data"])
    if first.status_code == 200:
        assert made == 2
    else:
        assert first.status_code in {400, 404}
        assert error_of(first, first.status_code) == error_of(again, again.status_code)
        assert made == 0


@given(
    body=st.binary(max_size=300),
    kind=st.sampled_from(["application/json", "multipart/form-data; boundary=x"]),
)
@settings(max_examples=150, deadline=None, derandomize=True)
def test_bytes_are_never_a_failure_of_the_server(shared_api: Api, body: bytes, kind: str) -> None:
    shared_api.control("POST", "/reset")
    container = shared_api.create()["id"]
    for path in ("/containers", f"/containers/{container}/files", "/files", "/skills", "/skills/x/versions"):
        response = shared_api.request("POST", path, content=body, headers={"content-type": kind})
        error_of(response, 404 if path == "/skills/x/versions" else 400)
    assert shared_api.files(container) == []
