"""The laws of a pass, over random declarations and random accounts on a real emulator."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import event, given
from support.emulated import carried_out, planned
from support.worlds import (
    FILES,
    MODES,
    NEVER_MEET,
    World,
    by_id,
    declared_name,
    file_name,
    holdings,
    problems,
    simulated_holdings,
    worlds,
)

from reconciler.model.plan import Action, FileOperation, Reason
from reconciler.model.spec import Compare
from reconciler.planning.simulate import simulate

if TYPE_CHECKING:
    from collections.abc import Callable

    from support.servers import Server
    from support.worlds import Row

    ServerOf = Callable[[str], Server]


@given(world=worlds())
def test_after_apply_there_is_nothing_left_to_do(server_of: ServerOf, world: World) -> None:
    server = server_of(world.mode)
    world.plant(server)
    ran = carried_out(server, planned(server, world.desired))
    assert ran.failures == []
    assert problems(world, server.containers()) == []
    rows = server.containers()
    server.forget_requests()
    again = planned(server, world.desired)
    assert again.plan.pending == ()
    assert again.idle
    assert all(method.startswith("GET ") for method in server.counts())
    assert holdings(server.containers()) == holdings(rows)


@given(world=worlds())
def test_executing_is_what_simulating_says(server_of: ServerOf, world: World) -> None:
    server = server_of(world.mode)
    world.plant(server)
    before = by_id(server.containers())
    prepared = planned(server, world.desired)
    expected = simulate(prepared.plan, world.desired, prepared.live)
    swept = set(prepared.sweep)
    kept = tuple(row for row in expected.containers if row.id not in swept)
    assert carried_out(server, prepared).failures == []
    found = _comparable(holdings(server.containers()), world)
    assert found == _comparable(simulated_holdings(type(expected)(kept), before), world)


def _comparable(held: list[tuple[Any, ...]], world: World) -> list[tuple[Any, ...]]:
    """Where uploads meet, one may take over what others made under its name: the server's business."""
    if world.mode in NEVER_MEET:
        return held
    return sorted(
        (
            (*row[:-1], tuple(file for file in row[-1] if file[2] == "user" or file[0] not in FILES))
            for row in held
        ),
        key=repr,
    )


@given(world=worlds())
def test_nothing_outside_the_scope_changes_by_a_byte(server_of: ServerOf, world: World) -> None:
    server = server_of(world.mode)
    world.plant(server)

    def outside() -> list[Row]:
        return [row for row in server.containers() if not world.claims(row)]

    before = outside()
    event(f"{min(len(before), 2)} rows outside")
    carried_out(server, planned(server, world.desired))
    planned(server, world.desired)
    assert outside() == before


@given(world=worlds(prune=False))
def test_without_prune_no_container_of_an_undeclared_name_changes_by_a_byte(
    server_of: ServerOf, world: World
) -> None:
    server = server_of(world.mode)
    world.plant(server)
    declared = {entry.name for entry in world.desired.containers}

    def undeclared() -> list[Row]:
        rows = [row for row in server.containers() if declared_name(row) not in declared]
        return [row for row in rows if row["status"] not in ("expired", "deleted")]

    before = undeclared()
    event(f"{min(len(before), 2)} undeclared rows")
    carried_out(server, planned(server, world.desired))
    assert undeclared() == before


@given(world=worlds(prune=True))
def test_prune_deletes_every_live_undeclared_name_of_the_scope(server_of: ServerOf, world: World) -> None:
    server = server_of(world.mode)
    world.plant(server)
    carried_out(server, planned(server, world.desired))
    declared = {entry.name for entry in world.desired.containers}
    left = [row for row in server.containers() if world.claims(row) and declared_name(row) not in declared]
    assert all(row["status"] in ("expired", "deleted") for row in left)
    assert not (world.desired.scope.sweep and left)


@given(world=worlds(NEVER_MEET, tidy=True))
def test_a_plan_costs_exactly_the_requests_it_says(server_of: ServerOf, world: World) -> None:
    server = server_of(world.mode)
    world.plant(server)
    prepared = planned(server, world.desired)
    assert prepared.requests == server.requests()
    server.forget_requests()
    ran = carried_out(server, prepared)
    assert ran.failures == []
    event(f"{min(prepared.plan.cost.requests, 3)} requests")
    assert server.requests() == prepared.plan.cost.requests == ran.outcome.requests


@given(world=worlds(set(MODES) - set(NEVER_MEET), tidy=True))
def test_where_uploads_meet_a_plan_differs_from_its_cost_by_what_the_server_did_itself(
    server_of: ServerOf, world: World
) -> None:
    """What the server does itself, per changed file.

    `coexist`: nothing. `shared`: the old one takes the new one along, which is sent again. `replace` and
    `update`: no old row is left to delete, and with none deleted there is no in-place list either.
    """
    server = server_of(world.mode)
    world.plant(server)
    prepared = planned(server, world.desired)
    syncs = [change for change in prepared.plan.pending if change.action is Action.SYNC]
    met = 0
    lists = 0
    for change in syncs:
        uploads = {file.path for file in change.files if file.operation is FileOperation.UPLOAD}
        deletes = [file.path for file in change.files if file.operation is FileOperation.DELETE]
        met += sum(path in uploads for path in deletes)
        lists += Reason.IN_PLACE in change.reasons
    difference = {
        "plain-coexist": 0,
        "plain-shared": met,
        "plain-replace": -met - lists,
        "plain-update": -met - lists,
    }[world.mode]
    event(f"{world.mode}: {min(met, 2)} files meet")
    server.forget_requests()
    assert carried_out(server, prepared).failures == []
    assert server.requests() == prepared.plan.cost.requests + difference


@given(world=worlds())
def test_no_file_whose_contents_are_right_is_sent(server_of: ServerOf, world: World) -> None:
    server = server_of(world.mode)
    world.plant(server)
    before = by_id(server.containers())
    prepared = planned(server, world.desired)
    declared = world.desired.by_name()
    planned_uploads = 0
    for change in prepared.plan.pending:
        uploads = {file.path for file in change.files if file.operation is FileOperation.UPLOAD}
        planned_uploads += len(uploads)
        if change.action is not Action.SYNC:
            continue
        files = before[change.container_id or ""]["files"]
        wanted = {file.spec.path: file.spec for file in declared[change.name].files or ()}
        right = {
            file_name(file["path"])
            for file in files
            if file["source"] != "assistant"
            and file["bytes"] in (None, file["size"])
            and file["sha256"] == getattr(wanted.get(file_name(file["path"])), "sha256", None)
        }
        event(f"{min(len(right), 1)} right files in a sync")
        assert not uploads & right
    server.forget_requests()
    carried_out(server, prepared)
    sent = server.counts().get("POST /containers/{container_id}/files", 0)
    if world.mode in NEVER_MEET:
        assert sent == planned_uploads
    else:
        assert sent >= planned_uploads


@given(world=worlds())
def test_planning_writes_nothing_and_downloads_only_what_sizes_leave_open(
    server_of: ServerOf, world: World
) -> None:
    server = server_of(world.mode)
    world.plant(server)
    before = holdings(server.containers())
    planned(server, world.desired)
    counts = server.counts()
    assert all(endpoint.startswith("GET ") for endpoint in counts)
    assert counts["GET /containers"] == 1
    downloads = counts.get("GET /containers/{container_id}/files/{file_id}/content", 0)
    assert not (downloads and world.desired.scope.compare is Compare.SIZE)
    assert holdings(server.containers()) == before
