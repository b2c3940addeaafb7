"""The tables of a data file, and the marks by which one is recognised.

Contents belong to a blob, and a blob lives as long as a file row refers to it: triggers see to that, so no
statement elsewhere can leak bytes or lose them. A blob that is being uploaded has ``staged_at``, in seconds
of the machine's own clock, until a file row adopts it.

``seq`` is not the table's row id on purpose: an index of (created_at, row id) cannot be entered in the middle
of a second, and a page among 25,000 rows of one second took 2 ms instead of 20 µs.
"""

APPLICATION_ID = 0x7263656D
"""``rcem``: what SQLite keeps in the header so that another program's file is told apart."""

FORMAT = 1
"""The version of these tables, kept as SQLite's ``user_version``; a higher one is refused."""

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
        expires_at INTEGER       -- only while the row can still expire
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
    """CREATE TRIGGER file_gone AFTER DELETE ON file
    WHEN NOT EXISTS (SELECT 1 FROM file WHERE blob = old.blob) BEGIN
        DELETE FROM blob WHERE id = old.blob;
    END""",
    """CREATE TRIGGER file_rewritten AFTER UPDATE OF blob ON file
    WHEN old.blob <> new.blob AND NOT EXISTS (SELECT 1 FROM file WHERE blob = old.blob) BEGIN
        DELETE FROM blob WHERE id = old.blob;
    END""",
    f"PRAGMA application_id = {APPLICATION_ID}",
    f"PRAGMA user_version = {FORMAT}",
)
