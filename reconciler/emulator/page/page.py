"""The page as an answer: one document, which loads nothing and is loaded again every few seconds."""

from reconciler.emulator.http.request import Request
from reconciler.emulator.http.response import Response
from reconciler.emulator.page import sections
from reconciler.emulator.page.html import Html, tag
from reconciler.emulator.page.style import POLICY, STYLE
from reconciler.emulator.service import Service
from reconciler.emulator.wire import errors

SECONDS = 5
_PAUSED = b"refresh=0"


def show_page(service: Service, request: Request) -> Response:
    """``GET /``; with ``?refresh=0`` it stays as it is.

    Raises:
        ApiError: 405 for another method.
    """
    if request.method not in {"GET", "HEAD"}:
        raise errors.method_not_allowed(request.method, request.path, "GET, HEAD")
    service.expire()
    return Response(
        raw=_document(service, request, paused=request.query == _PAUSED).encode(),
        content_type=b"text/html; charset=utf-8",
        headers=[
            (b"content-security-policy", POLICY.encode()),
            (b"cache-control", b"no-store"),
            (b"referrer-policy", b"no-referrer"),
            (b"x-content-type-options", b"nosniff"),
        ],
    )


def _document(service: Service, request: Request, *, paused: bool) -> str:
    head = [
        Html('<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'),
        Html("") if paused else Html(f'<meta http-equiv="refresh" content="{SECONDS}">'),
        tag("title", "reconciler emulator"),
        tag("style", Html(STYLE)),
    ]
    body = [
        _header(service, request, paused=paused),
        sections.tiles(service),
        sections.faults(service),
        tag("div", sections.containers(service), id="containers"),
        tag("div", sections.requests(service), id="requests"),
        tag("footer", "Looking at this page touches no container and is no request of the log."),
    ]
    return f'<!doctype html><html lang="en">{tag("head", *head)}{tag("body", *body)}</html>\n'


def _header(service: Service, request: Request, *, paused: bool) -> Html:
    clock = service.clock
    base = service.settings.base_paths[0]
    refresh = (
        tag("span", "paused · ", tag("a", "refresh", href="/"))
        if paused
        else tag("span", f"every {SECONDS} s · ", tag("a", "pause", href="/?refresh=0"))
    )
    return tag(
        "header",
        tag("h1", "reconciler emulator"),
        tag("code", f"OPENAI_BASE_URL=http://{request.header(b'host') or 'HOST'}{base}"),
        tag(
            "span", f"{sections.moment(clock.now())} UTC", " (the clock stands still)" if clock.frozen else ""
        ),
        tag("span", refresh, class_="soft"),
        tag("a", "containers", href="#containers"),
        tag("a", "requests", href="#requests"),
    )
