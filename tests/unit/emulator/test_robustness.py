"""Whatever is sent, the answer is a success or a refusal in the envelope, never an error of the server's."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from unit.emulator.harness import Api, error_of, exchange

FEW = settings(max_examples=80, deadline=None)
KEYS = st.sampled_from(
    ["name", "memory_limit", "expires_after", "network_policy", "skills", "file_ids", "type", "minutes", "x"]
) | st.text(max_size=3)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=5)
    | st.sampled_from(
        ["1g", "disabled", "allowlist", "last_active_at", "inline", "skill_reference", "latest"]
    )
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)
BODIES = st.dictionaries(KEYS, VALUES, max_size=5) | VALUES
QUERY = st.lists(
    st.tuples(st.sampled_from(["limit", "order", "after", "name", "x"]), st.text(max_size=5)), max_size=4
)


def _refused(response: Any, *statuses: int) -> None:
    if response.status_code != 200:
        assert response.status_code in statuses
        error_of(response, response.status_code)


@given(body=BODIES)
@FEW
def test_any_json_as_a_create(shared_api: Api, body: Any) -> None:
    _refused(shared_api.request("POST", "/containers", json=body), 400, 404)


@given(query=QUERY)
@FEW
def test_any_query_of_a_list(shared_api: Api, query: Any) -> None:
    _refused(shared_api.request("GET", "/containers", params=query), 400, 404)


@given(
    body=st.binary(max_size=200)
    | st.binary(max_size=60).map(lambda data: b"--b\r\n" + data + b"\r\n--b--\r\n"),
    content_type=st.sampled_from(
        ["multipart/form-data; boundary=b", "multipart/form-data", "application/json", "x", ""]
    ),
)
@FEW
def test_any_bytes_as_an_upload(shared_api: Api, body: bytes, content_type: str) -> None:
    container = shared_api.create()["id"]
    path = f"/containers/{container}/files"
    _refused(shared_api.request("POST", path, content=body, headers={"content-type": content_type}), 400, 404)


@given(
    path=st.binary(max_size=20), method=st.sampled_from([b"GET", b"POST", b"DELETE", b"PATCH", b"OPTIONS"])
)
@FEW
def test_any_bytes_as_a_path(shared_api: Api, path: bytes, method: bytes) -> None:
    request = method + b" /v1/containers/" + path + b" HTTP/1.1\r\nAuthorization: Bearer k\r\n"
    received = exchange(shared_api.emulator, request + b"Connection: close\r\n\r\n")
    assert received[:9] == b"HTTP/1.1 "
    assert received[9:12] in {b"200", b"400", b"404", b"405"}
    assert b"content-type: application/json" in received


def _objects(*keys: str) -> st.SearchStrategy[Any]:
    return st.dictionaries(st.sampled_from(keys), VALUES, max_size=3)


FILE = _objects("id", "path", "source", "bytes", "created_at", "content", "content_base64", "fields", "omit")
CONTAINER = _objects(
    "id", "name", "status", "created_at", "last_active_at", "minutes", "memory_limit", "fields", "omit"
)
RULE = _objects("kind", "endpoint", "skip", "times", "when", "status", "headers", "body", "size", "fields")


@given(body=_objects("now", "advance", "freeze") | BODIES)
@FEW
def test_any_json_as_a_clock(shared_api: Api, body: Any) -> None:
    _refused(shared_api.refused("/clock", body), 400)


@given(body=st.fixed_dictionaries({"rules": st.lists(RULE, max_size=2)}) | BODIES)
@FEW
def test_any_json_as_faults(shared_api: Api, body: Any) -> None:
    _refused(shared_api.refused("/faults", body), 400)
    shared_api.control("DELETE", "/faults")


@given(row=CONTAINER, files=st.lists(FILE, max_size=2))
@FEW
def test_any_json_as_a_planted_row(shared_api: Api, row: Any, files: Any) -> None:
    _refused(shared_api.refused("/containers", {"containers": [{**row, "files": files}]}), 400)
    shared_api.get("/containers")
    shared_api.control("POST", "/reset")
