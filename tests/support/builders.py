"""Short ways to write down what is declared and what is live; every test says only what it is about."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from msgspec.structs import replace

from reconciler.model.asked import Asked
from reconciler.model.diagnostics import Position
from reconciler.model.live import DATA_FOLDER, USER, LiveContainer, LiveFile, LiveState, NotRead
from reconciler.model.names import parse_live_name
from reconciler.model.plan import BusyGuard, Target
from reconciler.model.profile import OPENAI
from reconciler.model.scope import Desired, Limits, Scope
from reconciler.model.spec import (
    ALLOWLIST,
    Compare,
    ContainerSpec,
    DesiredContainer,
    DesiredFile,
    ExpiresAfter,
    FileSpec,
    Ignorable,
    InlineContent,
    NetworkPolicy,
    ReplaceOrder,
    WhenExpired,
)
from reconciler.model.write_only import NOTHING_WRITTEN, WriteOnly
from reconciler.planning.diff import Situation, destruction, diff
from reconciler.planning.policy import Policy, Provenance

if TYPE_CHECKING:
    from reconciler.model.plan import Change, Plan

BORN = 1_750_000_000
"""When live containers and their files were created, unless a test says otherwise."""

HEX = "0123456789abcdef0123456789abcdef-"
"""What the API puts before the name of an uploaded file."""

HERE = Position("manifests/ci.yaml", 3, 5)

PROVENANCE = Provenance(Target("https://api.openai.com/v1"), "2026-01-02T03:04:05Z", "0.0.0")


def digest(data: bytes) -> str:
    """The digest of some contents."""
    return sha256(data).hexdigest()


def allow(*domains: str) -> NetworkPolicy:
    """An allowlist."""
    return NetworkPolicy(ALLOWLIST, domains)


def spec(
    name: str = "ci-a",
    *,
    memory_limit: str | None = None,
    network_policy: NetworkPolicy | None = None,
    expires_after: ExpiresAfter | None = None,
) -> ContainerSpec:
    """The fields of a container."""
    return ContainerSpec(name, memory_limit, network_policy, expires_after)


def default_spec(name: str = "ci-a") -> ContainerSpec:
    """The fields of a container as the API shows one of which nothing was asked."""
    return ContainerSpec(name, OPENAI.memory_limit, OPENAI.network_policy, OPENAI.expires_after)


def declared_file(path: str, data: bytes = b"right") -> DesiredFile:
    """A declared file with these contents."""
    return DesiredFile(FileSpec(path, len(data), digest(data)), InlineContent(data), HERE)


def entry(
    name: str = "ci-a",
    *files: DesiredFile,
    fields: ContainerSpec | None = None,
    unmanaged: bool = False,
    prune_files: bool = False,
    order: ReplaceOrder = ReplaceOrder.CREATE_FIRST,
    prevent_destroy: bool = False,
    when_expired: WhenExpired = WhenExpired.RECREATE,
    ignore: tuple[Ignorable, ...] = (),
    inputs: WriteOnly = NOTHING_WRITTEN,
) -> DesiredContainer:
    """A declared container; `unmanaged` leaves the `files` key out."""
    return DesiredContainer(
        spec=fields or spec(name),
        position=HERE,
        files=None if unmanaged else tuple(sorted(files, key=lambda file: file.spec.path)),
        prune_files=prune_files,
        replace=order,
        prevent_destroy=prevent_destroy,
        when_expired=when_expired,
        ignore=ignore,
        inputs=inputs,
    )


def unguarded(one: DesiredContainer) -> DesiredContainer:
    """The declaration without anything that keeps apply from making it true."""
    return replace(one, prevent_destroy=False, when_expired=WhenExpired.RECREATE, ignore=())


def scope(
    prefix: str | None = "ci-",
    *,
    exclude: tuple[str, ...] = (),
    prune: bool = False,
    sweep: bool = False,
    compare: Compare = Compare.DIGEST,
    limits: Limits | None = None,
    protect: tuple[str, ...] = (),
) -> Scope:
    """A scope."""
    return Scope(prefix, exclude, prune, sweep, compare, limits or Limits(), protect)


def desired(*entries: DesiredContainer, within: Scope | None = None) -> Desired:
    """A set of manifests."""
    return Desired(within or scope(), tuple(sorted(entries, key=lambda one: one.name)), ("manifests",))


def live_file(
    path: str,
    data: bytes | None = b"right",
    *,
    number: int = 1,
    source: str = USER,
    created_at: int = BORN,
    before: str | None = None,
    known: bool = True,
    size: int | None = -1,
) -> LiveFile:
    """A row of a file listing; `known` says whether its contents were read, `size` overrides its bytes.

    `before` is what the server put before the name; by default something of its own for every number.
    """
    shown = (None if data is None else len(data)) if size == -1 else size
    sha = digest(data) if known and data is not None else None
    mangled = f"{DATA_FOLDER}{f'{number:032x}-' if before is None else before}{path}"
    return LiveFile(f"cfile_{number}", mangled, source, created_at, FileSpec(path, shown, sha))


def row(
    name: str = "ci-a",
    *files: LiveFile,
    number: int = 1,
    status: str = "running",
    created_at: int = BORN,
    fields: ContainerSpec | None = None,
    unread: bool = False,
    used_at: int | None = None,
) -> LiveContainer:
    """A row of the container list under a live name, every field at its default; `unread` has no listing.

    `used_at` is when others used it; by default nobody did.
    """
    shown = fields or default_spec(parse_live_name(name).declared)
    listed = NotRead.NOT_READ if unread else files
    active = created_at if used_at is None else used_at
    identifier = f"cntr_{number}"
    return LiveContainer(identifier, name, status, created_at, shown, active, listed, used_at=used_at)


def state(*rows: LiveContainer) -> LiveState:
    """What one observation saw."""
    return LiveState(rows, BORN + 100)


def policy(
    *names: str,
    adopt: bool = False,
    limited: bool = True,
    window: int | None = None,
    allowed: bool = False,
    asked: Asked | None = None,
) -> Policy:
    """What a plan is asked for; `names` are globs, `window` is that of containers in use."""
    busy = None if window is None else BusyGuard(window, allowed)
    return Policy(OPENAI, adopt, names, limited, busy, asked or Asked())


def plan_of(wanted: Desired, found: LiveState, asked: Policy | None = None) -> Plan:
    """The plan from one to the other."""
    return diff(Situation(wanted, found, asked or policy(), PROVENANCE))


def destruction_of(wanted: Desired, found: LiveState, asked: Policy | None = None) -> Plan:
    """The plan of `destroy`."""
    return destruction(Situation(wanted, found, asked or policy(limited=False), PROVENANCE))


def brief(plan: Plan) -> list[str]:
    """The changes of a plan, a line each: `replace ci-a (field-changed) cntr_1`."""
    return [line_of(change) for change in plan.changes]


def line_of(change: Change) -> str:
    """A change as one line."""
    reasons = ", ".join(reason.value for reason in change.reasons)
    actions = "+".join(change.actions)
    return f"{actions} {change.name} ({reasons}) {change.container_id or '-'}"


def operations(change: Change) -> list[str]:
    """The file operations of a change: `delete a.txt cfile_1`."""
    return [f"{file.operation.value} {file.path} {file.file_id or '-'}" for file in change.files]
