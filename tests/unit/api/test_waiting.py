"""Who looks on hears of each long wait once."""

from __future__ import annotations

import asyncio

from support.clocks import FakeClock

from reconciler.api.waiting import LONGEST_REASON, SECONDS_BETWEEN, Teller
from reconciler.model.events import Waiting


def test_long_waits_are_told_and_short_ones_are_not() -> None:
    heard: list[Waiting] = []
    teller = Teller(FakeClock(), heard.append)
    teller.tell(2.0, "short")
    teller.tell(2.5, "long")
    assert heard == [Waiting(2.5, "long")]


def test_many_who_wait_for_the_same_are_told_of_once() -> None:
    heard: list[Waiting] = []
    clock = FakeClock()
    teller = Teller(clock, heard.append)
    for _ in range(64):
        teller.tell(7.0, "503: down, trying again")
    teller.tell(8.0, "another reason, hardly longer")
    teller.tell(60.0, "another reason, much longer")
    asyncio.run(clock.sleep(SECONDS_BETWEEN))
    teller.tell(40.0, "another reason, much longer")
    assert [waiting.seconds for waiting in heard] == [7.0, 60.0]
    asyncio.run(clock.sleep(30.0))
    teller.tell(40.0, "another reason, much longer")
    assert [waiting.seconds for waiting in heard] == [7.0, 60.0, 40.0]


def test_a_reason_is_one_short_line() -> None:
    heard: list[Waiting] = []
    Teller(FakeClock(), heard.append).tell(9.0, "503: <html>\r\n" + "x" * 500)
    assert heard[0].because.startswith("503: <html> x")
    assert len(heard[0].because) == LONGEST_REASON


def test_a_listener_that_raises_is_dropped() -> None:
    heard: list[Waiting] = []

    def broken(waiting: Waiting) -> None:
        heard.append(waiting)
        raise OSError("the pipe is closed")

    teller = Teller(FakeClock(), broken)
    teller.tell(9.0, "one")
    teller.tell(99.0, "two")
    assert heard == [Waiting(9.0, "one")]
