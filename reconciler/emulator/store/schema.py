"""The tables of a data file, and the marks by which one is recognised.

Contents belong to a blob, and a blob lives as long as a row refers to it: triggers see to that, so no
statement elsewhere can leak bytes or lose them. Copying a file of the Files API into a container is therefore
one more row of the same blob. A blob that is being uploaded has ``staged_at``, in seconds
of the machine's own clock, until a file row adopts it.

``seq`` is not the table's row id on purpose: an index of (created_at, row id) cannot be entered in the middle
of a second, and a page among 25,000 rows of one second took 2 ms instead of 20 µs.
"""

APPLICATION_ID = 0x7263656D
"""``rcem``: what SQLite keeps in the header so that another program's file is told apart."""

FORMAT = 2
"""The version of these tables, kept as SQLite's ``user_version``; a higher one is refused."""

_UNUSED = """NOT EXISTS (SELECT 1 FROM file WHERE blob = old.blob)
        AND NOT EXISTS (SELECT 1 FROM upload WHERE blob = old.blob)
        AND NOT EXISTS (SELECT 1 FROM skill_version WHERE blob = old.blob)"""


def _drops_blob(name: str, event: str, extra: str = "") -> str:
    head = f"CREATE TRIGGER {name} AFTER {event} WHEN {extra}{_UNUSED}"
    return f"{head} BEGIN DELETE FROM blob WHERE id = old.blob; END"  # noqa: S608 - a constant of this module


REFERENCES = (
    """CREATE TABLE upload (        -- the Files API
        seq INTEGER NOT NULL UNIQUE,
        id TEXT NOT NULL UNIQUE,
        created_at INTEGER NOT NULL,
        filename TEXT NOT NULL,
        purpose TEXT NOT NULL,
        bytes INTEGER NOT NULL,
        expires_at INTEGER,
        blob INTEGER NOT NULL REFERENCES blob (id)
    )""",
    "CREATE INDEX upload_order ON upload (created_at, seq)",
    "CREATE INDEX upload_purpose ON upload (purpose, created_at, seq)",
    "CREATE INDEX upload_expiry ON upload (expires_at) WHERE expires_at IS NOT NULL",
    "CREATE INDEX upload_blob ON upload (blob)",
    """CREATE TABLE skill (
        seq INTEGER NOT NULL UNIQUE,
        id TEXT NOT NULL UNIQUE,
        created_at INTEGER NOT NULL,
        default_version INTEGER NOT NULL,
        last_number INTEGER NOT NULL   -- of versions ever made: a number is not given twice
    )""",
    "CREATE INDEX skill_order ON skill (created_at, seq)",
    """CREATE TABLE skill_version (
        seq INTEGER NOT NULL UNIQUE,
        id TEXT NOT NULL UNIQUE,
        skill INTEGER NOT NULL REFERENCES skill (seq) ON DELETE CASCADE,
        number INTEGER NOT NULL,
        created_at INTEGER NOT NULL,
        name TEXT NOT NULL,
        description TEXT NOT NULL,
        blob INTEGER NOT NULL REFERENCES blob (id),
        UNIQUE (skill, number)
    )""",
    "CREATE INDEX skill_version_blob ON skill_version (blob)",
    _drops_blob("file_gone", "DELETE ON file"),
    _drops_blob("file_rewritten", "UPDATE OF blob ON file", "old.blob <> new.blob AND "),
    _drops_blob("upload_gone", "DELETE ON upload"),
    _drops_blob("skill_version_gone", "DELETE ON skill_version"),
)
"""What containers refer to, and when contents are dropped."""

STATEMENTS = (
    "CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
    """CREATE TABLE clock (
        only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
        ahead REAL NOT NULL,     -- seconds to add to the machine's clock
        frozen_at REAL           -- unix seconds at which time stands still
    )""",
    "INSERT INTO clock VALUES (1, 0, NULL)",
    """CREATE TABLE container (
        seq INTEGER NOT NULL UNIQUE,
        id TEXT NOT NULL UNIQUE,
        name TEXT,
        created_at INTEGER NOT NULL,
        last_active_at INTEGER,
        status TEXT,
        minutes INTEGER,
        memory_limit TEXT,
        network_policy TEXT,     -- JSON
        shown TEXT,              -- JSON: what a planted row shows instead
        expires_at INTEGER,      -- only while the row can still expire
        owner TEXT               -- a digest of the key that created it
    )""",
    "CREATE INDEX container_order ON container (created_at, seq)",
    "CREATE INDEX container_name ON container (name, created_at, seq)",
    "CREATE INDEX container_expiry ON container (expires_at) WHERE expires_at IS NOT NULL",
    """CREATE TABLE blob (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        size INTEGER NOT NULL DEFAULT 0,
        staged_at REAL
    )""",
    "CREATE TABLE chunk (blob INTEGER NOT NULL, n INTEGER NOT NULL, data BLOB NOT NULL, UNIQUE (blob, n))",
    """CREATE TABLE file (
        seq INTEGER NOT NULL UNIQUE,
        id TEXT NOT NULL UNIQUE,
        container INTEGER NOT NULL REFERENCES container (seq) ON DELETE CASCADE,
        created_at INTEGER NOT NULL,
        path TEXT NOT NULL,
        source TEXT NOT NULL,
        bytes INTEGER,           -- as shown; the blob knows the true size
        blob INTEGER NOT NULL REFERENCES blob (id),
        shown TEXT               -- JSON: what a planted row shows instead
    )""",
    "CREATE INDEX file_order ON file (container, created_at, seq)",
    "CREATE INDEX file_path ON file (container, path)",
    "CREATE INDEX file_blob ON file (blob)",
    """CREATE TRIGGER blob_gone AFTER DELETE ON blob BEGIN
        DELETE FROM chunk WHERE blob = old.id;
    END""",
    *REFERENCES,
    f"PRAGMA application_id = {APPLICATION_ID}",
    f"PRAGMA user_version = {FORMAT}",
)
"""The whole of an empty data file."""

FROM_1 = (
    "ALTER TABLE container ADD COLUMN owner TEXT",
    "DROP TRIGGER file_gone",
    "DROP TRIGGER file_rewritten",
    *REFERENCES,
    f"PRAGMA user_version = {FORMAT}",
)
"""What turns a file of format 1, which knew no files and skills outside of containers, into this one."""
