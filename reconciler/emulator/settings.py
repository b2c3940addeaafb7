"""Everything about the emulator that can be chosen, in one frozen value.

Defaults are what is known of the OpenAI API; a switch exists where servers differ or where nobody knows.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from reconciler.emulator.errors import EmulatorError
from reconciler.emulator.faults.durations import parse_rate

PathMode = Literal["mangled", "file-id", "plain-coexist", "plain-shared", "plain-replace", "plain-update"]
"""Where an uploaded name ends up, and what a second upload of the same name does.

* ``mangled``: ``/mnt/data/<32 hex>-<name>``, as in the API's samples; names never meet.
* ``file-id``: ``/mnt/data/file-<letters and digits>-<name>``; names never meet.
* ``plain-coexist``: ``/mnt/data/<name>``; two rows with one path, each with its own bytes.
* ``plain-shared``: two rows with one path and one content, the newest; deleting either removes both.
* ``plain-replace``: the old row vanishes, the new one has a new id.
* ``plain-update``: the row keeps its id and its creation time, shows the new bytes, and is the user's.
"""

NameFilter = Literal["exact", "prefix", "substring", "any-case", "ignored"]
"""How ``GET /containers?name=`` matches; the API reference does not say, users read it as exact.

``any-case`` finds a substring whatever the case of its letters, those of ASCII.
"""

UnknownAfter = Literal["not-found", "bad-request", "empty", "restart"]
"""What a list does with a cursor that names no row: 404, 400, an empty page, or the first page again."""

ExpiredAnswer = Literal["is-expired", "has-expired", "not-found"]
"""What file operations answer on an expired container; each form was observed by users.

* ``is-expired``: 400 ``Container is expired.``
* ``has-expired``: 404 ``Container has expired.``
* ``not-found``: 404 ``Container with id '<id>' not found.``
"""

ErrorEnvelope = Literal["openai", "azure", "detail"]
"""What a refusal looks like.

