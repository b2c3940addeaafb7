"""Random declared sets and random accounts on a real emulator, and what is compared about them.

Small alphabets, so that names, files and contents collide. Everything here that tells what an account holds
is written from the API reference alone and shares nothing with the code under test.
"""

from __future__ import annotations

import re
from base64 import b64encode
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st
from msgspec import Struct
from msgspec.structs import replace
from support.builders import declared_file
from support.emulated import NOW
from support.strategies import entries, inputs_now

from reconciler.model.live import NotRead
from reconciler.model.names import live_name, parse_live_name
from reconciler.model.scope import Desired, Scope
from reconciler.model.spec import ALLOWLIST, Compare, DesiredContainer
from reconciler.model.stamp import Verdict, compare_stamp, stamp_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from support.servers import Server

    from reconciler.model.live import LiveState
    from reconciler.model.write_only import WriteOnly

MODES = ("mangled", "file-id", "plain-coexist", "plain-shared", "plain-replace", "plain-update")
NEVER_MEET = ("mangled", "file-id")
"""Path modes in which two uploads of one name never touch each other."""

Row = dict[str, Any]

DECLARABLE = ("ci-a", "ci-b", "ci-c")
UNDECLARED = ("ci-x", "ci-y \x1b[2J")
FOREIGN = ("", "other", "ci-ext-1", "CI-a", "ci")
FILES = ("a.txt", "b.bin", "ü ö.txt")
CONTENTS = (b"", b"one", b"two", b"three!")
ODD_STATUS = "provisioning"


class World(Struct, frozen=True):
    """What is declared and what is planted; `mode` is the emulator's path mode."""

    mode: str
    desired: Desired
    planted: tuple[Row, ...]

    def __repr__(self) -> str:
        rows = "\n".join(f"  {row}" for row in self.planted)
        entries = "\n".join(f"  {entry}" for entry in self.desired.containers)
        return f"{self.mode} {self.desired.scope}\n{entries}\nplanted:\n{rows}"

    def plant(self, server: Server) -> None:
        """Puts the account there."""
        server.control("POST", "/containers", {"containers": list(self.planted)})
        server.forget_requests()

    def claims(self, row: Row) -> bool:
        """Tells whether a row is the set's business."""
        return claimed(row)


def claimed(row: Row) -> bool:
    """Tells whether a row is the business of a set of `ci-` without `ci-ext-`, by the rules of scopes."""
    name = row.get("name") or ""
    return name.startswith("ci-") and not name.startswith("ci-ext-")


@st.composite
def worlds(
    draw: st.DrawFn,
    modes: Iterable[str] = MODES,
    *,
    tidy: bool = False,
    known: bool = False,
    prune: bool | None = None,
) -> World:
    """Any declared set over any account.

    Args:
        draw: given by hypothesis.
        modes: path modes to choose from.
        tidy: keeps to what the server itself could have made: paths of its mode, one row a file name, true
            sizes, statuses that are known.
        known: keeps to statuses that are known.
        prune: fixes `scope.prune`.
    """
    mode = draw(st.sampled_from(list(modes)))
    names = draw(st.sets(st.sampled_from(DECLARABLE), min_size=1))
    scope = Scope(
        prefix="ci-",
        exclude=("ci-ext-",),
        prune=draw(st.booleans()) if prune is None else prune,
        sweep=draw(st.booleans()),
        compare=draw(st.sampled_from([Compare.DIGEST, Compare.DIGEST, Compare.SIZE])),
    )
    declared = tuple(draw(_declared(name)) for name in sorted(names))
    planted = _numbered(draw(st.lists(_containers(mode, tidy=tidy, known=known or tidy), max_size=7)))
    return World(mode, Desired(scope, declared, ("tests",)), planted)


def _numbered(rows: list[Row]) -> tuple[Row, ...]:
    """Gives every row an id, so that planting twice plants the same."""
    numbered = []
    for number, row in enumerate(rows):
        files = [{**file, "id": f"cfile_{number}_{index}"} for index, file in enumerate(row.get("files", ()))]
        numbered.append({**row, "id": f"cntr_{number}", "files": files})
    return tuple(numbered)


