"""Every option of `reconciler emulator` changes how the emulator behaves, and only what it is about."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import pytest

from reconciler.cli.arguments import CommandLineError
from reconciler.cli.emulator import _settings
from reconciler.cli.emulator_options import EXPIRED_ANSWERS, NAME_FILTERS, PATH_MODES, PROFILES
from reconciler.cli.parser import build
from reconciler.emulator import Settings, profile_settings


def settings(*arguments: str) -> Settings:
    return _settings(build().parse_args(["emulator", *arguments]))


def changed(found: Settings, base: Settings) -> dict[str, Any]:
    return {
        field.name: getattr(found, field.name)
        for field in fields(Settings)
        if getattr(found, field.name) != getattr(base, field.name)
    }


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ("--port 0", {"port": 0}),
        ("--host ::1", {"host": "::1"}),
        ("--api-key a --api-key b", {"api_keys": ("a", "b")}),
        ("--control-key c", {"control_key": "c"}),
        ("--no-page", {"status_page": False}),
        *((f"--path-mode {mode}", {"path_mode": mode}) for mode in PATH_MODES[1:]),
        *((f"--name-filter {mode}", {"name_filter": mode}) for mode in NAME_FILTERS[1:]),
        *((f"--expired-answer {form}", {"expired_answer": form}) for form in EXPIRED_ANSWERS[1:]),
        ("--expired-gone", {"expired_is_gone": True}),
        ("--touch-on-list", {"touch_on_list": True}),
        ("--no-touch-on-file-list", {"touch_on_file_list": False}),
        ("--max-minutes 60", {"max_minutes": 60}),
        ("--lifetime 5", {"lifetime_minutes": 5}),
        ("--memory-pool 16", {"memory_pool_gb": 16}),
        (
            "--allow-domain a.example --allow-domain b.example",
            {"organization_domains": ("a.example", "b.example")},
        ),
        ("--strict-skills", {"strict_skills": True}),
        ("--seed 7", {"seed": 7}),
        ("--rate-limit 100/min", {"rate_limit": "100/min"}),
        ("--list-lag 5s", {"list_lag": 5.0}),
        ("--delete-lag 1m", {"delete_lag": 60.0}),
        ("--lag-files", {"lag_files": True}),
    ],
)
def test_an_option_changes_what_it_is_about(arguments: str, expected: dict[str, Any]) -> None:
    assert changed(settings(*arguments.split()), settings()) == expected


@pytest.mark.parametrize("profile", PROFILES)
def test_a_profile_is_taken_whole_and_single_options_override_it(profile: str) -> None:
    assert changed(settings("--profile", profile), profile_settings(profile, port=8080)) == {}
    overridden = settings("--profile", profile, "--name-filter", "substring", "--lifetime", "7")
    assert (overridden.name_filter, overridden.lifetime_minutes) == ("substring", 7)


@pytest.mark.parametrize(
    "arguments", ["--profile nobody", "--lifetime 0", "--memory-pool much", "--max-minutes -1", "--seed x"]
)
def test_what_makes_no_sense_is_a_usage_error(arguments: str) -> None:
    with pytest.raises(CommandLineError):
        build().parse_args(["emulator", *arguments.split()])
