"""What every endpoint works with: the settings, the stored rows, the clock, the log and the faults."""

from reconciler.emulator.faults.engine import Faults
from reconciler.emulator.log import OperationLog
from reconciler.emulator.settings import Settings
from reconciler.emulator.store.clock import Clock
from reconciler.emulator.store.containers import Containers
from reconciler.emulator.store.database import Database
from reconciler.emulator.store.files import Files


class Service:
    """One server's parts. Log and faults are of the process, everything else is in the data file."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self.settings = settings
        self.database = database
        self.clock = Clock(database)
        self.containers = Containers(database)
        self.files = Files(database, settings.path_mode)
        self.log = OperationLog()
        self.faults = Faults()

    def second(self) -> int:
        """``now()`` in whole unix seconds, as rows are stamped."""
        return int(self.clock.now())
