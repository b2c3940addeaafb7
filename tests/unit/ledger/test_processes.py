"""Several processes at one file, and processes that die: nothing that was noted is lost or half there."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

from support.ledgers import FULL, OTHER, TARGET, fill, filled, python, remembering

from reconciler.ledger.clear import clear
from reconciler.ledger.store import Place
from reconciler.model.memory import Intent, Memory

if TYPE_CHECKING:
    from pathlib import Path

NOTES = 500

WRITER = """
import sys
from pathlib import Path
from support.ledgers import OTHER, TARGET, remembering
who = sys.argv[2]
with remembering(Path(sys.argv[1]), target=TARGET if who == "a" else OTHER, busy_seconds=60) as ledger:
    print("open", flush=True)
    for number in range(int(sys.argv[3])):
        ledger.intend(f"{who}-{number:03}", number)
"""

ENDLESS = """
import sys
from itertools import count
from pathlib import Path
from support.ledgers import remembering
with remembering(Path(sys.argv[1])) as ledger:
    for number in count():
        ledger.born(f"cntr_{number}", f"ci-{number}", number)  # two tables in one transaction
        if number == 100:
            print("at work", flush=True)
"""


def test_two_processes_that_write_at_once_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    writers = [python(WRITER, str(path), who, str(NOTES)) for who in "ab"]
    assert [writer.communicate(timeout=60)[0] for writer in writers] == ["open\n"] * 2
    for who, target in (("a", TARGET), ("b", OTHER)):
        with remembering(path, target=target) as ledger:
            names = [intent.name for intent in ledger.recall().intents]
        assert names == [f"{who}-{number:03}" for number in range(NOTES)]


def test_a_killed_process_leaves_whole_notes(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    before = 0
    for _ in range(5):
        with python(ENDLESS, str(path)) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "at work\n"
            process.send_signal(signal.SIGKILL)
        with remembering(path) as ledger:
            memory = ledger.recall()
        numbers = sorted(int(birth.name.removeprefix("ci-")) for birth in memory.births)
        assert numbers == list(range(len(numbers)))
        assert len(numbers) > 100
        assert set(memory.touches) == {birth.id for birth in memory.births}
        before = max(before, len(numbers))
        assert len(numbers) == before, "no earlier note is lost"


def test_a_run_goes_on_with_a_ledger_that_is_cleared_under_it(tmp_path: Path) -> None:
    path = filled(tmp_path / "ledger.db")
    with remembering(path) as first, remembering(path, target=OTHER) as second:
        assert first.recall() == FULL
        clear(Place(path))
        second.intend("of the other", 1)
        assert first.recall() == Memory()
        first.intend("ci-new", 2)
        assert first.recall() == Memory(intents=(Intent("ci-new", 2),))
        assert second.recall() == Memory(intents=(Intent("of the other", 1),))
        fill(first)
    with remembering(path, target=OTHER) as ledger:
        assert ledger.recall() == Memory(intents=(Intent("of the other", 1),))
