"""Which endpoint answers a path. Segments are split before they are decoded: ``%2F`` is part of an id."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

from reconciler.emulator.http.request import Request
from reconciler.emulator.http.response import Response
from reconciler.emulator.service import Service
from reconciler.emulator.wire import errors

Endpoint = Callable[[Service, Request], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Route:
    """A path and its methods; a segment in braces is a parameter."""

    template: str
    methods: Mapping[str, Endpoint]

    @property
    def allow(self) -> str:
        """The value of the ``Allow`` header."""
        return ", ".join(sorted(self.methods))


class Router:
    """Finds the endpoint of a request below each of some prefixes, like ``/v1``; ``""`` is the root."""

    def __init__(self, prefixes: Sequence[str], routes: Sequence[Route]) -> None:
        self._routes: dict[int, list[tuple[tuple[str, ...], Route]]] = {}
        for prefix in prefixes:
            for route in routes:
                segments = tuple(f"{prefix}{route.template}".split("/")[1:])
                self._routes.setdefault(len(segments), []).append((segments, route))

    def find(self, request: Request) -> Endpoint:
        """The endpoint of a request, whose ``template`` and ``params`` are set on the way.

        Raises:
            ApiError: 404 for an unknown path, 405 with ``Allow`` for an unknown method.
        """
        found = self._match(request.raw_path)
        if found is None:
            raise errors.invalid_url(request.method, request.path)
        route, request.params = found
        request.template = route.template
        endpoint = route.methods.get(request.method)
        if endpoint is None:
            raise errors.method_not_allowed(request.method, request.path, route.allow)
        return endpoint

    def _match(self, raw_path: bytes) -> tuple[Route, tuple[str, ...]] | None:
        try:
            given = [unquote_to_bytes(segment).decode() for segment in raw_path.split(b"/")[1:]]
        except UnicodeDecodeError:
            return None
        if "" in given:
            return None
        for segments, route in self._routes.get(len(given), ()):
            pairs = list(zip(segments, given, strict=True))
            if all(want == got or want[:1] == "{" for want, got in pairs):
                return route, tuple(got for want, got in pairs if want[:1] == "{")
        return None
