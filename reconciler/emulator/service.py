"""What every endpoint works with: the settings, the stored rows, the clock, the log and the faults."""

from reconciler.emulator.faults.engine import Faults
from reconciler.emulator.log import OperationLog
from reconciler.emulator.settings import Settings
from reconciler.emulator.store.clock import Clock
from reconciler.emulator.store.database import Database
from reconciler.emulator.store.lag import Durations
from reconciler.emulator.store.lagging import LaggingContainers, LaggingFiles
from reconciler.emulator.store.listings import Listings
from reconciler.emulator.store.skills import Skills
from reconciler.emulator.store.uploads import Uploads


class Service:
    """One server's parts. Log and faults are of the process, everything else is in the data file."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self.settings = settings
        self.database = database
        self.clock = Clock(database)
        self.lag = Durations()
        self.containers = LaggingContainers(database, self.clock.now, self.lag)
        self.files = LaggingFiles(database, settings.path_mode, self.clock.now, self.lag)
        self.uploads = Uploads(database)
        self.skills = Skills(database)
        self.listings = Listings(settings.list_cache_seconds)
        self.log = OperationLog()
        self.faults = Faults()

    def second(self) -> int:
        """``now()`` in whole unix seconds, as rows are stamped."""
        return int(self.clock.now())

    def expire(self) -> None:
        """Carry out what time has brought since the last request."""
        now = self.clock.now()
        if self.settings.lifetime_minutes is not None:
            self.containers.delete_older(now - 60 * self.settings.lifetime_minutes)
        self.containers.expire_idle(now)
        self.uploads.expire(now)

    def clear(self) -> None:
        """Remove every row; inside of a transaction."""
        self.containers.clear()
        self.uploads.clear()
        self.skills.clear()
        self.listings.clear()
