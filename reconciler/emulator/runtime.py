"""Starting and stopping: in a thread for tests and for ``--emulator``, in the foreground for a person."""

import asyncio
import ipaddress
import signal
import socket
import threading
from collections.abc import Callable
from concurrent.futures import CancelledError
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Self, TypeVar

from reconciler.emulator.control.arm import armed
from reconciler.emulator.errors import EmulatorError
from reconciler.emulator.handle import ClockHandle, FaultsHandle, LogHandle, Rows
from reconciler.emulator.http.server import bind, run_server
from reconciler.emulator.report import ContainerRow
from reconciler.emulator.service import Service
from reconciler.emulator.settings import Settings
from reconciler.emulator.store.database import Database, open_database

_STOP_SECONDS = 10.0
_ANY_KEY = "sk-emulator"

_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True)
class Address:
    """Where a server is found.

    Attributes:
        root_url: ``http://127.0.0.1:40123``, below which the control tree lies.
        identity: The random id of the data, 32 hex digits; the same as long as the data file lives.
    """

    root_url: str
    identity: str

    @property
    def base_url(self) -> str:
        """What clients take as ``base_url``: the root and ``/v1``."""
        return f"{self.root_url}/v1"


class Emulator:
    """A server in a daemon thread; a context manager that stops it. Made by ``start``.

    Attributes:
        clock: Its time: ``advance``, ``set``, ``freeze``, ``release``.
        faults: What goes wrong: ``add``, ``lag``, ``clear``.
        log: What was asked, and what was done by name.
    """

    def __init__(self, settings: Settings) -> None:
        self._database = open_database(settings.data)
        try:
            self._listener = bind(settings.host, settings.port)
        except BaseException:
            self._database.close()
            raise
        self._service = armed(settings, self._database)
        self._address = _address(settings.host, self._listener, self._database)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop = asyncio.Event()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name="reconciler-emulator", daemon=True)
        self._failure: OSError | None = None
        self._rows = Rows(self._call)
        self.clock = ClockHandle(self._call)
        self.faults = FaultsHandle(self._call)
        self.log = LogHandle(self._call)
        self._thread.start()
        self._ready.wait()
        if self._failure is not None:
            raise EmulatorError(f"cannot serve: {self._failure}") from self._failure

    @property
    def base_url(self) -> str:
        """``http://HOST:PORT/v1``."""
        return self._address.base_url

    @property
    def root_url(self) -> str:
        """``http://HOST:PORT``."""
        return self._address.root_url

    @property
    def identity(self) -> str:
        """The random id of the data, kept in the data file."""
        return self._address.identity

    @property
    def api_key(self) -> str:
        """A key that is accepted."""
        keys = self._service.settings.api_keys
        return keys[0] if keys else _ANY_KEY

    def containers(self, name: str | None = None) -> tuple[ContainerRow, ...]:
        """Every container, oldest first, or those of a name, with their files; without touching them."""
        return self._rows.containers(name)

    def reset(self) -> None:
        """No rows and no requests; faults and lag as at the start; the clock stays."""
        self._rows.reset()

    def stop(self) -> None:
        """Stop serving and close the data file; requests under way get a second. May be called again."""
        if self._loop is not None and self._thread.is_alive():
            with suppress(RuntimeError):  # the loop closed between the two lines
                self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(_STOP_SECONDS)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _call(self, function: Callable[[Service], _Result], /) -> _Result:
        """Run a function between two requests, and return what it does.

        Raises:
            EmulatorError: The server has stopped.
        """

        async def within() -> _Result:
            return function(self._service)

        calling = within()
        try:
            if self._loop is not None and not self._stop.is_set():
                return asyncio.run_coroutine_threadsafe(calling, self._loop).result()
        except CancelledError:  # it stopped meanwhile
            pass
        calling.close()
        raise EmulatorError("the emulator has stopped")

    def _run(self) -> None:
        try:
            with asyncio.Runner() as runner:
                runner.run(self._serve())
        except OSError as error:  # no file descriptors left for a loop, say
            self._failure = error
        finally:
            self._listener.close()
            self._database.close()
            self._ready.set()

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        await run_server(self._service, self._listener, self._stop, self._ready.set)


def start(settings: Settings) -> Emulator:
    """Start a server in a daemon thread, and return once it listens. Installs no signal handler.

    Raises:
        EmulatorError: The data file cannot be used, or the address cannot be bound.
    """
    return Emulator(settings)


def serve(settings: Settings, *, on_ready: Callable[[Address], None]) -> None:
    """Run a server in the foreground until SIGINT or SIGTERM; only from the main thread.

    Args:
        settings: How it behaves.
        on_ready: Called once it listens, with where it is found.

    Raises:
        EmulatorError: The data file cannot be used, or the address cannot be bound.
    """
    database = open_database(settings.data)
    try:
        with bind(settings.host, settings.port) as listener:
            address = _address(settings.host, listener, database)
            asyncio.run(_serve_until_signal(armed(settings, database), listener, lambda: on_ready(address)))
    finally:
        database.close()


async def _serve_until_signal(
    service: Service, listener: socket.socket, on_ready: Callable[[], None]
) -> None:
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    signals = (signal.SIGINT, signal.SIGTERM)
    for number in signals:
        loop.add_signal_handler(number, stop.set)
    try:
        await run_server(service, listener, stop, on_ready)
    finally:
        for number in signals:
            loop.remove_signal_handler(number)


def _address(host: str, listener: socket.socket, database: Database) -> Address:
    port = listener.getsockname()[1]
    return Address(root_url=f"http://{_reachable(host)}:{port}", identity=database.identity())


def _reachable(host: str) -> str:
    """The host as a URL wants it; one that means "every address" is reached over loopback."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    if address.is_unspecified:
        address = ipaddress.ip_address("::1" if address.version == 6 else "127.0.0.1")  # noqa: PLR2004 - the IP version
    return f"[{address}]" if address.version == 6 else str(address)  # noqa: PLR2004 - the IP version
