"""What a target cannot do: for every gap, who lacks it, how it weighs, and where it is told."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from support.builders import HERE, allow, desired, entry, spec

from reconciler.cli.arguments import PROVIDERS
from reconciler.model.diagnostics import Diagnostic, Position
from reconciler.model.profile import PROFILES
from reconciler.model.spec import DISABLED, ContainerSpec, ExpiresAfter, NetworkPolicy
from reconciler.planning.capabilities import unsupported

FIELD = Position("ci.yaml", 7, 9)
INNER = Position("ci.yaml", 8, 11)


def found(provider: str, *fields: ContainerSpec) -> list[Diagnostic]:
    """What is said about containers with these fields; notes left out."""
    positions = (
        ("expires_after.minutes", INNER),
        ("memory_limit", FIELD),
        ("network_policy", FIELD),
        ("network_policy.allowed_domains", INNER),
    )
    containers = [replace(entry(one.name, fields=one), positions=positions) for one in fields]
    said = unsupported(desired(*containers), PROFILES[provider])
    return [one for one in said if one.severity != "note"]


MINUTES = spec(expires_after=ExpiresAfter(21))
CLOSED = spec(network_policy=NetworkPolicy(DISABLED))
OPEN = spec(network_policy=allow("a.example"))
LARGE = spec(memory_limit="64g")

TABLE: list[tuple[str, ContainerSpec, list[tuple[str, str, Position]]]] = [
    ("openai", MINUTES, [("error", "beyond-target", INNER)]),
    ("openai", OPEN, []),
    ("openai", LARGE, []),
    ("azure", MINUTES, [("warning", "beyond-target", INNER)]),
    ("azure", OPEN, [("warning", "beyond-target", INNER)]),
    ("azure", CLOSED, []),
    ("oci", MINUTES, [("warning", "beyond-target", INNER)]),
    ("oci", OPEN, [("error", "beyond-target", FIELD)]),
    ("oci", CLOSED, [("error", "beyond-target", FIELD)]),
    ("oci", LARGE, []),
    ("litellm", MINUTES, []),
    ("litellm", OPEN, [("warning", "unverifiable", FIELD)]),
    ("litellm", CLOSED, [("warning", "unverifiable", FIELD)]),
    ("litellm", LARGE, [("warning", "unverifiable", FIELD)]),
    ("generic", MINUTES, []),
    ("generic", OPEN, []),
    ("generic", LARGE, []),
]


@pytest.mark.parametrize(("provider", "fields", "expected"), TABLE)
def test_a_gap_is_told_at_the_field_that_asks_for_it(
    provider: str, fields: ContainerSpec, expected: list[tuple[str, str, Position]]
) -> None:
    assert [(one.severity, one.code, one.position) for one in found(provider, fields)] == expected


@pytest.mark.parametrize("provider", PROVIDERS)
def test_what_is_not_declared_asks_for_nothing(provider: str) -> None:
    assert found(provider, spec()) == []


@pytest.mark.parametrize("minutes", [1, 20])
@pytest.mark.parametrize("provider", PROVIDERS)
def test_what_every_target_allows_is_not_told(provider: str, minutes: int) -> None:
    assert found(provider, spec(expires_after=ExpiresAfter(minutes))) == []


def test_without_a_position_of_the_field_the_container_is_named() -> None:
    (said,) = unsupported(desired(entry(fields=OPEN)), PROFILES["oci"])
    assert said.position == HERE


def test_a_pool_counts_defaults_too_and_is_told_once() -> None:
    fits = [spec("ci-a", memory_limit="16g"), *(spec(f"ci-b{i:02}") for i in range(48))]
    assert found("oci", *fits) == []
    (said,) = found("oci", *fits, spec("ci-c"), spec("ci-d", memory_limit="4g"))
    assert (said.severity, said.code, said.position) == ("warning", "beyond-target", FIELD)
    assert "64 GB" in said.message
    assert "69 GB" in said.message
    assert "ci-c is the first" in said.message


def test_a_life_that_ends_in_any_case_is_one_note() -> None:
    (said,) = unsupported(desired(entry("ci-a"), entry("ci-b")), PROFILES["azure"])
    assert (said.severity, said.code) == ("note", "short-lived")
    assert "60 minutes" in said.message
    assert unsupported(desired(), PROFILES["azure"]) == ()


def test_the_command_line_offers_every_profile() -> None:
    assert tuple(PROFILES) == PROVIDERS


def test_every_gap_says_who_says_so_and_what_to_do() -> None:
    for profile in PROFILES.values():
        assert all(gap.known_from and gap.hint and gap.says for gap in profile.gaps)
        assert profile.idle is None or profile.idle.known_from
