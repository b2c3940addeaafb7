"""Base URLs, and errors of the HTTP library that never leave `api`."""

from __future__ import annotations

import traceback

import httpx2
import pytest

from reconciler.api.errors import ConnectionFailed, ProtocolError, ReplyLost, TimedOut
from reconciler.api.library import new_client, translated
from reconciler.api.transport import proxy_named
from reconciler.api.urls import check_base_url, is_loopback
from reconciler.model.errors import ApiError, InvalidInput


@pytest.mark.parametrize(
    ("url", "checked"),
    [
        ("https://api.openai.com/v1", "https://api.openai.com/v1"),
        ("https://api.openai.com/v1/", "https://api.openai.com/v1"),
        ("https://[2001:db8::1]:8443/v1", "https://[2001:db8::1]:8443/v1"),
        ("http://127.0.0.1:8080/v1", "http://127.0.0.1:8080/v1"),
        ("http://localhost/v1", "http://localhost/v1"),
        ("http://box.localhost:1/v1", "http://box.localhost:1/v1"),
        ("http://[::1]:9/v1", "http://[::1]:9/v1"),
    ],
)
def test_usable_base_urls(url: str, checked: str) -> None:
    assert check_base_url(url, allow_insecure=False) == checked


@pytest.mark.parametrize(
    "url",
    [
        "",
        "api.openai.com/v1",
        "ftp://host/v1",
        "file:///etc/passwd",
        "https://",
        "https:///v1",
        "https://host/v1?key=1",
        "https://host/v1#part",
        "https://user:secret@host/v1",
        "https://host:port/v1",
        "https://host:99999/v1",
        "http://[::1/v1",
        "http://user:secret@[::1/v1",
        "https://:secret@host/v1",
        "https://secret@host/v1",
        "https://user:secret/1@host/v1",
        "https://host/v1?key=secret",
        "https://host/v1#secret",
    ],
)
@pytest.mark.parametrize("allow", [True, False])
def test_impossible_base_urls_are_refused_without_telling_a_password(url: str, *, allow: bool) -> None:
    with pytest.raises(InvalidInput) as refused:
        check_base_url(url, allow_insecure=allow)
    assert "secret" not in "".join(traceback.format_exception(refused.value))


@pytest.mark.parametrize(
    "url",
    [
        "http://api.openai.com/v1",
        "http://10.0.0.1/v1",
        "http://0.0.0.0/v1",
        "http://localhost.example.com/v1",
        "http://127.0.0.1.example.com/v1",
        "http://notlocalhost/v1",
    ],
)
def test_a_key_travels_in_clear_text_only_where_it_is_allowed(url: str) -> None:
    with pytest.raises(InvalidInput, match="plain http") as refused:
        check_base_url(url, allow_insecure=False)
    assert "--allow-insecure-http" in (refused.value.hint or "")
    assert check_base_url(url, allow_insecure=True) == url


@pytest.mark.parametrize(
    ("url", "local"),
    [
        ("http://127.3.2.1/v1", True),
        ("http://[::1]/v1", True),
        ("http://localhost:80", True),
        ("https://a.localhost", True),
        ("http://128.0.0.1/v1", False),
        ("http://localhost.com", False),
        ("nonsense", False),
    ],
)
def test_loopback_is_this_very_machine(url: str, *, local: bool) -> None:
    assert is_loopback(url) is local


def test_a_proxy_of_the_environment_is_not_asked_for_this_very_machine(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://proxy.invalid:1")
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.invalid:1")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    assert new_client("http://127.0.0.1:9/v1", {}).trust_env is False
    assert new_client("https://example.com/v1", {}).trust_env is True


@pytest.mark.parametrize("name", ["HTTP_PROXY", "https_proxy", "ALL_PROXY"])
def test_a_proxy_that_the_environment_names_is_noticed(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    assert proxy_named({name: "http://proxy.invalid:1"})
    assert not proxy_named({name: "", "NO_PROXY": "example.com", "PROXY": "x"})
    monkeypatch.setattr("sys.platform", "darwin")
    assert proxy_named({}), "a system with settings of its own may have one"


_REQUEST = httpx2.Request("GET", "http://host/v1/x")


@pytest.mark.parametrize(
    ("raised", "kind"),
    [
        (httpx2.ConnectError("refused"), ConnectionFailed),
        (httpx2.ConnectTimeout("slow"), ConnectionFailed),
        (httpx2.PoolTimeout("full"), ConnectionFailed),
        (httpx2.ProxyError("no"), ConnectionFailed),
        (httpx2.InvalidURL("bad"), ConnectionFailed),
        (httpx2.UnsupportedProtocol("gopher"), ConnectionFailed),
        (httpx2.LocalProtocolError("bad header"), ConnectionFailed),
        (httpx2.ReadTimeout(""), TimedOut),
        (httpx2.WriteTimeout(""), TimedOut),
        (httpx2.ReadError("reset"), ReplyLost),
        (httpx2.WriteError("pipe"), ReplyLost),
        (httpx2.CloseError("x"), ReplyLost),
        (httpx2.RemoteProtocolError("cut"), ReplyLost),
        (httpx2.DecodingError("gzip"), ReplyLost),
        (httpx2.StreamError("x"), ReplyLost),
        (httpx2.TooManyRedirects("loop", request=_REQUEST), ProtocolError),
    ],
)
def test_every_error_of_the_library_becomes_one_of_ours(raised: Exception, kind: type[ApiError]) -> None:
    with pytest.raises(ApiError) as found, translated("GET host/v1/x"):
        raise raised
    assert type(found.value) is kind
    assert str(found.value).startswith("GET host/v1/x: ")
    assert found.value.__cause__ is raised


def test_an_error_that_says_nothing_is_named_by_its_type() -> None:
    with pytest.raises(ReplyLost, match="ReadError"), translated("GET x"):
        raise httpx2.ReadError("")


def test_other_errors_pass() -> None:
    with pytest.raises(KeyError), translated("GET x"):
        raise KeyError("ours")


@pytest.mark.parametrize(
    "proxy",
    [
        "htp://user:secret@proxy:1",
        "http://user:1@proxy:secret",
        "http://user:secret/1@proxy:1",
        "http://user:secret@[::1",
        "socks4://user:secret@proxy:1",
    ],
)
def test_a_proxy_that_cannot_be_used_is_refused_without_telling_a_password(
    proxy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in (
        "HTTP_PROXY",
        "HTTPS_PROXY",
        "ALL_PROXY",
        "http_proxy",
        "https_proxy",
        "all_proxy",
        "NO_PROXY",
    ):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    with pytest.raises(InvalidInput, match="the proxy that the environment names") as refused:
        new_client("https://api.example.com/v1", {})
    said = f"{refused.value.hint} {''.join(traceback.format_exception_only(refused.value))}"
    assert "secret" not in said
    assert refused.value.__suppress_context__ or "socks" in proxy
