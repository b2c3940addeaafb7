"""Which names a scope holds, and what a target does by default."""

from __future__ import annotations

import pytest
from support.builders import desired, entry, scope

from reconciler.model.profile import AZURE, GENERIC, OCI, OPENAI, Profile, profile_for
from reconciler.model.scope import Scope


@pytest.mark.parametrize(
    ("name", "held"),
    [("ci-a", True), ("ci-", True), ("ci", False), ("CI-a", False), ("x-ci-a", False), ("", False)],
)
def test_a_scope_holds_what_begins_with_its_prefix(name: str, held: bool) -> None:  # noqa: FBT001 - a table
    assert scope("ci-").holds(name) is held


def test_excluded_prefixes_are_carved_out() -> None:
    carved = scope("ci-", exclude=("ci-other-", "ci-b."))
    assert [name for name in ("ci-a", "ci-other-a", "ci-other", "ci-b.", "ci-b") if carved.holds(name)] == [
        "ci-a",
        "ci-other",
        "ci-b",
    ]


def test_without_a_prefix_a_scope_holds_nothing() -> None:
    assert not Scope().holds("ci-a")
    assert not Scope().holds("")


def test_the_safe_settings_are_the_default_ones() -> None:
    assert (Scope().prune, Scope().sweep) == (False, False)
    assert (Scope().limits.max_deletes, Scope().limits.max_delete_percent) == (None, 30)


def test_a_set_finds_its_containers_by_name() -> None:
    found = desired(entry("ci-b"), entry("ci-a")).by_name()
    assert list(found) == ["ci-a", "ci-b"]
    assert found["ci-b"].name == "ci-b"


@pytest.mark.parametrize(
    ("host", "profile"),
    [
        ("api.openai.com", OPENAI),
        ("eu.api.openai.com", OPENAI),
        ("openai.com", OPENAI),
        ("notopenai.com", GENERIC),
        ("api.openai.com.example.org", GENERIC),
        ("res.openai.azure.com", AZURE),
        ("RES.services.ai.azure.com", AZURE),
        ("openai.azure.com", GENERIC),
        ("openai.azure.com.example.org", GENERIC),
        ("inference.generativeai.eu-frankfurt-1.oci.oraclecloud.com", OCI),
        ("inference.eu-frankfurt-1.oci.oraclecloud.com", GENERIC),
        ("litellm.example.org", GENERIC),
        ("127.0.0.1", GENERIC),
        ("", GENERIC),
    ],
)
def test_profiles_are_guessed_from_the_host(host: str, profile: Profile) -> None:
    assert profile_for(host) is profile


def test_prices() -> None:
    assert [OPENAI.price(size) for size in (None, "1g", "4g", "16g", "64g", "128g")] == [
        0.09, 0.09, 0.36, 1.44, 5.76, 0.0,
    ]  # fmt: skip
    assert GENERIC.price("1g") == 0.0