* ``openai``: ``{"error": {"message", "type", "param", "code"}}``.
* ``azure``: the same without ``type``, and with ``details``.
* ``detail``: ``{"detail": message}`` for what a gateway checks itself, which is everything but 401 and 404.
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
        base_paths: The paths below which the API is found, each beginning with ``/``; ``""`` is the root.
        api_keys: The keys accepted; empty accepts any that is not empty.
        admin_keys: Keys accepted besides, which see everything also where ``owner_filter`` is on.
        owner_filter: A key sees only the containers it created: 403 for others, which are taken out of a
            list's page after it was cut, so that pages are short or empty.
        accept_api_key_header: Also accept the key in an ``api-key`` header, as Azure does.
        control_key: The key of ``/_emulator/``; ``None`` answers 404 for the whole tree.
        path_mode: See ``PathMode``.
        name_filter: See ``NameFilter``.
        unknown_after: See ``UnknownAfter``.
        expired_answer: See ``ExpiredAnswer``.
        expired_is_gone: Retrieving or deleting an expired container is 404, though it is still listed.
        default_minutes: The idle minutes of a container created without ``expires_after``.
        max_minutes: The largest ``expires_after.minutes`` accepted; 20 was observed by users.
        lifetime_minutes: A container is deleted so long after its creation, however active.
        memory_pool_gb: A create beyond so much memory of running containers is refused.
        organization_domains: The domains an ``allowed_domains`` may name; ``None`` leaves them free.
        strict_skills: A skill id nobody uploaded is refused; otherwise it counts as one of the curated
            skills, which are listed nowhere.
        refused_fields: Keys of a create that this server does not know; one inside of ``network_policy`` is
            written ``network_policy.domain_secrets``. Without ``skills`` there is no ``/skills`` either.
        kept_fields: Keys of a create that a gateway passes on, dropping every other in silence.
        json_file_id: A file can be attached by its id; otherwise an upload must have bytes.
        touch_on_list: Listing containers refreshes ``last_active_at`` of every row shown.
        touch_on_file_list: Listing a container's files refreshes its ``last_active_at``. The docs say that
            "any container operation" does, naming others.
        show_memory_limit: Answers carry ``memory_limit``; some servers leave it out.
        show_network_policy: Answers carry ``network_policy``; some servers leave it out.
        show_default_network_policy: Answers carry ``network_policy`` also when it is the default.
        long_ids: Container ids are wrapped as LiteLLM does, about 240 characters; both forms are accepted.
        error_envelope: See ``ErrorEnvelope``.
        gateway_retries: How often a gateway in front repeats a request that failed, writes included: one that
            failed after its commit is then carried out twice, and the client sees one success.
        list_cache_seconds: For how long a page of the container list is answered from a cache.
        faults: What goes wrong, a line each: ``POST /containers: drop-after-commit 10%`` (``faults.text``).
        seed: What the chances of faults are drawn from; ``None`` takes another one each time.
        rate_limit: Requests beyond it are answered 429: ``100/min``.
        list_lag: For how many seconds of the emulator's clock a new container is not listed.
        delete_lag: For how many seconds a deleted one still is.
        lag_files: Lists of files lag as those of containers do.
        status_page: A page for people at ``/``.
        max_json_bytes: The largest JSON body; room for one inline skill of the greatest size.
        max_upload_bytes: The largest multipart body; the Files API takes 512 MB a file.
    """

    data: Path | None = None
    host: str = "127.0.0.1"
    port: int = 0
    base_paths: tuple[str, ...] = ("/v1",)
    api_keys: tuple[str, ...] = ()
    admin_keys: tuple[str, ...] = ()
    owner_filter: bool = False
    accept_api_key_header: bool = False
    control_key: str | None = None
    path_mode: PathMode = "mangled"
    name_filter: NameFilter = "exact"
    unknown_after: UnknownAfter = "not-found"
    expired_answer: ExpiredAnswer = "is-expired"
    expired_is_gone: bool = False
    default_minutes: int = 20
    max_minutes: int = 20
    lifetime_minutes: int | None = None
    memory_pool_gb: int | None = None
    organization_domains: tuple[str, ...] | None = None
    strict_skills: bool = False
    refused_fields: tuple[str, ...] = ()
    kept_fields: tuple[str, ...] | None = None
    json_file_id: bool = True
    touch_on_list: bool = False
    touch_on_file_list: bool = True
    show_memory_limit: bool = True
    show_network_policy: bool = True
    show_default_network_policy: bool = True
    long_ids: bool = False
    error_envelope: ErrorEnvelope = "openai"
    gateway_retries: int = 0
    list_cache_seconds: int = 0
    faults: tuple[str, ...] = ()
    seed: int | None = None
    rate_limit: str | None = None
    list_lag: float = 0.0
    delete_lag: float = 0.0
    lag_files: bool = False
    status_page: bool = True
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
        self._check_choice("error_envelope", self.error_envelope, get_args(ErrorEnvelope))
        if not self.base_paths or any(path and path[0] != "/" for path in self.base_paths):
            raise EmulatorError("base_paths must hold paths that begin with a slash")
        if not 0 <= self.port <= 65535:  # noqa: PLR2004 - the range of a port
            raise EmulatorError(f"port must be between 0 and 65535, not {self.port}")
        if min(self.default_minutes, self.max_minutes) < 1:
            raise EmulatorError("default_minutes and max_minutes must be at least 1")
        if any(limit is not None and limit < 1 for limit in (self.lifetime_minutes, self.memory_pool_gb)):
            raise EmulatorError("lifetime_minutes and memory_pool_gb must be at least 1")
        if min(self.gateway_retries, self.list_cache_seconds) < 0:
            raise EmulatorError("gateway_retries and list_cache_seconds must not be negative")
        if "" in (*self.api_keys, *self.admin_keys) or self.control_key == "":
            raise EmulatorError("a key must not be empty")
        self._check_adversity()

    def _check_adversity(self) -> None:
        if min(self.list_lag, self.delete_lag) < 0:
            raise EmulatorError("list_lag and delete_lag must not be negative")
        if self.rate_limit is not None:
            try:
                parse_rate(self.rate_limit)
            except ValueError as error:
                raise EmulatorError(f"rate_limit: {error}") from error
        if self.faults:
            from reconciler.emulator.control.arm import check_lines  # noqa: PLC0415 - loads the whole server

            check_lines(self.faults)

    @staticmethod
    def _check_choice(name: str, value: str, choices: tuple[str, ...]) -> None:
        if value not in choices:
            raise EmulatorError(f"{name} must be one of {', '.join(choices)}, not {value!r}")
