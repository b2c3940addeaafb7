"""Scripted harm: what the client sees, and what was done nevertheless."""

from typing import Any

import httpx2
import pytest
from unit.emulator.harness import Api, connect, error_of, exchange

LIST = "GET /containers"


def _names(api: Api) -> list[str]:
    return [row["name"] for row in api.control("GET", "/containers")["data"]]


def _post(api: Api, name: str = "box") -> httpx2.Response:
    return api.request("POST", "/containers", json={"name": name})


@pytest.mark.parametrize(("when", "created"), [("before", []), ("after", ["box"])])
def test_a_500_before_or_after_the_commit(api: Api, when: str, created: list[str]) -> None:
    api.fault(kind="status", status=500, when=when, endpoint="POST /containers")
    error = error_of(_post(api), 500)
    assert (error["type"], error["code"]) == ("server_error", "server_error")
    assert _names(api) == created
    assert _post(api, "second").status_code == 200


@pytest.mark.parametrize(("when", "created"), [("before", []), ("after", ["box"])])
def test_a_lost_reply_before_or_after_the_commit(api: Api, when: str, created: list[str]) -> None:
    api.fault(kind="drop", when=when, endpoint="POST /containers")
    with pytest.raises(httpx2.RemoteProtocolError):
        _post(api)
    assert _names(api) == created
    entry = api.control("GET", "/log")["entries"][0]
    assert (entry["status"], entry["faults"]) == (None, [f"drop {when}"])
    assert _post(api, "second").status_code == 200


def test_a_lost_upload_is_there_or_not(api: Api) -> None:
    container = api.create()["id"]
    for when, names in (("before", []), ("after", ["a.txt"])):
        api.fault(kind="drop", when=when, endpoint="POST /containers/{container_id}/files")
        with pytest.raises(httpx2.TransportError):
            api.upload(container, "a.txt", b"x" * 3_000_000)
        assert [row["path"].partition("-")[2] for row in api.files(container)] == names


@pytest.mark.parametrize("rule", [{"kind": "drop"}, {"kind": "status", "status": 500}])
def test_harm_before_the_commit_waits_until_the_request_is_whole(api: Api, rule: Any) -> None:
    api.fault(**rule)
    with connect(api.emulator) as connection:
        head = b"POST /v1/containers HTTP/1.1\r\nAuthorization: Bearer k\r\nContent-Length: 2\r\n\r\n"
        connection.sendall(head + b"{")
        for _ in range(1000):
            if api.control("GET", "/faults")["rules"][0]["fired"]:
                break
        connection.settimeout(0)
        with pytest.raises(BlockingIOError):
            connection.recv(1)
        connection.settimeout(10)
        connection.sendall(b"}")
        answer = connection.recv(12)
    assert answer == (b"" if rule["kind"] == "drop" else b"HTTP/1.1 500")


def test_a_429_with_its_headers(api: Api) -> None:
    headers = {"Retry-After": "7", "x-should-retry": "true"}
    api.fault(kind="status", status=429, headers=headers, times=2)
    for _ in range(2):
        response = api.request("GET", "/containers")
        assert error_of(response, 429)["code"] == "rate_limit_exceeded"
        assert (response.headers["retry-after"], response.headers["x-should-retry"]) == ("7", "true")
        assert "date" in response.headers
    assert api.get("/containers")["data"] == []


@pytest.mark.parametrize(
    ("fault", "content_type", "text"),
    [
        ({"body": "<html>Bad gateway</html>"}, "text/html", "<html>Bad gateway</html>"),
        ({"body": "", "headers": {"Content-Type": "text/plain"}}, "text/plain", ""),
        ({"body": {"detail": "no"}}, "application/json", '{"detail":"no"}'),
    ],
)
def test_bodies_that_are_no_envelope(api: Api, fault: Any, content_type: str, text: str) -> None:
    api.fault(kind="status", status=502, **fault)
    response = api.request("GET", "/containers")
    assert (response.status_code, response.text) == (502, text)
    assert response.headers["content-type"] == content_type


def test_headers_of_a_fault_replace_the_usual_ones(api: Api) -> None:
    api.fault(kind="status", status=503, headers={"Date": "yesterday", "X-Request-Id": "req_1"})
    response = api.request("GET", "/containers")
    assert response.headers.get_list("date") == ["yesterday"]
    assert response.headers.get_list("x-request-id") == ["req_1"]