def _declared(name: str) -> st.SearchStrategy[DesiredContainer]:
    files = st.dictionaries(st.sampled_from(FILES), st.sampled_from(CONTENTS), max_size=3).map(
        lambda found: tuple(declared_file(path, data) for path, data in sorted(found.items()))
    )
    return st.tuples(entries(name), st.none() | files | files, inputs_now).map(
        lambda parts: replace(parts[0], files=parts[1], inputs=_sendable(parts[0], parts[2]))
    )


def _sendable(entry: DesiredContainer, inputs: WriteOnly) -> WriteOnly:
    """Secrets are for those that have an allowlist; a server takes no others."""
    network = entry.spec.network_policy
    if network is not None and network.type == ALLOWLIST:
        return inputs
    return replace(inputs, secrets=())


@st.composite
def _containers(draw: st.DrawFn, mode: str, *, tidy: bool, known: bool) -> Row:
    name = draw(st.sampled_from([*DECLARABLE, *DECLARABLE, *UNDECLARED, *FOREIGN]))
    if name in DECLARABLE:
        name = live_name(name, stamp_of(draw(inputs_now)))
    status = draw(
        st.sampled_from(["running", "running", "running", "active", "expired", "deleted", ODD_STATUS])
    )
    if known and status == ODD_STATUS:
        status = "running"
    row: Row = {
        "name": name,
        "status": status,
        "created_at": NOW - draw(st.integers(100, 103)),
        "last_active_at": NOW - 50,
        "minutes": draw(st.sampled_from([20, 20, 10])),
        "memory_limit": draw(st.sampled_from(["1g", "1g", "4g", None])),
        "network_policy": draw(
            st.sampled_from(
                [
                    {"type": "disabled"},
                    {"type": "disabled"},
                    {"type": "allowlist", "allowed_domains": ["B.example", "a.example"]},
                    None,
                ]
            )
        ),
    }
    if status not in ("expired", "deleted"):
        row["files"] = draw(_files(mode, tidy=tidy))
    odd: list[Row] = [{}, {}, {"extra": 1}, {"expires_after": None}]
    fields = draw(st.sampled_from(odd))
    omit = draw(
        st.sampled_from([[], [], ["memory_limit"], ["network_policy", "expires_after"], ["last_active_at"]])
    )
    if name == "" and draw(st.booleans()):
        fields = {**fields, "name": None}
    return {**row, "fields": fields, "omit": omit}


@st.composite
def _files(draw: st.DrawFn, mode: str, *, tidy: bool) -> list[Row]:
    names = draw(st.lists(st.sampled_from([*FILES, "extra.txt"]), max_size=4, unique=tidy))
    return [draw(_file(name, mode, tidy=tidy)) for name in names]


@st.composite
def _file(draw: st.DrawFn, name: str, mode: str, *, tidy: bool) -> Row:
    data = draw(st.sampled_from(CONTENTS))
    hexes = draw(st.text("0123456789abcdef", min_size=32, max_size=32))
    own = {"mangled": f"{hexes}-", "file-id": f"file-{hexes[:9]}-"}.get(mode, "")
    row: Row = {
        "path": f"/mnt/data/{own}{name}",
        "source": draw(st.sampled_from(["user", "user", "user", "assistant"])),
        "created_at": NOW - draw(st.integers(50, 53)),
        "content_base64": b64encode(data).decode(),
    }
    if tidy:
        if not own:  # an upload would meet the assistant's file, and either be that of the other
            row["source"] = "user"
        return row
    before = draw(st.sampled_from([own, own, own, f"{hexes}-", "file-abc1-", "sub/"]))
    row["path"] = f"/mnt/data/{before}{name}"
    row["source"] = draw(st.sampled_from(["user", "user", "user", "assistant", "tool"]))
    shown = draw(st.sampled_from([..., ..., ..., None, 3]))
    return row if shown is ... else {**row, "bytes": shown}


_MANGLED = re.compile(r"^(?:[0-9a-f]{32}|file-[A-Za-z0-9]+)-")


def file_name(path: str) -> str:
    """The name a row was uploaded under, by the reference's samples."""
    return _MANGLED.sub("", path.removeprefix("/mnt/data/"))


_STAMP = re.compile(r"~[a-z][a-z2-7]{8}\Z")


def declared_name(row: Row) -> str:
    """The name of a container less a stamp."""
    return _STAMP.sub("", row.get("name") or "")


