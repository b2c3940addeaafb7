"""Everything about the emulator that can be chosen, in one frozen value.

Defaults are what is known of the OpenAI API; a switch exists where servers differ or where nobody knows.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from reconciler.emulator.errors import EmulatorError

PathMode = Literal["mangled", "file-id", "plain-coexist", "plain-shared", "plain-replace", "plain-update"]
"""Where an uploaded name ends up, and what a second upload of the same name does.

* ``mangled``: ``/mnt/data/<32 hex>-<name>``, as in the API's samples; names never meet.
* ``file-id``: ``/mnt/data/file-<letters and digits>-<name>``; names never meet.
* ``plain-coexist``: ``/mnt/data/<name>``; two rows with one path, each with its own bytes.
* ``plain-shared``: two rows with one path and one content, the newest; deleting either removes both.
* ``plain-replace``: the old row vanishes, the new one has a new id.
* ``plain-update``: the row keeps its id and its creation time, and shows the new bytes.
"""

NameFilter = Literal["exact", "prefix", "substring", "ignored"]
"""How ``GET /containers?name=`` matches; the API reference does not say, users read it as exact."""

UnknownAfter = Literal["not-found", "bad-request", "empty", "restart"]
"""What a list does with a cursor that names no row: 404, 400, an empty page, or the first page again."""

ExpiredAnswer = Literal["is-expired", "has-expired", "not-found"]
"""What file operations answer on an expired container; each form was observed by users.

* ``is-expired``: 400 ``Container is expired.``
* ``has-expired``: 404 ``Container has expired.``
* ``not-found``: 404 ``Container with id '<id>' not found.``
"""

MIB = 2**20


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How an emulator behaves; immutable for the life of a server.

    Attributes:
        data: The SQLite file that holds everything, created with its folder; ``None`` keeps it in memory.
            Several servers, also of several processes, may share one file.
        host: The address to listen on.
        port: The port to listen on; 0 takes a free one.
        api_keys: The keys accepted; empty accepts any that is not empty.
        accept_api_key_header: Also accept the key in an ``api-key`` header, as Azure does.
        control_key: The key of ``/_emulator/``; ``None`` answers 404 for the whole tree.
        path_mode: See ``PathMode``.
        name_filter: See ``NameFilter``.
        unknown_after: See ``UnknownAfter``.
        expired_answer: See ``ExpiredAnswer``.
        default_minutes: The idle minutes of a container created without ``expires_after``.
        max_minutes: The largest ``expires_after.minutes`` accepted; 20 was observed by users.
        touch_on_list: Listing containers refreshes ``last_active_at`` of every row shown.
        touch_on_file_list: Listing a container's files refreshes its ``last_active_at``. The docs say that
            "any container operation" does, naming others.
        show_memory_limit: Answers carry ``memory_limit``; some servers leave it out.
        show_network_policy: Answers carry ``network_policy``; some servers leave it out.
        show_default_network_policy: Answers carry ``network_policy`` also when it is the default.
        max_json_bytes: The largest JSON body; room for one inline skill of the greatest size.
        max_upload_bytes: The largest multipart body; the Files API takes 512 MB a file.
    """

    data: Path | None = None
    host: str = "127.0.0.1"
    port: int = 0
    api_keys: tuple[str, ...] = ()
    accept_api_key_header: bool = False
    control_key: str | None = None
    path_mode: PathMode = "mangled"
    name_filter: NameFilter = "exact"
    unknown_after: UnknownAfter = "not-found"
    expired_answer: ExpiredAnswer = "is-expired"
    default_minutes: int = 20
    max_minutes: int = 20
    touch_on_list: bool = False
    touch_on_file_list: bool = True
    show_memory_limit: bool = True
    show_network_policy: bool = True
    show_default_network_policy: bool = True
    max_json_bytes: int = 96 * MIB
    max_upload_bytes: int = 513 * MIB

    def __post_init__(self) -> None:
        """Refuse what the types cannot.

        Raises:
            EmulatorError: A switch has an unknown value, a number is out of range, or a key is empty.
        """
        self._check_choice("path_mode", self.path_mode, get_args(PathMode))
        self._check_choice("name_filter", self.name_filter, get_args(NameFilter))
        self._check_choice("unknown_after", self.unknown_after, get_args(UnknownAfter))
        self._check_choice("expired_answer", self.expired_answer, get_args(ExpiredAnswer))
        if not 0 <= self.port <= 65535:  # noqa: PLR2004 - the range of a port
            raise EmulatorError(f"port must be between 0 and 65535, not {self.port}")
        if min(self.default_minutes, self.max_minutes) < 1:
            raise EmulatorError("default_minutes and max_minutes must be at least 1")
        if "" in self.api_keys or self.control_key == "":
            raise EmulatorError("a key must not be empty")

    @staticmethod
    def _check_choice(name: str, value: str, choices: tuple[str, ...]) -> None:
        if value not in choices:
            raise EmulatorError(f"{name} must be one of {', '.join(choices)}, not {value!r}")
