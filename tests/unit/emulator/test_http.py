"""Paths, methods, keys, headers, and what is hardly HTTP: always an answer in the envelope."""

import sqlite3
from contextlib import closing
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest
from unit.emulator.harness import NEVER, Api, MakeApi, connect, error_of, exchange

CLOSE = b"Host: x\r\nAuthorization: Bearer k\r\nConnection: close\r\n\r\n"


@pytest.mark.parametrize(
    "path",
    [
        "/v1",
        "/v1/",
        "/v2/containers",
        "/containers",
        "/v1/container",
        "/v1/containers/",
        "/v1//containers",
        f"/v1/containers/{NEVER}/",
        f"/v1/containers/{NEVER}/file",
        f"/v1/containers/{NEVER}/files/x/contents",
        "/v1/containers/%ff",
        "/V1/containers",
        "/_emulator/clock/x",
    ],
)
def test_an_unknown_path_is_404(api: Api, path: str) -> None:
    raw = exchange(
        api.emulator, b"GET " + path.encode() + b" HTTP/1.1\r\nX-Emulator-Key: control\r\n" + CLOSE
    )
    assert raw.startswith(b"HTTP/1.1 404 ")
    assert b'"Invalid URL (GET ' in raw


def test_encoded_letters_of_a_known_path_are_the_path(api: Api) -> None:
    assert exchange(api.emulator, b"GET /v1/cont%61iners HTTP/1.1\r\n" + CLOSE).startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize(
    ("path", "allow"),
    [
        ("/containers", "GET, POST"),
        (f"/containers/{NEVER}", "DELETE, GET"),
        (f"/containers/{NEVER}/files", "GET, POST"),
        (f"/containers/{NEVER}/files/x", "DELETE, GET"),
        (f"/containers/{NEVER}/files/x/content", "GET"),
    ],
)
def test_a_wrong_method_is_405_and_says_which_are_right(api: Api, path: str, allow: str) -> None:
    for method in {"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"} - set(allow.split(", ")):
        response = api.request(method, path)
        error_of(response, 405)
        assert response.headers["allow"] == allow
    head = api.request("HEAD", path)
    assert (head.status_code, head.headers["allow"], head.content) == (405, allow, b"")


@pytest.mark.parametrize("authorization", [None, "", "Bearer", "Basic dTpw", "token", "Bearer\u00a0"])
def test_without_a_bearer_token_it_is_401(api: Api, authorization: str | None) -> None:
    api.headers = {} if authorization is None else {"authorization": authorization.encode("latin-1")}
    for method, path in (("GET", "/containers"), ("POST", "/containers"), ("GET", f"/containers/{NEVER}")):
        response = api.request(method, path)
        error = error_of(response, 401)
        assert (error["code"], error["type"]) == ("invalid_api_key", "invalid_request_error")
        assert response.headers["www-authenticate"].startswith("Bearer")


def test_any_key_will_do_unless_some_are_named(make_api: MakeApi) -> None:
    open_house = make_api()
    open_house.headers = {"authorization": "bearer anything"}
    open_house.create()
    strict = make_api(api_keys=("sk-first", "sk-second"))
    for key, status in (("sk-first", 200), ("sk-second", 200), ("sk-firs", 401), ("sk-first2", 401)):
        strict.headers = {"authorization": f"Bearer {key}"}
        assert strict.request("GET", "/containers").status_code == status


def test_a_wrong_key_is_not_told_back(make_api: MakeApi) -> None:
    api = make_api(api_keys=("right",))
    api.headers = {"authorization": "Bearer sk-very-secret-key"}
    assert "very-secret" not in api.request("GET", "/containers").text


def test_a_key_in_an_api_key_header_counts_only_if_told_so(make_api: MakeApi) -> None:
    for accepts, status in ((False, 401), (True, 200)):
        api = make_api(accept_api_key_header=accepts, api_keys=("azure",))
        api.headers = {"api-key": "azure"}
        assert api.request("GET", "/containers").status_code == status


def test_the_date_follows_the_clock_and_every_request_has_an_id(api: Api) -> None:
    api.freeze(1747844794.9)
    responses = [api.request("GET", path) for path in ("/containers", "/nothing")]
    for response in responses:
        assert response.headers.get_list("date") == ["Wed, 21 May 2025 16:26:34 GMT"]
        assert parsedate_to_datetime(response.headers["date"]).timestamp() == 1747844794
        assert response.headers["x-request-id"].startswith("req_")
        assert "server" not in response.headers
    assert responses[0].headers["x-request-id"] != responses[1].headers["x-request-id"]