def holdings(rows: Iterable[Row]) -> list[tuple[object, ...]]:
    """What an account holds, without ids and times: names, effective fields, files with their digests."""
    return sorted(map(_holding, rows), key=repr)


def _holding(row: Row) -> tuple[object, ...]:
    files = sorted((file_name(file["path"]), file["sha256"], file["source"]) for file in row["files"])
    return (row.get("name") or "", _life(row.get("status")), *_fields(row), tuple(files))


def _life(status: str | None) -> str:
    return "alive" if status in ("running", "active") else str(status)


def _fields(row: Row) -> tuple[object, ...]:
    policy = row.get("network_policy") or {"type": "disabled"}
    minutes = (row.get("expires_after") or {}).get("minutes")
    domains = tuple(sorted({domain.casefold() for domain in policy.get("allowed_domains") or ()}))
    return (row.get("memory_limit") or "1g", 20 if minutes is None else minutes, policy["type"], domains)


def simulated_holdings(live: LiveState, before: Mapping[str, Row]) -> list[tuple[object, ...]]:
    """The same of a simulated account; what nobody read is what was there before."""
    return sorted((_holding(_as_row(container, before)) for container in live.containers), key=repr)


def _as_row(container: Any, before: Mapping[str, Row]) -> Row:
    known = before.get(container.id, {"files": []})
    digests = {file["id"]: file["sha256"] for file in known["files"]}
    files = known["files"]
    if container.files is not NotRead.NOT_READ:
        files = [
            {"path": file.path, "sha256": digests.get(file.id, file.spec.sha256), "source": file.source}
            for file in container.files
        ]
    policy, expiry = container.spec.network_policy, container.spec.expires_after
    return {
        "name": container.name,
        "status": container.status,
        "memory_limit": container.spec.memory_limit,
        "expires_after": {"minutes": expiry.minutes if expiry else None},
        "network_policy": policy and {"type": policy.type, "allowed_domains": policy.allowed_domains},
        "files": files,
    }


def problems(world: World, rows: Iterable[Row]) -> list[str]:
    """What keeps an account from being what is declared, told by the reference's shape alone."""
    alive: dict[str, list[Row]] = {}
    for row in rows:
        if row.get("status") not in ("expired", "deleted"):
            alive.setdefault(declared_name(row), []).append(row)
    return [
        f"{entry.name}: {problem}"
        for entry in world.desired.containers
        for problem in _unlike(entry, alive.get(entry.name, []), world.desired.scope.compare)
    ]


def _unlike(entry: DesiredContainer, copies: list[Row], compare: Compare) -> Iterable[str]:
    if not any(holds_declared(entry, row, compare) for row in copies):
        yield f"none of {len(copies)} copies is right"
    if sum(row.get("status") != ODD_STATUS for row in copies) > 1:
        yield f"{len(copies)} copies"


def holds_declared(entry: DesiredContainer, row: Row, compare: Compare) -> bool:
    """Tells whether a row has the declared fields, as far as it shows them, and the declared files."""
    wanted = _fields(
        {
            "memory_limit": entry.spec.memory_limit,
            "expires_after": {"minutes": entry.spec.expires_after.minutes}
            if entry.spec.expires_after
            else None,
            "network_policy": entry.spec.network_policy
            and {
                "type": entry.spec.network_policy.type,
                "allowed_domains": entry.spec.network_policy.allowed_domains,
            },
        }
    )
    hidden = [
        row.get(key) is None for key in ("memory_limit", "expires_after", "network_policy", "network_policy")
    ]
    same = all(
        absent or one == other for absent, one, other in zip(hidden, wanted, _fields(row), strict=True)
    )
    right = compare_stamp(entry.inputs, parse_live_name(row.get("name") or "").stamp) is not Verdict.OTHER
    return same and right and (entry.files is None or all(_holds(row, file, compare) for file in entry.files))


def _holds(row: Row, file: Any, compare: Compare) -> bool:
    found = [
        one
        for one in row["files"]
        if file_name(one["path"]) == file.spec.path and one["source"] != "assistant"
    ]
    if len(found) != 1:
        return False
    if compare is Compare.SIZE:
        return found[0]["bytes"] in (None, file.spec.bytes)
    return bool(found[0]["sha256"] == file.spec.sha256)


def by_id(rows: Iterable[Row]) -> dict[str, Row]:
    """The rows by id."""
    return {row["id"]: row for row in rows}
