"""A running emulator in the hands of a test: its time, its faults, its log and its rows, without HTTP.

Every call runs on the server's own loop, between two requests, so that it sees and changes whole ones only.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol, TypeVar

from reconciler.emulator.control.arm import check_lines
from reconciler.emulator.control.clock import END_OF_IDS
from reconciler.emulator.control.observe import snapshot, start_over
from reconciler.emulator.errors import EmulatorError
from reconciler.emulator.report import ContainerRow, Fault, LoggedRequest, WriteCounts
from reconciler.emulator.service import Service

Result = TypeVar("Result")


class Call(Protocol):
    """Runs a function of the service where the server runs, and waits for what it returns."""

    def __call__(self, function: Callable[[Service], Result], /) -> Result:
        """What the function returns."""
        ...


class ClockHandle:
    """The emulator's time: rows are stamped by it, containers expire by it, ``Date`` says it."""

    def __init__(self, call: Call) -> None:
        self._call = call

    def now(self) -> float:
        """Unix seconds."""
        return self._call(lambda service: service.clock.now())

    def set(self, now: float) -> None:
        """Make it ``now``, unix seconds; a clock that stands still goes on standing still."""
        _check_time(now)
        self._call(lambda service: service.clock.set(now, frozen=service.clock.frozen))

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self.set(self.now() + seconds)

    def freeze(self, now: float | None = None) -> None:
        """Stop the clock, at ``now`` if it is given."""
        at = self.now() if now is None else now
        _check_time(at)
        self._call(lambda service: service.clock.set(at, frozen=True))

    def release(self) -> None:
        """Let the clock run on from where it stands."""
        self._call(lambda service: service.clock.set(service.clock.now(), frozen=False))


def _check_time(now: float) -> None:
    if not 0 <= now < END_OF_IDS:
        raise EmulatorError(f"the clock runs from 0 to {END_OF_IDS - 1} seconds, not {now}")


class FaultsHandle:
    """What goes wrong on purpose."""

    def __init__(self, call: Call) -> None:
        self._call = call

    def add(self, *lines: str, seed: int | None = None) -> None:
        """Add faults, each a line like ``POST /containers: drop-after-commit 10%``.

        Args:
            lines: ``ENDPOINT: KIND [ARGUMENT] [HOW OFTEN]``; ``reconciler emulator --help`` lists the kinds.
            seed: What their chances are drawn from; by default that of the settings, or another each time.

        Raises:
            EmulatorError: A line makes no sense; the message says what was expected.
        """
        parsed = check_lines(lines)

        def act(service: Service) -> None:
            if seed is not None:
                service.faults.reseed(seed)
            service.faults.add(*parsed)

        self._call(act)

    def lag(self, *, create: float = 0.0, delete: float = 0.0, files: bool = False) -> None:
        """Let lists show new rows so many seconds late, and deleted ones so much longer; by its clock."""
        if min(create, delete) < 0:
            raise EmulatorError("lag must not be negative")

        def act(service: Service) -> None:
            service.lag.create, service.lag.delete, service.lag.files = create, delete, files

        self._call(act)

    def active(self) -> tuple[Fault, ...]:
        """Every fault with how often it was seen and met."""
        return self._call(lambda service: tuple(map(Fault.of, service.faults.describe())))

    def clear(self) -> None:
        """Heal everything: no faults, no rate limit, and no lag from now on."""

        def act(service: Service) -> None:
            service.faults.clear()
            service.lag.create, service.lag.delete, service.lag.files = 0.0, 0.0, False

        self._call(act)


class LogHandle:
    """What was asked of the API."""

    def __init__(self, call: Call) -> None:
        self._call = call

    def requests(self) -> tuple[LoggedRequest, ...]:
        """Every request, oldest first; of very many the newest 100,000."""
        return tuple(
            LoggedRequest.of(entry) for entry in self._call(lambda service: service.log.snapshot())["entries"]
        )

    def counts(self) -> Mapping[str, int]:
        """How many requests there were by endpoint, ``POST /containers``."""
        return self._call(lambda service: service.log.counts())

    def writes(self, name: str) -> WriteCounts:
        """What was done to containers of a name, and what clients were told was done."""
        return WriteCounts.of(self._call(lambda service: service.log.names()).get(name, {}))

    def names(self) -> Sequence[str]:
        """Every name that was written to, in the order in which they were first."""
        return tuple(self._call(lambda service: service.log.names()))

    def clear(self) -> None:
        """Count from zero again."""
        self._call(lambda service: service.log.clear())


class Rows:
    """What there is, without touching it."""

    def __init__(self, call: Call) -> None:
        self._call = call

    def containers(self, name: str | None = None) -> tuple[ContainerRow, ...]:
        """Every container, oldest first, or those of a name; expired ones too, and with their files."""

        def act(service: Service) -> list[dict[str, Any]]:
            service.clock.refresh()
            service.expire()
            rows = service.containers.everything()
            return [snapshot(service, row) for row in rows if name is None or row.name == name]

        return tuple(map(ContainerRow.of, self._call(act)))

    def reset(self) -> None:
        """No rows and no requests; faults as at the start; the clock stays."""
        self._call(start_over)