def test_a_body_beyond_the_limit_is_413_before_and_while_it_arrives(make_api: MakeApi) -> None:
    api = make_api(max_json_bytes=1000, max_upload_bytes=100_000)
    container = api.create()["id"]
    assert error_of(api.request("POST", "/containers", content=b"x" * 1001), 413)["message"]
    streamed = api.request("POST", "/containers", content=iter([b"{", b"x" * 1000]))
    error_of(streamed, 413)
    path = f"/containers/{container}/files"
    error_of(api.request("POST", path, files={"file": ("a", b"x" * 3_000_000)}), 413)
    assert api.upload(container, "a", b"x" * 99_000)["bytes"] == 99_000
    assert len(api.files(container)) == 1


def test_a_body_that_says_it_is_too_long_is_not_waited_for(make_api: MakeApi) -> None:
    api = make_api(max_json_bytes=1000)
    with connect(api.emulator) as connection:
        head = b"POST /v1/containers HTTP/1.1\r\nAuthorization: Bearer k\r\nContent-Length: 1001\r\n\r\n"
        connection.sendall(head)
        assert connection.recv(12) == b"HTTP/1.1 413"


def test_an_error_of_the_servers_own_is_a_500_in_the_envelope_and_logged(
    make_api: MakeApi, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    api = make_api(data=tmp_path / "data.db")
    with closing(sqlite3.connect(tmp_path / "data.db")) as database:
        database.execute("DROP TABLE container")
    error = error_of(api.request("GET", "/containers"), 500)
    assert (error["type"], error["code"]) == ("server_error", "server_error")
    assert "no such table" not in error["message"]
    (record,) = caplog.records
    assert (record.name, record.levelname) == ("reconciler.emulator", "ERROR")
    assert "no such table" in caplog.text


def test_a_connection_is_kept_also_after_a_refusal_with_an_unread_body(api: Api) -> None:
    body = b"x" * 200_000
    request = b"POST /v1/nothing HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(body)
    raw = exchange(api.emulator, request + body + b"GET /v1/containers HTTP/1.1\r\n" + CLOSE)
    assert raw.count(b"HTTP/1.1 404 ") == 1
    assert raw.count(b"HTTP/1.1 200 ") == 1


def test_pipelined_requests_are_answered_in_order(api: Api) -> None:
    ask = b"GET /v1/%b HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer k\r\n\r\n"
    raw = exchange(api.emulator, ask % b"a" + ask % b"b" + b"GET /v1/containers HTTP/1.1\r\n" + CLOSE)
    assert raw.index(b"/v1/a)") < raw.index(b"/v1/b)") < raw.index(b"200 OK")


@pytest.mark.parametrize(
    "data",
    [
        b"nonsense\r\n\r\n",
        b"CONNECT example.com:443 HTTP/1.1\r\nHost: example.com\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"BREW /v1/containers HTTP/1.1\r\n\r\n",
        b"GET /v1/containers HTTP/1.1\r\nbad header\r\n\r\n",
        b"GET http://[ HTTP/1.1\r\n\r\n",
        b"GET /\xff HTTP/1.1\r\n\r\n",
        b"POST /v1/containers HTTP/1.1\r\nContent-Length: x\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    ],
)
def test_what_is_hardly_http_is_400_in_the_envelope(api: Api, data: bytes) -> None:
    head, _, body = exchange(api.emulator, data).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 400 ")
    assert b"content-type: application/json" in head
    assert b"\r\ndate: " in head
    assert b"\r\nx-request-id: req_" in head
    assert body.startswith(b'{"error":{"message":')


def test_a_request_to_upgrade_is_answered_and_the_connection_goes_on(api: Api) -> None:
    upgrade = (
        b"POST /v1/containers HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer k\r\nConnection: Upgrade\r\n"
        b'Upgrade: h2c\r\nContent-Length: 12\r\n\r\n{"name":"a"}'
    )
    raw = exchange(api.emulator, upgrade + b"GET /v1/containers HTTP/1.1\r\n" + CLOSE)
    assert raw.count(b"HTTP/1.1 200 ") == 2


def test_a_client_waiting_for_100_is_told_to_go_on(api: Api) -> None:
    head = b"POST /v1/containers HTTP/1.1\r\nContent-Length: 12\r\nExpect: 100-continue\r\n"
    raw = exchange(api.emulator, head + CLOSE + b'{"name":"a"}')
    assert raw.startswith(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 ")


def test_an_absolute_url_is_its_path(api: Api) -> None:
    raw = exchange(api.emulator, b"GET http://x/v1/containers HTTP/1.1\r\n" + CLOSE)
    assert raw.startswith(b"HTTP/1.1 200 ")
