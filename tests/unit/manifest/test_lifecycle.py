"""What `lifecycle` and `scope.protect` load as, and what a mistyped word is taken for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from unit.manifest.folder import container, scope

from reconciler.model.spec import Ignorable, ReplaceOrder, WhenExpired

if TYPE_CHECKING:
    from unit.manifest.folder import Folder


def test_every_key_has_its_value(folder: Folder) -> None:
    body = "lifecycle: {prevent_destroy: true, when_expired: on_demand, ignore: [files, memory_limit, files]}"
    (one,) = folder.desired(container(body)).containers
    assert (one.prevent_destroy, one.when_expired) == (True, WhenExpired.ON_DEMAND)
    assert one.ignore == (Ignorable.FILES, Ignorable.MEMORY_LIMIT)
    assert dict(one.positions)["lifecycle.ignore"].column > dict(one.positions)["lifecycle"].column


def test_what_is_left_out_protects_and_ignores_nothing(folder: Folder) -> None:
    (one,) = folder.desired(container("lifecycle: {replace: delete_first}")).containers
    assert (one.prevent_destroy, one.when_expired, one.ignore) == (False, WhenExpired.RECREATE, ())
    assert one.replace is ReplaceOrder.DELETE_FIRST


def test_a_lifecycle_replaces_that_of_defaults_as_a_whole(folder: Folder) -> None:
    text = """\
version: 1
defaults: {lifecycle: {prevent_destroy: true, when_expired: leave}}
containers: [{name: ab-a}, {name: ab-b, lifecycle: {when_expired: leave}}]
"""
    first, second = folder.desired(text).containers
    assert (first.prevent_destroy, first.when_expired) == (True, WhenExpired.LEAVE)
    assert (second.prevent_destroy, second.when_expired) == (False, WhenExpired.LEAVE)


def test_globs_are_sorted_and_each_there_once(folder: Folder) -> None:
    found = folder.desired(scope("prefix: ab-\nprotect: [ab-x*, ab-a, ab-x*]")).scope
    assert found.protect == ("ab-a", "ab-x*")
    assert [found.protects(name) for name in ("ab-x", "ab-xy", "ab-a", "ab-ab", "AB-A")] == [
        True,
        True,
        True,
        False,
        False,
    ]


def test_a_set_without_prefix_may_protect_what_it_declares(folder: Folder) -> None:
    assert folder.desired(scope("protect: ['*-prod']")).scope.protect == ("*-prod",)


@pytest.mark.parametrize(
    ("body", "hint"),
    [
        ("lifecycle: {when_expired: on-demand}", "did you mean on_demand?"),
        ("lifecycle: {ignore: [memory-limit]}", "did you mean memory_limit?"),
        ("lifecycle: {prevent_delete: true}", "did you mean prevent_destroy?"),
    ],
)
def test_a_mistyped_word_is_recognised(folder: Folder, body: str, hint: str) -> None:
    assert folder.only(container(body)).hint == hint