@pytest.mark.parametrize("status", [204, 304])
def test_a_status_without_a_body_has_none(api: Api, status: int) -> None:
    api.fault(kind="status", status=status, body={"a": 1})
    response = api.request("GET", "/containers")
    assert (response.status_code, response.content) == (status, b"")
    assert api.get("/containers")["data"] == []


def test_a_success_can_be_a_lie(api: Api) -> None:
    api.fault(kind="status", status=200, body={"id": "cntr_lie", "deleted": True}, endpoint="DELETE *")
    row = api.create()
    assert api.delete(f"/containers/{row['id']}")["id"] == "cntr_lie"
    assert _names(api) == ["box"]


def test_skip_and_times_choose_the_requests(api: Api) -> None:
    api.fault(kind="status", status=503, endpoint=LIST, skip=1, times=2)
    statuses = [api.request("GET", "/containers").status_code for _ in range(5)]
    assert statuses == [200, 503, 503, 200, 200]
    rule = api.control("GET", "/faults")["rules"][0]
    assert (rule["kind"], rule["endpoint"], rule["seen"], rule["fired"]) == ("status", LIST, 5, 2)


@pytest.mark.parametrize(
    ("endpoint", "statuses"),
    [
        ("*", [503, 503, 503]),
        ("GET *", [503, 503, 200]),
        ("* /containers", [503, 200, 503]),
        ("GET /containers/{container_id}", [200, 503, 200]),
        ("DELETE *", [200, 200, 200]),
    ],
)
def test_endpoints_are_matched_by_name_or_wildcard(api: Api, endpoint: str, statuses: list[int]) -> None:
    container = api.create()["id"]
    api.fault(kind="status", status=503, endpoint=endpoint, times=None)
    answers = [api.request("GET", "/containers"), api.request("GET", f"/containers/{container}"), _post(api)]
    assert [answer.status_code for answer in answers] == statuses


def test_one_request_meets_one_final_fault_and_the_next_one_the_next(api: Api) -> None:
    api.fault(kind="status", status=500)
    api.fault(kind="status", status=503)
    statuses = [api.request("GET", "/containers").status_code for _ in range(3)]
    assert statuses == [500, 503, 200]


def test_faults_spare_requests_that_reach_no_endpoint(api: Api) -> None:
    api.fault(kind="status", status=500)
    error_of(api.request("GET", "/nothing"), 404)
    api.headers = {}
    error_of(api.request("GET", "/containers"), 401)
    assert api.control("GET", "/faults")["rules"][0]["seen"] == 0


@pytest.mark.parametrize(("when", "created"), [("before", []), ("after", ["box"])])
def test_latency_delays_the_commit_or_its_answer(api: Api, when: str, created: list[str]) -> None:
    api.fault(kind="latency", seconds=60, when=when, endpoint="POST /containers")
    request = b"POST /v1/containers HTTP/1.1\r\nAuthorization: Bearer k\r\nContent-Length: 14\r\n\r\n"
    with connect(api.emulator) as connection:
        connection.sendall(request + b'{"name":"box"}')
        for _ in range(1000):
            if api.control("GET", "/faults")["rules"][0]["fired"] and _names(api) == created:
                break
        assert _names(api) == created
        assert api.control("GET", "/log")["total"] == 0
        connection.settimeout(0)
        with pytest.raises(BlockingIOError):
            connection.recv(1)
    api.emulator.stop()
    assert not api.emulator._thread.is_alive(), "a request that waits must not hold up the end"


def test_latency_adds_to_another_fault(api: Api) -> None:
    api.fault(kind="latency", seconds=0)
    api.fault(kind="status", status=503)
    assert api.request("GET", "/containers").status_code == 503
    assert api.control("GET", "/log")["entries"][0]["faults"] == ["latency before", "status 503 before"]


@pytest.mark.parametrize("size", [0, 10])
def test_a_truncated_body_is_an_error_of_the_transport(api: Api, size: int) -> None:
    container = api.create()["id"]
    file = api.upload(container, "a.bin", b"0123456789" * 50_000)["id"]
    api.fault(kind="truncate", size=size)
    path = f"/v1/containers/{container}/files/{file}/content".encode()
    raw = exchange(api.emulator, b"GET " + path + b" HTTP/1.1\r\nAuthorization: Bearer k\r\n\r\n")
    head, _, body = raw.partition(b"\r\n\r\n")
    assert b"content-length: 500000" in head
    assert body == b"0123456789"[:size]
    api.fault(kind="truncate", size=size)
    with pytest.raises(httpx2.RemoteProtocolError):
        api.content(container, file)
    assert len(api.content(container, file)) == 500_000


