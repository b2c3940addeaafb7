"""Whatever breaks, wherever: one clean pass, or two, end where an undisturbed one would have."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import event, given
from hypothesis import strategies as st
from support.emulated import carried_out, planned
from support.worlds import World, holdings, problems, worlds

if TYPE_CHECKING:
    from collections.abc import Callable

    from support.servers import Server
    from support.worlds import Row

    ServerOf = Callable[[str], Server]

WRITES = "[PD]*"
"""POST and DELETE, as the emulator's rules match endpoints."""

PASSES = 2

harms = st.fixed_dictionaries(
    {
        "endpoint": st.sampled_from([WRITES, WRITES, "*"]),
        "skip": st.integers(0, 8),
        "times": st.sampled_from([1, 2, None, None]),
    }
)
lost = st.sampled_from(
    [
        {"kind": "drop", "when": "before"},
        {"kind": "drop", "when": "after"},
        {"kind": "status", "status": 500, "when": "before"},
        {"kind": "status", "status": 500, "when": "after"},
        {"kind": "status", "status": 200, "when": "after", "body": "<html>"},
        {"kind": "truncate", "size": 5},
    ]
)


def undisturbed(server: Server, world: World) -> list[tuple[object, ...]]:
    """What a pass without any harm leaves."""
    world.plant(server)
    assert carried_out(server, planned(server, world.desired)).failures == []
    return holdings(server.containers())


@given(world=worlds(known=True), where=harms, how=lost)
def test_whatever_request_is_lost_clean_passes_end_where_an_undisturbed_one_would_have(
    server_of: ServerOf, world: World, where: dict[str, Any], how: dict[str, Any]
) -> None:
    server = server_of(world.mode)
    expected = undisturbed(server, world)
    server = server_of(world.mode)
    world.plant(server)

    def outside() -> list[Row]:
        return [row for row in server.containers() if not world.claims(row)]

    before = outside()
    prepared = planned(server, world.desired)
    server.fault(**where, **how)
    disturbed = carried_out(server, prepared)
    server.heal()
    event(f"{min(len(disturbed.failures), 2)} failures")
    passes = 0
    while passes < PASSES:
        again = planned(server, world.desired)
        if again.idle:
            break
        assert carried_out(server, again).failures == []
        passes += 1
    event(f"{passes} clean passes")
    assert planned(server, world.desired).idle
    assert problems(world, server.containers()) == []
    assert holdings(server.containers()) == expected
    assert outside() == before
