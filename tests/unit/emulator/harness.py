"""A running emulator and one HTTP client, in the words of the tests."""

import socket
from collections.abc import Callable, Iterator
from typing import Any

import httpx2

from reconciler.emulator import Emulator

CONTROL_KEY = "control"
MakeApi = Callable[..., "Api"]

NEVER = "cntr_000000000000000000000000000000000000000000000000"
"""An id of the right form that never was."""


class Api:
    """Requests to one emulator; answers are checked to be 200 unless a test asks for the response itself."""

    def __init__(self, client: httpx2.Client, emulator: Emulator) -> None:
        self._client = client
        self.emulator = emulator
        self.headers: dict[str, str | bytes] = {"authorization": "Bearer test"}

    def request(self, method: str, path: str, **arguments: Any) -> httpx2.Response:
        """Any request below ``/v1``."""
        headers = {**self.headers, **arguments.pop("headers", {})}
        return self._client.request(method, self.emulator.base_url + path, headers=headers, **arguments)

    def get(self, path: str, **arguments: Any) -> Any:
        """The JSON of a GET."""
        return _ok(self.request("GET", path, **arguments))

    def create(self, name: str = "box", **body: Any) -> Any:
        """A new container."""
        return _ok(self.request("POST", "/containers", json={"name": name, **body}))

    def upload(self, container: str, name: str = "a.txt", content: bytes = b"hello") -> Any:
        """A new file."""
        return _ok(self.request("POST", f"/containers/{container}/files", files={"file": (name, content)}))

    def files(self, container: str, **query: Any) -> list[Any]:
        """The first page of a container's files, oldest first."""
        rows: list[Any] = self.get(f"/containers/{container}/files", params={"order": "asc", **query})["data"]
        return rows

    def content(self, container: str, file: str) -> bytes:
        """The bytes of a file."""
        response = self.request("GET", f"/containers/{container}/files/{file}/content")
        assert response.status_code == 200, response.text
        return response.content

    def delete(self, path: str) -> Any:
        """What a delete answers."""
        return _ok(self.request("DELETE", path))

    def pages(self, path: str, **query: Any) -> Iterator[Any]:
        """Every page, following the id of the last row."""
        while True:
            page = self.get(path, params=query)
            yield page
            if not page["has_more"]:
                return
            query["after"] = page["data"][-1]["id"]

    def control(self, method: str, path: str, body: Any = None, **arguments: Any) -> Any:
        """The JSON of a control request."""
        headers = {"x-emulator-key": CONTROL_KEY}
        url = f"{self.emulator.root_url}/_emulator{path}"
        if body is not None:
            arguments["json"] = body
        return _ok(self._client.request(method, url, headers=headers, **arguments))

    def refused(self, path: str, body: Any) -> httpx2.Response:
        """The answer to a control POST that may be refused."""
        url = f"{self.emulator.root_url}/_emulator{path}"
        return self._client.post(url, headers={"x-emulator-key": CONTROL_KEY}, json=body)

    def advance(self, seconds: float) -> None:
        """Move the clock."""
        self.control("POST", "/clock", {"advance": seconds})

    def freeze(self, now: float) -> None:
        """Stop the clock at an instant."""
        self.control("POST", "/clock", {"now": now, "freeze": True})

    def fault(self, **rule: Any) -> None:
        """Add a fault."""
        self.control("POST", "/faults", {"rules": [rule]})

    def plant(self, **container: Any) -> Any:
        """Plant a container; its snapshot."""
        return self.control("POST", "/containers", {"containers": [container]})["data"][0]


def error_of(response: httpx2.Response, status: int) -> Any:
    """The error of an answer, after checking that it is one in the API's envelope."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/json"
    body = response.json()
    assert list(body) == ["error"]
    assert sorted(body["error"]) == ["code", "message", "param", "type"]
    assert isinstance(body["error"]["message"], str)
    return body["error"]


def connect(emulator: Emulator) -> socket.socket:
    """A raw connection."""
    host, port = emulator.root_url.removeprefix("http://").split(":")
    return socket.create_connection((host, int(port)), timeout=10)


def exchange(emulator: Emulator, data: bytes) -> bytes:
    """Send raw bytes on a connection of their own, and read until the server closes it."""
    with connect(emulator) as connection:
        connection.sendall(data)
        received = b""
        while piece := connection.recv(65536):
            received += piece
    return received


def _ok(response: httpx2.Response) -> Any:
    assert response.status_code == 200, response.text
    return response.json()