def test_endless_pages_repeat_the_first_for_every_cursor(api: Api) -> None:
    for second in range(1000, 1003):
        api.plant(name=str(second), created_at=second)
    api.fault(kind="endless", endpoint=LIST, times=None)
    pages = api.pages("/containers", limit=2)
    first = next(pages)
    assert [row["name"] for row in first["data"]] == ["1002", "1001"]
    assert first["has_more"] is True
    assert [next(pages) for _ in range(5)] == [first] * 5


def test_a_repeated_page_is_the_one_before(api: Api) -> None:
    for second in range(1000, 1006):
        api.plant(name=str(second), created_at=second)
    api.fault(kind="repeat", endpoint=LIST, skip=2)
    pages = [[row["name"] for row in page["data"]] for page in api.pages("/containers", order="asc", limit=2)]
    assert pages == [["1000", "1001"], ["1002", "1003"], ["1002", "1003"], ["1004", "1005"]]


def test_an_empty_page_withholds_its_rows_and_promises_more(api: Api) -> None:
    row = api.create()
    api.fault(kind="empty", endpoint=LIST)
    assert api.get("/containers") == {
        "object": "list",
        "data": [],
        "first_id": row["id"],
        "last_id": row["id"],
        "has_more": True,
    }
    assert api.get("/containers")["data"] == [row]


def test_an_answer_can_be_patched(api: Api) -> None:
    row = api.create()
    api.fault(kind="patch", endpoint=LIST, fields={"first_id": "container_123"}, omit=["has_more"])
    page = api.get("/containers")
    assert page == {"object": "list", "data": [row], "first_id": "container_123", "last_id": row["id"]}


def test_page_faults_leave_errors_alone(api: Api) -> None:
    api.fault(kind="endless", endpoint=LIST)
    error_of(api.request("GET", "/containers?limit=0"), 400)


def test_harm_after_the_commit_meets_refusals_too(api: Api) -> None:
    api.fault(kind="status", status=503, when="after")
    error_of(api.request("GET", "/containers?limit=0"), 503)


def test_clearing_ends_the_harm(api: Api) -> None:
    api.fault(kind="status", status=500, times=None)
    error_of(api.request("GET", "/containers"), 500)
    assert api.control("DELETE", "/faults")["rules"] == []
    assert api.get("/containers")["data"] == []


@pytest.mark.parametrize(
    ("rule", "param"),
    [
        ({}, "rules[0].kind"),
        ({"kind": "flood"}, "rules[0].kind"),
        ({"kind": "status"}, "rules[0].status"),
        ({"kind": "status", "status": 99}, "rules[0].status"),
        ({"kind": "status", "status": 500, "headers": {"a": 1}}, "rules[0].headers.a"),
        ({"kind": "status", "status": 500, "headers": {"a": "b\r\nc: d"}}, "rules[0].headers.a"),
        ({"kind": "status", "status": 500, "headers": {"a b": "c"}}, "rules[0].headers.a b"),
        (
            {"kind": "status", "status": 500, "headers": {"Content-Length": "1"}},
            "rules[0].headers.Content-Length",
        ),
        ({"kind": "latency"}, "rules[0].seconds"),
        ({"kind": "latency", "seconds": -1}, "rules[0].seconds"),
        ({"kind": "drop", "when": "during"}, "rules[0].when"),
        ({"kind": "drop", "status": 500}, "rules[0].status"),
        ({"kind": "drop", "times": 0}, "rules[0].times"),
        ({"kind": "drop", "skip": -1}, "rules[0].skip"),
        ({"kind": "drop", "endpoint": 1}, "rules[0].endpoint"),
        ({"kind": "truncate", "size": True}, "rules[0].size"),
        ({"kind": "patch", "fields": []}, "rules[0].fields"),
        ({"kind": "patch", "omit": [1]}, "rules[0].omit[0]"),
        ("drop", "rules[0]"),
    ],
)
def test_a_rule_that_makes_no_sense_is_400(api: Api, rule: Any, param: str) -> None:
    assert error_of(api.refused("/faults", {"rules": [rule]}), 400)["param"] == param
    assert api.control("GET", "/faults")["rules"] == []
