"""Canaries: values of secrets, from a variable and from a file, are in nothing that any command writes.

The commands run in this process, where a traceback or an odd `repr` would show as much as anywhere. A server
that repeats every request in its errors is the worst that there is.
"""

from __future__ import annotations

import json
import re
import threading
from base64 import b64encode
from contextlib import contextmanager
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar

import pytest
from support.commands import environment

import reconciler
from reconciler.cli.main import run
from reconciler.control.clock import RealClock

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from support.servers import Server

OF_VARIABLE = 'canary-variable-"\\ü-8f3a'
OF_FILE = "canary-file-51c0-and-more-than-that"
KEY = "canary-key-of-stamps-77ab"
PIECES = ("canary-v", "able-", "canary-f", "51c0-and", "canary-k", "stamps-77", "sk-key-of")

IN_BASE64 = [
    b64encode(b" " * before + piece.encode())[first : (before + len(piece)) * 8 // 6]
    for piece in (*PIECES, "ry-variable", "file-51c0-a")
    for before, first in enumerate((0, 2, 3))
]

MANIFEST = """\
version: 1
scope: {prefix: ci-}
containers:
  - name: ci-a
    network_policy:
      type: allowlist
      allowed_domains: [api.example.com, b.example]
      domain_secrets:
        - {domain: api.example.com, name: TOKEN, value_from: {env: API_TOKEN}}
        - {domain: b.example, name: FILE, value_from: {file: token.txt}, version: 1}
    skills:
      - {type: inline, name: cleaner, description: cleans, source: cleaner}
"""
POLICY = {
    "title": "Every secret has a version",
    "properties": {
        "network_policy": {"properties": {"domain_secrets": {"items": {"required": ["version"]}}}}
    },
}


class Hurried(RealClock):
    """A clock that runs a thousand times as fast, for those who wait for a list's lag."""

    def monotonic(self) -> float:
        """As above."""
        return super().monotonic() * 1000

    async def sleep(self, seconds: float) -> None:
        """As above."""
        await super().sleep(seconds / 1000)


class Session:
    """A folder, an environment, and everything that commands wrote."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self.seen: list[str] = []
        self._capsys = capsys

    def __call__(self, *arguments: str) -> tuple[int, str, str]:
        """Runs a command, and keeps what it wrote."""
        code = run([*arguments])
        out, err = self._capsys.readouterr()
        self.seen += [out, err]
        assert "Traceback" not in err
        return code, out, err

    def edit(self, old: str, new: str) -> None:
        """Changes the manifest."""
        text = (self.folder / "m.yaml").read_text()
        assert old in text
        (self.folder / "m.yaml").write_text(text.replace(old, new))

    def check(self) -> None:
        """Nothing that was written, to a stream or to a file, holds a value or a piece of one."""
        known = {self.folder / "token.txt"}
        files = [file for file in self.folder.rglob("*") if file.is_file() and file not in known]
        assert any(file.name == "ledger.db" for file in files)
        written = [text.encode() for text in self.seen] + [file.read_bytes() for file in files]
        assert sum(map(len, written)) > 1000
        for text in written:
            plain = re.sub(rb"\\+u00(..)", lambda found: bytes.fromhex(found[1].decode()), text).lower()
            assert [piece for piece in PIECES if piece.encode() in plain] == [], text[:2000]
            assert [piece for piece in IN_BASE64 if piece in text] == [], text[:2000]


@pytest.fixture
def session(
    tmp_path: Path, server: Server, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Session:
    """Manifests with secrets, and an environment that holds their values."""
    (tmp_path / "m.yaml").write_text(MANIFEST)
    (tmp_path / "token.txt").write_text(f"{OF_FILE}\n")
    (tmp_path / "cleaner").mkdir()
    (tmp_path / "cleaner" / "SKILL.md").write_text("Clean.\n")
    (tmp_path / "policy.json").write_text(json.dumps(POLICY))
    own = {"API_TOKEN": OF_VARIABLE, "RECONCILER_STAMP_KEY": KEY, "XDG_CACHE_HOME": str(tmp_path / "cache")}
    for name, value in environment({**server.env, **own}).items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    return Session(tmp_path, capsys)


def test_no_command_writes_a_value(session: Session, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    assert session("validate", "m.yaml")[0] == 0
    assert session("validate", "m.yaml", "--policy", "policy.json")[0] == 3
    assert session("plan", "m.yaml", "-o", "first.plan.json")[0] == 0
    assert session("show", "first.plan.json", "--format", "json")[0] == 0
    code, out, _ = session("apply", "first.plan.json")
    assert (code, "1 created" in out) == (0, True)
    (row,) = server.containers()
    assert row["name"].startswith("ci-a~b")
    assert session("plan", "m.yaml")[1].splitlines()[-1] == "No changes."
    assert session("list", "m.yaml")[1].splitlines()[1].split()[:3] == ["ci-a", row["id"], "running"]
    assert session("resolve", "ci-a", "m.yaml")[1:] == (f"{row['id']}\n", "")
    monkeypatch.setenv("API_TOKEN", f"{OF_VARIABLE} rotated")
    code, out, err = session("drift", "m.yaml")
    assert (code, "the secret TOKEN for api.example.com changed" in err) == (2, True)
    assert session("plan", "m.yaml", "--format", "json")[0] == 0
    assert session("apply", "m.yaml", "--auto-approve", "--format", "json")[0] == 0
    session.edit("version: 1}", "version: 2}")
    code, out, err = session("plan", "m.yaml", "--detailed-exitcode")
    assert (code, "stamp-changed" in out, "the secret FILE for b.example changed" in err) == (2, True, True)
    assert session("history", "--format", "json")[0] == 0
    assert session("ledger", "show", "--format", "json")[0] == 0
    code, out, _ = session("ledger", "show")
    assert "~" not in out
    assert session("destroy", "m.yaml", "--auto-approve")[0] == 0
    session.check()


def test_a_literal_is_refused_and_not_repeated(session: Session) -> None:
    session.edit("value_from: {env: API_TOKEN}", f"value: {OF_FILE}")
    for arguments in (["validate", "m.yaml"], ["plan", "m.yaml", "--format", "json"]):
        code, out, err = session(*arguments)
        assert (code, "literal-secret" in out + err) == (3, True)
    (session.folder / "m.yaml").unlink()
    session.seen = [text for text in session.seen if text]
    assert not any(piece in text for text in session.seen for piece in PIECES)


def test_a_saved_plan_is_for_the_values_that_its_key_knew(
    session: Session, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the key or a value is another, or the key came or went, something declared moved."""

    def refused(name: str, value: str | None) -> None:
        with monkeypatch.context() as patched:
            patched.setenv(name, value) if value is not None else patched.delenv(name)
            code, _, err = session("apply", "my.plan.json")
        assert (code, "ci-a is declared otherwise" in err, "RECONCILER_STAMP_KEY" in err) == (5, True, True)

    assert session("plan", "m.yaml", "-o", "my.plan.json")[0] == 0
    server.forget_requests()
    refused("RECONCILER_STAMP_KEY", None)
    refused("RECONCILER_STAMP_KEY", f"{KEY}!")
    refused("API_TOKEN", f"{OF_VARIABLE} rotated")
    with monkeypatch.context() as patched:
        patched.delenv("RECONCILER_STAMP_KEY")
        assert session("plan", "m.yaml", "-o", "plain.plan.json")[0] == 0
    server.forget_requests()
    code, _, err = session("apply", "plain.plan.json")
    assert (code, "ci-a is declared otherwise" in err, server.requests()) == (5, True, 0)
    assert session("apply", "my.plan.json")[0] == 0
    monkeypatch.delenv("RECONCILER_STAMP_KEY")
    assert session("apply", "plain.plan.json")[0] == 0  # nobody can tell a difference, nothing is done
    (row,) = server.containers()
    assert row["name"].startswith("ci-a~b")
    session.check()


NO_HEADERS: Mapping[str, str] = MappingProxyType({})


class Echo(BaseHTTPRequestHandler):
    """An account without containers that repeats whatever it is sent, in the way of `how`."""

    how: ClassVar[str] = ""

    def do_GET(self) -> None:
        """The list, empty."""
        self._answer(200, {"object": "list", "data": [], "has_more": False})

    def do_POST(self) -> None:
        """A create."""
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        match self.how:
            case "message":
                self._answer(400, {"error": {"message": f"cannot parse {body}", "type": "x", "code": body}})
            case "cut message":
                at = body.index("canary-f")
                self._answer(400, {"error": {"message": f"near {body[at : at + 20]}", "param": body}})
            case "detail":
                self._answer(422, {"detail": [{"input": json.loads(body), "msg": "no"}]})
            case "text":
                self._send(400, body.encode())
            case "server error":
                self._answer(500, {"error": {"message": json.loads(body)["network_policy"]}})
            case "half an answer":
                self._send(200, body[: len(body) - 5].encode())
            case "a redirect":
                self.send_response(307)
                self.send_header("Location", f"/x?{OF_FILE}")
                self.send_header("Content-Length", "0")
                self.end_headers()
            case _:
                self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name that is overridden
        """Says nothing."""

    def _answer(self, status: int, value: object, headers: Mapping[str, str] = NO_HEADERS) -> None:
        self._send(status, json.dumps(value).encode(), headers)

    def _send(self, status: int, body: bytes, headers: Mapping[str, str] = NO_HEADERS) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


class OddEcho(Echo):
    """One that repeats it in ways that are stranger, or no HTTP."""

    def do_POST(self) -> None:
        """A create."""
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        values = [secret["value"] for secret in json.loads(body)["network_policy"]["domain_secrets"]]
        match self.how:
            case "a page":
                self._send(400, f"<html>{escape(body)}</html>".encode())
            case "other escapes":
                self._send(
                    400,
                    json.dumps({"errors": values}).replace("e", "\\u0065").replace("-", "\\u002D").encode(),
                )
            case "in capitals":
                self._answer(400, {"error": {"message": " ".join(values).upper()}})
            case "base64":
                self._answer(400, {"error": {"message": b64encode(body.encode()).decode()[150:]}})
            case "the key":
                self._answer(
                    401, {"error": {"message": f"no such key: {self.headers['Authorization'][7:20]}..."}}
                )
            case "a header":
                self._answer(200, {}, {"Content-Encoding": OF_FILE})
            case "no header":
                self.wfile.write(f"HTTP/1.1 200 OK\r\n{OF_FILE}\r\n\r\n".encode())
            case "no status":
                self.wfile.write(f"HTTP/1.1 {OF_FILE}{body}\r\n\r\n".encode())
            case "no chunk":
                self.wfile.write(
                    f"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{OF_FILE}\r\n".encode()
                )
        self.close_connection = True


class EchoOfUploads(Echo):
    """An account that creates containers, and repeats what is uploaded."""

    rows: ClassVar[list[dict[str, object]]] = []

    def do_GET(self) -> None:
        """Lists."""
        self._answer(
            200, {"object": "list", "data": [] if "files" in self.path else self.rows, "has_more": False}
        )

    def do_POST(self) -> None:
        """A create, or an upload."""
        if not self.path.endswith("/files"):
            made = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            self.rows.append({"id": "cntr_1", "status": "running", "created_at": 1, "name": made["name"]})
            self._answer(200, self.rows[-1])
            return
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        match self.how:
            case "message":
                self._answer(400, {"error": {"message": f"cannot store {body}", "param": body, "code": body}})
            case "end of the contents":
                self._answer(
                    400, {"error": {"message": f"cannot store ...{body.rpartition(chr(13))[0][-100:]}"}}
                )
            case _:
                self.wfile.write(body.encode())
        self.close_connection = True


@contextmanager
def echoing(how: str, kind: type[Echo]) -> Iterator[str]:
    """Serves such an account."""
    handler = type("Echoing", (kind,), {"how": how, "rows": []})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/v1"
        finally:
            server.shutdown()
            thread.join()


WAYS: dict[str, type[Echo]] = {
    **dict.fromkeys(["message", "cut message", "detail", "text"], Echo),
    **dict.fromkeys(["server error", "half an answer", "a redirect", "a drop"], Echo),
    **dict.fromkeys(["a page", "other escapes", "in capitals", "base64", "the key", "a header"], OddEcho),
    **dict.fromkeys(["no header", "no status", "no chunk"], OddEcho),
}


@pytest.mark.parametrize("how", WAYS)
def test_a_server_that_repeats_what_it_is_sent_is_not_quoted(
    session: Session, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    monkeypatch.setattr("reconciler.control.clock.RealClock", Hurried)
    with echoing(how, WAYS[how]) as url:
        monkeypatch.setenv("OPENAI_BASE_URL", url)
        code, out, _ = session("apply", "m.yaml", "--auto-approve")
        assert (code, "failed" in out) == (6, True)
        assert session("apply", "m.yaml", "--auto-approve", "--format", "json")[0] == 6
        assert session("history")[0] == 0
        assert session("ledger", "show", "--format", "json")[0] == 0
    session.check()


@pytest.mark.parametrize("how", ["message", "no header", "no status", "no chunk", "a drop"])
def test_nor_is_one_behind_a_proxy(session: Session, monkeypatch: pytest.MonkeyPatch, how: str) -> None:
    """Another client carries requests then, whose errors hold what it could not read."""
    monkeypatch.setattr("reconciler.control.clock.RealClock", Hurried)
    with echoing(how, WAYS[how]) as url:
        for name in ("http_proxy", "HTTP_PROXY"):
            monkeypatch.setenv(name, url.removesuffix("/v1").replace("//", "//user:canary-key-of-the-proxy@"))
        monkeypatch.setenv("OPENAI_BASE_URL", "http://echo.example/v1")
        code, out, _ = session("apply", "m.yaml", "--auto-approve", "--allow-insecure-http")
        assert (code, "failed" in out) == (6, True)
    session.check()


FILES = {
    "what is written in the manifest": "{path: a.txt, content: canary-file-contents-51c0-and}",
    "a sensitive file": "{path: a.txt, source: token.txt, sensitive: true}",
}


@pytest.mark.parametrize("how", ["message", "end of the contents", "nothing but that"])
@pytest.mark.parametrize("file", FILES)
def test_contents_that_nobody_is_to_see_are_not_quoted(
    session: Session, monkeypatch: pytest.MonkeyPatch, how: str, file: str
) -> None:
    monkeypatch.setattr("reconciler.control.clock.RealClock", Hurried)
    session.edit("    skills:\n", f"    files: [{FILES[file]}]\n    skills:\n")
    with echoing(how, EchoOfUploads) as url:
        monkeypatch.setenv("OPENAI_BASE_URL", url)
        for form in ("text", "json"):
            code, out, _ = session("apply", "m.yaml", "--auto-approve", "--format", form)
            assert (code, "failed" in out) == (6, True)
    if "manifest" in file:
        (session.folder / "m.yaml").unlink()
    session.check()


def test_what_is_missing_is_told_before_anything_is_sent(
    session: Session, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a version before anything is contacted; with one, when its container is to be made."""
    server.forget_requests()
    monkeypatch.delenv("API_TOKEN")
    for command in ("plan", "drift", "apply"):
        code, out, err = session(command, "m.yaml")
        assert (code, out) == (3, "")
        assert "m.yaml:9:62: the environment variable API_TOKEN is not set; the secret TOKEN" in err
        assert "nothing was contacted" in err
    assert server.requests() == 0
    monkeypatch.delenv("RECONCILER_STAMP_KEY")
    code, _, err = session("plan", "m.yaml")
    assert (code, "rotation-invisible" in err) == (0, True)
    server.forget_requests()
    assert session("apply", "m.yaml")[0] == 3
    assert server.requests() == 0
    monkeypatch.setenv("API_TOKEN", OF_VARIABLE)
    (session.folder / "token.txt").unlink()
    code, _, err = session("apply", "m.yaml", "--auto-approve")
    assert (code, "the file token.txt is not there; the secret FILE for b.example" in err) == (3, True)
    assert "nothing was changed" in err
    assert set(server.counts()) == {"GET /containers"}
    (session.folder / "token.txt").write_text(OF_FILE)
    assert session("apply", "m.yaml", "--auto-approve")[0] == 0
    (session.folder / "token.txt").unlink()
    assert session("apply", "m.yaml", "--auto-approve")[0] == 0  # what is kept needs no value
    monkeypatch.delenv("API_TOKEN")
    assert session("destroy", "m.yaml", "--auto-approve")[0] == 0


def test_a_key_on_one_machine_alone_replaces_nothing(
    session: Session, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert session("apply", "m.yaml", "--auto-approve")[0] == 0
    monkeypatch.delenv("RECONCILER_STAMP_KEY")
    code, out, err = session("plan", "m.yaml", "--detailed-exitcode")
    assert (code, out.splitlines()[-1]) == (0, "No changes.")
    assert ("(unverifiable)" in out, "rotation-invisible" in err) == (True, True)
    assert len(server.containers()) == 1


def test_a_key_that_came_later_shows_no_rotation_until_a_replace_and_says_so(
    session: Session, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("RECONCILER_STAMP_KEY")
    assert session("apply", "m.yaml", "--auto-approve")[0] == 0
    monkeypatch.setenv("RECONCILER_STAMP_KEY", KEY)
    monkeypatch.setenv("API_TOKEN", f"{OF_VARIABLE} rotated")
    for command in (("plan", "--detailed-exitcode"), ("drift",)):
        code, _, err = session(*command, "m.yaml", "--strict")
        assert (code, "m.yaml:9:62: warning: ci-a was created without RECONCILER_STAMP_KEY" in err) == (
            0,
            True,
        ), err
        assert ("rotation-invisible" in err, "--replace ci-a once" in err) == (True, True)
    assert session("apply", "m.yaml", "--auto-approve", "--replace", "ci-a")[0] == 0
    (row,) = (row for row in server.containers() if row["status"] == "running")
    assert row["name"].startswith("ci-a~b")
    code, _, err = session("plan", "m.yaml")
    assert (code, "rotation-invisible" in err) == (0, False)
    session.check()


def test_the_python_api_reads_and_hides_them_likewise(
    session: Session, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert reconciler.apply("m.yaml").exit_code == 0
    (row,) = server.containers()
    assert row["name"].startswith("ci-a~b")
    monkeypatch.setenv("API_TOKEN", f"{OF_VARIABLE} rotated")
    made = reconciler.plan("m.yaml")
    assert [change.action.value for change in made.changes] == ["replace"]
    session.seen.append(repr((made, reconciler.load("m.yaml"))))
    monkeypatch.delenv("API_TOKEN")
    with pytest.raises(reconciler.InvalidManifests) as raised:
        reconciler.apply("m.yaml")
    session.seen.append(repr(raised.value.diagnostics))
    assert reconciler.destroy("m.yaml").exit_code == 0
    session.check()
