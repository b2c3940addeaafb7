"""Fields: what is a difference, what is none, and what nobody can tell."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.builders import allow, spec
from support.strategies import law

from reconciler.model.fields import Comparison, compare_fields, declared_fields
from reconciler.model.plan import FieldChange
from reconciler.model.profile import OPENAI
from reconciler.model.spec import DISABLED, ContainerSpec, ExpiresAfter, NetworkPolicy

NOTHING = Comparison()
OFF = NetworkPolicy(DISABLED)


def compare(wanted: ContainerSpec, shown: ContainerSpec) -> Comparison:
    return compare_fields(wanted, shown, OPENAI)


@pytest.mark.parametrize(
    "shown",
    [
        spec(),
        spec(memory_limit="1g"),
        spec(expires_after=ExpiresAfter(20)),
        spec(expires_after=ExpiresAfter(None, None)),
        spec(expires_after=ExpiresAfter(20, None)),
        spec(network_policy=OFF),
    ],
)
def test_an_omitted_field_is_no_difference_to_the_default_or_to_nothing(shown: ContainerSpec) -> None:
    assert compare(spec(), shown) == NOTHING


@pytest.mark.parametrize(
    ("shown", "change"),
    [
        (spec(memory_limit="4g"), FieldChange("memory_limit", "4g", "1g")),
        (spec(memory_limit="1G"), FieldChange("memory_limit", "1G", "1g")),
        (spec(expires_after=ExpiresAfter(10)), FieldChange("expires_after.minutes", 10, 20)),
        (spec(expires_after=ExpiresAfter(0)), FieldChange("expires_after.minutes", 0, 20)),
        (
            spec(expires_after=ExpiresAfter(20, "created_at")),
            FieldChange("expires_after.anchor", "created_at", "last_active_at"),
        ),
        (
            spec(network_policy=allow("a.example")),
            FieldChange("network_policy.type", "allowlist", "disabled"),
        ),
        (
            spec(network_policy=NetworkPolicy("proxied")),
            FieldChange("network_policy.type", "proxied", "disabled"),
        ),
    ],
)
def test_an_omitted_field_means_the_default(shown: ContainerSpec, change: FieldChange) -> None:
    assert compare(spec(), shown) == Comparison((change,))


@pytest.mark.parametrize(
    ("wanted", "paths"),
    [
        (spec(memory_limit="1g"), ("memory_limit",)),
        (spec(memory_limit="64g"), ("memory_limit",)),
        (spec(expires_after=ExpiresAfter(20)), ("expires_after.minutes", "expires_after.anchor")),
        (spec(network_policy=OFF), ("network_policy.type",)),
        (
            spec(network_policy=allow("a.example")),
            ("network_policy.type", "network_policy.allowed_domains"),
        ),
    ],
)
def test_a_declared_field_that_is_not_shown_is_unverifiable(
    wanted: ContainerSpec, paths: tuple[str, ...]
) -> None:
    assert compare(wanted, spec()) == Comparison((), paths)


def test_a_declared_field_is_compared_even_where_it_is_the_default() -> None:
    found = compare(spec(memory_limit="1g"), spec(memory_limit="16g"))
    assert found == Comparison((FieldChange("memory_limit", "16g", "1g"),))


def test_half_an_expiry_is_compared_and_half_unverifiable() -> None:
    wanted = spec(expires_after=ExpiresAfter(10))
    found = compare(wanted, spec(expires_after=ExpiresAfter(5, None)))
    assert found == Comparison((FieldChange("expires_after.minutes", 5, 10),), ("expires_after.anchor",))


def test_domains_are_compared_without_order_case_or_repetition() -> None:
    wanted = spec(network_policy=allow("API.example", "data.example"))
    shown = spec(network_policy=allow("data.example", "api.EXAMPLE", "data.example"))
    assert compare(wanted, shown) == NOTHING


@given(st.permutations(["b.example", "a.example", "c.example"]))
@law
def test_a_change_of_domains_reads_the_same_whatever_their_order_on_the_server(shown: list[str]) -> None:
    wanted = spec(network_policy=allow("a.example"))
    found = compare(wanted, spec(network_policy=allow(*shown)))
    before = ("a.example", "b.example", "c.example")
    assert found.changes == (FieldChange("network_policy.allowed_domains", before, ("a.example",)),)


def test_an_allowlist_whose_domains_are_not_shown_is_unverifiable() -> None:
    wanted = spec(network_policy=allow("a.example"))
    shown = spec(network_policy=NetworkPolicy("allowlist", None))
    assert compare(wanted, shown) == Comparison((), ("network_policy.allowed_domains",))


def test_an_empty_allowlist_is_a_difference() -> None:
    found = compare(spec(network_policy=allow("a.example")), spec(network_policy=allow()))
    assert found == Comparison((FieldChange("network_policy.allowed_domains", (), ("a.example",)),))


@pytest.mark.parametrize("kind", ["disabled", "proxied", ""])
def test_another_type_of_policy_is_a_difference_with_its_domains(kind: str) -> None:
    wanted = spec(network_policy=allow("a.example"))
    shown = spec(network_policy=NetworkPolicy(kind, ("a.example",)))
    assert compare(wanted, shown) == Comparison(
        (
            FieldChange("network_policy.type", kind, "allowlist"),
            FieldChange("network_policy.allowed_domains", (), ("a.example",)),
        )
    )


def test_domains_beside_a_disabled_network_say_nothing() -> None:
    shown = spec(network_policy=NetworkPolicy(DISABLED, ("a.example",)))
    assert compare(spec(network_policy=OFF), shown) == NOTHING
    assert compare(spec(), shown) == NOTHING


def test_names_are_not_compared() -> None:
    assert compare(spec("ci-a"), spec("ci-b")) == NOTHING


def test_declared_fields_are_those_that_a_create_sends() -> None:
    everything = spec(memory_limit="4g", network_policy=allow("a.example"), expires_after=ExpiresAfter(5))
    assert declared_fields(everything) == (
        FieldChange("memory_limit", None, "4g"),
        FieldChange("expires_after.minutes", None, 5),
        FieldChange("network_policy.type", None, "allowlist"),
        FieldChange("network_policy.allowed_domains", None, ("a.example",)),
    )
    assert declared_fields(spec()) == ()
    assert declared_fields(spec(network_policy=OFF)) == (
        FieldChange("network_policy.type", None, "disabled"),
    )
