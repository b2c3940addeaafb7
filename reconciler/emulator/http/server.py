"""A listening server on the running loop.

The ``Server`` of uvicorn polls ten times a second, waits as long to stop, and installs signal handlers; this
one uses uvicorn's protocol on a plain asyncio server, so that starting and stopping take milliseconds.
"""

import asyncio
import socket
from collections.abc import Callable

from uvicorn.config import Config
from uvicorn.server import ServerState

from reconciler.emulator.errors import EmulatorError
from reconciler.emulator.http.app import Application
from reconciler.emulator.http.protocol import EmulatorProtocol
from reconciler.emulator.service import Service

_BACKLOG = 2048
_KEEP_ALIVE_SECONDS = 120
_GRACE_SECONDS = 1.0
_TURNS_TO_CONNECT = 3
"""Turns of the loop after which an accepted socket is among the connections: two, and one more."""


def bind(host: str, port: int) -> socket.socket:
    """A listening socket.

    Raises:
        EmulatorError: The address does not exist, or is taken.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=_BACKLOG)
    except OSError as error:
        raise EmulatorError(f"cannot listen on {host} port {port}: {error.strerror or error}") from error


async def run_server(
    service: Service, listener: socket.socket, stop: asyncio.Event, on_ready: Callable[[], None]
) -> None:
    """Serve until ``stop`` is set; then let requests under way finish, for a second at most."""
    loop = asyncio.get_running_loop()
    state = ServerState()
    config = _config(service)

    def new_connection() -> EmulatorProtocol:
        connection = EmulatorProtocol(config, state, {}, loop)
        connection.clock = service.clock
        return connection

    server = await loop.create_server(new_connection, sock=listener, backlog=_BACKLOG)
    try:
        on_ready()
        await stop.wait()
    finally:
        await _stop_accepting(server, listener)
        await _close_connections(state)


def _config(service: Service) -> Config:
    """The settings of uvicorn, down to what its protocol reads."""
    config = Config(
        Application(service),
        interface="asgi3",
        http=EmulatorProtocol,
        ws="none",
        lifespan="off",
        loop="asyncio",
        log_config=None,
        proxy_headers=False,
        server_header=False,
        date_header=False,
        workers=1,
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
    )
    config.load()
    return config


async def _stop_accepting(server: asyncio.Server, listener: socket.socket) -> None:
    """Close the listener, but first let what it has accepted become connections.

    A closed asyncio server would lose such sockets, open and without an owner.
    """
    asyncio.get_running_loop().remove_reader(listener)
    for _ in range(_TURNS_TO_CONNECT):
        await asyncio.sleep(0)
    server.close()


async def _close_connections(state: ServerState) -> None:
    """Close idle connections at once, busy ones when they are done, and after a second all of them.

    What is still under way for a client that has gone is not waited for.
    """
    for connection in list(state.connections):
        connection.shutdown()
    loop = asyncio.get_running_loop()
    deadline = loop.time() + _GRACE_SECONDS
    pause = 0.0
    while state.connections and loop.time() < deadline:
        await asyncio.sleep(pause)
        pause = min(pause + 0.001, 0.02)
    for connection in list(state.connections):
        connection.transport.abort()
    for task in list(state.tasks):
        task.cancel()
    while state.connections or state.tasks:  # noqa: ASYNC110 - both empty themselves within a few turns
        await asyncio.sleep(0)
