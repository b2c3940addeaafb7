"""A name on the command line that nothing declares: what was probably meant is said instead."""

from __future__ import annotations

import pytest
from support.builders import desired, entry

from reconciler.control.passes import Options
from reconciler.control.requested import UnknownName, check_requested, declared_as
from reconciler.model.asked import Asked
from reconciler.model.exit_codes import ExitCode

WANTED = desired(
    entry("ci-analysis"),
    entry("ci-one-7"),
    entry("ci-odd-007"),
    entry("ci-odd-x"),
    *(entry(f"ci-workers-{number}") for number in range(12)),
)


def refused(name: str) -> UnknownName:
    """Why a name is refused."""
    with pytest.raises(UnknownName) as raised:
        declared_as(name, WANTED)
    return raised.value


def test_a_declared_name_is_its_container() -> None:
    assert declared_as("ci-workers-11", WANTED).name == "ci-workers-11"


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("ci-analisys", "did you mean ci-analysis?"),
        ("CI-Analysis", "did you mean ci-analysis?"),
        ("ci-analysis~9", "did you mean ci-analysis?"),
        ("ci-analysis~a4k2mz7qe", "a stamp is no part of the name: ci-analysis"),
        ("ci-workers", "one of its replicas: ci-workers-0, ci-workers-1, ci-workers-2 and 9 more?"),
        ("ci-one", "did you mean one of its replicas: ci-one-7?"),
        ("ci-workers-12", "did you mean ci-workers-"),
        ("zzz", "it takes the declared name of one container"),
        ("ci-*", "it takes the declared name of one container"),
        ("", "it takes the declared name of one container"),
        ("x" * 5000, "it takes the declared name of one container"),
    ],
)
def test_any_other_is_refused_with_what_was_meant(name: str, hint: str) -> None:
    error = refused(name)
    assert error.exit_code is ExitCode.INVALID
    assert str(error) == f"{name}: no manifest declares this name"
    assert hint in str(error.hint)


def test_what_ends_in_no_number_of_a_replica_is_none() -> None:
    assert "replicas" not in str(refused("ci-odd").hint)


def test_replace_asks_for_names_in_the_same_words() -> None:
    with pytest.raises(UnknownName, match="--replace ci-workers: no manifest declares this name") as raised:
        check_requested(Options(asked=Asked(replace=("ci-workers",))), WANTED)
    assert "ci-workers-0" in str(raised.value.hint)
